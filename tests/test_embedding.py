"""Vectors in batches: the same as one by one, the longest passages first, and only where there are none yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest.embed import Encoded
from ingest.embedding import chunk_for, embed_letters
from ingest.home import Home
from ingest.reading import read_letter
from ingest.vectors import encode_chunks, load_vectors
from tests.drawn import LETTER, DrawnEmbedder


class Counting(DrawnEmbedder):
    """Remembers what it was given, a batch each."""

    batches: list[list[str]] = []  # noqa: RUF012

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        self.batches.append(list(texts))
        return super().encode_passages(texts)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    for number, subject in enumerate(("dijken", "hoofdvaarwegen", "treinen en bussen", "bos", "vuur")):
        path = tmp_path / f"{subject}.txt"
        path.write_text(LETTER.format(subject=subject, time=number), encoding="utf-8")
        made.save(read_letter(path))
    return made


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_batch_gives_what_each_letter_gives_by_itself(home: Home, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("ingest.embedding._BATCH", size)
    embedder, told = Counting(), list[tuple[int, int]]()
    embedder.batches.clear()
    embed_letters(home, home.letter_ids(), embedder, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (5, 5)
    assert all(list(map(len, batch)) == sorted(map(len, batch), reverse=True) for batch in embedder.batches)
    passages = sum(map(len, embedder.batches))
    assert len(embedder.batches) == {1: 5, 7: 3, 1000: 1}[size]
    for letter in home.load_each():
        chunks, path = chunk_for(home, letter, embedder)
        kept, alone = load_vectors(path), encode_chunks(chunks, DrawnEmbedder())
        passages -= len(chunks)
        for field in ("pooled", "tokens", "bounds", "sentences"):
            assert np.array_equal(getattr(kept, field), getattr(alone, field))
    assert passages == 0


def test_what_is_there_is_not_made_again(home: Home) -> None:
    embedder = Counting()
    embed_letters(home, home.letter_ids()[:3], embedder, lambda done, total: None)
    embedder.batches.clear()
    embed_letters(home, home.letter_ids(), embedder, lambda done, total: None)
    assert len(embedder.batches) == 1
    embedder.batches.clear()
    embed_letters(home, home.letter_ids(), embedder, lambda done, total: None)
    assert embedder.batches == []
    assert len(list(home.vectors_folder.iterdir())) == 5
