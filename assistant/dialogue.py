"""The nouns of assistant: a question's history, a citation, an answer; all frozen, none doing any I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingest.letter import Language, Span

Status = Literal["answered", "off_topic", "silent", "undecided", "vague"]
QUOTE_MODEL = "quote"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and the paragraphs its answer cited."""

    question: str
    paragraph_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands: `quote == paragraph_text[start:end]`, always.

    `n` counts the citations of one answer from 1; `paragraph` counts within the section;
    `marks` are the spans of the decisive words in the quote; `score` lies in 0..1.
    """

    n: int
    letter: str
    paragraph_id: str
    section: str
    paragraph: int
    page: int | None
    reference: str
    quote: str
    start: int
    end: int
    paragraph_text: str
    translation: str | None
    footnotes: tuple[str, ...]
    score: float
    marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the letters say to a question; `probability` is the chance that they answer it at all."""

    question: str
    standalone_question: str
    language: Language
    status: Status
    answer: str
    as_of: str | None
    warnings: tuple[str, ...]
    model: str
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    seconds: float
    probability: float
    id: str | None = None
