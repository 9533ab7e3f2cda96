"""How a paragraph is cited in the Kamer, and where it stands for good."""

from __future__ import annotations

import re
from datetime import date

from ingest.letter import Language, Letter, Paragraph, Section
from ingest.structure.dates import MONTHS

_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
COPY_STYLES = ("kamerstuk", "apa", "journalist")
_PLACES = {"header": "kop", "signature": "ondertekening"}
_OPENING = "inleiding"
_ENUMERATED = re.compile(r"(?:[a-z]|[ivx]{1,4})[.)]\s", re.IGNORECASE)


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
    """Return the reference as the Kamer writes it: Kamerbrief van 26 april 2018, § Uitbreiding, al. 2.

    A heading such as "a) Inhoud", of which each chapter may have one, comes after its chapter's.
    """
    above = _chapter(letter, section) if _ENUMERATED.match(section.heading) else ""
    heading = f"{above}, {section.heading}" if above else section.heading
    place = _PLACES.get(paragraph.kind) or (f"§ {heading}" if heading else _OPENING)
    return f"{name_letter(letter)}, {place}, al. {paragraph.number}"


def _chapter(letter: Letter, section: Section) -> str:
    """Return the heading of the chapter that a section is part of."""
    before = letter.sections[: letter.sections.index(section)]
    return next((one.heading for one in reversed(before) if one.heading and one.level < section.level), "")


def copy_styles(letter: Letter, section: Section, paragraph: Paragraph, quote: str) -> dict[str, str]:
    """Return a quotation with its source, ready to paste, as Kamerstuk, in APA style and as a journalist writes it."""
    place = cite(letter, section, paragraph).removeprefix(f"{name_letter(letter)}, ")
    day = write_date(letter.date, "nl") if letter.date else ""
    sender = letter.sender or ", ".join(one.name for one in letter.signatories if one.name)
    dated = f" van {day}" if day else ""
    addressee = f" aan {letter.addressee}" if letter.addressee else ""
    sent = f"Brief van {_lower_article(sender)}{addressee}" if sender else f"Brief{addressee}"
    author = sender.removeprefix("De ").removeprefix("Het ") or "Kabinet"
    year = f"{letter.date.year}, {day.rsplit(' ', 1)[0]}" if letter.date else "z.d."
    says = f"Dat staat in de Kamerbrief{dated}" + (f" van {_lower_article(sender)}" if sender else "")
    return {
        "kamerstuk": f"{sent}{', ' + day if day else ''}, {place}: “{quote}”",
        "apa": f"“{quote}” ({author}, {letter.date.year if letter.date else 'z.d.'}, {place}).\n"
        f"{author}. ({year}). {letter.title.rstrip(' .…')} [Kamerbrief].",
        "journalist": f"“{quote}” {says} ({place}).",
    }


def _lower_article(name: str) -> str:
    """Return names of posts as they stand in the middle of a sentence: de minister, not De Minister."""
    return re.sub(r"\b(?:De|Het|Minister|Staatssecretaris)\b", lambda word: word.group().lower(), name)
