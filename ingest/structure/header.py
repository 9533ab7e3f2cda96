"""To whom a letter is written, when and about what: read from the head and the opening."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ingest.read import Line
from ingest.structure.blocks import Block
from ingest.structure.dates import DATE, first_date
from ingest.structure.papers import plain_dossier
from ingest.structure.shapes import SALUTATION, SENTENCE_END, bare, ends_sentence, is_question_label, looks_like_heading

_LABEL = re.compile(
    r"(?P<label>datum|betreft|onderwerp|(?:ons |uw )?kenmerk|(?:onze |uw )referentie|bijlagen?(?:\(n\))?"
    r"|contactpersoon|telefoon|e-mail|(?:van|aan)(?=\s*:))"
    r"(?:\s*:\s*|\s+|$)(?P<value>.*)",
    re.IGNORECASE,
)
_ADDRESSEE = re.compile(
    r"(?:aan\s+)?(?:de\s+)?(?:voorzitters?\s+van|leden\s+van|griffier\s+van)\b|aan\s+(?:de|het)\b", re.IGNORECASE
)
_POSTAL = re.compile(r"\b(?:postbus|binnenhof|plein|\d{4}\s?[A-Z]{2}\b)|\w \d{1,4}[a-z]?$", re.IGNORECASE)
_MINISTRY = re.compile(r"ministerie\s+van\b.*", re.IGNORECASE)
_DATE_LINE = re.compile(rf"(?:['’]?[\w-]+[ ,]+){{0,3}}{DATE.pattern}\W*$", re.IGNORECASE)
# The papers of parliament name their dossier, and who writes, in the head.
_OWN_REFERENCES = ("ons kenmerk", "onze referentie", "kenmerk", "referentie")
_DOSSIER = re.compile(r"(?P<number>\d{2} ?\d{3}(?:[ -](?:[IVXLC]+|\d{2}))?)(?: \(R\d+\))?\s+(?P<title>[A-ZÀ-Þ].*)")
_WRITER = re.compile(
    r".*\b(?:brief|antwoord|beantwoording) van (?:de )?(?P<post>(?:minister|staatssecretaris)[^()]*(?:\([^()]*\))?)",
    re.IGNORECASE,
)
_ANSWERS = re.compile(r"(?:\d{1,4}\s+)?(?:antwoord|beantwoording|vragen)\b.{15,}", re.IGNORECASE)
_QUESTIONS = re.compile(r"(?:\d{1,4}\s+)?vragen van .{5,}? over (?P<title>.+?)(?: \(ingezonden|\.?$)", re.IGNORECASE)
_FICHE = re.compile(r"Fiche(?: \d{1,2})?\s*:\s*(?P<title>.{5,})")
_RECEIVED = re.compile(r"\(ontvangen ([^)]*)\)")
_REFERENCE = re.compile(
    r"(?:\b\w[\w-]*\s+(?:\((?:nr\.\s*)?\d+\)\s*|nr\.\s*\d+\s*)?)?«[^»]+»|\b\w*(?:advies|rapport|motie)\w*\s+nr\.\s*\d+",
    re.IGNORECASE,
)
# when a paper came in is not when it was written
_DATED = re.compile(r"(?:\w{1,2}[.)]\s+)?datum\b(?! ontvangst)", re.IGNORECASE)
_FIRST_NUMBER = re.compile(r"(?:1|I|A)\.\s")
_LONGEST_TITLE = 120
_MOST_HEADER_BLOCKS = 30
_PROSE_WORDS, _SENTENCE_WORDS = 10, 5


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What the head of a letter says; empty where it does not."""

    date: date | None
    subject: str
    addressee: str
    ministry: str
    reference: str
    dossier: str


def find_body(blocks: Sequence[Block]) -> int:
    """Return the position of the first block after the head (addressee, date, subject, salutation)."""
    head = [block.text for block in blocks]
    for position, text in enumerate(head[:_MOST_HEADER_BLOCKS]):
        if SALUTATION.match(text):
            return position + 1
    labelled = max((at for at, block in enumerate(blocks[:_MOST_HEADER_BLOCKS]) if _belongs_to_head(block)), default=-1)
    first = next((at for at in range(labelled + 1, len(blocks)) if _begins_body(blocks, at)), None)
    if first is None:
        return next(
            (position for position, block in enumerate(blocks) if not (_is_header_like(block) or block.text.isupper())),
            len(blocks),
        )
    least = max(labelled + 1, 1)
    while first > least and looks_like_heading(head[first - 1]) and not _is_header_like(blocks[first - 1]):
        if head[first - 1].isupper() and not any(map(_is_header_like, blocks[: first - 1])):
            break
        first -= 1
    return first


def _begins_body(blocks: Sequence[Block], at: int) -> bool:
    """Whether a block is prose (not the title of a paper with answers), a first numbered heading or question.

    What its source calls a heading may yet name the paper, over the addressee and the date.
    """
    block, text = blocks[at], blocks[at].text
    if block.role == "heading" and not is_question_label(text):
        return not any(_is_header_like(one) and not _is_prose(one) for one in blocks[at + 1 : at + 3])
    numbered = bool(_FIRST_NUMBER.match(text)) and looks_like_heading(text)
    return numbered or is_question_label(text) or (_is_prose(block) and not _ANSWERS.match(text))


def _belongs_to_head(block: Block) -> bool:
    """Whether a block states the date or the subject, as only the head does, or its source says so."""
    if block.role in ("title", "header"):
        return True
    label = _LABEL.match(block.text)
    return label is not None and label["label"].lower() in {"datum", "betreft", "onderwerp"} and not _is_prose(block)


