"""The vectors of letters: made in batches, the longest passages first, and kept by what they were made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ingest.chunk import chunk_letter
from ingest.embed import Embedder
from ingest.home import Home
from ingest.letter import Chunk, Letter
from ingest.vectors import ChunkVectors, encode_all, save_vectors, vectors_key

# Passages encoded at once, at least; their token vectors take up to a megabyte each until they are packed.
_BATCH = 128


def embed_letters(
    home: Home, letter_ids: Sequence[str], embedder: Embedder, progress: Callable[[int, int], None]
) -> None:
    """Make and keep the vectors of letters that have none yet, some letters at a time.

    Raises:
        HomeUnusable: the home can't be written, or a letter is damaged.
    """
    batch: dict[Path, tuple[Chunk, ...]] = {}
    for done, letter_id in enumerate(letter_ids, 1):
        chunks, path = chunk_for(home, home.load(letter_id), embedder)
        if not path.exists():
            batch[path] = chunks
        if sum(map(len, batch.values())) >= _BATCH or done == len(letter_ids):
            if batch:
                for kept, vectors in zip(batch, encode_all(list(batch.values()), embedder), strict=True):
                    keep_vectors(home, vectors, kept)
            batch.clear()
            progress(done, len(letter_ids))


def chunk_for(home: Home, letter: Letter, embedder: Embedder) -> tuple[tuple[Chunk, ...], Path]:
    """Return a letter's chunks and where their vectors are kept."""
    chunks = chunk_letter(letter, embedder.count_tokens, embedder.most_tokens)
    return chunks, home.vectors_folder / f"{vectors_key(chunks, embedder.identity)}.npz"


def keep_vectors(home: Home, vectors: ChunkVectors, path: Path) -> None:
    """Write vectors whole or not at all.

    Raises:
        HomeUnusable: no space, no permission, …
    """
    with home.explained():
        aside = path.with_suffix(".part")
        try:
            save_vectors(vectors, aside)
            aside.replace(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
