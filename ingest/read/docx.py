"""Letters as Word documents: paragraphs with their styles, list numbers, notes and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.errors import UnreadableLetter
from ingest.read.files import check_length, read_bytes
from ingest.read.lines import Line
from ingest.read.paragraph import Paragraph
from ingest.read.tree import Element, name_of, text_of
from ingest.read.word_package import BODY, Package, child, number, value
from ingest.read.word_styles import Numbering, Style, Styles

# What holds running text besides runs: links, what was inserted or moved here, controls, fields.
_HOLDERS = frozenset("hyperlink ins moveto smarttag sdt sdtcontent fldsimple customxml dir bdo".split())
_NOTES = {"footnotereference": "footnotes", "endnotereference": "endnotes"}
_WRITTEN = {"tab": " ", "nobreakhyphen": "-", "softhyphen": "\u00ad"}
_LONGEST_CELL = 200
_DEEPEST_TABLE = 5


def read_docx(path: Path) -> tuple[Line, ...]:
    """Read a Word document into lines.

    Raises:
        UnreadableLetter: missing, too large once unpacked, damaged, locked, or without text.
    """
    read_bytes(path)
    lines = _Document(Package(path)).lines()
    if not lines:
        raise UnreadableLetter(
            f"{path}: the Word document holds no text; if the letter is a picture in it, recognise it"
        )
    return lines


class _Document:
    """A Word document being read: it counts lists and notes on."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._body = package.part(BODY)
        self._styles = Styles(package.part("word/styles.xml"))
        self._numbering = Numbering(package.part("word/numbering.xml"))
        self._notes = {kind: _note_texts(package.part(f"word/{kind}.xml")) for kind in _NOTES.values()}
        self._counted = dict.fromkeys(_NOTES.values(), 0)
        self._noted = 0

    def lines(self) -> tuple[Line, ...]:
        """Return the lines of the first page's header, then those of the text."""
        return (*self._letterhead(), *self._lines_in(self._body))

    def _letterhead(self) -> Iterator[Line]:
        """Yield what is printed above the first page: there letterheads have sender, reference and date."""
        section = next((one for one in (self._body.iter() if len(self._body) else ()) if name_of(one) == "sectpr"), ())
        kind = "first" if any(name_of(one) == "titlepg" for one in section) else "default"
        references = (one for one in section if name_of(one) == "headerreference" and value(one, "type") == kind)
        reference = next(references, None)
        header = () if reference is None else self._package.target(value(reference, "id"))
        for line in self._lines_in(header):
            if any(sign.isalpha() for sign in line.text):
                yield replace(line, role="header") if line.role != "continuation" else line

    def _lines_in(self, container: Element, depth: int = 0) -> Iterator[Line]:
        for element in container:
            name = name_of(element)
            if name == "p":
                yield from self._paragraph(element, depth)
            elif name == "tbl" and depth < _DEEPEST_TABLE:
                yield from self._table(element, depth)
            elif name in _HOLDERS or name == "body":
                yield from self._lines_in(element, depth)

    def _paragraph(self, element: Element, depth: int) -> Iterator[Line]:
        if self._styles.is_contents(element):
            return
        if depth < _DEEPEST_TABLE:
            for box in _text_boxes(element):
                yield from self._lines_in(box, depth + 1)
        paragraph = Paragraph()
        self._fill(paragraph, element, self._styles.styles_of(element))
        label = self._label(element)
        level = self._styles.heading_level(element)
        if level:
            yield from paragraph.lines("heading", level, label)
        elif self._styles.is_title(element):
            yield from paragraph.lines("title")
        else:
            yield from paragraph.lines("item" if label else "paragraph", marker=label)

    def _label(self, paragraph: Element) -> str:
        """Return the number or bullet that Word sets before a paragraph."""
        found = self._styles.list_properties(paragraph)
        if found is None:
            return ""
        return self._numbering.next_label(value(child(found, "numid")), number(child(found, "ilvl"), 0))

    def _fill(self, paragraph: Paragraph, container: Element, styles: Sequence[Style]) -> None:
        """Write the runs within a container; `styles` are those of the paragraph they belong to."""
        for element in container:
            name = name_of(element)
            if name == "r":
                self._write_run(paragraph, element, styles)
            elif name in _HOLDERS:
                self._fill(paragraph, element, styles)
            elif name in ("omath", "omathpara"):
                paragraph.write(text_of(element))

    def _write_run(self, paragraph: Paragraph, run: Element, styles: Sequence[Style]) -> None:
        hidden = child(run, "rpr", "vanish")
        if hidden is not None and value(hidden) not in ("0", "false"):
            return
        style = self._styles.print_of(run, styles)
        marked = False
        for element in run:
            name = name_of(element)
            if name in _NOTES:
                marked = bool(value(element, "customMarkFollows"))
                self._hang_note(paragraph, element, text_of(run) if marked else "")
            elif name == "t" and not marked:
                paragraph.write(element.text or "", style)
            elif name in _WRITTEN:
                paragraph.write(_WRITTEN[name])
            elif name == "cr" or (name == "br" and value(element, "type") in ("", "textWrapping")):
                paragraph.break_line()

    def _hang_note(self, paragraph: Paragraph, reference: Element, mark: str) -> None:
        kind = _NOTES[name_of(reference)]
        text = self._notes[kind].get(value(reference, "id"))
        if text is None:
            return
        # one note may be referred to more often than memory holds
        self._noted += len(text)
        check_length(self._package.path, self._noted, 0)
        if not mark:
            self._counted[kind] += 1
        paragraph.hang_note(mark or str(self._counted[kind]), text)

    def _table(self, table: Element, depth: int) -> Iterator[Line]:
        """Yield a line a row; what only places text on the page, such as two signatures, gives its paragraphs."""
        rows = [[cell for cell in row if name_of(cell) == "tc"] for row in table if name_of(row) == "tr"]
        places = any(_is_page_layout(cell) for row in rows for cell in row)
        for row in rows:
            filled = [cell for cell in row if text_of(cell)]
            beside = sum(any(name_of(one) == "br" for one in cell.iter()) for cell in filled)
            if places or len(filled) == 1 or beside > 1:
                for cell in filled:
                    yield from self._lines_in(cell, depth + 1)
            else:
                yield from self._row(filled)

    def _row(self, cells: Sequence[Element]) -> Iterator[Line]:
        line = Paragraph()
        for cell in cells:
            for element in cell.iter():
                if name_of(element) == "p":
                    self._fill(line, element, self._styles.styles_of(element))
                    line.write(" ")
        yield from line.lines("row")


