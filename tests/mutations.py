"""Broken and hostile files of every kind, made from sound ones; run as a script, it reads thousands of them.

    python -m tests.mutations 10000 out/fuzz SEED

Every input is read within ten seconds of the processor and two gigabytes, and without opening another file, or is
refused with a `UserError`; what does neither is kept in the folder, and the exit status is 1.
"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import string
import sys
import tempfile
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from eval.cases import load_cases
from ingest.archive import pack, unpack
from ingest.correct import parse_corrections
from ingest.errors import NewerFormat, UserError
from ingest.letter import Letter
from ingest.letter_file import parse_letter, write_letter
from ingest.read import pdf
from ingest.reading import read_letter
from tests.drawn import write_letters
from tests.test_read_markup import MARKDOWN, OFFICIAL, PAGE, QUESTIONS
from tests.test_read_pdf import LETTER, prose, write_pdf
from tests.word import note, paragraph, run, table, write_docx

LONGEST_S, MOST_MEMORY = 10, 2_000_000_000
NAMES = ("brief", "..a", "..brief..", "a\nb", "é ü", "-x", "con", "%s%n", "x" * 120)
CORRECTIONS = "# zo is het\nheading: Vervolg\ntext: Den Haag, 3 mei 2021\njoin: Het kabinet wil\ndrop: Den Haag\n"
TEXT = Path(__file__).parents[1] / "ingest" / "letters" / "2018-04-26-navo.txt"
TOKENS = tuple(
    token.encode()
    for token in (
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'><!ENTITY b '&x;&x;&x;'>]>",
        *("&x;", "&b;", "&#0;", "&#x10FFFF;", "]]>", "<![CDATA[", "<!--", "-->", "<?x", "\f", "\u2028", "\u00ad"),
        *("<div>" * 300, "<w:p><w:r>" * 80, "<li>" * 120, "> " * 300, "[^1]" * 50, "1 " * 200, "* " * 200, "(" * 500),
        *("<table><tr><td>" * 60, "<w:tbl><w:tr><w:tc>" * 40, "99999999999999999999", "-1", "../../../etc/passwd"),
        *("¹²³" * 40, "1. a) i) (1) ", "Vraag 1\n", "Kamerstuk 29 665, nr. 1 t/m 9999", "Datum", "https://a.b/-" * 50),
        *("stream", "endobj", "/Kids [2 0 R]", "/Length 99999999", " Tf", " Td", "BT", "ET", "\U0010f000", "a" * 5000),
        *("3 0 R", "/Prev 9", "/Parent 3 0 R", "/ToUnicode 8 0 R", "/Filter /LZWDecode", "/Predictor 12", "q " * 99),
        *("<xi:include href='file:///etc/passwd' parse='text' xmlns:xi='http://www.w3.org/2001/XInclude'/>", "%1" * 50),
        *('Target="file:///etc/passwd"', 'Target="../../../etc/passwd"', 'w:id="-1"', 'w:val="999999"', "\u0315\u0300"),
        *("## a/1\n", "null", "{}", "[" * 2000, "1e999", "-0", '"\\ud800"', "true", "\u202e", "\u2029", "é" * 300),
    )
)
WORDS = (
    "a",
    "Vraag 1",
    "\u00ad",
    "1",
    "¹",
    "3 mei 2021",
    "De minister van Dijken,",
    "e\u0315\u0300",
    "&#65;",
    "\u2028",
)
ESCAPED = "/tmp/kamervraag-escaped.xml"
LETTER_TEXT = """Aan de Voorzitter van de Tweede Kamer

Den Haag, 3 mei 2021

Hierbij bied ik u de reactie op het advies over dijken aan.

Vervolg

