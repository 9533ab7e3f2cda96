"""`kamervraag eval`, from the command line to the files it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import assistant.pipeline
import ui.evaluation
from assistant.pipeline import Assistant
from eval.cases import BUNDLED_GOLD, load_cases
from ui.records import answer_record

Run = Callable[..., tuple[int, str, str]]
HERE = Path(__file__).parent
LETTER, LETTER_GOLD = HERE / "letters" / "c-ocw.txt", BUNDLED_GOLD.with_name("c-ocw.jsonl")
EVERY_NTH = 40


@pytest.fixture(name="run")
def run_eval(run: Run, home_copy: Path) -> Run:
    """Run `kamervraag eval` in this process; return its exit status, stdout and stderr."""
    return partial(run, "eval")


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """A small part of the bundled gold set, in whole pairs."""
    pairs: dict[str, list[str]] = {}
    for case in load_cases(BUNDLED_GOLD):
        pairs.setdefault(case.pair, []).append(case.model_dump_json())
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(line + "\n" for pair in list(pairs)[::EVERY_NTH] for line in pairs[pair]), encoding="utf-8")
    return path


def figures(folder: Path) -> Any:
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))


def test_a_run_prints_its_figures_and_leaves_a_report(run: Run, gold: Path, tmp_path: Path) -> None:
    status, out, error = run(gold, "--out", tmp_path / "out")
    assert status == 0
    assert "Handled right" in out
    assert str(tmp_path / "out" / "report.html") in error
    wanted = {"answers.jsonl", "metrics.json", "scores.jsonl", "report.md", "report.html"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == wanted
    metrics = figures(tmp_path / "out")
    assert metrics["summary"]["all"]["verbatim"]["value"] == 1.0
    assert metrics["run"]["cases"] == len(load_cases(gold)) == metrics["summary"]["all"]["success"]["n"]
    assert metrics["timing"]["p50_ms"] > 0


def test_the_same_run_gives_the_same_digits_and_passes_its_own_gate(run: Run, gold: Path, tmp_path: Path) -> None:
    assert run(gold, "--out", tmp_path / "first")[0] == 0
    status, out, _ = run(gold, "--out", tmp_path / "second", "--baseline", tmp_path / "first")
    assert status == 0
    assert "against the baseline" in out
    first, second = figures(tmp_path / "first"), figures(tmp_path / "second")
    for part in set(first) - {"run", "timing"}:
        assert first[part] == second[part]
    scores = [(tmp_path / name / "scores.jsonl").read_bytes() for name in ("first", "second")]
    assert scores[0] == scores[1]


def test_a_fall_against_the_baseline_ends_in_status_1_after_the_report_is_written(
    run: Run, gold: Path, tmp_path: Path
) -> None:
    run(gold, "--out", tmp_path / "before")
    scores = tmp_path / "before" / "scores.jsonl"
    rows = [json.loads(line) for line in scores.read_text(encoding="utf-8").splitlines()]
    better = [{**row, "scores": {name: value + 1.0 for name, value in row["scores"].items()}} for row in rows]
    scores.write_text("".join(json.dumps(row) + "\n" for row in better), encoding="utf-8")
    status, _, error = run(gold, "--out", tmp_path / "after", "--baseline", tmp_path / "before")
    assert status == 1
    assert "lower than the baseline by more than chance explains: Handled right" in error
    assert "Lower by more than chance explains" in (tmp_path / "after" / "report.md").read_text(encoding="utf-8")


def test_answers_made_elsewhere_score_as_they_would_here(
    run: Run, gold: Path, tmp_path: Path, assistant: Assistant
) -> None:
    rows = [{**answer_record(assistant.ask(case.question, case.history)), "id": case.id} for case in load_cases(gold)]
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run(gold, "--out", tmp_path / "here")[0] == 0
    assert run(gold, "--out", tmp_path / "elsewhere", "--answers", path)[0] == 0
    here, elsewhere = (figures(tmp_path / name)["summary"]["all"] for name in ("here", "elsewhere"))
    for name in ("success", "facts", "citation_precision", "sentence_recall", "auroc", "parity_facts"):
        assert here[name] == elsewhere[name]
    # the batch format has no ranking
    assert elsewhere["recall@1"]["value"] is None


@pytest.mark.slow
def test_a_letter_is_evaluated_from_its_file_without_being_added(run: Run, tmp_path: Path, home_copy: Path) -> None:
    before = sorted(home_copy.rglob("*.json"))
    gold = tmp_path / "some.jsonl"
    gold.write_text("".join(LETTER_GOLD.read_text(encoding="utf-8").splitlines(keepends=True)[:6]), encoding="utf-8")
    status, _, error = run(gold, "--letter-file", LETTER, "--out", tmp_path / "out")
    assert status == 0, error
    run_facts = figures(tmp_path / "out")["run"]
    assert any("c-ocw" in letter for letter in run_facts["letters"])
    assert run_facts["settings"]["home"] == "(temporary)"
    assert sorted(home_copy.rglob("*.json")) == before


def test_a_judge_is_asked_and_reported(run: Run, gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Judge:
        def invoke(self, messages: Any, /) -> str:
            return '{"faithful": true, "complete": false, "reason": "te kort"}'

    monkeypatch.setattr(ui.evaluation, "load_judge", lambda name: Judge())
    assert run(gold, "--out", tmp_path / "out", "--judge", "fake:judge")[0] == 0
    judge = figures(tmp_path / "out")["judge"]
    assert judge["model"] == "fake:judge"
    assert judge["figures"]["complete"]["value"] == 0.0
    assert "te kort" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_check_tells_the_balance_and_needs_no_model(run: Run, gold: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant.pipeline, "build_assistant", lambda *arguments, **keywords: pytest.fail("not needed"))
    status, out, _ = run("--check", gold)
    assert status == 0
    assert f"{len(load_cases(gold))} cases" in out
    assert "paragraphs asked about" in out


def test_errors_in_the_gold_set_are_listed_and_stop_a_run(run: Run, gold: Path, tmp_path: Path) -> None:
    broken = gold.read_text(encoding="utf-8").replace('"evidence":["', '"evidence":["Nergens staat ')
    gold.write_text(broken, encoding="utf-8")
    status, out, error = run("--check", gold)
    assert status == 1
    assert "stands in no paragraph or footnote" in out
    assert "in the gold set; mend what is listed above" in error
    status, out, error = run(gold, "--out", tmp_path / "out")
    assert status == 1
    assert "--check' lists them" in error
    assert not (tmp_path / "out").exists()


def test_a_report_needs_a_place(run: Run, gold: Path) -> None:
    status, _, error = run(gold)
    assert status == 2
    assert "--out" in error


def test_a_place_that_cannot_be_written_is_one_clear_line(run: Run, gold: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    status, out, error = run(gold, "--out", tmp_path / "file")
    assert (status, out) == (1, "")
    assert "choose another place for --out" in error


def test_a_baseline_that_is_not_there_is_found_out_before_the_questions_are_asked(
    run: Run, gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui.evaluation, "evaluate", lambda *arguments: pytest.fail("asked in vain"))
    status, _, error = run(gold, "--out", tmp_path / "out", "--baseline", tmp_path / "none")
    assert status == 1
    assert "scores.jsonl: can't be read" in error
