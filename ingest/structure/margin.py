"""The right margin of wrapped text: would the next word still have fitted on the line?

Wrapped text breaks a line only where the next word no longer fits, so a line that had room for
it ends a paragraph. The margin is read off the lines whose sentence plainly goes on. Text
wrapped by a program has a fixed column: no line of it could have taken its next word within the
longest line. Text wrapped on paper is proportional: there the margin is estimated from printed
widths, with some room for error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from ingest.read import Line
from ingest.structure.shapes import bare, ends_sentence

# Widths in em/2 after Helvetica's metrics, by class of character; letters not named are average.
_WIDTHS = {
    **dict.fromkeys("ijlI.,:;'|!/ ’‘", 0.56),
    **dict.fromkeys("frt()-[]", 0.68),
    **dict.fromkeys("mMW@%", 1.72),
    "w": 1.44,
}
_CAPITAL, _AVERAGE = 1.38, 1.1
_TENTH = 10
_PRINTED_AFTER_SENTENCE, _PRINTED_WITHIN_SENTENCE = 0.93, 0.75
_FIXED_WITHIN_SENTENCE, _FIXED_WHEN_SPACED = 0.9, 0.95
_MOST_EXCEPTIONS = 0.03
_ENDS = ".!?:;-"


@dataclass(frozen=True, slots=True)
class Margin:
    """The width that wrapped lines may reach; infinite where nothing is wrapped.

    A line has room when it and the next word together stay within `after_sentence` (the line
    ends a sentence) or `within_sentence` (it does not), or `at_page` where a page ends and no blank
    line could show a paragraph's end; all in units of `measure`.
    """

    measure: Callable[[Line, Line], float]
    after_sentence: float
    within_sentence: float
    at_page: float

    def has_room(self, line: Line, following: Line, *, sentence_ended: bool) -> bool:
        """Whether the first word of the following line would have fitted on this one."""
        ended = self.at_page if following.page_break else self.after_sentence
        limit = ended if sentence_ended else self.within_sentence
        return self.measure(line, following) <= limit


def find_margin(lines: tuple[Line, ...]) -> Margin:
    """Measure the right margin of a letter's lines."""
    wrapped = [
        (line, following)
        for line, following in pairwise(lines)
        if not following.gap and following.text[0].islower() and line.text[-1] not in _ENDS
    ]
    if not wrapped:
        return _UNWRAPPED
    column = max(line.indent + len(line.text) for line, _ in wrapped)
    if sum(line.indent + len(line.text) > column for line in lines) > len(wrapped):
        # an address or two go on below; the text, of a line a paragraph, does not
        return _UNWRAPPED
    exceptions = sum(_fixed_width(line, following) <= column for line, following in wrapped)
    if exceptions <= _MOST_EXCEPTIONS * len(wrapped):
        after = column * _FIXED_WHEN_SPACED if _is_spaced(lines, column) else column
        return Margin(_fixed_width, after, column * _FIXED_WITHIN_SENTENCE, column)
    widths = sorted(_printed_width(line, following) for line, following in wrapped)
    width = widths[len(widths) // _TENTH]
    after = width * _PRINTED_AFTER_SENTENCE
    return Margin(_printed_width, after, width * _PRINTED_WITHIN_SENTENCE, width)


def _is_spaced(lines: tuple[Line, ...], column: int) -> bool:
    """Whether the letter sets paragraphs apart by blank lines, so that a small room at a line's end says little."""
    ends = [
        (line, following)
        for line, following in pairwise(lines)
        if ends_sentence(bare(line.text)) and not following.page_break and not following.text[0].islower()
    ]
    roomy = sum(
        not following.gap and _fixed_width(line, following) <= column * _FIXED_WHEN_SPACED for line, following in ends
    )
    return sum(following.gap for _, following in ends) > roomy


def _with_next_word(line: Line, following: Line) -> str:
    return f"{line.text} {following.text.split()[0]}"


def _fixed_width(line: Line, following: Line) -> float:
    return line.indent + len(_with_next_word(line, following))


def _printed_width(line: Line, following: Line) -> float:
    text = _with_next_word(line, following)
    return sum(_WIDTHS.get(sign, _CAPITAL if sign.isupper() else _AVERAGE) for sign in text)


_UNWRAPPED = Margin(_fixed_width, float("inf"), float("inf"), float("inf"))
