"""The words for numbers and for parts of time, in both languages; all folded (see `ingest.dutch.fold`)."""

from __future__ import annotations

from functools import cache

from ingest.dutch import NUMBER_WORDS
from ingest.letter import Language
from ingest.structure.dates import MONTHS as DUTCH_MONTHS

MONTHS: dict[Language, tuple[str, ...]] = {
    "nl": DUTCH_MONTHS,
    "en": (
        "january", "february", "march", "april", "may", "june",
        "july", "august", "september", "october", "november", "december",
    ),
}  # fmt: skip
SCALES = {
    "honderd": 100, "hundred": 100, "duizend": 1_000, "thousand": 1_000, "miljoen": 10**6, "million": 10**6,
    "mln": 10**6, "miljard": 10**9, "billion": 10**9, "mld": 10**9, "bn": 10**9, "biljoen": 10**12, "trillion": 10**12,
}  # fmt: skip
# More of them than one; how many is not said.
MANY = {
    "tientallen": "10s", "tens": "10s", "dozens": "10s", "honderden": "100s", "hundreds": "100s", "duizenden": "1000s",
    "thousands": "1000s", "miljoenen": "1000000s", "millions": "1000000s", "miljarden": "1000000000s",
    "billions": "1000000000s",
}  # fmt: skip
FRACTIONS = {
    "derde": 3, "third": 3, "thirds": 3, "kwart": 4, "quarter": 4, "quarters": 4, "vijfde": 5, "fifth": 5, "fifths": 5,
    "tiende": 10, "tenth": 10, "tenths": 10,
}  # fmt: skip
HALF = frozenset({"half", "halve", "helft"})
ONE_AND_A_HALF = frozenset({"anderhalf", "anderhalve"})
ONES = frozenset({"een", "one", "a", "an"})
CURRENCIES = {
    "€": "€", "euro": "€", "eur": "€", "$": "$", "dollar": "$", "usd": "$", "£": "£", "pond": "£", "pound": "£",
}  # fmt: skip
PARTS_OF_YEAR = {
    "eind": "end", "einde": "end", "end": "end", "end of": "end", "the end of": "end", "late": "end",
    "begin": "start", "early": "start", "start of": "start", "beginning of": "start", "medio": "middle",
    "mid": "middle", "halverwege": "middle", "the middle of": "middle",
}  # fmt: skip
_TENS: dict[Language, str] = {
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
}
# From the second on: "eerste" and "first" are said of more than numbers.
_ORDINALS: dict[Language, str] = {
    "nl": "tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde dertiende veertiende"
    " vijftiende zestiende zeventiende achttiende negentiende twintigste",
    "en": "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
    " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
}


@cache
def word_values(language: Language) -> dict[str, int]:
    """Return number words by their value, in Dutch to 1,999 and by whole thousands; no article among them."""
    units = {word: int(value) for word, value in NUMBER_WORDS[language].items()}
    tens = {word: 10 * number for number, word in enumerate(_TENS[language].split(), 2)}
    values = units | tens
    if language == "nl":
        ones = {"een": 1} | {word: value for word, value in units.items() if 0 < value < 10}
        values |= {f"{one}en{ten}": high + low for ten, high in tens.items() for one, low in ones.items()}
        hundreds = {"honderd": 100} | {f"{one}honderd": 100 * low for one, low in units.items() if 1 < low < 20}
        values |= {word: value for word, value in hundreds.items() if word not in SCALES} | {
            f"{high}{low}": hundreds[high] + values[low] for high in hundreds for low in values
        }
        values |= {f"{one}duizend": 1_000 * low for one, low in values.items() if 1 < low < 100}
    return values


@cache
def ordinal_words(language: Language) -> dict[str, int]:
    """Return ordinals in words by their value."""
    return {word: number for number, word in enumerate(_ORDINALS[language].split(), 2)}
