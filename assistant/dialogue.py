"""The nouns of assistant: a question's history, a citation, an answer; all frozen, none doing any I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ingest.letter import Language, Span

Status = Literal["answered", "off_topic", "silent", "undecided", "vague"]
QUOTE_MODEL = "quote"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and what its answer cited: a paragraph and a span of it each.

    `standalone` is the question as it was understood, and `language` that of its answer, where they are known.
    """

    question: str
    paragraph_ids: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    standalone: str = ""
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands: `quote == paragraph_text[start:end]`, always.

    `n` counts the citations of one answer from 1; `paragraph` counts within the section;
    `marks` are the spans of the decisive words in the quote; `score` lies in 0..1; `machine_translated`
    tells whether the translation is a language model's.
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
    machine_translated: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """A sentence that a language model gave and that is not part of the answer, and why; empty where unsafe to show."""

    sentence: str
    reason: str


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
    withheld: tuple[Withheld, ...] = ()

    @property
    def shown(self) -> tuple[Citation, ...]:
        """What stands beside the answer: its citations, or the nearest passages where there are none."""
        return self.citations or self.nearest

    @property
    def several(self) -> bool:
        """Whether what is shown stands in several letters, which a date alone may not tell apart."""
        return len({citation.letter for citation in self.shown}) > 1


def turn_of(answer: Answer) -> Turn:
    """Return an answer as the turn that a later question looks back on."""
    return Turn(
        question=answer.question,
        paragraph_ids=tuple(citation.paragraph_id for citation in answer.citations),
        spans=tuple((citation.start, citation.end) for citation in answer.citations),
        standalone=answer.standalone_question,
        language=answer.language,
    )


def answer_of(record: Mapping[str, Any]) -> Answer:
    """Return the answer that `dataclasses.asdict` made a record of, whether it came through JSON or not.

    Raises:
        KeyError, TypeError, ValueError: the record is not one of an answer.
    """
    citations, nearest = (tuple(_citation_of(entry) for entry in record[key]) for key in ("citations", "nearest"))
    # answers that were kept before there was anything to withhold have no such key
    withheld = tuple(Withheld(**entry) for entry in record.get("withheld", ()))
    whole = {"warnings": tuple(record["warnings"]), "citations": citations, "nearest": nearest, "withheld": withheld}
    return Answer(**{**record, **whole})


def _citation_of(record: Mapping[str, Any]) -> Citation:
    marks = tuple((int(start), int(end)) for start, end in record["marks"])
    return Citation(**{**record, "footnotes": tuple(record["footnotes"]), "marks": marks})
