"""Papers with answers to written questions: an answer is found by its question, and no question is an answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.pipeline import Assistant, build_assistant
from ingest.asked import questions_answered
from ingest.chunk import chunk_letter
from ingest.embed import Embedder
from ingest.home import Home
from ingest.letter import Letter
from ingest.pipeline import ingest
from ingest.read.text import lines_of
from ingest.settings import Settings
from ingest.structure import build_letter

_HEAD = (
    "Vragen van het lid Terwindt (D66) aan de Minister van Infrastructuur en Waterstaat over de veerdienst naar"
    " Ameland (ingezonden 4 juni 2024).\n\nAntwoord van Minister Harkema (Infrastructuur en Waterstaat) (ontvangen"
    " 2 juli 2024).\n\n"
)
_SUBSIDY, _SAILINGS = "Krijgt de rederij subsidie van het Rijk?", "Hoe vaak viel de veerdienst in 2023 uit?"
_REGRET = "Deelt u de mening dat dit onwenselijk is voor de eilanders?"
_PAPER = f"""{_HEAD}Vraag 1

{_SUBSIDY} Zo ja, hoeveel?

Antwoord 1

Nee, zij vervoert haar reizigers voor eigen rekening.

Vraag 2

{_SAILINGS}

Vraag 3

{_REGRET}

Antwoord 2 en 3

Dat gebeurde 46 keer. Voor wie op het vasteland naar school gaat is dat vervelend.
"""


def letter_of(text: str) -> Letter:
    return build_letter(lines_of(text), "veerdienst")


def answered(letter: Letter) -> dict[str, str]:
    return {letter.sections[place].heading: asked for place, asked in questions_answered(letter).items()}


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("asked")
    source = folder / "veerdienst.txt"
    source.write_text(_PAPER, encoding="utf-8")
    home = Home(folder / "home")
    (made,) = ingest([source], home, embedder)
    assert made.outcome == "new", made.reason
    built = build_assistant(Settings(home=home.folder), embedder=embedder)
    yield built
    built.close()


def test_an_answer_knows_what_it_answers() -> None:
    assert answered(letter_of(_PAPER)) == {
        "Antwoord 1": f"{_SUBSIDY} Zo ja, hoeveel?",
        "Antwoord 2 en 3": f"{_SAILINGS} {_REGRET}",
    }


def test_questions_that_stand_together_before_their_answers_are_told_apart_by_number() -> None:
    text = f"{_HEAD}Vraag 1\n\n{_SUBSIDY}\n\nVraag 2\n\n{_SAILINGS}\n\nAntwoord 1\n\nNee.\n\nAntwoord 2\n\n46 keer.\n"
    assert answered(letter_of(text)) == {"Antwoord 1": _SUBSIDY, "Antwoord 2": _SAILINGS}


def test_an_answer_without_a_number_answers_what_was_asked_last() -> None:
    text = f"{_HEAD}Vraag\n\n{_SUBSIDY}\n\nAntwoord\n\nNee.\n\nVraag\n\n{_SAILINGS}\n\nAntwoord\n\n46 keer.\n"
    assert list(questions_answered(letter_of(text)).values()) == [_SUBSIDY, _SAILINGS]


def test_a_letter_of_another_kind_answers_no_questions() -> None:
    assert not questions_answered(letter_of("Geachte voorzitter,\n\nWachttijden\n\nZij zijn elf weken lang.\n"))


def test_an_answer_is_read_under_its_question_and_the_question_is_cut_to_measure() -> None:
    long = _PAPER.replace("Zo ja, hoeveel?", "Zo ja, hoeveel? " + "En is dat elk jaar zo? " * 60)
    for text in (_PAPER, long):
        chunks = chunk_letter(letter_of(text), lambda one: len(one.split()), 200)
        (answer,) = (chunk for chunk in chunks if "eigen rekening" in chunk.text)
        assert answer.context.startswith(_SUBSIDY)
        assert len(answer.context) <= 400


@pytest.mark.parametrize(
    "question",
    [
        "Krijgt de rederij subsidie?",
        "Does the ferry company get subsidies?",
        "Krijgt de rederij subsidie van het Rijk?",
    ],
)
def test_the_ministers_answer_is_quoted_and_never_the_question(paper: Assistant, question: str) -> None:
    answer = paper.ask(question, letters=("2024-07-02-veerdienst",))
    assert answer.status == "answered"
    assert [citation.section for citation in answer.citations][:1] == ["Antwoord 1"]
    assert not any(citation.quote.endswith("?") for citation in answer.citations)


@pytest.mark.parametrize(
    "question", ["Wie stelde deze vragen?", "Welk Kamerlid heeft de vragen gesteld?", "Which MP asked the questions?"]
)
def test_who_asked_is_told_by_the_head(paper: Assistant, question: str) -> None:
    answer = paper.ask(question, letters=("2024-07-02-veerdienst",))
    assert [citation.quote[:30] for citation in answer.citations] == ["Vragen van het lid Terwindt (D"]
    assert answer.probability == 1.0


def test_a_search_also_finds_what_is_asked(paper: Assistant) -> None:
    hits = paper.search(_SUBSIDY, letters=("2024-07-02-veerdienst",))
    assert {"Vraag 1", "Antwoord 1"} <= {hit.section.heading for hit in hits}
