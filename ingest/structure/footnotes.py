"""Footnotes: their text leaves the running lines, their marks become anchors.

A source that ties its notes to the text itself is taken at its word.
A line that begins with the next note's number is a note only when a mark with that number
stands in the text before it; a numbered heading or list has no such mark. A number written like
a list's ("1." or "1)") needs one of the surer forms of mark.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.read import Line
from ingest.structure.dates import MONTHS
from ingest.structure.margin import find_margin
from ingest.structure.marks import FIRST_ANCHOR, MOST_NOTES, SUPERSCRIPTS, Form, MarkedRows, Place, find_mark
from ingest.structure.running import join_lines
from ingest.structure.sentences import ends_in_abbreviation
from ingest.structure.shapes import bare
from ingest.structure.signature import signs
from ingest.structure.starred import find_starred

_NOTE_LINE = re.compile(
    r"(?:\[(?P<bracketed>\d{1,3})\]|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})\s*|(?P<closed>\d{1,3})\)|(?P<dotted>\d{1,3})\.|(?P<plain>\d{1,3}))(?:(?:^|(?<=[⁰¹²³⁴⁵⁶⁷⁸⁹])|\s+)(?P<text>\S.*))?$"
)
# A wrapped line may begin with a date or a quantity: "… voor het eerst op / 1 april 2025".
_QUANTITY = re.compile(
    rf"(?:{'|'.join(MONTHS)}|duizend|miljoen|miljard|mln|mld|procent(?:punt)?|euro|jaar|jaren|maanden?|week|weken"
    r"|(?:werk)?dag(?:en)?|uur|uren|minuut|minuten|keer|maal|hectare|kilometer|km|meter|ton)\b|%"
)
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’»)\]]*$")
# An address that ends in one of these signs goes on in the next line.
_NOTE_STOP = re.compile(r"(?:[.!?][\"'”’»)\]]*|https?://\S*[^\s\-_=&%+])$")
_LONGEST_END = 200
_TITLE = re.compile(r"(?:voet|eind)?noten:?", re.IGNORECASE)
_MOST_SKIPPED = 3
_FORMS: tuple[Form, ...] = ("bracketed", "raised", "closed", "dotted", "plain")


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote taken out of the lines; `anchor` stands in the text where its mark stood."""

    mark: str
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class _Opening:
    """The beginning of a note: its number, how that is written, and the text after it on the line."""

    number: int
    form: Form
    text: str


