"""Train the ranker's two linear models on gold questions, documents kept apart, and report what each feature brings.

    python -m eval.train_ranker LETTER.txt:GOLD.jsonl … --out assistant/data/ranker.json

The sentence model is a conditional logit: each question chooses among all sentences of its letter, and the
loss is -log of the share its evidence gets. The answer model is a logistic regression on the best
sentence; as further examples of silence every answerable question is also asked with its evidence
taken away. The same input gives the same file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.features import ANSWER_FEATURES, SENTENCE_FEATURES, Features, describe_answer, describe_sentences
from assistant.pipeline import Assistant, build_assistant
from ingest.home import Home
from ingest.letter import Letter
from ingest.pipeline import ingest
from ingest.settings import load_settings

_DEPTH = 200
_FOREIGN_QUESTIONS = 40
_SENTENCE_PENALTY = 0.02
_SILENCE_WEIGHT = 0.3
_NEIGHBOURS = 5
Labels = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Example:
    """One question over one letter: a row of features a sentence, which are evidence, which paragraph each is of."""

    document: str
    split: str
    language: str
    status: str
    question: str
    features: Features
    evidence: Labels
    paragraphs: tuple[str, ...]
    describe: Callable[[Features, npt.NDArray[np.float64]], Features]


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted, standardised linear model."""

    names: tuple[str, ...]
    mean: Features
    scale: Features
    weights: Features
    bias: float

    def __call__(self, features: Features) -> npt.NDArray[np.float64]:
        """Return one score a row."""
        return np.asarray((features - self.mean) / self.scale @ self.weights + self.bias)

    def stored(self) -> dict[str, Any]:
        """Return the model as the ranker's file holds it."""
        return {
            "features": list(self.names),
            "mean": [round(float(value), 6) for value in self.mean],
            "scale": [round(float(value), 6) for value in self.scale],
            "weights": [round(float(value), 6) for value in self.weights],
            "bias": round(self.bias, 6),
        }


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, cross-validate, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="+", help="LETTER.txt:GOLD.jsonl")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workspace", type=Path, default=Path("out/training"))
    parser.add_argument("--ablate", action="store_true", help="also report the loss of leaving each feature out")
    options = parser.parse_args(arguments)
    examples: list[Example] = []
    pairs = [tuple(map(Path, document.split(":"))) for document in options.documents]
    for letter_path, gold_path in pairs:
        others = [gold for _, gold in pairs if gold != gold_path]
        examples += load_examples(letter_path, gold_path, others, options.workspace)
    say = sys.stdout.write
    report = cross_validate(examples)
    say(format_report(report))
    if options.ablate:
        say(format_ablation(examples, report))
    training = [example for example in examples if example.split != "aside"]
    sentences = fit_sentences(training)
    answer = fit_answer(training, sentences)
    topic = fit_topic(training, sentences)
    # users ask letters the models never saw and the bundled one they did: both count alike
    seen = predict([example for example in training if example.split != "foreign"], sentences, answer)
    threshold = best_threshold([*report["predictions"], *seen])
    options.out.write_text(
        json.dumps(
            {
                "sentences": sentences.stored(),
                "answer": answer.stored(),
                "topic": topic.stored(),
                "threshold": round(threshold, 3),
                "off_topic": 0.5,
                "trained_on": sorted({example.document for example in training}),
                "questions": len(training),
            },
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )


def load_examples(letter_path: Path, gold_path: Path, others: Sequence[Path], workspace: Path) -> list[Example]:
    """Index one letter by itself and describe every question of its gold set, and some about other letters."""
    settings = load_settings().model_copy(update={"home": workspace / gold_path.stem})
    assistant = build_assistant(settings)
    home = Home(settings.home)
    (result,) = ingest([letter_path], home, assistant.embedder)
    if result.letter is None:
        raise SystemExit(result.reason)
    assistant = build_assistant(settings, embedder=assistant.embedder)
    foreign = [case for gold in others for case in _cases(gold) if not case["history"]]
    chosen = np.random.default_rng(0).permutation(len(foreign))[:_FOREIGN_QUESTIONS]
    strange = [{**foreign[i], "status": "off_topic", "evidence": [], "split": "foreign"} for i in chosen]
    return [
        example
        for case in [*_cases(gold_path), *strange]
        if not case["history"] and case["status"] != "vague"
        for example in [describe_case(assistant, result.letter, case, gold_path.stem)]
        if example is not None
    ]


def _cases(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def describe_case(assistant: Assistant, letter: Letter, case: dict[str, Any], document: str) -> Example | None:
    """Describe one gold question; `None` when its evidence is not in any sentence."""
    question = assistant.analyse(case["question"], case["lang"], (letter.id,))
    candidates = assistant.candidates(question, (letter.id,), depth=_DEPTH)
    places, features = describe_sentences(question, candidates)
    evidence = np.array(
        [
            _is_evidence(case["evidence"], place.candidate.letter, place.candidate.paragraph, place.sentence)
            for place in places
        ]
    )
    if case["status"] in ("answered", "undecided") and not evidence.any():
        sys.stderr.write(f"no evidence found: {case['id']} {case['evidence']}\n")
        return None
    return Example(
        document=document,
        split=case.get("split", "tune"),
        language=case["lang"],
        status=case["status"],
        question=case["question"],
        features=features,
        evidence=evidence,
        paragraphs=tuple(place.candidate.paragraph.id for place in places),
        describe=lambda rows, scores: describe_answer(question, rows, scores),
    )


def _is_evidence(evidence: Iterable[str], letter: Letter, paragraph: Any, number: int) -> bool:
    start, end = paragraph.sentences[number]
    for text in evidence:
        at = paragraph.text.find(text)
        if at >= 0 and min(end, at + len(text)) - max(start, at) > 0.5 * min(end - start, len(text)):
            return True
        for note in letter.notes_of(paragraph.id):
            if text in note.text and start < note.offset <= end:
                return True
    return False


def fit_sentences(examples: Sequence[Example], keep: Labels | None = None) -> Linear:
    """Fit the conditional logit with an L2 penalty."""
    usable = [example for example in examples if example.evidence.any()]
    stacked = np.concatenate([example.features for example in usable])
    mean, scale = stacked.mean(0), stacked.std(0)
    scale[scale < 1e-9] = 1.0
    if keep is None:
        keep = np.ones(len(mean), bool)
    rows = (stacked - mean) / scale * keep
    starts = np.cumsum([0, *(len(example.features) for example in usable)])[:-1]
    owner = np.repeat(np.arange(len(usable)), [len(example.features) for example in usable])
    evidence = np.concatenate([example.evidence for example in usable])

    def loss(weights: Features) -> tuple[float, Features]:
        scores = rows @ weights
        scores -= np.maximum.reduceat(scores, starts)[owner]
        exponentials = np.exp(scores)
        shares = exponentials / np.add.reduceat(exponentials, starts)[owner]
        right = np.add.reduceat(shares * evidence, starts)
        gradient = rows.T @ (shares - shares * evidence / right[owner]) / len(usable)
        penalty = _SENTENCE_PENALTY / 2 * float(weights @ weights)
        return float(-np.log(right).mean()) + penalty, gradient + _SENTENCE_PENALTY * weights

    weights = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x * keep
    return Linear(SENTENCE_FEATURES, mean, scale, weights, 0.0)


def fit_answer(examples: Sequence[Example], sentences: Linear, keep: Labels | None = None) -> Linear:
    """Fit the logistic regression: is the best sentence's paragraph the right one?"""
    rows, labels, weights = [], [], []
    for example in examples:
        scores = sentences(example.features)
        rows.append(example.describe(example.features, scores))
        labels.append(is_right(example, scores))
        weights.append(1.0)
        if example.evidence.any():
            gold = {paragraph for paragraph, hit in zip(example.paragraphs, example.evidence, strict=True) if hit}
            others = np.array([paragraph not in gold for paragraph in example.paragraphs])
            if others.sum() > 1:
                rows.append(example.describe(example.features[others], scores[others]))
                labels.append(False)
                weights.append(_SILENCE_WEIGHT)
    stacked = np.array(rows)
    mean, scale = stacked.mean(0), stacked.std(0)
    scale[scale < 1e-9] = 1.0
    if keep is None:
        keep = np.ones(stacked.shape[1], bool)
    model = LogisticRegression(C=0.3, max_iter=2000)
    model.fit((stacked - mean) / scale * keep, labels, sample_weight=weights)
    return Linear(ANSWER_FEATURES, mean, scale, model.coef_[0] * keep, float(model.intercept_[0]))


def fit_topic(examples: Sequence[Example], sentences: Linear) -> Linear:
    """Fit the logistic regression: is the question about what the letter is about?"""
    stacked = np.array([example.describe(example.features, sentences(example.features)) for example in examples])
    mean, scale = stacked.mean(0), stacked.std(0)
    scale[scale < 1e-9] = 1.0
    model = LogisticRegression(C=0.3, max_iter=2000)
    model.fit((stacked - mean) / scale, [example.status != "off_topic" for example in examples])
    return Linear(ANSWER_FEATURES, mean, scale, model.coef_[0], float(model.intercept_[0]))


def is_right(example: Example, scores: npt.NDArray[np.float64]) -> bool:
    """Return whether the best sentence stands in a paragraph with evidence."""
    best = example.paragraphs[int(scores.argmax())]
    return any(hit and paragraph == best for paragraph, hit in zip(example.paragraphs, example.evidence, strict=True))


def cross_validate(examples: Sequence[Example], keep: Labels | None = None) -> dict[str, Any]:
    """Leave one document out at a time; of each document all questions are scored by models that never saw it."""
    predictions = []
    for document in sorted({example.document for example in examples}):
        training = [example for example in examples if example.document != document]
        if not training:
            training = list(examples)
        sentences = fit_sentences(training, keep)
        answer = fit_answer(training, sentences)
        asked = [example for example in examples if example.document == document and example.split != "foreign"]
        predictions += predict(asked, sentences, answer)
    return {"predictions": predictions}


def predict(examples: Sequence[Example], sentences: Linear, answer: Linear) -> list[dict[str, Any]]:
    """Return what two models make of each question."""
    predictions = []
    for example in examples:
        scores = sentences(example.features)
        probability = 1 / (1 + np.exp(-answer(example.describe(example.features, scores))))
        predictions.append(
            {
                "document": example.document,
                "language": example.language,
                "answerable": bool(example.evidence.any()),
                "paragraph": is_right(example, scores),
                "sentence": bool(example.evidence[int(scores.argmax())]),
                "probability": float(probability),
                "question": example.question,
            }
        )
    return predictions


def best_threshold(predictions: Sequence[dict[str, Any]]) -> float:
    """Return the probability that best parts questions to answer from questions to refuse.

    Youden's index, averaged over the neighbouring levels: with few questions its top is a spike.
    """
    answerable = np.array([entry["probability"] for entry in predictions if entry["answerable"]])
    silent = np.array([entry["probability"] for entry in predictions if not entry["answerable"]])
    grid = np.arange(0.02, 0.98, 0.01)
    gains = np.array([(answerable >= level).mean() + (silent < level).mean() for level in grid])
    smooth = np.convolve(np.pad(gains, _NEIGHBOURS, mode="edge"), np.ones(2 * _NEIGHBOURS + 1), mode="valid")
    return float(grid[int(np.argmax(smooth))])


def format_report(report: dict[str, Any]) -> str:
    """Return the cross-validated figures as a table, a line a document and language."""
    predictions = report["predictions"]
    threshold = best_threshold(predictions)
    lines = [
        f"threshold {threshold:.2f}\n",
        f"{'document':24} {'':2} {'n':>4} par@1 sent@1   auc  refused-wrongly refused-rightly\n",
    ]
    documents = [*sorted({entry["document"] for entry in predictions}), "all", "all but navo"]
    for document in documents:
        for language in ("nl", "en"):
            chosen = [
                entry
                for entry in predictions
                if entry["language"] == language
                and (
                    document in ("all", entry["document"])
                    or (document == "all but navo" and entry["document"] != "navo")
                )
            ]
            lines.append(_line(document, language, chosen, threshold))
    return "".join(lines)


def _line(document: str, language: str, chosen: Sequence[dict[str, Any]], threshold: float) -> str:
    answerable = [entry for entry in chosen if entry["answerable"]]
    silent = [entry for entry in chosen if not entry["answerable"]]
    if not answerable or not silent:
        return ""
    auc = roc_auc_score([entry["answerable"] for entry in chosen], [entry["probability"] for entry in chosen])
    return (
        f"{document:24} {language} {len(chosen):4} {np.mean([e['paragraph'] for e in answerable]):5.3f} "
        f"{np.mean([e['sentence'] for e in answerable]):6.3f} {auc:5.3f} "
        f"{np.mean([e['probability'] < threshold for e in answerable]):16.3f} "
        f"{np.mean([e['probability'] < threshold for e in silent]):15.3f}\n"
    )


def format_ablation(examples: Sequence[Example], report: dict[str, Any]) -> str:
    """Return what leaving each sentence feature out costs, in points of the right sentence at 1."""

    def sentence_at_1(predictions: Sequence[dict[str, Any]]) -> float:
        return float(np.mean([entry["sentence"] for entry in predictions if entry["answerable"]]))

    whole = sentence_at_1(report["predictions"])
    lines = [f"right sentence at 1 with all features {whole:.3f}\n"]
    for position, name in enumerate(SENTENCE_FEATURES):
        keep = np.ones(len(SENTENCE_FEATURES), bool)
        keep[position] = False
        lines.append(f"without {name:22} {sentence_at_1(cross_validate(examples, keep)['predictions']) - whole:+.3f}\n")
    return "".join(lines)


if __name__ == "__main__":
    main()
