"""Whatever is asked, sent to the page or verified: an answer with verbatim quotations, a verdict, or a clear error."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.figures import find_figures
from assistant.pipeline import Assistant
from assistant.verify import Source, find_basis, find_fault, has_markup
from ingest.embed import LONGEST_QUERY
from ingest.errors import UserError
from ingest.letter import Language
from ui.records import answer_record
from ui.web_records import (
    read_conversation,
    read_history,
    read_kind,
    read_language,
    read_letters,
    read_line,
    read_question,
    read_upload,
)

ANY_TEXT = st.text(st.characters(codec=None), max_size=80)
PIECES = st.sampled_from(
    [
        *(
            "Hoeveel militairen zijn er in Litouwen?",
            "What about Turkey?",
            "en daarvan?",
            "in English please",
            "noot 1",
        ),
        *("'; drop table chunks; --", '" OR 1=1', "NEAR(a b, 5)", "a AND b NOT c*", "{col}: x", "^x", "(((", "[1]"),
        *("\u202e", "\u200f", "\0", "\ud800", "\ufdfa", "\u2028", "½", "٣", "𝔑𝔞𝔱𝔬", "e\u0315\u0300" * 20),
        *("%s{}", "<script>", "1" * 300, "a-" * 200),
    ]
)
QUESTIONS = ANY_TEXT | st.lists(PIECES | ANY_TEXT, min_size=1, max_size=6).map(" ".join)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["question", "paragraph_ids", "x"]), inner)
    ),
    max_leaves=8,
)


def assert_answered(assistant: Assistant, question: str, history: list[str]) -> None:
    try:
        answer = assistant.ask(question, history)
    except UserError:
        assert not any(sign.isalnum() for sign in question)
        return
    assert answer.question == question
    for one in (*answer.citations, *answer.nearest):
        assert one.quote
        assert one.paragraph_text[one.start : one.end] == one.quote
    assert json.loads(json.dumps(answer_record(answer)))["status"] == answer.status


@pytest.mark.slow
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(QUESTIONS, st.lists(QUESTIONS, max_size=2))
def test_any_question_is_answered_or_refused(assistant: Assistant, question: str, history: list[str]) -> None:
    assert_answered(assistant, question, history)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["\u0315\u0300", "en daarvan? ", "wanneer is de brief ", "a", "1 ", "(", "\ud800", "ﷺ"]
)
def test_a_question_of_a_hundred_thousand_characters_is_answered_from_its_beginning(
    assistant: Assistant, unit: str
) -> None:
    question = "Hoeveel militairen?" + unit * (100_000 // len(unit))
    assert_answered(assistant, question, [question])
    assert any(str(LONGEST_QUERY) in one for one in assistant.ask(question, language="en").warnings)


READERS: dict[str, Callable[[Any, Assistant], object]] = {
    "question": lambda value, assistant: read_question(value),
    "conversation": lambda value, assistant: read_conversation(value),
    "line": lambda value, assistant: read_line(value, 50),
    "name": lambda value, assistant: read_upload(value, "YQ=="),
    "content": lambda value, assistant: read_upload("brief.txt", value),
    "letters": lambda value, assistant: read_letters(value, assistant.letters),
    "history": lambda value, assistant: read_history(value, assistant.letters),
    "language": lambda value, assistant: read_language(value),
    "kind": lambda value, assistant: read_kind(value),
}


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON_VALUES)
def test_whatever_the_page_is_sent_is_read_or_refused(assistant: Assistant, name: str, value: object) -> None:
    with suppress(UserError):
        READERS[name](value, assistant)


@settings(deadline=None, max_examples=150)
@given(ANY_TEXT | QUESTIONS, QUESTIONS, st.sampled_from(("nl", "en")))
def test_the_verifier_has_a_verdict_on_any_sentence(sentence: str, source: str, language: Language) -> None:
    sources = [Source((source, "Het kabinet geeft 2 miljard euro uit."), (sentence, "The cabinet spends 2 billion."))]
    find_figures(sentence, language)
    has_markup(sentence)
    fault = find_fault(sentence, language, sources, [(0, 0), (0, 1)])
    assert fault is None or fault.kind
    with suppress(ValueError):
        assert find_basis([sentence], sources)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "unit", ["3 mei 2021 ", "1 tot 2 ", "twee honderd en ", "1.", "€ ", "1 miljoen ", "niet ", "a", "http://"]
)
def test_the_verifier_reads_a_very_long_source(unit: str, language: Language) -> None:
    source = Source((unit * (60_000 // len(unit)),))
    assert find_fault("Het kabinet wil niet 7 miljard.", language, [source], [(0, 0)])
    assert not source.touched("dit staat er niet in")


def test_the_year_of_a_date_is_a_figure_of_its_own_wherever_it_stands() -> None:
    found = find_figures("Op 3 mei 2021, 2021-05-04 en in juni 2022: 12 dagen, eind 2023.", "nl")
    assert [(one.value, one.unit) for one in found if one.unit in ("day", "month")] == [
        ("05-03", "day"), ("05-04", "day"), ("06", "month")
    ]  # fmt: skip
    assert {"2021", "2022", "12"} <= {one.value for one in found}
