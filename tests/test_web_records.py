"""What the page is given and sends back: checked, whatever anyone posts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant import wording
from assistant.dialogue import Turn
from assistant.pipeline import Assistant
from ingest.errors import UserError
from ingest.letter import Letter, Section
from ui.page_texts import PAGE
from ui.web_records import (
    LONGEST_QUESTION,
    MOST_TURNS,
    hide_reasons,
    page_answer,
    read_history,
    read_letters,
    read_question,
    suggest_questions,
)


@pytest.fixture
def letter(assistant: Assistant) -> Letter:
    return next(iter(assistant.letters.values()))


def test_both_languages_say_the_same_things_with_the_same_blanks() -> None:
    assert PAGE["nl"].keys() == PAGE["en"].keys()
    for key, text in PAGE["nl"].items():
        assert text.strip()
        assert _blanks(text) == _blanks(PAGE["en"][key])


def _blanks(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


def test_an_answer_can_be_copied_in_three_styles_that_hold_the_quotation(assistant: Assistant) -> None:
    record = page_answer(assistant.ask("Hoeveel militairen zijn er in Litouwen?"), assistant.letters)
    (citation,) = record["citations"]
    assert citation["copies"].keys() == {"kamerstuk", "apa", "journalist"}
    for text in citation["copies"].values():
        assert citation["quote"] in text
        assert "2018" in text
        assert "al. 1" in text


def test_the_bundled_letter_brings_six_examples_in_each_language(letter: Letter) -> None:
    dutch, english = suggest_questions(letter, "nl"), suggest_questions(letter, "en")
    assert len(set(dutch)) == len(set(english)) == 6
    assert not set(dutch) & set(english)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_example_of_the_bundled_letter_is_answered(assistant: Assistant, letter: Letter, language: Any) -> None:
    for question in suggest_questions(letter, language):
        assert assistant.ask(question).citations, question


def test_another_letter_gets_questions_from_its_own_headings(letter: Letter) -> None:
    other = replace(letter, bundled=False)
    questions = suggest_questions(other, "nl")
    headings = [section.heading for section in letter.sections if section.heading]
    assert len(questions) == 6
    assert all(heading in question for heading, question in zip(headings, questions, strict=False))


def test_the_history_is_read_as_turns_and_unknown_paragraphs_are_dropped(letter: Letter) -> None:
    known = next(paragraph.id for _, paragraph in letter.paragraphs())
    history = [{"question": "Waarom?", "paragraph_ids": [known, "elders/1", 7]}]
    assert read_history(history, {letter.id: letter}) == (Turn("Waarom?", (known,)),)


def test_only_the_last_turns_of_a_long_conversation_are_read(letter: Letter) -> None:
    turns = read_history([{"question": str(number)} for number in range(MOST_TURNS + 5)], {letter.id: letter})
    assert [turn.question for turn in turns] == [str(number) for number in range(5, MOST_TURNS + 5)]


@pytest.mark.parametrize(
    "history",
    [None, "x", {"question": "x"}, ["x"], [{}], [{"question": 3}], [{"question": "x" * (LONGEST_QUESTION + 1)}],
     [{"question": "x", "paragraph_ids": "y"}], [{"question": "x", "paragraph_ids": ["y"] * 21}]],
)  # fmt: skip
def test_a_history_of_another_shape_is_refused(history: object) -> None:
    with pytest.raises(UserError):
        read_history(history, {})


@pytest.mark.parametrize("question", [None, 3, ["x"], "x" * (LONGEST_QUESTION + 1)])
def test_a_question_that_is_no_text_or_too_long_is_refused(question: object) -> None:
    with pytest.raises(UserError):
        read_question(question)


@pytest.mark.parametrize("chosen", [None, "x", ["elders"], [3], [["x"]], ["x"] * 201])
def test_letters_that_are_not_here_are_refused(chosen: object) -> None:
    with pytest.raises(UserError):
        read_letters(chosen, {})


def test_why_a_model_failed_is_taken_out_of_what_visitors_see(assistant: Assistant) -> None:
    answer = assistant.ask("Hoeveel militairen zijn er in Litouwen?")
    for said in wording.MODEL_FAILED, wording.BROKEN_OFF:
        told = said["nl"].format(reason="the model 'openai:x' failed: no connection (to 10.0.0.1)")
        shown, reason = hide_reasons(replace(answer, warnings=("De brief is van 2018 (april).", told)))
        assert shown.warnings == ("De brief is van 2018 (april).", told.split(" (the model")[0])
        assert "10.0.0.1" in reason
    assert hide_reasons(answer) == (answer, "")


def test_example_questions_leave_the_number_of_a_heading_out(letter: Letter) -> None:
    sections = tuple(
        Section(heading, 1, ()) for heading in ("1. Staat", "2.3 Brug", "IV. Geld", "b) Tijd", "In 2025", "5G")
    )
    questions = suggest_questions(replace(letter, bundled=False, sections=sections), "nl")
    assert [one.split("«")[1].split("»")[0] for one in questions] == ["Staat", "Brug", "Geld", "Tijd", "In 2025", "5G"]
