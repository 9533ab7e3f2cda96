"""Dates as Dutch letters write them, in words or figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
DATE = re.compile(
    rf"\b(?P<day>[0-3]?\d)(?:\s+(?P<name>{'|'.join(MONTHS)})\s+|[-/.](?P<month>[01]?\d)[-/.])(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)


def first_date(texts: Sequence[str]) -> date | None:
    """Return the first valid date written in the texts, in words or figures."""
    for text in texts:
        for match in DATE.finditer(text):
            month = MONTHS.index(match["name"].lower()) + 1 if match["name"] else int(match["month"])
            try:
                return date(int(match["year"]), month, int(match["day"]))
            except ValueError:
                continue
    return None
