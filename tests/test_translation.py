"""The English that stands beside a letter."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.errors import UnreadableLetter
from ingest.letter import Letter, Section
from ingest.pipeline import bundled_files
from ingest.read.text import lines_of
from ingest.reading import read_letter
from ingest.structure import build_letter
from ingest.translation import (
    align_translation,
    find_other_numbers,
    is_still_dutch,
    read_translation,
    write_template,
)

DUTCH = """Aan de Voorzitter van de Tweede Kamer

Den Haag, 3 mei 2021

Hierbij bied ik u de reactie op het advies van de Raad aan.¹ Het kabinet dankt de Raad zeer.

Uitbreiding

Het kabinet wil in dit jaar verder gaan met het beleid.

1 Kamerstuk 12 345, nr. 6
"""
ENGLISH = {
    "kop/1": ("To the President",),
    "kop/2": ("The Hague, 3 May 2021",),
    "inleiding/1": ("Hereby I present the response.", "The government thanks the Council."),
    "uitbreiding": ("Enlargement",),
    "uitbreiding/1": ("The government wants to continue.",),
    "noot/1": ("Parliamentary Paper 12 345, no. 6",),
}


@pytest.fixture
def letter() -> Letter:
    return build_letter(lines_of(DUTCH), "brief")


def written(path: Path, blocks: dict[str, tuple[str, ...]]) -> Path:
    text = "# Unofficial\n\n" + "\n".join(f"## {key}\n" + "\n".join(lines) + "\n" for key, lines in blocks.items())
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sidecar_is_read_block_by_block(tmp_path: Path) -> None:
    assert read_translation(written(tmp_path / "brief.en.txt", ENGLISH)) == ENGLISH


def test_a_translation_is_laid_beside_every_sentence_heading_and_note(letter: Letter) -> None:
    aligned = align_translation(letter, ENGLISH)
    _, paragraph = aligned.find("brief/inleiding/1")
    assert paragraph.translation == "Hereby I present the response. The government thanks the Council."
    assert [section.translated_heading for section in aligned.sections] == [None, "Enlargement"]
    assert [note.translation for note in aligned.footnotes] == ["Parliamentary Paper 12 345, no. 6"]


def test_aligning_changes_nothing_but_the_translation(letter: Letter) -> None:
    aligned = align_translation(letter, ENGLISH)
    bare = [replace(paragraph, translated=()) for _, paragraph in aligned.paragraphs()]
    assert bare == [paragraph for _, paragraph in letter.paragraphs()]
    assert not any(paragraph.translated for _, paragraph in letter.paragraphs())


@pytest.mark.parametrize("key", sorted(ENGLISH))
def test_a_missing_block_is_refused_by_its_key(letter: Letter, key: str) -> None:
    with pytest.raises(UnreadableLetter, match=f"0 lines under '## {key}'"):
        align_translation(letter, {name: lines for name, lines in ENGLISH.items() if name != key})


@pytest.mark.parametrize("key", sorted(ENGLISH))
def test_a_line_too_many_is_refused_by_its_key(letter: Letter, key: str) -> None:
    with pytest.raises(UnreadableLetter, match=f"'## {key}'"):
        align_translation(letter, {**ENGLISH, key: (*ENGLISH[key], "Once more.")})


def test_a_block_of_another_letter_is_refused(letter: Letter) -> None:
    with pytest.raises(UnreadableLetter, match="defensie/9"):
        align_translation(letter, {**ENGLISH, "defensie/9": ("Defence.",)})


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "brief.en.txt"
    path.write_text("## kop/1\nOne.\n## kop/1\nTwo.\n", encoding="utf-8")
    with pytest.raises(UnreadableLetter, match=r"brief\.en\.txt.*'kop/1'.*twice"):
        read_translation(path)


def test_a_sidecar_that_is_missing_or_not_utf_8_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "brief.en.txt"
    with pytest.raises(UnreadableLetter, match=r"brief\.en\.txt"):
        read_translation(path)
    path.write_bytes("## kop/1\nGeïntegreerd".encode("latin-1"))
    with pytest.raises(UnreadableLetter, match=r"brief\.en\.txt.*UTF-8"):
        read_translation(path)


def test_the_bundled_translation_has_every_sentence_heading_and_note() -> None:
    bundled = read_letter(bundled_files()[0])
    for section, paragraph in bundled.paragraphs():
        assert len(paragraph.translated) == len(paragraph.sentences)
        assert bool(section.translated_heading) == bool(section.heading)
    assert all(note.translation for note in bundled.footnotes)


def test_the_bundled_translation_keeps_every_figure() -> None:
    bundled = read_letter(bundled_files()[0])
    for _, paragraph in bundled.paragraphs():
        for number, english in enumerate(paragraph.translated):
            assert sorted(re.findall(r"\d+", english)) == sorted(re.findall(r"\d+", paragraph.sentence(number)))


def test_numbers_that_differ_are_named_with_their_place(letter: Letter) -> None:
    blocks = {**ENGLISH, "kop/2": ("The Hague, 4 May 2021",)}
    assert find_other_numbers(align_translation(letter, ENGLISH)) == ()
    (line,) = find_other_numbers(align_translation(letter, blocks))
    assert "kop/2" in line
    assert "3" in line
    assert "4" in line


def test_points_and_commas_in_numbers_may_be_swapped(letter: Letter) -> None:
    dutch = DUTCH.replace("verder gaan", "1.500 stappen van 2,5 meter verder gaan")
    english = {**ENGLISH, "uitbreiding/1": ("It wants to go on for 1,500 steps of 2.5 metres.",)}
    assert find_other_numbers(align_translation(build_letter(lines_of(dutch), "brief"), english)) == ()


def test_the_template_holds_every_block_and_aligns_once_filled_in(letter: Letter, tmp_path: Path) -> None:
    path = tmp_path / "brief.en.txt"
    filled_in = re.sub("^(?!##)(.+)", r"English for: \1", write_template(letter), flags=re.MULTILINE)
    path.write_text(filled_in, encoding="utf-8")
    aligned = align_translation(letter, read_translation(path))
    assert all(paragraph.translation for _, paragraph in aligned.paragraphs())


def test_a_template_that_was_not_filled_in_is_refused(letter: Letter, tmp_path: Path) -> None:
    path = tmp_path / "brief.en.txt"
    path.write_text(write_template(letter), encoding="utf-8")
    assert is_still_dutch(align_translation(letter, read_translation(path)))
    (tmp_path / "brief.txt").write_text(DUTCH, encoding="utf-8")
    with pytest.raises(UnreadableLetter, match="still the Dutch"):
        read_letter(tmp_path / "brief.txt")


ANNEX = """