def header_paragraphs(blocks: Sequence[Block]) -> tuple[tuple[Line, ...], ...]:
    """Group the lines of the head: one paragraph an address, label or date."""
    paragraphs: list[list[Line]] = []
    values_due = 0
    for line in (line for block in blocks for line in block.lines):
        label = _LABEL.match(line.text)
        starts = line.gap or bool(label or SALUTATION.match(line.text) or _DATE_LINE.match(line.text))
        joins_labels = bool(label and not label["value"] and not line.gap) or not label
        if not paragraphs or (starts and not (values_due > 0 and joins_labels)):
            paragraphs.append([line])
            values_due = 0
        else:
            paragraphs[-1].append(line)
        if label and not label["value"]:
            values_due += 1
        elif values_due:
            values_due -= 1
    return tuple(map(tuple, paragraphs))


def read_header(paragraphs: Sequence[Sequence[Line]]) -> HeaderFacts:
    """Read date, subject, addressee and ministry from the paragraphs of the head."""
    texts = [bare(" ".join(line.text for line in lines)) for lines in paragraphs]
    labelled = _labelled(paragraphs)
    return HeaderFacts(
        date=first_date([labelled.get("datum", ""), *_received(texts), *texts]),
        subject=labelled.get("betreft") or labelled.get("onderwerp") or _given_title(paragraphs) or _title(texts),
        addressee=labelled.get("aan") or next(filter(None, map(_addressee, paragraphs)), ""),
        ministry=_ministry(texts),
        reference=next((value for label in _OWN_REFERENCES if (value := labelled.get(label, ""))), ""),
        dossier=next((plain_dossier(match["number"]) for text in texts if (match := _DOSSIER.match(text))), ""),
    )


def _received(texts: Sequence[str]) -> list[str]:
    """Return when answers to questions came in, which dates the paper, not when the questions were put."""
    return [match[1] for text in texts if (match := _RECEIVED.search(text))]


def date_of_sections(sections: Iterable[tuple[str, Sequence[str]]]) -> date | None:
    """Return the date that a section of its own states, as the table at the head of a fiche does."""
    return next((first_date(texts) for heading, texts in sections if _DATED.match(heading) and first_date(texts)), None)


def find_references(opening: Sequence[str]) -> tuple[str, ...]:
    """Return the titled or numbered papers that the opening says the letter answers."""
    found = (" ".join(match.group().split()) for text in opening for match in _REFERENCE.finditer(text))
    return tuple(dict.fromkeys(found))


def title_of(subject: str, opening: str, headings: Sequence[str]) -> str:
    """Return the letter's subject, else its opening sentence cut at a word, else its first heading."""
    title = subject or opening or next(filter(None, headings), "")
    if len(title) <= _LONGEST_TITLE:
        return title.rstrip(".")
    return title[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _given_title(paragraphs: Sequence[Sequence[Line]]) -> str:
    """Return what the source itself calls the title."""
    titles = (bare(" ".join(line.text for line in lines)) for lines in paragraphs if lines[0].role == "title")
    title = next(titles, "")
    filed = _DOSSIER.match(title)
    return filed["title"] if filed else title


def _title(texts: Sequence[str]) -> str:
    """Return the title of the dossier, or what a paper with answers calls itself."""
    for pattern in (_DOSSIER, _QUESTIONS, _FICHE):
        title = next((match["title"] for text in texts if (match := pattern.match(text))), "")
        if title:
            return title[0].upper() + title[1:]
    return next((text for text in texts if _ANSWERS.match(text)), "")


def _ministry(texts: Sequence[str]) -> str:
    """Return the ministry of the letterhead, else the post that the head says the letter comes from."""
    named = next((match.group().strip() for text in texts if (match := _MINISTRY.match(text))), "")
    return named or next((match["post"].strip(" ,") for text in texts if (match := _WRITER.match(text))), "")


def _is_prose(block: Block) -> bool:
    text, words = block.text, len(block.text.split())
    if words >= _PROSE_WORDS:
        return bool(SENTENCE_END.search(text)) or text.endswith(":")
    return words >= _SENTENCE_WORDS and text.endswith(".") and ends_sentence(text) and not _is_header_like(block)


def _is_header_like(block: Block) -> bool:
    text = block.text
    matches = (pattern.match(text) for pattern in (_LABEL, _ADDRESSEE, _MINISTRY, SALUTATION))
    return any(matches) or bool(DATE.search(text) or _POSTAL.search(text))


def _labelled(paragraphs: Sequence[Sequence[Line]]) -> dict[str, str]:
    """Return the values by label; labels that stand together before their values are paired in order."""
    values: dict[str, str] = {}
    for lines in paragraphs:
        texts = [bare(line.text) for line in lines]
        first = _LABEL.match(texts[0])
        if not first:
            continue
        alone = [match["label"].lower() for text in texts if (match := _LABEL.fullmatch(text)) and not match["value"]]
        if len(alone) > 1 and len(texts) == 2 * len(alone):
            values.update(zip(alone, texts[len(alone) :], strict=True))
        else:
            values.setdefault(first["label"].lower(), " ".join([first["value"], *texts[1:]]).strip())
    return values


def _addressee(lines: Sequence[Line]) -> str:
    kept: list[str] = []
    for line in lines:
        text = bare(line.text)
        if not kept and not _ADDRESSEE.match(text):
            continue
        if _POSTAL.search(text) or DATE.search(text):
            break
        kept.append(text)
    return re.sub(r"^aan\s+", "", " ".join(kept), flags=re.IGNORECASE)
