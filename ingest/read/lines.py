"""What every reader gives to the structure stage."""

from __future__ import annotations

from dataclasses import dataclass

_FEWEST_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a letter as it stood on the page.

    `text` has no blanks at its ends and single blanks inside; `indent` counts the blanks that
    stood before it; `gap` is true when a blank line stood before it; `page_break` when a page
    began with it; `page` is `None` when the source has no pages. `cells` are the pieces that wide
    blanks cut it into, with their offsets; `side` marks the side column of a letterhead;
    `emphasis` a line that is wholly in bold, italic or underlined, where the source tells.
    """

    text: str
    page: int | None = None
    indent: int = 0
    gap: bool = False
    page_break: bool = False
    cells: tuple[tuple[int, str], ...] = ()
    side: bool = False
    emphasis: bool = False

    @property
    def tabular(self) -> bool:
        """Whether the line is a row of a table."""
        return len(self.cells) >= _FEWEST_COLUMNS
