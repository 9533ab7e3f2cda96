"""Generations: an index is built aside, checked, renamed into place and never changed afterwards."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ingest.embed import Identity, Matrix, Vector
from ingest.errors import BrokenGeneration, ServerUnavailable
from ingest.files import open_file, read_file, synchronise, write_file
from ingest.index.dense import Dense, Metadata, build_dense
from ingest.index.lexical import Lexical, Row, build_lexical
from ingest.index.remote import (
    Place,
    RemoteDense,
    find_place,
    new_place,
    remove_collection,
    remove_superseded,
    upload_dense,
)
from ingest.index.seals import check_seals, seal_files
from ingest.letter import Chunk, Letter
from ingest.server import Server
from ingest.vectors import ChunkVectors, open_packed, unpack

FORMAT = 4
_CURRENT, _MANIFEST, _LEASE = "CURRENT", "manifest.json", "lease"
_DENSE, _LEXICAL, _TOKENS, _SENTENCES = "chroma", "lexical.db", "tokens.npy", "sentences.npy"
_SAMPLES, _BUILDING = "samples.npy", ".building"
_MOST_SAMPLES = 16
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

    def __init__(
        self,
        folder: Path,
        identity: Identity,
        letters: Mapping[str, str],
        server: Server | None = None,
        *,
        whole: bool = False,
    ) -> None:
        """Open the files of a generation that nobody removes meanwhile; `server` is where its pooled vectors are to be.

        Raises:
            BrokenGeneration: it fails a check; with `whole`, every byte is checked.
            ServerUnavailable: the server can't be reached, or does not answer as it should.
        """
        manifest = _read_manifest(folder)
        if manifest.get("format") != FORMAT:
            raise BrokenGeneration(f"the index was made by another version (format {manifest.get('format')})")
        if manifest.get("identity") != asdict(identity):
            raise BrokenGeneration("the index was made by another embedding model")
        if manifest.get("letters") != dict(letters):
            raise BrokenGeneration("the index does not hold the letters that are here now")
        place = find_place(manifest, server)
        check_seals(folder, manifest["files"], whole=whole)
        self.fingerprint = str(manifest["fingerprint"])
        with ExitStack() as opened:
            self._lexical = opened.enter_context(closing(Lexical(folder / _LEXICAL)))
            try:
                self._tokens = opened.enter_context(closing(open_packed(folder / _TOKENS)))
                self._sentences = np.load(folder / _SENTENCES, mmap_mode="r", allow_pickle=False)
                samples = np.load(folder / _SAMPLES, allow_pickle=False)
                # unpacked once where they are few
                few = self._tokens.count <= _TOKENS_IN_MEMORY
                self._unpacked = unpack(self._tokens.read(0, self._tokens.count)) if few else None
            except (OSError, ValueError, EOFError) as error:
                raise BrokenGeneration(f"the token vectors in {folder} can't be read: {error}") from error
            expected = (_chroma_identity(identity), self._lexical.count, samples)
            dense = RemoteDense(place, *expected) if place else Dense(folder / _DENSE, *expected)
            self._dense = opened.enter_context(closing(dense))
            self._opened = opened.pop_all()

    def lease(self, file: BinaryIO) -> None:
        """Keep a file open until `close`: the lock on it keeps the generation from being removed."""
        self._opened.enter_context(file)

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

    def lost(self, pooled: Matrix) -> list[int]:
        """Return the rows that are not found by their own pooled vector, (n, d); none in a sound index."""
        return self._dense.lost(pooled)

    def close(self) -> None:
        """Let go of the files; an older generation may then be removed."""
        self._opened.close()


def build_generation(
    generations: Path, contents: Sequence[Content], identity: Identity, server: Server | None = None
) -> None:
    """Build a generation, check it, make it the current one and remove those that nobody reads.

    The caller holds the right to write. A crash at any moment leaves the old generation current. With a `server`, the
    pooled vectors stand there, and all else in the folder.

    Raises:
        OSError: no space or no permission; nothing is left behind.
        BrokenGeneration: what was built can't be opened; nothing is left behind either.
        ServerUnavailable: the server can't be reached; what may be left there is removed by the next build.
    """
    for leftover in generations.glob(f"*{_BUILDING}"):
        shutil.rmtree(leftover, ignore_errors=True)
    final = generations / uuid.uuid4().hex
    place = new_place(server, generations, final.name) if server else None
    building = Path(tempfile.mkdtemp(suffix=_BUILDING, dir=generations))
    try:
        letters = _write_parts(building, contents, identity, place)
        Index(building, identity, letters, server).close()
        building.rename(final)
        synchronise(generations)
        write_file(generations / _CURRENT, final.name.encode())
    except BaseException:
        for folder in (building, final):
            shutil.rmtree(folder, ignore_errors=True)
        if place:
            remove_collection(place)
        raise
    _remove_unread(generations, keep=final.name)
    if server:
        with suppress(ServerUnavailable):
            remove_superseded(server, generations, keep={folder.name for folder in generations.iterdir()})


def open_current(
    generations: Path,
    identity: Identity,
    letters: Mapping[str, str],
    server: Server | None = None,
    *,
    whole: bool = False,
) -> Index:
    """Open the current generation; `letters` are the ids and content hashes it must hold.

    Raises:
        BrokenGeneration: there is none, or it fails a check; with `whole`, every byte is checked.
        ServerUnavailable: the server where its pooled vectors are can't be reached.
    """
    for _ in range(_OPEN_TRIES):
        folder = generations / _current_name(generations)
        with suppress(FileNotFoundError), ExitStack() as opened:
            lease = opened.enter_context(_leased(folder / _LEASE))
            # between reading the pointer and taking the lease a writer may have replaced and removed it
            if (folder / _LEASE).exists():
                index = Index(folder, identity, letters, server, whole=whole)
                opened.pop_all()
                index.lease(lease)
                return index
    raise BrokenGeneration("there is no index yet")


def _leased(path: Path) -> BinaryIO:
    """Open a lease and lock it; where the file system knows no locks, nobody removes what may be in use."""
    try:
        lease = open_file(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BrokenGeneration(f"{path} can't be opened: {error.strerror}") from error
    with suppress(OSError):
        fcntl.flock(lease, fcntl.LOCK_SH)
    return lease


def letter_digest(letter: Letter) -> str:
    """Return a digest of all that a letter's part of the index is made from."""
    return hashlib.sha256(repr(letter).encode()).hexdigest()[:32]


