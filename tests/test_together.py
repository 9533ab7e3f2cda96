"""What a sentence says in one breath has to stand in one sentence of the letter."""

from __future__ import annotations

import pytest

from assistant.grounding import Texts
from assistant.together import find_parted
from ingest.letter import Language

ROLE: Texts = (("De NAVO heeft een rol in het Midden-Oosten en Noord-Afrika, zoals bij terrorisme.", "nl"),)
PARTNERS: Texts = (("Het accent ligt op training van partnerlanden, zoals Irak en Jordanië.", "nl"),)


@pytest.mark.parametrize(
    ("sentence", "language", "blamed"),
    [
        ("De NAVO heeft een rol in het Midden-Oosten en Jordanië.", "nl", True),
        ("De NAVO heeft een rol in het Midden-Oosten en Noord-Afrika.", "nl", False),
        ("Partnerlanden zijn Irak en Jordanië.", "nl", False),
        ("Partners are Iraq and Jordan.", "en", False),
    ],
)
def test_names_joined_by_and_stand_together(sentence: str, language: Language, blamed: bool) -> None:
    assert bool(find_parted(sentence, language, [ROLE, PARTNERS], [(), ()])) is blamed
