"""Which kind of no, if it is one."""

from __future__ import annotations

import re

from assistant.dialogue import Status
from assistant.question import Question
from assistant.rank import Ranker, Ranking

_OPEN = re.compile(
    r"\bwacht\b.*\baf\b|\bafwachten\b|in afwachting|\bvooruitlopen\b|\bnog (?:niet|geen|onbekend|onduidelijk|open|te)\b"
    r"|\b(?:wordt|worden|zal|zullen|word)\b[^.;]*\b(?:bezien|bekeken|onderzocht|verkend|uitgewerkt|uitgezocht"
    r"|opgenomen in"
    r"|geïnformeerd|nader|overwogen|meegenomen|betrokken bij|besloten|bepaald|vastgesteld|teruggekomen)\b"
    r"|\b(?:kom|komt|komen|informeer|informeert|informeren|bericht|besluit|beslist|beslissen)\b[^.;]*\b(?:later"
    r"|terug|na de zomer|in het voorjaar"
    r"|in het najaar|volgend jaar|voor het einde|te zijner tijd|op een later moment|zodra|binnenkort|nader|nadat)\b"
    r"|\bte zijner tijd\b|\bvolgt (?:later|nog|in|na)\b|\b(?:besluitvorming|besluit|keuze"
    r"|oordeel)\b[^.;]*\b(?:volgende kabinet|nieuw kabinet|later|pas|volgt|nog)\b",
    re.IGNORECASE,
)


def decide(question: Question, ranking: Ranking, ranker: Ranker) -> Status:
    """Return whether to answer, and if not why not."""
    if question.vague:
        return "vague"
    if not ranking.sentences or ranking.on_topic < ranker.off_topic:
        return "off_topic"
    if ranking.probability < ranker.threshold:
        return "silent"
    best = ranking.sentences[0].place
    if leaves_open(best.candidate.paragraph.sentence(best.sentence)) and not question.expected & {"date", "person"}:
        return "undecided"
    return "answered"


def leaves_open(sentence: str) -> bool:
    """Whether a sentence says that something is not decided, not known yet or comes later."""
    return bool(_OPEN.search(sentence))
