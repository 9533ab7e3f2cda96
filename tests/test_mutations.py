"""Whatever is done to a letter, it is read or refused: a few hundred of the inputs that `tests.mutations` makes."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.mutations import HOSTILE, inputs, outcome


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(4))
def test_broken_letters_are_read_or_refused(tmp_path: Path, seed: int) -> None:
    for name, data in islice(inputs(tmp_path, Random(seed)), 50):
        (tmp_path / name).write_bytes(data)
        assert outcome(tmp_path / name) in {"read", "refused"}


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", [".txt", ".html", ".xml", ".md", ".docx", ".pdf"])
@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_files_are_read_or_refused_under_any_name(tmp_path: Path, number: int, suffix: str) -> None:
    path = tmp_path / f"brief{suffix}"
    path.write_bytes(HOSTILE[number])
    assert outcome(path) in {"read", "refused"}


def test_nothing_is_unpacked_outside_a_document(tmp_path: Path) -> None:
    before = set(Path("/tmp").glob("kamervraag-escaped*"))
    for name, data in islice(inputs(tmp_path, Random(5)), 30):
        if name.endswith(".docx"):
            (tmp_path / name).write_bytes(data)
            outcome(tmp_path / name)
    assert set(Path("/tmp").glob("kamervraag-escaped*")) == before
