"""The analyser of lexical search: texts and questions must meet in the same terms."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.dutch import STOP_WORDS, analyse, dictionary_words, fold, translations
from ingest.letter import Language
from ingest.pipeline import bundled_files
from ingest.reading import read_letter

WORDS = ["het", "kabinet", "militairen", "NAVO-top", "Één", "270", "Oekraïne"]
LANGUAGES: list[Language] = ["nl", "en"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("militairen", "militair"),
        ("geïntegreerde", "geintegreerde"),
        ("CAFÉ", "café"),
        ("DEFENSIE", "defensie"),
        ("NAVO-afspraak", "NAVOafspraak"),
        ("defensie-uitgaven", "defensieuitgaven"),
        ("uitgaven", "defensie-uitgaven"),
        ("afspraak", "NAVOafspraak"),
        ("twee procent", "2 procent"),
        ("veiligheidsrisico’s", "veiligheidsrisico's"),
        ("Midden-Oosten", "Midden–Oosten"),
        ("bondgenoten", "kandidaat-Bondgenoten"),
        ("ﬁnanciering", "financiering"),
        ("geïntegreerd", "gei\u0308ntegreerd"),
    ],
)
def test_spellings_of_one_word_share_a_term(one: str, other: str) -> None:
    assert set(analyse(one, "nl")) & set(analyse(other, "nl"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Turkije", "Rusland"), ("EU", "VS"), ("twee", "drie"), ("2018", "2019"), ("Irak", "Iran")],
)
def test_different_words_share_no_term(one: str, other: str) -> None:
    assert not set(analyse(one, "nl")) & set(analyse(other, "nl"))


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("troops", "troop", "en"),
        ("two percent", "2 percent", "en"),
        ("Russia’s", "Russia", "en"),
        ("trans-Atlantic", "Atlantic", "en"),
    ],
)
def test_english_spellings_too(one: str, other: str, language: Language) -> None:
    assert set(analyse(one, language)) & set(analyse(other, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_stop_words_give_no_terms(language: Language) -> None:
    assert analyse(" ".join(STOP_WORDS[language]), language) == []
    assert analyse(" ".join(STOP_WORDS[language]).upper(), language) == []


def test_a_question_of_stop_words_only_keeps_what_it_asks_about() -> None:
    assert analyse("Wat staat er in de brief over Turkije?", "nl") == analyse("Turkije", "nl")


@settings(deadline=None, max_examples=300)
@given(st.text() | st.text("aAéÉïNAVO-–.'’2²ﬁß "), st.sampled_from(LANGUAGES))
def test_terms_are_folded_words_and_nothing_else(text: str, language: Language) -> None:
    for term in analyse(text, language):
        assert re.fullmatch(r"[^\W_]+", term)
        assert fold(term) == term


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(unicodedata.normalize("NFKC", text))
    assert fold(folded) == folded


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_terms_keep_the_order_of_the_words(words: list[str]) -> None:
    assert analyse(" ".join(words), "nl") == [term for word in words for term in analyse(word, "nl")]


@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        ("enlargement", "uitbreiding"),
        ("agriculture", "landbouw"),
        ("nitrogen", "stikstof"),
        ("NATO", "NAVO"),
        ("government", "kabinet"),
        ("armed forces", "krijgsmacht"),
    ],
)
def test_the_term_list_leads_from_one_language_to_the_other(english: str, dutch: str) -> None:
    to_dutch = translations("en")[tuple(analyse(english, "en"))]
    to_english = translations("nl")[tuple(analyse(dutch, "nl"))]
    assert any(tuple(analyse(dutch, "nl")) in targets for _, targets in to_dutch)
    assert any(tuple(analyse(english, "en")) in targets for _, targets in to_english)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_of_the_term_list_has_terms_on_both_sides(language: Language) -> None:
    assert len(translations(language)) > 300
    for terms, phrases in translations(language).items():
        assert terms
        assert all(terms == phrase.terms and targets and () not in targets for phrase, targets in phrases)


def test_a_short_acronym_counts_only_as_it_is_spelt() -> None:
    spelt = {phrase.exact for phrases in translations("en").values() for phrase, _ in phrases if phrase.exact}
    assert "ICC" in spelt
    assert all(not exact.islower() for exact in spelt)


@pytest.mark.parametrize("language", LANGUAGES)
def test_dictionary_words_are_folded(language: Language) -> None:
    words = dictionary_words(language)
    assert all(fold(word) == word for word in words)
    assert ("uitbreiding" in words) == (language == "nl")


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("NAVO-afspraak uit 2014", "Defensie-uitgaven"),
        ("trainers", "De NAVO in het Midden-Oosten en Noord-Afrika"),
        ("afspraken over uitgaven", "Defensie-uitgaven"),
    ],
)
def test_slips_in_the_bundled_letter_can_be_searched(question: str, section: str) -> None:
    letter = read_letter(bundled_files()[0])
    holders = {
        found.heading
        for found, paragraph in letter.paragraphs()
        if set(analyse(question, "nl")) <= set(analyse(paragraph.text, "nl"))
    }
    assert section in holders
