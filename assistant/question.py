"""A question taken apart: its words with their translations, and the kind of answer it expects."""

from __future__ import annotations

import difflib
import math
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ingest.dutch import analyse, fold, synonyms, translations
from ingest.embed import Encoded
from ingest.letter import Language

Expected = Literal["number", "date", "person", "place", "reason", "list", "yes-no"]
LetterFact = Literal["date", "addressee", "signature", "subject"]

_LONGEST_PHRASE = 6
_SHORTEST_CORRECTED = 5
_SHORTEST_PART = 5
_SIMILAR = 0.8
_MOST_WORDS = 60
_WORD = re.compile(r"[^\W_]+(?:[-–.'’][^\W_]+)*")
_EXPECTED: tuple[tuple[Expected, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            r"\b(?:hoe\s?veel\w*|hoe (?:groot|hoog|lang|vaak|oud|duur|ver)|hoelang|welk (?:percentage|bedrag|aantal"
            r"|deel)|aantal"
            r"|percentage|procent|bedrag|kosten|kost|how (?:many|much|large|big|high|long|often|old|far)"
            r"|what (?:percentage|amount|number|share|proportion)|number of|percentage|per cent|percent|cost)\b"
        ),
    ),
    (
        "date",
        re.compile(
            r"\b(?:wanneer|sinds|welk(?:e)? (?:jaar|datum|maand|dag)|in welk jaar|datum|hoe laat|per wanneer"
            r"|tot wanneer"
            r"|when|since|what (?:year|date|month|day)|which (?:year|date|month|day)|date|by when|what year)\b"
        ),
    ),
    ("reason", re.compile(r"\b(?:waarom|hoezo|waardoor|reden(?:en)?|oorza\w+|why|reasons?|how come|causes?)\b")),
    ("person", re.compile(r"\b(?:wie|wiens|door wie|who|whom|whose)\b")),
    ("place", re.compile(r"\b(?:waar|waarheen|waarvandaan|where)\b(?!\w)")),
    ("list", re.compile(r"\b(?:welke|noem|wat zijn de|which|list|name (?:the|all|some)|what are the)\b")),
)
_COUNTING = re.compile(r"\b(?:hoe\s?veel|aantal|how (?:many|much)|number of)\b", re.IGNORECASE)
_COUNTED_WORDS = 2
_YES_NO = re.compile(
    r"^(?:(?:en|maar|dus|and|but|so) )?(?:is|zijn|was|waren|heeft|hebben|had|hadden|kan|kunnen|kon|mag|mogen"
    r"|moet|moeten"
    r"|zal|zullen|zou|zouden|wil|willen|wordt|worden|werd|komt|komen|gaat|gaan|doet|doen|krijgt|krijgen|blijft|blijven"
    r"|vindt|vinden|steunt|staat|staan|klopt|levert|neemt|maakt|does|do|did|are|were|has|have|can|could|may|must|should"
    r"|will|would|shall|am)\b"
)
_LETTER = r"(?:brief|brieven|kamerbrief|kamerbrieven|letters|schrijven|stuk|letter|document|reactie|response)"
_THE_LETTER = rf"(?:de|het|deze|dit|the|this|these) {_LETTER}"
_WRITTEN = (
    r"(?:geschreven|schreef|schrijft|stuurt|stuurde\w*|gestuurd|verstuur\w*|verzond\w*|verzonden|schreven|gedateerd|uitgebracht"
    r"|onderteken\w*|getekend|written|wrote|writes|sent|sends|send|dated|issued|signed|published|out|from)\b"
)
_OTHER_PAPERS = (
    r"verdrag|treaty|overeenkomst|agreement|akkoord|accord|convenant|covenant|contract|pact|motie|motion|memorandum"
)
_ABOUT = r"(?:onderwerp(?:en)?|strekking|inhoud|kern|samenvatting|thema(?:'s)?|hoofdpunten|hoofdlijn(?:en)?)"
_ABOUT_EN = r"(?:subjects?|topics?|contents?|summary|gist|themes?|main points?)"
# In this order: the day a letter was signed is its date, not its signature.
_FACTS: tuple[tuple[LetterFact, re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            rf"\b(?:datum|dagtekening|date|jaar|year) (?:van|of|has|heeft|is|on|op|boven|staat) (?:\w+ )?{_THE_LETTER}"
            rf"|\b(?:wanneer|when|hoe oud|how old)\b (?:is|was) {_THE_LETTER}\W*$"
            rf"|\b(?:wanneer|when|(?:welke|what|which) (?:dag|datum|jaar|day|date|year)|waar"
            rf"|where)\b.*\b{_LETTER}\b.*\b{_WRITTEN}"
            rf"|\b(?:wanneer|when|waar|where)\b (?:did|schreef|stuurde|verscheen|{_WRITTEN}).*\b{_LETTER}\b"
            rf"|\b{_LETTER}\b.*\b(?:gedateerd|dagtekening|dated)\b"
            rf"|\b(?:van|from|of) (?:welk|welke|which|what) (?:jaar|dag|datum|year|day|date)\b.*\b{_LETTER}\b"
            rf"|\b{_LETTER}\b (?:van|from|of) (?:welk|welke|which|what) (?:jaar|dag|datum|year|day|date)\b"
            rf"|\b(?:welke|what|which) (?:datum|date|dag|day|stad|city|plaats|place)\b.*\b(?:boven|op|aan|at|on"
            rf"|above)\b.*\b{_LETTER}\b"
        ),
    ),
    (
        "addressee",
        re.compile(
            r"geadresseerd|\baan wie\b|addressee|\bto whom\b|\bwho\b.*\b(?:addressed|sent to)\b|addressed to"
            r"|\bgericht aan|ontvanger"
            rf"|recipient|\bwho (?:receives?|received|gets?|got)\b.*\b{_LETTER}\b|\bwie (?:kreeg|krijgt|ontving"
            rf"|ontvangt)\b.*\b{_LETTER}\b"
            r"|\bmeant to receive (?:this|it)\b|\bbestemd voor wie\b|\bvoor wie is (?:de|deze) brief\b"
        ),
    ),
    (
        "signature",
        re.compile(
            rf"^(?!.*\b(?:\w*(?:{_OTHER_PAPERS})))(?:.*\b(?:onderteken\w*|handtekening\w*|signator\w*"
            rf"|signatures?|signed|who signs)\b)"
            r"|\bafzenders?\b|\bsender\b|\bnamens wie\b|\bon whose behalf\b|\b(?:van|from) (?:wie|whom) (?:is"
            r"|komt|comes?)\b"
            rf"|\b(?:wie|who)\b(?!.*\b(?:aan wie|to whom)\b)(?=.*\b{_LETTER}\b).*\b{_WRITTEN}"
            rf"|\b{_LETTER}\b.*\b(?:van wie|from whom|geschreven door|written by|gestuurd door|sent by)\b"
            r"|\bwelke (?:minister|bewindspersoon|bewindslied\w*|staatssecretaris\w*)\b.*\b(?:stuurde?n?"
            r"|verstuurde?n?|schreven?)\b"
            r"|\b(?:functie|post|ambt) (?:heeft|bekleedt|vervult)\b|\bwhat (?:post|position|office) does\b"
        ),
    ),
    (
        "subject",
        re.compile(
            rf"\b(?:waar|waarover) (?:gaat|gaan|ging|gingen|handelt|schrijft|informeert)\b(?: \w+){{0,3}} {_LETTER}"
            r"(?: (?:eigenlijk|nou|nu|precies|over))*\W*$"
            rf"|\bwat (?:staat er|is er) (?:zoal |allemaal )?in {_THE_LETTER}\W*$"
            rf"|\b{_ABOUT}(?: (?:van|in|uit|voor))? (?:{_THE_LETTER}|{_LETTER}(?: {_ABOUT})?)\W*$"
            rf"|\bwelke onderwerpen\b.*\b{_LETTER}\b|\b{_LETTER}\b.*\bwelke onderwerpen\b"
            rf"|\bvat {_THE_LETTER}.*\bsamen\b|\bsamenvatting\b.*\b{_LETTER}\W*$"
            rf"|\bwhat(?:'s| is| are| was) {_THE_LETTER} (?:all |really |actually )?about\W*$"
            rf"|\bwhat do(?:es)? {_THE_LETTER} (?:say|cover|discuss|deal with|contain)\W*$"
            rf"|\b{_ABOUT_EN} (?:of|in|covered (?:in|by)) (?:{_THE_LETTER}|{_LETTER})\W*$"
            rf"|\b(?:what|which) (?:topics|subjects)\b.*\b{_LETTER}\b|\bsummar(?:ise|ize) {_THE_LETTER}\W*$"
        ),
    ),
)
_NOTE = re.compile(r"\b(?:voetnoot|noot|footnote|note) ?(?:nr\.?|nummer|no\.?|number)? ?(\d{1,3}|\*+)(?!\w)")
_VAGUE_WORDS = frozenset(
    "en verder vertel iets eens meer info informatie hoe zit het daarmee hiermee waarom eigenlijk klopt dat wel dit "
    "alsjeblieft aub nog wat is er zo leg uit uitleg hallo help vraag dank bedankt ok and what else tell me something "
    "more information how about that this why really actually is it right true please explain hello hi go on continue "
    "thanks sure so then anything interesting iets interessants samenvatting leuk goed good".split()
)


