"""Which letters mention something: in how many paragraphs each, and where best."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from assistant.dialogue import Citation
from assistant.question import Question
from assistant.quote import cite_candidate
from assistant.rank import RankedSentence, Ranker, rank
from assistant.retrieve import retrieve
from ingest.cards import LetterCard
from ingest.dutch import analyse
from ingest.index import Index
from ingest.letter import Language, Letter
from ingest.structure.build import HEADER_SLUG, SIGNATURE_SLUG

_PARAGRAPHS_A_LETTER, _NEAREST = 3, 40
_LETTERS_NL = r"(?:andere )?(?:kamer)?brie(?:f|ven)"
_LETTERS_EN = r"(?:other )?letters?"
# Questions about the letters rather than to them; the topic is what is left.
_TALK_NL = r"(?:gaan|gaat|handel(?:en|t)|spre(?:ken|ekt)|schrij(?:ven|ft)|zeg(?:gen|t))"
_TALK_EN = r"(?:are|is|(?:talk|speak|write|say|deal)s?)"
_NAME_NL = r"(?:noem(?:en|t)|vermeld(?:en|t)?|bespre(?:ken|ekt)|behandel(?:en|t)|bevat(?:ten)?)"
_NAME_EN = r"(?:mentions?|discuss(?:es)?|covers?|address(?:es)?|concerns?|refers? to|names?|contains?)"
_TALKED = r"(?:gesproken|geschreven|gezegd|gemeld)"
_NAMED_NL = r"(?:genoemd|vermeld|besproken|behandeld|beschreven|voor|ter sprake|aan de orde)"
_NAMED_EN = r"(?:mentioned|discussed|named|addressed|covered|appear|come up|occur)"
_IN_NL = rf"in (?:welke|hoeveel) {_LETTERS_NL}"
_FORMS = (
    rf"(?:welke|hoeveel) {_LETTERS_NL} {_TALK_NL}(?: er| ook| iets| wat)* over TOPIC",
    rf"(?:welke|hoeveel) {_LETTERS_NL} {_NAME_NL}(?: er| ook| iets over)* TOPIC",
    rf"{_IN_NL} (?:wordt|worden|is|gaat) (?:er |het |ook |iets )*(?:{_TALKED} )?over TOPIC(?: {_TALKED})?",
    rf"{_IN_NL} (?:staat|staan|wordt|worden|komt|komen) (?:er |ook |(?:iets|wat) over )*TOPIC(?: {_NAMED_NL})?",
    rf"(?:zijn er|noem|geef|toon|zoek)(?: me| mij)?(?: de| alle)? {_LETTERS_NL} (?:die gaan )?over TOPIC",
    rf"(?:which|what|how many) {_LETTERS_EN} {_TALK_EN} (?:anything |something )?(?:about|on|of|with) TOPIC",
    rf"(?:which|what|how many) {_LETTERS_EN} {_NAME_EN} TOPIC",
    rf"in (?:which|what|how many) {_LETTERS_EN} (?:is|are|does|do) TOPIC {_NAMED_EN}",
    rf"(?:are there|list|show|find)(?: me| any| all| the)* {_LETTERS_EN} (?:about|on|that mention|mentioning) TOPIC",
)
_OPENING = r"\W*(?:(?:en|and|maar|but) )?"
_ASKED = tuple(
    re.compile(_OPENING + form.replace("TOPIC", r"(?P<topic>.+?)") + r"\W*", re.IGNORECASE | re.DOTALL)
    for form in _FORMS
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A letter, in how many paragraphs it mentions something, and the best sentence of these.

    None mentions it where the letter is only among the nearest by meaning.
    """

    card: LetterCard
    paragraphs: int
    best: RankedSentence
    score: float

    def cite(self, number: int) -> Citation:
        """Return the citation of the best sentence."""
        return cite_candidate(number, self.best.place.candidate, self.best.place.sentence, self.score)


