"""A home into one file, and such a file into a home: all but what can be made again, and nothing overwritten.

What an archive brings under a name that is taken stays beside it, in the folder of what was set aside.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ingest.archive import pack, unpack
from ingest.embed import Embedder
from ingest.errors import NewerFormat, UserError
from ingest.files import open_file, read_file, synchronise, write_file
from ingest.folder import FILE as READINGS
from ingest.home import CORRECTIONS, Home
from ingest.letter import Letter
from ingest.letter_file import letter_digest, parse_letter
from ingest.pipeline import bundled_ids, rebuild
from ingest.repair import SET_ASIDE, find_damage, free_name

_CACHES = frozenset({"vectors", "generations", READINGS})
_NOT_SAVED = (".lock", ".part", "-wal", "-shm", "-journal")
_DATABASE, _LINES = ".sqlite", ".jsonl"


@dataclass(slots=True)
class Report:
    """What was moved: files by kind, a line for each that needs to be told, the settings then in force."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)


def export_home(home: Home, target: Path, settings: Mapping[str, str] = MappingProxyType({})) -> Report:
    """Save letters, their files, conversations and all else that can't be made again; settings, by name, for reference.

    Raises:
        UserError: the file is there already or would stand in the home, or the home is damaged or can't be read.
    """
    if os.path.lexists(target):
        raise UserError(f"{target} is there already; give another name, or move it away")
    if target.absolute().parent.resolve().is_relative_to(home.folder.resolve()):
        raise UserError(f"{target} would stand in the home that it saves; give a name elsewhere")
    report = Report()
    writable = os.access(home.folder, os.W_OK)
    with home.writing() if writable else nullcontext(), home.explained(), tempfile.TemporaryDirectory() as copies:
        files = dict(_files(home, report))
        for number, (name, path) in enumerate(files.items()):
            if path.suffix == _DATABASE:
                files[name] = _copy_database(path, Path(copies) / str(number))
            report.counts[_kind(name)] += 1
        deque(home.load_each(), maxlen=0)  # a letter that is damaged is not saved as if it were whole
        try:
            pack(files, settings, target)
        except OSError as error:
            raise UserError(f"{target} can't be written ({error.strerror or error}); give another place") from error
    return report


def import_home(source: Path, home: Home, embedder: Embedder) -> Report:
    """Merge what an archive holds into a home and build the index; again, if it was cut short, it changes nothing more.

    Raises:
        UserError: the archive is damaged or made to do harm, and nothing was imported; or the home can't be used.
    """
    try:
        open_file(source).close()
    except OSError as error:
        raise UserError(f"{source} can't be read ({error.strerror}); check the path") from error
    home.create()
    report = Report()
    with home.writing(), home.explained():
        with _beside(home) as folder:
            found = unpack(source, folder)
            names, report.settings = found.names, found.settings
            if caches := [name for name in names if not _is_saved(name)]:
                raise UserError(f"{source}: {caches[0]!r} in it is nothing that is saved; nothing was imported")
            letters = _letters(source, folder, names)
            for letter in letters.values():
                _merge_letter(letter, folder, home, report)
            for name in names:
                if not name.startswith(("letters/", "sources/")):
                    _merge_file(name, folder, home, report)
        rebuild(home, embedder)
    return report


def _files(home: Home, report: Report) -> Iterator[tuple[str, Path]]:
    """Yield names and paths of what is saved; a folder may be a link, a file that is one is left out."""
    for top in sorted(home.folder.iterdir()):
        if not _is_saved(top.name):
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            name = path.relative_to(home.folder).as_posix()
            if path.is_symlink():
                report.lines.append(f"left out, since it is a link: {name}")
            elif path.is_file() and _is_saved(name):
                yield name, path
            elif not path.is_dir() and not path.is_file():
                report.lines.append(f"left out, since it is no file: {name}")


def _is_saved(name: str) -> bool:
    top = name.partition("/")[0]
    return top not in _CACHES and not top.startswith(".") and not name.endswith(_NOT_SAVED)


def _kind(name: str) -> str:
    return name.partition("/")[0] if "/" in name else Path(name).stem


