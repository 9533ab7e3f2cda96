"""Two runs side by side: paired differences, the cases that flipped, and whether a gated figure fell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.cases import UnreadableCases, read_json_lines
from eval.measures import BY_NAME, GATED
from eval.provenance import find_changes
from eval.resample import DIGITS, Array, Estimate, auroc_of, bootstrap, mcnemar, mean_of
from eval.run import METRICS, SCORES
from eval.score import GIVEN, ScoredCase

_YES_NO = frozenset({0.0, 1.0})

Before = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """How a figure changed on the cases both runs scored.

    `change` is new minus old with its 95 % interval, by a bootstrap over question pairs; `p_value` is McNemar's
    exact test where every score is 0 or 1.
    """

    metric: str
    n: int
    before: float | None
    after: float | None
    change: Estimate
    lost: tuple[str, ...] = ()
    won: tuple[str, ...] = ()
    p_value: float | None = None

    @property
    def fell(self) -> bool:
        """Whether the figure is lower by more than chance explains; a promised one may not be lower at all."""
        if BY_NAME[self.metric].promised:
            return self.change.value is not None and self.change.value < 0
        return self.change.high is not None and self.change.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences, what else changed, and how many cases could be compared; the others are new or changed."""

    differences: tuple[Difference, ...]
    changes: Mapping[str, tuple[str, str]]
    compared: int
    left_out: int

    @property
    def fell(self) -> tuple[Difference, ...]:
        """The gated figures that fell."""
        return tuple(difference for difference in self.differences if difference.fell)

    def record(self) -> dict[str, Any]:
        """Return the comparison as JSON values."""
        rows = [{**asdict(difference), "fell": difference.fell} for difference in self.differences]
        counts = {"compared": self.compared, "left_out": self.left_out}
        return {**counts, "changes": dict(self.changes), "differences": rows}


def compare_runs(scored: Sequence[ScoredCase], run: Mapping[str, Any], baseline: Path) -> Comparison:
    """Compare a run with the one in the folder `baseline`, case by case.

    Raises:
        UnreadableCases: the baseline is no run, or has no case in common.
    """
    before, run_before = read_baseline(baseline)
    common = [one for one in scored if one.case.id in before and before[one.case.id]["digest"] == one.case.digest]
    if not common:
        raise UnreadableCases(
            f"{baseline}: it has no case in common with this run; was it made with the same gold set?"
        )
    differences = [_auroc(common, before) if metric == "auroc" else _paired(metric, common, before) for metric in GATED]
    return Comparison(tuple(differences), find_changes(run_before, run), len(common), len(scored) - len(common))


def read_baseline(folder: Path) -> tuple[dict[str, Mapping[str, Any]], Mapping[str, Any]]:
    """Read the bare scores of a run by case, and what it was made with.

    Raises:
        UnreadableCases: no run, or damaged.
    """
    return _read_scores(folder), _read_run(folder)


def _read_scores(folder: Path) -> dict[str, Mapping[str, Any]]:
    path = folder / SCORES
    rows: dict[str, Mapping[str, Any]] = {}
    for number, row in read_json_lines(path):
        if not isinstance(row, dict) or not isinstance(row.get("scores"), dict) or not {"id", "digest"} <= row.keys():
            raise UnreadableCases(f"{path}, line {number}: a row needs 'id', 'digest' and 'scores'")
        if not all(isinstance(score, int | float) for score in row["scores"].values()):
            raise UnreadableCases(f"{path}, line {number}: a score is not a number")
        rows[str(row["id"])] = row
    return rows


def _read_run(folder: Path) -> Mapping[str, Any]:
    path = folder / METRICS
    try:
        run = json.loads(path.read_text(encoding="utf-8"))["run"]
    except OSError as error:
        raise UnreadableCases(f"{path}: can't be read ({error.strerror}); give the --out folder of a run") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableCases(f"{path}: these are not the figures of a run") from error
    if not isinstance(run, dict):
        raise UnreadableCases(f"{path}: these are not the figures of a run")
    return run


def _paired(metric: str, common: Sequence[ScoredCase], before: Before) -> Difference:
    both = [
        (one, new, old)
        for one in common
        if (new := one.scores.get(metric)) is not None
        and (old := before[one.case.id]["scores"].get(metric)) is not None
    ]
    # rounded as the scores of the baseline are, or one that did not change would seem to
    changes = [round(new, DIGITS) - old for _, new, old in both]
    statistics = {
        "change": mean_of(changes),
        "before": mean_of([old for _, _, old in both]),
        "after": mean_of([new for _, new, _ in both]),
    }
    figures = bootstrap(statistics, [one.case.pair for one, _, _ in both])
    lost = tuple(one.case.id for (one, _, _), change in zip(both, changes, strict=True) if change < 0)
    won = tuple(one.case.id for (one, _, _), change in zip(both, changes, strict=True) if change > 0)
    yes_no = {value for _, *values in both for value in values} <= _YES_NO
    return Difference(
        metric,
        len(both),
        figures["before"].value,
        figures["after"].value,
        figures["change"],
        lost,
        won,
        mcnemar(len(lost), len(won)) if yes_no and both else None,
    )


def _auroc(common: Sequence[ScoredCase], before: Before) -> Difference:
    both = [
        (one, float(new), float(old))
        for one in common
        if (new := one.answer.get("probability")) is not None
        and (old := before[one.case.id].get("probability")) is not None
    ]
    answerable = [one.case.status in GIVEN for one, _, _ in both]
    after = auroc_of([new for _, new, _ in both], answerable)
    earlier = auroc_of([old for _, _, old in both], answerable)

    def change(weights: Array) -> Array:
        return after(weights) - earlier(weights)

    statistics = {"change": change, "before": earlier, "after": after}
    figures = bootstrap(statistics, [one.case.pair for one, _, _ in both])
    return Difference("auroc", len(both), figures["before"].value, figures["after"].value, figures["change"])
