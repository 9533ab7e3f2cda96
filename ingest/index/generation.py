"""Generations: an index is built aside, checked, renamed into place and never changed afterwards."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from ingest.embed import Identity, Matrix, Vector
from ingest.errors import BrokenGeneration
from ingest.index.dense import Dense, Metadata, build_dense
from ingest.index.lexical import Lexical, Row, build_lexical
from ingest.letter import Chunk, Letter
from ingest.vectors import ChunkVectors, open_packed, unpack

FORMAT = 3
_CURRENT, _MANIFEST, _LEASE = "CURRENT", "manifest.json", "lease"
_DENSE, _LEXICAL, _TOKENS, _SENTENCES = "chroma", "lexical.db", "tokens.npy", "sentences.npy"
_SAMPLES = "samples.npy"
_MOST_SAMPLES = 16
_FULLY_CHECKED_BYTES = 32_000_000
_OPEN_TRIES = 5
_TOKENS_IN_MEMORY = 30_000


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into a generation: letters with their chunks and vectors, in one order."""

    letter: Letter
    chunks: tuple[Chunk, ...]
    vectors: ChunkVectors


class Index:
    """A generation opened for reading; it stays whole until `close`, whatever is ingested meanwhile."""

    def __init__(self, folder: Path, identity: Identity, letters: Mapping[str, str], lease: IO[bytes]) -> None:
        self._lease = lease
        manifest = _read_manifest(folder)
        if manifest.get("format") != FORMAT:
            raise BrokenGeneration(f"the index was made by another version (format {manifest.get('format')})")
        if manifest.get("identity") != asdict(identity):
            raise BrokenGeneration("the index was made by another embedding model")
        if manifest.get("letters") != dict(letters):
            raise BrokenGeneration("the index does not hold the letters that are here now")
        _check_files(folder, manifest["files"])
        _check_database(folder / _DENSE / "chroma.sqlite3")
        self.fingerprint = str(manifest["fingerprint"])
        self._lexical = Lexical(folder / _LEXICAL)
        try:
            self._tokens = open_packed(folder / _TOKENS)
            self._sentences = np.load(folder / _SENTENCES, mmap_mode="r", allow_pickle=False)
            # unpacked once where they are few
            few = self._tokens.count <= _TOKENS_IN_MEMORY
            self._unpacked = unpack(self._tokens.read(0, self._tokens.count)) if few else None
        except (OSError, ValueError, EOFError) as error:
            raise BrokenGeneration(f"the token vectors in {folder} can't be read: {error}") from error
        samples = np.load(folder / _SAMPLES, allow_pickle=False)
        self._dense = Dense(folder / _DENSE, _chroma_identity(identity), self._lexical.count, samples)

    def search_dense(self, vector: Vector, top_k: int, letters: Sequence[str] = ()) -> list[tuple[int, float]]:
        """Return (row, cosine similarity) of the nearest chunks, best first."""
        return self._dense.search(vector, top_k, letters)

    def search_terms(self, terms: Sequence[str], top_k: int, letters: Sequence[str] = ()) -> list[tuple[int, float]]:
        """Return (row, BM25 score) of the chunks that hold any of the terms, best first."""
        return self._lexical.search(terms, top_k, letters)

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """Return the rows with these numbers, in their order."""
        return self._lexical.rows(numbers)

    def rows_of(self, paragraph_ids: Sequence[str]) -> list[Row]:
        """Return all rows of some paragraphs."""
        return self._lexical.rows_of(paragraph_ids)

    def document_frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """Return in how many chunks each term stands."""
        return self._lexical.document_frequencies(terms)

    def vocabulary(self) -> tuple[str, ...]:
        """Return every term of the index."""
        return self._lexical.vocabulary()

    @property
    def size(self) -> int:
        """The number of rows."""
        return self._lexical.count

    def tokens_of(self, rows: Sequence[Row]) -> tuple[Matrix, npt.NDArray[np.int16]]:
        """Return the rows' token vectors, one after the other, (t, d), and the sentence each token stands in (t,)."""
        parts = [slice(row.first_token, row.end_token) for row in rows]
        if self._unpacked is not None:
            tokens = np.concatenate([self._unpacked[part] for part in parts])
        else:
            tokens = unpack(np.concatenate([self._tokens.read(row.first_token, row.end_token) for row in rows]))
        return tokens, np.concatenate([self._sentences[part] for part in parts])

    def close(self) -> None:
        """Let go of the files; an older generation may then be removed."""
        self._dense.close()
        self._lexical.close()
        self._tokens.close()
        self._lease.close()


def build_generation(generations: Path, contents: Sequence[Content], identity: Identity) -> None:
    """Build a generation, make it the current one and remove those that nobody reads.

    The caller holds the right to write. A crash at any moment leaves the old generation current.

    Raises:
        OSError: no space or no permission; nothing is left behind.
    """
    for leftover in generations.glob("*.building"):
        shutil.rmtree(leftover, ignore_errors=True)
    building = Path(tempfile.mkdtemp(suffix=".building", dir=generations))
    try:
        _write_parts(building, contents, identity)
        final = generations / uuid.uuid4().hex
        building.rename(final)
        pointer = generations / f".{_CURRENT}"
        pointer.write_text(final.name, encoding="utf-8")
        pointer.replace(generations / _CURRENT)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    _remove_unread(generations, keep=final.name)


