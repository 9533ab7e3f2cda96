"""Where a letter says what it is about: its subject line, and the sentences that announce what follows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from ingest.index import Letters
from ingest.letter import BODY_KINDS, Letter, Paragraph

Place = tuple[str, int]
"""A paragraph's id and the number of a sentence in it."""

MOST_ANNOUNCEMENTS, _MOST_LETTERS = 3, 3
# What a letter is about is announced in its first paragraphs.
_OPENING_PARAGRAPHS = 8
_LETTER = r"\w*(?:brief|reactie|rapportage|nota|fiche|stuk|schrijven)"
_ANNOUNCES = re.compile(
    r"\b(?:hierbij|hiermee|bijgaand|bijgevoegd|(?:met|in|via) (?:deze|dit)|hierna|tegelijk)\b[^.;]*"
    r"\b(?:bied\w*|inform\w+|geïnformeerd|stuu?r\w*|zend\w*|reageer\w*|reageren|ga|gaat|gaan|geef|geven|schets\w*|doe|doen"
    r"|voldoe\w*|kom|komen|licht\w*|beschrijf\w*|beantwoord\w*|ontvang\w*|tref\w*|rapporteer\w*)\b"
    rf"|\b(?:deze|de) {_LETTER}\b[^.;]*\b(?:ingaan|gaat|behandelt|beschrijft|schetst|bespreekt|informeert|bevat)\b",
    re.IGNORECASE,
)


def find_announcements(letter: Letter) -> tuple[Place, ...]:
    """Return the places, at most three, that tell what a letter is about; in reading order, never none."""
    subject = [(one.id, 0) for _, one in letter.paragraphs() if one.kind == "header" and _holds_title(letter, one)][:1]
    opening = [one for _, one in letter.paragraphs() if one.kind in BODY_KINDS][:_OPENING_PARAGRAPHS]
    announced = [
        (paragraph.id, number)
        for paragraph in opening
        for number in range(len(paragraph.sentences))
        if _ANNOUNCES.search(paragraph.sentence(number))
    ]
    first = [(paragraph.id, 0) for paragraph in opening[:1] if not subject]
    return tuple([*subject, *(announced or first)][:MOST_ANNOUNCEMENTS])


def announcing_paragraphs(letters: Letters, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the paragraphs in which the newest three of these letters, or of all, say their subject."""
    heads = letters.heads
    newest = sorted(asked or heads, key=lambda letter_id: heads[letter_id].date or date.min)[-_MOST_LETTERS:]
    return tuple(paragraph_id for one in newest for paragraph_id, _ in find_announcements(letters[one]))


def _holds_title(letter: Letter, paragraph: Paragraph) -> bool:
    title = letter.title.removesuffix(" …").casefold()
    return bool(title) and title in paragraph.text.casefold()
