"""Files of questions in, one answer a row out, in order; bad rows become error rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.pipeline import Assistant
from ingest.errors import UserError
from ui.batch import FORMATS_IN, Row, check_output, read_rows, run_batch, write_records
from ui.records import Record

LITHUANIA = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
CYBER = "Since when has cyber been an operational domain of NATO?"
OFF_TOPIC = "Wat is het recept voor appeltaart?"


def saved(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def records_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FILES = {
    "rows.jsonl": "".join(
        json.dumps({"id": n, "question": q}) + "\n" for n, q in enumerate((LITHUANIA, OFF_TOPIC, CYBER))
    ),
    "rows.csv": f'id,question\n0,{LITHUANIA}\n1,{OFF_TOPIC}\n2,"{CYBER}"\n',
    "rows.txt": f"{LITHUANIA}\n\n  {OFF_TOPIC}  \r\n{CYBER}",
}


@pytest.mark.parametrize("out", ["out.jsonl", "out.csv"])
@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_answers_in_the_same_order(
    assistant: Assistant, tmp_path: Path, name: str, out: str
) -> None:
    rows = read_rows(saved(tmp_path, name, FILES[name]))
    done: list[int] = []
    assert write_records(tmp_path / out, run_batch(assistant, rows, progress=done.append)) == 0
    records = records_of(tmp_path / out)
    assert done == [1, 2, 3]
    assert [record["question"] for record in records] == [LITHUANIA, OFF_TOPIC, CYBER]
    assert [record["answer"] for record in records] == [assistant.ask(row.question).answer for row in rows]
    if name != "rows.txt":
        assert [record["id"] for record in records] == ["0", "1", "2"]


def test_a_byte_order_mark_and_windows_lines_are_no_part_of_a_question(tmp_path: Path) -> None:
    for name, content in FILES.items():
        plain = read_rows(saved(tmp_path, name, content))
        windows = content.replace("\r\n", "\n").replace("\n", "\r\n")
        assert read_rows(saved(tmp_path, name, b"\xef\xbb\xbf" + windows.encode())) == plain


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2 is not JSON"),
        ("nan?", "line 2 is not JSON"),
        ("[" * 100_000, "line 2 is not JSON"),
        ('["vraag"]', "line 2 is not an object"),
        ('"vraag"', "line 2 is not an object"),
        ("null", "line 2 is not an object"),
        ("{}", 'no text under "question"'),
        ('{"question": null}', 'no text under "question"'),
        ('{"question": 7}', 'no text under "question"'),
        ('{"question": ["Turkije?"]}', 'no text under "question"'),
        ('{"question": ""}', "empty"),
        ('{"question": " ?! "}', "empty"),
        ('{"question": "Turkije?", "history": "En?"}', '"history" must be a list'),
        ('{"question": "Turkije?", "history": [1]}', '"history" must be a list'),
        ('{"question": "Turkije?", "history": {"a": 1}}', '"history" must be a list'),
    ],
)
def test_a_row_that_cannot_be_asked_says_why_and_the_others_are_answered(
    assistant: Assistant, tmp_path: Path, line: str, reason: str
) -> None:
    good = json.dumps({"question": OFF_TOPIC})
    rows = read_rows(saved(tmp_path, "rows.jsonl", f"{good}\n{line}\n{good}\n"))
    assert write_records(tmp_path / "out.jsonl", run_batch(assistant, rows)) == 1
    first, bad, last = records_of(tmp_path / "out.jsonl")
    assert set(bad) == {"id", "question", "error"}
    assert reason in bad["error"]
    assert first["answer"] == last["answer"]
    assert "error" not in first


def test_a_bad_row_keeps_its_id(tmp_path: Path) -> None:
    (row,) = read_rows(saved(tmp_path, "rows.jsonl", '{"id": 7, "question": 7}'))
    assert row.id == "7"
    assert row.error


@pytest.mark.parametrize("out", ["out.jsonl", "out.csv"])
def test_a_lone_surrogate_in_a_question_does_not_stop_the_batch(assistant: Assistant, tmp_path: Path, out: str) -> None:
    lines = ['{"id": "\\ud800", "question": "\\udcff Turkije?"}', json.dumps({"question": OFF_TOPIC})]
    rows = read_rows(saved(tmp_path, "rows.jsonl", "\n".join(lines)))
    write_records(tmp_path / out, run_batch(assistant, rows))
    assert [record["status"] is None for record in records_of(tmp_path / out)] == [False, False]


def test_the_history_of_a_row_is_used(assistant: Assistant, tmp_path: Path) -> None:
    first = "Is cyber een operationeel domein van de NAVO?"
    line = json.dumps({"question": "En sinds wanneer is dat zo?", "history": ["Turkije?", first]})
    (record,) = run_batch(assistant, read_rows(saved(tmp_path, "rows.jsonl", line)))
    assert first in record["standalone_question"]
    assert {citation["section"] for citation in record["citations"]} == {"Cyber"}


def test_letters_and_language_hold_for_every_row(assistant: Assistant) -> None:
    rows = [Row(None, LITHUANIA), Row(None, OFF_TOPIC)]
    assert [record["language"] for record in run_batch(assistant, rows, language="en")] == ["en", "en"]
    assert all("'weg'" in record["error"] for record in run_batch(assistant, rows, letters=("weg",)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("column", ["question", "Vraag", " QUESTION "])
def test_a_quoted_cell_may_hold_delimiters_quotes_and_new_lines(tmp_path: Path, delimiter: str, column: str) -> None:
    question = 'Wat zegt de brief\nover "Turkije", Oekraïne; en\tGeorgië?'
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(
            [["id", column, "noot"], ["a", question, "x"], ["b", "Cyber?", ""]]
        )
    assert read_rows(path) == [Row("a", question), Row("b", "Cyber?")]


def test_a_csv_row_without_a_question_is_an_error_row(tmp_path: Path) -> None:
    rows = read_rows(saved(tmp_path, "rows.csv", "id,question\na,\nb\nc,Cyber?,te,veel\n"))
    assert [(row.id, bool(row.error)) for row in rows] == [("a", True), ("b", True), ("c", False)]


def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text(tmp_path: Path) -> None:
    formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
    records: list[Record] = [{"id": text, "question": text, "error": text} for text in formulas]
    write_records(tmp_path / "out.csv", records)
    for record, text in zip(records_of(tmp_path / "out.csv"), formulas, strict=True):
        assert record["question"] == record["id"] == record["error"] == f"'{text}"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("rows.jsonl", "", "no questions"),
        ("rows.txt", " \n\n", "no questions"),
        ("rows.csv", "id,question\n", "no questions"),
        ("rows.csv", "", "'question'"),
        ("rows.csv", "id,tekst\n1,Cyber?\n", "'question'"),
        ("rows.csv", "question\n" + "x" * 1_100_000 + "\n", "not a CSV file"),
        ("rows.txt", b"Wat zegt \xff\xfe?", "byte 10 is not UTF-8"),
        ("rows.xlsx", "x", "not from .xlsx"),
        ("rows", "x", "are read from"),
    ],
)
def test_a_file_that_holds_no_questions_is_a_users_error(
    tmp_path: Path, name: str, content: str | bytes, reason: str
) -> None:
    path = saved(tmp_path, name, content)
    with pytest.raises(UserError, match=reason) as caught:
        read_rows(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("suffix", FORMATS_IN)
def test_a_missing_file_or_a_folder_is_a_users_error(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / f"map{suffix}"
    folder.mkdir()
    for path in (folder, tmp_path / f"weg{suffix}"):
        with pytest.raises(UserError, match="can't be read"):
            read_rows(path)


@pytest.mark.parametrize("name", ["out.txt", "out", "out.xlsx", "weg/out.csv"])
def test_an_output_that_cannot_be_written_is_refused_beforehand(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError):
        check_output(tmp_path / name)
    check_output(tmp_path / "out.JSONL")


def test_an_output_with_a_name_that_is_too_long_is_a_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="too long"):
        check_output(tmp_path / ("x" * 300) / "out.csv")
    with pytest.raises(UserError, match="too long"):
        write_records(tmp_path / f"{'x' * 250}.csv", [{"id": None, "question": "Cyber?"}])


def test_the_answers_may_be_read_by_whoever_may_read_new_files(tmp_path: Path) -> None:
    beside = saved(tmp_path, "beside.txt", "")
    write_records(tmp_path / "out.jsonl", [{"id": None, "question": "Cyber?"}])
    assert (tmp_path / "out.jsonl").stat().st_mode == beside.stat().st_mode


def test_a_header_too_long_for_a_csv_file_is_a_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a CSV file"):
        read_rows(saved(tmp_path, "rows.csv", "question" + "x" * 1_000_001 + "\nCyber?\n"))


@pytest.mark.parametrize("out", ["out.jsonl", "out.csv"])
def test_an_interrupted_batch_leaves_the_earlier_file_and_nothing_half_written(tmp_path: Path, out: str) -> None:
    def interrupted() -> Iterator[Record]:
        yield {"id": None, "question": "Cyber?", "error": None}
        raise KeyboardInterrupt

    path = saved(tmp_path, out, "earlier")
    with pytest.raises(KeyboardInterrupt):
        write_records(path, interrupted())
    assert path.read_text(encoding="utf-8") == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_writing_where_a_folder_stands_is_a_users_error(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").mkdir()
    with pytest.raises(UserError, match="can't be written"):
        write_records(tmp_path / "out.jsonl", [{"id": None, "question": "Cyber?"}])
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)


@settings(deadline=None, max_examples=60)
@given(questions=st.lists(WORDS, min_size=1, max_size=6))
def test_questions_come_out_of_a_jsonl_file_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, questions: list[str]
) -> None:
    lines = "\n".join(json.dumps({"question": question}, ensure_ascii=False) for question in questions)
    rows = read_rows(saved(tmp_path_factory.mktemp("rows"), "rows.jsonl", lines))
    assert [row.question for row in rows] == questions
    assert not [row for row in rows if row.error]
