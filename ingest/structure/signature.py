"""Who signed: where the signature stands, and the name and post of each who signed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.letter import Signatory
from ingest.read import Line
from ingest.structure.blocks import Block
from ingest.structure.shapes import CLOSING, DANGLING, POST, SENTENCE_END, bare

_NAME = re.compile(
    r"(?:(?:[Pp]rof|[Dd]rs|[Dd]r|[Mm]r|[Ii]r|[Ii]ng|w\.g)\.?\s+)*(?:[A-Z]\.?[a-z]{0,2}\.\s?)+(?:(?:van|de|den|der|ten|ter|el|al|von|'t|’t)\s+)*[A-Z]"
)
_NO_NAME = re.compile(r"^(?:bijlagen?|annex)\b|[\d:]", re.IGNORECASE)
_LONGEST_SIGNATURE_LINE = 130
_LINES_OF_A_SIGNATORY = 3
_LEAST_COLUMN = 20
_MOST_BLOCKS_AFTER_POST = 2


def signs(lines: Sequence[Line]) -> bool:
    """Whether the last of the lines belong to a signature."""
    return any(POST.match(line.text) for line in lines[-_LINES_OF_A_SIGNATORY:])


def find_signature(blocks: Sequence[Block], start: int) -> tuple[int, int]:
    """Return the range of the signature's blocks after `start`; an empty range at the end if there is none."""
    end = len(blocks)
    signed = [position for position in range(start, end) if blocks[position].role == "signature"]
    if signed:
        first, stop = signed[0], signed[-1] + 1
        return first - (first > start and _is_closing(blocks[first - 1])), stop
    last = len(blocks)
    while last > start:
        last -= 1
        if not (_has_post(blocks[last]) or _is_closing(blocks[last])):
            continue
        first = last
        while first > start and _may_sign(blocks, first - 1):
            first -= 1
        stop = last + 1
        while stop < end and stop - last <= _MOST_BLOCKS_AFTER_POST and _goes_with(blocks[stop - 1], blocks[stop]):
            stop += 1
        named = any(_is_name(block) or len(block.lines) > 1 or _is_closing(block) for block in blocks[first:stop])
        if named or stop == end:
            return first, stop
        # nor does a part of these name anybody
        last = first
    return end, end


def read_signatories(lines: Sequence[Line]) -> tuple[tuple[tuple[Line, ...], Signatory | None], ...]:
    """Group the lines of a signature; each group with the signatory it names, if any."""
    lines = _columns(lines)
    kinds = ["post" if POST.match(line.text) else "closing" if CLOSING.match(line.text) else "name" for line in lines]
    signing = [kind for kind in kinds if kind != "closing"]
    opener = signing[0] if signing else "post"
    groups: list[list[tuple[str, Line]]] = []
    for kind, line in zip(kinds, lines, strict=True):
        goes_on = groups and groups[-1][-1][0] != "closing" and _continues(groups[-1][-1][1], line)
        if goes_on:
            groups[-1].append((groups[-1][-1][0], line))
        elif (
            kind == "closing"
            or not groups
            or groups[-1][-1][0] == "closing"
            or (kind == opener and any(k == opener for k, _ in groups[-1]) and not _holds_two_posts(groups[-1], line))
        ):
            groups.append([(kind, line)])
        else:
            groups[-1].append((kind, line))
    return tuple((tuple(line for _, line in group), _signatory(group)) for group in groups)


def _holds_two_posts(group: Sequence[tuple[str, Line]], line: Line) -> bool:
    """Whether one who has no name yet holds the post on this line, too: "De Minister-President, / Minister van ..."."""
    nameless = all(kind == "post" for kind, _ in group)
    return nameless and not line.gap and group[-1][1].text.endswith(",") and line.text.startswith("Minister")


def _columns(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines of signatures that stand side by side one column after the other."""
    pairs = [position for position, line in enumerate(lines) if _second_column(line) is not None]
    if not pairs:
        return tuple(lines)
    offset = min(offset for line in lines if (offset := _second_column(line)) is not None)
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        second = _second_column(line)
        if second is not None:
            left.append(replace(line, text=line.cells[0][1], cells=()))
            right.append(replace(line, text=line.cells[1][1], cells=()))
        else:
            (right if line.indent >= offset else left).append(line)
    return (*left, *right)


def _second_column(line: Line) -> int | None:
    """Return the offset of the second of two cells that are far apart."""
    return line.cells[1][0] if len(line.cells) == 2 and line.cells[1][0] >= _LEAST_COLUMN else None


def sender_of(signatories: Sequence[Signatory], ministry: str) -> str:
    """Return the posts that signed, else the ministry of the letterhead."""
    first, *others = [signatory.post for signatory in signatories if signatory.post] or [ministry]
    return " en ".join([first, *(re.sub(r"^(De|Het)\b", lambda article: article[1].lower(), post) for post in others)])


def _is_closing(block: Block) -> bool:
    return bool(CLOSING.match(block.text)) and len(block.text) <= _LONGEST_SIGNATURE_LINE


def _has_post(block: Block) -> bool:
    text = block.text
    short = len(text) <= _LONGEST_SIGNATURE_LINE * 2 and not SENTENCE_END.search(text)
    return short and any(POST.match(line.text) for line in block.lines)


def _may_sign(blocks: Sequence[Block], position: int) -> bool:
    block = blocks[position]
    return (
        _has_post(block)
        or _is_closing(block)
        or _is_name(block)
        or (position > 0 and _goes_on_post(blocks[position - 1], block))
    )


def _goes_with(before: Block, block: Block) -> bool:
    return _is_name(block) or _goes_on_post(before, block)


def _goes_on_post(post: Block, block: Block) -> bool:
    return _has_post(post) and _continues(post.lines[-1], block.lines[0]) and not SENTENCE_END.search(block.text)


def _continues(line: Line, following: Line) -> bool:
    """Whether a post ("de staatssecretaris van Volksgezondheid, / Welzijn en Sport,") runs on to the next line."""
    text = following.text
    if (text[0].islower() and not POST.match(text)) or DANGLING.search(line.text):
        return True
    return (
        line.text.endswith(",")
        and not _NAME.match(text)
        and not POST.match(text)
        and (text.endswith(",") or " en " in text)
    )


def _is_name(block: Block) -> bool:
    text = block.text
    if len(text) > _LONGEST_SIGNATURE_LINE or SENTENCE_END.search(text) or _NO_NAME.search(text):
        return False
    words = [word for word in text.split() if word[0].isalpha()]
    return bool(_NAME.match(text)) or (
        1 < len(words) <= 4
        and all(word[0].isupper() or word in {"van", "de", "den", "der", "ten", "ter"} for word in words)
    )


def _signatory(group: Sequence[tuple[str, Line]]) -> Signatory | None:
    post = " ".join(bare(line.text) for kind, line in group if kind == "post").rstrip(", ")
    name = " ".join(bare(line.text) for kind, line in group if kind == "name").strip(", ")
    before, comma, after = post.rpartition(", ")
    if comma and not name and _NAME.match(after):
        post, name = before, after
    return Signatory(name, post) if post or name else None
