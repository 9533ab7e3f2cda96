"""How a paragraph is cited in the Kamer, and where it stands for good."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from assistant.dialogue import Citation
from ingest.letter import Language, Letter, Paragraph, Section
from ingest.structure.dates import MONTHS

_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
Style = Literal["kamerstuk", "apa", "journalist"]
STYLES: tuple[Style, ...] = get_args(Style)
"""As the Kamer refers to its papers, as scholars do (APA 7), and as a newspaper does."""
_PLACES = {"header": "kop", "signature": "ondertekening"}
_OPENING = "inleiding"


def write_date(day: date, language: Language) -> str:
    """Return a date in words: 26 april 2018, 26 April 2018."""
    months = MONTHS if language == "nl" else _ENGLISH_MONTHS
    return f"{day.day} {months[day.month - 1]} {day.year}"


def name_letter(letter: Letter, language: Language = "nl") -> str:
    """Return a letter's name by its date, or by its title where it has none."""
    if letter.date:
        return f"{'Kamerbrief van' if language == 'nl' else 'letter of'} {write_date(letter.date, language)}"
    return f"Kamerbrief «{letter.title}»" if language == "nl" else f"letter «{letter.title}»"


def cite(letter: Letter, section: Section, paragraph: Paragraph) -> str:
    """Return the reference as the Kamer writes it: Kamerbrief van 26 april 2018, § Uitbreiding, al. 2."""
    place = _PLACES.get(paragraph.kind) or (f"§ {section.heading}" if section.heading else _OPENING)
    return f"{name_letter(letter)}, {place}, al. {paragraph.number}"


def cite_as(style: Style, citation: Citation, letter: Letter) -> str:
    """Return a citation to be pasted elsewhere, with its verbatim quotation."""
    quoted = f"“{citation.quote}”"
    if style == "kamerstuk":
        return f"{citation.reference}: {quoted}"
    year = letter.date.year if letter.date else "z.d."
    if style == "apa":
        author = letter.sender or letter.title
        return f"{quoted} ({author}, {year}, {citation.reference.partition(', ')[2]})"
    sender = f" van {letter.sender}" if letter.sender else ""
    day = f" ({write_date(letter.date, 'nl')})" if letter.date else ""
    return f"{quoted}, aldus de Kamerbrief{sender}{day}."
