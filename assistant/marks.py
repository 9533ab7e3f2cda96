"""Words that change what a sentence claims: how sure, how many, how soon, which way; the same marks in both languages."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from ingest.letter import Language

Mark = Literal[
    "may", "wish", "must", "expect", "consider", "advise", "decided", "will", "open", "later",
    "all", "each", "most", "many", "few", "only", "always", "at least", "at most", "more than", "less than",
]  # fmt: skip
# Marks that make a claim less than a fact.
SOFT: frozenset[Mark] = frozenset({"may", "wish", "must", "expect", "consider", "advise", "open"})
# Marks that a sentence may bear only where its source bears them too.
STRONG: frozenset[Mark] = frozenset(
    {"must", "decided", "all", "each", "most", "only", "always", "at least", "at most", "more than", "less than", "later"}
)  # fmt: skip
# Marks that say as much as another.
_COVERS: dict[Mark, frozenset[Mark]] = {
    "must": frozenset({"must", "advise"}),
    "all": frozenset({"all", "each", "always"}),
    "each": frozenset({"all", "each"}),
    "always": frozenset({"all", "each", "always"}),
    "later": frozenset({"later", "may", "wish", "expect", "open", "will"}),
    "more than": frozenset({"more than", "at least"}),
    "at least": frozenset({"more than", "at least"}),
    "less than": frozenset({"less than", "at most"}),
    "at most": frozenset({"less than", "at most"}),
}
_PATTERNS: dict[Mark, tuple[str, str]] = {
    "may": (
        r"kan|kunnen|kunt|kon(?:den)?|mogelijke?|mogelijkheid|zou(?:den)?|wellicht|misschien|eventuele?|mag|mogen|mits"
        r"|indien|in staat",
        r"can|could|may|might|possibl[ey]|possibility|potential(?:ly)?|would|perhaps|able|if|provided|eventual|whether",
    ),
    "wish": (
        r"wil|willen|wilde|wenst|wensen|streeft|streven|streefdoel|beoog\w+|hoopt|ambi\w+|doel(?:stelling\w*|en)?|gericht"
        r"|van plan|voornemens?|voorgenomen|gepland|plan|maakt zich sterk",
        r"wants?|wish\w*|aim\w*|seeks?|intend\w*|strives?|striving|hopes?|goals?|targets?|plan\w*|ambition\w*|would like"
        r"|objectives?",
    ),
    "must": (
        r"moet|moeten|moest(?:en)?|dient|dienen|verplicht\w*|nodig|noodzakelijk|noodzaak|vereist|eis(?:en|t)?"
        r"|jeugdhulpplicht|plicht|behoeft|hoort|horen",
        r"must|have to|has to|had to|should|needs?|needed|requir\w+|oblig\w+|ought|necessary|necessity|duty|be able",
    ),
    "expect": (
        r"verwacht\w*|raamt|raming|ramen|schat|schatt\w+|naar schatting|waarschijnlijk\w*|dreig\w*|lijkt|vermoed\w*",
        r"expect\w*|estimat\w*|likely|probabl[ey]|forecast\w*|seems?|threaten\w*|threats?|presumabl[ey]|suspect\w*",
    ),
    "consider": (
        r"overweeg\w*|overwegen|onderzoek(?:t|en)|bezien|beziet|bekeken|bekijk\w*|verken\w*|kijk(?:t|en) naar|kijken in"
        r"|nagaan|gaat na|in hoeverre|bestudeer\w*",
        r"consider\w*|examin\w*|explor\w*|look(?:s|ing)? (?:at|into)|review\w*|assess\w*|stud(?:y|ies|ying)",
    ),
    "advise": (
        r"advise\w+|beveelt|aanbevel\w+|bepleit\w*|pleit\w*|verzoek\w*|verzocht|vraagt|gevraagd|voorstel\w*|voorgesteld\w*"
        r"|stelt voor|oproep\w*|roept op",
        r"advis\w+|recommend\w*|plead\w*|request\w*|asks?|asked|propos\w+|urg(?:es|ed)|calls? (?:for|on)|called (?:for|on)",
    ),
    "decided": (
        r"besloten|besluit(?:en)?|besloot|vastgesteld|vastgelegd|afgesproken|overeengekomen|toegezegd|gekozen|kiest|kiezen",
        r"decid\w+|decision|resolved|agreed|committed|chosen|chooses?|determined",
    ),
    "will": (r"zal|zullen|zult", r"will|shall|’ll|'ll"),
    "open": (
        r"nog niet (?:\w+ ){0,2}(?:besloten|bekend|duidelijk|vastgesteld|zeker|beslist|afgerond)|volgt later|later moment"
        r"|wacht\w* (?:\w+ ){0,5}af|is aan (?:een|het) (?:nieuw|volgend)|nog open|onbekend|onduidelijk"
        r"|volgend kabinet|nieuw kabinet|te bezien|of er",
        r"not yet|yet to be|undecided|awaits?|awaiting|remains? to be|is up to|still open|unknown|unclear|later date"
        r"|next government|new government|whether",
    ),
    "later": (
        r"op termijn|in de toekomst|te zijner tijd|t\.z\.t|later",
        r"eventually|in (?:the )?future|in time|in due course|later|in the long run",
    ),
    "all": (
        r"alle|allemaal|iedereen|allen|volledige?|geheel|gehele|compleet|alles|overal|hele",
        r"(?<!after )(?<!above )(?<!at )all(?! the more)|everyone|everything|everywhere|entire(?:ly)?|whole|fully|full|complete(?:ly)?",
    ),
    "each": (r"elke?|iedere?", r"each|every"),
    "most": (r"meeste|merendeel|meerderheid|grotendeels|overgrote", r"most of|majority|mostly|largely"),
    "many": (r"veel|vele|talrijke?|groot aantal|tal van", r"many|numerous|much|large number|lots?"),
    "few": (r"weinig|enkele|een paar|gering\w*|zelden", r"few|little|rarely|seldom|a handful"),
    "only": (
        r"alleen|slechts|uitsluitend|enkel|het enige|de enige|louter|pas",
        r"only|solely|exclusively|merely|sole|just",
    ),
    "always": (r"altijd|voortdurend|nooit", r"always|constantly|never|ever"),
    "at least": (
        r"minstens|ten minste|tenminste|minimaal|op zijn minst",
        r"at least|no fewer than|no less than|a minimum of",
    ),
    "at most": (
        r"hoogstens|ten hoogste|maximaal|hooguit|niet meer dan",
        r"at most|no more than|a maximum of|as many as",
    ),
    "more than": (
        r"meer dan|langer dan|groter dan|hoger dan|zwaarder dan",
        r"more than|longer than|greater than|higher than|heavier than|in excess of|exceeding",
    ),
    "less than": (
        r"minder dan|korter dan|kleiner dan|lager dan|lichter dan",
        r"less than|fewer than|shorter than|smaller than|lower than",
    ),
}  # fmt: skip
# Words that may stand for a mark in a source, but are too common to need one.
_WIDER: dict[Mark, tuple[str, str]] = {
    "all": (r"geen enkele?|wie|iedereen", r"no|whoever"),
    "each": (r"beide|wie|geen enkele?", r"both|no|whoever"),
    "most": (r"meest|hoofdzakelijk|veel", r"most|main(?:ly)?"),
    "only": (r"enige|beperkt tot|mits|behalve|als|indien", r"limited to|unless|except|if"),
    "always": (r"steeds|permanente?|blijvende?|elke?|alle", r"permanent\w*|each|every|all"),
    "decided": (r"\w*afspra(?:ak|ken)|akkoord|motie", r"agreements?|accord"),
    "must": (r"voorwaarden?|criteria", r"conditions?|criteria"),
    "at least": (r"vanaf|zeker|minimum\w*|meer|ruim", r"from|minimum|over"),
    "at most": (r"tot|uiterlijk|maximum\w*|maximale|binnen", r"up to|maximum|limit\w*|within"),
    "more than": (r"ruim|boven|over|meer|hoger|langer|goed", r"over|above|exceeds?|more|longer|higher"),
    "less than": (r"onder|binnen|bijna|minder|nog geen", r"under|below|within|almost|nearly|less|fewer"),
}
_LANGUAGES: tuple[Language, Language] = ("nl", "en")


def _compile(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)


_MARKS: dict[Language, dict[Mark, re.Pattern[str]]] = {
    language: {mark: _compile(both[place]) for mark, both in _PATTERNS.items()}
    for place, language in enumerate(_LANGUAGES)
}
_WIDER_MARKS: dict[Language, dict[Mark, re.Pattern[str]]] = {
    language: {mark: _compile(both[place]) for mark, both in _WIDER.items()}
    for place, language in enumerate(_LANGUAGES)
}


@lru_cache(maxsize=10_000)
def marks_of(text: str, language: Language) -> frozenset[Mark]:
    """Return the marks that a text bears."""
    return frozenset(mark for mark, pattern in _MARKS[language].items() if pattern.search(text))


def word_of(mark: Mark, text: str, language: Language) -> str:
    """Return the first word of a text that bears a mark."""
    found = _MARKS[language][mark].search(text)
    return found.group() if found else ""


def covers(text: str, language: Language, mark: Mark) -> bool:
    """Whether a source bears a mark, one that says as much, or a word that may stand for it."""
    if not _COVERS.get(mark, frozenset({mark})).isdisjoint(marks_of(text, language)):
        return True
    wider = _WIDER_MARKS[language].get(mark)
    return bool(wider and wider.search(text))
