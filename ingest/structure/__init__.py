"""Lines into a Letter: furniture and footnotes out, then blocks, then sections and paragraphs."""

from ingest.structure.build import build_letter, slug_of

__all__ = ["build_letter", "slug_of"]
