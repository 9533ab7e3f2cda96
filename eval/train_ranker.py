"""Train the ranker's linear models on gold questions, documents kept apart, and report what each part brings.

    python -m eval.train_ranker --halves out/late-interaction [--report eval/ranker-report.md] [--ablate]

Every letter is read by a model that has not seen it: those of the gold sets by the ones that
`eval.train_late_interaction` trained without their half, the written ones that were kept apart by the product's own.

The sentence model is a conditional logit: each question chooses among all sentences of its letter, and the
loss is -log of the share its evidence gets. The answer model is a logistic regression on the best sentence; as
further examples of silence every answerable question is also asked with its evidence taken away. The same input
gives the same file.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.features import (
    ANSWER_FEATURES,
    SENTENCE_FEATURES,
    Features,
    Scores,
    describe_answer,
    describe_sentences,
)
from assistant.pipeline import Assistant, build_assistant
from assistant.question import Question
from assistant.rank import RANKER_FILE
from eval.lessons import FIRST_HALF, digest_files, find_documents, is_apart, load_cases, load_pairs, written_letters
from eval.readings import is_quoted
from eval.train_late_interaction import HALVES
from ingest.chunk import notes_in
from ingest.embed import Embedder, OnnxEmbedder
from ingest.home import Home
from ingest.letter import Letter, Paragraph
from ingest.model import prepare_model
from ingest.model.tuning import TUNING_FILE
from ingest.pipeline import ingest
from ingest.reading import translation_beside
from ingest.settings import load_settings

# Features that say the same in several ways, left out together to see what they bring.
FAMILIES: dict[str, tuple[str, ...]] = {
    "late interaction": (
        "late", "late_even", "late_rare", "late_weakest", "late_paragraph", "late_paragraph_rare",
        "late_content_weakest", "late_names_weakest", "late_alone", "late_spread", "late_second", "late_around",
    ),
    "its weakest tokens": ("late_weakest", "late_content_weakest", "late_names_weakest"),
    "its paragraph": ("late_paragraph", "late_paragraph_rare"),
    "pooled similarity": ("pooled",),
    "BM25": ("lexical",),
    "coverage of terms": ("covered", "covered_around", "covered_paragraph", "covered_heading", "names_covered"),
    "unknown terms": ("unknown_weight", "unknown_names", "unknown_share"),
    "kind of answer": ("expected_here", "expected_missing"),
    "decisive words": ("decisive", "decisive_missing"),
    "what is counted or named": ("counted", "uncounted", "identified", "unidentified"),
    "the whole question": ("all_covered", "all_pointed", "names_missing"),
    "what is said about": ("topical", "topic_missing"),
    "kind of question": (
        "asks_number", "asks_date", "asks_reason", "asks_person", "asks_place", "asks_list", "asks_yes_no",
        "length_question",
    ),
    "facts of the letter": ("fact_here", "header", "signature", "noted"),
    "place and length": ("first", "length"),
    "margin and share": ("margin", "share"),
    "which text is asked": ("other_language", "english_text"),
}  # fmt: skip

_DEPTH = 200
# Below this chance of being on topic a refused question is called off topic. To call a question about the letter so is
# the worse mistake: on the gold sets 0.5 gave the right kind of no in .84 of the refusals, 0.25 in .87.
_OFF_TOPIC = 0.25
_FOREIGN_QUESTIONS = 40
_SENTENCE_PENALTY = 0.02
# What speaks for an answer and what against it. Left free, some of these turn round, because people who write hard gold
# questions name what a letter names and does not say; an easy question would then be refused for being plain.
_FOR = frozenset(
    (
        "late", "late_even", "late_rare", "late_weakest", "late_paragraph", "pooled", "covered", "covered_paragraph",
        "names_covered", "expected_here", "fact_here", "margin", "share", "late_spread",
        "late_content_weakest", "late_names_weakest", "decisive", "all_covered", "all_pointed", "counted", "identified",
    )
)  # fmt: skip
_AGAINST = frozenset(
    (
        "unknown_weight", "unknown_names", "unknown_share", "expected_missing", "decisive_missing", "names_missing",
        "late_second", "late_around", "uncounted", "unidentified", "topic_missing",
    )
)  # fmt: skip
# The kind of question alone tells how gold questions are written more than what a letter says: it counts for less.
_KIND_SHARE = 0.1
# Readers ask more that a letter answers than that it does not, and less hard things of both kinds than the written
# questions, of which two in five are silent: at 2.75 one in fifteen of those that a new letter answers is refused.
_ANSWERABLE_WEIGHT = 2.75
# Easy silences, made rather than asked, count for little: to be told apart is what a letter names and does not say.
_REMOVED_WEIGHT, _FOREIGN_WEIGHT = 0.05, 0.3
# There are six times as many questions over written letters as in the gold sets: together they count alike.
_WRITTEN_WEIGHT = 0.17
_STRENGTH = 0.1
WRITTEN = "written letters"
_FOLDS = 5
_NEIGHBOURS = 5
_REPORT_HEAD = """# The ranker, cross-validated

