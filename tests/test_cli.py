"""The command line: what goes to stdout and stderr, exit statuses, and what is imported on the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ui.doctor
from assistant.conversations import Conversations
from assistant.dialogue import answer_of
from eval.cases import BUNDLED_GOLD
from ingest.embed import Embedder
from ingest.errors import BrokenGeneration
from ingest.home import Home
from ingest.index import Index
from ingest.pipeline import bundled_files
from ui.cli import app

NAVO = "2018-04-26-navo"
LITHUANIA = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
CYBER = "Since when has cyber been an operational domain of NATO?"
ROOT = Path(__file__).parents[1]
LETTER = Path(__file__).with_name("letters") / "c-ocw.txt"
COMMANDS = sorted(str(command.name or getattr(command.callback, "__name__", "")) for command in app.registered_commands)
ANSWER_KEYS = {
    "id", "question", "standalone_question", "language", "status", "answer", "as_of", "warnings", "model",
    "citations", "nearest", "seconds",
}  # fmt: skip
CITATION_KEYS = {
    "n", "letter", "paragraph_id", "section", "paragraph", "page", "reference", "quote", "start", "end",
    "paragraph_text", "translation", "footnotes", "score",
}  # fmt: skip
Run = Callable[..., tuple[int, str, str]]
HEAVY = ("torch", "sentence_transformers", "transformers", "gradio")


@pytest.fixture(autouse=True)
def _sound_machine(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui.doctor, "load_embedder", lambda *arguments, **keywords: embedder)
    monkeypatch.setattr(ui.doctor, "version", lambda name: "1.0")


def process(*command: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    surroundings = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=surroundings, capture_output=True, check=False, timeout=120
    )


def assert_one_clear_line(result: tuple[int, str, str], *said: str) -> None:
    status, out, error = result
    assert status == 1
    assert out == ""
    assert error.startswith("kamervraag: ")
    assert error.endswith("\n")
    assert error.count("\n") == 1
    assert all(words in error for words in said)


@pytest.mark.slow
def test_an_answer_in_a_pipe_is_plain_text_and_needs_no_heavy_library(home_copy: Path) -> None:
    code = (
        f"import sys; sys.argv = ['kamervraag', 'ask', {LITHUANIA!r}]\n"
        "from ui.cli import main\n"
        "try: main()\n"
        "finally: sys.stderr.write(' '.join(sys.modules))"
    )
    done = process("-c", code)
    lines = done.stdout.decode().splitlines()
    modules = done.stderr.decode().split()
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert "270" in lines[0]
    assert lines[0].endswith("[1]")
    assert "onnxruntime" in modules
    assert not {name.split(".")[0] for name in modules} & set(HEAVY)
    assert not [line for line in done.stderr.decode().splitlines() if line.startswith(("Traceback", "kamervraag:"))]


def test_help_comes_at_once_without_any_library_for_answering() -> None:
    code = (
        "import sys; sys.argv = ['kamervraag', '--help']\n"
        "from ui.cli import main\n"
        "try: main()\n"
        "finally: sys.stderr.write(' '.join(sys.modules))"
    )
    done = process("-c", code)
    modules = {name.split(".")[0] for name in done.stderr.decode().split()}
    assert done.returncode == 0
    assert b"ask" in done.stdout
    assert not modules & {*HEAVY, "numpy", "onnxruntime", "chromadb", "langchain", "langgraph", "pydantic"}


@pytest.mark.slow
def test_a_question_that_is_not_utf8_gives_json_that_is(home_copy: Path) -> None:
    done = process("-m", "ui", "ask", "--json", b"\xff Turkije?", LC_ALL="C.UTF-8")
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout.decode("utf-8"))["citations" if b'"answered"' in done.stdout else "nearest"]
    assert done.stderr == b""


@pytest.mark.parametrize("command", [("ask", "--json"), ("search", "--json"), ("ask",), ("search",)])
def test_a_lone_surrogate_in_the_question_does_no_harm(home_copy: Path, run: Run, command: tuple[str, ...]) -> None:
    status, out, error = run(*command, "\udcff Turkije?")
    assert (status, error) == (0, "")
    assert "Turkije" in out


def test_a_reader_that_leaves_early_gets_no_traceback(home_copy: Path) -> None:
    command = [sys.executable, "-m", "ui", "show", NAVO, "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        error = running.stderr.read()
        assert running.wait(60) == 1
    assert error == b""


@pytest.mark.parametrize("question", [LITHUANIA, CYBER, "Wat is het recept voor appeltaart?", "En verder?"])
def test_an_answer_as_json_keeps_the_contract(home_copy: Path, run: Run, question: str) -> None:
    status, out, error = run("ask", question, "--json")
    record = json.loads(out)
    assert (status, error) == (0, "")
    assert set(record) >= ANSWER_KEYS
    assert record["question"] == question
    assert record["status"] in ("answered", "off_topic", "silent", "undecided", "vague")
    for entry in (*record["citations"], *record["nearest"]):
        assert set(entry) >= CITATION_KEYS
        assert entry["paragraph_text"][entry["start"] : entry["end"]] == entry["quote"]


@pytest.mark.parametrize("kind", ["md", "docx", "json"])
def test_the_evidence_of_an_answer_is_written_to_a_file(home_copy: Path, run: Run, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"bewijs.{kind}"
    status, out, _ = run("ask", LITHUANIA, "--export", path)
    assert status == 0
    assert "270" in out
    assert path.stat().st_size > 1_000


def test_evidence_that_cannot_be_written_is_refused_before_anything_is_asked(run: Run, tmp_path: Path) -> None:
    status, out, err = run("ask", LITHUANIA, "--export", tmp_path / "bewijs.odt")
    assert (status, out) == (1, "")
    assert ".docx" in err
    assert run("ask", LITHUANIA, "--export", tmp_path / "nergens" / "bewijs.md")[0] == 1


def test_a_no_is_an_answer_and_no_error(home_copy: Path, run: Run) -> None:
    status, out, error = run("ask", "Wat is het recept voor appeltaart?")
    assert (status, error) == (0, "")
    assert out.strip()


def test_an_answer_is_given_in_the_language_asked_for(home_copy: Path, run: Run) -> None:
    status, out, _ = run("ask", LITHUANIA, "--language", "en", "--letter", NAVO, "--letter", NAVO)
    assert status == 0
    assert out.startswith("According to the letter of 26 April 2018: ")
    assert "270 militairen in Litouwen" in out


def test_a_search_lists_paragraphs_best_first(home_copy: Path, run: Run) -> None:
    status, out, error = run("search", LITHUANIA, "--top", "4", "--json")
    found = json.loads(out)
    assert (status, error) == (0, "")
    assert [entry["n"] for entry in found] == [1, 2, 3, 4]
    assert all(set(entry) >= CITATION_KEYS for entry in found)
    assert [entry["score"] for entry in found] == sorted((entry["score"] for entry in found), reverse=True)
    _, plain, _ = run("search", LITHUANIA, "--top", "4")
    assert [line.strip() for line in plain.splitlines()[1::2]] == [entry["paragraph_text"] for entry in found]


def test_a_letter_is_added_listed_asked_shown_and_removed(home_copy: Path, run: Run) -> None:
    assert run("ingest", str(LETTER)) == (0, f"{'new':8}{_only_new_letter(run)}\n", "")
    added = _only_new_letter(run)
    status, out, _ = run("ingest", str(LETTER), str(bundled_files()[0]))
    assert status == 0
    assert [line.split()[:2] for line in out.splitlines()] == [["same", added], ["same", NAVO]]
    status, out, _ = run("ask", "Wie heeft de brief ondertekend?", "--json", "--letter", added)
    record = json.loads(out)
    assert status == 0
    assert {entry["letter"] for entry in (*record["citations"], *record["nearest"])} == {added}
    assert run("show", added)[0] == 0
    assert run("remove", added) == (0, f"removed {added}\n", "")
    assert _letters(run) == [NAVO]
    for command in ("show", "remove"):
        assert_one_clear_line(run(command, added), repr(added), "kamervraag letters")
    assert LETTER.is_file()


def test_a_file_that_fails_is_told_of_and_the_others_are_added(home_copy: Path, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "brieven"
    folder.mkdir()
    (folder / "leeg.txt").write_text("", encoding="utf-8")
    (folder / "goed.txt").write_bytes(LETTER.read_bytes())
    status, out, error = run("ingest", str(folder))
    assert status == 1
    assert [line.split()[0] for line in out.splitlines()] == ["new"]
    assert "leeg.txt" in error
    assert "1 of 2" in error.splitlines()[-1]
    assert "Traceback" not in error
    assert len(_letters(run)) == 2


def test_a_folder_is_told_of_in_lines_and_a_count_and_as_json(home_copy: Path, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "brieven"
    folder.mkdir()
    (folder / "goed.txt").write_bytes(LETTER.read_bytes())
    (folder / "kopie.txt").write_bytes(LETTER.read_bytes())
    status, out, error = run("ingest", folder)
    assert (status, error) == (0, "kamervraag: 2 files: 1 new, 1 same\n")
    assert [line.split()[0] for line in out.splitlines()] == ["new", "same"]
    (folder / "leeg.txt").touch()
    status, out, error = run("ingest", folder, "--json")
    record = json.loads(out)
    assert status == 1
    assert len(error.splitlines()) == 1
    assert record["counts"] == {"new": 0, "changed": 0, "same": 2, "failed": 1}
    assert [Path(file["path"]).name for file in record["files"]] == ["goed.txt", "kopie.txt", "leeg.txt"]
    assert [file["letter"] for file in record["files"]] == [_only_new_letter(run)] * 2 + [None]
    assert "empty" in record["files"][2]["reason"]


def test_a_changed_letter_tells_what_became_of_the_paragraphs_that_are_cited(
    home_copy: Path, run: Run, tmp_path: Path
) -> None:
    path = Path(shutil.copy(LETTER, tmp_path / "brief.txt"))
    run("ingest", path)
    letter = Home(home_copy).load(_only_new_letter(run))
    old = [paragraph for _, paragraph in letter.paragraphs() if paragraph.kind == "prose"]
    answers = [json.loads(run("ask", CYBER, "--json")[1])]
    for paragraph in (old[1], old[1], old[2]):
        citation = {
            **answers[0]["citations"][0],
            "letter": letter.id, "paragraph_id": paragraph.id, "paragraph_text": paragraph.text,
            "quote": paragraph.sentence(0), "start": paragraph.sentences[0][0], "end": paragraph.sentences[0][1],
        }  # fmt: skip
        answers.append({**answers[0], "citations": [citation]})
    kept = Conversations(Home(home_copy))
    for answer in answers:
        kept.add(kept.create(), answer_of(answer))
    kept.close()
    home, text = Home(home_copy), path.read_text(encoding="utf-8")
    start = text.index(" ".join(old[1].text.split()[:3]))
    changed = f"{text[:start]}Er is een alinea bij gekomen over iets anders.\n\n{text[start:]}"
    last = old[2].text.split()[-3:]
    path.write_text(changed.replace(" ".join(last), f"{' '.join(last[:2])} heel erg {last[2]}"), encoding="utf-8")
    status, out, error = run("ingest", path)
    assert (status, out) == (0, f"{'changed':8}{letter.id}\n")
    assert "2 of them cited" in error
    moved = next(line for line in error.splitlines() if old[1].id.partition("/")[2] in line)
    assert "the same text (cited 2 times, the quoted words still stand there)" in moved
    assert len(error.splitlines()) <= 7
    new = home.load(letter.id)
    now = next(paragraph for _, paragraph in new.paragraphs() if paragraph.text == old[1].text)
    assert f"-> {now.id.partition('/')[2]}:" in moved


def test_one_file_that_fails_is_one_clear_line(home_copy: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "leeg.txt").write_text("", encoding="utf-8")
    assert_one_clear_line(run("ingest", str(tmp_path / "leeg.txt")), "leeg.txt", "empty")
    assert_one_clear_line(run("ingest", str(tmp_path / f"{'x' * 300}.txt")), "too long")


def test_the_way_out_of_a_damaged_letter_that_is_told_leads_out(home_copy: Path, run: Run) -> None:
    run("ingest", str(LETTER))
    added = _only_new_letter(run)
    (home_copy / "letters" / f"{added}.json").write_text("{", encoding="utf-8")
    assert_one_clear_line(run("letters"), f"kamervraag remove {added}")
    assert run("remove", added)[0] == 0
    assert _letters(run) == [NAVO]


def test_an_index_that_breaks_while_it_is_read_is_one_clear_line(
    home_copy: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise BrokenGeneration("the disk is gone")

    monkeypatch.setattr(Index, "search_dense", broken)
    assert_one_clear_line(run("ask", LITHUANIA), "the disk is gone", "try again")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_output_that_cannot_be_written_is_one_clear_line(home_copy: Path, as_json: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "ui", "show", NAVO, *as_json]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert_one_clear_line((done.returncode, "", done.stderr), "No space left")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_output_that_was_closed_does_no_harm(home_copy: Path, closed: str) -> None:
    command = f'"$0" -m ui show {NAVO} --json {closed}'
    done = subprocess.run(["sh", "-c", command, sys.executable], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_output_that_takes_few_characters_gets_what_it_takes(home_copy: Path) -> None:
    shown = process("-m", "ui", "show", NAVO, PYTHONIOENCODING="ascii")
    assert (shown.returncode, shown.stderr) == (0, b"")
    as_json = process("-m", "ui", "show", NAVO, "--json", PYTHONIOENCODING="ascii")
    assert "Georgië" in json.dumps(json.loads(as_json.stdout), ensure_ascii=False)


def test_the_letters_are_listed_as_the_contract_says(home_copy: Path, run: Run) -> None:
    (record,) = json.loads(run("letters", "--json")[1])
    assert set(record) >= {"id", "title", "date", "paragraphs", "bundled", "source"}
    assert (record["id"], record["date"], record["bundled"]) == (NAVO, "2018-04-26", True)
    status, out, error = run("letters")
    assert (status, error) == (0, "")
    assert out.count("\n") == 1
    assert out.startswith(f"{NAVO}  2018-04-26  {record['paragraphs']} paragraphs  ")


def test_a_letter_is_shown_as_the_contract_says(home_copy: Path, run: Run) -> None:
    status, out, error = run("show", NAVO, "--json")
    record = json.loads(out)
    assert (status, error) == (0, "")
    assert set(record) >= {
        "id", "title", "date", "sender", "addressee", "signatories", "references", "sections", "footnotes",
    }  # fmt: skip
    paragraphs = [paragraph for section in record["sections"] for paragraph in section["paragraphs"]]
    assert all(
        set(paragraph) >= {"id", "number", "kind", "text", "page", "sentences", "translation"}
        for paragraph in paragraphs
    )
    assert {"header", "prose", "signature"} <= {paragraph["kind"] for paragraph in paragraphs}
    plain = run("show", NAVO)[1]
    assert all(paragraph["text"] in plain for paragraph in paragraphs)


def test_a_batch_is_answered_and_its_bad_rows_are_counted(home_copy: Path, run: Run, tmp_path: Path) -> None:
    questions, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    questions.write_text(f'{{"id": "a", "question": "{LITHUANIA}"}}\nkapot\n', encoding="utf-8")
    status, printed, error = run("batch", str(questions), "--out", str(out))
    assert (status, printed) == (0, "")
    assert "2 rows" in error
    assert "1 of them" in error
    answered, failed = (json.loads(line) for line in out.read_text(encoding="utf-8").splitlines())
    assert set(answered) >= ANSWER_KEYS
    assert answered["id"] == "a"
    assert "line 2" in failed["error"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"id,naam\n1,x\n"])
def test_an_unusable_batch_leaves_the_earlier_output_alone(
    home_copy: Path, run: Run, tmp_path: Path, content: bytes
) -> None:
    questions, out = tmp_path / "in.csv", tmp_path / "out.csv"
    questions.write_bytes(content)
    out.write_text("earlier", encoding="utf-8")
    assert_one_clear_line(run("batch", str(questions), "--out", str(out)), str(questions))
    assert out.read_text(encoding="utf-8") == "earlier"


def test_the_doctor_finds_nothing_and_then_something(
    home_copy: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, error = run("doctor")
    assert (status, error) == (0, "")
    assert str(home_copy) in out
    assert "->" not in out
    monkeypatch.setenv("KAMERVRAAG_TREADS", "2")
    status, out, error = run("doctor")
    assert status == 1
    assert out.count("->") == 1
    assert "1 thing to mend" in error


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    for option in ("--help", "-h"):
        status, out, error = run(command, option)
        assert (status, error) == (0, "")
        assert "Usage" in out
        assert command in out
    assert command in run("--help")[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["weg"],
        ["--weg"],
        ["ask"],
        ["ask", "een", "twee"],
        ["ask", "Cyber?", "--language", "de"],
        ["search", "Cyber?", "--top", "0"],
        ["search", "Cyber?", "--top", "veel"],
        ["batch", "in.jsonl"],
        ["ingest"],
        ["show"],
        ["remove"],
    ],
)
def test_wrong_usage_ends_with_two(run: Run, arguments: list[str]) -> None:
    status, out, error = run(*arguments)
    assert (status, out) == (2, "")
    assert "Usage" in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", ""], "empty"),
        (["ask", "?!"], "empty"),
        (["search", " "], "empty"),
        (["ask", "Cyber?", "--letter", "weg"], "'weg'"),
        (["search", "Cyber?", "--letter", "weg\nweg\x1b[2J"], "weg"),
        (["ask", "Cyber?", "--model", "orakel"], "'orakel'"),
        (["show", "weg"], "'weg'"),
        (["show", "../../etc/passwd"], "'../../etc/passwd'"),
        (["remove", "weg"], "'weg'"),
        (["remove", NAVO], NAVO),
        (["batch", "weg.jsonl", "--out", "out.jsonl"], "weg.jsonl"),
        (["batch", str(BUNDLED_GOLD), "--out", "/tmp/weg/out.jsonl"], "/tmp/weg"),
        (["batch", str(BUNDLED_GOLD), "--out", "out.jsonl", "--letter", "weg"], "'weg'"),
        (["batch", "weg.jsonl", "--out", "out.doc"], "out.doc"),
    ],
)
def test_a_users_error_is_one_clear_line(home_copy: Path, run: Run, arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert_one_clear_line(result, said)
    assert "\x1b" not in result[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", LITHUANIA],
        ["search", LITHUANIA],
        ["letters"],
        ["show", NAVO],
        ["remove", "weg"],
        ["ingest", str(LETTER)],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_home_that_is_a_file_is_one_clear_line(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "home").write_text("x", encoding="utf-8")
    assert_one_clear_line(run(*arguments), str(tmp_path / "home"), "KAMERVRAAG_HOME")


def test_a_setting_that_is_not_allowed_is_one_clear_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAMERVRAAG_THREADS", "veel")
    assert_one_clear_line(run("letters"), "KAMERVRAAG_THREADS='veel'")


def _letters(run: Run) -> list[str]:
    return [record["id"] for record in json.loads(run("letters", "--json")[1])]


def _only_new_letter(run: Run) -> str:
    (added,) = (letter for letter in _letters(run) if letter != NAVO)
    return added
