"""Draw a sample of the gold questions over all documents, for runs that a whole set would take too long for.

    python -m eval.sample out/sample.jsonl --each 4

Of each document, as many questions in Dutch as in English, three in four of them answered by it; of no pair both.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from eval.cases import BUNDLED_GOLD, Case, load_cases
from eval.score import GIVEN
from ingest.home import Home
from ingest.settings import load_settings

_SEED = 20180426


def draw(cases: Sequence[Case], count: int, first: int, random: Random) -> list[Case]:
    """Return so many cases, every fourth one that the letter does not answer; languages in turn from the `first`."""
    pools = {
        (language, given): [case for case in cases if case.lang == language and (case.status in GIVEN) == given]
        for language in ("nl", "en")
        for given in (True, False)
    }
    for pool in pools.values():
        random.shuffle(pool)
    drawn: list[Case] = []
    for number in range(count):
        language = ("nl", "en")[(number + number // 4 + first) % 2]
        pool = pools[language, number % 4 < 3]
        taken = {case.pair for case in drawn}
        drawn += [case for case in pool if case.pair not in taken][:1]
    return drawn


def sample(folder: Path, letters: Iterable[str], each: int) -> list[Case]:
    """Return a sample of the gold sets of a folder whose letters are indexed, each case with its letter's id."""
    random = Random(_SEED)  # noqa: S311
    cases: list[Case] = []
    for first, letter in enumerate(sorted(letters)):
        for path in sorted(folder.glob("*.jsonl")):
            if letter.endswith(f"-{path.stem}"):
                drawn = draw(load_cases(path), each, first, random)
                # its other form is not there, so each is a pair of its own
                cases += [case.model_copy(update={"letter": letter, "pair": case.id}) for case in drawn]
    return cases


def main() -> None:
    """Write the sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--each", type=int, default=4, help="questions to each document")
    options = parser.parse_args()
    cases = sample(BUNDLED_GOLD.parent, Home(load_settings().home).letter_ids(), options.each)
    lines = [f"{case.model_dump_json()}\n" for case in cases]
    options.out.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