@dataclass(frozen=True, slots=True)
class TermGroup:
    """One word or phrase of the question; any of its alternatives, each a set of index terms, stands for it.

    `related` are terms of the letters that hold one of its terms as part of a compound, or the other
    way round. `weight` is its rarity (BM25's inverse document frequency) in the letters asked; `known` tells
    whether the letters hold it at all; `name` whether it is written as a name or a number.
    """

    surface: str
    alternatives: frozenset[tuple[str, ...]]
    related: Mapping[str, frozenset[str]]
    weight: float
    known: bool
    name: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A stand-alone question, ready for retrieval and ranking."""

    text: str
    language: Language
    encoded: Encoded
    groups: tuple[TermGroup, ...]
    expected: frozenset[Expected]
    fact: LetterFact | None
    note: str | None
    vague: bool
    topical: bool
    """Whether it is asked what is said about something, rather than something of it."""
    reach: frozenset[str]
    """Every index term that counts for one of the groups, whole or in part."""
    counted: frozenset[str]
    """The index terms of what is to be counted: "militairen" where it is asked how many there are."""

    @property
    def unheard_of(self) -> bool:
        """Whether it is one word, which the letters do not hold; an English one that is no name may be Dutch there."""
        if len(self.groups) != 1 or self.fact:
            return False
        (group,) = self.groups
        held = group.known or any(group.related.values())
        return not held and (self.language == "nl" or group.name)

    @property
    def terms(self) -> tuple[str, ...]:
        """Every index term of every alternative."""
        return tuple(sorted({term for group in self.groups for terms in group.alternatives for term in terms}))


class Terms(Protocol):
    """The index terms of the letters, looked up by how they begin and end."""

    def document_frequencies(self, terms: Iterable[str]) -> Mapping[str, int]: ...

    def terms_beginning(self, start: str, lengths: tuple[int, int] | None = None) -> Sequence[str]: ...

    def terms_ending(self, end: str) -> Sequence[str]: ...


def related_terms(term: str, terms: Terms) -> frozenset[str]:
    """Return the terms that begin or end with this one, and those that this one begins or ends with."""
    if len(term) < _SHORTEST_PART or term.isdigit():
        return frozenset()
    longer = {*terms.terms_beginning(term), *terms.terms_ending(term)}
    shorter = {part for cut in range(_SHORTEST_PART, len(term)) for part in (term[:cut], term[-cut:])}
    return frozenset(longer.union(terms.document_frequencies(shorter)) - {term})


def similar_terms(term: str, terms: Terms, most: int = 1, least: float = _SIMILAR) -> list[str]:
    """Return the terms most like a misspelt one that are like enough to be meant, by `difflib`'s ratio."""
    near = terms.terms_beginning(term[:1], (len(term) - 2, len(term) + 2))
    return difflib.get_close_matches(term, near, most, least)


