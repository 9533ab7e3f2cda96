"""How much a language model has room for, and what its server says of it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

# Below so many parameters a model copies badly and is slow on a processor; below so many tokens little fits.
_SMALL_PARAMETERS, _SMALL_CONTEXT = 1_500_000_000, 4_096
# Instructions, question and answer, in tokens, and the characters that a token of Dutch holds at least.
_BESIDE_MATERIAL, _CHARACTERS_A_TOKEN = 1_700, 2
_LONGEST_WAIT_S, _LONGEST_REPLY = 3, 1_000_000


@dataclass(frozen=True, slots=True)
class Room:
    """What a model is shown, and what it may say: paragraphs and sentences, and the characters of each.

    A `small` model copies no quotations: it names sentences of the letter by their numbers.
    """

    paragraphs: int = 5
    material: int = 12_000
    sentences: int = 4
    sentence: int = 400
    small: bool = False


LARGE = Room()
SMALL = Room(paragraphs=2, material=1_200, sentences=1, sentence=320, small=True)


def room_of(parameters: int | None, context: int | None) -> Room:
    """Return the room of a model of so many parameters and tokens of context, either of which may be unknown."""
    if (parameters or _SMALL_PARAMETERS) < _SMALL_PARAMETERS or (context or _SMALL_CONTEXT) < _SMALL_CONTEXT:
        return SMALL
    if context is None:
        return LARGE
    fits = (context - _BESIDE_MATERIAL) * _CHARACTERS_A_TOKEN
    return Room(material=min(LARGE.material, fits))


def ask_room(address: str, model: str, key: str | None) -> Room:
    """Ask a server, of which llama.cpp's and vLLM tell, for the room of a model; `LARGE` where it doesn't say."""
    about: Mapping[str, Any] = {}
    # what can't be asked is not known: the model itself will say what is wrong with its server
    with suppress(OSError, ValueError, HTTPException):
        request = urllib.request.Request(f"{address.rstrip('/')}/models")  # noqa: S310
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        with urllib.request.urlopen(request, timeout=_LONGEST_WAIT_S) as reply:  # noqa: S310
            about = _about(json.loads(reply.read(_LONGEST_REPLY)), model)
    return room_of(_count(about, "n_params"), _count(about, "n_ctx", "max_model_len", "n_ctx_train"))


def _about(reply: Any, model: str) -> Mapping[str, Any]:
    listed = reply.get("data") if isinstance(reply, dict) else None
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    named = [entry for entry in entries if entry.get("id") == model] or (entries if len(entries) == 1 else [])
    if not named:
        return {}
    meta = named[0].get("meta")
    return {**named[0], **(meta if isinstance(meta, dict) else {})}


def _count(about: Mapping[str, Any], *names: str) -> int | None:
    values = (about.get(name) for name in names)
    return next((value for value in values if isinstance(value, int) and value > 0), None)
