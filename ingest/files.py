"""Files that are either whole or not there: opened only if they are files, written aside and renamed into place."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO


def open_file(path: Path) -> BufferedReader:
    """Open a file for reading; a pipe or device, which could keep us waiting for ever, is refused.

    Raises:
        OSError: it is missing, can't be read, or is no file.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a file", str(path))
    return os.fdopen(handle, "rb")


def read_file(path: Path) -> bytes:
    """Return what a file holds; see `open_file`."""
    with open_file(path) as file:
        return file.read()


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write in; at the end, and if nothing failed, it is on the disk under its name.

    Raises:
        OSError: no space, no permission, …; what stood under the name still does.
    """
    handle, aside = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    synchronise(path.parent)


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; see `written_whole`."""
    with written_whole(path) as file:
        file.write(data)


def synchronise(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder, before anything relies on it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that can't do this for folders
            raise
    finally:
        os.close(handle)
