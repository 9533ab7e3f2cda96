"""What is known of a letter without opening it: enough to choose letters by, however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ingest.letter import Letter

if TYPE_CHECKING:
    from ingest.corpus import Corpus


@dataclass(frozen=True, slots=True)
class LetterCard:
    """A letter's id, title, date and sender, and its dossiers.

    Those are the one it is filed under, or else, since few letters say that, those whose papers it names.
    """

    id: str
    title: str
    date: date | None
    sender: str
    dossiers: tuple[str, ...]


def letter_cards(corpus: Corpus) -> Mapping[str, LetterCard]:
    """Return the cards of all letters by id, in the order of their ids."""
    return {letter_id: card_of(head) for letter_id, head in corpus.letters.heads.items()}


def card_of(letter: Letter) -> LetterCard:
    """Return the card of one letter."""
    named = (paper.split(",", 1)[0] for paper in letter.papers)
    dossiers = (letter.dossier,) if letter.dossier else tuple(dict.fromkeys(named))
    return LetterCard(letter.id, letter.title, letter.date, letter.sender, dossiers)
