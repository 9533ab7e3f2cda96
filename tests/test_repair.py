"""Whatever breaks in a home is noticed by the doctor, mended by it, and nothing sound is lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ingest.corpus import check_index
from ingest.errors import BrokenGeneration, HomeUnusable
from ingest.home import Home
from ingest.letter import Letter
from ingest.letter_file import FORMAT
from ingest.pipeline import bundled_ids, ingest, open_corpus
from ingest.repair import Repair, check_databases, repair_home
from tests.drawn import DrawnEmbedder, write_letters

EMBEDDER = DrawnEmbedder()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    open_corpus(made, EMBEDDER).close()
    ingest([write_letters(tmp_path / "in")], made, EMBEDDER)
    with closing(sqlite3.connect(made.folder / "conversations.sqlite")) as connection, connection:
        connection.execute("create table checkpoints (thread_id, checkpoint)")
        connection.executemany("insert into checkpoints values (?, ?)", [(str(one), "x" * 900) for one in range(99)])
    return made


def letter_file(home: Home) -> Path:
    return next(path for path in home.letters_folder.glob("*.json") if path.stem not in bundled_ids())


def the(home: Home, name: str) -> Path:
    """Return the one file of a home that has this name."""
    if name == "letter":
        return letter_file(home)
    return next(path for path in sorted(home.folder.rglob(name)) if path.is_file())


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite_middle(path: Path) -> None:
    data = path.read_bytes()
    third = len(data) // 3
    path.write_bytes(data[:third] + b"\xa5" * third + data[2 * third :])


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


NAMES = ["chroma.sqlite3", "lexical.db", "tokens.npy", "sentences.npy", "manifest.json", "CURRENT", "letter",
         "conversations.sqlite"]  # fmt: skip
DAMAGE = [empty, cut, overwrite_middle, make_pipe, Path.unlink]


def repaired(home: Home) -> list[Repair]:
    return list(repair_home(home, EMBEDDER))


def letters_of(home: Home) -> dict[str, Letter]:
    return {letter.id: letter for letter in home.load_each()}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_each_kind_that_breaks_is_mended_and_no_letter_is_lost(
    home: Home, name: str, damage: Callable[[Path], None]
) -> None:
    if damage is Path.unlink and name in ("letter", "conversations.sqlite"):
        pytest.skip("what is gone without a trace was removed on purpose")
    before = letters_of(home)
    damage(the(home, name))
    if name == "conversations.sqlite":
        assert [path.name for path, _ in check_databases(home)] == [name]
    else:
        with pytest.raises((BrokenGeneration, HomeUnusable)):
            check_index(home, EMBEDDER, whole=True)
    done = repaired(home)
    assert not [repair for repair in done if repair.mend]
    assert letters_of(home) == before
    assert check_index(home, EMBEDDER, whole=True)[0] == len(before)
    assert not list(check_databases(home))
    if name in ("letter", "conversations.sqlite"):
        assert list((home.folder / "set-aside").iterdir())


@pytest.mark.parametrize("damage", [empty, cut, overwrite_middle, make_pipe], ids=lambda damage: damage.__name__)
def test_vectors_that_break_are_made_again(home: Home, damage: Callable[[Path], None]) -> None:
    damage(the(home, "*.npz"))
    assert any("vectors" in repair.what for repair in repaired(home))
    assert check_index(home, EMBEDDER, whole=True)[0] == 3


def test_a_broken_letter_without_its_file_is_set_aside_whole_and_named(home: Home) -> None:
    path = letter_file(home)
    cut(path)
    broken = path.read_bytes()
    shutil.rmtree(home.sources_folder)
    (left,) = [repair for repair in repaired(home) if repair.mend]
    assert path.stem in left.what
    assert "ingest" in (left.mend or "")
    assert (home.folder / "set-aside" / path.name).read_bytes() == broken
    assert path.stem not in home.letter_ids()
    assert check_index(home, EMBEDDER)[0] == 2


def test_files_set_aside_twice_do_not_replace_each_other(home: Home) -> None:
    path = letter_file(home)
    for content in ("eerst", "daarna"):
        path.write_text(content, encoding="utf-8")
        repaired(home)
    assert {one.read_text(encoding="utf-8") for one in (home.folder / "set-aside").iterdir()} == {"eerst", "daarna"}


def test_a_sound_home_is_built_again_and_stays_as_it_was(home: Home) -> None:
    before = letters_of(home)
    (done,) = repaired(home)
    assert "sound" in done.what
    assert letters_of(home) == before
    assert not (home.folder / "set-aside").exists()


def as_first_version(path: Path) -> None:
    value = {**json.loads(path.read_text(encoding="utf-8")), "format": 1}
    del value["checksum"]
    path.write_text(json.dumps(value), encoding="utf-8")


def test_letters_of_the_first_version_are_brought_up_to_date(home: Home) -> None:
    before = letters_of(home)
    for path in home.letters_folder.glob("*.json"):
        as_first_version(path)
    assert letters_of(home) == before
    assert any("older version" in repair.what for repair in repaired(home))
    assert {json.loads(path.read_bytes())["format"] for path in home.letters_folder.glob("*.json")} == {FORMAT}
    assert letters_of(home) == before


def test_a_letter_of_a_newer_version_is_left_alone(home: Home) -> None:
    path = letter_file(home)
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "format": 99}), encoding="utf-8")
    content = path.read_bytes()
    with pytest.raises(HomeUnusable, match="newer version"):
        repaired(home)
    assert path.read_bytes() == content


def older_generation(home: Home, written: int) -> None:
    """Make the index one of an earlier format: 1 had 16-bit token vectors, 2 and 3 no digests of Chroma's files."""
    path = the(home, "manifest.json")
    manifest = json.loads(path.read_bytes())
    manifest["format"] = written
    manifest["files"] = {name: seal[:2] for name, seal in manifest["files"].items()}
    path.write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize("written", [1, 2, 3, 99])
def test_an_index_of_another_version_is_built_again_with_a_message(home: Home, written: int) -> None:
    older_generation(home, written)
    said: list[str] = []
    with closing(open_corpus(Home(home.folder, said.append), EMBEDDER)) as corpus:
        assert len(corpus.letters) == 3
    (line,) = said
    assert f"format {written}" in line


def test_a_clock_set_back_changes_nothing(home: Home, tmp_path: Path) -> None:
    for path in home.folder.rglob("*"):
        os.utime(path, (4e9, 4e9))
    assert check_index(home, EMBEDDER, whole=True)[0] == 3
    results = ingest([write_letters(tmp_path / "in", time=2)], home, EMBEDDER)
    assert [result.outcome for result in results] == ["changed", "changed"]
    assert check_index(home, EMBEDDER, whole=True)[0] == 3
