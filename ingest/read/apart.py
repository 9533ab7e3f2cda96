"""A letter read in a process of its own, which may take no more memory and time than any letter needs.

A PDF is a program: a few kilobytes of it can ask for gigabytes, or for years. What becomes of the process harms nobody.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.errors import UnreadableLetter
from ingest.read.lines import Line, SourceNote

MOST_MEMORY_BYTES = 2_000_000_000
# Of the processor, so that a busy machine does not refuse what a quiet one reads.
OPENING_S, PAGE_S = 20, 2
_LONGEST_S = 3600
_MODULE = "ingest.read.pdf_process"
_TURNS = threading.BoundedSemaphore(os.cpu_count() or 1)

Read = Callable[[Path, Callable[[int], None]], tuple[Line, ...]]
"""Reads a file into lines; it calls its second argument with the number of pages as soon as that is known."""


def read_apart(path: Path) -> tuple[Line, ...]:
    """Read a PDF file into lines, in a process of its own.

    Raises:
        UnreadableLetter: it can't be read, or not within the limits.
    """
    # the same program, whatever the folder it is started in; its own warnings tell a user nothing
    command = [sys.executable, "-P", "-W", "ignore", "-m", _MODULE, str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with _TURNS:
        try:
            done = subprocess.run(  # noqa: S603 (no shell, and the path is one argument)
                command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=_LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise _beyond(path) from error
    if done.returncode or not done.stdout:
        raise _beyond(path) from OSError(done.returncode, done.stderr[-500:].decode("utf-8", "replace"))
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise UnreadableLetter(answer["refused"])
    return tuple(_line_from(value) for value in answer["lines"])


def answer_with(read: Read) -> None:
    """Be that process: read the file that the command names, within the limits, and print its lines as JSON."""
    _limit(memory_bytes=MOST_MEMORY_BYTES, processor_s=OPENING_S)
    answer: dict[str, Any]
    try:
        lines = read(Path(sys.argv[1]), lambda pages: _limit(processor_s=OPENING_S + PAGE_S * pages))
        answer = {"lines": [asdict(line) for line in lines]}
    except UnreadableLetter as error:
        answer = {"refused": str(error)}
    sys.stdout.write(json.dumps(answer))


def _line_from(value: dict[str, Any]) -> Line:
    cells = tuple((place, text) for place, text in value["cells"])
    return Line(**{**value, "cells": cells, "notes": tuple(SourceNote(**note) for note in value["notes"])})


def _limit(*, processor_s: int, memory_bytes: int | None = None) -> None:
    """Have the system end this process where it takes more, on systems that can."""
    try:
        import resource
    except ImportError:
        return
    _lower(resource, resource.RLIMIT_CPU, processor_s)
    # the end is expected, and nobody would look at what it leaves on the disk
    _lower(resource, resource.RLIMIT_CORE, 0)
    if memory_bytes:
        _lower(resource, resource.RLIMIT_AS, memory_bytes)


def _lower(resource: Any, kind: int, most: int) -> None:
    """Set a limit that stays within the one that is in force already."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _beyond(path: Path) -> UnreadableLetter:
    return UnreadableLetter(
        f"{path}: reading it takes more time or memory than any letter; print it to a new PDF, or save its text"
    )
