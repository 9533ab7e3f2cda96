"""The lexical index and the table of rows, in one SQLite file; ranking is FTS5's BM25."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.dutch import analyse
from ingest.index.database import Database
from ingest.letter import Chunk, Language

_HEADING_WEIGHT = 0.5
_TERM = re.compile(r"[^\W_]+")
# one value, since SQLite limits how many there are
_WITHIN = "letter in (select value from json_each(?))"
_LAST, _LONGEST = "\U0010ffff", 1_000_000
_COLUMNS = "row, letter, paragraph, language, footnote, first_token, end_token"
SCHEMA = """
create table rows(
    row integer primary key, chunk text not null, letter text not null, paragraph text not null,
    language text not null, footnote text, first_token integer not null, end_token integer not null);
create index rows_by_paragraph on rows(paragraph);
create index rows_by_letter on rows(letter);
create virtual table terms using fts5(nl, en, heading, content='', tokenize='unicode61 remove_diacritics 0');
create virtual table vocabulary using fts5vocab(terms, col);
create table known(term text primary key, backwards text not null, chunks integer not null) without rowid;
create index known_backwards on known(backwards);
create index rows_by_footnote on rows(footnote) where footnote is not null;
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


def add_chunks(
    connection: sqlite3.Connection, first_row: int, chunks: Sequence[Chunk], bounds: npt.NDArray[np.int64]
) -> None:
    """Write chunks and their terms into a database with SCHEMA; chunk i owns the tokens `bounds[i]:bounds[i + 1]`."""
    for number, chunk in enumerate(chunks):
        row = first_row + number
        connection.execute(
            "insert into rows values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row, chunk.id, chunk.letter_id, chunk.paragraph_id, chunk.language, chunk.footnote,
                int(bounds[number]), int(bounds[number + 1]),
            ),
        )  # fmt: skip
        terms = dict.fromkeys(("nl", "en"), "") | {chunk.language: _joined(chunk.text, chunk.language)}
        connection.execute(
            "insert into terms(rowid, nl, en, heading) values (?, ?, ?, ?)",
            (row, terms["nl"], terms["en"], _joined(chunk.context, chunk.language)),
        )


def finish_terms(connection: sqlite3.Connection) -> None:
    """Put the terms in order and count in how many chunks each stands, when all chunks are written."""
    connection.execute("insert into terms(terms) values ('optimize')")
    counted = connection.execute("select term, max(doc) from vocabulary group by term")
    connection.executemany("insert into known values (?, ?, ?)", ((term, term[::-1], count) for term, count in counted))


class Lexical:
    """A read-only view on the rows and terms of one generation; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        with ExitStack() as opened:
            self._database = opened.enter_context(closing(Database(path)))
            self.count = int(self._database.query("select count(*) from rows")[0][0])
            opened.pop_all()

    def search(self, terms: Iterable[str], top_k: int, letters: Sequence[str] = ()) -> list[tuple[int, float]]:
        """Return (row, BM25 score) of the chunks that hold any of the terms, best first."""
        wanted = sorted({term for term in terms if _TERM.fullmatch(term)})
        if not wanted:
            return []
        match, scored = " OR ".join(f'"{term}"' for term in wanted), f"bm25(terms, 1, 1, {_HEADING_WEIGHT})"
        if letters:
            found = self._database.query(
                f"select r.row, {scored} from terms join rows r on r.row = terms.rowid "  # noqa: S608
                f"where terms match ? and r.{_WITHIN} order by 2, 1 limit ?",
                match,
                json.dumps(letters),
                top_k,
            )
        else:
            found = self._database.query(
                f"select rowid, {scored} from terms where terms match ? order by 2, 1 limit ?",  # noqa: S608
                match,
                top_k,
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
        found = self._database.query(
            "select r.letter, r.paragraph, bm25(terms) from terms join rows r on r.row = terms.rowid "  # noqa: S608
            f"where terms match ? {f'and r.{_WITHIN}' if letters else ''} order by 3",
            f"{{nl en}} : ({' AND '.join(wanted)})",
            *([json.dumps(letters)] if letters else []),
        )
        best: dict[str, tuple[str, str, float]] = {}
        for letter, paragraph, score in found:
            best.setdefault(paragraph, (str(letter), str(paragraph), -float(score)))
        return list(best.values())

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """Return the rows with these numbers, in their order."""
        found = self._database.query(f"select {_COLUMNS} from rows where row in ({_marks(numbers)})", *numbers)  # noqa: S608
        by_number = {row.row: row for row in (Row(*values) for values in found)}
        return [by_number[number] for number in numbers]

    def rows_of(self, paragraph_ids: Sequence[str]) -> list[Row]:
        """Return all rows of some paragraphs: every language, every part, every footnote."""
        found = self._database.query(
            f"select {_COLUMNS} from rows where paragraph in ({_marks(paragraph_ids)}) order by row",  # noqa: S608
            *paragraph_ids,
        )
        return [Row(*values) for values in found]

    def parts_of(self, letters: Sequence[str]) -> list[tuple[int, int]]:
        """Return the first row of each of some letters and the one after its last: those of a letter stand together."""
        found = self._database.query(
            f"select min(row), max(row) + 1 from rows where {_WITHIN} group by letter order by 1",  # noqa: S608
            json.dumps(letters),
        )
        return [(int(first), int(end)) for first, end in found]

    def noted(self, mark: str, letters: Sequence[str]) -> list[str]:
        """Return the ids of the paragraphs that bear a footnote with this mark, of some letters."""
        found = self._database.query(
            f"select distinct paragraph from rows where footnote = ? and {_WITHIN}",  # noqa: S608
            mark,
            json.dumps(letters),
        )
        return [str(paragraph) for (paragraph,) in found]

    def document_frequencies(self, terms: Iterable[str]) -> Mapping[str, int]:
        """Return in how many chunks each term stands, in whichever language has it more."""
        wanted = sorted(set(terms))
        found = self._database.query(f"select term, chunks from known where term in ({_marks(wanted)})", *wanted)  # noqa: S608
        return {str(term): int(count) for term, count in found}

    def terms_beginning(self, start: str, lengths: tuple[int, int] = (0, _LONGEST)) -> list[str]:
        """Return the terms of the index that begin so, and are of these lengths, both included."""
        found = self._database.query(
            "select term from known where term >= ? and term < ? and length(term) between ? and ?",
            start, start + _LAST, *lengths,
        )  # fmt: skip
        return [str(term) for (term,) in found]

    def terms_ending(self, end: str) -> list[str]:
        """Return the terms of the index that end so."""
        backwards = end[::-1]
        found = self._database.query(
            "select term from known where backwards >= ? and backwards < ?", backwards, backwards + _LAST
        )
        return [str(term) for (term,) in found]

    def close(self) -> None:
        """Let go of the database file."""
        self._database.close()


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _any_of(alternatives: Iterable[Sequence[str]]) -> str:
    phrases = {f'"{" ".join(terms)}"' for terms in alternatives if terms and all(map(_TERM.fullmatch, terms))}
    return f"({' OR '.join(sorted(phrases))})" if phrases else ""


def _joined(text: str, language: Language) -> str:
    return " ".join(analyse(text, language))
