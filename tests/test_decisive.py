"""The words of a quotation that a question asks for."""

from __future__ import annotations

import pytest

from assistant.decisive import asks_expression, find_decisive
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
