"""The letter as the page shows it beside the conversation; every word of it escaped."""

from __future__ import annotations

from html import escape
from itertools import groupby

from ingest.letter import Footnote, Letter, Paragraph, Section


def render_letter(letter: Letter) -> str:
    """Return the letter typeset as HTML: headings, numbered paragraphs, footnote marks and notes."""
    marks = {id(note): number for number, note in enumerate(letter.footnotes, 1)}
    sections = "".join(_section(letter, section, number, marks) for number, section in enumerate(letter.sections))
    return (
        f'<article class="kv-letter" lang="nl" data-letter="{escape(letter.id)}">{sections}{_notes(letter)}</article>'
    )


def list_headings(letter: Letter) -> list[dict[str, str | int]]:
    """Return the table of contents: heading, level and the element it stands in."""
    return [
        {"text": section.heading, "level": section.level, "target": f"kv-s{number}"}
        for number, section in enumerate(letter.sections)
        if section.heading
    ]


def _section(letter: Letter, section: Section, number: int, marks: dict[int, int]) -> str:
    heading = f'<h2 class="kv-level-{min(section.level, 3)}">{escape(section.heading)}</h2>' if section.heading else ""
    body = "".join(
        "".join(_paragraph(letter, paragraph, marks) for paragraph in paragraphs)
        if kind != "list-item"
        else f'<div role="list">{"".join(_paragraph(letter, paragraph, marks) for paragraph in paragraphs)}</div>'
        for kind, paragraphs in groupby(section.paragraphs, key=lambda paragraph: paragraph.kind)
    )
    return f'<section id="kv-s{number}">{heading}{body}</section>'


def _paragraph(letter: Letter, paragraph: Paragraph, marks: dict[int, int]) -> str:
    role = ' role="listitem"' if paragraph.kind == "list-item" else ""
    text = _text_with_marks(paragraph, letter.notes_of(paragraph.id), marks)
    return (
        f'<div class="kv-paragraph kv-{paragraph.kind}" data-paragraph="{escape(paragraph.id)}"{role} tabindex="-1">'
        f'<span class="kv-number" aria-hidden="true">{paragraph.number}</span>'
        f'<p class="kv-text">{text}</p><button type="button" class="kv-about"></button></div>'
    )


def _text_with_marks(paragraph: Paragraph, notes: tuple[Footnote, ...], marks: dict[int, int]) -> str:
    """Return the text with the mark of every note where it stood; `offset` is the character after the mark."""
    pieces, done = [], 0
    for note in sorted(notes, key=lambda note: note.offset):
        pieces.append(escape(paragraph.text[done : note.offset]))
        target = f"kv-note-{marks[id(note)]}"
        pieces.append(f'<sup data-skip><a href="#{target}" id="{target}-mark">{escape(note.mark)}</a></sup>')
        done = note.offset
    return "".join([*pieces, escape(paragraph.text[done:])])


def _notes(letter: Letter) -> str:
    if not letter.footnotes:
        return ""
    items = "".join(
        f'<li id="kv-note-{number}" tabindex="-1"><a href="#kv-note-{number}-mark">{escape(note.mark)}</a> '
        f"{escape(note.text)}</li>"
        for number, note in enumerate(letter.footnotes, 1)
    )
    return f'<ol class="kv-notes">{items}</ol>'
