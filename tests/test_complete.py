"""Neighbours that an answer needs: the reason before a conclusion, what a name stands for, an enumeration whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from assistant.complete import complete, listed_after, text_of
from assistant.detect import detect_language
from assistant.features import SentencePlace
from assistant.pipeline import Assistant
from assistant.question import Question
from assistant.quote import choose_sentences
from assistant.rank import RankedSentence, Ranking
from assistant.retrieve import Candidate
from ingest.letter import Letter, Paragraph, Section

Analyse = Callable[[str], Question]


@pytest.fixture(scope="module")
def analyse(assistant: Assistant) -> Analyse:
    return lambda text: assistant.analyse(text, detect_language(text))


def ranked(sentences: Sequence[str], best: int) -> Ranking:
    """Return a ranking of one paragraph's sentences, one of them the best and the others far behind."""
    text, spans = "", []
    for sentence in sentences:
        spans.append((len(text), len(text) + len(sentence)))
        text += sentence + " "
    paragraph = Paragraph("brief/1", 1, "prose", text.rstrip(), None, tuple(spans))
    section = Section("", 0, (paragraph,))
    letter = Letter(
        id="brief", title="Brief", date=date(2024, 1, 1), sender="", addressee="", signatories=(), references=(),
        sections=(section,),
        footnotes=(), source="brief.txt", sha256="0",
    )  # fmt: skip
    nothing = np.zeros(3, np.float32)
    candidate = Candidate(letter, section, paragraph, 0.0, 0.0, nothing, (nothing,) * len(spans), frozenset())
    order = [best, *(number for number in range(len(spans)) if number != best)]
    return Ranking(
        tuple(
            RankedSentence(SentencePlace(candidate, number), 0.9 if number == best else 0.01, -float(place))
            for place, number in enumerate(order)
        ),
        0.9,
        0.9,
    )


REASON = "Landelijke inkoop kost twee jaar."
CASES = [
    ("Waarom komt er geen fonds?", [REASON, "Om die reden komt er geen fonds."], 1, [REASON]),
    ("Waarom komt er geen fonds?", ["Er komt geen fonds.", "Dat komt doordat het geld op is."], 0,
     ["Dat komt doordat het geld op is."]),
    ("Wat houdt het fonds in?", ["Er komt een fonds.", "Dit houdt in dat gemeenten geld krijgen."], 0,
     ["Dit houdt in dat gemeenten geld krijgen."]),
    ("Welke instrumenten zijn er?", ["Er zijn meer instrumenten.", "Het gaat om sancties en hulp."], 0,
     ["Het gaat om sancties en hulp."]),
    ("Komt er een fonds?", ["Er komt een fonds.", "Het gaat om geld voor gemeenten."], 0, []),
    ("Hoeveel geld komt er?", ["Er komt geld.", "Daarmee is 3 miljoen euro gemoeid."], 0,
     ["Daarmee is 3 miljoen euro gemoeid."]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "sentences", "best", "wanted"), CASES, ids=[str(n) for n in range(len(CASES))])
def test_the_neighbour_that_is_needed_comes_along(
    question: str, sentences: list[str], best: int, wanted: list[str], analyse: Analyse
) -> None:
    assert [text_of(one) for one in complete(analyse(question), ranked(sentences, best))] == wanted


def in_list(best: int, near: float = 0.01) -> Ranking:
    """Return a ranking of a list and the sentence over it, one of the four the best."""
    texts = ("Het kabinet neemt deze maatregelen:", "- ophogen;", "- Baggeren.", "- dempen.")
    paragraphs = tuple(
        Paragraph(f"brief/{place}", place, "prose" if place == 1 else "list-item", text, None, ((begin, len(text)),))
        for place, text in enumerate(texts, 1)
        for begin in [0 if place == 1 else 2]
    )
    first = ranked(["Brief."], 0).sentences[0]
    section = Section("", 0, paragraphs)
    places = [
        SentencePlace(replace(first.place.candidate, section=section, paragraph=paragraph), 0)
        for paragraph in paragraphs
    ]
    order = [best, *(number for number in range(4) if number != best)]
    return Ranking(tuple(RankedSentence(places[i], 0.9 if i == best else near, 0.0) for i in order), 0.9, 0.9)


def test_an_item_that_is_no_sentence_comes_with_what_opens_its_list(analyse: Analyse) -> None:
    question = analyse("Wordt de dijk opgehoogd?")
    chosen = choose_sentences(question, in_list(1))
    assert [text_of(one) for one in chosen][:2] == ["Het kabinet neemt deze maatregelen:", "ophogen;"]
    assert complete(question, in_list(2)) == []


def test_what_opens_a_list_comes_with_its_items(analyse: Analyse) -> None:
    listed = listed_after(analyse("Welke maatregelen neemt het kabinet?"), in_list(0))
    assert [text_of(one) for one in listed] == ["ophogen;", "Baggeren.", "dempen."]


def test_asked_for_a_list_one_item_brings_the_whole(analyse: Analyse) -> None:
    chosen = choose_sentences(analyse("Welke maatregelen neemt het kabinet?"), in_list(2))
    assert [text_of(one) for one in chosen] == [
        "Het kabinet neemt deze maatregelen:", "ophogen;", "Baggeren.", "dempen.",
    ]  # fmt: skip


def test_the_sentences_of_a_list_stand_in_its_order(analyse: Analyse) -> None:
    chosen = choose_sentences(analyse("Wordt de sloot gedempt?"), in_list(3, near=0.8))
    assert [text_of(one) for one in chosen] == ["Het kabinet neemt deze maatregelen:", "ophogen;", "dempen."]


CAUSES = [
    "De achteruitgang heeft twee oorzaken.", "Het verkeer is toegenomen.", "Onderhoud is uitgesteld.",
    "Ik zet nu in op herstel.",
]  # fmt: skip


def test_an_announced_enumeration_is_given_as_far_as_announced(analyse: Analyse) -> None:
    listed = listed_after(analyse("Waardoor gaat het achteruit?"), ranked(CAUSES, 0))
    assert [text_of(one) for one in listed] == CAUSES[1:3]


def test_ordinals_are_followed_to_the_last(analyse: Analyse) -> None:
    sentences = ["De eerste is het geld.", "De tweede is de tijd.", "De derde is het werk.", "Hierover gaat § 2."]
    listed = listed_after(analyse("Welke oorzaken zijn er?"), ranked(sentences, 0))
    assert [text_of(one) for one in listed] == sentences[1:3]


def test_a_long_sentence_with_a_number_in_it_announces_nothing(analyse: Analyse) -> None:
    long = (
        "De Kamer heeft in het debat van vorige week, waarin ook de bruggen aan de orde kwamen, gevraagd om twee"
        " brieven."
    )
    assert listed_after(analyse("Waarom vroeg de Kamer dat?"), ranked([long, "Dat is een.", "Dat is twee."], 0)) == []
