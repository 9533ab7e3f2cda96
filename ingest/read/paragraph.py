"""A paragraph of a marked-up source on its way to lines: text, forced line breaks, notes and print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.read.lines import Line, Role, SourceNote
from ingest.read.text import clean, compose

# Stands for a note until the blanks are settled; no source can hold it, since cleaning takes it out.
_NOTE = "\0"
_BLANK_BEFORE_NOTE = re.compile(rf"\s+({_NOTE}+)(?=\s|[.,;:!?)]|$)")
_MARKER = re.compile(r"(?:[•▪‣◦●○■□►▸➢✓–—·-]|\(?[\da-zA-Z]{1,4}(?:\.\d{1,2})*[.)°])\s")


class Paragraph:
    """Gathers one paragraph piece by piece."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = [[]]
        self._notes: list[tuple[str, str]] = []
        self._styles: list[frozenset[str]] = []

    def write(self, text: str, style: frozenset[str] = frozenset()) -> None:
        """Add text, printed in `style` ("bold", "italic", "underlined")."""
        text = compose(clean(text))
        if any(sign.isalpha() for sign in text):
            self._styles.append(style)
        self._rows[-1].append(text)

    def break_line(self) -> None:
        """End a line within the paragraph; two in a row end the paragraph."""
        self._rows.append([])

    def hang_note(self, mark: str, text: str) -> None:
        """Hang a note on the text so far."""
        self._rows[-1].append(_NOTE)
        self._notes.append((mark, " ".join(clean(text).split())))

    def lines(self, role: Role, level: int = 0, marker: str = "", indent: int = 0) -> Iterator[Line]:
        """Yield the lines, the first with the marker of its list, unless the text brings its own."""
        notes = iter(self._notes)
        style = "+".join(sorted(frozenset.intersection(*self._styles))) if self._styles else ""
        begun = False
        for row in self._rows:
            line = _line("".join(row), notes)
            if not line.text:
                begun = False
                continue
            if marker and not _MARKER.match(line.text):
                shift = len(marker) + 1
                moved = tuple(replace(note, offset=note.offset + shift) for note in line.notes)
                line = replace(line, text=f"{marker} {line.text}", notes=moved)
            marker = ""
            part: Role = "continuation" if begun else role
            yield replace(line, role=part, level=level, gap=not begun, style=style, indent=indent)
            begun = True


def _line(row: str, notes: Iterator[tuple[str, str]]) -> Line:
    text = _BLANK_BEFORE_NOTE.sub(r"\1", " ".join(row.split()))
    hung: list[SourceNote] = []
    kept = ""
    for piece in re.split(f"({_NOTE})", text):
        if piece == _NOTE:
            mark, words = next(notes)
            hung.append(SourceNote(mark, words, len(kept)))
        else:
            kept += piece
    return Line(kept.strip(), notes=tuple(hung))
