"""Follow-ups are joined to what they follow; questions that stand alone are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.condense import condense
from assistant.dialogue import Turn

FIRST = "Hoeveel militairen zijn er in Litouwen?"


@pytest.mark.parametrize(
    "question",
    [
        "En in Polen?",
        "Waarom?",
        "Sinds wanneer is dat zo?",
        "Wat vindt de Adviesraad daarvan in het advies?",
        "Why is that necessary for the alliance?",
        "And how many of them are Dutch?",
        "What does it cost the Netherlands each year?",
    ],
)
def test_a_follow_up_carries_the_question_it_follows(question: str) -> None:
    condensed = condense(question, (Turn("Wat zegt de brief over Turkije?"), Turn(FIRST)))
    assert FIRST in condensed
    assert condensed.endswith(question)
    assert "Turkije" not in condensed


@pytest.mark.parametrize(
    "question",
    [
        "Wat vindt Nederland van kernwapens in Europa?",
        "Welke landen willen lid worden van de NAVO?",
        "Which countries want to join NATO in the future?",
        "Since when has cyber been an operational domain of NATO?",
    ],
)
def test_a_question_that_stands_alone_is_unchanged(question: str) -> None:
    assert condense(question, (Turn(FIRST),)) == question


@pytest.mark.parametrize(
    "question",
    [
        "Wat vindt het kabinet van kernwapens in Europa?",
        "Does the letter say that Turkey is a strategic partner?",
    ],
)
def test_an_article_or_a_conjunction_does_not_point_back(question: str) -> None:
    assert condense(question, (Turn(FIRST),)) == question


@pytest.mark.parametrize(
    "question",
    [
        "Andere vraag: wat zegt de brief over Turkije?",
        "Iets heel anders, wat zegt de brief over Turkije?",
        "Different question: wat zegt de brief over Turkije?",
        "Another question, wat zegt de brief over Turkije?",
    ],
)
def test_a_change_of_subject_leaves_the_earlier_question_behind(question: str) -> None:
    assert condense(question, (Turn(FIRST),)) == "wat zegt de brief over Turkije?"


@pytest.mark.parametrize("question", ["Andere vraag", "Another question", "Iets anders."])
def test_announcing_a_question_without_asking_it_keeps_some_text(question: str) -> None:
    assert condense(question, ()) == question


@given(st.text(alphabet=st.characters(categories=("L", "Nd", "Zs")), max_size=60))
def test_without_history_there_is_nothing_to_join(text: str) -> None:
    assert text.endswith(condense(text, ()))
