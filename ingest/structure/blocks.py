"""Lines into blocks: what one paragraph, heading, list item or address line holds together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.read import Line
from ingest.structure.margin import Margin, find_margin
from ingest.structure.marks import ANCHOR

ITEM = re.compile(
    r"(?:(?P<bullet>[•▪‣◦●○–—*·-]|o(?=\s))|(?P<number>\d{1,2})[.)]|\(?(?P<letter>[a-z])\)|(?P<roman>[ivx]{1,4})[.)])\s+(?=\S)"
)
NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,4}\.|[A-Z]\.)\s+(?=[A-ZÀ-Þ\"“‘'«])")
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
# A line that ends in one of these goes on, however short it is.
DANGLING = re.compile(
    r"\b(?:en|of|van|de|het|een|voor|der|den|des|in|op|te|ten|ter|met|aan|bij|om|tot|als|dat|die|over|naar|uit|and|of|the)$"
)
_LONE_BULLET = re.compile(r"[•▪‣◦●○·-]")
_FIGURES = re.compile(r"\d[\d.,]*\s+[-+–]?\d[\d.,]*%?$")
_MOST_QUESTION_WORDS = 8
_MOST_HEADING_CHARACTERS = 110
_MOST_HEADING_WORDS = 14
_MOST_HEADING_LINES = 2
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
    def is_item(self) -> bool:
        """Whether the block begins with a bullet or an item number."""
        return bool(ITEM.match(self.lines[0].text))


def bare(text: str) -> str:
    """Return the text without footnote anchors."""
    return ANCHOR.sub("", text).strip()


def group_lines(lines: tuple[Line, ...]) -> tuple[Block, ...]:
    """Group lines into blocks, in order, each line in exactly one."""
    if not lines:
        return ()
    margin = find_margin(lines)
    blocks: list[Block] = []
    start = 0
    for position in range(1, len(lines)):
        if _breaks(lines, start, position, margin):
            blocks.append(Block(lines[start:position]))
            start = position
    blocks.append(Block(lines[start:]))
    return tuple(blocks)


def looks_like_heading(text: str) -> bool:
    """Whether a text of its own is short, begins like a title and does not end like a sentence."""
    words = text.split()
    numbered = NUMBERED.match(text)
    title = text[numbered.end() :] if numbered else text
    return bool(
        title
        and len(text) <= _MOST_HEADING_CHARACTERS
        and len(words) <= (_MOST_QUESTION_WORDS if text.endswith("?") else _MOST_HEADING_WORDS)
        and (title[0].isupper() or title[0] in "\"“‘'«")
        and not text.endswith((".", ";", ":", ",", "!", "…"))
        and not _FIGURES.search(text)
        and sum(sign.isalpha() for sign in text) > len(text) / 2
    )


def _breaks(lines: tuple[Line, ...], start: int, position: int, margin: Margin) -> bool:
    """Whether a new block begins at `position`; the present one began at `start`."""
    previous, line = lines[position - 1], lines[position]
    if _LONE_BULLET.fullmatch(previous.text):
        return False
    ended = bool(SENTENCE_END.search(bare(previous.text)))
    closed = ended or bare(previous.text).endswith((":", ";", ","))
    if _begins_item(lines, start, position, closed=closed) or previous.tabular or line.tabular:
        return True
    roomy = margin.has_room(previous, line, sentence_ended=ended) and not DANGLING.search(bare(previous.text))
    if line.page_break:
        return roomy and (ended or not line.text[0].islower())
    if line.gap:
        return ended or roomy or bare(previous.text).endswith(":") or _stands_apart(lines, start, position)
    if line.text[0].islower():
        return False
    return roomy or (ended and _is_unspaced_heading(lines, position, margin))


def _stands_apart(lines: tuple[Line, ...], start: int, position: int) -> bool:
    """Whether the block before `position`, with a gap on both sides, is a heading or a labelled line of the head."""
    first = lines[start]
    if _LABEL.match(first.text):
        return True
    text = bare(" ".join(line.text for line in lines[start:position]))
    return first.gap and not first.page_break and position - start <= _MOST_HEADING_LINES and looks_like_heading(text)


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
