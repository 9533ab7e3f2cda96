"""The evidence pack: a conversation with every quotation and its source, as Markdown, JSON or DOCX."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

from assistant.dialogue import Answer, Citation
from assistant.reference import name_letter
from ingest.letter import Language, Letter
from ui import texts
from ui.page_texts import PACK
from ui.records import Record, answer_record, letter_record

PackKind = Literal["md", "json", "docx"]
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~&])")
_REFERENCE = re.compile(r"\[(\d+)\]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Source:
    """A citation with its number in the whole pack."""

    number: int
    citation: Citation


@dataclass(frozen=True, slots=True)
class Entry:
    """A question with its answer, the numbers in it those of the pack."""

    answer: Answer
    text: str
    sources: tuple[Source, ...]


def write_pack(answers: Sequence[Answer], letters: Mapping[str, Letter], language: Language, kind: PackKind) -> bytes:
    """Return the file's content; the letters are those that were asked."""
    if kind == "json":
        record = {**_provenance(answers, letters), "answers": [answer_record(answer) for answer in answers]}
        return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")
    entries = number_sources(answers)
    if kind == "md":
        return _markdown(entries, letters, language).encode("utf-8", "replace")
    return _docx(entries, letters, language)


def number_sources(answers: Sequence[Answer]) -> tuple[Entry, ...]:
    """Return the answers with their sources numbered through."""
    entries, before = [], 0
    for answer in answers:
        shown = answer.citations or answer.nearest
        sources = tuple(Source(before + citation.n, citation) for citation in shown)
        known = {citation.n for citation in answer.citations}
        text = _REFERENCE.sub(lambda match: _renumber(match, known, before), answer.answer)  # noqa: B023
        entries.append(Entry(answer, text, sources))
        before += len(shown)
    return tuple(entries)


def _renumber(match: re.Match[str], known: set[int], before: int) -> str:
    number = int(match.group(1))
    return f"[{before + number}]" if number in known else match.group()


def _provenance(answers: Sequence[Answer], letters: Mapping[str, Letter]) -> Record:
    return {
        "kamervraag": version("kamervraag"),
        "models": sorted({answer.model for answer in answers}),
        "letters": [{**letter_record(letter), "sha256": letter.sha256} for letter in letters.values()],
    }


def _markdown(entries: Sequence[Entry], letters: Mapping[str, Letter], language: Language) -> str:
    words = PACK[language]
    lines = [f"# {words['title']}", "", words["intro"], ""]
    for entry in entries:
        lines += [f"## {_plain(entry.answer.question)}", "", f"*{_verdict(entry, language)}*", ""]
        lines += [_footnoted(entry), ""]
        lines += [f"> {texts.WARNING[language]}: {_plain(warning)}\n" for warning in entry.answer.warnings]
        if not entry.answer.citations:
            lines += [f"{texts.NEAREST[language]}: " + " ".join(f"[^{one.number}]" for one in entry.sources), ""]
    lines += [
        f"[^{source.number}]: {_plain(_cited(source.citation, language))}" for one in entries for source in one.sources
    ]
    lines += ["", f"## {words['provenance']}", ""]
    lines += [f"- {_plain(line)}" for line in _letter_lines(entries, letters, language)]
    return "\n".join(lines) + "\n"


def _footnoted(entry: Entry) -> str:
    """Return the text with its references as Markdown's footnotes, and nothing else in it that is markup."""
    numbers = {source.number for source in entry.sources}
    pieces = _REFERENCE.split(entry.text)
    return "".join(
        (f"[^{piece}]" if int(piece) in numbers else f"\\[{piece}\\]") if place % 2 else _plain(piece)
        for place, piece in enumerate(pieces)
    )


def _docx(entries: Sequence[Entry], letters: Mapping[str, Letter], language: Language) -> bytes:
    from docx import Document

    words = PACK[language]
    document = Document()
    document.core_properties.title = words["title"]
    document.add_heading(words["title"], 0)
    document.add_paragraph(words["intro"])
    for entry in entries:
        document.add_heading(_printable(entry.answer.question), 1)
        document.add_paragraph(_verdict(entry, language)).runs[0].italic = True
        document.add_paragraph(_printable(entry.text))
        for warning in entry.answer.warnings:
            document.add_paragraph(_printable(f"{texts.WARNING[language]}: {warning}"), style="Intense Quote")
        document.add_heading((texts.SOURCES if entry.answer.citations else texts.NEAREST)[language], 2)
        for source in entry.sources:
            document.add_paragraph(_printable(f"[{source.number}] {_cited(source.citation, language)}"))
    document.add_heading(words["provenance"], 1)
    for line in _letter_lines(entries, letters, language):
        document.add_paragraph(_printable(line), style="List Bullet")
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _cited(citation: Citation, language: Language) -> str:
    parts = [f"{citation.reference}: “{citation.quote}”"]
    if citation.translation:
        parts.append(f"({texts.label_translation(citation, language)}: “{citation.translation}”)")
    parts += [f"({texts.NOTE[language]}: {note})" for note in citation.footnotes]
    return " ".join(" ".join(parts).split())


def _letter_lines(entries: Sequence[Entry], letters: Mapping[str, Letter], language: Language) -> list[str]:
    made_by = sorted({entry.answer.model for entry in entries})
    named = [
        f"{name_letter(letter, language)} — {letter.title} (SHA-256 {letter.sha256})" for letter in letters.values()
    ]
    return [*named, f"Kamervraag {version('kamervraag')}, {PACK[language]['model']}: {', '.join(made_by)}"]


def _verdict(entry: Entry, language: Language) -> str:
    return texts.STATUS[language][entry.answer.status]


def _plain(text: str) -> str:
    """Return text that Markdown shows as it stands."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _printable(text: str) -> str:
    """Return text without the characters that XML can't hold."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
