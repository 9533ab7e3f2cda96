"""What training changed in the model: small differences that survive being kept in 8 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.embed import Embedder
from ingest.model.tuning import CHANGES_FILE, load_centre, load_changes, save_changes


def test_changes_come_back_within_half_a_step_of_their_row(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    matrix = (random.normal(size=(7, 5)) * random.uniform(1e-4, 1, size=(7, 1))).astype(np.float32)
    vector = random.normal(size=5).astype(np.float32) * 0.01
    save_changes({"layer.weight": matrix, "layer.bias": vector}, vector, tmp_path / "changes")
    again = load_changes(tmp_path / "changes")
    assert again.keys() == {"layer.weight", "layer.bias"}
    assert (np.abs(again["layer.weight"] - matrix) <= np.abs(matrix).max(axis=1, keepdims=True) / 127 * 0.51).all()
    assert again["layer.bias"] == pytest.approx(vector, rel=1e-3)
    assert (load_centre(tmp_path / "changes") == vector).all()


def test_a_row_that_did_not_change_stays_as_it_is(tmp_path: Path) -> None:
    save_changes({"weight": np.zeros((3, 4), np.float32)}, np.zeros(4, np.float32), tmp_path / "changes")
    assert not load_changes(tmp_path / "changes")["weight"].any()


def test_the_shipped_changes_are_small_enough_to_ship_and_are_changes() -> None:
    assert CHANGES_FILE.stat().st_size < 20_000_000
    changes = load_changes()
    assert any(change.any() for change in changes.values())
    assert all(np.isfinite(change).all() for change in changes.values())


def test_a_question_for_a_number_lies_nearer_to_one_than_to_a_bare_mention(embedder: Embedder) -> None:
    question = embedder.encode_query("How many soldiers are in the camp?").tokens
    answer, mention = embedder.encode_passages(
        ["In het kamp verblijven 350 militairen.", "De militairen in het kamp kregen bezoek van de minister."]
    )
    late = [float((question @ text.tokens.T).max(axis=1).mean()) for text in (answer, mention)]
    assert late[0] > late[1]
