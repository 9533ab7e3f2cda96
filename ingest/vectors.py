"""Chunks into vectors, kept by what they were made from."""

from __future__ import annotations

import hashlib
import zipfile
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.embed import Embedder, Encoded, Identity, Matrix, normalise, unit
from ingest.files import open_file
from ingest.letter import Chunk

NO_SENTENCE = -1
Packed = npt.NDArray[np.int8]
"""Shape (t, d): directions of token vectors, see `pack`."""
_FORMAT = 2
_MOST, _SMALLEST = 127, 1e-12


@dataclass(frozen=True, slots=True)
class ChunkVectors:
    """The vectors of n chunks: one pooled each, and one for each of their t tokens.

    `pooled` is (n, d) float32; `tokens` (t, d) int8, see `pack`; chunk i owns the tokens `bounds[i]:bounds[i + 1]`;
    `sentences` (t,) int16 is the number in its paragraph of the sentence a token stands in, or NO_SENTENCE.
    """

    pooled: Matrix
    tokens: Packed
    bounds: npt.NDArray[np.int64]
    sentences: npt.NDArray[np.int16]


def pack(vectors: Matrix) -> Packed:
    """Return unit vectors (t, d) in a quarter of their size: each divided by its largest component, in 8 bits.

    Only the direction is kept, which is all that a unit vector has; it turns by less than two degrees.
    """
    largest = np.abs(vectors).max(axis=-1, keepdims=True, initial=_SMALLEST)
    return np.asarray(np.rint(vectors * (_MOST / largest)), np.int8)


def unpack(packed: Packed) -> Matrix:
    """Return packed vectors as unit vectors."""
    return unit(packed.astype(np.float32))


def vectors_key(chunks: Sequence[Chunk], identity: Identity) -> str:
    """Return a digest of everything the vectors depend on."""
    digest = hashlib.sha256(repr((_FORMAT, astuple(identity))).encode())
    for chunk in chunks:
        digest.update(repr((chunk.context, chunk.sentences, chunk.first)).encode())
    return digest.hexdigest()[:32]


def encode_all(letters: Sequence[Sequence[Chunk]], embedder: Embedder) -> list[ChunkVectors]:
    """Encode the chunks of several letters at once; each by itself, so that no vector depends on its neighbours.

    The longest come first: at the end nobody waits for one who has just begun on a long one.
    """
    passages = [passage_of(chunk) for chunks in letters for chunk in chunks]
    order = sorted(range(len(passages)), key=lambda place: -len(passages[place][0]))
    encoded = dict(zip(order, embedder.encode_passages([passages[place][0] for place in order]), strict=True))
    vectors, first = [], 0
    for chunks in letters:
        places = range(first, first + len(chunks))
        starts = [passages[place][1] for place in places]
        vectors.append(_assemble(chunks, starts, [encoded.pop(place) for place in places], embedder.identity.dimension))
        first += len(chunks)
    return vectors


def encode_chunks(chunks: Sequence[Chunk], embedder: Embedder) -> ChunkVectors:
    """Encode every chunk of a letter under its heading."""
    return encode_all([chunks], embedder)[0]


def _assemble(
    chunks: Sequence[Chunk], starts: Sequence[list[int]], texts: Sequence[Encoded], dimension: int
) -> ChunkVectors:
    """Return the vectors of one letter's chunks, from those of their passages."""
    places = [
        _sentence_of_tokens(encoded.spans, begins, chunk.first)
        for chunk, begins, encoded in zip(chunks, starts, texts, strict=True)
    ]
    return ChunkVectors(
        np.stack([encoded.pooled for encoded in texts]) if texts else np.empty((0, dimension), np.float32),
        np.concatenate([np.empty((0, dimension), np.int8), *(pack(encoded.tokens) for encoded in texts)]),
        np.cumsum([0, *(len(encoded.tokens) for encoded in texts)], dtype=np.int64),
        np.concatenate([np.empty(0, np.int16), *places]),
    )


def save_vectors(vectors: ChunkVectors, path: Path) -> None:
    """Write the vectors to a file."""
    with path.open("wb") as file:
        np.savez(
            file,
            pooled=vectors.pooled,
            tokens=vectors.tokens,
            bounds=vectors.bounds,
            sentences=vectors.sentences,
        )


def load_vectors(path: Path) -> ChunkVectors | None:
    """Read vectors back; `None` when the file is missing or damaged, for they can be made again."""
    try:
        with open_file(path) as file, np.load(file, allow_pickle=False) as stored:
            return ChunkVectors(stored["pooled"], stored["tokens"], stored["bounds"], stored["sentences"])
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile):
        return None


def passage_of(chunk: Chunk) -> tuple[str, list[int]]:
    """Return the text to encode and where each sentence starts in it, both as the tokenizer gets them."""
    text = f"{normalise(chunk.context)}. " if chunk.context else ""
    starts: list[int] = []
    for sentence in chunk.sentences:
        starts.append(len(text))
        text += normalise(sentence) + " "
    return text.rstrip(" "), starts


def _sentence_of_tokens(spans: Sequence[tuple[int, int]], starts: list[int], first: int) -> npt.NDArray[np.int16]:
    places = []
    for start, end in spans:
        # a token may begin with the blank before its word, so its last character tells where it stands
        index = bisect_right(starts, max(end - 1, start)) - 1
        places.append(first + index if index >= 0 and end > start else NO_SENTENCE)
    return np.array(places, np.int16)
