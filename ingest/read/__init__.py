"""Readers: one per file format, each giving lines with page and layout."""

from __future__ import annotations

from pathlib import Path

from ingest.errors import UnreadableLetter
from ingest.read.lines import Line, Role
from ingest.read.official import read_official
from ingest.read.pdf import read_pdf
from ingest.read.text import read_text

__all__ = ["SUFFIXES", "Line", "Role", "read_lines"]

_READERS = {".txt": read_text, ".pdf": read_pdf, ".xml": read_official}
SUFFIXES = tuple(_READERS)


def read_lines(path: Path) -> tuple[Line, ...]:
    """Read a letter file into lines.

    Raises:
        UnreadableLetter: no such file, or not a file of a known format.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableLetter(
            f"{path}: {path.suffix or 'a file without a suffix'} is not a format that can be read; "
            f"give one of {', '.join(SUFFIXES)}"
        )
    return reader(path)
