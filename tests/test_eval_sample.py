"""A sample has both languages, mostly questions with an answer, no pair twice, and is the same each time."""

from __future__ import annotations

from collections import Counter
from random import Random

from eval.cases import BUNDLED_GOLD, load_cases
from eval.sample import draw, sample
from eval.score import GIVEN

CASES = load_cases(BUNDLED_GOLD)


def test_languages_and_answers_are_balanced() -> None:
    drawn = draw(CASES, 16, 0, Random(1))
    assert Counter(case.lang for case in drawn) == {"nl": 8, "en": 8}
    assert sum(case.status in GIVEN for case in drawn) == 12
    assert len({case.pair for case in drawn}) == 16


def test_a_sample_names_the_letter_and_is_the_same_each_time() -> None:
    letters = ("2018-04-26-navo", "2021-05-14-b-ienw")
    once = sample(BUNDLED_GOLD.parent, letters, 4)
    assert once == sample(BUNDLED_GOLD.parent, letters, 4)
    assert Counter(case.letter for case in once) == dict.fromkeys(letters, 4)
    assert all(case.pair == case.id for case in once)
