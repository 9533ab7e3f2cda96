"""Questions that ask for something by its measure: an amount of money, a share, a length of time, how often."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.dutch import NUMBER_WORDS
from ingest.structure.dates import MONTHS

MONEY = re.compile(r"€|\beuro\b|\bEUR\b|\b(?:miljoen|miljard|mln|mld)\b")
_YEAR = r"\b(?:19|20)\d\d\b"
_VERBS = "heeft|hebben|gaat|gaan|zal|zullen|zou|zouden|mag|mogen|moet|moeten|kan|kunnen"
_SUMS = (
    r"boetes?|dwangsom|subsidie|premie|bijdrage|vergoeding|uitkering|huur|prijs|kosten|bedrag|begroting|budget|toeslag"
    r"|leges|salaris|loon|schade|schuld|compensatie|tegemoetkoming|investering"
)
_ENGLISH_SUMS = (
    r"fines?|penalt(?:y|ies)|grants?|subsid(?:y|ies)|fees?|budget|costs?|contribution|premium|rent|allowance"
    r"|compensation|debt|damage|benefit|salary|wage|surcharge"
)
_ASKS_MONEY = re.compile(
    r"\bwat (?:\S+ ){0,8}?(?:kost|kostte|kostten|gekost)\b"
    r"|\bhoeveel (?:(?:heeft|hebben|had|hadden) (?:\S+ ){0,8}?)?(?:kost|kostte|kostten|gekost)\b"
    r"|\b(?:wat|hoeveel) kosten\b"
    rf"|\b(?:wat|hoeveel) (?:{_VERBS}) (?:\S+ ){{1,8}}?(?<!\bde )(?<!hoge )kosten\b(?! (?:van|voor)\b)"
    r"|\bhoeveel (?:extra |meer )?(?:geld|euro|cent|subsidie|budget)\b|\bhoe duur\b|\b(?:welk|wat is het) bedrag\b"
    r"|\bwat (?:is|zijn|was|waren) de (?:totale )?(?:kosten|prijs|uitgaven)\b"
    rf"|\bhoe hoog (?:is|zijn|was|waren|wordt|worden) (?:\w+ ){{0,3}}\w*(?:{_SUMS})\b"
    r"|\bwelke (?:boete|dwangsom)\b|\b(?:what|which) (?:fines?|penalty)\b"
    rf"|\bhow (?:high|large|big) (?:is|are|was|were) the (?:\w+ )?(?:{_ENGLISH_SUMS})\b"
    r"|\bhow much (?:money|funding|budget|extra money)\b|\bwhat (?:amount|sum)\b|\bhow expensive\b"
    r"|\b(?:how much|what) (?:does|do|did|will|would|has|have) (?:\S+ ){1,12}?(?<!\bthe )(?<!\bof )cost\b"
    r"|\bwhat (?:is|are|was|were) the (?:total )?(?:costs?|price|budget)\b",
    re.IGNORECASE,
)
_PRICE = re.compile(
    rf"{MONEY.pattern}|%|\$|\bprocent(?:punt)?\b|\b(?:dollars?|pond|ponden|kroon|kronen|cent|gratis|kosteloos|\w*salaris\w*)\b"
    r"|\bkost niets\b",
    re.IGNORECASE,
)
_ASKS_SHARE = re.compile(
    r"\b(?:welk|hoeveel|wat is het|what|which|what is the) "
    r"(?:percentage|procent|per ?cent|share|proportion|(?:aan)?deel)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\d ?%|\bprocent(?:punt)?\b|\b(?:helft|\w*kwart|\w+derde)\b|\b(?:een|één|\d+) op de\b"
    r"|\b(?:een|één|twee|drie|vier|vijf) (?:derde|vierde|vijfde|zesde|achtste|tiende)\b",
    re.IGNORECASE,
)
_ASKS_DURATION = re.compile(r"\bhoe ?lang\b|\bhow long\b", re.IGNORECASE)
_DURATION = re.compile(
    r"\b\w*(?:jaar|jaren|jarige?|maand|maanden|maandelijkse?|week|weken|dag|dagen|uur|uren|minuten|seconden|kwartaal|zomer"
    rf"|kabinetsperiode|meter)\b|\b(?:minuut|kwartalen|decenni(?:um|a)|eeuw(?:en)?|permanent|onbepaalde tijd)\b"
    rf"|\bonbeperkt\b|{_YEAR}|\b(?:{'|'.join(MONTHS)}|km)\b",
    re.IGNORECASE,
)
_ASKS_FREQUENCY = re.compile(r"\bhoe vaak\b|\bhoeveel keer\b|\bhow often\b|\bhow many times\b", re.IGNORECASE)
_FREQUENCY = re.compile(
    rf"\d|\b(?:{'|'.join(NUMBER_WORDS['nl'])})\b|\b(?:keer|\w*maal|per|elke?|ieder|eens|eenmalig|\w*jaarlijks|\w*maandelijks"
    r"|\w*wekelijks|dagelijks|periodiek|regelmatig|vaak|soms|zelden|nooit|niet|geen|steeds|altijd|continu|permanent)\w*",
    re.IGNORECASE,
)
_MEASURES = (
    (_ASKS_MONEY, _PRICE),
    (_ASKS_SHARE, _SHARE),
    (_ASKS_DURATION, _DURATION),
    (_ASKS_FREQUENCY, _FREQUENCY),
)


@lru_cache(maxsize=1_000)
def asked_measure(question: str) -> re.Pattern[str] | None:
    """Return what finds the measure a question is answered in: money, a share, time or how often; `None` for none."""
    return next((measure for asks, measure in _MEASURES if asks.search(question)), None)
