"""The parts of a Word document: unpacked within bounds, parsed safely."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from pathlib import Path

from ingest.errors import UnreadableLetter
from ingest.read.tree import Element, name_of, parse_xml

_MOST_UNPACKED, _MOST_PARTS = 60_000_000, 3_000
_ENCRYPTED = 0x1
# What word processors write; others can ask for gigabytes to unpack a byte.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LONGEST_REASON = 120
BODY = "word/document.xml"


class Package:
    """Gives the parts of a Word document by name; images and the like are never unpacked."""

    def __init__(self, path: Path) -> None:
        """Open the document.

        Raises:
            UnreadableLetter: damaged, locked, no Word document, or larger than any letter once unpacked.
        """
        self.path = path
        try:
            with zipfile.ZipFile(path) as file:
                infos = file.infolist()
                self._check(infos)
                self._data = {info.filename: file.read(info) for info in infos if _is_wanted(info)}
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            reason = " ".join(str(error).split())[:_LONGEST_REASON]
            raise UnreadableLetter(f"{path}: the Word document is damaged ({reason}); save it again") from error
        self._targets = self._read_targets()

    def part(self, name: str) -> Element:
        """Return a part's tree, or an empty sequence where the document has no such part."""
        data = self._data.get(name)
        return () if data is None else parse_xml(self.path, data)

    def target(self, reference: str) -> Element:
        """Return the tree of the part that the body refers to by this id."""
        return self.part(self._targets.get(reference, ""))

    def _check(self, infos: list[zipfile.ZipInfo]) -> None:
        if all(info.filename != BODY for info in infos):
            raise UnreadableLetter(f"{self.path}: this is no Word document, though packed like one; save it as .docx")
        if any(info.flag_bits & _ENCRYPTED for info in infos):
            raise UnreadableLetter(f"{self.path}: the document is locked with a password; save it without one first")
        if other := next((info for info in infos if info.compress_type not in _METHODS), None):
            raise UnreadableLetter(
                f"{self.path}: it is packed in a way that no word processor uses (method {other.compress_type}); "
                "save it again from Word"
            )
        unpacked = sum(info.file_size for info in infos if _is_wanted(info))
        if len(infos) > _MOST_PARTS or unpacked > _MOST_UNPACKED:
            raise UnreadableLetter(
                f"{self.path}: unpacked it holds {unpacked / 1e6:.0f} MB of text in {len(infos)} parts, more than any "
                f"letter (limits {_MOST_UNPACKED / 1e6:.0f} MB, {_MOST_PARTS} parts); save it again from Word"
            )

    def _read_targets(self) -> dict[str, str]:
        targets: dict[str, str] = {}
        for relation in self.part("word/_rels/document.xml.rels"):
            target = relation.get("Target") or ""
            targets[relation.get("Id") or ""] = posixpath.normpath(posixpath.join("word", target)).lstrip("/")
        return targets


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    return info.filename.startswith("word/") and info.filename.endswith((".xml", ".rels"))


def value(element: Element, name: str = "val") -> str:
    """Return an attribute by its name without namespace; "" where there is none."""
    found = (kept for key, kept in element.attrib.items() if key.rsplit("}", 1)[-1] == name)
    return next(found, "")


def child(element: Element, *names: str) -> Element | None:
    """Return the first descendant along the names, each without namespace; `None` where there is none."""
    for name in names:
        element = next((one for one in element if name_of(one) == name), None)
        if element is None:
            return None
    return element


def number(element: Element | None, default: int) -> int:
    """Return the whole number an element holds as its value."""
    text = "" if element is None else value(element)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000000") else default
