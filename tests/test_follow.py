"""A conversation over the bundled letter: follow-ups find their answer, and what stands alone is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.dialogue import Answer, Turn, turn_of
from assistant.pipeline import Assistant
from eval.cases import BUNDLED_GOLD, Case, load_cases
from eval.score import GIVEN
from ingest.letter import Language

LITHUANIA = "Hoeveel militairen zijn er in Litouwen?"
CASES = load_cases(BUNDLED_GOLD)


def talk(assistant: Assistant, *questions: str) -> list[Answer]:
    answers: list[Answer] = []
    for question in questions:
        answers.append(assistant.ask(question, [turn_of(answer) for answer in answers]))
    return answers


def quotes(answer: Answer) -> str:
    return " ".join(citation.quote for citation in answer.citations)


def test_the_answer_before_is_given_in_the_other_language_and_back(assistant: Assistant) -> None:
    first, english, dutch = talk(
        assistant, LITHUANIA, "Can you say that in English?", "Kunt u dat in het Nederlands zeggen?"
    )
    assert (english.language, dutch.language) == ("en", "nl")
    assert "270" in english.answer
    assert "According to the letter" in english.answer
    assert dutch.answer == first.answer
    assert [one.paragraph_id for one in english.citations] == [one.paragraph_id for one in first.citations]
    assert english.question == "Can you say that in English?"
    assert english.standalone_question == LITHUANIA


def test_the_rest_of_the_cited_paragraph_is_every_other_sentence_of_it(assistant: Assistant) -> None:
    first, rest = talk(assistant, LITHUANIA, "Wat staat er nog meer in die alinea?")
    _, paragraph = assistant.letters[first.citations[0].letter].find(first.citations[0].paragraph_id)
    assert {one.paragraph_id for one in rest.citations} == {paragraph.id}
    spans = [(one.start, one.end) for one in (*first.citations, *rest.citations)]
    assert sorted(spans) == sorted(paragraph.sentences)


@pytest.mark.parametrize("wish", ["Can you say that in English?", "Wat staat er nog meer in die alinea?"])
def test_a_wish_with_nothing_before_it_is_vague(assistant: Assistant, wish: str) -> None:
    assert assistant.ask(wish).status == "vague"


@pytest.mark.parametrize(
    ("first", "question", "language"),
    [(LITHUANIA, "En Turkije?", "nl"), ("What did Trump think of NATO?", "And the Senate?", "en")],
)
def test_the_language_of_a_follow_up_is_its_own(
    assistant: Assistant, first: str, question: str, language: Language
) -> None:
    assert talk(assistant, first, question)[1].language == language


def test_a_bare_name_is_answered_in_the_language_of_the_conversation(assistant: Assistant) -> None:
    assert talk(assistant, "Can Ukraine become a member of NATO?", "2014?")[1].language == "en"


@pytest.mark.parametrize(
    ("first", "question"),
    [
        ("Wanneer is de brief gedateerd?", "Wat voor weer was het die dag?"),
        ("Hoeveel Nederlandse militairen zijn er in Litouwen?", "En in Mali?"),
        ("What steps does the cabinet want to take on defence?", "And the purchase of new fighter jets?"),
        ("Wat vindt het kabinet van Turkije?", "En wat kost een vakantie daarheen?"),
    ],
)
def test_what_went_before_does_not_make_an_unanswerable_question_answerable(
    assistant: Assistant, first: str, question: str
) -> None:
    before, answer = talk(assistant, first, question)
    assert before.status == "answered"
    assert answer.status not in GIVEN


def test_why_is_not_answered_by_quoting_the_same_again(assistant: Assistant) -> None:
    first, why = talk(assistant, "Moeten de eenheden in de Baltische Staten op brigadesterkte komen?", "Hoezo niet?")
    assert set(quotes(why).split(". ")) - set(quotes(first).split(". "))
    assert why.citations[0].paragraph_id == first.citations[0].paragraph_id


def test_a_bare_question_in_the_history_counts_as_one_that_was_asked(assistant: Assistant) -> None:
    questions = ["Wat is de NAVO-norm voor defensie-uitgaven?", "Wanneer is dat afgesproken?", "En in hoeveel jaar?"]
    asked = talk(assistant, *questions)[-1]
    bare = assistant.ask(questions[-1], questions[:-1])
    assert replace(bare, seconds=0) == replace(asked, seconds=0)


def test_paragraphs_that_no_letter_has_change_nothing(assistant: Assistant) -> None:
    turn = Turn(LITHUANIA, ("no/such/paragraph",), ((0, 5),), LITHUANIA, "nl")
    assert assistant.ask("En in Polen?", [turn]).question == "En in Polen?"


def given_right(case: Case, answer: Answer) -> bool:
    if case.status not in GIVEN:
        return answer.status not in GIVEN
    facts = all(any(one.lower() in answer.answer.lower() for one in options) for options in case.must_include)
    return answer.status in GIVEN and facts


@pytest.mark.slow
def test_nearly_all_gold_follow_ups_are_handled(assistant: Assistant) -> None:
    cases = [case for case in CASES if case.history]
    failed = [case.id for case in cases if not given_right(case, assistant.ask(case.question, case.history))]
    assert len(failed) <= 0.12 * len(cases), failed


@pytest.mark.slow
def test_history_changes_hardly_any_stand_alone_question(assistant: Assistant) -> None:
    alone = [case for case in CASES if not case.history and case.status != "vague"]
    sample = [(case, alone[(position * 7 + 31) % len(alone)].question) for position, case in enumerate(alone)][::3]
    changed = [
        case.question
        for case, before in sample
        if assistant.ask(case.question).citations != assistant.ask(case.question, [before]).citations
    ]
    assert len(changed) <= 0.01 * len(sample), changed
