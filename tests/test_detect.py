"""Dutch or English, from a question's own words, however few."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eval as evaluation
from assistant.detect import detect_language, english_log_odds
from ingest.letter import Language

GOLD = Path(evaluation.__path__[0], "gold", "navo.jsonl")


@pytest.mark.parametrize(
    "question",
    [
        "hoe zit t met cyber",
        "Turkije?",
        "en Litouwen?",
        "Waarom?",
        "kernwapens",
        "NAVO-uitbreiding",
        "defensie-uitgaven 2018",
        "Wat vindt het kabinet van NATO Command Structure?",
        "wat is enhanced Forward Presence",
        "OOSTFLANK",
    ],
)
def test_short_dutch_questions_are_dutch(question: str) -> None:
    assert detect_language(question) == "nl"


@pytest.mark.parametrize(
    "question",
    [
        "NATO nuclear",
        "Turkey?",
        "and Lithuania?",
        "Why?",
        "nuclear weapons",
        "defence spending 2018",
        "What does 'waardengemeenschap' mean?",
        "who is Bijleveld-Schouten",
        "how about cyber",
        "EASTERN FLANK",
    ],
)
def test_short_english_questions_are_english(question: str) -> None:
    assert detect_language(question) == "en"


def test_the_gold_questions_are_told_apart() -> None:
    cases = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    wrong = [case["id"] for case in cases if detect_language(case["question"]) != case["lang"]]
    assert len(cases) > 500
    assert len(wrong) <= 0.02 * len(cases), wrong


@pytest.mark.parametrize("text", ["", "   ", "2018", "?!", "🙂", "270 €"])
def test_what_says_nothing_is_taken_for_dutch(text: str) -> None:
    assert english_log_odds(text) == 0
    assert detect_language(text) == "nl"


@pytest.mark.parametrize(("question", "language"), [("Wat is NAVO?", "nl"), ("What is NATO?", "en")])
def test_capitals_and_accents_change_nothing(question: str, language: Language) -> None:
    assert {detect_language(form) for form in (question, question.upper(), question.lower())} == {language}


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80))
def test_any_text_has_one_language_whatever_its_signs(text: str) -> None:
    assert detect_language(text) == detect_language(f" {text}\n?!") == ("en" if english_log_odds(text) > 0 else "nl")
