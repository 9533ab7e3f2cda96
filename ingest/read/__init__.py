"""Readers: one per file format, each giving lines with page and layout."""

from __future__ import annotations

from pathlib import Path

from ingest.errors import UnreadableLetter
from ingest.read.lines import Line
from ingest.read.text import read_text

__all__ = ["SUFFIXES", "Line", "read_lines"]

SUFFIXES = (".txt",)


def read_lines(path: Path) -> tuple[Line, ...]:
    """Read a letter file into lines.

    Raises:
        UnreadableLetter: no such file, or not a file of a known format.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UnreadableLetter(
            f"{path}: {path.suffix or 'a file without a suffix'} is not a format that can be read; "
            f"give plain text ({', '.join(SUFFIXES)}), for a PDF first run 'pdftotext -layout {path.name}'"
        )
    return read_text(path)
