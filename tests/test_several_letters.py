"""Over several letters: each says its own, the newest first; which letters mention something; only those asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from assistant.mentions import topic_of
from assistant.pipeline import Assistant, build_assistant
from assistant.scope import read_scope
from ingest.embed import Embedder
from ingest.errors import UserError
from ingest.home import Home
from ingest.pipeline import ingest
from ingest.settings import Settings

if TYPE_CHECKING:
    from tests.conftest import AskPage, OpenPage, PageServer, Run

NAVO, OLD, NEW, LOOSE = "2018-04-26-navo", "2016-03-03-terrein", "2022-06-01-terrein", "nota-vliegbasis"
_HEAD = "Ministerie van {ministry}\n\nAan de Voorzitter van de Tweede Kamer der Staten-Generaal\n\n"
_LETTERS = {
    "2016-03-03-terrein": _HEAD.format(ministry="Defensie")
    + """Den Haag, 3 maart 2016

Betreft Oefenterreinen

Geachte voorzitter,

Met deze brief informeer ik u over het gebruik van oefenterreinen.

Oefenterreinen

Het kabinet heeft besloten het oefenterrein bij Marnehuizen in 2017 te sluiten. De krijgsmacht telt 41.000 militairen.

Over de bestemming van de kazerne in Assen wordt later besloten.

De Minister van Defensie,

J. Jansen
""",
    "2022-06-01-terrein": _HEAD.format(ministry="Defensie")
    + """Den Haag, 1 juni 2022

Betreft Versterking van de krijgsmacht

Geachte voorzitter,

Met deze brief informeer ik u over de oefenterreinen.

Oefenterreinen

Het kabinet heeft besloten het oefenterrein bij Marnehuizen open te houden. De krijgsmacht telt 40.000 militairen.

De bestemming van de kazerne in Assen is een opleidingscentrum voor de krijgsmacht.

De Minister van Defensie,

K. de Vries
""",
    "nota-vliegbasis": _HEAD.format(ministry="Infrastructuur en Waterstaat")
    + """Betreft Vliegbasis

Geachte voorzitter,

Met deze nota informeer ik u over het gebruik van drones bij de vliegbasis Eelde.

Gebruik

De vliegbasis wordt gebruikt voor dronevluchten. De vluchten met drones vinden overdag plaats.

De Minister van Infrastructuur en Waterstaat,

M. Bakker
""",
}
TERRAIN = "Wat gebeurt er met het oefenterrein bij Marnehuizen?"


@pytest.fixture(scope="module")
def home(indexed_home: Path, embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a home with the bundled letter and three more, one of them without a date."""
    folder = tmp_path_factory.mktemp("several")
    for name, text in _LETTERS.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    home = Path(shutil.copytree(indexed_home, folder / "home"))
    results = ingest([folder / f"{name}.txt" for name in _LETTERS], Home(home), embedder)
    assert [result.letter_id for result in results] == [OLD, NEW, LOOSE]
    return home


@pytest.fixture(scope="module")
def several(home: Path, embedder: Embedder) -> Iterator[Assistant]:
    built = build_assistant(Settings(home=home), embedder=embedder)
    yield built
    built.close()


