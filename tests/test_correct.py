"""Corrections to how a letter was cut: each does what it says, is kept, and is refused by name where nothing fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.correct import CorrectionError, apply_corrections, parse_corrections
from ingest.letter import BODY_KINDS, Letter
from ingest.read.text import lines_of
from ingest.structure import build_letter

Run = Callable[..., tuple[int, str, str]]
LETTER = """Aan de Voorzitter van de Tweede Kamer

Den Haag, 3 mei 2021

Met deze brief informeer ik u over de dijken in het hele land en over de
kaden.

Onderzoek naar zand

Het onderzoek is in het voorjaar begonnen. Het duurt tot het einde van dit
jaar, en misschien nog langer.

Kopie voor het archief

In het najaar volgt een nieuwe brief over de dijken en de kaden, zo is afgesproken.

De Minister van Dijken,
A.B. Jansen
"""


def corrected(text: str) -> Letter:
    return build_letter(apply_corrections(lines_of(LETTER), parse_corrections(text, "fout.txt")), "brief")


def headings(letter: Letter) -> list[str]:
    return [section.heading for section in letter.sections[1:]]


def body(letter: Letter) -> list[str]:
    return [paragraph.text for _, paragraph in letter.paragraphs() if paragraph.kind in BODY_KINDS]


def test_without_corrections_a_letter_stays_as_it_is() -> None:
    assert corrected("# niets\n\n") == build_letter(lines_of(LETTER), "brief")
    assert headings(corrected("")) == ["Onderzoek naar zand", "Kopie voor het archief"]


def test_a_line_is_a_heading_or_is_none() -> None:
    assert headings(corrected("text: Onderzoek naar")) == ["Kopie voor het archief"]
    assert "Onderzoek naar zand" in body(corrected("text: Onderzoek naar"))
    made = corrected("heading: In het najaar volgt")
    assert headings(made)[-1].startswith("In het najaar volgt")


def test_paragraphs_are_joined_and_split() -> None:
    joined = body(corrected("text: Kopie voor\njoin: Kopie voor\njoin: In het najaar"))
    assert joined[-1].startswith("Het onderzoek is")
    assert joined[-1].endswith("zo is afgesproken.")
    assert "Het duurt tot het einde van dit jaar, en misschien nog langer." in body(corrected("split: Het duurt tot"))


def test_a_line_is_dropped() -> None:
    letter = corrected("drop: Kopie voor het archief")
    assert headings(letter) == ["Onderzoek naar zand"]
    assert not any("Kopie" in text for text in body(letter))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("heading: Onderzoek naar\nkop: Zand", "fout.txt, line 2: 'kop: Zand' is no correction"),
        ("\n# nu\nheading:", "fout.txt, line 3"),
        ("join: Nergens te vinden", "fout.txt, line 1: no line of the letter begins with 'Nergens te vinden'"),
        ("split: de dijken", "fout.txt, line 1: 2 lines have 'de dijken'"),
    ],
)
def test_what_can_not_be_followed_is_named_with_its_line(text: str, what: str) -> None:
    with pytest.raises(CorrectionError) as caught:
        corrected(text)
    assert str(caught.value).startswith(what)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["heading", "text", "join", "split", "drop"]), max_size=4), st.data())
def test_no_word_is_lost_by_any_correction_but_a_drop(changes: list[str], data: st.DataObject) -> None:
    starts = [line.text for line in lines_of(LETTER)]
    text = "\n".join(f"{change}: {data.draw(st.sampled_from(starts))}" for change in changes if change != "drop")
    try:
        letter = corrected(text)
    except CorrectionError:
        return
    held = [*headings(letter), *(paragraph.text for _, paragraph in letter.paragraphs())]
    assert sorted(" ".join(held).split()) == sorted(LETTER.split())


def test_corrections_are_kept_for_a_later_ingest_and_leave_with_the_letter(run: Run, tmp_path: Path) -> None:
    letter, corrections = tmp_path / "dijken.txt", tmp_path / "dijken.fout"
    letter.write_text(LETTER, encoding="utf-8")
    corrections.write_text("drop: Kopie voor het archief\n", encoding="utf-8")
    assert run("ingest", letter)[1].startswith("new")
    status, out, err = run("ingest", letter, "--correct", corrections)
    assert (status, out.split()[0]) == (0, "changed"), err
    assert run("ingest", letter)[1].startswith("same")
    assert "archief" not in run("show", "2021-05-03-dijken")[1]
    letter.write_text(LETTER.replace("Kopie voor het archief", "Afschrift"), encoding="utf-8")
    status, _, err = run("ingest", letter)
    assert status == 1
    assert "kept for 2021-05-03-dijken, line 1" in err
    assert "--correct" in err
    run("remove", "2021-05-03-dijken")
    assert run("ingest", letter)[1].startswith("new")


def test_corrections_go_with_one_letter(run: Run, tmp_path: Path) -> None:
    for name in ("een.txt", "twee.txt"):
        (tmp_path / name).write_text(LETTER, encoding="utf-8")
    status, _, err = run("ingest", tmp_path, "--correct", tmp_path / "fout")
    assert status == 1
    assert "one letter, but 2" in err
