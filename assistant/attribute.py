"""Which letter says what: the letters by name, and what an answer quotes of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from assistant import wording
from assistant.mentions import Overview
from assistant.quote import say_sentences
from assistant.rank import RankedSentence
from assistant.reference import write_date
from ingest.cards import LetterCard
from ingest.letter import Language


def say_by_letter(
    chosen: Sequence[RankedSentence],
    cards: Mapping[str, LetterCard],
    lead_in: Mapping[Language, str],
    language: Language,
) -> str:
    """Return sentences, letter by letter, as text with the numbers of their citations, each letter led in by name."""
    by_letter = {key: list(of_one) for key, of_one in groupby(chosen, lambda one: one.place.candidate.letter.id)}
    names = name_each([cards[letter_id] for letter_id in by_letter], language)
    parts, first = [], 1
    for letter_id, of_one in by_letter.items():
        parts.append(lead_in[language].format(letter=names[letter_id]) + say_sentences(of_one, language, first))
        first += len(of_one)
    return "\n".join(parts)


def name_each(cards: Sequence[LetterCard], language: Language) -> dict[str, str]:
    """Return the names of letters by id: by their date, with the title where several have the same one."""
    names = {card.id: name_one(card, language) for card in cards}
    shared = Counter(names.values())
    return {
        card.id: wording.SAME_DAY[language].format(letter=names[card.id], title=card.title)
        if card.date and shared[names[card.id]] > 1
        else names[card.id]
        for card in cards
    }


def name_one(card: LetterCard, language: Language) -> str:
    """Return a letter's name by its date, or by its title where it has none."""
    if card.date:
        return wording.ONE_LETTER[language].format(date=write_date(card.date, language))
    return wording.UNDATED_LETTER[language].format(title=card.title)


def name_all(cards: Sequence[LetterCard], language: Language) -> str:
    """Return the name of the only letter, the dates of two, or what more are called together."""
    if len(cards) == 1:
        return name_one(cards[0], language)
    days = [write_date(card.date, language) for card in cards if card.date]
    if len(days) == len(set(days)) == len(cards) == 2:
        return wording.BOTH_LETTERS[language].format(first=days[0], second=days[1])
    return wording.LETTERS[language]


def say_mentions(overview: Overview, language: Language) -> str:
    """Return which letters mention a topic, each with its best sentence and the number of its citation."""
    if not overview.letters:
        return wording.NOT_MENTIONED[language].format(asked=overview.asked, topic=overview.topic)
    several = overview.letters > 1
    lines = [
        wording.MENTIONED[language].format(
            count=overview.letters,
            asked=overview.asked,
            verb=wording.MENTIONS[language][several],
            topic=overview.topic,
        )
    ]
    names = name_each([mention.card for mention in overview.mentions], language)
    for number, mention in enumerate(overview.mentions, 1):
        name = names[mention.card.id]
        place = wording.MENTIONED_IN[language][mention.paragraphs > 1].format(
            letter=name[0].upper() + name[1:], count=mention.paragraphs
        )
        lines.append(place + say_sentences([mention.best], language, number))
    return "\n".join(lines)
