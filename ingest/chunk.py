"""Paragraphs into chunks: whole sentences, never across a paragraph, never more tokens than the model reads."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import Literal

from ingest.asked import questions_answered
from ingest.letter import Chunk, Footnote, Language, Letter, Paragraph, Section
from ingest.structure.dates import first_date

CountTokens = Callable[[str], int]

# The last characters of the sentence that opens a list are read with each of its items.
_LONGEST_OPENING = 300

# What a header or signature says of itself by where it stands, said in words so that it can be found.
_LABELS: dict[str, dict[Language, str]] = {
    "date": {"nl": "Datum van de brief", "en": "Date of the letter"},
    "addressee": {"nl": "Aan wie de brief gericht is", "en": "To whom the letter is addressed"},
    "header": {"nl": "Kop van de brief", "en": "Head of the letter"},
    "signature": {
        "nl": "Ondertekening: wie de brief heeft gestuurd",
        "en": "Signature: who sent and signed the letter",
    },
}


def chunk_letter(letter: Letter, count_tokens: CountTokens, max_tokens: int) -> tuple[Chunk, ...]:
    """Cut a letter, and its translation where it has one, into chunks in reading order."""
    chunks: list[Chunk] = []
    asked, asked_in_english = questions_answered(letter), questions_answered(letter, "en")
    for place, section in enumerate(letter.sections):
        above: dict[Language, str] = {"nl": asked.get(place, ""), "en": asked_in_english.get(place, "")}
        opening: Paragraph | None = None  # as `opening_of`, which would look it up again for each item
        for paragraph in section.paragraphs:
            if paragraph.kind != "list-item":
                opening = paragraph if opens_list(paragraph) else None
            languages: tuple[Language, ...] = ("nl", "en") if paragraph.translated else ("nl",)
            for language in languages:
                context = _context(letter, section, paragraph, language, above[language])
                if opening and opening is not paragraph:
                    context = ". ".join(filter(None, [context, _last_sentence(opening, language)]))
                chunks += _chunks_of(letter.id, paragraph, language, context, count_tokens, max_tokens)
            for note in letter.notes_of(paragraph.id):
                chunks += _note_chunks(letter.id, section, paragraph, note, count_tokens, max_tokens)
    return tuple(chunks)


def sentence_at(paragraph: Paragraph, offset: int) -> int:
    """Return the number of the sentence that holds, or ends at, a character offset."""
    starts = [start for start, _ in paragraph.sentences]
    return max(bisect_right(starts, max(offset - 1, 0)) - 1, 0)


def notes_in(letter: Letter, paragraph: Paragraph, sentence: int) -> list[Footnote]:
    """Return the footnotes whose marks stand in a sentence."""
    return [note for note in letter.notes_of(paragraph.id) if sentence_at(paragraph, note.offset) == sentence]


def opens_list(paragraph: Paragraph) -> bool:
    """Whether a paragraph says what the list below it is of: "Het kabinet neemt de volgende maatregelen:"."""
    return paragraph.kind == "prose" and bool(paragraph.sentences) and paragraph.text.endswith(":")


def opening_of(section: Section, paragraph: Paragraph) -> Paragraph | None:
    """Return the paragraph that opens the list in which a list item of the section stands, if one does."""
    if paragraph.kind != "list-item":
        return None
    above = section.paragraphs[: _place_of(section, paragraph)]
    opening = next((one for one in reversed(above) if one.kind != "list-item"), None)
    return opening if opening and opens_list(opening) else None


def items_under(section: Section, paragraph: Paragraph) -> tuple[Paragraph, ...]:
    """Return the items of the list that a paragraph of the section opens."""
    if not opens_list(paragraph):
        return ()
    below = section.paragraphs[_place_of(section, paragraph) + 1 :]
    return tuple(takewhile(lambda one: one.kind == "list-item", below))


def _place_of(section: Section, paragraph: Paragraph) -> int:
    return next(place for place, one in enumerate(section.paragraphs) if one is paragraph)


def _last_sentence(paragraph: Paragraph, language: Language) -> str:
    sentence = paragraph.translated[-1] if language == "en" and paragraph.translated else paragraph.sentence(-1)
    last = sentence[-_LONGEST_OPENING:]
    return (last if last == sentence else last.split(" ", 1)[-1]).rstrip(" :")


def _context(letter: Letter, section: Section, paragraph: Paragraph, language: Language, asked: str) -> str:
    """Return the heading a paragraph stands under, or what it answers; for header and signature what they are."""
    if paragraph.kind == "signature":
        return _LABELS["signature"][language]
    if paragraph.kind == "header":
        return _LABELS[header_role(letter, paragraph)][language]
    return asked or (section.translated_heading if language == "en" else None) or section.heading


def header_role(letter: Letter, paragraph: Paragraph) -> Literal["date", "addressee", "header"]:
    """Return what a header paragraph is: the one with the letter's date, its addressee, or another."""
    if letter.addressee and letter.addressee in paragraph.text:
        return "addressee"
    return "date" if letter.date and letter.date == first_date([paragraph.text]) else "header"