_FRAME = re.compile(
    r"^\W*(?:(?:en|and) )?(?:"
    r"wat (?:zegt|zeggen|schrijft|schrijven|meldt|stelt|vermeldt|staat er)(?: er)?(?: in)?"
    rf"(?: {_THE_LETTER}| het kabinet"
    r"| de regering| de ministers?| de staatssecretaris| de bewindslieden)?(?: eigenlijk| nu| nog)? over"
    rf"|what (?:does|do|did) (?:{_THE_LETTER}|the cabinet|the government|the ministers?|it)"
    r" (?:say|write|state|tell us) about"
    rf"|what is (?:said|written|there)(?: in {_THE_LETTER})? about|what about|hoe zit (?:het|dat|'?t) met"
    r") (?P<topic>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_CLOSING_SIGNS = string.punctuation + string.whitespace + "…’”»"


def topic_alone(text: str) -> str:
    """Return what is looked up by a question such as "Wat zegt de brief over Georgië?": "Georgië"; else the text."""
    found = _FRAME.match(text)
    return (found["topic"].rstrip(_CLOSING_SIGNS) if found else "") or text


def analyse_question(
    text: str, language: Language, encoded: Encoded, size: int, index_terms: Terms, *, topical: bool = False
) -> Question:
    """Take a question apart; `size` is the number of chunks, `index_terms` tells in how many a term stands.

    `topical` tells that the text is what `topic_alone` left of what was asked; else its first word has its capital
    anyhow.
    """
    phrases = _phrases(text, language)
    known = index_terms.document_frequencies(
        [term for _, alternatives in phrases for terms in alternatives for term in terms]
    )
    groups: list[TermGroup] = []
    for surface, alternatives in phrases:
        present = {terms for terms in alternatives if all(term in known for term in terms)}
        like = {term: _held_synonyms(term, language, index_terms) for terms in alternatives for term in terms}
        # a word for which the letters have another is no slip of the pen
        unknown = not present and not any(like.values())
        if unknown and (corrected := _corrected(surface, language, index_terms)):
            present = {(corrected,)}
            known = {**known, **index_terms.document_frequencies([corrected])}
            like = {corrected: _held_synonyms(corrected, language, index_terms)}
        count = max((min(known[term] for term in terms) for terms in present), default=0)
        weight = math.log(1 + (size - count + 0.5) / (count + 0.5))
        name = _is_name(surface, first=not topical and not groups and text.lstrip().startswith(surface))
        meant = frozenset(present or alternatives)
        related = {term: related_terms(term, index_terms) | like[term] for terms in meant for term in terms}
        held = bool(present) or any(like.values())
        groups.append(TermGroup(surface, meant, related, weight, held, name))
    lowered = fold(text).strip()
    return Question(
        text=text,
        language=language,
        encoded=encoded,
        groups=tuple(groups),
        expected=_expected(lowered),
        fact=fact_of(text),
        note=_asked_note(lowered),
        topical=topical,
        reach=_reach(groups),
        counted=_reach(_counted(text, groups)),
        vague=all(word in _VAGUE_WORDS for word in re.findall(r"\w+", lowered)),
    )


def _held_synonyms(term: str, language: Language, index_terms: Terms) -> frozenset[str]:
    """Return the terms of the letters that stand for the same thing as this one."""
    return frozenset(index_terms.document_frequencies(synonyms(language).get(term, ())))


def fact_of(text: str) -> LetterFact | None:
    """Return which fact about the letter itself a question asks for, if one."""
    lowered = fold(text).strip()
    return next((fact for fact, pattern in _FACTS if pattern.search(lowered)), None)


def _asked_note(lowered: str) -> str | None:
    """Return the mark of the footnote that a question asks for by its number."""
    found = _NOTE.search(lowered)
    return found[1] if found else None


def _is_name(surface: str, *, first: bool) -> bool:
    """Whether a word is written as a name or a number; at the head of a question one capital does not tell."""
    return any(sign.isupper() or sign.isdigit() for sign in (surface[1:] if first else surface))


def _reach(groups: Iterable[TermGroup]) -> frozenset[str]:
    own = {term for group in groups for terms in group.alternatives for term in terms}
    return frozenset(own.union(*(related for group in groups for related in group.related.values())))


def _counted(text: str, groups: Sequence[TermGroup]) -> list[TermGroup]:
    """Return the first groups after "how many": what is counted, or a word of its own and what is counted."""
    asked = _COUNTING.search(text)
    if asked is None:
        return []
    after, position = [], asked.end()
    for group in groups:
        start = text.find(group.surface, position)
        if start >= 0:
            after.append(group)
            position = start + len(group.surface)
    return after[:_COUNTED_WORDS]


def _expected(lowered: str) -> frozenset[Expected]:
    found = {kind for kind, pattern in _EXPECTED if pattern.search(lowered)}
    if not found and _YES_NO.search(lowered):
        found.add("yes-no")
    return frozenset(found)


def _phrases(text: str, language: Language) -> list[tuple[str, set[tuple[str, ...]]]]:
    """Return words and known phrases of the question, in order, each with its alternatives."""
    words = [(word, tuple(terms)) for word in _WORD.findall(text)[:_MOST_WORDS] if (terms := analyse(word, language))]
    found: list[tuple[str, set[tuple[str, ...]]]] = []
    position = 0
    while position < len(words):
        length, targets = _longest_phrase(words[position : position + _LONGEST_PHRASE], language)
        surface = " ".join(word for word, _ in words[position : position + length])
        own = tuple(term for _, terms in words[position : position + length] for term in terms)
        alternatives = {own, *targets}
        if length == 1 and len(own) > 1:  # a hyphenated word: together, or as its parts
            alternatives |= {own[:1], own[1:]}
        found.append((surface, alternatives))
        position += length
    return found


def _longest_phrase(
    words: Sequence[tuple[str, tuple[str, ...]]], language: Language
) -> tuple[int, set[tuple[str, ...]]]:
    listed = translations(language)
    for length in range(len(words), 0, -1):
        terms = tuple(term for _, parts in words[:length] for term in parts)
        surface = " ".join(word for word, _ in words[:length])
        targets = {
            target
            for phrase, alternatives in listed.get(terms, ())
            if phrase.exact is None or phrase.exact == surface
            for target in alternatives
        }
        if targets:
            return length, targets
    return 1, set()


def _corrected(surface: str, language: Language, index_terms: Terms) -> str | None:
    """Return the index term most like a word that no letter holds, if one is like enough to be meant."""
    terms = analyse(surface, language)
    if len(terms) != 1 or len(terms[0]) < _SHORTEST_CORRECTED or terms[0].isdigit():
        return None
    return next(iter(similar_terms(terms[0], index_terms)), None)
