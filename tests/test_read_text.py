"""Plain text files into lines: what is read, and what is refused with a way out."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import UnreadableLetter
from ingest.read import read_lines
from ingest.read.text import lines_of, read_text

LETTER = "Geachte voorzitter,\n\nOekraïne vraagt één keer € 1,5 miljard.\n"
INVISIBLE = "\u200b\u200e\u2060\ufeff\x07\x7f"
ANCHORS = "\U0010ff00\U0010ff42\U0010ffff"


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableLetter) as caught:
        read_text(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028"])
def test_encoding_mark_and_line_ends_make_no_difference(tmp_path: Path, encoding: str, line_end: str) -> None:
    path = tmp_path / "brief.txt"
    path.write_bytes(LETTER.replace("\n", line_end).encode(encoding))
    assert read_text(path) == lines_of(LETTER)
    assert [line.text for line in read_text(path)] == ["Geachte voorzitter,", "Oekraïne vraagt één keer € 1,5 miljard."]


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        pytest.param(LETTER.encode("utf-16"), "iconv -f UTF-16", id="utf-16"),
        pytest.param(LETTER.encode("utf-16-be"), "export the letter as plain text", id="utf-16-without-mark"),
        pytest.param("Oekraïne".encode("latin-1"), "iconv -f WINDOWS-1252", id="latin-1"),
        pytest.param("1,5 miljard €".encode("cp1252"), "iconv -f WINDOWS-1252", id="windows"),
        pytest.param(b"Geachte\0voorzitter", "export the letter as plain text", id="nul"),
        pytest.param(b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n1 0 obj", "UTF-8", id="binary"),
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b" \n\t\r\n \f", "empty", id="whitespace"),
        pytest.param("\ufeff".encode(), "no words", id="only-a-mark"),
        pytest.param(b"123 456 - 789.\n", "no words", id="no-words"),
    ],
)
def test_what_is_no_letter_in_utf_8_is_refused(tmp_path: Path, data: bytes, advice: str) -> None:
    path = tmp_path / "brief.txt"
    path.write_bytes(data)
    assert advice in refusal(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "check the path" in refusal(tmp_path / "weg.txt")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "folder" in refusal(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "brief.txt")
    with pytest.raises(UnreadableLetter, match="pipe"):
        read_text(tmp_path / "brief.txt")


@pytest.mark.parametrize("name", ["bestand.txt/brief.txt", "n" * 300 + ".txt"])
def test_a_path_the_system_does_not_take_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "bestand.txt").write_text(LETTER, encoding="utf-8")
    assert "can't be read" in refusal(tmp_path / name)


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "brief.txt"
    path.write_text(LETTER, encoding="utf-8")

    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert "check its permissions" in refusal(path)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "brief.txt"
    path.write_text(LETTER, encoding="utf-8")
    monkeypatch.setattr("ingest.read.files.MAX_BYTES", 10)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    assert "split it" in refusal(path)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize("word", ["geïntegreerde", "één", "«advies»", "veiligheidsrisico’s", "€ 1,5 miljard"])
def test_text_that_was_encoded_twice_is_refused(tmp_path: Path, word: str, encoding: str) -> None:
    path = tmp_path / "brief.txt"
    path.write_bytes(f"Geachte voorzitter, {word}.".encode().decode(encoding).encode())
    assert "twice" in refusal(path)


def test_accents_alone_are_not_taken_for_double_encoding(tmp_path: Path) -> None:
    path = tmp_path / "brief.txt"
    path.write_text("Één reünie à € 5 in São Paulo, ÂGE, «’t Geïnd»", encoding="utf-8")
    assert read_text(path)[0].text.startswith("Één reünie à € 5")


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["brief.txt", "mijn brief (2).txt"])
def test_the_command_that_is_offered_mends_the_file(tmp_path: Path, encoding: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(LETTER.encode(encoding))
    command = re.search(r"'(iconv .*)'", refusal(path))
    assert command
    subprocess.run(["bash", "-c", command[1]], cwd=tmp_path, check=True)
    assert read_text(tmp_path / "utf8.txt") == lines_of(LETTER)


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "brief.rst"
    path.write_text(LETTER, encoding="utf-8")
    with pytest.raises(UnreadableLetter, match=r"\.rst .*\.txt"):
        read_lines(path)


def test_form_feeds_count_pages() -> None:
    lines = lines_of("een\ntwee\fdrie\n\f\nvier")
    assert [(line.text, line.page, line.page_break) for line in lines] == [
        ("een", 1, False),
        ("twee", 1, False),
        ("drie", 2, True),
        ("vier", 3, True),
    ]


def test_without_form_feeds_there_are_no_pages() -> None:
    assert {line.page for line in lines_of("een\n\ntwee")} == {None}


def test_a_blank_line_is_a_gap_before_the_next() -> None:
    assert [line.gap for line in lines_of("een\ntwee\n \u00a0 \ndrie\n\n\nvier")] == [False, False, True, True]


def test_indent_counts_the_blanks_before_a_line() -> None:
    assert [(line.indent, line.text) for line in lines_of("een\n   twee  woorden ")] == [
        (0, "een"),
        (3, "twee woorden"),
    ]


@pytest.mark.parametrize("sign", [*INVISIBLE, *ANCHORS])
def test_invisible_characters_leave(sign: str) -> None:
    assert [line.text for line in lines_of(f"{sign}defensie{sign}nota{sign}\n{sign}\nvolgt")] == [
        "defensienota",
        "volgt",
    ]


def test_soft_hyphens_inside_a_line_close() -> None:
    assert lines_of("verwezen\u00adlijken kan")[0].text == "verwezenlijken kan"


@pytest.mark.parametrize("trailing", ["", " ", "\r"])
def test_a_soft_hyphen_at_a_line_end_stays_for_joining(trailing: str) -> None:
    assert lines_of(f"verwezen\u00ad{trailing}\nlijken")[0].text == "verwezen\u00ad"


def test_decomposed_letters_are_composed() -> None:
    assert lines_of("geïntegreerd")[0].text == "geïntegreerd"


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(codec="utf-8") | st.sampled_from(" \n\f\t\r-.é" + INVISIBLE + ANCHORS)))
def test_every_line_is_tidy_whatever_the_text(text: str) -> None:
    for line in lines_of(text):
        assert line.text == " ".join(line.text.split()) != ""
        assert not set(line.text) & set(INVISIBLE + ANCHORS)


@settings(deadline=None, max_examples=200)
@given(st.text("abc.é€ -\n\f\r\t"))
def test_every_visible_character_comes_through_in_order(text: str) -> None:
    lines = lines_of(text)
    assert "".join("".join(line.text.split()) for line in lines) == "".join(text.split())
    assert [line.page or 1 for line in lines] == sorted(line.page or 1 for line in lines)
