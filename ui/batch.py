"""Many questions from a file, one answer each, in the same order."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.pipeline import Assistant
from assistant.scope import Scope
from ingest.errors import UserError
from ingest.letter import Language
from ui.records import Record, answer_record, flat_record

FORMATS_IN, FORMATS_OUT = (".jsonl", ".csv", ".txt"), (".jsonl", ".csv")
_QUESTION_COLUMNS = ("question", "vraag")
_CSV_FIELD_BYTES = 1_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the input; `error` says why it can't be asked."""

    id: str | None
    question: str
    history: tuple[str, ...] = ()
    error: str | None = None


def run_batch(
    assistant: Assistant,
    rows: Sequence[Row],
    *,
    letters: Sequence[str] | Scope = (),
    language: Language | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Record]:
    """Yield one record a row; a row that can't be asked becomes an error record and the rest go on."""
    for done, row in enumerate(rows, 1):
        yield _ask(assistant, row, letters, language)
        if progress:
            progress(done)


def read_rows(path: Path) -> list[Row]:
    """Read the questions of a .jsonl, .csv or .txt file.

    Raises:
        UserError: missing, not UTF-8, another format, or without questions.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS_IN:
        raise UserError(
            f"{path}: questions are read from {', '.join(FORMATS_IN)} files, not from {suffix or 'this one'}"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: byte {error.start + 1} is not UTF-8; save the file as UTF-8 first") from error
    if suffix == ".txt":
        rows = [Row(None, line.strip()) for line in text.splitlines() if line.strip()]
    else:
        rows = list(_json_rows(text) if suffix == ".jsonl" else _csv_rows(path, text))
    if not rows:
        raise UserError(f"{path}: there are no questions in this file")
    return rows


def check_output(path: Path) -> None:
    """Make sure that answers can be written to a file, before any is made.

    Raises:
        UserError: another format, or a folder that is not there.
    """
    if path.suffix.lower() not in FORMATS_OUT:
        raise UserError(f"{path}: answers are written as {' or '.join(FORMATS_OUT)}; name the file so")
    try:
        there = path.parent.is_dir()
    except OSError as error:
        raise UserError(f"{path.parent}: can't be used ({error.strerror}); choose another place for --out") from error
    if not there:
        raise UserError(f"{path.parent}: there is no such folder; make it first")


def write_records(path: Path, records: Iterable[Record]) -> int:
    """Write the records aside and rename them into place; return how many are error rows.

    Raises:
        UserError: the file can't be written; what stood there is untouched.
    """
    errors = 0
    # not a temporary file, which nobody else may read: the answers are to be shared like any other file
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        with aside.open("x", encoding="utf-8", errors="replace", newline="") as file:
            writer = None
            for record in records:
                errors += record.get("error") is not None
                if path.suffix.lower() == ".jsonl":
                    file.write(json.dumps(record, ensure_ascii=False) + "\n")
                    continue
                flat = {key: _unformulated(value) for key, value in flat_record(record).items()}
                if writer is None:
                    writer = csv.DictWriter(file, flat)
                    writer.writeheader()
                writer.writerow(flat)
        aside.replace(path)
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error.strerror}); choose another place for --out") from error
    finally:
        with suppress(OSError):
            aside.unlink()
    return errors


def _ask(assistant: Assistant, row: Row, letters: Sequence[str] | Scope, language: Language | None) -> Record:
    error = row.error
    if error is None:
        try:
            answer = assistant.ask(row.question, row.history, letters=letters, language=language)
            return answer_record(replace(answer, id=row.id))
        except UserError as refused:
            error = str(refused)
    return {"id": row.id, "question": row.question, "error": error}


def _json_rows(text: str) -> Iterator[Row]:
    # only "\n" ends a line of JSON: other line separators may stand inside its strings
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _json_row(number, line)


def _json_row(number: int, line: str) -> Row:
    try:
        value: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Row(None, "", error=f"line {number} is not JSON: {error}")
    if not isinstance(value, dict):
        return Row(None, "", error=f'line {number} is not an object like {{"question": "…"}}')
    row_id = None if value.get("id") is None else str(value["id"])
    question, history = value.get("question"), value.get("history") or []
    if not isinstance(question, str):
        return Row(row_id, "", error=f'line {number} has no text under "question"')
    if not isinstance(history, list) or not all(isinstance(turn, str) for turn in history):
        return Row(row_id, question, error=f'line {number}: "history" must be a list of earlier questions')
    return Row(row_id, question, tuple(history))


def _csv_rows(path: Path, text: str) -> Iterator[Row]:
    csv.field_size_limit(_CSV_FIELD_BYTES)
    header = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
        column = next((names[name] for name in _QUESTION_COLUMNS if name in names), None)
        if column is None:
            raise UserError(f"{path}: the first line must name the columns, one of them 'question'")
        for number, values in enumerate(reader, 2):
            question = (values.get(column) or "").strip()
            error = None if question else f"line {number} has no question"
            yield Row(values.get(names["id"]) if "id" in names else None, question, error=error)
    except csv.Error as error:
        raise UserError(f"{path}: not a CSV file that can be read ({error})") from error


def _unformulated(value: Any) -> Any:
    """Keep a spreadsheet from running a cell as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
