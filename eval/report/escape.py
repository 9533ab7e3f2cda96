"""Make hostile text harmless: nothing of a letter, a question or an answer may act in a report."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#!~&$]|:(?=//))")

Spans = Iterable[Sequence[int]]


def escape(value: object) -> str:
    """Return text for HTML, inside an element or a quoted attribute; signs that steer become U+FFFD."""
    return html.escape(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value)))


def escape_markdown(value: object) -> str:
    """Return text for one line of Markdown, a table cell included: no link, image, HTML or formatting."""
    line = " ".join(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value)).split())
    return _MARKDOWN.sub(r"\\\1", line)


def mark(text: str, layers: Mapping[str, Spans]) -> str:
    """Return text for HTML with the spans of each layer in `<mark class="LAYER">`; spans may overlap.

    Taking the tags away and undoing the escapes gives the text back.
    """
    limits = {name: [(max(start, 0), min(end, len(text))) for start, end in spans] for name, spans in layers.items()}
    # between two neighbouring ends of spans the layers are the same
    cuts = sorted(
        {0, len(text), *(end for spans in limits.values() for span in spans if span[0] < span[1] for end in span)}
    )
    parts: list[str] = []
    for start, end in pairwise(cuts):
        piece = escape(text[start:end])
        classes = " ".join(name for name, spans in limits.items() if any(a <= start and end <= b for a, b in spans))
        parts.append(f'<mark class="{classes}">{piece}</mark>' if classes else piece)
    return "".join(parts)
