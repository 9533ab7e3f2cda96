"""One file that holds many: a zip with a list of what is in it, read as if an enemy had made it."""

from __future__ import annotations

import errno
import json
import shutil
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ingest.errors import UserError
from ingest.files import open_file, written_whole

FORMAT = 1
_LIST = "kamervraag-home.json"
_MOST_FILES = 500_000
_MOST_BYTES = 20_000_000_000
# Text packs to a tenth or so; a bomb to a thousandth.
_MOST_TIMES_SMALLER, _SMALL_BYTES = 200, 10_000_000
_LONGEST_LIST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Contents:
    """The names of the files in an archive, and the settings it was made under."""

    names: tuple[str, ...]
    settings: dict[str, str]


def pack(files: Mapping[str, Path], settings: Mapping[str, str], target: Path) -> None:
    """Write files under relative names into an archive, whole or not at all.

    Raises:
        OSError: a file can't be read, or the archive not written.
    """
    digests = {name: _digest(path) for name, path in files.items()}
    with (
        written_whole(target) as out,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive,
    ):
        archive.writestr(_LIST, json.dumps({"format": FORMAT, "settings": {**settings}, "files": digests}, indent=1))
        for name, path in files.items():
            with open_file(path) as file, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
                shutil.copyfileobj(file, entry)


def unpack(source: Path, folder: Path) -> Contents:
    """Write what an archive holds into an empty folder.

    Raises:
        UserError: it is no such archive, damaged, of a newer version, or made to do harm.
        OSError: no space, no permission, …
    """
    try:
        with open_file(source) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _refuse_harm(source, entries, source.stat().st_size)
            value = _read_list(source, archive)
            digests, settings = _texts(value["files"]), _texts(value.get("settings", {}))
            if sorted(digests) != sorted(entry.filename for entry in entries if entry.filename != _LIST):
                raise UserError(f"{source}: it does not hold the files it lists; nothing was imported")
            for name, digest in digests.items():
                _unpack_one(archive, name, folder / name)
                if _digest(folder / name) != digest:
                    raise UserError(f"{source}: {name!r} is not as it was saved; nothing was imported")
            return Contents(tuple(digests), settings)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
        AttributeError,
        zlib.error,
    ) as error:
        raise _damaged(source, error) from error
    except OSError as error:
        # a place in the file that it can't have, such as before its beginning
        if error.errno != errno.EINVAL:
            raise
        raise _damaged(source, error) from error


def _damaged(source: Path, error: Exception) -> UserError:
    return UserError(f"{source}: this is no archive of 'kamervraag export-home', or damaged ({error})")


def _refuse_harm(source: Path, entries: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    """Refuse names that lead out of the folder, anything that is no plain file, and what is too large."""
    whole = sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_FILES or whole > _MOST_BYTES:
        raise UserError(f"{source}: {len(entries)} files of {whole / 1e9:.0f} GB are too many; nothing was imported")
    if whole > max(_SMALL_BYTES, packed_bytes * _MOST_TIMES_SMALLER):
        raise UserError(f"{source}: it would grow from {packed_bytes} to {whole} bytes; nothing was imported")
    seen: set[str] = set()
    for entry in entries:
        name, kind = entry.filename, stat.S_IFMT(entry.external_attr >> 16)
        if not _is_plain(entry.orig_filename) or name.casefold() in seen:
            raise UserError(f"{source}: the name {entry.orig_filename!r} in it is not allowed; nothing was imported")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UserError(f"{source}: {name!r} in it is packed in an unknown way; nothing was imported")
        if kind not in (0, stat.S_IFREG):
            raise UserError(f"{source}: {name!r} in it is a link or a device; nothing was imported")
        seen.add(name.casefold())


def _is_plain(name: str) -> bool:
    """Tell whether a name is relative, without a way up, and the same on every system."""
    parts = name.split("/")
    ordinary = all(part and part.strip(". ") and not any(sign in "\\:\0\n" for sign in part) for part in parts)
    return ordinary and not PurePosixPath(name).is_absolute()


def _read_list(source: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    entry = archive.NameToInfo.get(_LIST)
    if entry is None or entry.file_size > _LONGEST_LIST_BYTES:
        raise ValueError("it has no list of files")
    value: Any = json.loads(archive.read(entry))
    if not isinstance(value, dict) or not isinstance(value.get("files"), dict):
        raise ValueError("its list of files is damaged")
    if value.get("format") != FORMAT:
        raise UserError(f"{source}: written by another version of kamervraag (format {value.get('format')!r})")
    return value


def _texts(value: dict[object, object]) -> dict[str, str]:
    return {str(name): str(text) for name, text in value.items()}


def _unpack_one(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # what unpacks to more than it said is cut off there, and fails its digest
    with archive.open(name) as entry, target.open("xb") as file:
        shutil.copyfileobj(entry, file)


def _digest(path: Path) -> str:
    file: BinaryIO
    with open_file(path) as file:
        return file_digest(file, "sha256").hexdigest()
