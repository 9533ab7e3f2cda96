"""Real papers against what a person saw on their pages: headings, paragraphs, notes, and no page furniture."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from ingest.letter import BODY_KINDS, Letter
from ingest.reading import read_letter

PAPERS = sorted(Path(__file__).with_name("papers").glob("*.pdf"))
LEAST = 0.95
FURNITURE = re.compile(
    r"\bP ?agina \d|\bOns kenmerk\b|\bKenmerk IENW|vergaderjaar 20\d\d–20\d\d, Aanhangsel \d|ISSN|Retouradres|\bah-tk-"
)


@cache
def letter_of(path: Path) -> Letter:
    return read_letter(path)


def labels_of(path: Path) -> dict[str, list[str]]:
    labels: dict[str, list[str]] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return labels


def body_of(letter: Letter) -> list[str]:
    return [paragraph.text for _, paragraph in letter.paragraphs() if paragraph.kind in BODY_KINDS]


def agreement(found: Sequence[str], seen: Sequence[str]) -> float:
    """Return the F1 of what was found, as beginnings of the same length as those seen, counted with repetitions."""
    length = max(map(len, seen))
    shared = sum((Counter(text[:length] for text in found) & Counter(seen)).values())
    return 2 * shared / (len(found) + len(seen))


def test_agreement_is_the_harmonic_mean_of_precision_and_recall() -> None:
    assert agreement(["a", "b", "c"], ["a", "b", "d"]) == pytest.approx(2 / 3)
    assert agreement(["a"], ["a", "a"]) == pytest.approx(2 / 3)


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_headings_are_those_on_the_pages(path: Path) -> None:
    found = [section.heading for section in letter_of(path).sections if section.heading]
    assert agreement(found, labels_of(path)["headings"]) >= LEAST


@pytest.mark.parametrize(
    "path", [path for path in PAPERS if "paragraphs" in labels_of(path)], ids=lambda path: path.stem
)
def test_paragraphs_begin_where_they_do_on_the_pages(path: Path) -> None:
    assert agreement(body_of(letter_of(path)), labels_of(path)["paragraphs"]) >= LEAST


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_notes_are_those_at_the_foot_of_the_pages_and_each_hangs_in_a_paragraph(path: Path) -> None:
    notes = letter_of(path).footnotes
    assert agreement([note.text for note in notes], labels_of(path)["notes"]) >= LEAST
    assert all(note.paragraph_id for note in notes)


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_no_furniture_of_a_page_stands_in_a_paragraph(path: Path) -> None:
    assert not [text for text in body_of(letter_of(path)) if FURNITURE.search(text)]


@pytest.mark.parametrize(
    ("name", "title", "date"),
    [
        ("innovatie-missie", "Herijkte missies van het missiegedreven innovatiebeleid", "2023-05-30"),
        ("verzamelbrief-luchtvaart", "Verzamelbrief luchtvaart", "2023-10-18"),
        ("bnc-fiche", "Wijziging verordeningen betreffende instant payments in euro", "None"),
        ("ah-tk-20232024-2210", "De voortgang en procedure Delta Rhine Corridor", "2024-07-23"),
    ],
)
def test_a_paper_has_the_title_and_date_it_states(name: str, title: str, date: str) -> None:
    (letter,) = [letter_of(path) for path in PAPERS if path.stem == name]
    assert (letter.title, str(letter.date)) == (title, date)
