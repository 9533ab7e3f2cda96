"""References as the Kamer writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.pipeline import Assistant
from assistant.reference import cite, name_letter, write_date
from ingest.letter import Letter, Paragraph, ParagraphKind, Section

DAY = date(2018, 4, 26)


def letter_with(
    heading: str, kind: ParagraphKind = "prose", day: date | None = DAY
) -> tuple[Letter, Section, Paragraph]:
    paragraph = Paragraph("brief/een/2", 2, kind, "Tekst.", None, ((0, 6),))
    section = Section(heading, 1, (paragraph,))
    return Letter("brief", "Over de NAVO", day, "", "", (), (), (section,), ()), section, paragraph


@pytest.mark.parametrize(
    ("heading", "kind", "place"),
    [
        ("Uitbreiding", "prose", "§ Uitbreiding, al. 2"),
        ("Uitbreiding", "list-item", "§ Uitbreiding, al. 2"),
        ("", "prose", "inleiding, al. 2"),
        ("", "header", "kop, al. 2"),
        ("Nucleaire strategie", "signature", "ondertekening, al. 2"),
    ],
)
def test_a_reference_names_the_letter_and_the_place(heading: str, kind: ParagraphKind, place: str) -> None:
    assert cite(*letter_with(heading, kind)) == f"Kamerbrief van 26 april 2018, {place}"


def test_a_lettered_heading_comes_after_its_chapter() -> None:
    letter, section, paragraph = letter_with("a) Inhoud")
    section = replace(section, level=2)
    letter = replace(letter, sections=(Section("2. Essentie", 1, ()), Section("3. Toelichting", 1, ()), section))
    assert cite(letter, section, paragraph).endswith("§ 3. Toelichting, a) Inhoud, al. 2")


def test_a_letter_without_a_date_goes_by_its_title() -> None:
    letter, section, paragraph = letter_with("Uitbreiding", day=None)
    assert cite(letter, section, paragraph) == "Kamerbrief «Over de NAVO», § Uitbreiding, al. 2"
    assert name_letter(letter, "en") == "letter «Over de NAVO»"


def test_the_letter_is_named_in_the_language_asked_for() -> None:
    letter, _, _ = letter_with("")
    assert name_letter(letter) == "Kamerbrief van 26 april 2018"
    assert name_letter(letter, "en") == "letter of 26 April 2018"


@given(st.dates())
def test_dates_are_written_in_full_in_both_languages(day: date) -> None:
    dutch, english = write_date(day, "nl").split(), write_date(day, "en").split()
    assert [dutch[0], dutch[2]] == [english[0], english[2]] == [str(day.day), str(day.year)]
    assert dutch[1].islower()
    assert english[1] == f"{day:%B}"


def test_no_two_paragraphs_of_the_bundled_letter_have_the_same_reference(assistant: Assistant) -> None:
    (letter,) = assistant.letters.values()
    references = [cite(letter, section, paragraph) for section, paragraph in letter.paragraphs()]
    assert len(set(references)) == len(references)
