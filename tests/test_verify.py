"""A citation that differs in one character is not verbatim; a sentence that says more than its source has a fault."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assistant.dialogue import Citation
from assistant.quote import cite_sentence
from assistant.verify import LONGEST_SENTENCE, Fault, Source, find_basis, find_fault, is_verbatim
from ingest.letter import BODY_KINDS, Language, Letter
from ingest.pipeline import bundled_files
from ingest.reading import read_letter

LETTER: Letter = read_letter(bundled_files()[0])
CITATIONS = [
    cite_sentence(1, LETTER, section, paragraph, number, 0.5)
    for section, paragraph in LETTER.paragraphs()
    for number in range(len(paragraph.sentences))
]
citations = st.sampled_from(CITATIONS)
moderately = settings(deadline=None, max_examples=80)


def test_every_sentence_of_the_letter_can_be_cited_verbatim() -> None:
    assert len(CITATIONS) > 80
    assert all(is_verbatim(citation, LETTER) for citation in CITATIONS)


@moderately
@given(citations, st.data())
def test_a_changed_character_is_noticed(citation: Citation, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(citation.quote) - 1))
    sign = data.draw(st.characters())
    assume(sign != citation.quote[place])
    changed = citation.quote[:place] + sign + citation.quote[place + 1 :]
    assert not is_verbatim(replace(citation, quote=changed), LETTER)


@moderately
@given(citations, st.integers(-2_000, 2_000).filter(bool))
def test_a_shifted_place_is_noticed(citation: Citation, shift: int) -> None:
    assert not is_verbatim(replace(citation, start=citation.start + shift, end=citation.end + shift), LETTER)


@moderately
@given(citations, st.integers(-500, 500), st.integers(-500, 500))
def test_other_offsets_are_noticed_whatever_they_are(citation: Citation, start: int, end: int) -> None:
    assume((start, end) != (citation.start, citation.end))
    assert not is_verbatim(replace(citation, start=start, end=end), LETTER)


@moderately
@given(citations, st.text(max_size=40))
def test_an_unknown_paragraph_is_noticed(citation: Citation, name: str) -> None:
    assert not is_verbatim(replace(citation, paragraph_id=f"{citation.paragraph_id}/{name}"), LETTER)
    assert not is_verbatim(replace(citation, paragraph_id=name), LETTER)


@moderately
@given(citations, citations)
def test_a_quote_of_another_paragraph_is_noticed(citation: Citation, other: Citation) -> None:
    assume(citation.paragraph_id != other.paragraph_id)
    assert not is_verbatim(replace(citation, paragraph_id=other.paragraph_id), LETTER)


@moderately
@given(citations, st.text(min_size=1, max_size=5))
def test_a_changed_paragraph_text_is_noticed(citation: Citation, addition: str) -> None:
    assert not is_verbatim(replace(citation, paragraph_text=citation.paragraph_text + addition), LETTER)


@moderately
@given(citations)
def test_an_empty_quote_is_no_quote(citation: Citation) -> None:
    assert not is_verbatim(replace(citation, quote="", end=citation.start), LETTER)


SOURCES = [
    (Source(dutch, paragraph.translated, ((section.heading, "nl"),)), number)
    for section, paragraph in LETTER.paragraphs()
    if paragraph.kind in BODY_KINDS
    for dutch in [tuple(paragraph.sentence(number) for number in range(len(paragraph.sentences)))]
    for number in range(len(dutch))
]
sources = st.sampled_from(SOURCES)
CONTRIBUTION = next(one for one in SOURCES if "270 militairen" in one[0].dutch[one[1]])
BRIGADE = next(one for one in SOURCES if "niet tot de conclusie" in one[0].dutch[one[1]])


@pytest.mark.parametrize("found", SOURCES, ids=lambda found: found[0].dutch[found[1]][:30])
def test_the_letters_own_sentences_and_their_translations_are_borne_out(found: tuple[Source, int]) -> None:
    source, number = found
    assert find_fault(source.dutch[number], "nl", [source], [(0, number)]) is None
    assert find_fault(source.english[number], "en", [source], [(0, number)]) is None


@moderately
@given(sources, st.integers(3_000, 10**9), st.sampled_from(["nl", "en"]))
def test_a_number_that_is_not_there_is_a_fault(found: tuple[Source, int], number: int, language: Language) -> None:
    source, place = found
    said = (source.dutch if language == "nl" else source.english)[place]
    assume(str(number) not in "".join(source.dutch).replace(" ", ""))
    fault = find_fault(f"{said[:-1]} {number}.", language, [source], [(0, place)])
    assert fault is not None


@moderately
@given(sources, st.sampled_from(["Nieuw-Zeeland", "Paraguay", "Pietersen", "Wladiwostok", "XQZ"]))
def test_a_name_that_is_not_there_is_a_fault(found: tuple[Source, int], name: str) -> None:
    source, place = found
    fault = find_fault(f"{source.dutch[place][:-1]} en {name}.", "nl", [source], [(0, place)])
    assert fault == Fault("name", name) or (fault and fault.kind == "length")


@moderately
@given(sources, st.sampled_from(["https://x.nl", "![a](b)", "<b>", "[2]", "\u202e", "`x`", "a@b.nl", "www.x"]))
def test_a_link_or_markup_is_a_fault_wherever_it_stands(found: tuple[Source, int], markup: str) -> None:
    source, place = found
    for said in (f"{markup} {source.dutch[place]}", f"{source.dutch[place]} {markup}"):
        fault = find_fault(said[:LONGEST_SENTENCE], "nl", [source], [(0, place)])
        assert fault is not None


@pytest.mark.parametrize(
    ("language", "sentence", "kind"),
    [
        ("en", "The Netherlands contributes about 270 troops to NATO's presence in Lithuania.", None),
        ("nl", "Nederland levert ongeveer 270 militairen in Litouwen.", None),
        ("nl", "Er zijn circa 270 Nederlandse militairen in Litouwen.", None),
        ("en", "The Netherlands contributes about 720 troops in Lithuania.", "figure"),
        ("en", "The Netherlands contributes 270 troops in Latvia.", "name"),
        ("nl", "Nederland levert geen 270 militairen in Litouwen.", "negation"),
        ("nl", "Nederland draagt niet bij met 270 militairen in Litouwen.", "negation"),
        ("en", "The Netherlands does not deploy 270 military personnel in Lithuania.", "negation"),
        ("en", "The commander of the 270 eats pancakes daily.", "words"),
    ],
)
def test_a_wording_is_held_against_its_source(language: Language, sentence: str, kind: str | None) -> None:
    source, place = CONTRIBUTION
    fault = find_fault(sentence, language, [source], [(0, place)])
    assert (fault.kind if fault else None) == kind


@pytest.mark.parametrize(
    ("language", "sentence", "right"),
    [
        ("nl", "Het kabinet vindt versterking van de eenheden tot brigadesterkte nu niet noodzakelijk.", True),
        ("en", "The government does not think a further strengthening to brigade strength is necessary.", True),
        ("nl", "Een verdere versterking van de eenheden tot brigadesterkte is noodzakelijk.", False),
        ("en", "A further strengthening of the units to brigade strength is necessary.", False),
    ],
)
def test_what_the_source_denies_is_not_affirmed(language: Language, sentence: str, right: bool) -> None:
    source, place = BRIGADE
    assert (find_fault(sentence, language, [source], [(0, place)]) is None) is right


@pytest.mark.parametrize(
    ("dutch", "english"), [("Den Haag", "The Hague"), ("Litouwen", "Lithuania"), ("de VN", "the UN")]
)
def test_a_name_is_found_in_the_other_language(dutch: str, english: str) -> None:
    source = Source((f"De besprekingen vonden in 2016 plaats met {dutch}.",))
    assert find_fault(f"The talks were held in 2016 with {english}.", "en", [source], [(0, 0)]) is None
    other = find_fault("The talks were held in 2016 with Brazil.", "en", [source], [(0, 0)])
    assert other == Fault("name", "Brazil")


@moderately
@given(st.text(max_size=300), sources)
def test_any_sentence_is_judged(sentence: str, found: tuple[Source, int]) -> None:
    source, place = found
    fault = find_fault(sentence, "nl", [source], [(0, place)])
    assert fault is None or fault.kind


def test_a_quote_that_stands_in_no_source_is_named() -> None:
    with pytest.raises(ValueError, match="pannenkoeken"):
        find_basis(["ongeveer 270 militairen", "pannenkoeken"], [CONTRIBUTION[0]])
