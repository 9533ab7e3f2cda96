"""The nouns of ingest: a letter and its parts, all frozen, none doing any I/O.

Every position is a character offset into the text of one paragraph, so that checking a
citation is comparing strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

Span = tuple[int, int]
Language = Literal["nl", "en"]
ParagraphKind = Literal["prose", "list-item", "header", "signature"]

BODY_KINDS: frozenset[ParagraphKind] = frozenset({"prose", "list-item"})


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One citable paragraph; `sentences` are spans of `text`, `number` counts within its section.

    `translated` holds the English of each sentence, in the same order; empty without a translation.
    """

    id: str
    number: int
    kind: ParagraphKind
    text: str
    page: int | None
    sentences: tuple[Span, ...]
    translated: tuple[str, ...] = ()

    @property
    def translation(self) -> str | None:
        """The English of the whole paragraph, if there is one."""
        return " ".join(self.translated) or None

    def sentence(self, number: int) -> str:
        """Return the text of a sentence, counted from 0."""
        start, end = self.sentences[number]
        return self.text[start:end]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (`""` for the text before the first one) and the paragraphs under it."""

    heading: str
    level: int
    paragraphs: tuple[Paragraph, ...]
    translated_heading: str | None = None


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note; its mark stood in the paragraph directly before character `offset`."""

    mark: str
    text: str
    paragraph_id: str
    offset: int
    translation: str | None = None


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signed, and in what post; either may be empty when the letter does not say."""

    name: str
    post: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A parsed letter; `source` is the file name it came from, `sha256` the hash of its bytes.

    `reference` is the sender's own (kenmerk), `dossier` the number of the dossier it is filed under,
    `papers` the papers of parliament that its text names.
    """

    id: str
    title: str
    date: date | None
    sender: str
    addressee: str
    signatories: tuple[Signatory, ...]
    references: tuple[str, ...]
    sections: tuple[Section, ...]
    footnotes: tuple[Footnote, ...]
    source: str = ""
    sha256: str = ""
    bundled: bool = False
    machine_translated: bool = False
    reference: str = ""
    dossier: str = ""
    papers: tuple[str, ...] = ()

    def paragraphs(self) -> Iterator[tuple[Section, Paragraph]]:
        """Yield every paragraph with its section, in reading order."""
        for section in self.sections:
            for paragraph in section.paragraphs:
                yield section, paragraph

    def find(self, paragraph_id: str) -> tuple[Section, Paragraph]:
        """Return a paragraph with its section.

        Raises:
            KeyError: the letter has no such paragraph.
        """
        for section, paragraph in self.paragraphs():
            if paragraph.id == paragraph_id:
                return section, paragraph
        raise KeyError(paragraph_id)

    def notes_of(self, paragraph_id: str) -> tuple[Footnote, ...]:
        """Return the footnotes whose marks stood in the paragraph."""
        return tuple(note for note in self.footnotes if note.paragraph_id == paragraph_id)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is embedded: a run of sentences of one paragraph in one language, or a footnote of it.

    `first` is the number of its first sentence in the paragraph; a footnote counts as part of the
    sentence that bears its mark. `context` is what it is read under: its heading or the question it answers, and
    of a list's item the sentence that opens the list.
    """

    id: str
    letter_id: str
    paragraph_id: str
    language: Language
    sentences: tuple[str, ...]
    first: int
    context: str
    footnote: str | None = None

    @property
    def text(self) -> str:
        """The sentences with a blank between them."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked paragraph and its most telling sentence; `score` lies in 0..1, higher is better."""

    letter: Letter
    section: Section
    paragraph: Paragraph
    sentence: int
    score: float
