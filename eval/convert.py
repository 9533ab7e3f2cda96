"""Turn published questions and answers into letters and gold cases.

    python -m eval.convert PAIRS.jsonl OUT    parliamentary questions with their answers
    python -m eval.convert PAGES.csv OUT      question-and-answer pages of the Dutch government
    python -m eval.convert SQUAD.json OUT     questions with the words that answer them, in SQuAD's format

Every document becomes OUT/NAME.txt, a letter, and OUT/NAME.jsonl, its gold cases. A published question should be
answered from the paragraphs of its own published answer; a SQuAD question from the sentence that holds its answer.
Of each SQuAD article the last paragraph is left out, and its questions should be refused. With --paragraphs the
text is taken from the same file in another language. To measure with a document:

    kamervraag eval OUT/NAME.jsonl --letter-file OUT/NAME.txt --out REPORT
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.detect import detect_language
from eval.cases import UnreadableCases, find_evidence, read_json_lines
from ingest.errors import UserError
from ingest.letter import BODY_KINDS, Language, Letter
from ingest.reading import read_letter
from ingest.structure.sentences import split_sentences

_WIDTH = 90
_MOST_SENTENCES = 6
_PAGES_A_DOCUMENT = 9
_SHORTEST_ANSWER, _LONGEST_ANSWER = 25, 420
_HEADING = "Antwoord op vraag {}"
_GLUED_MARK = re.compile(r"(?<=[a-z.,)»])\d{1,2}(?=[\s.,]|$)")
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question; its evidence is all that stands under `heading`, or one `sentence`; neither when it has none."""

    question: str
    language: Language
    tag: str
    heading: str | None = None
    sentence: str | None = None
    facts: tuple[str, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A letter to be written, its passages under their headings, and what is asked of it."""

    name: str
    title: str
    passages: tuple[tuple[str, str], ...]
    asked: tuple[Asked, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Convert a file and say what was made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--paragraphs", type=Path, help="SQuAD's file in another language, for the text")
    options = parser.parse_args(arguments)
    try:
        for name, count, dropped in convert(options.source, options.out, options.paragraphs):
            note = f", {dropped} left out: their evidence was not found in the letter" if dropped else ""
            parser._print_message(f"{name}: {count} cases{note}\n")
    except UserError as error:
        parser.exit(1, f"{parser.prog}: {error}\n")


def convert(source: Path, out: Path, paragraphs: Path | None = None) -> Iterator[tuple[str, int, int]]:
    """Write the letters and cases of a source; yield each document's name, cases made and cases left out.

    Raises:
        UserError: the source is none of these kinds, or can't be read.
    """
    documents = list(_read(source, paragraphs or source))
    out.mkdir(parents=True, exist_ok=True)
    for document in documents:
        path = out / f"{document.name}.txt"
        path.write_text(_letter_text(document), encoding="utf-8")
        cases = list(_cases(document, read_letter(path)))
        lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
        path.with_suffix(".jsonl").write_text(lines, encoding="utf-8")
        yield document.name, len(cases), len(document.asked) - len(cases)


def _read(source: Path, paragraphs: Path) -> Iterator[Document]:
    match source.suffix.lower():
        case ".jsonl":
            return _from_pairs(source)
        case ".csv":
            return _from_pages(source)
        case ".json":
            return _from_squad(source, paragraphs)
    raise UnreadableCases(f"{source}: give a .jsonl file of pairs, a .csv file of pages or a SQuAD .json file")


def _from_pairs(source: Path) -> Iterator[Document]:
    """Group the pairs by paper; bare answers ("Ja.") and those that only point at another one are left out."""
    papers: dict[str, list[dict[str, Any]]] = {}
    for number, pair in read_json_lines(source):
        if not isinstance(pair, dict) or not {"kst", "title", "n", "question", "answer", "kind"} <= pair.keys():
            raise UnreadableCases(f"{source}, line {number}: a pair needs kst, title, n, question, answer and kind")
        if pair["kind"] == "full":
            papers.setdefault(str(pair["kst"]), []).append(pair)
    for name, pairs in papers.items():
        exchanges = [
            (str(pair["question"]), _HEADING.format(pair["n"]), _GLUED_MARK.sub("", str(pair["answer"])))
            for pair in pairs
        ]
        yield _published(name, str(pairs[0]["title"]), exchanges)


def _from_pages(source: Path) -> Iterator[Document]:
    """Put the pages on like subjects together, a few a document."""
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        fitting = [row for row in rows if _SHORTEST_ANSWER < len(row["reference_answer"].split()) < _LONGEST_ANSWER]
        fitting.sort(key=lambda row: (row["subjects"], row["question"]))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise UnreadableCases(
            f"{source}: it can't be read as pages with subjects, question and reference_answer ({error})"
        ) from error
    for number, start in enumerate(range(0, len(fitting), _PAGES_A_DOCUMENT), 1):
        # the question itself as the heading would give the answer away
        exchanges = [
            (row["question"], _HEADING.format(place), row["reference_answer"])
            for place, row in enumerate(fitting[start : start + _PAGES_A_DOCUMENT], 1)
        ]
        yield _published(f"vac-{number:02}", f"Vragen aan de rijksoverheid, deel {number}", exchanges)


def _published(name: str, title: str, exchanges: Sequence[tuple[str, str, str]]) -> Document:
    passages = tuple((heading, answer) for _, heading, answer in exchanges)
    asked = tuple(
        Asked(" ".join(question.split()), "nl", "published", heading, reference=" ".join(answer.split()))
        for question, heading, answer in exchanges
    )
    return Document(name, title, passages, asked)


def _from_squad(source: Path, paragraphs: Path) -> Iterator[Document]:
    try:
        articles = json.loads(source.read_text(encoding="utf-8-sig"))["data"]
        texts = json.loads(paragraphs.read_text(encoding="utf-8-sig"))["data"]
        for number, (article, text) in enumerate(zip(articles, texts, strict=True), 1):
            yield _squad_document(number, article, text)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise UnreadableCases(f"{source}: it can't be read as questions in SQuAD's format ({error!r})") from error


def _squad_document(number: int, article: dict[str, Any], text: dict[str, Any]) -> Document:
    kept = text["paragraphs"][:-1]
    answers = {qa["id"]: (paragraph["context"], qa["answers"][0]) for paragraph in kept for qa in paragraph["qas"]}
    asked = [
        _squad_question(qa, *answers.get(qa["id"], (None, None)))
        for paragraph in article["paragraphs"]
        for qa in paragraph["qas"]
    ]
    passages = tuple((f"Passage {place}", paragraph["context"]) for place, paragraph in enumerate(kept, 1))
    title = str(article["title"]).replace("_", " ")
    slug = _NOT_IN_A_NAME.sub("-", title.lower()).strip("-")
    return Document(f"squad-{number:02}-{slug}", title, passages, tuple(asked))


def _squad_question(qa: dict[str, Any], context: str | None, answer: dict[str, Any] | None) -> Asked:
    question = " ".join(str(qa["question"]).split())
    language = detect_language(question)
    if context is None or answer is None:
        return Asked(question, language, "near-topic")
    start = int(answer["answer_start"])
    span = next(span for span in split_sentences(context) if start < span[1])
    facts = dict.fromkeys((str(answer["text"]), str(qa["answers"][0]["text"])))
    return Asked(question, language, "squad", None, context[slice(*span)], tuple(facts), str(qa["answers"][0]["text"]))


def _letter_text(document: Document) -> str:
    parts = [document.title] if document.title else []
    for heading, text in document.passages:
        parts += [heading, *_paragraphs(text)]
    return "\n\n".join("\n".join(textwrap.wrap(part, _WIDTH, break_on_hyphens=False)) for part in parts) + "\n"


def _paragraphs(answer: str) -> Iterator[str]:
    """Yield the paragraphs of an answer, long ones cut at sentences."""
    for block in answer.split("\n"):
        text = " ".join(block.split())
        sentences = [text[start:end] for start, end in split_sentences(text)]
        for start in range(0, len(sentences), _MOST_SENTENCES):
            yield " ".join(sentences[start : start + _MOST_SENTENCES])


def _cases(document: Document, letter: Letter) -> Iterator[dict[str, Any]]:
    """Yield one case a question; one whose evidence is not in the letter is left out."""
    for number, asked in enumerate(document.asked, 1):
        answerable = bool(asked.heading or asked.sentence)
        evidence = _evidence(document, asked, letter)
        if answerable and not evidence:
            continue
        case_id = f"{document.name}-{number:02}"
        yield {
            "id": case_id,
            "pair": case_id,
            "lang": asked.language,
            "question": asked.question,
            "history": [],
            "answerable": answerable,
            "status": "answered" if answerable else "silent",
            "evidence": evidence,
            "must_include": [list(asked.facts)] if asked.facts else [],
            "reference": asked.reference,
            "tags": [asked.tag],
            "letter": letter.id,
        }


def _evidence(document: Document, asked: Asked, letter: Letter) -> list[str]:
    """Return the sentence that answers, or every paragraph from the answer's heading to the next answer's."""
    if asked.sentence:
        sentence = " ".join(asked.sentence.split())
        return [sentence] if find_evidence(sentence, (letter,)) else []
    headings = {heading for heading, _ in document.passages}
    current, evidence = "", []
    for section in letter.sections:
        heading = " ".join(section.heading.split())
        current = heading if heading in headings else current
        if asked.heading and current == asked.heading:
            evidence += [paragraph.text for paragraph in section.paragraphs if paragraph.kind in BODY_KINDS]
    return evidence


if __name__ == "__main__":
    main()
