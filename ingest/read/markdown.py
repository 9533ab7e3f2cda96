"""Letters in Markdown: made into HTML by a library, and read as that."""

from __future__ import annotations

from pathlib import Path

from ingest.read.files import check_length, read_bytes
from ingest.read.html import html_lines
from ingest.read.lines import Line
from ingest.read.text import decode


def read_markdown(path: Path) -> tuple[Line, ...]:
    """Read a Markdown file, with tables and footnotes, into lines.

    Raises:
        UnreadableLetter: as plain text, or nothing is left of it.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    text = decode(path, read_bytes(path))
    check_length(path, len(text), text.count("\n"))
    return html_lines(path, MarkdownIt("commonmark").enable("table").use(footnote_plugin).render(text))
