"""Pooled vectors in Chroma: the only module that knows chromadb."""

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
            configuration={"hnsw": {"space": "cosine", "ef_search": 100}},
        )
        for start in range(0, len(vectors), _BATCH):
            stop = min(start + _BATCH, len(vectors))
            collection.add(
                ids=[str(row) for row in range(start, stop)],
                embeddings=vectors[start:stop],
                metadatas=list(metadata[start:stop]),
            )
    finally:
        _close(client)


class Dense:
    """A read-only view on the pooled vectors of one generation."""

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
            stored = self._collection.metadata or {}
            if any(stored.get(key) != value for key, value in identity.items()):
                raise BrokenGeneration(f"{folder} was made by another embedder: {stored}")
            if self._collection.count() != rows:
                raise BrokenGeneration(f"{folder} holds {self._collection.count()} vectors, not {rows}")
            if len(self.lost(samples)) > len(samples) * _MOST_UNFOUND:
                raise BrokenGeneration(f"{folder} has lost vectors")
            self._opened = opened.pop_all()

    def search(self, vector: Vector, top_k: int) -> list[tuple[int, float]]:
        """Return (row, cosine similarity) of the nearest chunks, best first."""
        with _as_broken("the index"):
            found = self._collection.query(query_embeddings=[vector], n_results=top_k, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return [(int(row), 1.0 - float(distance)) for row, distance in zip(found["ids"][0], distances, strict=True)]

    def lost(self, vectors: Matrix) -> list[int]:
        """Return the rows i that are not found by `vectors[i]`."""
        missing = []
        with _as_broken("the index"):
            for start in range(0, len(vectors), _BATCH):
                batch = vectors[start : start + _BATCH]
                found = self._collection.query(query_embeddings=batch, n_results=1, include=["distances"])
                distances = found["distances"] or [[] for _ in batch]
                missing += [start + row for row, nearest in enumerate(distances) if not nearest or nearest[0] > _SAME]
        return missing

    def close(self) -> None:
        """Let go of the database files."""
        self._opened.close()


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
