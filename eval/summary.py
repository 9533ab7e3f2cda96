"""Scores of many cases into figures with intervals: by language, split and tag."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from eval.measures import MEANS
from eval.resample import (
    DIGITS,
    Statistic,
    auroc_of,
    bin_numbers,
    bootstrap,
    calibration_error_of,
    f1_of,
    mean_of,
    ratio_of,
)
from eval.score import GIVEN, RANKS, ScoredCase

_BINS = 10
_DRAWS_BY_TAG = 500

Figures = dict[str, dict[str, Any]]


def summarise(scored: Sequence[ScoredCase]) -> dict[str, Any]:
    """Return every figure of a run but those of the machine: values, 95 % intervals and counts."""
    groups: dict[str, list[ScoredCase]] = {"all": list(scored)}
    for language in ("nl", "en"):
        groups[language] = [one for one in scored if one.case.lang == language]
    splits: dict[str, list[ScoredCase]] = defaultdict(list)
    tags: dict[str, list[ScoredCase]] = defaultdict(list)
    for one in scored:
        if one.case.split:
            splits[one.case.split].append(one)
        for tag in one.case.tags:
            tags[tag].append(one)
    return {
        "summary": {name: figures_of(members) for name, members in groups.items()},
        "splits": {name: figures_of(splits[name]) for name in sorted(splits)},
        "tags": {name: figures_of(tags[name], _DRAWS_BY_TAG) for name in sorted(tags)},
        "confusion": _confusion(scored),
        "outcomes": dict(Counter(one.outcome for one in scored)),
        "failures": _count_failures(scored),
        "calibration": _calibration(scored),
        "recall_at": {name: _recall_curve(groups[name]) for name in ("nl", "en")},
        "unscored": {name: sum(one.scores.get(name) is None for one in scored) for name in MEANS},
    }


def figures_of(scored: Sequence[ScoredCase], draws: int | None = None) -> Figures:
    """Return each measure of some cases with its interval and the number of cases it is measured on."""
    statistics, counts = _statistics(scored)
    clusters = [one.case.pair for one in scored]
    estimates = bootstrap(statistics, clusters) if draws is None else bootstrap(statistics, clusters, draws)
    parity, pairs, pair_counts = _parity(scored)
    estimates |= bootstrap(parity, pairs) if pairs else {}
    counts |= pair_counts
    return {name: {**asdict(estimate), "n": counts[name]} for name, estimate in estimates.items()}


def _statistics(scored: Sequence[ScoredCase]) -> tuple[dict[str, Statistic], dict[str, int]]:
    statistics: dict[str, Statistic] = {}
    counts: dict[str, int] = {}
    for name in MEANS:
        values = [one.scores.get(name) for one in scored]
        statistics[name] = mean_of(values)
        counts[name] = sum(value is not None for value in values)
    refused = np.array([one.refused for one in scored], bool)
    silent = np.array([one.case.status not in GIVEN for one in scored], bool)
    both = refused & silent
    statistics["refusal_precision"] = ratio_of(both, refused)
    statistics["refusal_recall"] = ratio_of(both, silent)
    statistics["refusal_f1"] = f1_of(list(refused), list(silent))
    statistics["wrongly_refused"] = ratio_of(refused & ~silent, ~silent)
    probabilities = [one.answer.get("probability") for one in scored]
    statistics["auroc"] = auroc_of(probabilities, list(~silent))
    statistics["calibration_error"] = calibration_error_of(probabilities, [one.right for one in scored], _BINS)
    known = sum(probability is not None for probability in probabilities)
    counts |= {"refusal_precision": int(refused.sum()), "refusal_recall": int(silent.sum()), "refusal_f1": len(scored)}
    counts |= {"wrongly_refused": int((~silent).sum()), "auroc": known, "calibration_error": known}
    return statistics, counts


def _parity(scored: Sequence[ScoredCase]) -> tuple[dict[str, Statistic], list[str], dict[str, int]]:
    """Do both forms of a question cite the same gold paragraphs, give the same facts, end in the same status?"""
    pairs: dict[str, list[ScoredCase]] = defaultdict(list)
    for one in scored:
        pairs[one.case.pair].append(one)
    both = {pair: forms for pair, forms in pairs.items() if {form.case.lang for form in forms} == {"nl", "en"}}
    values = {
        "parity_paragraph": [_alike([_gold_cited(form) for form in forms]) for forms in both.values()],
        "parity_facts": [
            _alike([_facts_given(form) for form in forms]) if len({len(form.facts) for form in forms}) == 1 else None
            for forms in both.values()
        ],
        "parity_status": [_alike([frozenset({form.answer["status"]}) for form in forms]) for forms in both.values()],
    }
    counts = {name: sum(value is not None for value in column) for name, column in values.items()}
    return {name: mean_of(column) for name, column in values.items()}, list(both), counts


def _alike(found: Sequence[frozenset[object] | None]) -> float | None:
    """Return whether all found the same and found something; `None` where there is nothing to find."""
    if None in found:
        return None
    return float(len(set(found)) == 1 and bool(found[0]))


def _gold_cited(one: ScoredCase) -> frozenset[object] | None:
    gold = {place.paragraph_id for place in one.gold}
    return frozenset(c["paragraph_id"] for c in one.answer["citations"] if c["paragraph_id"] in gold) if gold else None


def _facts_given(one: ScoredCase) -> frozenset[object] | None:
    if not one.facts:
        return None
    given = one.answer["status"] in GIVEN
    return frozenset(number for number, found in enumerate(one.facts) if found and given)


def _count_failures(scored: Sequence[ScoredCase]) -> dict[str, int]:
    """Return how many cases fail in each way, the commonest first; a case may fail in several."""
    counts = Counter(kind for one in scored for kind in {reason.kind for reason in one.reasons})
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _confusion(scored: Sequence[ScoredCase]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in scored:
        counts[one.case.status][str(one.answer["status"])] += 1
    return {status: dict(sorted(counts[status].items())) for status in sorted(counts)}


def _calibration(scored: Sequence[ScoredCase]) -> list[dict[str, float | int | None]]:
    """Return the reliability diagram's bins: mean probability, share that was right, number of cases."""
    known = [one for one in scored if one.answer.get("probability") is not None]
    probabilities = np.array([one.answer["probability"] for one in known], np.float64)
    right = np.array([one.right for one in known], np.float64)
    numbers = bin_numbers(probabilities, _BINS)
    bins: list[dict[str, float | int | None]] = []
    for number in range(_BINS):
        members = numbers == number
        filled = bool(members.any())
        bins.append(
            {
                "low": number / _BINS,
                "high": (number + 1) / _BINS,
                "mean": round(float(probabilities[members].mean()), DIGITS) if filled else None,
                "right": round(float(right[members].mean()), DIGITS) if filled else None,
                "n": int(members.sum()),
            }
        )
    return bins


def _recall_curve(scored: Sequence[ScoredCase]) -> list[float | None]:
    curve: list[float | None] = []
    for k in RANKS:
        values = [value for one in scored if (value := one.scores.get(f"recall@{k}")) is not None]
        curve.append(round(sum(values) / len(values), DIGITS) if values else None)
    return curve
