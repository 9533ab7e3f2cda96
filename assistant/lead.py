"""Questions whose answer is known by where it stands: a note, the subject, an abbreviation, papers, who asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.about import MOST_ANNOUNCEMENTS, find_announcements
from assistant.decisive import asks_paper
from assistant.features import SentencePlace, coverage, terms_with_notes
from assistant.question import Question
from ingest.chunk import notes_in
from ingest.dutch import fold
from ingest.letter import Footnote
from ingest.structure.papers import PAPER

_SHORT = r"(?P<short>[A-Z][\w&-]{1,9})"
_ABBREVIATIONS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:waar|waarvoor) (?:staat|staan) (?:de )?(?:afkorting |letters )?{_SHORT} (?:eigenlijk )?voor\b",
        rf"\bwat (?:betekent|is) (?:de )?afkorting {_SHORT}",
        rf"\bwaarvan is {_SHORT} de afkorting\b",
        rf"\bwhat (?:does|do) (?:the )?(?:abbreviation |acronym |letters )?{_SHORT} stand for\b",
        rf"\bwhat is {_SHORT} short for\b",
    )
)
_PAPERS = re.compile(r"\b(?:welke|alle|which|what|all)\b(?: \w+)? (?:kamerstukken|parliamentary papers)\b")

_PAPER_WORDS = re.compile(r"kamerstuk|parliamentary|\bpapers?\b|\bnumm?(?:er|ber)\b|\bnr\b")
_MOST = 0.6

# Who put the questions that a paper answers: these three, in any order.
_ASKERS = (
    re.compile(
        r"\b(?:wie|welke? (?:kamer)?(?:lid|leden|partij|partijen|fractie|fracties)|who|which (?:mps?|members?))\b"
    ),
    re.compile(r"\b(?:stel(?:t|de|len|den)|gesteld|ingediend|asked|asks?|put|tabled|raised)\b"),
    re.compile(r"\b(?:kamer)?vragen\b|\bquestions\b"),
)
_ASKED_BY = re.compile(r"vragen van (?:het lid|de leden)\b", re.IGNORECASE)


def leading_places(question: Question, places: Sequence[SentencePlace]) -> list[SentencePlace] | None:
    """Return which of the places, best first, answer for certain; none is a certain no, `None` that it is not known."""
    if question.note:
        return [place for place in places if _bears(question.note, place)]
    if question.fact == "subject":
        return _announcements(places) or None
    if short := asked_abbreviation(question.text):
        return [place for place in places if _explains(short, place)][:1] or None
    folded = fold(question.text)
    if _PAPERS.search(folded):
        return sorted((place for place in places if _names_paper(place)), key=_position) or None
    if asks_paper(question):
        return _papers_asked(question, places) or None
    if all(pattern.search(folded) for pattern in _ASKERS):
        return [place for place in places if _ASKED_BY.match(_sentence(place))] or None
    return None


def asked_abbreviation(text: str) -> str | None:
    """Return the abbreviation that a question asks the meaning of."""
    begun = text[:1].lower() + text[1:]
    return next((found["short"] for pattern in _ABBREVIATIONS if (found := pattern.search(begun))), None)


def _announcements(places: Sequence[SentencePlace]) -> list[SentencePlace]:
    """Return where letters say what they are about, the newest letter first; of several one sentence each."""
    letters = {place.candidate.letter.id: place.candidate.letter for place in places}
    ordered = sorted(letters.values(), key=lambda letter: letter.date or date.min, reverse=True)
    most = MOST_ANNOUNCEMENTS if len(ordered) == 1 else 1
    by_place = {place.at: place for place in places}
    return [by_place[at] for letter in ordered for at in find_announcements(letter)[:most] if at in by_place]


def _bears(mark: str, place: SentencePlace) -> bool:
    return any(note.mark == mark for note in _notes(place))


def _explains(short: str, place: SentencePlace) -> bool:
    """Whether a sentence gives the full name with the short one in brackets, or the other way round."""
    named = re.escape(short)
    pattern = re.compile(rf"\w \(\s*(?:de |het |the )?{named}\b|\b{named} \((?:\w+ )?[A-Z]\w+ \w")
    paragraph = place.candidate.paragraph
    english = paragraph.translated[place.sentence] if paragraph.translated else ""
    return any(pattern.search(text) for text in (paragraph.sentence(place.sentence), english))


def _sentence(place: SentencePlace) -> str:
    return place.candidate.paragraph.sentence(place.sentence)


def _papers_asked(question: Question, places: Sequence[SentencePlace]) -> list[SentencePlace]:
    """Return the sentence that names the paper asked for.

    With its notes it holds all names of the question; where that has none, most of its other words.
    """
    asked = [group for group in question.groups if not _PAPER_WORDS.search(fold(group.surface))]
    names = [group for group in asked if group.name]
    held = [
        (coverage(names or asked, terms_with_notes(place.candidate, place.sentence)), place)
        for place in places
        if _names_paper(place)
    ]
    best, first = max(held, key=lambda one: one[0], default=(0.0, None))
    return [first] if first and best >= (1 if names else _MOST) else []


def _names_paper(place: SentencePlace) -> bool:
    texts = (_sentence(place), *(note.text for note in _notes(place)))
    return any(PAPER.search(text) for text in texts)


def _notes(place: SentencePlace) -> list[Footnote]:
    return notes_in(place.candidate.letter, place.candidate.paragraph, place.sentence)


def _position(place: SentencePlace) -> tuple[str, int, int]:
    letter = place.candidate.letter
    order = [paragraph.id for _, paragraph in letter.paragraphs()]
    return letter.id, order.index(place.candidate.paragraph.id), place.sentence
