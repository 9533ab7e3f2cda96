"""Chunks into vectors and back from a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.chunk import chunk_letter
from ingest.embed import Embedder, Identity, unit
from ingest.letter import Chunk
from ingest.pipeline import bundled_files
from ingest.reading import read_letter
from ingest.vectors import (
    NO_SENTENCE,
    ChunkVectors,
    encode_chunks,
    load_vectors,
    pack,
    save_vectors,
    unpack,
    vectors_key,
)

CHUNKS = (
    Chunk("a#nl1", "a", "a/kop/1", "nl", ("Het kabinet deelt dit.", "De NAVO ook."), 3, "Defensie-uitgaven"),
    Chunk("a#nl2", "a", "a/kop/2", "nl", ("Eén zin met ﬁjne “tekens” en CO².",), 0, ""),
)
IDENTITY = Identity("model", "1", "query: ", "passage: ", 384)


@pytest.fixture(scope="module")
def vectors(embedder: Embedder) -> ChunkVectors:
    return encode_chunks(CHUNKS, embedder)


def assert_same(one: ChunkVectors, other: ChunkVectors) -> None:
    for field in ("pooled", "tokens", "bounds", "sentences"):
        assert np.array_equal(getattr(one, field), getattr(other, field))
        assert getattr(one, field).dtype == getattr(other, field).dtype


def test_every_chunk_owns_its_stretch_of_tokens(vectors: ChunkVectors, embedder: Embedder) -> None:
    assert vectors.pooled.shape == (2, embedder.identity.dimension)
    assert vectors.tokens.shape == (vectors.bounds[-1], embedder.identity.dimension)
    assert len(vectors.sentences) == len(vectors.tokens)
    assert list(vectors.bounds) == sorted(set(vectors.bounds))
    assert vectors.bounds[0] == 0


def test_tokens_know_their_sentence_and_those_of_the_heading_have_none(vectors: ChunkVectors) -> None:
    first, second = (vectors.sentences[vectors.bounds[i] : vectors.bounds[i + 1]] for i in (0, 1))
    assert set(first) == {NO_SENTENCE, 3, 4}
    assert set(second) == {NO_SENTENCE, 0}
    counted = [number for number in first if number != NO_SENTENCE]
    assert counted == sorted(counted)
    assert (first == NO_SENTENCE).sum() > (second == NO_SENTENCE).sum()


def test_every_sentence_of_the_bundled_letter_has_tokens(embedder: Embedder) -> None:
    letter = read_letter(bundled_files()[0])
    chunks = chunk_letter(letter, embedder.count_tokens, embedder.most_tokens)[:12]
    vectors = encode_chunks(chunks, embedder)
    for position, chunk in enumerate(chunks):
        numbers = set(vectors.sentences[vectors.bounds[position] : vectors.bounds[position + 1]])
        assert numbers - {NO_SENTENCE} == set(range(chunk.first, chunk.first + len(chunk.sentences)))


def test_packing_turns_a_vector_by_less_than_two_degrees() -> None:
    random = np.random.default_rng(3)
    vectors = unit(random.normal(size=(500, 384)).astype(np.float32) ** 3)
    cosines = (vectors * unpack(pack(vectors))).sum(axis=1)
    assert cosines.min() > np.cos(np.radians(2))


def test_a_zero_vector_stays_zero_when_packed() -> None:
    assert not unpack(pack(np.zeros((2, 384), np.float32))).any()


def test_vectors_do_not_depend_on_the_chunks_beside_them(vectors: ChunkVectors, embedder: Embedder) -> None:
    alone = encode_chunks(CHUNKS[1:], embedder)
    assert np.array_equal(alone.pooled[0], vectors.pooled[1])
    assert np.array_equal(alone.tokens, vectors.tokens[vectors.bounds[1] :])


def test_no_chunks_give_empty_vectors_of_the_right_width(embedder: Embedder, tmp_path: Path) -> None:
    empty = encode_chunks((), embedder)
    assert empty.pooled.shape == empty.tokens.shape == (0, embedder.identity.dimension)
    save_vectors(empty, tmp_path / "leeg.npz")
    loaded = load_vectors(tmp_path / "leeg.npz")
    assert loaded
    assert_same(loaded, empty)


def test_saved_vectors_come_back_to_the_bit(vectors: ChunkVectors, tmp_path: Path) -> None:
    path = tmp_path / "vectors.part"
    save_vectors(vectors, path)
    loaded = load_vectors(path)
    assert loaded
    assert_same(loaded, vectors)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_counts_as_missing(vectors: ChunkVectors, tmp_path: Path, share: float) -> None:
    path = tmp_path / "vectors.npz"
    save_vectors(vectors, path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert load_vectors(path) is None


@pytest.mark.parametrize("place", [0.001, 0.2, 0.5, 0.8])
def test_a_file_with_garbage_in_it_counts_as_missing(vectors: ChunkVectors, tmp_path: Path, place: float) -> None:
    path = tmp_path / "vectors.npz"
    save_vectors(vectors, path)
    data = bytearray(path.read_bytes())
    start = int(len(data) * place)
    data[start : start + 64] = b"\xa5" * 64
    path.write_bytes(data)
    assert load_vectors(path) is None


@pytest.mark.parametrize("content", [b"not vectors", b"PK\x03\x04", b"\x93NUMPY\x01\x00", b"\x80\x04K\x01."])
def test_another_file_counts_as_missing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vectors.npz"
    path.write_bytes(content)
    assert load_vectors(path) is None


@pytest.mark.parametrize("damage", ["a single array", "an array too few"])
def test_an_archive_of_something_else_counts_as_missing(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "vectors.npz"
    with path.open("wb") as file:
        if damage == "a single array":
            np.save(file, np.zeros(3))
        else:
            np.savez(file, pooled=np.zeros((1, 2)))
    assert load_vectors(path) is None


def test_missing_vectors_and_a_folder_in_their_place_count_as_missing(tmp_path: Path) -> None:
    assert load_vectors(tmp_path / "weg.npz") is None
    assert load_vectors(tmp_path) is None


def test_the_key_is_the_same_for_the_same_and_safe_in_a_file_name() -> None:
    key = vectors_key(CHUNKS, IDENTITY)
    assert key == vectors_key(list(CHUNKS), replace(IDENTITY))
    assert key.isalnum()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(vectors_key(CHUNKS[:1], IDENTITY), id="fewer-chunks"),
        pytest.param(vectors_key(CHUNKS[::-1], IDENTITY), id="other-order"),
        pytest.param(vectors_key((replace(CHUNKS[0], context="Cyber"), CHUNKS[1]), IDENTITY), id="other-heading"),
        pytest.param(vectors_key((replace(CHUNKS[0], first=4), CHUNKS[1]), IDENTITY), id="other-sentence-number"),
        pytest.param(
            vectors_key((replace(CHUNKS[0], sentences=("Het kabinet deelt dit. De NAVO ook.",)), CHUNKS[1]), IDENTITY),
            id="other-sentences",
        ),
        pytest.param(vectors_key(CHUNKS, replace(IDENTITY, revision="2")), id="other-revision"),
        pytest.param(vectors_key(CHUNKS, replace(IDENTITY, passage_prefix="")), id="other-prefix"),
    ],
)
def test_the_key_changes_with_whatever_the_vectors_depend_on(other: str) -> None:
    assert other != vectors_key(CHUNKS, IDENTITY)
