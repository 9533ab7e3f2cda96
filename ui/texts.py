"""What the terminal says around an answer, in both languages."""

from __future__ import annotations

from assistant.dialogue import Citation, Status
from ingest.letter import Language

SOURCES: dict[Language, str] = {"nl": "Bronnen", "en": "Sources"}
NEAREST: dict[Language, str] = {"nl": "Het dichtst in de buurt", "en": "Nearest passages"}
WARNING: dict[Language, str] = {"nl": "Let op", "en": "Please note"}
TRANSLATION: dict[Language, str] = {"nl": "onofficiële vertaling", "en": "unofficial translation"}
MACHINE_TRANSLATION: dict[Language, str] = {"nl": "machinevertaling", "en": "machine translation"}
NOTE: dict[Language, str] = {"nl": "noot", "en": "note"}
WITHHELD: dict[Language, str] = {
    "nl": "Achtergehouden zinnen van het taalmodel",
    "en": "Sentences of the language model that were withheld",
}
NOT_SHOWN: dict[Language, str] = {"nl": "(niet getoond)", "en": "(not shown)"}
STATUS: dict[Language, dict[Status, str]] = {
    "nl": {
        "answered": "Antwoord",
        "off_topic": "Gaat niet over de brief",
        "silent": "Staat niet in de brief",
        "undecided": "Nog niet besloten",
        "vague": "Te vaag",
    },
    "en": {
        "answered": "Answer",
        "off_topic": "Not about the letter",
        "silent": "Not in the letter",
        "undecided": "Not decided yet",
        "vague": "Too vague",
    },
}


def place(citation: Citation, *, several: bool) -> str:
    """Return where a citation stands, with the letter's id where there are several."""
    return f"{citation.reference} ({citation.letter})" if several else citation.reference


def label_translation(citation: Citation, language: Language) -> str:
    """Return what a citation's translation is called."""
    return (MACHINE_TRANSLATION if citation.machine_translated else TRANSLATION)[language]
