"""Ask every gold question, score the answers, and write what came out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from assistant.pipeline import Assistant
from assistant.reference import cite
from eval.answers import read_answers
from eval.cases import Case
from eval.judge import Verdict
from eval.measures import GATED
from eval.provenance import describe_run
from eval.score import ScoredCase, score_case
from eval.sentences import count_sentences, sentences_of
from eval.summary import summarise
from ingest.errors import UserError
from ingest.letter import Letter

METRICS, ANSWERS, SCORES = "metrics.json", "answers.jsonl", "scores.jsonl"
_TOP = 10
_HISTOGRAM_BARS = 20

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scored cases, the figures over them, and a judge's verdicts by case where one was asked."""

    scored: tuple[ScoredCase, ...]
    metrics: dict[str, Any]
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)


def make_folder(folder: Path) -> None:
    """Make the folder of a run, before any work is done for it.

    Raises:
        UserError: it can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder}: can't be made ({error.strerror}); choose another place for --out") from error


def evaluate(
    assistant: Assistant, cases: Sequence[Case], gold: Path, settings: Mapping[str, str], progress: Progress
) -> Evaluation:
    """Ask and score every case."""
    scored: list[ScoredCase] = []
    # the first question pays for what is loaded lazily
    assistant.search(cases[0].question)
    for done, case in enumerate(cases, 1):
        only = (case.letter,) if case.letter else ()
        answer, hits = assistant.examine(case.question, case.history, letters=only, top_k=_TOP)
        scored.append(score_case(case, asdict(answer), [hit.paragraph.id for hit in hits], assistant.letters))
        progress(done)
    return _evaluation(scored, describe_run(assistant.letters, gold, len(cases), settings))


def evaluate_answers(
    answers: Path, letters: Mapping[str, Letter], cases: Sequence[Case], gold: Path, settings: Mapping[str, str]
) -> Evaluation:
    """Score answers made elsewhere, in the format of `batch`; a row's `id` is that of its case.

    Raises:
        UserError: unreadable, or a case without an answer.
    """
    records = read_answers(answers, cases, letters)
    scored = [score_case(case, records[case.id], records[case.id].get("ranking"), letters) for case in cases]
    model = next((str(one.answer["model"]) for one in scored if one.answer.get("model")), "unknown")
    run = describe_run(letters, gold, len(cases), settings)
    return _evaluation(scored, {**run, "answers": answers.name, "model": model, "ranker_sha256": None})


def rows_of(evaluation: Evaluation, letters: Mapping[str, Letter]) -> list[dict[str, Any]]:
    """Return one record a case: question, gold, answer, scores and reasons."""
    places = {
        paragraph.id: {"reference": cite(letter, section, paragraph), "text": paragraph.text}
        for letter in letters.values()
        for section, paragraph in letter.paragraphs()
    }
    return [_row(one, places, evaluation.verdicts.get(one.case.id)) for one in evaluation.scored]


def write_run(evaluation: Evaluation, rows: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write the figures, the answers, and the bare scores that a later run is compared with.

    Raises:
        UserError: the folder can't be written.
    """
    make_folder(folder)
    try:
        (folder / METRICS).write_text(json.dumps(evaluation.metrics, ensure_ascii=False, indent=1) + "\n", "utf-8")
        (folder / ANSWERS).write_text("".join(map(_line, rows)), "utf-8", "replace")
        (folder / SCORES).write_text("".join(_line(_bare(one)) for one in evaluation.scored), "utf-8")
    except OSError as error:
        raise UserError(f"{folder}: can't be written ({error.strerror}); choose another place for --out") from error


def _evaluation(scored: Sequence[ScoredCase], run: dict[str, Any]) -> Evaluation:
    seconds = [float(one.answer["seconds"]) for one in scored if one.answer.get("seconds") is not None]
    figures = {"run": run, **summarise(scored), "timing": _timing(seconds)}
    if said := count_sentences(scored):
        figures["sentences"] = said
    return Evaluation(tuple(scored), figures)


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _bare(one: ScoredCase) -> dict[str, Any]:
    scores = {name: round(score, 6) for name in GATED if (score := one.scores.get(name)) is not None}
    probability = one.answer.get("probability")
    return {"id": one.case.id, "digest": one.case.digest, "probability": probability, "scores": scores}


def _row(one: ScoredCase, places: Mapping[str, Mapping[str, str]], verdict: Verdict | None) -> dict[str, Any]:
    spans: dict[str, list[list[int]]] = {}
    for place in one.gold:
        spans.setdefault(place.paragraph_id, []).append([place.start, place.end])
    notes = {place.paragraph_id: place.footnote for place in one.gold if place.footnote}
    return {
        **one.case.model_dump(mode="json", include=set(Case.model_fields)),
        "digest": one.case.digest,
        "outcome": one.outcome,
        "reasons": [asdict(reason) for reason in one.reasons],
        "gold": [
            {"paragraph_id": key, **places[key], "spans": value, "footnote": notes.get(key)}
            for key, value in spans.items()
        ],
        "ranking": one.ranking,
        "answer": dict(one.answer),
        "scores": one.scores,
        "facts_found": list(one.facts),
        "judge": asdict(verdict) if verdict else None,
        "sentences": [asdict(said) for said in sentences_of(one)],
    }


def _timing(seconds: Sequence[float]) -> dict[str, Any]:
    if not seconds:
        return {"p50_ms": None, "p95_ms": None, "n": 0, "histogram": []}
    milliseconds = np.array(seconds) * 1000
    p50, p95, longest_shown = np.percentile(milliseconds, (50, 95, 99))
    # the slowest hundredth go into the last bar, or it alone would stretch the axis
    counts, edges = np.histogram(np.minimum(milliseconds, longest_shown), _HISTOGRAM_BARS, (0, longest_shown or 1))
    bars = [
        [round(float(low), 1), round(float(high), 1), int(count)]
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    ]
    return {"p50_ms": round(float(p50), 1), "p95_ms": round(float(p95), 1), "n": len(seconds), "histogram": bars}
