"""What each figure of a run is called, what it means, and which of them may not fall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["mean", "whole", "pair"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: a `mean` over cases that have the score, or made of all cases (`whole`) or of pairs (`pair`).

    `gated` figures may not fall; `promised` ones not by a single case.
    """

    name: str
    label: str
    meaning: str
    kind: Kind = "mean"
    gated: bool = False
    promised: bool = False
    lower_is_better: bool = False


GROUPS: dict[str, tuple[Measure, ...]] = {
    "Outcome": (
        Measure(
            "success",
            "Handled right",
            "answered from a gold paragraph with every expected fact, or rightly refused; over all cases",
            gated=True,
        ),
        Measure("facts", "All facts given", "the answer holds every expected fact; a refusal holds none", gated=True),
        Measure("token_f1", "Word overlap (token F1)", "words shared with the reference answer, of given answers"),
        Measure("follow_up", "Follow-ups", "cases with history: gold paragraph cited, facts given", gated=True),
    ),
    "Citations": (
        Measure(
            "cited_paragraph",
            "Right paragraph cited",
            "a gold paragraph is cited; a wrong refusal counts as a miss",
            gated=True,
        ),
        Measure("cited_sentence", "Right sentence cited", "a gold sentence is cited", gated=True),
        Measure("evidence_cited", "Evidence covered", "share of the gold passages that are cited"),
        Measure(
            "citation_precision",
            "Citation precision",
            "share of an answer's citations that stand in a gold paragraph",
            gated=True,
        ),
        Measure("citation_recall", "Citation recall", "share of an answer's statements with a citation that does"),
        Measure("sentence_precision", "Sentence precision", "the same, at a gold sentence"),
        Measure("sentence_recall", "Sentence recall", "the same, at a gold sentence"),
        Measure(
            "verbatim",
            "Quotations verbatim",
            "share of the quotations that stand in the letter, character for character",
            gated=True,
            promised=True,
        ),
    ),
    "Language model": (
        Measure(
            "withheld",
            "Withheld",
            "share of a language model's sentences that the letter does not bear out and that were not shown",
            lower_is_better=True,
        ),
    ),
    "Retrieval": (
        Measure("recall@1", "Recall at 1", "share of the gold paragraphs ranked first", gated=True),
        Measure("recall@3", "Recall at 3", "share of the gold paragraphs among the first three"),
        Measure("recall@10", "Recall at 10", "share of the gold paragraphs among the first ten"),
        Measure("mrr", "Reciprocal rank (MRR)", "1 / rank of the first gold paragraph"),
        Measure("ndcg@10", "nDCG at 10", "gold paragraphs found, discounted by rank"),
    ),
    "Refusals": (
        Measure("decision", "Answered or refused rightly", "whatever was cited or given as the reason", gated=True),
        Measure("status_right", "Right status", "also the right kind of answer or refusal", gated=True),
        Measure("refusal_precision", "Refusal precision", "share of the refusals that were right", kind="whole"),
        Measure("refusal_recall", "Refusal recall", "share of what should be refused that was", kind="whole"),
        Measure("refusal_f1", "Refusal F1", "harmonic mean of the two", kind="whole"),
        Measure(
            "wrongly_refused",
            "Wrongly refused",
            "share of what the letter answers that was refused; lower is better",
            kind="whole",
            lower_is_better=True,
        ),
        Measure(
            "auroc",
            "AUROC",
            "how often an answerable question has a higher probability than an unanswerable one",
            kind="whole",
            gated=True,
        ),
        Measure(
            "calibration_error",
            "Calibration error (ECE)",
            "mean distance between probability and share right, ten bins; lower is better",
            kind="whole",
            lower_is_better=True,
        ),
    ),
    "Dutch and English": (
        Measure("language_right", "Language of the answer", "the answer is in the question's language", gated=True),
        Measure(
            "parity_paragraph", "Same paragraph", "both forms of a question cite the same gold paragraphs", kind="pair"
        ),
        Measure("parity_facts", "Same facts", "both forms give the same expected facts, at least one", kind="pair"),
        Measure("parity_status", "Same status", "both forms end in the same status", kind="pair"),
    ),
}
MEASURES = tuple(measure for group in GROUPS.values() for measure in group)
BY_NAME = {measure.name: measure for measure in MEASURES}
MEANS = tuple(measure.name for measure in MEASURES if measure.kind == "mean")
GATED = tuple(measure.name for measure in MEASURES if measure.gated)


def label_of(name: str) -> str:
    """Return what a figure is called, its bare name where it has no label."""
    return BY_NAME[name].label if name in BY_NAME else name
