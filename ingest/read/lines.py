"""What every reader gives to the structure stage."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a letter as it stood on the page.

    `text` has no blanks at its ends and single blanks inside; `indent` counts the blanks that
    stood before it; `gap` is true when a blank line stood before it; `page_break` when a page
    began with it; `tabular` when wide blanks cut it into cells; `page` is `None` when the source has
    no pages.
    """

    text: str
    page: int | None = None
    indent: int = 0
    gap: bool = False
    page_break: bool = False
    tabular: bool = False
