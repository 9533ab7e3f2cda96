"""Which language a question is in; short questions included."""

from __future__ import annotations

import math
import re
from functools import cache

from ingest.dutch import STOP_WORDS, dictionary_words, fold
from ingest.letter import Language

_WORD = re.compile(r"[^\W\d_]+")
_FUNCTION_WORD, _DICTIONARY_WORD = 3.0, 1.5
_NAME = 0.3  # a capital inside a question begins a name, in whatever language
# Letter groups that one of the two spellings hardly uses, with the language they speak for.
_SPELLINGS: tuple[tuple[re.Pattern[str], Language, float], ...] = (
    (re.compile(r"ij|aa|uu|oe(?=[^s])|sch|eeu|ieu|auw|[^t]ie[ktv]|gt$|kt$|dt$|lijk|heid|atie|iteit|isch"), "nl", 1.0),
    (re.compile(r"th|sh|wh|ck|ough|tion|ous$|ity$|ly$|ing$|ea|y$|ay|ed$|ness|ment$"), "en", 1.0),
    (re.compile(r"^(?:ge|be|ver|ont)\w{4,}(?:d|t|en)$|en$|tje$"), "nl", 0.5),
)
_MORE_NL = frozenset(
    "t n zn waarover waarmee daarvan daarmee eens even nou toch dus want hier daar elk elke andere eigenlijk aub "
    "graag hoezo sinds nieuwe laatste wel jaar noem noemt geef leg zin dank vraag namens hoeveel volgende zoals "
    "tegenover tussen tijdens zonder binnen sinds welke beide".split()
)
_MORE_EN = frozenset(
    "tell give please explain name list show mean since there here else more during without within between year "
    "against under his she no yes just only other another because while thanks question again next both whether".split()
)


def detect_language(text: str) -> Language:
    """Return the likelier of Dutch and English; Dutch when nothing speaks for either."""
    return "en" if english_log_odds(text) > 0 else "nl"


def english_log_odds(text: str) -> float:
    """Return how much more the words speak for English than for Dutch; 0 when they don't say."""
    words = _WORD.findall(text)
    odds = 2 * _word_odds(fold(words[0])) if words else 0.0  # the word that asks tells most
    for word in words[1:]:
        odds += _word_odds(fold(word)) * (_NAME if word[0].isupper() else 1.0)
    return odds


def _word_odds(word: str) -> float:
    dutch, english = _function_words()
    if (word in dutch) != (word in english):
        return _FUNCTION_WORD if word in english else -_FUNCTION_WORD
    nl_words, en_words = dictionary_words("nl"), dictionary_words("en")
    if (word in nl_words) != (word in en_words):
        return _DICTIONARY_WORD if word in en_words else -_DICTIONARY_WORD
    odds = 0.0
    for pattern, language, weight in _SPELLINGS:
        if pattern.search(word):
            odds += weight if language == "en" else -weight
    return math.tanh(odds)


@cache
def _function_words() -> tuple[frozenset[str], frozenset[str]]:
    return STOP_WORDS["nl"] | _MORE_NL, STOP_WORDS["en"] | _MORE_EN
