"""The decisive words of a quotation: the number, date, name or place that a question asks for."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.measures import MONEY, asked_measure
from assistant.question import Expected, Question
from ingest.dutch import analyse
from ingest.letter import Span
from ingest.structure.dates import MONTHS
from ingest.structure.papers import PAPER

_COUNT_WORDS = (
    "één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|vijftien|twintig|dertig|veertig|vijftig"
    "|honderd|duizend"
)
_MAGNITUDES = "duizend|honderd|miljoen|miljard"
_UNITS = "%|procent(?:punt)?|euro|jaar|jaren|maanden?|weken|dagen|uur|uren|keer|maal|hectare|kilometer|km|ton"
_AMOUNT = rf"(?:\d+(?:[.,]\d+)*|\b(?:{_COUNT_WORDS})\b)"
_MONTH = "|".join(MONTHS)
_YEAR = r"(?:19|20)\d\d"
_TITLES = r"(?i:(?:de )?\b(?:minister|staatssecretaris|president|voorzitter|secretaris-generaal))"
_INITIALS_NAME = r"(?:[A-Z]\.\s?(?:Th\.)?)+\s?(?:(?:van|de|den|der|ten|ter) )*[A-ZÀ-Þ][\w-]+(?:-[A-Z]\w+)*"
_NAMED = re.compile(rf"{_INITIALS_NAME}|{_TITLES} [A-ZÀ-Þ][\w-]+")
_PATTERNS: dict[Expected, re.Pattern[str]] = {
    "number": re.compile(rf"(?:€\s?)?{_AMOUNT}(?:\s(?:{_MAGNITUDES})\b)*(?:\s?(?:{_UNITS})(?!\w))?", re.IGNORECASE),
    "date": re.compile(
        rf"\b\d{{1,2}} (?:{_MONTH})(?: {_YEAR}| jl\.?)?|\b(?:(?:{_MONTH}|(?:begin|medio|eind|voorjaar|najaar|zomer"
        rf"|(?:eerste|tweede|derde|vierde) kwartaal)(?: van)?) )?{_YEAR}\b|\b\d{{1,2}}-\d{{1,2}}-{_YEAR}\b"
        r"|\b(?:dit|volgend|komend) (?:voorjaar|najaar|jaar)\b|\bna de zomer\b",
        re.IGNORECASE,
    ),
    "person": re.compile(
        rf"(?:{_TITLES} )?{_INITIALS_NAME}"
        rf"|{_TITLES}(?: van(?: \w+)?)? [A-ZÀ-Þ][\w-]+(?:(?:, | en )?(?: ?[A-ZÀ-Þ])[\w-]+)*",
    ),
    "place": re.compile(r"(?<=\b(?:in|te|op) )(?:(?:de|het) )?[A-ZÀ-Þ][\w-]+(?: [A-ZÀ-Þ][\w-]+)*"),
}
# A number, what it counts, and words in between: "1.200 extra gevechtsklare militairen".
_COUNTED = re.compile(r"\S+(?:\s+\S+){0,4}")
_ASKS_IDENTITY = re.compile(
    r"\b(?:wie (?:is|zijn|was|waren|wordt|werd) (?!er\b)|hoe he(?:et|ten|ette)\b|wat is de naam"
    r"|who (?:is|are|was|were|will be)\b|what (?:is|was) the name|what (?:is|are) \w+(?: \w+){0,4} called)",
    re.IGNORECASE,
)
# Two capitals in a row inside a sentence: a first name and a surname, or a body's full name; not that of a post.
_NO_NAMES = (
    r"(?!(?:Secretaris|Inspecteur|Directeur|Vertegenwoordiger|Commandant|Commissaris|Coördinator|Nationaal|Hoge|Minister"
    r"|President|Raad|Europese|Verenigde|Algemene|Noord-Atlantische)\b)"
)
_TWO_CAPITALS = (
    rf"(?<![.?!] )(?<!^)(?<!-)\b{_NO_NAMES}"
    r"[A-ZÀ-Þ][\w-]+(?: (?:van|de|den|der|ten|ter|el|al))*(?: [A-ZÀ-Þ][\w-]+)+"
)
_FULL_NAME = re.compile(rf"{_NAMED.pattern}|{_TWO_CAPITALS}")
_ASKS_PAPER = re.compile(r"\bkamerstuk|\bparliamentary paper", re.IGNORECASE)
# Numbers that name a paper, an article or a note, not a quantity.
_REFERENCE = re.compile(r"(?:\b(?:nr|nrs|art|artikel|kamerstuk(?:ken)?|noot|vraag)\b\.?\s*[\d\s]*)$", re.IGNORECASE)


def find_decisive(question: Question, text: str) -> tuple[Span, ...]:
    """Return the spans of the text that hold the kind of answer asked for and are not in the question itself."""
    if asks_paper(question):
        return tuple(match.span() for match in PAPER.finditer(text))
    asked = question.reach
    found = (
        span
        for kind in question.expected & _PATTERNS.keys()
        for span, terms in _expressions(kind, text)
        if not terms <= asked
    )
    return tuple(sorted(set(found)))


def counts_asked(question: Question, text: str) -> bool | None:
    """Whether the text holds the measure asked for, or a number of what is to be counted; `None` where neither tells.

    A sum of money answers "how much" whatever the noun.
    """
    if measure := asked_measure(question.text):
        return bool(measure.search(text))
    if not question.counted:
        return None
    counts = (_COUNTED.match(text, start) for (start, _), _ in _expressions("number", text))
    if any(found and not question.counted.isdisjoint(analyse(found[0], "nl")) for found in counts):
        return True
    return None if MONEY.search(text) else False


def identifies(question: Question, text: str) -> bool | None:
    """Whether the text names somebody that the question does not; `None` where it does not ask who somebody is."""
    if not _ASKS_IDENTITY.search(question.text):
        return None
    names = (set(analyse(found.group(), "nl")) for found in _FULL_NAME.finditer(text))
    return any(not terms <= question.reach for terms in names)


def names_somebody(text: str) -> bool:
    """Whether a text holds somebody's name, and not only that of a post."""
    return bool(_NAMED.search(text))


def asks_expression(question: Question) -> bool:
    """Whether the question asks for something that can be pointed at: a number, a date, a name or a place."""
    return asks_paper(question) or not question.expected.isdisjoint(_PATTERNS)


def asks_paper(question: Question) -> bool:
    """Whether the question asks for a paper of parliament, whose number is not a quantity."""
    return bool(_ASKS_PAPER.search(question.text))


@lru_cache(maxsize=50_000)
def _expressions(kind: Expected, text: str) -> tuple[tuple[Span, frozenset[str]], ...]:
    """Return the expressions of one kind with their index terms."""
    matches = list(_PATTERNS[kind].finditer(text))
    if kind == "number":
        dates = [match.span() for match in _PATTERNS["date"].finditer(text)]
        matches = [
            match
            for match in matches
            if not _REFERENCE.search(text[: match.start()])
            and not any(start < match.end() and match.start() < end for start, end in dates)
        ]
    return tuple((match.span(), frozenset(analyse(match.group(), "nl"))) for match in matches)
