"""Two questions in one: "Wie schreef de brief en aan wie?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.condense import condense
from assistant.dialogue import Turn
from assistant.rank import RankedSentence

_ASKING = r"(?:wie|wiens|wat|waar\w*|wanneer|hoe\w*|waarom|welke?|who|whom|whose|what|where|when|how|why|which)\b"
_BEFORE = r"(?:(?:aan|van|voor|door|met|in|op|naar|uit|tot|sinds|vanaf|to|from|for|by|with|at|on|until|of|since)\s+)?"
_TWO = re.compile(
    rf"(?P<first>{_BEFORE}{_ASKING}.*?),?\s+(?:en|and)\s+(?P<second>{_BEFORE}{_ASKING}.*)", re.IGNORECASE | re.DOTALL
)
_OPENING = re.compile(rf"{_BEFORE}{_ASKING}\s*", re.IGNORECASE)
_FEW_WORDS = 3
_SENTENCES_A_PART = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One of two questions: the sentences that answer it, none where it is refused, and the probability."""

    question: str
    chosen: tuple[RankedSentence, ...]
    probability: float


def split_question(question: str) -> tuple[str, ...]:
    """Return the two questions that one sentence asks, each standing alone; nothing where it asks but one."""
    found = _TWO.fullmatch(question.strip())
    if not found:
        return ()
    first, second = found["first"].rstrip(" ?,"), found["second"]
    if len(second.split()) <= _FEW_WORDS or condense(second, (Turn(first),)) != second:
        # "en aan wie?" asks of what the first one asks of
        second = f"{second.rstrip(' ?')} {_OPENING.sub('', first, count=1)}?"
    return f"{first}?", second


def join_sentences(parts: Sequence[Sequence[RankedSentence]]) -> tuple[RankedSentence, ...]:
    """Return the best sentences of each part, in their order, each once."""
    joined = {
        (ranked.place.candidate.paragraph.id, ranked.place.sentence): ranked
        for chosen in reversed(parts)
        for ranked in reversed(chosen[:_SENTENCES_A_PART])
    }
    return tuple(reversed(joined.values()))
