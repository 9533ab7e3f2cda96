"""Pairs of words that say the opposite of each other, in both languages."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from ingest.letter import Language

_PAIRS = Path(__file__).with_name("data") / "opposites.tsv"
Pole = tuple[int, int]
"""Which pair, and which side of it."""


@lru_cache(maxsize=10_000)
def poles_of(text: str, language: Language) -> dict[Pole, str]:
    """Return the poles that stand in a text, each with its first word."""
    return {pole: found.group() for pole, pattern in _poles(language).items() if (found := pattern.search(text))}


@cache
def _poles(language: Language) -> dict[Pole, re.Pattern[str]]:
    first = 0 if language == "nl" else 1
    rows = [line.split("\t") for line in _PAIRS.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {
        (number, side): re.compile(rf"(?<![\w-])(?:{row[first + 2 * side]})(?![\w-])", re.IGNORECASE)
        for number, row in enumerate(rows)
        for side in (0, 1)
    }
