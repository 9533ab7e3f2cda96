"""What is printed: nothing that steers a terminal, and no decoration in a pipe."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue import Answer, Citation
from assistant.pipeline import Assistant
from ingest.letter import Footnote, Letter, Paragraph, Section, Signatory
from ui.records import letter_record
from ui.terminal import (
    Preparation,
    harmless,
    print_answer,
    print_hits,
    print_letters,
    print_structure,
    progress_bar,
    stage_bar,
)

EVIL = "\x1b[2J\x1b]0;weg\x07[red]NAVO[/red] :boom: \x9b31m\u202eagterug\x00\r"
STEERING = {
    chr(code)
    for code in (*range(9), 11, *range(12, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def evil_letter() -> Letter:
    paragraph = Paragraph("brief/een/1", 1, "prose", EVIL, None, ((0, len(EVIL)),), (EVIL,))
    section = Section(EVIL, 1, (paragraph,))
    note = Footnote(EVIL, EVIL, paragraph.id, 5)
    return Letter("brief", EVIL, None, EVIL, EVIL, (Signatory(EVIL, EVIL),), (EVIL,), (section,), (note,), source=EVIL)


def evil_citation(number: int = 1) -> Citation:
    return Citation(
        number, "brief", "brief/een/1", EVIL, 1, None, EVIL, EVIL, 0, len(EVIL), EVIL, EVIL, (EVIL,), 0.5
    )  # fmt: skip


def evil_answer() -> Answer:
    return Answer(
        EVIL, EVIL, "en", "answered", f"{EVIL}… [1]", None, (EVIL,), "quote", (evil_citation(),), (), 0.1, 0.9
    )  # fmt: skip


PRINTERS: dict[str, Callable[[], None]] = {
    "answer": lambda: print_answer(evil_answer()),
    "nearest": lambda: print_answer(replace(evil_answer(), citations=(), nearest=(evil_citation(),), status="silent")),
    "hits": lambda: print_hits([evil_citation()]),
    "letters": lambda: print_letters([letter_record(evil_letter())]),
    "structure": lambda: print_structure(evil_letter()),
}


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(sorted(STEERING)))))
def test_no_sign_that_steers_a_terminal_is_left_and_no_other_is_touched(text: str) -> None:
    shown = harmless(text)
    assert len(shown) == len(text)
    assert not STEERING & set(shown)
    assert all(one == other or other == "\N{REPLACEMENT CHARACTER}" for one, other in zip(text, shown, strict=True))
    assert harmless(shown) == shown


@pytest.mark.parametrize("text", ["Oekraïne\n\t– «tien» ’s € 2%", "[1] [red] :smile:", "العربية 立陶宛"])
def test_ordinary_text_is_printed_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("printer", PRINTERS.values(), ids=PRINTERS)
def test_escape_codes_in_a_letter_are_harmless_in_a_pipe(
    printer: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    printer()
    printed = capsys.readouterr().out
    assert "[red]NAVO[/red] :boom:" in printed
    assert not STEERING & set(printed)


@pytest.mark.parametrize("printer", PRINTERS.values(), ids=PRINTERS)
def test_escape_codes_in_a_letter_are_harmless_on_a_terminal(
    printer: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    printer()
    printed = screen.getvalue()
    assert "NAVO" in printed.replace("\n", "")
    assert not {"\x07", "\x9b", "\u202e", "\x00", "\r"} & set(printed)
    assert "\x1b[2J" not in printed
    assert "\x1b]" not in printed


def test_in_a_pipe_each_sentence_stays_on_one_line(assistant: Assistant, capsys: pytest.CaptureFixture[str]) -> None:
    answer = assistant.ask("Hoeveel Nederlandse militairen zijn er in Litouwen?")
    print_answer(answer)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == answer.answer
    assert any(citation.reference in line for citation in answer.citations for line in lines)


def test_an_english_answer_shows_the_dutch_it_translates(
    assistant: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = assistant.ask("Since when has cyber been an operational domain of NATO?")
    print_answer(answer)
    printed = capsys.readouterr().out
    assert all(citation.quote in printed for citation in answer.citations)
    assert all(warning in printed for warning in answer.warnings)


def test_a_letter_is_printed_whole(assistant: Assistant, capsys: pytest.CaptureFixture[str]) -> None:
    (letter,) = assistant.letters.values()
    print_structure(letter)
    printed = capsys.readouterr().out
    assert all(paragraph.text in printed for _, paragraph in letter.paragraphs())
    assert all(note.text in printed for note in letter.footnotes)
    assert all(one.name in printed and one.post in printed for one in letter.signatories)


def test_progress_is_silent_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("answering", 2) as show:
        show(1)
        show(2)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_stages_are_one_bar_on_a_terminal_and_nothing_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with stage_bar() as show:
        show("reading", 1, 10)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    with contextlib.suppress(KeyboardInterrupt), stage_bar() as show:
        show("reading", 1, 10)
        show("embedding", 4, 10)
        raise KeyboardInterrupt
    printed = screen.getvalue()
    assert "embedding" in printed
    assert "40%" in printed
    # the cursor is there again, also after an interrupt
    assert printed.count("\x1b[?25l") == printed.count("\x1b[?25h") == 1


def test_a_one_off_job_tells_each_stage_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    stages = Preparation()
    for done in range(3):
        stages("preparing", done, 2)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 3


def test_a_one_off_job_leaves_the_terminal_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    stages = Preparation()
    for done in range(3):
        stages("preparing", done, 2)
    assert screen.getvalue().count("\x1b[?25l") == screen.getvalue().count("\x1b[?25h")
