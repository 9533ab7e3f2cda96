"""Arrays in .npy files that are written piece by piece, so that they need not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt


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
