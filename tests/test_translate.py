"""A letter's English by a model: numbers and names are those of the Dutch, work is kept, and the label stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.llm import ChatModel, ModelFailed
from assistant.translate import find_flaw, translate_file
from ingest.errors import UserError
from ingest.pipeline import bundled_files
from ingest.reading import read_letter
from tests.conftest import Run
from tests.scripted import scripted

LETTER = bundled_files()[0]
ENGLISH = {
    paragraph.sentence(number): english
    for _, paragraph in read_letter(LETTER).paragraphs()
    for number, english in enumerate(paragraph.translated)
}


class Dictionary(ChatModel):
    """Translates what the bundled translation holds, spoils what it is told to, and fails after some calls."""

    def __init__(self, spoil: str = "", most: int = 10_000) -> None:
        super().__init__("dictionary:test", scripted()[1], 60)
        self.spoil, self.left, self.asked = spoil, most, 0

    def write(self, messages: Any) -> str:
        self.asked += 1
        if self.asked > self.left:
            raise ModelFailed("gone")
        dutch = json.loads(messages[1][1])["dutch"]
        english: str = ENGLISH.get(dutch, dutch)
        return english.replace(self.spoil, "999") if self.spoil else english


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A letter without English, in a folder of its own."""
    path = tmp_path / "brief.txt"
    path.write_bytes(LETTER.read_bytes())
    return path


def quiet(stage: str, done: int, total: int) -> None:
    pass


def test_a_letter_is_translated_and_labelled(letter: Path) -> None:
    translate_file(letter, Dictionary(), quiet)
    read = read_letter(letter)
    assert read.machine_translated
    assert all(len(paragraph.translated) == len(paragraph.sentences) for _, paragraph in read.paragraphs())
    assert not list(letter.parent.glob("*.part"))


def test_the_bundled_translation_is_not_labelled_as_a_machines() -> None:
    assert not read_letter(LETTER).machine_translated


def test_a_sentence_with_another_number_stays_dutch_and_is_reported(letter: Path) -> None:
    left = translate_file(letter, Dictionary(spoil="270"), quiet)
    assert any("270" in line for line in left)
    read = read_letter(letter)
    kept = [text for _, paragraph in read.paragraphs() for text in paragraph.translated]
    assert any("270 militairen" in text for text in kept)
    assert not any("999" in text for text in kept)


def test_what_was_translated_before_the_model_went_is_not_translated_again(letter: Path) -> None:
    with pytest.raises(ModelFailed):
        translate_file(letter, Dictionary(most=20), quiet)
    assert not letter.with_name("brief.en.txt").exists()
    whole, rest = Dictionary(), Dictionary()
    other = letter.with_name("ander.txt")
    other.write_bytes(LETTER.read_bytes())
    translate_file(other, whole, quiet)
    translate_file(letter, rest, quiet)
    assert rest.asked < whole.asked
    assert letter.with_name("brief.en.txt").read_text("utf-8") == other.with_name("ander.en.txt").read_text("utf-8")


def test_an_english_text_that_is_there_is_not_written_over(letter: Path) -> None:
    letter.with_name("brief.en.txt").write_text("## kop/1\nmine\n")
    with pytest.raises(UserError, match="already"):
        translate_file(letter, Dictionary(), quiet)
    assert letter.with_name("brief.en.txt").read_text() == "## kop/1\nmine\n"


@pytest.mark.parametrize(
    ("english", "right"),
    [
        ("The contribution is €1.5 billion on 26 April.", True),
        ("The contribution is €1.5 million on 26 April.", False),
        ("The contribution is €1.5 billion on 26 May.", False),
        ("The contribution of Germany is €1.5 billion on 26 April.", False),
        ("The contribution is €1.5 billion on 26 April, see https://x.example.", False),
        ("The contribution is €1.5 billion on 26 April. " * 9, False),
        ("", False),
    ],
)
def test_a_translation_has_the_numbers_and_names_of_the_dutch(english: str, right: bool) -> None:
    assert (find_flaw("De bijdrage is 1,5 miljard euro op 26 april.", english) is None) is right


@pytest.mark.parametrize("more", [[], ["--model", "quote"]])
def test_translating_needs_a_model(run: Run, letter: Path, more: list[str]) -> None:
    status, _, err = run("ingest", letter, "--translate", *more)
    assert status == 1
    assert "--model" in err


def test_a_machine_translation_is_called_so(run: Run, letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # the bundled letter is the same text
    letter.write_text(letter.read_text("utf-8").replace("26 april 2018", "27 april 2018"), "utf-8")
    monkeypatch.setattr("assistant.llm.load_chat_model", lambda *arguments: Dictionary())
    status, out, err = run("ingest", letter, "--translate", "--model", "ollama:x")
    assert status == 0, err
    _, out, _ = run("ask", "How many Dutch military personnel are in Lithuania?", "--letter", out.split()[1])
    assert "machine translation" in out
    assert "unofficial" not in out
