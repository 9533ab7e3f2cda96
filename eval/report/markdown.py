"""The report as Markdown: the same figures as the page, for a pull request or a mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eval.measures import label_of
from eval.report import words
from eval.report.escape import escape_markdown

_MOST_CASES = 60
_MOST_FLIPPED = 40


def write_markdown(metrics: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the report of a run."""
    lines = [f"# Evaluation: {words.title_of(metrics)}", "", words.lead_of(metrics), ""]
    if "comparison" in metrics:
        lines += _comparison(metrics["comparison"])
    lines += _figures(metrics)
    if "sentences" in metrics:
        lines += _sentences(metrics["sentences"], rows)
    if "judge" in metrics:
        lines += _judge(metrics["judge"])
    lines += [*_confusion(metrics["confusion"]), *_tags(metrics["tags"]), *_failures(metrics["failures"], rows)]
    lines += ["## How it was made", "", *_table(("What", "Value"), words.run_facts(metrics["run"]))]
    return "\n".join(lines) + "\n"


def _figures(metrics: Mapping[str, Any]) -> Iterator[str]:
    yield from ("## Figures", "")
    yield "Each with its 95 % interval, by a bootstrap over question pairs, and the number of cases it is measured on."
    yield ""
    names = [words.COLUMNS[name] for name in words.columns_of(metrics)]
    body = []
    for group, measured in words.figure_rows(metrics):
        body.append((f"*{group}*", *("" for _ in names)))
        body += [(measure.label, *map(_figure, figures)) for measure, figures in measured]
    yield from _raw_table(("", *names), body)
    timing = metrics["timing"]
    if timing["p50_ms"] is not None:
        yield f"Time an answer takes: median {timing['p50_ms']:.0f} ms, 95th percentile {timing['p95_ms']:.0f} ms."
        yield ""
    if missing := words.unmeasured(metrics):
        yield from (f"Not measured, for want of what it takes: {', '.join(missing)}.", "")


def _figure(figure: words.Figure | None) -> str:
    if figure is None or not words.is_known(figure):
        return words.NONE
    return f"**{words.value_of(figure)}** ({words.interval_of(figure)}), n {figure['n']}"


def _comparison(comparison: Mapping[str, Any]) -> Iterator[str]:
    yield from ("## Against the baseline", "", words.verdict_of(comparison), "")
    body = []
    for row in comparison["differences"]:
        change = row["change"]
        if change["value"] is None:
            continue
        p_value = words.NONE if row["p_value"] is None else f"{row['p_value']:.3f}"
        moved = f"{change['value']:+.3f} ({change['low']:+.3f} to {change['high']:+.3f})"
        counts = (str(len(row["won"])), str(len(row["lost"])), p_value)
        label = f"**{label_of(row['metric'])}: fell**" if row["fell"] else label_of(row["metric"])
        body.append((label, f"{row['before']:.3f}", f"{row['after']:.3f}", moved, *counts))
    yield from _raw_table(("", "Before", "After", "Change (95 % interval)", "Won", "Lost", "McNemar p"), body)
    if comparison["changes"]:
        changes = [(words.change_label(name), *values) for name, values in comparison["changes"].items()]
        yield from ("What else differs:", "", *_table(("What", "Baseline", "This run"), changes))
    for row in comparison["differences"]:
        if row["metric"] == "success":
            yield from _flipped("Handled right before, not now", row["lost"])
            yield from _flipped("Handled right now, not before", row["won"])


def _flipped(title: str, cases: Sequence[str]) -> Iterator[str]:
    if cases:
        more = f" and {len(cases) - _MOST_FLIPPED} more" if len(cases) > _MOST_FLIPPED else ""
        yield f"{title} ({len(cases)}): {', '.join(map(escape_markdown, cases[:_MOST_FLIPPED]))}{more}"
        yield ""


def _sentences(counts: Mapping[str, int], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from ("## The model's sentences", "", words.sentences_told(counts), "")
    body = [
        (said["case"], said["sentence"], "shown" if said["shown"] else said["reason"], words.truth_of(said))
        for row in rows
        for said in row.get("sentences") or ()
    ]
    yield from _table(("Case", "Sentence", "Shown, or why not", "Held against the letter"), body[:_MOST_CASES])
    if len(body) > _MOST_CASES:
        yield from (f"… and {len(body) - _MOST_CASES} more; report.html shows all of them.", "")


def _judge(judge: Mapping[str, Any]) -> Iterator[str]:
    yield from ("## The judge's opinion", "")
    name = escape_markdown(judge["model"])
    yield f"{name} was asked about {judge['asked']} answers and gave {judge['read']} verdicts."
    yield "Nothing depends on them; beside each stands how far it agrees with the gold."
    yield ""
    body = []
    for name, figure in judge["figures"].items():
        agreed = judge["agreement"][name]
        kappa = words.NONE if agreed["kappa"] is None else f"{agreed['kappa']:.2f}"
        share = words.NONE if agreed["share"] is None else f"{agreed['share']:.2f}"
        body.append((name, words.value_of(figure), words.interval_of(figure), label_of(agreed["with"]), share, kappa))
    yield from _raw_table(("", "Share", "95 % interval", "Held against", "Agreement", "Cohen's kappa"), body)


def _confusion(confusion: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    yield from ("## Statuses: gold down, given across", "")
    given = [status for status in words.STATUSES if any(status in row for row in confusion.values())]
    body = [
        (gold, *(str(confusion[gold].get(status, 0)) for status in given))
        for gold in words.STATUSES
        if gold in confusion
    ]
    yield from _table(("", *given), body)


def _tags(tags: Mapping[str, Mapping[str, words.Figure]]) -> Iterator[str]:
    if not tags:
        return
    yield from ("## Handled right, by tag", "")
    body = [
        (tag, words.value_of(figures["success"]), words.interval_of(figures["success"]), str(figures["success"]["n"]))
        for tag, figures in sorted(tags.items(), key=lambda item: (item[1]["success"]["value"] or 0, item[0]))
    ]
    yield from _table(("Tag", "Share", "95 % interval", "Cases"), body)


def _failures(failures: Mapping[str, int], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from ("## Where it fails", "", *_table(("Reason", "Cases"), [(kind, str(n)) for kind, n in failures.items()]))
    wrong = words.worst_first(rows)
    if not wrong:
        return
    body = [
        (row["id"], row["question"], "; ".join(reason["text"] for reason in row["reasons"]))
        for row in wrong[:_MOST_CASES]
    ]
    yield from _table(("Case", "Question", "Why"), body)
    if len(wrong) > _MOST_CASES:
        yield from (f"… and {len(wrong) - _MOST_CASES} more; report.html shows all of them.", "")


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table of texts that may hold anything."""
    yield from _raw_table(head, [tuple(map(escape_markdown, row)) for row in body])


def _raw_table(head: Sequence[str], body: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in body:
        yield f"| {' | '.join(row)} |"
    yield ""
