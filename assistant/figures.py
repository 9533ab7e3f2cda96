"""Numbers, amounts, percentages and dates in one form, whichever of the two languages a text writes them in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, lru_cache

from assistant.number_words import (
    CURRENCIES,
    FRACTIONS,
    HALF,
    MANY,
    MONTHS,
    ONE_AND_A_HALF,
    ONES,
    PARTS_OF_YEAR,
    SCALES,
    ordinal_words,
    word_values,
)
from ingest.dutch import fold
from ingest.letter import Language

# 2.000, 28 676, 1,5: a point, comma, apostrophe or blank before each three digits, or before decimals.
_TOKEN = re.compile(
    r"(?<![\w.,])(?P<digits>\d+(?:[.,'\u00a0\u202f ](?=\d{3}(?!\d))\d{3})*(?:[.,]\d+)*)"
    r"(?P<ordinal>e|de|ste|st|nd|rd|th)?(?!\w)"
    r"|(?P<word>[^\W\d_]+)|(?P<sign>[%€$£])"
)
_JOINS = frozenset({"", " ", "-", "\u00a0", "\u202f"})
_BETWEEN = frozenset({"tot", "à", "to", "en", "and", "tot en met"})
_AND = frozenset({"en", "and"})
_PERCENT, _POINTS = "%", "pp"
_ONE_HALF, _ONE_AND_A_HALF = Decimal("0.5"), Decimal("1.5")
_TEN, _TWENTY, _HUNDRED, _THOUSAND = 10, 20, 100, 1_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit ("", "%", "€", "th", "day", "month", …); `text` is how it was written."""

    value: str
    unit: str
    text: str = field(compare=False)

    def stands_in(self, others: frozenset[Figure]) -> bool:
        """Whether one of the others says as much: the same number, and no unit that they don't have."""
        if self in others:
            return True
        if self.unit == "month":
            return any(other.unit == "day" and other.value.startswith(f"{self.value}-") for other in others)
        return not self.unit and any(other.value == self.value and other.unit in CURRENCIES for other in others)


@lru_cache(maxsize=2_000)
def find_figures(text: str, language: Language) -> tuple[Figure, ...]:
    """Return the figures of a text in order; a date gives its day and its year."""
    found: list[tuple[int, Figure]] = []
    pieces: list[str] = []
    done = 0
    for match in _dates(language).finditer(text):
        found += [(match.start(), figure) for figure in _date_figures(match, language)]
        # the year stays, as a number of its own
        year = next((match.start(name) for name, value in match.groupdict().items() if value and "year" in name), None)
        start, end = (match.end(), match.end()) if year is None else (year, year + 4)
        # not blanks in place of the rest, which may stand inside a number
        pieces += [
            text[done : match.start()],
            ";" * (start - match.start()),
            text[start:end],
            ";" * (match.end() - end),
        ]
        done = match.end()
    rest = "".join(pieces) + text[done:]
    for match in _parts_of_year().finditer(rest):
        part = PARTS_OF_YEAR[match["part"].lower()]
        found.append((match.start(), Figure(f"{part} {match['year']}", "time", match.group())))
    found += _Reader(tuple(_TOKEN.finditer(rest)), rest, language).figures()
    return tuple(figure for _, figure in sorted(found, key=lambda one: one[0]))


@cache
def _dates(language: Language) -> re.Pattern[str]:
    month = "|".join(MONTHS[language])
    year = r"(?P<{}>(?:19|20)\d\d)"
    return re.compile(
        rf"\b(?P<day1>[0-3]?\d)(?:e|de|ste|st|nd|rd|th)?(?: of)? (?P<month1>{month})\b(?:,? {year.format('year1')}\b)?"
        rf"|\b(?P<month2>{month}) (?:the )?(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?\b(?:,? {year.format('year2')}\b)?"
        rf"|\b(?P<month3>{month}),? {year.format('year3')}\b"
        # alone, "mei" or "may" may be another word
        rf"|\b(?:in|since|sinds|from|vanaf|until|tot|eind|begin|medio|by|of|van|early|late|mid)[ -]"
        rf"(?P<month4>{month})\b"
        rf"|\b(?P<day5>[0-3]?\d)[-/.](?P<number5>[01]?\d)[-/.]{year.format('year5')}\b"
        rf"|\b{year.format('year6')}-(?P<number6>[01]\d)-(?P<day6>[0-3]\d)\b",
        re.IGNORECASE,
    )


