"""Which words of a sentence stand in a text, in the other language or in another form of the same name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ingest.dutch import STOP_WORDS, analyse, dictionary_words, fold, translations
from ingest.letter import Language

Texts = tuple[tuple[str, Language], ...]
"""Texts with the language of each."""
Terms = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+(?:[-–.'’&][^\W_]+)*")
_PIECE = re.compile(r"[^\W_]+")
# NATO’s, Nederlandse
_INFLECTION: dict[Language, re.Pattern[str]] = {
    "nl": re.compile(r"[’']s$|(?<=\w\w\ws)e$"),
    "en": re.compile(r"[’']s?$"),
}
_BEFORE_BEGINNING = frozenset('.!?:;“”"(')
_LONGEST_PHRASE = 4
# Words that open a sentence or hold it together, and say nothing of what it is about.
_CONNECTING: dict[Language, frozenset[str]] = {
    "nl": STOP_WORDS["nl"]
    | frozenset(
        "daarnaast bovendien ook daarom hierdoor daardoor verder tevens dus echter toch zo vervolgens daarmee hiermee"
        " daarbij hierbij sinds tijdens volgens kortom tot slot ten eerste wel deze dit hun zowel alsmede evenals want"
        " hoewel omdat terwijl indien sommige beide elke ieder iedere andere mede circa ongeveer bijna ruim aldus"
        " inmiddels momenteel zoals dankzij wegens vanwege gezien naast tussen binnen buiten sindsdien".split()
    ),
    "en": STOP_WORDS["en"]
    | frozenset(
        "additionally moreover furthermore also therefore thus however besides since during according so then they"
        " both each every some other although because while if until about approximately nearly almost currently"
        " meanwhile instead finally first overall within between among through under over after before once such"
        " these those its our we i due given despite".split()
    ),
}
_DAYS_OF_WEEK = (
    ("maandag", "monday"), ("dinsdag", "tuesday"), ("woensdag", "wednesday"), ("donderdag", "thursday"),
    ("vrijdag", "friday"), ("zaterdag", "saturday"), ("zondag", "sunday"),
)  # fmt: skip
_TWINS = {one: other for pair in _DAYS_OF_WEEK for one, other in (pair, pair[::-1])}
# Endings in which words of the two languages differ by rule: International, Internationale; India, Indië.
_ENDINGS = (
    ("ations", "atie"), ("ation", "atie"), ("ities", "iteit"), ("ity", "iteit"), ("ions", "ie"), ("ion", "ie"),
    ("ical", "isch"), ("ic", "isch"), ("ale", "al"), ("ele", "al"), ("eel", "al"), ("ia", "ie"), ("y", "ie"),
    ("ische", "isch"),
)  # fmt: skip
# Ordinary words that names are made of.
_NAME_WORDS: dict[str, frozenset[str]] = {
    english: frozenset(dutch.split())
    for english, dutch in (
        line.split(": ")
        for line in (
            "alliance: bondgenootschap alliantie",
            "ally: bondgenoot",
            "allies: bondgenoten",
            "article: art artikel",
            "treaty: verdrag",
            "council: raad",
            "advisory: advies adviesraad",
            "committee: commissie comite",
            "house: kamer",
            "parliament: kamer parlement",
            "white: nota",
            "paper: nota stuk kamerstuk",
            "summit: top",
            "agreement: akkoord overeenkomst verdrag",
            "act: wet",
            "bill: wetsvoorstel",
            "east: oosten oost",
            "west: westen",
            "north: noorden noord",
            "south: zuiden zuid",
            "eastern: oost oostelijke oostflank",
            "western: westelijke west",
            "northern: noordelijke noord",
            "southern: zuidelijke zuid zuidflank",
            "sea: zee",
            "states: staten",
            "union: unie",
            "nations: naties",
            "court: hof rechtbank",
            "bank: bank",
            "agency: agentschap",
            "office: bureau",
            "fund: fonds",
            "security: veiligheid veiligheidsraad",
            "international: internationaal",
            "general: algemeen generaal",
            "state: staat",
            "secretary: secretaris staatssecretaris",
            "prime: minister premier",
            "foreign: buitenlandse",
            "affairs: zaken vraagstukken",
        )
    )
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence: whether it is (part of) a name, says something, and stands in the texts."""

    text: str
    name: bool
    content: bool
    found: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """A word as it is written and without its ending, whether it opens a sentence, and whether it says something."""

    written: str
    text: str
    begins: bool
    content: bool


def ground(sentence: str, language: Language, texts: Texts) -> tuple[Word, ...]:
    """Return the words of a sentence, held against the texts."""
    read = _read(sentence, language)
    there = _vocabulary(texts)
    covered = _covered_by_phrases([word.text for word in read], language, there)
    spoken = any(one == language for _, one in texts)
    words = []
    for number, word in enumerate(read):
        found = number in covered or any(_stands(text, language, there) for text in {word.text, word.written})
        name = word.content and _is_name(word.text, word.begins, spoken, language)
        words.append(Word(word.text, name, word.content, found))
    return tuple(words)


