"""What a line's text looks like: a list item, a numbered heading, a title, a sentence that goes on."""

from __future__ import annotations

import re

from ingest.structure.marks import ANCHOR
from ingest.structure.sentences import ends_in_abbreviation

ITEM = re.compile(
    r"(?:(?P<bullet>[•▪‣◦●○■□►▸➢✓–—*·-]|o(?=\s))|(?P<number>\d{1,2})[.)°]|\(?(?P<letter>[a-z])[.)]"
    r"|(?P<roman>[ivx]{1,4})[.)]|\((?P<bracketed>\d{1,2}|[ivx]{1,4})\))\s+(?=\S)"
)
NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,4}\.|[A-Z]\.)\s+(?=[A-ZÀ-Þ\"“‘'«])")
LONE_BULLET = re.compile(r"[•▪‣◦●○■□►▸➢✓·-]")
LONE_NUMBER = re.compile(r"\d{1,2}[.)]?")
# How papers with answers to written questions head each question and each answer.
QUESTION = re.compile(
    r"(?:vra(?:ag|gen)|antwoord(?:en)?(?: op(?: de)? vra(?:ag|gen))?|\d{1,3}\s+(?:vraag|antwoord))"
    r"(?:\s+\d{1,3}[a-z]?(?:(?:,| en| t/m| tot en met| ?[-–+])\s*\d{1,3}[a-z]?)*)?:?",
    re.IGNORECASE,
)
# How a signature begins.
POST = re.compile(
    r"(?:(?:mede\s+)?namens\s+)?(?:de|het)?\s*(?:demissionair\s+)?"
    r"(?:vice)?(?:minister|staatssecretaris|minister-president|kabinet)\b",
    re.IGNORECASE,
)
SALUTATION = re.compile(
    r"(?:geachte|beste|excellentie|hooggeachte|mijnheer de voorzitter|mevrouw de voorzitter)\b[^.]{0,80}$",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"(?:hoogachtend|met\s+(?:vriendelijke|hartelijke)\s+groet(?:en)?|met\s+(?:de\s+meeste\s+)?hoogachting)\b",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
# A line that ends in one of these goes on, however short it is.
DANGLING = re.compile(
    r"\b(?:en|of|van|de|het|een|voor|der|den|des|in|op|te|ten|ter|met|aan|bij|om|tot|als|dat|die|over|naar|uit|and|of|the)$"
)
_FIGURES = re.compile(r"\d[\d.,]*\s+[-+–]?\d[\d.,]*%?$")
_TITLE_START = re.compile(r"[\"“„‘'«(]*(?:\d{1,2}(?=[A-Z]))?[A-ZÀ-Þ]|[\"“„‘'«’]")
_MOST_QUESTION_WORDS = 8
_MOST_HEADING_CHARACTERS = 110
_MOST_HEADING_WORDS = 14


def bare(text: str) -> str:
    """Return the text without footnote anchors."""
    return ANCHOR.sub("", text).strip()


def ends_sentence(text: str) -> bool:
    """Whether a line's text ends a sentence: at a stop that belongs to no abbreviation."""
    return bool(SENTENCE_END.search(text)) and not ends_in_abbreviation(text)


def is_question_label(text: str) -> bool:
    """Whether a line is nothing but "Vraag 1" or "Antwoord op vraag 1"."""
    return bool(QUESTION.fullmatch(text)) and not text[0].islower()


def looks_like_heading(text: str) -> bool:
    """Whether a text of its own is short, begins like a title and does not end like a sentence."""
    if is_question_label(text):
        return True
    words = text.split()
    numbered = NUMBERED.match(text) or ITEM.match(text)
    title = text[numbered.end() :] if numbered else text
    stopped = text.endswith((".", ";", ":", ",", "!", "…")) and not ends_in_abbreviation(text, closing=True)
    return bool(
        _TITLE_START.match(title)
        and len(text) <= _MOST_HEADING_CHARACTERS
        and len(words) <= (_MOST_QUESTION_WORDS if text.endswith("?") else _MOST_HEADING_WORDS)
        and not stopped
        and not _FIGURES.search(text)
        and sum(sign.isalpha() for sign in title) > len(title) / 2
    )
