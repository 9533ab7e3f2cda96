"""Who does what to whom: whether a sentence gives the part of one to another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.clauses import clauses_of, in_language, overlap, stands, words_of
from assistant.grounding import Texts, ground
from ingest.dutch import analyse, fold
from ingest.letter import Language

_WORD = re.compile(r"[^\W_]+(?:[-–.'’&][^\W_]+)*(?:[’'](?=\W|$))?")
# Bodies and people that act, where they are written small; those of one line are taken for each other.
_BODIES = """\
kabinet regering minister ministers staatssecretaris bewindslieden nederland nederlandse rijk overheid ik wij \
we government secretary cabinet netherlands dutch state i
kamer parlement tweede-kamer house parliament
raad adviesraad aiv advisory council
gemeente gemeenten municipality municipalities
gemeenteraad municipal-council
college burgemeester wethouders mayor
provincie provincies province provinces
bondgenoten bondgenoot lidstaten lidstaat allies ally member-states
commissie committee commission
aanbieders aanbieder zorgaanbieder zorgaanbieders provider providers
bank banken banks
bedrijf bedrijven bedrijfsleven ondernemers ondernemer company companies business businesses industry
bureau onderzoeksbureau agency
ouders parents
kinderen jeugdigen children
politie police
rechter rechtbank court judge
coordinator
kandidaten kandidaat-bondgenoten kandidaat candidates
bonden vakbonden unions
"""
_BODY = {fold(word): number for number, line in enumerate(_BODIES.splitlines()) for word in line.split()}
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
    r"|(?<=besloten|gevraagd)\s(?=of\s)",
    re.IGNORECASE,
)
# A capital that does not open a sentence.
_NAME = re.compile(r"(?<=[\w,;)] )[A-Z][\w-]+")
_MOSTLY, _FEWEST = 0.5, 2
# Words after a preposition that may come before the name it governs.
_FARTHEST = 2


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


@lru_cache(maxsize=5_000)
def _parts(text: str, language: Language, known: frozenset[str]) -> tuple[str, ...]:
    """Return the clauses of a text, cut at an "and" too where someone acts on either side of it."""
    parts: list[str] = []
    for clause in (inner for outer in clauses_of(text) for inner in _INNER.split(outer)):
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
