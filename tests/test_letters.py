"""Structure on whole letters that the rules were not written for; see letters/README.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.letter import BODY_KINDS, Letter
from ingest.reading import read_letter
from ingest.structure.shapes import ITEM

LETTERS = sorted(Path(__file__).with_name("letters").glob("*.txt"))


@pytest.fixture(params=LETTERS, ids=lambda path: path.stem)
def letter_and_labels(request: pytest.FixtureRequest) -> tuple[Letter, dict[str, Any]]:
    path: Path = request.param
    return read_letter(path), json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def test_every_heading_is_found_and_nothing_else_is_one(letter_and_labels: tuple[Letter, dict[str, Any]]) -> None:
    letter, labels = letter_and_labels
    assert [section.heading for section in letter.sections] == [section["heading"] for section in labels["sections"]]


def test_every_footnote_is_found_with_its_whole_text(letter_and_labels: tuple[Letter, dict[str, Any]]) -> None:
    letter, labels = letter_and_labels
    assert [(note.mark, note.text) for note in letter.footnotes] == [
        (note["mark"], note["text"]) for note in labels["footnotes"]
    ]


def test_who_writes_to_whom_and_when(letter_and_labels: tuple[Letter, dict[str, Any]]) -> None:
    letter, labels = letter_and_labels
    months = "januari februari maart april mei juni juli augustus september oktober november december".split()
    assert letter.date
    assert f"{letter.date.day} {months[letter.date.month - 1]} {letter.date.year}" == labels["date"]
    assert labels["addressee"].endswith(letter.addressee)
    assert labels["subject"] in (letter.title, None)
    assert [(one.name, one.post) for one in letter.signatories] == [
        (one["name"], one["post"]) for one in labels["signatories"]
    ]


def test_seven_in_eight_paragraphs_come_out_to_the_letter(letter_and_labels: tuple[Letter, dict[str, Any]]) -> None:
    letter, labels = letter_and_labels
    expected = [text for section in labels["sections"] for text in section["paragraphs"]]
    found = {_without_bullet(paragraph.text) for _, paragraph in letter.paragraphs() if paragraph.kind in BODY_KINDS}
    missed = [text for text in expected if text not in found]
    assert len(missed) <= len(expected) / 8, missed


def _without_bullet(text: str) -> str:
    item = ITEM.match(text)
    return text[item.end() :] if item and item["bullet"] else text
