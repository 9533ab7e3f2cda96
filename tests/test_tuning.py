"""What training changed in the model: small differences that survive being kept in 8 bits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from ingest.embed import Embedder, OnnxEmbedder, unit
from ingest.errors import ModelUnavailable
from ingest.model.export import STATES_LAYER, run_layers, tuned_layers
from ingest.model.prepare import find_prepared
from ingest.model.tuning import TUNING_FILE, Tuning, load_tuning, save_tuning
from ingest.settings import Settings


def test_changes_come_back_within_half_a_step_of_their_row(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    matrix = (random.normal(size=(7, 5)) * random.uniform(1e-4, 1, size=(7, 1))).astype(np.float32)
    vector = random.normal(size=5).astype(np.float32) * 0.01
    salience = random.normal(size=5).astype(np.float32)
    save_tuning(Tuning({"layer.weight": matrix, "layer.bias": vector}, vector, salience), tmp_path / "tuning")
    stored = load_tuning(tmp_path / "tuning")
    again = stored.changes
    assert again.keys() == {"layer.weight", "layer.bias"}
    assert (np.abs(again["layer.weight"] - matrix) <= np.abs(matrix).max(axis=1, keepdims=True) / 127 * 0.51).all()
    assert again["layer.bias"] == pytest.approx(vector, rel=1e-3)
    assert (stored.centre == vector).all()
    assert (stored.salience == salience).all()


def test_a_row_that_did_not_change_stays_as_it_is(tmp_path: Path) -> None:
    nothing = np.zeros(4, np.float32)
    save_tuning(Tuning({"weight": np.zeros((3, 4), np.float32)}, nothing, nothing), tmp_path / "tuning")
    assert not load_tuning(tmp_path / "tuning").changes["weight"].any()


def test_the_shipped_changes_are_small_enough_to_ship_and_are_changes() -> None:
    assert TUNING_FILE.stat().st_size < 20_000_000
    changes = load_tuning().changes
    assert any(change.any() for change in changes.values())
    assert all(np.isfinite(change).all() for change in changes.values())


@pytest.mark.parametrize("damage", [b"", b"not a file of weights"])
def test_a_damaged_file_is_told_of(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "tuning").write_bytes(damage)
    with pytest.raises(ModelUnavailable, match="install kamervraag again"):
        load_tuning(tmp_path / "tuning")


def test_what_an_older_version_learnt_is_refused(tmp_path: Path) -> None:
    save_file({"centre": np.zeros(4, np.float32)}, tmp_path / "tuning")
    with pytest.raises(ModelUnavailable, match="salience"):
        load_tuning(tmp_path / "tuning")


@pytest.mark.slow
def test_the_lower_half_alone_gives_the_states_of_the_whole(embedder: Embedder) -> None:
    assert isinstance(embedder, OnnxEmbedder)
    states, spans = embedder.states_of("passage: Het kabinet wacht dat advies af.")
    ids, _ = embedder._tokenise("passage: Het kabinet wacht dat advies af.")
    whole = embedder._session.run(["states"], ids)[0][0]
    assert len(states) == len(spans)
    assert np.abs(states - whole).max() < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("text", ["Het kabinet wacht dat advies af.", "Some 270 troops are deployed in Lithuania."])
def test_the_engine_s_token_vectors_are_those_of_the_trained_layers(embedder: Embedder, text: str) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    folder = find_prepared(Settings().models)
    assert folder
    model: Any = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.float32})
    encoder = model[0].auto_model.eval()
    inputs = model.tokenizer("passage: " + text, return_tensors="pt")
    with torch.no_grad():
        states = encoder(**inputs, output_hidden_states=True).hidden_states[STATES_LAYER]
        tuning = load_tuning()
        layers = tuned_layers(encoder.encoder.layer, tuning.changes)
        expected = unit(unit(run_layers(layers, states, inputs["attention_mask"])[0].numpy()) - tuning.centre)
    found = embedder.encode_passages([text])[0].tokens
    kept = [0, *range(len(expected) - len(found) + 1, len(expected))]
    assert (expected[kept] * found).sum(axis=1).mean() >= 0.97


def test_the_words_of_a_question_count_by_what_was_learnt_of_them(embedder: Embedder) -> None:
    question = embedder.encode_query("Hoeveel militairen zijn er in Litouwen?")
    expected = np.exp(question.tokens @ load_tuning().salience)
    assert question.weights == pytest.approx(expected / expected.sum(), rel=1e-4)
    assert question.weights.max() > 1.2 * question.weights.min()


def test_a_question_for_a_number_lies_nearer_to_one_than_to_a_bare_mention(embedder: Embedder) -> None:
    question = embedder.encode_query("How many soldiers are in the camp?").tokens
    answer, mention = embedder.encode_passages(
        ["In het kamp verblijven 350 militairen.", "De militairen in het kamp kregen bezoek van de minister."]
    )
    late = [float((question @ text.tokens.T).max(axis=1).mean()) for text in (answer, mention)]
    assert late[0] > late[1]
