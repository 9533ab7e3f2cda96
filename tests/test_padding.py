"""Letters made to measure growth: whole, citable, and found again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from eval.padding import Donor, make_letters, read_donors
from ingest.embed import Embedder, unit
from ingest.index import Content, build_generation, letter_digest, open_current
from ingest.vectors import pack, unpack

DONORS = tuple(
    tuple(
        Donor(
            f"Zin {number} van brief {letter} gaat over dijken.",
            f"Kop {letter}",
            pack(unit(np.random.default_rng(100 * letter + number).normal(size=(4, 384)).astype(np.float32))),
            unit(np.random.default_rng(letter).normal(size=384).astype(np.float32)),
        )
        for number in range(9)
    )
    for letter in range(3)
)


@pytest.fixture(scope="module")
def made() -> list[Content]:
    return list(make_letters(DONORS, 60))


def test_there_are_as_many_paragraphs_as_were_asked_for(made: list[Content]) -> None:
    paragraphs = [paragraph for content in made for _, paragraph in content.letter.paragraphs()]
    assert len(paragraphs) == len({paragraph.id for paragraph in paragraphs}) == 60


def test_sentences_are_those_of_one_donor_and_stand_where_their_spans_say(made: list[Content]) -> None:
    for content in made:
        donors = [{donor.text for donor in own} for own in DONORS]
        sentences = {
            paragraph.sentence(number)
            for _, paragraph in content.letter.paragraphs()
            for number in range(len(paragraph.sentences))
        }
        assert any(sentences <= own for own in donors)


def test_token_vectors_are_those_of_their_sentences(made: list[Content]) -> None:
    tokens = {donor.text: donor.tokens for own in DONORS for donor in own}
    for content in made:
        for number, chunk in enumerate(content.chunks):
            part = slice(content.vectors.bounds[number], content.vectors.bounds[number + 1])
            expected = np.concatenate([tokens[sentence] for sentence in chunk.sentences])
            assert np.array_equal(content.vectors.tokens[part], expected)
            assert list(content.vectors.sentences[part]) == [
                place for place in range(len(chunk.sentences)) for _ in range(4)
            ]


def test_the_same_seed_makes_the_same_letters(made: list[Content]) -> None:
    again = list(make_letters(DONORS, 60))
    assert [content.letter for content in again] == [content.letter for content in made]


def test_made_letters_are_indexed_like_real_ones(made: list[Content], tmp_path: Path, embedder: Embedder) -> None:
    build_generation(tmp_path, made, embedder.identity)
    digests = {content.letter.id: letter_digest(content.letter) for content in made}
    with closing(open_current(tmp_path, embedder.identity, digests)) as index:
        wanted = made[1].vectors.pooled[3]
        row = index.rows([index.search_dense(wanted, 1)[0][0]])[0]
        assert row.paragraph_id == made[1].chunks[3].paragraph_id
        tokens, _ = index.tokens_of([row])
        part = slice(made[1].vectors.bounds[3], made[1].vectors.bounds[4])
        assert tokens == pytest.approx(unpack(made[1].vectors.tokens[part]), abs=1e-6)


def test_donors_are_the_sentences_of_a_letter(embedder: Embedder) -> None:
    ((first, *others),) = read_donors([Path(__file__).with_name("letters") / "c-ocw.txt"], embedder)
    assert len(others) > 10
    assert first.tokens.shape[1] == first.pooled.shape[0] == embedder.identity.dimension
