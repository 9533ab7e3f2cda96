"""Make hostile text harmless: nothing of a letter, a question or an answer may act in a report."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence

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
    inside = [frozenset[str]()] * len(text)
    for layer, spans in layers.items():
        for start, end in spans:
            for place in range(max(start, 0), min(end, len(text))):
                inside[place] |= {layer}
    parts: list[str] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or inside[place] != inside[start]:
            piece = escape(text[start:place])
            classes = " ".join(name for name in layers if name in inside[start])
            parts.append(f'<mark class="{classes}">{piece}</mark>' if classes else piece)
            start = place
    return "".join(parts)
