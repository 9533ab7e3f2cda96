"""Chat models by name: the only module that knows LangChain's providers.

A model is named by who runs the command or sets the environment, never by a question. Keys come from the
environment alone, and no message or record holds one.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.room import LARGE, Room, ask_room
from ingest.errors import UserError
from ingest.offline import stay_offline

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

QUOTE = "quote"
EXTRAS = {"ollama": "langchain_ollama", "openai": "langchain_openai", "anthropic": "langchain_anthropic"}
KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
_GGUF = "gguf"
# LangChain's name for clients of servers that speak as OpenAI's does.
_OPENAI = "openai-chat"
_NAMES = "ollama:llama3.1, openai:gpt-…, anthropic:claude-…, gguf:/path/to/model.gguf or quote"
_MOST_TOKENS, _RETRIES = 700, 2
# What a server of one's own holds of letter, question and answer, in tokens.
_CONTEXT_TOKENS = 8_192
# What a server answers that does not know JSON schemas.
_UNKNOWN_TO_SERVER = frozenset({400, 404, 415, 422, 501})
_MOST_THREADS = 4
_LONGEST_REASON = 200
_SECRET = re.compile(r"(?:\b(?:sk|pk|key|token)[-_]|Bearer\s+)[^\s'\"]+|//[^/\s@]+@", re.IGNORECASE)

Messages = Sequence[tuple[str, str]]
"""Pairs of role ("system", "human", "ai") and text."""


class ModelFailed(UserError):
    """The language model gave no usable reply: it can't be reached, took too long, or broke off."""


class SchemaRefused(ModelFailed):
    """The server did not take the request for JSON; it may take one for text."""


