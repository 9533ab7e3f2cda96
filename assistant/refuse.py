"""Which kind of no, if it is one."""

from __future__ import annotations

import re

from assistant.decisive import names_somebody
from assistant.dialogue import Status
from assistant.features import coverage_by_paragraph
from assistant.measures import asked_measure
from assistant.question import Question
from assistant.rank import Ranker, Ranking
from assistant.retrieve import Candidate

_LATER = (
    r"(?:later|nog|binnenkort|te zijner tijd|na de zomer|volgend jaar|voor het einde|zodra|nader|nadat"
    r"|(?:dit|komend|volgend) (?:voorjaar|najaar)|in het (?:voorjaar|najaar)|(?:begin|eind|medio) (?:dit|volgend) jaar)"
)
_INFORM = (
    r"(?:informeer\w*|informeren|geïnformeerd|bericht\w*|terug(?:komen|gekomen|kom)?|besluit\w*|beslis\w*|bekend"
    r"|kom|komt|komen)"
)
# Ways in which a letter says that something is not settled: somebody is waited for, it is being looked into, it comes
# later.
_OPEN = re.compile(
    r"\bwacht\b.*\baf\b|\bafwachten\b|in afwachting|\bvooruitlopen\b|\bte zijner tijd\b|\bop een later moment\b"
    r"|\bnog (?:niet(?! of)|geen(?! aanleiding| reden)|onbekend|onduidelijk|open|te|in voorbereiding|onderwerp van)\b"
    r"|\b(?:wordt|worden|word)\b[^.;]*\b(?:bezien|bekeken|onderzocht|verkend|uitgewerkt|uitgezocht|overwogen"
    r"|betrokken bij)\b"
    r"|\b(?:zal|zullen)\b[^.;]*\b(?:bezien|bekeken|onderzocht|onderzoeken|verkend|verkennen|uitgewerkt|uitgezocht"
    r"|afgewogen|overwogen|meegenomen|betrokken bij|besloten|bepaald|vastgesteld|teruggekomen|geïnformeerd|nader)\b"
    r"|\b(?:wordt|worden|zal|zullen)\s(?:\w+\s){0,2}opgenomen in\b"
    r"|\baan het (?:inventariseren|onderzoeken|verkennen|uitwerken)\b|\bmomenteel (?:bezig met|in onderzoek)\b"
    r"|\b(?:nader|verder) naar (?:kijken|onderzoeken)\b|\bzoek\w*\b[^.;]*\buit\b"
    rf"|\b{_INFORM}\b[^.;]*\b{_LATER}\b|\b{_LATER}\b[^.;]*\b(?:informeren|geïnformeerd|berichten|terugkomen|bekend)\b"
    r"|\b(?:wordt|worden) (?:pas |nog )?later\b|\bvolgt (?:later|nog|in|na)\b"
    r"|\b(?:besluitvorming|besluit|keuze|oordeel)\b[^.;]*\b(?:volgende kabinet"
    r"|nieuw kabinet|later|pas|volgt|nog)\b",
    re.IGNORECASE,
)


# The least share of its subject that the best paragraph must name. "Wat zegt de brief over …?" reached it in all of the
# written questions that a letter answers, and in one in twenty of the others. A synonym or a part of a compound counts
# for 0.6.
_LEAST_NAMED = 0.55
# Ways in which a letter says that it does not tell.
_WITHHELD = re.compile(
    r"\b(?:vertrouwelijk|geheim|geen (?:mededeling|uitspraak|uitspraken|cijfers|gegevens|inzicht|zicht|raming)"
    r"|niet (?:bekend|bijgehouden|afzonderlijk|apart|openbaar|te zeggen|in beeld)|onbekend)",
    re.IGNORECASE,
)
_POST = (
    r"minister|staatssecretaris|secretaris[- ]generaal|premier|president|voorzitter|directeur|commandant|ambassadeur"
    r"|burgemeester|commissaris|gezant|woordvoerder|vertegenwoordiger|topman|topvrouw|bestuurder|ceo|secretary"
    r"|chair(?:man|woman|person)?|director|commander|ambassador|mayor|commissioner|envoy|spokesperson|representative"
    r"|chief executive"
)
_HOLDER = re.compile(
    r"^\W*(?:(?:en|and|maar|but) )?(?:wie (?:is|was|zijn)|who (?:is|was|are)|who's) "
    rf"(?:\w+ ){{0,2}}?[\w-]*(?:{_POST})\b",
    re.IGNORECASE,
)
# Who of parliament did something is told by a name or a party: "het lid De Vries", "de motie-De Vries", "de VVD".
_ASKS_MEMBER = re.compile(
    r"\b(?:welke? (?:Kamer(?:lid|leden)|fracties?)|(?:which|what) (?:MPs?|members? of parliament))\b", re.IGNORECASE
)
_MEMBER = re.compile(
    r"\b[Ll](?:id|eden) (?:\S+ ){0,3}?[A-ZÀ-Þ]|\b(?i:motie|amendement|initiatiefwet)[- ](?:\S+ ){0,3}?[A-ZÀ-Þ]"
    r"|\b(?:D66|VVD|CDA|PvdA|GroenLinks|GL|SP|PVV|CU|ChristenUnie|SGP|PvdD|DENK|Denk|Volt|BBB|NSC|JA21|FVD|FvD)\b"
)


def decide(question: Question, ranking: Ranking, ranker: Ranker) -> Status:
    """Return whether to answer, and if not why not."""
    if question.vague:
        return "vague"
    if not ranking.sentences:
        return "off_topic"
    if ranking.probability < ranker.threshold:
        return "off_topic" if ranking.on_topic < ranker.off_topic else "silent"
    best = ranking.sentences[0].place
    if ranking.led or question.note:
        return "answered"
    sentence = best.candidate.paragraph.sentence(best.sentence)
    if asks_holder(question) and not names_somebody(sentence):
        return "silent"
    if lacks_member(question, sentence):
        return "silent"
    if lacks_subject(question, best.candidate) or lacks_measure(question, sentence):
        return "silent"
    if leaves_open(sentence) and not question.expected & {"date", "person"}:
        return "undecided"
    return "answered"


def asks_holder(question: Question) -> bool:
    """Whether a question asks who holds a post, which a letter that only names the post does not say."""
    return bool(_HOLDER.search(question.text))


def lacks_member(question: Question, sentence: str) -> bool:
    """Whether it is asked which member of parliament or which group, and a sentence names nobody and no party."""
    return bool(_ASKS_MEMBER.search(question.text)) and not (names_somebody(sentence) or _MEMBER.search(sentence))


def lacks_subject(question: Question, candidate: Candidate) -> bool:
    """Whether it is asked what is said about something, and a paragraph in the question's language hardly names it."""
    # a follow-up may stand behind what was asked before it
    if not question.topical or not question.groups or "?" in question.text:
        return False
    if question.language == "en" and not candidate.paragraph.translated:
        return False
    return coverage_by_paragraph(question, candidate) < _LEAST_NAMED


def lacks_measure(question: Question, sentence: str) -> bool:
    """Whether an amount, a share, a time or how often is asked for, and a sentence holds none, nor why it does not."""
    measure = asked_measure(question.text)
    told = measure is None or measure.search(sentence) or leaves_open(sentence) or _WITHHELD.search(sentence)
    return not told


def leaves_open(sentence: str) -> bool:
    """Whether a sentence says that something is not decided, not known yet or comes later."""
    return bool(_OPEN.search(sentence))
