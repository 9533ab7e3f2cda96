"""The side column of a letterhead, as text extraction lays it beside the letter.

Ministries print their address, reference and page number in a narrow column right of the text.
It is told from a table by where it stands: beyond the margin of the running text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_CELL = re.compile(r"(?:^\s*|(?<=\S)(?:\s{3,}|\t\s*))(?=\S)")
_LEAST_OFFSET, _SHORTEST_PROSE = 40, 30
_FEWEST_PROSE, _FEWEST_SIDE = 3, 2
_UPPER_QUARTILE = 0.75
_WANDERING = 20


def cells_of(row: str) -> tuple[tuple[int, str], ...]:
    """Return the pieces that wide blanks cut a row into, each with its offset."""
    starts = [match.end() for match in _CELL.finditer(row)]
    return tuple((start, row[start:end].strip()) for start, end in zip(starts, [*starts[1:], len(row)], strict=False))


def split_side_column(rows: Sequence[str], known: int | None = None) -> tuple[list[str], list[str], int | None]:
    """Split the rows of a page into text and side column; return the side column's offset, too.

    `known` is where it stood on the page before; a page with little text needs that to show its own.

    A row of the side column alone stands between two lines of print, so it leaves no blank row
    unless another one follows it.
    """
    expanded = [row.expandtabs() for row in rows]
    offset = _side_offset(expanded, known)
    if offset is None:
        return list(rows), [], known
    text: list[str] = []
    side: list[str] = []
    lone = False
    for row, plain in zip(rows, expanded, strict=True):
        cut = next((start for start, _ in cells_of(plain) if start >= offset - 1), None)
        if cut is None:
            text.append(row)
            side.extend([""] * (not plain.strip()))
            lone = False
            continue
        side.append(plain[cut:])
        left = plain[:cut].rstrip()
        if left or lone:
            text.append(left)
        lone = not left
    return text, side, offset


def _side_offset(rows: Sequence[str], known: int | None) -> int | None:
    """Return the offset at which a side column begins, or None when the page has none."""
    cells = [cells_of(row) for row in rows]
    prose = sorted(
        start + len(text)
        for row in cells
        for start, text in row[:1]
        if start < _LEAST_OFFSET and len(text) >= _SHORTEST_PROSE
    )
    if len(prose) >= _FEWEST_PROSE:
        margin = prose[int(len(prose) * _UPPER_QUARTILE)]
    elif known is not None:
        margin = max([known - _WANDERING, *prose])
    else:
        return None
    last = [row[-1] for row in cells if row and row[-1][0] > max(margin, _LEAST_OFFSET)]
    worded = Counter(start for start, text in last if any(sign.isalpha() for sign in text))
    return min((start for start, count in worded.items() if count >= _FEWEST_SIDE), default=None)
