"""Work that may take long, hang or crash, done side by side in processes of their own; results in the tasks' order.

A process is started anew, never forked: a fork of one that has run the model hangs. It knows nothing of the program
that started it but its module path, so that a script without an `if __name__ == "__main__"` is not run twice.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_PROGRAM = (
    "import sys; from multiprocessing.connection import Connection; connection = Connection(int(sys.argv[1])); "
    "sys.path[:] = connection.recv(); from ingest.workers import serve; serve(connection)"
)
# results that came before their turn and are kept, packed, for it: a task that hangs must not stop the others
_MOST_AHEAD = 256
_LAST_WAIT_S = 10


@dataclass(frozen=True, slots=True)
class Lost:
    """What became of a task whose process ended without a result."""

    reason: str


def run_in_processes(
    function: Callable[[Task], Result], tasks: Sequence[Task], *, processes: int, longest_s: float
) -> Iterator[Result | Lost]:
    """Yield what the function returns for each task, in their order; `Lost` where its process crashed or took too long.

    The function is one of a module, or a partial of such a one, and raises nothing. Where no process can be started,
    it is called here.
    """
    pool = _Pool(function, processes, longest_s)
    waiting = deque(range(len(tasks)))
    done: dict[int, bytes | Lost] = {}
    try:
        for turn, task in enumerate(tasks):
            while turn not in done and not pool.is_broken:
                while waiting and waiting[0] < turn + _MOST_AHEAD and pool.begin(waiting[0], tasks[waiting[0]]):
                    waiting.popleft()
                for number, result in pool.wait():
                    if result is None:
                        waiting.appendleft(number)
                    else:
                        done[number] = result
            yield _unpack(done.pop(turn)) if turn in done else function(task)
    finally:
        pool.close()


def serve(connection: Connection) -> None:
    """Do the tasks that come through a connection until it is closed at the other end; this is the process's work."""
    # an interrupt is for the process that started this one; the alarm ends it, whatever it is busy with
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        function, longest_s = connection.recv()
        connection.send_bytes(b"")
        while True:
            task = connection.recv()
            signal.setitimer(signal.ITIMER_REAL, longest_s)
            result = function(task)
            signal.setitimer(signal.ITIMER_REAL, 0)
            connection.send(result)


class _Pool:
    """As many processes as may run, started when there is work for them."""

    def __init__(self, function: Callable[[Any], object], processes: int, longest_s: float) -> None:
        self._order = (function, longest_s)
        self._room, self._longest_s = processes, longest_s
        self._workers: list[_Worker] = []

    @property
    def is_broken(self) -> bool:
        """Whether there is no process, nor any that could be started."""
        return not self._workers and self._room == 0

    def begin(self, number: int, task: object) -> bool:
        """Give a task to a process that has none; False if all are busy."""
        idle = next((worker for worker in self._workers if worker.task is None), None) or self._start()
        if idle:
            idle.give(number, task)
        return idle is not None

    def wait(self) -> Iterator[tuple[int, bytes | Lost | None]]:
        """Wait until a process has something to say; yield tasks with results, `None` for one to be given again."""
        for connection in wait([worker.connection for worker in self._workers]) if self._workers else ():
            worker = next(one for one in self._workers if one.connection is connection)
            number = worker.task
            try:
                result: bytes | Lost | None = worker.take()
                if result is None:
                    continue
            except (EOFError, OSError):
                self._workers.remove(worker)
                result = self._bury(worker)
            if number is not None:
                yield number, result

    def close(self) -> None:
        """End all processes, whatever they do."""
        for worker in self._workers:
            worker.kill()

    def _start(self) -> _Worker | None:
        if len(self._workers) >= self._room:
            return None
        try:
            self._workers.append(_Worker(self._order))
        except OSError:  # no more processes, or no more memory for one
            self._room = len(self._workers)
            return None
        return self._workers[-1]

    def _bury(self, worker: _Worker) -> Lost | None:
        status = worker.end()
        if not worker.has_begun:
            # what kept one from starting keeps the next as well
            self._room = len(self._workers)
            return None
        return Lost(_explain(status, self._longest_s))


class _Worker:
    """A process, and the number of the task it has."""

    def __init__(self, order: tuple[Callable[[Any], object], float]) -> None:
        self.task: int | None = None
        self.has_begun = False
        self.connection, theirs = Pipe()
        # -P: what stands in the folder where the user happens to be is not imported
        command = [sys.executable, "-P", "-c", _PROGRAM, str(theirs.fileno())]
        quiet = subprocess.DEVNULL
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                command, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=[theirs.fileno()]
            )
        self._send(sys.path)
        self._send(order)

    def give(self, number: int, task: object) -> None:
        self.task = number
        self._send(task)

    def take(self) -> bytes | None:
        """Return the result, packed; `None` for the first thing that a process says, which is that it is there."""
        data = self.connection.recv_bytes()
        if not self.has_begun:
            self.has_begun = True
            return None
        self.task = None
        return data

    def end(self) -> int:
        """Return the exit status of a process that says no more: it has ended, or is about to."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_WAIT_S)
        self.kill()
        return self._process.returncode

    def kill(self) -> None:
        """End the process, whatever it does."""
        self.connection.close()
        self._process.kill()
        self._process.wait()

    def _send(self, value: object) -> None:
        # that it is gone is heard when it should reply
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(value)


def _unpack(result: bytes | Lost) -> Any:
    return result if isinstance(result, Lost) else pickle.loads(result)  # noqa: S301


def _explain(status: int, longest_s: float) -> str:
    if status == -signal.SIGALRM:
        return f"it took more than {longest_s:.0f} seconds"
    if status == -signal.SIGKILL:
        return "the process was killed, perhaps for want of memory"
    if status < 0:
        return f"the process crashed ({signal.strsignal(-status)})"
    return f"the process ended (status {status})"
