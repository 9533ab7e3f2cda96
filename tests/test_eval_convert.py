"""Published questions and answers become letters whose gold cases hold."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases import load_cases
from eval.check import check_cases
from eval.convert import convert, main
from ingest.reading import read_letter

ANSWER = (
    "Het kabinet trekt in 2024 vijf miljoen euro uit voor veilige fietspaden in kleine gemeenten.2 "
    "De gemeenten kunnen het geld vanaf 1 maart aanvragen bij de provincie waarin zij liggen."
)
OTHER = "Nee, een helmplicht wordt niet overwogen, omdat die het fietsen zou ontmoedigen en dat is niet gewenst."
PAIR = {
    "kst": "ah-1", "title": "Vragen van het lid Jansen over fietspaden in kleine gemeenten.", "n": 1,
    "question": "Hoeveel geld is er\nvoor fietspaden?", "answer": ANSWER, "kind": "full",
}  # fmt: skip
SECOND = {**PAIR, "n": 3, "question": "Komt er een helmplicht?", "answer": OTHER}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def pairs(folder: Path, *values: object) -> Path:
    return write(folder / "pairs.jsonl", "".join(json.dumps(value) + "\n" for value in values))


def squad(
    folder: Path, name: str = "squad.json", first: str = "The tower is 90 metres high. It was built in 1850."
) -> Path:
    def paragraph(context: str, answer: str, question: str, number: str) -> dict[str, Any]:
        answers = [{"answer_start": context.index(answer), "text": answer}]
        return {"context": context, "qas": [{"id": number, "question": question, "answers": answers}]}

    article = {
        "title": "Old_Tower",
        "paragraphs": [
            paragraph(first, "1850", "When was the tower built?", "q1"),
            paragraph("The bridge beside it was made by Anna Smith.", "Anna Smith", "Who made the bridge?", "q2"),
        ],
    }
    return write(folder / name, json.dumps({"data": [article]}))


def test_each_paper_becomes_a_letter_whose_questions_are_answered_by_its_own_answers(tmp_path: Path) -> None:
    short = {**PAIR, "n": 2, "answer": "Ja.", "kind": "short"}
    source = pairs(tmp_path, PAIR, short, SECOND, {**PAIR, "kst": "ah-2"})
    assert list(convert(source, tmp_path / "out")) == [("ah-1", 2, 0), ("ah-2", 1, 0)]
    letter = read_letter(tmp_path / "out" / "ah-1.txt")
    cases = load_cases(tmp_path / "out" / "ah-1.jsonl")
    assert not [problem for problem in check_cases(cases, {letter.id: letter}) if problem.severity == "error"]
    assert [case.question for case in cases] == ["Hoeveel geld is er voor fietspaden?", "Komt er een helmplicht?"]
    assert cases[1].evidence == (OTHER,)
    # the footnote's mark is no part of the answer
    assert "gemeenten. De" in cases[0].evidence[0]


def test_pages_do_not_give_the_answer_away_in_their_headings(tmp_path: Path) -> None:
    source = tmp_path / "pages.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("question", "reference_answer", "subjects"))
        writer.writeheader()
        writer.writerow({"question": "Hoeveel geld?", "reference_answer": ANSWER, "subjects": "fiets"})
        writer.writerow({"question": "Te kort?", "reference_answer": "Ja.", "subjects": "fiets"})
    assert list(convert(source, tmp_path / "out")) == [("vac-01", 1, 0)]
    assert "Hoeveel geld" not in (tmp_path / "out" / "vac-01.txt").read_text(encoding="utf-8")


def test_a_squad_question_is_answered_by_a_sentence_and_the_last_paragraph_left_out(tmp_path: Path) -> None:
    assert list(convert(squad(tmp_path), tmp_path / "out")) == [("squad-01-old-tower", 2, 0)]
    answered, refused = load_cases(tmp_path / "out" / "squad-01-old-tower.jsonl")
    assert answered.evidence == ("It was built in 1850.",)
    assert answered.must_include == (("1850",),)
    assert answered.lang == "en"
    assert (refused.status, refused.evidence, refused.tags) == ("silent", (), ("near-topic",))
    assert "bridge" not in (tmp_path / "out" / "squad-01-old-tower.txt").read_text(encoding="utf-8")


def test_the_text_may_be_in_another_language_than_the_questions(tmp_path: Path) -> None:
    german = squad(tmp_path, "german.json", "Der Turm ist 90 Meter hoch. Er wurde im Jahr 1850 gebaut.")
    assert list(convert(squad(tmp_path), tmp_path / "out", german)) == [("squad-01-old-tower", 2, 0)]
    answered, _ = load_cases(tmp_path / "out" / "squad-01-old-tower.jsonl")
    assert answered.evidence == ("Er wurde im Jahr 1850 gebaut.",)
    assert answered.question == "When was the tower built?"


@pytest.mark.parametrize(
    ("name", "text"),
    [("x.jsonl", '{"kst": 1}'), ("x.csv", "a,b\n1,2\n"), ("x.json", "[]"), ("x.json", '{"data": [{}]}'), ("x.pdf", "")],
)
def test_another_file_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    with pytest.raises(SystemExit) as error:
        main([str(write(tmp_path / name, text)), str(tmp_path / "out")])
    assert error.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_what_was_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(pairs(tmp_path, PAIR)), str(tmp_path / "out")])
    assert "ah-1: 1 cases\n" in "".join(capsys.readouterr())
