"""Answer by quotation: the sentences that answer, verbatim, each with its citation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from assistant.complete import beside_best, complete, listed_after, opening_needed, text_of
from assistant.decisive import find_decisive
from assistant.dialogue import Citation
from assistant.features import SentencePlace, coverage, fact_here, terms_of_sentence, terms_with_notes
from assistant.question import Question
from assistant.rank import RankedSentence, Ranking
from assistant.reference import cite
from assistant.retrieve import Candidate
from assistant.wording import NOTE, QUOTES
from ingest.chunk import notes_in, opening_of
from ingest.letter import Language, Letter, Paragraph, Section

MOST_SENTENCES, _MOST_LED = 3, 5
# Share of the best sentence's that another must have to be quoted with it: cross-validated, 0.25 finds the evidence in
# .79 of the gold questions where the best sentence alone does in .66, and costs hardly any precision. A number, a date
# or a name that was asked for and found wants less company.
_NEAR_SHARE, _NEAR_SHARE_POINTED = 0.25, 0.45
# The next sentence of the same paragraph more easily goes on answering: on the gold sets 0.12 gives .007 more of the
# facts asked for, at .010 of the precision.
_NEXT_SHARE = 0.12


# What stands over a signature and tells nothing of who signed.
_CLOSING = re.compile(
    r"(?:hoogachtend|met (?:de meeste )?hoogachting|met vriendelijke groet(?:en)?)\W*$", re.IGNORECASE
)


def choose_sentences(question: Question, ranking: Ranking) -> tuple[RankedSentence, ...]:
    """Return the best sentence and those nearly as good, at most three; those of a paragraph or list in reading order.

    An enumeration, and what is known to answer by where it stands, may be longer.
    """
    best = ranking.sentences[0]
    if ranking.led:
        return ranking.sentences[: min(ranking.led, _MOST_LED)]
    if question.fact and fact_here(question.fact, best.place.candidate) > 0:
        here = [ranked for ranked in ranking.sentences if fact_here(question.fact, ranked.place.candidate) > 0]
        chosen = [ranked for ranked in here if not _CLOSING.match(text_of(ranked))] or here
        latest = newest_first(chosen)[:MOST_SENTENCES]
        return tuple(sorted(latest, key=lambda ranked: ranked.place.candidate.paragraph.id))
    pointed = bool(find_decisive(question, text_of(best)))
    least = (_NEAR_SHARE_POINTED if pointed else _NEAR_SHARE) * best.share
    near = [ranked for ranked in ranking.sentences[:MOST_SENTENCES] if ranked.share >= least]
    after = beside_best(ranking).get(1)
    goes_on = [after] if after and not pointed and after.share >= _NEXT_SHARE * best.share else []
    listed, others = listed_after(question, ranking), _other_letters(ranking, _NEAR_SHARE * best.share)
    chosen = list(
        dict.fromkeys([best, *listed, *opening_needed(ranking), *others, *complete(question, ranking), *near, *goes_on])
    )
    chosen = chosen[: max(MOST_SENTENCES, 1 + len(listed))]
    lists = [_list_of(ranked) for ranked in chosen]
    in_order = sorted(
        zip(lists, chosen, strict=True),
        key=lambda one: (lists.index(one[0]), one[1].place.candidate.paragraph.number, one[1].place.sentence),
    )
    return tuple(ranked for _, ranked in in_order)


def _list_of(ranked: RankedSentence) -> str:
    """Return the id of the paragraph that opens the list a sentence stands in, or of its own."""
    candidate = ranked.place.candidate
    return (opening_of(candidate.section, candidate.paragraph) or candidate.paragraph).id


def newest_first(chosen: Iterable[RankedSentence]) -> tuple[RankedSentence, ...]:
    """Return the sentences letter by letter, the newest letter first and those without a date last."""
    by_letter: dict[str, list[RankedSentence]] = {}
    for ranked in chosen:
        by_letter.setdefault(ranked.place.candidate.letter.id, []).append(ranked)
    ordered = sorted(
        by_letter.values(), key=lambda of_one: of_one[0].place.candidate.letter.date or date.min, reverse=True
    )
    return tuple(ranked for of_one in ordered for ranked in of_one)


def _other_letters(ranking: Ranking, least: float) -> list[RankedSentence]:
    """Return the best sentence of each other letter that says nearly as much: letters may say different things."""
    best: dict[str, RankedSentence] = {}
    for ranked in ranking.sentences:
        if ranked.share < least:
            break
        best.setdefault(ranked.place.candidate.letter.id, ranked)
    return list(best.values())[1:]


def cite_sentences(question: Question, chosen: Sequence[RankedSentence], score: float) -> tuple[Citation, ...]:
    """Return one citation a sentence, numbered in their order, its decisive words marked."""
    citations = (
        cite_candidate(number, ranked.place.candidate, ranked.place.sentence, score)
        for number, ranked in enumerate(chosen, 1)
    )
    return tuple(replace(citation, marks=find_decisive(question, citation.quote)) for citation in citations)


def cite_candidate(number: int, candidate: Candidate, sentence: int, score: float) -> Citation:
    """Return the citation of one sentence of a candidate."""
    return cite_sentence(number, candidate.letter, candidate.section, candidate.paragraph, sentence, score)


def cite_sentence(
    number: int, letter: Letter, section: Section, paragraph: Paragraph, sentence: int, score: float
) -> Citation:
    """Return the citation of one sentence, with the footnotes whose marks stand in it."""
    start, end = paragraph.sentences[sentence]
    return Citation(
        n=number,
        letter=letter.id,
        paragraph_id=paragraph.id,
        section=section.heading,
        paragraph=paragraph.number,
        page=paragraph.page,
        reference=cite(letter, section, paragraph),
        quote=paragraph.text[start:end],
        start=start,
        end=end,
        paragraph_text=paragraph.text,
        translation=paragraph.translated[sentence] if paragraph.translated else None,
        footnotes=tuple(note.text for note in notes_in(letter, paragraph, sentence)),
        score=round(score, 4),
        machine_translated=letter.machine_translated,
    )


def say_sentences(
    chosen: Sequence[RankedSentence], language: Language, question: Question | None = None, first: int = 1
) -> str:
    """Return the sentences as text, each followed by the number of its citation, counted from `first`.

    A footnote is said with its sentence where it was found, or where the question asks for it.
    """
    return " ".join(
        f"{_say(ranked.place, language, question)} [{number}]" for number, ranked in enumerate(chosen, first)
    )


def _say(place: SentencePlace, language: Language, question: Question | None) -> str:
    candidate, sentence = place.candidate, place.sentence
    paragraph = candidate.paragraph
    english = paragraph.translated[sentence] if language == "en" and paragraph.translated else None
    said = QUOTES[language].format(text=english or paragraph.sentence(sentence))
    if sentence not in candidate.noted and not (question and _asks_of_note(question, place)):
        return said
    notes = "; ".join(
        NOTE[language].format(mark=note.mark, text=(note.translation if english else None) or note.text)
        for note in notes_in(candidate.letter, paragraph, sentence)
    )
    return f"{said} ({notes})"


def _asks_of_note(question: Question, place: SentencePlace) -> bool:
    """Whether a sentence's notes are asked for, or hold words of the question that it does not."""
    notes = notes_in(place.candidate.letter, place.candidate.paragraph, place.sentence)
    if not notes:
        return False
    own = terms_of_sentence(replace(place.candidate, noted=frozenset()), place.sentence)
    with_notes = terms_with_notes(place.candidate, place.sentence)
    return question.note is not None or coverage(question.groups, with_notes) > coverage(question.groups, own)
