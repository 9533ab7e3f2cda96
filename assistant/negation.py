"""Whether a sentence denies what its source says, or says what its source denies."""

from __future__ import annotations

import re

from assistant.grounding import Texts, content_terms, equivalents
from ingest.dutch import analyse
from ingest.letter import Language

_NEGATION: dict[Language, re.Pattern[str]] = {
    "nl": re.compile(
        r"\b(?:niet(?! (?:alleen|slechts|enkel|in de laatste plaats|het minst)\b)|geen(?:szins)?|nooit|niemand|nergens"
        r"|noch|zonder|evenmin|niets)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:not(?! (?:only|just|merely|least)\b)|no(?!\.? ?\d)|never|nobody|none|nothing|nowhere|nor|neither|without"
        r"|cannot)\b|n[’']t\b",
        re.IGNORECASE,
    ),
}
# Words that deny in themselves: they may be put with "not", and "not" with them.
_DENYING: dict[Language, re.Pattern[str]] = {
    "nl": re.compile(
        r"\b(?:onvoldoende|nauwelijks|amper|weiger\w*|ontbre\w*|ontken\w*|afwij\w*|afgewezen|afzien|ziet af|verwerp\w*"
        r"|tekort\w*|onmogelijk\w*|onwenselijk|onbekend|onduidelijk|onjuist|te weinig|tegen)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:insufficient\w*|hardly|barely|unable|refus\w+|lacks?|lacking|den(?:y|ies|ied)|reject\w*|fail\w*"
        r"|impossible|undesirable|unlikely|unknown|unclear|unchanged|too (?:few|little)"
        r"|against|rather than|instead of|declin\w+|oppos\w+"
        r")\b",
        re.IGNORECASE,
    ),
}
_CLAUSE = re.compile(
    r"[,;:()–]|\b(?:maar|hoewel|terwijl|tenzij|but|although|while|whereas|unless)\b",
    re.IGNORECASE,
)
_MOSTLY = 0.5


def contradicts(sentence: str, language: Language, sources: Texts) -> bool:
    """Whether what the sentence denies is not denied in the sources, or the other way round, clause by clause."""
    same = tuple(source for source in sources if source[1] == language) or sources
    clauses = [(clause, spoken) for text, spoken in same for clause in _clauses(text)]
    return any(_clause_contradicts(clause, language, clauses) for clause in _clauses(sentence))


def _clause_contradicts(clause: str, language: Language, sources: list[tuple[str, Language]]) -> bool:
    words = list(content_terms(_NEGATION[language].sub(" ", clause), language))
    overlaps = [_overlap(words, language, source, spoken) for source, spoken in sources]
    most = max(overlaps, default=0)
    if _NEGATION[language].search(clause):
        least = 1 if most else 0
        near = [source for source, overlap in zip(sources, overlaps, strict=True) if overlap >= least]
        return not any(_denies(text, spoken) or _NEGATION[spoken].search(text) for text, spoken in near)
    if not words or most < _MOSTLY * len(words) or _denies(clause, language):
        return False
    nearest = [source for source, overlap in zip(sources, overlaps, strict=True) if overlap == most]
    return all(_NEGATION[spoken].search(text) for text, spoken in nearest)


def _denies(text: str, language: Language) -> bool:
    return bool(_DENYING[language].search(text))


def _clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSE.split(text) if clause.strip()]


def _overlap(words: list[tuple[str, ...]], language: Language, source: str, spoken: Language) -> int:
    there = frozenset(analyse(source, spoken))
    count = 0
    for terms in words:
        others = equivalents(terms, language) if language != spoken else frozenset({terms})
        count += there.issuperset(terms) or any(there.issuperset(one) for one in others)
    return count
