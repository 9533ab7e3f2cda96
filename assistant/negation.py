"""Whether a sentence denies what its source says, or says what its source denies."""

from __future__ import annotations

import re

from assistant.clauses import Clause, all_clauses, clauses_of, in_language, nearest, overlap, words_of
from assistant.grounding import Texts
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
        r"|wijst? (?:\w+ ){0,6}af|tekort\w*|onmogelijk\w*|onwenselijk|onbekend|onduidelijk|onjuist|te weinig|tegen)\b",
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
_MOSTLY = 0.5
# "Among these", "more than": they say nothing of what is denied.
_COMPARING: dict[Language, re.Pattern[str]] = {
    "nl": re.compile(r"\btegen (?=[\d€])|\btekort\w* aan\b", re.IGNORECASE),
    "en": re.compile(r"\bagainst (?=[\d€])", re.IGNORECASE),
}


def contradicts(sentence: str, language: Language, sources: Texts) -> bool:
    """Whether what the sentence denies is not denied in the sources, or the other way round, clause by clause."""
    same = in_language(sources, language)
    clauses = all_clauses(same)
    if not denies(sentence, language) and _is_blind(same, language):
        others, _ = nearest(sentence, language, clauses)
        if any(is_negated(text, spoken) for text, spoken in others):
            return True
    return any(_clause_contradicts(clause, language, clauses) for clause in clauses_of(sentence))


def is_negated(text: str, language: Language) -> bool:
    """Whether there is a word of denial in a text."""
    return bool(_NEGATION[language].search(text))


def denies(text: str, language: Language) -> bool:
    """Whether a text denies something, by "not" or by a word such as "refuses"."""
    return is_negated(text, language) or _denies(text, language)


def _is_blind(sources: Texts, language: Language) -> bool:
    """Whether the sources are in the other language only, so that what a clause says is seen by few of its words."""
    return all(spoken != language for _, spoken in sources)


def _clause_contradicts(clause: str, language: Language, sources: tuple[Clause, ...]) -> bool:
    plain = _NEGATION[language].sub(" ", clause)
    words = words_of(plain, language)
    shared = [overlap(plain, language, *source) for source in sources]
    most = max(shared, default=0)
    if is_negated(clause, language):
        least = 1 if most else 0
        near = [source for source, count in zip(sources, shared, strict=True) if count >= least]
        return not any(denies(text, spoken) for text, spoken in near)
    if not words or most < _MOSTLY * len(words) or _denies(clause, language):
        return False
    near = [source for source, count in zip(sources, shared, strict=True) if count == most]
    return all(is_negated(text, spoken) for text, spoken in near)


def _denies(text: str, language: Language) -> bool:
    return bool(_DENYING[language].search(_COMPARING[language].sub(" ", text)))