Het kabinet wil in de komende jaren meer geld uitgeven aan dijken.
"""
HOSTILE = (
    b"\0" * 5000,
    b"\xff\xfe" + b"a\0" * 500,
    b"PK\x03\x04" + b"\0" * 400,
    b"%PDF-1.7\n" + b"[" * 20_000,
    b"<" * 20_000,
    b"<a>" * 20_000,
    b"<?xml version='1.0'?>" + b"<!---->" * 2_000,
    b"<!DOCTYPE " + b"[" * 4_000,
    ("a " * 50_000).encode(),
    ("1\n" * 5_000).encode(),
    ("* a\n" * 5_000).encode(),
    ("# a\n\n[^1]: b\n\n" * 1_000).encode(),
)


def seeds(folder: Path) -> dict[str, list[bytes]]:
    """Return sound files by suffix; those of letters first."""
    head = (paragraph("Aan de Voorzitter van de Tweede Kamer"), table(("Datum", "3 mei 2021")))
    document = write_docx(
        folder / "zaad.docx",
        *head,
        paragraph("Onderzoek", style="Kop1"),
        paragraph(run("De dijken zijn"), note(1), run(" hoog.\nZij zijn sterk.", "<w:b/>")),
        paragraph("zand;", numbered=(1, 0)),
        notes=("Kamerstuk 12 345, nr. 6.",),
        head=paragraph("Ministerie van Dijken"),
    )
    small = write_pdf(folder / "zaad.pdf", LETTER, [prose("Een tweede bladzijde met een zin.", 100)])
    real = Path(__file__).with_name("papers") / "ah-tk-20232024-2210.pdf"
    letter = read_letter(write_letters(folder / "in") / "dijken.txt")
    (folder / "brief.json").write_bytes(write_letter(letter))
    pack({f"letters/{letter.id}.json": folder / "brief.json"}, {"KAMERVRAAG_MODEL": "x"}, folder / "home.zip")
    gold = (Path(__file__).parents[1] / "eval" / "gold" / "navo.jsonl").read_bytes().splitlines(keepends=True)
    return {
        ".txt": [TEXT.read_bytes()],
        ".html": [PAGE.encode()],
        ".xml": [OFFICIAL.encode(), QUESTIONS.encode()],
        ".md": [MARKDOWN.encode()],
        ".docx": [document.read_bytes()],
        # the real one is slow to read, so it comes seldom
        ".pdf": [*[small.read_bytes()] * 49, real.read_bytes()],
        ".en.txt": [TEXT.with_suffix(".en.txt").read_bytes()],
        ".corrections": [CORRECTIONS.encode()],
        ".letter.json": [write_letter(letter), _without_checksum(letter)],
        ".zip": [(folder / "home.zip").read_bytes()],
        ".jsonl": [b"".join(gold[:3]), b'{"id": "1", "question": "Hoe?", "history": ["Wie?"]}\n'],
        ".csv": [b'id;question\n1;Hoe hoog?\n2;"Wie, en waar?"\n'],
    }


def _without_checksum(letter: Letter) -> bytes:
    """Return a letter's file as the first version wrote it, which whoever changes it need not seal again."""
    value = {key: one for key, one in json.loads(write_letter(letter)).items() if key != "checksum"}
    return json.dumps({**value, "format": 1}, ensure_ascii=False).encode()


def mutated(data: bytes, random: Random) -> bytes:
    """Return data with a few bytes changed, cut, repeated or put in."""
    changed = bytearray(data)
    # in a text, most bytes at random would only be refused as no UTF-8
    signs = (
        bytes(range(256)) if random.random() < 0.1 or data.startswith((b"PK", b"%PDF")) else string.printable.encode()
    )
    for _ in range(random.randint(1, 8)):
        at = random.randrange(len(changed) + 1)
        length = min(int(random.expovariate(0.02)), len(changed) - at)
        match random.randrange(5):
            case 0:
                changed[at : at + 1] = bytes(random.choices(signs))
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at : at + length] * random.choice((1, 2, 50))
            case 3:
                changed[at:at] = random.choice(TOKENS)
            case _:
                changed[at : at + length] = bytes(random.choices(signs, k=length))
    return bytes(changed[: random.randrange(len(changed) + 1)] if random.random() < 0.05 else changed)


def within_markup(data: bytes, random: Random) -> bytes:
    """Return markup, or JSON, that is still well-formed, with texts and values changed, elements doubled or nested."""
    parts = re.split(rb"(<[^<>]*>|[\[\]{},:])", data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(parts))
        match random.randrange(4):
            case 0:
                # between the tags
                at = at // 2 * 2
                parts[at] = random.choice(WORDS).encode() * random.choice((1, 1, 50, 2000))
            case 1:
                parts[at] = re.sub(
                    rb"(['\"])[^'\"<>]*\1|\d+", lambda _: b'"%d"' % random.choice((0, 1, 9, 10**6)), parts[at], count=1
                )
            case 2:
                element = parts[at : at + random.randint(1, 9)]
                parts[at:at] = element * random.choice((1, 20, 200))
            case _:
                opened = re.match(rb"<([\w:.]+)[^<>/]*>$", parts[at])
                if opened:
                    deep = random.choice((3, 40, 160, 600))
                    parts[at] = parts[at] * deep
                    closing = b"</" + opened[1] + b">"
                    after = next((n for n in range(at, len(parts)) if parts[n] == closing), None)
                    if after:
                        parts[after] = closing * deep
    return b"".join(parts)


