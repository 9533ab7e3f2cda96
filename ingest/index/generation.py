"""Generations: an index is built aside, checked, renamed into place and never changed afterwards."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ingest.embed import Identity, Matrix, Vector
from ingest.errors import BrokenGeneration, ServerUnavailable
from ingest.files import open_file, read_file, synchronise, write_file
from ingest.index.arrays import MappedArray, new_array
from ingest.index.database import new_database
from ingest.index.dense import Dense, Metadata, build_dense
from ingest.index.letters import SCHEMA as LETTERS_SCHEMA
from ingest.index.letters import Letters, add_letter
from ingest.index.lexical import SCHEMA as LEXICAL_SCHEMA
from ingest.index.lexical import Lexical, Row, add_chunks, finish_terms
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
from ingest.vectors import ChunkVectors, multiply_packed, unpack

FORMAT = 6
_CURRENT, _MANIFEST, _LEASE = "CURRENT", "manifest.json", "lease"
_LETTERS, _DENSE, _LEXICAL = "letters.db", "chroma", "lexical.db"
_TOKENS, _SENTENCES, _SAMPLES = "tokens.npy", "sentences.npy", "samples.npy"
_POOLED, _BUILDING = "pooled.npy", ".building"
_MOST_SAMPLES = 16
_OPEN_TRIES = 5
_TOKENS_IN_MEMORY = 30_000
_BLOCK = 5_000


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into a generation: a letter with its chunks and their vectors."""

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
            self.letters = opened.enter_context(closing(Letters(folder / _LETTERS, manifest["letters"])))
            self._lexical = opened.enter_context(closing(Lexical(folder / _LEXICAL)))
            try:
                self._tokens = opened.enter_context(closing(MappedArray(folder / _TOKENS, np.int8)))
                self._pooled = opened.enter_context(closing(MappedArray(folder / _POOLED, np.float32)))
                self._sentences = np.load(folder / _SENTENCES, mmap_mode="r", allow_pickle=False)
                samples = np.load(folder / _SAMPLES, allow_pickle=False)
                # unpacked once where they are few
                few = self._tokens.count <= _TOKENS_IN_MEMORY
                self._unpacked = unpack(self._tokens.read([(0, self._tokens.count)])) if few else None
            except (OSError, ValueError, EOFError) as error:
                raise BrokenGeneration(f"the vectors in {folder} can't be read: {error}") from error
            expected = (_chroma_identity(identity), self._lexical.count, samples)
            dense = RemoteDense(place, *expected) if place else Dense(folder / _DENSE, *expected)
            self._dense = opened.enter_context(closing(dense))
            self._opened = opened.pop_all()

    def lease(self, file: BinaryIO) -> None:
        """Keep a file open until `close`: the lock on it keeps the generation from being removed."""
        self._opened.enter_context(file)

    def search_dense(self, vector: Vector, top_k: int, letters: Sequence[str] = ()) -> list[tuple[int, float]]:
        """Return (row, cosine similarity) of the nearest chunks, best first.

        Some letters' are compared one by one: Chroma takes half a second for a third of 100,000.
        """
        if not letters:
            return self._dense.search(vector, top_k)
        parts = self._lexical.parts_of(letters)
        similarities = self._pooled.multiply(parts, vector)
        numbers = np.concatenate([np.empty(0, np.int64), *(np.arange(first, end) for first, end in parts)])
        best = np.argsort(-similarities, kind="stable")[:top_k]
        return [(int(numbers[i]), float(similarities[i])) for i in best]

    def search_terms(self, terms: Sequence[str], top_k: int, letters: Sequence[str] = ()) -> list[tuple[int, float]]:
        """Return (row, BM25 score) of the chunks that hold any of the terms, best first."""
        return self._lexical.search(terms, top_k, letters)

    def mentions(
        self, groups: Iterable[Iterable[Sequence[str]]], letters: Sequence[str] = ()
    ) -> list[tuple[str, str, float]]:
        """Return (letter, paragraph, BM25 score) of the paragraphs that mention something in every group."""
        return self._lexical.mentions(groups, letters)

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """Return the rows with these numbers, in their order."""
        return self._lexical.rows(numbers)

    def rows_of(self, paragraph_ids: Sequence[str]) -> list[Row]:
        """Return all rows of some paragraphs."""
        return self._lexical.rows_of(paragraph_ids)

    def noted(self, mark: str, letters: Sequence[str] = ()) -> list[str]:
        """Return the ids of the paragraphs that bear a footnote with this mark, of some letters or of all."""
        return self._lexical.noted(mark, letters)

    def document_frequencies(self, terms: Iterable[str]) -> Mapping[str, int]:
        """Return in how many chunks each term stands."""
        return self._lexical.document_frequencies(terms)

    def terms_beginning(self, start: str, lengths: tuple[int, int] | None = None) -> list[str]:
        """Return the terms that begin so, of lengths between these two or of any."""
        return self._lexical.terms_beginning(start, *([lengths] if lengths else []))

    def terms_ending(self, end: str) -> list[str]:
        """Return the terms that end so."""
        return self._lexical.terms_ending(end)

    @property
    def size(self) -> int:
        """The number of rows."""
        return self._lexical.count

    def tokens_of(self, rows: Sequence[Row]) -> tuple[Matrix, npt.NDArray[np.int16]]:
        """Return the rows' token vectors, one after the other, (t, d), and the sentence each token stands in (t,)."""
        parts = [(row.first_token, row.end_token) for row in rows]
        if self._unpacked is not None:
            tokens = np.concatenate([self._unpacked[first:end] for first, end in parts])
        else:
            tokens = unpack(self._tokens.read(parts))
        return tokens, self._sentences_of(rows)

    def match(self, vectors: Matrix, rows: Sequence[Row]) -> tuple[Matrix, npt.NDArray[np.int16]]:
        """Return the cosines (n, t) of unit vectors (n, d) with the rows' t tokens, and the tokens' sentences (t,)."""
        if self._unpacked is not None:
            tokens, sentences = self.tokens_of(rows)
            return vectors @ tokens.T, sentences
        packed = self._tokens.read([(row.first_token, row.end_token) for row in rows])
        return multiply_packed(vectors, packed), self._sentences_of(rows)

    def _sentences_of(self, rows: Sequence[Row]) -> npt.NDArray[np.int16]:
        return np.concatenate([self._sentences[row.first_token : row.end_token] for row in rows])

    def lost(self) -> int:
        """Return how many rows are not found by their own pooled vector; in a large sound index a few in a thousand."""
        starts = range(0, self._pooled.count, _BLOCK)
        return sum(len(self._dense.lost(self._pooled.read([(start, start + _BLOCK)]))) for start in starts)

    def close(self) -> None:
        """Let go of the files; an older generation may then be removed."""
        self._opened.close()


