"""The chat page: a Gradio app with named endpoints under a strict content policy, served on this machine."""

from __future__ import annotations

import atexit
import base64
import json
import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.dialogue import Answer, Turn
from ingest.errors import UserError
from ingest.offline import stay_offline
from ui import page_texts
from ui.export import PackKind, write_pack
from ui.passwords import Users
from ui.reader import render_letter
from ui.web_records import (
    LONGEST_QUESTION,
    page_answer,
    page_hit,
    page_letter,
    read_history,
    read_kind,
    read_language,
    read_letters,
    read_question,
    read_scopes,
)

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; font-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_HEAD = '<link rel="stylesheet" href="/page/page.css"><script type="module" src="/page/page.js"></script>'
_TYPES: dict[PackKind, str] = {
    "md": "text/markdown",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_MOST_WAITING = 100
_AT_ONCE = 2
_RANKED = 8
_SHUTDOWN_S = 2


class Endpoints:
    """What the page, and any Gradio client, may call; every argument comes from outside and is checked."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def ask(self, question: str, history: list[dict[str, Any]], letters: list[str]) -> Iterator[dict[str, Any]]:
        """Answer a question over the letters with these ids, all when none; the last value is the whole answer."""
        with _explained():
            known = self._assistant.letters
            turns, chosen = read_history(history, known), read_letters(letters, known)
            text = ""
            for piece in self._assistant.stream(read_question(question), turns, letters=chosen):
                if isinstance(piece, str):
                    text += piece
                    yield {"partial": text}
                else:
                    yield page_answer(piece, known)

    def why(self, question: str, letters: list[str]) -> list[dict[str, Any]]:
        """Return the paragraphs nearest to a stand-alone question, best first."""
        with _explained():
            chosen = read_letters(letters, self._assistant.letters)
            hits = self._assistant.search(read_question(question), _RANKED, letters=chosen)
            return [page_hit(hit) for hit in hits]

    def letter(self, letter_id: str) -> dict[str, Any]:
        """Return a letter typeset as HTML."""
        with _explained():
            (known,) = read_letters([letter_id], self._assistant.letters)
            return {"id": known, "html": render_letter(self._assistant.letters[known])}

    def export(self, turns: list[dict[str, Any]], language: str, kind: str) -> dict[str, str]:
        """Return the evidence pack of a conversation, base64; its questions are asked again, in their order."""
        with _explained():
            known = self._assistant.letters
            wanted, file_kind = read_language(language), read_kind(kind)
            answers: list[Answer] = []
            history: list[Turn] = []
            asked: set[str] = set()
            for turn, chosen in zip(read_history(turns, known), read_scopes(turns, known), strict=True):
                answers.append(self._assistant.ask(turn.question, history, letters=chosen))
                history.append(Turn(turn.question, tuple(one.paragraph_id for one in answers[-1].citations)))
                asked.update(chosen or known)
            content = write_pack(answers, {one: known[one] for one in known if one in asked}, wanted, file_kind)
            return {"type": _TYPES[file_kind], "content": base64.b64encode(content).decode("ascii")}


@contextmanager
def _explained() -> Iterator[None]:
    """Turn a user's error into one that Gradio shows; anything else stays a fault and is logged."""
    try:
        yield
    except UserError as error:
        import gradio

        raise gradio.Error(str(error), print_exception=False) from error


def build_app(assistant: Assistant, users: Users | None = None) -> Any:
    """Return the web application over a warm assistant; who may log in when `users` are given."""
    stay_offline()
    scratch = tempfile.mkdtemp(prefix="kamervraag-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = scratch
    import gradio
    from fastapi import FastAPI
    from fastapi.staticfiles import StaticFiles

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.middleware("http")(_protect)
    with as_file(files("ui").joinpath("page")) as folder:
        app.mount("/page", StaticFiles(directory=folder), name="page")
    return gradio.mount_gradio_app(
        app,
        _build_blocks(assistant),
        path="/",
        server_name="127.0.0.1",
        head=_HEAD,
        auth=users.admit if users else None,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        max_file_size="1kb",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )


async def _protect(request: Any, call_next: Any) -> Any:
    """Add the content policy to every answer, and close the routes that nothing on the page uses."""
    from fastapi.responses import PlainTextResponse

    closed = request.url.path.rstrip("/").startswith(("/gradio_api/upload", "/gradio_api/deep_link", "/monitoring"))
    response = PlainTextResponse("not found", status_code=404) if closed else await call_next(request)
    for name, value in _HEADERS.items():
        response.headers[name] = value
    return response


def _build_blocks(assistant: Assistant) -> Any:
    import gradio
    from gradio.events import api

    endpoints = Endpoints(assistant)
    with gradio.Blocks(title="Kamervraag", analytics_enabled=False, fill_width=True) as blocks:
        gradio.HTML(render_shell(assistant), elem_id="kv-root", apply_default_css=False, js_on_load=None)
        api(endpoints.ask, api_name="ask", concurrency_limit=_AT_ONCE)
        api(endpoints.why, api_name="why", concurrency_limit=_AT_ONCE)
        api(endpoints.export, api_name="export", concurrency_limit=1)
        api(endpoints.letter, api_name="letter", concurrency_limit=_AT_ONCE)
    blocks.queue(max_size=_MOST_WAITING)
    return blocks


def render_shell(assistant: Assistant) -> str:
    """Return the page's frame with the first letter in it and, as inert JSON, what its script needs."""
    letters = sorted(assistant.letters.values(), key=lambda letter: (not letter.bundled, letter.id))
    data = {
        "texts": page_texts.PAGE,
        "letters": [page_letter(letter) for letter in letters],
        "longest": LONGEST_QUESTION,
    }
    frame = files("ui").joinpath("page/shell.html").read_text(encoding="utf-8")
    inert = f'<div id="kv-data" hidden>{escape(json.dumps(data, ensure_ascii=False))}</div>'
    return frame.replace("<!-- letter -->", render_letter(letters[0]) if letters else "") + inert


def serve(assistant: Assistant, host: str, port: int, auth: Path | None) -> None:
    """Serve the page until Ctrl-C.

    Raises:
        UserError: the address is taken or not this machine's, or the file of passwords is no good.
    """
    import uvicorn

    users = Users(auth) if auth else None
    listener = _listen(host, port)
    assistant.ask("Waar gaat de brief over?")
    app = build_app(assistant, users)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_SHUTDOWN_S)
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"kamervraag: http://{shown}:{listener.getsockname()[1]}  (Ctrl-C stops it)\n")
    sys.stderr.flush()
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        sys.stderr.write("kamervraag: stopped\n")


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise UserError(f"{host}:{port} can't be listened on ({error}); choose another with --port") from error
    return listener
