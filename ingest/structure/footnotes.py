"""Footnotes: their text leaves the running lines, their marks become anchors.

A line that begins with the next note's number is a note only when a mark with that number
stands in the text before it; a numbered heading or list has no such mark. A number written like
a list's ("1." or "1)") needs one of the surer forms of mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ingest.read import Line
from ingest.structure.dates import MONTHS
from ingest.structure.margin import Margin, find_margin
from ingest.structure.running import join_lines

# Anchors are characters the readers strip from every source, so none can stand in a letter.
_FIRST_ANCHOR = 0x10FF00
_MOST_NOTES = 0xFF
ANCHOR = re.compile(f"[{chr(_FIRST_ANCHOR)}-{chr(_FIRST_ANCHOR + _MOST_NOTES)}]")

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NOTE_LINE = re.compile(
    r"(?:\[(?P<bracketed>\d{1,3})\]|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})\s*|(?P<listed>\d{1,3})[.)]|(?P<plain>\d{1,3}))(?:(?:^|(?<=[⁰¹²³⁴⁵⁶⁷⁸⁹])|\s+)(?P<text>\S.*))?$"
)
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’»)\]]*$")
_COUNTED = rf"(?:[a-z]+(?:en|s)|%|euro|procent|miljard|miljoen|{'|'.join(MONTHS)})\b"
_LISTED = re.compile(r"\d{1,3}[.)]\s")
_NOTE_STOP = re.compile(r"(?:[.!?][\"'”’»)\]]*|https?://\S+)$")
_SURE_FORMS = 5
_COUNTED_BY = re.compile(
    r"(?:\b(?:nr|nrs|nummer|art|artikel|lid|bijlage|pagina|blz|p|kst|Kamerstuk)\.?|[€$£]|postbus \d+)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote taken out of the lines; `anchor` stands in the text where its mark stood."""

    mark: str
    text: str
    anchor: str


