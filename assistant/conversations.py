"""Conversations, kept with LangGraph's SQLite checkpointer: a thread each, whose last checkpoint is all of it.

    kept = Conversations(Home(settings.home))
    conversation_id = kept.create()
    answer = assistant.ask(question, kept.history(conversation_id))
    kept.add(conversation_id, answer)

Several processes and threads may share one home. Answers are kept whole, as JSON, so that an earlier message shows
what it showed even when the letter has gone since.
"""

from __future__ import annotations

import json
import operator
import sqlite3
import threading
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, TypedDict

from filelock import FileLock

from assistant.dialogue import Answer, Turn, answer_of, turn_of
from ingest.errors import HomeUnusable, UnknownConversation, UserError
from ingest.home import Home
from ingest.offline import stay_offline

FILE, _LOCK = "conversations.sqlite", "conversations.lock"
LONGEST_TITLE = 80
_LONGEST_WAIT_S = 30
_OLDER = "SELECT thread_id, checkpoint_id FROM checkpoints WHERE thread_id = ?"
_LATEST = "SELECT thread_id, max(checkpoint_id), metadata FROM checkpoints WHERE checkpoint_ns = ''"
# in SQL, since one home may hold the conversations of very many owners
# the ids of checkpoints grow with time, and tell apart what changed in the same second
_OF_OWNER = (
    f"{_LATEST} AND json_extract(CAST(metadata AS TEXT), '$.owner') = ? "
    "GROUP BY thread_id ORDER BY max(checkpoint_id) DESC"
)
_CITING = "SELECT DISTINCT thread_id FROM checkpoints WHERE checkpoint_ns = '' AND instr(checkpoint, CAST(? AS BLOB))"
_OF_THREAD = f"{_LATEST} AND thread_id = ? GROUP BY thread_id"


@dataclass(frozen=True, slots=True)
class Message:
    """A question with its answer and the citations bound to it; `asked_at` is in UTC."""

    asked_at: datetime
    answer: Answer


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list of conversations shows of each; dates are in UTC."""

    id: str
    title: str
    started: datetime
    changed: datetime
    turns: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation with its messages, oldest first."""

    id: str
    title: str
    messages: tuple[Message, ...]

    @property
    def history(self) -> tuple[Turn, ...]:
        """The turns that the next question looks back on."""
        return tuple(turn_of(message.answer) for message in self.messages)


class _State(TypedDict, total=False):
    title: str
    entries: Annotated[list[str], operator.add]


