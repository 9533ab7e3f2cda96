"""The papers of parliament that a letter names: "Kamerstuk 29 665, nr. 482"."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SESSION = r"(?:,?\s*(?:vergaderjaar\s+)?(?:19|20)\d\d\s?[-–/]\s?(?:19|20)?\d\d)?"
_DOSSIER = r"(?P<dossier>\d{2}[ .\u00a0]?\d{3}(?:[ -](?:[IVXLC]+|[A-H])\b)?)"
PAPER = re.compile(
    rf"\bKamerstuk(?:ken|nummers?)?(?:\s+(?:II?|[TE]K))?{_SESSION},?\s*{_DOSSIER}"
    r"(?:(?:\s*,?\s*(?:nrs?\.?|nummers?)\s*|-)(?P<numbers>\d{1,4}(?:(?:,\s*|\s+en\s+|\s+t/m\s+)\d{1,4}\b)*))?",
    re.IGNORECASE,
)


def find_papers(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the papers that the texts name, each once and written alike: "29665, nr. 482"."""
    found: dict[str, None] = {}
    for text in texts:
        for match in PAPER.finditer(text):
            dossier = plain_dossier(match["dossier"])
            numbers = re.findall(r"\d+", match["numbers"] or "")
            found.update(
                dict.fromkeys(f"{dossier}, nr. {number}" for number in numbers) if numbers else {dossier: None}
            )
    return tuple(found)


def plain_dossier(written: str) -> str:
    """Return a dossier's number without the blank or stop within it: "36200-XII"."""
    return re.sub(r"(?<=\d)[ .\u00a0](?=\d)", "", written).replace(" ", "-")