def extract_footnotes(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
    """Take footnote texts and marks out of the lines, leaving one anchor character a mark."""
    if any(line.notes for line in lines):
        return _tied(lines)
    return _Extraction(lines).run()


class _Extraction:
    """The lines on their way to running text and notes, from the first to the last."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self._lines = list(lines)
        self._margin = find_margin(lines)
        self._openings = _openings(lines)
        self._last_opening = {opening.number: position for position, opening in self._openings.items()}
        self._apart = [position for position, line in enumerate(lines) if line.gap or line.page_break]
        self._body: list[Line] = []
        self._rows = MarkedRows()
        self._notes: list[Note] = []
        self._floor = (0, 0)

    def run(self) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
        """Return the running lines and the notes."""
        position = 0
        while position < len(self._lines):
            opening = self._openings.get(position)
            place = self._place(opening, position) if len(self._notes) < MOST_NOTES else None
            if opening is None or place is None or _is_title(self._lines, position, opening, self._body, place):
                self._rows.add(len(self._body), self._lines[position].text)
                self._body.append(self._lines[position])
                position += 1
            else:
                position = self._take(opening, position, place)
        return _take_starred(tuple(self._body), self._notes)

    def _take(self, opening: _Opening, position: int, place: Place) -> int:
        """Take out the note that begins at a position, leave its anchor, and return where it ends."""
        anchor = chr(FIRST_ANCHOR + len(self._notes))
        row, span = place
        self._body[row] = _with_anchor(self._body[row], span, anchor)
        self._rows.anchor(row)
        self._floor = (row, span[0] + 1)
        if _TITLE.fullmatch(self._body[-1].text):
            self._body.pop()
        ends = _SENTENCE_END.search(bare(self._body[-1].text[-_LONGEST_END:]))
        end = self._note_end(position, interrupted=not ends and not signs(self._body))
        texts = [opening.text, *(line.text for line in self._lines[position + 1 : end])]
        self._notes.append(Note(str(opening.number), join_lines([text for text in texts if text]), anchor))
        if end < len(self._lines):
            self._lines[end] = replace(self._lines[end], page_break=True, gap=True)
        return end

    def _place(self, opening: _Opening | None, position: int) -> Place | None:
        """Return where the mark of the note stands, if it is the next one and has a mark.

        Numbers begin again at 1 in an annex. A number is skipped only when no line begins with it.
        """
        if opening is None:
            return None
        number, last = opening.number, int(self._notes[-1].mark) if self._notes else 0
        if number == last + 1:
            return self._find(number, opening.form)
        skipped = range(last + 1, number)
        may_skip = opening.form != "dotted" and 0 < len(skipped) <= _MOST_SKIPPED
        absent = may_skip and all(self._last_opening.get(other, -1) <= position for other in skipped)
        if absent or (last and number == 1):
            return self._find(number, "dotted" if opening.form == "dotted" else "skipping")
        return None

    def _find(self, number: int, form: Form) -> Place | None:
        rows = self._rows.where(number, form, self._floor[0])
        page = self._body[-1].page if self._body else None
        place = find_mark(self._body, rows, number, self._floor, page, form=form)
        if place is None:
            # what the last line says depends on the one that comes after it
            self._rows.searched(number, form, len(self._body) - 1)
        return place

    def _note_end(self, start: int, *, interrupted: bool) -> int:
        """Return the position after the note.

        It ends at a blank line, a page, the next note, a changed indent, or a full stop with room
        after it or the rest of the sentence that the note interrupts. A note that interrupts a
        sentence, with nothing to mark its end, is one line long.
        """
        lines, openings = self._lines, self._openings
        following = openings[start].number + 1
        first = start if openings[start].text else start + 1
        end = first + 1
        while end < len(lines):
            line, opening = lines[end], openings.get(end)
            apart = (
                line.gap or line.page_break or (_outdented(lines[first], line) and line.indent != lines[start].indent)
            )
            if apart or (opening and opening.number == following):
                return end
            stopped = _stops_note(lines[end - 1].text) and not ends_in_abbreviation(lines[end - 1].text)
            resumed = interrupted and self._resumes(end)
            if stopped and (resumed or self._margin.has_room(lines[end - 1], line, sentence_ended=True)):
                return end
            if interrupted and _runs_to_the_end_unbroken(lines, end):
                return end
            end += 1
        return end

    def _resumes(self, position: int) -> bool:
        """Whether an interrupted sentence goes on here: in small letters, or because it does not after the next gap."""
        if self._lines[position].text[0].islower():
            return True
        after = bisect_right(self._apart, position)
        return after < len(self._apart) and not self._lines[self._apart[after]].text[0].islower()


def _take_starred(lines: tuple[Line, ...], notes: list[Note]) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
    """Take the notes marked with stars out, too."""
    found = find_starred(lines)[: MOST_NOTES - len(notes)]
    anchors = {starred: chr(FIRST_ANCHOR + len(notes) + number) for number, starred in enumerate(found)}
    body = list(lines)
    # from right to left, so that an anchor does not move the marks before it
    for starred in sorted(found, key=lambda starred: starred.span, reverse=True):
        body[starred.row] = _with_anchor(body[starred.row], starred.span, anchors[starred])
    leaving = {position for starred in found for position in range(starred.start, starred.end)}
    ends = {starred.end for starred in found}
    kept = [replace(line, gap=line.gap or at in ends) for at, line in enumerate(body) if at not in leaving]
    return tuple(kept), (
        *notes,
        *(Note(starred.mark, join_lines(starred.texts), anchors[starred]) for starred in found),
    )


def _tied(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
    """Take the notes that the source ties to its lines, and leave the anchors."""
    body: list[Line] = []
    notes: list[Note] = []
    for line in lines:
        text, taken = "", 0
        for note in line.notes:
            # what is beyond the number of anchors stays a note, tied to no place
            anchor = chr(FIRST_ANCHOR + len(notes)) if len(notes) < MOST_NOTES else ""
            text += line.text[taken : note.offset] + anchor
            taken = note.offset
            notes.append(Note(note.mark, note.text, anchor))
        if not _TITLE.fullmatch(line.text):
            body.append(replace(line, text=text + line.text[taken:]))
    return tuple(body), tuple(notes)


def _with_anchor(line: Line, span: tuple[int, int], anchor: str) -> Line:
    return replace(line, text=line.text[: span[0]] + anchor + line.text[span[1] :])


def _openings(lines: tuple[Line, ...]) -> dict[int, _Opening]:
    """Return by position the lines that may begin a note; raised or bracketed numbers rule out any other form.

    A number alone on its line begins a note when its text follows directly.
    """
    found: dict[int, _Opening] = {}
    for position, line in enumerate(lines):
        match = _NOTE_LINE.match(line.text)
        if match and match["plain"] and _QUANTITY.match(match["text"] or ""):
            continue
        if match and (match["text"] or _goes_straight_on(lines, position)):
            form: Form = next(form for form in _FORMS if match[form])
            number = int(match[form].translate(SUPERSCRIPTS))
            lone = form == "plain" and not match["text"]
            found[position] = _Opening(number, "lone" if lone else form, match["text"] or "")
    for only in ("raised", "bracketed"):
        if any(opening.form == only and opening.number == 1 for opening in found.values()):
            return {position: opening for position, opening in found.items() if opening.form == only}
    # a number with a full stop gives way to one without at the foot of a page further on
    surer = {
        opening.number: position
        for position, opening in found.items()
        if opening.form == "closed" or (opening.form in ("plain", "lone") and lines[position].gap)
    }
    return {
        position: opening
        for position, opening in found.items()
        if opening.form != "dotted" or surer.get(opening.number, -1) <= position
    }


def _goes_straight_on(lines: Sequence[Line], position: int) -> bool:
    following = lines[position + 1] if position + 1 < len(lines) else None
    return following is not None and not (following.gap or following.page_break or following.text.isdecimal())


def _is_title(lines: Sequence[Line], position: int, opening: _Opening, body: list[Line], place: Place) -> bool:
    """Whether a line numbered like a list ("1. Inleiding"), unlike its mark, does not end as a note does."""
    row, (_, end) = place
    listed = opening.form in ("closed", "dotted") and body[row].text[end - 1] != ")"
    return listed and not _goes_straight_on(lines, position) and not _stops_note(lines[position].text)


def _stops_note(text: str) -> bool:
    """Whether a note's line ends with a stop or an address, which hold no blanks."""
    return bool(_NOTE_STOP.search(text, text.rfind(" ") + 1))


def _outdented(first: Line, line: Line) -> bool:
    """Whether the indent changed in a way that hanging note text does not."""
    return line.indent != first.indent and not (first.indent < line.indent and line.indent > 1)


def _runs_to_the_end_unbroken(lines: Sequence[Line], position: int) -> bool:
    """Whether no blank line, page, note or indent tells within ten lines where the note ends."""
    ahead = lines[position : position + 10]
    return not any(line.gap or line.page_break or line.indent != ahead[0].indent for line in ahead[1:])
