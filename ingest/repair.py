"""Mending a home: what is broken is set aside, never deleted, and the index is made again from what is sound.

The letters are the truth, and the vectors by content hash save making them again. A broken letter is read again from
the file it came from, where the home keeps that; otherwise it is named, with what to do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ingest.corpus import check_index
from ingest.embed import Embedder
from ingest.errors import BrokenGeneration, HomeUnusable, NewerFormat, ServerUnavailable, UserError
from ingest.files import open_file, read_file, synchronise
from ingest.home import Home
from ingest.letter_file import FORMAT, format_of
from ingest.pipeline import bundled_ids, rebuild
from ingest.reading import find_letters, read_letter
from ingest.vectors import load_vectors

SET_ASIDE = "set-aside"
DATABASES = "*.sqlite"
_SIDE_FILES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was done, or could not be; `mend` is what is left for the user to do."""

    what: str
    mend: str | None = None


def repair_home(home: Home, embedder: Embedder) -> Iterator[Repair]:
    """Set broken files aside, bring old ones up to date and build the index again, saying what was done.

    Raises:
        HomeUnusable: the home can't be used, or holds letters of a newer version.
    """
    home.create()
    with home.writing(), home.explained():
        yield from _repair_letters(home)
        yield from _repair_vectors(home)
        for path in sorted(home.folder.glob(DATABASES)):
            yield from _repair_database(home, path)
        yield _repair_index(home, embedder)


def _repair_index(home: Home, embedder: Embedder) -> Repair:
    try:
        check_index(home, embedder, whole=True)
        found = "it was sound"
    except (BrokenGeneration, ServerUnavailable) as error:
        found = str(error)
    try:
        rebuild(home, embedder)
        letters, chunks = check_index(home, embedder, whole=True)
    except ServerUnavailable as error:
        return Repair("the index stays as it was", f"{error}; then run 'kamervraag doctor --repair' again")
    return Repair(f"index built again from {_count(letters, 'letter')}, {chunks} chunks ({found})")


def check_databases(home: Home) -> Iterator[tuple[Path, str]]:
    """Yield the databases of the home that are damaged, such as the conversations', and what is wrong with them.

    Raises:
        HomeUnusable: the home can't be looked into.
    """
    with home.explained():
        paths = sorted(home.folder.glob(DATABASES))
    for path in paths:
        if damage := find_damage(path):
            yield path, damage


def set_aside(home: Home, path: Path) -> Path:
    """Move a file out of the way, beside those moved earlier, and return where it is now."""
    target = free_name(home.folder / SET_ASIDE / path.name)
    path.rename(target)
    synchronise(target.parent)
    return target


def free_name(path: Path) -> Path:
    """Return the path, numbered where something has that name already; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, 10_000))]
    return next(name for name in names if not name.is_symlink() and not name.exists())


def _repair_letters(home: Home) -> Iterator[Repair]:
    older = 0
    for letter_id in home.letter_ids():
        path = home.letters_folder / f"{letter_id}.json"
        try:
            letter = home.load(letter_id)
        except HomeUnusable as error:
            if isinstance(error.__cause__, NewerFormat):
                raise
            yield _replace_letter(home, letter_id, set_aside(home, path), str(error.__cause__))
            continue
        if format_of(read_file(path)) < FORMAT:
            home.save(letter)
            older += 1
    if older:
        yield Repair(f"{_count(older, 'letter')} of an older version brought up to date")


def _replace_letter(home: Home, letter_id: str, kept: Path, damage: str) -> Repair:
    """Read a broken letter anew from the file it came from, where the home has that."""
    found = f"letter {letter_id} is broken ({damage}) and was set aside as {kept}"
    if letter_id in bundled_ids():
        return Repair(f"{found}; it comes with kamervraag and was put back")
    try:
        for source in find_letters([home.sources_folder / letter_id]):
            letter = read_letter(source)
            if letter.id == letter_id:
                home.save(letter)
                return Repair(f"{found}; it was read again from {source}")
    except UserError as error:
        return Repair(found, f"ingest its file again; the one kept here can't be read: {error}")
    return Repair(found, "ingest its file again")


def _repair_vectors(home: Home) -> Iterator[Repair]:
    broken = [path for path in sorted(home.vectors_folder.glob("*.npz")) if load_vectors(path) is None]
    for path in broken:
        path.unlink()
    if broken:
        yield Repair(f"{_count(len(broken), 'damaged file')} of vectors removed; they are made again")


def _repair_database(home: Home, path: Path) -> Iterator[Repair]:
    if damage := find_damage(path):
        kept = [
            set_aside(home, one) for one in (path.with_name(path.name + end) for end in _SIDE_FILES) if one.exists()
        ]
        yield Repair(f"{path.name} is damaged and was set aside as {kept[0]} ({damage}); a new one is begun")


def find_damage(path: Path) -> str:
    """Return what is wrong with a database, or nothing."""
    try:
        with open_file(path) as file:
            if not file.read(1):
                return "it is empty"
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (answer,) = connection.execute("pragma integrity_check(1)").fetchone()
            return "" if answer == "ok" else str(answer)
    except (OSError, sqlite3.Error) as error:
        return str(error)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
