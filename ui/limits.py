"""What the page's server lets through: how much one client may ask, and who may add letters."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Literal

from ingest.errors import UserError

_MOST_CLIENTS = 10_000

RefusalKind = Literal["busy", "file_type", "file_large", "file_many", "file_unreadable", "no_uploads"]


class Uploads(StrEnum):
    """Who may ask a letter that a visitor adds: that visitor alone, everybody, or nobody may add one."""

    private = "private"
    shared = "shared"
    off = "off"


class Refusal(UserError):
    """Something the page explains in words of its own, by its kind; the message is for programs."""

    def __init__(self, kind: RefusalKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class RateLimit:
    """Lets each client ask a minute's worth of questions at once, and then as fast as the minute brings new ones."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._per_second, self._clock = float(a_minute), a_minute / 60, clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def spend(self, client: str) -> None:
        """Count one question of a client.

        Raises:
            Refusal: it asked too much in too short a time.
        """
        with self._lock:
            now = self._clock()
            if client not in self._left and len(self._left) >= _MOST_CLIENTS:
                self._forget_rested(now)
            left, then = self._left.get(client, (self._most, now))
            left = min(self._most, left + (now - then) * self._per_second)
            enough = left >= 1
            self._left[client] = (left - enough, now)
            if not enough:
                raise Refusal("busy", "that is a lot of questions at once; wait a few seconds and try again")

    def _forget_rested(self, now: float) -> None:
        """Drop the clients whose count is full again; all of them where that makes no room."""
        tired = {
            client: (left, then)
            for client, (left, then) in self._left.items()
            if left + (now - then) * self._per_second < self._most
        }
        self._left = tired if len(tired) < _MOST_CLIENTS else {}