@pytest.fixture
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the command use those letters, which it only reads here."""
    monkeypatch.setenv("KAMERVRAAG_HOME", str(home))


@pytest.mark.parametrize("question", [TERRAIN, "Hoeveel militairen telt de krijgsmacht?"])
def test_letters_that_differ_are_both_quoted_each_by_name_the_newest_first(several: Assistant, question: str) -> None:
    answer = several.ask(question)
    assert answer.status == "answered"
    assert list(dict.fromkeys(one.letter for one in answer.citations))[:2] == [NEW, OLD]
    new, old = answer.answer.split("\n")[:2]
    assert new.startswith("Volgens de brief van 1 juni 2022: “")
    assert old.startswith("Volgens de brief van 3 maart 2016: “")
    assert [one.n for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        (line,) = (line for line in answer.answer.split("\n") if f"[{citation.n}]" in line)
        assert citation.quote in line
        assert ("2022" in line) == (citation.letter == NEW)
    assert answer.as_of == "2022-06-01"


def test_what_an_older_letter_leaves_open_and_a_newer_one_settles_is_answered(several: Assistant) -> None:
    question = "Wat is de bestemming van de kazerne in Assen?"
    assert several.ask(question, letters=[OLD]).status == "undecided"
    answer = several.ask(question)
    assert answer.status == "answered"
    assert answer.citations[0].letter == NEW


def test_a_refusal_by_several_letters_speaks_of_them_all(several: Assistant) -> None:
    answers = [several.ask(question) for question in ("Hoeveel kost een kilo appels?", "What does an apple pie cost?")]
    assert {answer.status for answer in answers} <= {"silent", "off_topic"}
    assert not any("brieven geeft" in answer.answer or "letters does" in answer.answer for answer in answers)


def test_a_question_about_one_letter_put_to_several_says_so(several: Assistant) -> None:
    said = several.ask("Wie heeft de brief ondertekend?").warnings
    assert any("4 bevraagd" in warning for warning in said)
    assert not any(
        "bevraagd" in warning for warning in several.ask("Wie ondertekende de brief?", letters=[NEW]).warnings
    )


@pytest.mark.parametrize(
    ("written", "letters"),
    [
        ({"date_to": "2016"}, {OLD}),
        ({"ministry": "IenW"}, {LOOSE}),
        ({"ministry": "Defensie", "date_from": "2020"}, {NEW}),
        ({"date_from": "2018-04", "date_to": "2018-04"}, {NAVO}),
        ({"date_from": "2016", "ministry": "Def"}, {OLD, NEW, NAVO}),
    ],
)
def test_only_letters_within_the_scope_are_searched_and_cited(
    several: Assistant, written: dict[str, str], letters: set[str]
) -> None:
    scope = read_scope(**written)
    hits = several.search(TERRAIN, 50, letters=scope)
    assert {hit.letter.id for hit in hits} == letters
    size = sum(len(list(several.letters[one].paragraphs())) for one in letters)
    assert len(hits) == min(size, 50)
    assert {one.letter for one in several.ask(TERRAIN, letters=scope).shown} <= letters


def test_a_letter_without_a_date_is_told_to_be_left_out(several: Assistant) -> None:
    said = several.ask(TERRAIN, letters=read_scope(date_from="2016")).warnings
    assert any(LOOSE in warning for warning in said)
    assert not any(LOOSE in warning for warning in several.ask(TERRAIN).warnings)


def test_a_scope_that_holds_no_letter_is_an_error_in_every_way_of_asking(several: Assistant) -> None:
    nobody = read_scope(ministry="OCW")
    for ask in (several.ask, several.search, several.mentions):
        with pytest.raises(UserError, match="OCW"):
            ask(TERRAIN, letters=nobody)


@pytest.mark.parametrize(
    ("topic", "found"),
    [
        ("Marnehuizen", {NEW: 1, OLD: 1}),
        ("drones", {LOOSE: 2}),
        ("vliegbasis drone", {LOOSE: 2}),
        ("Welke brieven gaan over Marnehuizen?", {NEW: 1, OLD: 1}),
        ("Lithuania", {NAVO: 2}),
        ("Jansen", {OLD: 1}),
    ],
)
def test_letters_that_mention_something_are_counted(several: Assistant, topic: str, found: dict[str, int]) -> None:
    overview = several.mentions(topic)
    assert {one.card.id: one.paragraphs for one in overview.mentions} == found
    assert list(found) == [one.card.id for one in overview.mentions]
    assert (overview.letters, overview.asked) == (len(found), 4)


def test_the_best_sentence_of_a_letter_mentions_it_too(several: Assistant) -> None:
    (mention,) = several.mentions("vliegbasis").mentions
    assert "vliegbasis" in mention.cite(1).quote


def test_what_no_letter_mentions_gets_the_nearest_in_meaning(several: Assistant) -> None:
    overview = several.mentions("appeltaart", 2)
    assert overview.letters == 0
    assert [one.paragraphs for one in overview.mentions] == [0, 0]


def test_mentions_keep_within_the_scope(several: Assistant) -> None:
    scope = read_scope(date_from="2020")
    assert [one.card.id for one in several.mentions("Marnehuizen", letters=scope).mentions] == [NEW]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Welke brieven gaan over luchtvaart?", "luchtvaart"),
        ("En welke brief gaat er over de NAVO?", "de NAVO"),
        ("In welke brieven wordt het UWV genoemd?", "het UWV"),
        ("In welke brieven staat iets over drones?", "drones"),
        ("In welke brief gaat het over geluid bij Schiphol?", "geluid bij Schiphol"),
        ("Hoeveel brieven noemen Marnehuizen?", "Marnehuizen"),
        ("Zijn er brieven over waterstof?", "waterstof"),
        ("Which letters mention hydrogen?", "hydrogen"),
        ("Which letters are about climate policy?", "climate policy"),
        ("In which letters is NATO mentioned?", "NATO"),
        ("Are there any letters about drones?", "drones"),
    ],
)
def test_a_question_about_the_letters_gives_its_topic(question: str, topic: str) -> None:
    assert topic_of(question) == topic


@pytest.mark.parametrize(
    "question",
    [
        "Waar gaat de brief over?", "Wat zegt de brief over luchtvaart?", "Welke landen gaan over de brug?", "",
        "Wie schreef de brief?", "Which countries mention NATO?", "Welke brieven?",
    ],
)  # fmt: skip
def test_a_question_to_the_letters_gives_none(question: str) -> None:
    assert topic_of(question) == ""


def test_asked_which_letters_say_something_the_answer_lists_them_and_tells_how_to_see_all(several: Assistant) -> None:
    answer = several.ask("Welke brieven gaan over Marnehuizen?")
    assert answer.status == "answered"
    assert [one.letter for one in answer.citations] == [NEW, OLD]
    assert all("Marnehuizen" in one.quote for one in answer.citations)
    assert answer.answer.startswith("2 van de 4 brieven noemen «Marnehuizen».")
    assert any("--by-letter Marnehuizen" in warning for warning in answer.warnings)
    *_, streamed = several.stream("Welke brieven gaan over Marnehuizen?")
    assert not isinstance(streamed, str)
    assert streamed.answer == answer.answer


def test_asked_which_letters_say_something_that_none_says_the_answer_is_no(several: Assistant) -> None:
    answer = several.ask("Which letters mention apple pie?")
    assert (answer.status, answer.citations) == ("silent", ())
    assert answer.nearest


@pytest.mark.usefixtures("at_home")
def test_the_command_line_asks_within_the_scope(run: Run) -> None:
    status, out, _ = run("ask", TERRAIN, "--to", "2016", "--json")
    assert status == 0
    assert {one["letter"] for one in json.loads(out)["citations"]} == {OLD}
    status, out, error = run("search", TERRAIN, "--from", "1 juni 2022", "--json")
    assert {one["letter"] for one in json.loads(out)} == {NEW}
    assert LOOSE in error
    assert {one["id"] for one in json.loads(run("letters", "--ministry", "BZ", "--json")[1])} == {NAVO}


@pytest.mark.usefixtures("at_home")
def test_the_command_line_lists_letters_that_mention_something(run: Run) -> None:
    status, out, _ = run("search", "Marnehuizen", "--by-letter", "--json")
    assert status == 0
    listed = json.loads(out)
    assert [(one["letter"], one["date"], one["paragraphs"]) for one in listed] == [
        (NEW, "2022-06-01", 1),
        (OLD, "2016-03-03", 1),
    ]
    assert all("Marnehuizen" in one["best"]["quote"] for one in listed)
    text = run("search", "Marnehuizen", "--by-letter", "--top", "1")[1]
    assert NEW in text
    assert OLD not in text
    assert "1 more letter" in text


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--from", "gisteren"), "gisteren"), (("--ministry", "OCW"), "Def"), (("--dossier", "99999"), "99999")],
)
def test_a_wrong_filter_is_one_line_and_status_1(run: Run, arguments: tuple[str, str], told: str) -> None:
    status, out, error = run("ask", TERRAIN, *arguments)
    assert (status, out) == (1, "")
    assert told in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.usefixtures("at_home")
def test_a_batch_is_answered_within_the_scope(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text(f"{TERRAIN}\n", encoding="utf-8")
    assert run("batch", tmp_path / "in.txt", "--out", tmp_path / "out.jsonl", "--to", "2016")[0] == 0
    (row,) = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert {one["letter"] for one in json.loads(row)["citations"]} == {OLD}


@pytest.mark.slow
def test_the_page_asks_the_letters_that_a_filter_leaves(
    open_page: OpenPage, start_page: type[PageServer], home: Path, tmp_path: Path, ask: AskPage
) -> None:
    page = open_page(server=start_page(Path(shutil.copytree(home, tmp_path / "home"))))
    answer = ask(page, TERRAIN)
    expect(answer.locator(".kv-lead")).to_have_text(
        ["Volgens de brief van 1 juni 2022:", "Volgens de brief van 3 maart 2016:"]
    )
    page.click("#kv-scope")
    page.click("#kv-filter summary")
    expect(page.locator("#kv-filter-ministry option")).to_have_text(["alle", "BZ", "Def", "IenW"])
    page.select_option("#kv-filter-ministry", "Def")
    expect(page.locator("#kv-scope")).to_contain_text("3 brieven")
    page.fill("#kv-filter-date_to", "2017-12-31")
    page.press("#kv-filter-date_to", "Tab")
    expect(page.locator("#kv-filter-found")).to_contain_text("1")
    page.keyboard.press("Escape")
    expect(ask(page, TERRAIN).locator(".kv-lead")).to_have_text(["Volgens de brief van 3 maart 2016:"])
    page.click("#kv-scope")
    page.select_option("#kv-filter-ministry", "IenW")
    expect(page.locator("#kv-filter-found")).to_contain_text("Geen brief")
    page.click("#kv-filter-clear")
    expect(page.locator("#kv-scope")).to_contain_text("Alle brieven")
