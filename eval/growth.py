"""Measure how answers slow down as letters are added: ours, one vector a paragraph, and words alone.

`python -m eval.growth [--sizes 1000 10000 100000] [--out out/growth]` puts the bundled letter among so many
paragraphs made of other letters' sentences, asks the gold questions kept aside, and prints a table of time (on the
clock, and of the processor, which other work on the machine does not change), memory, disk and quality; a plot goes
beside it. Each system runs in a process of its own. The plain build gets one vector a
paragraph, from the model in full precision for questions and the bundled letter. 100,000 paragraphs need 5 GB of
disk and about ten minutes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from assistant.detect import detect_language
from assistant.pipeline import build_assistant
from eval.bench import GOLD, WARM_UP, load_questions, module_command, percentile, run_process
from eval.padding import make_letters, read_donors
from eval.report.plots import plot_growth
from ingest.chunk import chunk_letter
from ingest.dutch import analyse
from ingest.embed import Embedder, load_embedder
from ingest.home import Home
from ingest.index import Content, build_generation
from ingest.index.arrays import new_array
from ingest.index.lexical import Lexical
from ingest.letter import Letter
from ingest.model import prepare_model
from ingest.pipeline import bundled_files, open_corpus
from ingest.settings import load_settings
from ingest.vectors import encode_chunks

SIZES = (1_000, 10_000, 100_000)
SYSTEMS = {"ours": "Kamervraag", "plain": "one vector a paragraph, fp32", "words": "BM25, Dutch stems"}
_TEXTS, _VECTORS = "texts.json", "vectors.npy"
_DOCUMENTS = Path(__file__).with_name("documents")
_DEPTH = 3


def build_home(folder: Path, paragraphs: int) -> dict[str, Any]:
    """Fill a home with the bundled letter and made ones; the index is timed with the vectors at hand."""
    settings = load_settings()
    embedder = load_embedder(settings.embedder, settings.models, threads=settings.threads)
    home = Home(folder)
    open_corpus(home, embedder).close()
    donors = read_donors(sorted(_DOCUMENTS.glob("*.txt")), embedder)
    bundled = [_content(letter, embedder) for letter in home.load_each()]
    texts: list[str] = []
    with new_array(folder / _VECTORS, np.float32, embedder.identity.dimension) as pooled:
        for content in make_letters(donors, paragraphs):
            home.save(content.letter)
            texts += [chunk.text for chunk in content.chunks]
            pooled.append(content.vectors.pooled)
    (folder / _TEXTS).write_text(json.dumps(texts), encoding="utf-8")
    started = time.perf_counter()
    # made again, the same, since all of them at once would not fit into memory
    build_generation(home.generations_folder, chain(make_letters(donors, paragraphs), bundled), embedder.identity)
    return {"index_s": time.perf_counter() - started}


def _content(letter: Letter, embedder: Embedder) -> Content:
    chunks = chunk_letter(letter, embedder.count_tokens, embedder.most_tokens)
    return Content(letter, chunks, encode_chunks(chunks, embedder))


def measure_ours(folder: Path) -> dict[str, Any]:
    """Answer from a home; the quality is that of the search."""
    started = time.perf_counter()
    assistant = build_assistant(load_settings().model_copy(update={"home": folder}))
    opened = time.perf_counter() - started

    def search(question: str) -> list[str]:
        found = assistant.search(question, _DEPTH)
        return [
            " ".join((hit.paragraph.text, *(note.text for note in hit.letter.notes_of(hit.paragraph.id))))
            for hit in found
        ]

    return {"open_s": opened, **_ask_all(assistant.ask, search)}


def measure_words(folder: Path) -> dict[str, Any]:
    """Search a home's lexical index alone: BM25 over Dutch stems."""
    started = time.perf_counter()
    home = Home(folder)
    (path,) = home.generations_folder.glob("*/lexical.db")
    lexical = Lexical(path)
    opened = time.perf_counter() - started
    texts = {
        paragraph.id: " ".join((paragraph.text, *(note.text for note in letter.notes_of(paragraph.id))))
        for letter in home.load_each()
        for _, paragraph in letter.paragraphs()
    }

    def search(question: str) -> list[str]:
        found = lexical.search(analyse(question, detect_language(question)), 4 * _DEPTH)
        paragraphs = dict.fromkeys(row.paragraph_id for row in lexical.rows([row for row, _ in found]))
        return [texts[paragraph_id] for paragraph_id in list(paragraphs)[:_DEPTH]]

    return {"open_s": opened, **_ask_all(search, search)}


