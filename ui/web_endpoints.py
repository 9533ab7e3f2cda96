"""What programs may ask of the server, by name: the same answers as the command line gives."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from typing import Any, Literal

import gradio

from assistant.dialogue import Answer, Turn
from assistant.pipeline import Assistant
from assistant.scope import SCOPE_FILTERS, Scope
from ui.export import MIME_TYPES, write_pack
from ui.library import Library
from ui.limits import RateLimit
from ui.records import letter_record, structure_record
from ui.visitor import explained, spend
from ui.web_records import (
    hide_reasons,
    page_answer,
    page_hit,
    page_overview,
    read_chosen,
    read_history,
    read_kind,
    read_language,
    read_letters,
    read_question,
    read_scopes,
)

RANKED = 8
_LOG = logging.getLogger(__name__)


def told(answer: Answer) -> Answer:
    """Return an answer as visitors get it; why a language model failed is logged."""
    shown, reason = hide_reasons(answer)
    if reason:
        _LOG.warning("an answer was not worded: %s", reason)
    return shown


class Blocks(gradio.Blocks):
    """Gradio's blocks, taking calls without the last arguments: who wrote them before those came is still answered."""

    async def process_api(self, block_fn: Any, inputs: list[Any], *arguments: Any, **keywords: Any) -> dict[str, Any]:
        """Answer a call."""
        wanted = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        given = [*inputs, *[None] * (len(wanted.inputs) - len(inputs))]
        answer: dict[str, Any] = await super().process_api(block_fn, given, *arguments, **keywords)
        return answer


