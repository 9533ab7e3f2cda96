"""How figures, names and verdicts of a run read, in both reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from assistant.reference import write_date
from eval.measures import GROUPS, MEASURES, Measure, label_of

NONE = "–"
COLUMNS = {"all": "All", "nl": "Dutch", "en": "English", "aside": "Held aside"}
STATUSES = ("answered", "undecided", "silent", "off_topic", "vague", "error")
OUTCOMES = {"right": "right", "flawed": "right, with a flaw", "wrong": "wrong"}
RUN_LABELS = {
    "gold": "Gold set",
    "gold_sha256": "Gold set, SHA-256",
    "cases": "Cases",
    "model": "Model",
    "answers": "Answers from",
    "corpus_fingerprint": "Letters, fingerprint",
    "ranker_sha256": "Ranker, SHA-256",
    "commit": "Commit",
    "python": "Python",
    "platform": "Platform",
    "made": "Made",
}

Figure = Mapping[str, Any]


def columns_of(metrics: Mapping[str, Any]) -> dict[str, Mapping[str, Figure]]:
    """Return the groups of cases that get a column: all, both languages, and what training never saw."""
    groups = {**metrics["summary"], **metrics["splits"]}
    return {name: groups[name] for name in COLUMNS if _is_measured(groups.get(name, {}))}


def figure_rows(
    metrics: Mapping[str, Any],
) -> Iterator[tuple[str, list[tuple[Measure, list[Figure | None]]]]]:
    """Yield each group of measures with its figures, a column a group of cases; unmeasured ones are left out."""
    columns = columns_of(metrics).values()
    for group, measures in GROUPS.items():
        rows = [(measure, [column.get(measure.name) for column in columns]) for measure in measures]
        measured = [(measure, figures) for measure, figures in rows if any(map(is_known, figures))]
        if measured:
            yield group, measured


def unmeasured(metrics: Mapping[str, Any]) -> list[str]:
    """Return the labels of the measures that could not be taken at all."""
    figures = metrics["summary"]["all"]
    return [measure.label for measure in MEASURES if not is_known(figures.get(measure.name))]


def is_known(figure: Figure | None) -> bool:
    """Whether a figure could be measured."""
    return bool(figure) and figure is not None and figure["value"] is not None


def value_of(figure: Figure | None) -> str:
    """Return a figure, to three places."""
    return f"{figure['value']:.3f}" if figure and figure["value"] is not None else NONE


def interval_of(figure: Figure | None) -> str:
    """Return the 95 % interval of a figure, or nothing."""
    return f"{figure['low']:.3f}–{figure['high']:.3f}" if figure and figure["value"] is not None else ""


def percent(value: float | None) -> str:
    """Return a share as a whole percentage; only all is 100 %, only none is 0 %."""
    if value is None:
        return NONE
    if 0 < value < 1:
        return f"{min(max(round(100 * value), 1), 99)} %"
    return f"{round(100 * value)} %"


def percent_range(figure: Figure) -> str:
    """Return the 95 % interval of a share as whole percentages."""
    low, high = percent(figure["low"]), percent(figure["high"])
    return high if low == high else f"{low.removesuffix(' %')}–{high}"


def milliseconds(value: float | None) -> str:
    """Return a time in words short enough for a tile."""
    if value is None:
        return NONE
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def title_of(metrics: Mapping[str, Any]) -> str:
    """Return the title of a report."""
    letters = metrics["run"]["letters"]
    return f"{metrics['run']['cases']} questions to {len(letters)} {'letter' if len(letters) == 1 else 'letters'}"


def day_of(metrics: Mapping[str, Any]) -> str:
    """Return the day a run was made, in words."""
    return write_date(datetime.fromisoformat(metrics["run"]["made"]).date(), "en")


def lead_of(metrics: Mapping[str, Any]) -> str:
    """Return what a reader in a hurry should know, in sentences."""
    figures = metrics["summary"]["all"]
    success, refused = figures["success"], figures["refusal_recall"]
    interval = f"95 % interval {percent(success['low'])} to {percent(success['high'])}"
    parts = [f"{percent(success['value'])} of the questions are handled right ({interval})."]
    if is_known(figures["cited_paragraph"]):
        parts.append(
            f"Where the letter answers, the right paragraph is cited in {percent(figures['cited_paragraph']['value'])} "
            f"of the cases and the question wrongly refused in {percent(figures['wrongly_refused']['value'])}."
        )
    if is_known(refused):
        parts.append(f"Of the questions it does not answer, {percent(refused['value'])} are refused.")
    if is_known(figures["verbatim"]):
        parts.append(f"{percent(figures['verbatim']['value'])} of the quotations are verbatim.")
    return " ".join(parts)


def sentences_told(said: Mapping[str, int]) -> str:
    """Return what became of a language model's sentences."""
    told = (
        f"In {said['answers']} answers the model said {said['said']} sentences: {said['shown']} were shown and "
        f"{said['withheld']} withheld ({percent(said['withheld'] / said['said'])})."
    )
    if not said["checked"]:
        return f"{told} Nobody has held them against the letter yet."
    shown_false = said["false"] - said["false_withheld"]
    return (
        f"{told} A person held {said['checked']} of them against the letter: {said['false']} were false, of which "
        f"{said['false_withheld']} were withheld and {shown_false} shown; {said['true']} were true, of which "
        f"{said['true_shown']} were shown. Of what was shown, {said['true_shown']} of "
        f"{said['true_shown'] + shown_false} checked sentences are true."
    )


