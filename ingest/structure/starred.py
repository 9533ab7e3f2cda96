"""Notes marked with a star or a dagger: the mark hangs on a word, the note begins with it at the foot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.read import Line

_NOTE = re.compile(r"(?P<mark>\*{1,3}|†|‡)\)?\s*(?P<text>[^*\s].*)")
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
    found: list[Starred] = []
    taken: set[tuple[int, tuple[int, int]]] = set()
    for position, line in enumerate(lines):
        note = _NOTE.fullmatch(line.text)
        place = _mark_before(lines, position, note["mark"], taken) if note else None
        if note and place:
            taken.add(place)
            end = _end(lines, position)
            texts = (note["text"], *(line.text for line in lines[position + 1 : end]))
            found.append(Starred(note["mark"], position, end, *place, texts))
    return found


def _mark_before(
    lines: tuple[Line, ...], position: int, mark: str, taken: set[tuple[int, tuple[int, int]]]
) -> tuple[int, tuple[int, int]] | None:
    """Find the nearest mark of this kind that hangs on a word before the note and belongs to no other."""
    hanging = re.compile(rf"(?<=[^\W_]|[)\]”’».,;:?!]){re.escape(mark)}(?:\)|(?=$|[\s.,;:!?)\]”’»]))")
    for row in range(position - 1, max(-1, position - _FARTHEST), -1):
        for match in hanging.finditer(lines[row].text):
            if (row, match.span()) not in taken and not _NOTE.fullmatch(lines[row].text):
                return row, match.span()
    return None


def _end(lines: tuple[Line, ...], start: int) -> int:
    """Return the position after a note: at a blank line, a page or the next note."""
    end = start + 1
    while end < len(lines) and not (lines[end].gap or lines[end].page_break or _NOTE.fullmatch(lines[end].text)):
        end += 1
    return end
