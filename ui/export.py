"""The evidence pack: a conversation with every quotation and its source, as Markdown, JSON or DOCX."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from assistant.dialogue import Answer, Citation
from assistant.reference import name_letter
from eval.provenance import fingerprint
from ingest.embed import Identity
from ingest.errors import UserError
from ingest.letter import Language, Letter
from ui import texts
from ui.page_texts import PACK
from ui.records import Record, answer_record, letter_record

PackKind = Literal["md", "json", "docx"]
MIME_TYPES: dict[PackKind, str] = {
    "md": "text/markdown",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~&])")
_LINE_BREAKS = re.compile(r"\s+")
_REFERENCE = re.compile(r"\[(\d+)\]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Source:
    """A citation with its number in the whole pack, and where it stands."""

    number: int
    citation: Citation
    place: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A question with its answer, the numbers in it those of the pack."""

    answer: Answer
    text: str
    sources: tuple[Source, ...]


def write_pack(
    answers: Sequence[Answer], letters: Mapping[str, Letter], embedder: Identity, language: Language, kind: PackKind
) -> bytes:
    """Return the file's content; the letters are those that were asked, by the model named `embedder`."""
    if kind == "json":
        record = {**_provenance(answers, letters, embedder), "answers": [answer_record(answer) for answer in answers]}
        return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")
    entries = number_sources(answers)
    if kind == "md":
        return _markdown(entries, _made_with(answers, letters, embedder, language), language).encode("utf-8", "replace")
    return _docx(entries, _made_with(answers, letters, embedder, language), language)


def write_pack_file(
    path: Path, answers: Sequence[Answer], letters: Mapping[str, Letter], embedder: Identity, language: Language
) -> None:
    """Write the pack to a file, whose suffix tells the kind.

    Raises:
        UserError: the suffix is another, or the file can't be written.
    """
    content = write_pack(answers, letters, embedder, language, check_pack(path))
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error.strerror}); choose another place") from error


def check_pack(path: Path) -> PackKind:
    """Return the kind of pack that a file name asks for.

    Raises:
        UserError: none that can be written.
    """
    for kind in MIME_TYPES:
        if path.suffix.lower() == f".{kind}":
            return kind
    raise UserError(f"{path}: the evidence is written as {', '.join(f'.{kind}' for kind in MIME_TYPES)}")


def number_sources(answers: Sequence[Answer]) -> tuple[Entry, ...]:
    """Return the answers with their sources numbered through."""
    entries, before = [], 0
    several = len({citation.letter for answer in answers for citation in answer.shown}) > 1
    for answer in answers:
        shown = answer.shown
        sources = tuple(
            Source(before + citation.n, citation, texts.place(citation, several=several)) for citation in shown
        )
        known = {citation.n for citation in answer.citations}
        text = _REFERENCE.sub(lambda match: _renumber(match, known, before), answer.answer)  # noqa: B023
        entries.append(Entry(answer, text, sources))
        before += len(shown)
    return tuple(entries)


def _renumber(match: re.Match[str], known: set[int], before: int) -> str:
    number = int(match.group(1))
    return f"[{before + number}]" if number in known else match.group()


def _provenance(answers: Sequence[Answer], letters: Mapping[str, Letter], embedder: Identity) -> Record:
    return {
        "kamervraag": version("kamervraag"),
        "models": sorted({answer.model for answer in answers}),
        "settings": {"embedder": _name(embedder)},
        "corpus_fingerprint": fingerprint(letters),
        "letters": [{**letter_record(letter), "sha256": letter.sha256} for letter in letters.values()],
    }


def _made_with(
    answers: Sequence[Answer], letters: Mapping[str, Letter], embedder: Identity, language: Language
) -> list[str]:
    """Return what `_provenance` holds as lines to read."""
    words = PACK[language]
    named = [
        f"{name_letter(letter, language)} — {letter.title} ({letter.id}, SHA-256 {letter.sha256})"
        for letter in letters.values()
    ]
    models = ", ".join(sorted({answer.model for answer in answers}))
    return [
        *named,
        f"{words['fingerprint']}: {fingerprint(letters)}",
        f"Kamervraag {version('kamervraag')}, {words['model']}: {models}",
        f"{words['embedder']}: {_name(embedder)}",
    ]


def _name(embedder: Identity) -> str:
    return f"{Path(embedder.name).name} ({embedder.revision})"


