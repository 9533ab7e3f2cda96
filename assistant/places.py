"""Sentences about another country than the one that is asked about."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

_COUNTRIES = Path(__file__).with_name("data") / "countries.tsv"
# A sentence that compares may tell of the country asked about without its name.
_COMPARES = re.compile(
    r"\b(?:hier|tegenstelling|vergelijk\w*|net als|evenals|zoals|anders dan|elders|ook)\b", re.IGNORECASE
)


def is_elsewhere(question: str, text: str) -> bool:
    """Whether a question asks what is so in one country, and a Dutch sentence tells it "in" others alone.

    That in Germany 20 euro is paid does not answer what is paid in Belgium.
    """
    asked = _named_in(question)
    told = _named_in(text) if asked else frozenset()
    if not told or asked & told or _COMPARES.search(text):
        return False
    return not any(re.search(_mentions()[name], text) for name in asked)


@lru_cache(maxsize=20_000)
def _named_in(text: str) -> frozenset[str]:
    """Return the countries, by their first Dutch name, in which something is said or asked to be."""
    return frozenset(_names()[found] for found in _in_a_country().findall(text))


@cache
def _in_a_country() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(_names(), key=len, reverse=True))
    return re.compile(rf"\b[Ii]n (?:het |de |the )?({names})\b")


@cache
def _names() -> dict[str, str]:
    """Return each country's names in both languages, with its first Dutch one."""
    return {name: row[0].split("|")[0] for row in _rows() for cell in row[:2] for name in cell.split("|")}


@cache
def _mentions() -> dict[str, str]:
    """Return of each country a pattern for what mentions it in Dutch: its names, and how its adjectives begin."""
    return {row[0].split("|")[0]: rf"\b(?:{row[0]}|{row[2]})" for row in _rows()}


def _rows() -> list[list[str]]:
    return [line.split("\t") for line in _COUNTRIES.read_text(encoding="utf-8").splitlines()[1:]]
