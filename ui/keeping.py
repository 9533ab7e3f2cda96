"""What the commands that mend, save and move a home say."""

from __future__ import annotations

from ingest.embed import load_embedder
from ingest.home import Home
from ingest.repair import repair_home as mend_home
from ingest.settings import Settings
from ui.terminal import Preparation, print_line


def repair_home(settings: Settings, home: Home) -> int:
    """Mend a home, a line for each thing that was done; return how many are left to the user."""
    embedder = load_embedder(settings.embedder, settings.models, threads=settings.threads, progress=Preparation())
    left = 0
    for repair in mend_home(home, embedder):
        print_line(f"repaired: {repair.what}")
        if repair.mend:
            left += 1
            print_line(f"-> {repair.mend}")
    return left
