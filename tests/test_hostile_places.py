"""Full disks, homes that can't be written, links and other users: a clear error, or it works; nothing is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.corpus import check_index
from ingest.errors import HomeUnusable
from ingest.home import Home
from ingest.pipeline import ingest, open_corpus
from tests.drawn import DrawnEmbedder, write_letters

EMBEDDER = DrawnEmbedder()
ROOT = Path(__file__).parent.parent
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount, or become another user")
NOBODY = 65534
PROGRAM = """
import os, resource, sys
from pathlib import Path
from tests.drawn import DrawnEmbedder
from ingest.errors import UserError
from ingest.home import Home
from ingest.pipeline import ingest, open_corpus
import chromadb
folder, home, limit, user = sys.argv[1:]
if int(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
if int(user):
    os.setuid(int(user))
try:
    if folder:
        ingest([Path(folder)], Home(Path(home)), DrawnEmbedder())
    open_corpus(Home(Path(home)), DrawnEmbedder()).close()
except UserError as error:
    sys.exit(str(error))
"""


def run(folder: Path | str, home: Home, limit: int = 0, user: int = 0) -> subprocess.CompletedProcess[str]:
    """Ingest, if there is a folder, and open what is there, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(home.folder), str(limit), str(user)],
        env=environment, capture_output=True, text=True, timeout=120, check=False, cwd="/",
    )  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    open_corpus(made, EMBEDDER).close()
    ingest([write_letters(tmp_path / "in")], made, EMBEDDER)
    return made


def assert_explained(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 1, result
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "KAMERVRAAG_HOME" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("limit", [50, 2_000, 40_000, 200_000])
def test_a_file_that_may_not_grow_leaves_the_old_index_and_says_so(home: Home, tmp_path: Path, limit: int) -> None:
    assert_explained(run(write_letters(tmp_path / "in", time=2), home, limit))
    with closing(open_corpus(home, EMBEDDER)) as corpus:
        assert len(corpus.letters) == 3
    assert [result.outcome for result in ingest([tmp_path / "in"], home, EMBEDDER)] != ["failed", "failed"]
    assert check_index(home, EMBEDDER, whole=True)[0] == 3


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "mounted"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", place], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@AS_ROOT
@pytest.mark.slow
@pytest.mark.parametrize("free", [0, 20_000, 150_000, 330_000])
def test_a_full_disk_leaves_the_old_index_and_says_so(home: Home, mounted: Path, tmp_path: Path, free: int) -> None:
    home = Home(Path(shutil.copytree(home.folder, mounted / "home")))
    with (mounted / "filler").open("wb") as filler:
        space = os.statvfs(mounted)
        filler.write(bytes(max(space.f_bavail * space.f_frsize - free, 0)))
    assert_explained(run(write_letters(tmp_path / "in", time=2), home))
    (mounted / "filler").unlink()
    with closing(open_corpus(home, EMBEDDER)) as corpus:
        assert len(corpus.letters) == 3
    ingest([tmp_path / "in"], home, EMBEDDER)
    assert check_index(home, EMBEDDER, whole=True)[0] == 3


@AS_ROOT
@pytest.mark.slow
def test_a_home_that_is_mounted_read_only_is_read_but_not_written(home: Home, mounted: Path, tmp_path: Path) -> None:
    home = Home(Path(shutil.copytree(home.folder, mounted / "home")))
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    assert run("", home).returncode == 0
    assert_explained(run(write_letters(tmp_path / "in", time=2), home))
    assert check_index(home, EMBEDDER, whole=True)[0] == 3


@AS_ROOT
@pytest.mark.slow
@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_a_home_of_another_user_is_read_where_it_may_be_and_otherwise_explained(tmp_path: Path, mode: int) -> None:
    place = Path("/tmp") / f"kamervraag-{os.getpid()}-{mode}"
    try:
        home = Home(place / "home")
        open_corpus(home, EMBEDDER).close()
        for path in [place, *place.rglob("*")]:
            path.chmod(mode if path.is_dir() else mode & 0o644)
        result = run("", home, user=NOBODY)
        if mode == 0o755:
            assert result.returncode == 0, result.stderr
        else:
            assert_explained(result)
    finally:
        shutil.rmtree(place)


def test_letters_and_index_may_be_links_to_another_disk(home: Home, tmp_path: Path) -> None:
    for folder in (home.letters_folder, home.generations_folder, home.vectors_folder):
        folder.rename(tmp_path / f"other-{folder.name}")
        folder.symlink_to(tmp_path / f"other-{folder.name}")
    assert {result.outcome for result in ingest([write_letters(tmp_path / "in", time=2)], home, EMBEDDER)} == {
        "changed"
    }
    assert check_index(home, EMBEDDER, whole=True)[0] == 3
    assert home.letters_folder.is_symlink()


def test_nothing_outside_the_home_is_written_or_removed_through_a_link(home: Home, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "lease").touch()
    (outside / "mine.txt").write_text("mine", encoding="utf-8")
    letter = next(path for path in home.letters_folder.glob("*dijken.json"))
    letter.rename(outside / letter.name)
    before = (outside / letter.name).read_bytes()
    letter.symlink_to(outside / letter.name)
    (home.generations_folder / "abc").symlink_to(outside)
    (home.generations_folder / "x.building").symlink_to(outside)
    ingest([write_letters(tmp_path / "in", time=2)], home, EMBEDDER)
    assert (outside / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert (outside / letter.name).read_bytes() == before
    assert not letter.is_symlink()


@pytest.mark.parametrize("name", ["letters", "vectors", "generations"])
def test_a_file_or_pipe_where_a_folder_should_be_is_explained(home: Home, name: str) -> None:
    shutil.rmtree(home.folder / name)
    os.mkfifo(home.folder / name)
    with pytest.raises(HomeUnusable, match="KAMERVRAAG_HOME"):
        ingest([write_letters(home.folder.parent / "in", time=2)], home, EMBEDDER)


@pytest.mark.slow
def test_readers_during_ingests_always_find_one_whole_index(home: Home, tmp_path: Path) -> None:
    done, found = threading.Event(), list[int]()

    def read() -> None:
        while not done.is_set():
            with closing(open_corpus(Home(home.folder), EMBEDDER)) as corpus:
                index = corpus.index
                assert {row.letter_id for row in index.rows(range(index.size))} == corpus.letters.keys()
                found.append(index.search_dense(EMBEDDER.encode_query("x").pooled, 1)[0][0])

    reader = threading.Thread(target=read)
    reader.start()
    for time in range(2, 8):
        ingest([write_letters(tmp_path / "in", time)], home, EMBEDDER)
    done.set()
    reader.join()
    assert len(found) > 1
