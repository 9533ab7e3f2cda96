"""The JSON and CSV that others build on: every key of the contract, and nothing that can't be written."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from assistant.dialogue import Answer, Citation
from assistant.pipeline import Assistant
from ui.records import answer_record, citation_record, flat_record, letter_record, structure_record

ANSWER_KEYS = {
    "id", "question", "standalone_question", "language", "status", "answer", "as_of", "warnings", "model",
    "citations", "nearest", "seconds",
}  # fmt: skip
CITATION_KEYS = {
    "n", "letter", "paragraph_id", "section", "paragraph", "page", "reference", "quote", "start", "end",
    "paragraph_text", "translation", "footnotes", "score",
}  # fmt: skip


@pytest.fixture(scope="module", params=["Hoeveel Nederlandse militairen zijn er in Litouwen?", "recipe for apple pie"])
def answer(request: pytest.FixtureRequest, assistant: Assistant) -> Answer:
    return assistant.ask(request.param)


def test_an_answer_has_every_key_of_the_contract_and_its_id_first(answer: Answer) -> None:
    record = answer_record(answer)
    assert set(record) >= ANSWER_KEYS
    assert next(iter(record)) == "id"
    entries = [*record["citations"], *record["nearest"]]
    assert entries
    assert all(set(entry) >= CITATION_KEYS for entry in entries)


def test_an_answer_survives_json(answer: Answer) -> None:
    record = answer_record(answer)
    again = json.loads(json.dumps(record))
    assert set(again) == {field.name for field in fields(Answer)}
    assert (again["answer"], again["status"], again["id"]) == (answer.answer, answer.status, None)
    for entry, citation in zip(again["citations"], answer.citations, strict=True):
        assert entry["paragraph_text"][entry["start"] : entry["end"]] == entry["quote"] == citation.quote


def test_a_citation_alone_looks_as_it_does_in_an_answer(answer: Answer) -> None:
    citations = (*answer.citations, *answer.nearest)
    record = answer_record(answer)
    assert [citation_record(one) for one in citations] == [*record["citations"], *record["nearest"]]


def test_a_row_for_a_spreadsheet_names_what_was_cited(answer: Answer) -> None:
    flat = flat_record(answer_record(replace(answer, id="7")))
    assert all(value is None or isinstance(value, str | int | float) for value in flat.values())
    assert (flat["id"], flat["answer"], flat["error"]) == ("7", answer.answer, None)
    assert flat["quotes"] == " | ".join(citation.quote for citation in answer.citations)


def test_an_error_row_has_the_same_columns_as_an_answer(answer: Answer) -> None:
    failed = flat_record({"id": "7", "question": "", "error": "line 3 is not JSON"})
    assert list(failed) == list(flat_record(answer_record(answer)))
    assert {name for name, value in failed.items() if value} == {"id", "error"}


def test_a_letter_is_listed_with_the_number_of_its_paragraphs_of_text(assistant: Assistant) -> None:
    (letter,) = assistant.letters.values()
    record = letter_record(letter)
    assert set(record) >= {"id", "title", "date", "paragraphs", "bundled", "source"}
    assert (record["id"], record["date"], record["bundled"]) == ("2018-04-26-navo", "2018-04-26", True)
    assert 15 <= record["paragraphs"] < len(list(letter.paragraphs()))
    assert letter_record(replace(letter, date=None))["date"] is None


def test_the_structure_of_a_letter_holds_all_its_text_and_points_into_it(assistant: Assistant) -> None:
    (letter,) = assistant.letters.values()
    record = json.loads(json.dumps(structure_record(letter)))
    assert set(record) >= {
        "id", "title", "date", "sender", "addressee", "signatories", "references", "sections", "footnotes",
    }  # fmt: skip
    paragraphs = [paragraph for section in record["sections"] for paragraph in section["paragraphs"]]
    assert [paragraph["text"] for paragraph in paragraphs] == [paragraph.text for _, paragraph in letter.paragraphs()]
    assert {paragraph["kind"] for paragraph in paragraphs} <= {"prose", "list-item", "header", "signature"}
    for paragraph in paragraphs:
        assert set(paragraph) >= {"id", "number", "kind", "text", "page", "sentences", "translation"}
        assert all(0 <= start < end <= len(paragraph["text"]) for start, end in paragraph["sentences"])
    assert {note["paragraph_id"] for note in record["footnotes"]} <= {paragraph["id"] for paragraph in paragraphs}
    assert all(set(note) >= {"mark", "text", "paragraph_id"} for note in record["footnotes"])


def test_the_citation_shape_is_the_dataclass_itself() -> None:
    assert {field.name for field in fields(Citation)} >= CITATION_KEYS
    assert {field.name for field in fields(Answer)} >= ANSWER_KEYS
