"""Where sentences end in Dutch official prose (and its English translation)."""

from __future__ import annotations

import re

from ingest.letter import Span

# no stop is looked at twice, lest a row of thousands is
_CANDIDATE = re.compile(r"(?:(?<![.!?])[.!?]++|…)[\"'”’»)\]]*(?=\s+[\"'“‘«„(\[]*(?:['’][stn]\s)?[A-ZÀ-Þ0-9€])")
_NOT_BLANK = re.compile(r"\S")
_NEXT_WORD = re.compile(r"\W{0,20}+(\w+)")
_LAST_TOKEN = re.compile(r"[^\s(\[«“„‘\"']+$")
# Always followed by what they introduce, so never the end of a sentence.
_INTRODUCING = frozenset(
    "art artt nr nrs dhr mevr mw drs ir mr ing prof dr bijv bv m.n o.a o.m t.a.v t.b.v m.b.t i.v.m t/m i.o.v o.l.v "
    "d.w.z nl resp p pp blz pag ca vgl zgn zog c.q incl excl d.d dd st ing fig kst i.c t.w a.d h "
    "stcrt stb trb pb pbeu par max min plv "
    "gen lt kol maj jhr feb mrt apr jun jul aug sept sep okt nov dec e.g i.e mrs ms messrs".split()
)
# May end a sentence: they do when the next word starts one.
_CLOSING = frozenset("jl enz etc e.d e.a a.s ll e.v o.i.d n.a.v cs c.s v.chr n.chr b.v n.v s.v.p p.m t.k.n".split())
_STARTERS = re.compile(
    r"(?:(?:daar|hier|waar)\w*|de|het|een|in|dit|deze|die|dat|op|voor|ook|er|zo\w*|als|met|om|uit|bij|na|naar|over|tot"
    r"|van|wij|we|ik|u|zij|ze|hij|uw|mijn|onze|ons|is|zijn|wel|niet|geen|tevens|verder|vervolgens|ten|tijdens|door"
    r"|sinds|volgens|gezien|indien|hoewel|terwijl|omdat|echter|bovendien|inmiddels|momenteel|thans|later|eerder|nu|toen"
    r"|toch|alle|alleen|veel|enkele|beide|elke?|ieder\w*|wat|wie|welke|hoe|kan|kunt|kunnen|bent|deelt|heeft|hebben|wordt"
    r"|worden|zal|zullen|moet|binnen|vanaf|per|eind|begin|medio|aan|onder|tussen|tegen|zonder|mede|dan|dus|want|maar|en"
    r"|the|this|that|these|it|on|for|and|but|he|she|they)",
    re.IGNORECASE,
)
_LOWER_INITIALS = re.compile(r"[a-z](?:\.[a-z])+")
# What numbers a part of a list stands before it, and ends nothing: "1.", "Ad 1."
_LONGEST_TOKEN = 60
_COUNT = re.compile(r"(?:Ad\s+)?\d+")
_INITIALS = re.compile(r"(?:[A-Z][a-z]{0,2}\.)*[A-Z][a-z]{0,1}")


def split_sentences(text: str) -> tuple[Span, ...]:
    """Return the spans of the sentences; together they hold every non-blank character of `text`."""
    spans: list[Span] = []
    start = 0
    for match in _CANDIDATE.finditer(text):
        if not _ends_sentence(text, match, start):
            continue
        spans.append((start, match.end()))
        # compiled patterns look from a place on; slices would copy the rest of the text at every sentence
        following = _NOT_BLANK.search(text, match.end())
        start = following.start() if following else len(text)
    if start < len(text):
        spans.append((start, len(text)))
    return tuple(spans)


def ends_in_abbreviation(text: str, *, closing: bool = False) -> bool:
    """Whether the text ends in an abbreviation that goes on ("nr."), or, with `closing`, in any ("c.s.")."""
    end = len(text) - 1
    token = _LAST_TOKEN.search(text, max(end - _LONGEST_TOKEN, 0), end) if text.endswith(".") else None
    if not token:
        return False
    lowered = token.group().lower()
    is_initial = bool(_INITIALS.fullmatch(token.group())) and (len(lowered) == 1 or "." in lowered)
    if lowered in _CLOSING:
        return closing
    return lowered in _INTRODUCING or is_initial or bool(_LOWER_INITIALS.fullmatch(token.group()))


def _ends_sentence(text: str, match: re.Match[str], start: int) -> bool:
    if not match.group().startswith(".") or match.group().startswith(".."):
        return True
    token_match = _LAST_TOKEN.search(text[max(start, match.start() - _LONGEST_TOKEN) : match.start()])
    token = token_match.group() if token_match else ""
    following = _NEXT_WORD.match(text, match.end())
    next_word = following[1] if following else ""
    lowered = token.lower()
    if lowered in _CLOSING:
        return bool(_STARTERS.fullmatch(next_word)) and next_word[:1].isupper()
    if lowered in _INTRODUCING or _LOWER_INITIALS.fullmatch(token):
        return False
    if _INITIALS.fullmatch(token) and (len(token) == 1 or "." in token):
        return False
    return not _COUNT.fullmatch(text, start, match.start())
