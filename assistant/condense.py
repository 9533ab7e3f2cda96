"""A follow-up and its history into a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.dialogue import Turn

_MOST_WORDS_ALONE = 3
_POINTS_BACK = re.compile(
    r"^(?:en|and|maar|but|dus|so)\b|\b(?:dat|daar\w*|die|deze|dit|hij|zij|ze|het|hem|haar|hun|hier\w*|er\w*|hoezo|that|those|these|this"
    r"|there|they|them|it|its|he|she|his|her|their)\b",
    re.IGNORECASE,
)
_NEW_SUBJECT = re.compile(
    r"^\W*(?:(?:een )?andere? vraag|iets (?:heel )?anders|en even terug|dank\w*\W+en|different question|another question"
    r"|something (?:completely |quite )?different|on another note|thanks?\W+and|now,? back)[^,:.]*[,:.]?\s*",
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
    return len(question.split()) <= _MOST_WORDS_ALONE or bool(_POINTS_BACK.search(question))