Each document's questions are scored by a ranker that was trained on the other documents, on top of a model that has not
seen it. `par@1` and `sent@1` tell how often the first sentence stands in a paragraph with evidence, and is evidence
itself; `auc` how well the probability tells answerable questions from the others; the last two columns what is refused
at the threshold. Of the gold sets only `navo` has an English text; elsewhere English asks the Dutch. The written
letters are those of `eval/training` that the model did not learn from; two in five of them have an English text.

"""
Labels = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Example:
    """One question over one letter: a row of features a sentence, which are evidence, which paragraph each is of."""

    document: str
    split: str
    language: str
    status: str
    question: Question
    features: Features
    evidence: Labels
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted, standardised linear model."""

    names: tuple[str, ...]
    mean: Features
    scale: Features
    weights: Features
    bias: float

    def __call__(self, features: Features) -> Scores:
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
    parser.add_argument("--halves", type=Path, required=True, help="the folder with the models' two halves")
    parser.add_argument("--product", type=Path, default=TUNING_FILE, help="the product's model")
    parser.add_argument("--out", type=Path, default=RANKER_FILE)
    parser.add_argument("--report", type=Path, help="also write the report to this file")
    parser.add_argument("--workspace", type=Path, default=Path("out/training"))
    parser.add_argument("--ablate", action="store_true", help="also report the loss of leaving each part out")
    options = parser.parse_args(arguments)
    examples = load_all(options.workspace, [options.halves / half for half in HALVES], options.product)
    predictions = cross_validate(examples)
    text = format_report(predictions)
    if options.ablate:
        text += format_ablation([example for example in examples if example.split != "written"])
    sys.stdout.write(text)
    if options.report:
        options.report.write_text(f"{_REPORT_HEAD}```\n{text}```\n", encoding="utf-8")
    options.out.write_text(json.dumps(train(examples, predictions), indent=1) + "\n", encoding="utf-8")


def load_all(workspace: Path, halves: Sequence[Path], product: Path) -> list[Example]:
    """Return the examples of every letter, from the workspace where they were made of the same files before."""
    pairs = find_documents()
    written = [(letter, asked) for letter, asked in written_letters() if is_apart(letter.stem)]
    models = (*halves, product)
    texts = [text for letter, _ in (*pairs, *written) if (text := translation_beside(letter))]
    made_by = [path for package in ("assistant", "ingest") for path in Path(package).rglob("*")]
    code = [
        *(path for path in made_by if path.suffix in (".py", ".tsv")),
        *map(Path, ("eval/lessons.py", "eval/readings.py")),
    ]
    made_of = (path for files in (*pairs, *written, models, texts, code) for path in files)
    workspace = workspace / digest_files(made_of)
    kept = workspace / "examples.pkl"
    if not kept.is_file():
        threads = load_settings().threads
        first, second, own = (
            OnnxEmbedder(prepare_model(workspace / model.stem, tuning=model), threads=threads) for model in models
        )
        made = [
            example
            for letter, gold in pairs
            for cases in [load_cases(gold) + strange_cases([other for _, other in pairs if other != gold])]
            for embedder in [first if gold.stem in FIRST_HALF else second]
            for example in load_examples(letter, cases, gold.stem, workspace / "homes", embedder)
        ]
        made += [
            example
            for letter, asked in written
            for example in load_examples(letter, load_pairs(asked), asked.stem, workspace / "homes", own)
        ]
        kept.write_bytes(pickle.dumps(made))
    examples: list[Example] = pickle.loads(kept.read_bytes())  # noqa: S301  written here
    return examples


