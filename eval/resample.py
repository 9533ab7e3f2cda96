"""How sure a number is: intervals by resampling question pairs, and tests between two runs.

A `Statistic` maps weights, one row a draw and one column a case, to one value a draw. With all weights 1 it
is the measure itself; with each pair weighted by how often a draw picked it, it is the bootstrap. So a mean,
an F1 and an area under the curve get their intervals the same way, and a Dutch question and its English
form, which are not independent, stay together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Statistic = Callable[[Array], Array]

DRAWS = 2000
SEED = 20180426
DIGITS = 6
_DRAWS_AT_ONCE = 250
_LEVEL = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure with its 95 % interval; all `None` where it can't be measured."""

    value: float | None
    low: float | None
    high: float | None


def mean_of(values: Sequence[float | None]) -> Statistic:
    """Return the mean of the values that are there."""
    known = np.array([value is not None for value in values], np.float64)
    return ratio_of(np.array([value or 0.0 for value in values], np.float64), known)


def ratio_of(part: npt.ArrayLike, whole: npt.ArrayLike) -> Statistic:
    """Return the sum of one column over the sum of another."""
    numerator, denominator = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return lambda weights: _divide(weights @ numerator, weights @ denominator)


def f1_of(predicted: Sequence[bool], actual: Sequence[bool]) -> Statistic:
    """Return the F1 of a yes-or-no prediction."""
    said, true = np.array(predicted, np.float64), np.array(actual, np.float64)
    return ratio_of(2 * said * true, said + true)


def auroc_of(scores: Sequence[float | None], positive: Sequence[bool]) -> Statistic:
    """Return the area under the ROC curve: how often a positive case scores above a negative one, ties half."""
    known = [number for number, score in enumerate(scores) if score is not None]
    values = np.array([scores[number] for number in known], np.float64)
    order = np.argsort(values, kind="stable")
    columns = np.array(known, np.intp)[order]
    starts = np.flatnonzero(np.diff(values[order], prepend=-np.inf)) if known else np.empty(0, np.intp)
    is_positive = np.array(positive, np.float64)

    def area(weights: Array) -> Array:
        if not known:
            return np.full(len(weights), np.nan)
        up = np.add.reduceat((weights * is_positive)[:, columns], starts, axis=1)
        down = np.add.reduceat((weights * (1 - is_positive))[:, columns], starts, axis=1)
        below = np.cumsum(down, axis=1) - down
        return _divide((up * (below + down / 2)).sum(axis=1), up.sum(axis=1) * down.sum(axis=1))

    return area


def calibration_error_of(probabilities: Sequence[float | None], outcome: Sequence[bool], bins: int = 10) -> Statistic:
    """Return the expected calibration error over bins of equal width (Naeini et al., 2015)."""
    known = np.array([probability is not None for probability in probabilities], np.float64)
    values = np.array([probability or 0.0 for probability in probabilities], np.float64)
    member = np.eye(bins)[bin_numbers(values, bins)] * known[:, None]
    excess = member * (values - np.array(outcome, np.float64))[:, None]
    return lambda weights: _divide(np.abs(weights @ excess).sum(axis=1), weights @ known)


def bin_numbers(probabilities: Array, bins: int) -> npt.NDArray[np.intp]:
    """Return the number of the bin each probability falls in; 1 belongs to the last."""
    return np.minimum((probabilities * bins).astype(np.intp), bins - 1)


def bootstrap(statistics: Mapping[str, Statistic], clusters: Sequence[str], draws: int = DRAWS) -> dict[str, Estimate]:
    """Return each statistic with its percentile interval; cases of one cluster are drawn together."""
    if not clusters:
        return dict.fromkeys(statistics, Estimate(None, None, None))
    once = np.ones((1, len(clusters)))
    points = {name: float(statistic(once)[0]) for name, statistic in statistics.items()}
    drawn: dict[str, list[Array]] = {name: [] for name in statistics}
    for weights in _draw(clusters, draws):
        for name, statistic in statistics.items():
            drawn[name].append(statistic(weights))
    return {name: _estimate(points[name], np.concatenate(drawn[name])) for name in statistics}


def mcnemar(lost: int, won: int) -> float:
    """Return the two-sided exact p value that as many pairs differ in one direction only by chance."""
    total = lost + won
    tail = sum(math.comb(total, count) for count in range(min(lost, won) + 1))
    # whole numbers until the last step: 2.0 ** -total would vanish
    return min(1.0, float(2 * tail / 2**total))


def _draw(clusters: Sequence[str], draws: int) -> Iterator[Array]:
    names, member = np.unique(np.array(clusters), return_inverse=True)
    generator = np.random.default_rng(SEED)
    shares = np.full(len(names), 1 / len(names))
    for start in range(0, draws, _DRAWS_AT_ONCE):
        counts = generator.multinomial(len(names), shares, size=min(_DRAWS_AT_ONCE, draws - start))
        yield counts[:, member].astype(np.float64)


def _estimate(point: float, values: Array) -> Estimate:
    if math.isnan(point):
        return Estimate(None, None, None)
    # a draw may hold no case that the statistic can be measured on
    low, high = np.percentile(values[~np.isnan(values)], _LEVEL)
    return Estimate(round(point, DIGITS), round(float(low), DIGITS), round(float(high), DIGITS))


def _divide(part: Array, whole: Array) -> Array:
    result: Array = np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
    return result