def _chunks_of(
    letter_id: str, paragraph: Paragraph, language: Language, context: str, count_tokens: CountTokens, max_tokens: int
) -> Iterator[Chunk]:
    sentences = paragraph.translated
    if language == "nl":
        sentences = tuple(paragraph.text[start:end] for start, end in paragraph.sentences)
    room = max_tokens - count_tokens(context) if context else max_tokens
    for part, (first, group) in enumerate(_groups(sentences, count_tokens, max(room, max_tokens // 2)), 1):
        yield Chunk(f"{paragraph.id}#{language}{part}", letter_id, paragraph.id, language, group, first, context)


def _groups(
    sentences: Sequence[str], count_tokens: CountTokens, max_tokens: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield runs of sentences that fit; a sentence too long by itself is cut at blanks into several runs."""
    group: list[str] = []
    first = 0
    for number, sentence in enumerate(sentences):
        if group and count_tokens(" ".join([*group, sentence])) < max_tokens:
            group.append(sentence)
            continue
        if group:
            yield first, tuple(group)
        *cut, rest = _fitting_parts(sentence, count_tokens, max_tokens)
        for part in cut:
            yield number, (part,)
        group, first = [rest], number
    if group:
        yield first, tuple(group)


def _fitting_parts(sentence: str, count_tokens: CountTokens, max_tokens: int) -> list[str]:
    if count_tokens(sentence) < max_tokens or len(sentence) < 2:
        return [sentence]
    middle = sentence.rfind(" ", 1, len(sentence) // 2 + 1)
    middle = middle if middle > 0 else len(sentence) // 2
    halves = (sentence[:middle], sentence[middle:])
    return [part for half in halves for part in _fitting_parts(half, count_tokens, max_tokens)]


def _note_chunks(
    letter_id: str,
    section: Section,
    paragraph: Paragraph,
    note: Footnote,
    count_tokens: CountTokens,
    max_tokens: int,
) -> Iterator[Chunk]:
    marked = sentence_at(paragraph, note.offset)
    texts: tuple[tuple[Language, str | None], ...] = (("nl", note.text), ("en", note.translation))
    for language, text in texts:
        heading = (section.translated_heading if language == "en" else section.heading) or ""
        room = max_tokens - count_tokens(heading) if heading else max_tokens
        parts = _groups([text], count_tokens, max(room, max_tokens // 2)) if text else ()
        for part, (_, group) in enumerate(parts, 1):
            number = f"{note.mark}-{part}" if part > 1 else note.mark
            chunk_id = f"{paragraph.id}#{language}-noot-{number}"
            yield Chunk(chunk_id, letter_id, paragraph.id, language, group, marked, heading, note.mark)
