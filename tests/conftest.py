"""What every test shares: no network, homes of their own, one loaded model."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.offline import stay_offline

stay_offline()


from assistant.pipeline import Assistant, build_assistant  # noqa: E402
from ingest.embed import Embedder, load_embedder  # noqa: E402
from ingest.settings import Settings  # noqa: E402
from ui.cli import main  # noqa: E402

Run = Callable[..., tuple[int, str, str]]
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Fail any connection or look-up that would leave this machine."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to connect to {address!r}")
        connect(self, address)

    def guarded_look_up(host: Any, *arguments: Any, **keywords: Any) -> Any:
        if host is not None and str(host) not in LOOPBACK:
            raise AssertionError(f"a test tried to look up {host!r}")
        return look_up(host, *arguments, **keywords)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's own settings and letters out of the tests, but let the prepared model be shared."""
    for name in [name for name in os.environ if name.startswith("KAMERVRAAG_") and name != "KAMERVRAAG_MODELS"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KAMERVRAAG_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The default model, loaded once."""
    settings = Settings()
    return load_embedder(settings.embedder, settings.models, threads=2)


@pytest.fixture(scope="session")
def indexed_home(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """A home with the bundled letter indexed; copy it before changing anything in it."""
    home = tmp_path_factory.mktemp("indexed") / "home"
    build_assistant(Settings(home=home), embedder=embedder).close()
    return home


@pytest.fixture(scope="session")
def assistant(indexed_home: Path, embedder: Embedder) -> Iterator[Assistant]:
    """An assistant over the bundled letter."""
    built = build_assistant(Settings(home=indexed_home), embedder=embedder)
    yield built
    built.close()


@pytest.fixture
def home_copy(indexed_home: Path, tmp_path: Path) -> Path:
    """A copy of the indexed home that a test may break."""
    return Path(shutil.copytree(indexed_home, tmp_path / "home"))


@pytest.fixture
def run(embedder: Embedder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run the command in this process, with the model already loaded; return its exit status, stdout and stderr."""
    opened: list[Assistant] = []

    def build_with_loaded_model(*arguments: Any, **keywords: Any) -> Assistant:
        opened.append(build_assistant(*arguments, **{**keywords, "embedder": embedder}))
        return opened[-1]

    def run_main(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kamervraag", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    monkeypatch.setattr("assistant.pipeline.build_assistant", build_with_loaded_model)
    monkeypatch.setattr("ingest.embed.load_embedder", lambda *arguments, **keywords: embedder)
    yield run_main
    for one in opened:
        one.close()
