"""Generations: what is planted is found, what is damaged is noticed, what fails leaves the old one."""

from __future__ import annotations

import errno
import hashlib
import json
import multiprocessing
import os
import shutil
import sys
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ingest.embed import Identity, unit
from ingest.errors import BrokenGeneration
from ingest.index import Content, Index, build_generation, letter_digest, open_current
from ingest.letter import Chunk, Language, Letter, Paragraph, Section
from ingest.letter_file import read_parts
from ingest.vectors import ChunkVectors, pack, unpack

_MANY = 1_200
IDENTITY = Identity("planted", "1", "query: ", "passage: ", 16)
TEXTS: dict[str, tuple[Language, str]] = {
    "turkije": ("nl", "Het kabinet wil Turkije niet van de NAVO vervreemden."),
    "litouwen": ("nl", "Nederland draagt bij met 270 militairen in Litouwen."),
    "uitgaven": ("nl", "De defensie-uitgaven bewegen naar de NAVOafspraak van twee procent."),
    "lithuania": ("en", "The Netherlands contributes 270 troops in Lithuania."),
}


def content_of(letter_id: str, extra_chunks: int = 0) -> Content:
    """Give a letter with vectors drawn from its own seed, so that every chunk is its own nearest neighbour."""
    texts = {**TEXTS, **{f"extra{number}": ("nl", f"Zin nummer {number}.") for number in range(extra_chunks)}}
    paragraphs = tuple(
        Paragraph(f"{letter_id}/{name}/1", 1, "prose", text, None, ((0, len(text)),))
        for name, (_, text) in texts.items()
    )
    letter = Letter(letter_id, "", date(2018, 4, 26), "", "", (), (), (Section("Kop", 1, paragraphs),), ())
    chunks = tuple(
        Chunk(f"{paragraph.id}#1", letter_id, paragraph.id, language, (text,), 0, "Kop")
        for paragraph, (language, text) in zip(paragraphs, texts.values(), strict=True)
    )
    random = np.random.default_rng(int.from_bytes(hashlib.sha256(letter_id.encode()).digest()[:4]))
    count = len(chunks)
    pooled = unit(random.normal(size=(count, IDENTITY.dimension)).astype(np.float32))
    tokens = unit(random.normal(size=(3 * count, IDENTITY.dimension)).astype(np.float32))
    bounds = np.arange(0, 3 * count + 1, 3, dtype=np.int64)
    return Content(
        letter, chunks, ChunkVectors(pooled, pack(tokens), bounds, np.tile(np.array([-1, 0, 0], np.int16), count))
    )


CONTENTS = [content_of("2018-04-26-a"), content_of("2021-05-03-b")]
LETTERS = {content.letter.id: letter_digest(content.letter) for content in CONTENTS}
POOLED = np.concatenate([content.vectors.pooled for content in CONTENTS])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build_generation(folder, CONTENTS, IDENTITY)
    return folder


@pytest.fixture(scope="module")
def flushed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Content]:
    """Give an index large enough for Chroma to have written its graph files."""
    folder = tmp_path_factory.mktemp("flushed")
    content = content_of("2018-04-26-a", extra_chunks=_MANY)
    build_generation(folder, [content], IDENTITY)
    return folder, content


@pytest.fixture(scope="module")
def index(built: Path) -> Iterator[Index]:
    with closing(open_current(built, IDENTITY, LETTERS)) as opened:
        yield opened


def current(generations: Path) -> Path:
    return generations / (generations / "CURRENT").read_text(encoding="utf-8")


def test_every_planted_vector_is_found_first(index: Index) -> None:
    for row, vector in enumerate(POOLED):
        (nearest, similarity), *others = index.search_dense(vector, 3)
        assert nearest == row
        assert similarity == pytest.approx(1, abs=1e-3)
        assert [score for _, score in others] == sorted((score for _, score in others), reverse=True)


def test_letters_stand_in_the_index_as_they_were(index: Index) -> None:
    assert dict(index.letters) == {content.letter.id: content.letter for content in CONTENTS}
    assert list(index.letters) == [content.letter.id for content in CONTENTS]
    assert "1999-01-01-x" not in index.letters
    with pytest.raises(KeyError):
        index.letters["1999-01-01-x"]


