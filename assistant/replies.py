"""What a model is asked for, and its replies as drafts: quotations in JSON, or numbers where that is too much."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import prompts
from assistant.llm import ChatModel, Messages
from assistant.room import Room
from assistant.verify import Source
from ingest.letter import Language

# What a model without a schema says beyond this is not read.
_MOST_SENTENCES = 6
_MOST_QUOTES, _LONGEST_QUOTE = 3, 200
_NUMBER = re.compile(r"\[(\d{1,3})\]")
_LIST_MARK = re.compile(r"^\s*(?:[-*•]\s+|\d+[.)]\s+)")

Place = tuple[int, int]
"""A sentence of a source, both by number from 0."""


class Draft(BaseModel):
    """A sentence as a model gives it: not verified, and so not shown."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    sentence: str = Field(min_length=1)
    paragraphs: tuple[int, ...] = Field(max_length=20, strict=False)
    words: tuple[str, ...] = Field(max_length=50, strict=False)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A sentence of the letter that a model may name by its number: the paragraph it stands in, and its Dutch."""

    paragraph: int
    dutch: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a model is asked, and in which form it is to reply."""

    messages: Messages
    schema: Mapping[str, Any]
    numbered: tuple[Numbered, ...] = ()


class Reply:
    """What a model has said so far; `read` once it was of the form asked for."""

    def __init__(self) -> None:
        self.value: Any = None
        self.read = False


def ask_quoting(question: str, language: Language, shown: Sequence[prompts.Shown], room: Room) -> Task:
    """Return the task of an answer whose sentences each quote what they rest on."""
    messages = (
        ("system", prompts.say_instructions(language)),
        ("human", prompts.say_material(question, shown)),
    )
    quote = {"type": "string", "maxLength": _LONGEST_QUOTE}
    properties = {
        "paragraphs": _numbers(len(shown), len(shown)),
        "words": {"type": "array", "items": quote, "minItems": 1, "maxItems": _MOST_QUOTES},
        "sentence": {"type": "string", "maxLength": room.sentence},
    }
    return Task(messages, _schema(properties, room))


def ask_numbered(
    question: str, language: Language, sources: Sequence[Source], best: Sequence[Place], room: Room, *, lines: bool
) -> Task:
    """Return the task of an answer whose sentences each name sentences of the letter, as JSON or as lines.

    What there is room for is taken from around the `best` sentences (source, sentence) that were found.
    """
    numbered: list[Numbered] = []
    shown: list[str] = []
    for number, place in _around(sources, best, room.material):
        source = sources[number]
        dutch = source.dutch[place]
        numbered.append(Numbered(number + 1, dutch))
        shown.append(source.english[place] if language == "en" and source.english else dutch)
    messages = (
        ("system", prompts.say_numbered_instructions(language, lines=lines)),
        ("human", prompts.say_numbered(question, shown)),
    )
    sentence = {"type": "string", "maxLength": room.sentence}
    return Task(messages, _schema({"from": _numbers(len(shown), 2), "sentence": sentence}, room), tuple(numbered))


def read_json(model: ChatModel, task: Task, reply: Reply) -> Iterator[Draft]:
    """Yield each sentence of a reply in JSON once the next one has begun, and the last at the end.

    Raises:
        ModelFailed: the model gave no usable reply; what was yielded before is all there is.
    """
    reply.read, reply.value = False, None
    given = 0
    for reply.value in model.stream_json(task.messages, task.schema):
        entries = _entries(reply.value)
        for entry in entries[given : max(len(entries) - 1, given)]:
            given += 1
            yield from _read(entry, task.numbered)
    entries = _entries(reply.value)
    reply.read = isinstance(reply.value, dict) and isinstance(reply.value.get("sentences"), list)
    for entry in entries[given:]:
        yield from _read(entry, task.numbered)


def read_lines(model: ChatModel, task: Task, reply: Reply) -> Iterator[Draft]:
    """Yield the sentences of a reply in lines; those that name no number are not of the form asked for.

    Raises:
        ModelFailed: the model gave no usable reply.
    """
    reply.value = model.write(task.messages)
    drafts = [draft for line in reply.value.splitlines() for draft in _read_line(line, task.numbered)]
    reply.read = bool(drafts)
    yield from drafts[:_MOST_SENTENCES]


def _around(sources: Sequence[Source], best: Sequence[Place], most: int) -> list[Place]:
    """Return the sentences nearest to the best ones, as many as have so many characters, in their order."""
    focus = best or [(number, 0) for number in range(len(sources))]
    every = [(number, place) for number, source in enumerate(sources) for place in range(len(source.dutch))]
    distance = {
        one: min((abs(one[1] - place) for number, place in focus if number == one[0]), default=len(every))
        for one in every
    }
    taken: list[Place] = []
    size = 0
    for number, place in sorted(every, key=lambda one: (distance[one], one)):
        size += len(sources[number].dutch[place])
        if taken and size > most:
            break
        taken.append((number, place))
    return sorted(taken)


def _numbers(last: int, most: int) -> dict[str, Any]:
    number = {"type": "integer", "enum": list(range(1, last + 1))}
    return {"type": "array", "items": number, "minItems": 1, "maxItems": most}


def _schema(properties: Mapping[str, Any], room: Room) -> dict[str, Any]:
    """Return the schema of a reply that ends: whatever keeps to it is of a bounded length."""
    entry = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {
        "title": "worded_answer",
        "description": "Sentences that answer the question, each with what it rests on.",
        "type": "object",
        "properties": {"sentences": {"type": "array", "items": entry, "maxItems": room.sentences}},
        "required": ["sentences"],
        "additionalProperties": False,
    }


def _entries(value: Any) -> list[Any]:
    entries = value.get("sentences") if isinstance(value, dict) else None
    return entries[:_MOST_SENTENCES] if isinstance(entries, list) else []


def _read(entry: Any, numbered: Sequence[Numbered]) -> Iterator[Draft]:
    sentence = entry.get("sentence") if isinstance(entry, dict) else entry
    if numbered and isinstance(entry, dict) and isinstance(sentence, str) and sentence:
        yield _draft(sentence, entry.get("from"), numbered)
        return
    try:
        yield Draft.model_validate(entry)
    except ValidationError:
        if isinstance(sentence, str) and sentence:
            yield Draft(sentence=sentence, paragraphs=(), words=())


def _read_line(line: str, numbered: Sequence[Numbered]) -> Iterator[Draft]:
    numbers = [int(number) for number in _NUMBER.findall(line)]
    sentence = _NUMBER.sub(" ", _LIST_MARK.sub("", line)).strip(" ,;")
    if numbers and any(map(str.isalpha, sentence)):
        yield _draft(" ".join(sentence.split()).replace(" .", "."), numbers, numbered)


def _draft(sentence: str, numbers: Any, numbered: Sequence[Numbered]) -> Draft:
    """Return a draft that rests on numbered sentences; on none, which is a fault, where one of them is not there."""
    named = numbers if isinstance(numbers, list) else [numbers]
    if not all(isinstance(number, int) and 1 <= number <= len(numbered) for number in named):
        return Draft(sentence=sentence, paragraphs=(), words=())
    places = [numbered[number - 1] for number in dict.fromkeys(named)]
    return Draft(
        sentence=sentence,
        paragraphs=tuple(dict.fromkeys(place.paragraph for place in places)),
        words=tuple(place.dutch for place in places),
    )
