"""Which kind of no."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from assistant.dialogue import Status
from assistant.features import SentencePlace
from assistant.pipeline import Assistant
from assistant.question import Expected, Question
from assistant.rank import LinearModel, RankedSentence, Ranker, Ranking, rank
from assistant.refuse import decide, leaves_open
from assistant.retrieve import Candidate
from ingest.embed import Encoded
from ingest.letter import Language, Paragraph

OPEN = "Het kabinet komt hier in het voorjaar op terug."
SETTLED = "Nederland draagt bij met 270 militairen in Litouwen."
_MODEL = LinearModel(np.zeros(1), np.ones(1), np.zeros(1), 0.0)
RANKER = Ranker(_MODEL, _MODEL, _MODEL, threshold=0.5, off_topic=0.2)
_NO_VECTORS = np.zeros((0, 1), np.float32)


def question_of(expected: set[Expected], *, vague: bool = False, text: str = "", note: str | None = None) -> Question:
    fields: dict[str, Any] = dict.fromkeys(Question.__dataclass_fields__)
    encoded = Encoded("", _NO_VECTORS, _NO_VECTORS, (), _NO_VECTORS)
    known = Question(**{**fields, "text": text, "note": note})
    return replace(known, encoded=encoded, expected=frozenset(expected), vague=vague)


def ranking_of(sentence: str, probability: float = 0.9, on_topic: float = 0.9) -> Ranking:
    paragraph = Paragraph("brief/een/1", 1, "prose", sentence, None, ((0, len(sentence)),))
    candidate = cast("Candidate", SimpleNamespace(paragraph=paragraph))
    return Ranking((RankedSentence(SentencePlace(candidate, 0), 1.0, 1.0),), probability, on_topic)


@pytest.mark.parametrize(
    ("question", "ranking", "status"),
    [
        (question_of(set()), ranking_of(SETTLED), "answered"),
        (question_of(set(), vague=True), ranking_of(SETTLED), "vague"),
        (question_of(set()), ranking_of(SETTLED, probability=0.4, on_topic=0.1), "off_topic"),
        (question_of(set()), ranking_of(SETTLED, on_topic=0.1), "answered"),
        (question_of(set()), Ranking((), 0.0, 0.0), "off_topic"),
        (question_of(set()), ranking_of(SETTLED, probability=0.4), "silent"),
        (question_of(set()), ranking_of(OPEN, probability=0.4), "silent"),
        (question_of(set()), ranking_of(OPEN), "undecided"),
        (question_of({"date"}), ranking_of(OPEN), "answered"),
        (question_of({"person"}), ranking_of(OPEN), "answered"),
    ],
)
def test_the_kind_of_answer_follows_from_the_ranking(question: Question, ranking: Ranking, status: Status) -> None:
    assert decide(question, ranking, RANKER) == status


@pytest.mark.parametrize(
    ("text", "sentence", "status"),
    [
        ("Wie is de secretaris-generaal van de NAVO?", "Zoals de Secretaris-Generaal van de NAVO aangaf.", "silent"),
        ("Who is the Secretary General?", "Zoals de Secretaris-Generaal van de NAVO aangaf.", "silent"),
        ("Who is the Secretary General?", "Zoals secretaris-generaal Stoltenberg aangaf.", "answered"),
        ("Wie is de minister van Defensie?", "De Minister van Defensie, A.Th.B. Bijleveld-Schouten", "answered"),
        ("Wie is verantwoordelijk voor de dijken?", "De provincie gaat over de dijken.", "answered"),
    ],
)
def test_who_holds_a_post_is_not_answered_with_the_post(text: str, sentence: str, status: Status) -> None:
    assert decide(question_of({"person"}, text=text), ranking_of(sentence), RANKER) == status


@pytest.mark.parametrize(
    ("text", "sentence", "status"),
    [
        ("Welk Kamerlid heeft om deze brief gevraagd?", "De Kamer heeft om deze brief gevraagd.", "silent"),
        ("Welk Kamerlid vroeg om de brief?", "Het lid Van den Berg (SP) vroeg om een brief.", "answered"),
        ("Which MPs tabled the motion?", "De motie-De Vries c.s. is uitgevoerd.", "answered"),
        ("Which members of parliament tabled it?", "De motie is uitgevoerd.", "silent"),
        ("Welke fracties waren voor?", "Alleen de VVD was voor.", "answered"),
        ("Welke partijen tekenden het akkoord?", "De gemeenten tekenden het akkoord.", "answered"),
    ],
)
def test_which_member_is_answered_with_a_name_or_a_party(text: str, sentence: str, status: Status) -> None:
    assert decide(question_of({"person"}, text=text), ranking_of(sentence), RANKER) == status


@pytest.mark.parametrize(
    ("text", "sentence", "status"),
    [
        ("Wat kost een fregat?", "Nederland koopt vier fregatten.", "silent"),
        ("Wat kost een fregat?", "Een fregat kost 600 miljoen euro.", "answered"),
        ("Wat kost een fregat?", "De prijs van een fregat is vertrouwelijk.", "answered"),
        ("Wat kost een fregat?", "Over de prijs wordt nog onderhandeld; die volgt later.", "undecided"),
        ("How long will they stay?", "Er zijn 270 militairen.", "silent"),
        ("Hoe hoog is de last onder dwangsom?", "De inspectie legde een last onder dwangsom op.", "silent"),
        ("What fine will the bank impose?", "De bank kan een boete opleggen.", "silent"),
        ("How high is the levy's price?", "De heffing is $ 100 per ton.", "answered"),
        ("Hoe hoog is de dijk?", "De dijk is versterkt.", "answered"),
        ("Hoe vaak vergadert de ministerraad?", "De notulen van de ministerraad zijn geheim.", "answered"),
        ("Hoe vaak vergadert de ministerraad?", "De ministerraad stelt de notulen vast.", "silent"),
        ("How often does it meet?", "De ministerraad vergadert wekelijks.", "answered"),
        ("How many times has it met?", "Er waren drie vergaderingen.", "answered"),
    ],
)
def test_what_is_asked_by_its_measure_is_answered_in_it(text: str, sentence: str, status: Status) -> None:
    assert decide(question_of(set(), text=text), ranking_of(sentence), RANKER) == status


@pytest.mark.parametrize(
    ("text", "language", "status"),
    [
        ("Wat zegt de brief over het koningshuis?", "nl", "silent"),
        ("Hoe zit het met de euro?", "nl", "silent"),
        ("Wat zegt de brief over de krijgsmacht?", "nl", "answered"),
        ("Hoe zit het met Georgië? En hoeveel militairen gaan er naar Mali?", "nl", "answered"),
        ("Wat zegt de brief over hem?", "nl", "answered"),
        ("wat zegt de brief over het leger", "nl", "answered"),
        ("What does the letter say about human rights?", "en", "answered"),
    ],
)
def test_a_subject_that_its_best_paragraph_does_not_name_is_not_spoken_of(
    text: str, language: Language, status: Status, assistant: Assistant
) -> None:
    question = assistant.analyse(text, language)
    ranking = replace(rank(question, assistant.candidates(question), assistant.ranker), probability=0.9)
    assert decide(question, ranking, RANKER) == status


def test_a_footnote_asked_for_by_its_number_is_there_or_not() -> None:
    asked = question_of(set(), note="2")
    assert decide(asked, ranking_of(OPEN, probability=1.0), RANKER) == "answered"
    assert decide(asked, ranking_of(OPEN, probability=0.0), RANKER) == "silent"


@pytest.mark.parametrize(
    "sentence",
    [
        OPEN,
        "Daarom wacht het kabinet dat advies af alvorens met een oordeel te komen.",
        "Over de kosten is nog geen besluit genomen.",
        "Ik informeer uw Kamer voor het einde van het jaar nader over de uitkomst.",
        "Een mogelijke vervolgstap wordt op de daartoe geëigende momenten bekeken.",
        "De besluitvorming is aan een volgende kabinet, een nieuw kabinet of later.",
        "In afwachting van het onderzoek neemt het kabinet geen maatregelen.",
        "IK KOM HIER TE ZIJNER TIJD OP TERUG.",
    ],
)
def test_a_sentence_that_puts_off_the_answer_leaves_it_open(sentence: str) -> None:
    assert leaves_open(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        SETTLED,
        "Zoals bekend is cyber tijdens de NAVO Top in Warschau in juli 2016 erkend als operationeel domein.",
        "Het kabinet steunt de conclusie van de Adviesraad.",
        "Turkije is mede door zijn omvang en ligging een strategische partner.",
        "De minister heeft in het voorjaar een besluit genomen.",
        "",
    ],
)
def test_a_sentence_that_says_how_it_is_leaves_nothing_open(sentence: str) -> None:
    assert not leaves_open(sentence)
