"""Letters as web pages: the text of the page without what surrounds it, notes tied by their links."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase

from ingest.errors import UnreadableLetter
from ingest.read.files import check_length, read_bytes
from ingest.read.html_notes import Notes
from ingest.read.lines import Line, Role
from ingest.read.paragraph import Paragraph
from ingest.read.text import decode
from ingest.read.tree import Element, name_of, parse_html, text_of

_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset=["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
# What browsers take these names for.
_ENCODINGS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "cp1252": "cp1252",
    "iso8859-15": "iso8859-15",
    "utf-8": "utf-8",
}
_HEAD_BYTES = 4096
_LEFT_OUT = frozenset(
    "head script style nav aside footer form button noscript template iframe svg math object select dialog".split()
)
_SURROUNDS = re.compile(
    r"(?:^|[\s_-])(?:nav\w*|menu|breadcrumbs?|cookies?|skip\w*|share|sr-only|visually-hidden)(?:$|[\s_-])"
)
_TEXT_ROOTS = (".//main", ".//*[@role='main']", ".//article", ".//*[@id='broodtekst']", ".//*[@id='content']")
_LEAST_SHARE = 0.5
_BLOCKS = frozenset(
    "address article aside blockquote body center details dd div dl dt fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_HEADING = re.compile(r"h([1-6])")
_HEADING_CLASS = re.compile(r"(?:^|[\s_-])(?:tussenkop\w*|heading\w*|subtitle)(?:$|[\s_-])")
_STYLES = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underlined"}
_BELOW_ALL = 7
_LONGEST_NAMES = 500
_LONGEST_NUMBER = 6
_ALPHABETS = {"a": ascii_lowercase, "A": ascii_uppercase}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def read_html(path: Path) -> tuple[Line, ...]:
    """Read a web page into lines.

    Raises:
        UnreadableLetter: missing, too large, in an unknown encoding, or without text.
    """
    return html_lines(path, _decode(path, read_bytes(path)))


def html_lines(path: Path, text: str) -> tuple[Line, ...]:
    """Return the lines of HTML that is in memory already; `path` is named in errors."""
    root = parse_html(path, text)
    text_root = _text_root(root)
    page = _Page(text_root)
    # many marks may lead to one long note
    check_length(path, page.notes.length, 0)
    lines = tuple(page.lines())
    if not lines:
        raise UnreadableLetter(f"{path}: the page holds no text; save it from a browser, or print it to a PDF")
    return lines


def _decode(path: Path, data: bytes) -> str:
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        encoding = _ENCODINGS[codecs.lookup(name).name]
    except (LookupError, ValueError) as error:
        raise UnreadableLetter(f"{path}: the encoding {name!r} can't be read; save the page as UTF-8") from error
    return decode(path, data) if encoding == "utf-8" else data.decode(encoding, "replace")


def _text_root(root: Element) -> Element:
    """Return the part of the page that is its text, by the names pages give it, if most of the text is there."""
    whole = len(text_of(root))
    for place in _TEXT_ROOTS:
        found = root.findall(place)
        if len(found) == 1 and len(text_of(found[0])) >= _LEAST_SHARE * whole:
            return found[0]
    return root


class _Page:
    """A page being read; its first h1 is its title."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self.notes = Notes(root)
        self._titled = False
        self._with_blocks = _with_blocks(root)

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the page."""
        yield from self._inside(self._root)

    def _inside(self, element: Element, role: Role = "paragraph", marker: str = "") -> Iterator[Line]:
        """Yield the lines of what is inside a block; its first text has the marker of the list item it stands in."""
        running = Paragraph()
        running.write(element.text or "")
        for child in element:
            if self._is_inline(child):
                self._fill(running, child, frozenset())
            else:
                for lines in (running.lines(role, marker=marker), self._block(child, role, marker)):
                    for line in lines:
                        yield line
                        marker = ""
                running = Paragraph()
            running.write(child.tail or "")
        yield from running.lines(role, marker=marker)

    def _block(self, element: Element, role: Role, marker: str) -> Iterator[Line]:
        name = name_of(element)
        if _is_left_out(element) or self.notes.holds(element):
            return
        level = _heading_level(element)
        if level:
            heading = Paragraph()
            self._fill(heading, element, frozenset())
            titles = level == 1 and not self._titled
            self._titled = self._titled or titles
            yield from heading.lines("title" if titles else "heading", level)
        elif name in ("ul", "ol"):
            yield from self._list(element)
        elif name == "tr":
            yield from self._row(element)
        elif name == "pre":
            written = Paragraph()
            for text in element.text_content().splitlines():
                written.write(text)
                written.break_line()
            yield from written.lines(role, marker=marker)
        else:
            yield from self._inside(element, role, marker)

    def _list(self, element: Element) -> Iterator[Line]:
        start = element.get("start") or ""
        count = int(start) if start.isascii() and start.isdecimal() and len(start) < _LONGEST_NUMBER else 1
        letters = _ALPHABETS.get(element.get("type") or "")
        for item in element:
            if name_of(item) == "li":
                number = letters[(count - 1) % len(letters)] if letters else str(count)
                marker = f"{number}." if name_of(element) == "ol" else "•"
                yield from () if self.notes.holds(item) else self._inside(item, "item", marker)
                count += 1
            else:
                yield from self._block(item, "paragraph", "")

    def _row(self, row: Element) -> Iterator[Line]:
        """Yield a row as one line; where a table only places text on the page, the lines of its cells instead."""
        cells = [cell for cell in row if text_of(cell)]
        if len(cells) == 1 or any(name_of(inside) in ("table", "ul", "ol") for cell in cells for inside in cell.iter()):
            for cell in cells:
                yield from self._inside(cell)
            return
        line = Paragraph()
        for cell in cells:
            self._fill(line, cell, frozenset())
            line.write(" ")
        yield from (replace(one, role="row", level=0) for one in line.lines("row"))

    def _is_inline(self, element: Element) -> bool:
        name = name_of(element)
        return name not in _BLOCKS and name not in _LEFT_OUT and element not in self._with_blocks

    def _fill(self, paragraph: Paragraph, element: Element, style: frozenset[str]) -> None:
        """Write the running text of an element, its notes hung where their marks stand."""
        name = name_of(element)
        note = self.notes.note_of(element)
        if note:
            paragraph.hang_note(*note)
            return
        if name == "br":
            paragraph.break_line()
        if _is_left_out(element):
            return
        own = _STYLES.get(name)
        style = style | {own} if own else style
        raised = name == "sup" and len(element) == 0 and (element.text or "").strip().isdecimal()
        paragraph.write((element.text or "").translate(_RAISED) if raised else element.text or "", style)
        for child in element:
            self._fill(paragraph, child, style)
            paragraph.write(child.tail or "", style)


def _with_blocks(root: Element) -> set[Element]:
    """Return the elements that stand above a block."""
    found: set[Element] = set()
    for element in root.iter():
        if name_of(element) in _BLOCKS:
            for above in element.iterancestors():
                if above in found:
                    break
                found.add(above)
    return found


def _is_left_out(element: Element) -> bool:
    """Whether an element surrounds the text of the page, or is not shown."""
    name = name_of(element)
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:_LONGEST_NAMES].lower()
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    # the body carries whatever classes a page is built with
    return not name or name in _LEFT_OUT or hidden or (name != "body" and bool(_SURROUNDS.search(named)))


def _heading_level(element: Element) -> int:
    """Return the level of a heading, or 0 for what is none."""
    named = _HEADING.fullmatch(name_of(element))
    if named:
        return int(named[1])
    is_named_so = name_of(element) == "p" and _HEADING_CLASS.search(
        (element.get("class") or "")[:_LONGEST_NAMES].lower()
    )
    return _BELOW_ALL if is_named_so else 0
