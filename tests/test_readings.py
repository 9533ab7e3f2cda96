"""What the model is trained on: questions, and the sentences that answer them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from eval.lessons import FIRST_HALF, Asked, Lesson, Text, cut_pages, digest_files, find_documents, load_cases
from eval.readings import read_gold, read_pages, read_xquad
from ingest.pipeline import bundled_files
from ingest.reading import read_letter

CONTEXTS = {
    "en": "The bridge opened in 1932. It is 503 metres long. Some 90,000 cars cross it daily.",
    "de": "Die Brücke wurde 1932 eröffnet. Sie ist 503 Meter lang. Täglich fahren 90.000 Autos darüber, seit 1932.",
}
QUESTIONS = {"en": ("When did the bridge open?", "1932"), "de": ("Wann wurde die Brücke eröffnet?", "1932")}


@pytest.fixture
def xquad(tmp_path: Path) -> Path:
    for language, context in CONTEXTS.items():
        question, answer = QUESTIONS[language]
        asked = [{"question": question, "answers": [{"text": answer, "answer_start": context.index(answer)}]}]
        article = {"title": "The_Bridge", "paragraphs": [{"context": context, "qas": asked}]}
        (tmp_path / f"xquad.{language}.json").write_text(json.dumps({"data": [article]}), encoding="utf-8")
    return tmp_path


def test_each_question_is_asked_of_its_own_language_and_english_of_german(xquad: Path) -> None:
    documents, readings = read_xquad(xquad)
    assert {document.name for document in documents} == {"xquad-0-en", "xquad-0-de"}
    asked = [(reading.question[:4], reading.document) for reading in readings]
    assert asked == [("When", "xquad-0-en"), ("When", "xquad-0-de"), ("Wann", "xquad-0-de")]


def test_the_sentence_with_the_answer_is_right_and_another_with_the_same_words_doubtful(xquad: Path) -> None:
    _, readings = read_xquad(xquad)
    assert all(reading.right == {(0, 0)} for reading in readings)
    assert [reading.doubtful for reading in readings] == [frozenset(), {(0, 2)}, {(0, 2)}]


def test_every_sentence_of_its_page_answers_a_page_s_question(tmp_path: Path) -> None:
    path = tmp_path / "pages.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("question", "reference_answer"))
        writer.writeheader()
        writer.writerow(
            {"question": "Wat kost het?", "reference_answer": "Het kost niets.\n\nU hoeft niet te betalen."}
        )
        writer.writerow({"question": "Waar moet ik zijn?", "reference_answer": "Bij de gemeente."})
    (document,), readings = read_pages(path)
    texts = [[document.chunks[c].sentences[s] for c, s in sorted(reading.right)] for reading in readings]
    assert texts == [["Het kost niets.", "U hoeft niet te betalen."], ["Bij de gemeente."]]


def test_gold_evidence_is_found_in_the_dutch_and_in_its_translation() -> None:
    letter = read_letter(bundled_files()[0])
    evidence = "Zoals bekend is cyber tijdens de NAVO Top in Warschau in juli 2016 erkend als operationeel domein."
    case = {"question": "Sinds wanneer?", "history": [], "status": "answered", "evidence": [evidence]}
    aside = {**case, "split": "aside"}
    silent = {**case, "status": "silent", "evidence": []}
    (document,), readings = read_gold(letter, [case, aside, silent], "navo", lambda text: len(text.split()), 400)
    assert [reading.silent for reading in readings] == [False, True]
    found = {document.chunks[chunk].sentences[sentence] for chunk, sentence in readings[0].right}
    assert evidence in found
    assert any("recognised as an operational domain" in text for text in found)
    assert len(found) == 2


def test_every_gold_set_has_its_letter_and_both_halves_have_some() -> None:
    names = {gold.stem for _, gold in find_documents()}
    assert names > FIRST_HALF
    assert all(load_cases(gold) for _, gold in find_documents())


def test_a_digest_tells_content_and_names_and_not_the_order(tmp_path: Path) -> None:
    first, second = tmp_path / "een.txt", tmp_path / "twee.txt"
    first.write_text("Er komt een brief.")
    second.write_text("Er komt geen brief.")
    digest = digest_files([first, second])
    assert digest_files([second, first, first]) == digest
    first.rename(tmp_path / "drie.txt")
    assert digest_files([tmp_path / "drie.txt", second]) != digest
    second.write_text("Er komt een fiche.")
    assert digest_files([tmp_path / "drie.txt", second]) != digest


def test_pages_are_cut_to_a_few_with_their_places_renumbered() -> None:
    text = Text(np.zeros((1, 2), np.float16), np.zeros(1, np.int64))
    chunks = tuple(Text(np.full((1, 2), i, np.float16), np.zeros(1, np.int64)) for i in range(30))
    asked = tuple(Asked(text, text, frozenset({(i, 0)}), frozenset()) for i in range(30))
    cut = cut_pages(Lesson("pages", chunks, asked), np.random.default_rng(0))
    assert len(cut.chunks) == len(cut.asked) == 10
    assert {place for one in cut.asked for place in one.right} == {(i, 0) for i in range(10)}
