"""Files made to take all time or memory there is: each is read or refused as soon as any other."""

from __future__ import annotations

import signal
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.correct import apply_corrections, parse_corrections
from ingest.errors import UnreadableLetter
from ingest.read import Line, read_lines
from ingest.read.files import MOST_CHARACTERS, MOST_LINES
from ingest.read.text import clean, compose, lines_of
from ingest.reading import read_letter
from ingest.structure import build_letter
from ingest.structure.running import join_lines
from ingest.structure.sentences import ends_in_abbreviation, split_sentences
from tests.mutations import outcome
from tests.test_read_markup import PROSE
from tests.word import NUMBERING, STYLES, R, W, note, paragraph, run, table, write_docx

HEAD = f"Aan de Voorzitter van de Tweede Kamer\n\nDen Haag, 3 mei 2021\n\nGeachte voorzitter,\n\n{PROSE}\n\n"
# Each takes a second or a few of the processor; one whose time grew with the square of its length would take minutes.
_MOST_S = 40
TEXTS: dict[str, Callable[[], str]] = {
    "one-word-lines": lambda: "woord\n" * 90_000,
    "headings-only": lambda: "Kop van iets\n\n" * 40_000,
    "no-blank": lambda: "a" * 1_900_000,
    "no-blank-then-a-stop": lambda: "a" * 1_900_000 + " b.\nWoord",
    "one-line": lambda: f"{PROSE} " * 20_000,
    "stops": lambda: "." * 900_000 + "x",
    "stops-and-signs": lambda: "A. " + "€ €. " * 300_000,
    "soft-hyphens": lambda: "a" + "\u00ad" * 900_000 + " " * 100_000,
    "hyphens-at-line-ends": lambda: "aaa-\n" * 90_000,
    "addresses": lambda: "https://a.b/-\n" * 90_000,
    "accents": lambda: "e" + "\u0315\u0300" * 500_000,
    "list-numbers": lambda: "1. a\n" * 90_000,
    "notes-without-marks": lambda: "woord\n2 noot.\n" * 45_000,
    "notes-that-begin-again": lambda: "woord1\n1 noot.\n" * 45_000,
    "marks": lambda: "woord1 " * 250_000 + "\n\n1 Noot.\n",
    "marks-that-count": lambda: "nr 1 " * 350_000 + "\n\n1 Noot.\n",
    "stars": lambda: "woord* " * 100_000 + "\n" + "* noot\n" * 80_000,
    "daggers-for-stars": lambda: ("woord* " * 2_000 + "\n") * 100 + "† noot\n" * 80_000,
    "nameless-posts": lambda: "De minister van Dijken,\n" * 80_000 + "\nEen zin die hier staat.\n",
    "pages": lambda: "\f".join([PROSE] * 20_000),
    "numbers-on-pages": lambda: "\f".join(["a 1 " * 200_000] * 2),
    "nested-list": lambda: "".join(f"{' ' * (n % 90)}- punt\n" for n in range(10_000)),
    "figures-in-a-table": lambda: "1   2   3   4   5\n" * 60_000,
    "papers": lambda: "Kamerstuk 29 665, nr. 1" + ", 2" * 400_000,
}


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    """Stop what hangs by the processor's clock, since the machine may be busy."""

    def stop(number: int, frame: object) -> None:
        raise AssertionError("it takes all the time there is")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _MOST_S)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_takes_no_more_time_than_its_length_asks(tmp_path: Path, name: str) -> None:
    path = tmp_path / "brief.txt"
    path.write_text(HEAD + TEXTS[name](), encoding="utf-8")
    assert outcome(path) in {"read", "refused"}


