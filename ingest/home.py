"""The folder that holds the truth: one JSON file a letter, and vectors by what they were made from."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ingest.errors import HomeUnusable, unknown_letter
from ingest.letter import Footnote, Letter, Paragraph, Section, Signatory

FORMAT = 1
Report = Callable[[str], None]
_SILENT_WAIT_S = 1
_LONGEST_WAIT_S = 300


class Home:
    """Reads and writes letters; every write lands whole or not at all."""

    def __init__(self, folder: Path, report: Report | None = None) -> None:
        """Take a folder, which need not be there yet; `report` hears in a line what takes long or had to be mended."""
        self.folder = folder
        self.report: Report = report or _unheard
        self.letters_folder = folder / "letters"
        self.vectors_folder = folder / "vectors"
        self.generations_folder = folder / "generations"

    def create(self) -> None:
        """Make the folders.

        Raises:
            HomeUnusable: they can't be made.
        """
        with self.explained():
            for folder in (self.letters_folder, self.vectors_folder, self.generations_folder):
                folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the only right to write here, waiting for another process that has it.

        Raises:
            HomeUnusable: the wait was too long, or the folder can't be written.
        """
        lock = FileLock(self.folder / "writing.lock")
        with self.explained():
            try:
                held = lock.acquire(timeout=_SILENT_WAIT_S)
            except Timeout:
                self.report(f"waiting for another kamervraag command that writes in {self.folder}")
                held = lock.acquire(timeout=_LONGEST_WAIT_S)
            with held:
                yield

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn the operating system's errors into one that says what to do."""
        try:
            yield
        except Timeout as error:  # filelock's is an OSError
            raise HomeUnusable(
                f"another kamervraag command has been writing in {self.folder} for {_LONGEST_WAIT_S // 60} minutes; "
                "wait for it or stop it, then try again"
            ) from error
        except OSError as error:
            raise HomeUnusable(
                f"the folder {self.folder} can't be used ({error.strerror or error}): free some space or mend its "
                "permissions, or set KAMERVRAAG_HOME to another folder"
            ) from error

    def letter_ids(self) -> tuple[str, ...]:
        """Return the ids of all letters, sorted: by date, since ids begin with it."""
        with self.explained():
            return tuple(sorted(path.stem for path in self.letters_folder.glob("*.json")))

    def load(self, letter_id: str) -> Letter:
        """Read a letter.

        Raises:
            UnknownLetter: there is none with that id.
            HomeUnusable: its file is damaged.
        """
        if letter_id not in self.letter_ids():
            raise unknown_letter(letter_id, self.letter_ids())
        return self._read(letter_id)

    def load_all(self) -> dict[str, Letter]:
        """Read every letter, by id, in the order of `letter_ids`.

        Raises:
            HomeUnusable: a file is damaged, or went away meanwhile.
        """
        return {letter_id: self._read(letter_id) for letter_id in self.letter_ids()}

    def _read(self, letter_id: str) -> Letter:
        path = self.letters_folder / f"{letter_id}.json"
        try:
            letter = _letter_from(json.loads(path.read_text(encoding="utf-8")))
            if letter.id != letter_id:
                raise ValueError(f"the letter in it is {letter.id!r}")
            return letter
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise HomeUnusable(
                f"{path} is damaged ({type(error).__name__}: {error}); remove it with 'kamervraag remove {letter_id}' "
                "and ingest the letter again"
            ) from error

    def save(self, letter: Letter) -> None:
        """Write a letter in place of what stood under its id."""
        value = {"format": FORMAT, **asdict(letter), "date": letter.date.isoformat() if letter.date else None}
        self.write(self.letters_folder / f"{letter.id}.json", json.dumps(value, ensure_ascii=False, indent=1).encode())

    def remove(self, letter_id: str) -> None:
        """Delete a letter's file, and its corrections."""
        with self.explained():
            (self.letters_folder / f"{letter_id}.json").unlink()
            self._corrections_path(letter_id).unlink(missing_ok=True)

    def corrections(self, letter_id: str) -> str:
        """Return the corrections that are kept for a letter, or ""."""
        try:
            return self._corrections_path(letter_id).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            path = self._corrections_path(letter_id)
            raise HomeUnusable(
                f"{path} is damaged ({error}); remove it, and ingest the letter with --correct"
            ) from error

    def save_corrections(self, letter_id: str, text: str) -> None:
        """Keep the corrections of a letter, for when it is ingested again; blank ones are forgotten."""
        path = self._corrections_path(letter_id)
        if text.strip():
            self.write(path, text.encode())
        else:
            with self.explained():
                path.unlink(missing_ok=True)

    def _corrections_path(self, letter_id: str) -> Path:
        return self.letters_folder / f"{letter_id}.corrections.txt"

    def write(self, path: Path, data: bytes) -> None:
        """Write a file aside and rename it into place.

        Raises:
            HomeUnusable: no space, no permission, …
        """
        with self.explained():
            handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                Path(aside).replace(path)
            except OSError:
                Path(aside).unlink(missing_ok=True)
                raise


def _unheard(line: str) -> None:
    del line


def _letter_from(value: dict[str, Any]) -> Letter:
    if value.pop("format") != FORMAT:
        raise ValueError("written by another version of kamervraag")
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
