"""A conversation in the terminal: questions and follow-ups, and commands that begin with a slash.

The state is one frozen `Session`; every command takes it and returns the next. A conversation is kept from its first
answer on, and comes back with `kamervraag chat --resume`.
"""

from __future__ import annotations

import locale
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.attribute import name_each
from assistant.conversations import Conversations, Summary
from assistant.dialogue import Answer, turn_of
from assistant.scope import EVERYTHING, Scope, read_scope
from ingest.errors import UserError, unknown_letter
from ingest.letter import Language
from ui.chat_texts import CHAT, HELP
from ui.export import MIME_TYPES, write_pack_file
from ui.terminal import print_answer, print_paragraph, print_sources, say

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

_HISTORY_FILE = "chat-history"
_MOST_NAMED = 3
_FILTERS = (
    ("date_from", "vanaf", "from"),
    ("date_to", "tot", "to"),
    ("ministry", "ministerie", "ministry"),
    ("dossier", "dossier", "dossier"),
)
_NARROWED_BY = re.compile(
    r"(?:--|\b)(vanaf|from|tot|to|ministerie|ministry|dossier)\b(?: (?:van|of|en met)\b)?", re.IGNORECASE
)
Lines = Iterator[str]


@dataclass(frozen=True, slots=True)
class Session:
    """Where a conversation stands: its answers so far, and how the next question is asked.

    `speaks` is the language that the program itself uses; `language` None answers in the question's own.
    """

    id: str
    speaks: Language
    answers: tuple[Answer, ...] = ()
    language: Language | None = None
    scope: Scope = EVERYTHING
    ended: bool = False

    @property
    def last(self) -> Answer | None:
        """The last answer, if anything was asked."""
        return self.answers[-1] if self.answers else None


def run_chat(
    assistant: Assistant,
    kept: Conversations,
    home: Path,
    *,
    language: Language | None = None,
    scope: Scope = EVERYTHING,
    resume: str | None = None,
) -> None:
    """Talk until the input ends; `resume` goes on with a kept conversation, by its number in the list or its id.

    Raises:
        UserError: the letter or the conversation is unknown, or no letter is within the scope.
    """
    chat = Chat(assistant, kept)
    session = Session(kept.create(), language or _system_language(), language=language)
    session = chat.narrow(session, scope) if scope != EVERYTHING else session
    if resume:
        session = chat.resume(session, resume)
    else:
        say(CHAT[session.speaks]["welcome"].format(letters=chat.asked(session)))
    lines = _typed_lines(home, session.speaks) if sys.stdin.isatty() else iter(sys.stdin.readline, "")
    for line in lines:
        session = chat.take(session, line.strip())
        if session.ended:
            return


