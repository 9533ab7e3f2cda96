"""Sentences about another country than is asked about."""

from __future__ import annotations

import pytest

from assistant.places import is_elsewhere


@pytest.mark.parametrize(
    ("question", "text", "elsewhere"),
    [
        ("Wat kost een drone in België?", "In Duitsland zijn de kosten € 20.", True),
        ("How much is it in the United Kingdom?", "Het kost in Frankrijk en in Spanje € 20.", True),
        ("Wat kost een drone in Duitsland?", "In Duitsland zijn de kosten € 20.", False),
        ("What does it cost in Germany?", "In Duitsland zijn de kosten € 20.", False),
        ("Wat kost een drone in België?", "De kosten zijn € 20.", False),
        ("Wat kost een drone?", "In Duitsland zijn de kosten € 20.", False),
        ("Wat kost een drone in België?", "Wie in Duitsland vliegt, betaalt de Belgische prijs.", False),
        ("Wat kost een drone in België?", "Hier betaalt men meer dan in Duitsland.", False),
        ("Hoeveel militairen zijn er in Oekraïne?", "De Oekraïense troepen in Polen zijn met 200.", False),
        ("Wat is de prijs in Mali?", "Nederland steunt het land, in Niger niet.", True),
    ],
)
def test_a_sentence_about_another_country_is_told(question: str, text: str, elsewhere: bool) -> None:
    assert is_elsewhere(question, text) is elsewhere
