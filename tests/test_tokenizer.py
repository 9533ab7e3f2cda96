"""The tokenizer for Latin script against the whole one: never another token, whatever the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from ingest.embed import normalise
from ingest.model.prepare import find_prepared
from ingest.model.tokenizer import ModelTokenizer
from ingest.settings import Settings

MOST_TOKENS = 64
LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=0x2045), max_size=80)
WORDS = st.lists(
    st.sampled_from(
        "Kamer «één» 1½ ﬁ NAVO-top €1,5 <mask> </s> ▁ ’s-Hertogenbosch coöperatie 2% Москва 中文 ʻ ℓ".split()
    ),
    max_size=12,
).map(" ".join)


@pytest.fixture(scope="module")
def folder() -> Path:
    found = find_prepared(Settings().models)
    assert found
    return found


@pytest.fixture(scope="module")
def whole(folder: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MOST_TOKENS)
    return tokenizer


@pytest.fixture(scope="module")
def ours(folder: Path) -> ModelTokenizer:
    return ModelTokenizer(folder, MOST_TOKENS)


def assert_same(ours: ModelTokenizer, whole: Tokenizer, text: str) -> None:
    numbers, spans = ours.encode(text)
    expected = whole.encode(text)
    assert (numbers.tolist(), list(spans)) == (expected.ids, expected.offsets)


@given(LATIN | WORDS)
@settings(max_examples=600, deadline=None)
def test_a_text_has_the_tokens_of_the_whole_tokenizer(ours: ModelTokenizer, whole: Tokenizer, text: str) -> None:
    assert_same(ours, whole, "query: " + normalise(text))


def test_each_character_by_itself_has_the_tokens_of_the_whole_tokenizer(ours: ModelTokenizer, whole: Tokenizer) -> None:
    for number in range(ord(" "), 0x2100):
        assert_same(ours, whole, "a" + normalise(chr(number)) + "b")


def test_only_another_script_needs_the_whole(folder: Path) -> None:
    tokenizer = ModelTokenizer(folder, MOST_TOKENS)
    tokenizer.encode("Hoeveel geld gaat er naar de coöperatie in ’s-Hertogenbosch: € 1,5 miljoen?")
    assert "_whole" not in vars(tokenizer)
    tokenizer.encode("Москва")
    assert "_whole" in vars(tokenizer)


def test_a_long_text_is_cut(ours: ModelTokenizer) -> None:
    assert len(ours.encode("geld " * 1_000)[0]) == MOST_TOKENS
