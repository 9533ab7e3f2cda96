"""An aligned English sidecar onto a letter: one line of English a Dutch sentence."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

from ingest.errors import UnreadableLetter
from ingest.letter import BODY_KINDS, Letter, Paragraph, Section
from ingest.structure import slug_of

_NOTE_KEY = "noot"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def read_translation(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a sidecar: `## key` lines, each followed by its lines of English.

    A key is a paragraph's id without the letter's (`uitbreiding/2`), a section's (`uitbreiding`) for
    its heading, or `noot/1` for a footnote.

    Raises:
        UnreadableLetter: missing, not UTF-8, or a key that stands twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableLetter(f"{path}: the translation can't be read as UTF-8 text ({error})") from error
    blocks: dict[str, list[str]] = {}
    key = ""
    for line in text.splitlines():
        if line.startswith("## "):
            key = line[3:].strip()
            if key in blocks:
                raise UnreadableLetter(f"{path}: the block {key!r} stands in it twice; join the two")
            blocks[key] = []
        elif key and line.strip():
            blocks[key].append(" ".join(line.split()))
    return {key: tuple(lines) for key, lines in blocks.items()}


def align_translation(letter: Letter, blocks: dict[str, tuple[str, ...]]) -> Letter:
    """Return the letter with its translation.

    Raises:
        UnreadableLetter: a block is missing, left over, or has another number of sentences.
    """
    needed = {_key(paragraph): len(paragraph.sentences) for _, paragraph in letter.paragraphs()}
    needed |= {_heading_key(section): 1 for section in letter.sections if section.heading}
    needed |= {f"{_NOTE_KEY}/{note.mark}": 1 for note in letter.footnotes}
    for key, count in needed.items():
        found = len(blocks.get(key, ()))
        if found != count:
            raise UnreadableLetter(
                f"the translation of {letter.id} has {found} lines under '## {key}', but the Dutch has {count} "
                "sentences there: write one line of English for each Dutch sentence"
            )
    if left_over := sorted(blocks.keys() - needed.keys()):
        raise UnreadableLetter(
            f"the translation of {letter.id} holds blocks that the letter does not have: {', '.join(left_over)}"
        )
    return replace(
        letter,
        sections=tuple(_translated(section, blocks) for section in letter.sections),
        footnotes=tuple(replace(note, translation=blocks[f"{_NOTE_KEY}/{note.mark}"][0]) for note in letter.footnotes),
    )


def write_template(letter: Letter) -> str:
    """Return a sidecar to be filled in: every block the letter needs, with the Dutch a line a sentence."""
    blocks: dict[str, list[str]] = {}
    for section in letter.sections:
        if section.heading:
            blocks[_heading_key(section)] = [section.heading]
        for paragraph in section.paragraphs:
            blocks[_key(paragraph)] = [paragraph.sentence(number) for number in range(len(paragraph.sentences))]
    blocks |= {f"{_NOTE_KEY}/{note.mark}": [note.text] for note in letter.footnotes}
    return "\n".join("\n".join([f"## {key}", *lines, ""]) for key, lines in blocks.items())


def find_other_numbers(letter: Letter) -> tuple[str, ...]:
    """Return a line for each translated sentence whose numbers in digits are not those of the Dutch."""
    return tuple(
        f"'## {_key(paragraph)}', line {number}: the Dutch has {_listed(dutch)}, the English {_listed(english)}"
        for _, paragraph in letter.paragraphs()
        for number, text in enumerate(paragraph.translated, 1)
        for dutch, english in [(_numbers(paragraph.sentence(number - 1)), _numbers(text))]
        if dutch != english
    )


def _numbers(text: str) -> Counter[str]:
    """Count the numbers of a text, without their points and commas, which the two languages swap."""
    return Counter(re.sub("[.,]", "", found) for found in _NUMBER.findall(text))


def _listed(numbers: Counter[str]) -> str:
    return ", ".join(sorted(numbers.elements())) or "none"


def _translated(section: Section, blocks: dict[str, tuple[str, ...]]) -> Section:
    return replace(
        section,
        translated_heading=blocks[_heading_key(section)][0] if section.heading else None,
        paragraphs=tuple(replace(paragraph, translated=blocks[_key(paragraph)]) for paragraph in section.paragraphs),
    )


def _key(paragraph: Paragraph) -> str:
    return paragraph.id.split("/", 1)[1]


def _heading_key(section: Section) -> str:
    """The slug of a section: what its body paragraphs' ids have before their number."""
    body = [paragraph for paragraph in section.paragraphs if paragraph.kind in BODY_KINDS]
    return _key(body[0]).rsplit("/", 1)[0] if body else slug_of(section.heading)
