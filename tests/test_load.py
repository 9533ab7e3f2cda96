"""The load script's own arithmetic."""

from __future__ import annotations

from typing import Any

import pytest

from eval.load import Reply, count_mixed, percentile

RECORD: dict[str, Any] = {
    "question": "Wat?", "standalone_question": "Wat?", "language": "nl", "status": "answered",
    "answer": "Dit. [1]", "citations": [{"quote": "Dit."}], "nearest": [], "seconds": 0.1,
}  # fmt: skip


def _reply(**changes: object) -> Reply:
    return Reply({**RECORD, **changes}, 0.1, 0.2)


def test_only_answers_that_differ_in_what_they_say_count_as_mixed() -> None:
    alone = [_reply(), _reply(), _reply()]
    assert count_mixed(alone, [_reply(seconds=9), _reply(answer="Dat. [1]"), _reply(citations=[])]) == 2


def test_a_conversation_that_lost_an_answer_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        count_mixed([_reply(), _reply()], [_reply()])


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 3), (0.95, 4), (1.0, 4)])
def test_percentiles_are_values_that_occurred(share: float, value: float) -> None:
    assert percentile([4, 1, 3, 2], share) == value
