"""The chat page's HTML: everything shown is escaped, everything cited can be pointed at."""

from __future__ import annotations

from dataclasses import fields, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assistant.dialogue import Answer
from assistant.pipeline import Assistant
from assistant.reference import STYLES, cite_as
from ingest.errors import UserError
from ingest.letter import Language, Letter, Section
from ui.page.answers import Message, render_conversation, render_opening
from ui.page.letter import link_to, render_letter
from ui.page.passwords import hash_password, load_passwords
from ui.page.server import MOST_CHARACTERS, Page
from ui.page.words import WORDS

LITHUANIA = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
HOSTILE = (
    "<img src=http://evil.example/x onerror=alert(1)><script>alert(2)</script> ' \" & [1] ![](http://evil.example)"
)
LANGUAGES: tuple[Language, ...] = ("nl", "en")


class Tags(HTMLParser):
    """Collect tags with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.tags if name in (attributes.get("class") or "").split()]


@pytest.fixture
def letter(assistant: Assistant) -> Letter:
    (found,) = assistant.letters.values()
    return found


@pytest.fixture
def message(assistant: Assistant) -> Message:
    answer, hits = assistant.examine(LITHUANIA)
    return Message(LITHUANIA, answer, tuple(hits))


def test_every_sentence_of_the_letter_can_be_pointed_at(letter: Letter) -> None:
    page = Tags(render_letter(letter, "nl"))
    places = [attributes["data-paragraph"] for _, attributes in page.tags if "data-paragraph" in attributes]
    assert places == [paragraph.id for _, paragraph in letter.paragraphs()]
    starts = [str(start) for _, paragraph in letter.paragraphs() for start, _ in paragraph.sentences]
    assert [attributes["data-start"] for attributes in page.of("sentence")] == starts


def test_the_letter_is_shown_whole(letter: Letter) -> None:
    shown = "".join(Tags(render_letter(letter, "nl")).text.split())
    for _, paragraph in letter.paragraphs():
        if not letter.notes_of(paragraph.id):
            assert "".join(paragraph.text.split()) in shown
    assert all("".join(note.text.split()) in shown for note in letter.footnotes)


def test_a_chip_points_at_the_sentence_that_is_quoted(message: Message, letter: Letter) -> None:
    html = render_conversation([message], {letter.id: letter}, "nl")
    (chip,) = Tags(html).of("chip")
    assert message.answer
    (citation,) = message.answer.citations
    assert (chip["data-paragraph"], chip["data-start"]) == (citation.paragraph_id, str(citation.start))
    assert citation.quote in (chip["title"] or "")
    assert "<mark>270</mark>" in html


def hostile_answer(answer: Answer) -> Answer:
    (citation,) = answer.citations
    evil = replace(citation, quote=HOSTILE, reference=HOSTILE, translation=HOSTILE, footnotes=(HOSTILE,), marks=())
    return replace(
        answer, question=HOSTILE, answer=f"{HOSTILE} “{HOSTILE}” [1]", citations=(evil,), warnings=(HOSTILE,)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_a_letter_or_a_reader_wrote_becomes_markup(
    message: Message, letter: Letter, language: Language
) -> None:
    assert message.answer
    evil = Message(HOSTILE, hostile_answer(message.answer), message.hits)
    section = letter.sections[1]
    (first, *_) = section.paragraphs
    bad = replace(first, text=HOSTILE, sentences=((0, len(HOSTILE)),))
    headed = replace(letter, title=HOSTILE, date=None, sections=(Section(HOSTILE, 1, (bad,)),), bundled=False)
    pages = (
        render_conversation([evil, Message(HOSTILE, error=HOSTILE)], {letter.id: letter}, language, waiting=HOSTILE),
        render_letter(headed, language),
        render_opening(headed, language),
    )
    for page in pages:
        tags = Tags(page).tags
        assert not {"img", "script", "iframe"} & {tag for tag, _ in tags}
        assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
        assert not [
            value for tag, attributes in tags if tag == "a" for value in [attributes["href"]] if "http" in str(value)
        ]


def test_a_number_inside_a_quotation_is_no_chip(message: Message, letter: Letter) -> None:
    assert message.answer
    html = render_conversation([Message("x", hostile_answer(message.answer))], {letter.id: letter}, "nl")
    assert len(Tags(html).of("chip")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_no_says_which_and_shows_the_nearest(assistant: Assistant, letter: Letter, language: Language) -> None:
    answer, hits = assistant.examine("Hoe bak ik een appeltaart?")
    page = Tags(render_conversation([Message("x", answer, tuple(hits))], {letter.id: letter}, language))
    assert page.of("off_topic")
    assert page.of("status")
    assert len(page.of("card")) == len(answer.nearest)


def test_the_page_has_every_word_in_both_languages() -> None:
    for field in fields(WORDS["nl"]):
        dutch, english = (getattr(WORDS[language], field.name) for language in LANGUAGES)
        assert dutch
        assert type(dutch) is type(english)
        assert len(dutch) == len(english) or isinstance(dutch, str)


def test_the_examples_of_a_letter_of_ones_own_come_from_its_headings(letter: Letter) -> None:
    own = replace(letter, bundled=False)
    asked = [str(attributes["data-ask"]) for attributes in Tags(render_opening(own, "nl")).of("example")]
    assert f"Wat zegt de brief over {letter.sections[1].heading}?" in asked
    assert not set(asked) & set(WORDS["nl"].examples[:5])


def test_the_examples_are_answered(assistant: Assistant) -> None:
    for language in LANGUAGES:
        assert [assistant.ask(question).status for question in WORDS[language].examples] == ["answered"] * 6


@pytest.mark.parametrize("style", STYLES)
def test_a_citation_to_paste_holds_the_quotation_and_the_day_or_year(assistant: Assistant, style: str) -> None:
    (citation,) = assistant.ask(LITHUANIA).citations
    (letter,) = assistant.letters.values()
    written = cite_as(style, citation, letter)  # type: ignore[arg-type]
    assert f"“{citation.quote}”" in written
    assert "2018" in written


@pytest.mark.parametrize(
    ("browser", "query", "language"),
    [("nl-NL", "", "nl"), ("en-US", "", "en"), ("", "", "en"), ("nl", "?lang=en", "en"), ("x", "?lang=xx&p=%00", "nl")],
)
def test_the_page_follows_the_browser_and_the_address(
    assistant: Assistant, browser: str, query: str, language: Language
) -> None:
    chosen, letter_id = Page(assistant).start(browser, query)
    assert chosen == language
    assert letter_id in assistant.letters


def test_an_address_with_another_letter_opens_one_that_is_here(assistant: Assistant) -> None:
    assert Page(assistant).start("nl", "?letter=../../etc/passwd")[1] in assistant.letters


def test_a_question_that_is_too_long_is_refused_on_the_server(assistant: Assistant) -> None:
    *_, (html, messages) = Page(assistant).ask("x" * (MOST_CHARACTERS + 1), [], "", "nl")
    assert messages[-1].answer is None
    assert "te lang" in html


def test_an_empty_question_changes_nothing(assistant: Assistant) -> None:
    ((_, messages),) = Page(assistant).ask("  ", [], "", "nl")
    assert messages == []


def test_a_question_of_signs_alone_is_explained(assistant: Assistant) -> None:
    *_, (html, messages) = Page(assistant).ask("???", [], "", "nl")
    assert messages[-1].error
    assert Tags(html).of("error")


def test_a_follow_up_knows_what_was_asked(assistant: Assistant, message: Message) -> None:
    *_, (_, messages) = Page(assistant).ask("Sinds wanneer?", [message], "", "nl")
    assert messages[-1].answer
    assert "Litouwen" in messages[-1].answer.standalone_question


def test_a_link_to_a_paragraph_is_short_and_safe() -> None:
    assert link_to("2018-04-26-navo", "2018-04-26-navo/uitbreiding/2") == "?letter=2018-04-26-navo&p=uitbreiding%2F2"
    assert "<" not in link_to("<b>", "<b>/x&y/1")


def test_only_the_right_password_lets_in(tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text(f"# staff\n{hash_password('anna', 'geheim wachtwoord')}\n", encoding="utf-8")
    check = load_passwords(path)
    assert check("anna", "geheim wachtwoord")
    assert not check("anna", "geheim")
    assert not check("bob", "geheim wachtwoord")
    assert not check("bob", "")
    assert "geheim" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", "# nobody\n", "anna:geheim\n", "anna:zz:zz\n"])
def test_a_file_of_passwords_that_lets_nobody_in_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "users"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="kamervraag password"):
        load_passwords(path)