class Chat:
    """What each line that a user types does to the session."""

    def __init__(self, assistant: Assistant, kept: Conversations) -> None:
        self._assistant = assistant
        self._kept = kept
        self._commands: dict[str, Callable[[Session, str], Session]] = {
            "/sources": self._sources,
            "/open": self._open,
            "/letter": self.choose_letters,
            "/letters": self._letters,
            "/language": self._language,
            "/save": self._save,
            "/list": self._list,
            "/resume": self.resume,
            "/new": self._new,
            "/rename": self._rename,
            "/delete": self._delete,
            "/help": self._help,
            "/quit": lambda session, _: replace(session, ended=True),
        }

    def take(self, session: Session, line: str) -> Session:
        """Answer a question or carry out a command; an error is told, and the conversation goes on."""
        words = CHAT[session.speaks]
        try:
            if not line:
                return session
            if not line.startswith("/"):
                return self._ask(session, line)
            name, _, rest = line.partition(" ")
            command = self._commands.get(name)
            if command is None:
                say(words["unknown"].format(command=name))
                return session
            return command(session, rest.strip())
        except KeyboardInterrupt:
            say(words["stopped"])
        except UserError as error:
            say(str(error))
        return session

    def asked(self, session: Session) -> str:
        """Return the names of the letters that the next question goes to, or how many there are."""
        cards, words = self._assistant.cards, CHAT[session.speaks]
        chosen = self._assistant.select(session.scope).letters
        if not chosen and len(cards) > 1:
            return words["all_letters"]
        if len(chosen) > _MOST_NAMED:
            return words["some_letters"].format(count=len(chosen))
        return ", ".join(name_each([cards[letter_id] for letter_id in chosen or cards], session.speaks).values())

    def resume(self, session: Session, which: str) -> Session:
        """Go on with a kept conversation, by its number in the list or its id."""
        chosen = self._chosen(session, which)
        conversation = self._kept.load(chosen.id)
        words = CHAT[session.speaks]
        say(words["resumed"].format(title=conversation.title, turns=_turns(words, len(conversation.messages))))
        answers = tuple(message.answer for message in conversation.messages)
        say(words["question"].format(question=answers[-1].question))
        print_answer(answers[-1])
        return replace(session, id=conversation.id, answers=answers)

    def choose_letters(self, session: Session, names: str) -> Session:
        """Ask only these letters from now on, or all."""
        chosen = Scope(() if names == "all" else tuple(names.split()))
        return self.narrow(session, chosen if names else session.scope)

    def narrow(self, session: Session, scope: Scope) -> Session:
        """Ask only the letters within a scope from now on, and say which these are.

        Raises:
            UserError: there is none, or a letter is unknown.
        """
        left_out = self._assistant.select(scope).undated
        after, words = replace(session, scope=scope), CHAT[session.speaks]
        say(words["asked"].format(letters=self.asked(after)))
        if left_out:
            say(words["undated"].format(letters=", ".join(left_out)))
        return after

    def _letters(self, session: Session, wanted: str) -> Session:
        """List the letters that are asked, first narrowed by such as "from 2018 to 2020 ministry OCW dossier 29665"."""
        if wanted:
            before, *parts = _NARROWED_BY.split(wanted)
            values = {name.lower(): value.strip() for name, value in zip(parts[::2], parts[1::2], strict=True)}
            if before.strip() or not all(values.values()):
                raise UserError(CHAT[session.speaks]["which_letters"])
            found = {field: values.get(dutch) or values.get(english, "") for field, dutch, english in _FILTERS}
            session = self.narrow(session, read_scope(**found))
        for letter_id in self._assistant.select(session.scope).letters or self._assistant.cards:
            card = self._assistant.cards[letter_id]
            say(f"  {letter_id}  {card.date or '-'}  {card.title}")
        return session

    def _ask(self, session: Session, question: str) -> Session:
        history = [turn_of(answer) for answer in session.answers]
        answer = self._assistant.ask(question, history, language=session.language, letters=session.scope)
        self._kept.add(session.id, answer)
        print_answer(answer)
        return replace(session, answers=(*session.answers, answer), speaks=answer.language)

    def _sources(self, session: Session, _: str) -> Session:
        words = CHAT[session.speaks]
        if session.last is None:
            say(words["nothing_asked"])
        elif not session.last.shown:
            say(words["no_sources"])
        else:
            print_sources(session.last)
        return session

    def _open(self, session: Session, number: str) -> Session:
        words = CHAT[session.speaks]
        shown = session.last.shown if session.last else ()
        if not shown:
            say(words["no_sources" if session.last else "nothing_asked"])
            return session
        citation = next((one for one in shown if str(one.n) == (number or "1")), None)
        if citation is None:
            numbers = ", ".join(str(one.n) for one in shown)
            say(words["no_source"].format(number=number, numbers=numbers))
        elif citation.letter not in self._assistant.letters:
            raise unknown_letter(citation.letter, self._assistant.letters)
        else:
            print_paragraph(self._assistant.letters[citation.letter], citation)
        return session

    def _language(self, session: Session, name: str) -> Session:
        if name == "auto":
            say(CHAT[session.speaks]["answers_as_asked"])
            return replace(session, language=None)
        language: Language | None = "nl" if name == "nl" else "en" if name == "en" else None
        if language is None:
            say(CHAT[session.speaks]["which_language"])
            return session
        say(CHAT[language]["answers_in"].format(language=CHAT[language][language]))
        return replace(session, language=language, speaks=language)

    def _save(self, session: Session, name: str) -> Session:
        words = CHAT[session.speaks]
        if not session.answers:
            say(words["nothing_asked"])
        elif Path(name).suffix[1:].lower() not in MIME_TYPES:
            say(words["save_where"])
        else:
            cited = {one.letter for answer in session.answers for one in (*answer.citations, *answer.nearest)}
            known = self._assistant.letters
            letters = {letter_id: known[letter_id] for letter_id in known if letter_id in cited}
            identity = self._assistant.embedder.identity
            write_pack_file(Path(name).expanduser(), session.answers, letters, identity, session.speaks)
            say(words["saved"].format(path=name))
        return session

    def _list(self, session: Session, _: str) -> Session:
        words, summaries = CHAT[session.speaks], self._kept.summaries()
        if not summaries:
            say(words["no_conversations"])
        for number, one in enumerate(summaries, 1):
            here = "*" if one.id == session.id else " "
            day = one.changed.astimezone().strftime("%Y-%m-%d %H:%M")
            say(f"{here}{number:3}  {day}  {one.title} ({_turns(words, one.turns)})")
        return session

    def _new(self, session: Session, _: str) -> Session:
        say(CHAT[session.speaks]["new"])
        return replace(session, id=self._kept.create(), answers=())

    def _rename(self, session: Session, title: str) -> Session:
        words = CHAT[session.speaks]
        if not session.answers:
            say(words["nothing_asked"])
            return session
        self._kept.rename(session.id, title)
        say(words["renamed"].format(title=self._kept.load(session.id).title))
        return session

    def _delete(self, session: Session, which: str) -> Session:
        if not which and not session.answers:
            say(CHAT[session.speaks]["nothing_asked"])
            return session
        gone = self._chosen(session, which or session.id)
        self._kept.delete(gone.id)
        say(CHAT[session.speaks]["deleted"].format(title=gone.title))
        return replace(session, id=self._kept.create(), answers=()) if gone.id == session.id else session

    def _help(self, session: Session, _: str) -> Session:
        for command, meaning in HELP[session.speaks].items():
            say(f"  {command:24}{meaning}")
        return session

    def _chosen(self, session: Session, which: str) -> Summary:
        summaries = self._kept.summaries()
        numbered = {str(number): one for number, one in enumerate(summaries, 1)}
        found = numbered.get(which) or next((one for one in summaries if one.id == which), None)
        if found is None:
            raise UserError(CHAT[session.speaks]["which"])
        return found


def _turns(words: dict[str, str], count: int) -> str:
    return words["turns_one"] if count == 1 else words["turns"].format(count=count)


def _typed_lines(home: Path, speaks: Language) -> Lines:
    """Yield what is typed, with history, until Ctrl-D; Ctrl-C drops the line."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _(event: Any) -> None:
        event.current_buffer.insert_text("\n")

    commands = [command.split()[0] for command in HELP[speaks] if command]
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(home / _HISTORY_FILE)),
        completer=WordCompleter(commands, sentence=True),
        key_bindings=keys,
    )
    while True:
        try:
            yield session.prompt(CHAT[speaks]["prompt"])
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _system_language() -> Language:
    """Return the language of the user's system where we speak it, else English."""
    return "nl" if (locale.getlocale()[0] or "").lower().startswith(("nl", "dutch")) else "en"
