"""Intervals and tests, held against values worked out by hand and against scikit-learn and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import f1_score, roc_auc_score

from eval.resample import (
    Estimate,
    Statistic,
    auroc_of,
    bootstrap,
    calibration_error_of,
    f1_of,
    mcnemar,
    mean_of,
    ratio_of,
)

cases = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40)


def once(statistic: Statistic, count: int) -> float:
    return float(statistic(np.ones((1, count)))[0])


def test_the_mean_leaves_out_what_was_not_measured() -> None:
    assert once(mean_of([1.0, None, 0.0, 0.5]), 4) == 0.5
    assert np.isnan(once(mean_of([None, None]), 2))


def test_weights_count_a_case_as_often_as_it_was_drawn() -> None:
    statistic = mean_of([1.0, 0.0, None])
    assert statistic(np.array([[3.0, 1.0, 9.0]]))[0] == 0.75


@given(cases)
def test_the_area_under_the_curve_agrees_with_scikit_learn(drawn: list[tuple[int, bool]]) -> None:
    scores, positive = [score / 5 for score, _ in drawn], [label for _, label in drawn]
    area = once(auroc_of(scores, positive), len(drawn))
    if len(set(positive)) == 2:
        assert area == pytest.approx(roc_auc_score(positive, scores))
    else:
        assert np.isnan(area)


def test_the_area_under_the_curve_by_hand() -> None:
    # pairs (positive, negative): .9>.5, .9>.1, .5=.5 half, .5>.1 → 3.5 of 4
    assert once(auroc_of([0.9, 0.5, 0.5, 0.1, None], [True, True, False, False, True]), 5) == 0.875
    assert np.isnan(once(auroc_of([None], [True]), 1))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_f1_agrees_with_scikit_learn(drawn: list[tuple[bool, bool]]) -> None:
    said, true = [one for one, _ in drawn], [other for _, other in drawn]
    if any(said) or any(true):
        assert once(f1_of(said, true), len(drawn)) == pytest.approx(f1_score(true, said))


def test_calibration_error_weighs_each_bin_by_its_cases() -> None:
    # bin 0.8..0.9: said .85 and .85, one right: |1.7 - 1| = .7; bin 0.1..0.2: said .1, none right: .1; over 3 cases
    error = once(calibration_error_of([0.85, 0.85, 0.1, None], [True, False, False, True]), 4)
    assert error == pytest.approx(0.8 / 3)
    assert once(calibration_error_of([1.0, 0.0], [True, False]), 2) == 0.0


@given(st.integers(0, 30), st.integers(0, 30))
def test_mcnemar_is_the_exact_binomial_test(lost: int, won: int) -> None:
    expected = binomtest(lost, lost + won).pvalue if lost + won else 1.0
    assert mcnemar(lost, won) == pytest.approx(expected)


def test_mcnemar_by_hand() -> None:
    # 5 lost, none won: 2 * (1/2)^5
    assert mcnemar(5, 0) == 0.0625
    assert mcnemar(3, 3) == 1.0


def test_the_interval_holds_the_value_and_is_the_same_every_time() -> None:
    values = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0]
    first = bootstrap({"mean": mean_of(values)}, list("aabbcc"))["mean"]
    assert first == bootstrap({"mean": mean_of(values)}, list("aabbcc"))["mean"]
    assert first.value == pytest.approx(4 / 6, abs=1e-6)
    assert first.low is not None
    assert first.high is not None
    assert first.low <= 4 / 6 <= first.high


def test_forms_of_one_question_are_drawn_together() -> None:
    values = [1.0, 0.0] * 8
    pairs = [str(number // 2) for number in range(16)]
    together = bootstrap({"mean": mean_of(values)}, pairs)["mean"]
    apart = bootstrap({"mean": mean_of(values)}, list(map(str, range(16))))["mean"]
    # every pair has one of each, so drawing pairs leaves nothing to chance
    assert (together.low, together.high) == (0.5, 0.5)
    assert apart.low is not None
    assert apart.low < 0.5


def test_what_cannot_be_measured_has_no_interval() -> None:
    nothing = Estimate(None, None, None)
    assert bootstrap({"mean": mean_of([])}, [])["mean"] == nothing
    assert bootstrap({"ratio": ratio_of([0.0, 0.0], [0.0, 0.0])}, ["a", "b"])["ratio"] == nothing


def test_a_draw_without_a_measurable_case_does_not_spoil_the_interval() -> None:
    estimate = bootstrap({"mean": mean_of([1.0, None, None, None])}, list("abcd"))["mean"]
    assert estimate == Estimate(1.0, 1.0, 1.0)
