"""What a Word document says of its paragraphs in other parts: styles, and the numbers of lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ingest.read.tree import Element, name_of
from ingest.read.word_package import child, number, value

_HEADING = re.compile(r"(?:heading|kop)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|titel", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|inhopg|inhoudsopgave)\b.*", re.IGNORECASE)
_FLAGS = {"b": "bold", "i": "italic", "u": "underlined"}
_OFF = frozenset({"0", "false", "off", "none"})
_LEVELS, _BODY_TEXT = 9, 9
_LONGEST_LABEL, _MOST_BASES = 40, 30
_ALPHABET = 26


@dataclass(frozen=True, slots=True)
class Style:
    """What one style says: its name, the one it is based on, and its properties."""

    name: str
    base: str
    outline: Element | None
    list: Element | None
    flags: dict[str, bool]


class Styles:
    """The styles of a document, each with those it is based on."""

    def __init__(self, root: Element) -> None:
        self._elements = {value(style, "styleId"): style for style in root if name_of(style) == "style"}
        # each looked into once, however many paragraphs are in it
        self._style = cache(self._read)

    def list_properties(self, paragraph: Element) -> Element | None:
        """Return what makes a paragraph a list item, by itself or by its style."""
        own = child(paragraph, "ppr")
        found = None if own is None else child(own, "numpr")
        lists = (style.list for style in self._chain(own, "pstyle"))
        return next((one for one in (found, *lists) if one is not None and child(one, "numid") is not None), None)

    def heading_level(self, paragraph: Element) -> int:
        """Return the level of a heading, or 0 for what is none."""
        own = child(paragraph, "ppr")
        chain = self._chain(own, "pstyle")
        for style in chain:
            named = _HEADING.fullmatch(style.name)
            if named:
                return int(named[1])
        outlines = (None if own is None else child(own, "outlinelvl"), *(style.outline for style in chain))
        outline = next((number(found, _BODY_TEXT) for found in outlines if found is not None), _BODY_TEXT)
        return outline + 1 if outline < _BODY_TEXT else 0

    def is_title(self, paragraph: Element) -> bool:
        """Whether a paragraph is the title of the document."""
        return any(_TITLE.fullmatch(style.name) for style in self._chain(child(paragraph, "ppr"), "pstyle"))

    def is_contents(self, paragraph: Element) -> bool:
        """Whether a paragraph is a line of the table of contents."""
        return any(_CONTENTS.fullmatch(style.name) for style in self._chain(child(paragraph, "ppr"), "pstyle"))

    def styles_of(self, paragraph: Element) -> tuple[Style, ...]:
        """Return the style of a paragraph and those it is based on, the nearest first."""
        return self._chain(child(paragraph, "ppr"), "pstyle")

    def print_of(self, run: Element, around: Sequence[Style]) -> frozenset[str]:
        """Return how a run is printed: itself, by its style, or by those of its paragraph, `styles_of`."""
        own = child(run, "rpr")
        chains = (*self._chain(own, "rstyle"), *around)
        sources = (_flags_in(own), *(style.flags for style in chains))
        return frozenset(
            style
            for flag, style in _FLAGS.items()
            if next((source[flag] for source in sources if flag in source), False)
        )

    def _chain(self, properties: Element | None, kind: str) -> tuple[Style, ...]:
        """Return the style that properties name and those it is based on, the nearest first."""
        named = None if properties is None else child(properties, kind)
        chain: dict[str, Style] = {}
        key = "" if named is None else value(named)
        while key in self._elements and key not in chain and len(chain) < _MOST_BASES:
            chain[key] = self._style(key)
            key = chain[key].base
        return tuple(chain.values())

    def _read(self, key: str) -> Style:
        style = self._elements[key]
        properties = child(style, "ppr")
        named, base = child(style, "name"), child(style, "basedon")
        return Style(
            "" if named is None else value(named),
            "" if base is None else value(base),
            None if properties is None else child(properties, "outlinelvl"),
            None if properties is None else child(properties, "numpr"),
            _flags_in(child(style, "rpr")),
        )


def _flags_in(properties: Element | None) -> dict[str, bool]:
    """Return which kinds of print properties switch on or off."""
    found = {flag: None if properties is None else child(properties, flag) for flag in _FLAGS}
    return {flag: value(element) not in _OFF for flag, element in found.items() if element is not None}


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is numbered."""

    form: str
    text: str
    start: int


class Numbering:
    """Counts the lists of a document on, paragraph by paragraph."""

    def __init__(self, root: Element) -> None:
        self._levels: dict[str, list[_Level]] = {}
        self._lists: dict[str, str] = {}
        for element in root:
            if name_of(element) == "abstractnum":
                levels = [one for one in element if name_of(one) == "lvl"]
                self._levels[value(element, "abstractNumId")] = [_level(one) for one in levels[:_LEVELS]]
            elif name_of(element) == "num":
                abstract = child(element, "abstractnumid")
                self._lists[value(element, "numId")] = "" if abstract is None else value(abstract)
        self._counts: dict[str, list[int]] = {}
        self._begun: set[str] = set()

    def next_label(self, list_id: str, depth: int) -> str:
        """Count one on and return what stands before the paragraph: "2.", "b)", "•"; "" for no list."""
        key = self._lists.get(list_id, "")
        levels = self._levels.get(key, [])
        if depth >= len(levels):
            return ""
        if levels[depth].form == "bullet":
            return "–" if levels[depth].text.strip() in ("-", "–", "—") else "•"
        counts = self._counts.setdefault(key, [])
        counts.extend(level.start - 1 for level in levels[len(counts) : depth + 1])
        counts[depth] += 1
        del counts[depth + 1 :]
        parts = [_written(count, level.form) for count, level in zip(counts, levels, strict=False)]
        return re.sub(
            r"%([1-9])", lambda at: parts[int(at[1]) - 1] if int(at[1]) <= len(parts) else "", levels[depth].text
        )


def _level(element: Element) -> _Level:
    form, text = child(element, "numfmt"), child(element, "lvltext")
    return _Level(
        "decimal" if form is None else value(form),
        "" if text is None else value(text)[:_LONGEST_LABEL],
        number(child(element, "start"), 1),
    )


def _written(count: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % _ALPHABET)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman"):
        roman = _roman(count)
        return roman if form == "lowerRoman" else roman.upper()
    return "" if form == "none" else str(count)


def _roman(count: int) -> str:
    written = ""
    for amount, sign in (
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        # beyond a few hundred nobody counts so
        written += sign * min(count // amount, 9)
        count %= amount
    return written
