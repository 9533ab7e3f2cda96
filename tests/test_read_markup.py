"""Web pages, official XML and Markdown: what they declare is kept, and what is unsafe or no letter is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UnreadableLetter
from ingest.letter import Letter
from ingest.read import read_lines
from ingest.reading import read_letter

PROSE = "Met deze brief informeer ik u over de staat van de dijken in het hele land."
PAGE = f"""<!DOCTYPE html><html lang="nl"><head><title>Brief | Rijksoverheid.nl</title></head><body class="has-menu">
<header><a href="/">Rijksoverheid.nl</a></header><nav><ul><li><a href="/x">Onderwerpen</a></li></ul></nav>
<main><h1>Kamerbrief over de dijken</h1>
<p>Aan de Voorzitter van de Tweede Kamer<br>Postbus 20018</p><p>Den Haag, 3 mei 2021</p><p>Geachte voorzitter,</p>
<p>{PROSE}<sup><a href="#n1" id="r1">1</a></sup> Het is 3 m<sup>2</sup>.</p>
<h2>Onderzoek</h2><p>Er zijn drie delen:</p>
<ol><li>de zeedijken;</li><li><p>de rivierdijken:</p><ul><li>de Waal</li></ul></li></ol>
<h3>Kosten</h3><table><tr><th>Jaar</th><th>Kosten</th></tr><tr><td>2021</td><td>€ 3 miljoen</td></tr></table>
<div>Ik kom hier in het najaar op terug.</div>
<p>De minister van Dijken,<br>A.B. Jansen</p>
<div class="noten"><p><a id="n1" href="#r1">1</a> Kamerstuk 12 345, nr. 6.</p></div>
</main><footer>Over deze site</footer></body></html>"""

OFFICIAL = f"""<?xml version="1.0" encoding="utf-8"?><officiele-publicatie>
<metadata><meta content="verborgen"/></metadata>
<kamerstuk><kamerstukkop><tekstregel>Tweede Kamer der Staten-Generaal</tekstregel></kamerstukkop>
<dossier><dossiernummer><dossiernr>29 665</dossiernr></dossiernummer><titel>Evaluatie Schipholbeleid</titel></dossier>
<stuk><stuknr>Nr. <ondernummer>500</ondernummer></stuknr><titel>BRIEF VAN DE MINISTER VAN DIJKEN</titel>
<algemeen><vrije-tekst><tekst><al>Aan de Voorzitter van de Tweede Kamer der Staten-Generaal</al>
<al>Den Haag, 18 oktober 2023</al><al>{PROSE}<noot type="voet"><noot.nr>1</noot.nr><noot.al>Kamerstuk
<extref doc="x">29 665, nr. 482</extref>.</noot.al></noot> Het is <nadruk type="cur">hoog</nadruk>.</al>
<divisie><kop><nr>1.</nr><titel>Onderzoek</titel></kop><al>Er zijn twee delen:</al>
<lijst><li><li.nr>a.</li.nr><al>zand;</al></li><li><li.nr>b.</li.nr><al>klei.</al></li></lijst>
<tussenkop>Kosten</tussenkop><al>Het kost weinig.</al></divisie>
<divisie><kop><nr>2.</nr><titel>Vervolg</titel></kop><al>In mei volgt meer.</al></divisie>
</tekst></vrije-tekst></algemeen>
<tekst-sluiting><ondertekening><functie>De minister van Dijken,</functie><naam><voornaam>A.B.</voornaam>
<achternaam>Jansen</achternaam></naam></ondertekening></tekst-sluiting></stuk></kamerstuk></officiele-publicatie>"""

MARKDOWN = f"""# Kamerbrief over de dijken

Aan de Voorzitter van de Tweede Kamer

Geachte voorzitter,

{PROSE}[^1] Het is
*hoog*.

## Onderzoek

1. zand;
2. klei.

[^1]: Kamerstuk 12 345, nr. 6.

## Vervolg

