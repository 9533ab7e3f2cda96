"""The house stands as designed: layers, and nothing heavy imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {
    "torch",
    "gradio",
    "sentence_transformers",
    "transformers",
    "langchain",
    "langgraph",
    "chromadb",
    "onnxruntime",
}
LAYERS = ("ingest", "assistant", "eval", "ui")
MODULES = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]


def test_the_contracts_on_imports_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 broken" in run.stdout


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.relative_to(ROOT).parts[0] in ("ingest", "assistant")],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_heavy_libraries_are_imported_inside_functions_only(path: Path) -> None:
    assert not HEAVY & set(_imported_on_import(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("layer", LAYERS)
def test_only_layers_below_are_imported(layer: str) -> None:
    above = set(LAYERS[LAYERS.index(layer) + 1 :])
    imported = {
        name
        for path in sorted((ROOT / layer).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _names(node)
    }
    assert not above & imported
    assert imported & set(LAYERS)


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path for path in MODULES if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent


def test_no_test_folder_shadows_a_package() -> None:
    assert not [layer for layer in LAYERS if (ROOT / "tests" / layer).exists()]


def _imported_on_import(node: ast.AST) -> Iterator[str]:
    """Yield the top packages that importing a module imports; neither functions nor type checking count."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield from _names(child)
        yield from _imported_on_import(child)


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [node.module.split(".")[0]] if isinstance(node, ast.ImportFrom) and node.module else []