def _markdown(entries: Sequence[Entry], made_with: Sequence[str], language: Language) -> str:
    words = PACK[language]
    lines = [f"# {words['title']}", "", words["intro"], ""]
    for entry in entries:
        lines += [f"## {_plain(entry.answer.question)}", "", f"*{_verdict(entry, language)}*", ""]
        lines += [_footnoted(entry), ""]
        lines += [f"> {_plain(remark)}\n" for remark in _remarks(entry.answer, language)]
        if not entry.answer.citations:
            lines += [f"{texts.NEAREST[language]}: " + " ".join(f"[^{one.number}]" for one in entry.sources), ""]
    lines += [f"[^{source.number}]: {_plain(_cited(source, language))}" for one in entries for source in one.sources]
    lines += ["", f"## {words['provenance']}", ""]
    lines += [f"- {_plain(line)}" for line in made_with]
    return "\n".join(lines) + "\n"


def _footnoted(entry: Entry) -> str:
    """Return the text with its references as Markdown's footnotes, and nothing else in it that is markup."""
    numbers = {source.number for source in entry.sources}
    pieces = _REFERENCE.split(entry.text)
    return "".join(
        (f"[^{piece}]" if int(piece) in numbers else f"\\[{piece}\\]") if place % 2 else _escaped(piece)
        for place, piece in enumerate(pieces)
    )


def _docx(entries: Sequence[Entry], made_with: Sequence[str], language: Language) -> bytes:
    words = PACK[language]
    document = _new_document(language)
    document.core_properties.title = words["title"]
    document.add_heading(words["title"], 0)
    document.add_paragraph(words["intro"])
    for entry in entries:
        document.add_heading(_printable(entry.answer.question), 1)
        if entry.answer.status != "answered":
            document.add_paragraph(_verdict(entry, language)).runs[0].italic = True
        document.add_paragraph(_printable(entry.text))
        for remark in _remarks(entry.answer, language):
            document.add_paragraph(_printable(remark), style="Quote")
        if entry.sources:
            document.add_heading((texts.SOURCES if entry.answer.citations else texts.NEAREST)[language], 2)
        for source in entry.sources:
            _add_source(document, source, language)
    document.add_heading(words["provenance"], 1)
    for line in made_with:
        document.add_paragraph(_printable(line[0].upper() + line[1:]), style="List Bullet")
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _new_document(language: Language) -> Any:
    """Return an empty document on A4, in a letter's plain type and in the language that it is checked in."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(25)
    for style in document.styles.element.iter(qn("w:lang")):
        style.set(qn("w:val"), {"nl": "nl-NL", "en": "en-GB"}[language])
    document.styles["Normal"].font.size = Pt(11)
    for name, size in (("Title", 22), ("Heading 1", 14), ("Heading 2", 11)):
        document.styles[name].font.size = Pt(size)
        document.styles[name].font.color.rgb = RGBColor(0x15, 0x42, 0x73)
    return document


def _add_source(document: Any, source: Source, language: Language) -> None:
    """Add a source: its number and reference, and under it the quotation, its translation and its notes."""
    from docx.shared import Mm

    citation = source.citation
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Mm(9), -Mm(9)
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(9))
    paragraph.add_run(f"[{source.number}]\t{_printable(source.place)}").bold = True
    paragraph.add_run(_printable(f"\n“{citation.quote}”"))
    if citation.translation:
        label = texts.label_translation(citation, language)
        paragraph.add_run(_printable(f"\n{label}: “{citation.translation}”")).italic = True
    for note in citation.footnotes:
        paragraph.add_run(_printable(f"\n{texts.NOTE[language]}: {note}"))


def _remarks(answer: Answer, language: Language) -> list[str]:
    """Return what to know beside an answer: its warnings, and what a model said that is not part of it."""
    warnings = [f"{texts.WARNING[language]}: {warning}" for warning in answer.warnings]
    said = [f"{one.sentence or texts.NOT_SHOWN[language]} ({one.reason})" for one in answer.withheld]
    return [*warnings, *([f"{texts.WITHHELD[language]}: {'; '.join(said)}"] if said else [])]


def _cited(source: Source, language: Language) -> str:
    citation = source.citation
    parts = [f"{source.place}: “{citation.quote}”"]
    if citation.translation:
        parts.append(f"({texts.label_translation(citation, language)}: “{citation.translation}”)")
    parts += [f"({texts.NOTE[language]}: {note})" for note in citation.footnotes]
    return " ".join(" ".join(parts).split())


def _verdict(entry: Entry, language: Language) -> str:
    return texts.STATUS[language][entry.answer.status]


def _plain(text: str) -> str:
    """Return text on one line that Markdown shows as it stands."""
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _LINE_BREAKS.sub(" ", text))


def _printable(text: str) -> str:
    """Return text without the characters that XML can't hold."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
