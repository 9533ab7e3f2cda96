"""Which format a letter's file is in: by what it begins with, and by its name where that leaves it open."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.errors import UnreadableLetter
from ingest.read.files import read_bytes

_KNOWN = (".txt", ".pdf", ".docx", ".html", ".xml", ".md")
_ALIASES = {".htm": ".html", ".xhtml": ".html", ".markdown": ".md", ".text": ".txt"}
SUFFIXES = (*_KNOWN, *_ALIASES)
_HEAD_BYTES = 4096
_ROOT = re.compile(
    rb"(?>\s+|<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)*+<([a-z][\w.:-]*)", re.IGNORECASE | re.DOTALL
)
_HTML_TAGS = frozenset(b"html head body div p article main section h1 h2 h3 table span".split())
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "a document of an older Word; open it and save it as .docx",
    b"{\\rtf": "rich text; open it in a word processor and save it as .docx",
    b"\xff\xd8\xff": "a picture; have it recognised first, for example with 'ocrmypdf --language nld'",
    b"\x89PNG": "a picture; have it recognised first, for example with 'ocrmypdf --language nld'",
    b"II*\0": "a picture; have it recognised first, for example with 'ocrmypdf --language nld'",
}


def format_of(path: Path) -> str:
    """Return the suffix that stands for a file's format, whatever its own is.

    Raises:
        UnreadableLetter: missing, empty, or no format that can be read.
    """
    suffix = _ALIASES.get(path.suffix.lower(), path.suffix.lower())
    head = read_bytes(path)[:_HEAD_BYTES]
    for begins, what in _OTHERS.items():
        if head.startswith(begins):
            raise UnreadableLetter(f"{path}: this is {what}")
    if b"%PDF-" in head[:1024]:
        return ".pdf"
    if head.startswith(b"PK\x03\x04"):
        return ".docx"
    marked_up = _of_markup(head, suffix)
    if marked_up:
        return marked_up
    if suffix not in _KNOWN:
        raise UnreadableLetter(
            f"{path}: {path.suffix or 'a file without a suffix'} is not a format that can be read; "
            f"give one of {', '.join(_KNOWN)}"
        )
    return suffix


def _of_markup(head: bytes, suffix: str) -> str:
    """Return ".xml" or ".html" for what begins with such a tag, else ""."""
    root = _ROOT.match(head.removeprefix(b"\xef\xbb\xbf"))
    if not root or suffix == ".md":
        return ""
    if suffix == ".html" or root[1].lower() in _HTML_TAGS:
        return ".html"
    return ".xml" if suffix == ".xml" or head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<?xml") else ""
