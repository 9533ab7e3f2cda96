"""How much a client may ask."""

from __future__ import annotations

import pytest

from ui.limits import RateLimit, Refusal


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_may_be_asked_at_once_and_patience_earns_the_next() -> None:
    clock = Clock()
    limit = RateLimit(3, clock)
    for _ in range(3):
        limit.spend("anna")
    with pytest.raises(Refusal) as refused:
        limit.spend("anna")
    assert refused.value.kind == "busy"
    limit.spend("bert")
    clock.now = 19.0
    with pytest.raises(Refusal):
        limit.spend("anna")
    clock.now = 20.0
    limit.spend("anna")


def test_no_more_than_a_minutes_worth_is_saved_up() -> None:
    clock = Clock()
    limit = RateLimit(2, clock)
    limit.spend("anna")
    clock.now = 86_400.0
    for _ in range(2):
        limit.spend("anna")
    with pytest.raises(Refusal):
        limit.spend("anna")


def test_clients_that_are_rested_are_forgotten_and_those_that_are_not_stay_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ui.limits._MOST_CLIENTS", 3)
    clock = Clock()
    limit = RateLimit(1, clock)
    for client in ("a", "b"):
        limit.spend(client)
    clock.now = 60.0
    limit.spend("busy")
    limit.spend("d")
    with pytest.raises(Refusal):
        limit.spend("busy")
