"""Assistants over visitors' own letters, kept open for the next question; opening one costs as much as an answer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.pipeline import Assistant

MOST_OPEN = 8


@dataclass(slots=True)
class _Entry:
    state: object
    assistant: Assistant
    users: int = 0
    taken_off: bool = False


class Shelf:
    """Lends assistants out; one that is taken off is closed when nobody uses it any more."""

    def __init__(self, most: int = MOST_OPEN) -> None:
        self._most = most
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def lend(self, key: str, state: object, make: Callable[[], Assistant]) -> Iterator[Assistant]:
        """Give the assistant of a key, made again where `state` is no longer what it was."""
        with self._lock:
            if key in self._entries and self._entries[key].state != state:
                self._take_off(key)
            if key not in self._entries:
                self._entries[key] = _Entry(state, make())
            self._entries.move_to_end(key)
            entry = self._entries[key]
            entry.users += 1
            while len(self._entries) > self._most:
                self._take_off(next(iter(self._entries)))
        try:
            yield entry.assistant
        finally:
            with self._lock:
                entry.users -= 1
                if entry.taken_off and not entry.users:
                    entry.assistant.close()

    def take_off(self, key: str) -> None:
        """Forget the assistant of a key, if there is one."""
        with self._lock:
            if key in self._entries:
                self._take_off(key)

    def close(self) -> None:
        """Forget all of them."""
        with self._lock:
            while self._entries:
                self._take_off(next(iter(self._entries)))

    def _take_off(self, key: str) -> None:
        entry = self._entries.pop(key)
        entry.taken_off = True
        if not entry.users:
            entry.assistant.close()
