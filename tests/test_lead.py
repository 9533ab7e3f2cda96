"""Questions that are answered by where the answer stands, and how they are read."""

from __future__ import annotations

import pytest

from assistant.lead import asked_abbreviation
from assistant.pipeline import Assistant
from assistant.question import topic_alone


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Waar staat de afkorting NRR voor?", "NRR"),
        ("Waar staat GBVS voor?", "GBVS"),
        ("Wat betekent de afkorting EDA?", "EDA"),
        ("What does NRC stand for?", "NRC"),
        ("What is PESCO short for?", "PESCO"),
        ("Waar staat de brief voor?", None),
        ("Waar staat Nederland in dit debat?", None),
        ("What does the letter stand for?", None),
    ],
)
def test_the_abbreviation_asked_for_is_known(question: str, short: str | None) -> None:
    assert asked_abbreviation(question) == short


@pytest.mark.parametrize(
    ("question", "full"),
    [
        ("Waar staat de afkorting NRR voor?", "NAVO Rusland Raad (NRR)"),
        ("What does NRC stand for?", "NATO-Russia Council (NRC)"),
    ],
)
def test_an_abbreviation_is_explained_where_the_letter_does(question: str, full: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert full in answer.answer


def test_an_abbreviation_that_no_letter_explains_is_not_said_to_be() -> None:
    assert asked_abbreviation("Waar staat XYZQ voor?") == "XYZQ"


def test_an_abbreviation_that_is_not_there_gets_a_no(assistant: Assistant) -> None:
    assert assistant.ask("Waar staat XYZQ voor?").status in ("silent", "off_topic")


@pytest.mark.parametrize("question", ["Welke Kamerstukken noemt de brief?", "Which parliamentary papers are cited?"])
def test_all_papers_that_a_letter_names_are_quoted(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    (letter,) = assistant.letters.values()
    said = answer.answer.replace("\u00a0", " ").replace(" ", "")
    assert letter.papers
    assert all(paper.split(",")[0] in said for paper in letter.papers)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Wat zegt de brief over Georgië?", "Georgië"),
        ("Wat staat er in de brief over kernwapens?", "kernwapens"),
        ("wat schrijft het kabinet over de Verenigde Staten", "de Verenigde Staten"),
        ("What does the letter say about cyber?", "cyber"),
        ("What is said about Turkey?", "Turkey"),
        ("Wat vindt het kabinet van Turkije?", "Wat vindt het kabinet van Turkije?"),
        ("Wat zegt de brief?", "Wat zegt de brief?"),
    ],
)
def test_what_is_asked_about_is_looked_up_alone(question: str, topic: str) -> None:
    assert topic_alone(question) == topic


@pytest.mark.parametrize("question", ["Wat zegt de brief over Georgië?", "What does the letter say about Georgia?"])
def test_what_the_letter_says_about_something_is_answered(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert "Georgi" in answer.citations[0].quote


@pytest.mark.parametrize(
    "question", ["Wat zegt de brief over Brexit?", "Brexit", "What does the letter say about Brexit?"]
)
def test_a_word_alone_that_no_letter_holds_gets_a_no(question: str, assistant: Assistant) -> None:
    assert assistant.ask(question).status in ("silent", "off_topic")


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("Wat is het Kamerstuknummer van de Defensienota?", "34 919"),
        ("Onder welk Kamerstuknummer is de GBVS te vinden?", "33 694"),
        ("What is the Kamerstuk number of the Defence White Paper?", "34 919"),
        ("Welk Kamerstuk gaat over Oekraïne?", "28 676"),
    ],
)
def test_the_number_of_a_paper_is_found_by_what_it_is(question: str, paper: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert paper in answer.citations[0].quote or any(paper in note for note in answer.citations[0].footnotes)


@pytest.mark.parametrize(
    "question", ["Wat is het Kamerstuknummer van de Miljoenennota?", "Welk Kamerstuk is van Rutte?"]
)
def test_the_number_of_another_paper_is_not_given(question: str, assistant: Assistant) -> None:
    assert assistant.ask(question).status in ("silent", "off_topic")


def test_a_signatory_is_asked_for_their_post(assistant: Assistant) -> None:
    answer = assistant.ask("Welke post bekleedt A.Th.B. Bijleveld-Schouten?")
    assert "Minister van Defensie" in answer.answer