@dataclass(frozen=True, slots=True)
class Overview:
    """The letters that mention a topic, or are nearest to it; `letters` is how many mention it, of those asked."""

    topic: str
    letters: int
    asked: int
    mentions: tuple[Mention, ...]


def topic_of(question: str) -> str:
    """Return what a question wants to know the letters about: "Welke brieven gaan over drones?"; else nothing."""
    return next((found["topic"].strip() for form in _ASKED if (found := form.fullmatch(question))), "")


def find_mentions(
    question: Question,
    index: Index,
    letters: Mapping[str, Letter],
    cards: Mapping[str, LetterCard],
    ranker: Ranker,
    only: Sequence[str],
    top_k: int,
) -> Overview:
    """Return the letters that mention every word of a topic, most paragraphs first, then the newest.

    Where none does, these are the letters nearest in meaning.
    """
    groups = _groups(question)
    by_letter = _order(_in_body(index.mentions(groups, only)), cards)
    shown = list(by_letter)[:top_k]
    named = [paragraph for letter in shown for paragraph in by_letter[letter][:_PARAGRAPHS_A_LETTER]]
    near = retrieve(question, index, letters, shown or only, max(len(named), _NEAREST), named)
    ranking = rank(question, [one for one in near if not named or one.paragraph.id in set(named)], ranker, asking=True)
    scores = {ranked.place.candidate.paragraph.id: score for ranked, score in ranking.paragraphs()}
    best: dict[str, RankedSentence] = {}
    for ranked in sorted(ranking.sentences, key=lambda one: not _mentions(one, groups)):
        best.setdefault(ranked.place.candidate.letter.id, ranked)
    mentions = [
        Mention(cards[one], len(by_letter.get(one, ())), best[one], scores[best[one].place.candidate.paragraph.id])
        for one in shown or list(best)[:top_k]
    ]
    return Overview(question.text, len(by_letter), len(only or cards), tuple(mentions))


def _groups(question: Question) -> list[list[tuple[str, ...]]]:
    """Return the terms that mention each word of the question: its translations and the compounds it stands in too.

    A word of either language may stand in a Dutch letter: "instant payments".
    """
    return [
        [
            *group.alternatives,
            *(tuple(analyse(group.surface, language)) for language in get_args(Language)),
            *(
                (longer,)
                for term, related in group.related.items()
                for longer in related
                if term in longer and (term,) in group.alternatives
            ),
        ]
        for group in question.groups
    ]


def _in_body(found: Sequence[tuple[str, str, float]]) -> Sequence[tuple[str, str, float]]:
    """Leave out who writes to whom, unless something stands nowhere else."""
    return [one for one in found if one[1].split("/")[1] not in (HEADER_SLUG, SIGNATURE_SLUG)] or found


def _mentions(ranked: RankedSentence, groups: Sequence[Sequence[tuple[str, ...]]]) -> bool:
    """Whether a sentence itself, in Dutch or English, holds every word of the topic."""
    paragraph, place = ranked.place.candidate.paragraph, ranked.place.sentence
    dutch = f" {' '.join(analyse(paragraph.sentence(place), 'nl'))} "
    english = f" {' '.join(analyse(paragraph.translated[place], 'en'))} " if paragraph.translated else ""
    return all(
        any(f" {' '.join(terms)} " in said for said in (dutch, english) for terms in alternatives)
        for alternatives in groups
    )


def _order(found: Sequence[tuple[str, str, float]], cards: Mapping[str, LetterCard]) -> dict[str, list[str]]:
    """Return the paragraphs found (letter, paragraph, score) by letter: most paragraphs first, then the newest."""
    by_letter: dict[str, list[str]] = {}
    for letter, paragraph, _ in found:
        by_letter.setdefault(letter, []).append(paragraph)

    def place(letter: str) -> tuple[int, int, str]:
        day = cards[letter].date
        return -len(by_letter[letter]), -day.toordinal() if day else 0, letter

    return {letter: by_letter[letter] for letter in sorted(by_letter, key=place)}
