"""Sentences cut into clauses, and how much of one clause stands in another, in either language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.grounding import Terms, Texts, content_terms, equivalents
from ingest.dutch import analyse
from ingest.letter import Language

# A decimal comma, a thousands point and the colon of a time of day cut nothing.
_CLAUSE = re.compile(
    r"[;()–]|[,:](?!\d)|\b(?:maar|hoewel|terwijl|tenzij|but|although|while|whereas|unless)\b"
    # what goes on with a verb of its own
    r"|\b(?:en|and) (?=(?:is|zijn|was|waren|wordt|worden|werd|heeft|hebben|had|kan|kunnen|moet|moeten|wil|zal|zullen|er"
    r"|komt|gaat|blijft|are|were|has|have|can|must|will|there)\b)",
    re.IGNORECASE,
)
Clause = tuple[str, Language]


@lru_cache(maxsize=5_000)
def clauses_of(text: str) -> tuple[str, ...]:
    """Return the clauses of a text, without what parts them."""
    return tuple(clause for clause in _CLAUSE.split(text) if any(map(str.isalnum, clause)))


def all_clauses(texts: Texts) -> tuple[Clause, ...]:
    """Return the clauses of several texts, each with its language."""
    return tuple((clause, spoken) for text, spoken in texts for clause in clauses_of(text))


def in_language(texts: Texts, language: Language) -> Texts:
    """Return the texts in a language, or all where none is: words are best compared in one language."""
    return tuple(text for text in texts if text[1] == language) or texts


@lru_cache(maxsize=5_000)
def words_of(text: str, language: Language) -> tuple[Terms, ...]:
    """Return the index terms of each word that says something."""
    return tuple(content_terms(text, language))


@lru_cache(maxsize=20_000)
def overlap(clause: str, language: Language, other: str, spoken: Language) -> int:
    """Return how many words of a clause stand in another."""
    there = _terms(other, spoken)
    return sum(stands(terms, language, there, spoken) for terms in words_of(clause, language))


def stands(terms: Terms, language: Language, there: frozenset[str], spoken: Language) -> bool:
    """Whether a word is among the index terms of a text, as it is or by the term list."""
    if there.issuperset(terms):
        return True
    return language != spoken and any(there.issuperset(other) for other in equivalents(terms, language))


def nearest(clause: str, language: Language, others: Sequence[Clause]) -> tuple[list[Clause], int]:
    """Return the clauses that share the most words with this one, and how many those are."""
    shared = [overlap(clause, language, *other) for other in others]
    most = max(shared, default=0)
    return [other for other, count in zip(others, shared, strict=True) if count == most], most


@lru_cache(maxsize=5_000)
def _terms(text: str, language: Language) -> frozenset[str]:
    return frozenset(analyse(text, language))
