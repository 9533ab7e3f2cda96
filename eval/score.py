"""Score one answer against its gold case; what can't be scored gets no score, and every failure its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.detect import detect_language
from assistant.dialogue import QUOTE_MODEL
from eval.answers import FAILED, AnswerRecord
from eval.cases import Case, Place, find_evidence, letters_of
from eval.metrics import (
    citation_precision,
    citation_recall,
    has_fact,
    ndcg_at,
    recall_at,
    reciprocal_rank,
    split_statements,
    token_f1,
    touched_sentences,
)
from ingest.letter import Letter

Scores = dict[str, float | None]
SentencePlace = tuple[str, int]

GIVEN = frozenset({"answered", "undecided"})
RANKS = tuple(range(1, 11))

Failure = Literal[
    "no answer",
    "wrongly refused",
    "wrongly answered",
    "other status",
    "wrong paragraph",
    "other sentence",
    "fact missing",
    "not verbatim",
    "wrong language",
]
Outcome = Literal["right", "flawed", "wrong"]


@dataclass(frozen=True, slots=True)
class Reason:
    """What went wrong, of what kind, and in words."""

    kind: Failure
    text: str


@dataclass(frozen=True, slots=True)
class ScoredCase:
    """A gold case with the answer it got; `ranking` is `None` where it is not known.

    `gold` holds one place a piece of evidence: of several that hold the same words, the one found first.
    """

    case: Case
    answer: AnswerRecord
    ranking: tuple[str, ...] | None
    gold: tuple[Place, ...]
    scores: Scores
    facts: tuple[bool, ...]
    reasons: tuple[Reason, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the system broke down instead of answering or refusing."""
        return bool(self.answer["status"] == FAILED)

    @property
    def refused(self) -> bool:
        """Whether the letter was said not to answer."""
        return self.answer["status"] not in GIVEN and not self.failed

    @property
    def outcome(self) -> Outcome:
        """`wrong` when a user is misled or left without, `flawed` when something smaller is amiss."""
        if not self.scores["success"]:
            return "wrong"
        return "flawed" if self.reasons else "right"

    @property
    def right(self) -> bool:
        """Whether the letter answers and the first paragraph found, or else cited, is the one that does."""
        paragraphs = {place.paragraph_id for place in self.gold}
        found = self.ranking if self.ranking is not None else _cited(self.answer)
        return bool(found) and next(iter(found)) in paragraphs


def score_case(
    case: Case, answer: AnswerRecord, ranking: Sequence[str] | None, letters: Mapping[str, Letter]
) -> ScoredCase:
    """Score an answer; `ranking` are the ids of the paragraphs found, best first."""
    asked = letters_of(case, letters)
    order = {paragraph: rank for rank, paragraph in reversed(list(enumerate([*_cited(answer), *(ranking or ())])))}
    gold = tuple(
        min(places, key=lambda place: order.get(place.paragraph_id, len(order)))
        for places in (find_evidence(evidence, asked) for evidence in case.evidence)
        if places
    )
    facts = tuple(has_fact(alternatives, str(answer["answer"])) for alternatives in case.must_include)
    scores: Scores = {
        **_score_ranking(ranking, {place.paragraph_id for place in gold}),
        **_score_citations(answer, gold, letters),
        **_score_text(case, answer, facts),
        "withheld": _withheld(answer),
    }
    scores |= _score_outcome(case, answer, scores)
    scored = ScoredCase(case, answer, None if ranking is None else tuple(ranking), gold, scores, facts)
    return replace(scored, reasons=tuple(_reasons(scored)))


def _score_ranking(ranking: Sequence[str] | None, gold: set[str]) -> Scores:
    if ranking is None or not gold:
        return {}
    return {
        **{f"recall@{k}": recall_at(ranking, gold, k) for k in RANKS},
        "mrr": reciprocal_rank(ranking, gold),
        "ndcg@10": ndcg_at(ranking, gold, 10),
    }


def _score_citations(answer: AnswerRecord, gold: Sequence[Place], letters: Mapping[str, Letter]) -> Scores:
    """Score citations at the level of paragraphs and of sentences; support is standing where the evidence stands."""
    citations = answer["citations"]
    scores: Scores = {"verbatim": citation_precision([_is_verbatim(citation, letters) for citation in citations])}
    if not gold:
        return scores
    paragraphs = {place.paragraph_id for place in gold}
    sentences = [_sentences_of(place.paragraph_id, (place.start, place.end), letters) for place in gold]
    every = frozenset[SentencePlace]().union(*sentences)
    said = {c["n"]: _sentences_of(c["paragraph_id"], (c["start"], c["end"]), letters) for c in citations}
    statements = split_statements(str(answer["answer"]), list(said)) if citations else ()
    by_paragraph = {c["n"] for c in citations if c["paragraph_id"] in paragraphs}
    by_sentence = {n for n, places in said.items() if places & every}
    cited_sentences = frozenset[SentencePlace]().union(*said.values())
    return scores | {
        "cited_paragraph": float(bool(by_paragraph)),
        "cited_sentence": float(bool(by_sentence)),
        "evidence_cited": sum(bool(places & cited_sentences) for places in sentences) / len(sentences),
        "citation_precision": citation_precision([c["n"] in by_paragraph for c in citations]),
        "citation_recall": citation_recall(statements, by_paragraph),
        "sentence_precision": citation_precision([c["n"] in by_sentence for c in citations]),
        "sentence_recall": citation_recall(statements, by_sentence),
    }