def truth_of(said: Mapping[str, Any]) -> str:
    """Return what a person found of a sentence."""
    return {True: "true", False: "false", None: "not checked"}[said["true"]]


def verdict_of(comparison: Mapping[str, Any]) -> str:
    """Return the outcome of a comparison in a sentence."""
    fell = [label_of(row["metric"]) for row in comparison["differences"] if row["fell"]]
    rose = [label_of(row["metric"]) for row in comparison["differences"] if (row["change"]["low"] or 0) > 0]
    parts = []
    if fell:
        parts.append(f"Lower by more than chance explains: {', '.join(fell)}.")
    if rose:
        parts.append(f"Higher by more than chance explains: {', '.join(rose)}.")
    if not parts:
        parts.append("No gated figure changed by more than chance explains.")
    count = f"{comparison['compared']} cases were compared"
    left_out = f", {comparison['left_out']} new or changed ones left out" if comparison["left_out"] else ""
    return " ".join([*parts, f"{count}{left_out}."])


def run_facts(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a run was made with, a line a fact."""
    facts = [(label, str(run[name])) for name, label in RUN_LABELS.items() if run.get(name) is not None]
    facts += [(f"Letter {letter_id}", str(digest)[:16]) for letter_id, digest in run["letters"].items()]
    facts += [(f"Setting {name}", str(value)) for name, value in run["settings"].items()]
    return facts + [(name, str(version)) for name, version in run["packages"].items() if version]


def change_label(name: str) -> str:
    """Return what a difference between two runs is about."""
    return RUN_LABELS.get(name, name)


def rank_of_gold(row: Mapping[str, Any]) -> str:
    """Return where the gold paragraphs stand in the ranking, in words."""
    if row["ranking"] is None or not row["gold"]:
        return ""
    wanted = {gold["paragraph_id"] for gold in row["gold"]}
    ranks = [rank for rank, paragraph in enumerate(row["ranking"], 1) if paragraph in wanted]
    if not ranks:
        return f"no gold paragraph is among the first {len(row['ranking'])} found"
    return f"gold paragraph found at rank {', '.join(map(str, ranks))}"


def worst_first(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the cases that went wrong."""
    return [row for row in rows if row["outcome"] == "wrong"]


def _is_measured(figures: Mapping[str, Figure]) -> bool:
    return any(is_known(figure) for figure in figures.values())
