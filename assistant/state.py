"""What flows through the chain for one question."""

from __future__ import annotations

from typing import TypedDict

from assistant.dialogue import Answer, Status, Turn
from assistant.question import Question
from assistant.rank import RankedSentence, Ranking
from assistant.retrieve import Candidate
from ingest.letter import Language


class State(TypedDict, total=False):
    """Each step reads what the earlier ones left and adds its own."""

    asked: str
    history: tuple[Turn, ...]
    only: tuple[str, ...]
    undated: tuple[str, ...]
    language: Language | None
    plain: bool
    follows: Turn | None
    standalone: str
    question: Question
    candidates: tuple[Candidate, ...]
    ranking: Ranking
    chosen: tuple[RankedSentence, ...]
    missing: tuple[str, ...]
    status: Status
    answer: Answer
