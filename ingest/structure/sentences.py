"""Where sentences end in Dutch official prose (and its English translation)."""

from __future__ import annotations

import re

from ingest.letter import Span

_CANDIDATE = re.compile(r"(?:[.!?]+|…)[\"'”’»)\]]*(?=\s+[\"'“‘«„(\[]*[A-ZÀ-Þ0-9€])")
_LAST_TOKEN = re.compile(r"[^\s(\[«“„‘\"']+$")
# Always followed by what they introduce, so never the end of a sentence.
_INTRODUCING = frozenset(
    "art artt nr nrs dhr mevr mw drs ir mr ing prof dr bijv bv m.n o.a o.m t.a.v t.b.v m.b.t i.v.m t/m i.o.v o.l.v "
    "d.w.z nl resp p pp blz pag ca vgl zgn zog c.q incl excl d.d dd st ing fig kst i.c t.w a.d h "
    "gen lt kol maj jhr feb mrt apr jun jul aug sept sep okt nov dec e.g i.e mrs ms messrs".split()
)
# May end a sentence: they do when the next word starts one.
_CLOSING = frozenset("jl enz etc e.d e.a a.s ll e.v o.i.d n.a.v cs c.s v.chr n.chr b.v n.v s.v.p".split())
_STARTERS = frozenset(
    "de het een in dit deze dat die op voor ook er dat daarnaast daarom daarmee hierbij hiermee zo zoals als met om "
    "uit bij na naar over tot van wij we ik u zij ze hij is zijn wel niet tevens verder vervolgens ten tijdens door "
    "the this that these it in on for we and but he she they".split()
)
_INITIALS = re.compile(r"(?:[A-Z][a-z]{0,2}\.)*[A-Z][a-z]{0,1}")


def split_sentences(text: str) -> tuple[Span, ...]:
    """Return the spans of the sentences; together they hold every non-blank character of `text`."""
    spans: list[Span] = []
    start = 0
    for match in _CANDIDATE.finditer(text):
        if not _ends_sentence(text, match):
            continue
        spans.append((start, match.end()))
        start = match.end() + len(text[match.end() :]) - len(text[match.end() :].lstrip())
    if start < len(text):
        spans.append((start, len(text)))
    return tuple(spans)


def ends_in_abbreviation(text: str, *, closing: bool = False) -> bool:
    """Whether the text ends in an abbreviation that goes on ("nr."), or, with `closing`, in any ("c.s.")."""
    token = _LAST_TOKEN.search(text[:-1]) if text.endswith(".") else None
    if not token:
        return False
    lowered = token.group().lower()
    is_initial = bool(_INITIALS.fullmatch(token.group())) and (len(lowered) == 1 or "." in lowered)
    return lowered in _INTRODUCING or is_initial or (closing and lowered in _CLOSING)


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    if not match.group().startswith(".") or match.group().startswith(".."):
        return True
    token_match = _LAST_TOKEN.search(text, 0, match.start())
    token = token_match.group() if token_match else ""
    following = re.match(r"\W*(\w+)", text[match.end() :])
    next_word = following[1] if following else ""
    lowered = token.lower()
    if lowered in _INTRODUCING:
        return False
    if lowered in _CLOSING:
        return next_word.lower() in _STARTERS and next_word[:1].isupper()
    if _INITIALS.fullmatch(token) and (len(token) == 1 or "." in token):
        return False
    # a number of a list or heading at the very start ("1. Inleiding")
    return not (token.isdecimal() and match.start() == len(token))
