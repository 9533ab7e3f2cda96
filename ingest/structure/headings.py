"""Which blocks are headings, and at which level each stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from ingest.letter import ParagraphKind
from ingest.structure.blocks import Block
from ingest.structure.shapes import ITEM, LONE_NUMBER, NUMBERED, ends_sentence, is_question_label, looks_like_heading

_MOST_LINES = 2
_MOST_EMPHASISED_LINES, _LONGEST_EMPHASISED = 3, 250
_HEADINGS_IN_A_ROW = 3
_MOST_COLON_WORDS = 4
_ENUMERATED = re.compile(
    r"(?P<decimal>\d{1,2}(?:\.\d{1,2})*)[.)]?\s|(?P<capital>[A-Z]|[IVX]{2,4})\.\s|\(?(?P<small>[a-z])[.)]\s"
)
_FIGURES = re.compile(r"\d\s+\d[\d.,%]*$")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII")
_FEWEST_CAPITALS = 7


def classify(blocks: Sequence[Block]) -> Iterator[tuple[ParagraphKind | None, int, Block]]:
    """Yield each block of the body as a heading (no kind, but a level), a list item or prose."""
    declared = any(block.role == "heading" and block.level for block in blocks)
    candidates = [_may_be_heading(block, declared=declared) for block in blocks]
    chosen: list[bool] = []
    questioned = False
    for position, block in enumerate(blocks):
        asks = questioned and block.text.endswith("?")
        is_heading = candidates[position] and _is_heading(blocks, candidates, position)
        chosen.append(not asks and (is_heading or _heads_with_colon(blocks, position)))
        if chosen[-1]:
            questioned = is_question_label(block.text)
    levels = iter(_levels([block for block, heading in zip(blocks, chosen, strict=True) if heading]))
    for block, heading in zip(blocks, chosen, strict=True):
        if heading:
            yield None, next(levels), block
        else:
            yield ("list-item" if block.is_item else "prose"), 0, block


def _may_be_heading(block: Block, *, declared: bool) -> bool:
    """Whether a block could be a heading; where the source declares headings, no plain paragraph is one."""
    if block.role == "text":
        return False
    if block.role == "heading" or _is_emphasised(block):
        return True
    if block.role and (declared or block.role != "paragraph") and not is_question_label(block.text):
        return False
    if len(block.lines) > _MOST_LINES or not looks_like_heading(block.text):
        return False
    if any(line.tabular for line in block.lines) or LONE_NUMBER.fullmatch(block.lines[0].text):
        return False
    return not ITEM.match(block.text) or _item_count(block) is not None


def _is_emphasised(block: Block) -> bool:
    """Whether a block is told as a heading by its print: short, in bold, italic or underlined, and no sentence."""
    if any(line.tabular for line in block.lines) or _FIGURES.search(block.text):
        return False
    short = len(block.lines) <= _MOST_EMPHASISED_LINES and len(block.text) <= _LONGEST_EMPHASISED
    return (
        block.emphasis
        and short
        and not block.text.endswith((".", ";", ","))
        and (not block.is_item or _item_count(block) is not None)
    )


def _is_heading(blocks: Sequence[Block], candidates: Sequence[bool], position: int) -> bool:
    """A candidate is a heading unless it ends the body, or stands in a list or a table."""
    if blocks[position].role == "heading":
        return True
    if position + 1 == len(blocks):
        return False
    if _is_emphasised(blocks[position]):
        return True
    count = _item_count(blocks[position])
    if count:
        following = _item_count(blocks[position + 1])
        before = _item_count(blocks[position - 1]) if position else None
        return following != count.next() and (before is None or before.next() != count)
    if NUMBERED.match(blocks[position].text) or is_question_label(blocks[position].text):
        return True
    return not _stands_in_a_row(candidates, position)


def _heads_with_colon(blocks: Sequence[Block], position: int) -> bool:
    """Whether a few words that end in a colon stand apart over running text, rather than lead in a list."""
    if not 0 < position < len(blocks) - 1:
        return False
    block, before, after = blocks[position], blocks[position - 1], blocks[position + 1]
    apart = block.role != "text" and block.lines[0].gap and after.lines[0].gap and len(block.lines) == 1
    leads_in = after.is_item or after.text.endswith(":") or any(line.tabular for line in after.lines)
    few = len(block.text.split()) <= _MOST_COLON_WORDS and looks_like_heading(block.text.removesuffix(":"))
    closed = ends_sentence(before.text) and ends_sentence(after.text)
    return block.text.endswith(":") and apart and few and closed and not leads_in


def _stands_in_a_row(candidates: Sequence[bool], position: int) -> bool:
    """Whether so many candidates stand together that they are a list or a table."""
    reach = _HEADINGS_IN_A_ROW - 1
    before = takewhile(bool, reversed(candidates[max(0, position - reach) : position]))
    after = takewhile(bool, candidates[position + 1 : position + 1 + reach])
    return sum(before) + 1 + sum(after) >= _HEADINGS_IN_A_ROW


def _levels(headings: Sequence[Block]) -> list[int]:
    """Return the level of each heading: the one its source declares, else one read off its number and its print.

    What is only printed like a heading stands below the declared one before it.
    """
    declared = sorted({block.level for block in headings if block.level})
    if not declared:
        return levels_of([block.text for block in headings], [block.style for block in headings])
    levels: list[int] = []
    below = 1
    for block in headings:
        if block.level:
            levels.append(declared.index(block.level) + 1)
            below = levels[-1] + 1
        else:
            levels.append(below)
    return levels


@dataclass(frozen=True, slots=True)
class _Count:
    """How a heading is counted: the way of counting, with its depth, and where the count stands."""

    scheme: str
    ordinal: int

    def next(self) -> _Count:
        """Return the count of the heading or item after this one."""
        return _Count(self.scheme, self.ordinal + 1)


def _item_count(block: Block) -> _Count | None:
    item = ITEM.match(block.text)
    if item and item["number"]:
        return _Count("decimal 1", int(item["number"]))
    return _Count("small letter", ord(item["letter"]) - ord("a") + 1) if item and item["letter"] else None


def levels_of(headings: Sequence[str], styles: Sequence[str] = ()) -> list[int]:
    """Return the level of each heading, from 1; `styles` tell how each is printed, where that is known.

    A new way of counting (I, A, 1, 1.1) begins below the one that is running. A heading without a
    number stands below a numbered one when the count goes on after it; and below capitals. Where print
    is known it decides for those: below the headings before them in a stronger print.
    """
    counts = _counts(headings)
    last = {count: position for position, count in enumerate(counts) if count}
    running: dict[str, int] = {}
    levels: list[int] = []
    printed: dict[str, int] = {}
    below_capitals = False
    for position, (heading, count) in enumerate(zip(headings, counts, strict=True)):
        style = styles[position] if styles else ""
        if count:
            if count.scheme in running:
                kept = list(running)[: list(running).index(count.scheme)]
                running = {scheme: running[scheme] for scheme in kept}
            running[count.scheme] = count.ordinal
            levels.append(len(running))
            printed.setdefault(style, levels[-1])
            continue
        if style and "" not in printed:
            stronger = (level for other, level in printed.items() if _strength(other) > _strength(style))
            printed[style] = max(stronger, default=0) + 1
            levels.append(printed[style])
            continue
        capitals = heading.isupper() and len(heading) >= _FEWEST_CAPITALS
        goes_on = any(last.get(_Count(scheme, at + 1), -1) > position for scheme, at in running.items())
        levels.append(len(running) + 1 if running and goes_on else 2 if below_capitals and not capitals else 1)
        below_capitals = below_capitals or capitals
        printed.setdefault(style, levels[-1])
    return levels


def _strength(style: str) -> tuple[float, int]:
    """Rank a print: the larger first, then bold, underlined and italic."""
    faces, _, size = style.partition(" ")
    weight = sum(2**rank for rank, face in enumerate(("italic", "underlined", "bold")) if face in faces)
    return (float(size) if size else 0.0), weight


def _counts(headings: Sequence[str]) -> list[_Count | None]:
    """Read the number of each heading; "I." counts on from "H." if there is one, else it is Roman."""
    counts: list[_Count | None] = []
    letter = 0
    for heading in headings:
        match = _ENUMERATED.match(heading)
        if not match:
            counts.append(None)
        elif match["decimal"]:
            parts = match["decimal"].split(".")
            counts.append(_Count(f"decimal {len(parts)}", int(parts[-1])))
        elif match["small"]:
            counts.append(_Count("small letter", ord(match["small"]) - ord("a") + 1))
        elif match["capital"] in _ROMAN and ord(match["capital"][0]) - ord("A") != letter:
            counts.append(_Count("roman", _ROMAN.index(match["capital"]) + 1))
        else:
            letter = ord(match["capital"][0]) - ord("A") + 1
            counts.append(_Count("letter", letter))
    return counts
