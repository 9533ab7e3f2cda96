"""Conversations come back as they were, from several processes too, and a damaged database says so."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from assistant.conversations import FILE, LONGEST_TITLE, Conversations, shorten
from assistant.dialogue import Answer, Citation, Withheld, answer_of, turn_of
from ingest.errors import HomeUnusable, UnknownConversation, UserError
from ingest.home import Home

ROOT = Path(__file__).parents[1]
CITATION = Citation(
    n=1, letter="l", paragraph_id="l/s/1", section="S", paragraph=1, page=None, reference="Kamerbrief", quote="één",
    start=3, end=6, paragraph_text="is één", translation=None, footnotes=("noot",), score=0.9, marks=((0, 3),),
)  # fmt: skip
ANSWER = Answer(
    question="Hoeveel?", standalone_question="Hoeveel militairen?", language="nl", status="answered",
    answer="“één” [1]", as_of="2018-04-26", warnings=("let op",), model="quote", citations=(CITATION,), nearest=(),
    seconds=0.1, probability=0.8,
)  # fmt: skip
REFUSED = replace(ANSWER, question="En nu?", status="silent", citations=(), nearest=(replace(CITATION, page=3),))


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(Home(tmp_path / "home"))


def test_an_answer_survives_json_to_the_last_field() -> None:
    for answer in (ANSWER, REFUSED, replace(ANSWER, withheld=(Withheld("900 man.", "900 staat er niet"),))):
        assert answer_of(json.loads(json.dumps(asdict(answer)))) == answer


def test_a_conversation_comes_back_in_another_process_with_every_citation(kept: Conversations, tmp_path: Path) -> None:
    conversation_id = kept.create()
    kept.add(conversation_id, ANSWER)
    kept.add(conversation_id, REFUSED)
    kept.close()
    again = Conversations(Home(tmp_path / "home")).load(conversation_id)
    assert [message.answer for message in again.messages] == [ANSWER, REFUSED]
    assert again.history == (turn_of(ANSWER), turn_of(REFUSED))
    assert again.history[0].paragraph_ids == ("l/s/1",)
    assert again.history[0].spans == ((3, 6),)


def test_the_list_shows_title_and_turns_and_the_last_changed_first(kept: Conversations) -> None:
    first, second = kept.create(), kept.create()
    kept.add(first, ANSWER)
    kept.add(second, REFUSED)
    kept.add(second, ANSWER)
    titles = {one.id: (one.title, one.turns) for one in kept.summaries()}
    assert titles == {first: ("Hoeveel?", 1), second: ("En nu?", 2)}
    assert all(one.started <= one.changed for one in kept.summaries())


def test_what_changed_in_the_same_second_is_listed_last_first_too(kept: Conversations) -> None:
    made = [kept.create() for _ in range(8)]
    for conversation_id in made:
        kept.add(conversation_id, ANSWER)
    assert [one.id for one in kept.summaries()] == made[::-1]


def test_nothing_is_kept_before_the_first_message(kept: Conversations, tmp_path: Path) -> None:
    conversation_id = kept.create()
    assert kept.summaries() == ()
    assert kept.history(conversation_id) == ()
    assert not (tmp_path / "home" / FILE).exists()


def test_a_conversation_is_renamed_deleted_and_then_unknown(kept: Conversations) -> None:
    conversation_id = kept.create()
    kept.add(conversation_id, ANSWER)
    kept.rename(conversation_id, "  Over\nmilitairen ")
    assert kept.load(conversation_id).title == kept.summaries()[0].title == "Over militairen"
    assert [message.answer for message in kept.load(conversation_id).messages] == [ANSWER]
    kept.add(conversation_id, REFUSED)
    assert kept.load(conversation_id).title == "Over militairen"
    with pytest.raises(UserError, match="title is empty"):
        kept.rename(conversation_id, " ")
    kept.delete(conversation_id)
    assert kept.summaries() == ()
    for use in (kept.load, kept.delete, kept.export, lambda one: kept.rename(one, "x")):
        with pytest.raises(UnknownConversation, match=conversation_id):
            use(conversation_id)


def test_the_export_is_json_with_whole_answers(kept: Conversations) -> None:
    conversation_id = kept.create()
    kept.add(conversation_id, ANSWER)
    exported = json.loads(json.dumps(kept.export(conversation_id)))
    assert exported["title"] == "Hoeveel?"
    assert answer_of(exported["messages"][0]["answer"]) == ANSWER


def test_one_owner_does_not_see_what_another_asked(tmp_path: Path) -> None:
    mine, yours = (Conversations(Home(tmp_path / "home"), owner) for owner in ("a", "b"))
    conversation_id = mine.create()
    mine.add(conversation_id, ANSWER)
    assert yours.summaries() == ()
    assert len(mine.summaries()) == 1
    for use in (yours.load, yours.delete):
        with pytest.raises(UnknownConversation):
            use(conversation_id)


def test_text_that_is_no_unicode_is_kept_too(kept: Conversations) -> None:
    conversation_id = kept.create()
    strange = replace(ANSWER, question="\ud800 wat\0?")
    kept.add(conversation_id, strange)
    assert kept.load(conversation_id).messages[0].answer == strange


def test_processes_and_threads_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    kept = Conversations(Home(home))
    conversation_id = kept.create()
    program = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path\n"
        "from test_conversations import ANSWER, Conversations, Home, replace\n"
        f"kept = Conversations(Home(Path({str(home)!r})))\n"
        f"for turn in range(5): kept.add({conversation_id!r}, replace(ANSWER, id=f'{{sys.argv[1]}}-{{turn}}'))\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", program, str(number)], cwd=ROOT) for number in range(2)]

    def write(name: str) -> None:
        for turn in range(5):
            kept.add(conversation_id, replace(ANSWER, id=f"{name}-{turn}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait(60) for process in processes] == [0, 0]
    found = [message.answer.id for message in kept.load(conversation_id).messages]
    assert sorted(map(str, found)) == sorted(f"{name}-{turn}" for name in "01ab" for turn in range(5))


def test_older_checkpoints_do_not_pile_up(kept: Conversations, tmp_path: Path) -> None:
    conversation_id = kept.create()
    for _ in range(12):
        kept.add(conversation_id, ANSWER)
    kept.close()
    import sqlite3

    with sqlite3.connect(tmp_path / "home" / FILE) as connection:
        assert connection.execute("SELECT count(*) FROM checkpoints").fetchone() == (1,)
    connection.close()


def test_a_clock_that_was_set_back_loses_no_message(kept: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation_id = kept.create()
    kept.add(conversation_id, ANSWER)
    now = time.time_ns()
    monkeypatch.setattr("langgraph.checkpoint.base.id._last_v6_timestamp", None)
    monkeypatch.setattr("time.time_ns", lambda: now - 86_400_000_000_000)
    kept.add(conversation_id, REFUSED)
    kept.add(conversation_id, ANSWER)
    assert [message.answer for message in kept.load(conversation_id).messages] == [ANSWER, REFUSED, ANSWER]


@pytest.mark.parametrize("content", [b"garbage" * 500, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_database_gives_one_clear_error(kept: Conversations, tmp_path: Path, content: bytes) -> None:
    conversation_id = kept.create()
    kept.add(conversation_id, ANSWER)
    kept.close()
    path = tmp_path / "home" / FILE
    for beside in path.parent.glob(f"{FILE}-*"):
        beside.unlink()
    path.write_bytes(content)
    broken = Conversations(Home(tmp_path / "home"))
    for use in (broken.summaries, lambda: broken.load(conversation_id), lambda: broken.add(conversation_id, ANSWER)):
        with pytest.raises(HomeUnusable, match=FILE):
            use()
    broken.close()


def test_an_entry_that_is_no_answer_gives_one_clear_error(kept: Conversations, tmp_path: Path) -> None:
    conversation_id = kept.create()
    kept.add(conversation_id, ANSWER)
    kept.close()
    path = tmp_path / "home" / FILE
    path.write_bytes(
        path.read_bytes().replace(b'\\"citations\\"', b'\\"citAtions\\"').replace(b'"citations"', b'"citAtions"')
    )
    with pytest.raises(HomeUnusable, match="move that file elsewhere"):
        Conversations(Home(tmp_path / "home")).load(conversation_id)


def test_a_long_question_gives_a_short_title() -> None:
    assert shorten("Waarom? " * 40).endswith("…")
    assert len(shorten("x" * 500)) <= LONGEST_TITLE


def test_quotations_from_a_letter_are_found_whosever_conversation_they_stand_in(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert Conversations(home).quotes_from(["l"]) == {}
    other = replace(ANSWER, citations=(replace(CITATION, letter="l2", paragraph_id="l2/s/1"),))
    for owner, answers in (("", [ANSWER, REFUSED]), ("ada", [ANSWER, other]), ("bob", [other])):
        kept = Conversations(home, owner)
        conversation_id = kept.create()
        for answer in answers:
            kept.add(conversation_id, answer)
        kept.close()
    kept = Conversations(home)
    assert kept.quotes_from(["l"]) == {"l/s/1": ["één", "één"]}
    assert kept.quotes_from(["l2", "l"]) == {"l/s/1": ["één", "één"], "l2/s/1": ["één", "één"]}
    assert kept.quotes_from(["l3"]) == kept.quotes_from([]) == {}
