"""The searchable index: pooled vectors, token vectors and terms, in one immutable generation."""

from ingest.index.generation import Content, Index, build_generation, letter_digest, open_current
from ingest.index.lexical import Row
from ingest.index.remote import count_collections

__all__ = ["Content", "Index", "Row", "build_generation", "count_collections", "letter_digest", "open_current"]
