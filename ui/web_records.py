"""What the page is given: letters, answers and ranked paragraphs, and what it sends back, checked."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.conversations import Conversation
from assistant.dialogue import Answer, Citation, Turn
from assistant.mentions import Overview
from assistant.ministries import short_names
from assistant.reference import COPY_STYLES, copy_styles, name_letter
from assistant.scope import SCOPE_FILTERS, Scope, read_scope, select_letters
from ingest.cards import LetterCard
from ingest.embed import LONGEST_QUERY
from ingest.errors import UserError
from ingest.letter import BODY_KINDS, Hit, Language, Letter
from ui.export import PackKind
from ui.page_texts import ABOUT_HEADING
from ui.reader import list_headings, render_letter
from ui.records import Record, answer_record, citation_record, mention_record

LONGEST_QUESTION = LONGEST_QUERY
MOST_TURNS = 50
LONGEST_REASON = 500
LONGEST_NAME = 255
MOST_LETTERS = 200
_MOST_PARAGRAPHS = 20
_EXAMPLES = 6
_CONVERSATION = re.compile(r"(?:[0-9a-f]{32})?")
_KINDS: tuple[PackKind, ...] = ("md", "json", "docx")
_LANGUAGES: tuple[Language, ...] = ("nl", "en")


def page_letter(letter: Letter) -> Record:
    """Return what the page knows of a letter before it is opened."""
    return {
        "id": letter.id,
        "title": letter.title,
        "name": {language: name_letter(letter, language) for language in _LANGUAGES},
        "sender": letter.sender,
        "headings": list_headings(letter),
        "examples": {language: list(suggest_questions(letter, language)) for language in _LANGUAGES},
    }


def page_answer(answer: Answer, letters: Mapping[str, Letter]) -> Record:
    """Return an answer for the page, with what the copy buttons of its citations copy."""
    record = answer_record(answer)
    for kind, citations in (("citations", answer.citations), ("nearest", answer.nearest)):
        record[kind] = [page_citation(citation, letters) for citation in citations]
    return record


def page_citation(citation: Citation, letters: Mapping[str, Letter]) -> Record:
    """Return a citation with its quotation in every copy style."""
    letter = letters.get(citation.letter)
    if letter is None or not any(one.id == citation.paragraph_id for _, one in letter.paragraphs()):
        # of a letter that has gone, the reference is all that is known
        plain = f"“{citation.quote}” ({citation.reference})"
        copies = dict.fromkeys(COPY_STYLES, plain)
        return {**citation_record(citation), "copies": copies, "kind": "prose", "gone": True}
    section, paragraph = letter.find(citation.paragraph_id)
    copies = copy_styles(letter, section, paragraph, citation.quote)
    return {**citation_record(citation), "copies": copies, "kind": paragraph.kind, "gone": False}


def page_conversation(conversation: Conversation, letters: Mapping[str, Letter]) -> list[Record]:
    """Return the answers of a conversation, each with its number in it."""
    return [
        {**page_answer(message.answer, letters), "message": number}
        for number, message in enumerate(conversation.messages)
    ]


def page_preview(letter: Letter) -> Record:
    """Return what to check of a letter before it is added: how it was understood, and the letter typeset."""
    body = [paragraph for _, paragraph in letter.paragraphs() if paragraph.kind in BODY_KINDS]
    return {
        **page_letter(letter),
        "signed": ", ".join(one.name for one in letter.signatories if one.name),
        "addressee": letter.addressee,
        "counts": {
            "paragraphs": len(body),
            "headings": len(list_headings(letter)),
            "footnotes": len(letter.footnotes),
        },
        "html": render_letter(letter),
    }


def page_hit(hit: Hit) -> Record:
    """Return a ranked paragraph with its nearest sentence."""
    start, end = hit.paragraph.sentences[hit.sentence]
    return {
        "letter": hit.letter.id,
        "paragraph_id": hit.paragraph.id,
        "section": hit.section.heading,
        "paragraph": hit.paragraph.number,
        "kind": hit.paragraph.kind,
        "quote": hit.paragraph.sentence(hit.sentence),
        "start": start,
        "end": end,
        "score": round(hit.score, 4),
    }


def page_overview(overview: Overview) -> Record:
    """Return which letters mention a topic, and how many there are."""
    return {
        "topic": overview.topic,
        "letters": overview.letters,
        "asked": overview.asked,
        "mentions": [mention_record(mention) for mention in overview.mentions],
    }


def page_selection(cards: Mapping[str, LetterCard], filters: object) -> Record:
    """Return the letters that the filters leave, none where they fit none, and what can be filtered by."""
    try:
        selection = select_letters(cards, read_chosen(filters, cards))
        left, undated = selection.letters or tuple(cards), len(selection.undated)
    except UserError:
        left, undated = (), 0
    return {
        "ids": list(left),
        "undated": undated,
        "ministries": sorted({name for card in cards.values() for name in short_names(card.sender)}),
        "dossiers": sorted({dossier for card in cards.values() for dossier in card.dossiers}),
    }


def suggest_questions(letter: Letter, language: Language) -> tuple[str, ...]:
    """Return example questions: those that come with a bundled letter, else general ones from the headings."""
    if letter.bundled and letter.id in _bundled_examples():
        return tuple(_bundled_examples()[letter.id][language])[:_EXAMPLES]
    headings = [
        (section.translated_heading if language == "en" else None) or section.heading
        for section in letter.sections
        if section.heading
    ]
    return tuple(ABOUT_HEADING[language].format(heading=heading) for heading in dict.fromkeys(headings))[:_EXAMPLES]


def read_question(question: object) -> str:
    """Return the question.

    Raises:
        UserError: it is no text, or longer than is read.
    """
    if not isinstance(question, str):
        raise UserError("the question has to be text")
    if len(question) > LONGEST_QUESTION:
        raise UserError(f"the question is longer than {LONGEST_QUESTION} characters: shorten it")
    return question


def read_conversation(conversation: object) -> str:
    """Return the id of a conversation, or nothing for a new one.

    Raises:
        UserError: it can't be one.
    """
    if not isinstance(conversation, str) or not _CONVERSATION.fullmatch(conversation):
        raise UserError("a conversation's id has to be 32 hexadecimal digits, or empty for a new one")
    return conversation


def read_line(text: object, most: int) -> str:
    """Return a short text that somebody typed, such as a title, on one line.

    Raises:
        UserError: it is no text, or too long.
    """
    if not isinstance(text, str) or len(text) > most:
        raise UserError(f"this has to be text of at most {most} characters")
    return " ".join(text.split())


def read_upload(name: object, content: object) -> tuple[str, bytes]:
    """Return the name and the bytes of a file that was sent as base64.

    Raises:
        UserError: it is no base64, or has no name.
    """
    if not isinstance(name, str) or not name or len(name) > LONGEST_NAME or not isinstance(content, str):
        raise UserError("a letter has to be sent as its file's name and its content in base64")
    try:
        return name, base64.b64decode(content, validate=True)
    except ValueError as error:
        raise UserError("the content of the file has to be base64") from error


def read_letters(chosen: object, letters: Mapping[str, Letter | LetterCard]) -> tuple[str, ...]:
    """Return the ids of the letters to ask.

    Raises:
        UserError: no list of ids of letters that are here.
    """
    if not isinstance(chosen, list) or len(chosen) > MOST_LETTERS:
        raise UserError(f"the letters have to be a list of at most {MOST_LETTERS} ids")
    if not all(isinstance(letter_id, str) and letter_id in letters for letter_id in chosen):
        raise UserError("one of the letters is not here; 'kamervraag letters' lists those that are")
    return tuple(chosen)


def read_chosen(chosen: object, cards: Mapping[str, LetterCard]) -> Scope:
    """Return which letters to ask: a list of their ids, or what they have in common by the names of `Scope`'s fields.

    Raises:
        UserError: as `read_letters`, or no dates, ministry and dossier.
    """
    if not isinstance(chosen, dict):
        return Scope(read_letters(chosen, cards))
    filters = {name: read_line(chosen.get(name) or "", LONGEST_NAME) for name in SCOPE_FILTERS}
    return read_scope(read_letters(chosen.get("letters") or [], cards), **filters)


def read_history(history: object, letters: Mapping[str, Letter]) -> tuple[Turn, ...]:
    """Return the earlier turns of the conversation, as the page keeps them: the last ones, when there are many.

    Raises:
        UserError: no list of `{"question": …, "paragraph_ids": […]}`.
    """
    if not isinstance(history, list):
        raise UserError("the history has to be a list of turns")
    return tuple(_read_turn(turn, letters) for turn in history[-MOST_TURNS:])


def read_scopes(turns: Sequence[Any], cards: Mapping[str, LetterCard]) -> tuple[Scope, ...]:
    """Return which letters each of the turns of `read_history` asked.

    Raises:
        UserError: as `read_chosen`.
    """
    return tuple(read_chosen(turn, cards) for turn in turns[-MOST_TURNS:])


def read_language(language: object) -> Language:
    """Return the language.

    Raises:
        UserError: another than Dutch or English.
    """
    for known in _LANGUAGES:
        if language == known:
            return known
    raise UserError("the language has to be 'nl' or 'en'")


def read_kind(kind: object) -> PackKind:
    """Return the kind of file.

    Raises:
        UserError: another than Markdown, JSON or DOCX.
    """
    for known in _KINDS:
        if kind == known:
            return known
    raise UserError("the kind of file has to be 'md', 'json' or 'docx'")


def _read_turn(turn: object, letters: Mapping[str, Letter]) -> Turn:
    if not isinstance(turn, dict):
        raise UserError("a turn of the history has to be an object with a question")
    paragraph_ids = turn.get("paragraph_ids", [])
    if not isinstance(paragraph_ids, list) or len(paragraph_ids) > _MOST_PARAGRAPHS:
        raise UserError(f"a turn of the history has at most {_MOST_PARAGRAPHS} paragraph ids")
    return Turn(read_question(turn.get("question")), tuple(_known_paragraphs(paragraph_ids, letters)))


def _known_paragraphs(paragraph_ids: Sequence[Any], letters: Mapping[str, Letter]) -> list[str]:
    """Return the ids that paragraphs here have; a conversation may be older than a letter's removal."""
    known = []
    for paragraph_id in paragraph_ids:
        letter = letters.get(str(paragraph_id).split("/", 1)[0])
        if letter and any(paragraph.id == paragraph_id for _, paragraph in letter.paragraphs()):
            known.append(str(paragraph_id))
    return known


@cache
def _bundled_examples() -> dict[str, dict[Language, list[str]]]:
    """Return the questions that come with the bundled letters, by letter and language."""
    text = files("ui").joinpath("page/examples.json").read_text(encoding="utf-8")
    examples: dict[str, dict[Language, list[str]]] = json.loads(text)
    return examples
