"""Paragraphs into chunks: nothing lost, nothing across a paragraph, nothing too long."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunk import chunk_letter, header_role, items_under, opening_of, sentence_at
from ingest.embed import Embedder
from ingest.letter import Chunk, Footnote, Letter, Paragraph, Section
from ingest.pipeline import bundled_files
from ingest.reading import read_letter
from ingest.structure.sentences import split_sentences


@pytest.fixture(scope="module")
def bundled() -> Letter:
    return read_letter(bundled_files()[0])


def count_words(text: str) -> int:
    return len(text.split())


def letter_of(*texts: str, heading: str = "Kop", notes: tuple[Footnote, ...] = ()) -> Letter:
    paragraphs = tuple(
        Paragraph(f"brief/kop/{number}", number, "prose", text, None, split_sentences(text))
        for number, text in enumerate(texts, 1)
    )
    return Letter("brief", "", None, "", "", (), (), (Section(heading, 1, paragraphs),), notes)


def words_of(texts: tuple[str, ...] | list[str]) -> list[str]:
    return " ".join(texts).split()


def of_paragraph(chunks: tuple[Chunk, ...], paragraph: Paragraph, language: str) -> list[Chunk]:
    return [
        chunk
        for chunk in chunks
        if chunk.paragraph_id == paragraph.id and chunk.language == language and chunk.footnote is None
    ]


def encoded(chunk: Chunk) -> str:
    return f"{chunk.context}. {chunk.text}" if chunk.context else chunk.text


def test_chunks_of_the_bundled_letter_hold_every_sentence_in_both_languages(
    bundled: Letter, embedder: Embedder
) -> None:
    chunks = chunk_letter(bundled, embedder.count_tokens, embedder.most_tokens)
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    for _, paragraph in bundled.paragraphs():
        dutch = [sentence for chunk in of_paragraph(chunks, paragraph, "nl") for sentence in chunk.sentences]
        english = [sentence for chunk in of_paragraph(chunks, paragraph, "en") for sentence in chunk.sentences]
        assert dutch == [paragraph.sentence(number) for number in range(len(paragraph.sentences))]
        assert english == list(paragraph.translated)


def test_chunks_of_the_bundled_letter_are_read_whole_by_the_model(bundled: Letter, embedder: Embedder) -> None:
    for chunk in chunk_letter(bundled, embedder.count_tokens, embedder.most_tokens):
        assert embedder.count_tokens(encoded(chunk)) < embedder.most_tokens


def test_footnotes_become_chunks_at_the_sentence_that_bears_the_mark(bundled: Letter) -> None:
    notes = [chunk for chunk in chunk_letter(bundled, count_words, 300) if chunk.footnote]
    assert [(chunk.footnote, chunk.language) for chunk in notes] == [("1", "nl"), ("1", "en"), ("2", "nl"), ("2", "en")]
    _, paragraph = bundled.find(notes[0].paragraph_id)
    assert "(ERI)" in paragraph.sentence(notes[0].first)


OPENING, ITEMS = (
    "Er is geld. Het kabinet neemt deze maatregelen:",
    {"ophogen van de dijk;", "baggeren.", "losse streep."},
)


def list_of() -> Letter:
    letter = letter_of(OPENING, "ophogen van de dijk;", "baggeren.", "Dat kost tijd.", "losse streep.")
    (section,) = letter.sections
    paragraphs = tuple(replace(one, kind="list-item") if one.text in ITEMS else one for one in section.paragraphs)
    return replace(letter, sections=(replace(section, paragraphs=paragraphs),))


def test_an_item_is_read_with_the_sentence_that_opens_its_list() -> None:
    contexts = [chunk.context for chunk in chunk_letter(list_of(), count_words, 300)]
    assert contexts == ["Kop", *["Kop. Het kabinet neemt deze maatregelen"] * 2, "Kop", "Kop"]


def test_a_list_and_what_opens_it_are_found_from_either_side() -> None:
    section = list_of().sections[0]
    opening, first, second, after, stray = section.paragraphs
    assert [opening_of(section, one) for one in section.paragraphs] == [None, opening, opening, None, None]
    assert [items_under(section, one) for one in (opening, first, after)] == [(first, second), (), ()]
    assert stray.kind == "list-item"


def test_headings_are_given_along_in_the_chunks_language(bundled: Letter) -> None:
    contexts = {
        chunk.language: chunk.context for chunk in chunk_letter(bundled, count_words, 300) if "uitbreiding" in chunk.id
    }
    assert contexts == {"nl": "Uitbreiding", "en": "Enlargement"}


def test_head_and_signature_say_in_words_what_they_are(bundled: Letter) -> None:
    roles = [header_role(bundled, p) for _, p in bundled.paragraphs() if p.kind == "header"]
    assert roles == ["header", "addressee", "date"]
    contexts = {chunk.paragraph_id: chunk.context for chunk in chunk_letter(bundled, count_words, 300)}
    assert "Datum" in contexts["2018-04-26-navo/kop/3"] or "Date" in contexts["2018-04-26-navo/kop/3"]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.lists(st.integers(1, 60), min_size=1, max_size=6), min_size=1, max_size=4),
    st.integers(4, 50),
    st.sampled_from(["", "Kop", "Een kop van vijf woorden"]),
)
def test_no_word_is_lost_doubled_or_carried_into_another_paragraph(
    shapes: list[list[int]], max_tokens: int, heading: str
) -> None:
    texts = [" ".join(" ".join([f"Woord{n}"] * count) + "." for n, count in enumerate(shape)) for shape in shapes]
    letter = letter_of(*texts, heading=heading)
    chunks = chunk_letter(letter, count_words, max_tokens)
    for _, paragraph in letter.paragraphs():
        mine = of_paragraph(chunks, paragraph, "nl")
        assert words_of([chunk.text for chunk in mine]) == paragraph.text.split()
        for chunk in mine:
            assert chunk.sentences[0].strip() in paragraph.sentence(chunk.first)
            assert count_words(chunk.text) <= max_tokens


@pytest.mark.parametrize("word", ["woord ", "w"])
def test_a_sentence_of_a_hundred_thousand_characters_is_cut(embedder: Embedder, word: str) -> None:
    text = word * (100_000 // len(word))
    letter = letter_of(text.strip() + ".")
    chunks = chunk_letter(letter, embedder.count_tokens, embedder.most_tokens)
    assert len(chunks) > 1
    assert "".join(chunk.text for chunk in chunks).replace(" ", "") == text.replace(" ", "") + "."
    assert all(embedder.count_tokens(encoded(chunk)) < embedder.most_tokens for chunk in chunks)
    assert {chunk.first for chunk in chunks} == {0}


def test_a_long_footnote_is_cut_like_a_long_sentence() -> None:
    note = " ".join(["Zie ook de brief daarover."] * 100)
    letter = letter_of("De inzet blijft gelijk.", notes=(Footnote("1", note, "brief/kop/1", 10),))
    chunks = [chunk for chunk in chunk_letter(letter, count_words, 50) if chunk.footnote]
    assert words_of([chunk.text for chunk in chunks]) == note.split()
    assert all(count_words(chunk.text) <= 50 for chunk in chunks)


@pytest.mark.parametrize(("offset", "number"), [(0, 0), (1, 0), (12, 0), (13, 0), (14, 0), (15, 1), (31, 1)])
def test_an_offset_belongs_to_the_sentence_it_stands_in_or_ends(offset: int, number: int) -> None:
    text = "Een zin hier. Nog een zin hier."
    paragraph = Paragraph("brief/kop/1", 1, "prose", text, None, split_sentences(text))
    assert sentence_at(paragraph, offset) == number


def test_chunking_leaves_the_letter_as_it_was(bundled: Letter) -> None:
    before = repr(bundled)
    assert chunk_letter(bundled, count_words, 40) == chunk_letter(replace(bundled), count_words, 40)
    assert repr(bundled) == before
