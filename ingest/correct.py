"""Corrections that a person makes to how a letter was cut, one a line: "heading: Het onderzoek"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from ingest.errors import UserError
from ingest.read import Line

Change = Literal["heading", "text", "join", "split", "drop"]
_CHANGES: tuple[Change, ...] = get_args(Change)
_WRITTEN = re.compile(r"\s*(?P<change>[a-z]+)\s*:\s*(?P<words>\S.*)", re.IGNORECASE)
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]")


class CorrectionError(UserError):
    """A line of corrections that can't be followed."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to change at the line that begins with `words`; `place` names the line that says so."""

    change: Change
    words: str
    place: str


def parse_corrections(text: str, name: str) -> tuple[Correction, ...]:
    """Read corrections, one a line, blank lines and those that begin with # left out; `name` is named in errors.

    Raises:
        CorrectionError: a line says no change, or not where.
    """
    corrections: list[Correction] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        written = _WRITTEN.fullmatch(line)
        change = next((one for one in _CHANGES if written and one == written["change"].lower()), None)
        if not written or not change:
            raise CorrectionError(
                f"{name}, line {number}: {line.strip()!r} is no correction; write {', '.join(_CHANGES[:-1])} or "
                f"{_CHANGES[-1]}, a colon, and how the line begins"
            )
        corrections.append(Correction(change, " ".join(written["words"].split()), f"{name}, line {number}"))
    return tuple(corrections)


def apply_corrections(lines: Sequence[Line], corrections: Sequence[Correction]) -> tuple[Line, ...]:
    """Return the lines with every correction made.

    Raises:
        CorrectionError: no line of the letter begins as a correction says, or several do.
    """
    changed = list(lines)
    for correction in corrections:
        _apply(changed, correction)
    return tuple(changed)


def _apply(lines: list[Line], correction: Correction) -> None:
    """Make one correction, in place."""
    if correction.change == "split":
        _split(lines, correction)
        return
    places = [at for at in range(len(lines)) if _reach(lines, at, correction.words)]
    if correction.change == "drop" and places:
        lines[:] = [line for at, line in enumerate(lines) if at not in places]
        return
    at = _only(places, correction)
    end = at + _reach(lines, at, correction.words)
    if correction.change == "join":
        lines[at] = replace(lines[at], role="continuation", gap=False, page_break=False)
        return
    lines[at] = replace(lines[at], role="heading" if correction.change == "heading" else "text", gap=True)
    for position in range(at + 1, end):
        lines[position] = replace(lines[position], role="continuation", gap=False)
    if correction.change == "heading" and end < len(lines) and lines[end].role is None:
        lines[end] = replace(lines[end], role="paragraph", gap=True)


def _split(lines: list[Line], correction: Correction) -> None:
    """Begin a paragraph at the words, wherever in a line they stand."""
    at = _only([at for at, line in enumerate(lines) if correction.words in line.text], correction)
    line = lines[at]
    start = line.text.index(correction.words)
    first, second = line.text[:start].rstrip(), line.text[start:]
    after = [replace(note, offset=note.offset - start) for note in line.notes if note.offset > start]
    below = replace(line, text=second, role="text", gap=True, page_break=False, notes=tuple(after))
    before = tuple(note for note in line.notes if note.offset <= start)
    lines[at : at + 1] = (
        [replace(line, text=first, notes=before), below] if first else [replace(line, role="text", gap=True)]
    )


def _reach(lines: Sequence[Line], at: int, words: str) -> int:
    """Return how many lines the words take that begin at this one, 0 where they do not; marks of notes do not count."""
    text = ""
    for count in range(1, len(lines) - at + 1):
        line = lines[at + count - 1]
        text = f"{text} {_RAISED.sub('', line.text)}".strip()
        if text.startswith(words):
            return count
        if not words.startswith(text):
            return 0
    return 0


def _only(places: Sequence[int], correction: Correction) -> int:
    if len(places) == 1:
        return places[0]
    begins = "holds" if correction.change == "split" else "begins with"
    if not places:
        raise CorrectionError(
            f"{correction.place}: no line of the letter {begins} {correction.words!r}; copy it from the file"
        )
    raise CorrectionError(
        f"{correction.place}: {len(places)} lines have {correction.words!r}; give more words of the right one"
    )
