"""What training changed in the model's upper half, kept as 8-bit differences from the original weights.

`eval/train_late_interaction.py` writes the file; the export adds it to a copy of the layers, whose token vectors
serve late interaction. The original layers still make the pooled vectors. With them stands the centre that training
took off every token vector: what was learnt holds about that point and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

CHANGES_FILE = Path(__file__).with_name("late-interaction.safetensors")
_CENTRE = "centre"
_STEPS = 127

Weights = npt.NDArray[np.float32]


def save_changes(changes: Mapping[str, Weights], centre: Weights, path: Path = CHANGES_FILE) -> None:
    """Write the differences and the centre; of a matrix each row has its own scale, a vector keeps 16 bits."""
    stored: dict[str, npt.NDArray[Any]] = {_CENTRE: centre.astype(np.float32)}
    for name, change in sorted(changes.items()):
        if change.ndim < 2:
            stored[name] = change.astype(np.float16)
            continue
        scale = np.maximum(np.abs(change).max(axis=1, keepdims=True), 1e-8) / _STEPS
        stored[name] = np.round(change / scale).astype(np.int8)
        stored[f"{name}.scale"] = scale.astype(np.float32)
    save_file(stored, path)


def load_changes(path: Path = CHANGES_FILE) -> dict[str, Weights]:
    """Read the differences back."""
    stored = load_file(path)
    return {
        name: np.asarray(value.astype(np.float32) * stored.get(f"{name}.scale", np.float32(1)), np.float32)
        for name, value in stored.items()
        if not name.endswith(".scale") and name != _CENTRE
    }


def load_centre(path: Path = CHANGES_FILE) -> Weights:
    """Read the centre, shape (d,)."""
    return np.asarray(load_file(path)[_CENTRE], np.float32)
