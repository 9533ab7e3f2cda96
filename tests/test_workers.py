"""Work in processes of their own: in order, whatever befalls one of them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.workers import Lost, run_in_processes
from tests.worked import work

ROOT = Path(__file__).parent.parent


def run(tasks: Sequence[str], processes: int = 2, longest_s: float = 60) -> list[str | Lost]:
    return list(run_in_processes(work, tasks, processes=processes, longest_s=longest_s))


def test_results_come_in_the_order_of_the_tasks_from_processes_that_are_used_again() -> None:
    assert run(["slow 0.3", "a", "b", "c", "d"]) == ["SLOW 0.3", "A", "B", "C", "D"]
    workers = set(run(["who"] * 20))
    assert len(workers) <= 2
    assert str(os.getpid()) not in workers


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("crash", "Segmentation fault"),
        ("killed", "want of memory"),
        ("exit 3", "status 3"),
        ("hang", "more than 1 sec"),
    ],
)
def test_a_task_that_ends_its_process_is_told_of_and_the_others_are_done(task: str, reason: str) -> None:
    before, lost, *after = run(["a", task, *"bcdef"], longest_s=1)
    assert (before, after) == ("A", list("BCDEF"))
    assert isinstance(lost, Lost)
    assert reason in lost.reason


def test_every_process_may_die_again_and_again() -> None:
    results = run(["crash", "a"] * 5)
    assert [isinstance(result, Lost) for result in results] == [True, False] * 5


def test_a_task_that_hangs_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.workers._MOST_AHEAD", 5)
    results = run(["hang", *map(str, range(20))], longest_s=1)
    assert isinstance(results[0], Lost)
    assert results[1:] == list(map(str, range(20)))


def test_whoever_stops_listening_leaves_no_process_behind() -> None:
    results = run_in_processes(work, ["who", "hang", "hang"], processes=2, longest_s=60)
    assert isinstance(results, Generator)
    worker = int(str(next(results)))
    results.close()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_where_no_process_can_be_started_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **keywords: Any) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", refuse)
        assert run(["who"]) == [str(os.getpid())]
    # or one that does not get as far as the first task
    monkeypatch.setattr("ingest.workers._PROGRAM", "import nothing_of_that_name")
    assert run(["who", "a", "b"]) == [str(os.getpid()), "A", "B"]


PROGRAM = """
import sys
from pathlib import Path
from ingest.workers import run_in_processes
from tests.worked import work
print("begun", flush=True)
for result in run_in_processes(work, ["who", *sys.argv[1:]], processes=1, longest_s=2):
    print(result, flush=True)
"""


def test_a_script_that_works_in_processes_is_not_run_twice(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(PROGRAM, encoding="utf-8")
    # nor is anything imported that happens to stand where the user is
    (tmp_path / "pickle.py").write_text("raise SystemExit(5)", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, script, "a"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[0::2] == ["begun", "A"]


def test_a_process_ends_with_the_one_that_started_it_even_while_it_hangs() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "hang"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        worker = int(process.stdout.readline())
        process.kill()
    gone = threading.Event()
    while not gone.wait(0.1):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            gone.set()
