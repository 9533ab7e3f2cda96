"""Put the parts of the structure stage in order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.letter import Footnote, Letter, Paragraph, ParagraphKind, Section, Span
from ingest.read import Line
from ingest.structure import header, signature
from ingest.structure.blocks import Block, group_lines
from ingest.structure.dates import first_date
from ingest.structure.footnotes import Note, extract_footnotes
from ingest.structure.furniture import drop_furniture
from ingest.structure.headings import classify
from ingest.structure.marks import ANCHOR
from ingest.structure.papers import find_papers
from ingest.structure.running import hyphenated_words, join_lines
from ingest.structure.sentences import split_sentences
from ingest.structure.shapes import ITEM

HEADER_SLUG, OPENING_SLUG, SIGNATURE_SLUG = "kop", "inleiding", "ondertekening"
_LONGEST_SLUG = 60


def build_letter(lines: Sequence[Line], letter_id: str = "", *, source: str = "", sha256: str = "") -> Letter:
    """Build the letter that the lines hold.

    Without `letter_id` the id is made from `source` and the letter's date. Every character of
    the lines that is not page furniture, a note's mark or a soft hyphen stands in exactly one
    paragraph, heading or footnote.
    """
    body_lines, notes = extract_footnotes(drop_furniture(tuple(lines)))
    blocks = group_lines(body_lines)
    body_start = header.find_body(blocks)
    signature_start, signature_end = signature.find_signature(blocks, body_start)
    head = header.header_paragraphs(blocks[:body_start])
    facts = header.read_header(head)
    signature_lines = [line for block in blocks[signature_start:signature_end] for line in block.lines]
    signed = signature.read_signatories(signature_lines)
    draft = _Draft(hyphenated_words([line.text for line in body_lines]))
    for header_lines in head:
        draft.add_paragraph("header", header_lines)
    body = (*blocks[body_start:signature_start], *blocks[signature_end:])
    for position, (kind, level, block) in enumerate(classify(body)):
        if position == signature_start - body_start:
            _add_signature(draft, signed)
        if kind:
            draft.add_paragraph(kind, block.lines)
        else:
            draft.open_section(block, level)
    if signature_start - body_start >= len(body):
        _add_signature(draft, signed)
    closing_texts = [line.text for line in signature_lines]
    letter_date = (
        facts.date
        or first_date(closing_texts)
        or first_date(draft.texts()[-3:])
        or header.date_of_sections(draft.by_heading())
    )
    letter_id = letter_id or _letter_id(source, letter_date.isoformat() if letter_date else "")
    sections = draft.sections(letter_id)
    opening = [paragraph.text for paragraph in sections[0].paragraphs if paragraph.kind == "prose"]
    first_sentence = opening[0][slice(*split_sentences(opening[0])[0])] if opening else ""
    signatories = tuple(signatory for _, signatory in signed if signatory)
    return Letter(
        id=letter_id,
        title=header.title_of(facts.subject, first_sentence, [section.heading for section in sections]),
        date=letter_date,
        sender=signature.sender_of(signatories, facts.ministry),
        addressee=facts.addressee,
        signatories=signatories,
        references=header.find_references(opening[:1]),
        sections=sections,
        footnotes=draft.footnotes(letter_id, notes),
        source=source,
        sha256=sha256,
        reference=facts.reference,
        dossier=facts.dossier,
        papers=find_papers([*draft.texts(), *(note.text for note in notes)]),
    )


def _add_signature(draft: _Draft, signed: Sequence[tuple[tuple[Line, ...], object]]) -> None:
    for lines, _ in signed:
        draft.add_paragraph("signature", lines)


@dataclass
class _DraftSection:
    heading: str
    level: int
    note_anchors: list[str] = field(default_factory=list)
    paragraphs: list[tuple[ParagraphKind, str, int | None]] = field(default_factory=list)


class _Draft:
    """The letter being put together: text with anchors, before ids are known."""

    def __init__(self, hyphenated: frozenset[str]) -> None:
        self._hyphenated = hyphenated
        self._sections = [_DraftSection("", 1)]

    def open_section(self, block: Block, level: int) -> None:
        text = join_lines([line.text for line in block.lines], self._hyphenated)
        self._sections.append(_DraftSection(ANCHOR.sub("", text).strip(), level, ANCHOR.findall(text)))

    def add_paragraph(self, kind: ParagraphKind, lines: Sequence[Line]) -> None:
        text = join_lines([line.text for line in lines], self._hyphenated)
        section = self._sections[-1]
        if ANCHOR.sub("", text).strip():
            section.paragraphs.append((kind, text, lines[0].page))
        elif section.paragraphs:
            # marks by themselves hang on what stands before them
            before, written, page = section.paragraphs[-1]
            section.paragraphs[-1] = (before, written + text, page)
        else:
            section.note_anchors += ANCHOR.findall(text)

    def by_heading(self) -> list[tuple[str, list[str]]]:
        return [(section.heading, [text for _, text, _ in section.paragraphs]) for section in self._sections]

    def texts(self) -> list[str]:
        return [ANCHOR.sub("", text) for section in self._sections for _, text, _ in section.paragraphs]

    def sections(self, letter_id: str) -> tuple[Section, ...]:
        """Return the finished sections, every paragraph with its id, number and sentences."""
        finished = []
        for draft, slug in zip(self._sections, self._slugs(), strict=True):
            numbers: dict[str, int] = {}
            paragraphs = []
            for kind, text, page in draft.paragraphs:
                clean = ANCHOR.sub("", text)
                place = {"header": HEADER_SLUG, "signature": SIGNATURE_SLUG}.get(kind, slug)
                numbers[place] = number = numbers.get(place, 0) + 1
                paragraphs.append(
                    Paragraph(f"{letter_id}/{place}/{number}", number, kind, clean, page, _sentences(kind, clean))
                )
            finished.append(Section(draft.heading, draft.level, tuple(paragraphs)))
        return tuple(finished)

    def footnotes(self, letter_id: str, notes: Sequence[Note]) -> tuple[Footnote, ...]:
        """Tie every note to the paragraph, and the place in it, where its mark stood."""
        places: dict[str, tuple[str, int]] = {}
        for section, finished in zip(self._sections, self.sections(letter_id), strict=True):
            for (_, text, _), paragraph in zip(section.paragraphs, finished.paragraphs, strict=True):
                for before, match in enumerate(ANCHOR.finditer(text)):
                    places[match.group()] = (paragraph.id, match.start() - before)
            if finished.paragraphs:
                places.update((anchor, (finished.paragraphs[0].id, 0)) for anchor in section.note_anchors)
        return tuple(Footnote(note.mark, note.text, *places.get(note.anchor, ("", 0))) for note in notes)

    def _slugs(self) -> list[str]:
        slugs: list[str] = []
        taken = {HEADER_SLUG, SIGNATURE_SLUG}
        counts: dict[str, int] = {}
        for section in self._sections:
            base = slug_of(section.heading) if section.heading else OPENING_SLUG
            slug, count = base, counts.get(base, 1)
            while slug in taken:
                count += 1
                slug = f"{base}-{count}"
            counts[base] = count
            taken.add(slug)
            slugs.append(slug)
        return slugs


def slug_of(text: str) -> str:
    """Return the text in lower-case ASCII letters, digits and hyphens, for use in ids."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-") or "deel"


def _letter_id(source: str, letter_date: str) -> str:
    stem = slug_of(re.sub(r"\.[^.]+$", "", source.replace("\\", "/").rsplit("/", 1)[-1]))
    return stem if not letter_date or letter_date in stem else f"{letter_date}-{stem}"


def _sentences(kind: ParagraphKind, text: str) -> tuple[Span, ...]:
    if kind in ("header", "signature"):
        return ((0, len(text)),)
    item = ITEM.match(text)
    shift = item.end() if kind == "list-item" and item else 0
    return tuple((start + shift, end + shift) for start, end in split_sentences(text[shift:]))