@lru_cache(maxsize=5_000)
def _read(sentence: str, language: Language) -> tuple[_Read, ...]:
    words = []
    for match in _WORD.finditer(sentence):
        text = _INFLECTION[language].sub("", match.group())
        before = sentence[: match.start()].rstrip()
        content = bool(_terms_of(text, language)) and _fold(text) not in _CONNECTING[language]
        words.append(_Read(match.group(), text, not before or before[-1] in _BEFORE_BEGINNING, content))
    return tuple(words)


@lru_cache(maxsize=50_000)
def _terms_of(text: str, language: Language) -> Terms:
    return tuple(analyse(text, language))


@lru_cache(maxsize=50_000)
def _fold(text: str) -> str:
    return fold(text)


def equivalents(terms: Terms, language: Language) -> frozenset[Terms]:
    """Return what the term list gives for index terms: their translations, and other words with the same one."""
    return _equivalents(terms, language)


@lru_cache(maxsize=20_000)
def _equivalents(terms: Terms, language: Language) -> frozenset[Terms]:
    other: Language = "en" if language == "nl" else "nl"
    over = {target for _, targets in translations(language).get(terms, ()) for target in targets}
    back = {again for one in over for _, targets in translations(other).get(one, ()) for again in targets}
    return frozenset(over | back)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    words: frozenset[str]
    terms: frozenset[str]
    bare: frozenset[str]

    def holds(self, terms: Iterable[str]) -> bool:
        return all(term in self.terms or term in self.words for term in terms)


@lru_cache(maxsize=5_000)
def _vocabulary(texts: Texts) -> _Vocabulary:
    parts = [_vocabulary_of(*text) for text in texts]
    words, terms, bare = (
        frozenset[str]().union(*(getattr(part, name) for part in parts)) for name in ("words", "terms", "bare")
    )
    return _Vocabulary(words, terms, bare)


@lru_cache(maxsize=5_000)
def _vocabulary_of(text: str, language: Language) -> _Vocabulary:
    words = {_fold(piece) for piece in _PIECE.findall(text)}
    words |= {_fold("".join(_PIECE.findall(word))) for word in _WORD.findall(text)}
    words |= {_TWINS[word] for word in words & _TWINS.keys()}
    return _Vocabulary(frozenset(words), frozenset(analyse(text, language)), frozenset(map(_bare, words)))


def _stands(word: str, language: Language, there: _Vocabulary) -> bool:
    pieces = [piece for piece in _PIECE.findall(word) if len(piece) > 1 or piece.isdigit()]
    whole = _fold("".join(_PIECE.findall(word)))
    if whole in there.words:
        return True
    return all(_piece_stands(piece, language, there) for piece in pieces)


def _piece_stands(piece: str, language: Language, there: _Vocabulary) -> bool:
    word = _fold(piece)
    if word in there.words or _bare(word) in there.bare or there.holds(_terms_of(piece, language)):
        return True
    if language == "en":
        return not _NAME_WORDS.get(word, frozenset()).isdisjoint(there.words)
    return any(word in dutch and english in there.words for english, dutch in _NAME_WORDS.items())


@lru_cache(maxsize=50_000)
def _bare(word: str) -> str:
    """Return a word without the ending that tells its language."""
    for ending, common in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word.removesuffix(ending) + common
    return word


def _covered_by_phrases(words: list[str], language: Language, there: _Vocabulary) -> frozenset[int]:
    """Return the places of words that the term list leads to what stands in the texts: The Hague, Den Haag."""
    covered: set[int] = set()
    by_word = [_terms_of(word, language) for word in words]
    for start in range(len(words)):
        for end in range(min(start + _LONGEST_PHRASE, len(words)), start, -1):
            terms = tuple(term for one in by_word[start:end] for term in one)
            if terms and any(there.holds(other) for other in _equivalents(terms, language)):
                covered.update(range(start, end))
                break
    return frozenset(covered)


def _is_name(word: str, begins: bool, spoken: bool, language: Language) -> bool:
    has_digit, has_letter = any(map(str.isdigit, word)), any(map(str.isalpha, word))
    if has_digit:
        return has_letter
    if any(sign.isupper() for sign in word[1:]):
        return True
    if not word[0].isupper():
        return False
    # what opens a sentence has a capital anyway; it is taken for a name unless it is known as another word, or no
    # text is in this language, so that no other word would be found there
    return not begins or (spoken and _fold(word) not in dictionary_words(language))


def content_terms(text: str, language: Language) -> Iterator[Terms]:
    """Yield the index terms of each word that says something."""
    for word in _WORD.findall(text):
        terms = _terms_of(word, language)
        if terms and _fold(word) not in _CONNECTING[language]:
            yield terms
