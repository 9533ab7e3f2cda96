"""Answers in words: the quoted sentences, the letters that mention a topic, or that the letters don't say it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant import wording
from assistant.attribute import name_all, say_by_letter, say_mentions
from assistant.dialogue import QUOTE_MODEL, Answer, Citation
from assistant.mentions import Overview
from assistant.quote import cite_candidate, cite_sentences, newest_first
from assistant.rank import Ranking
from assistant.remarks import of_answer, of_missing, of_scope
from assistant.state import State
from ingest.cards import LetterCard
from ingest.embed import LONGEST_QUERY

_MOST_NEAREST = 3

Cards = Mapping[str, LetterCard]


def answer_by_quotation(state: State, cards: Cards) -> Answer:
    """Return the chosen sentences as the answer, letter by letter."""
    language, chosen = state["language"] or "nl", newest_first(state["chosen"])
    citations = cite_sentences(state["question"], chosen, state["ranking"].probability)
    lead_in = wording.UNDECIDED if state["status"] == "undecided" else wording.LEAD_IN
    text = say_by_letter(state["question"], chosen, cards, lead_in, language)
    letters = dict.fromkeys(ranked.place.candidate.letter.id for ranked in chosen)
    return make_answer(state, cards, text, letters=[cards[one] for one in letters], citations=citations)


def answer_by_list(state: State, cards: Cards, overview: Overview, topic: str) -> Answer:
    """Return which letters mention a topic as the answer."""
    language = state["language"] or "nl"
    listed = tuple(one.cite(number) for number, one in enumerate(overview.mentions, 1))
    text, letters = say_mentions(overview, language), [one.card for one in overview.mentions]
    if not overview.letters:
        return make_answer(state, cards, text, letters=letters, nearest=listed[:_MOST_NEAREST])
    answer = make_answer(state, cards, text, letters=letters, citations=listed)
    return replace(answer, warnings=(*answer.warnings, wording.BY_LETTER[language].format(topic=shlex.quote(topic))))


def answer_by_refusal(state: State, cards: Cards) -> Answer:
    """Return that the letters don't answer, with what comes nearest."""
    language = state["language"] or "nl"
    asked = [cards[letter_id] for letter_id in state["only"] or cards]
    silent = wording.SILENT if len(asked) == 1 else wording.ALL_SILENT
    template = {"vague": wording.VAGUE, "off_topic": wording.OFF_TOPIC}.get(state["status"], silent)
    text = template[language].format(letter=name_all(asked, language))
    nearest = () if state["status"] == "vague" else _nearest(state["ranking"])
    return make_answer(state, cards, text, letters=asked, nearest=nearest)


def make_answer(
    state: State,
    cards: Cards,
    text: str,
    *,
    letters: Sequence[LetterCard],
    citations: tuple[Citation, ...] = (),
    nearest: tuple[Citation, ...] = (),
) -> Answer:
    """Return a text as an answer from these letters, with the remarks that belong to it."""
    as_of = max((letter.date for letter in letters if letter.date), default=None)
    language = state["language"] or "nl"
    answered = state["status"] == "answered"
    remarks = (
        *(of_missing(state["missing"], language) if answered else ()),
        *of_scope(state["standalone"] if answered else "", state["undated"], len(state["only"] or cards), language),
        *of_answer(
            state["standalone"],
            language,
            as_of,
            citations,
            several=len(letters) > 1,
            cut=len(state["asked"]) > LONGEST_QUERY,
        ),
    )
    return Answer(
        question=state["asked"],
        standalone_question=state["standalone"],
        language=language,
        status=state["status"],
        answer=text,
        as_of=as_of.isoformat() if as_of else None,
        warnings=remarks,
        model=QUOTE_MODEL,
        citations=citations,
        nearest=nearest,
        seconds=0.0,
        probability=round(state["ranking"].probability, 4),
    )


def _nearest(ranking: Ranking) -> tuple[Citation, ...]:
    """Return the best sentence of each of the nearest paragraphs."""
    return tuple(
        cite_candidate(number, ranked.place.candidate, ranked.place.sentence, score)
        for number, (ranked, score) in enumerate(ranking.paragraphs()[:_MOST_NEAREST], 1)
    )
