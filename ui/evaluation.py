"""The `eval` command: check a gold set, score a run, write its report, hold it against an earlier one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.pipeline import Assistant
from eval.cases import BUNDLED_GOLD, Case, describe_balance, describe_coverage, load_cases
from eval.check import check_cases, count_errors
from eval.compare import Comparison, compare_runs, read_baseline
from eval.judge import ChatModel, count_given, judge_cases, load_judge, summarise_verdicts
from eval.measures import label_of
from eval.report import PAGE, write_reports
from eval.run import Evaluation, evaluate, evaluate_answers, make_folder, rows_of, write_run
from ingest.errors import UserError
from ingest.home import Home, lend_vectors
from ingest.letter import Letter
from ingest.pipeline import ingest, prepare_home
from ingest.reading import read_letter
from ingest.settings import Settings
from ui.terminal import harmless, progress_bar

_SHOWN = (
    "success", "cited_paragraph", "facts", "recall@1", "status_right", "wrongly_refused", "refusal_recall", "auroc",
    "verbatim",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for: which cases to which letter, where the report goes, what the run is held against."""

    gold: Path | None
    out: Path
    answers: Path | None = None
    baseline: Path | None = None
    letter_file: Path | None = None
    judge: str | None = None

    @property
    def apart(self) -> bool:
        """Whether a home of its own is needed: for one letter's file, or for figures that others can repeat."""
        return self.letter_file is not None or self.gold is None


def check_gold(gold: Path | None, home: Home, letter_file: Path | None = None) -> None:
    """Print what is wrong with a gold set, and how it is balanced.

    Raises:
        UserError: at least one case must be mended.
    """
    cases = load_cases(gold or BUNDLED_GOLD)
    if letter_file:
        letter = read_letter(letter_file)
        letters = {letter.id: letter}
    else:
        prepare_home(home)
        letters = {letter_id: home.load(letter_id) for letter_id in home.letter_ids()}
    for problem in (problems := check_cases(cases, letters)):
        print(harmless(f"{problem.severity:6}{problem.case}: {problem.text}"))
    for line in [*describe_balance(cases), *describe_coverage(cases, letters)]:
        print(harmless(line))
    if errors := count_errors(problems):
        raise UserError(f"{errors} {'error' if errors == 1 else 'errors'} in the gold set; mend what is listed above")


def run_evaluation(options: Options, settings: Settings, build: Callable[[Settings], Assistant]) -> None:
    """Score every case, write answers, figures and reports, and print the main figures.

    Raises:
        UserError: a file can't be used, or a gated figure fell against the baseline.
    """
    cases = load_cases(options.gold or BUNDLED_GOLD)
    judge = load_judge(options.judge) if options.judge else None
    if not options.apart:
        _run(options, cases, build(settings), settings, judge)
        return
    with TemporaryDirectory(prefix="kamervraag-") as folder:
        # on no server: nobody would remove there what stands in a folder that goes
        apart = settings.model_copy(update={"home": Path(folder), "chroma_url": None})
        home = Home(apart.home)
        home.create()
        lend_vectors(Home(settings.home), home)
        if options.letter_file:
            with closing(build(apart)) as assistant:
                letter = _add(options.letter_file, home, assistant)
            cases = [case if case.letter else case.model_copy(update={"letter": letter.id}) for case in cases]
        with closing(build(apart)) as assistant:
            _run(options, cases, assistant, apart, judge)


def _add(path: Path, home: Home, assistant: Assistant) -> Letter:
    (result,) = ingest([path], home, assistant.embedder)
    if result.outcome == "failed":
        raise UserError(result.reason)
    return home.load(result.letter_id)


def _run(
    options: Options, cases: Sequence[Case], assistant: Assistant, settings: Settings, judge: ChatModel | None
) -> None:
    _refuse_errors(options, cases, assistant.letters)
    make_folder(options.out)
    if options.baseline:
        read_baseline(options.baseline)
    gold = options.gold or BUNDLED_GOLD
    shown = {name: str(value) for name, value in settings.model_dump().items()}
    if options.apart:
        shown["home"] = "(temporary)"
    if options.answers:
        evaluation = evaluate_answers(options.answers, assistant.letters, cases, gold, shown)
    else:
        with progress_bar("evaluating", len(cases)) as show:
            evaluation = evaluate(assistant, cases, gold, shown, show)
    if judge and options.judge:
        evaluation = _judge(evaluation, judge, options.judge)
    comparison = None
    if options.baseline:
        comparison = compare_runs(evaluation.scored, evaluation.metrics["run"], options.baseline)
        evaluation.metrics["comparison"] = comparison.record()
    _write(evaluation, assistant.letters, options.out)
    _print_figures(evaluation.metrics)
    sys.stderr.write(f"kamervraag: {len(cases)} cases scored; the report is {options.out / PAGE}\n")
    if comparison:
        _hold_against(comparison)


def _refuse_errors(options: Options, cases: Sequence[Case], letters: Mapping[str, Letter]) -> None:
    if errors := count_errors(check_cases(cases, letters)):
        given = f" {options.gold}" if options.gold else ""
        letter = f" --letter-file {options.letter_file}" if options.letter_file else ""
        count = f"{errors} {'error' if errors == 1 else 'errors'}"
        raise UserError(f"{count} in the gold set: 'kamervraag eval{given}{letter} --check' lists them")


def _judge(evaluation: Evaluation, judge: ChatModel, name: str) -> Evaluation:
    with progress_bar("judging", count_given(evaluation.scored)) as show:
        verdicts = judge_cases(judge, evaluation.scored, show)
    metrics = {**evaluation.metrics, "judge": summarise_verdicts(name, evaluation.scored, verdicts)}
    return replace(evaluation, metrics=metrics, verdicts=verdicts)


def _write(evaluation: Evaluation, letters: Mapping[str, Letter], out: Path) -> None:
    rows = rows_of(evaluation, letters)
    write_run(evaluation, rows, out)
    # as they stand in the files, so that a report can be made from those alone
    write_reports(json.loads(json.dumps(evaluation.metrics)), json.loads(json.dumps(rows)), out)


def _print_figures(metrics: Mapping[str, Any]) -> None:
    summary = metrics["summary"]
    print(f"{'':30}{'all':24}{'nl':24}{'en':24}".rstrip())
    for name in _SHOWN:
        cells = (_cell(summary[group].get(name)) for group in ("all", "nl", "en"))
        print(f"{label_of(name):30}{''.join(f'{cell:24}' for cell in cells)}".rstrip())


def _cell(figure: Mapping[str, Any] | None) -> str:
    if not figure or figure["value"] is None:
        return "–"
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"


def _hold_against(comparison: Comparison) -> None:
    left_out = f", {comparison.left_out} new or changed ones left out" if comparison.left_out else ""
    print(f"\nagainst the baseline, on {comparison.compared} cases{left_out}")
    for difference in comparison.differences:
        change = difference.change
        if change.value is None:
            continue
        p_value = "" if difference.p_value is None else f", p {difference.p_value:.3f}"
        print(
            f"{label_of(difference.metric):30}{change.value:+.3f} ({change.low:+.3f} to {change.high:+.3f}), "
            f"{len(difference.won)} won, {len(difference.lost)} lost{p_value}"
        )
    if comparison.fell:
        names = ", ".join(label_of(difference.metric) for difference in comparison.fell)
        raise UserError(f"lower than the baseline by more than chance explains: {names}; the report lists the cases")
