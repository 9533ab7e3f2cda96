"""What the commands that mend, save and move a home say."""

from __future__ import annotations

from pathlib import Path

from ingest import repair, transfer
from ingest.embed import Embedder, load_embedder
from ingest.home import Home
from ingest.settings import PREFIX, Settings
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


def export_home(settings: Settings, home: Home, file: Path) -> None:
    """Save a home in a file and say what is in it."""
    _print_report(transfer.export_home(home, file, _portable(settings)), f"saved in {file}")


def import_home(settings: Settings, home: Home, file: Path) -> None:
    """Add what a file holds to a home and say what was new."""
    report = transfer.import_home(file, home, _embedder(settings))
    here = _portable(settings)
    for name in sorted(report.settings.keys() & here.keys()):
        if report.settings[name] != here[name]:
            print_line(f"saved with {name}={report.settings[name]}; here it is {here[name]}")
    _print_report(report, f"imported from {file}")


def _portable(settings: Settings) -> dict[str, str]:
    """Return the settings by name, without the folders, which are those of one machine, and the secret."""
    left_out = {"home", "models", "chroma_token"}
    return {f"{PREFIX}{name.upper()}": str(getattr(settings, name)) for name in Settings.model_fields.keys() - left_out}


def _embedder(settings: Settings) -> Embedder:
    return load_embedder(settings.embedder, settings.models, threads=settings.threads, progress=Preparation())


def _print_report(report: transfer.Report, title: str) -> None:
    for line in report.lines:
        print_line(line)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(report.counts.items()))
    print_line(f"{title}: {counts or 'nothing'}")
