"""Functions for processes of their own: one that works, and what may befall one."""

from __future__ import annotations

import os
import signal
import time

from ingest.letter import Letter
from ingest.reading import Task, Unread, attempt


def work(task: str) -> str:
    """Do as the task says."""
    match task.split():
        case ["crash"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case ["killed"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["exit", status]:
            os._exit(int(status))
        case ["hang"]:
            time.sleep(600)
        case ["slow", seconds]:
            time.sleep(float(seconds))
        case ["who"]:
            return str(os.getpid())
    return task.upper()


def read(task: Task) -> Letter | Unread:
    """Read a letter, unless the name of its file says what is to befall it."""
    work(task.path.stem)
    return attempt(task)
