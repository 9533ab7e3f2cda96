"""Figures of many cases, and two runs held against each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, Place, UnreadableCases
from eval.compare import Comparison, compare_runs
from eval.run import Evaluation, write_run
from eval.score import ScoredCase, Scores
from eval.summary import figures_of, summarise

RUN = {"gold_sha256": "1", "model": "quote", "packages": {"numpy": "2"}}


def one(
    case_id: str,
    scores: Scores,
    *,
    status: str = "answered",
    given: str = "answered",
    probability: float | None = None,
    cited: Sequence[str] = (),
    facts: tuple[bool, ...] = (),
    **case: Any,
) -> ScoredCase:
    """Make a scored case; `NAME-nl` and `NAME-en` are a pair, and the gold stands in paragraph `gold`."""
    value = {"id": case_id, "pair": case_id[:-3], "lang": case_id[-2:], "question": "?", "answerable": True} | case
    answer = {"status": given, "answer": "", "probability": probability,
              "citations": [{"paragraph_id": name} for name in cited]}  # fmt: skip
    gold = (Place("l", "gold", 0, 1),) if status == "answered" else ()
    full: Scores = {"success": 1.0, **scores}
    return ScoredCase(Case.model_validate({**value, "status": status}), answer, None, gold, full, facts)


def figure(scored: Sequence[ScoredCase], name: str) -> Any:
    return figures_of(scored)[name]


def test_a_mean_is_over_the_cases_that_have_the_score() -> None:
    scored = [one("a-nl", {"facts": 1.0}), one("b-nl", {"facts": 0.0}), one("c-nl", {"facts": None}), one("d-nl", {})]
    assert figure(scored, "facts")["value"] == 0.5
    assert figure(scored, "facts")["n"] == 2
    assert figure(scored, "mrr") == {"value": None, "low": None, "high": None, "n": 0}


def test_refusals_by_hand() -> None:
    scored = [
        one("a-nl", {}, given="silent"),
        one("b-nl", {}),
        one("c-nl", {}),
        one("d-nl", {}, status="silent", given="silent"),
        one("e-nl", {}, status="silent", given="off_topic"),
        one("f-nl", {}, status="off_topic"),
        one("g-nl", {}, status="vague", given="error"),
    ]
    assert figure(scored, "refusal_precision")["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert figure(scored, "refusal_recall")["value"] == 0.5
    assert figure(scored, "refusal_f1")["value"] == pytest.approx(4 / 7, abs=1e-6)
    assert figure(scored, "wrongly_refused")["value"] == pytest.approx(1 / 3, abs=1e-6)
    assert figure(scored, "wrongly_refused")["n"] == 3


def test_parity_asks_for_the_same_gold_paragraph_and_at_least_one() -> None:
    scored = [
        one("a-nl", {}, cited=["gold", "x"]), one("a-en", {}, cited=["gold", "y"]),
        one("b-nl", {}, cited=["gold"]), one("b-en", {}, cited=["x"]),
        one("c-nl", {}, cited=["x"]), one("c-en", {}, cited=["x"]),
        one("d-nl", {}, status="silent"), one("d-en", {}, status="silent"),
        one("e-nl", {}, cited=["gold"]),
    ]  # fmt: skip
    assert figure(scored, "parity_paragraph")["value"] == pytest.approx(1 / 3, abs=1e-6)
    assert figure(scored, "parity_paragraph")["n"] == 3
    assert figure(scored, "parity_status")["value"] == 1.0
    assert figure(scored, "parity_status")["n"] == 4


def test_parity_of_facts_needs_facts_in_both_forms() -> None:
    scored = [
        one("a-nl", {}, facts=(True, False)), one("a-en", {}, facts=(True, False)),
        one("b-nl", {}, facts=(True,)), one("b-en", {}, facts=(True,), given="silent"),
        one("c-nl", {}, facts=(True,)), one("c-en", {}, facts=(True, True)),
        one("d-nl", {}), one("d-en", {}),
    ]  # fmt: skip
    assert figure(scored, "parity_facts")["value"] == 0.5
    assert figure(scored, "parity_facts")["n"] == 2


def test_a_summary_has_a_group_a_language_a_split_and_a_tag() -> None:
    scored = [
        one("a-nl", {}, tags=["x"], split="aside"),
        one("a-en", {"success": 0.0}, given="silent", tags=["x", "y"]),
    ]
    summary = summarise(scored)
    assert [summary["summary"][name]["success"]["value"] for name in ("all", "nl", "en")] == [0.5, 1.0, 0.0]
    assert summary["splits"]["aside"]["success"]["n"] == 1
    assert {tag: figures["success"]["n"] for tag, figures in summary["tags"].items()} == {"x": 2, "y": 1}
    assert summary["confusion"] == {"answered": {"answered": 1, "silent": 1}}
    assert summary["unscored"]["mrr"] == 2
    json.dumps(summary, allow_nan=False)


def test_an_empty_language_has_no_figures() -> None:
    summary = summarise([one("a-nl", {})])
    assert summary["summary"]["en"]["success"]["value"] is None


# the comparison


def run(folder: Path, scored: Sequence[ScoredCase]) -> Path:
    write_run(Evaluation(tuple(scored), {"run": RUN}), [], folder)
    return folder


def compared(before: Sequence[ScoredCase], after: Sequence[ScoredCase], folder: Path) -> Comparison:
    return compare_runs(after, RUN, run(folder, before))


def difference(comparison: Comparison, metric: str) -> Any:
    return next(entry for entry in comparison.differences if entry.metric == metric)


def many(values: Sequence[float], metric: str = "success") -> list[ScoredCase]:
    return [one(f"case{number}-nl", {metric: value}) for number, value in enumerate(values)]


def test_a_run_against_itself_has_not_changed_in_any_digit(tmp_path: Path) -> None:
    scored = many([1 / 3, 2 / 3, 0.1], "citation_precision")
    comparison = compared(scored, scored, tmp_path)
    assert comparison.compared == 3
    assert comparison.fell == ()
    for entry in comparison.differences:
        assert entry.change.value in (None, 0.0)
        assert not entry.won
        assert not entry.lost


def test_a_fall_beyond_chance_is_told_with_the_cases_that_flipped(tmp_path: Path) -> None:
    comparison = compared(many([1.0] * 30), many([0.0] * 8 + [1.0] * 22), tmp_path)
    fell = difference(comparison, "success")
    assert comparison.fell == (fell,)
    assert fell.lost == tuple(f"case{number}-nl" for number in range(8))
    assert fell.change.value == pytest.approx(-8 / 30, abs=1e-6)
    assert (fell.before, fell.after) == (1.0, pytest.approx(22 / 30, abs=1e-6))
    assert fell.p_value == pytest.approx(2 / 2**8)


def test_a_fall_within_chance_passes_and_so_does_a_rise(tmp_path: Path) -> None:
    assert compared(many([1.0] * 30), many([0.0] + [1.0] * 29), tmp_path / "fall").fell == ()
    assert compared(many([0.0] * 30), many([1.0] * 30), tmp_path / "rise").fell == ()


def test_a_quotation_that_is_not_verbatim_is_one_too_many(tmp_path: Path) -> None:
    comparison = compared(many([1.0] * 30, "verbatim"), many([0.0] + [1.0] * 29, "verbatim"), tmp_path)
    assert [entry.metric for entry in comparison.fell] == ["verbatim"]


def test_the_area_under_the_curve_is_compared_on_the_same_cases(tmp_path: Path) -> None:
    def both(answerable: float, silent: float) -> list[ScoredCase]:
        return [
            scored
            for number in range(12)
            for scored in (
                one(f"a{number}-nl", {}, probability=answerable),
                one(f"b{number}-nl", {}, status="silent", given="silent", probability=silent),
            )
        ]

    comparison = compared(both(0.9, 0.1), both(0.1, 0.9), tmp_path)
    area = difference(comparison, "auroc")
    assert (area.before, area.after, area.change.value) == (1.0, 0.0, -1.0)
    assert area.fell


def test_new_and_changed_cases_are_left_out_and_counted(tmp_path: Path) -> None:
    after = [*many([1.0, 1.0]), one("new-nl", {}), one("case2-nl", {}, question="Another?")]
    comparison = compared(many([1.0] * 3), after, tmp_path)
    assert (comparison.compared, comparison.left_out) == (2, 2)


def test_what_else_differs_is_told(tmp_path: Path) -> None:
    scored = many([1.0])
    comparison = compare_runs(scored, {**RUN, "model": "other", "packages": {"numpy": "3"}}, run(tmp_path, scored))
    assert comparison.changes == {"model": ("quote", "other"), "numpy": ("2", "3")}
    json.dumps(comparison.record(), allow_nan=False)


def test_a_baseline_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCases, match=r"scores\.jsonl: can't be read"):
        compare_runs(many([1.0]), RUN, tmp_path)
    run(tmp_path, many([1.0]))
    with pytest.raises(UnreadableCases, match="no case in common"):
        compare_runs([one("other-nl", {})], RUN, tmp_path)
    (tmp_path / "metrics.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UnreadableCases, match="not the figures of a run"):
        compare_runs(many([1.0]), RUN, tmp_path)
    (tmp_path / "scores.jsonl").write_text('{"id": "a", "digest": "b", "scores": {"facts": "x"}}', encoding="utf-8")
    with pytest.raises(UnreadableCases, match="a score is not a number"):
        compare_runs(many([1.0]), RUN, tmp_path)
