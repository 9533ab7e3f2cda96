"""How answers, paragraphs and letters look in a terminal, and in a pipe."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.dialogue import Answer, Citation
from ingest.letter import BODY_KINDS, Letter, Span
from ui import texts

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress, TaskID
    from rich.text import Text

    from assistant.mentions import Overview

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_WIDTH = 100
_PIPE_WIDTH = 1_000_000


def harmless(text: str) -> str:
    """Return the text without characters that steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def print_line(text: str) -> None:
    """Print one line, whatever stands in the names it holds."""
    sys.stdout.write(f"{harmless(text)}\n")


def print_answer(answer: Answer) -> None:
    """Print an answer, its sources and its warnings."""
    language = answer.language
    console = _console()
    if console.is_terminal:
        console.print(_styled(texts.STATUS[language][answer.status], _STATUS_STYLES[answer.status]))
    console.print(_styled(answer.answer))
    if answer.shown:
        console.print()
        heading = texts.SOURCES if answer.citations else texts.NEAREST
        console.print(_styled(heading[language], "bold"))
    for citation in answer.shown:
        _print_citation(console, citation, answer)
    if answer.withheld:
        console.print()
        console.print(_styled(texts.WITHHELD[language], "bold"))
    for one in answer.withheld:
        console.print(_styled(f"- {one.sentence or texts.NOT_SHOWN[language]} ({one.reason})", "dim"))
    for warning in answer.warnings:
        console.print()
        console.print(_styled(f"{texts.WARNING[language]}: {warning}", "yellow"))


def print_sources(answer: Answer) -> None:
    """Print the whole paragraph behind each number of an answer, the quoted words marked."""
    console = _console()
    for citation in answer.shown:
        console.print(_styled(f"[{citation.n}] {texts.place(citation, several=answer.several)}", "cyan"))
        console.print(_indented(citation.paragraph_text, console, [(citation.start, citation.end)]))


def print_paragraph(letter: Letter, citation: Citation) -> None:
    """Print the section that a citation stands in, its own paragraph in full light with the quoted words marked."""
    console = _console()
    section, _ = letter.find(citation.paragraph_id)
    console.print(_styled(f"{citation.reference} ({letter.id})", "cyan"))
    for paragraph in section.paragraphs:
        cited = paragraph.id == citation.paragraph_id
        console.print(_styled(f"  {paragraph.number}{' <-' if cited else ''}", "bold" if cited else "dim"))
        console.print(_indented(paragraph.text, console, [(citation.start, citation.end)] if cited else ()))


def say(line: str) -> None:
    """Print one line of the program's own."""
    _console().print(_styled(line))


def print_hits(citations: Sequence[Citation]) -> None:
    """Print ranked paragraphs with their scores."""
    console = _console()
    several = len({citation.letter for citation in citations}) > 1
    for citation in citations:
        console.print(_styled(f"{citation.score:.2f}  {texts.place(citation, several=several)}", "bold"))
        console.print(_indented(citation.paragraph_text, console))


def print_overview(overview: Overview) -> None:
    """Print which letters mention something: how often, in what letter, and the best paragraph."""
    console = _console()
    if not overview.letters:
        console.print(_styled(f"no letter mentions all of this: {overview.topic}; nearest in meaning:", "yellow"))
    for mention in overview.mentions:
        card, citation = mention.card, mention.cite(1)
        size = _count(mention.paragraphs, "paragraph")
        console.print(_styled(f"{card.id}  {card.date or '-'}  {size}  {card.title}", "bold"))
        console.print(_styled(f"    {citation.reference}", "cyan"))
        console.print(_indented(citation.paragraph_text, console, [(citation.start, citation.end)]))
    if overview.letters > len(overview.mentions):
        console.print(
            _styled(f"and {_count(overview.letters - len(overview.mentions), 'more letter')}; see --top", "dim")
        )


def print_letters(records: Sequence[dict[str, object]]) -> None:
    """Print one line a letter: id, date, number of paragraphs, title."""
    console = _console()
    for record in records:
        size = _count(int(str(record["paragraphs"])), "paragraph")
        line = f"{record['id']}  {record['date'] or '-'}  {size}  {record['title']}"
        console.print(_styled(line))


def print_structure(letter: Letter) -> None:
    """Print a letter so that its structure can be checked by eye."""
    console = _console()
    facts = {
        "id": letter.id,
        "title": letter.title,
        "date": letter.date.isoformat() if letter.date else "-",
        "sender": letter.sender or "-",
        "addressee": letter.addressee or "-",
        "signatories": "; ".join(f"{one.name} ({one.post})" for one in letter.signatories) or "-",
        "references": "; ".join(letter.references) or "-",
        "reference": letter.reference or "-",
        "dossier": letter.dossier or "-",
        "papers": "; ".join(letter.papers) or "-",
    }
    for name, value in facts.items():
        console.print(_styled(f"{name + ':':13}{value}"))
    for section in letter.sections:
        console.print()
        level = "#" * section.level
        console.print(
            _styled(f"{level} {section.heading}" if section.heading else "(before the first heading)", "bold")
        )
        for paragraph in section.paragraphs:
            kind = "" if paragraph.kind in BODY_KINDS else f" ({paragraph.kind})"
            sentences = _count(len(paragraph.sentences), "sentence")
            console.print(_styled(f"  {paragraph.number}{kind}  {sentences}", "dim"))
            console.print(_indented(paragraph.text, console))
            for note in letter.notes_of(paragraph.id):
                before = paragraph.text[max(note.offset - 30, 0) : note.offset]
                console.print(_indented(f"[note {note.mark}, after “…{before}”] {note.text}", console))


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how far a job is on stderr; nothing where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def stage_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Show how far a job of several stages is, as one bar on stderr; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:10}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)


class Preparation:
    """Shows the stages of a one-off job on stderr: a bar on a terminal, a line a stage elsewhere."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` stages are done and `stage` has begun."""
        if not sys.stderr.isatty():
            sys.stderr.write(f"kamervraag: {stage} ({done}/{total})\n")
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("{task.description:22}"), BarColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(stage, total=total)
        if self._task is not None:
            self._bar.update(self._task, description=stage, completed=done, total=total)
        if done >= total:
            self._bar.stop()
            self._bar = None


_STATUS_STYLES = {
    "answered": "bold green",
    "undecided": "bold cyan",
    "silent": "bold blue",
    "off_topic": "bold blue",
    "vague": "bold blue",
}


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False, emoji=False, markup=False)
    console.width = min(console.width, _WIDTH) if console.is_terminal else _PIPE_WIDTH
    return console


def _print_citation(console: Console, citation: Citation, answer: Answer) -> None:
    console.print(_styled(f"[{citation.n}] {texts.place(citation, several=answer.several)}", "cyan"))
    if citation.quote not in answer.answer or (citation.marks and console.is_terminal):
        console.print(_indented(f"“{citation.quote}”", console, [(a + 1, b + 1) for a, b in citation.marks]))
    if citation.translation and citation.translation not in answer.answer and answer.language == "en":
        console.print(_indented(f"{texts.label_translation(citation, 'en')}: {citation.translation}", console))
    for note in citation.footnotes:
        if note not in answer.answer:
            console.print(_indented(f"{texts.NOTE[answer.language]}: {note}", console))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _styled(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(harmless(text), style)


def _indented(text: str, console: Console, marks: Sequence[Span] = ()) -> RenderableType:
    from rich.padding import Padding

    styled = _styled(text)
    for start, end in marks:
        styled.stylize("bold", start, end)
    return Padding(styled, (0, 0, 0, 4)) if console.is_terminal else _styled(f"    {text}")
