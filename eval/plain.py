"""The build a user would otherwise make, to measure ours against: sentence-transformers, Chroma, 1000/200 splitter.

Run as a process of its own: `python -m eval.plain MODEL_FOLDER DATABASE LETTER.txt [--gold GOLD.jsonl] QUESTION`
prints one JSON object with what it found and how long each step took.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

CHUNK_CHARACTERS, OVERLAP_CHARACTERS = 1000, 200
_BATCH = 2_000


def split_text(text: str, size: int = CHUNK_CHARACTERS, overlap: int = OVERLAP_CHARACTERS) -> list[str]:
    """Cut text at blanks into windows of at most `size` characters that share about `overlap`."""
    words = text.split()
    chunks: list[str] = []
    start = 0
    while start < len(words):
        stop, length = start, 0
        while stop < len(words) and length + len(words[stop]) + 1 <= size:
            length += len(words[stop]) + 1
            stop += 1
        stop = max(stop, start + 1)
        chunks.append(" ".join(words[start:stop]))
        if stop == len(words):
            break
        back, shared = stop, 0
        while back > start + 1 and shared + len(words[back - 1]) + 1 <= overlap:
            back -= 1
            shared += len(words[back]) + 1
        start = back
    return chunks


def main() -> None:
    """Index if need be, answer one question, and with --gold measure warm queries and quality too."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("model", "database", "letter"):
        parser.add_argument(name, type=Path)
    parser.add_argument("question")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--beside", type=Path, nargs=2, help="further passages: a JSON list, and their vectors (.npy)")
    options = parser.parse_args()

    import chromadb
    from sentence_transformers import SentenceTransformer

    started = time.perf_counter()
    model = SentenceTransformer(str(options.model), device="cpu", model_kwargs={"dtype": "float32"})
    client = chromadb.PersistentClient(str(options.database))
    collection = client.get_or_create_collection(
        "letter", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )
    result: dict[str, Any] = {"open_s": time.perf_counter() - started}
    if not collection.count():
        started = time.perf_counter()
        chunks = split_text(options.letter.read_text(encoding="utf-8"))
        vectors = model.encode_document(chunks, show_progress_bar=False)
        collection.add(ids=[str(i) for i in range(len(chunks))], documents=chunks, embeddings=vectors)
        if options.beside:
            _add_beside(collection, *options.beside)
        result["index_s"] = time.perf_counter() - started

    def search(question: str) -> list[str]:
        vector = model.encode_query(question, show_progress_bar=False)
        found = collection.query(query_embeddings=[vector], n_results=3, include=["documents"])
        return [str(document) for document in (found["documents"] or [[]])[0]]

    result["best"] = search(options.question)[0]
    if options.gold:
        result |= _measure(search, options.gold)
    client.close()
    json.dump(result, sys.stdout)


def _add_beside(collection: Any, texts: Path, vectors: Path) -> None:
    passages, stored = json.loads(texts.read_text(encoding="utf-8")), np.load(vectors)
    for start in range(0, len(passages), _BATCH):
        part = slice(start, start + _BATCH)
        ids = [f"beside-{number}" for number in range(start, start + len(passages[part]))]
        collection.add(ids=ids, documents=passages[part], embeddings=stored[part])


def _measure(search: Any, gold: Path) -> dict[str, Any]:
    cases = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    seconds: list[float] = []
    hits: dict[str, list[tuple[bool, bool]]] = {"nl": [], "en": []}
    for case in cases:
        if case["history"] or not case["evidence"] or case.get("split") == "tune":
            continue
        started = time.perf_counter()
        found = search(case["question"])
        seconds.append(time.perf_counter() - started)
        wanted = [" ".join(evidence.split())[:80] for evidence in case["evidence"]]
        held = [any(text in chunk for text in wanted) for chunk in found]
        hits[case["lang"]].append((held[0], any(held)))
    return {"seconds": seconds, "hits": hits}


if __name__ == "__main__":
    main()
