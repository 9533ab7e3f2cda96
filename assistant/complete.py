"""What the best sentence needs beside it to answer, or to be understood: neighbours, or the rest of a list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.decisive import find_decisive
from assistant.features import expected_kinds
from assistant.question import Question
from assistant.rank import RankedSentence, Ranking
from ingest.chunk import items_under, opening_of
from ingest.dutch import analyse, fold
from ingest.letter import Paragraph

# A sentence whose subject stands in the one before it.
_POINTS_BACK = re.compile(
    r"(?:Dit|Deze|Dat|Die|Hij|Zij|Ze) (?:is|zijn|was|waren|wordt|worden|staat|staan|houdt|heeft|hebben|kan"
    r"|kunnen|zal|zullen"
    r"|moet|moeten|geldt|betekent|leidt|gebeurt|vormt|vormen|maakt|maken|komt|komen|biedt|bedraagt|loopt|lopen|sluit)\b"
    r"|(?:Hierbij|Hierin|Hiervoor|Hiertoe|Hiervan|Daarin|Daartoe|Daarvoor|Daarvan) "
)
# A sentence whose reason stands in the one before it.
_CONCLUDES = re.compile(
    r"(?:Om (?:die|deze) reden(?:en)?|Mede om die reden|(?:Mede )?(?:daarom|daardoor|hierdoor|hierom)|Vandaar|Derhalve"
    r"|Zodoende|Als gevolg (?:hiervan|daarvan)|(?:Dit|Dat) is (?:ook )?de reden)\b",
    re.IGNORECASE,
)
# A sentence that says in full what the one before it names.
_ELABORATES = re.compile(
    r"(?:Het (?:gaat|betreft|draait)\b|(?:Dit|Dat|Dat laatste) (?:houdt in|betekent|wil zeggen|zijn)\b"
    r"|Zo (?:\w+en|\w+t|is) "
    r"|Denk (?:hierbij |daarbij )?aan\b|(?:Hierbij|Daarbij|Hiermee|Daarmee) \w+|Concreet\b|Bijvoorbeeld\b"
    r"|Een dergelijke?\b|Onder (?:meer|andere)\b|Te (?:weten|denken)\b)"
)
# What a sentence takes as known: "deze voorwaarden", "dat advies".
_TAKEN_AS_KNOWN = re.compile(r"\b(?:deze|dit|die|dat|zulke|dergelijke) (?:\w+e )?([\w-]{4,})", re.IGNORECASE)
# Questions that a name alone does not answer: what something is, what is thought of it, which there are.
_WANTS_MORE = re.compile(
    r"\bwat (?:houdt|betekent|behelst|omvat|is|zijn|vindt|vinden|doet|doen)\b"
    r"|\b(?:standpunt|oordeel|mening|positie|inzet)\b"
    r"|\bhoe (?:kijkt|denkt|staat|wil|gaat|zorgt|voorkom\w*)\b|\bwhat (?:is|are|does|do)\b"
    r"|\b(?:position|view|opinion|stance)\b"
    r"|\bhow (?:does|do|will|can|is|are)\b"
)

_COUNTS = {"twee": 2, "drie": 3, "vier": 4, "vijf": 5, "tweetal": 2, "drietal": 3, "viertal": 4}
# A sentence that says how many follow: "De achteruitgang heeft twee oorzaken."
_ANNOUNCES = re.compile(rf"\b(?P<count>{'|'.join(_COUNTS)}) (?:\w+e )?(?:hoofd)?[a-z]\w+(?:en|s)\b[^.;]{{0,20}}[.:]$")
_LONGEST_ANNOUNCEMENT = 100
_ORDINAL = re.compile(
    r"(?:(?:De|Het) (?:eerste|tweede|derde|vierde|vijfde|laatste)"
    r"|Ten (?:eerste|tweede|derde|vierde|slotte))\b"
)
_MOST_LISTED, _MOST_ITEMS = 4, 8


def listed_after(question: Question, ranking: Ranking) -> list[RankedSentence]:
    """Return what the best sentence announces: the next sentences, at most four, or its list's items, at most eight.

    Where a list is asked for and it is an item, the opening and as many items, itself among them.
    """
    return _of_its_list(question, ranking) or _announced(question, ranking)


def _of_its_list(question: Question, ranking: Ranking) -> list[RankedSentence]:
    """Return the items under the best sentence, or the list in which it is one."""
    best = ranking.sentences[0].place
    section, paragraph = best.candidate.section, best.candidate.paragraph
    told = find_decisive(question, paragraph.sentence(best.sentence))
    if best.sentence == len(paragraph.sentences) - 1 and not told and (items := items_under(section, paragraph)):
        return _ranked_at([(item, 0) for item in items[:_MOST_ITEMS]], ranking)
    if "list" in question.expected and (opening := opening_of(section, paragraph)):
        items = items_under(section, opening)
        at = next(place for place, item in enumerate(items) if item is paragraph)
        shown = items[max(at - _MOST_ITEMS + 1, 0) :][:_MOST_ITEMS]
        return _ranked_at([_last(opening), *((item, 0) for item in shown)], ranking)
    return []


def _announced(question: Question, ranking: Ranking) -> list[RankedSentence]:
    """Return the sentences of its paragraph that the best one says are coming, or goes on to with an ordinal."""
    best, beside = ranking.sentences[0].place, beside_best(ranking)
    paragraph, first = best.candidate.paragraph, best.sentence
    text = paragraph.sentence(first)
    announced = _ANNOUNCES.search(text) if len(text) <= _LONGEST_ANNOUNCEMENT else None
    following = list(range(first + 1, min(first + 1 + _MOST_LISTED, len(paragraph.sentences))))
    if announced:
        following = following[: _COUNTS[announced["count"]]]
    elif question.expected & {"list", "reason"} and _ORDINAL.match(text):
        following = [number for number in following if _ORDINAL.match(paragraph.sentence(number))]
    else:
        return []
    return [beside[number - first] for number in following if number - first in beside]


def opening_needed(ranking: Ranking) -> list[RankedSentence]:
    """Return the sentence that opens the best one's list, where that is an item which is no sentence by itself."""
    best = ranking.sentences[0].place
    item = best.candidate.paragraph
    text = item.text[item.sentences[0][0] :]
    whole = text[:1].isupper() and text.endswith(".")
    opening = None if whole else opening_of(best.candidate.section, item)
    return _ranked_at([_last(opening)], ranking) if opening else []


