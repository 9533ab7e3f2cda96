"""Who does what to whom: whether a sentence gives the part of one to another, or takes a cause for its effect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.clauses import clauses_of, in_language, overlap, stands, words_of
from assistant.grounding import Texts, ground
from ingest.dutch import analyse, fold
from ingest.letter import Language

_WORD = re.compile(r"[^\W_]+(?:[-–.'’&][^\W_]+)*(?:[’'](?=\W|$))?")
# Bodies and people that act, where they are written small; those of one line are taken for each other.
_BODIES = (
    "kabinet regering minister ministers staatssecretaris bewindspersoon bewindslieden nederland nederlandse rijk overheid"
    " government minister ministers secretary cabinet netherlands dutch state ik wij we i",
    "kamer parlement tweede-kamer house parliament",
    "raad adviesraad aiv advisory council",
    "gemeente gemeenten municipality municipalities",
    "gemeenteraad municipal-council",
    "college burgemeester wethouders mayor",
    "provincie provincies province provinces",
    "bondgenoten bondgenoot lidstaten lidstaat allies ally member-states",
    "commissie committee commission",
    "aanbieders aanbieder zorgaanbieder zorgaanbieders provider providers",
    "bank banken banks",
    "bedrijf bedrijven bedrijfsleven ondernemers ondernemer company companies business businesses industry",
    "bureau onderzoeksbureau agency",
    "ouders parents",
    "kinderen jeugdigen children",
    "politie police",
    "rechter rechtbank court judge",
    "coordinator",
    "kandidaten kandidaat-bondgenoten kandidaat candidates",
    "bonden vakbonden unions",
)
_BODY = {fold(word): number for number, line in enumerate(_BODIES) for word in line.split()}
_PREPOSITIONS: dict[Language, frozenset[str]] = {
    "nl": frozenset(
        "aan achter bij binnen boven buiten door in langs met na naar naast om onder op over per sinds te tegen ten"
        " tijdens tot tussen uit van vanaf vanuit via volgens voor zonder richting namens gezien evenals".split()
    ),
    "en": frozenset(
        "about above across after against along among around as at before behind below between beyond by during for"
        " from in inside into like near of off on onto outside over through to toward towards under upon with within"
        " without via per despite".split()
    ),
}
_BY: dict[Language, str] = {"nl": "door", "en": "by"}
# What may stand between a preposition and the name it governs.
_BETWEEN: dict[Language, frozenset[str]] = {
    "nl": frozenset("de het een der den zijn haar hun deze die dit dat onze ons andere de alle".split()),
    "en": frozenset("the a an its his her their this that these those our other all".split()),
}
_JOINS = frozenset({"en", "and", "of", "or", "&"})
_AND = re.compile(r"\s(?:en|and)\s", re.IGNORECASE)
# Before these, another may begin to act.
_INNER = re.compile(
    r"\s(?=(?:dat|that|omdat|doordat|because|waarbij|waarin|waarvoor|whether)\s)"
    r"|(?<=besloten|gevraagd)\s(?=of\s)", re.IGNORECASE
)
# A capital that does not open a sentence.
_NAME = re.compile(r"(?<=[\w,;)] )[A-Z][\w-]+")
_MOSTLY, _FEWEST = 0.5, 2
# Words after a preposition that may come before the name it governs.
_FARTHEST = 2
_CAUSE: dict[Language, tuple[re.Pattern[str], re.Pattern[str]]] = {
    # what stands after the first kind is the cause, what stands after the second the effect
    "nl": (
        re.compile(
            r"\b(?:omdat|doordat|aangezien|want|vanwege|wegens|als gevolg van|dankzij|gezien|nadat|(?<!daar)door(?! (?:\w+ ){0,2}"
            r"te\b))\b", re.IGNORECASE),
        re.compile(
            r"\b(?:leid(?:t|en|de|den) tot|zorg(?:t|en) voor|veroorza(?:akt|ken)|waardoor|zodat|daardoor|hierdoor|daarom"
            r"|om die reden|dus|zodoende)\b", re.IGNORECASE),
    ),
    "en": (
        re.compile(r"\b(?:because(?: of)?|due to|owing to|as a result of|thanks to|given|since|caused by)\b", re.IGNORECASE),
        re.compile(
            r"\b(?:leads? to|led to|causes?|results? in|resulted in|so that|therefore|for that reason|as a result(?! of)"
            r"|consequently|hence)\b", re.IGNORECASE),
    ),
}  # fmt: skip
# Words that give a reason without telling cause from effect.
_REASON: dict[Language, re.Pattern[str]] = {
    "nl": re.compile(
        r"\b(?:om (?:\w+[ ,]+){0,8}te|teneinde|immers|namelijk|oorza\w+|reden\w*|door\w*|verklaring|gevolg\w*|wegens|opdat"
        r"|daarvoor|vanwege|ten dienste|mede|terwijl|bovendien|bijdra\w+)\b", re.IGNORECASE),
    "en": re.compile(
        r"\b(?:in order|to (?=\w+)|reasons?|explanation|consequences?|as|owing|by|through|contribut\w+|so|while)\b",
        re.IGNORECASE),
}  # fmt: skip
_EXPLICIT: dict[Language, re.Pattern[str]] = {
    "nl": re.compile(
        r"\b(?:omdat|doordat|vanwege|wegens|als gevolg van|dankzij|leid(?:t|en|de) tot|veroorza(?:akt|ken)|waardoor"
        r"|daardoor|hierdoor|om die reden)\b", re.IGNORECASE),
    "en": re.compile(
        r"\b(?:because|due to|owing to|as a result|thanks to|leads? to|led to|causes?|caused|results? in|therefore"
        r"|consequently)\b", re.IGNORECASE),
}  # fmt: skip
_THAN = re.compile(r"\b(?:dan|than)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone named in a clause, and the preposition before the name; "" where there is none."""

    text: str
    body: int | None
    role: str
    place: int


