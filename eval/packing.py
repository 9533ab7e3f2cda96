"""Measure what it costs that token vectors are packed into a quarter of their size: answers with both, side by side.

`python -m eval.packing [--every 1] [--out out/packing]` puts the letters of all gold sets in one home, asks every
question that stands alone and has an answer, and prints how often the right paragraph comes first, and among the first
three, by token vectors as they are stored and as the model gives them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from assistant.pipeline import Assistant, build_assistant
from ingest.chunk import chunk_letter
from ingest.embed import Embedder, Matrix
from ingest.home import Home
from ingest.index import Index, Letters, Row
from ingest.pipeline import ingest
from ingest.settings import load_settings
from ingest.vectors import passage_of

_HERE = Path(__file__).parent
_GOLD = _HERE / "gold"
_BUNDLED = "navo"
_FOLDERS = (_HERE / "documents", _HERE.parent / "tests" / "letters")
_DEPTH = 3


def encode_whole(letters: Letters, embedder: Embedder) -> Iterator[Matrix]:
    """Yield the token vectors of every letter in the index's order, in full precision."""
    for letter in letters.values():
        chunks = chunk_letter(letter, embedder.count_tokens, embedder.most_tokens)
        yield from (encoded.tokens for encoded in embedder.encode_passages([passage_of(chunk)[0] for chunk in chunks]))


def read_questions(folder: Path) -> list[dict[str, Any]]:
    """Return the questions of all gold sets that stand alone and have an answer."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines() if line]
    return [case for case in map(json.loads, lines) if case["evidence"] and not case["history"]]


def measure(assistant: Assistant, cases: Sequence[dict[str, Any]]) -> list[int]:
    """Return, for each question, how many paragraphs stand before the first right one; `_DEPTH` where none is found."""
    places = []
    for case in cases:
        texts = [
            " ".join((hit.paragraph.text, *(note.text for note in hit.letter.notes_of(hit.paragraph.id))))
            for hit in assistant.search(case["question"], _DEPTH)
        ]
        right = [place for place, text in enumerate(texts) if any(one in text for one in case["evidence"])]
        places.append(min(right, default=_DEPTH))
    return places


def compare(folder: Path, every: int = 1) -> dict[str, list[int]]:
    """Fill a home and measure it with both kinds of vectors, by every so many-th question."""
    settings = load_settings().model_copy(update={"home": folder})
    with closing(build_assistant(settings)) as first:
        embedder = first.embedder
    names = [path.stem for path in sorted(_GOLD.glob("*.jsonl")) if path.stem != _BUNDLED]
    paths = [next(place / f"{name}.txt" for place in _FOLDERS if (place / f"{name}.txt").exists()) for name in names]
    ingest([*paths], Home(folder), embedder)
    cases = read_questions(_GOLD)[::every]
    with closing(build_assistant(settings, embedder=embedder)) as assistant:
        vectors = np.concatenate(list(encode_whole(assistant.letters, embedder)))
        packed = measure(assistant, cases)
        read = Index.tokens_of

        def tokens_of(index: Index, rows: Sequence[Row]) -> tuple[Matrix, npt.NDArray[np.int16]]:
            whole = np.concatenate([vectors[row.first_token : row.end_token] for row in rows])
            return whole, read(index, rows)[1]

        with patch.object(Index, "tokens_of", tokens_of):
            whole = measure(assistant, cases)
    return {"int8": packed, "float32": whole}


def format_table(found: dict[str, list[int]]) -> str:
    """Return one row a kind of vectors as a Markdown table."""
    lines = ["| token vectors | bytes a token | right at 1 | at 3 |", "|---|---|---|---|"]
    for (kind, places), width in zip(found.items(), ("384", "1536"), strict=True):
        first, any_of = (np.mean([place < depth for place in places]) for depth in (1, _DEPTH))
        lines.append(f"| {kind} | {width} | {first:.4f} | {any_of:.4f} |")
    pairs = list(zip(*found.values(), strict=True))
    gained, lost = sum(a == 0 < b for a, b in pairs), sum(b == 0 < a for a, b in pairs)
    lines.append(f"\n{len(pairs)} questions: {lost} first by float32 alone, {gained} by int8 alone.")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/packing"))
    parser.add_argument("--every", type=int, default=1, help="ask one in so many questions")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = compare(Path(folder), options.every)
    options.out.mkdir(parents=True, exist_ok=True)
    table = format_table(found)
    (options.out / "packing.md").write_text(table + "\n", encoding="utf-8")
    (options.out / "packing.json").write_text(json.dumps(found), encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