def _score_text(case: Case, answer: AnswerRecord, facts: Sequence[bool]) -> Scores:
    given, text = answer["status"] in GIVEN, str(answer["answer"])
    language = answer.get("language") or (detect_language(text) if given else None)
    return {
        "facts": float(given and all(facts)) if facts else None,
        "token_f1": token_f1(text, case.reference) if given and case.reference else None,
        "status_right": float(answer["status"] == case.status),
        "language_right": float(language == case.lang) if language else None,
    }


def _withheld(answer: AnswerRecord) -> float | None:
    """Return the share of a model's sentences that were withheld; `None` where it was not asked or said nothing."""
    withheld = len(answer.get("withheld") or ())
    numbers = [citation["n"] for citation in answer["citations"]]
    worded = answer.get("model") not in (None, QUOTE_MODEL)
    given = len(split_statements(str(answer["answer"]), numbers)) if worded and numbers else 0
    return withheld / (withheld + given) if withheld + given else None


def _score_outcome(case: Case, answer: AnswerRecord, scores: Scores) -> Scores:
    """Score what a user gets out of it; an answer given counts where the letter leaves the question open."""
    given = answer["status"] in GIVEN
    decision = answer["status"] != FAILED and given == (case.status in GIVEN)
    told = bool(scores.get("cited_paragraph")) and scores["facts"] != 0.0
    success = decision and (told or not given)
    follow_up = float(success) if case.history and case.status in GIVEN else None
    return {"decision": float(decision), "success": float(success), "follow_up": follow_up}


def _reasons(scored: ScoredCase) -> Iterator[Reason]:
    """Say what went wrong."""
    if scored.failed:
        yield Reason("no answer", f"no answer: {scored.answer.get('error', 'the system failed')}")
        return
    yield from _status_reasons(scored)
    if not scored.refused:
        yield from _content_reasons(scored)
    if scored.scores.get("verbatim") not in (None, 1.0):
        yield Reason("not verbatim", "a quotation does not stand in the letter")
    if scored.scores.get("language_right") == 0.0:
        yield Reason("wrong language", f"asked in {scored.case.lang}, answered in another language")


def _status_reasons(scored: ScoredCase) -> Iterator[Reason]:
    given, gold = scored.answer["status"], scored.case.status
    if gold in GIVEN and scored.refused:
        yield Reason("wrongly refused", f"refused ({given}), but the letter answers")
    elif gold not in GIVEN and not scored.refused:
        yield Reason("wrongly answered", f"answered, but it should have been refused ({gold})")
    elif given != gold:
        yield Reason("other status", f"the status is {given}, not {gold}")


def _content_reasons(scored: ScoredCase) -> Iterator[Reason]:
    if scored.scores.get("cited_paragraph") == 0.0:
        gold = ", ".join(dict.fromkeys(_within(place.paragraph_id) for place in scored.gold))
        cited = ", ".join(map(_within, _cited(scored.answer)))
        yield Reason("wrong paragraph", f"cites {cited or 'nothing'}, not {gold}")
    elif scored.scores.get("cited_sentence") == 0.0:
        yield Reason("other sentence", "cites the right paragraph, but another sentence of it")
    for alternatives, found in zip(scored.case.must_include, scored.facts, strict=True):
        if not found:
            yield Reason("fact missing", f"the fact is missing: {' / '.join(alternatives)}")


def _within(paragraph_id: str) -> str:
    """Return a paragraph's id without its letter's."""
    return paragraph_id.partition("/")[2] or paragraph_id


def _cited(answer: AnswerRecord) -> tuple[str, ...]:
    return tuple(dict.fromkeys(citation["paragraph_id"] for citation in answer["citations"]))


def _is_verbatim(citation: Mapping[str, Any], letters: Mapping[str, Letter]) -> bool:
    try:
        _, paragraph = letters[str(citation["letter"])].find(citation["paragraph_id"])
    except KeyError:
        return False
    start, end = citation["start"], citation["end"]
    return bool(0 <= start < end and paragraph.text[start:end] == citation["quote"])


def _sentences_of(paragraph_id: str, span: tuple[int, int], letters: Mapping[str, Letter]) -> frozenset[SentencePlace]:
    for letter in letters.values():
        try:
            _, paragraph = letter.find(paragraph_id)
        except KeyError:
            continue
        return frozenset((paragraph_id, number) for number in touched_sentences(paragraph.sentences, span))
    return frozenset()
