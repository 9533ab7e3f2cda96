"""Page furniture: page numbers, rules and running heads leave the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, takewhile

from ingest.read import Line
from ingest.structure.shapes import is_question_label

_PAGE_NUMBER = re.compile(
    r"(?:p\s?agina|pag\.?|blz\.?|bladzijde|page)\s*\d+(?:\s*(?:van|of|/)\s*\d+)?|[-–—]\s*\d+\s*[-–—]|\d+\s*/\s*\d+",
    re.IGNORECASE,
)
# What the printer of parliamentary papers puts at the foot of the first and of every page.
_IMPRINT = re.compile(
    r"(?:kst|blg|ah-tk|ah-ek|h-tk|h-ek|nds-tk|stb|stcrt)-[\dA-Z-]+|ISSN \d{4}\s*[-–]\s*\d{3}[\dX]"
    r"|(?:[’']s-Gravenhage (?:19|20)\d\d\s*)?(?:(?:Tweede|Eerste) Kamer, vergaderjaar (?:19|20)\d\d.{0,60})?",
)
# What a letterhead repeats beside the text of every page.
_REPEATED = re.compile(r"(?:(?:ons |uw )?kenmerk|(?:onze |uw )referentie|datum)\b\s*:?(?:\s+\S*\d.*)?", re.IGNORECASE)
_RULE = re.compile(r"[_=~*.·•\s–—-]{3,}")
_TOP_LINES, _BOTTOM_LINES, _LETTERHEAD_LINES = 15, 6, 40
_MOST_LETTERHEAD_LINES = 4
_LONGEST_RUNNING = 300


def drop_furniture(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines without page numbers, rules and running heads; what follows one starts a page."""
    dropped = _page_numbers(lines) | _running_heads(lines) | _side_columns(lines) | _letterheads(lines)
    # a source that names its parts has no page edges, and its lone figures are its own
    dropped = {at for at in dropped if not lines[at].role or _is_page_number_in_head(lines[at])} | _imprint(lines)
    kept: list[Line] = []
    page_pending = gap_pending = False
    for position, line in enumerate(lines):
        if position in dropped:
            page_pending, gap_pending = True, True
        elif _RULE.fullmatch(line.text):
            gap_pending = True
        else:
            kept.append(
                replace(line, page_break=line.page_break or (page_pending and bool(kept)), gap=line.gap or gap_pending)
            )
            page_pending = gap_pending = False
    return tuple(kept)


def _page_numbers(lines: tuple[Line, ...]) -> set[int]:
    """Positions of page numbers: named ones anywhere, bare ones at the very edge of a page or between blank lines."""
    named = {position for position, line in enumerate(lines) if _PAGE_NUMBER.fullmatch(line.text)}
    edges: set[int] = set()
    for page in _pages(lines):
        rest = [position for position in page if position not in named]
        for run in (rest[:1], reversed(rest)):
            edges.update(takewhile(lambda position: lines[position].text.isdecimal(), run))
    return named | edges | _counting_up(lines)


def _is_page_number_in_head(line: Line) -> bool:
    return line.role == "header" and bool(_PAGE_NUMBER.fullmatch(line.text))


def _imprint(lines: tuple[Line, ...]) -> set[int]:
    return {position for position, line in enumerate(lines) if _IMPRINT.fullmatch(line.text)}


def _side_columns(lines: tuple[Line, ...]) -> set[int]:
    """Positions of what stands beside the text on any page but the first, where it is the letter's head."""
    return {position for position, line in enumerate(lines) if line.side and line.page not in (None, 1)}


def _letterheads(lines: tuple[Line, ...]) -> set[int]:
    """Positions of references and dates that stand by themselves at the top of any page but the first."""
    found: set[int] = set()
    for page in _pages(lines)[1:]:
        for position in page[:_TOP_LINES]:
            line = lines[position]
            if not ((line.gap or line.page_break) and _REPEATED.fullmatch(line.text)):
                continue
            end = position + 1
            while end <= page[-1] and not lines[end].gap:
                end += 1
            if end - position <= _MOST_LETTERHEAD_LINES:
                found.update(range(position, end))
    return found


def _counting_up(lines: tuple[Line, ...]) -> set[int]:
    """Positions of figures that stand alone between blank lines and count up from 1 or 2, as pages do."""
    alone = [
        position
        for position, line in enumerate(lines)
        if line.text.isdecimal() and line.gap and (position + 1 == len(lines) or lines[position + 1].gap)
    ]
    counts = [int(lines[position].text) for position in alone]
    starts_as_pages_do = bool(counts) and counts[0] in (1, 2)
    return set(alone) if starts_as_pages_do and counts == list(range(counts[0], counts[0] + len(counts))) else set()


def _running_heads(lines: tuple[Line, ...]) -> set[int]:
    """Positions of the runs at the top or foot of pages that stand on another page too (its number aside)."""
    pages = _pages(lines)
    found: set[int] = set()
    tops = [page[: _TOP_LINES if number else _LETTERHEAD_LINES] for number, page in enumerate(pages)]
    feet = [page[: -_BOTTOM_LINES - 1 : -1] for page in pages]
    shared_at_top, shared_at_foot = _shared(lines, tops), _shared(lines, feet)
    for top, foot in zip(tops[1:], feet[1:], strict=True):
        found.update(takewhile(shared_at_top.__contains__, top))
        found.update(takewhile(shared_at_foot.__contains__, foot))
    if feet:
        found.update(takewhile(shared_at_foot.__contains__, feet[0]))
    return found


def _shared(lines: tuple[Line, ...], edges: Sequence[Sequence[int]]) -> set[int]:
    """Positions of the lines at the edges of pages that have their like at the same edge of another page."""
    keys = {position: set(_keys(lines, position)) for edge in edges for position in edge}
    pages = Counter(key for edge in edges for key in set().union(*(keys[position] for position in edge)))
    return {position for position, own in keys.items() if any(pages[key] > 1 for key in own)}


def _pages(lines: tuple[Line, ...]) -> list[list[int]]:
    """Positions of the lines of each page; no pages where the source has none."""
    if not lines or lines[0].page is None:
        return []
    return [list(group) for _, group in groupby(range(len(lines)), key=lambda position: lines[position].page)]


def _keys(lines: tuple[Line, ...], position: int) -> Iterator[str]:
    """Yield what a running line shares with its like on another page: its text, but for a number that counts the pages.

    The text of a note, whose number stands before it, shares nothing; nor does the number of a question.
    """
    line = lines[position]
    if len(line.text) > _LONGEST_RUNNING or is_question_label(line.text):
        return
    if position and not line.gap and not line.page_break and lines[position - 1].text.isdecimal():
        return
    yield line.text
    for number in re.finditer(r"(?<=\D)\d{1,3}\b", line.text):
        ahead = int(number.group()) - (line.page or 0)
        yield f"{line.text[: number.start()]}#{ahead}#{line.text[number.end() :]}"
