"""The searchable index: letters, pooled vectors, token vectors and terms, in one immutable generation."""

from ingest.index.generation import Content, Index, build_generation, open_current
from ingest.index.letters import Letters
from ingest.index.lexical import Row
from ingest.index.remote import count_collections
from ingest.letter_file import letter_digest

__all__ = [
    "Content",
    "Index",
    "Letters",
    "Row",
    "build_generation",
    "count_collections",
    "letter_digest",
    "open_current",
]
