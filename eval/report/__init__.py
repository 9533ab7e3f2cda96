"""The report of a run, for people: `report.md` and one self-contained `report.html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.report.markdown import write_markdown
from eval.report.page import write_page
from ingest.errors import UserError

__all__ = ["MARKDOWN", "PAGE", "write_reports"]

MARKDOWN, PAGE = "report.md", "report.html"


def write_reports(metrics: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write both reports from the figures and rows of a run, as they stand in its JSON files.

    Raises:
        UserError: the folder can't be written.
    """
    try:
        # a letter or question may hold half a surrogate pair, which has no UTF-8
        (folder / MARKDOWN).write_text(write_markdown(metrics, rows), "utf-8", "replace")
        (folder / PAGE).write_text(write_page(metrics, rows), "utf-8", "replace")
    except OSError as error:
        raise UserError(f"{folder}: can't be written ({error.strerror}); choose another place for --out") from error
