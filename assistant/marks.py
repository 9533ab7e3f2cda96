"""Words that change what a sentence claims, how sure and of how many: the same marks in both languages."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, get_args

from ingest.letter import Language

Mark = Literal[
    "may", "wish", "must", "expect", "consider", "advise", "decided", "will", "open", "later", "always",
    "all", "each", "most", "many", "few", "only", "at least", "at most", "more than", "less than",
]  # fmt: skip
# Marks that make a claim less than a fact.
SOFT: frozenset[Mark] = frozenset({"may", "wish", "must", "expect", "consider", "advise", "open"})
# Marks that a sentence may bear only where its source bears them too.
STRONG: frozenset[Mark] = frozenset(
    {
        "must", "decided", "later", "always", "all", "each", "most", "only",
        "at least", "at most", "more than", "less than",
    }
)  # fmt: skip
# Marks that say as much as another.
_COVERS: dict[Mark, frozenset[Mark]] = {
    "must": frozenset({"must", "advise"}),
    "all": frozenset({"all", "each", "always"}),
    "each": frozenset({"all", "each"}),
    "always": frozenset({"all", "each", "always"}),
    "later": frozenset({"later", "may", "wish", "expect", "open", "will"}),
    "more than": frozenset({"more than", "at least"}),
    "at least": frozenset({"more than", "at least"}),
    "less than": frozenset({"less than", "at most"}),
    "at most": frozenset({"less than", "at most"}),
}
_TABLE = Path(__file__).with_name("data") / "marks.tsv"


@lru_cache(maxsize=10_000)
def marks_of(text: str, language: Language) -> frozenset[Mark]:
    """Return the marks that a text bears."""
    return frozenset(mark for mark, pattern in _patterns(language).items() if pattern.search(text))


def word_of(mark: Mark, text: str, language: Language) -> str:
    """Return the first word of a text that bears a mark."""
    found = _patterns(language)[mark].search(text)
    return found.group() if found else ""


def covers(text: str, language: Language, mark: Mark) -> bool:
    """Whether a source bears a mark, one that says as much, or a word that may stand for it."""
    if not _COVERS.get(mark, frozenset({mark})).isdisjoint(marks_of(text, language)):
        return True
    wider = _wider(language).get(mark)
    return bool(wider and wider.search(text))


@cache
def _patterns(language: Language) -> dict[Mark, re.Pattern[str]]:
    return {mark: _compile(words[language == "en"]) for mark, *words in _rows()}


@cache
def _wider(language: Language) -> dict[Mark, re.Pattern[str]]:
    return {mark: _compile(words[2 + (language == "en")]) for mark, *words in _rows() if words[2]}


def _rows() -> list[tuple[Mark, str, str, str, str]]:
    names: dict[str, Mark] = {name: name for name in get_args(Mark)}
    lines = (line.split("\t") for line in _TABLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return [(names[mark], nl, en, wide_nl, wide_en) for mark, nl, en, wide_nl, wide_en in lines]


def _compile(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)