def build_generation(
    generations: Path, contents: Iterable[Content], identity: Identity, server: Server | None = None
) -> dict[str, str]:
    """Build a generation, check it, make it the current one and remove those that nobody reads; return its digests.

    The contents are taken one by one, and let go of. The caller holds the right to write. A crash at any moment
    leaves the old generation current. With a `server`, the pooled vectors are searched there; all else stands in the
    folder.

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
    return letters


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


def _current_name(generations: Path) -> str:
    try:
        name = read_file(generations / _CURRENT).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenGeneration("there is no index yet") from error
    if not name.isalnum():
        raise BrokenGeneration(f"{generations / _CURRENT} is damaged")
    return name


def _write_parts(folder: Path, contents: Iterable[Content], identity: Identity, place: Place | None) -> dict[str, str]:
    """Write all files of a generation and return the letters in it, with their digests."""
    letters, metadata = _write_contents(folder, contents, identity.dimension)
    pooled = np.load(folder / _POOLED, mmap_mode="r" if metadata else None, allow_pickle=False)
    if place:
        upload_dense(place, pooled, metadata, _chroma_identity(identity))
    else:
        build_dense(folder / _DENSE, pooled, metadata, _chroma_identity(identity))
    np.save(folder / _SAMPLES, pooled[:: max(len(pooled) // _MOST_SAMPLES, 1)])
    fingerprint = hashlib.sha256(json.dumps([letters, asdict(identity)], sort_keys=True).encode()).hexdigest()[:16]
    manifest = {
        "format": FORMAT,
        "identity": asdict(identity),
        "letters": letters,
        "dense": place.written() if place else None,
        "fingerprint": fingerprint,
        "files": seal_files(folder),
    }
    (folder / _LEASE).touch()
    write_file(folder / _MANIFEST, json.dumps(manifest).encode())
    return letters


def _write_contents(folder: Path, contents: Iterable[Content], width: int) -> tuple[dict[str, str], list[Metadata]]:
    """Write letters, terms and vectors, letter by letter; return the letters' digests and what Chroma is told."""
    digests: dict[str, str] = {}
    metadata: list[Metadata] = []
    with (
        new_database(folder / _LETTERS, LETTERS_SCHEMA) as letters,
        new_database(folder / _LEXICAL, LEXICAL_SCHEMA) as terms,
        new_array(folder / _TOKENS, np.int8, width) as tokens,
        new_array(folder / _SENTENCES, np.int16) as sentences,
        new_array(folder / _POOLED, np.float32, width) as pooled,
    ):
        for content in contents:
            digests[content.letter.id] = add_letter(letters, content.letter)
            add_chunks(terms, len(metadata), content.chunks, content.vectors.bounds + tokens.count)
            metadata += _metadata(content)
            tokens.append(content.vectors.tokens)
            sentences.append(content.vectors.sentences)
            pooled.append(content.vectors.pooled)
        finish_terms(terms)
    return digests, metadata


def _metadata(content: Content) -> list[Metadata]:
    """One entry a chunk; Chroma takes no empty values and filters dates as numbers."""
    day = content.letter.date
    number = day.year * 10_000 + day.month * 100 + day.day if day else 0
    return [
        {
            "letter": content.letter.id,
            "paragraph": chunk.paragraph_id,
            "section": chunk.context,
            "date": number,
            "language": chunk.language,
        }
        for chunk in content.chunks
    ]


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
        if not (folder / _LEASE).exists():  # whoever was removing it was killed
            shutil.rmtree(folder, ignore_errors=True)
            continue
        with suppress(OSError), open_file(folder / _LEASE) as lease:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
