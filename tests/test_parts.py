"""Two questions in one sentence."""

from __future__ import annotations

import pytest

from assistant.parts import split_question
from assistant.pipeline import Assistant


@pytest.mark.parametrize(
    ("question", "second"),
    [
        ("Wie heeft de brief geschreven en aan wie?", "aan wie heeft de brief geschreven?"),
        ("Who signed the letter, and when?", "when signed the letter?"),
        ("Wie beantwoordt de vragen en wanneer kwam dat antwoord binnen?", "wanneer kwam dat antwoord binnen?"),
        (
            "Hoeveel BRZO-installaties zijn er, en hoeveel op Schiphol?",
            "hoeveel op Schiphol BRZO-installaties zijn er?",
        ),
    ],
)
def test_the_second_question_stands_alone(question: str, second: str) -> None:
    assert split_question(question)[1] == second


@pytest.mark.parametrize(
    "question",
    [
        "Wat zegt de brief over Turkije en Rusland?",
        "What does the government think of cyber and nuclear weapons?",
        "Welke afspraken zijn er en gelden die nog?",
        "En waarom is dat zo?",
        "",
    ],
)
def test_one_question_is_not_cut(question: str) -> None:
    assert split_question(question) == ()


def test_both_questions_are_answered_each_with_its_own_paragraph(assistant: Assistant) -> None:
    answer = assistant.ask("Wie heeft de brief ondertekend en aan wie is hij gericht?")
    places = [citation.paragraph_id.split("/")[1] for citation in answer.citations]
    assert answer.status == "answered"
    assert set(places) == {"ondertekening", "kop"}
    assert places.index("ondertekening") < places.index("kop")
    assert [citation.n for citation in answer.citations] == list(range(1, len(places) + 1))


def test_half_an_answer_is_not_passed_off_as_the_whole(assistant: Assistant) -> None:
    answer = assistant.ask("Wat vindt het kabinet van Turkije en hoe bak ik een appeltaart?")
    assert any("hoe bak ik een appeltaart?" in warning for warning in answer.warnings)
    assert {citation.section for citation in answer.citations} == {"Positie van Turkije"}


def test_two_questions_that_are_both_refused_are_refused(assistant: Assistant) -> None:
    answer = assistant.ask("Hoe bak ik een appeltaart en hoe lang moet hij in de oven?")
    assert answer.status == "off_topic"
    assert answer.warnings == ()


def test_a_sentence_that_answers_both_is_quoted_once(assistant: Assistant) -> None:
    answer = assistant.ask("Hoeveel Nederlandse militairen zijn er in Litouwen en waarom?")
    quotes = [citation.quote for citation in answer.citations]
    assert len(quotes) == len(set(quotes)) >= 1
