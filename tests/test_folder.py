"""Many files: read side by side, not read again where they are as they were, and one that fails costs itself only."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ingest.adding import Ingested
from ingest.errors import HomeUnusable
from ingest.folder import FILE, reader_version
from ingest.home import Home
from ingest.letter import Letter
from ingest.pipeline import ingest as ingest_paths
from ingest.reading import Task, Unread, attempt, read_letter
from tests import worked
from tests.drawn import LETTER, DrawnEmbedder

EMBEDDER = DrawnEmbedder()
SUBJECTS = ("bossen", "dijken", "scholen", "treinen", "wegen")
ENGLISH = """## kop/1
To the President of the House of Representatives
## kop/2
The Hague, 3 May 2021
## inleiding/1
I hereby present to you the response to the advice about {subject}.
## vervolg
Continuation
## vervolg/1
The government wants to spend more money on {subject} in the coming years.
"""


def write(folder: Path, *names: str, time: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.txt").write_text(LETTER.format(subject=name, time=time), encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read, in this process."""
    names: list[str] = []

    def noted(task: Task) -> Letter | Unread:
        names.append(task.path.name)
        return attempt(task)

    monkeypatch.setattr("ingest.folder.attempt", noted)
    monkeypatch.setattr("ingest.folder._FEW_FILES", 100)
    return names


def ingest(path: Path, home: Home) -> dict[str, Ingested]:
    return {result.path.name: result for result in ingest_paths([path], home, EMBEDDER)}


def outcomes(results: dict[str, Ingested]) -> list[str]:
    return [result.outcome for result in results.values()]


