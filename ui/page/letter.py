"""A letter typeset to be read: headings, numbered paragraphs, sentences that can be pointed at, notes."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from assistant.reference import name_letter
from ingest.letter import BODY_KINDS, Footnote, Language, Letter, Paragraph, Section
from ui.page.words import WORDS, Words


def render_letter(letter: Letter, language: Language) -> str:
    """Return the letter as HTML; every character of it is escaped."""
    words = WORDS[language]
    body = "".join(_render_section(letter, number, section, language) for number, section in enumerate(letter.sections))
    name = escape(name_letter(letter))
    return (
        f"<div class='reader' data-letter='{escape(letter.id)}'><div class='bar'>"
        f"<button type='button' class='close-letter'>{words.close_letter}</button>"
        f"<div class='tools'>{_render_search(words)}{_render_contents(letter, words)}</div></div>"
        f"<article class='letter' lang='nl' aria-label='{name}'><h1>{escape(_shown_title(letter))}</h1>"
        f"{body}{_render_notes(letter, words)}</article></div>"
    )


def link_to(letter_id: str, paragraph_id: str) -> str:
    """Return the query that opens the page at a paragraph, for good."""
    return f"?letter={quote(letter_id, safe='')}&p={quote(paragraph_id.removeprefix(f'{letter_id}/'), safe='')}"


def _shown_title(letter: Letter) -> str:
    return name_letter(letter) if letter.date else letter.title


def _render_search(words: Words) -> str:
    return (
        f"<div class='find'><label for='find-text' class='unseen'>{words.find}</label>"
        f"<input id='find-text' type='search' autocomplete='off' placeholder='{words.find}' "
        f"data-found='{words.found}' data-none='{words.found_none}'><output for='find-text'></output></div>"
    )


def _render_contents(letter: Letter, words: Words) -> str:
    entries = "".join(
        f"<li class='{_level(section)}'><a href='#section-{number}'>{escape(section.heading)}</a></li>"
        for number, section in enumerate(letter.sections)
        if section.heading
    )
    return f"<details class='contents'><summary>{words.contents}</summary><ol lang='nl'>{entries}</ol></details>"


def _render_section(letter: Letter, number: int, section: Section, language: Language) -> str:
    words = WORDS[language]
    paragraphs = "".join(_render_paragraph(letter, paragraph, words) for paragraph in section.paragraphs)
    if not section.heading:
        return f"<section>{paragraphs}</section>"
    asking = words.section_question.format(heading=section.heading)
    about = f"<button type='button' class='about' lang='{language}' data-ask='{escape(asking)}'>{words.about}</button>"
    heading = f"<h2 id='section-{number}' class='{_level(section)}'>{escape(section.heading)}</h2>"
    return f"<section><div class='head'>{heading}{about}</div>{paragraphs}</section>"


def _level(section: Section) -> str:
    return f"level-{min(section.level, 3)}"


def _render_paragraph(letter: Letter, paragraph: Paragraph, words: Words) -> str:
    sentences = " ".join(
        f"<span class='sentence' data-start='{start}'>{''.join(_pieces(letter, paragraph, start, end))}</span>"
        for start, end in paragraph.sentences
    )
    link, label = escape(link_to(letter.id, paragraph.id)), f"{words.paragraph} {paragraph.number}"
    number = f"<a class='number' href='{link}' aria-label='{label}'>{paragraph.number}</a>"
    shown = number if paragraph.kind in BODY_KINDS else ""
    place = f"data-paragraph='{escape(paragraph.id)}' tabindex='-1'"
    return f"<p class='{paragraph.kind}' {place}>{shown}{sentences}</p>"


def _pieces(letter: Letter, paragraph: Paragraph, start: int, end: int) -> Iterator[str]:
    """Yield a sentence's text with the marks of its notes in between."""
    place = start
    for note in letter.notes_of(paragraph.id):
        if not (start < note.offset <= end or (note.offset == 0 and start == 0)):
            continue
        yield escape(paragraph.text[place : note.offset])
        yield f"<sup><a href='#{_note_id(letter, note)}' title='{escape(note.text)}'>{escape(note.mark)}</a></sup>"
        place = note.offset
    yield escape(paragraph.text[place:end])


def _note_id(letter: Letter, note: Footnote) -> str:
    return f"note-{letter.footnotes.index(note)}"


def _render_notes(letter: Letter, words: Words) -> str:
    if not letter.footnotes:
        return ""
    notes = "".join(
        f"<li id='{_note_id(letter, note)}'><span class='mark'>{escape(note.mark)}</span> {escape(note.text)}</li>"
        for note in letter.footnotes
    )
    return f"<section class='notes'><h2>{words.footnotes}</h2><ol>{notes}</ol></section>"
