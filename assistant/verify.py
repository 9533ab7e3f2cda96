"""The last gate: a citation that is not verbatim is not shown, nor a sentence that says what its source does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.causes import find_crossed
from assistant.dialogue import Citation
from assistant.figures import find_figures
from assistant.grounding import Texts, Word, ground
from assistant.negation import contradicts
from assistant.roles import find_other_agent
from assistant.shifts import find_opposite, find_other_time, find_overclaim
from assistant.together import find_parted, find_swapped_figure
from ingest.letter import Language, Letter

LONGEST_SENTENCE = 600
# Share of a sentence's words that may stand in no source: what paraphrasing needs.
_MOST_STRANGE, _MOST_STRANGE_TRANSLATED = 0.4, 0.85
# Share of its words that may stand in another sentence of its source than those it rests on.
_MOST_ELSEWHERE = 0.5
_MOST_NAMED = 3
# Links, images, HTML, code, mail addresses, other citations than ours, characters that steer or hide.
_MARKUP = re.compile(
    r"[<>{}`|\\\[\]*#~]|://|\bwww\.|\S@\S|\]\(|\b(?:https?|javascript|data|mailto|ftp):|\b[\w-]+\.(?:com|net|org|io|nl|eu|de"
    r"|info|ru|cn|dev|app|xyz|example|test|invalid)\b|[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[‘’“”«»\"´`]")


def is_verbatim(citation: Citation, letter: Letter) -> bool:
    """Whether the quote is, character for character, what stands at its place in the letter."""
    try:
        _, paragraph = letter.find(citation.paragraph_id)
    except KeyError:
        return False
    return (
        0 <= citation.start < citation.end <= len(paragraph.text)
        and paragraph.text[citation.start : citation.end] == citation.quote
        and paragraph.text == citation.paragraph_text
    )


FaultKind = Literal[
    "paragraph", "quote", "markup", "length", "cut", "question", "language", "prompt",
    "figure", "name", "negation", "words", "overclaim", "opposite", "time", "agent", "cause", "together", "swapped",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a sentence is withheld; `detail` is the word or number that is to blame."""

    kind: FaultKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A cited paragraph, sentence by sentence, with its translation if there is one and what stands around it."""

    dutch: tuple[str, ...]
    english: tuple[str, ...] = ()
    around: Texts = ()

    @property
    def texts(self) -> Texts:
        """Everything that a name may be taken from."""
        return (*_both(self.dutch, self.english), *self.around)

    def touched(self, quote: str) -> tuple[int, ...]:
        """Return the numbers of the sentences that a quote stands in, in either language; nothing if it doesn't."""
        wanted = _plain(quote)
        if not wanted:
            return ()
        for sentences in (self.dutch, self.english):
            found = _touched(wanted, [_plain(sentence) for sentence in sentences])
            if found:
                return found
        return ()


def find_basis(quotes: Sequence[str], sources: Sequence[Source]) -> tuple[tuple[int, int], ...]:
    """Return which sentences (source, sentence) the quotes stand in.

    Raises:
        ValueError: a quote stands in no source; the error holds it.
    """
    basis: dict[tuple[int, int], None] = {}
    for quote in quotes:
        found = [(number, place) for number, source in enumerate(sources) for place in source.touched(quote)]
        if not found:
            raise ValueError(quote)
        basis |= dict.fromkeys(found)
    return tuple(sorted(basis))


def find_copied(sentence: str, sources: Sequence[Source]) -> tuple[tuple[int, int], ...]:
    """Return which sentence (source, sentence) of the sources a sentence is a copy of, in either language."""
    whole = _plain(sentence)
    for number, source in enumerate(sources):
        for place in range(len(source.dutch)):
            if whole and any(whole == _plain(text) for text, _ in _said_at(source, place)):
                return ((number, place),)
    return ()


