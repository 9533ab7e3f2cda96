"""Lines into letters: the bundled letter in full, generated ones, and every trap by itself."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.letter import BODY_KINDS, Letter
from ingest.pipeline import bundled_files
from ingest.read.text import lines_of
from ingest.reading import read_letter
from ingest.structure import build_letter, slug_of
from ingest.structure.dates import first_date
from ingest.structure.headings import levels_of
from ingest.structure.papers import find_papers
from ingest.structure.running import join_lines

SOURCE = bundled_files()[0].read_text(encoding="utf-8")
HEAD = "Aan de Voorzitter van de Tweede Kamer der Staten-Generaal\n\nDen Haag, 3 mei 2021\n\n"
TRUE_HYPHENS_AT_LINE_ENDS = 2
FOOT = "\n\nDe Minister van Defensie,\nA.B. Jansen\n"


@pytest.fixture(scope="module")
def bundled() -> Letter:
    return read_letter(bundled_files()[0])


def letter_of(body: str) -> Letter:
    return build_letter(lines_of(HEAD + body + FOOT), "brief")


def body_of(letter: Letter) -> list[str]:
    return [paragraph.text for _, paragraph in letter.paragraphs() if paragraph.kind in BODY_KINDS]


def headings_of(letter: Letter) -> list[str]:
    return [section.heading for section in letter.sections]


def visible(text: str) -> str:
    return "".join(text.split())


def test_the_bundled_letter_has_its_sections_and_paragraphs(bundled: Letter) -> None:
    counts = [
        (section.heading, sum(paragraph.kind == "prose" for paragraph in section.paragraphs))
        for section in bundled.sections
    ]
    assert counts == [
        ("", 3),
        ("Algemeen", 2),
        ("Trans-Atlantische betrekkingen", 1),
        ("Defensie-uitgaven", 4),
        ("Collectieve verdediging aan de Oostflank", 3),
        ("Relatie met Rusland", 1),
        ("De NAVO in het Midden-Oosten en Noord-Afrika", 1),
        ("Positie van Turkije", 1),
        ("Cyber", 1),
        ("Uitbreiding", 2),
        ("Nucleaire strategie", 1),
    ]


def test_the_bundled_letter_knows_who_writes_to_whom_and_when(bundled: Letter) -> None:
    assert bundled.date == date(2018, 4, 26)
    assert bundled.addressee == "de Voorzitter van de Tweede Kamer der Staten-Generaal"
    assert [(one.name, one.post) for one in bundled.signatories] == [
        ("S.A. Blok", "De Minister van Buitenlandse Zaken"),
        ("A.Th.B. Bijleveld-Schouten", "De Minister van Defensie"),
    ]
    assert [re.sub(r"\W*«.*", "", reference) for reference in bundled.references] == [
        "advies nr. 106",
        "briefadvies nr. 31",
    ]


def test_head_and_signature_of_the_bundled_letter_are_citable(bundled: Letter) -> None:
    head = [paragraph.text for _, paragraph in bundled.paragraphs() if paragraph.kind == "header"]
    signed = [paragraph.text for _, paragraph in bundled.paragraphs() if paragraph.kind == "signature"]
    assert head[0] == "DEFENSIE"
    assert any("26 april 2018" in text for text in head)
    assert [one.name in text for one, text in zip(bundled.signatories, signed, strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("mark", "before", "after", "text"),
    [
        ("1", "European Reassurance Initiative (ERI)", " en de bijdrage", "European Deterrence Initiative"),
        ("2", "de Kamerbrief van 14 maart 2018", ").", "Kamerstuk 32 623, nr. 200"),
    ],
)
def test_a_note_of_the_bundled_letter_hangs_where_its_mark_stood(
    bundled: Letter, mark: str, before: str, after: str, text: str
) -> None:
    (note,) = [note for note in bundled.footnotes if note.mark == mark]
    _, paragraph = bundled.find(note.paragraph_id)
    assert paragraph.text[: note.offset].endswith(before)
    assert paragraph.text[note.offset :].startswith(after)
    assert text in note.text


def test_notes_and_furniture_of_the_bundled_letter_leave_the_running_text(bundled: Letter) -> None:
    running = " ".join(body_of(bundled))
    assert all(note.text not in running for note in bundled.footnotes)
    assert "twee procent van het BBP te bewegen" in running
    assert "Aangezien de Adviesraad in een separaat advies" in running
    assert not re.search(r"20182|\(ERI\) ?1|\bDEFENSIE\b|Pagina|[\U0010ff00-\U0010ffff]", running)


@pytest.mark.parametrize("word", ["defensie-uitgaven", "EU-sanctie", "kandidaat-Bondgenoten", "NAVO-verdragsgebied"])
def test_true_hyphens_of_the_bundled_letter_stay(bundled: Letter, word: str) -> None:
    assert word in " ".join(body_of(bundled))


@pytest.mark.parametrize(
    "word",
    ["verwezenlijken", "geïntegreerde", "Defensienota", "waardengemeenschap", "omstandigheden", "voortrekkersrol"],
)
def test_soft_hyphens_of_the_bundled_letter_close(bundled: Letter, word: str) -> None:
    running = " ".join(body_of(bundled))
    assert word in running
    assert not re.search(r"[a-z]- (?!en\b)", running)


@pytest.mark.parametrize("slip", ["NAVOafspraak", "trainers Inzet", "in de het Communiqué"])
def test_slips_of_the_bundled_letter_stay_verbatim(bundled: Letter, slip: str) -> None:
    assert slip in " ".join(body_of(bundled))


def test_the_bundled_letter_loses_only_soft_hyphens_and_the_marks_of_notes(bundled: Letter) -> None:
    kept = [paragraph.text for _, paragraph in bundled.paragraphs()] + headings_of(bundled)
    found = Counter(visible("".join([*kept, *(note.text for note in bundled.footnotes)])))
    lost = Counter(visible(SOURCE)) - found
    assert lost == {"1": 2, "2": 2, "-": len(re.findall(r"- *\n", SOURCE)) - TRUE_HYPHENS_AT_LINE_ENDS}
    assert found <= Counter(visible(SOURCE))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="windows-line-ends"),
        pytest.param(lambda text: re.sub(r" +$", "", text, flags=re.MULTILINE), id="no-trailing-blanks"),
        pytest.param(lambda text: text.replace("\n\n", "\n\n\n \n"), id="more-blank-lines"),
        pytest.param(lambda text: text + "\f", id="form-feed-at-the-end"),
        pytest.param(lambda text: text.replace("ï", "i\u0308").replace("ë", "e\u0308"), id="decomposed"),
    ],
)
def test_the_bundled_letter_is_the_same_however_it_was_saved(bundled: Letter, change: object) -> None:
    assert callable(change)
    letter = build_letter(lines_of(change(SOURCE)), bundled.id)
    assert headings_of(letter) == headings_of(bundled)
    assert body_of(letter) == body_of(bundled)
    assert [replace(note, translation=None) for note in bundled.footnotes] == list(letter.footnotes)


def test_ids_are_unique_and_sentences_lie_within_their_paragraph(bundled: Letter) -> None:
    paragraphs = [paragraph for _, paragraph in bundled.paragraphs()]
    assert len({paragraph.id for paragraph in paragraphs}) == len(paragraphs)
    for paragraph in paragraphs:
        assert paragraph.id.startswith(f"{bundled.id}/")
        assert bundled.find(paragraph.id)[1] is paragraph
        assert visible("".join(paragraph.text[start:end] for start, end in paragraph.sentences)) == visible(
            paragraph.text
        )


SYLLABLES = re.findall("..", "badefigohukelaminopurasetivowuze")


def dutch_like(number: int) -> str:
    """Return a word that no other number gives, so that no line can be mistaken for a running head."""
    digits = [number % 16, number // 16 % 16, number // 256 % 16]
    return "".join(SYLLABLES[digit] for digit in digits) + ("n" if number % 3 else "lijk")


@st.composite
def generated_letters(draw: st.DrawFn) -> tuple[list[tuple[str, bool]], str]:
    """Draw blocks (text, whether it is a heading) and their text wrapped, with or without page breaks."""
    with_headings = draw(st.booleans())
    shapes = draw(st.lists(st.lists(st.integers(10, 40), min_size=1, max_size=4), min_size=1, max_size=6))
    width = draw(st.integers(60, 100))
    words = (dutch_like(number) for number in range(4096))
    blocks: list[tuple[str, bool]] = []
    for shape in shapes:
        if with_headings and draw(st.booleans()):
            blocks.append((" ".join(next(words) for _ in range(draw(st.integers(1, 3)))).capitalize(), True))
        sentences = [" ".join(next(words) for _ in range(count)).capitalize() + "." for count in shape]
        blocks.append((" ".join(sentences), False))
    return blocks, "\n\n".join(textwrap.fill(text, width) for text, _ in blocks)


@settings(deadline=None, max_examples=100)
@given(generated_letters())
def test_a_wrapped_letter_comes_back_paragraph_by_paragraph(drawn: tuple[list[tuple[str, bool]], str]) -> None:
    blocks, text = drawn
    assume(re.search(r"[a-z]\n[a-z]", text))  # without a line that goes on there is no margin to be seen
    letter = letter_of(text)
    assert [heading for heading in headings_of(letter) if heading] == [text for text, heading in blocks if heading]
    assert body_of(letter) == [text for text, heading in blocks if not heading]


@settings(deadline=None, max_examples=60)
@given(generated_letters(), st.randoms(use_true_random=False))
def test_no_character_is_lost_or_doubled_whatever_the_line_breaks(
    drawn: tuple[list[tuple[str, bool]], str], random: Random
) -> None:
    blocks, _ = drawn
    words = " ".join(text for text, _ in blocks).split()
    breaks = random.choices([" ", "\n", "\n\n", "\f", "\r\n"], [20, 4, 1, 1, 1], k=len(words))
    letter = letter_of("".join(word + blank for word, blank in zip(words, breaks, strict=True)))
    found = [section.heading + "".join(p.text for p in section.paragraphs) for section in letter.sections]
    assert visible("".join(found)) == visible(HEAD + "".join(words) + FOOT)


@settings(deadline=None, max_examples=100)
@given(st.text("ab1.2-A\n \f(«•?é:", max_size=300))
def test_any_text_at_all_gives_a_letter(text: str) -> None:
    letter = build_letter(lines_of(text), "brief")
    for _, paragraph in letter.paragraphs():
        assert paragraph.text
        assert all(0 <= start < end <= len(paragraph.text) for start, end in paragraph.sentences)
        assert all(left[1] <= right[0] for left, right in pairwise(paragraph.sentences))


def test_a_letter_without_headings_is_one_section_without_heading() -> None:
    letter = letter_of(
        "Hierbij bied ik u, mede namens mijn collega, de gevraagde reactie op het advies aan.\n\n"
        "De reactie gaat in op de drie vragen die in het overleg van vorige maand zijn gesteld.\n"
    )
    assert headings_of(letter) == [""]
    assert len(body_of(letter)) == 2


@pytest.mark.parametrize("after_note", ["\n\n", "\n ", "\f"], ids=["blank-line", "indent", "page"])
def test_a_footnote_in_the_middle_of_a_sentence_leaves_it_whole(after_note: str) -> None:
    letter = letter_of(
        "De uitgaven zijn volgens het rapport1 in twee jaar tijd met de helft gestegen en zullen\n"
        "naar verwachting in de komende periode verder blijven\n\n"
        f"1 Algemene Rekenkamer, Jaarverslag{after_note}"
        "stijgen tot het niveau dat eerder met de Kamer is afgesproken.\n"
    )
    assert [note.text for note in letter.footnotes] == ["Algemene Rekenkamer, Jaarverslag"]
    (text,) = body_of(letter)
    assert "verder blijven stijgen tot" in text
    assert text[: letter.footnotes[0].offset].endswith("het rapport")
    assert text[letter.footnotes[0].offset :].startswith(" in twee jaar")


@pytest.mark.parametrize("width", [60, 76, 90])
@pytest.mark.parametrize(
    "heading",
    [
        "Inzet",
        "De gevolgen voor de toekomst van de krijgsmacht",
        "De gevolgen van de nieuwe verhoudingen voor de Nederlandse krijgsmacht",
    ],
)
def test_blank_lines_set_a_heading_apart_however_long_it_is(bundled: Letter, heading: str, width: int) -> None:
    first, second, third, *_ = (textwrap.fill(text, width) for text in body_of(bundled))
    letter = letter_of(f"{first}\n\n{second}\n\n{textwrap.fill(heading, width)}\n\n{third}\n")
    assert headings_of(letter) == ["", heading]
    assert body_of(letter) == body_of(bundled)[:3]


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("Zoals gemeld in de Kamerbrief van 14 maart 20181 blijft de inzet gelijk.", "14 maart 2018"),
        ("Dat blijkt uit het onderzoek naar de CO2-uitstoot.1 De inzet blijft gelijk.", "uitstoot."),
        ("Dat blijkt uit het onderzoek (WODC) 1 en de inzet blijft gelijk.", "(WODC)"),
        ("Dat blijkt uit het onderzoek¹ en de inzet blijft dus gelijk.", "onderzoek"),
        ("Dat blijkt uit het onderzoek [1] en de inzet blijft dus gelijk.", "onderzoek"),
    ],
)
def test_a_glued_mark_leaves_the_word_it_hung_on(text: str, before: str) -> None:
    letter = letter_of(f"{text}\n\n1 Kamerstuk 12 345, nr. 6\n")
    (note,) = letter.footnotes
    (paragraph,) = body_of(letter)
    assert paragraph[: note.offset].endswith(before)
    assert visible(paragraph[: note.offset] + paragraph[note.offset :]) == visible(paragraph)
    assert len(visible(paragraph)) < len(visible(text))


@pytest.mark.parametrize(
    "text",
    [
        "De CO2 in de lucht neemt volgens alle metingen toe, aldus het instituut.2 Dat is zorgelijk.",
        "Volgens het instituut.2 neemt de CO2 in de lucht, gemeten over lange tijd, nog altijd toe.",
        "In lid 2 van de wet staat dat de norm is gehaald, aldus het instituut.2 Dat is zorgelijk.",
        "Er zijn 2 rapporten en 2 procent meer klachten, aldus het instituut.2 Dat is zorgelijk.",
    ],
)
def test_a_figure_that_is_no_mark_stays(text: str) -> None:
    letter = letter_of(
        f"Dat staat in het eerste rapport,1 dat u eerder kreeg. {text}\n\n1 Rapport A.\n\n2 Rapport B.\n"
    )
    assert [note.text for note in letter.footnotes] == ["Rapport A.", "Rapport B."]
    (paragraph,) = body_of(letter)
    assert paragraph[: letter.footnotes[1].offset].endswith("instituut.")
    assert paragraph.endswith(text.replace("instituut.2", "instituut."))


def test_figures_without_notes_make_no_footnotes() -> None:
    text = "De uitstoot van CO2 daalde in 2018 met 2 procent, zo blijkt uit artikel 1 en bijlage 2 van het rapport."
    letter = letter_of(text)
    assert letter.footnotes == ()
    assert body_of(letter) == [text]


def test_a_numbered_list_is_not_a_row_of_footnotes() -> None:
    letter = letter_of(
        "Het kabinet neemt daarom in dit jaar de volgende drie maatregelen:\n\n"
        "1. meer geld voor onderhoud van gebouwen;\n"
        "2. meer mensen in de uitvoering;\n"
        "3. minder regels voor de scholen.\n"
    )
    assert letter.footnotes == ()
    items = [paragraph for _, paragraph in letter.paragraphs() if paragraph.kind == "list-item"]
    assert [item.text[:2] for item in items] == ["1.", "2.", "3."]


@pytest.mark.parametrize(
    ("mark", "line"),
    [("[{}]", "[{}] {}"), ("{}", "{} {}"), ("{})", "{}) {}"), (" {}", "{}\n  {}")],
    ids=["brackets", "glued", "closed", "printed"],
)
def test_every_note_is_found_however_it_is_marked(mark: str, line: str) -> None:
    texts = ["Rapport A, bijlage bij de brief van mei.", "Kamerstuk 12 345, nr. 6.", "Kamerstuk 12 345, nr. 7."]
    marks = [mark.format(number) for number in (1, 2, 3)]
    letter = letter_of(
        f"1. Aanleiding\n\nDat staat in het eerste rapport{marks[0]} en ook in de brief van het kabinet{marks[1]}.\n\n"
        f"2. Vervolg\n\nIn dat rapport staat bovendien dat de norm niet is gehaald{marks[2]}.\n\n"
        + "\n".join(line.format(number, text) for number, text in enumerate(texts, 1))
        + "\n"
    )
    assert headings_of(letter) == ["", "1. Aanleiding", "2. Vervolg"]
    assert [note.text for note in letter.footnotes] == texts
    assert [letter.find(note.paragraph_id)[1].text[: note.offset].split()[-1] for note in letter.footnotes] == [
        "rapport",
        "kabinet",
        "gehaald",
    ]
    assert not re.search(r"\d", " ".join(body_of(letter)))


@pytest.mark.parametrize("marks", ["1, 2", "1,2", "1 2", "12", "¹²", "[1][2]"])
def test_two_marks_on_one_word_are_two_notes(marks: str) -> None:
    line = "{} {}" if marks[0] == "1" else "¹ {1}\n² {3}" if marks[0] == "¹" else "[{}] {}"
    notes = (line if "²" in line else f"{line}\n{line}").format(1, "Rapport A.", 2, "Rapport B.")
    letter = letter_of(f"Dat staat in twee rapporten.{marks} Daaruit blijkt veel.\n\n{notes}\n")
    assert [(note.mark, note.text) for note in letter.footnotes] == [("1", "Rapport A."), ("2", "Rapport B.")]
    assert body_of(letter) == ["Dat staat in twee rapporten. Daaruit blijkt veel."]


def test_a_note_without_a_mark_does_not_cost_the_notes_after_it() -> None:
    letter = letter_of("Dat staat in een brief,1 en in een rapport.3 Meer niet.\n\n1 Brief.\n\n3 Rapport.\n")
    assert [(note.mark, note.text) for note in letter.footnotes] == [("1", "Brief."), ("3", "Rapport.")]


def test_the_notes_of_an_annex_count_from_one_again() -> None:
    letter = letter_of(
        "Dat staat in een brief.1 Meer niet.\n\n1 Brief van mei.\n\nBijlage\n\n"
        "Dat staat ook in het rapport.1 Meer niet.\n\n1 Rapport van juni.\n"
    )
    assert [(note.mark, note.text) for note in letter.footnotes] == [
        ("1", "Brief van mei."),
        ("1", "Rapport van juni."),
    ]
    assert len({note.paragraph_id for note in letter.footnotes}) == len(letter.footnotes)


def test_like_notes_at_the_foot_of_two_pages_are_no_running_foot() -> None:
    first, second = ("Dat staat in de brief van 5 mei over de scholen.1", "In de brief van juni staat het ook.2")
    letter = letter_of(
        f"{first} {PROSE}\n\n1 Kamerstuk 12 345, nr. 6.\n\f{second} {PROSE}\n\n2 Kamerstuk 12 345, nr. 7.\n"
    )
    assert [note.text for note in letter.footnotes] == ["Kamerstuk 12 345, nr. 6.", "Kamerstuk 12 345, nr. 7."]


def test_a_heading_over_the_notes_leaves_with_them() -> None:
    letter = letter_of("Dat staat in de brief.1 Meer niet.\n\nNoten\n\n1 Brief van mei.\n")
    assert headings_of(letter) == [""]
    assert [note.text for note in letter.footnotes] == ["Brief van mei."]


@pytest.mark.parametrize(
    "begins", ["1 april 2025, een rapportage.", "1 miljoen euro daarvoor vrij.", "1% of meer toe."]
)
def test_a_wrapped_line_that_begins_with_a_date_or_a_quantity_is_no_note(begins: str) -> None:
    lines = "Het advies is uitgebracht.1 Uw Kamer ontvangt daarom ieder halfjaar, ook in dit jaar,\n"
    letter = letter_of(lines + begins + "\n\n1 Kamerstuk 33 694, nr. 12.")
    assert [note.text for note in letter.footnotes] == ["Kamerstuk 33 694, nr. 12."]
    assert any(begins in paragraph.text for _, paragraph in letter.paragraphs())


def test_an_address_in_a_note_goes_on_after_its_hyphen() -> None:
    letter = letter_of(
        f"{PROSE} Dat staat vast.1 In Nederland worden vrijwel\n\n1 Zie https://www.om.nl/fiche-5-mededeling-\n"
        f"strategie-voor-betalingen\n\f\nalle betalingen zo gedaan. {PROSE}\n"
    )
    assert [note.text for note in letter.footnotes] == [
        "Zie https://www.om.nl/fiche-5-mededeling-strategie-voor-betalingen"
    ]
    assert any("worden vrijwel alle betalingen" in paragraph.text for _, paragraph in letter.paragraphs())


def test_an_address_broken_at_a_line_end_keeps_its_hyphen() -> None:
    assert (
        join_lines(["zie https://www.om.nl/over-", "het-om en verder"]) == "zie https://www.om.nl/over-het-om en verder"
    )


SIDE = ["Ministerie van Defensie", "Plein 4", "2511 CR Den Haag", "", "Onze referentie", "BS2021001234"]


def beside(text: str, side: list[str], width: int = 70) -> str:
    rows = textwrap.fill(text, width).split("\n")
    return "\n".join(f"{row:<{width + 8}}{cell}".rstrip() for row, cell in zip(rows, side + [""] * 99, strict=False))


def test_a_side_column_leaves_the_running_text() -> None:
    texts = [
        " ".join(dutch_like(number) for number in range(start, start + 80)).capitalize() + "." for start in (0, 99)
    ]
    text = f"{HEAD}{beside(texts[0], SIDE)}\n\n\f{beside(texts[1], SIDE[4:])}\n{FOOT}"
    letter = build_letter(lines_of(text), "brief")
    assert body_of(letter) == texts
    head = " ".join(p.text for _, p in letter.paragraphs() if p.kind == "header")
    assert all(row in head for row in SIDE)
    assert head.count("BS2021001234") == 1


def test_a_table_is_no_side_column() -> None:
    prose = textwrap.fill(" ".join(dutch_like(number) for number in range(60)).capitalize() + ".", 70)
    table = "\n".join(
        f"{place:<20}{first:>12}{last:>16}" for place, first, last in [("Ede", "1,2", "hoog"), ("Epe", "3,4", "laag")]
    )
    letter = letter_of(f"{prose}\n\n{table}\n\n{prose}\n")
    assert body_of(letter)[1:3] == ["Ede 1,2 hoog", "Epe 3,4 laag"]
    assert headings_of(letter) == [""]


def test_a_reference_repeated_at_the_top_of_a_page_leaves_the_sentence_whole() -> None:
    letter = letter_of(
        "De uitgaven zijn volgens het rapport in twee jaar tijd met de helft gestegen en zullen\n"
        "naar verwachting in de komende periode verder blijven\n\f"
        "Onze referentie\nBS2021001234\n\nstijgen tot het niveau dat is afgesproken.\n"
    )
    (text,) = body_of(letter)
    assert "verder blijven stijgen tot" in text


PROSE = "Het kabinet deelt deze zorg en neemt daarom in de komende jaren extra maatregelen."


@pytest.mark.parametrize(
    ("headings", "levels"),
    [
        (["1. Doelen", "1.1 Nationaal", "1.1.1 Kosten", "1.2 Europees", "2. Vervolg"], [1, 2, 3, 2, 1]),
        (["I. Analyse", "A. Woningen", "B. Gemeenten", "II. Reactie", "A. Kosten", "III. Vervolg"], [1, 2, 2, 1, 2, 1]),
        (["A. Analyse", "1. Woningen", "2. Gemeenten", "B. Reactie", "C. Vervolg"], [1, 2, 2, 1, 1]),
        (["Samenvatting", "1. Analyse", "Kosten", "2. Reactie", "Tot slot"], [1, 1, 2, 1, 1]),
        (["AANLEIDING", "Kosten", "BELEIDSREACTIE", "Rekenen", "Taal"], [1, 2, 1, 2, 2]),
        (["2. Essentie", "a) Inhoud voorstel", "b) Gevolgen", "3. Positie"], [1, 2, 2, 1]),
        (["Algemeen", "NAVO", "Cyber"], [1, 1, 1]),
    ],
)
def test_levels_follow_the_count_of_the_headings(headings: list[str], levels: list[int]) -> None:
    letter = letter_of("\n\n".join(f"{heading}\n\n{PROSE}" for heading in headings))
    assert headings_of(letter) == ["", *headings]
    assert [section.level for section in letter.sections[1:]] == levels


@pytest.mark.parametrize(("question", "answer"), [("Vraag {}", "Antwoord {}"), ("Vraag {}:", "Antwoord op vraag {}:")])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_questions_and_answers_are_sections(question: str, answer: str, gap: str) -> None:
    labels = [label.format(number) for number in (1, "2 en 3", 4) for label in (question, answer)]
    texts = ["Kent u dit bericht?", "Ja.", "Waarom is dat zo?", PROSE, "Deelt u de mening van de raad?", PROSE]
    letter = letter_of(gap.join(f"{label}\n{text}" for label, text in zip(labels, texts, strict=True)))
    assert headings_of(letter) == ["", *labels]
    assert body_of(letter) == texts


def test_a_number_alone_above_its_question_belongs_to_it() -> None:
    letter = letter_of(f"{PROSE}\n\n1\nKent u dit bericht?\n\nJa.\n\n2\nDeelt u de mening van de raad?\n\n{PROSE}\n")
    assert body_of(letter) == [PROSE, "1 Kent u dit bericht?", "Ja.", "2 Deelt u de mening van de raad?", PROSE]


@pytest.mark.parametrize(
    "markers", [("•",) * 3, ("-",) * 3, ("o",) * 3, ("a)", "b)", "c)"), ("1°", "2°", "3°"), ("(i)", "(ii)", "(iii)")]
)
@pytest.mark.parametrize("hang", ["", "   "])
def test_items_of_a_list_keep_apart_and_whole(markers: tuple[str, ...], hang: str) -> None:
    texts = [
        "het budget van de scholen stijgt in de komende twee jaren met veertig miljoen euro, zoals eerder is gemeld;",
        "de inspectie krijgt twintig medewerkers erbij;",
        "de raad brengt advies uit.",
    ]
    items = [f"{marker} {text}" for marker, text in zip(markers, texts, strict=True)]
    wrapped = "\n".join(textwrap.fill(item, 60, subsequent_indent=hang) for item in items)
    letter = letter_of(f"{textwrap.fill(PROSE, 60)} Het gaat om het volgende:\n{wrapped}\n{textwrap.fill(PROSE, 60)}\n")
    assert [p.text for _, p in letter.paragraphs() if p.kind == "list-item"] == items
    assert body_of(letter)[-1] == PROSE


@pytest.mark.parametrize("ending", ["in het Kamerstuk 12 345, nr.", "en in de brief van mr. A.B."])
def test_a_line_that_ends_in_an_abbreviation_goes_on(ending: str) -> None:
    first = f"Dit staat in de brief die het kabinet in mei aan de Kamer stuurde, {ending}"
    letter = letter_of(f"{first}\n12) van vorige week.\n\n{textwrap.fill(f'{PROSE} {PROSE}', len(first))}\n")
    assert body_of(letter) == [f"{first} 12) van vorige week.", f"{PROSE} {PROSE}"]


def test_a_numbered_heading_needs_no_blank_line_under_it() -> None:
    prose = textwrap.fill(f"{PROSE} {PROSE}", 76)
    heading = "2. Controles door de inspecties van het Rijk en de gemeenten"
    letter = letter_of(f"{prose}\n\n{heading}\n{prose}\n")
    assert headings_of(letter) == ["", heading]


@pytest.mark.parametrize("rule", ["\f", "\n\n12\n\n\f"])
def test_a_heading_at_the_top_of_a_page_stays_a_heading(rule: str) -> None:
    full = "De uitgaven stijgen volgens het rapport van de commissie in de komende jaren.\n" * 3
    letter = letter_of(f"{full}{rule}Vervolg\n\n{PROSE}\n")
    assert headings_of(letter) == ["", "Vervolg"]


def test_a_signature_begins_anew_at_the_top_of_a_page() -> None:
    full = "De uitgaven stijgen volgens het rapport van de commissie in de komende jaren.\n" * 3
    letter = letter_of(f"{full}\fHoogachtend,\n")
    assert [p.text for _, p in letter.paragraphs() if p.kind == "signature"] == [
        "Hoogachtend,",
        "De Minister van Defensie, A.B. Jansen",
    ]


def test_who_holds_two_posts_signs_once() -> None:
    foot = "\n\nMede namens de Minister-President,\nMinister van Algemene Zaken,\nA.B. Jansen\n"
    letter = build_letter(lines_of(f"{HEAD}{PROSE}{foot}"), "brief")
    assert [(one.name, one.post) for one in letter.signatories] == [
        ("A.B. Jansen", "Mede namens de Minister-President, Minister van Algemene Zaken")
    ]


def test_signatures_side_by_side_are_two_signatories() -> None:
    foot = (
        "Hoogachtend,\n\n\ndrs. J.A. Smit                         H.M. de Boer\n"
        "Staatssecretaris van Financiën         Minister voor Volkshuisvesting en\n"
        "                                       Ruimtelijke Ordening\n"
    )
    letter = build_letter(lines_of(f"{HEAD}{PROSE}\n\n{foot}"), "brief")
    assert [(one.name, one.post) for one in letter.signatories] == [
        ("drs. J.A. Smit", "Staatssecretaris van Financiën"),
        ("H.M. de Boer", "Minister voor Volkshuisvesting en Ruimtelijke Ordening"),
    ]


def test_the_head_runs_to_its_last_label_without_a_salutation() -> None:
    letter = build_letter(
        lines_of(
            "Aan de Voorzitter van de Tweede Kamer der Staten-Generaal\nLange Voorhout 8\n\n"
            "Bij beantwoording de datum en ons kenmerk vermelden. Wilt u slechts één zaak in uw brief behandelen.\n\n"
            "Datum   21 juni 2022\nOnderwerp   Verslag van de Raad d.d. 20 mei\n2022 en agenda van 3 juli 2022\n\n"
            f"{PROSE}{FOOT}"
        ),
        "brief",
    )
    assert body_of(letter) == [PROSE]
    assert letter.date == date(2022, 6, 21)
    assert letter.title == "Verslag van de Raad d.d. 20 mei 2022 en agenda van 3 juli 2022"
    assert letter.addressee == "de Voorzitter van de Tweede Kamer der Staten-Generaal"


@pytest.mark.parametrize(
    "greeting", ["Geachte voorzitter,", "Mijnheer de Voorzitter,", "Beste Voorzitter, geachte leden,"]
)
@pytest.mark.parametrize("address", ["Aan\nde Voorzitter\nvan de Tweede Kamer", "Bijlagen\n1\n3 (waarvan\n1 apart)"])
def test_a_letter_of_one_line_a_paragraph_keeps_head_and_text_apart(greeting: str, address: str) -> None:
    opening = "Op 2 juni jl. vroeg uw Kamer om een overzicht van de wachttijden bij de rechtbanken in het noorden."
    second = "In Groningen wacht een huurder gemiddeld elf weken op een zitting, in Assen negen weken en soms langer."
    text = (
        f"{address}\n\nDen Haag, 3 mei 2021\nBetreft: Wachttijden bij de rechtbanken\n\n\n{greeting}\n\n{opening}"
        f"\n\nOorzaken\n\n{second}{FOOT}"
    )
    letter = build_letter(lines_of(text), "brief")
    assert (letter.date, letter.title) == (date(2021, 5, 3), "Wachttijden bij de rechtbanken")
    assert (headings_of(letter)[1:], body_of(letter)[:2]) == (["Oorzaken"], [opening, second])


def test_a_paper_with_answers_is_dated_and_titled_by_its_head() -> None:
    letter = build_letter(
        lines_of(
            "1314\n\nVragen van het lid Jansen (ABC) aan de Minister van Defensie over het beleid voor kazernes "
            "(ingezonden 6 maart 2024).\nAntwoord van Minister De Boer (Defensie) (ontvangen 25 maart 2024).\n\n"
            "Vraag 1\nKent u dit bericht?\n\nAntwoord 1\nJa.\n"
        ),
        "brief",
    )
    assert letter.title == "Het beleid voor kazernes"
    assert letter.date == date(2024, 3, 25)
    assert letter.sender == "Minister De Boer (Defensie)"
    assert headings_of(letter) == ["", "Vraag 1", "Antwoord 1"]


def test_page_numbers_and_running_heads_leave_the_text() -> None:
    prose = [dutch_like(number) for number in range(90)]
    pages = [textwrap.fill(" ".join(prose[start : start + 30]) + ".", 60) for start in (0, 30, 60)]
    feet = [f"Ministerie van Defensie\n{page}\n\nPagina {number} van 3" for number, page in enumerate(pages, 1)]
    letter = build_letter(lines_of(HEAD + "\f".join(feet) + FOOT), "brief")
    found = " ".join(paragraph.text for _, paragraph in letter.paragraphs())
    assert "Pagina" not in found
    assert found.count("Ministerie van Defensie") <= 1
    assert visible("".join(prose)) in visible(found.replace("Ministerie van Defensie", "")).replace(".", "")


def test_a_paragraph_keeps_the_page_it_begins_on() -> None:
    first = textwrap.fill(" ".join(dutch_like(number) for number in range(40)).capitalize() + ".", 60)
    second = textwrap.fill(" ".join(dutch_like(number) for number in range(40, 80)).capitalize() + ".", 60)
    letter = letter_of(f"{first}\n\f{second}\n")
    assert [p.page for _, p in letter.paragraphs() if p.kind == "prose"] == [1, 2]


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["verwezen-", "lijken"], "verwezenlijken"),
        (["geïnte-", "greerde"], "geïntegreerde"),
        (["kandidaat-", "Bondgenoten"], "kandidaat-Bondgenoten"),
        (["EU-", "lidstaten"], "EU-lidstaten"),
        (["veiligheids-", "en defensiebeleid"], "veiligheids- en defensiebeleid"),
        (["Buitenland-", "en Veiligheidsstrategie"], "Buitenland- en Veiligheidsstrategie"),
        (["zee-", "egel"], "zee-egel"),
        (["non-", "proliferatie"], "non-proliferatie"),
        (["2018-", "2020"], "2018-2020"),
        (["mbo-", "scholen"], "mbo-scholen"),
        (["de inzet -", "zoals gezegd - blijft"], "de inzet - zoals gezegd - blijft"),
        (["verwezen\u00ad", "lijken"], "verwezenlijken"),
        (["twee", "woorden"], "twee woorden"),
    ],
)
def test_line_ends_join_as_dutch_spells_them(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined


def test_the_letters_own_spelling_decides_over_a_doubtful_hyphen() -> None:
    assert join_lines(["defensie-", "nota"], frozenset({"defensie-nota"})) == "defensie-nota"
    assert join_lines(["defensie-", "nota"]) == "defensienota"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Den Haag, 26 april 2018", date(2018, 4, 26)),
        ("Datum 3 MEI 2021", date(2021, 5, 3)),
        ("26-04-2018", date(2018, 4, 26)),
        ("1/12/1999", date(1999, 12, 1)),
        ("31 februari 2018, of toch 1 maart 2018", date(2018, 3, 1)),
        ("00-13-2018", None),
        ("Kamerstuk 28 676, nr. 282", None),
        ("26 april", None),
    ],
)
def test_dates_are_read_in_words_and_figures(text: str, expected: date | None) -> None:
    assert first_date([text]) == expected


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_a_slug_is_safe_in_ids_and_file_names(text: str) -> None:
    slug = slug_of(text)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert slug_of(slug) == slug


@pytest.mark.parametrize("heading", ["Kop", "Ondertekening", "Inleiding"])
def test_a_heading_named_like_a_fixed_part_gets_ids_of_its_own(heading: str) -> None:
    prose = "Hierbij bied ik u, mede namens mijn collega, de gevraagde reactie op het advies aan."
    letter = letter_of(f"{prose}\n\n{heading}\n\n{prose}\n\n{heading}\n\n{prose}\n")
    ids = [paragraph.id for _, paragraph in letter.paragraphs()]
    assert headings_of(letter) == ["", heading, heading]
    assert len(set(ids)) == len(ids)


def test_the_id_comes_from_the_file_name_and_the_date() -> None:
    lines = lines_of(
        HEAD + "Hierbij bied ik u, mede namens mijn collega, de gevraagde reactie op het advies aan." + FOOT
    )
    assert build_letter(lines, source="Brief over Één.txt").id == "2021-05-03-brief-over-een"
    assert build_letter(lines, source="2021-05-03-brief.txt").id == "2021-05-03-brief"


@pytest.mark.parametrize("mark", ["*", "**", "†"])
def test_a_starred_note_hangs_where_its_mark_stood(mark: str) -> None:
    letter = letter_of(
        f"De dijken zijn hoog{mark} en sterk. Zij zijn ook breed.\n\n{mark} Gemeten boven NAP.\n\nDaarna kwam zand.\n"
    )
    (note,) = letter.footnotes
    assert (note.mark, note.text) == (mark, "Gemeten boven NAP.")
    _, holder = letter.find(note.paragraph_id)
    assert holder.text[: note.offset] == "De dijken zijn hoog"
    assert body_of(letter) == ["De dijken zijn hoog en sterk. Zij zijn ook breed.", "Daarna kwam zand."]


def test_a_list_with_stars_is_no_row_of_notes() -> None:
    letter = letter_of("Er zijn twee maatregelen, f*kkers niet meegerekend:\n\n* zand;\n* klei.\n\nDat is alles.\n")
    assert not letter.footnotes
    assert "* zand;" in body_of(letter)


def test_a_few_words_with_a_colon_head_running_text_but_lead_in_a_list() -> None:
    letter = letter_of(
        "De dijken zijn in het hele land hoog.\n\nHet onderzoek:\n\nHet onderzoek is begonnen. Het duurt lang.\n\n"
        "De maatregelen:\n\n- zand;\n- klei.\n"
    )
    assert headings_of(letter) == ["", "Het onderzoek:"]


def test_an_annex_after_the_signature_is_no_signatory() -> None:
    annex = "\nBijlage 1: Planning\n\nIn mei begint het werk. In juni volgt meer.\n"
    letter = build_letter(lines_of(HEAD + "De dijken zijn in het hele land hoog.\n" + FOOT + annex), "brief")
    assert [one.name for one in letter.signatories] == ["A.B. Jansen"]
    assert "Bijlage 1: Planning" in headings_of(letter)


def test_a_subject_on_two_lines_and_the_senders_own_reference_are_read() -> None:
    letter = build_letter(
        lines_of(
            "Aan de Voorzitter van de Tweede Kamer\n\nDatum       3 mei 2021\nUw kenmerk  TK-9\nOns kenmerk DIJK/123\n"
            "Betreft     De staat van de dijken\n            in het hele land\n\n"
            "Geachte voorzitter,\n\nZij zijn hoog.\n"
        ),
        "brief",
    )
    assert (letter.title, letter.reference) == ("De staat van de dijken in het hele land", "DIJK/123")


@pytest.mark.parametrize(
    ("text", "papers"),
    [
        ("Zie Kamerstuk 29 665, nr. 482.", ("29665, nr. 482",)),
        ("Zie Kamerstukken II 2022-2023, 29665, nr. 482", ("29665, nr. 482",)),
        ("Kamerstuk 36200-XII-60", ("36200-XII, nr. 60",)),
        ("Kamerstukken 29665, nummers 427, 433 en 435.", ("29665, nr. 427", "29665, nr. 433", "29665, nr. 435")),
        ("(Kamerstukken II 2019/20, 35 300 VIII, nrs. 4 en 5)", ("35300-VIII, nr. 4", "35300-VIII, nr. 5")),
        ("Het Kamerstuk van 3 mei 2021 telt 35 300 woorden.", ()),
    ],
)
def test_papers_that_are_named_are_listed_alike(text: str, papers: tuple[str, ...]) -> None:
    assert find_papers([text, text]) == papers


@pytest.mark.parametrize(
    ("printed", "levels"),
    [
        (["bold 9.0", "italic 9.0", "bold 9.0"], [1, 2, 1]),
        (["italic 9.0", "bold 9.0", "italic 9.0"], [1, 1, 2]),
        (["bold 9.0", "bold 12.0", "bold 9.0"], [1, 1, 2]),
        (["bold", "underlined", "italic", "underlined"], [1, 2, 3, 2]),
        (["", "", ""], [1, 1, 1]),
    ],
)
def test_levels_of_headings_without_a_number_follow_their_print(printed: list[str], levels: list[int]) -> None:
    assert levels_of(["Dijken", "Zand", "Klei", "Gras"][: len(printed)], printed) == levels
