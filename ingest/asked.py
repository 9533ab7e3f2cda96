"""Papers with answers to written questions: what is asked in the sections that a section answers.

An answer ("Nee.", "Dat deel ik niet.") says what it is about only together with its question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.letter import Language, Letter, Section
from ingest.structure.shapes import is_question_label

_LONGEST = 400
_ANSWER = re.compile(r"(?:\d{1,3}\s+)?antwoord", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,3})(?:\s*(?:t/m|tot en met|[-–])\s*(\d{1,3}))?")


def questions_answered(letter: Letter, language: Language = "nl") -> Mapping[int, str]:
    """Return what is asked, by the place of the section that answers it among the letter's; empty for other letters.

    An answer goes by its numbers, or where no question has them answers all that was asked since the last one.
    """
    asked: dict[int, str] = {}
    found: dict[int, str] = {}
    open_questions: list[str] = []
    for place, section in enumerate(letter.sections):
        if not is_question_label(section.heading):
            continue
        numbers = _numbers(section.heading)
        if not _ANSWER.match(section.heading):
            text = _text(section, language)
            asked |= dict.fromkeys(numbers, text)
            open_questions.append(text)
            continue
        named = [asked[number] for number in numbers if number in asked]
        if text := " ".join(dict.fromkeys(named or open_questions)):
            found[place] = text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0]
        open_questions = []
    return found


def _numbers(label: str) -> list[int]:
    spans = ((int(first), int(last or first)) for first, last in _RANGE.findall(label))
    return [number for first, last in spans for number in range(first, last + 1)]


def _text(section: Section, language: Language) -> str:
    texts = (
        " ".join(one.translated) if language == "en" and one.translated else one.text for one in section.paragraphs
    )
    return " ".join(texts)
