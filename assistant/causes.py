"""Whether a sentence takes a cause for its effect, gives a reason of its own, or turns a comparison round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.clauses import in_language, overlap, words_of
from assistant.grounding import Texts
from ingest.letter import Language


def _compile(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


# What stands after these is the cause.
_BECAUSE: dict[Language, re.Pattern[str]] = {
    "nl": _compile(
        r"omdat|doordat|aangezien|want|vanwege|wegens|als gevolg van|dankzij|gezien|nadat",
        r"door(?! (?:\w+ ){0,2}te\b)",
    ),
    "en": _compile(r"because(?: of)?|due to|owing to|as a result of|thanks to|given|since|caused by"),
}
# What stands after these is the effect.
_THEREFORE: dict[Language, re.Pattern[str]] = {
    "nl": _compile(
        r"leid(?:t|en|de|den) tot|zorg(?:t|en) voor|veroorza(?:akt|ken)|waardoor|zodat|daardoor|hierdoor|daarom",
        r"om die reden|dus|zodoende",
    ),
    "en": _compile(
        r"leads? to|led to|causes?|results? in|resulted in|so that|therefore|for that reason|as a result(?! of)",
        r"consequently|hence",
    ),
}
# Words that give a reason without telling cause from effect.
_REASON: dict[Language, re.Pattern[str]] = {
    "nl": _compile(
        r"om (?:\w+[ ,]+){0,8}te|teneinde|immers|namelijk|oorza\w+|reden\w*|door\w*|verklaring|gevolg\w*|opdat",
        r"daarvoor|ten dienste|mede|terwijl|bovendien|bijdra\w+",
    ),
    "en": _compile(
        r"in order|to (?=\w+)|reasons?|explanation|consequences?|as|by|through|contribut\w+|so|while",
    ),
}
# What connects so plainly that a source without any reason does not bear it out.
_EXPLICIT: dict[Language, re.Pattern[str]] = {
    "nl": _compile(
        r"omdat|doordat|vanwege|wegens|als gevolg van|dankzij|leid(?:t|en|de) tot|veroorza(?:akt|ken)|waardoor",
        r"daardoor|hierdoor|om die reden",
    ),
    "en": _compile(
        r"because|due to|owing to|as a result|thanks to|leads? to|led to|causes?|caused|results? in|therefore",
        r"consequently",
    ),
}
_THAN = _compile("dan|than")


def find_crossed(sentence: str, language: Language, sources: Texts) -> str | None:
    """Return the word around which cause and effect, or the two that are compared, have changed places."""
    same = _joined(in_language(sources, language))
    if found := _EXPLICIT[language].search(sentence):
        known = any(
            pattern.search(text)
            for text, spoken in same
            for pattern in (_BECAUSE[spoken], _THEREFORE[spoken], _REASON[spoken])
        )
        if not known:
            return found.group()
    for said in _halves(sentence, language):
        for text, spoken in same:
            for meant in _halves(text, spoken):
                if said[3] == meant[3] and _cross(said, language, meant, spoken):
                    return said[2]
    return None


def _joined(sources: Texts) -> Texts:
    """Return the texts of each language as one: "for that reason" is said of the sentence before."""
    spoken = dict.fromkeys(language for _, language in sources)
    return tuple((" ".join(text for text, one in sources if one == language), language) for language in spoken)


Halves = tuple[str, str, str, str]
"""What comes first (an effect, what is more), what second (its cause, what is less), the word between, its kind."""


@lru_cache(maxsize=5_000)
def _halves(text: str, language: Language) -> tuple[Halves, ...]:
    return tuple(_find_halves(text, language))


def _find_halves(text: str, language: Language) -> Iterator[Halves]:
    for pattern, cause_after in ((_BECAUSE[language], True), (_THEREFORE[language], False)):
        for found in pattern.finditer(text):
            before, after = text[: found.start()], text[found.end() :]
            if not any(map(str.isalnum, before)):
                # "Because of X, Y": what comes first ends at the comma
                after, _, before = after.partition(",")
            effect, cause = (before, after) if cause_after else (after, before)
            if words_of(effect, language) and words_of(cause, language):
                yield effect, cause, found.group(), "cause"
    for found in _THAN.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        if words_of(before, language) and words_of(after, language):
            yield before, after, found.group(), "than"


def _cross(said: Halves, language: Language, meant: Halves, spoken: Language) -> bool:
    """Whether the halves of a sentence stand the other way round in its source."""
    straight = overlap(said[0], language, meant[0], spoken) + overlap(said[1], language, meant[1], spoken)
    crossed = overlap(said[0], language, meant[1], spoken) + overlap(said[1], language, meant[0], spoken)
    return crossed > straight and overlap(said[1], language, meant[0], spoken) > 0
