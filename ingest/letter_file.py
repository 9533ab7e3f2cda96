"""A letter as JSON, with a checksum that stands in front, so that letters are compared without reading them whole."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from ingest.errors import NewerFormat
from ingest.files import open_file
from ingest.letter import Footnote, Letter, Paragraph, Section, Signatory

FORMAT = 2
_WITHOUT_CHECKSUM = 1
_BODY = ("sections", "footnotes")
_FRONT = re.compile(rb'\{\s*"format": (\d+),\s*"checksum": "([0-9a-f]{64})"')
_FRONT_BYTES = 200


def letter_digest(letter: Letter) -> str:
    """Return a digest of all that is known of a letter; its file holds it as checksum."""
    return _checksum(_value_of(letter))


def write_letter(letter: Letter) -> bytes:
    """Return a letter as the JSON file that keeps it, with a checksum."""
    value = _value_of(letter)
    whole = {"format": FORMAT, "checksum": _checksum(value), **value}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def parse_letter(data: bytes) -> Letter:
    """Return the letter in a JSON file, this version's or an older one's.

    Raises:
        NewerFormat: written by a later version.
        ValueError, KeyError, TypeError, AttributeError: damaged.
    """
    value = json.loads(data)
    written = value.pop("format")
    if not isinstance(written, int) or written < _WITHOUT_CHECKSUM:
        raise ValueError(f"unknown format {written!r}")
    if written > FORMAT:
        raise NewerFormat(f"format {written}")
    if written > _WITHOUT_CHECKSUM and value.pop("checksum") != _checksum(value):
        raise ValueError("its text is not as it was written")
    return _letter_from(value)


def peek_digest(path: Path) -> str | None:
    """Return the checksum in front of a letter's file; `None` where this version did not write it.

    Raises:
        OSError: it can't be read.
    """
    with open_file(path) as file:
        found = _FRONT.match(file.read(_FRONT_BYTES))
    return found[2].decode() if found and int(found[1]) == FORMAT else None


def format_of(data: bytes) -> int:
    """Return the format of a letter's JSON file that can be parsed."""
    return int(json.loads(data)["format"])


def write_parts(letter: Letter) -> tuple[str, str, str]:
    """Return a letter's digest, and as JSON what stands around its text, and its text: sections and footnotes."""
    value = _value_of(letter)
    digest = _checksum(value)
    body = {name: value.pop(name) for name in _BODY}
    return digest, json.dumps(value, ensure_ascii=False), json.dumps(body, ensure_ascii=False)


def read_parts(head: str, body: str | None = None) -> Letter:
    """Return a letter written by `write_parts`; without the second part, one that has no text.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: damaged.
    """
    text = json.loads(body) if body else dict.fromkeys(_BODY, ())
    return _letter_from({**json.loads(head), **text})


def _value_of(letter: Letter) -> dict[str, Any]:
    return {**asdict(letter), "date": letter.date.isoformat() if letter.date else None}


def _checksum(value: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _letter_from(value: dict[str, Any]) -> Letter:
    value["date"] = date.fromisoformat(value["date"]) if value["date"] else None
    value["signatories"] = tuple(Signatory(**entry) for entry in value["signatories"])
    value["references"] = tuple(value["references"])
    value["papers"] = tuple(value.get("papers", ()))
    value["sections"] = tuple(_section_from(entry) for entry in value["sections"])
    value["footnotes"] = tuple(Footnote(**entry) for entry in value["footnotes"])
    return Letter(**value)


def _section_from(value: dict[str, Any]) -> Section:
    paragraphs = tuple(
        Paragraph(
            **{
                **entry,
                "sentences": tuple((int(start), int(end)) for start, end in entry["sentences"]),
                "translated": tuple(entry["translated"]),
            }
        )
        for entry in value["paragraphs"]
    )
    return Section(**{**value, "paragraphs": paragraphs})
