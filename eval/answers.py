"""Answers made elsewhere, in the format of `kamervraag batch`, made ready to be scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.dialogue import Status
from assistant.reference import cite
from eval.cases import Case, Text, UnreadableCases, find_evidence, read_rows
from ingest.errors import UserError
from ingest.letter import Language, Letter

AnswerRecord = Mapping[str, Any]
"""An answer as `kamervraag ask --json` prints it, or one like it whose status is FAILED."""
FAILED = "error"

Count = Annotated[int, Field(ge=0)]


class GivenCitation(BaseModel):
    """A citation; one without a place is looked for by its quote."""

    model_config = ConfigDict(frozen=True, extra="allow")

    n: Annotated[int, Field(ge=1)]
    quote: str
    letter: str | None = None
    paragraph_id: str | None = None
    start: Count | None = None
    end: Count | None = None


class GivenAnswer(BaseModel):
    """A row: what is scored of an answer; the rest is kept as it is."""

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True)

    id: Text
    status: Status | Literal["error"]
    answer: str = ""
    language: Language | None = None
    citations: tuple[GivenCitation, ...] = ()
    ranking: tuple[str, ...] | None = None
    model: str | None = None
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    probability: Annotated[float, Field(ge=0, le=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:
        """Give an error row its status, and citations their numbers where they have none."""
        if not isinstance(value, dict):
            return value
        if value.get("error") is not None:
            return {"id": value.get("id"), "status": FAILED, "error": str(value["error"])}
        citations = value.get("citations")
        if isinstance(citations, list) and all(isinstance(citation, dict) for citation in citations):
            citations = [{"n": number, **citation} for number, citation in enumerate(citations, 1)]
        return {**value, "citations": citations or ()}


def read_answers(path: Path, cases: Sequence[Case], letters: Mapping[str, Letter]) -> dict[str, AnswerRecord]:
    """Read one answer a case; an error row stays one and counts as no answer.

    Raises:
        UserError: unreadable, or a case has no answer.
    """
    records: dict[str, AnswerRecord] = {}
    for number, row in read_rows(path, GivenAnswer):
        where = f"{path}, line {number}"
        if row.id in records:
            raise UnreadableCases(f"{where}: {row.id!r} has an answer already")
        numbers = [citation.n for citation in row.citations]
        if len(set(numbers)) < len(numbers):
            raise UnreadableCases(f"{where}: citations: two of them have the same n")
        records[row.id] = _record(row, letters)
    if missing := [case.id for case in cases if case.id not in records]:
        raise UserError(f"{path}: {len(missing)} cases have no answer, the first is {missing[0]!r}")
    return {case.id: records[case.id] for case in cases}


def _record(row: GivenAnswer, letters: Mapping[str, Letter]) -> AnswerRecord:
    citations = [{**citation.model_dump(), **_place(citation, letters)} for citation in row.citations]
    return {**row.model_dump(), "citations": citations}


def _place(citation: GivenCitation, letters: Mapping[str, Letter]) -> dict[str, Any]:
    """Return where a citation stands, and the text that stands there."""
    paragraph_id, start, end = citation.paragraph_id, citation.start, citation.end
    if paragraph_id is None:
        for place in find_evidence(citation.quote, letters.values())[:1]:
            paragraph_id, start, end = place.paragraph_id, place.start, place.end
    for letter in letters.values():
        try:
            section, paragraph = letter.find(paragraph_id or "")
        except KeyError:
            continue
        if start is None or end is None:
            start = max(paragraph.text.find(citation.quote), 0)
            end = start + len(citation.quote)
        known = {"paragraph_text": paragraph.text, "reference": cite(letter, section, paragraph)}
        return {"letter": letter.id, "paragraph_id": paragraph.id, "start": start, "end": end, **known}
    return {"letter": "", "paragraph_id": paragraph_id or "", "start": 0, "end": 0, "paragraph_text": citation.quote}
