"""Notes marked with a star or a dagger: the mark hangs on a word, the note begins with it at the foot."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from ingest.read import Line
from ingest.structure.marks import LONGEST_MARKED, MOST_NOTES

_NOTE = re.compile(r"(?P<mark>\*{1,3}|†|‡)\)?\s*(?P<text>[^*\s].*)")
_HANGING = re.compile(r"(?<=[^\W_]|[)\]”’».,;:?!])(?P<mark>\*{1,3}(?!\*)|†|‡)(?:\)|(?=$|[\s.,;:!?)\]”’»]))")
# In lines: a page, with room for a note at the end of a short letter.
_FARTHEST = 200


@dataclass(frozen=True, slots=True)
class Starred:
    """A note from line `start` up to `end`; its mark hangs at `span` of line `row`."""

    mark: str
    start: int
    end: int
    row: int
    span: tuple[int, int]
    texts: tuple[str, ...]


def find_starred(lines: tuple[Line, ...]) -> list[Starred]:
    """Return such notes; a list whose items begin with stars has no marks, so it holds none."""
    marks: dict[str, list[tuple[int, tuple[int, int]]]] = {}
    for row, line in enumerate(lines):
        if len(line.text) <= LONGEST_MARKED and not _NOTE.fullmatch(line.text):
            for match in _HANGING.finditer(line.text):
                marks.setdefault(match["mark"], []).append((row, match.span()))
    found: list[Starred] = []
    for position, line in enumerate(lines):
        note = _NOTE.fullmatch(line.text) if marks and len(found) < MOST_NOTES else None
        if not note:
            continue
        places = marks.get(note["mark"], [])
        nearest = bisect_left(places, (position,)) - 1
        if nearest >= 0 and position - places[nearest][0] < _FARTHEST:
            # a mark belongs to one note only
            row, span = places.pop(nearest)
            end = _end(lines, position)
            texts = (note["text"], *(line.text for line in lines[position + 1 : end]))
            found.append(Starred(note["mark"], position, end, row, span, texts))
    return found


def _end(lines: tuple[Line, ...], start: int) -> int:
    """Return the position after a note: at a blank line, a page or the next note."""
    end = start + 1
    while end < len(lines) and not (lines[end].gap or lines[end].page_break or _NOTE.fullmatch(lines[end].text)):
        end += 1
    return end
