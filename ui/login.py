"""Who is logged in: a token in a cookie for each browser, known to this process alone."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from ui.passwords import Users

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_MOST_LOGINS = 10_000


class Login:
    """Lets users in by name and password, and knows them again by a cookie."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._names: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()
        # servers on other ports of the same machine share its cookies
        self._cookie = f"kamervraag-{secrets.token_hex(4)}"

    def name_of(self, request: Request) -> str | None:
        """Return who sent this, if they are logged in."""
        return self._names.get(request.cookies.get(self._cookie, ""))

    def enter(self, name: str, password: str) -> str | None:
        """Return a token for who gives the right password; slow on purpose, as every guess should be."""
        if not self._users.admit(name.strip(), password):
            return None
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._names[token] = name.strip()
            if len(self._names) > _MOST_LOGINS:
                self._names.popitem(last=False)
        return token

    def remember(self, request: Request, response: Response, token: str) -> None:
        """Have the browser keep the token until it is closed; no script and no other site can use it."""
        secure = request.url.scheme == "https"
        response.set_cookie(self._cookie, token, httponly=True, samesite="lax", secure=secure)

    def leave(self, request: Request, response: Response) -> None:
        """Forget who sent this."""
        with self._lock:
            self._names.pop(request.cookies.get(self._cookie, ""), None)
        response.delete_cookie(self._cookie)
