"""What many files hold: remembered where a file is as it was, read side by side where it is not.

What is remembered of a reading is only which letter came of it, by digest. It is a cache: without it, or when the
program reads otherwise than it did, files are read anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ingest.errors import UserError
from ingest.files import read_file
from ingest.home import Home
from ingest.index import letter_digest
from ingest.letter import Letter
from ingest.read.files import read_bytes
from ingest.reading import Task, Unread, attempt, source_of, translation_beside
from ingest.workers import Lost, run_in_processes

FILE = "readings.jsonl"
LONGEST_READ_S = 600
_FEW_FILES, _MOST_PROCESSES = 2, 8
_MOST_LINES = 100_000
_READERS = ("read/*.py", "structure/*.py", "correct.py", "letter.py", "reading.py", "translation.py")
_LIBRARIES = ("lxml", "markdown-it-py", "mdit-py-plugins", "pdfminer.six", "pdfplumber", "python-docx")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: a letter, by its id, the hash of the file and the letter's digest; or why it can't be read.

    The letter itself is there only where the file had to be read.
    """

    path: Path
    letter_id: str = ""
    sha256: str = ""
    digest: str = ""
    letter: Letter | None = None
    reason: str = ""


def read_files(
    tasks: Sequence[Task],
    home: Home,
    is_here: Callable[[Reading], bool],
    progress: Callable[[int, int], None],
) -> Iterator[Reading]:
    """Yield what each file holds, in their order; a file as it was, and whose letter `is_here`, is not read again.

    A file that crashes its process, or takes longer than `LONGEST_READ_S` seconds, is unread; the others go on.
    """
    memory = _Memory(home)
    keys = [_key_of(task) for task in tasks]
    known = [memory.find(key, task) for key, task in zip(keys, tasks, strict=True)]
    known = [reading if reading and (reading.reason or is_here(reading)) else None for reading in known]
    unread = [task for task, reading in zip(tasks, known, strict=True) if reading is None]
    results = _read_all(unread)
    done = 0
    progress(done, len(unread))
    for task, key, reading in zip(tasks, keys, known, strict=True):
        if reading is None:
            result = next(results)
            reading = _reading_of(task, result)
            memory.keep(key, reading)
            done += 1
        yield reading
        progress(done, len(unread))


def read_again(task: Task) -> Reading:
    """Read a file, whatever is remembered of it."""
    return _reading_of(task, attempt(task))


def _read_all(tasks: Sequence[Task]) -> Iterator[Letter | Unread | Lost]:
    """Read files, where they are few here: to start a process takes as long as to read a short letter."""
    if len(tasks) <= _FEW_FILES:
        yield from map(attempt, tasks)
        return
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES, len(tasks))
    yield from run_in_processes(attempt, tasks, processes=processes, longest_s=LONGEST_READ_S)


def _reading_of(task: Task, result: Letter | Unread | Lost) -> Reading:
    match result:
        case Letter():
            return Reading(task.path, result.id, result.sha256, letter_digest(result), result)
        case Unread(reason):
            return Reading(task.path, reason=reason)
        case Lost(reason):
            return Reading(task.path, reason=f"{task.path}: while it was read, {reason}; save it in another format")


@dataclass(frozen=True, slots=True)
class _Key:
    """Names all that a letter comes of but its corrections, which go by its id; or why the file can't be read."""

    name: str = ""
    sha256: str = ""
    reason: str = ""


def _key_of(task: Task) -> _Key:
    try:
        sha256 = hashlib.sha256(read_bytes(task.path)).hexdigest()
    except UserError as error:
        return _Key(reason=str(error))
    sidecar = task.translation or translation_beside(task.path)
    try:
        english = hashlib.sha256(read_file(sidecar)).hexdigest() if sidecar else ""
    except OSError:
        english = "unreadable"  # as is said when the letter is read
    whole = (reader_version(), source_of(task.path), sha256, english)
    return _Key(hashlib.sha256(repr(whole).encode()).hexdigest()[:32], sha256)


class _Memory:
    """What came of earlier readings, a line of JSON each; the last of a key holds."""

    def __init__(self, home: Home) -> None:
        self._home, self._path = home, home.folder / FILE
        self._lines: dict[str, dict[str, str]] = {}
        try:
            data = read_file(self._path).splitlines()
        except OSError:
            return
        for line in data:
            self._take(line)
        if len(data) > _MOST_LINES:
            kept = list(self._lines.values())[-_MOST_LINES // 2 :]
            home.write(self._path, b"\n".join(json.dumps(line).encode() for line in kept))

    def find(self, key: _Key, task: Task) -> Reading | None:
        """Return what came of a file when it was as it is now; what makes it unreadable comes before."""
        if key.reason:
            return Reading(task.path, reason=key.reason)
        line = self._lines.get(key.name)
        if line is None or task.corrections or line["corrections"] != self._corrections(line["id"]):
            return None
        return Reading(task.path, line["id"], key.sha256, line["digest"])

    def keep(self, key: _Key, reading: Reading) -> None:
        """Remember a reading, unless the file became another one meanwhile."""
        if reading.reason or reading.sha256 != key.sha256:
            return
        corrections = self._corrections(reading.letter_id)
        line = {"key": key.name, "id": reading.letter_id, "corrections": corrections, "digest": reading.digest}
        with self._home.explained(), self._path.open("ab") as file:
            # the line break comes first: a line that a crash cut short spoils no other
            file.write(b"\n" + json.dumps(line).encode())

    def _take(self, data: bytes) -> None:
        try:
            line = json.loads(data)
            self._lines[line["key"]] = {name: str(line[name]) for name in ("key", "id", "corrections", "digest")}
        except (ValueError, KeyError, TypeError):
            return

    def _corrections(self, letter_id: str) -> str:
        try:
            text = self._home.corrections(letter_id)
        except UserError as error:
            text = str(error)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def reader_version() -> str:
    """Return a digest of the code that reads letters; other code may make another letter of the same file."""
    digest = hashlib.sha256(_version_of("kamervraag").encode())
    folder = Path(__file__).parent
    for path in sorted(path for pattern in _READERS for path in folder.glob(pattern)):
        digest.update(path.read_bytes())
    digest.update(repr([_version_of(name) for name in _LIBRARIES]).encode())
    return digest.hexdigest()[:16]


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
