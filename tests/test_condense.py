"""Follow-ups are joined to what they follow; questions that stand alone are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.condense import condense, follows, wish_of
from assistant.dialogue import Turn
from eval.cases import BUNDLED_GOLD, load_cases

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


@pytest.mark.parametrize(
    "question",
    ["Met hoeveel man?", "With how many people?", "Who was the last to get in?", "What was the weather like that day?"],
)
def test_half_a_question_leans_on_the_other_half(question: str) -> None:
    assert condense(question, (Turn(FIRST),)) == f"{FIRST} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "Wie stelde de vragen en wanneer zijn ze ingezonden?",
        "Which bill was introduced, and what is it for?",
        "How many breakthrough teams will there be?",
        "so have they made up their minds about the role of nukes or what",
        "Komt er deze kabinetsperiode nog extra geld voor defensie bovenop de plannen?",
        "Who is meant to receive this?",
    ],
)
def test_what_a_pronoun_stands_for_may_be_in_the_question_itself(question: str) -> None:
    assert not follows(question)


def test_of_the_stand_alone_gold_questions_hardly_one_is_taken_for_a_follow_up() -> None:
    cases = [case for path in sorted(BUNDLED_GOLD.parent.glob("*.jsonl")) for case in load_cases(path)]
    alone = [case for case in cases if not case.history and case.status != "vague"]
    mistaken = [case.question for case in alone if follows(case.question) or wish_of(case.question)]
    assert len(mistaken) <= 0.02 * len(alone), mistaken


def test_of_two_ellipses_the_second_takes_the_place_of_the_first() -> None:
    turn = Turn("En in Polen?", standalone=f"{FIRST} En in Polen?")
    assert condense("En in Mali?", (turn,)) == f"{FIRST} En in Mali?"
    assert condense("Waarom?", (turn,)) == f"{FIRST} En in Polen? Waarom?"


@pytest.mark.parametrize(
    ("question", "wish"),
    [
        ("Can you say that in English?", "en"),
        ("In English, please", "en"),
        ("Kunt u dat ook in het Engels zeggen?", "en"),
        ("Kunt u dat in het Nederlands zeggen?", "nl"),
        ("And in Dutch?", "nl"),
        ("Wat staat er nog meer in die alinea?", "rest"),
        ("What else does the paragraph say?", "rest"),
        ("Give me the rest of that paragraph", "rest"),
        ("Hoe heet de NAVO in het Engels?", None),
        ("Wat zegt de brief over het Nederlands in de klas?", None),
        ("Wat staat er in de brief over Turkije?", None),
    ],
)
def test_a_wish_about_the_answer_is_told_from_a_question(question: str, wish: str | None) -> None:
    assert wish_of(question) == wish