class Endpoints:
    """The named endpoints; they hold nothing of anybody, and every argument is checked."""

    def __init__(self, library: Library, limit: RateLimit) -> None:
        self._library, self._limit = library, limit

    def ask(
        self,
        question: str,
        request: gradio.Request,
        history: list[dict[str, Any]] | None = None,
        letters: list[str] | None = None,
        model: str | None = None,
        date_from: str = "",
        date_to: str = "",
        ministry: str = "",
        dossier: str = "",
    ) -> Iterator[dict[str, Any]]:
        """Answer a question over letters to parliament with verbatim quotations, or say that they are silent.

        Args:
            question: The question, in Dutch or English.
            history: Earlier turns of the conversation, oldest first, such as {"question": "…", "paragraph_ids": []}.
            letters: Ids of the letters to ask; all when there are none.
            model: Who words the answer, of those that this server offers; its own choice where none is named.
            date_from: Only letters from this day, month or year on, such as 2018-04-26, 2018-04 or 2018.
            date_to: Only letters up to this day, month or year, which counts as well.
            ministry: Only letters of this ministry, by its name or abbreviation, such as OCW.
            dossier: Only letters of this dossier, such as 29665 or 36200-XII.

        Returns:
            {"partial": text} as it grows, and at last the answer as `kamervraag ask --json` prints it.
        """
        with explained():
            spend(self._limit, request)
            assistant = self._library.shared_by(self._library.models.read(model))
            known, text = assistant.letters, ""
            turns = read_history(history or [], known)
            chosen = _read_filters(assistant, letters, date_from, date_to, ministry, dossier)
            for piece in assistant.stream(read_question(question), turns, letters=chosen):
                if isinstance(piece, Answer):
                    yield page_answer(told(piece), known)
                else:
                    text += piece
                    yield {"partial": text}

    def why(
        self,
        question: str,
        request: gradio.Request,
        letters: list[str] | None = None,
        date_from: str = "",
        date_to: str = "",
        ministry: str = "",
        dossier: str = "",
    ) -> list[dict[str, Any]]:
        """Return the paragraphs nearest to a stand-alone question, best first.

        Args:
            question: The question, in Dutch or English.
            letters: Ids of the letters to search; all when there are none.
            date_from: Only letters from this day, month or year on, such as 2018-04-26, 2018-04 or 2018.
            date_to: Only letters up to this day, month or year, which counts as well.
            ministry: Only letters of this ministry, by its name or abbreviation, such as OCW.
            dossier: Only letters of this dossier, such as 29665 or 36200-XII.
        """
        with explained():
            spend(self._limit, request)
            assistant = self._library.shared
            chosen = _read_filters(assistant, letters, date_from, date_to, ministry, dossier)
            return [page_hit(hit) for hit in assistant.search(read_question(question), RANKED, letters=chosen)]

    def mentions(
        self,
        topic: str,
        request: gradio.Request,
        letters: list[str] | None = None,
        date_from: str = "",
        date_to: str = "",
        ministry: str = "",
        dossier: str = "",
    ) -> dict[str, Any]:
        """Return which letters mention a topic: in how many paragraphs each, and the best of these.

        Args:
            topic: A word or a few, in Dutch or English; all of them have to be mentioned.
            letters: Ids of the letters to search; all when there are none.
            date_from: Only letters from this day, month or year on, such as 2018-04-26, 2018-04 or 2018.
            date_to: Only letters up to this day, month or year, which counts as well.
            ministry: Only letters of this ministry, by its name or abbreviation, such as OCW.
            dossier: Only letters of this dossier, such as 29665 or 36200-XII.
        """
        with explained():
            spend(self._limit, request)
            assistant = self._library.shared
            chosen = _read_filters(assistant, letters, date_from, date_to, ministry, dossier)
            return page_overview(assistant.mentions(read_question(topic), RANKED, letters=chosen))

    def letters(self) -> list[dict[str, Any]]:
        """List the letters that can be asked, as `kamervraag letters --json` prints them."""
        return [letter_record(letter) for letter in self._library.shared.letters.values()]

    def letter(self, letter_id: str) -> dict[str, Any]:
        """Return a letter with its whole structure, as `kamervraag show --json` prints it.

        Args:
            letter_id: The letter's id, from the list of letters.
        """
        with explained():
            known = self._library.shared.letters
            (wanted,) = read_letters([letter_id], known)
            return structure_record(known[wanted])

    def export(
        self,
        turns: list[dict[str, Any]],
        request: gradio.Request,
        language: Literal["nl", "en"] = "nl",
        kind: Literal["md", "docx", "json"] = "md",
        model: str | None = None,
    ) -> dict[str, str]:
        """Ask questions in their order, and return the evidence of all answers as a file in base64.

        Args:
            turns: The questions, such as {"question": "…", "letters": [], "date_from": "2018"}.
            language: The language of the file's headings.
            kind: Markdown, Word or JSON.
            model: Who words the answers, of those that this server offers; its own choice where none is named.
        """
        with explained():
            spend(self._limit, request)
            assistant = self._library.shared_by(self._library.models.read(model))
            known = assistant.letters
            wanted, file_kind = read_language(language), read_kind(kind)
            answers: list[Answer] = []
            history: list[Turn] = []
            asked: set[str] = set()
            for turn, chosen in zip(read_history(turns, known), read_scopes(turns, assistant.cards), strict=True):
                answers.append(told(assistant.ask(turn.question, history, letters=chosen)))
                history.append(Turn(turn.question, tuple(one.paragraph_id for one in answers[-1].citations)))
                asked.update(assistant.select(chosen).letters or known)
            content = write_pack(
                answers,
                {one: known[one] for one in known if one in asked},
                assistant.embedder.identity,
                wanted,
                file_kind,
            )
            return {"type": MIME_TYPES[file_kind], "content": base64.b64encode(content).decode("ascii")}


def _read_filters(
    assistant: Assistant, letters: object, date_from: object, date_to: object, ministry: object, dossier: object
) -> Scope:
    filters = dict(zip(SCOPE_FILTERS, (date_from, date_to, ministry, dossier), strict=True))
    return read_chosen({"letters": letters, **filters}, assistant.cards)