def find_other_agent(sentence: str, language: Language, sources: Texts) -> str | None:
    """Return who does in a sentence what its sources say that another does."""
    same = in_language(sources, language)
    known = frozenset(name for text in (sentence, *(text for text, _ in same)) for name in _NAME.findall(text))
    there = [(clause, spoken) for text, spoken in same for clause in _parts(text, spoken, known)]
    for clause in _parts(sentence, language, known):
        subject = _subject(clause, language, known)
        if subject is None:
            continue
        bare = _without(clause, subject.text)
        words = words_of(bare, language)
        shared = [overlap(bare, language, *other) for other in there]
        most = max(shared, default=0)
        if most < max(_FEWEST, _MOSTLY * len(words)):
            continue
        near = [other for other, count in zip(there, shared, strict=True) if count == most]
        subjects = [(one, spoken) for other, spoken in near if (one := _subject(other, spoken, known))]
        if subjects and not any(_same(subject, language, one, spoken) for one, spoken in subjects):
            return subject.text
    return None


def find_crossed(sentence: str, language: Language, sources: Texts) -> str | None:
    """Return the word around which cause and effect, or the two that are compared, have changed places."""
    same = _joined(in_language(sources, language))
    if found := _EXPLICIT[language].search(sentence):
        known = any(
            pattern.search(text) for text, spoken in same for pattern in (*_CAUSE[spoken], _REASON[spoken])
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
    for pattern, cause_after in zip(_CAUSE[language], (True, False), strict=True):
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


@lru_cache(maxsize=5_000)
def _parts(text: str, language: Language, known: frozenset[str]) -> tuple[str, ...]:
    """Return the clauses of a text, cut at an "and" too where someone acts on either side of it."""
    parts: list[str] = []
    for clause in (inner for clause in clauses_of(text) for inner in _INNER.split(clause)):
        start = 0
        for found in _AND.finditer(clause):
            before, after = clause[start : found.start()], clause[found.end() :]
            more = len(words_of(before, language)) > _FEWEST
            if more and _subject(before, language, known) and _begins_with_agent(after, language, known):
                parts.append(before)
                start = found.end()
        parts.append(clause[start:])
    return tuple(part for part in parts if part.strip())


def _begins_with_agent(text: str, language: Language, known: frozenset[str]) -> bool:
    """Whether someone acts at the beginning of a text, of which more is said than a name."""
    agents = _agents(text, language, known)
    return bool(agents) and not agents[0].role and agents[0].place <= 1 and len(words_of(text, language)) > _FEWEST


@lru_cache(maxsize=5_000)
def _subject(clause: str, language: Language, known: frozenset[str]) -> Agent | None:
    """Return who acts in a clause: whom it is done by, or the first that no preposition governs."""
    agents = _agents(clause, language, known)
    by = next((agent for agent in agents if agent.role == _BY[language]), None)
    return by or next((agent for agent in agents if not agent.role), None)


@lru_cache(maxsize=5_000)
def _agents(clause: str, language: Language, known: frozenset[str]) -> tuple[Agent, ...]:
    """Return the names and bodies of a clause, each run of names as one."""
    matches = list(_WORD.finditer(clause))
    spoken = ground(clause, language, ((clause, language),))
    names = known | {word.text for word in spoken if word.name and not word.text.isdigit()}
    agents: list[Agent] = []
    role, since = "", 0
    last = -2
    for place, match in enumerate(matches):
        text = match.group()
        word = fold(text)
        stem = re.sub(r"[’']s?$", "", text)
        if word in _PREPOSITIONS[language]:
            role, since = word, place
            continue
        body = _BODY.get(fold(stem))
        if body is None and (stem not in names or _is_plain(stem, language)):
            if word not in _BETWEEN[language] and word not in _JOINS and place - since > _FARTHEST:
                role = ""
            continue
        since = place
        if last == place - 1 and agents and stem[0].isupper() and agents[-1].text[0].isupper():
            role = agents[-1].role
            agents[-1] = Agent(f"{agents[-1].text} {stem}", None, role, agents[-1].place)
        else:
            owned = text != stem
            agents.append(Agent(stem, body, "of" if owned else role, place))
        last = place
        following = fold(matches[place + 1].group()) if place + 1 < len(matches) else ""
        # "to A and B" governs both
        if following not in _JOINS:
            role = ""
    return tuple(agents)


def _is_plain(word: str, language: Language) -> bool:
    """Whether a word with a capital in it is no name: "NAVO-lidmaatschap", "Waar"."""
    return not words_of(word, language) or word.rsplit("-", 1)[-1].islower()


def _same(agent: Agent, language: Language, other: Agent, spoken: Language) -> bool:
    if agent.body is not None and agent.body == other.body:
        return True
    there = frozenset(analyse(other.text, spoken)) | {fold(other.text)}
    if any(stands(terms, language, there, spoken) for terms in words_of(agent.text, language)):
        return True
    return any(word.found for word in ground(agent.text, language, ((other.text, spoken),)) if word.content)


def _without(clause: str, text: str) -> str:
    return clause.replace(text, " ", 1)
