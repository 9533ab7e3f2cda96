"""Files into an index: again and again, several at once, and whatever happens in between."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.adding import Ingested
from ingest.corpus import check_index
from ingest.embed import Embedder
from ingest.errors import HomeUnusable, UnknownLetter, UnreadableLetter
from ingest.home import Home
from ingest.pipeline import bundled_files, bundled_ids, ingest, open_corpus, prepare_home, remove
from ingest.reading import find_letters, read_letter

ROOT = Path(__file__).parent.parent
LETTER = """Aan de Voorzitter van de Tweede Kamer

Den Haag, {day} mei 2021

Hierbij bied ik u, mede namens mijn collega, de reactie op het advies over {subject} aan.

Vervolg

Het kabinet wil in de komende jaren meer geld uitgeven aan {subject} en aan het onderhoud daarvan.

De Minister van Defensie,
A.B. Jansen
"""
SUBJECTS = ("dijken", "scholen", "treinen", "bossen")


def write_letter(folder: Path, subject: str, day: int = 3) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{subject}.txt"
    path.write_text(LETTER.format(subject=subject, day=day), encoding="utf-8")
    return path


def outcomes(results: list[Ingested]) -> list[str]:
    return [result.outcome for result in results]


def paragraphs_found(home: Home, embedder: Embedder, word: str) -> set[str]:
    with closing(open_corpus(home, embedder)) as corpus:
        index = corpus.index
        return {row.letter_id for row in index.rows([row for row, _ in index.search_terms([word], 50)])}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "new")


def test_a_letter_is_new_then_the_same_then_changed(home: Home, embedder: Embedder, tmp_path: Path) -> None:
    path = write_letter(tmp_path / "in", "dijken")
    assert outcomes(ingest([path], home, embedder)) == ["new"]
    before = sorted(home.generations_folder.iterdir())
    assert outcomes(ingest([path], home, embedder)) == ["same"]
    assert sorted(home.generations_folder.iterdir()) == before
    path.write_text(path.read_text(encoding="utf-8").replace("onderhoud", "beheer"), encoding="utf-8")
    assert outcomes(ingest([path], home, embedder)) == ["changed"]
    assert len(home.letter_ids()) == 1
    assert check_index(home, embedder)[0] == 1


def test_the_same_text_under_another_name_is_not_added_twice(home: Home, embedder: Embedder, tmp_path: Path) -> None:
    path = write_letter(tmp_path / "in", "dijken")
    copy = Path(shutil.copy(path, path.with_name("kopie.txt")))
    first, second = ingest([path, copy], home, embedder)
    assert (first.outcome, second.outcome) == ("new", "same")
    assert first.letter_id in second.reason
    assert home.letter_ids() == (first.letter_id,)


def test_two_files_with_one_id_do_not_replace_each_other(home: Home, embedder: Embedder, tmp_path: Path) -> None:
    first = write_letter(tmp_path / "in", "dijken")
    twin = write_letter(tmp_path / "in" / "meer", "scholen").rename(tmp_path / "in" / "meer" / "dijken.txt")
    for expected in (["new", "failed"], ["same", "failed"]):
        results = ingest([first, twin], home, embedder)
        assert outcomes(results) == expected
        assert str(first) in results[1].reason
    (letter_id,) = home.letter_ids()
    assert "dijken" in home.load(letter_id).title


def test_a_file_whose_name_makes_the_id_of_another_is_refused(home: Home, embedder: Embedder, tmp_path: Path) -> None:
    ingest([write_letter(tmp_path / "in", "dijken")], home, embedder)
    other = write_letter(tmp_path / "later", "scholen").rename(tmp_path / "later" / "Dijken!.txt")
    (result,) = ingest([other], home, embedder)
    assert result.outcome == "failed"
    assert "dijken.txt; rename the file" in result.reason


def test_a_text_that_moved_to_another_file_is_not_taken_for_the_old_one(
    home: Home, embedder: Embedder, tmp_path: Path
) -> None:
    first = write_letter(tmp_path / "in", "dijken")
    ingest([first], home, embedder)
    moved = first.rename(first.with_name("oud.txt"))
    write_letter(tmp_path / "in", "scholen").rename(first)
    assert outcomes(ingest([first, moved], home, embedder)) == ["changed", "new"]


def test_a_name_that_is_not_utf8_is_kept_readable(tmp_path: Path) -> None:
    path = write_letter(tmp_path / "in", "dijken").rename(tmp_path / "in" / "dijken\udcff.txt")
    assert read_letter(path).source == "dijken?.txt"


@pytest.mark.parametrize("length", [252, 255, 300])
def test_a_name_that_is_too_long_is_no_accident(tmp_path: Path, length: int) -> None:
    path = tmp_path / f"{'x' * (length - 4)}.txt"
    if length <= 255:
        path.write_text(LETTER.format(subject="dijken", day=3), encoding="utf-8")
        assert read_letter(path).source == path.name
        return
    assert find_letters([path]) == (path,)
    with pytest.raises(UnreadableLetter, match="too long"):
        read_letter(path)


def test_a_paragraph_with_more_sentences_than_can_be_numbered_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.reading._MOST_SENTENCES", 3)
    path = write_letter(tmp_path, "dijken")
    read_letter(path)
    path.write_text(path.read_text(encoding="utf-8").replace("\n\nVervolg", " Een zin." * 4), encoding="utf-8")
    with pytest.raises(UnreadableLetter, match="sentences"):
        read_letter(path)


def test_files_that_fail_do_not_stop_the_rest(home: Home, embedder: Embedder, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write_letter(folder, "dijken")
    write_letter(folder, "scholen")
    (folder / "leeg.txt").touch()
    (folder / "latijn.txt").write_bytes("geïntegreerd".encode("latin-1"))
    (folder / "lijst.txt").write_text("Aan de Voorzitter\n\nDen Haag, 3 mei 2021\n", encoding="utf-8")
    missing = tmp_path / "weg.txt"
    results = {result.path.name: result for result in ingest([folder, missing], home, embedder)}
    failed = {name for name, result in results.items() if result.outcome == "failed"}
    assert failed == {"leeg.txt", "latijn.txt", "lijst.txt", "weg.txt"}
    assert all(not results[name].letter_id and name in results[name].reason for name in failed)
    assert results["dijken.txt"].outcome == results["scholen.txt"].outcome == "new"
    assert check_index(home, embedder)[0] == 2


def test_a_failing_translation_fails_its_letter_only(home: Home, embedder: Embedder, tmp_path: Path) -> None:
    path = write_letter(tmp_path / "in", "dijken")
    path.with_name("dijken.en.txt").write_text("## kop/1\nTo the President\n", encoding="utf-8")
    (result,) = ingest([path.parent], home, embedder)
    assert result.outcome == "failed"
    assert "##" in result.reason


def test_a_text_without_paragraphs_is_no_letter(tmp_path: Path) -> None:
    path = tmp_path / "lijst.txt"
    path.write_text("Aan de Voorzitter\n\nDen Haag, 3 mei 2021\n", encoding="utf-8")
    with pytest.raises(UnreadableLetter, match="no paragraph"):
        read_letter(path)


def test_folders_are_searched_for_letters_each_once_without_translations(tmp_path: Path) -> None:
    first, second = write_letter(tmp_path / "b", "dijken"), write_letter(tmp_path / "a" / "c", "scholen")
    (tmp_path / "a" / "scholen.en.txt").write_text("## kop/1\n", encoding="utf-8")
    (tmp_path / "a" / "nota.rst").write_text("Nota", encoding="utf-8")
    assert find_letters([tmp_path, first, tmp_path / "b"]) == (second, first)


def test_a_folder_without_letters_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLetter, match=str(tmp_path)):
        find_letters([tmp_path])


def test_far_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.reading._MOST_FILES", 1)
    with pytest.raises(UnreadableLetter, match="2 files are too many"):
        find_letters([write_letter(tmp_path, "dijken"), write_letter(tmp_path, "scholen")])


def test_the_bundled_letter_is_in_every_home(home: Home) -> None:
    prepare_home(home)
    assert set(home.letter_ids()) == bundled_ids()
    assert all(home.load(letter_id).bundled for letter_id in home.letter_ids())


def test_the_bundled_letter_given_as_a_file_stays_bundled(home_copy: Path, embedder: Embedder, tmp_path: Path) -> None:
    home = Home(home_copy)
    copy = Path(shutil.copy(bundled_files()[0], tmp_path / "kopie.txt"))
    assert outcomes(ingest([bundled_files()[0], copy], home, embedder)) == ["same", "same"]
    assert all(home.load(letter_id).bundled for letter_id in home.letter_ids())


def test_a_file_named_like_a_bundled_letter_does_not_replace_it(
    home_copy: Path, embedder: Embedder, tmp_path: Path
) -> None:
    home, (bundled,) = Home(home_copy), bundled_ids()
    path = write_letter(tmp_path / "in", bundled)
    path.write_text(LETTER.format(subject="dijken", day=3).replace("3 mei 2021", "26 april 2018"), encoding="utf-8")
    (result,) = ingest([path], home, embedder)
    assert result.outcome == "failed"
    assert "rename" in result.reason
    assert home.load(bundled).bundled


def test_a_removed_letter_is_found_no_more(home_copy: Path, embedder: Embedder, tmp_path: Path) -> None:
    home = Home(home_copy)
    (result,) = ingest([write_letter(tmp_path / "in", "dijken")], home, embedder)
    assert result.letter_id in paragraphs_found(home, embedder, "dijk")
    remove(result.letter_id, home, embedder)
    assert paragraphs_found(home, embedder, "dijk") == set()
    assert set(home.letter_ids()) == bundled_ids()


def test_removing_an_unknown_or_a_bundled_letter_is_refused(home_copy: Path, embedder: Embedder) -> None:
    (bundled,) = bundled_ids()
    with pytest.raises(UnknownLetter, match="1999-01-01-x"):
        remove("1999-01-01-x", Home(home_copy), embedder)
    with pytest.raises(HomeUnusable, match=bundled):
        remove(bundled, Home(home_copy), embedder)


def test_the_way_out_of_a_damaged_letter_leads_out(home_copy: Path, embedder: Embedder, tmp_path: Path) -> None:
    home = Home(home_copy)
    path = write_letter(tmp_path / "in", "dijken")
    (added,) = ingest([path], home, embedder)
    (home.letters_folder / f"{added.letter_id}.json").write_text('{"format": 1, ', encoding="utf-8")
    with pytest.raises(HomeUnusable, match=f"kamervraag remove {added.letter_id}"):
        open_corpus(home, embedder).close()
    remove(added.letter_id, home, embedder)
    assert outcomes(ingest([path], home, embedder)) == ["new"]
    assert added.letter_id in paragraphs_found(home, embedder, "dijk")


@pytest.mark.parametrize("content", ["", '{"format": 1, ', '{"format": 99}'])
def test_a_damaged_bundled_letter_is_put_right(home_copy: Path, embedder: Embedder, content: str) -> None:
    home, (bundled,) = Home(home_copy), bundled_ids()
    whole = home.load(bundled)
    (home.letters_folder / f"{bundled}.json").write_text(content, encoding="utf-8")
    with closing(open_corpus(home, embedder)) as corpus:
        assert corpus.index.search_dense(embedder.encode_query("Cyber").pooled, 3)
    assert home.load(bundled) == whole


def damage_pointer(home: Home) -> None:
    (home.generations_folder / "CURRENT").write_text("weg", encoding="utf-8")


def damage_tokens(home: Home) -> None:
    (path,) = home.generations_folder.rglob("tokens.npy")
    path.write_bytes(path.read_bytes()[:1000])


def damage_database(home: Home) -> None:
    (path,) = home.generations_folder.rglob("chroma.sqlite3")
    path.write_bytes(b"\xa5" * path.stat().st_size)


def damage_generations(home: Home) -> None:
    shutil.rmtree(home.generations_folder)


@pytest.mark.parametrize("damage", [damage_pointer, damage_tokens, damage_database, damage_generations])
def test_a_damaged_index_is_rebuilt_from_the_letters_with_a_message(
    home_copy: Path, embedder: Embedder, damage: object
) -> None:
    assert callable(damage)
    said: list[str] = []
    home = Home(home_copy, said.append)
    damage(home)
    with closing(open_corpus(home, embedder)) as corpus:
        assert corpus.index.search_dense(embedder.encode_query("Cyber").pooled, 3)
    assert len(said) == 1
    assert "rebuilding" in said[0]
    with closing(open_corpus(home, embedder)):
        assert len(said) == 1


def test_opening_reads_no_letter_of_the_home(
    home_copy: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, (bundled,) = Home(home_copy), bundled_ids()
    whole = home.load(bundled)

    def parse(data: bytes) -> object:
        raise AssertionError(data)

    monkeypatch.setattr("ingest.home.parse_letter", parse)
    with closing(open_corpus(home, embedder)) as corpus:
        assert corpus.letters[bundled] == whole


def test_a_letter_whose_file_knew_less_is_written_anew_with_the_index(
    home_copy: Path, embedder: Embedder, tmp_path: Path
) -> None:
    home = Home(home_copy)
    (result,) = ingest([write_letter(tmp_path / "in", "dijken")], home, embedder)
    letter, path = home.load(result.letter_id), home.letters_folder / f"{result.letter_id}.json"
    value = json.loads(path.read_bytes())
    del value["papers"], value["format"], value["checksum"]
    checksum = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps({"format": 2, "checksum": checksum, **value}), encoding="utf-8")
    said: list[str] = []
    for _ in range(2):
        with closing(open_corpus(Home(home_copy, said.append), embedder)) as corpus:
            assert corpus.letters[letter.id] == letter
    assert len(said) == 1


def test_damaged_vectors_are_made_again(home: Home, embedder: Embedder, tmp_path: Path) -> None:
    path = write_letter(tmp_path / "in", "dijken")
    ingest([path], home, embedder)
    for stored in home.vectors_folder.iterdir():
        stored.write_bytes(b"garbage")
    damage_tokens(home)
    assert outcomes(ingest([path], home, embedder)) == ["same"]
    assert check_index(home, embedder)[0] == 1


def test_a_new_home_is_filled_without_a_word(home: Home, home_copy: Path, embedder: Embedder) -> None:
    home.create()
    shutil.copytree(home_copy / "vectors", home.vectors_folder, dirs_exist_ok=True)
    said: list[str] = []
    with closing(open_corpus(Home(home.folder, said.append), embedder)) as corpus:
        assert corpus.index.size > 0
    assert said == []


def test_progress_is_one_count_that_runs_to_the_end(home: Home, embedder: Embedder, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    for subject in SUBJECTS[:2]:
        write_letter(tmp_path / "in", subject)
    for _ in ("new", "same"):
        seen.clear()
        ingest([tmp_path / "in"], home, embedder, lambda *told: seen.append(told))
        assert len({total for _, _, total in seen}) == 1
        assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
        assert seen[-1][1] == seen[-1][2]
    ingest([write_letter(tmp_path / "more", "bossen")], home, embedder, lambda *told: seen.append(told))
    assert list(dict.fromkeys(stage for stage, _, _ in seen)) == ["reading", "indexing", "embedding"]


def test_vectors_are_made_once(home: Home, embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest([write_letter(tmp_path / "in", "dijken")], home, embedder)
    encoded: list[int] = []
    encode = type(embedder).encode_passages

    def counting(self: Embedder, texts: list[str]) -> object:
        encoded.append(len(texts))
        return encode(self, texts)

    monkeypatch.setattr(type(embedder), "encode_passages", counting)
    shutil.rmtree(home.generations_folder)
    assert outcomes(ingest([tmp_path / "in"], home, embedder)) == ["same"]
    assert encoded == []
    assert check_index(home, embedder)[0] == 1


def test_a_full_disk_leaves_an_index_that_still_answers(
    home_copy: Path, embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(home_copy)

    def full(vectors: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("ingest.embedding.save_vectors", full)
        with pytest.raises(HomeUnusable, match="free some space"):
            ingest([write_letter(tmp_path / "in", "dijken")], home, embedder)
    assert not list(home.vectors_folder.glob("*.part"))
    with closing(open_corpus(home, embedder)) as corpus:
        assert corpus.index.search_dense(embedder.encode_query("Cyber").pooled, 3)


PROGRAM = """
import sys
from pathlib import Path
from ingest.embed import load_embedder
from ingest.home import Home
from ingest.pipeline import ingest, open_corpus
from ingest.settings import Settings
import chromadb
settings = Settings(threads=1)
embedder = load_embedder(settings.embedder, settings.models, threads=1)
print("ready", flush=True)
if len(sys.argv) > 1:
    ingest([Path(sys.argv[1])], Home(settings.home), embedder)