def mutated_package(data: bytes, random: Random) -> bytes:
    """Return a zip file with one of its parts changed, and at times a part that leads out of it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(packed, "w") as changed:
        chosen = random.choice(package.namelist())
        change = random.choice((mutated, within_markup))
        for name in package.namelist():
            method = random.choice(
                (*[zipfile.ZIP_DEFLATED] * 9, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
            )
            part = package.read(name)
            changed.writestr(name, change(part, random) if name == chosen else part, method)
        if random.random() < 0.5:
            # what unpacked it would write in this folder, or through this link
            link = zipfile.ZipInfo(random.choice((f"word/../..{ESCAPED}", ESCAPED, "word/link.xml")))
            link.external_attr = random.choice((0o120777, 0o100644)) << 16
            changed.writestr(link, b"/etc/passwd")
    return packed.getvalue()


def mutated_pdf(data: bytes, random: Random) -> bytes:
    """Return a PDF file with its streams unpacked and one of them, or the objects around them, changed."""
    pieces = re.split(rb"(?<=stream)(\r?\n.*?)(?=endstream)", data, flags=re.DOTALL)
    for at in range(1, len(pieces), 2):
        with suppress(zlib.error):
            pieces[at] = b"\n" + zlib.decompress(pieces[at].strip(b"\r\n")) + b"\n"
            pieces[at - 1] = re.sub(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?", b"", pieces[at - 1])
    if random.random() < 0.4:
        # objects that name one another: loops of pages, fonts that are pages, no fonts at all
        names = re.findall(rb"\d+ 0 R", data)
        for _ in range(random.randint(1, 5)):
            at = random.randrange(0, len(pieces), 2)
            pieces[at] = re.sub(rb"\d+ 0 R", lambda _: random.choice(names), pieces[at], count=random.randint(1, 4))
    else:
        at = random.randrange(len(pieces))
        pieces[at] = mutated(pieces[at], random)
    return b"".join(pieces)


_CHANGES: dict[str, Callable[[bytes, Random], bytes]] = {
    ".docx": mutated_package,
    ".zip": mutated_package,
    ".pdf": mutated_pdf,
    ".xml": within_markup,
    ".html": within_markup,
    ".jsonl": within_markup,
    ".letter.json": within_markup,
}


def inputs(folder: Path, random: Random) -> Iterator[tuple[str, bytes]]:
    """Yield file names and contents without end."""
    sound = seeds(folder)
    while True:
        suffix = random.choice(tuple(sound))
        data = random.choice(sound[suffix])
        if random.random() < 0.02:
            data = random.choice(HOSTILE)
        else:
            change = _CHANGES.get(suffix, mutated) if random.random() < 0.8 else mutated
            data = change(data, random)
        if random.random() < 0.05:
            suffix = random.choice((*sound, "", ".doc"))
        yield random.choice(NAMES) + suffix, data


def outcome(path: Path) -> str:
    """Read a file as what its name says it is, and say what came of it; anything but a `UserError` passes through."""
    try:
        found = _read(path)
    except UserError as error:
        if "\n" in str(error).replace(str(path), "").replace(path.name, ""):
            raise ValueError(f"an error of several lines: {error}") from error
        return "refused"
    if "root:x:0" in found:
        raise ValueError("it holds text of another file")
    if os.path.lexists(ESCAPED):
        raise ValueError("it was unpacked outside its folder")
    return "read"


def _read(path: Path) -> str:
    """Return what was read."""
    name = path.name
    if name.endswith(".en.txt"):
        return repr(read_letter(TEXT, path))
    if name.endswith(".corrections"):
        letter = path.with_name("met-correcties.txt")
        letter.write_text(LETTER_TEXT, encoding="utf-8")
        return repr(read_letter(letter, None, parse_corrections(path.read_text("utf-8", "replace"), name)))
    if name.endswith(".letter.json"):
        return _read_kept(path.read_bytes())
    if name.endswith(".zip"):
        with tempfile.TemporaryDirectory() as folder:
            names = unpack(path, Path(folder)).names
            return " ".join(_read_kept((Path(folder) / one).read_bytes()) for one in names if one.endswith(".json"))
    if name.endswith((".jsonl", ".csv")):
        # imported here, since it takes long
        from ui.batch import read_rows

        with suppress(UserError):
            load_cases(path)
        return repr(read_rows(path))
    letter_read = read_letter(path)
    _hold(letter_read)
    return repr(letter_read)


def _read_kept(data: bytes) -> str:
    """Read a letter's file as a home does, whose errors are the home's to explain."""
    try:
        letter = parse_letter(data)
    except (NewerFormat, ValueError, KeyError, TypeError, AttributeError):
        raise UserError("damaged") from None
    _hold(letter)
    return repr(letter)


def _hold(letter: Letter) -> None:
    """Do with a letter what is done with every letter, in part."""
    write_letter(letter)
    lengths = {one.id: len(one.text) for _, one in letter.paragraphs()}
    for _, one in letter.paragraphs():
        if not all(one.sentence(number) for number in range(len(one.sentences))):
            raise ValueError(f"a sentence without text in {one.id}")
    for hung in letter.footnotes:
        if hung.paragraph_id and not 0 <= hung.offset <= lengths[hung.paragraph_id]:
            raise ValueError(f"a note beyond its paragraph: {hung}")


_opened: list[str] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note the files that are opened, and every attempt to reach the network."""
    if event == "open" and isinstance(arguments[0], str | bytes):
        _opened.append(os.fsdecode(arguments[0]))
    elif event in ("socket.connect", "socket.getaddrinfo"):
        _opened.append(f"network {arguments[1:]}")


