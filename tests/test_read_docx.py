"""Word documents: styles, list numbers, notes and tables become lines, and what is no letter is refused by name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document

from ingest.errors import UnreadableLetter
from ingest.letter import Letter
from ingest.read import read_lines
from ingest.reading import read_letter
from tests.word import note, paragraph, run, table, write_docx

PROSE = "Met deze brief informeer ik u over de staat van de dijken in het hele land."
HEAD = (
    paragraph("Aan de Voorzitter van de Tweede Kamer\nPostbus 20018\n2500 EA Den Haag"),
    table(("Datum", "3 mei 2021"), ("Betreft", "De staat van de dijken")),
    paragraph("Geachte voorzitter,"),
)
FOOT = (paragraph("Hoogachtend,"), paragraph("De minister van Dijken,"), paragraph("A.B. Jansen"))


def letter_of(path: Path, *body: str, notes: tuple[str, ...] = (), head: str = "") -> Letter:
    return read_letter(write_docx(path / "brief.docx", *HEAD, *body, *FOOT, notes=notes, head=head))


def headings(letter: Letter) -> list[tuple[str, int]]:
    return [(section.heading, section.level) for section in letter.sections[1:]]


def texts(letter: Letter, kind: str) -> list[str]:
    return [paragraph.text for _, paragraph in letter.paragraphs() if paragraph.kind == kind]


def test_a_document_of_word_becomes_a_letter(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, paragraph(PROSE))
    assert (str(letter.date), letter.title) == ("2021-05-03", "De staat van de dijken")
    assert letter.addressee == "de Voorzitter van de Tweede Kamer"
    assert [(one.name, one.post) for one in letter.signatories] == [("A.B. Jansen", "De minister van Dijken")]
    assert texts(letter, "prose") == [PROSE]


def test_headings_come_from_styles_and_outline_with_their_levels(tmp_path: Path) -> None:
    letter = letter_of(
        tmp_path,
        *(paragraph("Onderzoek naar dijken.", style="Kop1"), paragraph(PROSE)),
        *(paragraph("Kosten", style="Kop2"), paragraph(PROSE)),
        *(paragraph("Hoe verder?", style="Hoofdstuk"), paragraph(PROSE), paragraph("Een kort slot"), paragraph(PROSE)),
    )
    assert headings(letter) == [("Onderzoek naar dijken.", 1), ("Kosten", 2), ("Hoe verder?", 1)]
    assert "Een kort slot" in texts(letter, "prose")


@pytest.mark.parametrize("made", [paragraph(run("Onderzoek", "<w:b/>")), paragraph("Onderzoek", style="Tussenkop")])
def test_headings_are_told_by_their_print_where_no_style_says_so(tmp_path: Path, made: str) -> None:
    assert headings(letter_of(tmp_path, paragraph(PROSE), made, paragraph(PROSE))) == [("Onderzoek", 1)]


def test_a_word_in_bold_makes_no_heading(tmp_path: Path) -> None:
    partly = paragraph(run("Let op", "<w:b/>"), run(" de dijken zijn hoog.", '<w:b w:val="0"/>'))
    assert headings(letter_of(tmp_path, partly, paragraph(PROSE))) == []


def test_lists_keep_the_numbers_that_word_sets(tmp_path: Path) -> None:
    letter = letter_of(
        tmp_path,
        paragraph("Er zijn drie maatregelen:"),
        paragraph("zand;", numbered=(1, 0)),
        paragraph("klei;", numbered=(1, 0)),
        paragraph("zware klei;", numbered=(1, 1)),
        paragraph("lichte klei;", numbered=(1, 1)),
        paragraph("stenen.", numbered=(1, 0)),
        paragraph("gras", numbered=(2, 0)),
    )
    assert texts(letter, "list-item") == [
        "1. zand;",
        "2. klei;",
        "a) zware klei;",
        "b) lichte klei;",
        "3. stenen.",
        "• gras",
    ]


def test_notes_hang_where_their_marks_stand(tmp_path: Path) -> None:
    letter = letter_of(
        tmp_path,
        paragraph(run("De dijken"), note(1), run(" zijn hoog."), note(2)),
        notes=("Kamerstuk 12 345, nr. 6.", "Zie bijlage 2."),
    )
    _, holder = letter.find(letter.footnotes[0].paragraph_id)
    assert [(one.mark, one.text) for one in letter.footnotes] == [
        ("1", "Kamerstuk 12 345, nr. 6."),
        ("2", "Zie bijlage 2."),
    ]
    assert [holder.text[: one.offset] for one in letter.footnotes] == ["De dijken", "De dijken zijn hoog."]


def test_what_was_deleted_or_hidden_is_not_read_and_what_was_inserted_is(tmp_path: Path) -> None:
    changed = "<w:ins>{}</w:ins><w:del><w:r><w:delText>laag</w:delText></w:r></w:del>".format(run(" hoog"))
    letter = letter_of(
        tmp_path, paragraph(run("De dijken zijn"), changed, run(" en "), run("geheim", "<w:vanish/>"), run("sterk."))
    )
    assert texts(letter, "prose") == ["De dijken zijn hoog en sterk."]


def test_a_table_is_a_line_a_row_and_one_that_only_places_text_is_none(tmp_path: Path) -> None:
    placed = paragraph(PROSE) + paragraph("De tweede alinea staat in dezelfde cel.")
    letter = letter_of(tmp_path, table(("Jaar", "Kosten"), ("2021", "€ 3 miljoen")), table((placed, "Zijkant")))
    assert texts(letter, "prose") == [
        "Jaar Kosten",
        "2021 € 3 miljoen",
        PROSE,
        "De tweede alinea staat in dezelfde cel.",
        "Zijkant",
    ]


def test_the_header_of_the_first_page_belongs_to_the_head(tmp_path: Path) -> None:
    letter = letter_of(
        tmp_path, paragraph(PROSE), head=paragraph("Ministerie van Dijken") + paragraph("Pagina 1 van 4")
    )
    assert texts(letter, "header")[0] == "Ministerie van Dijken"
    assert not any("Pagina" in text for text in texts(letter, "header"))


def test_signatures_side_by_side_in_a_table_are_two(tmp_path: Path) -> None:
    signed = table(("de minister van Dijken,\n\nA.B. Jansen", "de minister van Kaden,\n\nC.D. Pietersen"))
    letter = read_letter(
        write_docx(tmp_path / "brief.docx", *HEAD, paragraph(PROSE), paragraph("Hoogachtend,"), signed)
    )
    assert [(one.name, one.post) for one in letter.signatories] == [
        ("A.B. Jansen", "de minister van Dijken"),
        ("C.D. Pietersen", "de minister van Kaden"),
    ]


def test_a_table_of_contents_is_left_out(tmp_path: Path) -> None:
    letter = letter_of(
        tmp_path, paragraph("Onderzoek 3", style="Inhopg1"), paragraph("Onderzoek", style="Kop1"), paragraph(PROSE)
    )
    assert "Onderzoek 3" not in [text for kind in ("prose", "header") for text in texts(letter, kind)]


def test_a_document_that_python_docx_writes_is_read(tmp_path: Path) -> None:
    document = Document()
    document.add_heading("De dijken", 0)
    document.add_heading("Onderzoek", 1)
    document.add_paragraph(PROSE)
    document.add_paragraph("zand", style="List Number")
    document.save(str(tmp_path / "brief.docx"))
    letter = read_letter(tmp_path / "brief.docx")
    assert letter.title == "De dijken"
    assert headings(letter) == [("Onderzoek", 1)]
    assert texts(letter, "list-item") == ["1. zand"]


BOMB = '<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def test_entities_are_refused(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "brief.docx", paragraph("&b;"), extra=BOMB)
    with pytest.raises(UnreadableLetter, match="entities"):
        read_lines(path)


def test_a_zip_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "brief.docx", paragraph("a" * 70_000_000))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(UnreadableLetter, match="unpacked"):
        read_lines(path)


def test_another_zip_and_a_document_without_text_are_refused(tmp_path: Path) -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("../../etc/passwd", "x")
    (tmp_path / "brief.docx").write_bytes(other.getvalue())
    with pytest.raises(UnreadableLetter, match="no Word document"):
        read_lines(tmp_path / "brief.docx")
    with pytest.raises(UnreadableLetter, match="no text"):
        read_lines(write_docx(tmp_path / "leeg.docx", paragraph("")))


def test_a_cut_off_document_is_refused(tmp_path: Path) -> None:
    whole = write_docx(tmp_path / "brief.docx", paragraph(PROSE)).read_bytes()
    for length in range(4, len(whole) - 1, 61):
        (tmp_path / "kort.docx").write_bytes(whole[:length])
        with pytest.raises(UnreadableLetter, match="damaged"):
            read_lines(tmp_path / "kort.docx")
