"""The calibrated order: a linear model over sentence features, and one for whether there is an answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.features import (
    ANSWER_FEATURES,
    SENTENCE_FEATURES,
    Features,
    SentencePlace,
    describe_answer,
    describe_sentences,
)
from assistant.lead import leading_places
from assistant.question import Question
from assistant.retrieve import Candidate

_FALL = 4.0
# What to think at most of an answer to a word alone that the letters do not hold.
_UNHEARD_OF = 0.1
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
    """Sentences best first; the probability that the best of them answers, and that the letter is about it at all.

    The first `led` of them are known to answer by where they stand.
    """

    sentences: tuple[RankedSentence, ...]
    probability: float
    on_topic: float
    led: int = 0

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


def rank(question: Question, candidates: Sequence[Candidate], ranker: Ranker, *, asking: bool = False) -> Ranking:
    """Order the sentences of the candidates (`asking`: also those that ask) and weigh whether the best one answers."""
    places, features = describe_sentences(question, candidates, asking=asking)
    if not places:
        return Ranking((), 0.0, 0.0)
    scores = ranker.sentences(features)
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    order = np.argsort(-scores, kind="stable")
    ranked = tuple(RankedSentence(places[i], float(shares[i]), float(scores[i])) for i in order)
    best = describe_answer(question, features, scores)
    probability = _probability(ranker.answer(best))
    if question.unheard_of:
        probability = min(probability, _UNHEARD_OF)
    ranking = Ranking(ranked, probability, _probability(ranker.topic(best)))
    leading = leading_places(question, [one.place for one in ranked])
    return ranking if leading is None else _led_by(leading, ranking)


def _led_by(leading: Sequence[SentencePlace], ranking: Ranking) -> Ranking:
    """Return the ranking led, for certain, by these places; sure of silence where there are none."""
    by_place = {one.place.at: one for one in ranking.sentences}
    led = [replace(by_place[place.at], share=1 / len(leading), score=ranking.sentences[0].score) for place in leading]
    first = {place.at for place in leading}
    others = [replace(one, share=0.0) for one in ranking.sentences if one.place.at not in first]
    return Ranking((*led, *others), float(bool(led)), 1.0, len(led))


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
