"""Answer by a language model, of whose sentences only those are given that the letter bears out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import prompts
from assistant.figures import find_figures
from assistant.grounding import ground
from assistant.llm import ChatModel, Messages, ModelFailed
from assistant.retrieve import Candidate
from assistant.verify import Fault, Source, find_basis, find_fault, has_markup
from assistant.wording import FAULTS
from ingest.letter import Language, Letter

MOST_SENTENCES = 6
_MOST_PARAGRAPHS, _MOST_MATERIAL = 5, 12_000
_LONGEST_REWRITTEN = 300


class Draft(BaseModel):
    """A sentence as a model gives it: not verified, and so not shown."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    sentence: str = Field(min_length=1)
    paragraphs: tuple[int, ...] = Field(max_length=20, strict=False)
    words: tuple[str, ...] = Field(max_length=50, strict=False)


@dataclass(frozen=True, slots=True)
class Worded:
    """A sentence that is borne out, and the sentences of the letter (candidate, sentence) that it rests on."""

    text: str
    basis: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A draft that is not borne out."""

    draft: Draft
    fault: Fault


def choose_material(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates that a model is shown, best first, each once: few, and not too much text."""
    chosen: dict[str, Candidate] = {}
    size = 0
    for candidate in candidates:
        length = len(candidate.paragraph.text) + len(candidate.paragraph.translation or "")
        if candidate.paragraph.id in chosen or (chosen and size + length > _MOST_MATERIAL):
            continue
        chosen[candidate.paragraph.id] = candidate
        size += length
        if len(chosen) == _MOST_PARAGRAPHS:
            break
    return tuple(chosen.values())


def word_answer(
    model: ChatModel, question: str, language: Language, material: Sequence[Candidate]
) -> Iterator[Worded | Failed]:
    """Yield the model's sentences, each as soon as it is verified; those that fail get one round of repair.

    Raises:
        ModelFailed: the model gave no usable reply; what was yielded before stays true.
    """
    messages: list[tuple[str, str]] = [
        ("system", prompts.say_instructions(language)),
        ("human", prompts.say_material(question, [_shown(candidate) for candidate in material])),
    ]
    said: set[str] = set()
    reply, failed, again = _Reply(), list[Failed](), list[Failed]()
    try:
        yield from _verified(_drafts(model, messages, reply), language, material, said, failed)
    except ModelFailed:
        yield from failed
        raise
    if reply.read and not failed:
        return
    complaint = _complain(failed) if failed else prompts.UNREADABLE
    messages += [("ai", json.dumps(reply.value, ensure_ascii=False)), ("human", complaint)]
    try:
        yield from _verified(_drafts(model, messages, reply), language, material, said, again)
    except ModelFailed:
        if not (said or failed):
            raise
    yield from again if reply.read else failed


def check_draft(draft: Draft, language: Language, sources: Sequence[Source]) -> Worded | Failed:
    """Return a draft as a sentence of the answer, or what is wrong with it."""
    text = " ".join(draft.sentence.split())
    if prompts.repeats_instructions(text):
        return Failed(draft, Fault("prompt"))
    if has_markup(text):
        return Failed(draft, Fault("markup"))
    named = sorted(set(draft.paragraphs))
    if not named or not all(1 <= number <= len(sources) for number in named) or not draft.words:
        return Failed(draft, Fault("paragraph"))
    cited = [sources[number - 1] for number in named]
    try:
        basis = find_basis(draft.words, cited)
    except ValueError as error:
        return Failed(draft, Fault("quote", str(error)))
    fault = find_fault(text, language, cited, basis)
    return Failed(draft, fault) if fault else Worded(text, tuple((named[one] - 1, place) for one, place in basis))


def source_of(candidate: Candidate) -> Source:
    """Return what a sentence about a candidate may be taken from: its sentences, its heading and its footnotes."""
    paragraph, section, letter = candidate.paragraph, candidate.section, candidate.letter
    dutch = tuple(paragraph.sentence(number) for number in range(len(paragraph.sentences)))
    return Source(dutch, paragraph.translated, tuple(_around(letter, paragraph.id, section.heading)))


