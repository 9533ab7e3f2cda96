"""A letter's file, whatever its format: there, a file, neither empty nor huge."""

from __future__ import annotations

import stat
from pathlib import Path

from ingest.errors import UnreadableLetter

MAX_BYTES = 20_000_000
# Five hundred pages of print: what can be read, cut and searched while somebody waits.
MOST_CHARACTERS, MOST_LINES = 2_000_000, 100_000


def read_bytes(path: Path) -> bytes:
    """Read a letter's file.

    Raises:
        UnreadableLetter: missing, a folder, a pipe, empty or too large.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            raise UnreadableLetter(f"{path}: this is a pipe or a device; save the letter as a file first")
        size = status.st_size
        if size > MAX_BYTES:
            raise UnreadableLetter(
                f"{path}: {size / 1e6:.0f} MB is too large for a letter "
                f"(limit {MAX_BYTES / 1e6:.0f} MB); split it first"
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableLetter(f"{path}: there is no such file; check the path") from error
    except IsADirectoryError as error:
        raise UnreadableLetter(f"{path}: this is a folder, not a letter") from error
    except OSError as error:
        raise UnreadableLetter(f"{path}: can't be read ({error.strerror}); check its permissions") from error
    if not data.strip():
        raise UnreadableLetter(f"{path}: the file is empty; nothing was indexed")
    return data


def check_length(path: Path, characters: int, lines: int) -> None:
    """Make sure that a text is no longer than a letter can be.

    Raises:
        UnreadableLetter: it is.
    """
    if characters > MOST_CHARACTERS or lines > MOST_LINES:
        raise UnreadableLetter(
            f"{path}: {characters / 1e6:.1f} million characters on {lines} lines are too many for a letter "
            f"(limits {MOST_CHARACTERS / 1e6:.0f} million, {MOST_LINES}); split it first"
        )
