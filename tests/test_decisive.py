"""The words of a quotation that a question asks for."""

from __future__ import annotations

import pytest

from assistant.decisive import asks_expression, counts_asked, find_decisive, identifies
from assistant.detect import detect_language
from assistant.pipeline import Assistant

NUMBERS = "Het gaat om ongeveer 270 militairen (Kamerstuk 28 676, nr. 282) en 1,5 miljard euro, sinds 2014."
DATES = "Het besluit viel op 5 december 2017, voor de Top in juli 2018; in 2020 volgt de herijking."
NAMES = "Namens het kabinet, de Minister van Defensie, A.Th.B. Bijleveld-Schouten."


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Hoeveel militairen zijn er?", NUMBERS, ["270", "1,5 miljard euro"]),
        ("How many troops are there?", NUMBERS, ["270", "1,5 miljard euro"]),
        ("Wanneer viel het besluit?", DATES, ["5 december 2017", "juli 2018", "2020"]),
        ("Wat gebeurt er wanneer in 2020 de herijking komt?", "In 2020 volgt de herijking.", []),
        ("Wie ondertekende?", NAMES, ["de Minister van Defensie", "A.Th.B. Bijleveld-Schouten"]),
        ("Waarom is dat besloten?", DATES, []),
        ("Waar zijn zij?", "Zij zijn in Litouwen en in het Midden-Oosten.", ["Litouwen", "het Midden-Oosten"]),
    ],
)
def test_what_is_asked_for_is_marked(question: str, text: str, expected: list[str], assistant: Assistant) -> None:
    asked = assistant.analyse(question, detect_language(question))
    assert [text[start:end] for start, end in find_decisive(asked, text)] == expected


def test_the_name_of_a_post_that_the_question_gives_is_no_answer(assistant: Assistant) -> None:
    asked = assistant.analyse("Wie is de Secretaris-Generaal van de NAVO?", "nl")
    assert asks_expression(asked)
    assert find_decisive(asked, "Dat heeft de Secretaris-Generaal van de NAVO gezegd.") == ()


def test_an_answer_carries_its_marks_inside_the_quote(assistant: Assistant) -> None:
    (citation,) = assistant.ask("Hoeveel Nederlandse militairen zijn er in Litouwen?").citations
    assert [citation.quote[start:end] for start, end in citation.marks] == ["270"]


@pytest.mark.parametrize(
    ("question", "text", "counted"),
    [
        ("Hoeveel militairen zijn er in Litouwen?", "Nederland zet er ongeveer 270 militairen in.", True),
        ("How many soldiers are there in Lithuania?", "Nederland zet er ongeveer 270 militairen in.", True),
        ("Hoeveel lidstaten telt de NAVO?", "Nederland zet er ongeveer 270 militairen in.", False),
        ("Hoeveel extra militairen gaan er?", "Er gaan drie nieuwe, ervaren militairen naartoe.", True),
        ("Hoeveel militairen zijn er?", "Een militair werkt er sinds 26 april 2018.", False),
        ("Hoeveel geld gaat er naar defensie?", "Het kabinet trekt € 1,5 miljard uit.", True),
        ("Hoeveel geld gaat er naar defensie?", "Er gaan 270 militairen naartoe.", False),
        ("Wat kost een nieuw fregat?", "Nederland koopt vier fregatten.", False),
        ("What will the new frigates cost?", "De vier fregatten kosten samen 3 miljard euro.", True),
        ("Welk percentage haalt de norm?", "Van de scholen haalt 12 procent de norm.", True),
        ("Welk percentage haalt de norm?", "In 2018 haalden twaalf scholen de norm.", False),
        ("Hoe lang blijven de militairen?", "De militairen blijven tot eind 2020.", True),
        ("How long will the troops stay?", "Er gaan 270 militairen naartoe.", False),
        ("Hoeveel militairen heeft het gekost?", "Het kostte 300 militairen het leven.", True),
        ("What share of the houses is damp?", "Twee derde van de huizen is vochtig.", True),
        ("Wanneer gaan de militairen?", "Er gaan 270 militairen naartoe.", None),
    ],
)
def test_a_number_answers_where_it_counts_what_is_asked_for(
    question: str, text: str, counted: bool | None, assistant: Assistant
) -> None:
    assert counts_asked(assistant.analyse(question, detect_language(question)), text) is counted


@pytest.mark.parametrize(
    ("question", "text", "named"),
    [
        ("Wie is de minister van Defensie?", "De Minister van Defensie, A.Th.B. Bijleveld-Schouten", True),
        ("Wie is de directeur?", "Aan het hoofd staat directeur Anna van den Berg.", True),
        ("Hoe heet de voorzitter?", "De voorzitter heeft dat herhaald.", False),
        ("Who leads the Alliance?", "Dat heeft de Secretaris-Generaal van de NAVO gezegd.", None),
        ("Who is the head of the Alliance?", "Dat heeft de Secretaris-Generaal van de NAVO gezegd.", False),
        ("Wie betaalt dat?", "De NAVO betaalt.", None),
        ("Wie is er verantwoordelijk?", "De NAVO is verantwoordelijk.", None),
    ],
)
def test_who_somebody_is_takes_a_name(question: str, text: str, named: bool | None, assistant: Assistant) -> None:
    assert identifies(assistant.analyse(question, detect_language(question)), text) is named