@cache
def _parts_of_year() -> re.Pattern[str]:
    parts = "|".join(PARTS_OF_YEAR)
    return re.compile(
        rf"\b(?P<part>{parts})[ -](?:(?:het jaar|the year|van|of) )?(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE
    )


def _date_figures(match: re.Match[str], language: Language) -> Iterator[Figure]:
    parts = {name.rstrip("123456"): value for name, value in match.groupdict().items() if value}
    name = parts.get("month")
    month = MONTHS[language].index(name.lower()) + 1 if name else int(parts["number"])
    if "day" in parts:
        yield Figure(f"{month:02}-{int(parts['day']):02}", "day", match.group())
    else:
        yield Figure(f"{month:02}", "month", match.group())


@dataclass(frozen=True, slots=True)
class _Read:
    """A number that was read: its value, the factor that its scales made of it, and the tokens it ends before."""

    value: Decimal
    factor: Decimal
    end: int
    unit: str = ""


class _Reader:
    """Reads the figures from the tokens of one text."""

    def __init__(self, tokens: Sequence[re.Match[str]], text: str, language: Language) -> None:
        self._tokens = tokens
        self._words = [fold(token.group()) if token["word"] else token.group() for token in tokens]
        self._text = text
        self._language = language

    def figures(self) -> list[tuple[int, Figure]]:
        """Return each figure with where it stands."""
        found: list[tuple[int, Figure]] = []
        place = 0
        low: tuple[int, _Read] | None = None
        while place < len(self._tokens):
            if special := self._special(place):
                found.append((self._tokens[place].start(), special[1]))
                place, low = special[0], None
            elif number := self._number(place):
                number = self._with_unit(place, number)
                if low:
                    found[-1] = self._figure(low[0], _like(low[1], number))
                found.append(self._figure(place, number))
                bare = not number.unit and number.factor == 1
                low = (place, number) if bare and self._begins_range(number.end) else None
                place = number.end
            else:
                low = low if self._words[place] in _BETWEEN else None
                place += 1
        return found

    def _figure(self, place: int, number: _Read) -> tuple[int, Figure]:
        start, end = self._tokens[place].start(), self._tokens[number.end - 1].end()
        return start, Figure(f"{number.value.normalize():f}", number.unit, self._text[start:end])

    def _special(self, place: int) -> tuple[int, Figure] | None:
        """Return what is no plain number: an ordinal, a fraction, "dozens"."""
        token, word = self._tokens[place], self._words[place]
        if token["digits"]:
            if not token["ordinal"]:
                return None
            return place + 1, Figure(token["digits"], "th", token.group())
        if word in MANY:
            return place + 1, Figure(MANY[word], "many", token.group())
        if fraction := self._fraction(place):
            return fraction
        ordinal = ordinal_words(self._language).get(word)
        if ordinal and self._word(place + 1) != "kamer":
            return place + 1, Figure(str(ordinal), "th", token.group())
        return None

    def _fraction(self, place: int) -> tuple[int, Figure] | None:
        word = self._words[place]
        count = 1 if word in ONES else word_values(self._language).get(word, 0)
        part = FRACTIONS.get(self._word(place + 1))
        # "a third country" is not a third of anything
        if part and (count > 1 or (count and self._word(place + 2) in ("of", "van"))):
            return place + 2, Figure(f"{count}/{part}", "part", self._span(place, place + 2))
        if word in HALF and not self._mantissa(place) and not self._half_after(place - 2):
            return place + 1, Figure("1/2", "part", self._words[place])
        return (place + 1, Figure("3/4", "part", self._words[place])) if word == "driekwart" else None

    def _number(self, place: int) -> _Read | None:
        """Read digits or number words with the scales after them: 1,5 miljard, two hundred and fifty thousand."""
        start = self._mantissa(place)
        if start is None:
            return None
        (value, end), total = start, Decimal(0)
        factor = Decimal(self._scale(place) or 1)
        while end < len(self._tokens) and self._joined(end):
            more = self._mantissa(end + (self._words[end] in _AND))
            if scale := self._scale(end):
                whole = total + value if total < scale else value
                total, value, factor, end = total - (whole - value), whole * scale, factor * scale, end + 1
            elif more and factor >= _HUNDRED and more[0] < value and more[0] < _THOUSAND:
                total, value, end = total + value, *more
            else:
                break
        return _Read(total + value, factor, end)

    def _mantissa(self, place: int) -> tuple[Decimal, int] | None:
        """Return the value of digits, of one number word or of a scale alone, and the token it ends before."""
        token, word = self._token(place), self._word(place)
        if token and token["digits"]:
            return None if token["ordinal"] else (_digits_value(token["digits"], self._language), place + 1)
        if word in ONE_AND_A_HALF:
            return _ONE_AND_A_HALF, place + 1
        if word in HALF:
            # half a million, een half miljoen
            end = place + 1 + (self._word(place + 1) in ONES)
            return (_ONE_HALF, end) if self._scale(end) else None
        if scale := self._scale(place):
            return Decimal(scale), place + 1
        if word in ONES:
            half = self._half_after(place + 1)
            return (1 + half[0], half[1]) if half else (Decimal(1), place + 1) if self._scale(place + 1) else None
        return self._spelled(place)

    def _spelled(self, place: int) -> tuple[Decimal, int] | None:
        """Return the value of a number word, with the unit or the half that goes on with it: twenty-five."""
        values = word_values(self._language)
        if self._word(place) not in values:
            return None
        value, end = Decimal(values[self._word(place)]), place + 1
        unit = values.get(self._word(end), 0)
        if _TWENTY <= value < _HUNDRED and 0 < unit < _TEN and self._joined(end):
            return value + unit, end + 1
        half = self._half_after(end)
        return (value + half[0], half[1]) if half else (value, end)

    def _half_after(self, place: int) -> tuple[Decimal, int] | None:
        """Return what "and a half" adds."""
        if self._word(place) in _AND and self._word(place + 1) in ONES and self._word(place + 2) in HALF:
            return _ONE_HALF, place + 3
        return None

    def _with_unit(self, place: int, number: _Read) -> _Read:
        word, after = self._word(number.end), self._word(number.end + 1)
        before = self._word(place - 1) if place else ""
        if word == "%" or word.startswith(("procent", "percent")):
            points = word.startswith("procentpunt") or (word == "percentage" and after in ("point", "points"))
            if word == "percentage" and not points:
                return number
            end = number.end + 1 + (word == "percentage")
            return replace(number, unit=_POINTS if points else _PERCENT, end=end)
        if word == "per" and after.startswith("cent"):
            return replace(number, unit=_PERCENT, end=number.end + 2)
        if word.removesuffix("s") in CURRENCIES:
            return replace(number, unit=CURRENCIES[word.removesuffix("s")], end=number.end + 1)
        if before in CURRENCIES and self._joined(place):
            return replace(number, unit=CURRENCIES[before])
        return number

    def _begins_range(self, place: int) -> bool:
        if self._word(place) in _BETWEEN:
            return True
        return place < len(self._tokens) and self._gap(place).strip() in ("-", "–")

    def _gap(self, place: int) -> str:
        return self._text[self._tokens[place - 1].end() : self._tokens[place].start()]

    def _joined(self, place: int) -> bool:
        return 0 < place < len(self._tokens) and self._gap(place) in _JOINS

    def _scale(self, place: int) -> int | None:
        return SCALES.get(self._word(place))

    def _token(self, place: int) -> re.Match[str] | None:
        return self._tokens[place] if 0 <= place < len(self._tokens) else None

    def _word(self, place: int) -> str:
        return self._words[place] if 0 <= place < len(self._words) else ""

    def _span(self, place: int, end: int) -> str:
        return self._text[self._tokens[place].start() : self._tokens[end - 1].end()]


def _like(low: _Read, high: _Read) -> _Read:
    """Return the lower end of a range with scale and unit of the higher: 2 to 3 per cent."""
    if low.value > high.value / high.factor:
        return low
    return replace(low, value=low.value * high.factor, unit=high.unit)


def _digits_value(number: str, language: Language) -> Decimal:
    thousands, decimal = (".", ",") if language == "nl" else (",", ".")
    number = re.sub(r"[\u00a0\u202f' ]", "", number)
    if re.fullmatch(rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+(?:{re.escape(decimal)}\d+)?", number):
        number = number.replace(thousands, "")
    # what is left is a decimal sign, also where it is the other language's: "1.5" can't be anything else in Dutch
    first, *others = re.split("[.,]", number)
    return Decimal(f"{first}.{''.join(others)}" if others else first)
