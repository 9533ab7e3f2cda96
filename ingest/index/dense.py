"""Pooled vectors in Chroma, in a folder; with `remote.py`, for a server, the only modules that know chromadb."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ingest.embed import Matrix, Vector
from ingest.errors import BrokenGeneration
from ingest.offline import stay_offline

COLLECTION = "paragraphs"
CONFIGURATION: Any = {"hnsw": {"space": "cosine", "ef_search": 100}}
_DATABASE = "chroma.sqlite3"
_BATCH = 2_000
_SAME = 1e-3
# The search is approximate: in a large index it may miss one. What Chroma loses, it loses by the thousand.
_MOST_UNFOUND = 0.1
# Chroma shares one system among the clients of a folder, and loses count when two threads come and go at once.
_COUNTING = threading.Lock()

Metadata = dict[str, str | int]


def build_dense(folder: Path, vectors: Matrix, metadata: Sequence[Metadata], identity: dict[str, str | int]) -> None:
    """Write row i of `vectors` under the id `str(i)`; closes the database, so that the folder can be renamed.

    Raises:
        OSError: no space or no permission.
    """
    import chromadb.errors

    try:
        _fill(folder, vectors, metadata, identity)
    except (chromadb.errors.ChromaError, ValueError) as error:
        raise OSError(f"Chroma could not write in {folder}: {error}") from error


def _fill(folder: Path, vectors: Matrix, metadata: Sequence[Metadata], identity: dict[str, str | int]) -> None:
    client = _client(folder)
    try:
        collection = client.create_collection(
            COLLECTION,
            embedding_function=None,
            metadata=identity,
            configuration=CONFIGURATION,
        )
        for batch in batches(vectors, metadata, _BATCH):
            collection.add(**batch)
    finally:
        _close(client)


def batches(vectors: Matrix, metadata: Sequence[Metadata], size: int) -> Iterator[dict[str, Any]]:
    """Yield what Chroma adds at once; row i of `vectors` has the id `str(i)`."""
    for start in range(0, len(vectors), size):
        stop = min(start + size, len(vectors))
        yield {
            "ids": [str(row) for row in range(start, stop)],
            "embeddings": vectors[start:stop],
            "metadatas": list(metadata[start:stop]),
        }


class Dense:
    """A read-only view on the pooled vectors of one generation."""

    _batch = _BATCH

    def __init__(self, folder: Path, identity: dict[str, str | int], rows: int, samples: Matrix) -> None:
        """Open the collection and check that it finds the sample vectors, which Chroma may have lost silently.

        Raises:
            BrokenGeneration: unreadable, made by another embedder, or not whole.
        """
        with _as_broken(folder), ExitStack() as opened:
            if not os.access(folder / _DATABASE, os.W_OK):
                # Chroma writes when it opens, so what can't be written is read from a copy
                copy = opened.enter_context(TemporaryDirectory(prefix="kamervraag-", ignore_cleanup_errors=True))
                _copy_contents(folder, Path(copy))
                folder = Path(copy)
            self._client = _client(folder)
            opened.callback(_close, self._client)
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
            self._check(folder, identity, rows, samples)
            self._opened = opened.pop_all()

    def search(self, vector: Vector, top_k: int) -> list[tuple[int, float]]:
        """Return (row, cosine similarity) of the nearest chunks, best first."""
        found = self._query([vector], top_k)
        distances = (found["distances"] or [[]])[0]
        return [(int(row), 1.0 - float(distance)) for row, distance in zip(found["ids"][0], distances, strict=True)]

    def lost(self, vectors: Matrix) -> list[int]:
        """Return the rows i that are not found by `vectors[i]`."""
        missing = []
        for start in range(0, len(vectors), self._batch):
            batch = vectors[start : start + self._batch]
            distances = self._query(batch, 1)["distances"] or [[] for _ in batch]
            missing += [start + row for row, nearest in enumerate(distances) if not nearest or nearest[0] > _SAME]
        return missing

    def close(self) -> None:
        """Let go of the database files."""
        self._opened.close()

    def _query(self, vectors: Any, count: int) -> Any:
        with _as_broken("the index"):
            return self._collection.query(query_embeddings=vectors, n_results=count, include=["distances"])

    def _count(self) -> int:
        return int(self._collection.count())

    def _check(self, place: object, identity: dict[str, str | int], rows: int, samples: Matrix) -> None:
        stored = self._collection.metadata or {}
        if any(stored.get(key) != value for key, value in identity.items()):
            raise BrokenGeneration(f"{place} was made by another embedder: {stored}")
        if (count := self._count()) != rows:
            raise BrokenGeneration(f"{place} holds {count} vectors, not {rows}")
        if len(self.lost(samples)) > len(samples) * _MOST_UNFOUND:
            raise BrokenGeneration(f"{place} has lost vectors")


def _copy_contents(folder: Path, target: Path) -> None:
    """Copy files without their permissions."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        copy = target / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _client(folder: Path) -> Any:
    stay_offline()
    import chromadb
    from chromadb.config import Settings

    with _COUNTING:
        return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _close(client: Any) -> None:
    with _COUNTING:
        client.close()


@contextmanager
def _as_broken(place: object) -> Iterator[None]:
    """Turn Chroma's errors into one that has the index rebuilt."""
    import chromadb.errors

    try:
        yield
    except (chromadb.errors.ChromaError, ValueError, OSError) as error:
        raise BrokenGeneration(f"{place} can't be read by Chroma: {error}") from error
