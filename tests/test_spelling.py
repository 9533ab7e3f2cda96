"""Slips of the pen: put right where a letter holds the word meant, and nowhere else."""

from __future__ import annotations

import pytest

from assistant.pipeline import Assistant
from assistant.spelling import respell
from ingest.letter import Language


@pytest.mark.parametrize(
    ("asked", "meant", "language"),
    [
        ("hoeveel soldaten zitten er in Litouen", "hoeveel soldaten zitten er in Litouwen", "nl"),
        ("Montenegroo toegetreden?", "Montenegro toegetreden?", "nl"),
        ("nuclaire stratgie waarom nodig", "nucleaire strategie waarom nodig", "nl"),
        ("Did Montenego join?", "Did Montenegro join?", "en"),
        # words of their own, however like one of the letter's
        ("waarom redden we het met betaling", "waarom redden we het met betaling", "nl"),
        ("In what year was NATO founded?", "In what year was NATO founded?", "en"),
        ("Welke kernwapens liggen er op Volkel?", "Welke kernwapens liggen er op Volkel?", "nl"),
        ("", "", "nl"),
    ],
)
def test_only_slips_are_put_right(asked: str, meant: str, language: Language, assistant: Assistant) -> None:
    assert respell(asked, language, assistant.index, assistant.letters) == meant


def test_a_question_with_a_slip_is_answered(assistant: Assistant) -> None:
    answer = assistant.ask("hoeveel soldaten zitten er in Litouen")
    assert answer.status == "answered"
    assert "270" in answer.answer
    assert answer.question == "hoeveel soldaten zitten er in Litouen"
