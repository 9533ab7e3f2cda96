"""A question taken apart: what it expects, what it asks of the letter itself, and its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.pipeline import Assistant
from assistant.question import Expected, LetterFact, Question, analyse_question, related_terms
from ingest.embed import Encoded
from ingest.letter import Language

NOTHING = np.zeros((0, 1), np.float32)
COUNTS = {"militair": 4, "litouw": 1, "navo": 90, "kernwap": 1, "270": 1, "crisisbeheers": 2}
SIZE = 100


class Counted:
    """Index terms with the number of chunks that each stands in."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def document_frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        return {term: self._counts[term] for term in terms if term in self._counts}

    def terms_beginning(self, start: str, lengths: tuple[int, int] | None = None) -> list[str]:
        shortest, longest = lengths or (0, 1_000)
        return [term for term in self._counts if term.startswith(start) and shortest <= len(term) <= longest]

    def terms_ending(self, end: str) -> list[str]:
        return [term for term in self._counts if term.endswith(end)]


def take_apart(text: str, language: Language = "nl", counts: Mapping[str, int] = COUNTS) -> Question:
    encoded = Encoded(text, NOTHING, NOTHING, (), NOTHING)
    return analyse_question(text, language, encoded, SIZE, Counted(counts))


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("Hoeveel militairen zijn er in Litouwen?", "nl", "number"),
        ("Welk percentage van het BBP is de norm?", "nl", "number"),
        ("How many troops are there in Lithuania?", "en", "number"),
        ("Sinds wanneer is cyber een domein?", "nl", "date"),
        ("In welk jaar was de top in Wales?", "nl", "date"),
        ("Since when has cyber been a domain?", "en", "date"),
        ("Waarom is Turkije belangrijk?", "nl", "reason"),
        ("Why is Turkey important?", "en", "reason"),
        ("Wie is de minister van Defensie?", "nl", "person"),
        ("Who is the minister of Defence?", "en", "person"),
        ("Waar staan de militairen?", "nl", "place"),
        ("Where are the troops?", "en", "place"),
        ("Welke landen willen lid worden?", "nl", "list"),
        ("Which countries want to join?", "en", "list"),
        ("Is Turkije een partner?", "nl", "yes-no"),
        ("Steunt het kabinet dit?", "nl", "yes-no"),
        ("Does the government support this?", "en", "yes-no"),
    ],
)
def test_the_kind_of_answer_is_told_from_the_question(text: str, language: Language, kind: Expected) -> None:
    assert kind in take_apart(text, language).expected
    assert kind in take_apart(text.upper(), language).expected


@pytest.mark.parametrize("text", ["Wat zegt de brief over Turkije?", "Turkije", "What about cyber?"])
def test_a_question_for_anything_expects_no_kind(text: str) -> None:
    assert not take_apart(text).expected


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Wanneer is deze brief geschreven?", "date"),
        ("Wat is de datum van de brief?", "date"),
        ("When was this letter sent?", "date"),
        ("What is the date of the letter?", "date"),
        ("Aan wie is de brief gericht?", "addressee"),
        ("Wie is de geadresseerde?", "addressee"),
        ("To whom is the letter addressed?", "addressee"),
        ("Who received this letter?", "addressee"),
        ("Wie heeft de brief ondertekend?", "signature"),
        ("Wie stuurde deze brief?", "signature"),
        ("Wie is de afzender?", "signature"),
        ("Who signed the letter?", "signature"),
        ("Who wrote this letter?", "signature"),
        ("Who is the sender of the letter?", "signature"),
    ],
)
def test_a_question_about_the_letter_itself_is_known_as_one(text: str, fact: LetterFact) -> None:
    assert take_apart(text).fact == fact


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Wie heeft deze brief geschreven?", "signature"),
        ("Wie heeft deze brief gestuurd?", "signature"),
        ("Van wie is de brief?", "signature"),
        ("Who is this letter from?", "signature"),
    ],
)
def test_who_wrote_the_letter_is_asked_in_many_orders(text: str, fact: LetterFact) -> None:
    assert take_apart(text).fact == fact


@pytest.mark.parametrize("text", ["Wanneer is de brief ondertekend?", "When was the letter signed?"])
def test_the_day_of_signing_is_a_date_and_not_a_signature(text: str) -> None:
    assert take_apart(text).fact == "date"


@pytest.mark.parametrize(
    "text",
    [
        "Wanneer is cyber erkend als domein?",
        "When was Montenegro admitted?",
        "Wie is de Secretaris-Generaal van de NAVO?",
        "Hoeveel militairen zijn er in Litouwen?",
        "What does the letter say about Turkey?",
    ],
)
def test_a_question_about_the_subject_asks_no_fact_of_the_letter(text: str) -> None:
    assert take_apart(text).fact is None


