"""A file into a letter, with its translation and the corrections that are kept for it; and where such files are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.correct import Correction, CorrectionError, apply_corrections, parse_corrections
from ingest.errors import UnreadableLetter, UserError
from ingest.home import Home
from ingest.letter import BODY_KINDS, Letter
from ingest.read import SUFFIXES, read_lines
from ingest.read.files import read_bytes
from ingest.read.text import decode
from ingest.structure import build_letter
from ingest.translation import align_translation, is_machine_made, is_still_dutch, read_translation

TRANSLATION_SUFFIX = ".en.txt"
_MOST_FILES = 20_000
_MOST_SENTENCES = 32_767


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read as a letter, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Task:
    """A file to be read: with the translation given or the one beside it, and the corrections given or those kept."""

    path: Path
    home: Path
    translation: Path | None = None
    corrections: Path | None = None


def find_letters(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the letter files among the paths, folders searched, in a fixed order, each once.

    Raises:
        UnreadableLetter: a folder without a letter, or far too many files.
    """
    found: list[Path] = []
    for path in paths:
        if not _is_so(path.is_dir):
            found.append(path)
            continue
        inside = sorted(file for file in path.rglob("*") if is_letter_file(file))
        if not inside:
            raise UnreadableLetter(f"{path}: there is no letter ({', '.join(SUFFIXES)}) in this folder")
        found += inside
    if len(found) > _MOST_FILES:
        raise UnreadableLetter(f"{len(found)} files are too many at once (limit {_MOST_FILES}); give fewer folders")
    return tuple(dict.fromkeys(found))


def is_letter_file(path: Path) -> bool:
    """Tell whether a file is a letter by its name."""
    named = path.suffix.lower() in SUFFIXES and not path.name.endswith(TRANSLATION_SUFFIX)
    return named and _is_so(path.is_file)


def translation_beside(path: Path) -> Path | None:
    """Return the file with a letter's English that stands beside it, if there is one."""
    beside = path.with_name(path.stem + TRANSLATION_SUFFIX)
    return beside if _is_so(beside.is_file) else None


def read_letter(
    path: Path, translation: Path | None = None, corrections: Sequence[Correction] = (), letter_id: str = ""
) -> Letter:
    """Read one letter, with its translation: the one given, else the one that stands beside it (`NAME.en.txt`).

    Raises:
        UnreadableLetter: the file or its translation can't be used.
        CorrectionError: a correction fits nothing in the letter.
    """
    lines = apply_corrections(read_lines(path), corrections)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    letter = build_letter(lines, letter_id, source=source_of(path), sha256=sha256)
    if not any(paragraph.kind in BODY_KINDS for _, paragraph in letter.paragraphs()):
        raise UnreadableLetter(f"{path}: no paragraph of running text was found; is this a letter?")
    # the vectors number sentences in 16 bits
    if any(len(paragraph.sentences) > _MOST_SENTENCES for _, paragraph in letter.paragraphs()):
        raise UnreadableLetter(f"{path}: one paragraph has over {_MOST_SENTENCES} sentences; put its line breaks back")
    sidecar = translation or translation_beside(path)
    if not sidecar:
        return letter
    aligned = replace(align_translation(letter, read_translation(sidecar)), machine_translated=is_machine_made(sidecar))
    if is_still_dutch(aligned):
        raise UnreadableLetter(f"{sidecar}: this is still the Dutch; put the English in its place")
    return aligned


def source_of(path: Path) -> str:
    """Return the name of a letter's file as the letter tells it: one that is not UTF-8 could not be written down."""
    return path.name.encode("utf-8", "replace").decode("utf-8")


def attempt(task: Task) -> Letter | Unread:
    """Read a letter with the corrections given, or those that the home keeps for it; given ones are kept."""
    try:
        return _read_corrected(task)
    except UserError as error:
        return Unread(str(error))
    except Exception as error:  # a fault of ours, and met in one file of many
        return Unread(
            f"{task.path}: reading it failed ({type(error).__name__}: {error}), which is a fault of kamervraag; "
            "save the letter in another format, and report it"
        )


def _read_corrected(task: Task) -> Letter:
    home, path, file = Home(task.home), task.path, task.corrections
    letter = read_letter(path, task.translation)
    text = decode(file, read_bytes(file)) if file else home.corrections(letter.id)
    kept_name = f"the corrections kept for {letter.id}"
    try:
        parsed = parse_corrections(text, str(file or kept_name))
        corrected = read_letter(path, task.translation, parsed, letter.id) if parsed else letter
    except CorrectionError as error:
        if file:
            raise
        raise CorrectionError(f"{path}: {error}, or give new ones with --correct") from error
    if file:
        home.save_corrections(letter.id, text if parsed else "")
    return corrected


def _is_so(test: Callable[[], bool]) -> bool:
    """Ask something of a path; what keeps it from being asked is said when the path is read."""
    try:
        return test()
    except OSError:
        return False
