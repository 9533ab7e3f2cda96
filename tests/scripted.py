"""Chat models that say what a test wrote, and a small letter for them to talk about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from pydantic import PrivateAttr

from assistant.llm import ChatModel
from assistant.retrieve import Candidate
from ingest.letter import Letter, Paragraph, Section

DUTCH = ("Nederland draagt met 270 militairen bij aan de aanwezigheid in Litouwen.", "De norm is 2 procent.")
ENGLISH = ("The Netherlands contributes 270 troops to the presence in Lithuania.", "The norm is two per cent.")


class Script(GenericFakeChatModel):
    """Replies with the next of its lines, and remembers what it was sent."""

    _seen: list[Any] = PrivateAttr(default_factory=list)

    @property
    def seen(self) -> list[Any]:
        """The messages of each call."""
        return self._seen

    def _generate(self, messages: Any, *arguments: Any, **keywords: Any) -> Any:
        self._seen.append(messages)
        return super()._generate(messages, *arguments, **keywords)


def scripted(*replies: str) -> tuple[ChatModel, Script]:
    """Return a model that gives these replies, then none, and the script itself."""
    script = Script(messages=iter([*map(AIMessage, replies), *[AIMessage("")] * 50]))
    return ChatModel("scripted:test", script, 60), script


def reply(*sentences: tuple[str, Sequence[int], Sequence[str]]) -> str:
    """Return a reply of the form that is asked for."""
    entries = [
        {"sentence": text, "paragraphs": list(paragraphs), "words": list(words)}
        for text, paragraphs, words in sentences
    ]
    return json.dumps({"sentences": entries}, ensure_ascii=False)


def candidate(*, dutch: Sequence[str] = DUTCH, english: Sequence[str] = ENGLISH) -> Candidate:
    """Return the one paragraph of a small letter as if it had been found."""
    text = " ".join(dutch)
    starts = [text.index(sentence) for sentence in dutch]
    spans = tuple((start, start + len(sentence)) for start, sentence in zip(starts, dutch, strict=True))
    paragraph = Paragraph("brief/inleiding/1", 1, "prose", text, None, spans, tuple(english))
    section = Section("", 1, (paragraph,))
    letter = Letter("brief", "Brief", date(2018, 4, 26), "", "", (), (), (section,), ())
    nothing = np.zeros(1, np.float32)
    return Candidate(letter, section, paragraph, 0.0, 0.0, nothing, (nothing,) * len(dutch), frozenset())
