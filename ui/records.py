"""Answers, hits and letters as the JSON that others build on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assistant.dialogue import Answer, Citation
from ingest.letter import BODY_KINDS, Letter

if TYPE_CHECKING:
    from assistant.mentions import Mention

Record = dict[str, Any]


def answer_record(answer: Answer) -> Record:
    """Return an answer as `ask --json` and `batch` print it."""
    record = asdict(answer)
    return {"id": record.pop("id"), **record}


def citation_record(citation: Citation) -> Record:
    """Return a citation as it stands in an answer."""
    return asdict(citation)


def mention_record(mention: Mention) -> Record:
    """Return a letter that mentions something, as `search --by-letter --json` prints it."""
    return {
        "letter": mention.card.id,
        "date": mention.card.date.isoformat() if mention.card.date else None,
        "title": mention.card.title,
        "paragraphs": mention.paragraphs,
        "best": citation_record(mention.cite(1)),
    }


def letter_record(letter: Letter) -> Record:
    """Return a line of `letters --json`."""
    return {
        "id": letter.id,
        "title": letter.title,
        "date": letter.date.isoformat() if letter.date else None,
        "paragraphs": sum(paragraph.kind in BODY_KINDS for _, paragraph in letter.paragraphs()),
        "bundled": letter.bundled,
        "source": letter.source,
        "sender": letter.sender,
        "dossier": letter.dossier,
    }


def structure_record(letter: Letter) -> Record:
    """Return a letter with its whole structure, as `show --json` prints it."""
    return {
        "id": letter.id,
        "title": letter.title,
        "date": letter.date.isoformat() if letter.date else None,
        "sender": letter.sender,
        "addressee": letter.addressee,
        "signatories": [asdict(signatory) for signatory in letter.signatories],
        "references": list(letter.references),
        "reference": letter.reference,
        "dossier": letter.dossier,
        "papers": list(letter.papers),
        "sections": [
            {
                "heading": section.heading,
                "level": section.level,
                "paragraphs": [
                    {
                        "id": paragraph.id,
                        "number": paragraph.number,
                        "kind": paragraph.kind,
                        "text": paragraph.text,
                        "page": paragraph.page,
                        "sentences": [list(span) for span in paragraph.sentences],
                        "translation": paragraph.translation,
                    }
                    for paragraph in section.paragraphs
                ],
            }
            for section in letter.sections
        ],
        "footnotes": [
            {"mark": note.mark, "text": note.text, "paragraph_id": note.paragraph_id, "offset": note.offset}
            for note in letter.footnotes
        ],
    }


def flat_record(record: Mapping[str, Any]) -> Record:
    """Return a batch row for CSV: lists joined, the citations as references and quotes."""
    citations = record.get("citations") or []
    return {
        "id": record.get("id"),
        "question": record.get("question"),
        "language": record.get("language"),
        "status": record.get("status"),
        "answer": record.get("answer"),
        "as_of": record.get("as_of"),
        "references": " | ".join(citation["reference"] for citation in citations),
        "paragraphs": " | ".join(citation["paragraph_id"] for citation in citations),
        "quotes": " | ".join(citation["quote"] for citation in citations),
        "warnings": " | ".join(record.get("warnings") or []),
        "withheld": len(record.get("withheld") or []),
        "probability": record.get("probability"),
        "seconds": record.get("seconds"),
        "error": record.get("error"),
    }
