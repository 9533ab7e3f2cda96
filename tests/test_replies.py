"""What a model is asked is bounded, and its replies are read in whichever form it can give."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from assistant.generate import Failed, Worded, check_draft, choose_material, source_of, word_answer
from assistant.llm import ChatModel, SchemaRefused
from assistant.replies import Draft, ask_numbered, ask_quoting
from assistant.room import LARGE, SMALL, Room, ask_room, room_of
from assistant.verify import Source
from tests.scripted import DUTCH, ENGLISH, candidate, scripted
from tests.test_llm import server_that

FOUND = candidate()


def small(*replies: str) -> tuple[ChatModel, Any]:
    model, script = scripted(*replies)
    model.room = SMALL
    return model, script


def strings_of(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema of a string or an array in a schema."""
    if isinstance(schema, dict):
        if schema.get("type") in ("string", "array"):
            yield schema
        for value in schema.values():
            yield from strings_of(value)


@pytest.mark.parametrize("room", [LARGE, SMALL])
def test_whatever_keeps_to_the_schema_is_of_a_bounded_length(room: Room) -> None:
    sources = [source_of(FOUND)]
    for task in (ask_quoting("?", "nl", [], room), ask_numbered("?", "nl", sources, (), room, lines=False)):
        found = list(strings_of(task.schema))
        assert found
        assert all("maxLength" in one or "maxItems" in one for one in found)


def test_only_numbers_that_were_given_can_be_named() -> None:
    task = ask_numbered("Hoeveel?", "nl", [source_of(FOUND)], (), SMALL, lines=False)
    (numbers,) = (one["items"]["enum"] for one in strings_of(task.schema) if "enum" in one.get("items", {}))
    assert numbers == [1, 2]


def test_a_small_model_is_shown_what_stands_around_the_best_sentence() -> None:
    source = Source(tuple(f"Zin nummer {number} van de brief." for number in range(200)))
    task = ask_numbered("Hoeveel?", "nl", [source], [(0, 150)], SMALL, lines=False)
    shown = task.messages[1][1]
    assert "nummer 150 " in shown
    assert "nummer 3 " not in shown
    assert len(shown) < 2 * SMALL.material


def test_a_small_model_names_sentences_by_number() -> None:
    model, script = small(json.dumps({"sentences": [{"from": [1], "sentence": "Er zijn 270 militairen in Litouwen."}]}))
    (said,) = word_answer(model, "Hoeveel?", "nl", [FOUND])
    assert isinstance(said, Worded)
    assert said.basis == ((0, 0),)
    assert len(script.seen) == 1


@pytest.mark.parametrize("numbers", [[9], [0], ["1"], None, [], [True, 7]])
def test_a_number_that_was_not_given_is_a_fault(numbers: Any) -> None:
    model, _ = small(json.dumps({"sentences": [{"from": numbers, "sentence": "Er zijn 270 militairen."}]}))
    (said,) = word_answer(model, "Hoeveel?", "nl", [FOUND])
    assert isinstance(said, Failed)


def test_a_small_model_is_not_asked_to_mend() -> None:
    model, script = small(json.dumps({"sentences": [{"from": [1], "sentence": "Er zijn 720 militairen."}]}))
    (said,) = word_answer(model, "Hoeveel?", "nl", [FOUND])
    assert isinstance(said, Failed)
    assert len(script.seen) == 1


def test_a_server_without_schemas_is_asked_for_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    model, script = scripted("[1] Er zijn 270 militairen in Litouwen.\n- De norm is 2 procent [2].\nGraag gedaan!")

    def refuse(*arguments: object) -> Iterator[Any]:
        raise SchemaRefused("the model 'x' failed: response_format is not supported")
        yield

    monkeypatch.setattr(model, "stream_json", refuse)
    said = list(word_answer(model, "Hoeveel?", "nl", [FOUND]))
    assert [one.text for one in said if isinstance(one, Worded)] == [
        "Er zijn 270 militairen in Litouwen.",
        "De norm is 2 procent.",
    ]
    assert len(script.seen) == 1


def test_a_sentence_that_was_cut_off_is_not_given_and_what_came_before_is() -> None:
    source = source_of(FOUND)
    cut = "Er zijn 270 militairen in Litouwen. De norm is niet meer dan " + "x" * 300
    kept = check_draft(Draft(sentence=cut, paragraphs=(1,), words=DUTCH), "nl", [source], 300)
    assert isinstance(kept, Worded)
    assert kept.text == "Er zijn 270 militairen in Litouwen."
    gone = check_draft(Draft(sentence="Er zijn " + "x" * 300, paragraphs=(1,), words=DUTCH), "nl", [source], 300)
    assert isinstance(gone, Failed)
    assert gone.fault.kind == "cut"


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [("Hoeveel militairen zijn er in Litouwen?", "question"), (ENGLISH[0], "language")],
)
def test_a_question_or_another_language_is_no_answer(sentence: str, kind: str) -> None:
    checked = check_draft(Draft(sentence=sentence, paragraphs=(1,), words=DUTCH), "nl", [source_of(FOUND)])
    assert isinstance(checked, Failed)
    assert checked.fault.kind == kind


def test_material_is_as_much_as_there_is_room_for() -> None:
    many = [replace(FOUND, paragraph=replace(FOUND.paragraph, id=f"brief/a/{number}")) for number in range(9)]
    assert len(choose_material(many, SMALL)) == SMALL.paragraphs
    assert len(choose_material(many)) == LARGE.paragraphs


@pytest.mark.parametrize(
    ("parameters", "context", "small"),
    [(135_000_000, 8_192, True), (8_000_000_000, 2_048, True), (8_000_000_000, 32_768, False), (None, None, False)],
)
def test_a_model_is_small_by_its_parameters_or_its_context(parameters: int, context: int, small: bool) -> None:
    assert room_of(parameters, context).small is small


def test_a_context_bounds_the_material() -> None:
    assert room_of(None, 5_000).material < room_of(None, 6_000).material <= room_of(None, 100_000).material


@pytest.mark.parametrize(
    "reply", ["[]", "{}", '{"data": [{"id": "x", "meta": {"n_ctx": "many"}}]}', "nonsense", "null"]
)
def test_a_server_that_does_not_tell_is_taken_for_a_large_one(reply: str) -> None:
    assert told(reply) == LARGE


def test_a_server_is_asked_for_the_room_of_the_model() -> None:
    entries = [{"id": "other", "meta": {"n_params": 1}}, {"id": "x", "max_model_len": 5_000}]
    assert told(json.dumps({"data": entries})) == room_of(None, 5_000)
    assert told(json.dumps({"data": [{"id": "y", "meta": {"n_params": 9}}]})) == SMALL


def test_a_server_that_is_not_there_has_the_room_of_a_large_model() -> None:
    assert ask_room("http://127.0.0.1:9/v1", "x", None) == LARGE


def told(reply: str) -> Room:
    def handle(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(reply)))
        handler.end_headers()
        handler.wfile.write(reply.encode())

    (room,) = (ask_room(address, "x", "key") for address in server_that(handle))
    return room
