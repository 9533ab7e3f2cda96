"""Where sentences end, and where a full stop does not end one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.structure.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["Het kabinet deelt dit.", "De NAVO ook."],
        ["Is dat zo?", "Ja!", "Dat is zo."],
        ["Dat gebeurde in 2016.", "Voor het kabinet staat dit vast."],
        ["De brief noemt artt. 5 en 6.", "«De toekomst» volgt."],
        ["Dit kost 1,5 miljard.", "€ 2 miljoen blijft over."],
        ["Hij zei: “Wij komen.”", "Zij bleef."],
        ["Het duurt (zie nr. 3).", "Daarna volgt meer."],
        ["Wij wachten …", "Dan volgt het."],
        ["Scholen, gemeenten, enz.", "De rest volgt."],
        ["Dat was op 5 december jl.", "Het kabinet wacht af."],
        ["De norm is 2%.", "Één land haalt die."],
        ["Zie www.rijksoverheid.nl.", "Daar staat meer."],
        ["Dat was op 5 december jl.", "Daarin staat meer."],
        ["De raming is p.m.", "Later volgt een bedrag."],
        ["Dat is van belang.", "’s Avonds is er minder toezicht."],
        ["Er zijn twee stappen gezet.", "1. Er is een plan.", "2. Er is geld."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize(
    "sentence",
    [
        "Zie art. 5 van het Verdrag van Washington.",
        "Dat staat in Kamerstuk 28 676, nr. 282, dat u kreeg.",
        "Dit is tijdens de Ministeriële van 5 december jl. formeel afgesproken.",
        "Getekend door A.Th.B. Bijleveld-Schouten en S.A. Blok.",
        "Drs. Jansen en prof. dr. De Vries kwamen.",
        "Landen, o.a. Duitsland en bijv. Polen, doen mee.",
        "Het ging om 1.500 mensen en 2.5 miljard.",
        "De begroting, d.w.z. Hoofdstuk X, is vastgesteld.",
        "1. Inleiding en samenvatting",
        "Dhr. Blok en mevr. Bijleveld tekenen.",
        "Het advies t.a.v. Rusland is helder.",
        "Dat is de inzet i.h.k.v. Europa en o.b.v. Artikel 5.",
        "Het advies is uitgebracht (Stcrt. 2018, nr. 12345; zie ook par. 3 en Stb. 2019, 2).",
        "Ad 1. De eerste vraag gaat over geld.",
    ],
)
def test_a_stop_that_ends_no_sentence_splits_nothing(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The Alliance agrees. It acts.", 2),
        ("Mr. Smith of the U.S. Senate agrees, e.g. Article 5.", 1),
    ],
)
def test_english_sentences_too(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_no_text_has_no_sentences() -> None:
    assert split_sentences("") == ()


@settings(deadline=None, max_examples=300)
@given(st.text() | st.text('aA1 .!?…"”)jl\n'))
def test_spans_are_in_order_and_hold_every_visible_character(text: str) -> None:
    spans = split_sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(["Het kabinet wacht.", "Zie nr. 5.", "Is dat zo?", "De NAVO groeit."]), max_size=6))
def test_splitting_is_stable_under_joining(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts
