"""A follow-up and its history into a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from assistant.dialogue import Turn
from assistant.question import fact_of
from ingest.dutch import STOP_WORDS, fold

_SMALL_WORDS = STOP_WORDS["nl"] | STOP_WORDS["en"] | {"hoezo", "sinds", "since", "precies", "exactly", "much", "often"}
_MOST_WORDS_OPENED, _MOST_WORDS_CONCLUDING, _MOST_CONTENT_WORDS = 8, 4, 3
_OPENS_AS_FOLLOW_UP = re.compile(r"(?:en|and|maar|but)\b", re.IGNORECASE)
_CONCLUDES = re.compile(r"(?:dus|so|dan|then)\b", re.IGNORECASE)
_ABOUT_THE_LETTER = re.compile(r"\b(?:brief|kamerbrief|letter)\b", re.IGNORECASE)
# Words that mean nothing without what went before, whatever else the question names.
_POINTS_BACK = re.compile(
    r"\b(?:hoezo|(?:daar|hier)(?:van|mee|over|aan|voor|bij|door|in|op|om|uit|tegen|toe|onder|na|naartoe|heen)"
    r"|er(?:van|mee|over|aan|voor|bij|door|in|op|om|tegen|toe|onder|na)|laatstgenoemde|the latter)\b"
    r"|\b(?:dat|die|dit|(?<!called )that|this|it|(?<!are )(?<!were )(?<!be )(?<!is )there|daar)\W*"
    r"(?:(?:dan|nog|ook|nu|then|too|now)\W*)?$"
    r"|\b(?:die|dat|that|those) (?:dag|tijd|day|time)\b"
    r"|\b(?:die|dat|deze|dit|that|those|this|these) (?:land(?:en)?|regio|maatregel(?:en)?|plan(?:nen)?|bedrag(?:en)?"
    r"|aantal(?:len)?|besluit(?:en)?|onderwerp(?:en)?|punt(?:en)?|reden(?:en)?|country|countries|region|measures?|plans?"
    r"|amounts?|numbers?|decisions?|subjects?|points?|reasons?)\b"
    r"|\b(?:is|was|were|are|does|did|doet|betekent|kost|gebeurt|wordt) (?:dat|dit|that|it)\b(?! (?:de|het|een"
    r"|the|a|an|true|waar|brief|stuk|letter|worth|possible|likely|clear|cost to)\b)",
    re.IGNORECASE,
)
# Words that may stand for something in the question itself, if it names anything or says much.
_MAY_POINT_BACK = re.compile(
    r"\b(?:hij|zij|ze|hem|hun|daar|they|them|he|she|those|these|(?<!are )(?<!were )(?<!be )(?<!is )there(?! be\b)"
    r"|others?|anderen?|dezelfde|the same)\b"
    r"|\bnog meer\b|^\w+ \w+ die\b|\bit\b(?! (?:true|worth|possible|likely|clear)\b)",
    re.IGNORECASE,
)
# What a pronoun further on may stand for: which bill was introduced, and what is it for?
_CLAUSE_BEFORE = re.compile(r"[,:;]|\b(?:en|and|dat|whether|of|if)\b", re.IGNORECASE)
_SECOND_QUESTION = re.compile(
    r"\w.*\b(?:en|and) (?:\w+ )?(?:wie|wat|waar\w*|wanneer|hoe|waarom|welke?|who|what|where|when|how|why|which)\b",
    re.IGNORECASE,
)
# A question of these words and small ones alone means nothing by itself: who was the last to get in?
_LIGHT_WORDS = frozenset(
    "kwam kwamen komt komen kom laatste laatst eerste eerst binnen gebeurde gebeurd gebeurt volgde volgt later vroeger"
    " anders last first get got come came happens happened next later else follow followed".split()
)
# Half a question, which leans on the other half: with how many people?
_HALF = re.compile(
    r"^\W*(?:met|voor|door|aan|van|in|op|bij|tot|uit|naar|with|for|by|to|from|in|at|of|over|until) "
    r"(?:wie|wat|welke?|hoeveel|wanneer|who|whom|what|which|how (?:many|much|long)|when)\b(?:\W+\w+)?\W*$",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=\s)(?!I\b)[A-ZÀ-Þ0-9][\w-]*")
_NEW_SUBJECT = re.compile(
    r"^\W*(?:(?:een )?andere? vraag|iets (?:heel )?anders|(?:en )?(?:even )?terug naar|dank\w*(?=\W+en\b)"
    r"|different question"
    r"|another question|something (?:completely |quite )?different|on another note|thanks?(?=\W+and\b)"
    r"|(?:now,? )?back to)"
    r"[^,:.]*[,:.]?\s*(?:(?:en|and)\b\s*)?",
    re.IGNORECASE,
)
Wish = Literal["nl", "en", "rest"]
_SAY = r"(?:zeggen|geven|vertalen|herhalen|antwoorden|uitleggen|say|repeat|give|put|translate|answer|have)"
_IT = r"(?:dat|dit|het|dat antwoord|het antwoord|that|this|it|the answer|your answer|me that)"
_MAY_YOU = r"(?:(?:kunt|kun|kan|wilt|can|could|will|would) (?:u|je|ik|you|i) )?(?:(?:please|alstublieft|ook|also) )*"
_IN_LANGUAGE = (
    rf"(?:(?:en|and|maar|but|nu|now) )?{_MAY_YOU}(?:{_SAY} )?(?:{_IT} )?(?:(?:ook|also|even|misschien|eens) )*"
    rf"(?:{_SAY} )?(?:{_IT} )?(?:in (?:het )?|into )?(?:LANGUAGE)(?: {_SAY})?(?:,? (?:please|alstublieft|aub))?"
)
_PASSAGE = r"(?:alinea|paragraaf|stuk|passage|paragraph)"
_REST = (
    r"(?:(?:en|and) )?(?:wat|what) (?:(?:staat|zegt) (?:er )?(?:nog )?(?:meer|verder|nog)(?: er)?|staat daar nog"
    rf"|else (?:does|is|stands)|more (?:does|is)|does the rest of)\b.*\b{_PASSAGE}(?: (?:say|says|there|in it))?"
    rf"|(?:(?:geef|toon|laat) (?:me |mij )?|give me |show me )?(?:de|the) rest (?:van|of) (?:\w+ )?{_PASSAGE}(?: zien)?"
)
_WISHES: tuple[tuple[Wish, re.Pattern[str]], ...] = (
    ("en", re.compile(rf"^\W*(?:{_IN_LANGUAGE.replace('LANGUAGE', 'engels|english')})\W*$", re.IGNORECASE)),
    ("nl", re.compile(rf"^\W*(?:{_IN_LANGUAGE.replace('LANGUAGE', 'nederlands|dutch')})\W*$", re.IGNORECASE)),
    ("rest", re.compile(rf"^\W*(?:{_REST})\W*$", re.IGNORECASE)),
)


def condense(question: str, history: Sequence[Turn]) -> str:
    """Return the question with the one it follows put before it, where it points back; else unchanged."""
    changed = _NEW_SUBJECT.match(question)
    if changed and changed.end() < len(question):
        return question[changed.end() :]
    if not history or not follows(question):
        return question
    return f"{_basis(question, history[-1])} {question.strip()}"


def follows(question: str) -> bool:
    """Whether a question can't be understood without the one before it."""
    changed = _NEW_SUBJECT.match(question)
    if (changed and changed.end() < len(question)) or fact_of(question):
        return False
    content = _content_words(question)
    if _LIGHT_WORDS.issuperset(content) and not _ABOUT_THE_LETTER.search(question):
        return True
    if _HALF.match(question) or _is_ellipsis(question):
        return True
    if _points(_POINTS_BACK, question):
        return True
    if _NAME.search(question) or len(content) > _MOST_CONTENT_WORDS:
        return False
    return _points(_MAY_POINT_BACK, question)


def wish_of(question: str) -> Wish | None:
    """Return what is asked of the answer before, if anything: it in a language, or the rest of its paragraph."""
    return next((wish for wish, pattern in _WISHES if pattern.match(question)), None)


def _content_words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", fold(text)) if word not in _SMALL_WORDS]


def _points(pattern: re.Pattern[str], question: str) -> bool:
    return any(not _stands_for_own(question, match.start()) for match in pattern.finditer(question))


def _stands_for_own(question: str, place: int) -> bool:
    """Whether the word at a place may stand for what the question itself says before it."""
    before = question[:place]
    if _SECOND_QUESTION.match(before):
        return True
    return bool(_CLAUSE_BEFORE.search(before)) and len(_content_words(before)) >= _MOST_CONTENT_WORDS


def _is_ellipsis(question: str) -> bool:
    length = len(re.findall(r"\w+", question))
    if _CONCLUDES.match(question):
        return length <= _MOST_WORDS_CONCLUDING
    return bool(_OPENS_AS_FOLLOW_UP.match(question)) and length <= _MOST_WORDS_OPENED


def _basis(question: str, turn: Turn) -> str:
    """Return what a follow-up leans on: of two ellipses on end, both lean on what stood before the first."""
    whole, last = (turn.standalone or turn.question).strip(), turn.question.strip()
    if _is_ellipsis(question) and _is_ellipsis(last) and whole.endswith(last) and whole != last:
        return whole[: -len(last)].strip()
    return whole
