"""Paragraphs into chunks: whole sentences, never across a paragraph, never more tokens than the model reads."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from ingest.letter import Chunk, Footnote, Language, Letter, Paragraph, Section

CountTokens = Callable[[str], int]


def chunk_letter(letter: Letter, count_tokens: CountTokens, max_tokens: int) -> tuple[Chunk, ...]:
    """Cut a letter, and its translation where it has one, into chunks in reading order."""
    chunks: list[Chunk] = []
    for section, paragraph in letter.paragraphs():
        chunks += _chunks_of(letter.id, section, paragraph, "nl", count_tokens, max_tokens)
        if paragraph.translated:
            chunks += _chunks_of(letter.id, section, paragraph, "en", count_tokens, max_tokens)
        for note in letter.notes_of(paragraph.id):
            chunks += _note_chunks(letter.id, section, paragraph, note)
    return tuple(chunks)


def sentence_at(paragraph: Paragraph, offset: int) -> int:
    """Return the number of the sentence that holds, or ends at, a character offset."""
    starts = [start for start, _ in paragraph.sentences]
    return max(bisect_right(starts, max(offset - 1, 0)) - 1, 0)


def _chunks_of(
    letter_id: str,
    section: Section,
    paragraph: Paragraph,
    language: Language,
    count_tokens: CountTokens,
    max_tokens: int,
) -> Iterator[Chunk]:
    if language == "en":
        sentences, heading = paragraph.translated, section.translated_heading or section.heading
    else:
        sentences = tuple(paragraph.text[start:end] for start, end in paragraph.sentences)
        heading = section.heading
    room = max_tokens - count_tokens(heading) if heading else max_tokens
    for part, (first, group) in enumerate(_groups(sentences, count_tokens, max(room, max_tokens // 2)), 1):
        yield Chunk(f"{paragraph.id}#{language}{part}", letter_id, paragraph.id, language, group, first, heading)


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


def _note_chunks(letter_id: str, section: Section, paragraph: Paragraph, note: Footnote) -> Iterator[Chunk]:
    first = sentence_at(paragraph, note.offset)
    texts: tuple[tuple[Language, str | None], ...] = (("nl", note.text), ("en", note.translation))
    for language, text in texts:
        if text:
            heading = section.translated_heading if language == "en" else section.heading
            yield Chunk(
                f"{paragraph.id}#{language}-noot-{note.mark}",
                letter_id,
                paragraph.id,
                language,
                (text,),
                first,
                heading or "",
                note.mark,
            )
