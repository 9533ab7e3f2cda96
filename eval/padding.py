"""Letters in any number, to measure how an index grows: real sentences, shuffled into new paragraphs.

Encoding 100,000 paragraphs takes hours. A new paragraph's token vectors are those that its sentences had where they
come from, and its pooled vector their mean with some noise; how long a search takes depends on how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.chunk import chunk_letter
from ingest.embed import Embedder, Vector, unit
from ingest.index import Content
from ingest.letter import Chunk, Letter, Paragraph, Section
from ingest.reading import read_letter
from ingest.vectors import ChunkVectors, Packed, encode_chunks

_PARAGRAPHS, _SECTIONS = 25, 5
_FEWEST, _MOST = 2, 5
_NOISE = 0.02
_FIRST_DAY = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Donor:
    """A sentence with its token vectors and its chunk's pooled one."""

    text: str
    heading: str
    tokens: Packed
    pooled: Vector


def read_donors(paths: Sequence[Path], embedder: Embedder) -> tuple[tuple[Donor, ...], ...]:
    """Return the sentences of each letter."""
    return tuple(tuple(_donors_of(read_letter(path), embedder)) for path in paths)


def _donors_of(letter: Letter, embedder: Embedder) -> Iterator[Donor]:
    chunks = chunk_letter(letter, embedder.count_tokens, embedder.most_tokens)
    vectors = encode_chunks(chunks, embedder)
    for number, chunk in enumerate(chunks):
        part = slice(vectors.bounds[number], vectors.bounds[number + 1])
        for place, text in enumerate(chunk.sentences, chunk.first):
            kept = vectors.tokens[part][vectors.sentences[part] == place]
            if len(kept):
                yield Donor(text, chunk.context, kept, vectors.pooled[number])


def make_letters(donors: Sequence[Sequence[Donor]], paragraphs: int, seed: int = 1) -> Iterator[Content]:
    """Yield letters that hold so many paragraphs together, each letter of one donor's sentences."""
    random = np.random.default_rng(seed)
    for number, first in enumerate(range(0, paragraphs, _PARAGRAPHS)):
        own = donors[int(random.integers(len(donors)))]
        yield _make_letter(number, min(_PARAGRAPHS, paragraphs - first), own, random)


def _make_letter(number: int, paragraphs: int, donors: Sequence[Donor], random: np.random.Generator) -> Content:
    day = _FIRST_DAY + timedelta(days=number)
    letter_id = f"{day.isoformat()}-brief-{number}"
    chosen = [
        [donors[i] for i in random.integers(len(donors), size=random.integers(_FEWEST, _MOST + 1))]
        for _ in range(paragraphs)
    ]
    sections = tuple(
        Section(
            chosen[first][0].heading,
            1,
            tuple(
                _make_paragraph(f"{letter_id}/{first // _SECTIONS + 1}/{place}", place, own)
                for place, own in enumerate(chosen[first : first + _SECTIONS], 1)
            ),
        )
        for first in range(0, paragraphs, _SECTIONS)
    )
    letter = Letter(letter_id, f"Brief {number}", day, "", "", (), (), sections, (), source=f"{letter_id}.txt")
    chunks = tuple(
        Chunk(f"{paragraph.id}#nl1", letter_id, paragraph.id, "nl", tuple(one.text for one in own), 0, section.heading)
        for (section, paragraph), own in zip(letter.paragraphs(), chosen, strict=True)
    )
    return Content(letter, chunks, _make_vectors(chosen, random))


def _make_paragraph(paragraph_id: str, number: int, own: Sequence[Donor]) -> Paragraph:
    ends = np.cumsum([len(one.text) + 1 for one in own])
    spans = tuple((int(end) - len(one.text) - 1, int(end) - 1) for one, end in zip(own, ends, strict=True))
    return Paragraph(paragraph_id, number, "prose", " ".join(one.text for one in own), None, spans)


def _make_vectors(chosen: Sequence[Sequence[Donor]], random: np.random.Generator) -> ChunkVectors:
    means = np.stack([np.mean([one.pooled for one in own], axis=0) for own in chosen])
    noise: npt.NDArray[np.float32] = random.normal(scale=_NOISE, size=means.shape).astype(np.float32)
    sizes = [len(one.tokens) for own in chosen for one in own]
    places = [place for own in chosen for place in range(len(own))]
    return ChunkVectors(
        pooled=unit(means + noise),
        tokens=np.concatenate([one.tokens for own in chosen for one in own]),
        bounds=np.cumsum([0, *(sum(len(one.tokens) for one in own) for own in chosen)]),
        sentences=np.repeat(places, sizes).astype(np.int16),
    )