def _current_name(generations: Path) -> str:
    try:
        name = read_file(generations / _CURRENT).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenGeneration("there is no index yet") from error
    if not name.isalnum():
        raise BrokenGeneration(f"{generations / _CURRENT} is damaged")
    return name


def _write_parts(folder: Path, contents: Sequence[Content], identity: Identity, place: Place | None) -> dict[str, str]:
    """Write all files of a generation and return the letters in it, with their digests."""
    chunks = [chunk for content in contents for chunk in content.chunks]
    dimension = identity.dimension
    pooled = np.concatenate([np.empty((0, dimension), np.float32), *(content.vectors.pooled for content in contents)])
    if place:
        upload_dense(place, pooled, _metadata(contents), _chroma_identity(identity))
    else:
        build_dense(folder / _DENSE, pooled, _metadata(contents), _chroma_identity(identity))
    np.save(folder / _SAMPLES, pooled[:: max(len(pooled) // _MOST_SAMPLES, 1)])
    shifts = np.cumsum([0, *(len(content.vectors.tokens) for content in contents)])
    bounds = [0]
    for content, shift in zip(contents, shifts, strict=False):
        bounds += [int(shift + bound) for bound in content.vectors.bounds[1:]]
    build_lexical(folder / _LEXICAL, chunks, bounds)
    _write_tokens(folder / _TOKENS, contents, (int(shifts[-1]), dimension))
    np.save(folder / _SENTENCES, np.concatenate([np.empty(0, np.int16), *(c.vectors.sentences for c in contents)]))
    letters = {content.letter.id: letter_digest(content.letter) for content in contents}
    manifest = {
        "format": FORMAT,
        "identity": asdict(identity),
        "letters": letters,
        "dense": place.written() if place else None,
        "fingerprint": hashlib.sha256(json.dumps([letters, asdict(identity)], sort_keys=True).encode()).hexdigest()[
            :16
        ],
        "files": seal_files(folder),
    }
    (folder / _LEASE).touch()
    write_file(folder / _MANIFEST, json.dumps(manifest).encode())
    return letters


def _write_tokens(path: Path, contents: Sequence[Content], shape: tuple[int, int]) -> None:
    """Write the token vectors letter by letter; not through a map, which a full disk ends with a signal."""
    with path.open("wb") as file:
        header = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.int8)), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for content in contents:
            file.write(np.ascontiguousarray(content.vectors.tokens).data)


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
        manifest = json.loads(read_file(folder / _MANIFEST))
    except (OSError, ValueError) as error:
        raise BrokenGeneration(f"{folder / _MANIFEST} can't be read: {error}") from error
    if not isinstance(manifest, dict) or not {"files", "fingerprint"} <= manifest.keys():
        raise BrokenGeneration(f"{folder / _MANIFEST} is damaged")
    return manifest


def _remove_unread(generations: Path, keep: str) -> None:
    for folder in generations.iterdir():
        if folder.name == keep or not folder.is_dir() or folder.suffix:
            continue
        with suppress(OSError), open_file(folder / _LEASE) as lease:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
