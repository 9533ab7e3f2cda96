"""The report as one self-contained page: no external request, nothing of a letter or question can act in it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.measures import BY_NAME, label_of
from eval.report import words
from eval.report.cases import Row, write_case, write_filters
from eval.report.escape import escape
from eval.report.plots import Bar, plot_bars, plot_gauge, plot_recall, plot_reliability, plot_times
from eval.report.tables import write_comparison, write_confusion, write_figures, write_judge, write_sentences

_HERE = Path(__file__).parent
_TILES = ("success", "cited_paragraph", "wrongly_refused", "refusal_recall", "verbatim")


def write_page(metrics: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """Return the page of a run."""
    style, script = (_HERE.joinpath(name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    # the page's own style and script are the only ones that may run, whatever a letter smuggles in
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    sections = [
        _section("against", "Against the baseline", write_comparison(metrics.get("comparison"))),
        _section("figures", "Figures", write_figures(metrics)),
        _section("judge", "The judge’s opinion", write_judge(metrics.get("judge"))),
        _section("sentences", "The model’s sentences", write_sentences(metrics.get("sentences"), rows)),
        _section("plots", "Ranking, trust and time", _plots(metrics)),
        _section("tags", "By kind of question", _tags(metrics["tags"])),
        _section("failures", "Where it fails", _failures(metrics)),
        _section("cases", "Cases", _cases(rows)),
        _section("made", "How it was made", _made(metrics["run"])),
    ]
    links = "".join(f'<a href="#{name}">{title}</a>' for name, title, body in sections if body)
    body = "".join(f'<section id="{name}"><h2>{title}</h2>{body}</section>' for name, title, body in sections if body)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">\n'
        f"<title>Kamervraag: {escape(words.title_of(metrics))}</title>\n<style>{style}</style></head>\n"
        f'<body><a class="skip" href="#cases">To the cases</a><header>{_header(metrics)}</header>'
        f'<nav aria-label="Sections">{links}</nav><main>{body}</main>\n<script>{script}</script></body></html>\n'
    )


def _digest(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _section(name: str, title: str, body: str) -> tuple[str, str, str]:
    return name, title, body


def _header(metrics: Mapping[str, Any]) -> str:
    run = metrics["run"]
    facts = [f"gold set {run['gold']}", f"answers by {run['answers'] or run['model']}", words.day_of(metrics)]
    if run["commit"]:
        facts.append(f"commit {run['commit']}")
    return (
        f'<p class="eyebrow">Kamervraag · evaluation</p><h1>{escape(words.title_of(metrics))}</h1>'
        f'<p class="lead">{escape(words.lead_of(metrics))}</p><p class="about">{escape(" · ".join(facts))}</p>'
        f'<div class="tiles">{"".join(_tiles(metrics))}</div>'
    )


def _tiles(metrics: Mapping[str, Any]) -> Iterator[str]:
    summary = metrics["summary"]
    for name in _TILES:
        figure = summary["all"].get(name)
        if not words.is_known(figure):
            continue
        by_language = " · ".join(
            f"{group.upper()} {words.percent(summary[group][name]['value'])}"
            for group in ("nl", "en")
            if words.is_known(summary[group].get(name))
        )
        gauge = plot_gauge(label_of(name), figure["value"], figure["low"], figure["high"])
        interval = f"95 % interval {words.percent_range(figure)}"
        yield _tile(label_of(name), words.percent(figure["value"]), gauge, interval, by_language)
    timing = metrics["timing"]
    if timing["p50_ms"] is not None:
        slow = f"95 % within {words.milliseconds(timing['p95_ms'])}"
        yield _tile("Median time", words.milliseconds(timing["p50_ms"]), "", slow, f"{timing['n']} answers")


def _tile(label: str, value: str, gauge: str, *notes: str) -> str:
    told = "".join(f"<span>{note}</span>" for note in notes)
    return f'<div class="tile"><b>{escape(label)}</b><strong>{value}</strong>{gauge}{told}</div>'


def _plots(metrics: Mapping[str, Any]) -> str:
    plots = []
    recall = {name: curve for name, curve in metrics["recall_at"].items() if any(value is not None for value in curve)}
    if recall:
        plots.append(
            ("Recall at k", "Is the gold paragraph among the first k found?", plot_recall(recall, words.COLUMNS))
        )
    if any(entry["n"] for entry in metrics["calibration"]):
        about = "When the best paragraph is given a probability, how often is it right? Dots grow with the cases."
        plots.append(("Reliability", about, plot_reliability(metrics["calibration"])))
    timing = metrics["timing"]
    if timing["histogram"]:
        marks = {"median": timing["p50_ms"], "95th percentile": timing["p95_ms"]}
        about = "From question to checked answer; the slowest hundredth stands in the last bar."
        plots.append(("Time an answer takes", about, plot_times(timing["histogram"], marks)))
    figures = [f'<figure class="plot"><figcaption><b>{t}</b> {a}</figcaption>{p}</figure>' for t, a, p in plots]
    figures.append(
        '<figure class="plot"><figcaption><b>Statuses</b> Gold down, given across; shares of each row are '
        f"shaded.</figcaption>{write_confusion(metrics['confusion'])}</figure>"
    )
    return f'<div class="plots">{"".join(figures)}</div>'


def _tags(tags: Mapping[str, Mapping[str, words.Figure]]) -> str:
    figures = {tag: tags[tag]["success"] for tag in tags if words.is_known(tags[tag]["success"])}
    if not figures:
        return ""
    bars = [
        Bar(tag, figure["value"], figure["low"], figure["high"], f"{words.percent(figure['value'])} of {figure['n']}")
        for tag, figure in sorted(figures.items(), key=lambda item: (-item[1]["value"], item[0]))
    ]
    about = f"{label_of('success')}: {BY_NAME['success'].meaning}. The thin line is the 95 % interval."
    return f'<p class="about">{escape(about)}</p><div class="plot">{plot_bars("Handled right, by tag", bars)}</div>'


def _failures(metrics: Mapping[str, Any]) -> str:
    if not metrics["failures"]:
        return "<p>Nowhere: every case is right.</p>"
    outcomes = metrics["outcomes"]
    told = ", ".join(f"{outcomes[name]} {text}" for name, text in words.OUTCOMES.items() if name in outcomes)
    items = "".join(
        f'<li><a href="#cases" data-show="{escape(kind)}"><b>{count}</b> {escape(kind)}</a></li>'
        for kind, count in metrics["failures"].items()
    )
    about = f"Of {metrics['run']['cases']} cases {told}. A case may fail in several ways; each opens its cases."
    return f'<p class="about">{about}</p><ul class="kinds">{items}</ul>'


def _cases(rows: Sequence[Row]) -> str:
    legend = (
        '<p class="about legend"><mark class="quote">quoted</mark> <mark class="gold">gold evidence</mark> '
        '<mark class="gold quote">both</mark> <mark class="word">decisive word</mark> '
        '<mark class="fact">expected fact</mark></p>'
    )
    return f'{write_filters(rows)}{legend}<ol class="list">{"".join(map(write_case, rows))}</ol>'


def _made(run: Mapping[str, Any]) -> str:
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in words.run_facts(run)
    )
    return f'<dl class="made">{items}</dl>'