def open_current(generations: Path, identity: Identity, letters: Mapping[str, str]) -> Index:
    """Open the current generation; `letters` are the ids and content hashes it must hold.

    Raises:
        BrokenGeneration: there is none, or it fails a check.
    """
    for _ in range(_OPEN_TRIES):
        folder = generations / _current_name(generations)
        with suppress(FileNotFoundError):
            lease = (folder / _LEASE).open("rb")
            fcntl.flock(lease, fcntl.LOCK_SH)
            # between reading the pointer and taking the lease a writer may have replaced and removed it
            if (folder / _LEASE).exists():
                try:
                    return Index(folder, identity, letters, lease)
                except BaseException:
                    lease.close()
                    raise
            lease.close()
    raise BrokenGeneration("there is no index yet")


def letter_digest(letter: Letter) -> str:
    """Return a digest of all that a letter's part of the index is made from."""
    return hashlib.sha256(repr(letter).encode()).hexdigest()[:32]


def _current_name(generations: Path) -> str:
    try:
        name = (generations / _CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenGeneration("there is no index yet") from error
    if not name.isalnum():
        raise BrokenGeneration(f"{generations / _CURRENT} is damaged")
    return name


def _write_parts(folder: Path, contents: Sequence[Content], identity: Identity) -> None:
    chunks = [chunk for content in contents for chunk in content.chunks]
    dimension = identity.dimension
    pooled = np.concatenate([np.empty((0, dimension), np.float32), *(content.vectors.pooled for content in contents)])
    build_dense(folder / _DENSE, pooled, _metadata(contents), _chroma_identity(identity))
    np.save(folder / _SAMPLES, pooled[:: max(len(pooled) // _MOST_SAMPLES, 1)])
    shifts = np.cumsum([0, *(len(content.vectors.tokens) for content in contents)])
    bounds = [0]
    for content, shift in zip(contents, shifts, strict=False):
        bounds += [int(shift + bound) for bound in content.vectors.bounds[1:]]
    build_lexical(folder / _LEXICAL, chunks, bounds)
    tokens = np.lib.format.open_memmap(folder / _TOKENS, "w+", np.int8, (int(shifts[-1]), dimension))
    for content, shift in zip(contents, shifts, strict=False):
        tokens[shift : shift + len(content.vectors.tokens)] = content.vectors.tokens
    tokens.flush()
    np.save(folder / _SENTENCES, np.concatenate([np.empty(0, np.int16), *(c.vectors.sentences for c in contents)]))
    letters = {content.letter.id: letter_digest(content.letter) for content in contents}
    manifest = {
        "format": FORMAT,
        "identity": asdict(identity),
        "letters": letters,
        "fingerprint": hashlib.sha256(json.dumps([letters, asdict(identity)], sort_keys=True).encode()).hexdigest()[
            :16
        ],
        "files": _fingerprints(folder),
    }
    (folder / _LEASE).touch()
    (folder / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    _synchronise(folder)


def _metadata(contents: Sequence[Content]) -> list[Metadata]:
    """One entry a chunk; Chroma takes no empty values and filters dates as numbers."""
    entries: list[Metadata] = []
    for content in contents:
        day = content.letter.date
        number = day.year * 10_000 + day.month * 100 + day.day if day else 0
        entries += [
            {
                "letter": content.letter.id,
                "paragraph": chunk.paragraph_id,
                "section": chunk.context,
                "date": number,
                "language": chunk.language,
            }
            for chunk in content.chunks
        ]
    return entries


def _chroma_identity(identity: Identity) -> dict[str, str | int]:
    return {f"embedder_{key}": value for key, value in asdict(identity).items()}


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenGeneration(f"{folder / _MANIFEST} can't be read: {error}") from error
    if not isinstance(manifest, dict) or not {"files", "fingerprint"} <= manifest.keys():
        raise BrokenGeneration(f"{folder / _MANIFEST} is damaged")
    return manifest


def _fingerprints(folder: Path) -> dict[str, list[object]]:
    """Size and digest of every file; of Chroma's own, whose contents change when they are opened, the size."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): [path.stat().st_size, "" if _is_chromas(path, folder) else _digest(path)]
        for path in files
    }


def _is_chromas(path: Path, folder: Path) -> bool:
    return (folder / _DENSE) in path.parents


def _check_files(folder: Path, expected: Mapping[str, object]) -> None:
    try:
        for name, fingerprint in expected.items():
            path = folder / name
            if [path.stat().st_size, "" if _is_chromas(path, folder) else _digest(path)] != fingerprint:
                raise BrokenGeneration(f"{path} is not as it was written")
    except OSError as error:
        raise BrokenGeneration(f"a file of the index can't be read: {error}") from error


def _check_database(path: Path) -> None:
    """Have SQLite check Chroma's database, unless it is so large that opening would take long."""
    try:
        if path.stat().st_size > _FULLY_CHECKED_BYTES:
            return
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (answer,) = connection.execute("pragma quick_check(1)").fetchone()
    except (OSError, sqlite3.Error) as error:
        raise BrokenGeneration(f"{path} can't be read: {error}") from error
    if answer != "ok":
        raise BrokenGeneration(f"{path} is damaged: {answer}")


def _digest(path: Path) -> str:
    """Return the digest of a file, or of the first and last part of a large one."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _FULLY_CHECKED_BYTES:
            return hashlib.file_digest(file, "sha256").hexdigest()
        head = file.read(_FULLY_CHECKED_BYTES // 2)
        file.seek(size - _FULLY_CHECKED_BYTES // 2)
        return hashlib.sha256(head + file.read()).hexdigest()


def _synchronise(folder: Path) -> None:
    """Have the disk hold every file before anything points at them."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_unread(generations: Path, keep: str) -> None:
    for folder in generations.iterdir():
        if folder.name == keep or not folder.is_dir() or folder.suffix:
            continue
        with suppress(OSError), (folder / _LEASE).open("rb") as lease:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