def strange_cases(others: Sequence[Path]) -> list[dict[str, Any]]:
    """Return some questions of other gold sets, which a letter does not answer."""
    foreign = [case for gold in others for case in load_cases(gold) if not case["history"]]
    chosen = np.random.default_rng(0).permutation(len(foreign))[:_FOREIGN_QUESTIONS]
    return [{**foreign[i], "status": "off_topic", "evidence": [], "split": "foreign"} for i in chosen]


def load_examples(
    letter_path: Path, cases: Sequence[dict[str, Any]], name: str, homes: Path, embedder: Embedder
) -> list[Example]:
    """Index one letter by itself and describe every question about it."""
    settings = load_settings().model_copy(update={"home": homes / name})
    build_assistant(settings, embedder=embedder).close()
    (result,) = ingest([letter_path], Home(settings.home), embedder)
    if result.outcome == "failed":
        raise SystemExit(result.reason)
    assistant = build_assistant(settings, embedder=embedder)
    letter = assistant.letters[result.letter_id]
    return [
        example
        for case in cases
        if not case["history"] and case["status"] != "vague"
        for example in [describe_case(assistant, letter, case, name)]
        if example is not None
    ]


def describe_case(assistant: Assistant, letter: Letter, case: dict[str, Any], document: str) -> Example | None:
    """Describe one gold question; `None` when its evidence is not in any sentence."""
    question = assistant.analyse(case["question"], case["lang"], (letter.id,))
    candidates = assistant.candidates(question, (letter.id,), at_least=_DEPTH)
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
        split=case.get("split") or "tune",
        language=case["lang"],
        status=case["status"],
        question=question,
        features=features,
        evidence=evidence,
        paragraphs=tuple(place.candidate.paragraph.id for place in places),
    )


def _is_evidence(evidence: Sequence[str], letter: Letter, paragraph: Paragraph, number: int) -> bool:
    """Whether evidence quotes a sentence, or a footnote whose mark stands in it."""
    notes = notes_in(letter, paragraph, number)
    return is_quoted(evidence, paragraph, number) or any(text in note.text for text in evidence for note in notes)


