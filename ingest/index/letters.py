"""The letters of a generation, in one SQLite file: opened without reading any, each read when it is asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from ingest.errors import BrokenGeneration
from ingest.index.database import Database
from ingest.letter import Letter
from ingest.letter_file import read_parts, write_parts

SCHEMA = "create table letters(id text primary key, head text not null, body text not null)"
# more than a question over a large index has candidates from; a letter of ten pages takes some 60 kB
_KEPT = 512


def add_letter(connection: sqlite3.Connection, letter: Letter) -> str:
    """Write a letter into a database with SCHEMA and return its digest."""
    digest, head, body = write_parts(letter)
    connection.execute("insert into letters values (?, ?, ?)", (letter.id, head, body))
    return digest


class Letters(Mapping[str, Letter]):
    """The letters by id; counting them, naming them and telling whether one is here reads none of them."""

    def __init__(self, path: Path, digests: Mapping[str, str]) -> None:
        """Open the file; `digests` are those of the letters in it, by id.

        Raises:
            BrokenGeneration: it can't be opened.
        """
        self.digests = digests
        self._database = Database(path)
        self._kept = lru_cache(_KEPT)(self._read)

    def __getitem__(self, letter_id: str) -> Letter:
        if letter_id not in self.digests:
            raise KeyError(letter_id)
        return self._kept(letter_id)

    def __contains__(self, letter_id: object) -> bool:
        return letter_id in self.digests

    def __iter__(self) -> Iterator[str]:
        return iter(self.digests)

    def __len__(self) -> int:
        return len(self.digests)

    @cached_property
    def heads(self) -> Mapping[str, Letter]:
        """All letters without their text: title, date and sender, but no sections and no footnotes."""
        found = dict(self._database.query("select id, head from letters"))
        return {letter_id: _parse(letter_id, found.get(letter_id)) for letter_id in self}

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _read(self, letter_id: str) -> Letter:
        found = self._database.query("select head, body from letters where id = ?", letter_id)
        return _parse(letter_id, *(found[0] if found else (None,)))


def _parse(letter_id: str, head: str | None, body: str | None = None) -> Letter:
    try:
        if head is None:
            raise KeyError(letter_id)
        return read_parts(head, body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenGeneration(f"letter {letter_id} in the index is damaged: {error}") from error
