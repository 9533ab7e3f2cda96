"""An aligned English sidecar onto a letter: one line of English a Dutch sentence."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.errors import UnreadableLetter
from ingest.files import read_file
from ingest.letter import BODY_KINDS, Letter, Paragraph, Section
from ingest.structure import slug_of

_NOTE_KEY = "noot"
# a list of names may be the same in both languages, half of a letter not
_MOST_COPIED = 0.5
# The first line of a sidecar that a language model wrote.
MACHINE_MADE = "# Machine translation"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def read_translation(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a sidecar: `## key` lines, each followed by its lines of English.

    A key is a paragraph's id without the letter's (`uitbreiding/2`), a section's (`uitbreiding`) for
    its heading, or `noot/1` for a footnote, the second with that mark being `noot/1-2`.

    Raises:
        UnreadableLetter: missing, not UTF-8, or a key that stands twice.
    """
    try:
        text = read_file(path).decode("utf-8-sig")
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


def is_machine_made(path: Path) -> bool:
    """Tell whether a sidecar says that a language model wrote it."""
    with path.open(encoding="utf-8-sig") as lines:
        return lines.readline().startswith(MACHINE_MADE)


def align_translation(letter: Letter, blocks: dict[str, tuple[str, ...]]) -> Letter:
    """Return the letter with its translation.

    Raises:
        UnreadableLetter: a block is missing, left over, or has another number of sentences.
    """
    needed = {_key(paragraph): len(paragraph.sentences) for _, paragraph in letter.paragraphs()}
    heading_keys, note_keys = _heading_keys(letter), _note_keys(letter)
    needed |= {key: 1 for key, section in zip(heading_keys, letter.sections, strict=True) if section.heading}
    needed |= dict.fromkeys(note_keys, 1)
    for key, count in needed.items():
        found = len(blocks.get(key, ()))
        if found != count:
            raise UnreadableLetter(
                f"the translation of {letter.id} has {found} lines under '## {key}', but the Dutch has {count} "
                "sentences there: write one line of English for each Dutch sentence"
            )
    if left_over := sorted(blocks.keys() - needed.keys()):
        listed = ", ".join(map(repr, left_over))
        raise UnreadableLetter(f"the translation of {letter.id} holds blocks that the letter does not have: {listed}")
    return replace(
        letter,
        sections=tuple(
            _translated(section, key, blocks) for section, key in zip(letter.sections, heading_keys, strict=True)
        ),
        footnotes=tuple(
            replace(note, translation=blocks[key][0]) for note, key in zip(letter.footnotes, note_keys, strict=True)
        ),
    )


def write_template(letter: Letter) -> str:
    """Return a sidecar to be filled in: every block the letter needs, with the Dutch a line a sentence."""
    return write_sidecar(blocks_of(letter))


def write_sidecar(blocks: Mapping[str, Sequence[str]]) -> str:
    """Return blocks as they stand in a sidecar."""
    return "\n".join("\n".join([f"## {key}", *lines, ""]) for key, lines in blocks.items())


def blocks_of(letter: Letter) -> dict[str, list[str]]:
    """Return every block that a letter's translation needs, with its Dutch sentences."""
    blocks: dict[str, list[str]] = {}
    for section, key in zip(letter.sections, _heading_keys(letter), strict=True):
        if section.heading:
            blocks[key] = [section.heading]
        for paragraph in section.paragraphs:
            blocks[_key(paragraph)] = [paragraph.sentence(number) for number in range(len(paragraph.sentences))]
    return blocks | {key: [note.text] for note, key in zip(letter.footnotes, _note_keys(letter), strict=True)}


def is_still_dutch(letter: Letter) -> bool:
    """Tell whether the translation is for the greater part the letter itself, as in a template not filled in."""
    body = [paragraph for _, paragraph in letter.paragraphs() if paragraph.kind in BODY_KINDS]
    copied = [paragraph for paragraph in body if paragraph.translated[:1] == (paragraph.sentence(0),)]
    return len(copied) > _MOST_COPIED * len(body)


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


def _translated(section: Section, heading_key: str, blocks: dict[str, tuple[str, ...]]) -> Section:
    return replace(
        section,
        translated_heading=blocks[heading_key][0] if section.heading else None,
        paragraphs=tuple(replace(paragraph, translated=blocks[_key(paragraph)]) for paragraph in section.paragraphs),
    )


def _key(paragraph: Paragraph) -> str:
    return paragraph.id.split("/", 1)[1]


def _heading_keys(letter: Letter) -> tuple[str, ...]:
    """The slug of each section: what its body paragraphs' ids have before their number."""
    bodies = [[one for one in section.paragraphs if one.kind in BODY_KINDS] for section in letter.sections]
    slugs = [_key(body[0]).rsplit("/", 1)[0] if body else "" for body in bodies]
    bare = [slug_of(section.heading) for section, slug in zip(letter.sections, slugs, strict=True) if not slug]
    others = iter(_distinct(bare, frozenset(slugs)))
    return tuple(slug or next(others) for slug in slugs)


def _note_keys(letter: Letter) -> tuple[str, ...]:
    """A key for each note; a mark may come again, as where an annex counts anew."""
    paragraphs = frozenset(_key(paragraph) for _, paragraph in letter.paragraphs())
    return _distinct([f"{_NOTE_KEY}/{note.mark}" for note in letter.footnotes], paragraphs)


def _distinct(keys: Sequence[str], taken: frozenset[str]) -> tuple[str, ...]:
    """Return the keys, numbered from the second on where one is taken or comes again."""
    distinct: dict[str, None] = {}
    for key in keys:
        numbered = (key if count == 1 else f"{key}-{count}" for count in itertools.count(1))
        distinct[next(one for one in numbered if one not in taken and one not in distinct)] = None
    return tuple(distinct)
