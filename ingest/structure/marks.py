"""The mark of a footnote in the running text: where a note's number hangs on a word."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from ingest.read import Line
from ingest.structure.dates import MONTHS

# Anchors are characters the readers strip from every source, so none can stand in a letter.
FIRST_ANCHOR = 0x10F000
MOST_NOTES = 0xFFF
ANCHOR = re.compile(f"[{chr(FIRST_ANCHOR)}-{chr(FIRST_ANCHOR + MOST_NOTES)}]")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
Place = tuple[int, tuple[int, int]]
Form = Literal["bracketed", "raised", "closed", "dotted", "plain", "lone", "skipping"]

_UNITS = "euro|procent|miljard|miljoen|jaar|maand|week|dag|uur|keer|maal|meter|kilometer|km|kg|ton|fte"
_COUNTED = rf"(?:[a-z]+(?:en|s)|%|{_UNITS}|{'|'.join(MONTHS)})\b"
_COUNTED_LINE = re.compile(_COUNTED)
_COUNTED_BY = re.compile(
    r"(?:\b(?:nr|nrs|nummer|art|artikel|lid|bijlage|pagina|blz|p|kst|Kamerstuk)\.?|[€$£]|postbus \d+)$", re.IGNORECASE
)
_LONGEST_COUNTER = 40
# In characters: a line that is a whole paragraph is shorter by far.
LONGEST_MARKED = 20_000
_FIGURES = re.compile("[0-9]+")
_LENGTHS = (1, 2, 3)
_ANCHOR_CLASS = ANCHOR.pattern
_AFTER = r"(?=$|\s|[.,;:!?)\]”’»\"'](?!\d))"
_STOP = r"(?:(?<=[^\W\d][.,;:!?])|(?<=[)\]”’»%][.,;:!?])|(?<=\b(?:19|20)\d\d[.,;:!?]))"
_WORD = r"(?<=[a-zà-ÿ)\]”’»\"'%])"


class MarkedRows:
    """The rows of the running text that may still hold a mark: those with its number, not searched in vain before."""

    def __init__(self) -> None:
        self._by_number: dict[str, list[int]] = {}
        self._searched: dict[tuple[int, Form], int] = {}
        self._anchored: list[int] = []

    def add(self, row: int, text: str) -> None:
        """Take in a line; one so long that no page holds it has no marks."""
        if len(text) > LONGEST_MARKED:
            return
        runs = _FIGURES.findall(text.translate(SUPERSCRIPTS))
        for number in {run[at : at + length] for run in runs for at in range(len(run)) for length in _LENGTHS}:
            self._by_number.setdefault(number, []).append(row)

    def anchor(self, row: int) -> None:
        """Note that a mark of this row has become an anchor, beside which another number may be a mark."""
        at = bisect_left(self._anchored, row)
        if self._anchored[at : at + 1] != [row]:
            self._anchored.insert(at, row)

    def where(self, number: int, form: Form, floor: int) -> list[int]:
        """Return the rows from `floor` on to search for a number, the last first."""
        rows = self._by_number.get(str(number), [])
        until = max(self._searched.get((number, form), 0), floor)
        again = self._anchored[bisect_left(self._anchored, floor) : bisect_left(self._anchored, until)]
        held = [row for row in again if rows[(at := bisect_left(rows, row)) : at + 1] == [row]]
        return [*held, *rows[bisect_left(rows, until) :]][::-1]

    def searched(self, number: int, form: Form, until: int) -> None:
        """Note that no row before `until` holds this mark."""
        self._searched[number, form] = until


def find_mark(
    lines: list[Line], rows: Sequence[int], number: int, floor: tuple[int, int], page: int | None, *, form: Form
) -> Place | None:
    """Find the mark `number` in some rows, after `floor`: on the note's page first, then surest form, then nearest.

    The form of the note says how much to trust the text: a number that a heading or list item could
    have, too, needs a sure mark; one alone on its line is a note's, and takes the weakest.
    """
    patterns = _patterns(number, form) if rows else ()
    on_page = [row for row in rows if lines[row].page == page]
    for candidates in (on_page, [row for row in rows if lines[row].page != page]):
        for pattern in patterns:
            for row in candidates:
                for match in pattern.finditer(lines[row].text, floor[1] if row == floor[0] else 0):
                    if not _is_figure(lines, row, match):
                        return row, match.span()
    return None


@lru_cache(maxsize=4_000)
def _patterns(number: int, form: Form) -> tuple[re.Pattern[str], ...]:
    sure, closed = _sure_patterns(number), _closed(number)
    if form == "dotted":
        return sure
    if form in ("closed", "skipping"):
        return (*closed, *sure)
    return (*closed[:1], *sure, *_doubtful_patterns(number), *([_bare(number)] if form == "lone" else []))


def _closed(number: int) -> tuple[re.Pattern[str], ...]:
    """Patterns for a mark with a bracket: after a word, a stop or another such mark."""
    after = r"(?=$|[\s.,;:!?)]|\d{1,3}\))"
    return (
        re.compile(rf"(?:{_WORD}|{_STOP}|(?<=\d{{3}}\.)|(?<=[.?!”’»\"'] )){number}\){after}"),
        re.compile(rf"(?<={_ANCHOR_CLASS})(?:, ?| )?{number}\)(?=$|[\s.,;:!?]|\d{{1,3}}\))"),
    )


def _is_figure(lines: list[Line], row: int, match: re.Match[str]) -> bool:
    """Whether a number counts or names something: "nr. 2", or "1" at a line's end with "oktober" on the next."""
    text = lines[row].text
    alone = match.end() == len(text) and " " in text[match.start() - 1 : match.end()]
    counts = alone and row + 1 < len(lines) and bool(_COUNTED_LINE.match(lines[row + 1].text))
    before = len(text[max(match.start() - 1, 0) : match.start()].rstrip()) + max(match.start() - 1, 0)
    return counts or bool(_COUNTED_BY.search(text, max(before - _LONGEST_COUNTER, 0), before))