def _copy_database(path: Path, target: Path) -> Path:
    """Copy a database as it is at one moment, whoever writes in it."""
    if damage := find_damage(path):
        raise UserError(f"{path} is damaged ({damage}): run 'kamervraag doctor --repair' first")
    with closing(sqlite3.connect(path)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
    return target


@contextmanager
def _beside(home: Home) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".", suffix=".importing", dir=home.folder))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _letters(source: Path, folder: Path, names: Sequence[str]) -> dict[str, Letter]:
    """Read all letters of an archive, before anything of it is merged."""
    letters = {}
    for name in names:
        if not name.startswith("letters/") or name.endswith(CORRECTIONS):
            continue
        try:
            letter = parse_letter(read_file(folder / name))
            if name != f"letters/{letter.id}.json" or "/" in letter.id:
                raise ValueError(f"the letter in it is {letter.id!r}")
        except NewerFormat as error:
            raise UserError(f"{source}: written by a newer version of kamervraag; install that version") from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(f"{source}: {name} is damaged ({error}); nothing was imported") from error
        letters[letter.id] = letter
    return letters


def _merge_letter(letter: Letter, folder: Path, home: Home, report: Report) -> None:
    if letter.id in bundled_ids():
        report.counts["same"] += 1
        return
    written, corrections = (folder / "letters" / f"{letter.id}{end}" for end in (".json", CORRECTIONS))
    if letter.id in home.letter_ids():
        if letter_digest(home.load(letter.id)) == letter_digest(letter):
            report.counts["same"] += 1
        else:
            for path in (written, corrections):
                if path.is_file():
                    _keep_beside(path, f"letter {letter.id}", home, report)
        return
    sources = folder / "sources" / letter.id
    if sources.is_dir():
        home.keep_sources(letter.id, {path.name: read_file(path) for path in sources.iterdir() if path.is_file()})
    if corrections.is_file():
        home.write(home.letters_folder / corrections.name, read_file(corrections))
    home.save(letter)
    report.counts["new"] += 1


def _merge_file(name: str, folder: Path, home: Home, report: Report) -> None:
    path, there = folder / name, home.folder / name
    if not there.exists():
        there.parent.mkdir(parents=True, exist_ok=True)
        path.rename(there)
        synchronise(there.parent)
        report.counts["new"] += 1
    elif path.suffix == _DATABASE:
        added = _merge_threads(path, there)
        report.counts["new" if added else "same"] += 1
        report.lines.append(f"{name}: {added} conversation{'s' * (added != 1)} added")
    elif read_file(path) == read_file(there):
        report.counts["same"] += 1
    elif path.suffix == _LINES:
        mine = read_file(there).splitlines()
        known = set(mine)
        more = [line for line in read_file(path).splitlines() if line not in known]
        write_file(there, b"".join(line + b"\n" for line in [*mine, *more]))
        report.counts["new"] += 1
    else:
        _keep_beside(path, name, home, report)


def _merge_threads(source: Path, target: Path) -> int:
    """Add the conversations that a database does not have, by thread, and return how many."""
    for path in (source, target):
        if damage := find_damage(path):
            raise UserError(f"{path} is damaged ({damage}): run 'kamervraag doctor --repair' first")
    try:
        with closing(sqlite3.connect(target)) as connection, connection:
            connection.execute("pragma trusted_schema = off")
            connection.execute("attach ? as other", (str(source),))
            threads = "select thread_id from other.checkpoints except select thread_id from main.checkpoints"
            added = [(thread,) for (thread,) in connection.execute(threads)]
            for table in ("checkpoints", "writes"):
                connection.executemany(_copy_statement(connection, table), added)
    except sqlite3.Error as error:
        raise UserError(f"{target}: conversations can't be added ({error}); they are still in the archive") from error
    return len(added)


def _copy_statement(connection: sqlite3.Connection, table: str) -> str:
    names = [name.replace('"', '""') for _, name, *_ in connection.execute(f"pragma other.table_info({table})")]
    columns = ", ".join(f'"{name}"' for name in names)
    return f"insert into main.{table} ({columns}) select {columns} from other.{table} where thread_id = ?"  # noqa: S608


def _keep_beside(path: Path, what: str, home: Home, report: Report) -> None:
    """Keep the archive's form of what the home has in another, out of the way."""
    data = read_file(path)
    earlier = [one for one in (home.folder / SET_ASIDE).glob(f"{path.name}*") if read_file(one) == data]
    kept = earlier[0] if earlier else free_name(home.folder / SET_ASIDE / path.name)
    if not earlier:
        path.rename(kept)
    report.counts["kept beside"] += 1
    report.lines.append(f"{what} is here in another form, which stays; the archive's is kept as {kept}")
