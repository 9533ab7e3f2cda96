"""The page, its files and the login: made once, sent compressed, and usable before any script of Gradio's could be."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.letter import Language
from ui import page_texts
from ui.library import MOST_BYTES
from ui.login import Login

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_CLOSED = ("/gradio_api/upload", "/gradio_api/deep_link", "/monitoring")
# a letter of the largest size in base64, and what is said around it
_MOST_BODY = MOST_BYTES * 4 // 3 + 100_000
_COMPRESSED = (".js", ".css", ".svg", ".txt")
_FOR_EVER = "public, max-age=31536000, immutable"
_BLANK = re.compile(r"\{\{(\w+)\}\}")


class Guard:
    """Adds the content policy to every answer, closes the routes that nothing here uses, turns away what is too big."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await (_turn_away(scope) or self._app)(scope, receive, send_guarded)


def _turn_away(scope: Scope) -> Response | None:
    headers = Headers(scope=scope)
    # what comes in pieces does not tell its length, and nothing here sends it so
    length = "unknown" if "transfer-encoding" in headers else headers.get("content-length", "0")
    if scope["path"].rstrip("/").startswith(_CLOSED):
        return PlainTextResponse("not found", status_code=404)
    if not length.isdecimal() or int(length) > _MOST_BODY:
        return PlainTextResponse("too large", status_code=413)
    return None


@dataclass(frozen=True, slots=True)
class Content:
    """Something to send, as it is and compressed."""

    body: bytes
    packed: bytes | None
    media_type: str
    tag: str

    @classmethod
    def of(cls, body: bytes, media_type: str, *, pack: bool = True) -> Content:
        """Make what is sent of these bytes."""
        packed = gzip.compress(body, mtime=0) if pack else None
        return cls(body, packed, media_type, f'"{hashlib.sha256(body).hexdigest()[:16]}"')

    def answer(self, request: Request, caching: str, status: int = 200) -> Response:
        """Return it, or that the browser has it already."""
        headers = {"ETag": self.tag, "Cache-Control": caching, "Vary": "Accept-Encoding, Cookie"}
        if status == 200 and request.headers.get("if-none-match") == self.tag:
            return Response(status_code=304, headers=headers)
        if self.packed and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.packed, status, {**headers, "Content-Encoding": "gzip"}, self.media_type)
        return Response(self.body, status, headers, self.media_type)


class Pages:
    """Serves the page, to whoever is logged in where there is a login."""

    def __init__(self, page: Callable[[], Content], login: Login | None = None) -> None:
        self._page, self._login = page, login

    def routes(self) -> list[Route]:
        """Return the routes of the page, its files and the login."""
        found = [
            Route("/", self._show),
            Route("/favicon.ico", self._icon),
            Route("/page/{version}/{name:path}", self._file),
        ]
        if self._login:
            found += [
                Route("/login", self._enter, methods=["POST"]),
                Route("/logout", self._leave, methods=["POST"]),
            ]
        return found

    def _show(self, request: Request) -> Response:
        if self._login and not self._login.name_of(request):
            return _login_page(request, "", 401)
        return self._page().answer(request, "private, no-cache")

    @staticmethod
    def _file(request: Request) -> Response:
        version, contents = _page_files()
        content = contents.get(request.path_params["name"])
        if content is None:
            return PlainTextResponse("not found", status_code=404)
        return content.answer(request, _FOR_EVER if request.path_params["version"] == version else "no-cache")

    @staticmethod
    def _icon(request: Request) -> Response:
        return _page_files()[1]["icon.svg"].answer(request, "public, max-age=86400")

    async def _enter(self, request: Request) -> Response:
        """Log a user in; a browser is sent on to the page, a program is told."""
        form = await request.form(max_files=0, max_fields=10)
        name, password = (str(form.get(key, "")) for key in ("username", "password"))
        token = await run_in_threadpool(self._login.enter, name, password) if self._login else None
        browser = "text/html" in request.headers.get("accept", "")
        if token is None or self._login is None:
            return _login_page(request, name, 400) if browser else JSONResponse({"success": False}, 400)
        answer: Response = RedirectResponse("./", 303) if browser else JSONResponse({"success": True})
        self._login.remember(request, answer, token)
        return answer

    async def _leave(self, request: Request) -> Response:
        answer = RedirectResponse("./", 303)
        if self._login:
            self._login.leave(request, answer)
        return answer


def fill(name: str, values: Mapping[str, str]) -> str:
    """Return one of the page's templates with its blanks, `{{name}}`, filled in with markup."""
    version, contents = _page_files()
    folder = f"page/{version}"
    # all at once, else each would be asked for only when the one before it has come
    modules = "".join(f'<link rel="modulepreload" href="{folder}/{file}">' for file in contents if file.endswith(".js"))
    blanks = {"files": folder, "modules": modules, **values}
    text = files("ui").joinpath("page", name).read_text(encoding="utf-8")
    return _BLANK.sub(lambda found: blanks[found[1]], text)


def inert(data: Mapping[str, Any]) -> str:
    """Return data for the page's script as JSON that can't end the element it stands in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _login_page(request: Request, name: str, status: int) -> Response:
    language: Language = "nl" if request.headers.get("accept-language", "nl").lower().startswith("nl") else "en"
    words = page_texts.LOGIN[language]
    wrong = f'<p class="kv-failure" role="alert">{escape(words["wrong"])}</p>' if status == 400 else ""
    blanks = {key: escape(text) for key, text in words.items()}
    text = fill("login.html", {**blanks, "language": language, "name": escape(name), "said": wrong})
    return Content.of(text.encode("utf-8", "replace"), "text/html").answer(request, "no-store", status)


@cache
def _page_files() -> tuple[str, dict[str, Content]]:
    """Return a name for this state of the page's files, and the files by name."""
    contents = dict(sorted(_read_files(files("ui").joinpath("page"), "")))
    version = hashlib.sha256(repr([(name, content.tag) for name, content in contents.items()]).encode())
    return version.hexdigest()[:12], contents


def _read_files(folder: Traversable, prefix: str) -> list[tuple[str, Content]]:
    found = []
    for file in folder.iterdir():
        if file.is_dir():
            found += _read_files(file, f"{prefix}{file.name}/")
        elif not file.name.endswith((".html", ".json")):
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            content = Content.of(file.read_bytes(), kind, pack=file.name.endswith(_COMPRESSED))
            found.append((f"{prefix}{file.name}", content))
    return found
