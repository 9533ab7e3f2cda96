"""A model's sentences and what became of them, as an answer: text, citations, what was withheld and a remark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant import prompts, wording
from assistant.dialogue import Citation, Withheld
from assistant.generate import Draft, Failed, Worded, word_answer
from assistant.llm import ChatModel, ModelFailed
from assistant.quote import cite_candidate
from assistant.retrieve import Candidate
from assistant.verify import has_markup
from ingest.letter import Language

_LONGEST_SHOWN = 300
# Sentences with these faults may hold what must not be shown: a link, the instructions.
_UNSAFE = frozenset({"markup", "prompt", "length"})


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer in a model's words; without citations there is none, and `remark` says why."""

    text: str
    citations: tuple[Citation, ...]
    withheld: tuple[Withheld, ...]
    remark: str


def compose(
    model: ChatModel,
    question: str,
    language: Language,
    material: Sequence[Candidate],
    *,
    lead_in: Callable[[Sequence[str]], str],
    score: float,
    say: Callable[[str], None],
) -> Composed:
    """Return the answer that a model gives; `say` is told what each verified sentence adds to its text.

    `lead_in` gives the words that go before what letters, by their ids, say.
    """
    worded: list[Worded] = []
    failed: list[Failed] = []
    citations: tuple[Citation, ...] = ()
    text, failure = "", ""
    try:
        for part in word_answer(model, question, language, material):
            if isinstance(part, Failed):
                failed.append(part)
                continue
            worded.append(part)
            before = text
            text, citations = cite_worded(worded, material, score, lead_in)
            say(text.removeprefix(before))
    except ModelFailed as error:
        failure = str(error)
    return Composed(text, citations, withhold(failed, language), _remark(bool(worded), bool(failed), failure)[language])


def _remark(worded: bool, failed: bool, failure: str) -> dict[Language, str]:
    """Return what to know of the answer, or why there is none."""
    if failure:
        said = wording.BROKEN_OFF if worded else wording.MODEL_FAILED
        return {language: text.format(reason=failure) for language, text in said.items()}
    if worded:
        return wording.WORDED
    return wording.ALL_WITHHELD if failed else wording.NOTHING_WORDED


def withhold(failed: Sequence[Failed], language: Language) -> tuple[Withheld, ...]:
    """Return what the reader sees of sentences that are not given."""
    return tuple(
        Withheld(
            ""
            if one.fault.kind in _UNSAFE or prompts.repeats_instructions(one.draft.sentence)
            else _shorten(one.draft),
            wording.FAULTS[language][one.fault.kind].format(detail=_harmless(one.fault.detail)),
        )
        for one in failed
    )


def _unled(_: Sequence[str]) -> str:
    return ""


def cite_worded(
    worded: Sequence[Worded],
    material: Sequence[Candidate],
    score: float,
    lead_in: Callable[[Sequence[str]], str] = _unled,
) -> tuple[str, tuple[Citation, ...]]:
    """Return the sentences with the numbers of their citations, and the citations: one a sentence of the letter.

    Where a sentence rests on other letters than the one before, it is led in anew.
    """
    numbers: dict[tuple[int, int], int] = {}
    text, led_in = "", list[str]()
    for one in worded:
        letters = sorted({material[candidate].letter.id for candidate, _ in one.basis}, reverse=True)
        if letters != led_in:
            text += ("\n" if text else "") + lead_in(letters)
            led_in = letters
        else:
            text += " "
        cited = sorted(numbers.setdefault(place, len(numbers) + 1) for place in one.basis)
        text += " ".join([one.text, *(f"[{number}]" for number in cited)])
    citations = tuple(cite_candidate(number, material[place[0]], place[1], score) for place, number in numbers.items())
    return text, citations


def _shorten(draft: Draft) -> str:
    text = _harmless(" ".join(draft.sentence.split()))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _harmless(text: str) -> str:
    """Return words of a model for a reason, without what a page could take for a link or markup."""
    if has_markup(text):
        return "…"
    kept = "".join(sign if sign.isalnum() or sign in " .,;:'’%€$-–()?!" else " " for sign in text)
    return " ".join(kept.replace("://", " ").split())[:_LONGEST_SHOWN]
