"""Measures of one answer or ranking, held against values worked out by hand and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from eval.metrics import (
    Statement,
    citation_precision,
    citation_recall,
    covered,
    find_facts,
    has_fact,
    ndcg_at,
    plain_text,
    recall_at,
    reciprocal_rank,
    split_statements,
    token_f1,
    touched_sentences,
)

RANKING = ["a", "b", "c", "d"]
names = st.sampled_from("abcdefgh")


def test_recall_is_the_share_of_the_gold_among_the_first_k() -> None:
    assert recall_at(RANKING, {"a", "d"}, 1) == 0.5
    assert recall_at(RANKING, {"a", "d"}, 3) == 0.5
    assert recall_at(RANKING, {"a", "d"}, 4) == 1.0
    assert recall_at(RANKING, {"z"}, 4) == 0.0
    assert recall_at([], {"a"}, 10) == 0.0


def test_reciprocal_rank_looks_at_the_first_gold_paragraph_only() -> None:
    assert reciprocal_rank(RANKING, {"c", "d"}) == pytest.approx(1 / 3)
    assert reciprocal_rank(RANKING, {"a"}) == 1.0
    assert reciprocal_rank(RANKING, {"z"}) == 0.0


def test_ndcg_discounts_by_the_logarithm_of_the_rank() -> None:
    # gained 1/log2(3) + 1/log2(4); ideal 1/log2(2) + 1/log2(3)
    expected = (1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3))
    assert ndcg_at(RANKING, {"b", "c"}, 4) == pytest.approx(expected)
    assert ndcg_at(RANKING, {"a", "b"}, 4) == pytest.approx(1.0)
    # only the first k can be gained, so only k can be lost
    assert ndcg_at(RANKING, {"a", "b", "c"}, 1) == pytest.approx(1.0)


@given(st.permutations("abcdefgh"), st.sets(names, min_size=1), st.integers(1, 8))
def test_ndcg_agrees_with_scikit_learn(ranking: list[str], gold: set[str], k: int) -> None:
    relevance = np.array([[float(name in gold) for name in ranking]])
    order = np.arange(len(ranking), 0, -1, dtype=float)[None]
    assert ndcg_at(ranking, gold, k) == pytest.approx(ndcg_score(relevance, order, k=k))


@given(st.lists(names, unique=True), st.sets(names, min_size=1))
def test_recall_never_falls_with_more_paragraphs(ranking: list[str], gold: set[str]) -> None:
    curve = [recall_at(ranking, gold, k) or 0.0 for k in range(1, 10)]
    assert curve == sorted(curve)
    assert all(0 <= value <= 1 for value in curve)


def test_without_gold_nothing_is_measured() -> None:
    assert recall_at(RANKING, set(), 3) is None
    assert reciprocal_rank(RANKING, set()) is None
    assert ndcg_at(RANKING, set(), 3) is None
    assert covered(set(), {"a"}) is None
    assert citation_precision([]) is None
    assert citation_recall([], {1}) is None
    assert token_f1("woord", "") is None


def test_an_answer_is_split_after_each_run_of_marks() -> None:
    statements = split_statements("Eerst dit. [1] Dan dat. [2][3] Tot slot nog iets.", [1, 2, 3])
    assert statements == (
        Statement("Eerst dit.", (1,)),
        Statement("Dan dat.", (2, 3)),
        Statement("Tot slot nog iets.", ()),
    )


def test_an_answer_without_marks_rests_on_all_its_citations() -> None:
    assert split_statements("Zomaar een zin.", [1, 2]) == (Statement("Zomaar een zin.", (1, 2)),)
    assert split_statements(" … ", [1]) == ()


def test_citation_recall_counts_statements_and_precision_counts_citations() -> None:
    statements = split_statements("A [1][2] B [3] C", [1, 2, 3])
    assert citation_recall(statements, {2}) == pytest.approx(1 / 3)
    assert citation_recall(statements, {1, 3}) == pytest.approx(2 / 3)
    assert citation_precision([True, False, False, True]) == 0.5


def test_a_span_touches_the_sentences_it_shares_a_character_with() -> None:
    sentences = [(0, 10), (11, 20), (21, 30)]
    assert touched_sentences(sentences, (5, 15)) == {0, 1}
    assert touched_sentences(sentences, (11, 20)) == {1}
    assert touched_sentences(sentences, (10, 11)) == frozenset()


@pytest.mark.parametrize(
    ("fact", "text", "found"),
    [
        ("270", "er zijn 270 militairen", True),
        ("270", "er zijn 2700 militairen", False),
        ("5", "1,5 miljard", False),
        ("1,5", "1,5 miljard", True),
        ("2", "in 2018", False),
        ("Litouwen", "in LITOUWEN gelegerd", True),
        ("geïntegreerd", "een geintegreerd beleid", True),
        ("EU", "de Europese Unie", False),
        ("EU", "de EU-lidstaten", True),
        ("kandidaat-lid", "kandidaat\N{NON-BREAKING HYPHEN}lid", True),
        ("twee procent", "twee\nprocent van het bbp", True),
    ],
)
def test_a_fact_is_found_as_a_whole_number_or_word(fact: str, text: str, found: bool) -> None:
    assert has_fact([fact], text) is found
    assert bool(find_facts([fact], text)) is found


def test_one_of_the_alternatives_is_enough() -> None:
    assert has_fact(["Lithuania", "Litouwen"], "in Litouwen")
    assert not has_fact(["Lithuania", "Letland"], "in Litouwen")


def test_found_facts_are_spans_of_the_text_itself() -> None:
    text = "De Geïntegreerde  Strategie"
    ((start, end),) = find_facts(["geintegreerde"], text)
    assert text[start:end] == "Geïntegreerde"


@given(st.text(), st.text(min_size=1))
def test_facts_stay_inside_the_text_whatever_it_holds(text: str, fact: str) -> None:
    for start, end in find_facts([fact], text):
        assert 0 <= start < end <= len(text)


@given(st.text())
def test_plain_text_is_plain_already(text: str) -> None:
    assert plain_text(plain_text(text)) == plain_text(text)


def test_token_f1_counts_words_with_repetition_and_no_marks() -> None:
    # said 4 words, expected 3, shared 2: 2 * 2 / 7
    assert token_f1("De brief, de kamer [1]", "de brief vandaag") == pytest.approx(4 / 7)
    assert token_f1("Zelfde woorden", "zelfde  WOORDEN!") == 1.0
    assert token_f1("", "iets") == 0.0
