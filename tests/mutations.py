"""Broken and hostile letters in every format, made from sound ones; run as a script, it reads thousands of them.

    python -m tests.mutations 10000 out/fuzz

Every input is read and built within ten seconds and two gigabytes, or is refused with a `UserError`; what does
neither is kept in the folder, and the exit status is 1.
"""

from __future__ import annotations

import io
import signal
import string
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from ingest.errors import UserError
from ingest.reading import read_letter
from tests.test_read_markup import MARKDOWN, OFFICIAL, PAGE, QUESTIONS
from tests.test_read_pdf import LETTER, prose, write_pdf
from tests.word import note, paragraph, run, table, write_docx

LONGEST_S, MOST_MEMORY = 10, 2_000_000_000
NAMES = ("brief", "..a", "..brief..", "a\nb", "é ü", "-x", "con", "%s%n", "x" * 120)
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
    )
)
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
    """Return sound letters by suffix."""
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
    return {
        ".txt": [TEXT.read_bytes()],
        ".html": [PAGE.encode()],
        ".xml": [OFFICIAL.encode(), QUESTIONS.encode()],
        ".md": [MARKDOWN.encode()],
        ".docx": [document.read_bytes()],
        # the real one is slow to read, so it comes seldom
        ".pdf": [*[small.read_bytes()] * 49, real.read_bytes()],
    }


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


def mutated_package(data: bytes, random: Random) -> bytes:
    """Return a zip file with one of its parts changed, and a part of a name that leads out of it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as changed:
        chosen = random.choice(package.namelist())
        for name in package.namelist():
            part = package.read(name)
            changed.writestr(name, mutated(part, random) if name == chosen else part)
        changed.writestr("word/../../../../tmp/kamervraag-escaped.xml", b"<x/>")
    return packed.getvalue()


def inputs(folder: Path, random: Random) -> Iterator[tuple[str, bytes]]:
    """Yield file names and contents without end."""
    sound = seeds(folder)
    while True:
        suffix = random.choice(tuple(sound))
        data = random.choice(sound[suffix])
        if random.random() < 0.02:
            data = random.choice(HOSTILE)
        elif suffix == ".docx" and random.random() < 0.8:
            data = mutated_package(data, random)
        else:
            data = mutated(data, random)
        if random.random() < 0.05:
            suffix = random.choice((*sound, "", ".doc"))
        yield random.choice(NAMES) + suffix, data


def outcome(path: Path) -> str:
    """Read a file as a letter and say what came of it; anything but a `UserError` passes through."""
    try:
        letter = read_letter(path)
    except UserError as error:
        if "\n" in str(error).replace(str(path), ""):
            raise ValueError(f"an error of several lines: {error}") from error
        return "refused"
    texts = [one.text for _, one in letter.paragraphs()]
    if any("root:x:0" in text for text in texts):
        raise ValueError("the letter holds text of another file")
    return "read"


def _hang(signum: int, frame: object) -> None:
    raise TimeoutError(f"over {LONGEST_S} s")


def main(count: int, kept: Path) -> int:
    """Read so many inputs; keep those that fail, and return how many did."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGALRM, _hang)
    kept.mkdir(parents=True, exist_ok=True)
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        made = inputs(Path(scratch), Random(seed))
        for number in range(count):
            name, data = next(made)
            path = Path(scratch) / name
            path.write_bytes(data)
            signal.alarm(LONGEST_S)
            try:
                tally[f"{path.suffix} {outcome(path)}"] += 1
            except Exception as error:  # anything at all is a finding
                signal.alarm(0)
                tally[f"{path.suffix} {type(error).__name__}"] += 1
                (kept / f"{seed}-{number}{path.suffix}").write_bytes(data)
                (kept / f"{seed}-{number}.log").write_text(f"{name!r}\n{traceback.format_exc()}", encoding="utf-8")
            signal.alarm(0)
            path.unlink()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"{count} inputs, {peak} MB at most\n" + "".join(f"{n:6} {what}\n" for what, n in sorted(tally.items()))
    )
    return sum(number for what, number in tally.items() if not what.endswith((" read", " refused")))


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]), Path(sys.argv[2])) else 0)
