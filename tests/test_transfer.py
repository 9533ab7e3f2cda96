"""A home saved in one file comes back whole, merges without overwriting, and refuses what would do harm."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ingest.corpus import check_index
from ingest.errors import UserError
from ingest.home import Home
from ingest.pipeline import bundled_ids, ingest, open_corpus
from ingest.transfer import export_home, import_home
from tests.drawn import DrawnEmbedder, write_letters

EMBEDDER = DrawnEmbedder()


def contents(home: Home) -> dict[str, bytes]:
    """Return all files of a home that an index is not made of."""
    return {
        path.relative_to(home.folder).as_posix(): path.read_bytes()
        for path in home.folder.rglob("*")
        if path.is_file()
        and path.relative_to(home.folder).parts[0] not in ("generations", "vectors", "readings.jsonl")
        and path.suffix != ".lock"
    }


def converse(home: Home, *threads: str) -> None:
    with closing(sqlite3.connect(home.folder / "conversations.sqlite")) as connection, connection:
        connection.execute("create table if not exists checkpoints (thread_id, checkpoint_id, checkpoint)")
        connection.execute("create table if not exists writes (thread_id, checkpoint_id, value)")
        for thread in threads:
            connection.execute("insert into checkpoints values (?, '1', ?)", (thread, f"{thread} in {home.folder}"))
            connection.execute("insert into writes values (?, '1', 'x')", (thread,))


def conversations(home: Home) -> dict[str, str]:
    with closing(sqlite3.connect(home.folder / "conversations.sqlite")) as connection:
        return dict(connection.execute("select thread_id, checkpoint from checkpoints"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with two letters, a conversation, feedback and a file that no version knows yet."""
    made = Home(tmp_path / "home")
    open_corpus(made, EMBEDDER).close()
    ingest([write_letters(tmp_path / "in")], made, EMBEDDER)
    converse(made, "eerste")
    (made.folder / "feedback.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    (made.folder / "settings.toml").write_text("threads = 2\n", encoding="utf-8")
    return made


@pytest.fixture
def archive(home: Home, tmp_path: Path) -> Path:
    export_home(home, tmp_path / "saved.zip")
    return tmp_path / "saved.zip"


def test_a_new_home_holds_what_was_saved_and_answers(home: Home, archive: Path, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    import_home(archive, other, EMBEDDER)
    before, after = contents(home), contents(other)
    assert conversations(other) == conversations(home)
    del before["conversations.sqlite"], after["conversations.sqlite"]
    assert after == before
    assert check_index(other, EMBEDDER, whole=True)[0] == 3
    assert all(sources.iterdir() for sources in other.sources_folder.iterdir())


def test_corrections_are_saved_with_the_letter(home: Home, tmp_path: Path) -> None:
    home.save_corrections("2021-05-03-dijken", "drop: Kopie")
    export_home(home, tmp_path / "saved.zip")
    other = Home(tmp_path / "other")
    import_home(tmp_path / "saved.zip", other, EMBEDDER)
    assert other.corrections("2021-05-03-dijken") == "drop: Kopie"


def test_importing_again_changes_nothing(home: Home, archive: Path) -> None:
    before = contents(home)
    report = import_home(archive, home, EMBEDDER)
    assert contents(home) == before
    assert report.counts["new"] == 0


def test_a_letter_that_is_here_in_another_form_stays_and_the_other_is_kept_beside(
    home: Home, archive: Path, tmp_path: Path
) -> None:
    other = Home(tmp_path / "other")
    ingest([write_letters(tmp_path / "in", time=2)], other, EMBEDDER)
    mine = {letter_id: other.load(letter_id) for letter_id in other.letter_ids()}
    report = import_home(archive, other, EMBEDDER)
    assert {letter_id: other.load(letter_id) for letter_id in mine} == mine
    kept = sorted(path.name for path in (other.folder / "set-aside").iterdir())
    assert kept == sorted(f"{letter_id}.json" for letter_id in mine)
    assert all(any(letter_id in line for line in report.lines) for letter_id in mine)
    import_home(archive, other, EMBEDDER)
    assert sorted(path.name for path in (other.folder / "set-aside").iterdir()) == kept


def test_conversations_and_feedback_are_added_to_those_that_are_here(home: Home, archive: Path, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.create()
    converse(other, "eerste", "tweede")
    (other.folder / "feedback.jsonl").write_text('{"id": 2}\n', encoding="utf-8")
    mine = conversations(other)
    import_home(archive, other, EMBEDDER)
    assert conversations(other) == mine
    assert (other.folder / "feedback.jsonl").read_text(encoding="utf-8") == '{"id": 2}\n{"id": 1}\n'
    third = Home(tmp_path / "third")
    third.create()
    converse(third, "tweede")
    import_home(archive, third, EMBEDDER)
    assert conversations(third).keys() == {"eerste", "tweede"}


def test_an_import_that_was_cut_short_goes_on_when_it_is_tried_again(
    home: Home, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Home(tmp_path / "other")
    other.create()
    (other.folder / ".x1y2.importing").mkdir()

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ingest.transfer._merge_file", interrupt)
        with pytest.raises(KeyboardInterrupt):
            import_home(archive, other, EMBEDDER)
    import_home(archive, other, EMBEDDER)
    assert conversations(other) == conversations(home)
    assert check_index(other, EMBEDDER, whole=True)[0] == 3
    assert not list(other.folder.glob("*.importing"))


def test_a_file_in_the_way_is_not_overwritten_and_no_half_archive_is_left(home: Home, tmp_path: Path) -> None:
    (tmp_path / "saved.zip").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="already"):
        export_home(home, tmp_path / "saved.zip")
    assert (tmp_path / "saved.zip").read_text(encoding="utf-8") == "mine"
    with pytest.raises(UserError, match="elsewhere"):
        export_home(home, home.folder / "saved.zip")
    with pytest.raises(UserError, match="can't be written"):
        export_home(home, tmp_path / "nowhere" / "saved.zip")


def test_links_and_pipes_in_a_home_are_left_out_by_name(home: Home, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    (home.folder / "note.txt").symlink_to(secret)
    os.mkfifo(home.folder / "pipe")
    report = export_home(home, tmp_path / "saved.zip")
    assert {"note.txt", "pipe"} == {line.rpartition(" ")[2] for line in report.lines}
    with zipfile.ZipFile(tmp_path / "saved.zip") as archive:
        assert not {"note.txt", "pipe"} & set(archive.namelist())


def entry(name: str, mode: int = 0o100600) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def bomb(archive: zipfile.ZipFile) -> None:
    archive.writestr("feedback.txt", b"0" * 50_000_000, zipfile.ZIP_DEFLATED)


HARM: dict[str, Callable[[zipfile.ZipFile], None]] = {
    "up": lambda archive: archive.writestr("../up.txt", "x"),
    "up inside": lambda archive: archive.writestr("letters/../../up.txt", "x"),
    "absolute": lambda archive: archive.writestr("/tmp/up.txt", "x"),
    "drive": lambda archive: archive.writestr("c:up.txt", "x"),
    "backslash": lambda archive: archive.writestr("..\\up.txt", "x"),
    "link": lambda archive: archive.writestr(entry("letters/x.json", 0o120777), "/etc/passwd"),
    "twice": lambda archive: archive.writestr("Settings.TOML", "x"),
    "folder": lambda archive: archive.writestr("letters/", ""),
    "not listed": lambda archive: archive.writestr("more.txt", "x"),
    "bomb": bomb,
}


@pytest.mark.parametrize("harm", HARM)
def test_an_archive_made_to_do_harm_is_refused_and_nothing_is_imported(
    archive: Path, tmp_path: Path, harm: str
) -> None:
    with zipfile.ZipFile(archive, "a") as opened:
        HARM[harm](opened)
    other = Home(tmp_path / "deep" / "er" / "other")
    with pytest.raises(UserError, match="nothing was imported"):
        import_home(archive, other, EMBEDDER)
    assert contents(other) == {}
    assert not list(tmp_path.rglob("up.txt"))
    assert not list(other.folder.glob("*.importing"))


@pytest.mark.parametrize("name", ["generations/CURRENT", "vectors/x.npz", "writing.lock", ".hidden"])
def test_what_is_never_saved_is_not_imported(archive: Path, tmp_path: Path, name: str) -> None:
    changed = rewritten(archive, tmp_path / "changed.zip", {name: b"x"})
    with pytest.raises(UserError, match="nothing was imported"):
        import_home(changed, Home(tmp_path / "other"), EMBEDDER)
    assert contents(Home(tmp_path / "other")) == {}


def rewritten(archive: Path, target: Path, more: dict[str, bytes]) -> Path:
    """Write the archive anew with other files, listed as they should be."""
    from hashlib import sha256

    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        listed = json.loads(old.read("kamervraag-home.json"))
        listed["files"] |= {name: sha256(data).hexdigest() for name, data in more.items()}
        new.writestr("kamervraag-home.json", json.dumps(listed))
        for name in listed["files"]:
            new.writestr(name, more[name] if name in more else old.read(name))
    return target


def test_a_damaged_letter_in_an_archive_is_refused_by_name(archive: Path, tmp_path: Path) -> None:
    changed = rewritten(archive, tmp_path / "changed.zip", {"letters/2021-05-03-x.json": b"{"})
    with pytest.raises(UserError, match=r"2021-05-03-x\.json"):
        import_home(changed, Home(tmp_path / "other"), EMBEDDER)


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "text", "missing", "pipe"])
def test_a_damaged_archive_is_refused(archive: Path, tmp_path: Path, damage: str) -> None:
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 0xFF
    archive.unlink()
    if damage == "pipe":
        os.mkfifo(archive)
    elif damage != "missing":
        half = bytes(data[: len(data) // 2])
        archive.write_bytes({"empty": b"", "cut": half, "flipped": bytes(data), "text": b"kamervraag"}[damage])
    with pytest.raises(UserError, match=r"saved\.zip"):
        import_home(archive, Home(tmp_path / "other"), EMBEDDER)
    assert contents(Home(tmp_path / "other")) == {}


def test_a_damaged_home_is_not_saved_as_if_it_were_whole(home: Home, tmp_path: Path) -> None:
    (home.folder / "conversations.sqlite").write_bytes(b"\xa5" * 9_000)
    with pytest.raises(UserError, match="doctor --repair"):
        export_home(home, tmp_path / "saved.zip")
    assert not (tmp_path / "saved.zip").exists()


def test_the_bundled_letter_of_an_archive_does_not_replace_the_one_here(archive: Path, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    import_home(archive, other, EMBEDDER)
    assert bundled_ids() < set(other.letter_ids())
