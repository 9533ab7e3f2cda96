"""Lines into running text: single blanks, true hyphens kept, soft ones closed."""

from __future__ import annotations

import re
from collections.abc import Sequence

# only from the start of a word, and no word is looked at twice
_LAST_PART = re.compile(r"(?<![^\W_])([^\W_]++)-$")
_FIRST_PART = re.compile(r"[^\W\d_]+")
# only from the start of a word, lest a long one be scanned again from each of its letters
_HYPHENATED = re.compile(r"(?<![^\W_])[^\W_]+(?:-[^\W_]+)+")
_COORDINATION = re.compile(r"(?:en|of|als|dan|tot|respectievelijk|resp\.|c\.q\.|and|or)\b")
_ADDRESS = re.compile(r"https?://|www\.")
_BREAKS_ADDRESS = tuple("/-=_?&%#")
# All of what is joined that the next line can depend on, in characters: an address, not a whole letter.
_LONGEST_WORD = 2_000
_OPEN_LEFT = frozenset({"non", "niet", "oud", "ex", "anti", "pro", "quasi", "semi"})
# Initialisms that are written small and can be read as a syllable; those without a vowel need no list.
_INITIALISMS = frozenset(
    "aow avg bso cao cpb dna ggz hbo havo hiv ict ivf mbo mkb svb tbo vmbo vwo wao wia wmo wvo zbo zzp".split()
)
_VOWELS = "aeiouyàáâäèéêëìíîïòóôöùúûü"
_PLAIN_VOWELS = "aeiou"
SOFT_HYPHEN = "\u00ad"


def hyphenated_words(texts: Sequence[str]) -> frozenset[str]:
    """Return the lower-cased words written with a hyphen inside a line: the letter's own true hyphens."""
    return frozenset(word.lower() for text in texts for word in _HYPHENATED.findall(text))


def join_lines(texts: Sequence[str], hyphenated: frozenset[str] = frozenset()) -> str:
    """Join the lines of one paragraph; `hyphenated` are words known to carry a true hyphen."""
    pieces: list[str] = []
    end = ""
    for text in texts:
        if not end:
            pieces, end = [text], text[-_LONGEST_WORD:]
            continue
        hyphen, between = _joint(end, text, hyphenated)
        if hyphen:
            pieces += filter(None, [pieces.pop()[:-1]])
        pieces += filter(None, (between, text))
        end = (end[: len(end) - hyphen] + between + text)[-_LONGEST_WORD:]
    return "".join(pieces)


def _joint(left: str, right: str, hyphenated: frozenset[str]) -> tuple[bool, str]:
    """Return whether the hyphen at the end of `left` goes, and what comes between the two."""
    if left.endswith(SOFT_HYPHEN):
        return True, ""
    last = left[left.rfind(" ") + 1 :]
    if last.endswith(_BREAKS_ADDRESS) and _ADDRESS.search(last):
        return False, ""
    head, tail = _LAST_PART.search(last), _FIRST_PART.match(right)
    if not head:
        # a dash of its own keeps its blanks; one glued to a digit or bracket binds
        binds = left.endswith("-") and len(left) > 1 and not left[-2].isspace()
        return False, "" if binds else " "
    if _COORDINATION.match(right):
        return False, " "
    return bool(tail and not _is_true_hyphen(head[1], tail.group(), hyphenated)), ""


def _is_true_hyphen(head: str, tail: str, hyphenated: frozenset[str]) -> bool:
    """Whether the hyphen between two parts of a word belongs to its spelling.

    Dutch spelling keeps it before a capital, beside an abbreviation, after a digit or single letter, after
    some prefixes, and between vowels that would otherwise be read as one (klinkerbotsing); else the
    letter's own spelling inside a line decides.
    """
    if tail[0].isupper() or any(sign.isupper() or sign.isdigit() for sign in head[1:]) or len(head) == 1:
        return True
    if _is_initialism(head) or _is_initialism(tail):
        return True
    if head.lower() in _OPEN_LEFT or f"{head}-{tail}".lower() in hyphenated:
        return True
    return (
        head[-1].lower() in _VOWELS and tail[0].lower() in _PLAIN_VOWELS and _collide(head[-1].lower(), tail[0].lower())
    )


def _is_initialism(part: str) -> bool:
    return part.lower() in _INITIALISMS or not any(sign in _VOWELS for sign in part.lower())


def _collide(left: str, right: str) -> bool:
    return left + right in {"aa", "ae", "ai", "au", "ee", "ei", "eu", "ie", "oe", "oi", "oo", "ou", "ui", "uu", "ii"}
