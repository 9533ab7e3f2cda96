"""What every reader gives to the structure stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_FEWEST_COLUMNS = 3

Role = Literal["title", "header", "heading", "paragraph", "text", "item", "row", "signature", "continuation"]
"""What a source, or a person, says of a line.

A paragraph may yet turn out to be a heading by its looks, a text never; a continuation goes on with the line before
it, after a forced line break.
"""


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A note that the source itself ties to a line: its mark hung before character `offset` of the text."""

    mark: str
    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a letter as it stood on the page.

    `text` has no blanks at its ends and single blanks inside; `indent` counts the blanks that
    stood before it; `gap` is true when a blank line stood before it; `page_break` when a page
    began with it; `page` is `None` when the source has no pages. `cells` are the pieces that wide
    blanks cut it into, with their offsets; `side` marks the side column of a letterhead;
    `style` names the print of a line that is wholly in bold, italic or underlined, where the source tells.

    Sources that know their own structure (Word, HTML, XML, Markdown) give the whole paragraph as a
    line, with its `role`, the `level` of a heading from 1, and its `notes`.
    """

    text: str
    page: int | None = None
    indent: int = 0
    gap: bool = False
    page_break: bool = False
    cells: tuple[tuple[int, str], ...] = ()
    side: bool = False
    style: str = ""
    role: Role | None = None
    level: int = 0
    notes: tuple[SourceNote, ...] = ()

    @property
    def emphasis(self) -> bool:
        """Whether the line is wholly in bold, italic or underlined."""
        return bool(self.style)

    @property
    def tabular(self) -> bool:
        """Whether the line is a row of a table."""
        return self.role == "row" or len(self.cells) >= _FEWEST_COLUMNS
