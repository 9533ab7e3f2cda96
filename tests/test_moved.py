"""What became of a letter's paragraphs when it was read again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.letter import Letter, Paragraph, Section
from ingest.moved import find_moves

FIRST = "Het kabinet geeft in de komende jaren meer geld uit aan dijken."
SECOND = "De Kamer ontvangt de uitkomsten daarvan voor de zomer."
THIRD = "Over het openbaar vervoer wordt later dit jaar besloten."


def letter(*sections: tuple[str, ...]) -> Letter:
    built = tuple(
        Section(
            f"Deel {number}",
            1,
            tuple(
                Paragraph(f"brief/deel-{number}/{place}", place, "prose", text, None, ((0, len(text)),))
                for place, text in enumerate(texts, 1)
            ),
        )
        for number, texts in enumerate(sections, 1)
    )
    return Letter("brief", "Brief", None, "", "", (), (), built, ())


def moves(before: Letter, after: Letter) -> dict[str, tuple[str | None, str]]:
    return {
        move.before.removeprefix("brief/"): (move.after and move.after.removeprefix("brief/"), move.change)
        for move in find_moves(before, after)
    }


def test_a_paragraph_put_in_between_moves_those_after_it() -> None:
    before, after = letter((FIRST, SECOND), (THIRD,)), letter((FIRST, "Er is een alinea bij.", SECOND), (THIRD,))
    assert moves(before, after) == {"deel-1/2": ("deel-1/3", "moved")}


def test_a_reworded_paragraph_is_changed_where_it_stands_now() -> None:
    reworded = FIRST.replace("meer", "duidelijk meer")
    assert moves(letter((FIRST, SECOND)), letter((reworded, SECOND))) == {"deel-1/1": ("deel-1/1", "changed")}
    assert moves(letter((FIRST, SECOND)), letter((SECOND, reworded))) == {
        "deel-1/1": ("deel-1/2", "changed"),
        "deel-1/2": ("deel-1/1", "moved"),
    }


def test_a_paragraph_with_other_words_in_its_place_is_gone() -> None:
    assert moves(letter((FIRST, SECOND)), letter((THIRD, SECOND))) == {"deel-1/1": (None, "gone")}
    assert moves(letter((FIRST, SECOND)), letter((SECOND,))) == {
        "deel-1/1": (None, "gone"),
        "deel-1/2": ("deel-1/1", "moved"),
    }


def test_paragraphs_that_changed_places_are_moved() -> None:
    found = moves(letter((FIRST, SECOND, THIRD)), letter((THIRD, SECOND, FIRST)))
    assert {change for _, change in found.values()} == {"moved"}
    assert found["deel-1/1"] == ("deel-1/3", "moved")


def test_the_same_text_twice_is_matched_once_each() -> None:
    found = moves(letter(("Ja.", "Ja.", FIRST)), letter(("Ja.", FIRST)))
    assert list(found.values()) == [(None, "gone"), ("deel-1/1", "moved"), ("deel-1/2", "moved")]


TEXTS = st.lists(st.text("abc ", min_size=1, max_size=12), max_size=8).map(tuple)


@given(TEXTS, TEXTS)
def test_every_paragraph_is_told_of_at_most_once_and_truly(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    before, after = letter(old), letter(new)
    texts = [{paragraph.id: paragraph.text for _, paragraph in one.paragraphs()} for one in (before, after)]
    found = find_moves(before, after)
    assert [move.before for move in found] == [one for one in texts[0] if one in {move.before for move in found}]
    targets = [move.after for move in found if move.after]
    assert len(targets) == len(set(targets))
    for move in found:
        assert (move.after is None) == (move.change == "gone")
        if move.after:
            assert (texts[1][move.after] == texts[0][move.before]) == (move.change == "moved")
    untold = texts[0].keys() - {move.before for move in found}
    assert all(texts[1].get(one) == texts[0][one] for one in untold)
    assert find_moves(before, before) == ()