Bijlage

In deze bijlage staat wie het advies aan het kabinet schreef.¹ De rest staat in het advies zelf.

1 Kamerstuk 99 999, nr. 7
"""


def test_notes_with_the_same_mark_are_translated_each_for_itself(tmp_path: Path) -> None:
    letter = build_letter(lines_of(DUTCH + "\f" + ANNEX), "brief")
    assert [note.mark for note in letter.footnotes] == ["1", "1"]
    template = write_template(letter)
    assert template.count("Kamerstuk") == 2
    path = tmp_path / "brief.en.txt"
    path.write_text(template.replace("Kamerstuk", "Paper"), encoding="utf-8")
    aligned = align_translation(letter, read_translation(path))
    assert [note.translation for note in aligned.footnotes] == ["Paper 12 345, nr. 6", "Paper 99 999, nr. 7"]


def test_a_note_and_a_paragraph_of_a_section_called_note_do_not_share_a_key(tmp_path: Path) -> None:
    letter = build_letter(lines_of(DUTCH.replace("Uitbreiding", "Noot")), "brief")
    path = tmp_path / "brief.en.txt"
    path.write_text(write_template(letter), encoding="utf-8")
    aligned = align_translation(letter, read_translation(path))
    assert [note.translation for note in aligned.footnotes] == [note.text for note in letter.footnotes]
    assert aligned.find("brief/noot/1")[1].translation == letter.find("brief/noot/1")[1].text


def test_headings_without_text_that_begin_alike_are_translated_each_for_itself() -> None:
    alike = "de uitvoering van het beleid voor de veiligheid van het verkeer"
    sections = tuple(Section(f"{alike} in {year}", 1, ()) for year in (2020, 2021))
    letter = Letter("brief", "", None, "", "", (), (), sections, ())
    keys = [line.removeprefix("## ") for line in write_template(letter).splitlines() if line.startswith("## ")]
    aligned = align_translation(letter, {key: (f"heading {n}",) for n, key in enumerate(keys)})
    assert [section.translated_heading for section in aligned.sections] == ["heading 0", "heading 1"]
