"""Gold sets: what is read, and what the checker finds wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases import (
    BUNDLED_GOLD,
    Case,
    UnreadableCases,
    describe_balance,
    describe_coverage,
    find_evidence,
    load_cases,
)
from eval.check import check_cases, count_errors
from ingest.letter import Footnote, Letter, Paragraph, Section
from ingest.pipeline import bundled_files
from ingest.reading import read_letter

FIRST, SECOND = "Er zijn 270 militairen in Litouwen. Zij blijven een jaar.", "Het kabinet wacht het advies af."
NOTE = Footnote("1", "Kamerstuk 32 623, nr. 200", "l/een/1", 35)
LETTER = Letter(
    "l", "Brief", None, "", "", (), (),
    (Section("Een", 1, (Paragraph("l/een/1", 1, "prose", FIRST, None, ((0, 35), (36, 57))),
                        Paragraph("l/een/2", 2, "prose", SECOND, None, ((0, 32),)))),),
    (NOTE,),
)  # fmt: skip
LETTERS = {"l": LETTER}
GOLD_FOLDER = BUNDLED_GOLD.parent


def make(**changes: Any) -> Case:
    value = {"id": "a-nl", "pair": "a", "lang": "nl", "question": "Hoeveel militairen zijn er in Litouwen?",
             "answerable": True, "status": "answered", "evidence": ["Er zijn 270 militairen"],
             "must_include": [["270"]], "reference": "270"}  # fmt: skip
    return Case.model_validate(value | changes)


ENGLISH = {"id": "a-en", "lang": "en", "question": "How many soldiers are there in Lithuania?"}


def problems(*cases: Case) -> list[str]:
    return [f"{problem.severity} {problem.case}: {problem.text}" for problem in check_cases(cases, LETTERS)]


def write(path: Path, *values: object) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return path


def test_the_bundled_gold_set_has_no_error() -> None:
    letter = read_letter(next(path for path in bundled_files() if path.suffix == ".txt"))
    found = check_cases(load_cases(BUNDLED_GOLD), {letter.id: letter})
    assert [problem for problem in found if problem.severity == "error"] == []


def test_the_bundled_gold_set_is_as_large_and_as_balanced_as_promised() -> None:
    cases = load_cases(BUNDLED_GOLD)
    pairs = {case.pair for case in cases}
    assert len(cases) >= 240
    assert len(cases) == 2 * len(pairs)
    assert len({case.pair for case in cases if case.status in ("silent", "off_topic", "vague")}) >= 30
    assert len({case.pair for case in cases if case.history}) >= 20
    assert len({case.pair for case in cases if case.status == "undecided"}) >= 10
    assert {case.split for case in cases} == {"tune", "aside"}


@pytest.mark.parametrize("path", sorted(GOLD_FOLDER.glob("*.jsonl")), ids=lambda path: path.stem)
def test_every_gold_set_here_can_be_read(path: Path) -> None:
    assert load_cases(path)


def test_a_good_pair_has_no_problem() -> None:
    assert problems(make(), make(**ENGLISH)) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"evidence": ["Er zijn 271 militairen"]}, "stands in no paragraph or footnote"),
        ({"evidence": []}, "must have evidence"),
        ({"answerable": False}, "answerable is false"),
        ({"status": "silent", "answerable": False}, "must not have evidence"),
        ({"must_include": [[]]}, "must_include has an empty list"),
        ({"letter": "elders"}, "the letter 'elders' is not here"),
        ({"question": "   "}, "the question is blank"),
    ],
)
def test_an_error_says_what_is_wrong(changes: dict[str, Any], message: str) -> None:
    found = problems(make(pair="a-nl", **changes))
    assert any(line.startswith("error a-nl") and message in line for line in found), found


def test_the_forms_of_a_pair_must_mirror_each_other() -> None:
    assert any("differ in evidence" in line for line in problems(make(), make(**ENGLISH, evidence=["Zij blijven"])))
    assert any("differ in split" in line for line in problems(make(split="tune"), make(**ENGLISH, split="aside")))
    assert any("one Dutch and one English" in line for line in problems(make()))


def test_other_facts_in_the_other_form_are_worth_a_look_only() -> None:
    (line,) = problems(make(), make(**ENGLISH, must_include=[["270"], ["Lithuania"]]))
    assert line.startswith("note")


def test_the_same_question_twice_is_an_error_and_nearly_the_same_a_note() -> None:
    asked = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
    again = "hoeveel  NEDERLANDSE militairen in Litouwen"
    twice = problems(make(pair="a-nl", question=asked), make(id="b", pair="b", question=again))
    assert any(line.startswith(("note b", "error b")) for line in twice)
    same = problems(make(pair="a-nl"), make(id="b", pair="b"))
    assert "error b: asks the same as a-nl" in same
    later = problems(make(pair="a-nl"), make(id="b", pair="b", history=["Wat is er in Litouwen?"]))
    assert later == []


def test_an_id_may_be_used_once() -> None:
    assert any(
        "used 2 times" in line for line in problems(make(pair="a-nl"), make(pair="a-nl", question="Iets heel anders?"))
    )


def test_evidence_in_a_footnote_stands_at_the_sentence_that_bears_its_mark() -> None:
    (place,) = find_evidence("Kamerstuk 32 623", (LETTER,))
    assert (place.paragraph_id, place.start, place.end) == ("l/een/1", 0, 35)
    assert place.footnote == NOTE.text
    assert find_evidence("", (LETTER,)) == ()


def test_notes_are_not_errors() -> None:
    found = check_cases([make(pair="a-nl", reference="", wat="?")], LETTERS)
    assert [problem.severity for problem in found] == ["note", "note"]
    assert count_errors(found) == 0


def test_balance_and_coverage_are_told_in_lines() -> None:
    lines = [*describe_balance([make(), make(**ENGLISH)]), *describe_coverage([make(), make(**ENGLISH)], LETTERS)]
    assert lines[0] == "2 cases in 1 pairs"
    assert "language: en 1, nl 1" in lines
    assert lines[-1] == "l: 1 of 2 paragraphs asked about; least: een/2 0, een/1 2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there are no cases"),
        ("{", "line 1: not JSON"),
        ('\n{"id": "a"}', "line 2: lang"),
        ("[]", "line 1: the row"),
        ('{"id": "a", "lang": "fr"}', "line 1: lang"),
    ],
)
def test_an_unreadable_file_names_the_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableCases, match=message):
        load_cases(path)


def test_a_missing_or_binary_file_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCases, match="check the path"):
        load_cases(tmp_path / "none.jsonl")
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableCases, match="not UTF-8"):
        load_cases(tmp_path / "binary.jsonl")


def test_a_repeated_id_names_both_lines(tmp_path: Path) -> None:
    value = make().model_dump()
    with pytest.raises(UnreadableCases, match="line 2: the id 'a-nl' stands on line 1 already"):
        load_cases(write(tmp_path / "gold.jsonl", value, value))


def test_a_case_without_a_pair_is_its_own(tmp_path: Path) -> None:
    value = {key: item for key, item in make().model_dump().items() if key != "pair"}
    (case,) = load_cases(write(tmp_path / "gold.jsonl", value))
    assert case.pair == case.id


def test_the_digest_changes_with_what_is_asked_or_expected_but_not_with_tags() -> None:
    assert make().digest == make(tags=["number"], split="tune").digest
    assert make().digest != make(question="Hoeveel?").digest
    assert make().digest != make(evidence=["Zij blijven"]).digest
