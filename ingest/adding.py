"""What files hold, added to the home by rules that keep one letter from taking another's place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ingest.folder import Reading, read_again
from ingest.home import Home
from ingest.index import letter_digest
from ingest.letter import Letter
from ingest.moved import Move, find_moves
from ingest.reading import TRANSLATION_SUFFIX, Task, source_of, translation_beside
from ingest.translation import find_other_numbers

Outcome = Literal["new", "changed", "same", "failed"]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file; `reason` says why it failed or what is to be known of it.

    `letter_id` is empty when it failed; of a changed letter, `moves` are the paragraphs that are not what they were.
    """

    path: Path
    outcome: Outcome
    letter_id: str = ""
    reason: str = ""
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class _Here:
    """A letter of the home: its file's hash and name, and its digest with and without translation."""

    sha256: str
    source: str
    digests: frozenset[str]


class Intake:
    """The letters of a home by what tells them apart, kept up to date while some are added; none is kept whole."""

    def __init__(self, home: Home, bundled: frozenset[str]) -> None:
        self._home, self._bundled = home, bundled
        self._here: dict[str, _Here] = {}
        self._ids: dict[str, str] = {}
        self._files: dict[str, Path] = {}
        for letter in home.load_each():
            self._note(letter)

    def holds(self, reading: Reading) -> bool:
        """Tell whether a file need not be read for it to be known that it brings nothing."""
        same, here = self._ids.get(reading.sha256), self._here.get(reading.letter_id)
        if reading.letter_id in self._bundled or (same and same != reading.letter_id):
            return True
        return here is not None and reading.digest in here.digests

    def add(self, reading: Reading, task: Task) -> Ingested:
        """Store what a file holds, if it is new, and say what became of it."""
        path, letter_id = reading.path, reading.letter_id
        if reading.reason:
            return Ingested(path, "failed", reason=reading.reason)
        same = self._ids.get(reading.sha256)
        if same and (same != letter_id or same in self._bundled):
            return Ingested(path, "same", same, f"the same text is here as {same}")
        if letter_id in self._bundled:
            return Ingested(path, "failed", reason=f"{path}: the id {letter_id} is a bundled letter's; rename the file")
        other_file = self._other_file(letter_id, path)
        if other_file and not same:
            return Ingested(
                path, "failed", reason=f"{path}: the id {letter_id} is that of {other_file}; rename the file"
            )
        here = self._here.get(letter_id)
        if here and reading.digest in here.digests:
            return Ingested(path, "same", letter_id)
        if reading.letter is None:
            # another file of this run took away what it was known by
            return self.add(read_again(task), task)
        return self._store(reading.letter, path, task.translation or translation_beside(path))

    def _store(self, letter: Letter, path: Path, translation: Path | None) -> Ingested:
        try:
            files = _source_files(letter, path, translation)
        except OSError as error:
            return Ingested(path, "failed", reason=f"{path}: can't be read ({error.strerror}); check its permissions")
        if hashlib.sha256(files[letter.source]).hexdigest() != letter.sha256:
            return Ingested(path, "failed", reason=f"{path}: the file changed while it was read; ingest it again")
        before = self._home.load(letter.id) if letter.id in self._here else None
        self._home.keep_sources(letter.id, files)
        self._home.save(letter)
        if before:
            self._ids.pop(before.sha256, None)
        self._note(letter)
        other = find_other_numbers(letter)
        note = f"check the numbers of the translation: {'; '.join(other)}" if other else ""
        moves = find_moves(before, letter) if before else ()
        return Ingested(path, "changed" if before else "new", letter.id, note, moves)

    def _note(self, letter: Letter) -> None:
        digests = {letter_digest(letter), letter_digest(_without_translation(letter))}
        self._here[letter.id] = _Here(letter.sha256, letter.source, frozenset(digests))
        self._ids[letter.sha256] = letter.id

    def _other_file(self, letter_id: str, path: Path) -> Path | str | None:
        """Return the file whose letter this one would replace, unless it is an earlier state of the same file."""
        first = self._files.setdefault(letter_id, path)
        if first != path:
            return first
        here = self._here.get(letter_id)
        return here.source if here and here.source != source_of(path) else None


def _source_files(letter: Letter, path: Path, translation: Path | None) -> dict[str, bytes]:
    """Return the files of a letter, under the names by which `read_letter` finds both again."""
    files = {letter.source: path.read_bytes()}
    if translation:
        files[Path(letter.source).stem + TRANSLATION_SUFFIX] = translation.read_bytes()
    return files


def _without_translation(letter: Letter) -> Letter:
    sections = (
        replace(
            section,
            translated_heading=None,
            paragraphs=tuple(replace(paragraph, translated=()) for paragraph in section.paragraphs),
        )
        for section in letter.sections
    )
    notes = (replace(note, translation=None) for note in letter.footnotes)
    return replace(letter, sections=tuple(sections), footnotes=tuple(notes), machine_translated=False)
