"""The tables of the page: figures, the comparison with a baseline, the judge's opinion, the statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.measures import label_of
from eval.report import words
from eval.report.escape import escape
from eval.report.plots import Bar, plot_bars

_HEAT = 5
_SPARE = 1.05
_SMALL = 0.01
_LEAST_REACH = 0.02


def write_figures(metrics: Mapping[str, Any]) -> str:
    """Return every figure with its interval, a column a group of cases."""
    names = [words.COLUMNS[name] for name in words.columns_of(metrics)]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = ""
    for group, measured in words.figure_rows(metrics):
        body += f'<tbody><tr class="group"><th scope="rowgroup" colspan="{len(names) + 1}">{group}</th></tr>'
        for measure, figures in measured:
            cells = "".join(f"<td>{_figure(figure)}</td>" for figure in figures)
            title = f"{escape(measure.label)}<small>{escape(measure.meaning)}</small>"
            body += f'<tr><th scope="row">{title}</th>{cells}</tr>'
        body += "</tbody>"
    missing = words.unmeasured(metrics)
    note = (
        f'<p class="about">Not measured, for want of what it takes: {escape(", ".join(missing))}.</p>'
        if missing
        else ""
    )
    aside = " “Held aside” are the cases that no model was trained on." if "Held aside" in names else ""
    return (
        '<p class="about">Under each figure its 95 % interval, by a bootstrap over question pairs, and the number of '
        f'cases it is measured on.{aside}</p><div class="scroll"><table class="figures"><thead><tr>'
        f'<th scope="col">Measure</th>{head}</tr></thead>{body}</table></div>{note}'
    )


def write_comparison(comparison: Mapping[str, Any] | None) -> str:
    """Return what changed against the baseline; nothing without one."""
    if not comparison:
        return ""
    known = [row for row in comparison["differences"] if row["change"]["value"] is not None]
    reach = max([_LEAST_REACH, *(abs(row["change"][end]) for row in known for end in ("low", "high"))]) * _SPARE
    bars = [
        Bar(label_of(row["metric"]), row["change"]["value"], row["change"]["low"], row["change"]["high"], _moved(row))
        for row in known
    ]
    fell = any(row["fell"] for row in known)
    plot = plot_bars("Change against the baseline", bars, -reach, reach)
    changes = [
        f'<th scope="row">{escape(words.change_label(name))}</th><td>{escape(old)}</td><td>{escape(new)}</td>'
        for name, (old, new) in comparison["changes"].items()
    ]
    table = f"<h3>What else differs</h3>{_table(('What', 'Baseline', 'This run'), changes)}" if changes else ""
    return (
        f'<p class="verdict {"wrong" if fell else "right"}">{escape(words.verdict_of(comparison))}</p>'
        f'<div class="plot">{plot}</div>{_flipped(known)}{table}'
    )


def write_judge(judge: Mapping[str, Any] | None) -> str:
    """Return a judge's figures and how far to trust them; nothing without one."""
    if not judge:
        return ""
    rows = []
    for name, figure in judge["figures"].items():
        agreed = judge["agreement"][name]
        share, kappa = (words.NONE if agreed[key] is None else f"{agreed[key]:.2f}" for key in ("share", "kappa"))
        value = f"{words.value_of(figure)}<small>{words.interval_of(figure)}</small>"
        against = escape(label_of(agreed["with"]))
        rows.append(f'<th scope="row">{name}</th><td>{value}</td><td>{against}</td><td>{share}</td><td>{kappa}</td>')
    told = (
        f"{escape(judge['model'])} was asked about {judge['asked']} answers and gave {judge['read']} verdicts. "
        "Nothing depends on them; beside each stands how far it agrees with the gold."
    )
    head = ("Verdict", "Share", "Held against", "Agreement", "Cohen’s kappa")
    return f'<p class="about">{told}</p>{_table(head, rows)}'


def write_sentences(counts: Mapping[str, int] | None, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return every sentence of a language model, shown or withheld, for a person to check; nothing without one."""
    if not counts:
        return ""
    cells = []
    for said in (said for row in rows for said in row.get("sentences") or ()):
        fate = "shown" if said["shown"] else f"withheld<small>{escape(said['reason'])}</small>"
        case = f'<a href="#case-{escape(said["case"])}">{escape(said["case"])}</a>'
        text = escape(said["sentence"] or "(not fit to show)")
        cells.append(f'<th scope="row">{case}</th><td>{text}</td><td>{fate}</td><td>{words.truth_of(said)}</td>')
    table = _table(("Case", "Sentence", "What became of it", "Held against the letter"), cells)
    return f'<p class="about">{escape(words.sentences_told(counts))}</p>{table}'


def write_confusion(confusion: Mapping[str, Mapping[str, int]]) -> str:
    """Return how often each status was given, by the gold's."""
    given = [status for status in words.STATUSES if any(status in row for row in confusion.values())]
    head = "".join(f'<th scope="col">{status}</th>' for status in given)
    rows = ""
    for gold in (status for status in words.STATUSES if status in confusion):
        total = sum(confusion[gold].values())
        cells = ""
        for status in given:
            count = confusion[gold].get(status, 0)
            kind = "hit" if status == gold else "miss"
            cells += f'<td class="{kind} heat-{round(_HEAT * count / total)}">{count or ""}</td>'
        rows += f'<tr><th scope="row">{gold}</th>{cells}</tr>'
    table = f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="scroll"><table class="confusion">{table}</table></div>'


def _figure(figure: words.Figure | None) -> str:
    if figure is None or not words.is_known(figure):
        return words.NONE
    return f"{words.value_of(figure)}<small>{words.interval_of(figure)} · {figure['n']}</small>"


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    """Return a table of rows that are HTML already."""
    columns = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>'


def _moved(row: Mapping[str, Any]) -> str:
    change = f"{row['change']['value']:+.3f}".replace("-", "−")
    if row["p_value"] is None:
        return change
    return f"{change}, p {row['p_value']:.2f}" if row["p_value"] >= _SMALL else f"{change}, p < {_SMALL}"


def _flipped(differences: Sequence[Mapping[str, Any]]) -> str:
    parts = []
    for row in differences:
        for word, cases in (("lost", row["lost"]), ("won", row["won"])):
            if cases:
                links = ", ".join(f'<a href="#case-{escape(case)}">{escape(case)}</a>' for case in cases)
                parts.append(f"<li><b>{escape(label_of(row['metric']))}, {word} {len(cases)}:</b> {links}</li>")
    return (
        f'<details class="more"><summary>Cases that flipped</summary><ul>{"".join(parts)}</ul></details>'
        if parts
        else ""
    )
