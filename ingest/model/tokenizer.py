"""The model's tokenizer, which for a text in Latin script need not be loaded whole.

Over half of the 250,000 pieces are in other scripts, and building the tables for them takes most of a second
of every command. Unigram segmentation of a text depends only on the pieces that occur in it, so a copy with
the pieces that a text can hold gives the same tokens in a quarter of the time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ingest.letter import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WHOLE_FILE, NARROW_FILE, PIECES_FILE = "tokenizer.json", "tokenizer-latin.json", "tokenizer-latin-pieces.npy"
_BLANK = "▁"
_LATIN = frozenset(map(chr, [*range(ord(" "), 0x180), *range(0x2010, 0x2028), *range(0x2030, 0x2045), ord("€")]))


def write_narrow_tokenizer(folder: Path) -> None:
    """Write the copy for Latin script beside the whole tokenizer, with the number in it of each of its pieces."""
    whole = json.loads((folder / WHOLE_FILE).read_text(encoding="utf-8"))
    pieces: list[tuple[str, float]] = whole["model"]["vocab"]
    special = {token["id"] for token in whole["added_tokens"]}
    alphabet = _LATIN & {piece for piece, _ in pieces}
    kept = [n for n, (piece, _) in enumerate(pieces) if n in special or alphabet.issuperset(piece.replace(_BLANK, ""))]
    numbers = {number: new for new, number in enumerate(kept)}
    whole["model"]["vocab"] = [pieces[number] for number in kept]
    for token in whole["added_tokens"]:
        token["id"] = numbers[token["id"]]
    (folder / NARROW_FILE).write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    np.save(folder / PIECES_FILE, np.array(kept, np.int64))


class ModelTokenizer:
    """Cuts texts into the model's tokens; safe to share between threads."""

    def __init__(self, folder: Path, most_tokens: int) -> None:
        """Load the copy for Latin script; the whole is loaded when a text needs it.

        Raises:
            Exception: a file is missing or damaged; the library raises bare exceptions.
        """
        self._folder, self._most_tokens = folder, most_tokens
        self._narrow = self._load(NARROW_FILE)
        self._pieces: npt.NDArray[np.int64] = np.load(folder / PIECES_FILE, allow_pickle=False)
        single = {piece for piece in self._narrow.get_vocab() if len(piece) == 1}
        self._alphabet = (_LATIN & single) | {" "}

    def encode(self, text: str) -> tuple[npt.NDArray[np.int64], Sequence[Span]]:
        """Return the tokens' numbers, (n,), and where each stands in the text; specials are added, at (0, 0)."""
        if self._alphabet.issuperset(text):
            encoding = self._narrow.encode(text)
            return self._pieces[encoding.ids], encoding.offsets
        encoding = self._whole.encode(text)
        return np.array(encoding.ids, np.int64), encoding.offsets

    @cached_property
    def _whole(self) -> Tokenizer:
        return self._load(WHOLE_FILE)

    def _load(self, name: str) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / name))
        tokenizer.enable_truncation(self._most_tokens)
        return tokenizer
