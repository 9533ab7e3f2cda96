"""Lessons for the model: a document's chunks and the questions over it, as the lower half of the model reads them.

The lower half does not change in training, so its states are made once and kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.question import topic_alone
from eval.readings import Document, Reading, read_gold, read_pages, read_xquad
from ingest.embed import OnnxEmbedder, normalise
from ingest.letter import Chunk
from ingest.reading import read_letter
from ingest.vectors import passage_of

GOLD = Path(__file__).with_name("gold")
WRITTEN = Path(__file__).with_name("training")
LETTERS = (Path(__file__).with_name("documents"), Path("tests/letters"), Path("ingest/letters"))
# Gold sets that are kept apart from the others where a model must not have seen what it is judged on.
FIRST_HALF = frozenset(
    ("navo", "ah-tk-20232024-1432", "ah-tk-20232024-1786", "ah-tk-20232024-2168", "ah-tk-20232024-2210")
)
# Of the letters written for training one in so many is kept from the model, for the ranker.
_ONE_IN = 3
PAGES = "pages"
PAGES_A_STEP = 10

States = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Text:
    """A whole text's states, prefix included; `places` tells of each token which sentence it stands in, -1 for none."""

    states: States
    places: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is looked up, also written carelessly, and the (chunk, sentence) places that answer or might."""

    question: Text
    careless: Text
    right: frozenset[tuple[int, int]]
    doubtful: frozenset[tuple[int, int]]
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """Chunks and the questions over them."""

    name: str
    chunks: tuple[Text, ...]
    asked: tuple[Asked, ...]


def find_documents() -> list[tuple[Path, Path]]:
    """Return each gold set with the letter it asks about, by their names."""
    letters = {path.stem: path for folder in LETTERS for path in sorted(folder.glob("*.txt"))}
    letters["navo"] = letters["2018-04-26-navo"]
    return [(letters[gold.stem], gold) for gold in sorted(GOLD.glob("*.jsonl"))]


def load_cases(path: Path) -> list[dict[str, Any]]:
    """Read a gold file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def written_letters() -> list[tuple[Path, Path]]:
    """Return each letter that was written for training with its questions."""
    return [(questions.with_suffix(".txt"), questions) for questions in sorted(WRITTEN.glob("*.jsonl"))]


def digest_files(paths: Iterable[Path]) -> str:
    """Return a digest of files and of their names, in whatever order they are given."""
    digest = hashlib.sha256()
    for path in sorted(set(paths), key=lambda path: (path.parent.name, path.name)):
        content = path.read_bytes()
        digest.update(f"{path.parent.name}/{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def is_apart(name: str) -> bool:
    """Whether a written letter is one that the ranker learns from, and the model does not."""
    return hashlib.sha256(name.encode()).digest()[0] % _ONE_IN == 0


def load_pairs(path: Path) -> list[dict[str, Any]]:
    """Read a file of training questions, each line one in both languages, as gold cases."""
    return [
        {
            "id": f"{path.stem}-{number:02}-{language}",
            "question": pair[language],
            "lang": language,
            "history": [],
            "status": "answered" if pair["evidence"] else "silent",
            "evidence": pair["evidence"],
            "split": "written",
        }
        for number, pair in enumerate(load_cases(path), 1)
        for language in ("nl", "en")
    ]


def public_lessons(data: Path, embedder: OnnxEmbedder) -> list[Lesson]:
    """Return the lessons of XQuAD and of the question-and-answer pages."""
    sources = (read_xquad(data / "xquad"), read_pages(data / "vac" / "rijksoverheid_vacs_bzk.csv"))
    return [lesson for source in sources for lesson in make_lessons(*source, embedder)]


def written_lessons(embedder: OnnxEmbedder) -> list[Lesson]:
    """Return one lesson a letter that was written for training, without those kept apart for the ranker."""
    shared = [pair for pair in written_letters() if not is_apart(pair[0].stem)]
    asked = [(letter, load_pairs(questions), letter.stem) for letter, questions in shared]
    return _letter_lessons(asked, embedder)


def gold_lessons(embedder: OnnxEmbedder) -> list[Lesson]:
    """Return one lesson a gold set, without the questions kept aside."""
    return _letter_lessons([(letter, load_cases(gold), gold.stem) for letter, gold in find_documents()], embedder)


def _letter_lessons(
    asked: Sequence[tuple[Path, Sequence[dict[str, Any]], str]], embedder: OnnxEmbedder
) -> list[Lesson]:
    sources = (
        read_gold(read_letter(letter), cases, name, embedder.count_tokens, embedder.most_tokens)
        for letter, cases, name in asked
    )
    return [lesson for source in sources for lesson in make_lessons(*source, embedder)]


def make_lessons(documents: Sequence[Document], readings: Sequence[Reading], embedder: OnnxEmbedder) -> list[Lesson]:
    """Run the lower half over documents and questions."""
    return [
        Lesson(
            document.name,
            tuple(_chunk_text(chunk, embedder) for chunk in document.chunks),
            tuple(_asked(reading, embedder) for reading in readings if reading.document == document.name),
        )
        for document in documents
    ]


def _asked(reading: Reading, embedder: OnnxEmbedder) -> Asked:
    question = topic_alone(reading.question)
    return Asked(
        _question_text(question, embedder),
        _question_text(question.lower().rstrip("?. "), embedder),
        reading.right,
        reading.doubtful,
        reading.silent,
    )


def _chunk_text(chunk: Chunk, embedder: OnnxEmbedder) -> Text:
    passage, starts = passage_of(chunk)
    prefix = embedder.identity.passage_prefix
    states, offsets = embedder.states_of(prefix + passage)
    places = []
    for start, end in offsets:
        at = max(end - 1, start) - len(prefix)
        inside = end > start and at >= starts[0]
        places.append(sum(at >= begin for begin in starts) - 1 if inside else -1)
    return Text(states.astype(np.float16), np.array(places, np.int64))


def _question_text(question: str, embedder: OnnxEmbedder) -> Text:
    prefix = embedder.identity.query_prefix
    states, offsets = embedder.states_of(prefix + normalise(question))
    places = [0 if end > len(prefix) or start == end else -1 for start, end in offsets]
    return Text(states.astype(np.float16), np.array(places, np.int64))


def cut_pages(lesson: Lesson, random: np.random.Generator) -> Lesson:
    """Return a few of the pages with their questions: all of them together are too much for one step."""
    chosen = [lesson.asked[i] for i in random.permutation(len(lesson.asked))[:PAGES_A_STEP]]
    kept = sorted({chunk for one in chosen for chunk, _ in one.right})
    number = {chunk: i for i, chunk in enumerate(kept)}
    asked = tuple(
        Asked(one.question, one.careless, frozenset((number[c], s) for c, s in one.right), frozenset())
        for one in chosen
    )
    return Lesson(lesson.name, tuple(lesson.chunks[chunk] for chunk in kept), asked)
