"""What every test shares: no network, homes of their own, one loaded model."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from ingest.offline import stay_offline

stay_offline()


from assistant.pipeline import Assistant, build_assistant  # noqa: E402
from ingest.embed import Embedder, load_embedder  # noqa: E402
from ingest.settings import Settings  # noqa: E402
from ui.cli import main  # noqa: E402

Run = Callable[..., tuple[int, str, str]]
OpenPage = Callable[..., Page]
AskPage = Callable[[Page, str], Locator]
ROOT = Path(__file__).parents[1]
WAIT_S = 60
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


@pytest.fixture(autouse=True, scope="session")
def _clean_environment_of_what_is_shared() -> Iterator[None]:
    """Keep the user's settings, such as a server for the vectors, out of what is made for many tests too."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("KAMERVRAAG_") and name != "KAMERVRAAG_MODELS"]:
            patch.delenv(name)
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


class PageServer:
    """`kamervraag ui` in a process of its own, as a user starts it."""

    def __init__(self, home: Path, *arguments: str, **settings: str) -> None:
        self.home = home
        environment = {**os.environ, "KAMERVRAAG_HOME": str(home), "KAMERVRAAG_MODELS": str(Settings().models)}
        command = [sys.executable, "-m", "ui", "ui", "--port", "0", *arguments]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**environment, **settings}, stderr=subprocess.PIPE, text=True
        )
        self.url = self._read_address()

    def _read_address(self) -> str:
        assert self.process.stderr
        lines = []
        for line in self.process.stderr:
            lines.append(line)
            if found := re.search(r"http://\S+", line):
                return found.group()
        raise AssertionError(f"the page did not start: {''.join(lines)}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=WAIT_S)
        return self.process.returncode


@pytest.fixture(scope="session")
def page_server(tmp_path_factory: pytest.TempPathFactory, indexed_home: Path) -> Iterator[PageServer]:
    """The page over the bundled letter."""
    started = PageServer(Path(shutil.copytree(indexed_home, tmp_path_factory.mktemp("page") / "home")))
    yield started
    started.stop()


@pytest.fixture
def start_page() -> Iterator[type[PageServer]]:
    """Start a page of the test's own, which ends with it."""
    started: list[PageServer] = []

    class Remembered(PageServer):
        def __init__(self, home: Path, *arguments: str, **settings: str) -> None:
            super().__init__(home, *arguments, **settings)
            started.append(self)

    yield Remembered
    for server in started:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser, whose absence is a failure."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    assert executable, "these tests need chromium: apt-get install chromium"
    # a letter is indexed while a page waits, and the machine may be busy
    expect.set_options(timeout=WAIT_S * 1000 / 2)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, page_server: PageServer) -> Iterator[OpenPage]:
    """Open the page, of another server where one is given; fail if it threw an error or asked anything elsewhere."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_one(
        path: str = "/",
        *,
        server: PageServer = page_server,
        locale: str = "nl-NL",
        width: int = 1440,
        height: int = 900,
        **options: Any,
    ) -> Page:
        context = browser.new_context(locale=locale, viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.append(request.url) if _leaves(request.url, server.url) else None)
        page.goto(server.url + path)
        page.wait_for_selector(".kv-ready")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not faults


def _leaves(url: str, home: str) -> bool:
    return not url.startswith((home, "data:", "blob:"))


@pytest.fixture
def ask() -> AskPage:
    """Put a question on the page and wait for the reply to it."""

    def ask_page(page: Page, question: str) -> Locator:
        before = page.locator(".kv-reply").count()
        page.fill("#kv-question", question)
        page.press("#kv-question", "Enter")
        reply = page.locator(".kv-reply").nth(before)
        expect(reply).to_be_visible()
        return reply

    return ask_page
