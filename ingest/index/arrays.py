"""Arrays in .npy files that need not fit into memory: written piece by piece, and mapped to be read."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ingest.files import open_file


class ArrayFile:
    """A file that grows by rows; `count` is how many there are."""

    def __init__(self, file: BinaryIO, dtype: npt.DTypeLike, *row: int) -> None:
        """Take an empty file and the type and shape of a row."""
        self._file, self._dtype, self._row = file, np.dtype(dtype), row
        self.count = 0
        self.write_header()

    def append(self, rows: npt.NDArray[Any]) -> None:
        """Write further rows at the end; not through a map, which a full disk ends with a signal."""
        if rows.dtype != self._dtype or rows.shape[1:] != self._row:
            raise ValueError(f"rows of {rows.dtype}{rows.shape[1:]} do not fit {self._dtype}{self._row}")
        self._file.write(np.ascontiguousarray(rows).data)
        self.count += len(rows)

    def write_header(self) -> None:
        """Write how many rows there are; numpy leaves room for a number that grows."""
        self._file.seek(0)
        header = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self.count, *self._row),
        }
        np.lib.format.write_array_header_1_0(self._file, header)


@contextmanager
def new_array(path: Path, dtype: npt.DTypeLike, *row: int) -> Iterator[ArrayFile]:
    """Give an array to append rows to; it can be loaded when all are written.

    Raises:
        OSError: no space or no permission.
    """
    with path.open("wb") as file:
        array = ArrayFile(file, dtype, *row)
        yield array
        array.write_header()


class MappedArray:
    """A matrix in a file, mapped into memory, of which a few rows are read at a time; `count` is how many there are.

    What was read is let go of at once: pages of a map count as this process's memory as long as it holds them, and
    the system keeps them cached all the same.
    """

    def __init__(self, path: Path, dtype: npt.DTypeLike) -> None:
        """Open a file.

        Raises:
            OSError, ValueError: it can't be read, or holds something else.
        """
        with open_file(path) as file:
            np.lib.format.read_magic(file)
            shape, _, found = np.lib.format.read_array_header_1_0(file)
            self.count, width = shape
            self._start, self._row_bytes = file.tell(), width * found.itemsize
            if found != dtype or path.stat().st_size != self._start + self.count * self._row_bytes:
                raise ValueError(f"not an array of {np.dtype(dtype)}, or not all of it")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._rows = np.frombuffer(self._map, found, offset=self._start).reshape(shape)

    def read(self, parts: Sequence[tuple[int, int]]) -> npt.NDArray[Any]:
        """Return the rows from a first up to an end, part after part; safe to share between threads."""
        self._fetch(parts)
        rows = np.concatenate([self._rows[:0], *(self._rows[first:end] for first, end in parts)])
        self._map.madvise(mmap.MADV_DONTNEED)
        return rows

    def multiply(self, parts: Sequence[tuple[int, int]], vector: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the products of rows with a vector, part after part; none of the rows is copied."""
        self._fetch(parts)
        products = np.concatenate([self._rows[:0] @ vector, *(self._rows[first:end] @ vector for first, end in parts)])
        self._map.madvise(mmap.MADV_DONTNEED)
        return products

    def close(self) -> None:
        """Let go of the file."""
        del self._rows
        self._map.close()

    def _fetch(self, parts: Sequence[tuple[int, int]]) -> None:
        """Ask the system for all parts before the first is waited for."""
        for first, end in parts:
            start = self._start + first * self._row_bytes
            within = start % mmap.PAGESIZE
            self._map.madvise(mmap.MADV_WILLNEED, start - within, within + (end - first) * self._row_bytes)
