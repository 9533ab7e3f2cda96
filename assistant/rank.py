"""The calibrated order: a linear model over sentence features, and one for whether there is an answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.about import MOST_ANNOUNCEMENTS, find_announcements
from assistant.features import (
    ANSWER_FEATURES,
    SENTENCE_FEATURES,
    Features,
    SentencePlace,
    describe_answer,
    describe_sentences,
)
from assistant.question import Question
from assistant.retrieve import Candidate

_FALL = 4.0
RANKER_FILE = Path(__file__).with_name("data") / "ranker.json"


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A standardised linear model: (x - mean) / scale · weights + bias."""

    mean: Features
    scale: Features
    weights: Features
    bias: float

    def __call__(self, features: Features) -> npt.NDArray[np.float64]:
        """Return one score a row of `features`."""
        return np.asarray((features - self.mean) / self.scale @ self.weights + self.bias, np.float64)


@dataclass(frozen=True, slots=True)
class Ranker:
    """The three models, and the probabilities below which a question is not answered or not about the letter."""

    sentences: LinearModel
    answer: LinearModel
    topic: LinearModel
    threshold: float
    off_topic: float


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence with its share of the ranking (they sum to 1) and its score on the model's own scale."""

    place: SentencePlace
    share: float
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Sentences best first; the probability that the best of them answers, and that the letter is about it at all."""

    sentences: tuple[RankedSentence, ...]
    probability: float
    on_topic: float

    def paragraphs(self) -> list[tuple[RankedSentence, float]]:
        """Return the best sentence of each paragraph with a score in 0..1, best first.

        The first score is the probability that the letters answer; the others fall off with the
        ranking model's scores.
        """
        best: dict[str, tuple[RankedSentence, float]] = {}
        for ranked in self.sentences:
            fall = float(np.exp((ranked.score - self.sentences[0].score) / _FALL))
            best.setdefault(ranked.place.candidate.paragraph.id, (ranked, self.probability * fall))
        return list(best.values())


def rank(question: Question, candidates: Sequence[Candidate], ranker: Ranker) -> Ranking:
    """Order the sentences of the candidates and weigh whether the best one answers."""
    places, features = describe_sentences(question, candidates)
    if not places:
        return Ranking((), 0.0, 0.0)
    scores = ranker.sentences(features)
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    order = np.argsort(-scores, kind="stable")
    ranked = tuple(RankedSentence(places[i], float(shares[i]), float(scores[i])) for i in order)
    best = describe_answer(question, features, scores)
    ranking = Ranking(ranked, _probability(ranker.answer(best)), _probability(ranker.topic(best)))
    if question.note:
        return put_note_first(question.note, ranking)
    return put_subject_first(ranking) if question.fact == "subject" else ranking


def put_note_first(mark: str, ranking: Ranking) -> Ranking:
    """Return the ranking led, for certain, by the sentences that bear a footnote's mark; sure of silence without."""
    return _led_by([ranked for ranked in ranking.sentences if _bears(mark, ranked.place)], ranking)


def put_subject_first(ranking: Ranking) -> Ranking:
    """Return the ranking led, for certain, by what the letters say that they are about, the newest letter first."""
    letters = {one.place.candidate.letter.id: one.place.candidate.letter for one in ranking.sentences}
    ordered = sorted(letters.values(), key=lambda letter: letter.date or date.min, reverse=True)
    most = MOST_ANNOUNCEMENTS if len(ordered) == 1 else 1
    places = {one.place.at: one for one in ranking.sentences}
    told = [places[place] for letter in ordered for place in find_announcements(letter)[:most] if place in places]
    return _led_by(told, ranking) if told else ranking


def _led_by(bearing: Sequence[RankedSentence], ranking: Ranking) -> Ranking:
    led = tuple(replace(ranked, share=1 / len(bearing), score=ranking.sentences[0].score) for ranked in bearing)
    others = tuple(replace(ranked, share=0.0) for ranked in ranking.sentences if ranked not in bearing)
    return Ranking((*led, *others), float(bool(bearing)), 1.0)


def _bears(mark: str, place: SentencePlace) -> bool:
    paragraph = place.candidate.paragraph
    start, end = paragraph.sentences[place.sentence]
    return any(
        note.mark == mark and start < note.offset <= end for note in place.candidate.letter.notes_of(paragraph.id)
    )


def load_ranker(path: Path = RANKER_FILE) -> Ranker:
    """Read the models that training wrote."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    return Ranker(
        _model(stored["sentences"], SENTENCE_FEATURES),
        _model(stored["answer"], ANSWER_FEATURES),
        _model(stored["topic"], ANSWER_FEATURES),
        float(stored["threshold"]),
        float(stored["off_topic"]),
    )


def _probability(log_odds: npt.NDArray[np.float64]) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def _model(stored: dict[str, Any], names: Sequence[str]) -> LinearModel:
    if tuple(stored["features"]) != tuple(names):
        raise ValueError("the ranker was trained on other features: run eval/train_ranker.py again")
    mean, scale, weights = (np.array(stored[key], np.float64) for key in ("mean", "scale", "weights"))
    return LinearModel(mean, scale, weights, float(stored["bias"]))
