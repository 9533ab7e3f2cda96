"""What a follow-up looks for: not what was quoted just now, but what stands beside it and suits its own words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assistant.dialogue import Turn
from assistant.features import SentencePlace, coverage, coverage_by_paragraph, expected_kinds, terms_of_sentence
from assistant.question import Question
from assistant.rank import RankedSentence, Ranking
from assistant.retrieve import Candidate
from ingest.letter import BODY_KINDS, Span

# On the ranking model's scale, of which a sentence that answers leads the next by about 4. Any weights near these do
# as well on the gold follow-ups: the first sentence is right in 39 of 44, and in 22 without.
_OWN_WORDS, _QUOTED, _SAME_PARAGRAPH, _NEXT = 0.5, -2.0, 1.0, 1.0
# Who asks "why?" of what was quoted is not answered by it: what comes after it more often is.
_REASON_QUOTED, _REASON_NEXT = -4.0, 2.0
# "Who?" in the middle of a conversation does not ask for those who signed.
_FRAME = -4.0
# Below these chances of being on topic, a follow-up whose own words stand nowhere near is not answered by what went
# before; of words that no letter holds, one is enough.
_STRANGE, _STRANGE_UNKNOWN = 0.15, 0.25
# Where no letter holds any of several words, a chance below this of being answered, asked alone, counts as no answer.
_UNANSWERED_ALONE = 0.2


def rank_follow_up(question: Question, together: Ranking, alone: Ranking, turn: Turn) -> Ranking:
    """Return the ranking for a question with the one before it, reordered by its own words and what was quoted.

    `question` is the follow-up alone, and so is `alone` its ranking.
    """
    if not together.sentences:
        return together
    own = {_key(ranked.place): ranked.score for ranked in alone.sentences}
    least = min(own.values(), default=0.0)
    bare_why = question.expected == {"reason"} and len(question.groups) <= 1
    again, after = (_REASON_QUOTED, _REASON_NEXT) if bare_why else (_QUOTED, _NEXT)
    cited_kinds = {ranked.place.candidate.paragraph.kind for ranked in together.sentences if _in(turn, ranked.place)}
    frame = 0.0 if question.fact or not cited_kinds <= BODY_KINDS else _FRAME
    quoted = set(zip(turn.paragraph_ids, turn.spans, strict=False))
    nexts = {_key(ranked.place, 1) for ranked in together.sentences if _span(ranked.place) in quoted}
    scores = np.array(
        [
            ranked.score
            + _OWN_WORDS * own.get(_key(ranked.place), least)
            + again * (_span(ranked.place) in quoted)
            + _SAME_PARAGRAPH * _in(turn, ranked.place)
            + after * (_key(ranked.place) in nexts)
            + frame * (ranked.place.candidate.paragraph.kind not in BODY_KINDS)
            for ranked in together.sentences
        ]
    )
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    order = np.argsort(-scores, kind="stable")
    sentences = (replace(together.sentences[i], share=float(shares[i]), score=float(scores[i])) for i in order)
    return replace(together, sentences=tuple(sentences))


def goes_unanswered(together: Question, alone: Question, alone_ranking: Ranking, ranking: Ranking) -> bool:
    """Whether only the question before is answered, and not what the follow-up asks for itself."""
    if not ranking.sentences or not alone.groups:
        return False
    best = ranking.sentences[0].place
    covered = coverage_by_paragraph(alone, best.candidate)
    unknown = not any(group.known for group in alone.groups) and not alone.expected & {"reason", "date"}
    strange = _STRANGE_UNKNOWN if unknown else _STRANGE if len(alone.groups) > 1 else 0.0
    new_words = unknown and len(alone.groups) > 1 and alone_ranking.probability < _UNANSWERED_ALONE
    if not covered and (new_words or alone_ranking.on_topic < strange):
        return True
    # what the letter's own date or signature answers is what was asked before
    if not covered and together.fact and not alone.fact and len(alone.groups) > 1:
        return True
    # "how many in Lithuania? and in Mali?" is not answered by a sentence without Mali, or without a number
    names = [group for group in alone.groups if group.name]
    if not names or alone.expected or not together.expected & {"number", "date"}:
        return False
    text = best.candidate.paragraph.sentence(best.sentence)
    own = terms_of_sentence(best.candidate, best.sentence)
    return bool(expected_kinds(together, text)[1]) or not coverage(names, own & alone.reach)


def rest_of(candidate: Candidate, turn: Turn) -> tuple[RankedSentence, ...]:
    """Return the sentences of a paragraph that were not quoted yet, in reading order; all when all were."""
    quoted = set(zip(turn.paragraph_ids, turn.spans, strict=False))
    places = [SentencePlace(candidate, number) for number in range(len(candidate.paragraph.sentences))]
    left = [place for place in places if _span(place) not in quoted] or places
    return tuple(RankedSentence(place, 1 / len(left), 0.0) for place in left)


def _in(turn: Turn, place: SentencePlace) -> bool:
    return place.candidate.paragraph.id in turn.paragraph_ids


def _key(place: SentencePlace, further: int = 0) -> tuple[str, int]:
    return place.candidate.paragraph.id, place.sentence + further


def _span(place: SentencePlace) -> tuple[str, Span]:
    paragraph = place.candidate.paragraph
    return paragraph.id, paragraph.sentences[place.sentence]
