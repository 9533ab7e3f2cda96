"""The mean token vector of a model, taken off every token before late interaction.

The token vectors of a transformer crowd around one direction, so that raw cosines tell little
apart; without their mean they spread (Mu & Viswanath 2018, "All-but-the-Top"). The mean is taken
over Dutch and English official prose: the bundled letter and its translation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
TokensOf = Callable[[str], npt.NDArray[np.float32]]

_SAMPLES = tuple(Path(__file__).with_name("letters") / f"2018-04-26-navo{suffix}" for suffix in (".txt", ".en.txt"))
_BLOCKS = re.compile(r"\n\s*\n|^##.*\n", re.MULTILINE)
_SHORTEST = 150


def find_centre(tokens_of: TokensOf) -> Vector:
    """Return the mean token vector, shape (d,)."""
    means = np.stack([_mean(tokens_of, texts) for texts in _sample_texts()])
    return np.asarray(means.mean(axis=0), np.float32)


@cache
def sample_digest() -> str:
    """Return a digest of the sample texts: vectors made with other samples differ."""
    return hashlib.sha256("\f".join(text for texts in _sample_texts() for text in texts).encode()).hexdigest()[:8]


def _mean(tokens_of: TokensOf, texts: Sequence[str]) -> npt.NDArray[np.float64]:
    return np.asarray(np.concatenate([tokens_of(text) for text in texts]).mean(axis=0), np.float64)


@cache
def _sample_texts() -> tuple[tuple[str, ...], ...]:
    contents = (path.read_text(encoding="utf-8") for path in _SAMPLES)
    return tuple(tuple(block for block in _BLOCKS.split(text) if len(block) >= _SHORTEST) for text in contents)
