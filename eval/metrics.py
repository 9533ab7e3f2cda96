"""The measures of one answer or one ranking: pure functions of plain values.

What can't be measured is `None`, never zero. The three ranking measures are written out here, a line each, and
held to scikit-learn in the tests: ir-measures imports in 0.1 s and gives the same values, but needs a compiler
at install on Linux for ARM; ranx brings numba, pandas and matplotlib and takes 4 s to import.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from ingest.dutch import fold
from ingest.letter import Span

_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"\[\d+\](?:\s*\[\d+\])*")
_NUMBER = re.compile(r"\d+")
_DASHES = re.compile(r"[‐‑‒–—−]")
_NOTHING = re.compile(r"(?!)")
_SHORT, _ABBREVIATION = 3, 5


@dataclass(frozen=True, slots=True)
class Statement:
    """A part of an answer up to its citation marks, and the numbers in those marks."""

    text: str
    cites: tuple[int, ...]


def recall_at(ranking: Sequence[str], gold: AbstractSet[str], k: int) -> float | None:
    """Return the share of the gold paragraphs among the first k."""
    return len(gold & set(ranking[:k])) / len(gold) if gold else None


def reciprocal_rank(ranking: Sequence[str], gold: AbstractSet[str]) -> float | None:
    """Return 1 / the rank of the first gold paragraph, 0 where none is ranked."""
    if not gold:
        return None
    return next((1 / rank for rank, paragraph in enumerate(ranking, 1) if paragraph in gold), 0.0)


def ndcg_at(ranking: Sequence[str], gold: AbstractSet[str], k: int) -> float | None:
    """Return the normalised discounted cumulative gain of the first k, a gold paragraph gaining 1."""
    if not gold:
        return None
    gained = sum(1 / math.log2(rank + 1) for rank, paragraph in enumerate(ranking[:k], 1) if paragraph in gold)
    return gained / sum(1 / math.log2(rank + 1) for rank in range(1, min(len(gold), k) + 1))


def split_statements(answer: str, citations: Sequence[int]) -> tuple[Statement, ...]:
    """Split an answer after each run of marks like [1][2]; one without any mark rests on all its citations."""
    if not _MARKS.search(answer):
        return (Statement(answer.strip(), tuple(citations)),) if _WORD.search(answer) else ()
    statements: list[Statement] = []
    start = 0
    for match in _MARKS.finditer(answer):
        text = answer[start : match.start()].strip()
        statements.append(Statement(text, tuple(int(mark) for mark in _NUMBER.findall(match.group()))))
        start = match.end()
    if _WORD.search(answer[start:]):
        statements.append(Statement(answer[start:].strip(), ()))
    return tuple(statements)


def citation_precision(supports: Sequence[bool]) -> float | None:
    """Return the share of an answer's citations that support it.

    ALCE (Gao et al., 2023) has a language model judge support; here a citation supports when it stands where
    the gold evidence stands.
    """
    return sum(supports) / len(supports) if supports else None


def citation_recall(statements: Sequence[Statement], supporting: AbstractSet[int]) -> float | None:
    """Return the share of an answer's statements that one of their citations supports (ALCE's definition)."""
    if not statements:
        return None
    return sum(bool(supporting & set(statement.cites)) for statement in statements) / len(statements)


def covered(gold: AbstractSet[object], cited: AbstractSet[object]) -> float | None:
    """Return the share of the gold places that are cited."""
    return len(gold & cited) / len(gold) if gold else None


def touched_sentences(sentences: Sequence[Span], span: Span) -> frozenset[int]:
    """Return the numbers of the sentences that share at least one character with a span."""
    start, end = span
    return frozenset(number for number, (first, last) in enumerate(sentences) if first < end and start < last)


def has_fact(alternatives: Sequence[str], text: str) -> bool:
    """Whether one of the alternatives stands in a text, whatever the case, accents and dashes.

    A number matches only as a whole (5 is not in 1,5), and so does an abbreviation in capitals (EU is not in
    Europa); up to three other letters match only at the start of a word.
    """
    plain = plain_text(text)
    return any(_fact_pattern(alternative).search(plain) for alternative in alternatives)


def find_facts(alternatives: Sequence[str], text: str) -> tuple[Span, ...]:
    """Return where the alternatives stand in a text, as has_fact finds them; offsets are those of the text."""
    folded = [(_plain_sign(sign), place) for place, sign in enumerate(text)]
    plain = "".join(sign or " " for sign, _ in folded)
    places = [place for sign, place in folded for _ in (sign or " ")]
    spans = [
        (places[match.start()], places[match.end() - 1] + 1)
        for alternative in alternatives
        for match in _fact_pattern(alternative).finditer(plain)
    ]
    return tuple(sorted(set(spans)))


def plain_text(text: str) -> str:
    """Return a text in lower case without accents, with plain dashes and single blanks."""
    return " ".join(_DASHES.sub("-", fold(unicodedata.normalize("NFKC", text))).split())


@lru_cache(maxsize=4096)
def _plain_sign(sign: str) -> str:
    return plain_text(sign)


@lru_cache(maxsize=4096)
def _fact_pattern(alternative: str) -> re.Pattern[str]:
    plain, before, after = plain_text(alternative), "", ""
    if not plain:
        return _NOTHING
    abbreviation = alternative.isupper() and len(alternative) <= _ABBREVIATION
    if plain[:1].isdigit():
        before = r"(?<!\d)(?<!\d[.,])"
    elif abbreviation or len(plain) <= _SHORT:
        before = r"(?<![^\W_])"
    if plain[-1:].isdigit():
        after = r"(?!\d)(?![.,]\d)"
    elif abbreviation:
        after = r"(?![^\W_])"
    return re.compile(before + r"\s+".join(map(re.escape, plain.split())) + after)


def token_f1(answer: str, reference: str) -> float | None:
    """Return the F1 of the words of an answer against those of a reference, counted with repetition (SQuAD)."""
    expected = Counter(_WORD.findall(plain_text(reference)))
    if not expected:
        return None
    said = Counter(_WORD.findall(plain_text(_MARKS.sub(" ", answer))))
    shared = (said & expected).total()
    return 2 * shared / (said.total() + expected.total())