def complete(question: Question, ranking: Ranking) -> list[RankedSentence]:
    """Return the sentences that the best one needs, the most needed first."""
    best, beside = ranking.sentences[0].place, beside_best(ranking)
    text = best.candidate.paragraph.sentence(best.sentence)
    before, after = beside.get(-1), beside.get(1)
    found: list[RankedSentence] = []
    if question.expected & {"number", "date", "reason"} and not expected_kinds(question, text)[0]:
        found += [one for one in (after, before) if one and expected_kinds(question, text_of(one))[0]][:1]
    if before and _needs_before(question, text):
        found.append(before)
    if after and _wants_more(question) and _ELABORATES.match(text_of(after)):
        found.append(after)
    return found


def _last(paragraph: Paragraph) -> tuple[Paragraph, int]:
    return paragraph, len(paragraph.sentences) - 1


def _ranked_at(places: Sequence[tuple[Paragraph, int]], ranking: Ranking) -> list[RankedSentence]:
    """Return what the ranking holds at these places, sentences by their number in a paragraph."""
    by_place = {ranked.place.at: ranked for ranked in ranking.sentences}
    return [by_place[paragraph.id, number] for paragraph, number in places if (paragraph.id, number) in by_place]


def beside_best(ranking: Ranking) -> dict[int, RankedSentence]:
    """Return the ranked sentences of the best one's paragraph, by how many sentences they stand after it."""
    best = ranking.sentences[0].place
    return {
        ranked.place.sentence - best.sentence: ranked
        for ranked in ranking.sentences
        if ranked.place.candidate.paragraph.id == best.candidate.paragraph.id
    }


def text_of(ranked: RankedSentence) -> str:
    """Return the Dutch of a ranked sentence."""
    return ranked.place.candidate.paragraph.sentence(ranked.place.sentence)


def _needs_before(question: Question, text: str) -> bool:
    known = (match[1] for match in _TAKEN_AS_KNOWN.finditer(text))
    if any(not question.reach.isdisjoint(analyse(word, "nl")) for word in known):
        return True
    return bool(_POINTS_BACK.match(text)) or ("reason" in question.expected and bool(_CONCLUDES.match(text)))


def _wants_more(question: Question) -> bool:
    return "list" in question.expected or bool(_WANTS_MORE.search(fold(question.text)))