class ChatModel:
    """A language model that can be asked for JSON or text; every failure is a `ModelFailed`."""

    def __init__(
        self, name: str, model: BaseChatModel, timeout_s: float, ask: Callable[[], Room] = lambda: LARGE
    ) -> None:
        self.name = name
        self._model = model
        self._timeout_s = timeout_s
        self._ask_room = ask

    @cached_property
    def room(self) -> Room:
        """How much it may be shown and may say; asked of its server on first use."""
        return self._ask_room()

    def stream_json(self, messages: Messages, schema: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the reply as it grows, each time as a whole; `schema` is a JSON schema with a title.

        Raises:
            SchemaRefused: the server knows no such request.
            ModelFailed: no reply, too late, or it broke off; what was yielded before is all there is.
        """
        try:
            yield from self._until_late(self._structured(schema), messages)
        except ModelFailed as error:
            if getattr(error.__cause__, "status_code", None) in _UNKNOWN_TO_SERVER:
                raise SchemaRefused(str(error)) from error
            raise

    def write(self, messages: Messages, most_tokens: int | None = None) -> str:
        """Return the reply as text, cut off after so many tokens where the server can be told.

        Raises:
            ModelFailed: no reply, too late, or it broke off.
        """
        limited = most_tokens and self._model._llm_type == _OPENAI
        model = self._model.bind(max_tokens=most_tokens) if limited else self._model
        return "".join(part.text for part in self._until_late(model, messages))

    def _structured(self, schema: Mapping[str, Any]) -> Any:
        from langchain_core.output_parsers import JsonOutputParser

        if self._model._llm_type == _OPENAI:
            # as it comes: the client's own reading of it takes nothing from a reply that ran out of tokens
            form = {"type": "json_schema", "json_schema": {"name": schema["title"], "schema": dict(schema)}}
            return self._model.bind(extra_body={"response_format": form}) | JsonOutputParser()
        try:
            return self._model.with_structured_output(dict(schema))
        except NotImplementedError:
            # the instructions ask for JSON in any case
            return self._model | JsonOutputParser()

    def _until_late(self, model: Any, messages: Messages) -> Iterator[Any]:
        config = {"callbacks": [self._deadline()]}
        try:
            yield from model.stream(list(messages), config)
        except ModelFailed:
            raise
        except Exception as error:  # every provider has errors of its own
            raise ModelFailed(f"the model {self.name!r} failed: {_explain(error)}") from error

    def _deadline(self) -> Any:
        """Return a callback that ends a reply that takes too long, whether or not its tokens lead to anything."""
        from langchain_core.callbacks import BaseCallbackHandler

        # it would report our own way of stopping a model as an error of ours
        logging.getLogger("langchain_core.callbacks.manager").setLevel(logging.ERROR)
        name, seconds = self.name, self._timeout_s
        late = time.monotonic() + seconds

        class Deadline(BaseCallbackHandler):
            raise_error = True

            def on_llm_new_token(self, token: Any, **_: Any) -> None:
                del token
                if time.monotonic() > late:
                    raise ModelFailed(f"the model {name!r} was not ready after {seconds:g} seconds")

        return Deadline()


def load_chat_model(name: str, base_url: str | None = None, timeout_s: float = 60) -> ChatModel | None:
    """Load a model by name; `None` for "quote", which needs none.

    Raises:
        UserError: no such provider, or its package, its key or the model's file is missing; says what to do.
    """
    if name == QUOTE:
        return None
    provider, _, model = name.partition(":")
    if not model or provider not in (*EXTRAS, _GGUF):
        raise UserError(f"there is no model {name!r}; name one as {_NAMES}")
    stay_offline()
    if provider == _GGUF:
        return _load_gguf(Path(model), timeout_s)
    _need(EXTRAS[provider], provider)
    if base_url and urlsplit(base_url).scheme not in ("http", "https"):
        raise UserError(f"the address {hide_secrets(base_url)!r} should begin with http:// or https://")
    key = KEYS.get(provider)
    # a server of one's own needs no key, but the client asks for one
    own_server = bool(base_url) and provider == "openai"
    if key and not os.environ.get(key) and not own_server:
        raise UserError(f"the model {name!r} needs a key: set {key} in the environment")
    options: dict[str, Any] = {"base_url": base_url} if base_url else {}
    if own_server and key and not os.environ.get(key):
        options["api_key"] = "none"
    if provider == "ollama":
        # what does not fit its context, Ollama cuts off without a word
        options |= {"client_kwargs": {"timeout": timeout_s}}
        options |= {"num_predict": _MOST_TOKENS, "num_ctx": _CONTEXT_TOKENS}
    else:
        options |= {"timeout": timeout_s, "max_retries": _RETRIES, "max_tokens": _MOST_TOKENS}
    loaded = _init(f"{provider}:{model}", name, options)
    if not (own_server and base_url):
        return ChatModel(name, loaded, timeout_s)
    return ChatModel(name, loaded, timeout_s, partial(ask_room, base_url, model, os.environ.get(KEYS[provider])))


def hide_secrets(text: str) -> str:
    """Return the text without keys and passwords."""
    for key in KEYS.values():
        if value := os.environ.get(key):
            text = text.replace(value, "…")
    return _SECRET.sub("…", text)


def _init(model: str, name: str, options: Mapping[str, Any]) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    try:
        loaded: BaseChatModel = init_chat_model(model, temperature=0, **options)
    except Exception as error:  # every provider has errors of its own
        raise UserError(f"the model {name!r} can't be loaded: {_explain(error)}") from error
    return loaded


def _load_gguf(path: Path, timeout_s: float) -> ChatModel:
    """Serve a GGUF file on the loopback, with llama.cpp's own server in this process."""
    _need("xllamacpp", _GGUF)
    _need("langchain_openai", _GGUF)
    if not path.is_file():
        raise UserError(f"{path}: there is no such GGUF file")
    import xllamacpp

    key = os.urandom(16).hex()
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx, parameters.n_parallel, parameters.n_predict = _CONTEXT_TOKENS, 1, _MOST_TOKENS
    # its threads wait for each other by spinning: where one of them gets no processor, all crawl
    threads = max(1, min((os.cpu_count() or 1) - 1, _MOST_THREADS))
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    parameters.ui, parameters.verbosity, parameters.api_keys = False, 0, [key]
    try:
        server = xllamacpp.Server(parameters)
    except RuntimeError as error:
        raise UserError(f"{path}: llama.cpp can't load this file ({_explain(error)})") from error
    address = f"{server.listening_address}/v1"
    options = {
        "base_url": address,
        "api_key": key,
        "timeout": timeout_s,
        "max_retries": 0,
        "max_tokens": _MOST_TOKENS,
    }
    name = f"{_GGUF}:{path}"
    model = _init(f"openai:{path.stem}", name, options)
    # the server lives as long as its client
    model.metadata = {"server": server}
    return ChatModel(name, model, timeout_s, partial(ask_room, address, path.stem, key))


def _need(package: str, extra: str) -> None:
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise UserError(
            f"{extra} models need the package {package.replace('_', '-')!r}: "
            f"run \"pip install 'kamervraag[{extra}]'\", in the project's folder \"pip install '.[{extra}]'\""
        )


def _explain(error: Exception) -> str:
    text = hide_secrets(" ".join(str(error).split()) or type(error).__name__)
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"
