"""What the ranker knows of a sentence and of a question's best sentence: plain numbers with names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import get_args

import numpy as np
import numpy.typing as npt

from assistant.decisive import asks_expression, counts_asked, find_decisive, identifies
from assistant.places import is_elsewhere
from assistant.question import Expected, LetterFact, Question, TermGroup
from assistant.retrieve import Candidate
from ingest.chunk import header_role, notes_in
from ingest.dutch import analyse
from ingest.letter import Language

SENTENCE_FEATURES = (
    "late", "late_even", "late_rare", "late_weakest", "late_paragraph", "late_paragraph_rare", "pooled", "lexical",
    "covered", "covered_around", "covered_paragraph", "covered_heading", "names_covered",
    "expected_here", "expected_missing", "fact_here", "header", "signature", "noted",
    "first", "length", "other_language", "decisive", "decisive_missing",
    "counted", "uncounted", "identified", "unidentified", "late_content_weakest", "late_names_weakest", "late_alone",
)  # fmt: skip
ANSWER_FEATURES = (
    "late", "late_even", "late_rare", "late_weakest", "late_paragraph", "pooled",
    "covered", "covered_paragraph", "names_covered",
    "unknown_weight", "unknown_names", "expected_here", "expected_missing", "fact_here", "header", "margin", "share",
    "late_spread", "length_question", "other_language", "late_second", "late_content_weakest", "late_names_weakest",
    "unknown_share", "asks_number", "asks_date", "asks_reason", "asks_person", "asks_place", "asks_list", "asks_yes_no",
    "decisive", "decisive_missing", "all_covered", "all_pointed", "names_missing", "late_around",
    "counted", "uncounted", "identified", "unidentified", "topical", "topic_missing", "english_text",
)  # fmt: skip

Features = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float64]
"""Shape (n,): one score a sentence."""

_ASKING = re.compile(r"\?[\"'”’»)\]]*$")
_PARTIAL, _ALL = 0.6, 0.95
_LEAST_AROUND = 0.25
_NUMBER_WORDS = (
    r"twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|twintig|dertig|honderd|duizend|miljoen|miljard|half|helft"
    r"|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred|thousand|million|billion|half"
)
_MONTHS = (
    r"januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
    r"|january|february|march|may|june|july|august|october"
)
_KINDS: dict[Expected, re.Pattern[str]] = {
    "number": re.compile(rf"\d|\b(?:{_NUMBER_WORDS})\b|%|€", re.IGNORECASE),
    "date": re.compile(
        rf"\b(?:19|20)\d\d\b|\b\d{{1,2}} (?:{_MONTHS})\b|\b(?:{_MONTHS})\b|kwartaal|voorjaar|najaar|zomer"
        rf"|begin volgend|eind"
        r"|quarter|spring|autumn|summer|kabinetsperiode|volgend jaar|next year",
        re.IGNORECASE,
    ),
    "person": re.compile(
        r"\b(?:[A-Z]\.\s?)+(?:[a-z]+ )*[A-Z]\w+|\b(?:minister|staatssecretaris|president|voorzitter|kabinet|commissie"
        r"|raad|secretar\w+|inspect\w+|autoriteit|gemeenten?|provincies?|government|council|committee|chair)\b",
        re.IGNORECASE,
    ),
    "place": re.compile(r"\b(?:in|te|naar|uit|at|from|to) (?:de |het |the )?[A-Z]\w+|\baan de\b|\bgrens|\bzee\b"),
    "reason": re.compile(
        r"\b(?:omdat|doordat|daarom|daardoor|want|namelijk|immers|vanwege|wegens|gezien|aangezien|om die reden|dankzij"
        r"|door(?:dat)?|zodat|teneinde|om .{3,80} te \w+en|reden|oorzaak|gevolg|opdat|temeer|because|since"
        r"|due to|therefore"
        r"|so that|in order to|reason|as a result|owing to|given)\b",
        re.IGNORECASE,
    ),
    "list": re.compile(r", .*\b(?:en|and|of|or)\b|[;:]|\b(?:zoals|waaronder|onder meer|such as|including)\b"),
}


@dataclass(frozen=True, slots=True)
class SentencePlace:
    """A sentence of a candidate: which candidate, and its number in the paragraph."""

    candidate: Candidate
    sentence: int

    @property
    def at(self) -> tuple[str, int]:
        """The paragraph's id and the sentence's number."""
        return self.candidate.paragraph.id, self.sentence


def describe_sentences(
    question: Question, candidates: Sequence[Candidate], *, asking: bool = False
) -> tuple[tuple[SentencePlace, ...], Features]:
    """Return the sentences of the candidates that may answer, and their features, shape (n, len(SENTENCE_FEATURES)).

    A sentence that asks something itself, or that is about another country, answers nothing, and is left out
    unless `asking`.
    """
    learnt, rare = question.encoded.weights, token_weights(question)
    usable = [range(len(candidate.sentences)) if asking else _telling(question, candidate) for candidate in candidates]
    places = tuple(
        SentencePlace(candidate, number) for candidate, own in zip(candidates, usable, strict=True) for number in own
    )
    if not places:
        return places, np.empty((0, len(SENTENCE_FEATURES)))
    late = np.stack([place.candidate.sentences[place.sentence] for place in places])
    around = np.stack([candidate.late for candidate in candidates])
    counts = [len(own) for own in usable]
    with np.errstate(invalid="ignore"):  # vector units busy in other threads may raise this flag for nothing
        by_token = np.column_stack([late @ learnt, late.mean(1), late @ rare, late.min(1)])
        by_paragraph = np.repeat(np.column_stack([around @ learnt, around @ rare]), counts, axis=0)
    weakest = np.column_stack([_weakest(late, token_mask(question, names=names)) for names in (False, True)])
    best = max(candidate.lexical for candidate in candidates) or 1.0
    rest = np.array(
        [
            row
            for candidate, own in zip(candidates, usable, strict=True)
            for row in _describe_words(question, candidate, own, best)
        ]
    )
    alone = by_token[:, :1] - by_paragraph[:, :1]
    return places, np.concatenate([by_token, by_paragraph, rest, weakest, alone], axis=1, dtype=np.float64)


def _telling(question: Question, candidate: Candidate) -> list[int]:
    """Return the numbers of the sentences that are no questions, nor about another country than is asked about."""
    texts = [candidate.paragraph.sentence(number) for number in range(len(candidate.sentences))]
    return [
        number
        for number, text in enumerate(texts)
        if not _ASKING.search(text) and not is_elsewhere(question.text, text)
    ]


def _describe_words(
    question: Question, candidate: Candidate, numbers: Sequence[int], best_lexical: float
) -> Iterator[list[float]]:
    """Yield the features of each of these sentences that its words and its place give."""
    paragraph, section = candidate.paragraph, candidate.section
    asked = question.reach
    texts = [terms_of_sentence(candidate, number) & asked for number in range(len(candidate.sentences))]
    covered_paragraph = coverage(question.groups, frozenset().union(*texts))
    covered_heading = coverage(question.groups, _terms(section.heading, section.translated_heading) & asked)
    names = [group for group in question.groups if group.name]
    for number in numbers:
        text, readable = texts[number], _readable(candidate, number)
        covered = coverage(question.groups, text)
        yield [
            candidate.pooled,
            candidate.lexical / best_lexical,
            covered,
            coverage(question.groups, text | texts[number - 1]) if number else covered,
            covered_paragraph,
            covered_heading,
            coverage(names, text),
            *expected_kinds(question, readable),
            fact_here(question.fact, candidate),
            float(paragraph.kind == "header"),
            float(paragraph.kind == "signature"),
            float(number in candidate.noted),
            float(number == 0),
            float(np.log1p(len(paragraph.sentence(number)) / 100)),
            float(question.language == "en" and not paragraph.translated),
            *_points(question, readable),
            *_told(question, readable),
        ]


def describe_answer(question: Question, features: Features, scores: Scores) -> Features:
    """Return the features, shape (len(ANSWER_FEATURES),), that tell whether the best sentence answers at all."""
    order = np.argsort(-scores, kind="stable")
    best = dict(zip(SENTENCE_FEATURES, features[order[0]], strict=True))
    exponentials = np.exp(scores - scores.max())
    late = features[:, SENTENCE_FEATURES.index("late")]
    total = sum(group.weight for group in question.groups) or 1.0
    unknown = [group for group in question.groups if not group.known]
    values = {
        **best,
        "unknown_weight": sum(group.weight for group in unknown) / total,
        "unknown_names": float(any(group.name for group in unknown)),
        "margin": float(scores[order[0]] - scores[order[1]]) if len(order) > 1 else 0.0,
        "share": float(exponentials[order[0]] / exponentials.sum()),
        "late_spread": float(best["late"] - late.mean()),
        # how near the other sentences are too; a letter that the model was trained on keeps them far
        "late_around": max(float(late.mean()), _LEAST_AROUND),
        "length_question": float(np.log1p(len(question.groups))),
        "late_second": float(np.sort(late)[-2]) if len(late) > 1 else 0.0,
        # every word of the question in one sentence, and with them the number, date or name that it asks for
        "all_covered": float(best["covered"] >= _ALL),
        "all_pointed": float(best["covered"] >= _ALL and best["decisive"] > 0),
        "names_missing": float(1 - best["names_covered"]) if any(group.name for group in question.groups) else 0.0,
        "english_text": float(question.language == "en") - best["other_language"],
        "topical": float(question.topical),
        "topic_missing": float(1 - best["covered_paragraph"]) if question.topical else 0.0,
        "unknown_share": len(unknown) / max(len(question.groups), 1),
        **{f"asks_{kind.replace('-', '_')}": float(kind in question.expected) for kind in get_args(Expected)},
    }
    return np.array([values[name] for name in ANSWER_FEATURES], np.float64)


def token_weights(question: Question) -> npt.NDArray[np.float32]:
    """Return a weight for each of the question's tokens, summing to 1: content words by rarity, others little."""
    weights = np.full(len(question.encoded.tokens), 0.3, np.float32)
    heaviest = max((group.weight for group in question.groups), default=1.0) or 1.0
    for group in question.groups:
        weights[_tokens_of(group, question)] = 0.6 + 0.4 * group.weight / heaviest
    return np.asarray(weights / weights.sum(), np.float32)