MARKUP: dict[str, Callable[[], str]] = {
    "spans.html": lambda: "<span>" * 130 + "<b></b>" * 200_000 + "<div>x</div>",
    "notes.html": lambda: f"{'<a href=#n>1</a> ' * 20_000}<p id='n'>{'noot ' * 100_000}</p>",
    "paragraph.html": lambda: "<p>" + "<b>woord </b>" * 150_000,
    "classes.html": lambda: f"<p class='{'nav_' * 300_000}!'>x</p>",
    "lists.html": lambda: "<ul><li>" * 10_000,
    "tables.html": lambda: "<table><tr><td>" * 500,
    "notes.xml": lambda: f"<al>{'a<noot><noot.al>x</noot.al></noot>' * 80_000}</al>",
    "nested.xml": lambda: "<divisie>" * 500 + "</divisie>" * 500,
    "lists.md": lambda: "* a\n" * 50_000,
    "quotes.md": lambda: "> " * 50_000 + "a",
    "notes.md": lambda: "a[^1] " * 50_000 + "\n\n[^1]: b\n",
    "stars.md": lambda: "**a" * 50_000,
    "links.md": lambda: "[a](" * 50_000,
}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", MARKUP)
def test_markup_takes_no_more_time_than_its_length_asks(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    opening, closing = {
        ".html": (f"<!DOCTYPE html><html><body><p>{PROSE}</p>", ""),
        ".xml": (f"<officiele-publicatie><al>{PROSE}</al>", "</officiele-publicatie>"),
        ".md": (f"{PROSE}\n\n", "\n"),
    }[path.suffix]
    path.write_text(opening + MARKUP[name]() + closing, encoding="utf-8")
    assert outcome(path) in {"read", "refused"}


def with_parts(path: Path, **parts: str) -> Path:
    """Return the document with other parts in place of its own."""
    with zipfile.ZipFile(path) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in {**kept, **{f"word/{part}.xml": text.encode() for part, text in parts.items()}}.items():
            new.writestr(name, data)
    return path


def chain_of_styles(length: int) -> str:
    styles = (
        f'<w:style w:styleId="s{n}"><w:name w:val="x"/><w:basedOn w:val="s{n + 1}"/></w:style>' for n in range(length)
    )
    return f"<w:styles {W}>{''.join(styles)}</w:styles>"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_document_takes_no_more_than_it_holds(tmp_path: Path) -> None:
    write = write_docx
    lone = paragraph("punt", numbered=(1, 0))
    for path in (
        write(tmp_path / "a.docx", paragraph(PROSE), paragraph("a", note(1)) * 20_000, notes=("noot " * 100_000,)),
        write(tmp_path / "b.docx", paragraph(PROSE), f"<w:p>{run('ab') * 100_000}</w:p>"),
        write(tmp_path / "c.docx", paragraph(PROSE), "<w:tbl><w:tr><w:tc>" * 500 + "</w:tc></w:tr></w:tbl>" * 500),
        write(tmp_path / "d.docx", paragraph(PROSE), table(*[("a", "b")] * 5_000)),
        with_parts(
            write(tmp_path / "e.docx", paragraph(PROSE), paragraph("a", style="s0") * 10_000),
            styles=chain_of_styles(20_000),
        ),
        with_parts(
            write(tmp_path / "f.docx", paragraph(PROSE), lone * 10_000),
            numbering=NUMBERING.replace("%1.", "%1" * 100_000),
        ),
    ):
        assert outcome(path) in {"read", "refused"}, path


def test_the_label_of_a_list_is_short_and_a_style_is_based_on_few(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "brief.docx", paragraph(PROSE), paragraph("punt", numbered=(1, 0)))
    (item,) = [
        one for one in read_lines(with_parts(path, numbering=NUMBERING.replace("%1.", "%1" * 99))) if "punt" in one.text
    ]
    assert item.text.startswith("1")
    assert len(item.text) < 100
    deep = chain_of_styles(10).replace('w:val="x"/><w:basedOn w:val="s10"', 'w:val="heading 2"/><w:basedOn w:val="s10"')
    path = write_docx(tmp_path / "stijl.docx", paragraph(PROSE), paragraph("Kop", style="s0"), paragraph(PROSE))
    (heading,) = [one for one in read_lines(with_parts(path, styles=deep)) if one.role == "heading"]
    assert (heading.text, heading.level) == ("Kop", 2)


def test_only_the_first_header_that_a_page_names_is_read(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "brief.docx", paragraph(PROSE), head=paragraph("Ministerie van Dijken"))
    with zipfile.ZipFile(path) as package:
        body = package.read("word/document.xml").decode()
    reference = '<w:headerReference w:type="first" r:id="rId1"/>'
    lines = read_lines(with_parts(path, document=body.replace(reference, reference * 50)))
    assert [line.text for line in lines].count("Ministerie van Dijken") == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_document_packed_as_no_word_processor_does_is_refused(tmp_path: Path, method: int) -> None:
    path = tmp_path / "brief.docx"
    with zipfile.ZipFile(path, "w", method) as package:
        package.writestr("word/document.xml", f"<w:document {W} {R}><w:body>{paragraph(PROSE)}</w:body></w:document>")
        package.writestr("word/styles.xml", STYLES)
    with pytest.raises(UnreadableLetter, match="no word processor"):
        read_lines(path)


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
def test_more_text_or_lines_than_any_letter_has_are_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"brief{suffix}"
    opening, end = ("<p>", "<br><br>") if suffix == ".html" else ("", "\n\n")
    for text in (f"{PROSE} " * (MOST_CHARACTERS // len(PROSE)), f"a{end}" * (MOST_LINES + 1)):
        path.write_text(opening + text, encoding="utf-8")
        with pytest.raises(UnreadableLetter, match="split it"):
            read_lines(path)


def test_a_line_of_marks_alone_is_no_paragraph_and_keeps_its_note() -> None:
    letter = build_letter(
        lines_of(f"{HEAD}Een tweede alinea die hier staat.\n\n¹\n\n¹ Kamerstuk 12 345, nr. 6.\n"), "x"
    )
    assert all(one.text and one.sentences for _, one in letter.paragraphs())
    (kept,) = letter.footnotes
    assert letter.find(kept.paragraph_id)[1].text == "Een tweede alinea die hier staat."


def test_a_letter_that_is_a_mark_and_its_note_is_read_without_a_fault() -> None:
    letter = build_letter(lines_of("Noten€ 3\n¹ noot\n2\n¹"), "x")
    assert all(one.text for _, one in letter.paragraphs())


def test_notes_know_their_places_however_many_marks_stand_before_them() -> None:
    text = "".join(f"woord{number} " for number in range(1, 60)).strip()
    notes = "\n\n".join(f"{number} Noot {number}." for number in range(1, 60))
    letter = build_letter(lines_of(f"{HEAD}{text} is hier het einde van.\n\n{notes}\n"), "x")
    assert len(letter.footnotes) == 59
    _, holder = letter.find(letter.footnotes[0].paragraph_id)
    assert [one.offset for one in letter.footnotes] == [len("woord ") * number + 5 for number in range(59)]
    assert holder.text.startswith("woord woord ")


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("ver\u00adwezen", "verwezen"),
        ("verwe\u00ad", "verwe\u00ad"),
        ("a\u00ad\u00ad  ", "a\u00ad  "),
        ("a\u00ad\nb\u00adc", "a\u00ad\nbc"),
        ("\u00ad", "\u00ad"),
    ],
)
def test_soft_hyphens_stay_at_the_end_of_a_line_only(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_accents_are_composed_and_piles_of_them_cut() -> None:
    assert compose("e\u0301e\u0301n") == "één"
    assert compose("e" + "\u0315\u0300" * 5) == "è" + "\u0300" * 4 + "\u0315" * 5
    assert 0 < len(compose("e" + "\u0315\u0300" * 5_000)) <= 31
    assert compose("«“„" * 40) == "«“„" * 40


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["verwe\u00ad", "zen", "en"], "verwezen en"),
        (["de \u00ad", "\u00ad", "b"], "de b"),
        (["zie https://a.b/", "c-", "d"], "zie https://a.b/c-d"),
        (["x" * 3_000 + "-", "verder"], "x" * 3_000 + "-verder"),
        (["", "a"], "a"),
    ],
)
def test_lines_are_joined_by_what_stands_at_their_ends(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined


def test_stops_in_a_row_and_signs_in_a_row_end_one_sentence() -> None:
    assert split_sentences("Wat?!... Ja.") == ((0, 8), (9, 12))
    assert len(split_sentences("A" + "." * 5_000 + " B.")) == 2
    assert ends_in_abbreviation(f"{'a' * 5_000} nr.")
    assert not ends_in_abbreviation(f"{'a' * 5_000}.")


def test_corrections_reach_over_many_lines_of_a_long_letter() -> None:
    lines = [Line(f"regel {number}") for number in range(50_000)]
    corrected = apply_corrections(lines, parse_corrections("heading: regel 49998 regel 49999", "c.txt"))
    assert [line.role for line in corrected[-2:]] == ["heading", "continuation"]


def pdf_of(objects: dict[int, bytes]) -> bytes:
    written = b"".join(b"%d 0 obj\n%s\nendobj\n" % one for one in sorted(objects.items()))
    return b"%PDF-1.4\n" + written + b"trailer << /Root 1 0 R >>\n"


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


SHOWN = b"BT /F1 9 Tf 80 700 Td (Met deze brief informeer ik u over de dijken.) Tj ET\n"
PAGE = {
    1: b"<< /Type /Catalog /Pages 2 0 R >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >>"
    b" /XObject << /X 10 0 R >> >> >>",
    4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    5: stream(SHOWN),
}
FORM = (
    b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> /XObject << /X %d 0 R >> >>"
)
TREE = b"<< /Type /Pages /Kids [%s] /Count 1 >>"
PDFS: dict[str, Callable[[], dict[int, bytes]]] = {
    "bomb": lambda: {5: stream(zlib.compress(bytes(1_500_000_000), 9), b"/Filter /FlateDecode")},
    "bomb-in-a-bomb": lambda: {
        5: stream(zlib.compress(zlib.compress(bytes(900_000_000), 9), 9), b"/Filter [/FlateDecode /FlateDecode]")
    },
    "forms-that-show-forms": lambda: {
        5: stream(b"/X Do " * 10),
        **{10 + n: stream(b"/X Do " * 10, FORM % (11 + n)) for n in range(20)},
        30: stream(SHOWN, FORM % 30),
    },
    "pages-of-pages": lambda: {2: TREE % b"10 0 R", **{10 + n: TREE % (b"%d 0 R " % (11 + n) * 10) for n in range(40)}},
    "pages-in-a-ring": lambda: {2: TREE % b"2 0 R 3 0 R"},
    "deep-pages": lambda: {2: TREE % b"10 0 R", **{10 + n: TREE % (b"%d 0 R" % (11 + n)) for n in range(5_000)}},
    "columns": lambda: {
        5: stream(zlib.compress(SHOWN), b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 2000000000 >>")
    },
    "no-widths": lambda: {4: b"<< /Type /Font /Subtype /Type1 >>"},
    "brackets": lambda: {5: stream(b"[" * 200_000 + SHOWN)},
}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_takes_no_more_than_it_may(tmp_path: Path, name: str) -> None:
    path = tmp_path / "brief.pdf"
    path.write_bytes(pdf_of({**PAGE, **PDFS[name]()}))
    assert outcome(path) in {"read", "refused"}


def test_a_pdf_named_like_an_option_or_over_two_lines_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-c.pdf", "a\nb.pdf", "é ü.pdf"):
        Path(name).write_bytes(pdf_of(PAGE))
        assert read_letter(Path(name)).source == name


def test_what_reads_a_pdf_takes_no_module_from_the_folder_it_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for module in ("json", "pdfplumber", "ingest"):
        Path(f"{module}.py").write_text("raise SystemExit('another module')", encoding="utf-8")
    Path("brief.pdf").write_bytes(pdf_of(PAGE))
    assert read_lines(Path("brief.pdf"))