def _raised(number: int) -> str:
    return str(number).translate({ord("0") + digit: sign for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")})


def _sure_patterns(number: int) -> tuple[re.Pattern[str], ...]:
    """Patterns, surest first: raised or bracketed, beside another mark, glued to a word, a stop or a year."""
    raised, following = _raised(number), _raised(number + 1)
    return (
        re.compile(rf"\s?(?:{raised}(?=[^⁰¹²³⁴⁵⁶⁷⁸⁹]|$|{following})|\[{number}\])"),
        re.compile(rf"(?<={_ANCHOR_CLASS})(?:, ?| )?{number}(?=$|[^\w])"),
        re.compile(rf"{_WORD}{number}{_AFTER}"),
        re.compile(rf"{_STOP}{number}(?=$|\s|[)\]”’»])"),
        re.compile(rf"(?<=\b(?:19|20)\d\d){number}{_AFTER}"),
    )


def _doubtful_patterns(number: int) -> tuple[re.Pattern[str], ...]:
    """Patterns for a mark glued to an initialism or the next mark, or standing after a blank."""
    return (
        re.compile(rf"(?<=[A-Z]{{3}}){number}{_AFTER}"),
        re.compile(rf"(?:(?<=\d{{3}}\.)|(?<=,\d\.)|(?<=,\d\d\.)){number}(?=$|\s+[A-ZÀ-Þ«“‘])"),
        re.compile(rf"(?:{_WORD}|{_STOP}){number}(?=(?:, ?| )?{number + 1}(?:$|[^\w]))"),
        re.compile(rf"(?<=[)\]”’».,;]) {number}{_AFTER}"),
        re.compile(rf"(?<=[^\W\d_]) {number}(?=$|[.,;:)”’»\"'](?!\d))"),
        re.compile(rf"(?<=[^\W\d_]) {number}(?=\s(?!{_COUNTED}))"),
    )


def _bare(number: int) -> re.Pattern[str]:
    return re.compile(rf"(?<=[^\W\d_]) {number}{_AFTER}")
