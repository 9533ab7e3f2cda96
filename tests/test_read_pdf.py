"""PDF letters: what stands where becomes lines, and what is no letter is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UnreadableLetter
from ingest.read import Line, read_lines
from ingest.read.pdf import MOST_PAGES, read_pdf
from ingest.reading import read_letter

PLAIN, BOLD, ITALIC = "F1", "F2", "F3"
Piece = tuple[str, float, float, float, str]
"""Text, points from the left, points from the top, size, font."""


def write_pdf(path: Path, *pages: list[Piece]) -> Path:
    """Write a PDF by hand: Helvetica, one piece of text after another."""
    fonts = "<< /F1 4 0 R /F2 5 0 R /F3 6 0 R >>"
    objects = {4: "Helvetica", 5: "Helvetica-Bold", 6: "Helvetica-Oblique"}
    bodies = {
        number: f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        for number, name in objects.items()
    }
    kids = []
    for count, pieces in enumerate(pages):
        page, content = 7 + 2 * count, 8 + 2 * count
        kids.append(f"{page} 0 R")
        shown = "\n".join(
            f"BT /{font} {size} Tf {left} {842 - top} Td ({text}) Tj ET" for text, left, top, size, font in pieces
        )
        bodies[content] = f"<< /Length {len(shown.encode('cp1252'))} >>\nstream\n{shown}\nendstream"
        bodies[page] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R "
            f"/Resources << /Font {fonts} >> >>"
        )
    bodies |= {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>",
    }
    written = "%PDF-1.4\n" + "".join(f"{number} 0 obj\n{body}\nendobj\n" for number, body in sorted(bodies.items()))
    path.write_bytes((written + "trailer << /Root 1 0 R >>\n").encode("cp1252"))
    return path


def prose(text: str, top: float, **style: object) -> Piece:
    return (text, 80, top, 9, str(style.get("font", PLAIN)))


LETTER: list[Piece] = [
    prose("Aan de Voorzitter van de Tweede Kamer", 100),
    ("Ministerie van Dijken", 470, 104, 6.5, PLAIN),
    ("Postbus 12", 470, 112, 6.5, PLAIN),
    prose("Datum 3 mei 2021", 130),
    prose("Met deze brief informeer ik u over de staat van de dijken in het hele land en", 160),
    prose("over het onderzoek dat dit jaar", 172),
    ("1", 205.1, 169, 5.5, PLAIN),
    (" is gedaan.", 209, 172, 9, PLAIN),
    prose("Onderzoek van de dijken", 196, font=ITALIC),
    prose("Het onderzoek is in het voorjaar begonnen en duurt tot het einde van dit jaar.", 208),
    ("1", 80, 760, 4.5, PLAIN),
    ("Kamerstuk 12 345, nr. 6", 85, 763, 6.5, PLAIN),
]


@pytest.fixture
def lines(tmp_path: Path) -> tuple[Line, ...]:
    return read_pdf(write_pdf(tmp_path / "brief.pdf", LETTER, [prose("Een tweede bladzijde met een zin.", 100)]))


def line(lines: tuple[Line, ...], start: str) -> Line:
    (found,) = [one for one in lines if one.text.startswith(start)]
    return found


def test_lines_come_with_page_and_gap(lines: tuple[Line, ...]) -> None:
    assert line(lines, "Met deze brief").gap
    assert not line(lines, "over het onderzoek").gap
    assert line(lines, "Een tweede").page == 2
    assert line(lines, "Een tweede").page_break


def test_what_is_printed_small_beside_the_text_is_the_side_column(lines: tuple[Line, ...]) -> None:
    assert [one.text for one in lines if one.side] == ["Ministerie van Dijken", "Postbus 12"]
    assert line(lines, "Aan de Voorzitter").text == "Aan de Voorzitter van de Tweede Kamer"


def test_a_raised_number_in_a_line_is_a_mark_and_at_its_head_a_number(lines: tuple[Line, ...]) -> None:
    assert line(lines, "over het").text == "over het onderzoek dat dit jaar¹ is gedaan."
    assert line(lines, "1").text == "1 Kamerstuk 12 345, nr. 6"


def test_only_a_line_wholly_in_italics_has_emphasis(lines: tuple[Line, ...]) -> None:
    assert [one.text for one in lines if one.emphasis] == ["Onderzoek van de dijken"]


def test_a_letter_is_built_from_them(tmp_path: Path) -> None:
    letter = read_letter(write_pdf(tmp_path / "brief.pdf", LETTER))
    assert str(letter.date) == "2021-05-03"
    assert [section.heading for section in letter.sections] == ["", "Onderzoek van de dijken"]
    (note,) = letter.footnotes
    assert note.text == "Kamerstuk 12 345, nr. 6"
    _, paragraph = letter.find(note.paragraph_id)
    assert paragraph.text[: note.offset].endswith("dit jaar")
    assert "dijken in het hele land en over het onderzoek" in paragraph.text


@pytest.mark.parametrize("heading", ["Waarom dijken?", "Dijken: de stand van zaken", "Dijken en kaden:"])
def test_emphasis_makes_a_heading_of_what_punctuation_would_not(tmp_path: Path, heading: str) -> None:
    page = [(heading, *piece[1:]) if piece[4] == ITALIC else piece for piece in LETTER]
    letter = read_letter(write_pdf(tmp_path / "brief.pdf", page))
    assert heading in [section.heading for section in letter.sections]


def test_an_emphasised_sentence_is_no_heading(tmp_path: Path) -> None:
    page = [
        ("Dit is een hele zin, met nadruk gezegd.", *piece[1:]) if piece[4] == ITALIC else piece for piece in LETTER
    ]
    letter = read_letter(write_pdf(tmp_path / "brief.pdf", page))
    assert [section.heading for section in letter.sections] == [""]


def test_a_page_without_text_is_called_a_scan(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLetter, match="scan"):
        read_pdf(write_pdf(tmp_path / "scan.pdf", []))


@pytest.mark.parametrize("data", [b"%PDF-1.4\ngarbage", b"no pdf at all", b"%PDF-1.7\n" + bytes(range(256)) * 40])
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "brief.pdf"
    path.write_bytes(data)
    with pytest.raises(UnreadableLetter, match=r"damaged|scan") as caught:
        read_lines(path)
    assert "\n" not in str(caught.value)


def test_a_cut_off_file_is_refused_or_read_in_part(tmp_path: Path) -> None:
    whole = write_pdf(tmp_path / "brief.pdf", LETTER).read_bytes()
    for length in range(0, len(whole), 97):
        (tmp_path / "cut.pdf").write_bytes(whole[:length])
        try:
            found = read_pdf(tmp_path / "cut.pdf")
        except UnreadableLetter:
            continue
        assert all(isinstance(one, Line) for one in found)


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "brief.pdf", *([[prose("Zin.", 100)]] * (MOST_PAGES + 1)))
    with pytest.raises(UnreadableLetter, match="split it"):
        read_pdf(path)
