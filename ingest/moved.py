"""Which paragraphs of a letter have moved, changed or gone since it was last read, so that citations can follow."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from ingest.letter import Letter, Paragraph

Change = Literal["moved", "changed", "gone"]

# Of the words of two paragraphs, the share that they have in common when one is the other reworded.
_ALIKE = 0.5
_MOST_COMPARED = 50


@dataclass(frozen=True, slots=True)
class Move:
    """A paragraph's id before, and now: the same text under another id, another text, or (`None`) no more there."""

    before: str
    after: str | None
    change: Change


def find_moves(before: Letter, after: Letter) -> tuple[Move, ...]:
    """Return what became of each paragraph that is not what and where it was, in the order of the letter before."""
    old, new = ([paragraph for _, paragraph in letter.paragraphs()] for letter in (before, after))
    places = dict(_same_texts(old, new))
    places |= _reworded(old, new, places)
    moves = []
    for place, paragraph in enumerate(old):
        if place not in places:
            moves.append(Move(paragraph.id, None, "gone"))
            continue
        now = new[places[place]]
        if now.text != paragraph.text:
            moves.append(Move(paragraph.id, now.id, "changed"))
        elif now.id != paragraph.id:
            moves.append(Move(paragraph.id, now.id, "moved"))
    return tuple(moves)


def _same_texts(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> Iterator[tuple[int, int]]:
    """Yield pairs of places with the same text: those in the same order first, then those that changed places."""
    matcher = SequenceMatcher(None, [one.text for one in old], [one.text for one in new], autojunk=False)
    pairs = [(a + i, b + i) for a, b, size in matcher.get_matching_blocks() for i in range(size)]
    yield from pairs
    matched, taken = ({pair[side] for pair in pairs} for side in (0, 1))
    left: dict[str, deque[int]] = defaultdict(deque)
    for place, paragraph in enumerate(new):
        if place not in taken:
            left[paragraph.text].append(place)
    for place, paragraph in enumerate(old):
        if place not in matched and left[paragraph.text]:
            yield place, left[paragraph.text].popleft()


def _reworded(old: Sequence[Paragraph], new: Sequence[Paragraph], places: dict[int, int]) -> dict[int, int]:
    """Return pairs of places with much the same words: each with the likest of those near it that are left."""
    taken = set(places.values())
    left = {place: _words(paragraph) for place, paragraph in enumerate(new) if place not in taken}
    pairs: dict[int, int] = {}
    expected = 0
    for place, paragraph in enumerate(old):
        if place in places:
            expected = places[place] + 1
            continue
        near = sorted(left, key=lambda one: abs(one - expected))[:_MOST_COMPARED]
        words = _words(paragraph)
        likest = max(near, key=lambda one: (_likeness(words, left[one]), new[one].id == paragraph.id), default=None)
        if likest is not None and _likeness(words, left[likest]) >= _ALIKE:
            pairs[place] = likest
            del left[likest]
            expected = likest + 1
    return pairs


def _words(paragraph: Paragraph) -> Counter[str]:
    return Counter(paragraph.text.casefold().split())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return twice the words in common over all words, 0..1 (Dice)."""
    return 2 * (one & other).total() / max(one.total() + other.total(), 1)
