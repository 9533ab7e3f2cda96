"""What is wrong with a gold set, before anything is measured with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.cases import Case, find_evidence, letters_of
from ingest.dutch import analyse, fold
from ingest.letter import Letter

_NEAR = 0.8
_FEWEST_TERMS = 3
_WITH_EVIDENCE = frozenset({"answered", "undecided"})

Severity = Literal["error", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (`error`) or worth a look (`note`) with a case."""

    case: str
    severity: Severity
    text: str


def check_cases(cases: Sequence[Case], letters: Mapping[str, Letter]) -> list[Problem]:
    """Return what is wrong with the cases: ids, evidence, pairs, splits and duplicates, in the cases' order."""
    problems = [
        *_check_ids(cases),
        *(problem for case in cases for problem in _check_case(case)),
        *(problem for case in cases for problem in _check_evidence(case, letters)),
        *_check_pairs(cases),
        *_check_duplicates(cases),
    ]
    order = {case.id: number for number, case in enumerate(cases)}
    return sorted(problems, key=lambda problem: order[problem.case])


def _error(case: Case, text: str) -> Problem:
    return Problem(case.id, "error", text)


def _check_ids(cases: Sequence[Case]) -> Iterator[Problem]:
    for case_id, count in Counter(case.id for case in cases).items():
        if count > 1:
            yield Problem(case_id, "error", f"the id is used {count} times")


def _check_case(case: Case) -> Iterator[Problem]:
    if not case.question.strip():
        yield _error(case, "the question is blank")
    if case.answerable != (case.status == "answered"):
        yield _error(case, f"answerable is {str(case.answerable).lower()}, but the status is {case.status!r}")
    if (case.status in _WITH_EVIDENCE) != bool(case.evidence):
        yield _error(case, f"a case with status {case.status!r} must {_must(case)} evidence")
    if any(not alternatives or not all(map(str.strip, alternatives)) for alternatives in case.must_include):
        yield _error(case, "must_include has an empty list or an empty alternative")
    if case.must_include and case.status not in _WITH_EVIDENCE:
        yield _error(case, f"must_include is set, but a case with status {case.status!r} has no facts")
    if case.answerable and not case.reference:
        yield Problem(case.id, "note", "no reference answer, so token F1 can't be scored")
    for field in case.model_extra or ():
        yield Problem(case.id, "note", f"the field {field!r} is unknown and not used")


def _must(case: Case) -> str:
    return "have" if case.status in _WITH_EVIDENCE else "not have"


def _check_evidence(case: Case, letters: Mapping[str, Letter]) -> Iterator[Problem]:
    if case.letter is not None and case.letter not in letters:
        yield _error(case, f"the letter {case.letter!r} is not here")
        return
    for evidence in case.evidence:
        places = find_evidence(evidence, letters_of(case, letters))
        if not places:
            yield _error(case, f"the evidence {_short(evidence)} stands in no paragraph or footnote")
        elif len(places) > 1:
            where = ", ".join(place.paragraph_id for place in places)
            text = f"the evidence {_short(evidence)} stands in {len(places)} places, of which each counts: {where}"
            yield Problem(case.id, "note", text)


def _check_pairs(cases: Sequence[Case]) -> Iterator[Problem]:
    """Both languages, and the same in all that does not depend on the language."""
    pairs: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        pairs[case.pair].append(case)
    for pair, forms in pairs.items():
        if len(forms) == 1 and forms[0].id == pair:
            continue
        if sorted(form.lang for form in forms) != ["en", "nl"]:
            languages = ", ".join(form.lang for form in forms)
            yield _error(forms[0], f"the pair {pair!r} should be one Dutch and one English case, not {languages}")
            continue
        for name, same in _mirrored(*forms).items():
            if not same:
                yield _error(forms[0], f"the forms {forms[0].id} and {forms[1].id} differ in {name}")
        if len(forms[0].must_include) != len(forms[1].must_include):
            text = f"{forms[0].id} and {forms[1].id} differ in the number of facts, so parity of facts can't be scored"
            yield Problem(forms[0].id, "note", text)


def _mirrored(one: Case, other: Case) -> dict[str, bool]:
    return {
        "answerable": one.answerable == other.answerable,
        "status": one.status == other.status,
        "evidence": set(one.evidence) == set(other.evidence),
        "split": one.split == other.split,
        "letter": one.letter == other.letter,
        "the number of earlier questions": len(one.history) == len(other.history),
    }


def _check_duplicates(cases: Sequence[Case]) -> Iterator[Problem]:
    """The same question twice is an error; nearly the same, in both splits above all, is worth a look."""
    for language in ("nl", "en"):
        forms = [case for case in cases if case.lang == language]
        plain = [_plain(case) for case in forms]
        terms = [_terms(case) for case in forms]
        for second, case in enumerate(forms):
            for first in range(second):
                if plain[first] == plain[second]:
                    yield _error(case, f"asks the same as {forms[first].id}")
                elif _overlap(terms[first], terms[second]) >= _NEAR and forms[first].history == case.history:
                    apart = ", and they are in different splits" if forms[first].split != case.split else ""
                    yield Problem(case.id, "note", f"asks nearly the same as {forms[first].id}{apart}")


def _plain(case: Case) -> tuple[str, ...]:
    return tuple(" ".join(fold(text).split()) for text in (*case.history, case.question, case.letter or ""))


def _terms(case: Case) -> frozenset[str]:
    return frozenset(analyse(case.question, case.lang))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    if min(len(one), len(other)) < _FEWEST_TERMS:
        return 0.0
    return len(one & other) / len(one | other)


def _short(text: str, limit: int = 60) -> str:
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def count_errors(problems: Iterable[Problem]) -> int:
    """Return how many of the problems must be mended."""
    return sum(problem.severity == "error" for problem in problems)
