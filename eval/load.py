"""Many conversations at once with a running chat page: how long answers take, and whether any is another's.

kamervraag ui &  python -m eval.load --conversations 50 --turns 4 --soak 1000 --pid PID
"""

from __future__ import annotations

import argparse
import itertools
import json
import secrets
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from eval.cases import load_cases

GOLD = Path(__file__).parent / "gold" / "navo.jsonl"
_TIMEOUT_S = 60.0
_DIFFERENT_SCRIPTS = 10
_MEASURED_EVERY = 100
_KEPT = ("question", "standalone_question", "language", "status", "answer", "citations", "nearest")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came, the seconds to its first text, and those to its end."""

    record: dict[str, Any]
    first_s: float
    whole_s: float


def ask(client: httpx.Client, url: str, question: str, conversation: str, visitor: str) -> Reply:
    """Put one question to the page, as its script does.

    Raises:
        httpx.HTTPError, ValueError: the server refused it, or ended without an answer.
    """
    started = time.perf_counter()
    joined = client.post(f"{url}/gradio_api/call/page_ask", json={"data": [question, conversation, [], visitor]})
    joined.raise_for_status()
    first, record, event = None, None, ""
    with client.stream("GET", f"{url}/gradio_api/call/page_ask/{joined.json()['event_id']}") as response:
        for line in response.iter_lines():
            event = line.removeprefix("event: ") if line.startswith("event: ") else event
            if line.startswith("data: ") and event in ("generating", "complete"):
                first = first or time.perf_counter()
                record = (json.loads(line.removeprefix("data: ")) or [record])[0] or record
    if record is None or first is None or "status" not in record:
        raise ValueError(f"no answer to {question!r}")
    return Reply(record, first - started, time.perf_counter() - started)


def converse(url: str, questions: Sequence[str]) -> list[Reply]:
    """Ask questions one after the other in one conversation, as a visitor of its own."""
    visitor, conversation = secrets.token_hex(16), ""
    replies = []
    with httpx.Client(timeout=_TIMEOUT_S) as client:
        for question in questions:
            replies.append(ask(client, url, question, conversation, visitor))
            conversation = replies[-1].record["conversation"]
    return replies


def soak(url: str, scripts: Sequence[Sequence[str]], count: int, pid: int) -> list[float]:
    """Ask `count` questions, one conversation after the other, and return the memory after each hundred."""
    asked, measured = 0, [memory_mb(pid)]
    for script in itertools.cycle(scripts):
        if asked >= count:
            return measured
        asked += len(converse(url, script))
        if asked // _MEASURED_EVERY >= len(measured):
            measured.append(memory_mb(pid))
    return measured


def count_mixed(alone: Sequence[Reply], together: Sequence[Reply]) -> int:
    """Return how many answers differ from those the same conversation got on its own."""
    pairs = zip(alone, together, strict=True)
    return sum(any(one.record[key] != other.record[key] for key in _KEPT) for one, other in pairs)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process, from the system's own account (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    """Run the load and print what came of it; exit status 1 if an answer was wrong or another's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:7860")
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--soak", type=int, default=0, help="then so many questions one by one, for the memory")
    parser.add_argument("--pid", type=int, help="the server's process, to measure its memory")
    options = parser.parse_args()
    if options.soak and not options.pid:
        parser.error("--soak measures memory: give the server's --pid")
    questions = [case.question for case in load_cases(GOLD)]
    scripts = [questions[start::_DIFFERENT_SCRIPTS][: options.turns] for start in range(_DIFFERENT_SCRIPTS)]
    alone = [converse(options.url, script) for script in scripts]
    order = [number % _DIFFERENT_SCRIPTS for number in range(options.conversations)]
    with ThreadPoolExecutor(options.conversations) as pool:
        together = list(pool.map(lambda number: converse(options.url, scripts[number]), order))
    mixed = sum(count_mixed(alone[number], replies) for number, replies in zip(order, together, strict=True))
    waits = [reply.whole_s for replies in together for reply in replies]
    report: dict[str, Any] = {
        "conversations": options.conversations,
        "answers": len(waits),
        "wrong_or_mixed": mixed,
        "alone_p50_s": round(percentile([one.first_s for replies in alone for one in replies], 0.5), 3),
        "together_p50_s": round(percentile(waits, 0.5), 3),
        "together_p95_s": round(percentile(waits, 0.95), 3),
    }
    if options.pid:
        report["memory_mb"] = [round(memory_mb(options.pid))]
    if options.soak:
        report["memory_mb"] = [round(one) for one in soak(options.url, scripts, options.soak, options.pid)]
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    sys.exit(1 if mixed else 0)


if __name__ == "__main__":
    main()
