"""Candidates: the paragraphs that the vectors or the words point at, with every score that ranking needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.question import Question
from ingest.index import Index, Row
from ingest.letter import Letter, Paragraph, Section

Similarities = npt.NDArray[np.float32]
"""Shape (q,): for each token of the question the best cosine to any token of a text."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paragraph with its similarity to the question, as a whole and by sentence.

    `late` and `sentences` hold late-interaction similarities; of several texts of one paragraph
    (Dutch, English, a footnote) the one most like the question counts.
    """

    letter: Letter
    section: Section
    paragraph: Paragraph
    pooled: float
    lexical: float
    late: Similarities
    sentences: tuple[Similarities, ...]
    noted: frozenset[int]


def retrieve(
    question: Question, index: Index, letters: Mapping[str, Letter], only: Sequence[str] = (), depth: int = 40
) -> tuple[Candidate, ...]:
    """Return the candidates among `letters`, or only those with the ids `only`; in no particular order."""
    dense = dict(index.search_dense(question.encoded.pooled, min(depth, index.size), only))
    lexical = dict(index.search_terms(question.terms, depth, only))
    found = dict.fromkeys(row.paragraph_id for row in index.rows(sorted(dense.keys() | lexical.keys())))
    by_paragraph: dict[str, list[Row]] = {}
    for row in index.rows_of(list(found)):
        by_paragraph.setdefault(row.paragraph_id, []).append(row)
    return tuple(
        _candidate(question, index, letters[rows[0].letter_id], rows, dense, lexical)
        for rows in by_paragraph.values()
    )


def _candidate(
    question: Question,
    index: Index,
    letter: Letter,
    rows: Sequence[Row],
    dense: Mapping[int, float],
    lexical: Mapping[int, float],
) -> Candidate:
    section, paragraph = letter.find(rows[0].paragraph_id)
    late = np.full(len(question.encoded.tokens), -1.0, np.float32)
    sentences = [np.full(len(question.encoded.tokens), -1.0, np.float32) for _ in paragraph.sentences]
    noted: set[int] = set()
    for row in rows:
        tokens, places = index.tokens_of(row)
        similarities = question.encoded.tokens @ tokens.T
        late = _better(late, similarities.max(axis=1))
        for number in np.unique(places[places >= 0]):
            best = similarities[:, places == number].max(axis=1)
            if row.footnote is not None and best.mean() > sentences[number].mean():
                noted.add(int(number))
            sentences[number] = _better(sentences[number], best)
    return Candidate(
        letter=letter,
        section=section,
        paragraph=paragraph,
        pooled=max((dense[row.row] for row in rows if row.row in dense), default=0.0),
        lexical=max((lexical[row.row] for row in rows if row.row in lexical), default=0.0),
        late=late,
        sentences=tuple(sentences),
        noted=frozenset(noted),
    )


def _better(first: Similarities, second: Similarities) -> Similarities:
    return first if first.mean() >= second.mean() else second
