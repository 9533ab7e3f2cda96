"""The commands that mend, save and move a home, as they are typed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    from tests.drawn import write_letters

    return write_letters(tmp_path / "in") / "dijken.txt"


def test_a_home_goes_into_a_file_and_comes_out_in_another(
    home_copy: Path, letter: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("ingest", letter)[0] == 0
    before = run("letters", "--json")[1]
    status, out, _ = run("export-home", tmp_path / "saved.zip")
    assert (status, "2 letters" in out) == (0, True)
    monkeypatch.setenv("KAMERVRAAG_HOME", str(tmp_path / "other"))
    monkeypatch.setenv("KAMERVRAAG_THREADS", "63")
    status, out, _ = run("import-home", tmp_path / "saved.zip")
    assert status == 0
    assert "new" in out
    assert "here it is 63" in out
    assert run("letters", "--json")[1] == before


def test_a_file_that_is_no_saved_home_is_refused_in_one_line(home_copy: Path, letter: Path, run: Run) -> None:
    for path in (letter, letter.parent, letter.with_name("nowhere.zip")):
        status, out, err = run("import-home", path)
        assert (status, out) == (1, "")
        assert str(path) in err.splitlines()[-1]
        assert "Traceback" not in err


def test_the_doctor_mends_what_it_can_and_names_what_is_left(home_copy: Path, letter: Path, run: Run) -> None:
    assert run("ingest", letter)[0] == 0
    (broken,) = (home_copy / "letters").glob("*dijken.json")
    broken.write_text("{", encoding="utf-8")
    shutil.rmtree(home_copy / "sources")
    status, _, err = run("ask", "Wat kost het?")
    assert status == 1
    assert "doctor --repair" in err
    status, out, err = run("doctor", "--repair")
    assert status == 1
    assert "-> ingest its file again" in out
    assert "1 thing to mend" in err
    assert run("ask", "Hoeveel militairen zijn er in Litouwen?")[0] == 0
    assert "sound" in run("doctor", "--repair")[1]
