"""The letters of a home and the index that holds just these: opened as it is, checked, or built from the letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ingest.embed import Embedder, Matrix
from ingest.embedding import chunk_for, keep_vectors
from ingest.errors import BrokenGeneration
from ingest.home import Home
from ingest.index import Content, Index, build_generation, letter_digest, open_current
from ingest.letter import Letter
from ingest.vectors import encode_chunks, load_vectors

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The letters by id, and the index that holds just these."""

    letters: dict[str, Letter]
    index: Index

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()


def open_as_it_is(home: Home, embedder: Embedder, *, whole: bool = False) -> Corpus:
    """Open letters and index, mending nothing; with `whole`, every byte of the index is checked.

    Raises:
        BrokenGeneration: there is no index, or it fails a check.
        HomeUnusable: a letter is damaged.
    """
    letters = home.load_all()
    digests = {letter_id: letter_digest(letter) for letter_id, letter in letters.items()}
    return Corpus(letters, open_current(home.generations_folder, embedder.identity, digests, whole=whole))


def check_index(home: Home, embedder: Embedder, *, whole: bool = False) -> tuple[int, int]:
    """Open the index as it is and return how many letters and chunks it holds.

    With `whole`, every byte of it is checked, and that every vector which the home keeps is found in it.

    Raises:
        BrokenGeneration: it fails a check.
    """
    corpus = open_as_it_is(home, embedder, whole=whole)
    try:
        if whole and (lost := corpus.index.lost(_kept_vectors(home, corpus, embedder))):
            raise BrokenGeneration(f"the index has lost {len(lost)} vectors")
        return len(corpus.letters), corpus.index.size
    finally:
        corpus.close()


def is_stale(home: Home, embedder: Embedder) -> bool:
    """Whether the index has to be built again."""
    try:
        check_index(home, embedder)
    except BrokenGeneration:
        return True
    return False


def build_corpus(home: Home, embedder: Embedder, progress: Progress | None = None) -> None:
    """Build the index from the letters and the vectors that are kept; the caller holds the right to write.

    Raises:
        HomeUnusable: the home can't be used, or a letter is damaged.
    """
    letters = home.load_all().values()
    contents = []
    for done, letter in enumerate(letters):
        if progress:
            progress("indexing", done, len(letters))
        contents.append(_content(home, letter, embedder))
    with home.explained():
        build_generation(home.generations_folder, contents, embedder.identity)
    if progress:
        progress("indexing", len(letters), len(letters))


def _kept_vectors(home: Home, corpus: Corpus, embedder: Embedder) -> Matrix:
    """Return the pooled vectors of all rows, (n, d), or none where they are not all kept."""
    paths = [chunk_for(home, letter, embedder)[1] for letter in corpus.letters.values()]
    kept = [vectors.pooled for vectors in map(load_vectors, paths) if vectors is not None]
    whole = kept if len(kept) == len(paths) else []
    return np.concatenate([np.empty((0, embedder.identity.dimension), np.float32), *whole])


def _content(home: Home, letter: Letter, embedder: Embedder) -> Content:
    chunks, path = chunk_for(home, letter, embedder)
    vectors = load_vectors(path)
    if vectors is None:
        vectors = encode_chunks(chunks, embedder)
        keep_vectors(home, vectors, path)
    return Content(letter, chunks, vectors)
