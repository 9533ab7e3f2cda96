"""The folder that holds the truth: one JSON file a letter, and vectors by what they were made from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from ingest.errors import HomeUnusable, NewerFormat, unknown_letter
from ingest.files import read_file, write_file
from ingest.letter import Letter
from ingest.letter_file import letter_digest, parse_letter, peek_digest, write_letter
from ingest.server import Server

if TYPE_CHECKING:
    from ingest.index import Letters

CORRECTIONS = ".corrections.txt"
Report = Callable[[str], None]
_SILENT_WAIT_S = 1
_LONGEST_WAIT_S = 300


class Home:
    """Reads and writes letters; every write lands whole or not at all."""

    def __init__(self, folder: Path, report: Report | None = None, server: Server | None = None) -> None:
        """Take a folder, which need not be there yet; `report` hears in a line what takes long or had to be mended.

        With a `server`, the pooled vectors of its index stand there.
        """
        self.folder, self.server = folder, server
        self.report: Report = report or _unheard
        self.letters_folder = folder / "letters"
        self.sources_folder = folder / "sources"
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
                self._sweep()
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

    def load_each(self) -> Iterator[Letter]:
        """Read every letter, one at a time, in the order of `letter_ids`.

        Raises:
            HomeUnusable: a file is damaged, or went away meanwhile.
        """
        return map(self._read, self.letter_ids())

    def digests(self) -> dict[str, str]:
        """Return the digest of every letter by id, in the order of `letter_ids`; one that says it is not read whole.

        Raises:
            HomeUnusable: a file is damaged where it has to be read.
        """
        return {letter_id: self._digest(letter_id) for letter_id in self.letter_ids()}

    def _digest(self, letter_id: str) -> str:
        with suppress(OSError):
            if digest := peek_digest(self.letters_folder / f"{letter_id}.json"):
                return digest
        return letter_digest(self._read(letter_id))

    def _read(self, letter_id: str) -> Letter:
        path = self.letters_folder / f"{letter_id}.json"
        try:
            letter = parse_letter(read_file(path))
            if letter.id != letter_id:
                raise ValueError(f"the letter in it is {letter.id!r}")
            return letter
        except NewerFormat as error:
            raise HomeUnusable(f"{path} was written by a newer version of kamervraag: install that version") from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise HomeUnusable(
                f"{path} is damaged ({type(error).__name__}: {error}): 'kamervraag doctor --repair' sets it aside, "
                f"or remove it with 'kamervraag remove {letter_id}' and ingest the letter again"
            ) from error

    def save(self, letter: Letter) -> None:
        """Write a letter in place of what stood under its id."""
        self.write(self.letters_folder / f"{letter.id}.json", write_letter(letter))

    def keep_sources(self, letter_id: str, files: Mapping[str, bytes]) -> None:
        """Keep the files that a letter was read from, by name, in place of those kept before."""
        folder = self.sources_folder / letter_id
        with self.explained():
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in files.items():
                write_file(folder / name, data)
            for path in folder.iterdir():
                if path.name not in files:
                    path.unlink()

    def remove(self, letter_id: str) -> None:
        """Delete a letter's file, its corrections, and the files it was read from."""
        with self.explained():
            (self.letters_folder / f"{letter_id}.json").unlink()
            self._corrections_path(letter_id).unlink(missing_ok=True)
            shutil.rmtree(self.sources_folder / letter_id, ignore_errors=True)

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
        return self.letters_folder / f"{letter_id}{CORRECTIONS}"

    def write(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all.

        Raises:
            HomeUnusable: no space, no permission, …
        """
        with self.explained():
            write_file(path, data)

    def _sweep(self) -> None:
        """Remove what a command that was killed had half written; for whoever alone may write."""
        for folder in (self.folder, self.letters_folder, self.vectors_folder, self.generations_folder):
            for leftover in folder.glob("*.part"):
                leftover.unlink(missing_ok=True)
        for leftover in self.folder.glob("*.importing"):
            shutil.rmtree(leftover, ignore_errors=True)


class HomeBeside(Home):
    """A home of its own that shows the letters of another as well; what is written stays in this one."""

    def __init__(self, folder: Path, other: Home, letters: Letters) -> None:
        """Take a folder and another home with its letters; the index of both together stands in the folder."""
        super().__init__(folder)
        self._other, self._letters = other, letters

    def create(self) -> None:
        """Make the folders; vectors of the other home need not be made again."""
        super().create()
        lend_vectors(self._other, self)

    def own_ids(self) -> tuple[str, ...]:
        """Return the ids of the letters that stand in this home itself, sorted."""
        return super().letter_ids()

    def letter_ids(self) -> tuple[str, ...]:
        """Return the ids of all letters, here and there, sorted."""
        return tuple(sorted({*self._letters, *self.own_ids()}))

    def digests(self) -> dict[str, str]:
        """Return the digest of every letter, here and there, by id, sorted."""
        own = {letter_id: self._digest(letter_id) for letter_id in self.own_ids()}
        return dict(sorted({**self._letters.digests, **own}.items()))

    def load_each(self) -> Iterator[Letter]:
        """Read every letter, here and there, one at a time, in the order of `letter_ids`."""
        own = frozenset(self.own_ids())
        for letter_id in self.letter_ids():
            yield super()._read(letter_id) if letter_id in own else self._letters[letter_id]

    def _read(self, letter_id: str) -> Letter:
        return super()._read(letter_id) if letter_id in self.own_ids() else self._letters[letter_id]


def lend_vectors(source: Home, target: Home) -> None:
    """Spare encoding what another home holds already: vectors are kept by what they were made from."""
    for path in source.vectors_folder.glob("*.npz"):
        # without the right to make links everything is encoded again, which gives the same
        with suppress(OSError):
            (target.vectors_folder / path.name).symlink_to(path.resolve())


def _unheard(line: str) -> None:
    del line