class Conversations:
    """The conversations of one home, or those of one `owner` in it; safe to share between threads."""

    def __init__(self, home: Home, owner: str = "") -> None:
        self._home = home
        self._owner = owner
        self._path = home.folder / FILE
        self._opening = threading.Lock()
        self._opened: Any = None

    def create(self) -> str:
        """Return the id of a new conversation, which is kept from its first message on."""
        return uuid.uuid4().hex

    def add(self, conversation_id: str, answer: Answer) -> Message:
        """Add a question with its answer; the first gives the conversation its title.

        Raises:
            HomeUnusable: the database is damaged, or can't be written.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        entry = json.dumps({"asked_at": now.isoformat(), "answer": asdict(answer)})
        with self._explained(), self._writing():
            earlier = self._values(conversation_id)
            title = earlier.get("title") or shorten(answer.question)
            started = datetime.fromisoformat(json.loads([*earlier.get("entries", ()), entry][0])["asked_at"])
            turns = len(earlier.get("entries", ())) + 1
            self._write(Summary(conversation_id, title, started, now, turns), {"entries": [entry]})
        return Message(now, answer)

    def summaries(self) -> tuple[Summary, ...]:
        """Return all conversations, the last changed first.

        Raises:
            HomeUnusable: the database is damaged.
        """
        return tuple(sorted(self._find(_OF_OWNER, self._owner), key=lambda one: one.changed, reverse=True))

    def load(self, conversation_id: str) -> Conversation:
        """Return a conversation with its messages, their answers and citations as they were given.

        Raises:
            UnknownConversation: there is none with that id.
            HomeUnusable: the database is damaged.
        """
        self._summary_of(conversation_id)
        with self._explained():
            values = self._values(conversation_id)
            entries = [json.loads(entry) for entry in values["entries"]]
            messages = tuple(
                Message(datetime.fromisoformat(entry["asked_at"]), answer_of(entry["answer"])) for entry in entries
            )
            return Conversation(conversation_id, values["title"], messages)

    def history(self, conversation_id: str) -> tuple[Turn, ...]:
        """Return the turns that the next question looks back on; none for a conversation that has no message yet."""
        known = self._find(_OF_THREAD, conversation_id)
        return self.load(conversation_id).history if known else ()

    def quotes_from(self, letter_ids: Collection[str]) -> dict[str, list[str]]:
        """Return what the answers of all owners quote from some letters, by paragraph, once for each citation.

        Raises:
            HomeUnusable: the database is damaged.
        """
        quotes: dict[str, list[str]] = {}
        for thread in sorted({thread for letter_id in letter_ids for thread in self._citing(letter_id)}):
            with self._explained():
                answers = [answer_of(json.loads(entry)["answer"]) for entry in self._values(thread)["entries"]]
            for citation in (citation for answer in answers for citation in answer.citations):
                if citation.letter in letter_ids:
                    quotes.setdefault(citation.paragraph_id, []).append(citation.quote)
        return quotes

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title.

        Raises:
            UnknownConversation: there is none with that id.
            UserError: the title is empty.
        """
        if not (short := shorten(title)):
            raise UserError("the title is empty: give the conversation a name")
        with self._explained(), self._writing():
            old = self._summary_of(conversation_id)
            self._write(Summary(old.id, short, old.started, old.changed, old.turns), {})

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation for good.

        Raises:
            UnknownConversation: there is none with that id.
        """
        with self._explained(), self._writing():
            self._summary_of(conversation_id)
            self._saver.delete_thread(conversation_id)

    def export(self, conversation_id: str) -> dict[str, Any]:
        """Return a conversation as JSON, its messages holding answers as `ask --json` prints them.

        Raises:
            UnknownConversation: there is none with that id.
        """
        conversation = self.load(conversation_id)
        messages = [
            {"asked_at": message.asked_at.isoformat(), "answer": asdict(message.answer)}
            for message in conversation.messages
        ]
        return {"id": conversation.id, "title": conversation.title, "messages": messages}

    def close(self) -> None:
        """Let go of the database."""
        with self._opening:
            if self._opened is not None:
                self._opened.conn.close()

    @property
    def _saver(self) -> Any:
        from langgraph.checkpoint.sqlite import SqliteSaver

        with self._opening:
            if self._opened is None:
                connection = sqlite3.connect(self._path, timeout=_LONGEST_WAIT_S, check_same_thread=False)
                self._opened = SqliteSaver(connection)
            return self._opened

    @cached_property
    def _graph(self) -> Any:
        """A graph without any work to do: it appends what it is given, and its checkpoints are the conversation."""
        stay_offline()
        from langgraph.graph import END, START, StateGraph

        graph = StateGraph(_State)
        graph.add_node("keep", lambda _: {})
        graph.add_edge(START, "keep")
        graph.add_edge("keep", END)
        return graph.compile(checkpointer=self._saver)

    def _values(self, conversation_id: str) -> dict[str, Any]:
        values: dict[str, Any] = self._graph.get_state({"configurable": {"thread_id": conversation_id}}).values
        return values

    def _write(self, summary: Summary, values: dict[str, Any]) -> None:
        """Append the values, and drop the checkpoints before, each of which held the whole conversation."""
        noted = {
            "owner": self._owner,
            "title": summary.title,
            "started": summary.started.isoformat(),
            "changed": summary.changed.isoformat(),
            "turns": summary.turns,
        }
        config = {"configurable": {"thread_id": summary.id}, "metadata": noted}
        # by name, not by order: ids follow the clock, which may have been set back since
        with self._saver.cursor(transaction=False) as cursor:
            older = cursor.execute(_OLDER, (summary.id,)).fetchall()
        self._graph.invoke({**values, "title": summary.title}, config, durability="exit")
        with self._saver.cursor() as cursor:
            for table in ("writes", "checkpoints"):
                cursor.executemany(f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id = ?", older)  # noqa: S608

    def _find(self, statement: str, wanted: str) -> list[Summary]:
        """Return the owner's conversations among those that a statement finds."""
        if not self._path.exists():
            return []
        with self._explained(), self._saver.cursor(transaction=False) as cursor:
            rows = [(str(thread), json.loads(metadata)) for thread, _, metadata in cursor.execute(statement, (wanted,))]
            return [_summary(thread, noted) for thread, noted in rows if noted["owner"] == self._owner]

    def _citing(self, letter_id: str) -> list[str]:
        """Return the conversations, whosever they are, that have the letter's id somewhere in them."""
        if not self._path.exists():
            return []
        with self._explained(), self._saver.cursor(transaction=False) as cursor:
            return [str(thread) for (thread,) in cursor.execute(_CITING, (letter_id,))]

    def _summary_of(self, conversation_id: str) -> Summary:
        for one in self._find(_OF_THREAD, conversation_id):
            return one
        raise UnknownConversation(f"there is no conversation {conversation_id!r}; it may have been deleted")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the only right to write: a message is added to what was read before it."""
        self._home.create()
        with self._home.explained(), FileLock(self._home.folder / _LOCK, timeout=_LONGEST_WAIT_S):
            yield

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what goes wrong with the database into one error that says what to do."""
        try:
            yield
        except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError) as error:
            raise HomeUnusable(
                f"the conversations in {self._path} can't be used ({error}): they may be damaged, or the disk full; "
                "move that file elsewhere to begin anew, the letters stay as they are"
            ) from error


def shorten(title: str) -> str:
    """Return a title on one line, cut at a word where it is too long."""
    line = " ".join(title.split())
    if len(line) <= LONGEST_TITLE:
        return line
    return line[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"


def _summary(thread: str, noted: dict[str, Any]) -> Summary:
    started, changed = (datetime.fromisoformat(noted[key]) for key in ("started", "changed"))
    return Summary(thread, noted["title"], started, changed, int(noted["turns"]))
