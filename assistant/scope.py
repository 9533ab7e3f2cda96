"""Which letters are asked: all, or those that fit in date, ministry and dossier."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from assistant.ministries import is_from, short_names
from ingest.cards import LetterCard
from ingest.errors import UserError, unknown_letter
from ingest.structure.dates import MONTHS
from ingest.structure.papers import plain_dossier

_MOST_NAMED = 10
_YEAR = r"(?P<year>(?:18|19|20)\d\d)"
_MONTH = rf"(?P<month>[01]?\d|{'|'.join(MONTHS)})"
_DAY = r"(?P<day>[0-3]?\d)"
_SEPARATOR = r"[-/. ]"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}(?:{_SEPARATOR}{_MONTH}(?:{_SEPARATOR}{_DAY})?)?",
        rf"(?:{_DAY}{_SEPARATOR})?{_MONTH}{_SEPARATOR}{_YEAR}",
    )
)
_DOSSIER = re.compile(r"\d{5}(?:-[IVXLCDM]+|-[A-H]|-\d{2})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the letters that are asked have in common; what is empty excludes none.

    `date_from` and `date_to` are included; a letter without a date is outside both.
    """

    letters: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None
    ministry: str = ""
    dossier: str = ""

    @property
    def filters(self) -> bool:
        """Whether it chooses by more than the letters' ids."""
        return bool(self.date_from or self.date_to or self.ministry or self.dossier)


EVERYTHING = Scope()
SCOPE_FILTERS = ("date_from", "date_to", "ministry", "dossier")


@dataclass(frozen=True, slots=True)
class Selection:
    """The ids of the letters to ask, none for all of them, and of those left out for want of a date."""

    letters: tuple[str, ...]
    undated: tuple[str, ...] = ()


def read_scope(
    letters: Sequence[str] = (), date_from: str = "", date_to: str = "", ministry: str = "", dossier: str = ""
) -> Scope:
    """Return the scope that a user wrote: days, months and years in figures or words, a dossier with or without blank.

    Raises:
        UserError: something else than a date or a dossier's number, or a period that ends before it begins.
    """
    first = _read_period(date_from)[0] if date_from.strip() else None
    last = _read_period(date_to)[1] if date_to.strip() else None
    if first and last and first > last:
        raise UserError(f"the period ends ({last}) before it begins ({first}): exchange the dates")
    number = plain_dossier(" ".join(dossier.split()))
    if number and not _DOSSIER.fullmatch(number):
        raise UserError(f"{dossier!r} is no dossier: give its number, such as 29665 or 36200-XII")
    return Scope(tuple(letters), first, last, " ".join(ministry.split()), number.upper())


def select_letters(cards: Mapping[str, LetterCard], scope: Scope) -> Selection:
    """Return the letters within a scope.

    Raises:
        UserError: an unknown letter, or no letter fits; the message names what there is.
    """
    for letter_id in scope.letters:
        if letter_id not in cards:
            raise unknown_letter(letter_id, cards)
    if not scope.filters:
        return Selection(scope.letters)
    asked = [cards[letter_id] for letter_id in dict.fromkeys(scope.letters or cards)]
    if scope.ministry:
        asked = _of_ministry(asked, scope.ministry)
    if scope.dossier:
        asked = _of_dossier(asked, scope.dossier)
    within = _within(asked, scope.date_from, scope.date_to) if scope.date_from or scope.date_to else asked
    chosen = {card.id for card in within}
    undated = tuple(card.id for card in asked if card.id not in chosen and not card.date)
    return Selection(tuple(card.id for card in within), undated)


def _read_period(text: str) -> tuple[date, date]:
    """Return the first and the last day of a day, month or year."""
    for form in _FORMS:
        if not (found := form.fullmatch(text.strip())):
            continue
        year, name, day = int(found["year"]), found["month"], found["day"]
        month = (MONTHS.index(name.lower()) + 1 if name.isalpha() else int(name)) if name else 0
        try:
            first = date(year, month or 1, int(day or 1))
            last = date(year, month or 12, int(day or monthrange(year, month or 12)[1]))
        except ValueError as error:
            raise UserError(f"{text!r} is no day in the calendar") from error
        return first, last
    raise UserError(f"{text!r} is no date: write 2018, 2018-04, 2018-04-26, 26-04-2018 or 26 april 2018")


def _of_ministry(asked: Sequence[LetterCard], wanted: str) -> list[LetterCard]:
    if found := [card for card in asked if is_from(card.sender, wanted)]:
        return found
    here = sorted({name for card in asked for name in short_names(card.sender) or filter(None, (card.sender,))})
    raise UserError(f"no letter that is asked is of the ministry {wanted!r}; {_name(here, wanted, 'ministries')}")


def _of_dossier(asked: Sequence[LetterCard], wanted: str) -> list[LetterCard]:
    if found := [card for card in asked if any(_is_in(wanted, one) for one in card.dossiers)]:
        return found
    here = sorted({one for card in asked for one in card.dossiers})
    raise UserError(f"no letter that is asked is of dossier {wanted}; {_name(here, wanted, 'dossiers')}")


def _is_in(wanted: str, dossier: str) -> bool:
    """Whether a dossier is the one wanted, or a chapter of it."""
    return dossier.upper() == wanted or dossier.startswith(f"{wanted}-")


def _within(asked: Sequence[LetterCard], first: date | None, last: date | None) -> list[LetterCard]:
    if found := [card for card in asked if card.date and (first or card.date) <= card.date <= (last or card.date)]:
        return found
    period = " ".join([*([f"from {first}"] if first else []), *([f"to {last}"] if last else [])])
    dated = sorted((card.date, card.id) for card in asked if card.date)
    before = [one for one in dated if first and one[0] < first][-1:]
    after = [one for one in dated if last and one[0] > last][:1]
    nearest = " and ".join(f"{day} ({letter_id})" for day, letter_id in [*before, *after])
    there = f"the nearest are of {nearest}" if len(before + after) > 1 else f"the nearest is of {nearest}"
    without = sum(not card.date for card in asked)
    undated = f"; {without} {'has' if without == 1 else 'have'} no date" if without else ""
    raise UserError(f"no letter that is asked is dated {period}; {there if dated else 'none has a date'}{undated}")


def _name(here: Sequence[str], wanted: str, what: str) -> str:
    """Return which of what is here is most like what was wanted."""
    if not here:
        return f"none tells its {what}"
    # a few are named whole, of many those most like what was wanted
    named = here if len(here) <= _MOST_NAMED else get_close_matches(wanted, here, n=_MOST_NAMED, cutoff=0.0)
    return f"{what} here: {', '.join(named)}{', …' if len(named) < len(here) else ''}"
