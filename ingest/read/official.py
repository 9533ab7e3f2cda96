"""Papers of parliament as officielebekendmakingen.nl gives them in XML (officiële publicaties)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import UnreadableLetter
from ingest.read.files import read_bytes
from ingest.read.lines import Line, Role
from ingest.read.paragraph import Paragraph
from ingest.read.tree import Element, name_of, parse_xml, text_of

_LEFT_OUT = frozenset("metadata meta plaatje illustratie bijlage-info inhoudsopgave officiele-inhoudsopgave".split())
# One paragraph of the head or the signature, however many elements it is made of.
_WHOLE: dict[str, Role] = {
    **dict.fromkeys(("tekstregel", "dossier", "stuknr", "kamervraagnummer", "datumtekst"), "header"),
    **dict.fromkeys(("kamervraagomschrijving", "omschr"), "header"),
    **dict.fromkeys(("functie", "naam", "organisatie"), "signature"),
    "dossiertitel": "title",
}
_LEAVES = frozenset(
    "al titel nr label li.nr noot.al plaats datum subtitel entry context aanhef slotformulering".split()
)
_STYLES = {"vet": "bold", "cur": "italic", "ondlijn": "underlined", "vetcur": "bold"}
_PAIRED = {"vraag": "Vraag", "antwoord": "Antwoord"}
_NUMBERS = ("nr", "nummer")
_INLINE = frozenset(
    "nadruk extref intref noot sup inf nootref br dossierref officiele-naam voornaam achternaam".split()
)
_SPACED = frozenset("nr label titel subtitel voornaam achternaam dossiernummer dossiernr functie naam".split())


def read_official(path: Path) -> tuple[Line, ...]:
    """Read an official publication in XML into lines.

    Raises:
        UnreadableLetter: missing, too large, damaged, or some other XML.
    """
    root = parse_xml(path, read_bytes(path))
    if not any(name_of(element) == "al" for element in root.iter()):
        raise UnreadableLetter(
            f"{path}: this XML (<{name_of(root)}>) is no official publication; give one from officielebekendmakingen.nl"
        )
    return tuple(_lines_of(root, 0))


def _lines_of(element: Element, depth: int) -> Iterator[Line]:
    """Yield the lines of an element; `depth` counts the headings that it stands under."""
    name = name_of(element)
    if name in _LEFT_OUT or name.startswith("noot"):
        return
    if name in _WHOLE:
        yield from _filled(element).lines(_WHOLE[name])
    elif name == "titel" and name_of(element.getparent()) == "stuk":
        yield from _filled(element).lines("header")
    elif name in ("kop", "tussenkop", "tussenkopje"):
        yield from _filled(element).lines("heading", depth + (name != "kop") or 1)
    elif name == "li":
        yield from _item(element, depth)
    elif name == "row":
        yield from _row(element)
    elif name in _LEAVES or not _has_blocks(element):
        signed = any(name_of(above) == "ondertekening" for above in element.iterancestors())
        yield from _filled(element).lines("signature" if signed else "paragraph")
    else:
        yield from _inside(element, depth)


def _inside(element: Element, depth: int) -> Iterator[Line]:
    """Yield the lines of what an element contains; a question or answer begins with its number."""
    paired = name_of(element) in _PAIRED
    if paired:
        heading = Paragraph()
        heading.write(_pair_label(element))
        yield from heading.lines("heading", depth + 1)
    below = depth + (paired or any(name_of(child) == "kop" for child in element))
    loose = Paragraph()
    loose.write(element.text or "")
    yield from loose.lines("paragraph")
    for child in element:
        if not (paired and name_of(child) in _NUMBERS):
            yield from _lines_of(child, below)


def _pair_label(element: Element) -> str:
    """Return "Vraag 1" or "Antwoord 1"; an answer without a number has that of the question before it."""
    label = _PAIRED[name_of(element)]
    for numbered in (element, element.getprevious()):
        children = () if numbered is None else numbered
        number = next((text_of(child) for child in children if name_of(child) in _NUMBERS), "")
        if number:
            return f"{label} {re.sub(r'^[^0-9]*|[.:]$', '', number)}".strip()
    return label


def _item(item: Element, depth: int) -> Iterator[Line]:
    """Yield the lines of a list item, its number before the first of them, lists within it after it."""
    marker = ""
    for child in item:
        name = name_of(child)
        if name == "li.nr":
            marker = text_of(child)
        elif name in ("lijst", "table"):
            yield from _lines_of(child, depth)
        elif name not in _LEFT_OUT:
            yield from _filled(child).lines("item", marker=marker)
            marker = ""


def _row(row: Element) -> Iterator[Line]:
    line = Paragraph()
    for entry in row:
        _fill(line, entry, frozenset())
        line.write(" ")
    yield from line.lines("row")


def _has_blocks(element: Element) -> bool:
    """Whether an element holds paragraphs of its own, rather than running text."""
    return any(name_of(child) not in _INLINE for child in element)


def _filled(element: Element) -> Paragraph:
    paragraph = Paragraph()
    _fill(paragraph, element, frozenset())
    return paragraph


def _fill(paragraph: Paragraph, element: Element, style: frozenset[str]) -> None:
    """Write the running text of an element, its notes hung where they stand."""
    paragraph.write(element.text or "", style)
    for child in element:
        name = name_of(child)
        if name == "noot":
            paragraph.hang_note(*_note(child))
        elif name == "br":
            paragraph.break_line()
        elif name not in _LEFT_OUT:
            printed = _STYLES.get(child.get("type") or child.get("kopopmaak") or "") if name == "nadruk" else None
            _fill(paragraph, child, style | {printed} if printed else style)
            # the parts of a name or a heading are elements with nothing between them
            if not child.tail and (name in _SPACED or name in _LEAVES):
                paragraph.write(" ")
        paragraph.write(child.tail or "", style)


def _note(note: Element) -> tuple[str, str]:
    """Return a note's mark and its text."""
    mark = next((text_of(child) for child in note if name_of(child) == "noot.nr"), "")
    texts = [text_of(child) for child in note if name_of(child) != "noot.nr"]
    return mark or note.get("nr") or "*", " ".join([*texts] or [text_of(note)])
