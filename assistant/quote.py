"""Answer by quotation: the sentences that answer, verbatim, each with its citation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.decisive import asks_expression, find_decisive
from assistant.dialogue import Citation
from assistant.features import expected_kinds, fact_here
from assistant.question import Question
from assistant.rank import RankedSentence, Ranking
from assistant.reference import cite
from assistant.retrieve import Candidate
from assistant.wording import NOTE, QUOTES
from ingest.dutch import analyse
from ingest.letter import Footnote, Language, Letter, Paragraph, Section

MOST_SENTENCES = 3
# Share of the best sentence's that another must have to be quoted with it: cross-validated, 0.25 finds the evidence in
# .79 of the gold questions where the best sentence alone does in .66, and costs hardly any precision. A number, a date
# or a name that was asked for and found wants less company.
_NEAR_SHARE, _NEAR_SHARE_POINTED = 0.25, 0.45
# A sentence whose subject stands in the one before it.
_POINTS_BACK = re.compile(
    r"(?:Dit|Deze|Dat|Die|Hij|Zij|Ze) (?:is|zijn|was|waren|wordt|worden|staat|staan|houdt|heeft|hebben|kan"
    r"|kunnen|zal|zullen"
    r"|moet|moeten|geldt|betekent|leidt|gebeurt|vormt|vormen|maakt|maken|komt|komen|biedt|bedraagt|loopt|lopen|sluit)\b"
)


# What a sentence takes as known: "deze voorwaarden", "dat advies".
_TAKEN_AS_KNOWN = re.compile(r"\b(?:deze|dit|die|dat|zulke|dergelijke) (?:\w+e )?([\w-]{4,})", re.IGNORECASE)


def choose_sentences(question: Question, ranking: Ranking) -> tuple[RankedSentence, ...]:
    """Return the best sentence and those nearly as good, at most three; sentences of a paragraph in reading order."""
    best = ranking.sentences[0]
    if question.fact and fact_here(question.fact, best.place.candidate) > 0:
        chosen = [ranked for ranked in ranking.sentences if fact_here(question.fact, ranked.place.candidate) > 0]
        latest = newest_first(chosen)[:MOST_SENTENCES]
        return tuple(sorted(latest, key=lambda ranked: ranked.place.candidate.paragraph.id))
    pointed = asks_expression(question) and bool(find_decisive(question, _text(best)))
    least = (_NEAR_SHARE_POINTED if pointed else _NEAR_SHARE) * best.share
    near = [ranked for ranked in ranking.sentences[:MOST_SENTENCES] if ranked.share >= least]
    others = _other_letters(ranking, _NEAR_SHARE * best.share)
    chosen = list(dict.fromkeys([best, *others, *_completions(question, ranking), *near]))[:MOST_SENTENCES]
    order = {ranked.place.candidate.paragraph.id: -position for position, ranked in enumerate(reversed(chosen))}
    return tuple(sorted(chosen, key=lambda ranked: (order[ranked.place.candidate.paragraph.id], ranked.place.sentence)))


def newest_first(chosen: Iterable[RankedSentence]) -> tuple[RankedSentence, ...]:
    """Return the sentences letter by letter, the newest letter first and those without a date last."""
    by_letter: dict[str, list[RankedSentence]] = {}
    for ranked in chosen:
        by_letter.setdefault(ranked.place.candidate.letter.id, []).append(ranked)
    ordered = sorted(by_letter.values(), key=lambda of_one: _day(of_one[0].place.candidate.letter), reverse=True)
    return tuple(ranked for of_one in ordered for ranked in of_one)


def _day(letter: Letter) -> int:
    return letter.date.toordinal() if letter.date else 0


def _other_letters(ranking: Ranking, least: float) -> list[RankedSentence]:
    """Return the best sentence of each other letter that says nearly as much: letters may say different things."""
    best: dict[str, RankedSentence] = {}
    for ranked in ranking.sentences:
        if ranked.share < least:
            break
        best.setdefault(ranked.place.candidate.letter.id, ranked)
    return list(best.values())[1:]


def _completions(question: Question, ranking: Ranking) -> list[RankedSentence]:
    """Return the neighbours without which the best sentence does not answer.

    That is the one that holds the number or date asked for, where the best one lacks it, and the
    one before a sentence that points back to it, or that takes as known just what is asked for.
    """
    best = ranking.sentences[0].place
    beside = {
        ranked.place.sentence - best.sentence: ranked
        for ranked in ranking.sentences
        if ranked.place.candidate.paragraph.id == best.candidate.paragraph.id
    }
    text = best.candidate.paragraph.sentence(best.sentence)
    before, after = beside.get(-1), beside.get(1)
    asks_for_known = any(
        not question.reach.isdisjoint(analyse(match[1], "nl")) for match in _TAKEN_AS_KNOWN.finditer(text)
    )
    found: list[RankedSentence] = []
    if question.expected & {"number", "date"} and not expected_kinds(question, text)[0]:
        found += [one for one in (after, before) if one and expected_kinds(question, _text(one))[0]][:1]
    if before and (asks_for_known or _POINTS_BACK.match(text)):
        found.append(before)
    return found


def _text(ranked: RankedSentence) -> str:
    return ranked.place.candidate.paragraph.sentence(ranked.place.sentence)


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
        footnotes=tuple(note.text for note in _notes(letter, paragraph, sentence)),
        score=round(score, 4),
        machine_translated=letter.machine_translated,
    )


def say_sentences(chosen: Sequence[RankedSentence], language: Language, first: int = 1) -> str:
    """Return the sentences as text, each followed by the number of its citation, counted from `first`."""
    return " ".join(
        f"{_say(ranked.place.candidate, ranked.place.sentence, language)} [{number}]"
        for number, ranked in enumerate(chosen, first)
    )


def _say(candidate: Candidate, sentence: int, language: Language) -> str:
    paragraph = candidate.paragraph
    english = paragraph.translated[sentence] if language == "en" and paragraph.translated else None
    said = QUOTES[language].format(text=english or paragraph.sentence(sentence))
    if sentence not in candidate.noted:
        return said
    notes = "; ".join(
        NOTE[language].format(mark=note.mark, text=(note.translation if english else None) or note.text)
        for note in _notes(candidate.letter, paragraph, sentence)
    )
    return f"{said} ({notes})"


def _notes(letter: Letter, paragraph: Paragraph, sentence: int) -> list[Footnote]:
    start, end = paragraph.sentences[sentence]
    notes = letter.notes_of(paragraph.id)
    return [note for note in notes if start < note.offset <= end or (note.offset == 0 and start == 0)]
