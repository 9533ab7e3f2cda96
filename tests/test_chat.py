"""A conversation in the terminal: what is typed is answered, kept and found again, and a mistake ends nothing."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.conversations import Conversations
from assistant.pipeline import Assistant
from assistant.scope import EVERYTHING, read_scope
from ingest.home import Home
from ui.chat import Chat, Session
from ui.chat_texts import CHAT, HELP

LITHUANIA = "Hoeveel Nederlandse militairen zijn er in Litouwen?"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    conversations = Conversations(Home(tmp_path / "home"))
    yield conversations
    conversations.close()


@pytest.fixture
def chat(assistant: Assistant, kept: Conversations) -> Chat:
    return Chat(assistant, kept)


@pytest.fixture
def session(kept: Conversations) -> Session:
    return Session(kept.create(), "en")


def typed(chat: Chat, session: Session, *lines: str) -> Session:
    for line in lines:
        session = chat.take(session, line)
    return session


def test_a_follow_up_is_understood_and_both_are_kept(chat: Chat, session: Session, kept: Conversations) -> None:
    after = typed(chat, session, LITHUANIA, "Can you say that in English?")
    assert [answer.language for answer in after.answers] == ["nl", "en"]
    assert [message.answer for message in kept.load(session.id).messages] == list(after.answers)


def test_a_kept_conversation_goes_on_where_it_stood(chat: Chat, session: Session, kept: Conversations) -> None:
    before = typed(chat, session, LITHUANIA)
    for which in ("1", session.id):
        again = chat.resume(Session(kept.create(), "nl"), which)
        assert (again.id, again.answers) == (before.id, before.answers)


def test_open_shows_the_section_with_the_cited_paragraph_in_it(
    chat: Chat, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    after = typed(chat, session, LITHUANIA, "/open 1", "/sources")
    assert after.last is not None
    assert capsys.readouterr().out.count(after.last.citations[0].paragraph_text) == 2


def test_letters_are_narrowed_and_widened_again(
    chat: Chat, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    after = typed(chat, session, "/letters from 2018 to april 2018 ministry BZ dossier 34919")
    assert after.scope == read_scope((), "2018", "april 2018", "BZ", "34919")
    assert "2018-04-26-navo" in capsys.readouterr().out
    assert typed(chat, session, "/letters vanaf 2018 ministerie van Defensie").scope == read_scope(
        (), "2018", "", "Defensie"
    )
    assert typed(chat, after, "/letter all").scope == EVERYTHING


@pytest.mark.parametrize("wanted", ["from 2019", "from gisteren", "2018", "from", "ministry OCW"])
def test_letters_that_are_not_there_leave_the_scope_as_it_was(chat: Chat, session: Session, wanted: str) -> None:
    assert typed(chat, session, f"/letters {wanted}").scope == EVERYTHING


@pytest.mark.parametrize("name", ["talk.md", "talk.json", "talk.docx"])
def test_save_writes_every_quotation(chat: Chat, session: Session, tmp_path: Path, name: str) -> None:
    typed(chat, session, LITHUANIA, f"/save {tmp_path / name}")
    content = (tmp_path / name).read_bytes()
    if name.endswith("json"):
        assert json.loads(content)["answers"][0]["citations"]
    else:
        assert content.startswith(b"# " if name.endswith("md") else b"PK")


def test_save_without_a_place_or_into_none_says_so_and_goes_on(
    chat: Chat, session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = typed(chat, session, LITHUANIA, "/save", f"/save {tmp_path / 'none' / 'talk.md'}")
    said = capsys.readouterr().out
    assert CHAT["nl"]["save_where"] in said
    assert "can't be written" in said
    assert not after.ended


def test_delete_forgets_the_conversation_and_begins_another(chat: Chat, session: Session, kept: Conversations) -> None:
    after = typed(chat, session, LITHUANIA, "/delete")
    assert kept.summaries() == ()
    assert after.answers == ()
    assert after.id != session.id


def test_another_name_is_shown_in_the_list(chat: Chat, session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    typed(chat, session, LITHUANIA, "/rename Troepen in Litouwen", "/list")
    assert "Troepen in Litouwen (1 vraag)" in capsys.readouterr().out


def test_the_language_and_the_letter_can_be_chosen(chat: Chat, session: Session, assistant: Assistant) -> None:
    letter_id = next(iter(assistant.letters))
    after = typed(chat, session, "/language en", f"/letter {letter_id}", LITHUANIA)
    assert (after.language, after.scope.letters) == ("en", (letter_id,))
    assert after.last is not None
    assert after.last.language == "en"
    after = typed(chat, after, "/language auto", "/letter all")
    assert (after.language, after.scope) == (None, EVERYTHING)


@pytest.mark.parametrize(
    "line",
    ["/nonsense", "/letter nowhere", "/resume 99", "/delete 99", "/open 99", "/language fr", "/rename", "", "/", "?!"],
)
def test_a_mistake_leaves_the_session_as_it_was(chat: Chat, session: Session, line: str) -> None:
    assert typed(chat, session, line) == session


def test_stopping_an_answer_does_not_end_the_conversation(
    assistant: Assistant, kept: Conversations, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(assistant, "ask", stopped)
    assert Chat(assistant, kept).take(session, LITHUANIA) == session


def test_quit_ends_it(chat: Chat, session: Session) -> None:
    assert typed(chat, session, "/quit") == replace(session, ended=True)


def test_both_languages_say_the_same_things() -> None:
    assert CHAT["nl"].keys() == CHAT["en"].keys()
    assert [name.split()[0] for name in HELP["nl"] if name] == [name.split()[0] for name in HELP["en"] if name]


def test_on_a_terminal_ctrl_c_drops_the_line_and_ctrl_d_leaves(home_copy: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "KAMERVRAAG_HOME": str(home_copy), "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ui", "chat"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        close_fds=True,
    )
    os.close(theirs)
    shown = _read_until(ours, rb"ask>")
    for keys in (b"never sent\x03", f"{LITHUANIA}\r".encode()):
        os.write(ours, keys)
    shown += _read_until(ours, rb"270.*ask>")
    os.write(ours, b"\x04")
    assert process.wait(60) == 0
    os.close(ours)
    assert b"Traceback" not in shown


def _read_until(terminal: int, expected: bytes) -> bytes:
    """Return what is shown until it matches the pattern."""
    shown, end = b"", time.monotonic() + 120
    while not re.search(expected, shown, re.DOTALL):
        assert time.monotonic() < end, shown.decode(errors="replace")
        shown += os.read(terminal, 4096)
    return shown