@pytest.mark.parametrize("text", ["Are there signs of Russian aggression?", "Who signed the treaty of Washington?"])
def test_signs_and_other_signatures_are_not_the_letters_own(text: str) -> None:
    assert take_apart(text, "en").fact is None


@pytest.mark.parametrize(
    "text", ["En verder?", "Vertel eens meer.", "What else?", "hoe zit dat?", "Hallo!", "more info"]
)
def test_a_question_without_a_subject_is_vague(text: str) -> None:
    assert take_apart(text).vague


@pytest.mark.parametrize("text", ["Turkije?", "En Litouwen?", "cyber", "What about NATO?", "270"])
def test_one_word_of_substance_is_enough(text: str) -> None:
    assert not take_apart(text).vague


def test_a_rare_word_weighs_more_than_a_common_one_and_an_unknown_one_most() -> None:
    weights = {group.surface: group.weight for group in take_apart("navo militairen litouwen zebra").groups}
    assert 0 < weights["navo"] < weights["militairen"] < weights["litouwen"] < weights["zebra"]


def test_only_words_that_the_letters_hold_are_known() -> None:
    known = {group.surface: group.known for group in take_apart("Hoeveel militairen heeft Zebrastan?").groups}
    assert known["militairen"]
    assert not known["Zebrastan"]


def test_names_and_numbers_are_told_from_other_words() -> None:
    names = {group.surface: group.name for group in take_apart("waarom staan er 270 militairen in Litouwen").groups}
    assert names["Litouwen"]
    assert names["270"]
    assert not names["militairen"]


def test_a_word_for_which_the_letters_have_another_is_no_slip_of_the_pen() -> None:
    (group,) = take_apart("leger", counts={"krijgsmacht": 2, "lever": 5}).groups
    assert group.alternatives == {("leger",)}
    assert group.known
    assert group.related["leger"] == {"krijgsmacht"}
    (slip,) = take_apart("leger", counts={"lever": 5}).groups
    assert slip.alternatives == {("lever",)}


@pytest.mark.parametrize("slip", ["miltairen", "militaieren", "millitairen"])
def test_a_slip_of_the_pen_still_finds_the_letters_word(slip: str) -> None:
    (group,) = take_apart(slip).groups
    assert group.known
    assert group.alternatives == {("militair",)}


@pytest.mark.parametrize("word", ["zebra", "mil", "2700", "appeltaart", "militairejan" * 3])
def test_another_word_is_not_taken_for_a_slip(word: str) -> None:
    assert not any(group.known for group in take_apart(word).groups)


@pytest.mark.parametrize(
    ("asked", "slip", "language"),
    [
        ("Montenegro", "Montenegor", "nl"),
        ("Litouwen", "Litouwn", "nl"),
        ("crisisbeheersing", "crisisbeheersng", "nl"),
        ("Oekraïne", "Oekraine", "nl"),
        ("Lithuania", "Lithunia", "en"),
    ],
)
def test_spelling_slips_find_the_letters_own_terms(
    assistant: Assistant, asked: str, slip: str, language: Language
) -> None:
    meant, written = (assistant.analyse(f"NAVO {word}", language).groups[-1] for word in (asked, slip))
    assert written.known
    assert written.alternatives <= meant.alternatives


def test_an_english_word_stands_for_the_dutch_one(assistant: Assistant) -> None:
    (group,) = assistant.analyse("Lithuania", "en").groups
    assert any(term.startswith("litouw") for terms in group.alternatives for term in terms)


def test_parts_and_wholes_of_compounds_are_related() -> None:
    terms = Counted(dict.fromkeys(["kernwapenbeleid", "kernwapen", "wapen", "beleid", "kern", "zebra"], 1))
    assert related_terms("kernwapen", terms) == {"kernwapenbeleid", "wapen"}
    assert related_terms("beleid", terms) == {"kernwapenbeleid"}
    assert not related_terms("kern", terms)
    assert not related_terms("20182", terms)


TERMS = st.text(st.sampled_from("abcdé1"), min_size=1, max_size=9)


@settings(deadline=None, max_examples=100)
@given(st.lists(TERMS, max_size=30), TERMS)
def test_only_terms_of_the_letters_are_related_and_never_the_term_itself(terms: list[str], term: str) -> None:
    related = related_terms(term, Counted(dict.fromkeys(terms, 1)))
    assert related <= set(terms) - {term}
    assert all(
        long.startswith(short) or long.endswith(short)
        for long, short in (sorted((term, r), key=len, reverse=True) for r in related)
    )


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=200))
def test_any_text_can_be_taken_apart(text: str) -> None:
    question = take_apart(text)
    assert question.text == text
    assert list(question.terms) == sorted(set(question.terms))
    assert all(group.weight > 0 and group.alternatives for group in question.groups)
