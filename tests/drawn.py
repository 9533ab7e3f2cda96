"""An embedder for tests about files: no model, vectors drawn with the text as seed, so that it is nearest to itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from ingest.embed import Encoded, Identity, normalise, unit

LETTER = """Aan de Voorzitter van de Tweede Kamer

Den Haag, 3 mei 2021

Hierbij bied ik u, voor de {time}e keer, de reactie op het advies over {subject} aan.

Vervolg

Het kabinet wil in de komende jaren meer geld uitgeven aan {subject} en aan het onderhoud daarvan.
"""


IDENTITY = Identity("drawn", "1", "query: ", "passage: ", 16)


@dataclass(frozen=True)
class DrawnEmbedder:
    """Three tokens a text, whatever its length."""

    identity: Identity = IDENTITY
    most_tokens: int = 200

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def encode_query(self, text: str) -> Encoded:
        seed = int.from_bytes(sha256(text.encode()).digest()[:4])
        vectors = unit(np.random.default_rng(seed).normal(size=(4, self.identity.dimension)).astype(np.float32))
        return Encoded(
            normalise(text), vectors[0], vectors[1:], ((0, 1), (1, 2), (2, 3)), np.full(3, 1 / 3, np.float32)
        )

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return [self.encode_query(text) for text in texts]


def write_letters(folder: Path, time: int = 1) -> Path:
    """Write two letters, which differ every time, and return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for subject in ("dijken", "scholen"):
        (folder / f"{subject}.txt").write_text(LETTER.format(subject=subject, time=time), encoding="utf-8")
    return folder
