"""What answers at the address is no Chroma server, an old one, a closed one, or nothing in time: one line says so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.errors import ServerUnavailable
from ingest.home import Home
from ingest.index import count_collections
from ingest.pipeline import open_corpus
from ingest.server import Server
from tests.drawn import DrawnEmbedder

Answer = tuple[int, str]
Serve = Callable[[Callable[[str, str], Answer]], str]
EMBEDDER = DrawnEmbedder()
COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve made-up answers to (path, token shown) on the loopback, and return the address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[str, str], Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, text = answer(self.path.split("?")[0], self.headers.get("Authorization", ""))
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "http://192.0.2.1/")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *arguments: object) -> None:
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.01}).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def problem(server: Server, folder: Path) -> str:
    with pytest.raises(ServerUnavailable) as caught:
        open_corpus(Home(folder / "home", server=server), EMBEDDER)
    assert not list((folder / "home" / "generations").glob("*/manifest.json"))
    assert "\n" not in str(caught.value)
    assert server.url in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        (200, "<html>Welkom bij nginx</html>"),
        (200, ""),
        (200, "[]"),
        (200, '"0.6.3"'),
        (404, '{"detail":"Not Found"}'),
        (404, "<html>\n404\n</html>" * 900),
        (410, '{"error":"Unimplemented","message":"The v1 API is deprecated. Please use /v2 apis"}'),
        (301, ""),
        (302, ""),
        (500, "\x1b[31m"),
    ],
    ids=["page", "nothing", "list", "old", "no-v2", "long-page", "gone", "moved", "elsewhere", "failing"],
)
def test_what_is_no_chroma_server_of_this_version_is_named(serve: Serve, tmp_path: Path, answer: Answer) -> None:
    said = problem(Server(serve(lambda path, token: answer)), tmp_path)
    assert "does not answer as a Chroma server of version 1.x" in said
    assert "KAMERVRAAG_CHROMA_URL" in said
    assert len(said) < 500


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_before_a_server_that_is_gone_is_told_as_that(serve: Serve, tmp_path: Path, status: int) -> None:
    assert "can't be reached" in problem(Server(serve(lambda path, token: (status, "<html></html>"))), tmp_path)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("token", [None, "zeer-geheim"])
def test_a_token_that_is_missing_or_wrong_is_told_without_the_token(
    serve: Serve, tmp_path: Path, status: int, token: str | None
) -> None:
    said = problem(Server(serve(lambda path, shown: (status, shown)), token), tmp_path)
    assert "KAMERVRAAG_CHROMA_TOKEN" in said
    assert "geheim" not in said


def test_the_token_is_shown_to_the_server_with_every_question(serve: Serve, tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    def answer(path: str, token: str) -> Answer:
        asked.append((path, token))
        return 200, '"1.0.0"' if path.endswith("version") else "[]"

    census = count_collections(Server(serve(answer), "zeer-geheim"), tmp_path)
    assert (census.version, census.own, census.others) == ("1.0.0", (), 0)
    assert asked == [("/api/v2/version", "Bearer zeer-geheim"), (COLLECTIONS, "Bearer zeer-geheim")]
    assert "geheim" not in repr(Server("http://127.0.0.1:1", "zeer-geheim"))


def test_a_proxy_that_the_environment_names_is_not_told_anything(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def proxy(path: str, token: str) -> Answer:
        told.append(path)
        return 200, '"1.0.0"'

    monkeypatch.setenv("HTTP_PROXY", serve(proxy))
    monkeypatch.setenv("ALL_PROXY", serve(proxy))
    count_collections(Server(serve(lambda path, token: (200, '"1.0.0"' if "version" in path else "[]"))), tmp_path)
    assert told == []


def test_a_path_in_front_of_the_server_is_asked(serve: Serve, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(path: str, token: str) -> Answer:
        asked.append(path)
        return 200, '"1.0.0"' if path.endswith("version") else "[]"

    count_collections(Server(f"{serve(answer)}/vectoren"), tmp_path)
    assert asked == ["/vectoren/api/v2/version", f"/vectoren{COLLECTIONS}"]


def test_a_server_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        said = problem(Server(url, timeout_s=0.2), tmp_path)
    assert "no answer within 0.2 seconds" in said
    assert "KAMERVRAAG_CHROMA_TIMEOUT_S" in said


@pytest.mark.parametrize("times", [1, 2])
def test_a_connection_that_is_cut_is_made_once_more(tmp_path: Path, times: int) -> None:
    reply = b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"1.0.0"'
    empty = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]"

    def cut(listener: socket.socket) -> None:
        for answer in [*[b""] * times, reply, empty][: 3 if times == 1 else 2]:
            connection, _ = listener.accept()
            with connection:
                if answer:
                    connection.recv(10_000)
                    connection.sendall(answer)

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout_s=30)
        thread = threading.Thread(target=cut, args=(listener,))
        thread.start()
        if times == 1:
            assert count_collections(server, tmp_path).version == "1.0.0"
        else:
            assert "can't be reached" in problem(server, tmp_path)
        thread.join()


def test_more_collections_than_one_page_are_all_seen(serve: Serve, tmp_path: Path) -> None:
    seen: list[int] = []

    def answer(path: str, token: str) -> Answer:
        if path.endswith("version"):
            return 200, '"1.0.0"'
        seen.append(1)
        one = (
            '{"id":"5f5c1cd0-d1d9-4edf-9158-857f110f4568","name":"a","configuration_json":{},"metadata":null,'
            '"dimension":3,"tenant":"default_tenant","database":"default_database","version":0,"log_position":0}'
        )
        return 200, f"[{','.join([one] * (200 if len(seen) < 3 else 5))}]"

    assert count_collections(Server(serve(answer)), tmp_path).others == 405
