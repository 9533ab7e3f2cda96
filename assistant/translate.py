"""A letter's English by a language model: sentence by sentence, checked, and taken up where it was broken off."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from assistant import prompts
from assistant.figures import find_figures
from assistant.grounding import ground
from assistant.llm import ChatModel, hide_secrets
from assistant.verify import has_markup
from ingest.corpus import Progress
from ingest.errors import UnreadableLetter, UserError
from ingest.reading import TRANSLATION_SUFFIX, read_letter
from ingest.translation import MACHINE_MADE, blocks_of, read_translation, write_sidecar

_PART_SUFFIX = ".en.part"
_ATTEMPTS = 2
# English is seldom longer; what is has more in it than the Dutch.
_LONGEST_RATIO, _SLACK = 2, 60


def translate_file(path: Path, model: ChatModel, progress: Progress) -> tuple[str, ...]:
    """Write a letter's English beside it, labelled as machine translation; return what was left in Dutch, and why.

    Each block is kept as soon as it is done (`NAME.en.part`), so that a second run goes on where one ended.

    Raises:
        UserError: there is an English text already, or the letter can't be read or the sidecar not written.
        ModelFailed: the model gave no reply; what was done is kept.
    """
    sidecar, part = path.with_name(path.stem + TRANSLATION_SUFFIX), path.with_name(path.stem + _PART_SUFFIX)
    if sidecar.exists():
        raise UserError(f"{sidecar}: there is an English text already; move it away to have another made")
    blocks = blocks_of(read_letter(path))
    done = _read_part(part, blocks)
    left: list[str] = []
    try:
        for number, (key, dutch) in enumerate(blocks.items()):
            progress("translating", number, len(blocks))
            if key in done:
                continue
            done[key], faults = _translate_block(dutch, model)
            left += [f"'## {key}': {fault}" for fault in faults]
            part.write_text(write_sidecar(done), encoding="utf-8")
        progress("translating", len(blocks), len(blocks))
        name = hide_secrets(" ".join(model.name.split()))
        part.write_text(f"{MACHINE_MADE} by {name}\n\n{write_sidecar(done)}", encoding="utf-8")
        part.replace(sidecar)
    except OSError as error:
        raise UserError(f"{sidecar}: can't be written ({error.strerror}); check the folder's permissions") from error
    return tuple(left)


def find_flaw(dutch: str, english: str) -> str | None:
    """Return what a translation has wrong: other numbers or names than the Dutch, or something else than text."""
    if not english or len(english) > _LONGEST_RATIO * len(dutch) + _SLACK:
        return "not a translation of this length"
    if (has_markup(english) and not has_markup(dutch)) or prompts.repeats_instructions(english):
        return "markup, or what the model was told"
    ours, theirs = find_figures(dutch, "nl"), find_figures(english, "en")
    for one in ours:
        if not one.stands_in(frozenset(theirs)):
            return f"{one.text!r} is not in the English"
    for one in theirs:
        if not one.stands_in(frozenset(ours)):
            return f"{one.text!r} is not in the Dutch"
    strange = next(
        (word.text for word in ground(english, "en", ((dutch, "nl"),)) if word.name and not word.found), None
    )
    return f"the name {strange!r} is not in the Dutch" if strange else None


def _translate_block(dutch: list[str], model: ChatModel) -> tuple[list[str], list[str]]:
    lines: list[str] = []
    faults: list[str] = []
    for number, sentence in enumerate(dutch):
        english, flaw = _translate(sentence, dutch[number - 1] if number else "", model)
        lines.append(sentence if flaw else english)
        faults += [flaw] if flaw else []
    return lines, faults


def _translate(sentence: str, before: str, model: ChatModel) -> tuple[str, str | None]:
    """Return the English and what is wrong with it; a flaw is told to the model once."""
    material = json.dumps({"dutch": sentence, "before": before}, ensure_ascii=False)
    messages = [("system", prompts.TRANSLATE), ("human", material)]
    english, flaw = "", None
    for _ in range(_ATTEMPTS):
        english = " ".join(model.write(messages).split())
        flaw = find_flaw(sentence, english)
        if flaw is None:
            break
        messages += [("ai", english), ("human", f"Not right: {flaw}. Reply with the mended sentence and nothing else.")]
    return english, flaw


def _read_part(part: Path, blocks: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the blocks that an earlier run finished, of the letter as it is now."""
    with suppress(UnreadableLetter):
        found = read_translation(part)
        return {key: list(lines) for key, lines in found.items() if len(lines) == len(blocks.get(key, ()))}
    return {}