def train(examples: Sequence[Example], predictions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the ranker's file: the models and the thresholds."""
    training = [example for example in examples if example.split != "aside"]
    sentences = fit_sentences(training)
    answer, topic = fit_answer(training, sentences), fit_topic(training, sentences)
    threshold = product_threshold(predictions)
    return {
        "sentences": sentences.stored(),
        "answer": answer.stored(),
        "topic": topic.stored(),
        "threshold": round(threshold, 3),
        "off_topic": _OFF_TOPIC,
        "trained_on": sorted({example.document for example in training}),
        "questions": len(training),
    }


def fit_sentences(examples: Sequence[Example], keep: Labels | None = None) -> Linear:
    """Fit the conditional logit with an L2 penalty."""
    usable = [example for example in examples if example.evidence.any()]
    stacked = np.concatenate([example.features for example in usable])
    mean, scale = stacked.mean(0), stacked.std(0)
    scale[scale < 1e-9] = 1.0
    if keep is None:
        keep = np.ones(len(mean), bool)
    rows = (stacked - mean) / scale * keep
    lengths = [len(example.features) for example in usable]
    starts = np.cumsum([0, *lengths])[:-1]
    owner = np.repeat(np.arange(len(usable)), lengths)
    evidence = np.concatenate([example.evidence for example in usable])

    def loss(weights: Features) -> tuple[float, Features]:
        scores = rows @ weights
        scores -= np.maximum.reduceat(scores, starts)[owner]
        exponentials = np.exp(scores)
        shares = exponentials / np.add.reduceat(exponentials, starts)[owner]
        right = np.maximum(np.add.reduceat(shares * evidence, starts), 1e-12)
        gradient = rows.T @ (shares - shares * evidence / right[owner]) / len(usable)
        penalty = _SENTENCE_PENALTY / 2 * float(weights @ weights)
        return float(-np.log(right).mean()) + penalty, gradient + _SENTENCE_PENALTY * weights

    weights = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x * keep
    return Linear(SENTENCE_FEATURES, mean, scale, weights, 0.0)


def fit_answer(examples: Sequence[Example], sentences: Linear, keep: Labels | None = None) -> Linear:
    """Fit the logistic regression: does the letter answer, as far as its best sentence tells?"""
    rows, labels, weights = [], [], []
    for example in examples:
        scores = sentences(example.features)
        rows.append(describe_answer(example.question, example.features, scores))
        labels.append(bool(example.evidence.any()))
        weights.append({"foreign": _FOREIGN_WEIGHT, "written": _WRITTEN_WEIGHT}.get(example.split, 1.0))
        if example.evidence.any():
            gold = {paragraph for paragraph, hit in zip(example.paragraphs, example.evidence, strict=True) if hit}
            others = np.array([paragraph not in gold for paragraph in example.paragraphs])
            if others.sum() > 1:
                rows.append(describe_answer(example.question, example.features[others], scores[others]))
                labels.append(False)
                weights.append(_REMOVED_WEIGHT)
    return _fit_signed(rows, labels, weights, keep)


def fit_topic(examples: Sequence[Example], sentences: Linear) -> Linear:
    """Fit the logistic regression: is the question about what the letter is about?

    The questions over written letters don't tell.
    """
    told = [example for example in examples if example.split != "written"]
    rows = [describe_answer(example.question, example.features, sentences(example.features)) for example in told]
    stacked, mean, scale = _standardised(rows)
    model = LogisticRegression(C=_STRENGTH, max_iter=2000)
    model.fit(stacked, [example.status != "off_topic" for example in told])
    return Linear(ANSWER_FEATURES, mean, scale, model.coef_[0], float(model.intercept_[0]))


def _fit_signed(
    rows: Sequence[Features], labels: Sequence[bool], weights: Sequence[float], keep: Labels | None
) -> Linear:
    """Fit a logistic regression with an L2 penalty, in which what speaks for or against an answer keeps its sign."""
    stacked, mean, scale = _standardised(rows)
    shares = np.array([_KIND_SHARE if name.startswith("asks_") else 1.0 for name in ANSWER_FEATURES])
    inputs = np.column_stack([stacked * shares * (True if keep is None else keep), np.ones(len(stacked))])
    signs, weight = np.where(labels, 1.0, -1.0), _STRENGTH * np.array(weights)
    penalised = np.append(np.ones(len(ANSWER_FEATURES)), 0.0)

    def loss(found: Features) -> tuple[float, Features]:
        margins = signs * (inputs @ found)
        slopes = -signs * weight / (1 + np.exp(np.clip(margins, -500, 500)))
        cost = float(weight @ np.logaddexp(0, -margins) + penalised @ found**2 / 2)
        return cost, inputs.T @ slopes + penalised * found

    bounds = [(0 if name in _FOR else None, 0 if name in _AGAINST else None) for name in ANSWER_FEATURES]
    found = minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    return Linear(ANSWER_FEATURES, mean, scale, found[:-1] * shares, float(found[-1]))


def _standardised(rows: Sequence[Features]) -> tuple[Features, Features, Features]:
    """Return the rows with mean 0 and spread 1, their means and their spreads."""
    stacked = np.array(rows)
    mean, scale = stacked.mean(0), stacked.std(0)
    scale[scale < 1e-9] = 1.0
    return (stacked - mean) / scale, mean, scale


def is_right(example: Example, scores: Scores) -> bool:
    """Return whether the best sentence stands in a paragraph with evidence."""
    best = example.paragraphs[int(scores.argmax())]
    return any(hit and paragraph == best for paragraph, hit in zip(example.paragraphs, example.evidence, strict=True))


def cross_validate(
    examples: Sequence[Example], keep: Labels | None = None, keep_answer: Labels | None = None
) -> list[dict[str, Any]]:
    """Leave one gold set out at a time, and a share of the written letters: models that never saw them score them."""
    gold = sorted({example.document for example in examples if example.split != "written"})
    written = sorted({example.document for example in examples} - set(gold))
    shares = [set(written[start::_FOLDS]) for start in range(_FOLDS)]
    folds = [{document} for document in gold] + [share for share in shares if share]
    predictions = []
    for fold in folds:
        training = [example for example in examples if example.document not in fold]
        sentences = fit_sentences(training, keep)
        answer = fit_answer(training, sentences, keep_answer)
        asked = [example for example in examples if example.document in fold and example.split != "foreign"]
        predictions += predict(asked, sentences, answer)
    return predictions


def predict(examples: Sequence[Example], sentences: Linear, answer: Linear) -> list[dict[str, Any]]:
    """Return what the models make of each question."""
    predictions = []
    for example in examples:
        scores = sentences(example.features)
        features = describe_answer(example.question, example.features, scores)
        predictions.append(
            {
                "document": WRITTEN if example.split == "written" else example.document,
                "language": example.language,
                "answerable": bool(example.evidence.any()),
                "paragraph": is_right(example, scores),
                "sentence": bool(example.evidence[int(scores.argmax())]),
                "probability": float(1 / (1 + np.exp(-answer(features)))),
                "question": example.question.text,
            }
        )
    return predictions


def product_threshold(predictions: Sequence[dict[str, Any]]) -> float:
    """Return the best threshold where the product reads letters that it never saw, asked as most people ask."""
    return best_threshold([entry for entry in predictions if entry["document"] == WRITTEN])


def best_threshold(predictions: Sequence[dict[str, Any]]) -> float:
    """Return the probability that best parts questions to answer from questions to refuse.

    Youden's index, the answerable weighing more, averaged over the neighbouring levels: with few questions its top is
    a spike.
    """
    answerable = np.array([entry["probability"] for entry in predictions if entry["answerable"]])
    silent = np.array([entry["probability"] for entry in predictions if not entry["answerable"]])
    grid = np.arange(0.02, 0.98, 0.01)
    gains = np.array([_ANSWERABLE_WEIGHT * (answerable >= level).mean() + (silent < level).mean() for level in grid])
    smooth = np.convolve(np.pad(gains, _NEIGHBOURS, mode="edge"), np.ones(2 * _NEIGHBOURS + 1), mode="valid")
    return float(grid[int(np.argmax(smooth))])


def format_report(predictions: Sequence[dict[str, Any]]) -> str:
    """Return the cross-validated figures as a table, a line a document and language."""
    threshold = product_threshold(predictions)
    lines = [
        f"threshold {threshold:.2f}\n",
        f"{'document':24} {'':2} {'n':>4} par@1 sent@1   auc  refused-wrongly refused-rightly\n",
    ]
    gold = sorted({entry["document"] for entry in predictions} - {WRITTEN})
    groups = {name: {name} for name in gold} | {"all": set(gold), "all but navo": set(gold) - {"navo"}}
    for name, documents in (groups | {WRITTEN: {WRITTEN}}).items():
        for language in ("nl", "en"):
            chosen = [
                entry for entry in predictions if entry["language"] == language and entry["document"] in documents
            ]
            lines.append(_line(name, language, chosen, threshold))
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


def format_ablation(examples: Sequence[Example]) -> str:
    """Return what leaving each part out costs: the right sentence at 1, and the area under the curve of answering."""

    def figures(entries: Sequence[dict[str, Any]]) -> tuple[float, float]:
        right = float(np.mean([entry["sentence"] for entry in entries if entry["answerable"]]))
        return right, float(
            roc_auc_score([entry["answerable"] for entry in entries], [entry["probability"] for entry in entries])
        )

    sentence, area = figures(cross_validate(examples))
    lines = [f"\nThe gold sets alone\nwith everything           sentence@1 {sentence:.3f}  auc {area:.3f}\n"]

    def line(name: str, entries: Sequence[dict[str, Any]]) -> str:
        without = figures(entries)
        return f"without {name:22} {without[0] - sentence:+.3f}      {without[1] - area:+.3f}\n"

    for family, names in FAMILIES.items():
        keep, keep_answer = (
            np.array([name not in names for name in kind]) for kind in (SENTENCE_FEATURES, ANSWER_FEATURES)
        )
        lines.append(line(family, cross_validate(examples, keep, keep_answer)))
    return "".join(lines)


if __name__ == "__main__":
    main()