def test_naming_letters_and_their_heads_reads_no_text(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_current(built, IDENTITY, LETTERS)) as index:
        read: list[str] = []
        whole = read_parts

        def counting(head: str, body: str | None = None) -> Letter:
            read.append(body or "")
            return whole(head, body)

        monkeypatch.setattr("ingest.index.letters.read_parts", counting)
        assert len(index.letters) == 2
        assert CONTENTS[0].letter.id in index.letters
        assert list(index.letters.heads.values()) == [
            replace(content.letter, sections=(), footnotes=()) for content in CONTENTS
        ]
        assert read == ["", ""]
        assert index.letters[CONTENTS[0].letter.id] is index.letters[CONTENTS[0].letter.id]
        assert len(read) == 3


def test_a_build_lets_go_of_each_letter_before_it_takes_the_next(tmp_path: Path) -> None:
    taken: list[weakref.ref[object]] = []

    def contents() -> Iterator[Content]:
        for number in range(4):
            content = content_of(f"2018-04-26-{number}")
            # the writer may still hold the last one
            assert all(reference() is None for reference in taken[:-1])
            taken.append(weakref.ref(content.vectors.tokens))
            yield content
            del content

    built = build_generation(tmp_path, contents(), IDENTITY)
    with closing(open_current(tmp_path, IDENTITY, built)) as index:
        assert index.size == 4 * len(TEXTS)


def test_paragraphs_are_found_by_the_mark_of_their_footnote(tmp_path: Path) -> None:
    content = CONTENTS[0]
    noted = replace(content, chunks=(*content.chunks[:-1], replace(content.chunks[-1], footnote="2")))
    with closing(open_current(tmp_path, IDENTITY, build_generation(tmp_path, [noted], IDENTITY))) as index:
        assert index.noted("2") == index.noted("2", [content.letter.id]) == [content.chunks[-1].paragraph_id]
        assert index.noted("1", [content.letter.id]) == index.noted("2", ["1999-01-01-x"]) == []


def test_rows_carry_where_a_chunk_stands(index: Index) -> None:
    assert index.size == len(POOLED)
    rows = index.rows([5, 3])
    assert [row.row for row in rows] == [5, 3]
    assert [row.letter_id for row in rows] == ["2021-05-03-b", "2018-04-26-a"]
    assert [row.language for row in rows] == ["nl", "en"]
    assert index.rows_of(["2018-04-26-a/litouwen/1"]) == index.rows([1])


def test_token_vectors_come_back_with_their_sentences(index: Index) -> None:
    tokens, sentences = index.tokens_of(index.rows([6, 0]))
    expected = np.concatenate([CONTENTS[1].vectors.tokens[6:9], CONTENTS[0].vectors.tokens[:3]])
    assert np.array_equal(tokens, unpack(expected))
    assert list(sentences) == [-1, 0, 0, -1, 0, 0]


def test_the_nearest_of_some_letters_are_those_that_come_first_of_all(index: Index) -> None:
    for letters in ([CONTENTS[1].letter.id], list(LETTERS)):
        for vector in POOLED:
            found = index.search_dense(vector, len(POOLED))
            own = {row.row for row in index.rows(range(index.size)) if row.letter_id in letters}
            among = index.search_dense(vector, len(POOLED), letters)
            assert [row for row, _ in among] == [row for row, _ in found if row in own]
            assert [score for _, score in among] == pytest.approx(
                [score for row, score in found if row in own], abs=1e-5
            )
            assert index.search_dense(vector, 2, letters) == among[:2]


@pytest.mark.parametrize("letter", LETTERS)
def test_a_filter_by_letter_leaves_the_others_out(index: Index, letter: str) -> None:
    dense = index.search_dense(POOLED[0], 20, [letter])
    terms = index.search_terms(["turkij", "litouw", "litouwen", "270"], 20, [letter])
    assert len(dense) == len(TEXTS)
    assert terms
    assert {row.letter_id for row in index.rows([row for row, _ in dense + terms])} == {letter}


