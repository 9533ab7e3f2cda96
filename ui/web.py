"""The chat page: a page of one's own over Gradio's queue and named endpoints, served on this machine."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import socket
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.dialogue import QUOTE_MODEL
from ingest.errors import UserError
from ingest.home import Home
from ingest.offline import stay_offline
from ingest.read import SUFFIXES
from ingest.settings import Settings, load_home
from ui import page_texts
from ui.library import MOST_BYTES, Library
from ui.limits import RateLimit, Uploads
from ui.models import Models, public_name, runs_here
from ui.passwords import Users
from ui.reader import render_letter
from ui.web_records import LONGEST_QUESTION, LONGEST_REASON, page_outline

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from ui.web_pages import Content

_MCP_PATH = "/gradio_api/mcp/"
_MOST_WAITING = 100
_SESSIONS = 2 * _MOST_WAITING
_AT_ONCE = 2
# who waits for a language model takes no processor from the others
_AT_ONCE_WORDED = 8
_ASKING = ("ask", "page_ask", "export")
_HEAVY = ("page_read", "page_add", "page_export")
_SHUTDOWN_S = 2
_LOOKS_EVERY_S = 0.005


def build_app(library: Library, settings: Settings, users: Users | None = None, mcp: bool = False) -> Any:
    """Return the web application over a warm assistant; who may log in when `users` are given."""
    stay_offline()
    scratch = tempfile.mkdtemp(prefix="kamervraag-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = scratch
    # statistics for a page that is closed here, made anew after every question
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = str(_SESSIONS)
    import gradio
    from starlette.applications import Starlette
    from starlette.middleware import Middleware

    from ui.login import Login
    from ui.web_pages import Guard, Pages

    login = Login(users) if users else None
    pages = Pages(Shell(library, login=login is not None).content, login)
    # before Gradio, whose own page would bring ten times the bytes and a weaker content policy
    app = Starlette(routes=pages.routes(), middleware=[Middleware(Guard)])
    return gradio.mount_gradio_app(
        app,
        _build_blocks(library, settings),
        path="/",
        server_name="127.0.0.1",
        auth_dependency=login.name_of if login else None,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=mcp,
        max_file_size="1kb",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )


def _build_blocks(library: Library, settings: Settings) -> Any:
    from gradio.events import api

    from ui.web_endpoints import Blocks, Endpoints
    from ui.web_events import PageEvents

    limit = RateLimit(settings.questions_a_minute)
    programs, page = Endpoints(library, limit), PageEvents(library, Home(settings.home), limit)
    at_once = {**dict.fromkeys(_HEAVY, 1), **dict.fromkeys(_ASKING, _AT_ONCE_WORDED if library.models else _AT_ONCE)}
    with Blocks(title="Kamervraag", analytics_enabled=False) as blocks:
        for public in (
            programs.ask,
            programs.why,
            programs.mentions,
            programs.letters,
            programs.letter,
            programs.export,
        ):
            name = public.__name__
            api(public, api_name=name, concurrency_limit=at_once.get(name, _AT_ONCE))
        for name in (name for name in vars(PageEvents) if name.startswith("page_")):
            limited = at_once.get(name, _AT_ONCE)
            api(getattr(page, name), api_name=name, api_visibility="undocumented", concurrency_limit=limited)
    # each call is a session to Gradio, which would remember ten thousand of them with a copy of the page in each
    blocks.state_session_capacity = _SESSIONS
    blocks.queue(max_size=_MOST_WAITING)
    # it looks for the next question a thousand times a second, also when nobody asks one
    blocks._queue.sleep_when_free = _LOOKS_EVERY_S
    return blocks


class Shell:
    """The page's frame with the first letter in it; made again when the letters that everybody may ask change."""

    def __init__(self, library: Library, *, login: bool) -> None:
        self._library, self._has_login = library, login
        self._made: tuple[Assistant, Content] | None = None

    def content(self) -> Content:
        """Return the page as it is sent."""
        from ui.web_pages import Content

        shared = self._library.shared
        if self._made is None or self._made[0] is not shared:
            self._made = (shared, Content.of(self.render().encode("utf-8", "replace"), "text/html"))
        return self._made[1]

    def render(self) -> str:
        """Return the page, with what its script needs as inert JSON."""
        from ui.web_pages import fill, inert

        shared = self._library.shared
        entries, _ = self._library.list(shared)
        letter = shared.letters[entries[0]["id"]] if entries else None
        worders = [name for name in self._worders() if name != QUOTE_MODEL]
        elsewhere = [name for name in worders if not runs_here(name)]
        data = {
            "texts": page_texts.PAGE,
            "letters": entries[:1],
            "shown": page_outline(letter) if letter else None,
            "total": len(shared.letters),
            "models": self._library.models.names,
            "worded": bool(worders),
            "leaves": ("chosen" if self._library.models else "always") if elsewhere else "never",
            "longest": LONGEST_QUESTION,
            "longestReason": LONGEST_REASON,
            "uploads": self._library.uploads,
            "suffixes": SUFFIXES,
            "megabytes": MOST_BYTES // 1_000_000,
            "login": self._has_login,
        }
        return fill("shell.html", {"data": inert(data), "letter": render_letter(letter) if letter else ""})

    def _worders(self) -> tuple[str, ...]:
        """Return the names of what may word an answer."""
        own = self._library.shared.model
        return self._library.models.names or ((own.name,) if own else ())


def serve(
    assistant: Assistant,
    settings: Settings,
    host: str,
    port: int,
    auth: Path | None = None,
    uploads: Uploads = Uploads.private,
    mcp: bool = False,
    models: Models | None = None,
) -> None:
    """Serve the page until Ctrl-C, with a choice of models where some are given.

    Raises:
        UserError: the address is taken or not this machine's, the file of passwords is no good, or MCP can't be had.
    """
    if mcp:
        _check_mcp(auth)
    import uvicorn

    users = Users(auth) if auth else None
    listener = _listen(host, port)
    assistant.with_model(None).ask("Waar gaat de brief over?")
    if assistant.model:
        assistant.model.name = public_name(assistant.model.name)
    library = Library(assistant, load_home(settings), uploads, models)
    app = build_app(library, settings, users, mcp)
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
    finally:
        library.close()


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
