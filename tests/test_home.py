"""The folder of letters: what is written comes back, and what goes wrong is said in words."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import HomeUnusable, UnknownLetter
from ingest.home import Home
from ingest.letter import Footnote, Letter, Paragraph, Section, Signatory
from ingest.letter_file import letter_digest
from ingest.pipeline import bundled_files
from ingest.reading import read_letter

PARAGRAPHS = st.builds(
    Paragraph,
    id=st.text(max_size=5),
    text=st.text(),
    sentences=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=3).map(tuple),
    translated=st.lists(st.text(), max_size=3).map(tuple),
)
LETTERS = st.builds(
    Letter,
    id=st.just("2018-04-26-x"),
    date=st.none() | st.dates(),
    signatories=st.lists(st.builds(Signatory), max_size=2).map(tuple),
    references=st.lists(st.text(), max_size=2).map(tuple),
    sections=st.lists(st.builds(Section, paragraphs=st.lists(PARAGRAPHS, max_size=2).map(tuple)), max_size=2).map(
        tuple
    ),
    footnotes=st.lists(st.builds(Footnote), max_size=2).map(tuple),
)

PARAGRAPH = {
    "id": "x", "number": 1, "kind": "prose", "text": "Een.", "page": None, "sentences": [["a", 4]], "translated": [],
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def letter() -> Letter:
    return read_letter(bundled_files()[0])


def test_the_bundled_letter_comes_back_as_it_was_saved(home: Home, letter: Letter) -> None:
    home.save(letter)
    assert home.load(letter.id) == letter


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LETTERS)
def test_any_letter_comes_back_as_it_was_saved(home: Home, letter: Letter) -> None:
    home.save(letter)
    assert home.load(letter.id) == letter


def test_saving_again_replaces_and_removing_removes(home: Home, letter: Letter) -> None:
    home.save(letter)
    home.save(replace(letter, title="Anders"))
    assert home.load(letter.id).title == "Anders"
    home.remove(letter.id)
    assert home.letter_ids() == ()


def test_ids_are_sorted_and_half_written_files_are_no_letters(home: Home, letter: Letter) -> None:
    for letter_id in ("2021-05-03-b", "2018-04-26-a"):
        home.save(replace(letter, id=letter_id))
    (home.letters_folder / ".x1y2.part").write_text("{", encoding="utf-8")
    assert home.letter_ids() == ("2018-04-26-a", "2021-05-03-b")


def test_letters_are_compared_without_reading_them(home: Home, letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = [replace(letter, id=letter_id) for letter_id in ("2018-04-26-a", "2021-05-03-b")]
    for one in letters:
        home.save(one)

    def parse(data: bytes) -> Letter:
        raise AssertionError(data)

    monkeypatch.setattr("ingest.home.parse_letter", parse)
    assert home.digests() == {one.id: letter_digest(one) for one in letters}


def test_a_letter_that_does_not_say_its_digest_is_read_for_it(home: Home, letter: Letter) -> None:
    home.save(letter)
    path = home.letters_folder / f"{letter.id}.json"
    path.write_text(changed(path), encoding="utf-8")
    assert home.digests() == {letter.id: letter_digest(letter)}


def test_letters_are_read_one_by_one(home: Home, letter: Letter) -> None:
    home.save(replace(letter, id="2018-04-26-a"))
    home.save(replace(letter, id="2021-05-03-b"))
    each = home.load_each()
    assert next(each).id == "2018-04-26-a"
    (home.letters_folder / "2021-05-03-b.json").write_text("{", encoding="utf-8")
    with pytest.raises(HomeUnusable, match="damaged"):
        next(each)


def test_a_new_home_has_no_letters(tmp_path: Path) -> None:
    assert Home(tmp_path / "nieuw").letter_ids() == ()


@pytest.mark.parametrize("letter_id", ["1999-01-01-x", "", "../2018-04-26-a", "*", "a" * 300])
def test_an_unknown_letter_is_refused_with_the_known_ones(home: Home, letter: Letter, letter_id: str) -> None:
    home.save(replace(letter, id="2018-04-26-a"))
    with pytest.raises(UnknownLetter, match="2018-04-26-a") as caught:
        home.load(letter_id)
    assert repr(letter_id) in str(caught.value)


def changed(letter_file: Path, **values: Any) -> str:
    """Give the file as the first version wrote it, whose damage no checksum tells, with other values."""
    value = {**json.loads(letter_file.read_text(encoding="utf-8")), "format": 1, **values}
    del value["checksum"]
    return json.dumps(value)


@pytest.mark.parametrize(
    "content",
    ["", "{", "{}", "[]", '"text"', "1", "null", '{"format": 1}', "\ud800", "NaN"],
    ids=["empty", "half", "object", "list", "text", "number", "null", "no-letter", "not-utf-8", "nan"],
)
def test_a_damaged_file_is_refused_with_a_way_out(home: Home, letter: Letter, content: str) -> None:
    home.save(letter)
    path = home.letters_folder / f"{letter.id}.json"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(HomeUnusable, match="damaged") as caught:
        home.load(letter.id)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        {"format": 0},
        {"format": "1"},
        {"date": "26 april"},
        {"date": 5},
        {"sections": [1]},
        {"sections": [{"heading": "", "level": 1, "paragraphs": [PARAGRAPH]}]},
        {"sections": {"a": 1}},
        {"sections": None},
        {"footnotes": [{"mark": "1"}]},
        {"signatories": ["Blok"]},
        {"unknown": 1},
    ],
    ids=str,
)
def test_a_file_of_another_shape_is_refused(home: Home, letter: Letter, values: dict[str, Any]) -> None:
    home.save(letter)
    path = home.letters_folder / f"{letter.id}.json"
    path.write_text(changed(path, **values), encoding="utf-8")
    with pytest.raises(HomeUnusable, match="damaged"):
        home.load(letter.id)


def test_a_file_of_the_first_version_is_read(home: Home, letter: Letter) -> None:
    home.save(letter)
    path = home.letters_folder / f"{letter.id}.json"
    path.write_text(changed(path), encoding="utf-8")
    assert home.load(letter.id) == letter


def test_a_file_of_a_newer_version_is_not_called_damaged(home: Home, letter: Letter) -> None:
    home.save(letter)
    path = home.letters_folder / f"{letter.id}.json"
    path.write_text(changed(path, format=99), encoding="utf-8")
    with pytest.raises(HomeUnusable, match="newer version") as caught:
        home.load(letter.id)
    assert "remove" not in str(caught.value)


def test_one_other_letter_in_the_text_is_noticed(home: Home, letter: Letter) -> None:
    home.save(letter)
    path = home.letters_folder / f"{letter.id}.json"
    path.write_text(path.read_text(encoding="utf-8").replace("270", "370"), encoding="utf-8")
    with pytest.raises(HomeUnusable, match="not as it was written"):
        home.load(letter.id)


def test_a_pipe_where_a_letter_should_be_keeps_nobody_waiting(home: Home) -> None:
    os.mkfifo(home.letters_folder / "2018-04-26-a.json")
    with pytest.raises(HomeUnusable, match="not a file"):
        home.load("2018-04-26-a")


def test_what_a_killed_command_half_wrote_is_removed_by_the_next_that_writes(home: Home) -> None:
    for folder in (home.letters_folder, home.vectors_folder, home.generations_folder):
        (folder / ".x1y2.part").write_text("half", encoding="utf-8")
    with home.writing():
        assert not list(home.folder.rglob("*.part"))


def test_a_file_that_holds_another_letter_than_its_name_says_is_refused(home: Home, letter: Letter) -> None:
    home.save(letter)
    (home.letters_folder / f"{letter.id}.json").rename(home.letters_folder / "anders.json")
    with pytest.raises(HomeUnusable, match=r"damaged.*kamervraag remove anders"):
        home.load("anders")


def test_a_home_that_is_a_file_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x", encoding="utf-8")
    with pytest.raises(HomeUnusable, match="KAMERVRAAG_HOME"):
        Home(tmp_path / "home").create()


def test_a_home_where_nothing_can_be_made_is_unusable() -> None:
    with pytest.raises(HomeUnusable, match="KAMERVRAAG_HOME"):
        Home(Path("/proc/kamervraag")).create()


@pytest.mark.parametrize("call", ["os.fsync", "os.fdopen", "pathlib.Path.replace"])
def test_a_full_disk_leaves_the_old_letter_and_nothing_half_written(
    home: Home, letter: Letter, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    home.save(letter)

    def full(*arguments: object, **keywords: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(call, full)
        with pytest.raises(HomeUnusable, match=r"No space left on device.*free some space"):
            home.save(replace(letter, title="Anders", date=date(2020, 1, 1)))
    assert home.load(letter.id) == letter
    assert [path.name for path in home.letters_folder.iterdir()] == [f"{letter.id}.json"]


def test_a_folder_that_disappeared_is_said_so(home: Home, letter: Letter) -> None:
    home.letters_folder.rmdir()
    with pytest.raises(HomeUnusable, match="KAMERVRAAG_HOME"):
        home.save(letter)


def test_writing_in_a_folder_that_cannot_hold_a_lock_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x", encoding="utf-8")
    with pytest.raises(HomeUnusable, match="KAMERVRAAG_HOME"), Home(tmp_path / "home").writing():
        pytest.fail("it was let in")


def test_waiting_too_long_for_another_writer_names_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.home._LONGEST_WAIT_S", 0.1)
    with (
        FileLock(home.folder / "writing.lock"),
        pytest.raises(HomeUnusable, match="another kamervraag command"),
        home.writing(),
    ):
        pytest.fail("it was let in")


def test_waiting_for_another_writer_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    other = FileLock(tmp_path / "writing.lock")
    other.acquire()

    def hear(line: str) -> None:
        said.append(line)
        other.release()

    with Home(tmp_path, hear).writing():
        assert len(said) == 1
        assert "waiting for another kamervraag command" in said[0]


def test_the_right_to_write_is_given_back_after_an_error(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.home._LONGEST_WAIT_S", 0.1)
    with pytest.raises(ZeroDivisionError), home.writing():
        raise ZeroDivisionError
    with home.writing():
        pass