def test_token_vectors_that_are_too_many_to_hold_are_read_from_the_file(
    built: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.index.generation._TOKENS_IN_MEMORY", 0)
    with closing(open_current(built, IDENTITY, LETTERS)) as mapped:
        for numbers in ([6, 0], [0], range(index.size)):
            held, there = index.tokens_of(index.rows(numbers)), mapped.tokens_of(mapped.rows(numbers))
            assert np.array_equal(held[0], there[0])
            cosines = [opened.match(POOLED, opened.rows(numbers))[0] for opened in (index, mapped)]
            assert cosines[0] == pytest.approx(POOLED @ held[0].T, abs=1e-5)
            assert cosines[1] == pytest.approx(cosines[0], abs=1e-5)
            assert np.array_equal(held[1], there[1])


def test_a_filter_by_nearly_all_letters_finds_what_a_search_among_them_finds(tmp_path: Path) -> None:
    contents = [content_of(f"2018-04-26-{number}", extra_chunks=6) for number in range(6)]
    asked = [content.letter.id for content in contents[1:]]
    build_generation(tmp_path, contents, IDENTITY)
    letters = {content.letter.id: letter_digest(content.letter) for content in contents}
    with closing(open_current(tmp_path, IDENTITY, letters)) as opened:
        left_out = contents[0].vectors.pooled
        for vector in (*left_out, *contents[1].vectors.pooled):
            similarities = np.concatenate([content.vectors.pooled for content in contents[1:]]) @ vector
            expected = np.argsort(-similarities)[:5] + len(left_out)
            assert [row for row, _ in opened.search_dense(vector, 5, asked)] == list(expected)


def test_a_filter_by_more_letters_than_sqlite_takes_variables_works(index: Index) -> None:
    asked = [*(f"1999-01-01-{number}" for number in range(40_000)), "2021-05-03-b"]
    found = index.search_terms(["270"], 5, asked)
    assert {row.letter_id for row in index.rows([row for row, _ in found])} == {"2021-05-03-b"}
    assert {letter for letter, _, _ in index.mentions([[("270",)]], asked)} == {"2021-05-03-b"}


def test_a_mention_holds_something_of_every_group(index: Index) -> None:
    def mentioned(*groups: list[tuple[str, ...]]) -> set[str]:
        return {paragraph.split("/")[1] for _, paragraph, _ in index.mentions(groups)}

    assert mentioned([("270",)]) == {"litouwen", "lithuania"}
    assert mentioned([("270",)], [("militair",), ("troop",)]) == {"litouwen", "lithuania"}
    assert mentioned([("270",)], [("militair",)]) == {"litouwen"}
    assert mentioned([("270", "militair")]) == {"litouwen"}
    assert mentioned([("militair", "270")]) == set()
    assert mentioned([("kop",)]) == mentioned() == mentioned([("270",)], []) == set()


def test_a_filter_by_an_unknown_letter_finds_nothing(index: Index) -> None:
    assert index.search_dense(POOLED[0], 5, ["1999-01-01-x"]) == []
    assert index.search_terms(["270"], 5, ["1999-01-01-x"]) == []


def test_terms_find_the_chunks_that_hold_them_best_first(index: Index) -> None:
    found = index.search_terms(["270", "lithuania"], 10)
    assert {row.paragraph_id.split("/")[1] for row in index.rows([row for row, _ in found])} == {
        "litouwen",
        "lithuania",
    }
    assert index.rows([found[0][0]])[0].language == "en"
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


@pytest.mark.parametrize("terms", [[], ["bestaatniet"], ['"', "OR", "*", "a b", "nl:270", "NEAR("]])
def test_terms_that_stand_nowhere_or_look_like_a_query_find_nothing(index: Index, terms: list[str]) -> None:
    assert index.search_terms(terms, 5) == []


def test_document_frequencies_count_chunks(index: Index) -> None:
    assert index.document_frequencies(["270", "bestaatniet"]) == {"270": 2}


def test_terms_are_found_by_how_they_begin_and_end(index: Index) -> None:
    assert index.terms_beginning("litouw") == ["litouw"]
    assert "litouw" in index.terms_beginning("l", (5, 6))
    assert "litouw" not in index.terms_beginning("l", (7, 9))
    assert index.terms_ending("rocent") == ["procent"]
    assert index.terms_beginning("270x") == index.terms_ending("x270") == []


def test_a_large_index_finds_every_sampled_vector(flushed: tuple[Path, Content]) -> None:
    folder, content = flushed
    with closing(open_current(folder, IDENTITY, {content.letter.id: letter_digest(content.letter)})) as index:
        for row in range(0, index.size, 100):
            assert index.search_dense(content.vectors.pooled[row], 1)[0][0] == row


def broken(path: Path, damage: str) -> None:
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "garbage":
        path.write_bytes(b"\xa5\x5a" * (len(data) // 2 or 1))
    else:
        path.write_bytes(data[:-64] + bytes(255 - byte for byte in data[-64:]))


FILES = [
    "manifest.json",
    "letters.db",
    "lexical.db",
    "tokens.npy",
    "sentences.npy",
    "pooled.npy",
    "samples.npy",
    "chroma/chroma.sqlite3",
]


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        *((name, damage) for name in FILES for damage in ("missing", "empty", "truncated", "garbage")),
        *((name, "last bytes") for name in FILES if not name.startswith("chroma")),
    ],
)
def test_damage_to_a_file_of_a_generation_is_noticed_at_open(
    built: Path, tmp_path: Path, name: str, damage: str
) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    broken(current(generations) / name, damage)
    with pytest.raises(BrokenGeneration):
        open_current(generations, IDENTITY, LETTERS)


@pytest.mark.parametrize("damage", ["missing", "empty", "truncated", "garbage"])
def test_damage_to_the_pointer_is_noticed_at_open(built: Path, tmp_path: Path, damage: str) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    broken(generations / "CURRENT", damage)
    with pytest.raises(BrokenGeneration):
        open_current(generations, IDENTITY, LETTERS)


@pytest.mark.parametrize("name", ["lease", ""])
def test_a_generation_without_lease_or_without_folder_is_noticed_at_open(
    built: Path, tmp_path: Path, name: str
) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    if name:
        (current(generations) / name).unlink()
    else:
        shutil.rmtree(current(generations))
    with pytest.raises(BrokenGeneration):
        open_current(generations, IDENTITY, LETTERS)


def _open_and_search(generations: Path) -> None:
    """Exit with 0 when every sampled vector is found, with 3 when the damage was noticed."""
    content = content_of("2018-04-26-a", extra_chunks=_MANY)
    try:
        index = open_current(generations, IDENTITY, {content.letter.id: letter_digest(content.letter)})
    except BrokenGeneration:
        sys.exit(3)
    rows = range(0, index.size, 40)
    sys.exit(0 if all(index.search_dense(content.vectors.pooled[row], 1)[0][0] == row for row in rows) else 1)


def flipped(path: Path, place: float) -> None:
    """Change one byte of a file, somewhere between its start (0) and its end (1)."""
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("place", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("name", ["chroma.sqlite3", "index_metadata.pickle", "data_level0.bin", "link_lists.bin"])
def test_one_wrong_byte_in_what_chroma_wrote_is_noticed_or_does_no_harm(
    flushed: tuple[Path, Content], tmp_path: Path, name: str, place: float
) -> None:
    generations, content = Path(shutil.copytree(flushed[0], tmp_path / "generations")), flushed[1]
    (path,) = current(generations).rglob(name)
    flipped(path, place)
    try:
        index = open_current(generations, IDENTITY, {content.letter.id: letter_digest(content.letter)}, whole=True)
    except BrokenGeneration:
        return
    # a page of the database that holds nothing
    assert name == "chroma.sqlite3"
    with closing(index):
        assert index.lost() == 0


def test_damage_in_the_middle_of_a_large_file_is_noticed_when_all_is_checked(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.index.seals._CHECKED_AT_OPEN_BYTES", 100)
    generations = tmp_path / "generations"
    generations.mkdir()
    build_generation(generations, CONTENTS, IDENTITY)
    flipped(current(generations) / "tokens.npy", 0.5)
    open_current(generations, IDENTITY, LETTERS).close()
    with pytest.raises(BrokenGeneration, match=r"tokens\.npy"):
        open_current(generations, IDENTITY, LETTERS, whole=True)


def test_vectors_that_are_not_in_the_index_are_told(
    built: Path, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert index.lost() == 0
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    changed = POOLED.copy()
    changed[3] = -changed[3]
    np.save(current(generations) / "pooled.npy", changed)
    monkeypatch.setattr("ingest.index.generation.check_seals", lambda *arguments, **keywords: None)
    with closing(open_current(generations, IDENTITY, LETTERS)) as opened:
        assert opened.lost() == 1


@pytest.mark.parametrize("name", ["CURRENT", *(f"x/{name}" for name in ("lease", "manifest.json", "tokens.npy"))])
def test_a_pipe_where_a_file_should_be_keeps_nobody_waiting(built: Path, tmp_path: Path, name: str) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    path = generations / name.replace("x", current(generations).name)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(BrokenGeneration):
        open_current(generations, IDENTITY, LETTERS)


def test_a_file_system_without_locks_is_good_enough(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))

    def unknown(*arguments: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("ingest.index.generation.fcntl.flock", unknown)
    with closing(open_current(generations, IDENTITY, LETTERS)) as reader:
        build_generation(generations, CONTENTS[:1], IDENTITY)
        assert reader.search_dense(POOLED[6], 1)[0][0] == 6
    with closing(open_current(generations, IDENTITY, {"2018-04-26-a": LETTERS["2018-04-26-a"]})) as index:
        assert index.size == len(TEXTS)


GRAPH_FILES = ["header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle"]


def exit_status_after(damage: str, name: str, flushed: tuple[Path, Content], folder: Path) -> int | None:
    generations = Path(shutil.copytree(flushed[0], folder / "generations"))
    (path,) = current(generations).rglob(name)
    broken(path, damage)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "ingest.index"])
    process = context.Process(target=_open_and_search, args=(generations,))
    process.start()
    process.join(30)
    return process.exitcode


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["missing", "empty", "truncated"])
@pytest.mark.parametrize("name", GRAPH_FILES)
def test_a_vector_graph_that_is_not_whole_is_noticed_before_it_crashes_the_process(
    flushed: tuple[Path, Content], tmp_path: Path, name: str, damage: str
) -> None:
    assert exit_status_after(damage, name, flushed, tmp_path) == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", GRAPH_FILES)
def test_garbage_in_the_vector_graph_is_noticed_or_does_no_harm(
    flushed: tuple[Path, Content], tmp_path: Path, name: str
) -> None:
    assert exit_status_after("garbage", name, flushed, tmp_path) in (0, 3)


@pytest.mark.parametrize("manifest", ["[]", "{}", '"text"', "null", '{"format": 99}', "\ud800"])
def test_a_manifest_of_another_shape_is_noticed_at_open(built: Path, tmp_path: Path, manifest: str) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    (current(generations) / "manifest.json").write_bytes(manifest.encode("utf-8", "surrogatepass"))
    with pytest.raises(BrokenGeneration):
        open_current(generations, IDENTITY, LETTERS)


@pytest.mark.parametrize("key", ["identity", "letters", "files", "fingerprint"])
def test_a_manifest_that_lacks_a_part_is_noticed_at_open(built: Path, tmp_path: Path, key: str) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    path = current(generations) / "manifest.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    del value[key]
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(BrokenGeneration):
        open_current(generations, IDENTITY, LETTERS)


@pytest.mark.parametrize(
    "other",
    [
        replace(IDENTITY, name="another"),
        replace(IDENTITY, revision="2"),
        replace(IDENTITY, query_prefix=""),
        replace(IDENTITY, dimension=8),
    ],
    ids=["name", "revision", "prefix", "dimension"],
)
def test_an_index_made_by_another_embedder_is_not_opened(built: Path, other: Identity) -> None:
    with pytest.raises(BrokenGeneration, match="embedding model"):
        open_current(built, other, LETTERS)


@pytest.mark.parametrize(
    "letters",
    [{}, {"2018-04-26-a": LETTERS["2018-04-26-a"]}, {**LETTERS, "2018-04-26-a": "0"}, {**LETTERS, "x": "0"}],
    ids=["none", "fewer", "changed", "more"],
)
def test_an_index_of_other_letters_is_not_opened(built: Path, letters: dict[str, str]) -> None:
    with pytest.raises(BrokenGeneration, match="letters"):
        open_current(built, IDENTITY, letters)


def test_no_index_yet_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(BrokenGeneration, match="no index yet"):
        open_current(tmp_path, IDENTITY, {})


def test_the_digest_of_a_letter_changes_with_anything_in_it() -> None:
    letter = CONTENTS[0].letter
    assert letter_digest(letter) == letter_digest(content_of(letter.id).letter)
    assert letter_digest(replace(letter, title="Anders")) != letter_digest(letter)


@pytest.mark.parametrize(
    "stage", ["build_dense", "add_letter", "add_chunks", "new_array", "seal_files", "Index", "write_file"]
)
def test_a_build_that_fails_leaves_the_old_generation_and_nothing_else(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    before = sorted(path.name for path in generations.iterdir())

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"ingest.index.generation.{stage}", full)
        with pytest.raises(OSError, match="No space left"):
            build_generation(generations, CONTENTS[:1], IDENTITY)
    assert sorted(path.name for path in generations.iterdir()) == before
    with closing(open_current(generations, IDENTITY, LETTERS)) as index:
        assert index.size == len(POOLED)


def test_a_new_generation_replaces_the_old_and_leftovers_of_a_crash_go(built: Path, tmp_path: Path) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    (generations / "x.building").mkdir()
    (generations / "x.building" / "half").write_text("half", encoding="utf-8")
    build_generation(generations, CONTENTS[:1], IDENTITY)
    assert {path.name for path in generations.iterdir()} == {"CURRENT", current(generations).name}
    with closing(open_current(generations, IDENTITY, {"2018-04-26-a": LETTERS["2018-04-26-a"]})) as index:
        assert index.size == len(TEXTS)


def test_a_generation_that_was_being_removed_when_its_remover_was_killed_goes(tmp_path: Path) -> None:
    build_generation(tmp_path, CONTENTS, IDENTITY)
    (half_gone,) = (path for path in tmp_path.iterdir() if path.is_dir())
    (half_gone / "lease").unlink()
    build_generation(tmp_path, CONTENTS, IDENTITY)
    (left,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert left != half_gone


def test_a_reader_keeps_its_generation_until_it_closes(built: Path, tmp_path: Path) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    old = current(generations)
    with closing(open_current(generations, IDENTITY, LETTERS)) as reader:
        build_generation(generations, CONTENTS[:1], IDENTITY)
        assert current(generations) != old
        assert old.is_dir()
        assert reader.search_dense(POOLED[6], 1)[0][0] == 6
        assert reader.search_terms(["270"], 9)
    build_generation(generations, CONTENTS, IDENTITY)
    assert not old.exists()


def test_threads_may_open_search_and_close_the_same_index_at_once(built: Path) -> None:
    vector = CONTENTS[0].vectors.pooled[0]

    def open_and_search(_: int) -> int:
        with closing(open_current(built, IDENTITY, LETTERS)) as index:
            return index.search_dense(vector, 1)[0][0]

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(open_and_search, range(40)))) == 1


def test_an_index_that_cannot_be_written_is_read_all_the_same(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("ingest.index.dense.os.access", lambda path, mode: mode != os.W_OK)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in generations.rglob("*")}
    with closing(open_current(generations, IDENTITY, LETTERS)) as index:
        assert index.search_dense(POOLED[6], 1)[0][0] == 6
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in generations.rglob("*")} == before
    assert list(tmp_path.iterdir()) == [generations]


def test_opening_and_searching_change_nothing_on_disk_that_is_checked(built: Path, tmp_path: Path) -> None:
    generations = Path(shutil.copytree(built, tmp_path / "generations"))
    for _ in range(3):
        with closing(open_current(generations, IDENTITY, LETTERS)) as index:
            assert index.search_dense(POOLED[0], 1)[0][0] == 0
