"""Functions for processes of their own: one that works, and what may befall one."""

from __future__ import annotations

import os
import signal
import time


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
