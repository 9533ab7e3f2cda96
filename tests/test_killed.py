"""Killed at any moment, an ingest leaves the old index or the new one, never a mixture, and the next command works."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.home import Home
from ingest.index import letter_digest, open_current
from ingest.pipeline import open_corpus
from ingest.reading import find_letters, read_letter
from tests.drawn import DrawnEmbedder, write_letters

KILLS, HOMES = 200, 2
EMBEDDER = DrawnEmbedder()
# Forks ever again, so that the libraries are loaded once and a random moment is one of the ingest.
PROGRAM = """
import os, signal, sys, time
from pathlib import Path
import chromadb, numpy.random
from tests.drawn import DrawnEmbedder
from ingest.home import Home
from ingest.pipeline import ingest
for line in sys.stdin:
    signal.alarm(120)
    folder, home, seconds = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if not child:
        try:
            ingest([Path(folder)], Home(Path(home)), DrawnEmbedder())
            os._exit(0)
        finally:
            os._exit(1)
    if seconds:
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    signal.alarm(0)
"""


@dataclass(frozen=True)
class Ingester:
    """Ingests in a process of its own, which it may kill; the status is -9 if it was killed at work."""

    process: subprocess.Popen[str]

    def run(self, folder: Path, home: Home, seconds: float | None = None) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{folder}\t{home.folder}\t{'' if seconds is None else seconds}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture
def ingesters() -> Iterator[list[Ingester]]:
    root = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(HOMES)
    ]
    yield [Ingester(process) for process in processes]
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: what a killed process leaves there is the same, and it is faster."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=shared if os.access(shared, os.W_OK) else tmp_path))
    yield folder
    shutil.rmtree(folder)


def current_letters(home: Home) -> dict[str, str]:
    """Return the letters of the current index, by digest, after checking every byte of it."""
    name = (home.generations_folder / "CURRENT").read_text(encoding="utf-8")
    manifest = json.loads((home.generations_folder / name / "manifest.json").read_text(encoding="utf-8"))
    letters: dict[str, str] = manifest["letters"]
    open_current(home.generations_folder, EMBEDDER.identity, letters, whole=True).close()
    return letters


def stored_letters(home: Home) -> dict[str, str]:
    return {letter.id: letter_digest(letter) for letter in home.load_each()}


def kill_once(ingester: Ingester, folder: Path, home: Home, seconds: float) -> tuple[bool, bool]:
    """Kill an ingest of changed letters; tell whether it was at work, and whether the index is the new one."""
    old = stored_letters(home)
    changed = {letter.id: letter_digest(letter) for letter in map(read_letter, find_letters([folder]))}
    status = ingester.run(folder, home, seconds)
    assert status in (0, -signal.SIGKILL)
    found, stored = current_letters(home), stored_letters(home)
    assert found in (old, {**old, **changed})
    assert stored.keys() == old.keys()
    assert all(digest in (old[letter_id], changed.get(letter_id)) for letter_id, digest in stored.items())
    with closing(open_corpus(home, EMBEDDER)) as corpus:
        assert {letter_id: letter_digest(letter) for letter_id, letter in corpus.letters.items()} == stored
    return status != 0, found != old


def kill_often(ingester: Ingester, folder: Path, seed: int) -> tuple[int, int]:
    """Kill ingests on one home; return how many were killed at work and how many left the new index."""
    home, moments, letters = Home(folder / "home"), random.Random(seed), folder / "letters"
    open_corpus(home, EMBEDDER).close()
    for number in range(3):  # the first times load what is left to load
        started = time.perf_counter()
        assert ingester.run(write_letters(letters, number), home) == 0
    longest = time.perf_counter() - started
    killed = renewed = 0
    while killed < KILLS / HOMES:
        number += 1
        at_work, new = kill_once(ingester, write_letters(letters, number), home, moments.uniform(0, longest))
        killed, renewed = killed + at_work, renewed + new
        # a few come too late, however fast the machine is meanwhile
        longest *= 1.02 if at_work else 0.9
    assert ingester.run(write_letters(letters, 0), home) == 0
    assert not [path for path in home.folder.rglob("*") if path.suffix in (".part", ".building")]
    assert len([path for path in home.generations_folder.iterdir() if path.is_dir()]) == 1
    return killed, renewed


@pytest.mark.slow
@pytest.mark.timeout(900)  # a minute where nothing else runs
def test_after_two_hundred_kills_there_is_the_old_index_or_the_new_and_it_works(
    ingesters: list[Ingester], memory: Path
) -> None:
    folders = [memory / str(number) for number in range(HOMES)]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(HOMES) as pool:
        counts = list(pool.map(kill_often, ingesters, folders, range(HOMES)))
    assert sum(killed for killed, _ in counts) >= KILLS
    # the moments were spread over all of it: some came too late to keep the old index
    assert any(renewed for _, renewed in counts)
