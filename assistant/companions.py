"""What else belongs in the answer: how likely each other sentence answers too, given the best one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assistant.complete import ELABORATES, needs_before, text_of, wants_more
from assistant.decisive import asks_expression, find_decisive
from assistant.features import Features, coverage, expected_kinds, terms_of_sentence
from assistant.question import Question
from assistant.rank import RankedSentence

COMPANION_FEATURES = (
    "behind", "share", "before", "after", "near_after", "paragraph", "section", "header",
    "behind_here", "behind_after", "behind_list", "behind_pointed",
    "adds", "covered", "alike", "expected_here", "expected_added", "pointed", "pointed_both",
    "needed", "elaborates", "wants_more", "asks_list", "asks_reason", "asks_yes_no", "topical", "length",
)  # fmt: skip
MOST_OTHERS = 12
_FURTHEST = 6.0


def describe_companions(
    question: Question, ranked: Sequence[RankedSentence]
) -> tuple[list[RankedSentence], Features]:
    """Return the sentences that may stand beside the first one, and their features, a row each."""
    best = ranked[0]
    here = best.place.candidate.paragraph.id
    others = [
        one
        for number, one in enumerate(ranked[1:])
        if number < MOST_OTHERS
        or (one.place.candidate.paragraph.id == here and abs(one.place.sentence - best.place.sentence) <= 2)
    ]
    if not others:
        return [], np.empty((0, len(COMPANION_FEATURES)))
    own = terms_of_sentence(best.place.candidate, best.place.sentence)
    held = coverage(question.groups, own & question.reach)
    pointed = asks_expression(question) and bool(find_decisive(question, text_of(best)))
    expected = expected_kinds(question, text_of(best))[0]
    return others, np.array(
        [_describe(question, best, other, own, held, pointed, expected) for other in others], np.float64
    )


def _describe(
    question: Question,
    best: RankedSentence,
    other: RankedSentence,
    own: frozenset[str],
    held: float,
    pointed: bool,
    expected: float,
) -> list[float]:
    first, second = best.place.candidate, other.place.candidate
    text, first_text = text_of(other), text_of(best)
    here = first.paragraph.id == second.paragraph.id
    offset = other.place.sentence - best.place.sentence if here else 0
    terms = terms_of_sentence(second, other.place.sentence)
    behind = min(best.score - other.score, _FURTHEST)
    listed = float("list" in question.expected)
    also = asks_expression(question) and bool(find_decisive(question, text))
    expected_here = expected_kinds(question, text)[0]
    return [
        behind,
        other.share,
        float(offset == -1),
        float(offset == 1),
        float(offset == 2),
        float(here),
        float(first.section.heading == second.section.heading and not here),
        float(second.paragraph.kind in ("header", "signature")),
        behind * here,
        behind * (offset == 1),
        behind * listed,
        behind * pointed,
        coverage(question.groups, (own | terms) & question.reach) - held,
        coverage(question.groups, terms & question.reach),
        len(own & terms) / max(len(own | terms), 1),
        expected_here,
        float(expected_here and not expected),
        float(pointed),
        float(pointed and also),
        float(offset == -1 and needs_before(question, first_text)),
        float(offset == 1 and bool(ELABORATES.match(text))),
        float(offset == 1 and wants_more(question) and bool(ELABORATES.match(text))),
        listed,
        float("reason" in question.expected),
        float("yes-no" in question.expected),
        float(question.topical),
        float(np.log1p(len(text) / 100)),
    ]
