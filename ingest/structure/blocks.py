"""Lines into blocks: what one paragraph, heading, list item or address line holds together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.read import Line, Role
from ingest.structure.margin import Margin, find_margin
from ingest.structure.shapes import (
    CLOSING,
    DANGLING,
    ITEM,
    LONE_BULLET,
    LONE_NUMBER,
    NUMBERED,
    POST,
    SALUTATION,
    bare,
    ends_sentence,
    is_question_label,
    looks_like_heading,
)

_MOST_HEADING_LINES = 2
_LONGEST_ADDRESS_LINE = 40
_LOOSE_INDENT = 1
_ADDRESS = re.compile(r"https?://|www\.")
_LABEL = re.compile(
    r"(?:datum|betreft|onderwerp|(?:ons |uw )?kenmerk|(?:onze |uw )referentie|bijlagen?(?:\(n\))?|aan|van"
    r"|telefoon|e-mail)\b\s*:?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The lines with a blank between them and no anchors: good for recognising, not for citing."""
        return bare(" ".join(line.text for line in self.lines))

    @property
    def emphasis(self) -> bool:
        """Whether all of it is in bold, italic or underlined."""
        return all(line.emphasis for line in self.lines)

    @property
    def style(self) -> str:
        """How all of it is printed, or "" where that is plain or not the same throughout."""
        styles = {line.style for line in self.lines}
        return styles.pop() if len(styles) == 1 else ""

    @property
    def level(self) -> int:
        """The level its source gives it as a heading."""
        return self.lines[0].level

    @property
    def role(self) -> Role | None:
        """What its source says it is."""
        return self.lines[0].role

    @property
    def is_item(self) -> bool:
        """Whether the block begins with a bullet or an item number, or its source says it is an item."""
        if self.role == "item":
            return True
        return bool(ITEM.match(self.lines[0].text) or (len(self.lines) > 1 and LONE_BULLET.match(self.lines[0].text)))


def group_lines(lines: tuple[Line, ...]) -> tuple[Block, ...]:
    """Group lines into blocks, in order, each line in exactly one."""
    if not lines:
        return ()
    margin = find_margin(lines)
    blocks: list[Block] = []
    start = 0
    for position in range(1, len(lines)):
        declared = lines[position].role is not None
        if _begins_part(*lines[position - 1 : position + 1]) if declared else _breaks(lines, start, position, margin):
            blocks.append(Block(lines[start:position]))
            start = position
    blocks.append(Block(lines[start:]))
    return tuple(blocks)


def _breaks(lines: tuple[Line, ...], start: int, position: int, margin: Margin) -> bool:
    """Whether a new block begins at `position`; the present one began at `start`."""
    previous, line = lines[position - 1], lines[position]
    labelled = is_question_label(bare(previous.text)) or is_question_label(bare(line.text))
    if labelled or _begins_signature(previous, line) or (line.gap and _ends_salutation(lines[start:position])):
        return True
    if LONE_BULLET.fullmatch(previous.text) or _is_lone_number(lines, position - 1):
        return False
    ended = ends_sentence(bare(previous.text))
    closed = ended or bare(previous.text).endswith((":", ";", ","))
    if _begins_item(lines, start, position, closed=closed) or _differs(lines, start, position):
        return True
    roomy = margin.has_room(previous, line, sentence_ended=ended) and not DANGLING.search(bare(previous.text))
    if _is_lone_number(lines, position):
        return ended or roomy
    if line.page_break:
        return (roomy and (ended or not line.text[0].islower())) or _breaks_at_page(lines, start, position, margin)
    if line.gap and line.text[0].islower() and not closed and len(previous.text) > _LONGEST_ADDRESS_LINE:
        return False
    if line.gap:
        return ended or roomy or bare(previous.text).endswith(":") or _stands_apart(lines, start, position)
    if line.text[0].islower():
        return roomy and bool(ITEM.match(line.text))
    if _is_numbered_heading(lines, start, position) and margin.has_room(previous, line, sentence_ended=True):
        return True
    return roomy or (ended and (_leaves_item(lines, start, position) or _is_unspaced_heading(lines, position, margin)))


def _differs(lines: tuple[Line, ...], start: int, position: int) -> bool:
    """Whether the line is a table's where the other is not, or a heading in bold or italic begins or ends between."""
    previous, line = lines[position - 1], lines[position]
    if previous.tabular or line.tabular:
        return True
    if (line.text[0].islower() and not _ADDRESS.match(line.text)) or line.emphasis == previous.emphasis:
        return False
    if line.emphasis:
        return line.gap or line.page_break or ends_sentence(bare(previous.text))
    return all(one.emphasis for one in lines[start:position])


