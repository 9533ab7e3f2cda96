"""Who writes to whom, when and about what: read from the head, the opening and the signature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingest.letter import Signatory
from ingest.read import Line
from ingest.structure.blocks import DANGLING, SENTENCE_END, Block, bare, looks_like_heading
from ingest.structure.dates import DATE, first_date

_SALUTATION = re.compile(
    r"(?:geachte|beste|excellentie|hooggeachte|mijnheer de voorzitter|mevrouw de voorzitter)\b[^.]{0,80}$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?P<label>datum|betreft|onderwerp|(?:ons |uw )?kenmerk|(?:onze |uw )referentie|bijlagen?(?:\(n\))?"
    r"|contactpersoon|telefoon|e-mail)"
    r"(?:\s*:\s*|\s+|$)(?P<value>.*)",
    re.IGNORECASE,
)
_ADDRESSEE = re.compile(
    r"(?:aan\s+)?(?:de\s+)?(?:voorzitters?\s+van|leden\s+van|griffier\s+van)\b|aan\s+(?:de|het)\b", re.IGNORECASE
)
_POSTAL = re.compile(r"\b(?:postbus|binnenhof|plein|bezuidenhoutseweg|\d{4}\s?[A-Z]{2}\b)", re.IGNORECASE)
_MINISTRY = re.compile(r"ministerie\s+van\b.*", re.IGNORECASE)
_POST = re.compile(
    r"(?:(?:mede\s+)?namens\s+)?(?:de|het)?\s*(?:demissionair\s+)?"
    r"(?:vice)?(?:minister|staatssecretaris|minister-president|kabinet)\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:hoogachtend|met\s+(?:vriendelijke|hartelijke)\s+groet(?:en)?|met\s+(?:de\s+meeste\s+)?hoogachting)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:(?:[Pp]rof|[Dd]rs|[Dd]r|[Mm]r|[Ii]r|[Ii]ng|w\.g)\.?\s+)*(?:[A-Z]\.?[a-z]{0,2}\.\s?)+(?:(?:van|de|den|der|ten|ter|el|al|von|'t|’t)\s+)*[A-Z]"
)
_REFERENCE = re.compile(
    r"(?:\b\w[\w-]*\s+(?:\((?:nr\.\s*)?\d+\)\s*|nr\.\s*\d+\s*)?)?«[^»]+»|\b\w*(?:advies|rapport|motie)\w*\s+nr\.\s*\d+",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE_LINE = 130
_LONGEST_TITLE = 120
_MOST_HEADER_BLOCKS = 30
_PROSE_WORDS = 10


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What the head of a letter says; empty where it does not."""

    date: date | None
    subject: str
    addressee: str
    ministry: str


def find_body(blocks: Sequence[Block]) -> int:
    """Return the position of the first block after the head (addressee, date, subject, salutation)."""
    for position, block in enumerate(blocks[:_MOST_HEADER_BLOCKS]):
        if _SALUTATION.match(block.text):
            return position + 1
    prose = next((position for position, block in enumerate(blocks) if _is_prose(block)), None)
    if prose is None:
        return next((position for position, block in enumerate(blocks) if not _is_header_like(block)), len(blocks))
    first = prose
    while first > 1 and looks_like_heading(blocks[first - 1].text) and not _is_header_like(blocks[first - 1]):
        first -= 1
    return first


def header_paragraphs(blocks: Sequence[Block]) -> tuple[tuple[Line, ...], ...]:
    """Group the lines of the head: one paragraph an address, label or date."""
    paragraphs: list[list[Line]] = []
    values_due = 0
    for line in (line for block in blocks for line in block.lines):
        label = _LABEL.match(line.text)
        starts = line.gap or bool(label or _SALUTATION.match(line.text) or DATE.search(line.text))
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
        date=first_date([labelled.get("datum", ""), *texts]),
        subject=labelled.get("betreft") or labelled.get("onderwerp") or "",
        addressee=next(filter(None, map(_addressee, paragraphs)), ""),
        ministry=next((match.group().strip() for text in texts if (match := _MINISTRY.match(text))), ""),
    )


def find_signature(blocks: Sequence[Block], start: int) -> tuple[int, int]:
    """Return the range of the signature's blocks after `start`; an empty range at the end if there is none."""
    end = len(blocks)
    for last in range(len(blocks) - 1, start - 1, -1):
        if not (_has_post(blocks[last]) or _is_closing(blocks[last])):
            continue
        first = last
        while first > start and _may_sign(blocks, first - 1):
            first -= 1
        stop = last + 1
        while stop < end and _is_name(blocks[stop]) and stop - last <= 2:
            stop += 1
        named = any(_is_name(block) or len(block.lines) > 1 or _is_closing(block) for block in blocks[first:stop])
        if named or stop == end:
            return first, stop
    return end, end


