"""What to know beside an answer: what it leaves out, which letters were asked, how old it is, whose English it has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from assistant import wording
from assistant.dialogue import Citation
from assistant.question import fact_of
from assistant.reference import write_date
from ingest.embed import LONGEST_QUERY
from ingest.letter import Language

_MOST_NAMED = 5
_NOW = re.compile(
    r"\b(?:nu|nou|tegenwoordig|momenteel|op dit moment|thans|vandaag|inmiddels|nog steeds|huidige?|actuele?"
    r"|now|nowadays|currently|today|at present|presently|these days|still|current|latest)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\b(?:kamer)?brieven\b|\bletters\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def of_missing(missing: Sequence[str], language: Language) -> Iterator[str]:
    """Yield what to know of an answer to half a question; that it is half of one must not go unsaid."""
    yield from (wording.MISSING[language].format(part=part) for part in missing)


def of_scope(answered: str, undated: Sequence[str], asked: int, language: Language) -> Iterator[str]:
    """Yield what to know of which letters were asked: so many, and not those without a date.

    `answered` is the question, where it is answered.
    """
    if undated:
        named = ", ".join([*undated[:_MOST_NAMED], *(["…"] if len(undated) > _MOST_NAMED else [])])
        yield wording.UNDATED[language].format(letters=named)
    if asked > 1 and fact_of(answered) and not _SEVERAL.search(answered):
        yield wording.ABOUT_ONE[language].format(count=asked)


def of_answer(
    question: str, language: Language, as_of: date | None, citations: Sequence[Citation], *, several: bool, cut: bool
) -> Iterator[str]:
    """Yield what to know of an answer.

    `several` tells whether it is of more letters than one, `cut` whether the end of the question was not read.
    """
    later = as_of and any(int(year) > as_of.year for year in _YEAR.findall(question))
    if as_of and (later or _NOW.search(question)):
        dated = wording.LAST_DATED if several else wording.DATED
        yield dated[language].format(date=write_date(as_of, language))
    if language == "en" and citations:
        yield _of_the_english(citations)[language]
    if cut:
        yield wording.CUT[language].format(count=LONGEST_QUERY)


def _of_the_english(citations: Sequence[Citation]) -> Mapping[Language, str]:
    cited = {citation.letter for citation in citations}
    if dutch_only := {citation.letter for citation in citations if not citation.translation}:
        if len(cited) > 1:
            return wording.SOME_DUTCH_ONLY if cited - dutch_only else wording.ALL_DUTCH_ONLY
        return wording.DUTCH_ONLY
    return wording.MACHINE_MADE if any(one.machine_translated for one in citations) else wording.UNOFFICIAL
