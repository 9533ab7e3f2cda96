"""The lexical index and the table of rows, in one SQLite file; ranking is FTS5's BM25."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.dutch import analyse
from ingest.errors import BrokenGeneration
from ingest.letter import Chunk, Language

_HEADING_WEIGHT = 0.5
_TERM = re.compile(r"[^\W_]+")
_SCHEMA = """
create table rows(
    row integer primary key, chunk text not null, letter text not null, paragraph text not null,
    language text not null, footnote text, first_token integer not null, end_token integer not null);
create index rows_by_paragraph on rows(paragraph);
create virtual table terms using fts5(nl, en, heading, content='', tokenize='unicode61 remove_diacritics 0');
create virtual table vocabulary using fts5vocab(terms, col);
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One indexed chunk; its tokens are `first_token:end_token` of the generation's token vectors."""

    row: int
    letter_id: str
    paragraph_id: str
    language: Language
    footnote: str | None
    first_token: int
    end_token: int


def build_lexical(path: Path, chunks: Sequence[Chunk], bounds: Sequence[int]) -> None:
    """Write the rows and their terms; chunk i owns the tokens `bounds[i]:bounds[i + 1]`.

    Raises:
        OSError: no space or no permission.
    """
    try:
        _fill(path, chunks, bounds)
    except sqlite3.OperationalError as error:
        raise OSError(f"SQLite could not write {path}: {error}") from error


def _fill(path: Path, chunks: Sequence[Chunk], bounds: Sequence[int]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_SCHEMA)
        for row, chunk in enumerate(chunks):
            connection.execute(
                "insert into rows values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    row, chunk.id, chunk.letter_id, chunk.paragraph_id, chunk.language, chunk.footnote,
                    bounds[row], bounds[row + 1],
                ),
            )  # fmt: skip
            terms = dict.fromkeys(("nl", "en"), "") | {chunk.language: _joined(chunk.text, chunk.language)}
            connection.execute(
                "insert into terms(rowid, nl, en, heading) values (?, ?, ?, ?)",
                (row, terms["nl"], terms["en"], _joined(chunk.context, chunk.language)),
            )
        connection.execute("insert into terms(terms) values ('optimize')")


class Lexical:
    """A read-only view on the rows and terms of one generation; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            self.count = int(self._connection.execute("select count(*) from rows").fetchone()[0])
        except sqlite3.Error as error:
            raise BrokenGeneration(f"{path} can't be read: {error}") from error

    def search(self, terms: Iterable[str], top_k: int, letters: Sequence[str] = ()) -> list[tuple[int, float]]:
        """Return (row, BM25 score) of the chunks that hold any of the terms, best first."""
        wanted = sorted({term for term in terms if _TERM.fullmatch(term)})
        if not wanted:
            return []
        condition, within = _within(letters)
        found = self._query(
            f"select r.row, bm25(terms, 1, 1, {_HEADING_WEIGHT}) from terms join rows r on r.row = terms.rowid "  # noqa: S608
            f"where terms match ? {condition} order by 2 limit ?",
            (" OR ".join(f'"{term}"' for term in wanted), *within, top_k),
        )
        return [(int(row), -float(score)) for row, score in found]

    def mentions(
        self, groups: Iterable[Iterable[Sequence[str]]], letters: Sequence[str] = ()
    ) -> list[tuple[str, str, float]]:
        """Return (letter, paragraph, BM25 score) of the paragraphs that mention something in every group, best first.

        A group holds alternatives, each of them terms that follow each other; a heading is no mention.
        """
        wanted = [_any_of(alternatives) for alternatives in groups]
        if not wanted or not all(wanted):
            return []
        condition, within = _within(letters)
        found = self._query(
            f"select r.letter, r.paragraph, bm25(terms) from terms join rows r on r.row = terms.rowid "  # noqa: S608
            f"where terms match ? {condition} order by 3",
            (f"{{nl en}} : ({' AND '.join(wanted)})", *within),
        )
        best: dict[str, tuple[str, str, float]] = {}
        for letter, paragraph, score in found:
            best.setdefault(paragraph, (str(letter), str(paragraph), -float(score)))
        return list(best.values())

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """Return the rows with these numbers, in their order."""
        marks = ",".join("?" * len(numbers))
        found = self._query(f"select {_COLUMNS} from rows where row in ({marks})", tuple(numbers))  # noqa: S608
        by_number = {row.row: row for row in (Row(*values) for values in found)}
        return [by_number[number] for number in numbers]

    def rows_of(self, paragraph_ids: Sequence[str]) -> list[Row]:
        """Return all rows of some paragraphs: every language, every part, every footnote."""
        marks = ",".join("?" * len(paragraph_ids))
        found = self._query(
            f"select {_COLUMNS} from rows where paragraph in ({marks}) order by row",  # noqa: S608
            tuple(paragraph_ids),
        )
        return [Row(*values) for values in found]

    def document_frequencies(self, terms: Iterable[str]) -> Mapping[str, int]:
        """Return in how many chunks each term stands, in whichever language has it more."""
        wanted = sorted(set(terms))
        marks = ",".join("?" * len(wanted))
        found = self._query(
            f"select term, max(doc) from vocabulary where term in ({marks}) group by term",  # noqa: S608
            tuple(wanted),
        )
        return {str(term): int(count) for term, count in found}

    def vocabulary(self) -> tuple[str, ...]:
        """Return every term of the index."""
        return tuple(str(term) for (term,) in self._query("select distinct term from vocabulary", ()))

    def close(self) -> None:
        """Let go of the database file."""
        self._connection.close()

    def _query(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise BrokenGeneration(f"the lexical index can't be read: {error}") from error


def _within(letters: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the condition that keeps to some letters, and its value: one, since SQLite limits how many there are."""
    return ("and r.letter in (select value from json_each(?))", (json.dumps(letters),)) if letters else ("", ())


def _any_of(alternatives: Iterable[Sequence[str]]) -> str:
    phrases = {f'"{" ".join(terms)}"' for terms in alternatives if terms and all(map(_TERM.fullmatch, terms))}
    return f"({' OR '.join(sorted(phrases))})" if phrases else ""


_COLUMNS = "row, letter, paragraph, language, footnote, first_token, end_token"


def _joined(text: str, language: Language) -> str:
    return " ".join(analyse(text, language))
