"""A figure is the same figure in Dutch and in English, and another one is another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.figures import Figure, find_figures
from assistant.number_words import MONTHS

PAIRS = [
    ("1,5 miljard euro", "€1.5 billion"),
    ("twee procent van het BBP", "2% of GDP"),
    ("2 procent", "two per cent"),
    ("op 26 april", "on April 26"),
    ("26 april 2018", "April 26, 2018"),
    ("26-04-2018", "26 April 2018"),
    ("270 militairen", "270 troops"),
    ("eind 2018", "the end of 2018"),
    ("begin 2019", "early 2019"),
    ("2.000 mensen", "2,000 people"),
    ("28 676, nr. 282", "28 676, no. 282"),
    ("anderhalf miljard", "1.5 billion"),
    ("anderhalve eeuw", "one and a half centuries"),
    ("een half miljoen", "half a million"),
    ("tientallen", "dozens"),
    ("tweede pijler", "second pillar"),
    ("de 2e pijler", "the 2nd pillar"),
    ("een derde van het budget", "a third of the budget"),
    ("driekwart", "three quarters"),
    ("vijfentwintig", "twenty-five"),
    ("honderdvijftig", "a hundred and fifty"),
    ("vijftigduizend", "fifty thousand"),
    ("2 tot 3 procent", "between 2% and 3%"),
    ("5-7 miljoen", "5 million to 7 million"),
    ("0,5 procentpunt", "0.5 percentage points"),
    ("in mei 2020", "in May 2020"),
    ("de helft", "half"),
]
DIFFERENT = [
    ("1,5 miljard", "1.5 million"),
    ("1,5 miljard", "15 billion"),
    ("2 procent", "2 percentage points"),
    ("26 april", "26 May"),
    ("eind 2018", "early 2018"),
    ("2.000", "2.000"),
    ("tientallen", "hundreds"),
    ("een derde van", "two thirds of"),
    ("2e", "2"),
]
words = st.text(max_size=200)


@pytest.mark.parametrize(("dutch", "english"), PAIRS)
def test_both_languages_give_the_same_figures(dutch: str, english: str) -> None:
    assert frozenset(find_figures(dutch, "nl")) == frozenset(find_figures(english, "en")) != frozenset()


@pytest.mark.parametrize(("dutch", "english"), DIFFERENT)
def test_other_figures_are_not_taken_for_the_same(dutch: str, english: str) -> None:
    there = frozenset(find_figures(dutch, "nl"))
    assert not all(figure.stands_in(there) for figure in find_figures(english, "en"))


@pytest.mark.parametrize("text", ["de Tweede Kamer", "een land", "it may be", "one of them"])
def test_what_is_no_figure_is_not_taken_for_one(text: str) -> None:
    assert not find_figures(text, "nl" if text.startswith("de") else "en")


def test_an_amount_without_its_currency_stands_in_one_with_it_but_not_the_other_way() -> None:
    bare, euros = Figure("5", "", "5"), Figure("5", "€", "€5")
    assert bare.stands_in(frozenset({euros}))
    assert not euros.stands_in(frozenset({bare}))


@settings(deadline=None)
@given(st.integers(0, 10**12))
def test_any_whole_number_is_read_in_both_ways_of_writing_thousands(number: int) -> None:
    english = f"{number:,}"
    dutch = english.replace(",", ".")
    (one,), (other,) = find_figures(f"er zijn {dutch} mensen", "nl"), find_figures(f"there are {english} people", "en")
    assert one == other
    assert one.value == str(number)


@settings(deadline=None)
@given(st.integers(1, 28), st.integers(0, 11), st.integers(1900, 2099))
def test_any_date_is_read_in_both_orders(day: int, month: int, year: int) -> None:
    dutch = find_figures(f"op {day} {MONTHS['nl'][month]} {year}", "nl")
    english = find_figures(f"on {MONTHS['en'][month].title()} {day}, {year}", "en")
    assert dutch == english
    assert len(dutch) == 2


@settings(deadline=None)
@given(words, words)
def test_any_text_is_read_to_its_end(before: str, after: str) -> None:
    for language in ("nl", "en"):
        found = find_figures(f"{before} hundred duizend half een 3 - {after}", language)
        assert all(figure.value for figure in found)