Hoe verder, dat volgt.
"""

QUESTIONS = """<officiele-publicatie><kamervragen><kamervraagnummer>100</kamervraagnummer>
<kamervraagomschrijving>Vragen van het lid <naam><achternaam>Jansen</achternaam></naam> over <kamervraagonderwerp>dijken
</kamervraagonderwerp> (ingezonden 1 mei 2021).</kamervraagomschrijving>
<vraag><nr>Vraag 1</nr><al>Hoe hoog zijn de dijken?</al></vraag>
<antwoord><nr>Antwoord 1</nr><al>Zij zijn hoog.</al></antwoord>
<vraag><nr>2</nr><al>Zijn zij sterk?</al></vraag><antwoord><al>Ja.</al><al>Zeer sterk.</al></antwoord>
</kamervragen></officiele-publicatie>"""


def letter_of(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Letter:
    (folder / name).write_bytes(text.encode(encoding))
    return read_letter(folder / name)


def headings(letter: Letter) -> list[tuple[str, int]]:
    return [(section.heading, section.level) for section in letter.sections[1:]]


def texts(letter: Letter, *kinds: str) -> list[str]:
    return [paragraph.text for _, paragraph in letter.paragraphs() if paragraph.kind in kinds]


def test_a_web_page_becomes_a_letter_without_what_surrounds_it(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, "brief.html", PAGE)
    assert (letter.title, str(letter.date)) == ("Kamerbrief over de dijken", "2021-05-03")
    assert headings(letter) == [("Onderzoek", 1), ("Kosten", 2)]
    assert texts(letter, "list-item") == ["1. de zeedijken;", "2. de rivierdijken:", "• de Waal"]
    assert texts(letter, "prose") == [
        f"{PROSE} Het is 3 m².",
        *("Er zijn drie delen:", "Jaar Kosten", "2021 € 3 miljoen", "Ik kom hier in het najaar op terug."),
    ]
    assert [one.name for one in letter.signatories] == ["A.B. Jansen"]


@pytest.mark.parametrize(("name", "text"), [("brief.html", PAGE), ("brief.xml", OFFICIAL), ("brief.md", MARKDOWN)])
def test_a_note_hangs_where_its_mark_stood(tmp_path: Path, name: str, text: str) -> None:
    letter = letter_of(tmp_path, name, text)
    (note,) = letter.footnotes
    _, holder = letter.find(note.paragraph_id)
    assert holder.text[: note.offset] == PROSE
    assert note.text.startswith("Kamerstuk")
    assert not any("Kamerstuk" in text for text in texts(letter, "prose", "list-item"))


def test_an_official_paper_becomes_a_letter(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, "kst-29665-500.xml", OFFICIAL)
    assert (letter.title, str(letter.date)) == ("Evaluatie Schipholbeleid", "2023-10-18")
    assert letter.addressee == "de Voorzitter van de Tweede Kamer der Staten-Generaal"
    assert headings(letter) == [("1. Onderzoek", 1), ("Kosten", 2), ("2. Vervolg", 1)]
    assert texts(letter, "list-item") == ["a. zand;", "b. klei."]
    assert [(one.name, one.post) for one in letter.signatories] == [("A.B. Jansen", "De minister van Dijken")]
    assert not any("verborgen" in text for text in texts(letter, "prose", "header"))


def test_questions_and_answers_of_an_official_paper_are_sections(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, "ah-tk-100.xml", QUESTIONS)
    assert [heading for heading, _ in headings(letter)] == ["Vraag 1", "Antwoord 1", "Vraag 2", "Antwoord 2"]
    assert texts(letter, "prose") == [
        "Hoe hoog zijn de dijken?",
        "Zij zijn hoog.",
        "Zijn zij sterk?",
        "Ja.",
        "Zeer sterk.",
    ]
    assert letter.title == "Dijken"


def test_markdown_becomes_a_letter(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, "brief.md", MARKDOWN)
    assert letter.title == "Kamerbrief over de dijken"
    assert headings(letter) == [("Onderzoek", 1), ("Vervolg", 1)]
    assert texts(letter, "list-item") == ["1. zand;", "2. klei."]
    assert texts(letter, "prose")[0] == f"{PROSE} Het is hoog."


@pytest.mark.parametrize(
    ("name", "text"), [("brief.txt", PAGE), ("brief", PAGE), ("brief.txt", OFFICIAL), ("pagina.xml", PAGE)]
)
def test_content_says_more_of_a_format_than_a_name(tmp_path: Path, name: str, text: str) -> None:
    assert headings(letter_of(tmp_path, name, text))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "older Word"),
        (b"{\\rtf1 Brief}", "rich text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600), "picture"),
        (b"PK\x03\x04" + bytes(600), "damaged"),
    ],
)
def test_what_is_no_letter_is_named(tmp_path: Path, data: bytes, what: str) -> None:
    (tmp_path / "brief.txt").write_bytes(data)
    with pytest.raises(UnreadableLetter, match=what):
        read_lines(tmp_path / "brief.txt")


def test_a_page_in_a_declared_encoding_is_read_in_it(tmp_path: Path) -> None:
    page = PAGE.replace("<head>", '<head><meta charset="iso-8859-1">').replace(
        "drie delen", "coördinatie in drie delen"
    )
    page = page.replace("€", "euro")
    assert any("coördinatie" in text for text in texts(letter_of(tmp_path, "brief.html", page, "cp1252"), "prose"))
    with pytest.raises(UnreadableLetter, match="not UTF-8"):
        letter_of(tmp_path, "brief.html", page.replace('<meta charset="iso-8859-1">', ""), "cp1252")
    with pytest.raises(UnreadableLetter, match="encoding"):
        letter_of(tmp_path, "brief.html", page.replace("iso-8859-1", "rot13"), "cp1252")


ENTITIES = '<!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("doctype", "used"),
    [
        (ENTITIES, "&b;"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "http://example.org/x">]>', "&x;"),
    ],
)
def test_entities_of_a_files_own_are_refused(tmp_path: Path, doctype: str, used: str) -> None:
    text = OFFICIAL.replace("<officiele-publicatie>", f"{doctype}<officiele-publicatie>").replace("Het kost", used)
    with pytest.raises(UnreadableLetter, match="entities"):
        letter_of(tmp_path, "brief.xml", text)


def test_an_external_document_type_is_not_fetched(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE officiele-publicatie SYSTEM "http://example.org/op.dtd">'
    assert headings(letter_of(tmp_path, "brief.xml", OFFICIAL.replace("<off", f"{doctype}<off", 1)))


@pytest.mark.parametrize("name", ["brief.html", "brief.xml"])
def test_markup_nested_beyond_any_letter_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableLetter):
        letter_of(tmp_path, name, "<div>" * 5_000 + "<al>diep</al>" + "</div>" * 5_000)


def test_other_xml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLetter, match="no official publication"):
        letter_of(tmp_path, "brief.xml", "<rss><item>Nieuws</item></rss>")


def test_a_page_of_officielebekendmakingen_keeps_its_head_and_its_list_of_notes(tmp_path: Path) -> None:
    page = f"""<div id="content"><p>Tweede Kamer der Staten-Generaal</p><h1>29 665 Evaluatie Schipholbeleid</h1>
    <h2 class="stuktitel">Nr. 500 BRIEF VAN DE MINISTER VAN DIJKEN</h2>
    <p>Aan de Voorzitter van de Tweede Kamer der Staten-Generaal</p><p>Den Haag, 18 oktober 2023</p>
    <p>{PROSE}<a href="#n1" id="r1"><sup>1</sup></a> Zij zijn hoog<a href="#n2"><sup>2</sup></a>.</p>
    <p class="tussenkop">Kosten</p><p>Het kost weinig.</p><h2>Noten</h2>
    <dl><dt><a id="n1" href="#r1">1</a></dt><dd>Kamerstuk 1.</dd><dt id="n2">2</dt><dd>Kamerstuk 2.</dd></dl></div>"""
    letter = letter_of(tmp_path, "kst.html", page)
    assert (letter.title, letter.dossier, str(letter.date)) == ("Evaluatie Schipholbeleid", "29665", "2023-10-18")
    assert headings(letter) == [("Kosten", 1)]
    assert [(note.mark, note.text) for note in letter.footnotes] == [("1", "Kamerstuk 1."), ("2", "Kamerstuk 2.")]
    assert texts(letter, "prose") == [f"{PROSE} Zij zijn hoog.", "Het kost weinig."]
