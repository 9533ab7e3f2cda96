"""Plain text letters: strict UTF-8, form feeds as page breaks."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.errors import UnreadableLetter
from ingest.read.columns import cells_of, split_side_column
from ingest.read.files import check_length, read_bytes
from ingest.read.lines import Line

# Invisible characters that copying leaves behind, and a plane-16 block that the structure stage uses as marks.
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\U0010f000-\U0010ffff]|[\x00-\x08\x0e-\x1f\x7f]")
_SOFT_HYPHEN = "\u00ad"
# No word of any language has so many accents on one letter; putting thousands in order takes their number squared.
_PILED_UP = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_MOST_ACCENTS = 30
_SYMBOL_BULLETS = str.maketrans({"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "•", "\uf02d": "-"})
_LINE_END = re.compile("\r\n|[\n\r\x0b\x85\u2028\u2029]")
_DOUBLY_ENCODED = re.compile("[ÃÂ][\x80-\xbf]|â[€\x80\x82]|â‚¬")


def read_text(path: Path) -> tuple[Line, ...]:
    """Read a UTF-8 text file into lines.

    Raises:
        UnreadableLetter: missing, a folder, empty, too large, binary or in another encoding.
    """
    text = decode(path, read_bytes(path))
    check_length(path, len(text), text.count("\n"))
    return lines_of(text)


def lines_of(text: str) -> tuple[Line, ...]:
    """Cut text into lines; blank lines become gaps, form feeds page breaks.

    The side column of a letterhead comes before the text it stands beside.
    """
    text = compose(text).translate(_SYMBOL_BULLETS)
    pages = text.split("\f")
    lines: list[Line] = []
    offset: int | None = None
    for number, page in enumerate(pages, 1):
        rows, side, offset = split_side_column([clean(raw) for raw in _LINE_END.split(page)], offset)
        found = [*_lines_of_rows(side, side=True), *_lines_of_rows(rows, side=False)]
        if found and number > 1:
            found[0] = replace(found[0], page_break=True)
        lines += [replace(line, page=number) for line in found] if len(pages) > 1 else found
    return tuple(lines)


def compose(text: str) -> str:
    """Return text in Unicode's composed form (NFC)."""
    return unicodedata.normalize("NFC", _PILED_UP.sub(_without_pile, text))


def _without_pile(piled: re.Match[str]) -> str:
    kept: list[str] = []
    accents = 0
    for sign in piled.group():
        accents = accents + 1 if unicodedata.combining(sign) else 0
        if accents <= _MOST_ACCENTS:
            kept.append(sign)
    return "".join(kept)


def clean(raw: str) -> str:
    """Return text without invisible characters, and with a soft hyphen at the end of a line only."""
    text = _INVISIBLE.sub("", raw)
    return "\n".join(map(_without_soft_hyphens, text.split("\n"))) if _SOFT_HYPHEN in text else text


def _without_soft_hyphens(row: str) -> str:
    kept = row.rstrip()
    ending = _SOFT_HYPHEN if kept.endswith(_SOFT_HYPHEN) else ""
    return kept.replace(_SOFT_HYPHEN, "") + ending + row[len(kept) :]


def _lines_of_rows(rows: Sequence[str], *, side: bool) -> Iterator[Line]:
    gap = side
    for row in rows:
        words = row.split()
        if not words:
            gap = True
            continue
        indent = len(row) - len(row.lstrip())
        cells = cells_of(row)
        yield Line(" ".join(words), None, indent, gap, cells=cells if len(cells) > 1 else (), side=side)
        gap = False


def decode(path: Path, data: bytes) -> str:
    """Return the text of a file in UTF-8.

    Raises:
        UnreadableLetter: binary, in another encoding, converted twice, or without a word.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableLetter(f"{path}: this is UTF-16, not UTF-8; convert it with {_iconv('UTF-16', path)}")
    if b"\0" in data:
        raise UnreadableLetter(f"{path}: this is a binary file, not text; export the letter as plain text first")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableLetter(
            f"{path}: byte {error.start + 1} is not UTF-8; if it is Windows text, "
            f"convert it with {_iconv('WINDOWS-1252', path)}"
        ) from error
    damaged = _DOUBLY_ENCODED.search(text)
    if damaged:
        raise UnreadableLetter(
            f"{path}: it holds {damaged.group()!r}: text that was converted to UTF-8 twice; "
            "save it again from its source, or undo one conversion with "
            f"'iconv -f UTF-8 -t WINDOWS-1252 {shlex.quote(str(path))} > once.txt'"
        )
    if not any(character.isalpha() for character in text):
        raise UnreadableLetter(f"{path}: the file holds no words; nothing was indexed")
    return text


def _iconv(encoding: str, path: Path) -> str:
    return f"'iconv -f {encoding} -t UTF-8 {shlex.quote(str(path))} > utf8.txt'"
