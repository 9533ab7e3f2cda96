"""Letters are chosen by date, ministry and dossier, and what is not there is told with what is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ministries import MINISTRIES, is_from, short_names
from assistant.scope import EVERYTHING, Scope, Selection, read_scope, select_letters
from ingest.cards import LetterCard, card_of
from ingest.errors import UnknownLetter, UserError
from ingest.letter import Letter

CARDS = {
    card.id: card
    for card in (
        LetterCard("2016-a", "Uitgaven", date(2016, 3, 3), "De Minister van Defensie", ("33763",)),
        LetterCard("2018-b", "NAVO", date(2018, 4, 26), "De Minister van Buitenlandse Zaken", ("34919", "33694")),
        LetterCard("2022-c", "Begroting", date(2022, 6, 1), "Minister Van Rij (Financiën)", ("36200-XII",)),
        LetterCard("los", "Zonder datum", None, "De Minister van Defensie", ()),
    )
}


def chosen(**written: str) -> Selection:
    return select_letters(CARDS, read_scope(**written))


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2018", "2018-01-01", "2018-12-31"),
        ("2018-04", "2018-04-01", "2018-04-30"),
        ("04-2018", "2018-04-01", "2018-04-30"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2018-04-26", "2018-04-26", "2018-04-26"),
        ("26-04-2018", "2018-04-26", "2018-04-26"),
        (" 26/4/2018 ", "2018-04-26", "2018-04-26"),
        ("26 april 2018", "2018-04-26", "2018-04-26"),
        ("April 2018", "2018-04-01", "2018-04-30"),
    ],
)
def test_a_day_a_month_and_a_year_are_read_whole(written: str, first: str, last: str) -> None:
    scope = read_scope(date_from=written, date_to=written)
    assert (scope.date_from, scope.date_to) == (date.fromisoformat(first), date.fromisoformat(last))


@given(st.dates(date(1850, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_in_every_form(day: date) -> None:
    for form in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"):
        assert read_scope(date_from=day.strftime(form)).date_from == day


@pytest.mark.parametrize("written", ["gisteren", "31-02-2018", "2018-13", "26-04-18", "0", "2018-04-26-01", "٢٠١٨"])
def test_what_is_no_date_is_refused_by_name(written: str) -> None:
    with pytest.raises(UserError, match=written):
        read_scope(date_to=written)


@given(st.text(max_size=30))
def test_any_text_for_a_date_is_a_date_or_a_users_error(text: str) -> None:
    with suppress(UserError):
        assert read_scope(date_from=text).date_from or not text.strip()


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UserError, match="exchange"):
        read_scope(date_from="2019", date_to="2018")


def test_nothing_asked_for_is_all_letters() -> None:
    assert read_scope() == EVERYTHING
    assert select_letters(CARDS, EVERYTHING) == Selection(())


@pytest.mark.parametrize(
    ("written", "letters"),
    [
        ({"date_from": "2018"}, ("2018-b", "2022-c")),
        ({"date_from": "26-04-2018", "date_to": "2018-04"}, ("2018-b",)),
        ({"date_to": "2018-04-25"}, ("2016-a",)),
        ({"ministry": "Def"}, ("2016-a", "los")),
        ({"ministry": "ministerie van financien"}, ("2022-c",)),
        ({"dossier": "36 200 xii"}, ("2022-c",)),
        ({"dossier": "36200"}, ("2022-c",)),
        ({"dossier": "33694"}, ("2018-b",)),
        ({"ministry": "defensie", "date_from": "2016"}, ("2016-a",)),
    ],
)
def test_letters_are_chosen_by_what_they_have_in_common(written: dict[str, str], letters: tuple[str, ...]) -> None:
    assert chosen(**written).letters == letters


def test_only_letters_that_would_fit_are_told_to_be_without_a_date() -> None:
    assert chosen(date_from="2016").undated == ("los",)
    assert chosen(date_from="2016", ministry="BZ").undated == ()
    assert chosen(ministry="Def").undated == ()


def test_a_scope_keeps_within_the_letters_that_are_named() -> None:
    named = replace(read_scope(date_from="2017"), letters=("2016-a", "2018-b"))
    assert select_letters(CARDS, named).letters == ("2018-b",)
    with pytest.raises(UnknownLetter, match="weg"):
        select_letters(CARDS, Scope(("weg",)))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"date_from": "2023"}, ("2023-01-01", "2022-06-01 (2022-c)", "1 has no date")),
        ({"date_from": "2017", "date_to": "2017"}, ("2016-03-03 (2016-a)", "2018-04-26 (2018-b)")),
        ({"ministry": "LNV"}, ("'LNV'", "BZ", "Def", "Fin")),
        ({"dossier": "29665"}, ("29665", "34919", "36200-XII")),
        ({"dossier": "defensie"}, ("'defensie'", "29665")),
        ({"dossier": "34919", "ministry": "Fin"}, ("34919", "36200-XII")),
        ({"ministry": "Def", "date_from": "2020"}, ("2016-03-03",)),
    ],
)
def test_a_scope_without_a_letter_is_an_error_that_names_what_is_there(
    written: dict[str, str], told: tuple[str, ...]
) -> None:
    with pytest.raises(UserError) as raised:
        chosen(**written)
    assert all(part in str(raised.value) for part in told), raised.value


@pytest.mark.parametrize(
    ("sender", "abbreviations"),
    [
        ("De Minister van Buitenlandse Zaken en de Minister van Defensie", ("BZ", "Def")),
        ("Minister De Jonge (Binnenlandse Zaken en Koninkrijksrelaties)", ("BZK",)),
        ("Staatssecretaris Van Rij (Financiën – Fiscaliteit en Belastingdienst)", ("Fin",)),
        ("DE MINISTER VAN INFRASTRUCTUUR EN WATERSTAAT", ("IenW",)),
        ("De Minister-President, Minister van Algemene Zaken", ("AZ",)),
        ("De vice-president van de Raad van State", ()),
        ("Ministerie van Onderwijs, Cultuur en Wetenschap", ("OCW",)),
        ("de minister voor Rechtsbescherming", ("JenV",)),
        ("", ()),
    ],
)
def test_a_sender_is_of_its_ministries(sender: str, abbreviations: tuple[str, ...]) -> None:
    assert short_names(sender) == abbreviations


def test_every_name_and_abbreviation_means_its_own_ministry() -> None:
    for ministry in MINISTRIES:
        for wanted in (*ministry.abbreviations, *ministry.names):
            assert is_from(f"De Minister van {ministry.names[0]}", wanted), wanted


@pytest.mark.parametrize("wanted", ["j&v", "JenV", "justitie", "Justitie en Veiligheid", "justice", "veiligh", "VenJ"])
def test_a_ministry_is_meant_by_abbreviation_name_or_beginning(wanted: str) -> None:
    assert is_from("De Minister van Justitie en Veiligheid", wanted)
    assert not is_from("De Minister van Defensie", wanted)


@given(st.text(max_size=20))
def test_any_text_for_a_ministry_finds_or_does_not(text: str) -> None:
    assert is_from("De Minister van Defensie", text) in (True, False)


def test_a_letter_counts_for_the_dossiers_it_names_only_where_it_does_not_say_its_own() -> None:
    letter = Letter("x", "T", None, "S", "", (), (), (), (), papers=("29665, nr. 482", "29665, nr. 427", "31936"))
    assert card_of(letter).dossiers == ("29665", "31936")
    assert card_of(replace(letter, dossier="36200-XII")).dossiers == ("36200-XII",)