def condense_by_model(model: ChatModel, question: str, earlier: Sequence[str]) -> str | None:
    """Return the question so that it stands alone; nothing where the model fails, or loses or invents a name or number.

    What it loses or invents is measured against the questions themselves.
    """
    material = json.dumps({"earlier": list(earlier), "last": question}, ensure_ascii=False)
    try:
        written = model.write([("system", prompts.CONDENSE), ("human", material)])
    except ModelFailed:
        return None
    written = " ".join(written.split()).strip('"“”')
    return written if keeps(question, earlier, written) else None


def keeps(question: str, earlier: Sequence[str], written: str) -> bool:
    """Whether a rewritten question has every name and number of the question, and none that nobody asked about."""
    if not any(map(str.isalnum, written)) or len(written) > _LONGEST_REWRITTEN or prompts.repeats_instructions(written):
        return False
    asked = " ".join([*earlier, question])
    return _holds(written, _begun_small(question)) and _holds(asked, _begun_small(written))


def _begun_small(question: str) -> str:
    """Return a question without the capital that it begins with, which makes no name of "how"."""
    return question[:1].lower() + question[1:]


def _holds(text: str, other: str) -> bool:
    """Whether a text, in whichever language, has the names and numbers of another."""
    texts: tuple[tuple[str, Language], ...] = ((text, "nl"), (text, "en"))
    there = frozenset(figure for one, language in texts for figure in find_figures(one, language))
    spoken: tuple[Language, Language] = ("nl", "en")
    return any(
        all(figure.stands_in(there) for figure in find_figures(other, language))
        and all(word.found for word in ground(other, language, texts) if word.name)
        for language in spoken
    )


class _Reply:
    """What a model has said so far; `read` once it was of the form asked for."""

    def __init__(self) -> None:
        self.value: Any = None
        self.read = False


def _drafts(model: ChatModel, messages: Messages, reply: _Reply) -> Iterator[Draft]:
    """Yield each sentence of the reply once the next one has begun, and the last at the end."""
    reply.read, reply.value = False, None
    given = 0
    for reply.value in model.stream_json(messages, prompts.SCHEMA):
        entries = _entries(reply.value)
        for entry in entries[given : max(len(entries) - 1, given)]:
            given += 1
            yield from _read(entry)
    entries = _entries(reply.value)
    reply.read = isinstance(reply.value, dict) and isinstance(reply.value.get("sentences"), list)
    for entry in entries[given:]:
        yield from _read(entry)


def _entries(value: Any) -> list[Any]:
    entries = value.get("sentences") if isinstance(value, dict) else None
    return entries[:MOST_SENTENCES] if isinstance(entries, list) else []


def _read(entry: Any) -> Iterator[Draft]:
    try:
        yield Draft.model_validate(entry)
    except ValidationError:
        sentence = entry.get("sentence") if isinstance(entry, dict) else entry
        if isinstance(sentence, str) and sentence:
            yield Draft(sentence=sentence, paragraphs=(), words=())


def _verified(
    drafts: Iterator[Draft], language: Language, material: Sequence[Candidate], said: set[str], failed: list[Failed]
) -> Iterator[Worded]:
    """Yield what is borne out and was not `said` yet; what is not borne out goes to `failed`."""
    sources = [source_of(candidate) for candidate in material]
    for draft in drafts:
        checked = check_draft(draft, language, sources)
        if isinstance(checked, Failed):
            failed.append(checked)
        elif checked.text not in said:
            said.add(checked.text)
            yield checked


def _complain(failed: Sequence[Failed]) -> str:
    faults = [
        {"sentence": one.draft.sentence, "reason": FAULTS["en"][one.fault.kind].format(detail=one.fault.detail)}
        for one in failed
    ]
    return f"{prompts.REPAIR}\n{json.dumps(faults, ensure_ascii=False)}"


def _shown(candidate: Candidate) -> prompts.Shown:
    return prompts.Shown(candidate.paragraph.text, candidate.paragraph.translation)


def _around(letter: Letter, paragraph_id: str, heading: str) -> Iterator[tuple[str, Language]]:
    if heading:
        yield heading, "nl"
    for note in letter.notes_of(paragraph_id):
        yield note.text, "nl"
        if note.translation:
            yield note.translation, "en"
