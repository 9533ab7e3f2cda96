"""A citation that differs in one character, or stands one character off, is not verbatim."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assistant.dialogue import Citation
from assistant.quote import cite_sentence
from assistant.verify import is_verbatim
from ingest.letter import Letter
from ingest.pipeline import bundled_files, read_letter

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
