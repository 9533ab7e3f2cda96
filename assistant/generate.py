"""Answer by a language model, of whose sentences only those are given that the letter bears out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant import prompts
from assistant.detect import detect_language
from assistant.figures import find_figures
from assistant.grounding import ground
from assistant.llm import ChatModel, ModelFailed, SchemaRefused
from assistant.replies import Draft, Place, Reply, Task, ask_numbered, ask_quoting, read_json, read_lines
from assistant.retrieve import Candidate
from assistant.room import LARGE, Room
from assistant.verify import Fault, Source, find_basis, find_copied, find_fault, has_markup
from assistant.wording import FAULTS
from ingest.letter import Language, Letter

_LONGEST_REWRITTEN, _MOST_REWRITTEN_TOKENS = 300, 150
# Words from which on a sentence tells its language.
_TELLS_LANGUAGE = 6
_FEWEST_WORDS = 3
_ENDS = (".", "!", "?", "…")
_END = re.compile(r"[.!?](?=\s+[A-Z“‘\"])")


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


def choose_material(candidates: Sequence[Candidate], room: Room = LARGE) -> tuple[Candidate, ...]:
    """Return the candidates that a model is shown, best first, each once: as much as it has room for."""
    chosen: dict[str, Candidate] = {}
    size = 0
    for candidate in candidates:
        length = len(candidate.paragraph.text) + len(candidate.paragraph.translation or "")
        if candidate.paragraph.id in chosen or (chosen and size + length > room.material):
            continue
        chosen[candidate.paragraph.id] = candidate
        size += length
        if len(chosen) == room.paragraphs:
            break
    return tuple(chosen.values())


def word_answer(
    model: ChatModel,
    question: str,
    language: Language,
    material: Sequence[Candidate],
    best: Sequence[Place] = (),
) -> Iterator[Worded | Failed]:
    """Yield the model's sentences, each as soon as it is verified; those that fail get one round of repair.

    `best` are the sentences (candidate, sentence) that were found, around which a small model is shown the letter.

    Raises:
        ModelFailed: the model gave no usable reply; what was yielded before stays true.
    """
    sources = [source_of(candidate) for candidate in material]
    room = model.room
    if room.small:
        task = ask_numbered(question, language, sources, best, room, lines=False)
    else:
        task = ask_quoting(question, language, [_shown(candidate) for candidate in material], room)
    check = _Check(language, sources, room.sentence)
    reply = Reply()
    try:
        yield from check.pass_on(read_json(model, task, reply))
    except SchemaRefused:
        # no reply at all: the same in plain lines
        reply.read = False
    except ModelFailed:
        yield from check.failed
        raise
    if reply.read and (room.small or not check.failed):
        yield from check.failed
        return
    lines = ask_numbered(question, language, sources, best, room, lines=True)
    yield from _again(model, task, lines, reply, check)


def _again(model: ChatModel, task: Task, lines: Task, reply: Reply, check: _Check) -> Iterator[Worded | Failed]:
    """Yield what a second round gives: what failed, mended, or lines from a model that gives no JSON."""
    failed, check.failed = check.failed, []
    if failed:
        said = ("ai", json.dumps(reply.value, ensure_ascii=False))
        again = replace(task, messages=(*task.messages, said, ("human", _complain(failed))))
        drafts = read_json(model, again, reply)
    else:
        drafts = read_lines(model, lines, reply)
    try:
        yield from check.pass_on(drafts)
    except ModelFailed:
        if not (check.said or failed):
            raise
    yield from check.failed if reply.read else failed


def check_draft(
    draft: Draft, language: Language, sources: Sequence[Source], longest: int = LARGE.sentence
) -> Worded | Failed:
    """Return a draft as a sentence of the answer, or what is wrong with it; `longest` is what it was bounded to."""
    text = " ".join(_whole(draft.sentence, longest).split())
    if prompts.repeats_instructions(text):
        return Failed(draft, Fault("prompt"))
    if has_markup(text):
        return Failed(draft, Fault("markup"))
    if len(draft.sentence) >= longest and not text.endswith(_ENDS):
        # cut off where its room ended, and so with another meaning, maybe
        return Failed(draft, Fault("cut"))
    if len(text.split()) < _FEWEST_WORDS:
        return Failed(draft, Fault("cut"))
    if text.endswith("?"):
        return Failed(draft, Fault("question"))
    if len(text.split()) >= _TELLS_LANGUAGE and detect_language(text) != language:
        return Failed(draft, Fault("language"))
    named = sorted(set(draft.paragraphs))
    if not named or not all(1 <= number <= len(sources) for number in named) or not draft.words:
        return Failed(draft, Fault("paragraph"))
    cited = [sources[number - 1] for number in named]
    try:
        # a sentence of the letter, copied, rests on itself, whatever it is said to rest on
        basis = find_copied(text, cited) or find_basis(draft.words, cited)
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
        written = model.write([("system", prompts.CONDENSE), ("human", material)], _MOST_REWRITTEN_TOKENS)
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


def _whole(text: str, longest: int) -> str:
    """Return a text that was cut off where its room ended up to its last whole sentence, if it has one."""
    if len(text) < longest or text.rstrip().endswith(_ENDS):
        return text
    ends = [match.end() for match in _END.finditer(text)]
    return text[: ends[-1]] if ends else text


class _Check:
    """Tells sentences that are borne out from those that aren't, and keeps what was `said` and what `failed`."""

    def __init__(self, language: Language, sources: Sequence[Source], longest: int) -> None:
        self.language = language
        self.sources = sources
        self.said: set[str] = set()
        self.failed: list[Failed] = []
        self._longest = longest

    def pass_on(self, drafts: Iterator[Draft]) -> Iterator[Worded]:
        """Yield what is borne out and was not said yet."""
        for draft in drafts:
            checked = check_draft(draft, self.language, self.sources, self._longest)
            if isinstance(checked, Failed):
                self.failed.append(checked)
            elif checked.text not in self.said:
                self.said.add(checked.text)
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
