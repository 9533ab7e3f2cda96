"""Nothing leaves the machine, and nothing heavy is loaded before it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.offline import stay_offline

ROOT = Path(__file__).parent.parent
HEAVY = [
    "torch",
    "transformers",
    "sentence_transformers",
    "chromadb",
    "onnxruntime",
    "onnx",
    "gradio",
    "langchain",
    "sklearn",
]
ALLOWED = ("ingest", "ingest.pipeline", "ingest.settings", "ingest.embed", "ingest.index", "ingest.model.export")
HOOK = """
import sys
def refuse(event, arguments):
    if event == "socket.getaddrinfo" or event == "socket.connect" and isinstance(arguments[1], tuple):
        sys.stderr.write(f"{event} {arguments[1:]}\\n")
        raise SystemExit(9)
sys.addaudithook(refuse)
"""


def run(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "DO_NOT_TRACK"])
def test_what_would_send_is_switched_off_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "0")
    stay_offline()
    assert os.environ[name] == "1"


@pytest.mark.parametrize("name", ["LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "ANONYMIZED_TELEMETRY"])
def test_tracing_that_is_switched_on_is_switched_off(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "true")
    stay_offline()
    assert os.environ[name].lower() == "false"


@pytest.mark.parametrize("module", ALLOWED)
def test_importing_loads_nothing_heavy(module: str) -> None:
    done = run(f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])")
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.slow
def test_the_default_engine_loads_no_torch() -> None:
    done = run(
        "from ingest.embed import load_embedder; from ingest.settings import Settings; import sys\n"
        "settings = Settings()\n"
        "load_embedder(settings.embedder, settings.models, threads=1).encode_query('Cyber')\n"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.slow
def test_searching_an_index_connects_to_nothing_in_a_hostile_environment(indexed_home: Path) -> None:
    done = run(
        HOOK + "from ingest.embed import load_embedder\n"
        "from ingest.home import Home\n"
        "from ingest.pipeline import open_corpus\n"
        "from ingest.settings import Settings\n"
        "settings = Settings()\n"
        "embedder = load_embedder(settings.embedder, settings.models, threads=1)\n"
        "index = open_corpus(Home(settings.home), embedder).index\n"
        "print(len(index.search_dense(embedder.encode_query('Cyber').pooled, 3)))\n",
        KAMERVRAAG_HOME=str(indexed_home),
        HF_HUB_OFFLINE="0",
        ANONYMIZED_TELEMETRY="True",
        CHROMA_OTEL_COLLECTION_ENDPOINT="http://192.0.2.1:4317",
        LANGSMITH_TRACING="true",
    )
    assert done.stdout.strip() == "3", done.stderr


def test_the_hook_of_these_tests_does_refuse() -> None:
    done = run(HOOK + "import socket; socket.create_connection(('192.0.2.1', 80), 1)")
    assert done.returncode == 9