def _begins_part(previous: Line, line: Line) -> bool:
    """Whether a line begins a new block for its source; a number by itself belongs to the paragraph after it."""
    numbered = bool(LONE_NUMBER.fullmatch(previous.text)) and line.role == "paragraph" and line.text[0].isupper()
    return line.role != "continuation" and not numbered


def _is_lone_number(lines: tuple[Line, ...], position: int) -> bool:
    """Whether a number stands alone on its line, directly above the question or item it numbers."""
    following = lines[position + 1] if position + 1 < len(lines) else None
    alone = bool(LONE_NUMBER.fullmatch(lines[position].text)) and (lines[position].gap or position == 0)
    return alone and following is not None and not following.gap and following.text[0].isupper()


def _stands_apart(lines: tuple[Line, ...], start: int, position: int) -> bool:
    """Whether the block before `position`, with a gap on both sides, is a heading or a labelled line of the head."""
    first = lines[start]
    if _LABEL.match(first.text):
        return True
    if not first.gap or first.page_break or position - start > _MOST_HEADING_LINES:
        return False
    return looks_like_heading(bare(" ".join(line.text for line in lines[start:position])))


def _leaves_item(lines: tuple[Line, ...], start: int, position: int) -> bool:
    """Whether a sentence stands outside the item before it: flush where that hangs, or after a list's last stop."""
    if not ITEM.match(lines[start].text):
        return False
    flush = lines[position].indent <= lines[start].indent + _LOOSE_INDENT
    if position - start > 1 and lines[start + 1].indent > lines[start].indent + _LOOSE_INDENT:
        return flush
    return flush and start > 0 and lines[start - 1].text.endswith(";")


def _begins_item(lines: tuple[Line, ...], start: int, position: int, *, closed: bool) -> bool:
    """Whether a list item begins here: after a gap, a closed line or another item, never mid-sentence."""
    line = lines[position]
    item = ITEM.match(line.text)
    if not item and not NUMBERED.match(line.text):
        return False
    if line.gap or closed:
        return True
    if not item:
        return False
    opener = ITEM.match(lines[start].text)
    if not opener:
        return False
    if item["bullet"]:
        return item["bullet"] == opener["bullet"] and line.indent == lines[start].indent
    return bool(item["number"] and opener["number"] and int(item["number"]) == int(opener["number"]) + 1)


def _begins_signature(previous: Line, line: Line) -> bool:
    """Whether a closing formula begins here, or a post does after a sentence and a blank line or page."""
    apart = (line.gap or line.page_break) and ends_sentence(bare(previous.text))
    return bool(CLOSING.match(line.text)) or (apart and line.text.endswith(",") and bool(POST.match(line.text)))


def _ends_salutation(lines: tuple[Line, ...]) -> bool:
    """Whether these lines, with a gap after them, are how a letter greets its reader."""
    text = bare(" ".join(line.text for line in lines[-2:]))
    return text.endswith(",") and bool(SALUTATION.match(text))


def _is_numbered_heading(lines: tuple[Line, ...], start: int, position: int) -> bool:
    """Whether the block before `position` is one line after a gap that reads as a numbered heading."""
    text = bare(lines[start].text)
    alone = position - start == 1 and lines[start].gap and not DANGLING.search(text)
    return alone and bool(NUMBERED.match(text)) and looks_like_heading(text)


def _breaks_at_page(lines: tuple[Line, ...], start: int, position: int, margin: Margin) -> bool:
    """Whether a page ends with a numbered heading or a list, or the next begins with a heading set apart."""
    if _is_numbered_heading(lines, start, position):
        return not lines[position].text[0].islower()
    if not ends_sentence(bare(lines[position - 1].text)):
        return False
    if _leaves_item(lines, start, position):
        return True
    apart = position + 1 < len(lines) and lines[position + 1].gap and looks_like_heading(bare(lines[position].text))
    return apart or _is_unspaced_heading(lines, position, margin)


def _is_unspaced_heading(lines: tuple[Line, ...], position: int, margin: Margin) -> bool:
    """Whether this line is a heading that no blank line sets apart from the text after it."""
    if position + 1 >= len(lines):
        return False
    line, following = lines[position], lines[position + 1]
    return (
        looks_like_heading(bare(line.text))
        and not following.text[0].islower()
        and margin.has_room(line, following, sentence_ended=False)
    )