def find_fault(
    sentence: str, language: Language, sources: Sequence[Source], basis: Sequence[tuple[int, int]]
) -> Fault | None:
    """Return what keeps a sentence from being shown: something in it that its sources do not say.

    Figures and denials are held against the sentences it rests on, names and other words against the
    whole paragraphs; either against both languages.
    """
    if len(sentence) > LONGEST_SENTENCE:
        return Fault("length")
    if has_markup(sentence):
        return Fault("markup")
    if find_copied(sentence, sources) in [(one,) for one in basis]:
        return None
    basis_texts = _basis_texts(sources, basis)
    there = frozenset(figure for text, spoken in basis_texts for figure in find_figures(text, spoken))
    figures = find_figures(sentence, language)
    if strange_figure := next((figure.text for figure in figures if not figure.stands_in(there)), None):
        return Fault("figure", strange_figure)
    words = ground(sentence, language, tuple(text for source in sources for text in source.texts))
    if strange_name := next((word.text for word in words if word.name and not word.found), None):
        return Fault("name", strange_name)
    if contradicts(sentence, language, basis_texts):
        return Fault("negation")
    return (
        _find_shift(sentence, language, sources, basis)
        or _find_strange(words, language, basis_texts, _MOST_STRANGE)
        or _find_strange(ground(sentence, language, basis_texts), language, basis_texts, _MOST_ELSEWHERE)
    )


def _find_strange(words: Sequence[Word], language: Language, basis_texts: Texts, share: float) -> Fault | None:
    """Return a fault where more than this share of the words stand in no source of the language."""
    content = [word for word in words if word.content]
    strange = [word.text for word in content if not word.found]
    # words can be compared in one language only; over both, names and figures have to do
    most = share if any(spoken == language for _, spoken in basis_texts) else _MOST_STRANGE_TRANSLATED
    if not content or len(strange) > most * len(content):
        return Fault("words", ", ".join(strange[:_MOST_NAMED]))
    return None


def _find_shift(
    sentence: str, language: Language, sources: Sequence[Source], basis: Sequence[tuple[int, int]]
) -> Fault | None:
    """Return what a sentence makes of its sources though every word of it may stand there."""
    grouped = [_said_at(sources[number], place) for number, place in basis]
    before = [_said_at(sources[number], place - 1) if place else () for number, place in basis]
    said = tuple(text for texts in grouped for text in texts)
    rules: tuple[tuple[FaultKind, str | None], ...] = (
        ("overclaim", find_overclaim(sentence, language, said)),
        ("opposite", find_opposite(sentence, language, said)),
        ("time", find_other_time(sentence, language, said)),
        ("agent", find_other_agent(sentence, language, said)),
        ("cause", find_crossed(sentence, language, said)),
        ("swapped", find_swapped_figure(sentence, language, said)),
        ("together", find_parted(sentence, language, grouped, before)),
    )
    return next((Fault(kind, blame) for kind, blame in rules if blame), None)


def _said_at(source: Source, place: int) -> Texts:
    return _both(source.dutch[place : place + 1], source.english[place : place + 1])


def has_markup(text: str) -> bool:
    """Whether there is anything in a text but plain words: a link, an image, a citation, a hidden character."""
    return bool(_MARKUP.search(text))


def _basis_texts(sources: Sequence[Source], basis: Sequence[tuple[int, int]]) -> Texts:
    texts: list[tuple[str, Language]] = []
    for number, place in basis:
        texts += _said_at(sources[number], place)
    return (
        *texts,
        *(note for number in dict.fromkeys(number for number, _ in basis) for note in sources[number].around),
    )


def _both(dutch: Sequence[str], english: Sequence[str]) -> Texts:
    return (*((text, "nl") for text in dutch), *((text, "en") for text in english))


def _plain(text: str) -> str:
    """Return the text as a quote may be copied: blanks and quotation marks alike, dots at its ends left out."""
    return " ".join(_MARKS.sub("'", text).split()).strip(" .…'")


def _touched(wanted: str, sentences: Sequence[str]) -> tuple[int, ...]:
    within = tuple(number for number, sentence in enumerate(sentences) if wanted in sentence)
    if within:
        return within[:1]
    # a quote over several sentences
    parts = [number for number, sentence in enumerate(sentences) if sentence and sentence in wanted]
    rest = wanted
    for number in parts:
        rest = rest.replace(sentences[number], "")
    return tuple(parts) if parts and not rest.strip(" .'!?") else ()
