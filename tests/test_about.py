"""What a letter is about: where it says so, and which questions ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.about import MOST_ANNOUNCEMENTS, find_announcements
from assistant.pipeline import Assistant
from assistant.question import fact_of
from ingest.pipeline import bundled_files
from ingest.reading import read_letter

LETTERS = [*sorted(Path(__file__).with_name("letters").glob("*.txt")), *bundled_files()]


@pytest.mark.parametrize(
    "question",
    [
        "Waar gaat de brief over?",
        "waar gaat deze brief eigenlijk over",
        "Wat is het onderwerp van de brief?",
        "Geef een samenvatting van de brief.",
        "Welke onderwerpen komen in de brief aan bod?",
        "Wat staat er in de brief?",
        "inhoud brief",
        "Waar gaan de brieven over?",
        "What is the letter about?",
        "What are the letters about?",
        "topics in letter",
        "Summarise the letter.",
        "Which topics does the letter cover?",
    ],
)
def test_a_question_for_the_subject_is_known(question: str) -> None:
    assert fact_of(question) == "subject"


@pytest.mark.parametrize(
    "question",
    [
        "Wat staat er in de brief over Turkije?",
        "What does the letter say about Georgia?",
        "Waar gaat het advies over?",
        "Wat is de inhoud van het advies?",
        "Waar staat dat in de brief?",
    ],
)
def test_a_question_for_something_else_is_not_taken_for_it(question: str) -> None:
    assert fact_of(question) != "subject"


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_every_letter_says_somewhere_what_it_is_about(path: Path) -> None:
    letter = read_letter(path)
    places = find_announcements(letter)
    assert 1 <= len(places) <= MOST_ANNOUNCEMENTS
    assert len(set(places)) == len(places)
    order = [paragraph.id for _, paragraph in letter.paragraphs()]
    assert sorted(places, key=lambda place: (order.index(place[0]), place[1])) == list(places)
    for paragraph_id, number in places:
        _, paragraph = letter.find(paragraph_id)
        assert paragraph.sentence(number)


def test_the_subject_line_comes_first() -> None:
    letter = read_letter(Path(__file__).with_name("letters") / "a-vws.txt")
    (first, *_) = find_announcements(letter)
    _, paragraph = letter.find(first[0])
    assert paragraph.kind == "header"
    assert letter.title in paragraph.text


@pytest.mark.parametrize("question", ["Waar gaat de brief over?", "What is the letter about?"])
def test_the_answer_is_what_the_letter_announces(question: str, assistant: Assistant) -> None:
    answer = assistant.ask(question)
    (letter,) = assistant.letters.values()
    assert answer.status == "answered"
    announced = find_announcements(letter)
    said = [(one.paragraph_id, letter.find(one.paragraph_id)[1].sentences.index((one.start, one.end)))
            for one in answer.citations]  # fmt: skip
    assert said == list(announced)
