"""Measure speed, memory and quality, beside the build a user would otherwise make, in one run.

`python -m eval.bench [--runs 5] [--out out/bench]` prints a table and writes it with the raw figures.
Whole processes are timed from outside, with the operating system's own account of their memory; warm
calls inside one process that has answered before. Indexing is measured with the model ready.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.model import prepare_model
from ingest.pipeline import bundled_files
from ingest.settings import load_settings

GOLD = Path(__file__).with_name("gold") / "navo.jsonl"
_QUESTION = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
WARM_UP = 10


@dataclass(frozen=True, slots=True)
class Process:
    """One finished process: seconds from start to end, its peak memory in MB, what it printed."""

    seconds: float
    megabytes: float
    output: str


def run_process(command: Sequence[str], environment: Mapping[str, str]) -> Process:
    """Run a command to its end and measure it.

    Raises:
        RuntimeError: it failed; with what it printed.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors, env={**os.environ, **environment})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)} failed: {errors.read()}")
        return Process(seconds, usage.ru_maxrss / 1024, output.read())


def module_command(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module."""
    return (sys.executable, "-m", module, *arguments)


def measure_ours(runs: int, scratch: Path) -> dict[str, Any]:
    """Measure indexing, cold and warm answers and the quality of the search."""
    environment = {"KAMERVRAAG_HOME": str(scratch / "home")}
    index = run_process(module_command("ui", "letters"), environment)
    asks = [run_process(module_command("ui", "ask", _QUESTION), environment) for _ in range(runs)]
    warm = json.loads(run_process(module_command("eval.bench", "--warm"), environment).output)
    return {
        "index_process_s": index.seconds,
        "index_s": warm["index_s"],
        "ask_s": [ask.seconds for ask in asks],
        "ask_mb": max(ask.megabytes for ask in asks),
        **warm,
    }


def measure_plain(runs: int, scratch: Path) -> dict[str, Any]:
    """Measure the same work done by the plain build, with the same model in its full precision."""
    settings = load_settings()
    folder = prepare_model(settings.models).folder
    arguments = (str(folder), str(scratch / "plain"), str(bundled_files()[0]), _QUESTION)
    first = json.loads(run_process(module_command("eval.plain", *arguments), {}).output)
    asks = [run_process(module_command("eval.plain", *arguments), {}) for _ in range(runs)]
    warm = json.loads(run_process(module_command("eval.plain", *arguments, "--gold", str(GOLD)), {}).output)
    return {
        "index_s": first["index_s"],
        "ask_s": [ask.seconds for ask in asks],
        "ask_mb": max(ask.megabytes for ask in asks),
        "seconds": warm["seconds"][WARM_UP:],
        "hits": warm["hits"],
    }


def measure_warm() -> dict[str, Any]:
    """Answer the gold questions kept aside in this process; with the time to index the letter anew."""
    from assistant.pipeline import build_assistant

    settings = load_settings()
    assistant = build_assistant(settings)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        build_assistant(settings.model_copy(update={"home": Path(folder)}), embedder=assistant.embedder).close()
    index_s = time.perf_counter() - started
    chosen = load_questions()
    for case in chosen[:WARM_UP]:
        assistant.ask(case["question"])
    seconds, hits = [], {"nl": list[tuple[bool, bool]](), "en": list[tuple[bool, bool]]()}
    for case in chosen:
        started = time.perf_counter()
        assistant.ask(case["question"])
        seconds.append(time.perf_counter() - started)
        found = [
            any(evidence in text for evidence in case["evidence"])
            for hit in assistant.search(case["question"], 3)
            for text in [" ".join((hit.paragraph.text, *(note.text for note in hit.letter.notes_of(hit.paragraph.id))))]
        ]
        hits[case["lang"]].append((found[0], any(found)))
    return {"index_s": index_s, "seconds": seconds, "hits": hits}


def load_questions() -> list[dict[str, Any]]:
    """Return the gold questions kept aside that stand alone and that the bundled letter answers."""
    cases = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    return [case for case in cases if case["evidence"] and not case["history"] and case["split"] == "aside"]


def format_table(ours: Mapping[str, Any], plain: Mapping[str, Any]) -> str:
    """Return both columns as a Markdown table."""
    rows = [("", "Kamervraag", "sentence-transformers fp32, Chroma, 1000/200")]
    measures: tuple[tuple[str, Callable[[Mapping[str, Any]], str]], ...] = (
        ("`ask`, whole process, median", lambda m: f"{statistics.median(m['ask_s']):.2f} s"),
        ("`ask`, peak memory", lambda m: f"{m['ask_mb']:.0f} MB"),
        ("warm answer, p50", lambda m: f"{percentile(m['seconds'], 50):.0f} ms"),
        ("warm answer, p95", lambda m: f"{percentile(m['seconds'], 95):.0f} ms"),
        ("indexing the letter, model loaded", lambda m: f"{m['index_s']:.2f} s"),
        ("right passage at 1 / 3, Dutch", lambda m: _hits(m["hits"]["nl"])),
        ("right passage at 1 / 3, English", lambda m: _hits(m["hits"]["en"])),
    )
    rows += [(label, value(ours), value(plain)) for label, value in measures]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---|---|---|", *lines[1:]])


def percentile(seconds: Sequence[float], percent: int) -> float:
    """Return a percentile in milliseconds."""
    return 1000 * statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


def _hits(hits: Sequence[Sequence[bool]]) -> str:
    return f"{statistics.mean(first for first, _ in hits):.2f} / {statistics.mean(third for _, third in hits):.2f}"


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    parser.add_argument("--warm", action="store_true", help="only the part that runs inside one process, as JSON")
    options = parser.parse_args()
    if options.warm:
        json.dump(measure_warm(), sys.stdout)
        return
    with tempfile.TemporaryDirectory() as folder:
        ours = measure_ours(options.runs, Path(folder))
        plain = measure_plain(options.runs, Path(folder))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    verifying = run_process(module_command("eval.verifying"), {}).output.strip()
    table = f"{format_table(ours, plain)}\n\n{options.runs} runs each on {machine}.\n\n{verifying}.\n"
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "bench.md").write_text(table, encoding="utf-8")
    (options.out / "bench.json").write_text(json.dumps({"ours": ours, "plain": plain}), encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
