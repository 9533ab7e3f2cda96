"""SQLite files of a generation: filled once, then only read, by any thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ingest.errors import BrokenGeneration


@contextmanager
def new_database(path: Path, schema: str) -> Iterator[sqlite3.Connection]:
    """Give a new database to fill; at the end, and if nothing failed, it is written.

    Raises:
        OSError: no space or no permission.
    """
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executescript(schema)
            yield connection
    except sqlite3.OperationalError as error:
        raise OSError(f"SQLite could not write {path}: {error}") from error


class Database:
    """A read-only view on a database; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            BrokenGeneration: it can't be opened.
        """
        self._path = path
        try:
            self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise BrokenGeneration(f"{path} can't be read: {error}") from error

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of an answer.

        Raises:
            BrokenGeneration: the file is damaged.
        """
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise BrokenGeneration(f"{self._path} can't be read: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
