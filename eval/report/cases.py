"""The cases on the page: question and answer, cited and gold paragraph side by side, and why it failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eval.measures import label_of
from eval.metrics import find_facts
from eval.report import words
from eval.report.escape import escape, mark

Row = Mapping[str, Any]

_SIGNS = {"right": "✓", "flawed": "~", "wrong": "✗"}
_MOST_NEAREST = 1
_SHOWN_SCORES = (
    "cited_paragraph", "cited_sentence", "facts", "status_right", "recall@1", "mrr", "token_f1", "citation_precision",
)  # fmt: skip


def write_filters(rows: Sequence[Row]) -> str:
    """Return the form that narrows the cases down; it shows itself only where scripts run."""
    choices = {
        "outcome": ("Outcome", words.OUTCOMES),
        "kind": ("Reason", _choices(reason["kind"] for row in rows for reason in row["reasons"])),
        "lang": ("Language", {"nl": "Dutch", "en": "English"}),
        "gold": ("Gold status", _choices(row["status"] for row in rows)),
        "given": ("Given status", _choices(row["answer"]["status"] for row in rows)),
        "tag": ("Tag", _choices(tag for row in rows for tag in row["tags"])),
        "split": ("Split", _choices(row["split"] for row in rows if row["split"])),
    }
    selects = "".join(_select(name, label, options) for name, (label, options) in choices.items() if options)
    return (
        '<form id="filters" hidden><label class="wide">Find<input type="search" name="text" autocomplete="off" '
        f'placeholder="words in question, answer or paragraph"></label>{selects}'
        '<button type="reset">Show all</button><button type="button" id="unfold">Open those shown</button></form>'
        f'<p id="count" role="status">{len(rows)} cases</p>'
    )


def write_case(row: Row) -> str:
    """Return one case, folded; its id is `case-ID`."""
    outcome, answer = str(row["outcome"]), row["answer"]
    kinds = "|".join(reason["kind"] for reason in row["reasons"])
    data = {
        "outcome": outcome, "lang": row["lang"], "gold": row["status"], "given": answer["status"],
        "split": row["split"] or "", "tag": "|".join(row["tags"]), "kind": kinds,
    }  # fmt: skip
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items())
    about = " · ".join(filter(None, (row["id"], row["lang"], row["split"], *row["tags"])))
    why = row["reasons"][0]["text"] if row["reasons"] else ""
    return (
        f'<li class="case {outcome}" id="case-{escape(row["id"])}" {attributes}><details><summary>'
        f'<span class="sign" title="{escape(words.OUTCOMES[outcome])}">{_SIGNS[outcome]}</span>'
        f'<span class="asked"><span class="question" lang="{escape(row["lang"])}">{escape(row["question"])}</span>'
        f'<span class="about">{escape(about)}</span></span><span class="why">{escape(why)}</span></summary>'
        f'<div class="body">{"".join(_body(row))}</div></details></li>'
    )


def _body(row: Row) -> Iterator[str]:
    answer = row["answer"]
    if row["history"]:
        earlier = "".join(f"<li>{escape(question)}</li>" for question in row["history"])
        yield f'<div class="history"><h3>Asked before</h3><ol lang="{escape(row["lang"])}">{earlier}</ol></div>'
    if row["reasons"]:
        reasons = "".join(f"<li>{escape(reason['text'])}</li>" for reason in row["reasons"])
        yield f'<div class="reasons"><h3>Why it is not right</h3><ul>{reasons}</ul></div>'
    yield f'<div class="sides"><div>{_answer(answer)}{_facts(row)}</div><div>{_reference(row)}</div></div>'
    yield f'<div class="sides"><div>{"".join(_cited(row))}</div><div>{"".join(_gold(row))}</div></div>'
    yield _judge(row.get("judge"))
    yield _scores(row)


def _answer(answer: Mapping[str, Any]) -> str:
    facts = [answer["status"]]
    if answer.get("probability") is not None:
        facts.append(f"probability {answer['probability']:.2f}")
    if answer.get("seconds") is not None:
        facts.append(words.milliseconds(1000 * answer["seconds"]))
    language = f' lang="{escape(answer["language"])}"' if answer.get("language") else ""
    return (
        f'<h3>Answer <span class="about">{escape(" · ".join(facts))}</span></h3>'
        f'<p class="text"{language}>{escape(answer["answer"] or "(none)")}</p>'
    )


def _facts(row: Row) -> str:
    if not row["must_include"]:
        return ""
    items = "".join(
        f'<li class="{"right" if found else "wrong"}">{"✓" if found else "✗"} {escape(" / ".join(alternatives))}</li>'
        for alternatives, found in zip(row["must_include"], row["facts_found"], strict=True)
    )
    return f'<ul class="facts" aria-label="Expected facts">{items}</ul>'


def _reference(row: Row) -> str:
    text = row["reference"] or (
        "(no reference)" if row["gold"] else "The letter does not answer this; it should be refused."
    )
    return f'<h3>Expected <span class="about">{escape(row["status"])}</span></h3><p class="text">{escape(text)}</p>'


def _cited(row: Row) -> Iterator[str]:
    answer = row["answer"]
    cited = answer["citations"]
    yield f"<h3>{'Cited' if cited else 'Cited: nothing'}</h3>"
    evidence = {gold["paragraph_id"]: gold["spans"] for gold in row["gold"]}
    for citation in cited:
        start = citation["start"]
        layers = {
            "gold": evidence.get(citation["paragraph_id"], []),
            "quote": [(start, citation["end"])],
            "word": [(start + first, start + last) for first, last in citation.get("marks", ())],
            "fact": _fact_spans(row, citation["paragraph_text"]),
        }
        name = citation.get("reference") or citation["paragraph_id"] or "not found in the letters"
        yield _paragraph(f"[{citation['n']}] {name}", citation["paragraph_text"], layers)
    for citation in () if cited else answer.get("nearest", ())[:_MOST_NEAREST]:
        span = {"near": [(citation["start"], citation["end"])]}
        yield _paragraph(f"Nearest: {citation['reference']}", citation["paragraph_text"], span)


def _gold(row: Row) -> Iterator[str]:
    rank = words.rank_of_gold(row)
    about = f' <span class="about">{escape(rank)}</span>' if rank else ""
    yield f"<h3>{'Gold' if row['gold'] else 'Gold: nothing in the letter'}{about}</h3>"
    for gold in row["gold"]:
        layers = {"gold": gold["spans"], "fact": _fact_spans(row, gold["text"])}
        yield _paragraph(gold["reference"], gold["text"], layers)
        if gold["footnote"]:
            yield f'<p class="footnote" lang="nl">Footnote: {escape(gold["footnote"])}</p>'


def _paragraph(name: str, text: str, layers: Mapping[str, Any]) -> str:
    return f'<figure><figcaption>{escape(name)}</figcaption><p lang="nl">{mark(text, layers)}</p></figure>'


def _fact_spans(row: Row, text: str) -> list[tuple[int, int]]:
    return [span for alternatives in row["must_include"] for span in find_facts(alternatives, text)]


def _judge(verdict: Mapping[str, Any] | None) -> str:
    if not verdict:
        return ""
    grades = [f"{name}: {_grade(verdict[name])}" for name in ("faithful", "complete")]
    return f'<p class="judge"><b>Judge</b> {escape(" · ".join([*grades, verdict["reason"]]))}</p>'


def _grade(value: bool | None) -> str:
    return words.NONE if value is None else "yes" if value else "no"


def _scores(row: Row) -> str:
    known = [(name, row["scores"].get(name)) for name in _SHOWN_SCORES]
    items = "".join(
        f"<div><dt>{escape(label_of(name))}</dt><dd>{value:.2f}</dd></div>"
        for name, value in known
        if value is not None
    )
    return f'<dl class="scores">{items}</dl>' if items else ""


def _choices(values: Any) -> dict[str, str]:
    return {value: value for value in sorted(set(values))}


def _select(name: str, label: str, options: Mapping[str, str]) -> str:
    items = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options.items())
    return f'<label>{label}<select name="{name}"><option value="">all</option>{items}</select></label>'
