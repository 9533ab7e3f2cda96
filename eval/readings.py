"""Questions over documents, ready for training: what is asked, and which sentences answer.

Two sources are real questions that nobody here wrote: XQuAD (English and German, with answer spans) and the
Dutch government's question-and-answer pages; the third are the gold sets. A document is what a question's sentences
compete in: an XQuAD article, all pages together, or a letter.
"""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.chunk import CountTokens, chunk_letter
from ingest.letter import Chunk, Language, Letter, Paragraph
from ingest.structure.sentences import split_sentences

_MOST_WORDS = 220
_TAG = re.compile(r"<[^>]+>")
_DIRECTIONS = (("en", "en"), ("en", "de"), ("de", "de"))


@dataclass(frozen=True, slots=True)
class Document:
    """Chunks whose sentences compete; those of one chunk are numbered from its `first`."""

    name: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A question over a document; `right` are (chunk, sentence) places that answer, `doubtful` ones that might.

    `silent` tells that the document does not answer, so that there are no right places.
    """

    question: str
    document: str
    right: frozenset[tuple[int, int]]
    doubtful: frozenset[tuple[int, int]]
    silent: bool = False


def read_xquad(folder: Path) -> tuple[list[Document], list[Reading]]:
    """Return every article in both languages, and the questions in three directions."""
    sources = {
        language: json.loads((folder / f"xquad.{language}.json").read_text(encoding="utf-8"))["data"]
        for language in ("en", "de")
    }
    documents: list[Document] = []
    readings: list[Reading] = []
    for number, article in enumerate(sources["en"]):
        name = f"xquad-{number}"
        asked = {
            language: [question for paragraph in source[number]["paragraphs"] for question in paragraph["qas"]]
            for language, source in sources.items()
        }
        for language, source in sources.items():
            texts = [paragraph["context"] for paragraph in source[number]["paragraphs"]]
            title = article["title"].replace("_", " ")
            documents.append(Document(f"{name}-{language}", _chunks(f"{name}-{language}", title, texts)))
        for questions_in, texts_in in _DIRECTIONS:
            document = next(one for one in documents if one.name == f"{name}-{texts_in}")
            places = list(_answer_places(document, sources[texts_in][number]["paragraphs"]))
            readings += [
                Reading(question["question"], document.name, right, doubtful)
                for question, (right, doubtful) in zip(asked[questions_in], places, strict=True)
            ]
    return documents, readings


def read_pages(path: Path) -> tuple[list[Document], list[Reading]]:
    """Return the question-and-answer pages as one document, and the question of each page."""
    chunks: list[Chunk] = []
    readings: list[Reading] = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, page in enumerate(csv.DictReader(file)):
            texts = [" ".join(text.split()) for text in re.split(r"\n\s*\n", page["reference_answer"])]
            blocks = _blocks([_TAG.sub("", html.unescape(text)) for text in texts if text])
            made = _chunks(f"page-{number}", "", blocks)
            start = len(chunks)
            chunks += made
            right = {(start + i, j) for i, chunk in enumerate(made) for j in range(len(chunk.sentences))}
            readings.append(Reading(page["question"], "pages", frozenset(right), frozenset()))
    return [Document("pages", tuple(chunks))], readings


def read_gold(
    letter: Letter, cases: Sequence[Mapping[str, Any]], name: str, count_tokens: CountTokens, most_tokens: int
) -> tuple[list[Document], list[Reading]]:
    """Return a letter with the gold questions that stand alone and are not kept aside."""
    chunks = chunk_letter(letter, count_tokens, most_tokens)
    readings = []
    for case in cases:
        if case["history"] or case["status"] == "vague" or case.get("split") == "aside":
            continue
        right = {
            (number, sentence)
            for number, chunk in enumerate(chunks)
            for sentence in range(len(chunk.sentences))
            if holds_evidence(case["evidence"], letter, chunk, sentence)
        }
        if right or not case["evidence"]:
            readings.append(Reading(case["question"], name, frozenset(right), frozenset(), silent=not right))
    return [Document(name, chunks)], readings


def holds_evidence(evidence: Sequence[str], letter: Letter, chunk: Chunk, sentence: int) -> bool:
    """Whether a sentence of a chunk, Dutch or translated, or a footnote is what a piece of evidence quotes."""
    _, paragraph = letter.find(chunk.paragraph_id)
    if chunk.footnote is not None:
        return any(
            text in note.text
            for text in evidence
            for note in letter.notes_of(paragraph.id)
            if note.mark == chunk.footnote
        )
    number = min(chunk.first + sentence, len(paragraph.sentences) - 1)
    return is_quoted(evidence, paragraph, number)


def is_quoted(evidence: Sequence[str], paragraph: Paragraph, number: int) -> bool:
    """Whether a piece of evidence covers most of a sentence, or the sentence most of it."""
    start, end = paragraph.sentences[number]
    found = ((paragraph.text.find(text), len(text)) for text in evidence)
    return any(at >= 0 and min(end, at + size) - max(start, at) > 0.5 * min(end - start, size) for at, size in found)


def _answer_places(
    document: Document, paragraphs: Sequence[dict[str, object]]
) -> Iterator[tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]]:
    """Yield for each question the sentence that holds its answer, and others that hold the same words."""
    for number, paragraph in enumerate(paragraphs):
        context = str(paragraph["context"])
        spans = split_sentences(context)
        for question in paragraph["qas"]:  # type: ignore[attr-defined]
            answer = question["answers"][0]
            at = int(answer["answer_start"])
            sentence = max(i for i, (start, _) in enumerate(spans) if start <= at)
            words = str(answer["text"]).casefold()
            same = {
                (i, j)
                for i, chunk in enumerate(document.chunks)
                for j, text in enumerate(chunk.sentences)
                if words in text.casefold()
            }
            yield frozenset({(number, sentence)}), frozenset(same - {(number, sentence)})


def _blocks(texts: Sequence[str]) -> list[str]:
    """Join short texts into blocks of some length, and cut long ones between sentences."""
    blocks: list[str] = []
    for text in texts:
        for start, end in split_sentences(text):
            sentence = text[start:end]
            words = len(blocks[-1].split()) + len(sentence.split()) if blocks else _MOST_WORDS
            if words < _MOST_WORDS // 2:
                blocks[-1] += " " + sentence
            else:
                blocks.append(sentence)
    return blocks


def _chunks(name: str, context: str, texts: Sequence[str]) -> tuple[Chunk, ...]:
    language: Language = "nl"  # what a chunk's language is plays no part in its vectors
    return tuple(
        Chunk(
            f"{name}/{i}", name, f"{name}/{i}", language, tuple(text[a:b] for a, b in split_sentences(text)), 0, context
        )
        for i, text in enumerate(texts)
    )
