"""What a language model said: each sentence shown or withheld, and true or false where a person looked it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.dialogue import QUOTE_MODEL
from eval.metrics import split_statements
from eval.score import ScoredCase


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a language model; `true` is what a person found in the letter, `None` where nobody looked."""

    case: str
    sentence: str
    shown: bool
    reason: str
    true: bool | None


def sentences_of(one: ScoredCase) -> tuple[Said, ...]:
    """Return what a model said to one case: first what was shown, then what was withheld.

    An answer's `checked` holds the truth of its sentences: `{"sentence, or words of it": true or false}`.
    """
    answer = one.answer
    checked = answer.get("checked") or {}
    numbers = [citation["n"] for citation in answer["citations"]]
    worded = answer.get("model") not in (None, QUOTE_MODEL)
    shown = split_statements(str(answer["answer"]), numbers) if worded and numbers else ()
    return (
        *(Said(one.case.id, said.text, True, "", _truth(said.text, checked)) for said in shown),
        *(
            Said(one.case.id, gone["sentence"], False, gone["reason"], _truth(gone["sentence"], checked))
            for gone in answer.get("withheld") or ()
        ),
    )


def count_sentences(scored: Sequence[ScoredCase]) -> dict[str, int] | None:
    """Return how many sentences were shown and withheld, true and false; nothing where no model said any."""
    said = [sentence for one in scored for sentence in sentences_of(one)]
    if not said:
        return None
    false = [one for one in said if one.true is False]
    true = [one for one in said if one.true]
    return {
        "answers": len({one.case for one in said}),
        "said": len(said),
        "shown": sum(one.shown for one in said),
        "withheld": sum(not one.shown for one in said),
        "checked": len(false) + len(true),
        "false": len(false),
        "false_withheld": sum(not one.shown for one in false),
        "true": len(true),
        "true_shown": sum(one.shown for one in true),
    }


def _truth(sentence: str, checked: Any) -> bool | None:
    found = [truth for words, truth in checked.items() if words and words in sentence]
    return bool(found[0]) if found else None
