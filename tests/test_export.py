"""The evidence pack: the same answers in three kinds of file, numbered through, with nothing turned into markup."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import pytest
from docx import Document

from assistant.dialogue import Answer, Withheld
from assistant.pipeline import Assistant
from eval.provenance import fingerprint
from ui.export import MIME_TYPES, PackKind, number_sources, write_pack

NASTY = "<script>x</script> ![a](http://evil.example) [2] \x00 militairen in Litouwen?"


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> list[Answer]:
    asked = (
        "Wie hebben de brief ondertekend?",
        "How many Dutch troops are there in Lithuania?",
        "Hoe laat gaat de trein?",
    )
    return [assistant.ask(question) for question in asked]


def test_sources_are_numbered_through_the_whole_pack(answers: list[Answer]) -> None:
    entries = number_sources(answers)
    numbers = [source.number for entry in entries for source in entry.sources]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "[1]" in entries[0].text
    assert "[3]" in entries[1].text
    assert "[1]" not in entries[1].text


def test_markdown_has_a_footnote_for_every_reference(assistant: Assistant, answers: list[Answer]) -> None:
    text = write_pack(answers, assistant.letters, assistant.embedder.identity, "nl", "md").decode()
    used = set(re.findall(r"\[\^(\d+)\](?!:)", text))
    assert used
    assert used == set(re.findall(r"^\[\^(\d+)\]:", text, re.MULTILINE))
    assert "ongeveer 270 militairen" in text
    assert "onofficiële vertaling" in text
    assert all(letter.sha256 in text for letter in assistant.letters.values())


def test_markdown_keeps_the_space_between_two_quotations(assistant: Assistant) -> None:
    answer = assistant.ask("Wie heeft de brief ondertekend?")
    assert len(answer.citations) > 1
    text = write_pack([answer], assistant.letters, assistant.embedder.identity, "nl", "md").decode()
    assert not re.search(r"\[\^\d+\]“", text)


def test_every_kind_tells_what_a_model_said_and_was_withheld(assistant: Assistant, answers: list[Answer]) -> None:
    answer = replace(answers[0], withheld=(Withheld("Er gaan 900 tanks heen.", "900 staat niet in de alinea"),))
    for kind in MIME_TYPES:
        content = write_pack([answer], assistant.letters, assistant.embedder.identity, "nl", kind)
        text = (
            "\n".join(one.text for one in Document(io.BytesIO(content)).paragraphs)
            if kind == "docx"
            else content.decode()
        )
        assert "900 tanks" in text
        assert "900 staat niet in de alinea" in text


def test_every_kind_tells_the_model_the_letters_and_the_settings(assistant: Assistant, answers: list[Answer]) -> None:
    identity = assistant.embedder.identity
    kinds: tuple[PackKind, ...] = ("md", "json")
    for kind in kinds:
        text = write_pack(answers, assistant.letters, identity, "nl", kind).decode()
        model = "quote" if kind == "json" else "zonder taalmodel"
        for told in (fingerprint(assistant.letters), identity.revision, model):
            assert told in text


def test_json_holds_the_answers_as_ask_prints_them(assistant: Assistant, answers: list[Answer]) -> None:
    record = json.loads(write_pack(answers, assistant.letters, assistant.embedder.identity, "en", "json"))
    assert [one["question"] for one in record["answers"]] == [answer.question for answer in answers]
    assert record["answers"][1]["citations"][0]["quote"] == answers[1].citations[0].quote
    assert record["letters"][0]["sha256"] == next(iter(assistant.letters.values())).sha256


def test_docx_holds_questions_quotations_and_references(assistant: Assistant, answers: list[Answer]) -> None:
    document = Document(io.BytesIO(write_pack(answers, assistant.letters, assistant.embedder.identity, "nl", "docx")))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for answer in answers:
        assert answer.question in text
        for citation in answer.citations:
            assert citation.reference in text
            assert citation.quote in text


def test_a_question_cannot_bring_markup_or_break_a_file(assistant: Assistant, answers: list[Answer]) -> None:
    nasty = [replace(answers[0], question=NASTY, answer=f"{NASTY} [1]")]
    text = write_pack(nasty, assistant.letters, assistant.embedder.identity, "nl", "md").decode()
    assert "<script>" not in text
    assert "![" not in text.replace("\\!\\[", "")
    document = Document(io.BytesIO(write_pack(nasty, assistant.letters, assistant.embedder.identity, "nl", "docx")))
    assert "<script>" in "\n".join(paragraph.text for paragraph in document.paragraphs)
