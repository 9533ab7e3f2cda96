"""Readers: one per file format, each giving lines with page and layout, or with the structure the source declares."""

from __future__ import annotations

from pathlib import Path

from ingest.read.docx import read_docx
from ingest.read.files import check_length
from ingest.read.formats import SUFFIXES, format_of
from ingest.read.html import read_html
from ingest.read.lines import Line, Role
from ingest.read.markdown import read_markdown
from ingest.read.official import read_official
from ingest.read.pdf import read_pdf
from ingest.read.text import read_text

__all__ = ["SUFFIXES", "Line", "Role", "read_lines"]

_READERS = {
    ".txt": read_text,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".html": read_html,
    ".xml": read_official,
    ".md": read_markdown,
}


def read_lines(path: Path) -> tuple[Line, ...]:
    """Read a letter file into lines.

    Raises:
        UnreadableLetter: no such file, not a file of a known format, or longer than any letter.
    """
    lines = _READERS[format_of(path)](path)
    characters = sum(len(line.text) + sum(len(note.text) for note in line.notes) for line in lines)
    check_length(path, characters, len(lines))
    return lines
