"""Gold cases: questions whose answer, or silence, someone has looked up in the letters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.dialogue import Status
from ingest.chunk import sentence_at
from ingest.errors import UserError
from ingest.letter import Language, Letter

BUNDLED_GOLD = Path(__file__).with_name("gold") / "navo.jsonl"

_RAREST = 5

Split = Literal["tune", "aside"]
Text = Annotated[str, Field(min_length=1)]


Row = TypeVar("Row", bound=BaseModel)


class UnreadableCases(UserError):
    """A gold file that can't be used; the message names file and line."""


class Case(BaseModel):
    """One gold case; `pair` is shared by its Dutch and English form, and is its own id where it has only one.

    `evidence` are exact substrings of a paragraph or a footnote; `must_include` holds one list of
    alternatives a fact; `letter` is the only letter to ask, where one is meant.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    id: Text
    pair: Text
    lang: Language
    question: Text
    history: tuple[str, ...] = ()
    answerable: bool
    status: Status
    evidence: tuple[str, ...] = ()
    must_include: tuple[tuple[str, ...], ...] = ()
    reference: str = ""
    tags: tuple[str, ...] = ()
    split: Split | None = None
    letter: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _own_pair(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("pair") is None and "id" in value:
            return {**value, "pair": value["id"]}
        return value

    @property
    def digest(self) -> str:
        """Tell whether a case is still the same as in an earlier run."""
        return sha256(self.model_dump_json(exclude={"tags", "split"}).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of evidence stands; of a footnote, the sentence that bears its mark."""

    letter_id: str
    paragraph_id: str
    start: int
    end: int
    footnote: str | None = None


def load_cases(path: Path) -> list[Case]:
    """Read a gold file, one JSON object a line.

    Raises:
        UnreadableCases: the file, or a line of it, can't be used, or two lines have the same id.
    """
    cases: list[Case] = []
    lines: dict[str, int] = {}
    for number, case in read_rows(path, Case):
        if case.id in lines:
            raise UnreadableCases(f"{path}, line {number}: the id {case.id!r} stands on line {lines[case.id]} already")
        lines[case.id] = number
        cases.append(case)
    if not cases:
        raise UnreadableCases(f"{path}: there are no cases in this file; each line should be one JSON object")
    return cases


def read_rows(path: Path, kind: type[Row]) -> Iterator[tuple[int, Row]]:
    """Yield the number and content of each line that is not blank.

    Raises:
        UnreadableCases: the file can't be read, or a line is not JSON of this kind.
    """
    for number, value in read_json_lines(path):
        try:
            yield number, kind.model_validate(value)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "the row"
            raise UnreadableCases(f"{path}, line {number}: {field}: {first['msg']}") from error


def read_json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the number and value of each line that is not blank.

    Raises:
        UnreadableCases: the file can't be read, or a line is not JSON.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableCases(f"{path}: can't be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise UnreadableCases(f"{path}: byte {error.start + 1} is not UTF-8; save the file as UTF-8 first") from error
    # only "\n" ends a line of JSON: other line separators may stand inside its strings
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UnreadableCases(f"{path}, line {number}: not JSON ({error})") from error


def find_evidence(evidence: str, letters: Iterable[Letter]) -> tuple[Place, ...]:
    """Return every paragraph and footnote that holds a piece of evidence, word for word."""
    if not evidence:
        return ()
    return tuple(place for letter in letters for place in _find_in(evidence, letter))


def letters_of(case: Case, letters: Mapping[str, Letter]) -> tuple[Letter, ...]:
    """Return the letters a case may find its evidence in: the one it names, or all."""
    if case.letter is None:
        return tuple(letters.values())
    return (letters[case.letter],) if case.letter in letters else ()


def describe_balance(cases: Sequence[Case]) -> list[str]:
    """Return lines that say how the cases are spread over languages, splits, statuses and tags."""
    pairs = len({case.pair for case in cases})
    counts: dict[str, list[str]] = {
        "language": [case.lang for case in cases],
        "split": [case.split or "none" for case in cases],
        "status": [case.status for case in cases],
        "with history": ["yes" if case.history else "no" for case in cases],
        "tag": [tag for case in cases for tag in case.tags],
    }
    lines = [f"{len(cases)} cases in {pairs} pairs"]
    for name, values in counts.items():
        ordered = sorted(set(values), key=lambda value: (-values.count(value), value))
        lines.append(f"{name}: " + ", ".join(f"{value} {values.count(value)}" for value in ordered))
    return lines


def describe_coverage(cases: Sequence[Case], letters: Mapping[str, Letter]) -> list[str]:
    """Return a line a letter: how many of its paragraphs are asked about, and which least."""
    asked = Counter(
        place.paragraph_id
        for case in cases
        for evidence in case.evidence
        for place in find_evidence(evidence, letters_of(case, letters))
    )
    lines = []
    for letter in letters.values():
        counts = {paragraph.id: asked[paragraph.id] for _, paragraph in letter.paragraphs()}
        reached = sum(count > 0 for count in counts.values())
        if not reached:
            continue
        rarest = sorted(counts, key=lambda paragraph: (counts[paragraph], paragraph))[:_RAREST]
        told = ", ".join(f"{paragraph.partition('/')[2]} {counts[paragraph]}" for paragraph in rarest)
        lines.append(f"{letter.id}: {reached} of {len(counts)} paragraphs asked about; least: {told}")
    return lines


def _find_in(evidence: str, letter: Letter) -> Iterator[Place]:
    for _, paragraph in letter.paragraphs():
        start = paragraph.text.find(evidence)
        if start >= 0:
            yield Place(letter.id, paragraph.id, start, start + len(evidence))
    for note in letter.footnotes:
        if evidence in note.text:
            paragraph = letter.find(note.paragraph_id)[1]
            start, end = paragraph.sentences[sentence_at(paragraph, note.offset)]
            yield Place(letter.id, note.paragraph_id, start, end, note.text)
