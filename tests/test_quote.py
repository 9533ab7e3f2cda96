"""Answers made of verbatim sentences, each with its citation."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from assistant.detect import detect_language
from assistant.pipeline import Assistant
from assistant.question import Question
from assistant.quote import MOST_SENTENCES, choose_sentences, cite_sentence, cite_sentences, say_sentences
from assistant.rank import Ranking, rank
from ingest.letter import Letter

QUESTIONS = [
    "Hoeveel Nederlandse militairen zijn er in Litouwen?",
    "Welke landen willen lid worden van de NAVO?",
    "Since when has cyber been an operational domain of NATO?",
    "Wie heeft de brief ondertekend?",
    "To whom is the letter addressed?",
    "What does the government think of Turkey?",
    "Wat is de Geïntegreerde Buitenland- en Veiligheidsstrategie?",
]


@pytest.fixture(scope="module", params=QUESTIONS)
def question(request: pytest.FixtureRequest, assistant: Assistant) -> Question:
    return assistant.analyse(request.param, detect_language(request.param))


@pytest.fixture(scope="module")
def ranking(question: Question, assistant: Assistant) -> Ranking:
    return rank(question, assistant.candidates(question), assistant.ranker)


def test_few_sentences_are_chosen_and_no_sentence_twice(question: Question, ranking: Ranking) -> None:
    chosen = choose_sentences(question, ranking)
    assert 1 <= len(chosen) <= MOST_SENTENCES
    assert len({id(one) for one in chosen}) == len(chosen)


def test_the_best_sentence_is_among_them_unless_a_fact_of_the_letter_is_asked(
    question: Question, ranking: Ranking
) -> None:
    assert question.fact or any(one is ranking.sentences[0] for one in choose_sentences(question, ranking))


def test_sentences_of_one_paragraph_stand_together_in_reading_order(question: Question, ranking: Ranking) -> None:
    places = [(one.place.candidate.paragraph.id, one.place.sentence) for one in choose_sentences(question, ranking)]
    changes = sum(one[0] != other[0] for one, other in pairwise(places))
    assert changes == len({paragraph for paragraph, _ in places}) - 1
    assert all(one[1] < other[1] for one, other in pairwise(places) if one[0] == other[0])


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_chosen_sentence_is_said_with_the_number_of_its_citation(
    question: Question, ranking: Ranking, language: str
) -> None:
    chosen = choose_sentences(question, ranking)
    citations = cite_sentences(question, chosen, 0.5)
    said = say_sentences(chosen, "en" if language == "en" else "nl", question)
    assert [citation.n for citation in citations] == list(range(1, len(chosen) + 1))
    assert re.findall(r"\[(\d+)\]", said) == [str(citation.n) for citation in citations]
    texts = [citation.translation if language == "en" else citation.quote for citation in citations]
    assert all(text and text in said for text in texts)


def test_every_sentence_is_cited_at_its_own_place_with_its_own_translation(assistant: Assistant) -> None:
    (letter,) = assistant.letters.values()
    for section, paragraph in letter.paragraphs():
        for number, (start, end) in enumerate(paragraph.sentences):
            citation = cite_sentence(7, letter, section, paragraph, number, 0.123456)
            assert citation.paragraph_text[citation.start : citation.end] == citation.quote == paragraph.text[start:end]
            assert (citation.n, citation.section, citation.paragraph) == (7, section.heading, paragraph.number)
            assert citation.translation == paragraph.translated[number]
            assert citation.score == pytest.approx(0.123456, abs=1e-4)


def test_every_footnote_goes_with_exactly_one_sentence(assistant: Assistant) -> None:
    (letter,) = assistant.letters.values()
    assert letter.footnotes
    assert sorted(_cited_notes(letter)) == sorted(note.text for note in letter.footnotes)


def _cited_notes(letter: Letter) -> list[str]:
    return [
        text
        for section, paragraph in letter.paragraphs()
        for number in range(len(paragraph.sentences))
        for text in cite_sentence(1, letter, section, paragraph, number, 1.0).footnotes
    ]


@pytest.mark.parametrize("text", ["Wat staat er in voetnoot 1?", "What does footnote 1 say?"])
def test_a_footnote_that_is_asked_for_is_said(text: str, assistant: Assistant) -> None:
    answer = assistant.ask(text)
    (letter,) = assistant.letters.values()
    note = next(note for note in letter.footnotes if note.mark == "1")
    assert str(note.translation if answer.language == "en" else note.text) in answer.answer
