"""Letters as PDF: lines with page, place and style, from where each character stands."""

from __future__ import annotations

import logging
import re
import shlex
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from ingest.errors import UnreadableLetter
from ingest.read.apart import read_apart
from ingest.read.files import read_bytes
from ingest.read.lines import Line
from ingest.read.text import clean

MOST_PAGES = 500
_BOLD = re.compile(r"bold|black|heavy", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique", re.IGNORECASE)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# Shares of the size of print, and of the distance between lines.
_SMALL, _MARK_SIZE, _MARK_RISE = 0.9, 0.8, 0.1
_GAP, _RAISED_BY, _LOWERED = 1.35, 0.75, 0.3
# How often a distance between lines must occur, beside the most frequent one, to be that of running text.
_LEAST_FREQUENCY = 0.25
# A blank that was set may be narrow; without one, letters may stand rather wide.
_CELL_GAP, _WORD_GAP, _SET_GAP = 1.6, 0.3, 0.05
_UNDERLINE_REACH, _UNDERLINED, _THIN = 3.5, 0.7, 2.0
_UPPER = 0.98
_FEWEST_PROSE_CHARACTERS = 30
_LONGEST_NUMBER = 4


@dataclass(frozen=True, slots=True)
class _Sign:
    """One character: where it stands, in points from the top left, its size and print.

    `styles` are those of "bold", "italic" and "underlined" that it has; `apart` tells that a blank
    was set before it.
    """

    text: str
    left: float
    right: float
    bottom: float
    size: float
    styles: frozenset[str]
    apart: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """The characters of one line of one column, from left to right."""

    signs: tuple[_Sign, ...]
    side: bool = False

    @property
    def size(self) -> float:
        """The size of most of its print."""
        return Counter(sign.size for sign in self.signs).most_common(1)[0][0]

    @property
    def bottom(self) -> float:
        """Where its print stands."""
        size = self.size
        return statistics.median(sign.bottom for sign in self.signs if sign.size == size)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.signs[0].left


def read_pdf(path: Path) -> tuple[Line, ...]:
    """Read a PDF file into lines.

    Raises:
        UnreadableLetter: missing, empty, too large, damaged, locked, scanned without text, or made to do harm.
    """
    read_bytes(path)
    return read_apart(path)


def read_pages(path: Path, counted: Callable[[int], None]) -> tuple[Line, ...]:
    """Read a PDF file into lines in this process; `counted` is told how many pages it has before they are read.

    Raises:
        UnreadableLetter: damaged, locked, of too many pages, or scanned without text.
    """
    pages = _signs_by_page(path, counted)
    signs = [sign for page in pages for sign in page]
    if not signs:
        raise UnreadableLetter(
            f"{path}: the PDF holds no text, so it is most likely a scan; have it recognised first, for example with "
            f"'ocrmypdf --language nld {shlex.quote(path.name)} readable.pdf'"
        )
    body = Counter(sign.size for sign in signs).most_common(1)[0][0]
    rows = [_rows_of(page, body) for page in pages]
    pitches = _pitches(rows)
    margin = min((row.left for page in rows for row in page if not row.side), default=0.0)
    # a damaged font gives its characters no width
    width = statistics.median(sign.right - sign.left for sign in signs if sign.size == body) or 1.0
    lines: list[Line] = []
    for number, page in enumerate(rows, 1):
        found = _lines_of(page, number, margin, width, pitches)
        if found and number > 1:
            found[0] = replace(found[0], page_break=True)
        lines += found
    return tuple(lines)


def _signs_by_page(path: Path, counted: Callable[[int], None]) -> list[list[_Sign]]:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    # it tells of every oddity of a font, which is nothing a user can mend
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        with pdfplumber.open(path) as document:
            if len(document.pages) > MOST_PAGES:
                raise UnreadableLetter(
                    f"{path}: {len(document.pages)} pages are too many for a letter (limit {MOST_PAGES}); split it"
                )
            counted(len(document.pages))
            pages = []
            for page in document.pages:
                pages.append(list(_signs_of(page)))
                # it would keep all that it found, a kilobyte a character
                page.close()
            return pages
    except UnreadableLetter:
        raise
    except Exception as error:  # the library lets any error of its parsers through, bare ones among them
        if isinstance(error, PDFPasswordIncorrect) or isinstance(error.__context__, PDFPasswordIncorrect):
            raise UnreadableLetter(f"{path}: the PDF is locked with a password; save it without one first") from error
        raise UnreadableLetter(
            f"{path}: the PDF can't be read ({type(error).__name__}); it may be damaged: download it again, or print "
            "it to a new PDF"
        ) from error


def _signs_of(page: Any) -> Iterator[_Sign]:
    """Yield the characters that stand upright within the page."""
    rules = [
        (float(shape["x0"]), float(shape["x1"]), float(shape["bottom"]))
        for shape in (*page.lines, *page.rects)
        if shape["bottom"] - shape["top"] <= _THIN
    ]
    apart = False
    for found in page.dedupe_chars().chars:
        if str(found["text"]).isspace():
            apart = True
            continue
        inside = 0 <= found["x0"] <= page.width and 0 <= found["bottom"] <= page.height
        if not found["upright"] or not inside:
            continue
        underlined = any(
            left - 1 <= found["x0"] and found["x1"] <= right + 1 and -1 <= below - found["bottom"] <= _UNDERLINE_REACH
            for left, right, below in rules
        )
        font = str(found["fontname"]).split("+")[-1]
        printed = {"bold": _BOLD.search(font), "italic": _ITALIC.search(font), "underlined": underlined}
        styles = frozenset(style for style, is_so in printed.items() if is_so)
        size = round(float(found["size"]), 1)
        yield _Sign(str(found["text"]), found["x0"], found["x1"], found["bottom"], size, styles, apart)
        apart = False


def _rows_of(signs: Sequence[_Sign], body: float) -> list[_Row]:
    """Return the lines of a page from top to bottom, those of the side column first."""
    edge = _right_edge(signs, body)
    side = [sign for sign in signs if sign.left >= edge and sign.size < _SMALL * body]
    beside = {id(sign) for sign in side}
    running = [sign for sign in signs if id(sign) not in beside]
    return [*(replace(row, side=True) for row in _cut_rows(side)), *_cut_rows(running)]


def _right_edge(signs: Sequence[_Sign], body: float) -> float:
    """Return where the running text ends; what is printed smaller beyond it is the letterhead's."""
    rows = _cut_rows([sign for sign in signs if sign.size >= _SMALL * body])
    ends = sorted(row.signs[-1].right for row in rows if len(row.signs) >= _FEWEST_PROSE_CHARACTERS)
    return ends[int(len(ends) * _UPPER)] if ends else float("inf")


def _cut_rows(signs: Sequence[_Sign]) -> list[_Row]:
    """Gather characters that stand at one height, marks raised above it included."""
    rows: list[list[_Sign]] = []
    heights: list[float] = []
    # the large first: they say where a line stands, the marks beside them follow
    for sign in sorted(signs, key=lambda sign: (-sign.size, sign.bottom)):
        near = [number for number, height in enumerate(heights) if _joins(sign, height, rows[number][0].size)]
        if near:
            rows[min(near, key=lambda number: abs(heights[number] - sign.bottom))].append(sign)
        else:
            rows.append([sign])
            heights.append(sign.bottom)
    found = (_Row(tuple(sorted(row, key=lambda sign: sign.left))) for row in rows)
    return sorted(found, key=lambda row: row.bottom)


def _joins(sign: _Sign, height: float, size: float) -> bool:
    """Whether a character belongs to the line of print that stands at a height: on it, raised, or a little lowered."""
    return -_LOWERED * size < height - sign.bottom < _RAISED_BY * size


def _pitches(pages: Sequence[Sequence[_Row]]) -> dict[float, float]:
    """Return the distance between the lines of running text for each size of print, in points."""
    steps: dict[float, Counter[int]] = {}
    for page in pages:
        for above, below in pairwise(row for row in page if not row.side):
            if above.size == below.size:
                steps.setdefault(above.size, Counter())[round(below.bottom - above.bottom)] += 1
    return {
        size: min(step for step, count in counted.items() if count >= _LEAST_FREQUENCY * max(counted.values())) + 0.0
        for size, counted in steps.items()
    }


def _lines_of(
    rows: Sequence[_Row], page: int, margin: float, width: float, pitches: Mapping[float, float]
) -> list[Line]:
    lines: list[Line] = []
    above: _Row | None = None
    for row in rows:
        cells = _cells_of(row, margin, width)
        text = " ".join(" ".join(cell.split()) for _, cell in cells).strip()
        if not text:
            continue
        apart = above is None or row.side != above.side
        if above is not None and not apart:
            pitch = max(pitches.get(above.size, 0.0), pitches.get(row.size, 0.0))
            apart = row.bottom - above.bottom > _GAP * pitch
        lines.append(
            Line(
                text,
                page,
                max(round((row.left - margin) / width), 0),
                apart,
                cells=cells if len(cells) > 1 else (),
                side=row.side,
                style=_style_of(row),
            )
        )
        above = row
    return lines


def _style_of(row: _Row) -> str:
    """Return how all letters of the line are printed: "" in plain print, else for instance "bold+italic 9.0".

    What numbers the line may be plain.
    """
    closed = next((place for place, sign in enumerate(row.signs[:_LONGEST_NUMBER]) if sign.text in ".)"), -1)
    letters = [sign.styles for sign in row.signs[closed + 1 :] if sign.text.isalpha()]
    shared = frozenset.intersection(*letters) if letters else frozenset()
    return f"{'+'.join(sorted(shared))} {row.size}" if shared else ""


def _cells_of(row: _Row, margin: float, width: float) -> tuple[tuple[int, str], ...]:
    """Return the pieces that wide blanks cut a line into, each with its offset in characters."""
    size, bottom = row.size, row.bottom
    cells: list[tuple[int, str]] = []
    before: _Sign | None = None
    printed = False
    for sign in row.signs:
        text = sign.text
        raised = sign.size < _MARK_SIZE * size and bottom - sign.bottom > _MARK_RISE * size
        # a number raised at the head of a line is that of the note that begins there
        if raised and printed:
            text = text.translate(_RAISED)
        printed = printed or not raised
        blank = 0.0 if before is None else sign.left - before.right
        if before is None or blank > _CELL_GAP * size:
            cells.append((max(round((sign.left - margin) / width), 0), text))
        else:
            place, written = cells[-1]
            spaced = blank > (_SET_GAP if sign.apart else _WORD_GAP) * size and not (raised and not sign.apart)
            cells[-1] = (place, written + (" " if spaced else "") + text)
        before = sign
    return tuple((place, clean(text)) for place, text in cells)
