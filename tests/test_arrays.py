"""Arrays written piece by piece come back whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.index.arrays import new_array


@pytest.mark.parametrize("counts", [[], [0], [1], [3, 0, 2], [7] * 200])
@pytest.mark.parametrize("row", [(), (5,)])
def test_pieces_come_back_as_one_array(tmp_path: Path, counts: list[int], row: tuple[int, ...]) -> None:
    random = np.random.default_rng(1)
    pieces = [random.integers(-100, 100, size=(count, *row)).astype(np.int16) for count in counts]
    with new_array(tmp_path / "a.npy", np.int16, *row) as array:
        for piece in pieces:
            array.append(piece)
    assert array.count == sum(counts)
    loaded = np.load(tmp_path / "a.npy", allow_pickle=False)
    assert np.array_equal(loaded, np.concatenate([np.empty((0, *row), np.int16), *pieces]))


def test_a_row_that_is_a_view_of_another_is_written_as_it_reads(tmp_path: Path) -> None:
    rows = np.arange(12, dtype=np.int16).reshape(4, 3)
    with new_array(tmp_path / "a.npy", np.int16, 4) as array:
        array.append(rows.T)
    assert np.array_equal(np.load(tmp_path / "a.npy", allow_pickle=False), rows.T)


@pytest.mark.parametrize("rows", [np.zeros((2, 3), np.int8), np.zeros((2, 4), np.int16), np.zeros(3, np.int16)])
def test_rows_of_another_kind_are_refused(
    tmp_path: Path, rows: np.ndarray[tuple[int, ...], np.dtype[np.int16]]
) -> None:
    with new_array(tmp_path / "a.npy", np.int16, 3) as array, pytest.raises(ValueError, match="do not fit"):
        array.append(rows)
