"""What the commands that mend, save and move a home say."""

from __future__ import annotations

from pathlib import Path

from ingest import repair, transfer
from ingest.embed import Embedder, load_embedder
from ingest.home import Home
from ingest.settings import Settings
from ui.terminal import Preparation, print_line


def repair_home(settings: Settings, home: Home) -> int:
    """Mend a home, a line for each thing that was done; return how many are left to the user."""
    left = 0
    for done in repair.repair_home(home, _embedder(settings)):
        print_line(f"repaired: {done.what}")
        if done.mend:
            left += 1
            print_line(f"-> {done.mend}")
    return left


def export_home(home: Home, file: Path) -> None:
    """Save a home in a file and say what is in it."""
    _print_report(transfer.export_home(home, file), f"saved in {file}")


def import_home(settings: Settings, home: Home, file: Path) -> None:
    """Add what a file holds to a home and say what was new."""
    _print_report(transfer.import_home(file, home, _embedder(settings)), f"imported from {file}")


def _embedder(settings: Settings) -> Embedder:
    return load_embedder(settings.embedder, settings.models, threads=settings.threads, progress=Preparation())


def _print_report(report: transfer.Report, title: str) -> None:
    for line in report.lines:
        print_line(line)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(report.counts.items()))
    print_line(f"{title}: {counts or 'nothing'}")
