"""A follow-up and its history into a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.dialogue import Turn
from ingest.dutch import STOP_WORDS, fold

_SMALL_WORDS = STOP_WORDS["nl"] | STOP_WORDS["en"] | {"hoezo", "sinds", "since", "precies", "exactly", "much", "often"}
_MOST_WORDS_OPENED = 8
_OPENS_AS_FOLLOW_UP = re.compile(r"(?:en|and|maar|but|dus|so|dan|then)\b", re.IGNORECASE)
# Words that mean nothing without what went before, whatever else the question names.
_POINTS_BACK = re.compile(
    r"\b(?:hoezo|(?:daar|hier|er)(?:van|mee|over|aan|voor|bij|door|in|op|om|uit|tegen|toe|onder|na)|dezelfde|laatstgenoemde"
    r"|the same|the latter)\b"
    r"|\b(?:dat|die|dit|that|this|it|there|daar)\W*$"
    r"|\b(?:is|was|were|are|does|did|doet|betekent|kost|gebeurt|wordt) (?:dat|dit|that|it)\b(?! (?:de|het|een"
    r"|the|a|an|true|waar|brief|stuk|letter)\b)",
    re.IGNORECASE,
)
# Words that may stand for something in the question itself, if it names anything.
_MAY_POINT_BACK = re.compile(
    r"\b(?:hij|zij|ze|hem|hun|daar|they|them|he|she|those|these|there|others?|anderen?)\b|\bnog meer\b"
    r"|\b(?:deze|dit|this)\b(?! (?:brief|kamerbrief|stuk|schrijven|letter|document|paper)\b)"
    r"|^\w+ \w+ die\b|\bit\b(?! (?:true|worth|possible|likely|clear)\b)",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=\s)(?!I\b)[A-ZÀ-Þ0-9][\w-]*")
_NEW_SUBJECT = re.compile(
    r"^\W*(?:(?:een )?andere? vraag|iets (?:heel )?anders|(?:en )?(?:even )?terug naar|dank\w*(?=\W+en\b)"
    r"|different question"
    r"|another question|something (?:completely |quite )?different|on another note|thanks?(?=\W+and\b)"
    r"|(?:now,? )?back to)"
    r"[^,:.]*[,:.]?\s*(?:(?:en|and)\b\s*)?",
    re.IGNORECASE,
)


def condense(question: str, history: Sequence[Turn]) -> str:
    """Return the question with the one it follows put before it, where it points back; else unchanged."""
    changed = _NEW_SUBJECT.match(question)
    if changed and changed.end() < len(question):
        return question[changed.end() :]
    if not history or not _follows(question):
        return question
    return f"{history[-1].question.strip()} {question.strip()}"


def _follows(question: str) -> bool:
    words = re.findall(r"\w+", fold(question))
    if all(word in _SMALL_WORDS for word in words) or _POINTS_BACK.search(question):
        return True
    if _OPENS_AS_FOLLOW_UP.match(question) and len(words) <= _MOST_WORDS_OPENED:
        return True
    return not _NAME.search(question) and bool(_MAY_POINT_BACK.search(question))
