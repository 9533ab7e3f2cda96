"""Whether a letter that was read from a file of a home is one: every field of its kind, every place within its text."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import get_args

from ingest.letter import Footnote, Letter, Paragraph, ParagraphKind, Section


def check_letter(letter: Letter) -> None:
    """Make sure that nothing in a letter will surprise those who use it.

    Raises:
        ValueError: a field holds something else than it should, an id is not the letter's or comes twice, or a
            sentence or a note stands outside its paragraph.
    """
    paragraphs = [paragraph for _, paragraph in letter.paragraphs()]
    _check_texts(letter, paragraphs)
    lengths = {paragraph.id: len(paragraph.text) for paragraph in paragraphs}
    if len(lengths) != len(paragraphs):
        raise ValueError("two paragraphs have the same id")
    for section in letter.sections:
        _check(type(section.level) is int, "a heading's level", section.level)
    for paragraph in paragraphs:
        _check_paragraph(paragraph, letter.id)
    for note in letter.footnotes:
        _check_note(note, lengths)


def _check_texts(letter: Letter, paragraphs: Iterable[Paragraph]) -> None:
    own = (letter.id, letter.title, letter.sender, letter.addressee, letter.source, letter.sha256)
    more = (letter.reference, letter.dossier, *letter.references, *letter.papers)
    signed = ((one.name, one.post) for one in letter.signatories)
    parts = ((one.id, one.text, *one.translated) for one in paragraphs)
    notes = ((one.mark, one.text, one.paragraph_id, one.translation or "") for one in letter.footnotes)
    headings: Iterable[Section] = letter.sections
    titles = ((one.heading, one.translated_heading or "") for one in headings)
    for text in chain(own, more, *signed, *parts, *notes, *titles):
        _check(isinstance(text, str), "text", text)
    for flag in (letter.bundled, letter.machine_translated):
        _check(isinstance(flag, bool), "true or false", flag)


def _check_paragraph(paragraph: Paragraph, letter_id: str) -> None:
    _check(paragraph.id.startswith(f"{letter_id}/"), "an id of this letter", paragraph.id)
    _check(paragraph.kind in get_args(ParagraphKind), "a kind of paragraph", paragraph.kind)
    _check(type(paragraph.number) is int, "a paragraph's number", paragraph.number)
    _check(paragraph.page is None or type(paragraph.page) is int, "a page's number", paragraph.page)
    _check(len(paragraph.translated) in (0, len(paragraph.sentences)), "a translation of it", paragraph.translated[:1])
    end = 0
    for span in paragraph.sentences:
        _check(end <= span[0] <= span[1] <= len(paragraph.text), "the place of a sentence", span)
        end = span[1]


def _check_note(note: Footnote, lengths: dict[str, int]) -> None:
    _check(not note.paragraph_id or note.paragraph_id in lengths, "a paragraph of this letter", note.paragraph_id)
    within = type(note.offset) is int and 0 <= note.offset <= lengths.get(note.paragraph_id, 0)
    _check(within, "a place in a paragraph", note.offset)


def _check(right: bool, what: str, value: object) -> None:
    if not right:
        raise ValueError(f"{value!r:.60} is not {what}")
