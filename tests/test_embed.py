"""Texts into vectors: the int8 engine against its original, and questions that would break a weaker one."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.embed import Embedder, Encoded, OnnxEmbedder, load_embedder, normalise, unit
from ingest.errors import ModelUnavailable
from ingest.model.prepare import PreparedModel, find_prepared
from ingest.settings import Settings

SENTENCES = [
    "Hoeveel militairen heeft Nederland in Litouwen?",
    "How many Dutch troops are there in Lithuania?",
    "Het kabinet onderschrijft de conclusie van de Adviesraad dat dit van groot belang is.",
    "The government endorses the conclusion that NATO also has a role to play in nuclear arms control.",
    "Cyber",
    "€ 1,5 miljard, ofwel twee procent van het BBP (Kamerstuk 34 919, nr. 1)",
]
HOSTILE = {
    "empty": "",
    "blank": " \n\t ",
    "nul": "geld\0voor\0onderhoud",
    "lone-surrogate": "geld \ud83d voor onderhoud",
    "expanding": "\ufdfa" * 200,
    "long": "Wat zegt de brief over Rusland? " * 3_200,
    "one-long-word": "a" * 100_000,
    "emoji": "👩‍👩‍👧‍👦🇳🇱" * 20,
    "combining": "e" + "\u0301" * 500,
    "special-tokens": "<s></s><pad><mask><unk>",
}


@pytest.fixture(scope="module")
def original() -> Embedder:
    """Give the same model as sentence-transformers runs it."""
    models = Settings().models
    folder = find_prepared(models)
    assert folder
    return load_embedder(str(folder), models, threads=2)


def assert_well_formed(encoded: Encoded) -> None:
    assert np.isfinite(encoded.pooled).all()
    assert np.linalg.norm(encoded.pooled) == pytest.approx(1, abs=1e-4)
    assert len(encoded.tokens) == len(encoded.spans) > 0
    assert np.linalg.norm(encoded.tokens, axis=1) == pytest.approx(1, abs=1e-4)
    assert all(0 <= start <= end <= len(encoded.text) for start, end in encoded.spans)


@pytest.mark.slow
@pytest.mark.parametrize("text", SENTENCES)
def test_the_int8_engine_agrees_with_sentence_transformers(embedder: Embedder, original: Embedder, text: str) -> None:
    assert embedder.encode_query(text).pooled @ original.encode_query(text).pooled >= 0.99
    (mine,), (theirs,) = embedder.encode_passages([text]), original.encode_passages([text])
    assert mine.pooled @ theirs.pooled >= 0.99
    assert mine.spans == theirs.spans


@pytest.mark.slow
def test_both_engines_count_tokens_alike(embedder: Embedder, original: Embedder) -> None:
    assert [embedder.count_tokens(text) for text in SENTENCES] == [original.count_tokens(text) for text in SENTENCES]
    assert embedder.most_tokens == original.most_tokens


@pytest.mark.slow
def test_both_engines_are_told_apart_in_an_index(embedder: Embedder, original: Embedder) -> None:
    assert embedder.identity != original.identity
    assert embedder.identity.dimension == original.identity.dimension == len(original.encode_query("Cyber").pooled)
    assert (original.identity.query_prefix, original.identity.passage_prefix) == ("query: ", "passage: ")


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_sentence_transformers_takes_any_text(original: Embedder, text: str) -> None:
    assert_well_formed(original.encode_query(text))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_gives_unit_vectors(embedder: Embedder, text: str) -> None:
    assert_well_formed(embedder.encode_query(text))
    for passage in embedder.encode_passages([text]):
        assert_well_formed(passage)


@settings(deadline=None, max_examples=40)
@given(st.text(st.characters(), max_size=200))
def test_generated_texts_give_unit_vectors(embedder: Embedder, text: str) -> None:
    assert_well_formed(embedder.encode_query(text))


@pytest.mark.parametrize("text", SENTENCES)
def test_token_spans_run_through_the_whole_text(embedder: Embedder, text: str) -> None:
    (encoded,) = embedder.encode_passages([text])
    spans = [(start, end) for start, end in encoded.spans if end > start]
    assert all(left[0] <= right[0] for left, right in pairwise(spans))
    held = {position for start, end in spans for position in range(start, end)}
    assert held >= {position for position, sign in enumerate(encoded.text) if not sign.isspace()}


def test_a_text_has_the_same_vectors_whatever_stands_beside_it(embedder: Embedder) -> None:
    together = embedder.encode_passages(SENTENCES)
    alone = [embedder.encode_passages([text])[0] for text in SENTENCES]
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one.pooled, other.pooled)
        assert np.array_equal(one.tokens, other.tokens)


def test_a_translation_lies_nearer_than_another_sentence(embedder: Embedder) -> None:
    dutch, english, other = (embedder.encode_query(SENTENCES[index]).pooled for index in (0, 1, 3))
    assert dutch @ english > dutch @ other


def test_more_text_than_the_model_reads_counts_as_all_it_reads(embedder: Embedder) -> None:
    assert embedder.count_tokens("woord " * 5_000) == embedder.most_tokens
    assert embedder.count_tokens("woord") < embedder.count_tokens("woord en nog een woord") < embedder.most_tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ﬁ²", "fi2"), ("a\0b", "a b"), ("e\u0301", "é"), ("\ud800x", "?x"), ("gewoon", "gewoon")],
)
def test_normalising_leaves_what_every_tokenizer_takes(text: str, expected: str) -> None:
    assert normalise(text) == expected
    assert normalise(normalise(text)) == expected


def test_a_zero_vector_stays_zero_when_scaled() -> None:
    vectors = np.array([[3, 4], [0, 0]], np.float32)
    assert unit(vectors) == pytest.approx(np.array([[0.6, 0.8], [0, 0]]))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["no-such-model", "intfloat/no-such-model", "/no/such/folder"])
def test_a_model_that_is_not_here_is_a_clear_error_and_no_download(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ModelUnavailable, match=name) as caught:
        load_embedder(name, Settings().models, threads=1)
    assert "KAMERVRAAG_EMBEDDER" in str(caught.value)
    assert capfd.readouterr().err == ""


def test_a_prepared_model_that_cannot_be_loaded_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "model-int8.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelUnavailable, match="delete that folder"):
        OnnxEmbedder(PreparedModel(tmp_path), threads=1)
