"""The file of hashed passwords that `kamervraag ui --auth` lets users in by."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from pathlib import Path

from ingest.errors import UserError

_COST, _BLOCK, _LANES = 2**14, 8, 1
_SALT_BYTES = 16
_LONGEST = 1024
_PREFIX = "scrypt"


def hash_password(name: str, password: str) -> str:
    """Return the line of the file that lets this user in.

    Raises:
        UserError: an empty name or password, or a name with a colon or a line break.
    """
    if not name or not password or ":" in name or not name.isprintable():
        raise UserError("a user needs a name without ':' and a password that is not empty")
    salt = os.urandom(_SALT_BYTES)
    return f"{name}:{_PREFIX}${_encode(salt)}${_encode(_digest(password, salt))}"


class Users:
    """Who may log in; read once from lines `name:scrypt$salt$hash`."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            UserError: it is missing, empty, or has a line that 'kamervraag password' did not write.
        """
        self._hashes = dict(_read(path))

    def admit(self, name: str, password: str) -> bool:
        """Return whether the password is this user's; takes as long for a name that nobody has."""
        salt, digest = self._hashes.get(name, (b"\0" * _SALT_BYTES, b""))
        return hmac.compare_digest(_digest(password[:_LONGEST], salt), digest)


def _read(path: Path) -> list[tuple[str, tuple[bytes, bytes]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the file of passwords {str(path)!r} can't be read: {error}") from error
    users = [_parse(line, number, path) for number, line in enumerate(lines, 1) if line.strip()]
    if not users:
        raise UserError(
            f"the file of passwords {str(path)!r} is empty; 'kamervraag password NAME' writes a line for it"
        )
    return users


def _parse(line: str, number: int, path: Path) -> tuple[str, tuple[bytes, bytes]]:
    try:
        name, secret = line.strip().split(":", 1)
        prefix, salt, digest = secret.split("$")
        if prefix != _PREFIX:
            raise ValueError(prefix)
        return name, (base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True))
    except ValueError as error:
        raise UserError(
            f"{path}, line {number} is not a hashed password; 'kamervraag password NAME' writes one"
        ) from error


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=_COST, r=_BLOCK, p=_LANES)


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
