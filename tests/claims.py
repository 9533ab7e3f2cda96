"""Sentences about real and made-up letters, some true and some false, held against the verifier; run as a script it
tells how many of each it lets pass.

    python -m tests.claims [--show] [--split tune|aside]

`data/claims.jsonl` was written by hand: a false sentence is a true one with one thing changed. A third of each kind
is kept aside: no rule was written with its outcome in view.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.generate import Failed, check_draft
from assistant.replies import Draft
from assistant.verify import Source
from ingest.letter import Language, Letter
from ingest.pipeline import bundled_files
from ingest.reading import read_letter

HERE = Path(__file__).parent
FILES = {
    "navo": bundled_files()[0],
    "b-ienw": HERE / "letters" / "b-ienw.txt",
    "a-vws": HERE / "letters" / "a-vws.txt",
    "innovatie-missie": HERE.parent / "eval" / "documents" / "innovatie-missie.txt",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, the paragraphs and words it says it rests on, and whether the letter bears it out."""

    id: str
    letter: str
    lang: Language
    kind: str
    true: bool
    paragraphs: tuple[str, ...]
    words: tuple[str, ...]
    sentence: str
    split: str

    def reason(self) -> str | None:
        """Return why the sentence would be withheld; nothing where it would be shown."""
        sources = [source_of(self.letter, paragraph) for paragraph in self.paragraphs]
        numbers = tuple(range(1, len(sources) + 1))
        checked = check_draft(Draft(sentence=self.sentence, paragraphs=numbers, words=self.words), self.lang, sources)
        return f"{checked.fault.kind} {checked.fault.detail}".strip() if isinstance(checked, Failed) else None


@cache
def letter_of(name: str) -> Letter:
    return read_letter(FILES[name])


@cache
def source_of(name: str, paragraph_id: str) -> Source:
    letter = letter_of(name)
    section, paragraph = letter.find(f"{letter.id}/{paragraph_id}")
    dutch = tuple(paragraph.sentence(number) for number in range(len(paragraph.sentences)))
    return Source(dutch, paragraph.translated, ((section.heading, "nl"),) if section.heading else ())


def load_claims() -> tuple[Claim, ...]:
    """Return every claim."""
    lines = (HERE / "data" / "claims.jsonl").read_text("utf-8").splitlines()
    return tuple(
        Claim(**{**row, "paragraphs": tuple(row["paragraphs"]), "words": tuple(row["words"])})
        for row in map(json.loads, lines)
    )


def count(claims: Sequence[Claim]) -> tuple[int, int, int, int]:
    """Return how many false ones are shown, how many there are, how many true ones are withheld, how many there are."""
    false = [claim for claim in claims if not claim.true]
    true = [claim for claim in claims if claim.true]
    shown = sum(claim.reason() is None for claim in false)
    withheld = sum(claim.reason() is not None for claim in true)
    return shown, len(false), withheld, len(true)


def main() -> None:
    """Print the counts by split, and with `--show` each sentence that goes the wrong way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--split", choices=("tune", "aside"))
    options = parser.parse_args()
    for split in (options.split,) if options.split else ("tune", "aside"):
        claims = [claim for claim in load_claims() if claim.split == split]
        shown, false, withheld, true = count(claims)
        sys.stdout.write(f"{split}: {shown} of {false} false shown, {withheld} of {true} true withheld\n")
        for claim in claims if options.show else ():
            reason = claim.reason()
            if (reason is None) != claim.true:
                sys.stdout.write(f"  {claim.id} {claim.letter} {claim.lang}: {claim.sentence} ({reason or 'shown'})\n")


if __name__ == "__main__":
    main()