def extract_footnotes(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
    """Take footnote texts and marks out of the lines, leaving one anchor character a mark."""
    body: list[Line] = []
    notes: list[Note] = []
    mark_floor = (0, 0)
    margin = find_margin(lines)
    position = 0
    while position < len(lines):
        number = len(notes) + 1
        start = _note_start(lines, position, number) if number <= _MOST_NOTES else None
        found = _find_mark(body, number, mark_floor, lines[position]) if start is not None else None
        if start is None or found is None or _is_title(lines, position):
            body.append(lines[position])
            position += 1
            continue
        anchor = chr(_FIRST_ANCHOR + number - 1)
        row, span = found
        line = body[row]
        body[row] = replace(line, text=line.text[: span[0]] + anchor + line.text[span[1] :])
        mark_floor = (row, span[0] + 1)
        end = _note_end(lines, position, number, margin, interrupted=not _SENTENCE_END.search(_bare(body[-1].text)))
        texts = [start, *(line.text for line in lines[position + 1 : end])]
        notes.append(Note(str(number), join_lines([text for text in texts if text]), anchor))
        if end < len(lines):
            lines = (*lines[:end], replace(lines[end], page_break=True, gap=True), *lines[end + 1 :])
        position = end
    return tuple(body), tuple(notes)


def _bare(text: str) -> str:
    return ANCHOR.sub("", text)


def _note_start(lines: tuple[Line, ...], position: int, number: int) -> str | None:
    """Return the text after the note's number, or None when no note `number` begins here.

    A number alone on its line begins a note when its text follows directly.
    """
    match = _NOTE_LINE.match(lines[position].text)
    if not match:
        return None
    digits = (match["bracketed"] or match["raised"] or match["listed"] or match["plain"]).translate(_SUPERSCRIPTS)
    if digits != str(number):
        return None
    if not match["text"] and not _goes_straight_on(lines, position):
        return None
    return match["text"] or ""


def _goes_straight_on(lines: tuple[Line, ...], position: int) -> bool:
    following = lines[position + 1] if position + 1 < len(lines) else None
    return following is not None and not following.gap and not following.page_break


def _is_title(lines: tuple[Line, ...], position: int) -> bool:
    """Whether a line numbered like a list ("1. Inleiding") does not end as a note does."""
    listed = _LISTED.match(lines[position].text)
    return bool(listed) and not _goes_straight_on(lines, position) and not _NOTE_STOP.search(lines[position].text)


def _note_end(lines: tuple[Line, ...], start: int, number: int, margin: Margin, *, interrupted: bool) -> int:
    """Return the position after the note.

    It ends at a blank line, a page, the next note, a changed indent or a full stop with room
    after it. A note that interrupts a sentence, with nothing to mark its end, is one line long.
    """
    end = start + 1
    if not _note_start(lines, start, number):
        end += 1  # the number stood alone on its line
    while end < len(lines):
        line = lines[end]
        if (
            line.gap
            or line.page_break
            or _outdented(lines[start], line)
            or _note_start(lines, end, number + 1) is not None
        ):
            return end
        stopped = end > start + 1 or _note_start(lines, start, number)
        if (
            stopped
            and _NOTE_STOP.search(lines[end - 1].text)
            and margin.has_room(lines[end - 1], line, sentence_ended=True)
        ):
            return end
        if interrupted and _runs_to_the_end_unbroken(lines, end):
            return end
        end += 1
    return end


def _outdented(first: Line, line: Line) -> bool:
    """Whether the indent changed in a way that hanging note text does not."""
    return line.indent != first.indent and not (first.indent < line.indent and line.indent > 1)


def _runs_to_the_end_unbroken(lines: tuple[Line, ...], position: int) -> bool:
    """Whether no blank line, page, note or indent tells within ten lines where the note ends."""
    ahead = lines[position : position + 10]
    return not any(line.gap or line.page_break or line.indent != ahead[0].indent for line in ahead[1:])


def _find_mark(body: list[Line], number: int, floor: tuple[int, int], note: Line) -> tuple[int, tuple[int, int]] | None:
    """Find the mark `number` after the previous one: on the note's page first, then surest form, then nearest."""
    patterns = _mark_patterns(number)
    if _LISTED.match(note.text):
        patterns = patterns[:_SURE_FORMS]
    rows = range(len(body) - 1, floor[0] - 1, -1)
    on_page = [row for row in rows if body[row].page == note.page]
    for candidates in (on_page, [row for row in rows if body[row].page != note.page]):
        for pattern in patterns:
            for row in candidates:
                for match in pattern.finditer(body[row].text, floor[1] if row == floor[0] else 0):
                    if not _COUNTED_BY.search(body[row].text[: match.start()].rstrip()):
                        return row, match.span()
    return None


def _mark_patterns(number: int) -> tuple[re.Pattern[str], ...]:
    """Patterns for a mark, surest first: raised or bracketed, glued to a word, a stop or a year, after a blank."""
    raised = str(number).translate({ord("0") + digit: sign for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")})
    after = r"(?=$|\s|[.,;:!?)\]”’»\"'](?!\d))"
    stop = r"(?:(?<=[^\W\d][.,;:!?])|(?<=[)\]”’»%][.,;:!?])|(?<=\b(?:19|20)\d\d[.,;:!?]))"
    return (
        re.compile(rf"\s?(?:{raised}(?![⁰¹²³⁴⁵⁶⁷⁸⁹])|\[{number}\])"),
        re.compile(rf"(?:(?<=[a-zà-ÿ)\]”’»\"'%])|{stop}){number}\)(?=$|[\s.,;:!?)])"),
        re.compile(rf"(?<=[a-zà-ÿ)\]”’»\"'%]){number}{after}"),
        re.compile(rf"{stop}{number}(?=$|\s|[)\]”’»])"),
        re.compile(rf"(?<=\b(?:19|20)\d\d){number}{after}"),
        re.compile(rf"(?<=[A-Z]{{3}}){number}{after}"),
        re.compile(rf"(?<=[)\]”’».,;]) {number}{after}"),
        re.compile(rf"(?<=[^\W\d_]) {number}(?=$|[.,;:)](?!\d)|\s(?!{_COUNTED}))"),
    )
