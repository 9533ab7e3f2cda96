"""Letters of visitors: beside the shared ones, seen by their owner alone, gone when deleted or forgotten."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, cast

import pytest

from assistant.pipeline import Assistant, build_assistant
from ingest.embed import Embedder
from ingest.errors import UnknownLetter
from ingest.home import Home
from ingest.index import Letters
from ingest.letter import Letter
from ingest.settings import Settings
from ui.library import FOLDER, MOST_BYTES, MOST_LISTED, Library
from ui.limits import Refusal, Uploads

NAVO = "2018-04-26-navo"
LETTER = Path(__file__).with_name("letters") / "c-ocw.txt"
CONTENT = LETTER.read_bytes()


@pytest.fixture
def shared(home_copy: Path, embedder: Embedder) -> Iterator[Assistant]:
    with closing(build_assistant(Settings(home=home_copy), embedder=embedder)) as built:
        yield built


@pytest.fixture
def library(shared: Assistant, home_copy: Path) -> Iterator[Library]:
    with closing(Library(shared, Home(home_copy))) as opened:
        yield opened


def test_an_own_letter_is_asked_beside_the_shared_ones_by_its_owner_alone(library: Library, home_copy: Path) -> None:
    letter = library.add("anna", LETTER.name, CONTENT)
    with library.open("anna") as mine, library.open("bert") as theirs:
        assert set(mine.letters) == {NAVO, letter.id}
        assert set(theirs.letters) == {NAVO}
        assert mine.ask("Hoeveel militairen zijn er in Litouwen?").citations[0].letter == NAVO
        heading = next(section.heading for section in letter.sections if section.heading)
        assert letter.id in {hit.letter.id for hit in mine.search(heading)}
    assert library.own_ids("anna") == (letter.id,)
    assert library.own_ids("bert") == ()
    assert Home(home_copy).letter_ids() == (NAVO,)


def test_looking_at_a_letter_keeps_nothing(library: Library, home_copy: Path) -> None:
    before = {path for path in home_copy.rglob("*") if path.is_file()}
    assert library.read(LETTER.name, CONTENT).sections
    assert {path for path in home_copy.rglob("*") if path.is_file()} == before


def test_a_removed_letter_leaves_nothing_behind(library: Library, home_copy: Path) -> None:
    letter = library.add("anna", LETTER.name, CONTENT)
    with pytest.raises(UnknownLetter):
        library.remove("bert", letter.id)
    with pytest.raises(UnknownLetter):
        library.remove("anna", NAVO)
    library.remove("anna", letter.id)
    assert not list((home_copy / FOLDER).iterdir())
    assert list((home_copy / "vectors").glob("*.npz"))
    with library.open("anna") as assistant:
        assert assistant is library.shared


def test_of_two_own_letters_the_other_stays_when_one_is_removed(library: Library) -> None:
    first = library.add("anna", LETTER.name, CONTENT)
    second = library.add("anna", "d-fin.txt", LETTER.with_name("d-fin.txt").read_bytes())
    library.remove("anna", first.id)
    assert library.own_ids("anna") == (second.id,)
    with library.open("anna") as assistant:
        assert set(assistant.letters) == {NAVO, second.id}


def test_letters_that_nobody_asks_for_a_month_are_forgotten(
    library: Library, shared: Assistant, home_copy: Path
) -> None:
    for owner in ("anna", "bert"):
        library.add(owner, LETTER.name, CONTENT)
    long_ago = time.time() - 40 * 24 * 3600
    os.utime(home_copy / FOLDER / "anna", (long_ago, long_ago))
    again = Library(shared, Home(home_copy))
    assert again.own_ids("anna") == ()
    assert again.own_ids("bert")


def test_a_shared_letter_that_changes_is_asked_as_it_is_now(library: Library, home_copy: Path) -> None:
    library.add("anna", LETTER.name, CONTENT)
    other = Library(library.shared, Home(home_copy), Uploads.shared)
    added = other.add("bert", "d-fin.txt", LETTER.with_name("d-fin.txt").read_bytes())
    assert added.id in other.shared.letters
    with other.open("anna") as assistant:
        assert added.id in assistant.letters
        assert assistant.index.size > other.shared.index.size
    other.close()
    other.shared.close()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("brief.exe", b"MZ", "file_type"),
        ("brief", CONTENT, "file_type"),
        ("leeg.txt", b" \n", "file_unreadable"),
        ("groot.txt", b"x" * (MOST_BYTES + 1), "file_large"),
        ("stuk.pdf", b"%PDF-1.7 stuk", "file_unreadable"),
    ],
)
def test_what_is_no_letter_is_refused_by_kind_and_without_a_path(
    library: Library, name: str, content: bytes, kind: str
) -> None:
    with pytest.raises(Refusal) as refused:
        library.read(name, content)
    assert refused.value.kind == kind
    assert "/" not in str(refused.value)
    with pytest.raises(Refusal):
        library.add("anna", name, content)
    assert library.own_ids("anna") == ()


@pytest.mark.parametrize("name", ["../../../etc/brief.txt", "a/b\x00c.txt", "brief\n.txt", "é" * 300 + ".txt", "..txt"])
def test_no_name_leads_out_of_the_folder(library: Library, name: str, home_copy: Path) -> None:
    assert library.read(name, CONTENT).source.endswith(".txt")


def test_more_than_a_shelf_full_is_refused(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.library.MOST_OWN", 1)
    library.add("anna", LETTER.name, CONTENT)
    with pytest.raises(Refusal) as refused:
        library.add("anna", "d-fin.txt", CONTENT)
    assert refused.value.kind == "file_many"


def test_where_no_letters_are_taken_none_is_read(shared: Assistant, home_copy: Path) -> None:
    with pytest.raises(Refusal) as refused:
        Library(shared, Home(home_copy), Uploads.off).read(LETTER.name, CONTENT)
    assert refused.value.kind == "no_uploads"


def test_many_letters_are_listed_by_id_and_none_is_read(shared: Assistant, library: Library) -> None:
    bundled = shared.letters[NAVO]
    ids = [*(f"2020-01-01-brief-{number:04}" for number in range(3 * MOST_LISTED)), NAVO]
    shared.letters = cast("Letters", _Unread({letter_id: replace(bundled, id=letter_id) for letter_id in ids}))
    listed, left_off = library.list(shared)
    assert [entry["id"] for entry in listed[:1]] == [NAVO]
    assert (len(listed), left_off) == (MOST_LISTED, 2 * MOST_LISTED + 1)
    found, left_off = library.list(shared, wanted="april NAVO")
    assert len(found) == MOST_LISTED
    assert left_off == 2 * MOST_LISTED + 1
    assert library.list(shared, wanted="april xyzzy") == ([], 0)


class _Unread(dict[str, Letter]):
    """Letters of which only the heads may be read."""

    @property
    def heads(self) -> dict[str, Letter]:
        return dict(self.items())

    def __getitem__(self, letter_id: str) -> NoReturn:
        raise AssertionError(f"{letter_id} is read")

    def values(self) -> NoReturn:
        raise AssertionError("every letter is read")