index = open_corpus(Home(settings.home), embedder).index
print(index.size, index.fingerprint, flush=True)
"""


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        env={**os.environ, "KAMERVRAAG_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def running() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_two_processes_at_once_on_a_new_home_both_succeed(tmp_path: Path, running: list[subprocess.Popen[str]]) -> None:
    running += [start(tmp_path / "new"), start(tmp_path / "new")]
    printed = [process.communicate(timeout=100) for process in running]
    assert [process.returncode for process in running] == [0, 0], printed
    assert len({out for out, _ in printed}) == 1
    assert set(Home(tmp_path / "new").letter_ids()) == bundled_ids()


@pytest.mark.slow
def test_two_processes_that_ingest_at_once_lose_nothing(
    home_copy: Path, embedder: Embedder, tmp_path: Path, running: list[subprocess.Popen[str]]
) -> None:
    running += [start(home_copy, str(write_letter(tmp_path / subject, subject))) for subject in SUBJECTS[:2]]
    printed = [process.communicate(timeout=100) for process in running]
    assert [process.returncode for process in running] == [0, 0], printed
    assert check_index(Home(home_copy), embedder)[0] == 3


@pytest.mark.slow
def test_an_ingest_killed_at_any_moment_leaves_a_home_that_works(
    home_copy: Path, embedder: Embedder, tmp_path: Path, running: list[subprocess.Popen[str]]
) -> None:
    home, moments = Home(home_copy), random.Random(5)
    for day in range(1, 6):
        for subject in SUBJECTS:
            write_letter(tmp_path / "in", subject, day)
        process = start(home_copy, str(tmp_path / "in"))
        running.append(process)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(moments.uniform(0, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        with closing(open_corpus(home, embedder)) as corpus:
            assert corpus.index.search_dense(embedder.encode_query("Cyber").pooled, 3)
    assert set(outcomes(ingest([tmp_path / "in"], home, embedder))) <= {"new", "same", "changed"}
    with closing(open_corpus(home, embedder)):
        assert not list(home.generations_folder.glob("*.building"))
