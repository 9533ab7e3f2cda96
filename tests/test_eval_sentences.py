"""A model's sentences are counted as shown or withheld, and as true or false only where a person looked."""

from __future__ import annotations

from typing import Any

from eval.cases import Case
from eval.report import words
from eval.report.tables import write_sentences
from eval.score import ScoredCase
from eval.sentences import count_sentences, sentences_of

CASE = Case(id="a", pair="a", lang="en", question="How many?", answerable=True, status="answered")
WITHHELD = (
    {"sentence": "There are 720.", "reason": "“720” does not stand there"},
    {"sentence": "", "reason": "a link"},
)


def scored(**changes: Any) -> ScoredCase:
    answer = {
        "status": "answered",
        "answer": "According to the letter: there are 270. [1] The norm is 2%. [2]",
        "citations": [{"n": 1}, {"n": 2}],
        "model": "gguf:x",
        "withheld": WITHHELD,
        **changes,
    }
    return ScoredCase(CASE, answer, None, (), {}, ())


def test_what_is_shown_and_what_is_withheld_is_listed() -> None:
    said = sentences_of(scored())
    assert [one.shown for one in said] == [True, True, False, False]
    assert said[2].reason
    assert {one.true for one in said} == {None}


def test_truth_is_counted_where_it_was_looked_up() -> None:
    checked = {"there are 270": True, "The norm is 2%": False, "There are 720": False}
    counts = count_sentences([scored(checked=checked)])
    assert counts == {
        "answers": 1, "said": 4, "shown": 2, "withheld": 2, "checked": 3,
        "false": 2, "false_withheld": 1, "true": 1, "true_shown": 1,
    }  # fmt: skip
    told = words.sentences_told(counts)
    assert "1 of 2 checked sentences are true" in told


def test_a_quotation_counts_nothing_and_neither_does_a_refusal() -> None:
    assert count_sentences([scored(model="quote", withheld=())]) is None
    assert count_sentences([scored(model="quote", citations=[], answer="No.", withheld=())]) is None


def test_the_page_lists_each_sentence_and_nothing_of_it_can_act() -> None:
    from dataclasses import asdict

    one = scored(withheld=({"sentence": "<b>720</b>", "reason": "<i>"},))
    page = write_sentences(count_sentences([one]), [{"sentences": [asdict(said) for said in sentences_of(one)]}])
    assert "&lt;b&gt;720" in page
    assert "<b>720" not in page
    assert "not checked" in page
