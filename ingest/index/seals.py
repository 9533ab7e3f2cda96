"""Seals: what the files of a generation held when it was built, so that later damage is noticed.

Opening an index checks what can be checked in milliseconds; `whole=True` reads every byte.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from ingest.errors import BrokenGeneration
from ingest.files import open_file, synchronise

_CHECKED_AT_OPEN_BYTES = 32_000_000
# Chroma renews these whenever it is opened: a row that tells who may write, and a graph it has yet to fill.
_RENEWED_TABLE = "acquire_write"
_GRAPH_IS_FILLED = "index_metadata.pickle"
_DATABASE = "chroma.sqlite3"

Seal = list[object]
"""Size in bytes, digest of what is read at open, digest of everything; empty where Chroma renews the file."""


def seal_files(folder: Path) -> dict[str, Seal]:
    """Return a seal for every file in a folder, by its relative name, and have the disk hold them all."""
    for path in [*folder.rglob("*"), folder]:
        synchronise(path)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _seal(path) for path in files}


def check_seals(folder: Path, seals: Mapping[str, Seal], *, whole: bool = False) -> None:
    """Compare files with their seals.

    Raises:
        BrokenGeneration: one is not as it was written.
    """
    for name, seal in seals.items():
        try:
            sound = _holds(folder / name, seal, whole)
        except (OSError, sqlite3.Error, ValueError, TypeError) as error:
            raise BrokenGeneration(f"{folder / name} can't be read: {error}") from error
        if not sound:
            raise BrokenGeneration(f"{folder / name} is not as it was written")


def _holds(path: Path, seal: Seal, whole: bool) -> bool:
    size, at_open, everything = seal
    with open_file(path):
        found = path.stat().st_size
    if found != size:
        return False
    if path.name == _DATABASE:
        return not (whole or found <= _CHECKED_AT_OPEN_BYTES) or _digest_of_rows(path) == everything
    if everything == "":
        return True
    return _digest(path) == everything if whole else _digest_at_open(path) == at_open


def _seal(path: Path) -> Seal:
    size = path.stat().st_size
    if path.name == _DATABASE:
        return [size, "", _digest_of_rows(path)]
    if path.suffix == ".bin" and not (path.parent / _GRAPH_IS_FILLED).exists():
        return [size, "", ""]
    return [size, _digest_at_open(path), _digest(path)]


def _digest(path: Path) -> str:
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_at_open(path: Path) -> str:
    """Return the digest of a file, or of the first and last part of a large one."""
    size = path.stat().st_size
    if size <= _CHECKED_AT_OPEN_BYTES:
        return _digest(path)
    with open_file(path) as file:
        head = file.read(_CHECKED_AT_OPEN_BYTES // 2)
        file.seek(size - _CHECKED_AT_OPEN_BYTES // 2)
        return hashlib.sha256(head + file.read()).hexdigest()


def _digest_of_rows(path: Path) -> str:
    """Return the digest of what a database says, which stays the same when its pages are rewritten.

    Raises:
        sqlite3.Error: its pages are damaged.
    """
    digest = hashlib.sha256()
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        (answer,) = connection.execute("pragma quick_check(1)").fetchone()
        if answer != "ok":
            raise sqlite3.DatabaseError(str(answer))
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        for table in sorted(set(tables) - {_RENEWED_TABLE}):
            digest.update(table.encode())
            for row in connection.execute(f"select * from {table}"):  # noqa: S608
                digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