def token_mask(question: Question, *, names: bool) -> npt.NDArray[np.bool_]:
    """Return which of the question's tokens belong to content words, or only to names and numbers."""
    mask = np.zeros(len(question.encoded.tokens), bool)
    for group in question.groups:
        if group.name or not names:
            mask[_tokens_of(group, question)] = True
    return mask


def _tokens_of(group: TermGroup, question: Question) -> list[int]:
    """Return the positions of the tokens that a group's words were cut into."""
    start = question.encoded.text.casefold().find(group.surface.casefold())
    end = start + len(group.surface)
    spans = enumerate(question.encoded.spans)
    return [i for i, (first, last) in spans if start >= 0 and first < end and last > start + (first < start)]


def _weakest(late: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Return each sentence's lowest similarity to one of the masked tokens; its mean where none is masked."""
    return np.asarray(late[:, mask].min(1) if mask.any() else late.mean(1), np.float32)


def coverage(groups: Sequence[TermGroup], terms: frozenset[str]) -> float:
    """Return the share, by weight, of the question's groups that the terms hold; 0 for no groups."""
    total = sum(group.weight for group in groups)
    return sum(group.weight * _held(group, terms) for group in groups) / total if total and terms else 0.0


def coverage_by_paragraph(question: Question, candidate: Candidate) -> float:
    """Return the share of the question's groups that a whole paragraph holds."""
    terms = (terms_of_sentence(candidate, number) for number in range(len(candidate.sentences)))
    return coverage(question.groups, frozenset().union(*terms) & question.reach)


def fact_here(fact: LetterFact | None, candidate: Candidate) -> float:
    """Return 1 where the paragraph is the one that holds the asked fact about the letter itself, -1 where not."""
    if fact is None or fact == "subject":
        return 0.0
    kind = candidate.paragraph.kind
    role = header_role(candidate.letter, candidate.paragraph) if kind == "header" else kind
    return 1.0 if role == fact else -1.0


def _points(question: Question, text: str) -> tuple[float, float]:
    """Return whether the text holds an expression of the kind asked for that the question does not, and whether not."""
    if not asks_expression(question):
        return 0.0, 0.0
    held = bool(find_decisive(question, text))
    return float(held), float(not held)


def _told(question: Question, text: str) -> tuple[float, float, float, float]:
    """Return whether what is to be counted is counted in the text, whether it is not, and the same of naming."""
    counted, identified = counts_asked(question, text), identifies(question, text)
    return float(counted is True), float(counted is False), float(identified is True), float(identified is False)


def expected_kinds(question: Question, text: str) -> tuple[float, float]:
    """Return whether a kind of answer the question expects stands in the text, and whether one is missing."""
    asked = [kind for kind in question.expected if kind in _KINDS]
    found = [kind for kind in asked if _KINDS[kind].search(text)]
    return float(bool(found)), float(len(found) < len(asked))


def _held(group: TermGroup, terms: frozenset[str]) -> float:
    """Return 1 where the terms hold an alternative whole, less for parts of compounds or of phrases."""
    return max(
        sum(
            1.0 if term in terms else 0.0 if group.related[term].isdisjoint(terms) else _PARTIAL for term in alternative
        )
        / len(alternative)
        for alternative in group.alternatives
    )


def terms_of_sentence(candidate: Candidate, number: int) -> frozenset[str]:
    """Return the index terms of a sentence, its English and its notes where they were found."""
    paragraph = candidate.paragraph
    english = paragraph.translated[number] if paragraph.translated else ""
    return _terms(_readable(candidate, number), english)


def terms_with_notes(candidate: Candidate, number: int) -> frozenset[str]:
    """Return the index terms of a sentence, its English and its notes, found or not."""
    return terms_of_sentence(replace(candidate, noted=frozenset({number})), number)


@lru_cache(maxsize=20_000)
def _terms(dutch: str, english: str | None) -> frozenset[str]:
    languages: tuple[tuple[Language, str], ...] = (("nl", dutch), ("en", english or ""))
    return frozenset(term for language, text in languages for term in analyse(text, language))


def _readable(candidate: Candidate, number: int) -> str:
    """Return a sentence with its notes where they were found."""
    notes = notes_in(candidate.letter, candidate.paragraph, number) if number in candidate.noted else ()
    return " ".join([candidate.paragraph.sentence(number), *(note.text for note in notes)])
