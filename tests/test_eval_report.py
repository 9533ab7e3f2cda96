"""The reports: complete, self-contained, and harmless whatever the letters and questions hold."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.answers import read_answers
from eval.cases import Case
from eval.compare import compare_runs
from eval.judge import Verdict, summarise_verdicts
from eval.report import write_reports
from eval.report.escape import escape, escape_markdown, mark
from eval.report.plots import Bar, plot_bars, plot_gauge, plot_growth, plot_recall, plot_reliability, plot_times
from eval.report.words import percent
from eval.run import Evaluation, evaluate_answers, rows_of, write_run
from ingest.letter import Letter, Paragraph, Section

HOSTILE = "</p><script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)> \"'& | `x` [a](http://evil.example)\u202e"
TEXT = f"Er zijn 270 militairen. {HOSTILE}"
LETTER = Letter(
    "l", HOSTILE, None, "", "", (), (),
    (Section(HOSTILE, 1, (Paragraph("l/een/1", 1, "prose", TEXT, None, ((0, 23), (24, len(TEXT)))),)),), (),
)  # fmt: skip
LETTERS = {"l": LETTER}
VOID = {"meta", "link", "input", "br", "hr", "img"}


def case(case_id: str, **changes: Any) -> Case:
    value = {
        "id": case_id, "pair": case_id, "lang": "nl", "question": HOSTILE, "history": [HOSTILE], "answerable": True,
        "status": "answered", "evidence": ["Er zijn 270 militairen."], "must_include": [["270"], [HOSTILE]],
        "reference": HOSTILE, "tags": [HOSTILE, "number"], "split": "aside",
    }  # fmt: skip
    return Case.model_validate(value | changes)


SILENT = {"answerable": False, "status": "silent", "evidence": [], "must_include": [], "reference": ""}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of a run over hostile texts, with a judge and a baseline."""
    out = tmp_path_factory.mktemp("report")
    cases = [case("a"), case("b"), case('c"<b>', **SILENT), case("d", **SILENT)]
    rows = [
        {"id": "a", "status": "answered", "answer": f"{TEXT} [1]", "probability": 0.9, "seconds": 0.01,
         "ranking": ["l/een/1"],
         "citations": [{"quote": "Er zijn 270 militairen.", "marks": [[3, 7]]}]},
        {"id": "b", "status": "answered", "answer": HOSTILE, "model": HOSTILE,
         "citations": [{"quote": HOSTILE + "!"}]},
        {"id": 'c"<b>', "status": "silent", "answer": HOSTILE, "seconds": 0.2, "probability": 0.1},
        {"id": "d", "error": HOSTILE},
    ]  # fmt: skip
    answers, gold = out / "answers-elsewhere.jsonl", out / "gold.jsonl"
    answers.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    gold.write_text("".join(one.model_dump_json() + "\n" for one in cases), encoding="utf-8")
    evaluation = evaluate_answers(answers, LETTERS, cases, gold, {"home": HOSTILE})
    before = evaluate_answers(answers, LETTERS, cases, gold, {})
    write_run(before, [], out / "before")
    verdicts = {"a": Verdict(True, False, HOSTILE), "b": Verdict(None, None, HOSTILE)}
    metrics = {
        **evaluation.metrics,
        "judge": summarise_verdicts(HOSTILE, evaluation.scored, verdicts),
        "comparison": compare_runs(
            evaluation.scored, {**evaluation.metrics["run"], "model": "x"}, out / "before"
        ).record(),
    }
    evaluation = Evaluation(evaluation.scored, metrics, verdicts)
    written = rows_of(evaluation, LETTERS)
    write_run(evaluation, written, out)
    write_reports(json.loads(json.dumps(metrics)), json.loads(json.dumps(written)), out)
    return out


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


