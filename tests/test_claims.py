"""False sentences of many kinds are withheld and true ones shown, on letters of several ministries."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.claims import Claim, count, load_claims

CLAIMS = load_claims()
# What still goes wrong, so that a rule that makes more go wrong is noticed; a better one may lower these.
MOST_FALSE_SHOWN, MOST_TRUE_WITHHELD = {"tune": 2, "aside": 7}, {"tune": 1, "aside": 5}


def test_there_are_sixty_of_each_in_both_languages_over_several_letters() -> None:
    by_truth = Counter(claim.true for claim in CLAIMS)
    assert min(by_truth.values()) >= 60
    assert len({claim.letter for claim in CLAIMS}) >= 4
    for language in ("nl", "en"):
        assert sum(claim.lang == language and claim.true for claim in CLAIMS) >= 15
        assert sum(claim.lang == language and not claim.true for claim in CLAIMS) >= 15


def test_a_third_is_kept_aside() -> None:
    aside = sum(claim.split == "aside" for claim in CLAIMS)
    assert 0.3 < aside / len(CLAIMS) < 0.37


@pytest.mark.parametrize("split", ["tune", "aside"])
def test_few_false_sentences_are_shown_and_few_true_ones_withheld(split: str) -> None:
    shown, _, withheld, _ = count([claim for claim in CLAIMS if claim.split == split])
    assert shown <= MOST_FALSE_SHOWN[split]
    assert withheld <= MOST_TRUE_WITHHELD[split]


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim.kind == "paragraph"], ids=lambda claim: claim.id)
def test_a_true_sentence_with_another_paragraph_is_withheld(claim: Claim) -> None:
    assert (claim.reason() or "").startswith("quote")
