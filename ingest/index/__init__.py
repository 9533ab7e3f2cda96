"""The searchable index: pooled vectors, token vectors and terms, in one immutable generation."""

from ingest.index.generation import Content, Index, build_generation, letter_digest, open_current
from ingest.index.lexical import Row

__all__ = ["Content", "Index", "Row", "build_generation", "letter_digest", "open_current"]
