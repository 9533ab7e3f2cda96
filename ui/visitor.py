"""Who asks, how much of it is let through, and how what goes wrong is told to them."""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import gradio

from ingest.errors import ServerUnavailable, UserError
from ui.limits import RateLimit, Refusal

_TOKEN = re.compile(r"[0-9a-f]{32}")


def owner_of(request: gradio.Request, token: object) -> str:
    """Return whose conversations and letters are meant: who logged in, else the browser by a token only it knows.

    The name is a hash, so that nothing that is kept tells a token.

    Raises:
        UserError: nobody logged in, and no such token.
    """
    name = getattr(request, "username", None)
    if not name and not (isinstance(token, str) and _TOKEN.fullmatch(token)):
        raise UserError("a visitor's token has to be 32 hexadecimal digits")
    return sha256(f"user {name}".encode() if name else f"browser {token}".encode()).hexdigest()[:32]


def spend(limit: RateLimit, request: gradio.Request) -> None:
    """Count one question of whoever asks; this computer itself asks as much as it likes.

    Raises:
        Refusal: too much in too short a time.
    """
    # behind a proxy on this computer, uvicorn gives the address that the proxy forwards
    client = request.client.host if request.client else ""
    if not _is_loopback(client):
        limit.spend(getattr(request, "username", None) or client)


@contextmanager
def explained() -> Iterator[None]:
    """Turn a user's error into one that Gradio shows; anything else stays a fault and is logged."""
    try:
        yield
    except Refusal as error:
        raise gradio.Error(str(error), title=error.kind, print_exception=False) from error
    except ServerUnavailable as error:
        # for whoever runs the page; a visitor has no use for the address
        sys.stderr.write(f"kamervraag: {error}\n")
        raise gradio.Error("the index can't be reached now: try again later", print_exception=False) from error
    except UserError as error:
        raise gradio.Error(str(error), print_exception=False) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
