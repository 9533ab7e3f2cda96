"""Whether what a sentence puts together stands together in its sources: name with name, number with its thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from assistant.clauses import clauses_of, in_language, overlap
from assistant.figures import Figure, find_figures
from assistant.grounding import Texts, Word, ground
from ingest.letter import Language

_AND = re.compile(r"\s(?:en|and|of|or)\s", re.IGNORECASE)
# Names that are said in one breath: "het Midden-Oosten en Jordanië".
_NAMES = re.compile(r"\b[A-ZÀ-Þ][\w-]+ (?:en|and|of|or) [A-ZÀ-Þ][\w-]+")
# Between two figures: where the one thing ends and the next begins, the strongest first.
_BOUNDARIES = (
    re.compile(r";"),
    re.compile(r":(?!\d)|\b(?:terwijl|maar|while|whereas|but)\b", re.IGNORECASE),
    re.compile(r",(?!\d)"),
    re.compile(r"(?<!\btot)\s(?:en|and|tegen|against)\s", re.IGNORECASE),
)


def find_parted(sentence: str, language: Language, grouped: Sequence[Texts], before: Sequence[Texts]) -> str | None:
    """Return a name that a clause puts with a figure or a name that stands in another sentence.

    Each of `grouped` is one sentence of the sources, in one or both languages, and each of `before` the one before
    it, which a sentence without a name of its own may be about.
    """
    for joined in _NAMES.findall(sentence):
        if blame := _parted(joined, language, (), grouped, before):
            return blame
    for clause in clauses_of(sentence):
        figures = find_figures(clause, language)
        parts = [clause] if figures else _AND.split(clause)
        for part in parts:
            if blame := _parted(part, language, find_figures(part, language), grouped, before):
                return blame
    return None


def find_swapped_figure(sentence: str, language: Language, sources: Texts) -> str | None:
    """Return a figure that a sentence gives to what its source gives another figure of the same kind."""
    same = in_language(sources, language)
    for said in _segments(sentence, language):
        for figure in find_figures(said, language):
            for text, spoken in same:
                if _is_swapped(said, figure, language, _segments(text, spoken), spoken):
                    return figure.text
    return None


def _parted(
    clause: str,
    language: Language,
    figures: Sequence[Figure],
    grouped: Sequence[Texts],
    before: Sequence[Texts],
) -> str | None:
    """Return the name of a clause for which no sentence holds both it and the rest of names and figures."""
    everywhere = tuple(text for texts in (*grouped, *before) for text in texts)
    names = [word.text for word in ground(clause, language, everywhere) if word.name and word.found]
    if not names or len(names) + len(figures) < 2:
        return None
    missing: list[str] = []
    for texts, earlier in zip(grouped, before, strict=True):
        there = frozenset(figure for text, spoken in texts for figure in find_figures(text, spoken))
        if not all(figure.stands_in(there) for figure in figures):
            continue
        context = texts if _has_names(texts) else (*texts, *earlier)
        absent = _absent(clause, language, context, names)
        if not absent:
            return None
        missing.append(absent[0])
    return missing[0] if missing else (names[0] if figures else None)


def _absent(clause: str, language: Language, texts: Texts, names: Sequence[str]) -> list[str]:
    found: dict[str, Word] = {word.text: word for word in ground(clause, language, texts)}
    return [name for name in names if not found[name].found]


@lru_cache(maxsize=2_000)
def _has_names(texts: Texts) -> bool:
    text, spoken = texts[0]
    return any(word.name for word in ground(text, spoken, texts))


def _is_swapped(said: str, figure: Figure, language: Language, segments: Sequence[str], spoken: Language) -> bool:
    own = [segment for segment in segments if figure.stands_in(frozenset(find_figures(segment, spoken)))]
    if not own or len(segments) == len(own):
        return False
    others = [
        segment
        for segment in segments
        if segment not in own and any(other.unit == figure.unit for other in find_figures(segment, spoken))
    ]
    mine, theirs = _kept_apart(said, language, " ".join(own), " ".join(others), spoken)
    if theirs > 0 and not mine:
        return True
    names = [word.text for word in ground(said, language, ((" ".join(segments), spoken),)) if word.name and word.found]
    first = segments[: segments.index(own[0])]
    return any(not _held(name, language, own, first, others, spoken) for name in names)


def _kept_apart(said: str, language: Language, own: str, others: str, spoken: Language) -> tuple[int, int]:
    """Return how many words, figures aside, stand with a figure alone, and with the other figures alone."""
    for figure in find_figures(said, language):
        said = said.replace(figure.text, " ", 1)
    mine = theirs = 0
    for word in said.split():
        here, there = overlap(word, language, own, spoken), overlap(word, language, others, spoken)
        mine += here > there
        theirs += there > here
    return mine, theirs


def _held(
    name: str,
    language: Language,
    own: Sequence[str],
    earlier: Sequence[str],
    others: Sequence[str],
    spoken: Language,
) -> bool:
    """Whether a name stands with its figure, or before it where the figure has no name of its own."""
    if any(_stands(name, language, segment, spoken) for segment in own):
        return True
    if not any(_stands(name, language, segment, spoken) for segment in others):
        return True
    named = any(word.name for segment in own for word in ground(segment, spoken, ((segment, spoken),)))
    return not named and any(_stands(name, language, segment, spoken) for segment in earlier)


def _stands(name: str, language: Language, segment: str, spoken: Language) -> bool:
    words = [word for word in ground(name, language, ((segment, spoken),)) if word.content]
    return bool(words) and all(word.found for word in words)


@lru_cache(maxsize=5_000)
def _segments(text: str, language: Language) -> tuple[str, ...]:
    """Return a sentence cut between its figures, where there is something to cut at."""
    figures = find_figures(text, language)
    cuts = [0]
    place = 0
    last_end: int | None = None
    for figure in figures:
        start = text.find(figure.text, place)
        if start < 0:
            continue
        if last_end is not None and (cut := _boundary(text, last_end, start)):
            cuts.append(cut)
        place = start
        last_end = start + len(figure.text)
    cuts.append(len(text))
    return tuple(text[start:end] for start, end in pairwise(cuts) if text[start:end].strip())


def _boundary(text: str, start: int, end: int) -> int | None:
    between = text[start:end]
    for pattern in _BOUNDARIES:
        if found := pattern.search(between):
            return start + found.end()
    return None