class Elements(HTMLParser):
    """Collects every element with its attributes, and checks that all are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parse(text: str) -> Elements:
    elements = Elements()
    elements.feed(text)
    assert elements.open == []
    return elements


def test_a_run_leaves_five_files(folder: Path) -> None:
    wanted = {"answers.jsonl", "metrics.json", "scores.jsonl", "report.md", "report.html"}
    assert wanted <= {path.name for path in folder.iterdir()}
    assert json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["run"]["settings"]["home"] == HOSTILE
    rows = [json.loads(line) for line in (folder / "answers.jsonl").read_text(encoding="utf-8").split("\n") if line]
    assert [row["outcome"] for row in rows] == ["right", "wrong", "right", "wrong"]
    assert all(row["reasons"] for row in rows if row["outcome"] == "wrong")


def test_nothing_hostile_becomes_an_element_or_an_attribute(page: str) -> None:
    elements = parse(page)
    tags = [tag for tag, _ in elements.found]
    assert tags.count("script") == 1
    assert not {"img", "iframe", "object", "embed", "base", "audio", "video"} & set(tags)
    assert not [
        name for _, attributes in elements.found for name in attributes if name.startswith("on") or name == "style"
    ]


def test_the_page_asks_for_nothing_from_outside(page: str) -> None:
    for tag, attributes in parse(page).found:
        assert "src" not in attributes
        target = attributes.get("href")
        assert target is None or target.startswith("#") or (tag, target) == ("link", "data:,")
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)[0]
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_allows_its_own_style_and_script_only(page: str) -> None:
    policy = next(a["content"] for _, a in parse(page).found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    for element in ("style", "script"):
        (inside,) = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert b64encode(sha256(inside.encode()).digest()).decode() in policy
    assert "unsafe" not in policy


def test_the_page_shows_every_case_once_with_both_paragraphs(page: str) -> None:
    cases = [attributes for tag, attributes in parse(page).found if tag == "li" and "data-outcome" in attributes]
    assert [attributes["id"] for attributes in cases] == ["case-a", "case-b", 'case-c"<b>', "case-d"]
    assert page.count("<h3>Gold") == 4
    assert page.count("<h3>Cited") == 4
    assert '<mark class="gold quote">Er </mark>' in page
    assert '<mark class="gold quote word">zijn</mark>' in page
    assert '<mark class="gold quote fact">270</mark>' in page


def test_ids_are_used_once_and_links_lead_somewhere(page: str) -> None:
    elements = parse(page)
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(attributes["href"])[1:] for tag, attributes in elements.found if tag == "a"}
    assert targets <= set(ids)


def test_the_page_can_be_used_without_seeing_it(page: str) -> None:
    found = parse(page).found
    assert ("html", {"lang": "en"}) in found
    assert all("aria-label" in attributes for tag, attributes in found if tag == "svg")
    assert all("scope" in attributes for tag, attributes in found if tag == "th")
    levels = [int(tag[1]) for tag, _ in found if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_both_reports_say_how_the_run_was_made(folder: Path, page: str) -> None:
    markdown = (folder / "report.md").read_text(encoding="utf-8")
    run = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["run"]
    for text in (markdown, page):
        for value in (run["corpus_fingerprint"], run["gold_sha256"], run["packages"]["numpy"], run["python"]):
            assert value in text
        assert "Held against" in text
        assert "No gated figure changed" in text


def test_the_markdown_has_no_live_link_image_or_html(folder: Path) -> None:
    markdown = (folder / "report.md").read_text(encoding="utf-8")
    assert "<script" not in re.sub(r"\\<", "", markdown)
    assert not re.search(r"(?<!\\)\]\(", markdown)
    assert "http://" not in markdown
    rows = [line for line in markdown.split("\n") if line.startswith("|")]
    assert all(line.endswith("|") for line in rows)


@given(st.text())
def test_marked_text_is_the_text_when_tags_and_escapes_are_undone(text: str) -> None:
    size = len(text)
    marked = mark(text, {"one": [(0, size // 2)], "two": [(size // 3, size), (-3, 1)], "three": [(5, 2)]})
    plain = html.unescape(re.sub(r"</?mark[^>]*>", "", marked))
    assert plain == html.unescape(escape(text))
    assert len(plain) == size


@given(st.text())
def test_escaped_text_holds_nothing_that_acts(text: str) -> None:
    assert not set("<>\"'\x00\u202e") & set(escape(text))
    assert "\n" not in escape_markdown(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]<>|]", escape_markdown(text))


def test_overlapping_marks_share_their_words() -> None:
    assert mark("abcd", {"one": [(0, 3)], "two": [(1, 4)]}) == (
        '<mark class="one">a</mark><mark class="one two">bc</mark><mark class="two">d</mark>'
    )


def test_a_percentage_is_whole_only_when_all_or_none_are() -> None:
    assert [percent(value) for value in (0.0, 0.001, 0.5, 0.999, 1.0, None)] == [
        "0 %",
        "1 %",
        "50 %",
        "99 %",
        "100 %",
        "–",
    ]


def test_plots_put_points_where_the_numbers_are() -> None:
    recall = plot_recall({"nl": [0.0, 1.0]}, {"nl": "Dutch"})
    assert 'points="48.0,256.0 384.0,16.0"' in recall
    reliability = plot_reliability([{"low": 0.4, "high": 0.6, "mean": 0.5, "right": 0.5, "n": 4}])
    assert 'cx="216.0" cy="136.0"' in reliability
    growth = plot_growth({"ours": [(1_000, 40.0), (10_000, 80.0)]})
    assert 'points="48.0,146.9 384.0,37.8"' in growth
    gauge = plot_gauge("x", 0.5, 0.25, 0.75)
    assert '<rect class="reach" x="40.0" y="3" width="80.0"' in gauge


@pytest.mark.parametrize(
    "plot",
    [
        plot_recall({}, {}),
        plot_recall({"nl": [None, None]}, {"nl": "<b>"}),
        plot_reliability([]),
        plot_times([], {}),
        plot_times([[0.0, 0.4, 3]], {"median": 0.2}),
        plot_times([[0.0, 1.0, 0]], {"median": 0.0}),
        plot_bars("<b>", [Bar("<i>", -0.5, -9.0, 9.0, "<u>")], -1, 1),
        plot_bars("none", []),
        plot_growth({"<b>": [(1_000, 0.0)]}),
    ],
)
def test_plots_of_little_or_odd_data_are_still_drawings(plot: str) -> None:
    assert "nan" not in plot
    drawn = {"svg", "line", "text", "polyline", "circle", "rect", "title", "style"}
    assert {tag for tag, _ in parse(plot).found} <= drawn


def test_answers_of_another_kind_are_read_for_the_report(folder: Path) -> None:
    records = read_answers(folder / "answers-elsewhere.jsonl", [case("a")], LETTERS)
    assert records["a"]["citations"][0]["reference"].startswith("Kamerbrief")
