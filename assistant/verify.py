"""The last gate: a citation that is not verbatim is not shown."""

from __future__ import annotations

from assistant.dialogue import Citation
from ingest.letter import Letter


def is_verbatim(citation: Citation, letter: Letter) -> bool:
    """Whether the quote is, character for character, what stands at its place in the letter."""
    try:
        _, paragraph = letter.find(citation.paragraph_id)
    except KeyError:
        return False
    return (
        0 <= citation.start < citation.end <= len(paragraph.text)
        and paragraph.text[citation.start : citation.end] == citation.quote
        and paragraph.text == citation.paragraph_text
    )