def _is_page_layout(cell: Element) -> bool:
    """Whether a cell holds several paragraphs, a table or a long text, as those of a real table do not."""
    paragraphs = [element for element in cell if name_of(element) == "p" and text_of(element)]
    nested = any(name_of(element) == "tbl" for element in cell)
    return nested or len(paragraphs) > 1 or len(text_of(cell)) > _LONGEST_CELL


def _text_boxes(paragraph: Element) -> Iterator[Element]:
    """Yield the text boxes anchored in a paragraph, each once though Word stores it in two forms."""
    for element in paragraph.iter():
        if name_of(element) == "txbxcontent":
            above = [name_of(one) for one in element.iterancestors()]
            inside = above[: above.index("p")] if "p" in above else above
            if "fallback" not in inside and "txbxcontent" not in inside:
                yield element


def _note_texts(root: Element) -> dict[str, str]:
    """Return the notes of a part by id, without the lines that part them from the text."""
    return {value(note, "id"): _words(note) for note in root if value(note, "type") in ("", "normal")}


def _words(note: Element) -> str:
    paragraphs = (element for element in note.iter() if name_of(element) == "p")
    texts = ("".join(one.text or "" for one in paragraph.iter() if name_of(one) == "t") for paragraph in paragraphs)
    return " ".join(" ".join(texts).split())