def _watched(path: Path) -> str:
    """Return the outcome, if nothing was opened but the file and what belongs to Python or this project."""
    _opened.clear()
    result = outcome(path)
    own = (tempfile.gettempdir() + "/kamervraag", tempfile.gettempdir() + "/tmp", sys.prefix, sys.base_prefix)
    mine = (*own, str(path.parent), str(Path(__file__).parents[1]), "/dev/null", "/proc/self", "/usr/share/zoneinfo")
    for name in _opened:
        if not str(Path.cwd() / name).startswith(mine):
            raise ValueError(f"it opened {name}")
    return result


def _kind(path: Path) -> str:
    return "".join(path.suffixes[-2:]) if path.suffix in (".json", ".txt") else path.suffix


def _hang(signum: int, frame: object) -> None:
    raise TimeoutError(f"over {LONGEST_S} s")


def main(count: int, kept: Path) -> int:
    """Read so many inputs; keep those that fail, and return how many did."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    # this process has the limits that one for each PDF would have, and is there already
    vars(pdf)["read_apart"] = lambda path: pdf.read_pages(path, lambda pages: None)
    signal.signal(signal.SIGPROF, _hang)
    sys.addaudithook(_watch)
    kept.mkdir(parents=True, exist_ok=True)
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="kamervraag-fuzz-") as scratch:
        made = inputs(Path(scratch), Random(seed))
        for number in range(count):
            name, data = next(made)
            path = Path(scratch) / name
            path.write_bytes(data)
            if number % 500 == 0:
                _print_tally(number, tally)
            signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
            try:
                tally[f"{_kind(path)} {_watched(path)}"] += 1
            except Exception as error:  # anything at all is a finding
                signal.setitimer(signal.ITIMER_PROF, 0)
                if isinstance(error, TimeoutError) and path.suffix == ".pdf":
                    tally[".pdf stopped, and refused"] += 1
                    continue
                tally[f"{_kind(path)} {type(error).__name__}"] += 1
                (kept / f"{seed}-{number}{path.suffix}").write_bytes(data)
                (kept / f"{seed}-{number}.log").write_text(f"{name!r}\n{traceback.format_exc()}", encoding="utf-8")
            signal.setitimer(signal.ITIMER_PROF, 0)
            path.unlink()
    _print_tally(count, tally)
    return sum(number for what, number in tally.items() if not what.endswith(("read", "refused")))


def _print_tally(count: int, tally: Counter[str]) -> None:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"{count} inputs, {peak} MB at most\n" + "".join(f"{n:6} {what}\n" for what, n in sorted(tally.items()))
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]), Path(sys.argv[2])) else 0)
