"""Chroma's own server as a value: where it is, what it wants to be shown, how long it may take."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Server:
    """A Chroma server that keeps the pooled vectors of an index; `url` is as `parse_url` gives it."""

    url: str
    token: str | None = field(default=None, repr=False)
    timeout_s: float = 30


def parse_url(text: str) -> str:
    """Return an address in its one form: scheme, host, port where it is not the usual one, path.

    Raises:
        ValueError: another scheme, no host, or more than an address; the message tells no password.
    """
    parts = urlsplit(text.strip())
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise ValueError("the address has to begin with http:// or https://")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise ValueError("no name or password in the address: put the server's token in KAMERVRAAG_CHROMA_TOKEN")
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("the port is no number below 65536") from error
    if not host or not text.isprintable() or " " in text.strip():
        raise ValueError("there is no host in the address, as in http://127.0.0.1:8000")
    if parts.query or parts.fragment:
        raise ValueError("an address has no '?' or '#' in it")
    shown = f"[{host}]" if ":" in host else host
    place = shown if port in (None, _PORTS[scheme]) else f"{shown}:{port}"
    return urlunsplit((scheme, place, parts.path.rstrip("/"), "", ""))


def without_password(text: str) -> str:
    """Return what was given as an address, as far as it may be shown."""
    address = re.split(r"[?#]", text, maxsplit=1)[0]
    before, at, after = address.rpartition("@")
    scheme, mark, _ = before.partition("://")
    return f"{scheme if mark else ''}{mark}…@{after}" if at else address
