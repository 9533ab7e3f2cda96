"""The conversation as HTML: questions, answers with chips, evidence, and a no that looks meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from assistant.dialogue import Answer, Citation
from assistant.reference import STYLES, cite_as, name_letter
from assistant.wording import QUOTES
from ingest.letter import Hit, Language, Letter
from ui.page.letter import link_to
from ui.page.words import WORDS, Words
from ui.texts import STATUS

_LIKELY, _POSSIBLE = 0.6, 0.3
_MOST_HITS = 5


@dataclass(frozen=True, slots=True)
class Message:
    """A question with its answer and the paragraphs it was chosen from, or the error that came instead."""

    question: str
    answer: Answer | None = None
    hits: tuple[Hit, ...] = ()
    error: str = ""


def render_conversation(
    messages: Sequence[Message], letters: Mapping[str, Letter], language: Language, *, waiting: str = ""
) -> str:
    """Return the whole conversation; everything a letter or a reader wrote is escaped."""
    shown = "".join(_render_message(message, letters, language) for message in messages)
    if waiting:
        shown += f"{_render_question(waiting, language)}<p class='waiting'>{WORDS[language].thinking}</p>"
    return f"<div class='messages' role='log' aria-live='polite'>{shown}</div>"


def render_opening(letter: Letter, language: Language) -> str:
    """Return what stands there before any question."""
    words = WORDS[language]
    asked = words.examples if letter.bundled else (*_section_questions(letter, words), *words.general)
    examples = "".join(
        f"<li><button type='button' class='example' data-ask='{escape(question)}'>{escape(question)}</button></li>"
        for question in asked
    )
    return (
        f"<div class='opening'><h2 class='welcome'>{words.welcome}</h2><p class='intro'>{words.intro}</p>"
        f"<p class='scope' lang='nl'><strong>{escape(name_letter(letter))}</strong>{escape(letter.title)}</p>"
        f"<h2>{words.examples_title}</h2>"
        f"<ul class='examples'>{examples}</ul><p class='limits'>{words.limits}</p></div>"
    )


def _section_questions(letter: Letter, words: Words) -> Iterator[str]:
    headings = [section.heading for section in letter.sections if section.heading and section.paragraphs]
    yield from (words.section_question.format(heading=heading) for heading in headings[:4])


def _render_message(message: Message, letters: Mapping[str, Letter], language: Language) -> str:
    question = _render_question(message.question, language)
    if message.answer is None:
        return f"{question}<div class='answer error' role='alert'><p>{escape(message.error)}</p></div>"
    answer = message.answer
    status = f"<p class='status'>{STATUS[answer.language][answer.status]}</p>" if answer.status != "answered" else ""
    words = WORDS[language]
    warnings = "".join(f"<li>{escape(warning)}</li>" for warning in answer.warnings)
    warned = f"<ul class='warnings' aria-label='{words.note}'>{warnings}</ul>" if warnings else ""
    return (
        f"{question}<div class='answer {answer.status}'>{status}<p class='text' lang='{answer.language}'>"
        f"{''.join(_chipped(answer))}</p>{_render_sources(answer, letters, language)}{warned}"
        f"{_render_reasons(message.hits, language)}</div>"
    )


def _render_question(question: str, language: Language) -> str:
    return f"<p class='question'><span class='unseen'>{WORDS[language].you}: </span>{escape(question)}</p>"


def _chipped(answer: Answer) -> Iterator[str]:
    """Yield the answer's text with a chip in the place of each citation's number."""
    text, place = answer.answer, 0
    for citation in answer.citations:
        # the number stands after its quotation, which may itself hold such a number
        said = [QUOTES[answer.language].format(text=own) for own in (citation.translation, citation.quote) if own]
        after = max(found + len(one) for one in said for found in [text.find(one, place)] if found >= 0)
        number = f"[{citation.n}]"
        start = text.index(number, after)
        yield escape(text[place:start])
        yield _chip(citation)
        place = start + len(number)
    yield escape(text[place:])


def _chip(citation: Citation) -> str:
    label = f"{citation.reference}: {citation.quote}"
    return f"<button type='button' class='chip' {_pointer(citation)} title='{escape(label)}'>{citation.n}</button>"


def _pointer(citation: Citation) -> str:
    return (
        f"data-letter='{escape(citation.letter)}' data-paragraph='{escape(citation.paragraph_id)}' "
        f"data-start='{citation.start}'"
    )


def _render_sources(answer: Answer, letters: Mapping[str, Letter], language: Language) -> str:
    words = WORDS[language]
    title, cited = (words.sources, answer.citations) if answer.citations else (words.nearest, answer.nearest)
    if not cited:
        return ""
    cards = "".join(_render_card(citation, letters[citation.letter], language) for citation in cited)
    return f"<div class='sources'><h3>{title}</h3>{cards}</div>"


def _render_card(citation: Citation, letter: Letter, language: Language) -> str:
    words = WORDS[language]
    label = f"<small lang='{language}'>({words.translation})</small>"
    english = escape(citation.translation or "")
    translation = f"<p class='translation' lang='en'>{english} {label}</p>" if english else ""
    notes = "".join(f"<p class='foot' lang='nl'>{escape(note)}</p>" for note in citation.footnotes)
    copies = "".join(
        f"<button type='button' class='copy' data-copy='{escape(cite_as(style, citation, letter))}' "
        f"data-done='{words.copied}'>{words.copy_as[style]}</button>"
        for style in STYLES
    )
    link = escape(link_to(citation.letter, citation.paragraph_id))
    return (
        f"<details class='card'><summary><span class='n'>{citation.n}</span> {escape(citation.reference)}</summary>"
        f"<blockquote lang='nl'>{_marked(citation)}</blockquote>{translation}{notes}<p class='actions'>"
        f"<button type='button' class='open' {_pointer(citation)}>{words.open}</button>{copies}"
        f"<button type='button' class='copy' data-link='{link}' data-done='{words.copied}'>{words.link}</button></p>"
        "</details>"
    )


def _marked(citation: Citation) -> str:
    parts, place = [], 0
    for start, end in citation.marks:
        parts += [escape(citation.quote[place:start]), f"<mark>{escape(citation.quote[start:end])}</mark>"]
        place = end
    return "".join([*parts, escape(citation.quote[place:])])


def _render_reasons(hits: Sequence[Hit], language: Language) -> str:
    words = WORDS[language]
    if not hits:
        return ""
    rows = "".join(
        f"<li><button type='button' class='open' data-letter='{escape(hit.letter.id)}' "
        f"data-paragraph='{escape(hit.paragraph.id)}' data-start='{hit.paragraph.sentences[hit.sentence][0]}'>"
        f"{escape(hit.section.heading or hit.letter.title)}, {words.paragraph} {hit.paragraph.number}</button> "
        f"<span>{_in_words(hit.score, words)}</span></li>"
        for hit in hits[:_MOST_HITS]
    )
    return f"<details class='why'><summary>{words.why}</summary><p>{words.why_intro}</p><ol>{rows}</ol></details>"


def _in_words(score: float, words: Words) -> str:
    return words.likely if score >= _LIKELY else words.possible if score >= _POSSIBLE else words.unlikely
