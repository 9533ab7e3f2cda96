"""What readers think of an answer, kept as candidates for a gold set: `kamervraag eval` reads the file."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

from filelock import FileLock

from assistant.dialogue import Answer
from ingest.errors import UserError
from ingest.home import Home
from ui.records import Record

FILE = "feedback.jsonl"
MOST_BYTES = 20_000_000
_LONGEST_WAIT_S = 10


def feedback_case(answer: Answer, history: Sequence[str], *, right: bool, reason: str) -> Record:
    """Return a judged answer as a gold case; one called wrong is what was answered, to be put right by hand."""
    name = f"feedback-{uuid.uuid4().hex[:12]}"
    return {
        "id": name,
        "pair": name,
        "lang": answer.language,
        "question": answer.question,
        "history": list(history),
        "answerable": answer.status == "answered",
        "status": answer.status,
        "evidence": [citation.quote for citation in answer.citations],
        "must_include": [],
        "reference": "",
        "tags": ["feedback", "called-right" if right else "called-wrong"],
        "reason": reason,
        "model": answer.model,
    }


def keep_feedback(home: Home, case: Record) -> None:
    """Add a case to the file.

    Raises:
        UserError: the file is full.
        HomeUnusable: it can't be written.
    """
    home.create()
    path = home.folder / FILE
    with home.explained(), FileLock(path.with_suffix(".lock"), timeout=_LONGEST_WAIT_S):
        if path.exists() and path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path} is full: move it elsewhere, and what readers say is kept again")
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(json.dumps(case, ensure_ascii=False) + "\n")
