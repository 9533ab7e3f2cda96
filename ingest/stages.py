"""One count over all stages of a job, whatever each of them counts."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.corpus import Progress


class Stages:
    """Turns how far each stage is into how far the whole is; stages come in the order of their `shares`."""

    def __init__(self, progress: Progress | None, shares: Mapping[str, int]) -> None:
        """Take what is told of the whole, and how much of it each stage is."""
        self._progress, self._shares = progress, dict(shares)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` of a stage is done; nothing to do is done at once."""
        if self._progress is None:
            return
        before = sum(list(self._shares.values())[: list(self._shares).index(stage)])
        share = self._shares[stage]
        self._progress(stage, before + (share * done // total if total else share), sum(self._shares.values()))
