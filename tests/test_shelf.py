"""What is kept open for visitors: lent out, made again when it changed, closed when nobody uses it."""

from __future__ import annotations

from typing import Any, cast

from assistant.pipeline import Assistant
from ui.shelf import Shelf


class _Fake:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def _fake(assistant: Assistant) -> _Fake:
    return cast("_Fake", assistant)


def _make() -> Assistant:
    made: Any = _Fake()
    return cast("Assistant", made)


def test_the_same_one_is_lent_until_its_state_changes() -> None:
    shelf = Shelf()
    with shelf.lend("anna", 1, _make) as first, shelf.lend("anna", 1, _make) as again:
        assert first is again
    assert _fake(first).closed == 0
    with shelf.lend("anna", 2, _make) as other:
        assert other is not first
        assert _fake(first).closed == 1


def test_one_that_is_in_use_is_closed_when_its_last_user_is_done() -> None:
    shelf = Shelf()
    with shelf.lend("anna", 1, _make) as first:
        with shelf.lend("anna", 1, _make):
            shelf.take_off("anna")
            assert _fake(first).closed == 0
        assert _fake(first).closed == 0
    assert _fake(first).closed == 1


def test_only_so_many_are_kept_and_the_one_longest_unused_goes() -> None:
    shelf = Shelf(most=2)
    lent = {}
    for key in ("anna", "bert", "anna", "carl"):
        with shelf.lend(key, 1, _make) as lent[key]:
            pass
    assert [_fake(lent[key]).closed for key in ("anna", "bert", "carl")] == [0, 1, 0]
    shelf.close()
    assert [_fake(lent[key]).closed for key in ("anna", "bert", "carl")] == [1, 1, 1]
