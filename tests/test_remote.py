"""Vectors on a Chroma server: a generation is whole or not there, and nothing of others is touched."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from eval.run import Evaluation
from ingest.chunk import chunk_letter
from ingest.corpus import Corpus, check_index
from ingest.embed import Embedder
from ingest.errors import BrokenGeneration, ServerUnavailable
from ingest.home import Home, HomeBeside
from ingest.pipeline import ingest, open_corpus
from ingest.reading import find_letters, read_letter
from ingest.repair import repair_home
from ingest.server import Server
from ingest.settings import Settings
from ingest.vectors import passage_of
from tests.chroma import ChromaServer
from tests.conftest import Run
from tests.drawn import DrawnEmbedder, write_letters
from ui.doctor import examine

ROOT = Path(__file__).parents[1]
EMBEDDER = DrawnEmbedder()
LETTER = "2021-05-03-dijken"
FOREIGN = "kamervraag-van-een-ander"


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    server.start()
    with server.client() as client:
        client.create_collection(FOREIGN, embedding_function=None).add(ids=["1"], embeddings=[[1.0, 2.0]])
    yield server
    server.stop()


@pytest.fixture
def server(chroma: ChromaServer) -> Server:
    return Server(chroma.url)


@pytest.fixture
def home(tmp_path: Path, server: Server) -> Home:
    made = Home(tmp_path / "home", server=server)
    ingest([write_letters(tmp_path / "in")], made, EMBEDDER)
    return made


def collection_of(home: Home) -> str:
    name = (home.generations_folder / "CURRENT").read_text(encoding="utf-8")
    manifest = json.loads((home.generations_folder / name / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["dense"]["collection"])


def own_names(home: Home, chroma: ChromaServer) -> set[str]:
    owner = (home.generations_folder / "OWNER").read_text(encoding="utf-8").split()[0]
    return {name for name in chroma.names() if owner in name}


def finds_its_own(corpus: Corpus) -> bool:
    """Tell whether the paragraphs of one letter are found by their own vectors."""
    chunks = chunk_letter(corpus.letters[LETTER], EMBEDDER.count_tokens, EMBEDDER.most_tokens)
    own = [chunk for chunk in chunks if "dijken" in chunk.text]
    rows = [corpus.index.search_dense(EMBEDDER.encode_query(passage_of(one)[0]).pooled, 1)[0][0] for one in own]
    assert own
    return [row.paragraph_id for row in corpus.index.rows(rows)] == [chunk.paragraph_id for chunk in own]


def test_the_vectors_stand_on_the_server_and_find_what_those_in_the_home_find(home: Home, chroma: ChromaServer) -> None:
    assert not list(home.folder.rglob("chroma*"))
    assert own_names(home, chroma) == {collection_of(home)}
    beside = Home(home.folder.with_name("local"))
    ingest([home.folder.parent / "in"], beside, EMBEDDER)
    with closing(open_corpus(home, EMBEDDER)) as there, closing(open_corpus(beside, EMBEDDER)) as here:
        for text in ("Wat doet het kabinet aan dijken?", "Hoeveel geld gaat er naar scholen?"):
            vector = EMBEDDER.encode_query(text).pooled
            for letters in ((), tuple(there.letters)[:1]):
                found, expected = (one.index.search_dense(vector, 9, letters) for one in (there, here))
                assert [row for row, _ in found] == [row for row, _ in expected]
                assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)
        assert there.index.search_terms(["dijk"], 9) == here.index.search_terms(["dijk"], 9)


def test_the_manifest_says_where_the_vectors_are_and_no_secret(tmp_path: Path, chroma: ChromaServer) -> None:
    home = Home(tmp_path / "home", server=Server(chroma.url, "zeer-geheim"))
    open_corpus(home, EMBEDDER).close()
    assert collection_of(home) in chroma.names()
    assert not [path for path in home.folder.rglob("*") if path.is_file() and b"zeer-geheim" in path.read_bytes()]


def test_a_superseded_collection_goes_once_nobody_reads_it(home: Home, chroma: ChromaServer, tmp_path: Path) -> None:
    old = collection_of(home)
    with closing(open_corpus(home, EMBEDDER)) as reader:
        ingest([write_letters(tmp_path / "in", 2)], home, EMBEDDER)
        assert own_names(home, chroma) == {old, collection_of(home)}
        assert finds_its_own(reader)
    ingest([write_letters(tmp_path / "in", 3)], home, EMBEDDER)
    assert own_names(home, chroma) == {collection_of(home)}
    assert FOREIGN in chroma.names()


def test_two_homes_on_one_server_leave_each_other_alone(home: Home, server: Server, tmp_path: Path) -> None:
    other = Home(tmp_path / "other", server=server)
    ingest([tmp_path / "in"], other, EMBEDDER)
    ingest([write_letters(tmp_path / "in", 2)], other, EMBEDDER)
    for one in (home, other):
        with closing(open_corpus(one, EMBEDDER, _fail)) as corpus:
            assert finds_its_own(corpus)


def test_a_copy_of_a_home_does_not_take_the_original_s_vectors_away(
    home: Home, server: Server, tmp_path: Path, chroma: ChromaServer
) -> None:
    copy = Home(Path(shutil.copytree(home.folder, tmp_path / "copy")), server=server)
    with closing(open_corpus(copy, EMBEDDER, _fail)) as corpus:
        assert finds_its_own(corpus)
    ingest([write_letters(tmp_path / "in", 2)], copy, EMBEDDER)
    assert own_names(copy, chroma) == {collection_of(copy)}
    with closing(open_corpus(home, EMBEDDER, _fail)) as corpus:
        assert finds_its_own(corpus)


def test_a_home_that_moves_keeps_its_vectors(home: Home, server: Server, tmp_path: Path, chroma: ChromaServer) -> None:
    moved = Home(home.folder.rename(tmp_path / "moved"), server=server)
    with closing(open_corpus(moved, EMBEDDER, _fail)):
        pass
    ingest([write_letters(tmp_path / "in", 2)], moved, EMBEDDER)
    assert own_names(moved, chroma) == {collection_of(moved)}


def test_a_crash_between_upload_and_publishing_leaves_the_old_index_and_the_next_ingest_cleans_up(
    home: Home, server: Server, chroma: ChromaServer, tmp_path: Path
) -> None:
    old = collection_of(home)
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom ingest.home import Home\n"
        "from ingest.pipeline import ingest\nfrom ingest.server import Server\nfrom tests.drawn import DrawnEmbedder\n"
        "Path.rename = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ingest([Path(sys.argv[1])], Home(Path(sys.argv[2]), server=Server(sys.argv[3])), DrawnEmbedder())\n"
    )
    write_letters(tmp_path / "in", 2)
    command = [sys.executable, "-c", program, str(tmp_path / "in"), str(home.folder), server.url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert collection_of(home) == old
    (orphan,) = own_names(home, chroma) - {old}
    ingest([write_letters(tmp_path / "in", 3)], home, EMBEDDER)
    assert own_names(home, chroma) == {collection_of(home)}
    assert orphan not in chroma.names()
    with closing(open_corpus(home, EMBEDDER, _fail)) as corpus:
        assert finds_its_own(corpus)


@pytest.mark.parametrize("stage", ["finish_terms", "seal_files", "Index", "synchronise", "write_file"])
def test_a_build_that_fails_leaves_nothing_on_the_server(
    home: Home, chroma: ChromaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    old = collection_of(home)

    def full(*arguments: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"ingest.index.generation.{stage}", full)
        with pytest.raises(Exception, match="No space left"):
            ingest([write_letters(tmp_path / "in", 2)], home, EMBEDDER)
    assert own_names(home, chroma) == {old}


def test_a_server_that_goes_and_comes_back_is_asked_again_without_a_restart(tmp_path: Path) -> None:
    chroma = ChromaServer(tmp_path / "chroma")
    chroma.start()
    home = Home(tmp_path / "home", server=Server(chroma.url))
    ingest([write_letters(tmp_path / "in")], home, EMBEDDER)
    with closing(open_corpus(home, EMBEDDER)) as corpus:
        assert finds_its_own(corpus)
        chroma.stop()
        for _ in range(2):
            with pytest.raises(ServerUnavailable, match="can't be reached"):
                finds_its_own(corpus)
        with pytest.raises(ServerUnavailable, match="can't be reached"):
            open_corpus(home, EMBEDDER)
        before = {path: path.read_bytes() for path in home.generations_folder.rglob("*") if path.is_file()}
        with pytest.raises(ServerUnavailable, match="can't be reached"):
            ingest([write_letters(tmp_path / "in", 2)], home, EMBEDDER)
        assert {path: path.read_bytes() for path in home.generations_folder.rglob("*") if path.is_file()} == before
        chroma.start()
        assert finds_its_own(corpus)
    with closing(open_corpus(home, EMBEDDER)) as corpus:  # which now builds what could not be built
        assert finds_its_own(corpus)
    chroma.stop()


def test_vectors_that_the_server_has_lost_are_put_back_from_the_letters(home: Home, chroma: ChromaServer) -> None:
    with closing(open_corpus(home, EMBEDDER)) as reader:
        chroma.remove(collection_of(home))
        with pytest.raises(ServerUnavailable, match="start it again"):
            finds_its_own(reader)
    with pytest.raises(BrokenGeneration, match="does not hold"):
        check_index(home, EMBEDDER)
    with closing(open_corpus(home, EMBEDDER)) as corpus:
        assert finds_its_own(corpus)


@pytest.mark.parametrize("harm", ["fewer", "others"])
def test_vectors_that_are_not_those_of_the_letters_are_noticed(home: Home, chroma: ChromaServer, harm: str) -> None:
    with chroma.client() as client:
        collection = client.get_collection(collection_of(home), embedding_function=None)
        if harm == "fewer":
            collection.delete(ids=["0"])
        else:
            ids = collection.get(include=[])["ids"]
            collection.update(ids=ids, embeddings=[[1.0] * EMBEDDER.identity.dimension] * len(ids))
    with pytest.raises(BrokenGeneration, match="vectors"):
        check_index(home, EMBEDDER, whole=True)


def test_an_index_moves_to_a_server_to_another_and_back_into_the_home(home: Home, tmp_path: Path) -> None:
    said: list[str] = []
    other = ChromaServer(tmp_path / "chroma")
    other.start()
    for server in (Server(other.url), None, home.server):
        with closing(open_corpus(Home(home.folder, said.append, server), EMBEDDER)) as corpus:
            assert finds_its_own(corpus)
    assert len(said) == 3
    other.stop()


def test_a_wrong_address_leaves_the_index_where_it_is(home: Home) -> None:
    before = {path: path.read_bytes() for path in home.folder.rglob("*") if path.is_file()}
    with pytest.raises(ServerUnavailable, match=r"127\.0\.0\.1:1 can't be reached"):
        open_corpus(Home(home.folder, _fail, Server("http://127.0.0.1:1")), EMBEDDER)
    after = {path: path.read_bytes() for path in home.folder.rglob("*") if path.is_file()}
    assert {path: data for path, data in after.items() if path.name != "writing.lock"} == {
        path: data for path, data in before.items() if path.name != "writing.lock"
    }


def test_a_visitor_s_own_letters_stay_in_the_home(home: Home, chroma: ChromaServer, tmp_path: Path) -> None:
    before = chroma.names()
    with closing(open_corpus(home, EMBEDDER)) as corpus:
        beside = HomeBeside(tmp_path / "visitor", home, corpus.letters)
        ingest(find_letters([write_letters(tmp_path / "own", 7)])[:1], beside, EMBEDDER)
    assert list(beside.folder.rglob("chroma.sqlite3"))
    assert chroma.names() == before


@pytest.mark.slow
def test_two_processes_read_while_a_third_writes(home: Home, server: Server, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom contextlib import closing\nfrom pathlib import Path\nfrom ingest.home import Home\n"
        "from ingest.pipeline import open_corpus\nfrom ingest.server import Server\n"
        "from tests.drawn import DrawnEmbedder\nfrom tests.test_remote import finds_its_own\n"
        "home, opened = Home(Path(sys.argv[1]), server=Server(sys.argv[2])), 0\n"
        "while not Path(sys.argv[3]).exists() or opened < 3:\n"
        "    with closing(open_corpus(home, DrawnEmbedder())) as corpus:\n"
        "        for _ in range(5):\n"
        "            assert finds_its_own(corpus)\n"
        "    opened += 1\n"
        "print(opened)\n"
    )
    ended = tmp_path / "ended"
    command = [sys.executable, "-c", program, str(home.folder), server.url, str(ended)]
    readers = [subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True) for _ in range(2)]
    for time in range(2, 10):
        results = ingest([write_letters(tmp_path / "in", time)], home, EMBEDDER)
        assert {result.outcome for result in results} == {"changed"}
    ended.touch()
    for reader in readers:
        output, errors = reader.communicate(timeout=120)
        assert reader.returncode == 0, errors
        assert int(output) >= 3
    letters = {read_letter(path).id for path in find_letters([tmp_path / "in"])}
    with closing(open_corpus(home, EMBEDDER, _fail)) as corpus:
        assert letters < set(corpus.letters)


def test_the_doctor_tells_of_the_server_and_mends_what_it_lost(
    home: Home, chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.doctor.load_embedder", lambda *arguments, **keywords: EMBEDDER)
    settings = Settings(home=home.folder, chroma_url=chroma.url)
    found = {finding.name: finding for finding in examine(settings)}
    assert "1 of this home's" in found["chroma server"].value
    assert not found["chroma server"].mend
    assert "checked" in found["index"].value
    chroma.remove(collection_of(home))
    found = {finding.name: finding for finding in examine(settings)}
    assert "--repair" in (found["index"].mend or "")
    (done,) = repair_home(home, EMBEDDER)
    assert "does not hold" in done.what
    assert not done.mend
    check_index(home, EMBEDDER, whole=True)


def test_the_doctor_tells_once_that_the_server_is_gone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.doctor.load_embedder", lambda *arguments, **keywords: EMBEDDER)
    found = list(examine(Settings(home=home.folder, chroma_url="http://127.0.0.1:1")))
    (told,) = [finding for finding in found if finding.mend and "Chroma" in finding.mend]
    assert told.name == "chroma server"
    (done,) = repair_home(Home(home.folder, server=Server("http://127.0.0.1:1")), EMBEDDER)
    assert "start it" in (done.mend or "")


def test_every_command_takes_the_address_and_a_gone_server_is_one_line(
    run: Run, home_copy: Path, chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, output, errors = run("ask", "Wie heeft de brief ondertekend?", "--chroma-url", chroma.url)
    assert (status, "[1]" in output) == (0, True), errors
    monkeypatch.setenv("KAMERVRAAG_CHROMA_URL", chroma.url)
    status, output, errors = run("search", "cyber", "--json")
    assert (status, errors) == (0, "")
    for command in (
        ("ask", "Cyber?"),
        ("search", "Cyber?"),
        ("letters",),
        ("ingest", str(ROOT / "tests" / "letters" / "a-vws.txt")),
    ):
        status, output, errors = run(*command, "--chroma-url", "http://127.0.0.1:1")
        assert (status, output) == (1, "")
        assert errors.startswith("kamervraag: the Chroma server http://127.0.0.1:1 can't be reached")
        assert errors.count("\n") == 1


def test_figures_that_others_can_repeat_are_made_without_the_server(
    run: Run, home_copy: Path, chroma: ChromaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def evaluated(*arguments: object) -> Evaluation:
        raise BrokenGeneration("reached")

    monkeypatch.setattr("ui.evaluation.evaluate", evaluated)
    before = chroma.names()
    _, _, errors = run("eval", "--out", tmp_path / "out", "--chroma-url", chroma.url)
    assert "reached" in errors
    assert chroma.names() == before


def test_the_default_model_s_vectors_are_found_on_the_server_too(
    tmp_path: Path, server: Server, embedder: Embedder
) -> None:
    home = Home(tmp_path / "home", server=server)
    with closing(open_corpus(home, embedder)) as corpus:
        row = corpus.index.search_dense(embedder.encode_query("Hoeveel militairen zijn er in Litouwen?").pooled, 1)[0][
            0
        ]
        assert "oostflank" in corpus.index.rows([row])[0].paragraph_id
    assert check_index(home, embedder, whole=True)[0] == 1


def _fail(*arguments: object) -> None:
    raise AssertionError(f"the index was built again: {arguments}")