def _ask_all(ask: Callable[[str], Any], search: Callable[[str], list[str]]) -> dict[str, Any]:
    questions = load_questions()
    for case in questions[:WARM_UP]:
        ask(case["question"])
    seconds, busy = [], []
    hits: dict[str, list[tuple[bool, bool]]] = {"nl": [], "en": []}
    for case in questions:
        started, worked = time.perf_counter(), time.process_time()
        ask(case["question"])
        seconds.append(time.perf_counter() - started)
        busy.append(time.process_time() - worked)
        held = [any(evidence in text for evidence in case["evidence"]) for text in search(case["question"])]
        hits[case["lang"]].append((any(held[:1]), any(held)))
    return {"seconds": seconds, "busy": busy, "hits": hits}


def measure_size(paragraphs: int) -> dict[str, dict[str, Any]]:
    """Measure all systems beside so many paragraphs, each in a process of its own.

    This process stays small: the system counts the memory of a parent as its child's.
    """
    model = prepare_model(load_settings().models).folder
    with tempfile.TemporaryDirectory() as scratch:
        home, database = Path(scratch) / "home", Path(scratch) / "plain"
        own = module_command("eval.growth", "--home", str(home))
        built = json.loads(run_process((*own, "--build", str(paragraphs)), {}).output)
        measured: dict[str, dict[str, Any]] = {}
        for system in ("ours", "words"):
            process = run_process((*own, "--measure", system), {})
            measured[system] = {**json.loads(process.output), "mb": process.megabytes}
        command = module_command(
            "eval.plain", str(model), str(database), str(bundled_files()[0]), "Wat zegt de brief?",
            "--beside", str(home / _TEXTS), str(home / _VECTORS),
        )  # fmt: skip
        first = json.loads(run_process(command, {}).output)
        process = run_process((*command, "--gold", str(GOLD)), {})
        found = json.loads(process.output)
        measured["plain"] = {**found, "seconds": found["seconds"][WARM_UP:], "mb": process.megabytes}
        measured["ours"]["disk"] = _bytes_of(home / "generations")
        measured["plain"]["disk"] = _bytes_of(database)
    measured["ours"]["index_s"], measured["plain"]["index_s"] = built["index_s"], first["index_s"]
    return measured


def _bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def format_table(measured: Mapping[int, Mapping[str, Mapping[str, Any]]]) -> str:
    """Return one row a size and system as a Markdown table."""
    head = ("paragraphs", "system", "index", "open", "p50", "p95", "processor p50 / p95", "memory", "on disk",
            "right at 1 / 3, Dutch", "English")  # fmt: skip
    rows = [(f"{size:,}", *_cells(system, of)) for size, systems in measured.items() for system, of in systems.items()]
    lines = ["| " + " | ".join(row) + " |" for row in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def _cells(system: str, of: Mapping[str, Any]) -> tuple[str, ...]:
    def times(name: str) -> list[str]:
        return [f"{percentile(of[name], percent):.0f} ms" for percent in (50, 95)] if name in of else ["–"]

    return (
        SYSTEMS[system],
        f"{of['index_s']:.0f} s" if "index_s" in of else "as ours",
        f"{of['open_s']:.1f} s",
        *times("seconds"),
        " / ".join(times("busy")),
        f"{of['mb']:.0f} MB",
        f"{of['disk'] / 1e6:,.0f} MB" if "disk" in of else "as ours",
        _share(of["hits"]["nl"]),
        _share(of["hits"]["en"]),
    )


def _share(hits: Sequence[Sequence[bool]]) -> str:
    return " / ".join(f"{statistics.mean(hit[place] for hit in hits):.2f}" for place in (0, 1))


def main() -> None:
    """Measure each size, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--out", type=Path, default=Path("out/growth"))
    parser.add_argument("--home", type=Path, help="for one step in a process of its own, which prints JSON")
    parser.add_argument("--build", type=int, metavar="PARAGRAPHS", help="only fill --home")
    parser.add_argument("--measure", choices=("ours", "words"), help="only this system on --home")
    options = parser.parse_args()
    if options.home:
        steps: dict[str | None, Callable[[Path], dict[str, Any]]] = {
            "ours": measure_ours,
            "words": measure_words,
            None: partial(build_home, paragraphs=options.build),
        }
        json.dump(steps[options.measure](options.home), sys.stdout)
        return
    measured = {size: measure_size(size) for size in options.sizes}
    series = {
        label: [(size, percentile(systems[system]["seconds"], 95)) for size, systems in measured.items()]
        for system, label in SYSTEMS.items()
    }
    options.out.mkdir(parents=True, exist_ok=True)
    table = format_table(measured)
    (options.out / "growth.md").write_text(table + "\n", encoding="utf-8")
    (options.out / "growth.json").write_text(json.dumps(measured), encoding="utf-8")
    (options.out / "growth.svg").write_text(plot_growth(series), encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
