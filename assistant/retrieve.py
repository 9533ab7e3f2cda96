"""Candidates: the paragraphs that the vectors or the words point at, with every score that ranking needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.question import Question
from ingest.embed import Encoded
from ingest.index import Index, Row
from ingest.letter import Letter, Paragraph, Section

_MANY = 100

Similarities = npt.NDArray[np.float32]
"""Shape (q,): for each token of the question the best cosine to any token of a text."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A paragraph with its similarity to the question, as a whole and by sentence; equal only to itself.

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
    question: Question,
    index: Index,
    letters: Mapping[str, Letter],
    only: Sequence[str] = (),
    depth: int = 40,
    named: Sequence[str] = (),
    most: int = 80,
) -> tuple[Candidate, ...]:
    """Return the candidates among `letters`, or only those with the ids `only`; in no particular order.

    Vectors and words find `depth` chunks each; of their paragraphs the `most` that match best by tokens are kept.

    `named` are ids of paragraphs that are candidates whatever their words; so are those that bear the footnote asked
    for, where many do only in the letters where something is found.
    """
    dense = dict(index.search_dense(question.encoded.pooled, min(depth, index.size), only))
    lexical = dict(index.search_terms(question.terms, depth, only))
    found = index.rows(sorted(dense.keys() | lexical.keys()))
    noted = index.noted(question.note, only) if question.note else []
    if question.note and len(noted) > _MANY:
        noted = index.noted(question.note, list({row.letter_id for row in found}))
    paragraphs = dict.fromkeys([*(row.paragraph_id for row in found), *named, *noted])
    rows = [row for row in index.rows_of(list(paragraphs)) if not only or row.letter_id in only]
    by_paragraph: dict[str, list[_RowMatch]] = {}
    for match in _match_rows(question.encoded, index, rows):
        by_paragraph.setdefault(match.row.paragraph_id, []).append(match)
    wanted = {*named, *noted}
    best = sorted(by_paragraph, key=lambda one: (one in wanted, _best(by_paragraph[one])), reverse=True)
    kept = set(best[: max(most, len(wanted))])
    return tuple(
        _candidate(letters[own[0].row.letter_id], own, dense, lexical)
        for paragraph_id, own in by_paragraph.items()
        if paragraph_id in kept
    )


def _best(matches: Sequence[_RowMatch]) -> float:
    return max(match.late.score for match in matches)


@dataclass(frozen=True, slots=True)
class _Match:
    similarities: Similarities
    score: float

    def or_better(self, other: _Match) -> _Match:
        """Return the better of two matches, this one when they are equal."""
        return other if other.score > self.score else self


@dataclass(frozen=True, slots=True)
class _RowMatch:
    row: Row
    late: _Match
    sentences: tuple[tuple[int, _Match], ...]


def _match_rows(query: Encoded, index: Index, rows: Sequence[Row]) -> list[_RowMatch]:
    """Match the question's tokens with those of all rows at once, then cut the result by row and sentence."""
    if not rows:
        return []
    similarities, places = index.match(query.tokens, rows)
    lengths = [row.end_token - row.first_token for row in rows]
    row_starts = np.cumsum([0, *lengths[:-1]])
    owners = np.repeat(np.arange(len(rows)), lengths)
    changes = (np.diff(owners) != 0) | (np.diff(places) != 0)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    late = _matches(np.maximum.reduceat(similarities, row_starts, axis=1), query.weights)
    runs = _matches(np.maximum.reduceat(similarities, starts, axis=1), query.weights)
    by_row: list[list[tuple[int, _Match]]] = [[] for _ in rows]
    for run, start in zip(runs, starts, strict=True):
        if places[start] >= 0:
            by_row[owners[start]].append((int(places[start]), run))
    return [_RowMatch(row, late[i], tuple(by_row[i])) for i, row in enumerate(rows)]


def _matches(similarities: npt.NDArray[np.float32], weights: npt.NDArray[np.float32]) -> list[_Match]:
    """Return one match a column, scored by the weighted mean over the question's tokens."""
    with np.errstate(invalid="ignore"):  # vector units busy in other threads may raise this flag for nothing
        scores = (weights @ similarities).tolist()
    return [_Match(similarities[:, column], score) for column, score in enumerate(scores)]


def _candidate(
    letter: Letter, matches: Sequence[_RowMatch], dense: Mapping[int, float], lexical: Mapping[int, float]
) -> Candidate:
    section, paragraph = letter.find(matches[0].row.paragraph_id)
    nothing = _Match(np.full_like(matches[0].late.similarities, -1.0), -1.0)
    late, sentences = nothing, [nothing] * len(paragraph.sentences)
    noted: set[int] = set()
    for match in matches:
        late = late.or_better(match.late)
        for number, found in match.sentences:
            better = sentences[number].or_better(found)
            if match.row.footnote is not None and better is found:
                noted.add(number)
            sentences[number] = better
    rows = [match.row.row for match in matches]
    return Candidate(
        letter=letter,
        section=section,
        paragraph=paragraph,
        pooled=max((dense[row] for row in rows if row in dense), default=0.0),
        lexical=max((lexical[row] for row in rows if row in lexical), default=0.0),
        late=late.similarities,
        sentences=tuple(sentence.similarities for sentence in sentences),
        noted=frozenset(noted),
    )
