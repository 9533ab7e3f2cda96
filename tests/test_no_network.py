"""Nothing leaves the machine, as the kernel sees it: commands run under strace, no library of theirs excepted.

The audit hooks of other tests see what Python's own sockets do; this sees the threads of Chroma, onnxruntime and
llama.cpp too.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from gradio_client import Client

from ingest.settings import Settings

ROOT = Path(__file__).parents[1]
LETTER = ROOT / "tests" / "letters" / "a-vws.txt"
QUESTION = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
CALLS = "execve,connect,sendto,sendmsg,sendmmsg"
WAIT_S = 200
# Those that reach nothing but this machine: other programs on it, and the kernel.
_HERE = re.compile(r"sa_family=AF_(?:UNIX|LOCAL|NETLINK|UNSPEC)\b")
_LOOPBACK = re.compile(r'inet_addr\("127\.[\d.]+"\)|inet_pton\(AF_INET6, "(?:::1|::ffff:127\.[\d.]+)"')
_NAMES = re.compile(r"htons\((?:53|853|5353|5355)\)")

pytestmark = pytest.mark.slow


def leaving(trace: str) -> list[str]:
    """Return the calls with an address that is not on this machine, and those to whoever looks up names."""
    addressed = [line for line in trace.splitlines() if "sa_family=" in line]
    return [
        line for line in addressed if not _HERE.search(line) and (not _LOOPBACK.search(line) or _NAMES.search(line))
    ]


class Traced:
    """`kamervraag` under strace, in a home of its own and an environment that would have others send."""

    def __init__(self, folder: Path, home: Path) -> None:
        strace = shutil.which("strace")
        assert strace, "this test needs strace: apt-get install strace"
        self.trace = folder / "trace"
        self._begin = [strace, "-f", "-qq", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(self.trace)]
        self._environment = {
            **os.environ,
            "KAMERVRAAG_HOME": str(home),
            "KAMERVRAAG_MODELS": str(Settings().models),
            "HF_HUB_OFFLINE": "0",
            "ANONYMIZED_TELEMETRY": "True",
            "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://192.0.2.1:4317",
            "LANGSMITH_TRACING": "true",
            "LANGSMITH_API_KEY": "none",
            "GRADIO_ANALYTICS_ENABLED": "True",
        }

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        command = [*self._begin, sys.executable, "-m", "ui", *map(str, arguments)]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=-1, stderr=-1, text=True)

    def run(self, *arguments: object) -> str:
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=WAIT_S)
        assert process.returncode == 0, errors
        return output

    def left(self) -> list[str]:
        seen = self.trace.read_text(encoding="utf-8", errors="replace")
        assert "execve(" in seen, "strace has seen nothing"
        return leaving(seen)


@pytest.fixture
def traced(tmp_path: Path, home_copy: Path) -> Traced:
    return Traced(tmp_path, home_copy)


def test_ingesting_sends_nothing(traced: Traced) -> None:
    assert "new" in traced.run("ingest", LETTER)
    assert traced.left() == []


def test_asking_sends_nothing(traced: Traced) -> None:
    assert "[1]" in traced.run("ask", QUESTION)
    assert traced.left() == []


def test_a_batch_sends_nothing(traced: Traced, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text(f"{QUESTION}\nWie heeft de brief ondertekend?\n", encoding="utf-8")
    traced.run("batch", tmp_path / "in.txt", "--out", tmp_path / "out.jsonl")
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert traced.left() == []


def test_an_evaluation_sends_nothing(traced: Traced, tmp_path: Path) -> None:
    gold = (ROOT / "eval" / "gold" / "navo.jsonl").read_text(encoding="utf-8").splitlines()[:6]
    (tmp_path / "gold.jsonl").write_text("\n".join(gold) + "\n", encoding="utf-8")
    traced.run("eval", tmp_path / "gold.jsonl", "--out", tmp_path / "out")
    assert (tmp_path / "out" / "report.html").exists()
    assert traced.left() == []


def test_the_page_sends_nothing_but_to_whoever_asks_it(traced: Traced) -> None:
    process = traced.start("ui", "--port", "0")
    try:
        client = Client(_address(process), verbose=False, analytics_enabled=False)
        assert client.predict(QUESTION, api_name="/ask")["status"] == "answered"
        assert client.predict(QUESTION, api_name="/why")
    finally:
        # strace passes on how it ended, and has written all it saw by then
        (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
        os.kill(int(child), signal.SIGINT)
        process.communicate(timeout=WAIT_S)
    assert traced.left() == []


@pytest.mark.parametrize(
    ("program", "seen"),
    [
        ("s.socket(s.AF_INET, s.SOCK_DGRAM).connect(('192.0.2.1', 9))", True),
        ("s.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))", True),
        ("s.socket(s.AF_INET6, s.SOCK_DGRAM).connect(('2001:db8::1', 9))", True),
        ("s.socket(s.AF_INET, s.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.1', 9))", True),
        ("s.socket(s.AF_INET, s.SOCK_DGRAM).connect(('127.0.0.11', 53))", True),
        ("s.socket(s.AF_INET, s.SOCK_DGRAM).connect(('127.0.0.1', 9))", False),
        ("s.socket(s.AF_UNIX, s.SOCK_DGRAM).connect('/nowhere')", False),
    ],
)
def test_what_would_leave_the_machine_is_seen(tmp_path: Path, program: str, seen: bool) -> None:
    trace = tmp_path / "trace"
    strace = shutil.which("strace")
    assert strace, "this test needs strace: apt-get install strace"
    script = f"import contextlib, socket as s\nwith contextlib.suppress(OSError):\n    {program}"
    command: Sequence[str | Path] = [
        strace, "-f", "-qq", "-e", f"trace={CALLS}", "-o", trace, sys.executable, "-c", script,
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=WAIT_S)
    text = trace.read_text(encoding="utf-8")
    assert "sa_family=" in text
    assert bool(leaving(text)) is seen


def _address(process: subprocess.Popen[str]) -> str:
    """Return where the page says that it is."""
    assert process.stderr
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if found := re.search(r"http://\S+", line):
            return found.group()
    raise AssertionError(f"the page did not start: {''.join(lines)}")
