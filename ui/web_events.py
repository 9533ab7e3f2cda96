"""What the page asks of the server for its visitor; every function is public and trusts nothing it is sent."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import gradio

from assistant.conversations import LONGEST_TITLE, Conversation, Conversations
from assistant.dialogue import Answer, Turn
from ingest.errors import UnknownConversation, UserError
from ingest.home import Home
from ingest.letter import Letter
from ui.export import MIME_TYPES, write_pack
from ui.feedback import feedback_case, keep_feedback
from ui.library import Library
from ui.limits import RateLimit
from ui.reader import render_letter
from ui.visitor import explained, owner_of, spend
from ui.web_endpoints import RANKED
from ui.web_records import (
    LONGEST_REASON,
    page_answer,
    page_conversation,
    page_hit,
    page_letter,
    page_preview,
    page_selection,
    read_chosen,
    read_conversation,
    read_kind,
    read_language,
    read_letters,
    read_line,
    read_question,
    read_upload,
)

_LOG = logging.getLogger(__name__)
_LONGEST_STANDALONE = 4_000


class PageEvents:
    """The events of the page; `visitor` is the token that a browser made up for itself."""

    def __init__(self, library: Library, home: Home, limit: RateLimit) -> None:
        self._library, self._home, self._limit = library, home, limit

    def page_begin(self, conversation: str, visitor: str, request: gradio.Request) -> dict[str, Any]:
        """Return all letters that the visitor may ask, and the conversation that was open, if it is still there."""
        with explained():
            owner = owner_of(request, visitor)
            with self._library.open(owner) as assistant, self._kept(owner) as kept:
                own = self._library.own_ids(owner)
                letters = sorted(assistant.letters.values(), key=lambda letter: (not letter.bundled, letter.id))
                records = [{**page_letter(letter), "own": letter.id in own} for letter in letters]
                try:
                    found = page_conversation(kept.load(read_conversation(conversation)), assistant.letters)
                except UnknownConversation:
                    found = []
                return {"letters": records, "answers": found}

    def page_ask(
        self,
        question: str,
        conversation: str,
        letters: list[str] | dict[str, Any],
        visitor: str,
        request: gradio.Request,
    ) -> Iterator[dict[str, Any]]:
        """Yield an answer as it grows, and at last whole, with the conversation that it is kept in."""
        with explained():
            spend(self._limit, request)
            owner = owner_of(request, visitor)
            with self._library.open(owner) as assistant, self._kept(owner) as kept:
                current, history = _resume(kept, read_conversation(conversation))
                chosen, text = read_chosen(letters, assistant.cards), ""
                for piece in assistant.stream(read_question(question), history, letters=chosen):
                    if isinstance(piece, Answer):
                        where = {"conversation": current, "message": _keep(kept, current, piece, len(history))}
                        yield {**page_answer(piece, assistant.letters), **where}
                    else:
                        text += piece
                        yield {"partial": text}

    def page_why(
        self, question: str, letters: list[str] | dict[str, Any], visitor: str, request: gradio.Request
    ) -> list[dict[str, Any]]:
        """Return the paragraphs nearest to a stand-alone question, best first."""
        with explained():
            spend(self._limit, request)
            # one that was made to stand alone may be longer than one that is asked
            asked = read_line(question, _LONGEST_STANDALONE)
            with self._library.open(owner_of(request, visitor)) as assistant:
                chosen = read_chosen(letters, assistant.cards)
                return [page_hit(hit) for hit in assistant.search(asked, RANKED, letters=chosen)]

    def page_filter(self, filters: dict[str, Any], visitor: str, request: gradio.Request) -> dict[str, Any]:
        """Return which letters fit, and the ministries and dossiers by which they can be told apart."""
        with explained(), self._library.open(owner_of(request, visitor)) as assistant:
            return page_selection(assistant.cards, filters)

    def page_letter(self, letter_id: str, visitor: str, request: gradio.Request) -> str:
        """Return a letter typeset as HTML."""
        with explained(), self._library.open(owner_of(request, visitor)) as assistant:
            (known,) = read_letters([letter_id], assistant.letters)
            return render_letter(assistant.letters[known])

    def page_conversations(self, visitor: str, request: gradio.Request) -> list[dict[str, Any]]:
        """List the visitor's conversations, the last changed first."""
        with explained(), self._kept(owner_of(request, visitor)) as kept:
            return [
                {"id": one.id, "title": one.title, "changed": one.changed.isoformat(), "turns": one.turns}
                for one in kept.summaries()
            ]

    def page_rename(self, conversation: str, title: str, visitor: str, request: gradio.Request) -> bool:
        """Give a conversation another title."""
        with explained(), self._kept(owner_of(request, visitor)) as kept:
            kept.rename(read_conversation(conversation), read_line(title, LONGEST_TITLE))
            return True

    def page_delete(self, conversation: str, visitor: str, request: gradio.Request) -> bool:
        """Delete a conversation for good."""
        with explained(), self._kept(owner_of(request, visitor)) as kept:
            kept.delete(read_conversation(conversation))
            return True

    def page_export(
        self, conversation: str, language: str, kind: str, visitor: str, request: gradio.Request
    ) -> dict[str, str]:
        """Return a conversation with its evidence as a file, in base64."""
        with explained():
            owner = owner_of(request, visitor)
            wanted, file_kind = read_language(language), read_kind(kind)
            with self._library.open(owner) as assistant, self._kept(owner) as kept:
                found = kept.load(read_conversation(conversation))
                answers = [message.answer for message in found.messages]
                content = write_pack(
                    answers, _letters_of(found, assistant.letters), assistant.embedder.identity, wanted, file_kind
                )
            return {"type": MIME_TYPES[file_kind], "content": base64.b64encode(content).decode("ascii")}

    def page_feedback(
        self, conversation: str, message: int, right: bool, reason: str, visitor: str, request: gradio.Request
    ) -> bool:
        """Keep what the visitor thinks of one of their answers; not where it shows a letter of their own."""
        with explained():
            spend(self._limit, request)
            owner = owner_of(request, visitor)
            said = read_line(reason, LONGEST_REASON)
            with self._kept(owner) as kept:
                messages = kept.load(read_conversation(conversation)).messages
            if not isinstance(message, int) or not 0 <= message < len(messages):
                raise UserError("the conversation has no such message")
            answer = messages[message].answer
            if {one.letter for one in answer.citations} & set(self._library.own_ids(owner)):
                raise UserError("what is said of letters of your own is not kept, since they are yours alone")
            earlier = [one.answer.question for one in messages[:message]]
            keep_feedback(self._home, feedback_case(answer, earlier, right=right is True, reason=said))
            return True

    def page_read(self, name: str, content: str, visitor: str, request: gradio.Request) -> dict[str, Any]:
        """Return a file, sent in base64, as the letter it would become; nothing is kept of it."""
        with explained():
            spend(self._limit, request)
            owner_of(request, visitor)
            return page_preview(self._library.read(*read_upload(name, content)))

    def page_add(self, name: str, content: str, visitor: str, request: gradio.Request) -> str:
        """Add a file, sent in base64, to the visitor's letters; returns the letter's id."""
        with explained():
            spend(self._limit, request)
            return self._library.add(owner_of(request, visitor), *read_upload(name, content)).id

    def page_remove(self, letter_id: str, visitor: str, request: gradio.Request) -> bool:
        """Remove one of the visitor's own letters."""
        with explained():
            self._library.remove(owner_of(request, visitor), letter_id)
            return True

    @contextmanager
    def _kept(self, owner: str) -> Iterator[Conversations]:
        with closing(Conversations(self._home, owner)) as kept:
            yield kept


def _resume(kept: Conversations, conversation_id: str) -> tuple[str, tuple[Turn, ...]]:
    """Return a conversation's id and turns to go on with; those of a new one where it is not there."""
    try:
        return conversation_id, kept.load(conversation_id).history
    except UnknownConversation:
        return kept.create(), ()


def _keep(kept: Conversations, conversation_id: str, answer: Answer, number: int) -> int | None:
    """Keep an answer and return its number; it is worth showing also when it can't be kept."""
    try:
        kept.add(conversation_id, answer)
    except UserError:
        _LOG.exception("an answer could not be kept")
        return None
    return number


def _letters_of(conversation: Conversation, known: Mapping[str, Letter]) -> dict[str, Letter]:
    """Return the letters that the answers of a conversation show, as far as they are still there."""
    shown = {
        one.letter for message in conversation.messages for one in (*message.answer.citations, *message.answer.nearest)
    }
    return {letter_id: known[letter_id] for letter_id in known if letter_id in shown}
