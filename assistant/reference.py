"""How a paragraph is cited in the Kamer, and where it stands for good."""

from __future__ import annotations

from datetime import date

from ingest.letter import Language, Letter, Paragraph, Section
from ingest.structure.dates import MONTHS

_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
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
