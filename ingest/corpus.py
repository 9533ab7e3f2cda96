"""The letters of a home and the index that holds just these: opened as it is, checked, or built from the letters."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.embed import Embedder
from ingest.embedding import chunk_for, keep_vectors
from ingest.errors import BrokenGeneration
from ingest.home import Home
from ingest.index import Content, Index, Letters, build_generation, open_current
from ingest.letter import Letter
from ingest.vectors import encode_chunks, load_vectors

Progress = Callable[[str, int, int], None]
# Chroma's search is approximate: in a large index it misses one now and then
_MOST_UNFOUND = 0.01


@dataclass(frozen=True, slots=True)
class Corpus:
    """The letters by id, and the index that holds just these."""

    letters: Letters
    index: Index

    def close(self) -> None:
        """Let go of the index, and of the letters in it."""
        self.index.close()


def open_as_it_is(home: Home, embedder: Embedder, *, whole: bool = False) -> Corpus:
    """Open letters and index, mending nothing; with `whole`, every byte of both is checked.

    The letters of the home are compared with those in the index by their digests, and those in the index are read.

    Raises:
        BrokenGeneration: there is no index, or it fails a check.
        HomeUnusable: a letter is damaged.
    """
    if whole:
        deque(home.load_each(), maxlen=0)
    index = open_current(home.generations_folder, embedder.identity, home.digests(), home.server, whole=whole)
    return Corpus(index.letters, index)


def check_index(home: Home, embedder: Embedder, *, whole: bool = False) -> tuple[int, int]:
    """Open the index as it is and return how many letters and chunks it holds.

    With `whole`, every byte of it is checked, and that its vectors are found.

    Raises:
        BrokenGeneration: it fails a check.
    """
    corpus = open_as_it_is(home, embedder, whole=whole)
    try:
        if whole and (lost := corpus.index.lost()) > corpus.index.size * _MOST_UNFOUND:
            raise BrokenGeneration(f"the index has lost {lost} vectors")
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
    with home.explained():
        built = build_generation(
            home.generations_folder, _contents(home, embedder, progress), embedder.identity, home.server
        )
    for letter_id, digest in home.digests().items():
        if digest != built[letter_id]:  # an older version knew less of a letter
            home.save(home.load(letter_id))


def _contents(home: Home, embedder: Embedder, progress: Progress | None) -> Iterator[Content]:
    count = len(home.letter_ids())
    for done, letter in enumerate(home.load_each()):
        if progress:
            progress("indexing", done, count)
        yield _content(home, letter, embedder)
    if progress:
        progress("indexing", count, count)


def _content(home: Home, letter: Letter, embedder: Embedder) -> Content:
    chunks, path = chunk_for(home, letter, embedder)
    vectors = load_vectors(path)
    if vectors is None:
        vectors = encode_chunks(chunks, embedder)
        keep_vectors(home, vectors, path)
    return Content(letter, chunks, vectors)
