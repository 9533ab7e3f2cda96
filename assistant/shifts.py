"""Whether a sentence claims more than its source, the opposite of it, or the same of another time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.clauses import Clause, all_clauses, clauses_of, in_language, nearest
from assistant.figures import Figure, find_figures
from assistant.grounding import Texts
from assistant.marks import SOFT, STRONG, covers, marks_of, word_of
from assistant.negation import denies, is_negated
from assistant.opposites import poles_of
from ingest.letter import Language

# "According to", "the government thinks": what follows is reported, and so less than a fact.
_REPORTED: dict[Language, re.Pattern[str]] = {
    "nl": re.compile(
        r"\b(?:volgens|vind(?:t|en)|van mening|meent|acht(?:en)?|(?:on)?nodig|noodzaak|steunt?|steunen|onderschrij\w+"
        r"|deelt|conclu\w+|stel(?:t|ling)|advies|voorwaarden?|houdt in)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:according to|thinks?|believes?|considers?|view|opinion|supports?|endorses?|conclu\w+|states?|advice"
        r"|conditions?|says|means that)\b",
        re.IGNORECASE,
    ),
}
_TIMES: dict[Language, dict[str, str]] = {
    "nl": {
        "from": r"sinds|vanaf|met ingang van|van|begin\w*|start\w*",
        "until": r"tot|tot en met|t/m|tot aan",
        "by": r"vóór|voor|uiterlijk(?: op| in)?|voorafgaand aan|niet later dan|tegen",
        "after": r"na|na afloop van|later dan",
    },
    "en": {
        "from": r"since|from|as of|as from|effective|beg[iau]n\w*|start\w*",
        "until": r"until|till|up to|through|to",
        "by": r"before|by|prior to|no later than|ahead of",
        "after": r"after|following|later than|past",
    },
}
_TIME_BEFORE: dict[Language, re.Pattern[str]] = {
    language: re.compile(
        rf"(?<!\w)(?:{'|'.join(f'(?P<{kind}>{words})' for kind, words in kinds.items())})"
        r"(?: (?:de|het|the|jaar|year|op|in|on|eind|begin|medio|end of|early|\d{1,2})){0,2}[ -]*$",
        re.IGNORECASE,
    )
    for language, kinds in _TIMES.items()
}
_FREE = frozenset({"from"})
_LONGEST_BEFORE = 40
_YEAR = re.compile(r"(?:19|20)\d\d")


def find_overclaim(sentence: str, language: Language, sources: Texts) -> str | None:
    """Return the word by which a sentence claims more than its sources: surer, more of it, settled."""
    same = in_language(sources, language)
    borne = marks_of(sentence, language)
    near = _nearest_clauses(sentence, language, same)
    # "not all", "not yet decided": what is denied may be worded otherwise
    held = same if denies(sentence, language) else near
    for mark in sorted(borne & STRONG):
        if not any(covers(text, spoken, mark) for text, spoken in held):
            return word_of(mark, sentence, language)
    reported = bool(_REPORTED[language].search(sentence)) or denies(sentence, language)
    if "open" not in borne and not reported and "may" not in borne:
        for text, spoken in _sentences_of(near, same):
            if "open" in marks_of(text, spoken):
                return word_of("open", text, spoken)
    for text, spoken in near:
        soft = marks_of(text, spoken) & SOFT
        if not soft or is_negated(text, spoken):
            continue
        if "will" in borne and "will" not in marks_of(text, spoken) and not borne & soft:
            return word_of("will", sentence, language)
        if not borne & SOFT and not reported:
            return word_of(min(soft), text, spoken)
    return None


def find_opposite(sentence: str, language: Language, sources: Texts) -> str | None:
    """Return the word of a sentence whose opposite stands in its sources, and not the word itself."""
    same = in_language(sources, language)
    near = _nearest_clauses(sentence, language, same)
    for (number, side), word in poles_of(sentence, language).items():
        wrong = (number, 1 - side)
        for group in (near, same):
            held = [poles_of(text, spoken) for text, spoken in group]
            if any((number, side) in poles for poles in held):
                break
            if any(wrong in poles for poles in held) and not _is_turned(sentence, language, group):
                return word
    return None


def find_other_time(sentence: str, language: Language, sources: Texts) -> str | None:
    """Return a date that a sentence sets as beginning or end where its sources set something else."""
    there = [entry for text, spoken in sources for entry in _timed(text, spoken)]
    for figure, kind in _timed(sentence, language):
        kinds = {other for one, other in there if one == figure}
        if kind and kinds and kind not in kinds and not (kind in _FREE and "" in kinds):
            return figure.text
    return None


@lru_cache(maxsize=2_000)
def _timed(text: str, language: Language) -> tuple[tuple[Figure, str], ...]:
    """Return each day, month and year of a text with the word that sets it as beginning or end; "" where none does."""
    return tuple(_find_timed(text, language))


def _find_timed(text: str, language: Language) -> Iterator[tuple[Figure, str]]:
    place = 0
    for figure in find_figures(text, language):
        start = text.find(figure.text, place)
        if start < 0:
            continue
        if figure.unit in ("day", "month", "time") or _YEAR.fullmatch(figure.value):
            before = _TIME_BEFORE[language].search(text[max(0, start - _LONGEST_BEFORE) : start])
            yield figure, (before.lastgroup or "") if before else ""
        place = start + (0 if figure.unit in ("day", "month") else len(figure.text))


def _is_turned(sentence: str, language: Language, group: Texts) -> bool:
    """Whether one of them denies and the other does not: "no longer rises" may be worded as "falls"."""
    return is_negated(sentence, language) != any(is_negated(text, spoken) for text, spoken in group)


def _nearest_clauses(sentence: str, language: Language, sources: Texts) -> Texts:
    """Return, for each clause of a sentence, the clauses of its sources that are most like it."""
    clauses = all_clauses(sources)
    found: dict[Clause, None] = {}
    for clause in clauses_of(sentence):
        near, shared = nearest(clause, language, clauses)
        if shared:
            found |= dict.fromkeys(near[:1])
    return tuple(found)


def _sentences_of(clauses: Texts, sources: Texts) -> Texts:
    return tuple(source for source in sources if any(clause in source[0] for clause, _ in clauses))
