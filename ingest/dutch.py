"""The analyser for lexical search: the same folding, stems and parts for texts and for questions."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol

from ingest.letter import Language

_TERM_LIST = Path(__file__).with_name("data") / "terms.tsv"
_SYNONYMS = Path(__file__).with_name("data") / "synonyms.tsv"
_SHORT = 3
_ALSO_ORDINARY = frozenset({"March"})
_WORD = re.compile(r"[^\W_]+(?:[-–.'’][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
# NAVOafspraak, euTop: an acronym or a word that lost its hyphen or blank before the next
_LOST_BREAK = re.compile(r"(?<=[A-Z]{2})(?=[a-z]{4})|(?<=[a-zà-ÿ]{2})(?=[A-Z][a-z])")
NUMBER_WORDS: dict[Language, dict[str, str]] = {
    "nl": {
        word: str(number)
        for number, word in enumerate(
            "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien "
            "zeventien achttien negentien twintig".split()
        )
        if word != "een"
    },
    "en": {
        word: str(number)
        for number, word in enumerate(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen twenty".split()
        )
        if word != "one"
    },
}
_STEMMERS: dict[Language, str] = {"nl": "dutch", "en": "english"}
STOP_WORDS: dict[Language, frozenset[str]] = {
    "nl": frozenset(
        "aan al alle als bij dan dat de den der deze die dit door doet doen een en er ga gaan gaat geen haar had heb "
        "hebben heeft hem het hij hoe hoeveel hun iets ik in is ja je kan komt kun kunnen maar me meer men met mij "
        "mijn moet moeten mogen na naar nee niet nog nu of om omdat onder ons ook op over staat staan te tegen ten "
        "ter tot u uit uw van veel vindt voor waar waarom wanneer waren was wat we wel welk welke werd wie wil wij "
        "worden wordt zal ze zei zich zij zijn zo zou zullen brief volgens graag".split()
    ),
    "en": frozenset(
        "a about all also an and any are as at be been being but by can could did do does for from get gets had has "
        "have he her how i if in into is it its letter many may me much must my not of on one or our should so some "
        "than that the their them then there these they this those to us was we were what when where which who whom "
        "whose why will with would you your according say says said s".split()
    ),
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One side of a dictionary entry: its index terms, and its spelling where only that spelling counts."""

    terms: tuple[str, ...]
    exact: str | None = None


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 (the library's name)


def analyse(text: str, language: Language) -> list[str]:
    """Return the index terms of a text in order: folded and stemmed words, hyphenated ones also in parts.

    Terms hold only a-z, 0-9 and other letters without diacritics; stop words are left out.
    """
    terms: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text)):
        terms += _terms_of(match.group(), language)
    return terms


def fold(text: str) -> str:
    """Return the text in lower case without diacritics."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@lru_cache(maxsize=50_000)
def _terms_of(word: str, language: Language) -> tuple[str, ...]:
    parts = [part for piece in _PART.findall(word) for part in _LOST_BREAK.split(piece)]
    folded = [fold(part) for part in parts]
    whole = "".join(folded)
    words = [whole, *folded] if len(folded) > 1 else folded
    kept = (word for word in words if word not in STOP_WORDS[language])
    return tuple(_stem(word, language) for word in kept)


def _stem(word: str, language: Language) -> str:
    if any(sign.isdigit() for sign in word):
        return word
    number = NUMBER_WORDS[language].get(word)
    return number or str(_stemmer(language).stemWord(word))


@cache
def _stemmer(language: Language) -> _Stemmer:
    import Stemmer

    stemmer: _Stemmer = Stemmer.Stemmer(_STEMMERS[language])
    return stemmer


@cache
def translations(language: Language) -> dict[tuple[str, ...], tuple[tuple[Phrase, frozenset[tuple[str, ...]]], ...]]:
    """Return the NL-EN term list from one language: index terms → (the phrase, its translations' index terms)."""
    other: Language = "en" if language == "nl" else "nl"
    found: dict[tuple[str, ...], dict[Phrase, set[tuple[str, ...]]]] = {}
    for entry in _term_list():
        targets = {terms for text in entry[other] if (terms := _phrase(text, other).terms)}
        for text in entry[language]:
            phrase = _phrase(text, language)
            if phrase.terms and targets:
                found.setdefault(phrase.terms, {}).setdefault(phrase, set()).update(targets)
    return {
        terms: tuple((phrase, frozenset(targets)) for phrase, targets in phrases.items())
        for terms, phrases in found.items()
    }


@cache
def synonyms(language: Language) -> dict[str, frozenset[str]]:
    """Return the words that readers and writers use for one thing: index term → the others' terms, in both languages.

    They are looser than translations: capitals for their governments, the layman's word for the official one.
    """
    found: dict[str, set[str]] = {}
    for row in _rows(_SYNONYMS):
        terms = {one: {terms[0] for text in row[one] if len(terms := analyse(text, one)) == 1} for one in row}
        for term in terms[language]:
            found.setdefault(term, set()).update(*terms.values())
    return {term: frozenset(others - {term}) for term, others in found.items()}


@cache
def dictionary_words(language: Language) -> frozenset[str]:
    """Return the folded words of the term list in one language."""
    return frozenset(fold(word) for entry in _term_list() for text in entry[language] for word in _PART.findall(text))


@cache
def _term_list() -> tuple[dict[Language, tuple[str, ...]], ...]:
    return _rows(_TERM_LIST)


def _rows(path: Path) -> tuple[dict[Language, tuple[str, ...]], ...]:
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    cells = (line.split("\t") for line in lines if line.strip())
    return tuple({"nl": tuple(dutch.split("|")), "en": tuple(english.split("|"))} for dutch, english, *_ in cells)


def _phrase(text: str, language: Language) -> Phrase:
    """Short acronyms and capitalised ordinary words ("US", "May") count only in that spelling."""
    exact = text if not text.islower() and (len(text) <= _SHORT or text in _ALSO_ORDINARY) else None
    return Phrase(tuple(analyse(text, language)), exact)
