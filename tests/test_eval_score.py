"""A scored case: what counts as right, and the reason of every failure; answers made elsewhere too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.answers import read_answers
from eval.cases import Case, UnreadableCases
from eval.score import ScoredCase, score_case
from ingest.errors import UserError
from ingest.letter import Letter, Paragraph, Section

FIRST, SECOND = "Er zijn 270 militairen in Litouwen. Zij blijven een jaar.", "Het kabinet wacht het advies af."
LETTER = Letter(
    "l", "Brief", None, "", "", (), (),
    (Section("Een", 1, (Paragraph("l/een/1", 1, "prose", FIRST, None, ((0, 35), (36, 57))),
                        Paragraph("l/een/2", 2, "prose", SECOND, None, ((0, 32),)))),),
    (),
)  # fmt: skip
LETTERS = {"l": LETTER}
CASE = Case(
    id="a", pair="a", lang="nl", question="Hoeveel?", answerable=True, status="answered",
    evidence=("Er zijn 270 militairen",), must_include=(("270",),), reference="270 militairen",
)  # fmt: skip
SILENT = CASE.model_copy(
    update={"answerable": False, "status": "silent", "evidence": (), "must_include": (), "reference": ""}
)


def cite(paragraph: str, start: int, end: int, n: int = 1, quote: str | None = None) -> dict[str, Any]:
    text = LETTER.find(paragraph)[1].text
    return {"n": n, "letter": "l", "paragraph_id": paragraph, "start": start, "end": end,
            "quote": text[start:end] if quote is None else quote, "paragraph_text": text}  # fmt: skip


def answer(text: str, *citations: dict[str, Any], **more: Any) -> Any:
    return {"id": "a", "status": "answered", "answer": text, "language": "nl", "citations": list(citations), **more}


REFUSAL = answer("Dat staat niet in de brief.", status="silent")


def kinds(scored: ScoredCase) -> list[str]:
    return [reason.kind for reason in scored.reasons]


def test_a_right_answer_scores_in_full_and_has_no_reasons() -> None:
    text = "“Er zijn 270 militairen in Litouwen.” [1]"
    scored = score_case(CASE, answer(text, cite("l/een/1", 0, 35)), ["l/een/1", "l/een/2"], LETTERS)
    wanted = (
        "success decision facts cited_paragraph cited_sentence evidence_cited recall@1 mrr ndcg@10 "
        "citation_precision citation_recall verbatim status_right language_right"
    ).split()
    assert {name: scored.scores[name] for name in wanted} == dict.fromkeys(wanted, 1.0)
    assert scored.outcome == "right"
    assert scored.right
    assert scored.reasons == ()


def test_another_paragraph_is_wrong_and_the_reason_names_both() -> None:
    scored = score_case(CASE, answer("Het wacht af. [1]", cite("l/een/2", 0, 32)), ["l/een/2", "l/een/1"], LETTERS)
    assert scored.scores["cited_paragraph"] == 0.0
    assert scored.scores["recall@1"] == 0.0
    assert scored.scores["mrr"] == 0.5
    assert kinds(scored) == ["wrong paragraph", "fact missing"]
    assert scored.reasons[0].text == "cites een/2, not een/1"
    assert scored.outcome == "wrong"
    assert not scored.right


def test_another_sentence_of_the_right_paragraph_is_a_flaw_when_the_facts_are_there() -> None:
    scored = score_case(CASE, answer("270, zij blijven een jaar. [1]", cite("l/een/1", 36, 57)), ["l/een/1"], LETTERS)
    assert scored.scores["cited_sentence"] == 0.0
    assert scored.scores["sentence_precision"] == 0.0
    assert kinds(scored) == ["other sentence"]
    assert scored.outcome == "flawed"


def test_precision_and_recall_follow_the_statements() -> None:
    text = "Er zijn 270. [1][2] Het wacht. [2]"
    scored = score_case(CASE, answer(text, cite("l/een/1", 0, 35), cite("l/een/2", 0, 32, 2)), None, LETTERS)
    assert scored.scores["citation_precision"] == 0.5
    assert scored.scores["citation_recall"] == 0.5
    assert "recall@1" not in scored.scores


def test_a_wrong_refusal_misses_paragraph_and_facts() -> None:
    scored = score_case(CASE, REFUSAL, ["l/een/1"], LETTERS)
    assert scored.scores["cited_paragraph"] == 0.0
    assert scored.scores["facts"] == 0.0
    assert scored.scores["recall@1"] == 1.0
    assert scored.scores["citation_precision"] is None
    assert scored.scores["token_f1"] is None
    assert kinds(scored) == ["wrongly refused"]


def test_a_right_refusal_of_another_kind_is_a_flaw() -> None:
    scored = score_case(SILENT, REFUSAL | {"status": "off_topic"}, [], LETTERS)
    assert scored.scores["success"] == 1.0
    assert scored.scores["status_right"] == 0.0
    assert "cited_paragraph" not in scored.scores
    assert kinds(scored) == ["other status"]


def test_answering_what_should_be_refused_is_wrong() -> None:
    scored = score_case(SILENT, answer("270. [1]", cite("l/een/1", 0, 35)), None, LETTERS)
    assert scored.scores["success"] == 0.0
    assert kinds(scored) == ["wrongly answered"]
    assert scored.scores["verbatim"] == 1.0
    assert "citation_precision" not in scored.scores


def test_a_quotation_that_is_not_in_the_letter_is_told() -> None:
    scored = score_case(CASE, answer("270 [1]", cite("l/een/1", 0, 35, quote="Er zijn 271")), None, LETTERS)
    assert scored.scores["verbatim"] == 0.0
    assert "not verbatim" in kinds(scored)


def test_the_language_is_heard_in_the_answer_when_it_is_not_given() -> None:
    english = answer("According to the letter there are 270 of them. [1]", cite("l/een/1", 0, 35))
    scored = score_case(CASE, {**english, "language": None}, None, LETTERS)
    assert scored.scores["language_right"] == 0.0
    assert "wrong language" in kinds(scored)


def test_of_evidence_that_stands_twice_the_place_found_first_counts() -> None:
    twice = Letter(
        "l", "", None, "", "", (), (),
        (Section("", 1, tuple(Paragraph(f"l/een/{n}", n, "prose", FIRST, None, ((0, 57),)) for n in (1, 2))),), (),
    )  # fmt: skip
    scored = score_case(CASE, REFUSAL, ["l/een/2", "l/een/1"], {"l": twice})
    assert [place.paragraph_id for place in scored.gold] == ["l/een/2"]
    assert scored.scores["recall@1"] == 1.0


def test_a_follow_up_is_scored_only_with_history() -> None:
    assert score_case(CASE, REFUSAL, None, LETTERS).scores["follow_up"] is None
    later = CASE.model_copy(update={"history": ("Wat is er in Litouwen?",)})
    assert score_case(later, REFUSAL, None, LETTERS).scores["follow_up"] == 0.0


# answers made elsewhere


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path, *rows: object) -> Any:
    return read_answers(write(path / "answers.jsonl", *rows), [CASE], LETTERS)["a"]


def test_a_quote_without_a_place_is_looked_for_in_the_letters(tmp_path: Path) -> None:
    record = read(tmp_path, {"id": "a", "status": "answered", "answer": "270", "citations": [{"quote": "Zij blijven"}]})
    (citation,) = record["citations"]
    assert (citation["n"], citation["paragraph_id"], citation["start"], citation["end"]) == (1, "l/een/1", 36, 47)
    assert citation["paragraph_text"] == FIRST
    assert score_case(CASE, record, None, LETTERS).scores["verbatim"] == 1.0


def test_an_invented_quote_is_not_verbatim_and_stands_nowhere(tmp_path: Path) -> None:
    record = read(tmp_path, {"id": "a", "status": "answered", "answer": "270", "citations": [{"quote": "verzonnen"}]})
    scored = score_case(CASE, record, None, LETTERS)
    assert scored.scores["verbatim"] == 0.0
    assert scored.scores["cited_paragraph"] == 0.0
    assert scored.scores["facts"] == 1.0


def test_an_error_row_is_no_answer_and_no_refusal_either(tmp_path: Path) -> None:
    scored = score_case(SILENT, read(tmp_path, {"id": "a", "question": "?", "error": "out of memory"}), None, LETTERS)
    assert scored.failed
    assert not scored.refused
    assert scored.scores["success"] == 0.0
    assert scored.reasons[0].text == "no answer: out of memory"


def test_numbers_serve_as_ids_and_unknown_fields_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "answers.jsonl", {"id": 7, "status": "silent", "extra": [1]})
    (record,) = read_answers(path, [CASE.model_copy(update={"id": "7"})], LETTERS).values()
    assert record["extra"] == [1]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"status": "silent"}, "line 1: id"),
        ({"id": "a", "status": "perhaps"}, "line 1: status"),
        ({"id": "a", "status": "silent", "probability": 2}, "line 1: probability"),
        ({"id": "a", "status": "silent", "seconds": float("nan")}, "line 1: seconds"),
        ({"id": "a", "status": "answered", "citations": [{"n": 1}]}, "line 1: citations.0.quote"),
        ({"id": "a", "status": "answered", "citations": [{"n": 1, "quote": "x"}, {"n": 1, "quote": "y"}]}, "same n"),
        ([], "line 1: the row"),
    ],
)
def test_a_row_that_cannot_be_scored_names_line_and_field(tmp_path: Path, row: object, message: str) -> None:
    with pytest.raises(UnreadableCases, match=message):
        read(tmp_path, row)


def test_every_case_must_have_one_answer(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="1 cases have no answer, the first is 'a'"):
        read(tmp_path, {"id": "b", "status": "silent"})
    with pytest.raises(UserError, match="'a' has an answer already"):
        read(tmp_path, {"id": "a", "status": "silent"}, {"id": "a", "status": "silent"})