def read_signatories(lines: Sequence[Line]) -> tuple[tuple[tuple[Line, ...], Signatory | None], ...]:
    """Group the lines of a signature; each group with the signatory it names, if any."""
    kinds = ["post" if _POST.match(line.text) else "closing" if _CLOSING.match(line.text) else "name" for line in lines]
    signing = [kind for kind in kinds if kind != "closing"]
    opener = signing[0] if signing else "post"
    groups: list[list[tuple[str, Line]]] = []
    for kind, line in zip(kinds, lines, strict=True):
        goes_on = groups and groups[-1][-1][0] != "closing" and _continues(groups[-1][-1][1], line)
        if goes_on:
            groups[-1].append((groups[-1][-1][0], line))
        elif (
            kind == "closing"
            or not groups
            or groups[-1][-1][0] == "closing"
            or (kind == opener and any(k == opener for k, _ in groups[-1]))
        ):
            groups.append([(kind, line)])
        else:
            groups[-1].append((kind, line))
    return tuple((tuple(line for _, line in group), _signatory(group)) for group in groups)


def find_references(opening: Sequence[str]) -> tuple[str, ...]:
    """Return the titled or numbered papers that the opening says the letter answers."""
    found = (" ".join(match.group().split()) for text in opening for match in _REFERENCE.finditer(text))
    return tuple(dict.fromkeys(found))


def sender_of(signatories: Sequence[Signatory], ministry: str) -> str:
    """Return the posts that signed, else the ministry of the letterhead."""
    first, *others = [signatory.post for signatory in signatories if signatory.post] or [ministry]
    return " en ".join([first, *(re.sub(r"^(De|Het)\b", lambda article: article[1].lower(), post) for post in others)])


def title_of(subject: str, opening: str, headings: Sequence[str]) -> str:
    """Return the letter's subject, else its opening sentence cut at a word, else its first heading."""
    title = subject or opening or next(filter(None, headings), "")
    if len(title) <= _LONGEST_TITLE:
        return title.rstrip(".")
    return title[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _is_prose(block: Block) -> bool:
    text = block.text
    return (bool(SENTENCE_END.search(text)) or text.endswith(":")) and len(text.split()) >= _PROSE_WORDS


def _is_header_like(block: Block) -> bool:
    text = block.text
    matches = (pattern.match(text) for pattern in (_LABEL, _ADDRESSEE, _MINISTRY, _SALUTATION))
    return any(matches) or bool(DATE.search(text) or _POSTAL.search(text)) or text.isupper()


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


def _is_closing(block: Block) -> bool:
    return bool(_CLOSING.match(block.text)) and len(block.text) <= _LONGEST_SIGNATURE_LINE


def _has_post(block: Block) -> bool:
    text = block.text
    short = len(text) <= _LONGEST_SIGNATURE_LINE * 2 and not SENTENCE_END.search(text)
    return short and any(_POST.match(line.text) for line in block.lines)


def _may_sign(blocks: Sequence[Block], position: int) -> bool:
    block = blocks[position]
    return (
        _has_post(block)
        or _is_closing(block)
        or _is_name(block)
        or (position > 0 and _goes_on_post(blocks[position - 1], block))
    )


def _goes_on_post(post: Block, block: Block) -> bool:
    return _has_post(post) and _continues(post.lines[-1], block.lines[0]) and not SENTENCE_END.search(block.text)


def _continues(line: Line, following: Line) -> bool:
    """Whether a post ("de staatssecretaris van Volksgezondheid, / Welzijn en Sport,") runs on to the next line."""
    text = following.text
    if (text[0].islower() and not _POST.match(text)) or DANGLING.search(line.text):
        return True
    return (
        line.text.endswith(",")
        and not _NAME.match(text)
        and not _POST.match(text)
        and (text.endswith(",") or " en " in text)
    )


def _is_name(block: Block) -> bool:
    text = block.text
    if len(text) > _LONGEST_SIGNATURE_LINE or SENTENCE_END.search(text):
        return False
    words = [word for word in text.split() if word[0].isalpha()]
    return bool(_NAME.match(text)) or (
        1 < len(words) <= 4
        and all(word[0].isupper() or word in {"van", "de", "den", "der", "ten", "ter"} for word in words)
    )


def _signatory(group: Sequence[tuple[str, Line]]) -> Signatory | None:
    post = " ".join(bare(line.text) for kind, line in group if kind == "post").rstrip(", ")
    name = " ".join(bare(line.text) for kind, line in group if kind == "name").strip(", ")
    before, comma, after = post.rpartition(", ")
    if comma and not name and _NAME.match(after):
        post, name = before, after
    return Signatory(name, post) if post or name else None
