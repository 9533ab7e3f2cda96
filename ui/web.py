"""The chat page: a Gradio app with named endpoints under a strict content policy, served on this machine."""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import socket
import sys
import tempfile
from html import escape
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import UserError
from ingest.home import Home
from ingest.offline import stay_offline
from ingest.read import SUFFIXES
from ingest.settings import Settings, load_home
from ui import page_texts
from ui.library import MOST_BYTES, Library
from ui.limits import RateLimit, Uploads
from ui.passwords import Users
from ui.reader import render_letter
from ui.web_records import LONGEST_QUESTION, LONGEST_REASON, page_letter

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
_CLOSED = ("/gradio_api/upload", "/gradio_api/deep_link", "/monitoring")
_MCP_PATH = "/gradio_api/mcp/"
_MOST_WAITING = 100
_SESSIONS = 2 * _MOST_WAITING
_AT_ONCE = 2
_HEAVY = ("page_read", "page_add", "page_export")
# a letter of the largest size in base64, and what is said around it
_MOST_BODY = MOST_BYTES * 4 // 3 + 100_000
_SHUTDOWN_S = 2


def build_app(library: Library, settings: Settings, users: Users | None = None, mcp: bool = False) -> Any:
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
        _build_blocks(library, settings),
        path="/",
        server_name="127.0.0.1",
        head=_render_head(),
        auth=users.admit if users else None,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=mcp,
        max_file_size="1kb",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )


def _render_head() -> str:
    """Return what loads the page's own style and script, every module of it at once."""
    modules = sorted(file.name for file in files("ui").joinpath("page").iterdir() if file.name.endswith(".js"))
    return (
        '<link rel="stylesheet" href="/page/page.css">'
        + "".join(f'<link rel="modulepreload" href="/page/{name}">' for name in modules)
        + '<script type="module" src="/page/page.js"></script>'
    )


async def _protect(request: Any, call_next: Any) -> Any:
    """Add the content policy to every answer, close the routes that nothing here uses and turn away what is too big."""
    from fastapi.responses import PlainTextResponse

    # what comes in pieces does not tell its length, and nothing here sends it so
    length = "unknown" if "transfer-encoding" in request.headers else request.headers.get("content-length", "0")
    if request.url.path.rstrip("/").startswith(_CLOSED):
        response = PlainTextResponse("not found", status_code=404)
    elif not length.isdecimal() or int(length) > _MOST_BODY:
        response = PlainTextResponse("too large", status_code=413)
    else:
        response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers[name] = value
    return response


def _build_blocks(library: Library, settings: Settings) -> Any:
    import gradio
    from gradio.events import api

    from ui.web_endpoints import Endpoints
    from ui.web_events import PageEvents

    limit = RateLimit(settings.questions_a_minute)
    programs, page = Endpoints(library, limit), PageEvents(library, Home(settings.home), limit)
    with gradio.Blocks(title="Kamervraag", analytics_enabled=False, fill_width=True) as blocks:
        gradio.HTML(render_shell(library), elem_id="kv-root", apply_default_css=False, js_on_load=None)
        for public in (
            programs.ask,
            programs.why,
            programs.mentions,
            programs.letters,
            programs.letter,
            programs.export,
        ):
            api(public, api_name=public.__name__, concurrency_limit=_AT_ONCE)
        for name in (name for name in vars(PageEvents) if name.startswith("page_")):
            at_once = 1 if name in _HEAVY else _AT_ONCE
            api(getattr(page, name), api_name=name, api_visibility="undocumented", concurrency_limit=at_once)
    # each call is a session to Gradio, which would remember ten thousand of them with a copy of the page in each
    blocks.state_session_capacity = _SESSIONS
    blocks.queue(max_size=_MOST_WAITING)
    return blocks


def render_shell(library: Library) -> str:
    """Return the page's frame with the first letter in it and, as inert JSON, what its script needs."""
    letters = sorted(library.shared.letters.values(), key=lambda letter: (not letter.bundled, letter.id))
    data = {
        "texts": page_texts.PAGE,
        "letters": [{**page_letter(letter), "own": False} for letter in letters],
        "longest": LONGEST_QUESTION,
        "longestReason": LONGEST_REASON,
        "uploads": library.uploads,
        "suffixes": SUFFIXES,
        "megabytes": MOST_BYTES // 1_000_000,
    }
    frame = files("ui").joinpath("page/shell.html").read_text(encoding="utf-8")
    inert = f'<div id="kv-data" hidden>{escape(json.dumps(data, ensure_ascii=False))}</div>'
    return frame.replace("<!-- letter -->", render_letter(letters[0]) if letters else "") + inert


def serve(
    assistant: Assistant,
    settings: Settings,
    host: str,
    port: int,
    auth: Path | None = None,
    uploads: Uploads = Uploads.private,
    mcp: bool = False,
) -> None:
    """Serve the page until Ctrl-C.

    Raises:
        UserError: the address is taken or not this machine's, the file of passwords is no good, or MCP can't be had.
    """
    if mcp:
        _check_mcp(auth)
    import uvicorn

    users = Users(auth) if auth else None
    listener = _listen(host, port)
    assistant.ask("Waar gaat de brief over?")
    app = build_app(Library(assistant, load_home(settings), uploads), settings, users, mcp)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_SHUTDOWN_S)
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"kamervraag: http://{shown}:{listener.getsockname()[1]}  (Ctrl-C stops it)\n")
    if mcp:
        sys.stderr.write(f"kamervraag: MCP on http://{shown}:{listener.getsockname()[1]}{_MCP_PATH}\n")
    sys.stderr.flush()
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        sys.stderr.write("kamervraag: stopped\n")


def _check_mcp(auth: Path | None) -> None:
    if find_spec("mcp") is None:
        raise UserError("--mcp needs the package mcp: install it with 'pip install kamervraag[mcp]'")
    if auth:
        # Gradio would let anyone in by that door
        raise UserError("--mcp knows no login: leave out --auth, or --mcp")


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
