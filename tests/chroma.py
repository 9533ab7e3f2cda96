"""A Chroma server of a test's own, on the loopback: started, stopped, started again on the same port and folder."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings

START_S = 60


class ChromaServer:
    """`chroma run` on a free port."""

    def __init__(self, folder: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = str(Path(sys.executable).with_name("chroma"))
        command = [program, "run", "--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + START_S
        while not self._answers():
            assert self._process.poll() is None, "chroma run has ended"
            assert time.monotonic() < until, "chroma run does not answer"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(START_S)
            self._process = None

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Give Chroma's own client, to look at what stands there, and to do harm."""
        client: Any = chromadb.HttpClient("127.0.0.1", self.port, settings=Settings(anonymized_telemetry=False))
        yield client
        # which its own close forgets
        for one in (client, client._admin_client):
            one._server._session.close()

    def names(self) -> set[str]:
        with self.client() as client:
            return {collection.name for collection in client.list_collections()}

    def remove(self, name: str) -> None:
        with self.client() as client:
            client.delete_collection(name)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=START_S) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
