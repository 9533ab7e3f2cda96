"""Who may use the page: a file of names and hashed passwords, one `name:salt:hash` a line."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from pathlib import Path

from ingest.errors import UserError

_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_SALT_BYTES = 16


def hash_password(name: str, password: str) -> str:
    """Return the line for one user; scrypt (RFC 7914) with a salt of its own."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"{name}:{salt.hex()}:{_digest(password, salt).hex()}"


def load_passwords(path: Path) -> Callable[[str, str], bool]:
    """Return a check of name and password against a file.

    Raises:
        UserError: the file can't be read, holds no user, or a line of it is not as it should be.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: the file of passwords can't be read ({error}); check the path") from error
    users: dict[str, tuple[bytes, bytes]] = {}
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        try:
            name, salt, digest = line.split(":")
            users[name] = bytes.fromhex(salt), bytes.fromhex(digest)
        except ValueError as error:
            raise UserError(
                f"{path}, line {number}: not 'name:salt:hash'; make the line with 'kamervraag password NAME'"
            ) from error
    if not users:
        raise UserError(f"{path}: there is no user in this file; make a line with 'kamervraag password NAME'")

    def check(name: str, password: str) -> bool:
        # an unknown name takes as long as a known one
        salt, digest = users.get(name, (b"", b""))
        return hmac.compare_digest(_digest(password, salt), digest)

    return check


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL)
