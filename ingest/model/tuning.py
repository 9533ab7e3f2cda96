"""What training changed in the model's upper half, kept as 8-bit differences from the original weights.

`eval/train_late_interaction.py` writes the file; the export adds it to a copy of the layers, whose token vectors
serve late interaction. The original layers still make the pooled vectors. With them stand the centre that training
took off every token vector (what was learnt holds about that point and no other), and the salience, from which the
weights of a question's tokens follow (`ingest/embed.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from ingest.errors import ModelUnavailable

TUNING_FILE = Path(__file__).with_name("late-interaction.safetensors")
_CENTRE, _SALIENCE = "centre", "salience"
_STEPS = 127

Weights = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tuning:
    """The differences by the weights' names; the centre and the salience, each of shape (d,)."""

    changes: Mapping[str, Weights]
    centre: Weights
    salience: Weights


def save_tuning(tuning: Tuning, path: Path = TUNING_FILE) -> None:
    """Write what was learnt; of a matrix's differences each row has its own scale, a vector keeps 16 bits."""
    stored: dict[str, npt.NDArray[Any]] = {
        _CENTRE: tuning.centre.astype(np.float32),
        _SALIENCE: tuning.salience.astype(np.float32),
    }
    for name, change in sorted(tuning.changes.items()):
        if change.ndim < 2:
            stored[name] = change.astype(np.float16)
            continue
        scale = np.maximum(np.abs(change).max(axis=1, keepdims=True), 1e-8) / _STEPS
        stored[name] = np.round(change / scale).astype(np.int8)
        stored[f"{name}.scale"] = scale.astype(np.float32)
    save_file(stored, path)


def load_tuning(path: Path = TUNING_FILE) -> Tuning:
    """Read what was learnt back.

    Raises:
        ModelUnavailable: the file is missing, damaged, or of another version.
    """
    try:
        stored = load_file(path)
        centre, salience = stored.pop(_CENTRE), stored.pop(_SALIENCE)
    except (OSError, SafetensorError, KeyError) as error:
        raise ModelUnavailable(
            f"{path} does not hold what this version's model has learnt ({error}): install kamervraag again"
        ) from error
    changes = {
        name: np.asarray(value.astype(np.float32) * stored.get(f"{name}.scale", np.float32(1)), np.float32)
        for name, value in stored.items()
        if not name.endswith(".scale")
    }
    return Tuning(changes, centre, salience)
