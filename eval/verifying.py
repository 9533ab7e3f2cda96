"""What holding a sentence against its source costs: processor time a sentence, over all documents with gold questions.

    python -m eval.verifying

Each sentence of a document is put another way (its first two words left out, so that it is no copy) and rests on its
own sentence; each fifth rests on its whole paragraph, and the longest paragraphs are given to every rule at once.
What is remembered between sentences is forgotten before each paragraph, as when a new question is asked.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import ModuleType

from assistant import causes, clauses, figures, grounding, marks, opposites, roles, shifts, together, verify
from assistant.verify import Source, find_fault
from ingest.letter import Language, Paragraph, Section
from ingest.pipeline import bundled_files
from ingest.reading import read_letter

_HERE = Path(__file__).parent
_MODULES: tuple[ModuleType, ...] = (
    causes, clauses, figures, grounding, marks, opposites, roles, shifts, together, verify,
)  # fmt: skip
# What is known of the languages, not of a letter.
_KEPT = frozenset({"translations", "dictionary_words", "_equivalents", "_poles", "_patterns", "_wider"})
_EACH_WHOLE = 5


def measure(files: list[Path]) -> list[float]:
    """Return the milliseconds of processor time that each sentence takes."""
    taken: list[float] = []
    for path in files:
        letter = read_letter(path)
        for section, paragraph in letter.paragraphs():
            _forget()
            for number, (sentence, language, source, basis) in enumerate(_asked(section, paragraph)):
                if number == 0 and not taken:
                    # the first pays for the term list
                    find_fault(sentence, language, [source], basis)
                started = time.process_time()
                find_fault(sentence, language, [source], basis)
                taken.append(1000 * (time.process_time() - started))
    return taken


def describe(taken: list[float]) -> str:
    """Return the figures in a line."""
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return (
        f"{len(taken)} sentences verified: median {cuts[49]:.1f} ms, 95 % within {cuts[94]:.1f} ms, 99 % within "
        f"{cuts[98]:.1f} ms, the slowest {max(taken):.1f} ms of processor time"
    )


def documents() -> list[Path]:
    """Return the files of every document with gold questions."""
    made_up = _HERE.parent / "tests" / "letters"
    return list(chain(bundled_files()[:1], sorted((_HERE / "documents").glob("*.txt")), sorted(made_up.glob("*.txt"))))


def _asked(section: Section, paragraph: Paragraph) -> Iterator[tuple[str, Language, Source, list[tuple[int, int]]]]:
    dutch = tuple(paragraph.sentence(number) for number in range(len(paragraph.sentences)))
    source = Source(dutch, paragraph.translated, ((section.heading, "nl"),))
    every = [(0, number) for number in range(len(dutch))]
    told: tuple[tuple[tuple[str, ...], Language], ...] = ((dutch, "nl"), (paragraph.translated, "en"))
    for sentences, language in told:
        for number, sentence in enumerate(sentences):
            said = " ".join(sentence.split()[2:])[: verify.LONGEST_SENTENCE]
            yield said, language, source, [(0, number)] if number % _EACH_WHOLE else every


def _forget() -> None:
    for module in _MODULES:
        for name, function in vars(module).items():
            if name not in _KEPT and callable(getattr(function, "cache_clear", None)):
                function.cache_clear()


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sys.stdout.write(f"{describe(measure(documents()))}\n")


if __name__ == "__main__":
    main()