def test_many_files_are_read_in_other_processes_and_come_out_as_if_read_here(home: Home, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", *SUBJECTS)
    assert [result.path.stem for result in ingest(folder, home).values()] == sorted(SUBJECTS)
    for letter in home.load_each():
        assert letter == read_letter(folder / letter.source)
    assert len(home.letter_ids()) == len(SUBJECTS)


def test_one_or_two_files_start_no_process(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **keywords: Any) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert outcomes(ingest(write(tmp_path / "in", *SUBJECTS[:2]), home)) == ["new", "new"]
    with pytest.raises(AssertionError, match="a process"):
        ingest(write(tmp_path / "more", *SUBJECTS[2:]), home)


@pytest.mark.parametrize(("fate", "reason"), [("crash", "Segmentation"), ("killed", "memory"), ("hang", "more than 3")])
def test_a_file_that_crashes_its_process_or_hangs_fails_with_the_reason_and_the_others_go_on(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fate: str, reason: str
) -> None:
    monkeypatch.setattr("ingest.folder.attempt", worked.read)
    monkeypatch.setattr("ingest.folder.LONGEST_READ_S", 3)
    results = ingest(write(tmp_path / "in", *SUBJECTS, fate), home)
    failed = results.pop(f"{fate}.txt")
    assert (failed.outcome, failed.letter_id) == ("failed", "")
    assert f"{fate}.txt" in failed.reason
    assert reason in failed.reason
    assert set(outcomes(results)) == {"new"}
    # and it is tried again
    monkeypatch.setattr("ingest.folder.attempt", attempt)
    assert outcomes(ingest(tmp_path / "in", home)).count("new") == 1


def test_a_fault_of_a_reader_fails_its_file_with_the_fault(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(path: Path) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr("ingest.reading.read_lines", faulty)
    (result,) = ingest(write(tmp_path / "in", "dijken"), home).values()
    assert result.outcome == "failed"
    assert "IndexError: list index out of range" in result.reason


def test_what_is_as_it_was_is_not_read_again(home: Home, tmp_path: Path, read: list[str]) -> None:
    folder = write(tmp_path / "in", *SUBJECTS)
    (folder / "kopie.txt").write_bytes((folder / "bossen.txt").read_bytes())
    first = ingest(folder, home)
    assert len(read) == 6
    read.clear()
    again = ingest(folder, home)
    assert read == []
    assert set(outcomes(again)) == {"same"}
    assert again["kopie.txt"] == first["kopie.txt"]
    assert again["kopie.txt"].reason.endswith(first["bossen.txt"].letter_id)
    os.utime(folder / "bossen.txt", (0, 0))
    write(folder, "wegen", time=2)
    assert ingest(folder, home)["wegen.txt"].outcome == "changed"
    assert read == ["wegen.txt"]


def test_a_translation_that_came_or_changed_is_seen(home: Home, tmp_path: Path, read: list[str]) -> None:
    folder = write(tmp_path / "in", "dijken")
    assert outcomes(ingest(folder, home)) == ["new"]
    for subject, expected in (("dykes", ["changed"]), ("dykes", ["same"]), ("dams", ["changed"])):
        (folder / "dijken.en.txt").write_text(ENGLISH.format(subject=subject), encoding="utf-8")
        results = ingest(folder, home)
        assert outcomes(results) == expected, results
    assert len(read) == 3
    # without it the letter keeps the one it had
    (folder / "dijken.en.txt").unlink()
    assert outcomes(ingest(folder, home)) == ["same"]


def test_corrections_that_are_kept_or_changed_in_the_home_are_seen(home: Home, tmp_path: Path, read: list[str]) -> None:
    folder = write(tmp_path / "in", "dijken")
    (result,) = ingest(folder, home).values()
    home.save_corrections(result.letter_id, "drop: Vervolg\n")
    for expected in (["changed"], ["same"]):
        assert outcomes(ingest(folder, home)) == expected
    assert len(read) == 2
    assert [section.heading for section in home.load(result.letter_id).sections] == [""]


def test_another_version_of_the_readers_reads_anew(
    home: Home, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "in", "dijken")
    ingest(folder, home)
    with monkeypatch.context() as patch:
        patch.setattr("ingest.folder.version", lambda package: "another")
        reader_version.cache_clear()
        assert outcomes(ingest(folder, home)) == ["same"]
    reader_version.cache_clear()
    assert len(read) == 2


def test_a_letter_that_was_removed_or_damaged_meanwhile_is_read_again(
    home: Home, tmp_path: Path, read: list[str]
) -> None:
    folder = write(tmp_path / "in", "dijken", "wegen")
    results = ingest(folder, home)
    home.remove(results["dijken.txt"].letter_id)
    assert outcomes(ingest(folder, home)) == ["new", "same"]
    assert read == ["dijken.txt", "wegen.txt", "dijken.txt"]


@pytest.mark.parametrize("damage", [b"", b"\xff\x00", b'{"key": 3}\n[]\nnull', b'{"key": "'])
def test_what_is_remembered_may_be_damaged(home: Home, tmp_path: Path, read: list[str], damage: bytes) -> None:
    folder = write(tmp_path / "in", "dijken")
    ingest(folder, home)
    (home.folder / FILE).write_bytes(damage)
    for _ in range(2):
        assert outcomes(ingest(folder, home)) == ["same"]
    assert len(read) == 2


def test_what_is_remembered_does_not_grow_for_ever(
    home: Home, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.folder._MOST_LINES", 6)
    for time in range(10):
        ingest(write(tmp_path / "in", "dijken", time=time), home)
        assert len((home.folder / FILE).read_bytes().split()) <= 8 * 8
    read.clear()
    assert outcomes(ingest(tmp_path / "in", home)) == ["same"]
    assert read == []


def test_an_ingest_that_was_broken_off_after_reading_need_not_read_again(
    home: Home, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any) -> None:
        raise HomeUnusable("free some space")

    folder = write(tmp_path / "in", *SUBJECTS)
    with monkeypatch.context() as patch:
        patch.setattr("ingest.pipeline.embed_letters", full)
        with pytest.raises(HomeUnusable):
            ingest(folder, home)
    read.clear()
    assert set(outcomes(ingest(folder, home))) == {"same"}
    assert read == []
    assert len(list(home.vectors_folder.glob("*.npz"))) == len(SUBJECTS)


def test_a_file_that_changes_while_it_is_read_is_not_kept_with_another_text(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "in", "dijken")

    def changed(task: Task) -> Letter | Unread:
        letter = attempt(task)
        write(folder, "dijken", time=2)
        return letter

    with monkeypatch.context() as patch:
        patch.setattr("ingest.folder.attempt", changed)
        (result,) = ingest(folder, home).values()
    assert result.outcome == "failed"
    assert "changed while it was read" in result.reason
    assert outcomes(ingest(folder, home)) == ["new"]


def test_what_is_remembered_is_no_letter_text(home: Home, tmp_path: Path) -> None:
    ingest(write(tmp_path / "in", "dijken"), home)
    (line,) = (home.folder / FILE).read_bytes().split(b"\n")[1:]
    assert set(json.loads(line)) == {"key", "id", "corrections", "digest"}
