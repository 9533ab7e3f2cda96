"""The choice of a language model on the page: what the owner offers, kept per conversation, told with each answer."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from assistant.llm import QUOTE, ChatModel
from ingest.errors import UserError
from tests.scripted import scripted
from ui.models import Models, load_models, public_name

if TYPE_CHECKING:
    from tests.conftest import AskPage, OpenPage, PageServer

TROOPS = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
TRUE = ("Nederland draagt bij met ongeveer 270 militairen in Litouwen.", [1], ["ongeveer 270 militairen in Litouwen"])
FALSE = ("Nederland heeft 900 militairen in Litouwen.", [1], ["ongeveer 270 militairen in Litouwen"])
SAID = {"goed": [TRUE], "wild": [TRUE, FALSE]}


class _Handler(BaseHTTPRequestHandler):
    """Speaks as OpenAI's interface does; a model that is not in the script is a server that fails."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if asked["model"] not in SAID:
            self.send_error(400, "out of order")
            return
        entries = [dict(zip(("sentence", "paragraphs", "words"), one, strict=True)) for one in SAID[asked["model"]]]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(_chunk(json.dumps({"sentences": entries})) + b"data: [DONE]\n\n")

    def log_message(self, *arguments: object) -> None:
        pass


def _chunk(text: str) -> bytes:
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    whole = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "x", "choices": [choice]}
    return f"data: {json.dumps(whole)}\n\n".encode()


@pytest.fixture(scope="module")
def model_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture
def choosing(start_page: type[PageServer], home_copy: Path, model_url: str) -> PageServer:
    """A page that offers three models: one that is right, one that is wrong too, and one whose server fails."""
    names = [argument for name in ("goed", "wild", "stuk") for argument in ("--model", f"openai:{name}")]
    return start_page(home_copy, *names, "--base-url", model_url)


def _call(server: PageServer, name: str, *data: object) -> str:
    joined = httpx.post(f"{server.url}/gradio_api/call/{name}", json={"data": data})
    url = f"{server.url}/gradio_api/call/{name}/{joined.raise_for_status().json()['event_id']}"
    return httpx.get(url, timeout=60).text


def _last(stream: str) -> Any:
    return json.loads(stream.strip().splitlines()[-1].removeprefix("data: "))[0]


def test_the_model_is_chosen_kept_with_the_conversation_and_named_with_its_answers(
    open_page: OpenPage, choosing: PageServer, ask: AskPage, tmp_path: Path
) -> None:
    page = open_page(server=choosing)
    expect(page.get_by_label("Verwoording:")).to_have_value("openai:goed")
    assert page.locator("#kv-model option").all_text_contents() == [
        "goed (openai)", "wild (openai)", "stuk (openai)", "zonder taalmodel",
    ]  # fmt: skip
    reply = ask(page, TROOPS)
    expect(reply.locator(".kv-answer")).to_contain_text(TRUE[0])
    expect(reply.locator(".kv-worded")).to_contain_text("Verwoord door goed (openai)")
    expect(reply.locator(".kv-withheld")).to_have_count(0)
    page.get_by_label("Verwoording:").select_option("zonder taalmodel")
    reply = ask(page, TROOPS)
    expect(reply.locator(".kv-answer")).to_contain_text("Zoals bekend")
    expect(reply.locator(".kv-worded")).to_contain_text("zonder taalmodel")
    page.click("#kv-new")
    expect(page.locator("#kv-model")).to_have_value("openai:goed")
    page.select_option("#kv-model", "openai:wild")
    reply = ask(page, TROOPS)
    expect(reply.locator(".kv-answer")).to_contain_text(TRUE[0])
    expect(reply.locator(".kv-answer")).not_to_contain_text("900")
    reply.locator(".kv-withheld summary").click()
    expect(reply.locator(".kv-withheld q")).to_have_text(FALSE[0])
    page.reload()
    page.wait_for_selector(".kv-ready")
    expect(page.locator(".kv-reply")).to_have_count(1)
    expect(page.locator("#kv-model")).to_have_value("openai:wild")
    page.click("#kv-open-kept")
    page.locator(".kv-kept-open").last.click()
    expect(page.locator(".kv-reply")).to_have_count(2)
    expect(page.locator("#kv-model")).to_have_value(QUOTE)
    page.click("#kv-language")
    expect(page.get_by_label("Wording:").locator("option").last).to_have_text("without a language model")
    for kind in ("md", "docx", "json"):
        page.click("#kv-export summary")
        with page.expect_download() as download:
            page.click(f"[data-export={kind}]")
        download.value.save_as(tmp_path / kind)
    text = (tmp_path / "md").read_text(encoding="utf-8")
    assert "worded by goed (openai)" in text
    assert "goed (openai), without a language model" in text
    assert "worded by goed (openai)" in _text_of(tmp_path / "docx")
    answers = json.loads((tmp_path / "json").read_text(encoding="utf-8"))["answers"]
    assert [answer["model"] for answer in answers] == ["openai:goed", QUOTE]


def _text_of(path: Path) -> str:
    from docx import Document

    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(path.read_bytes())).paragraphs)


def test_a_model_whose_server_fails_leaves_the_letter_itself_quoted_and_says_so(
    open_page: OpenPage, choosing: PageServer, ask: AskPage
) -> None:
    page = open_page(server=choosing)
    page.select_option("#kv-model", "openai:stuk")
    reply = ask(page, TROOPS)
    expect(reply.locator(".kv-answer")).to_contain_text("Zoals bekend")
    expect(reply.locator(".kv-warning")).to_contain_text("Het taalmodel gaf geen bruikbaar antwoord")
    expect(reply.locator(".kv-warning")).not_to_contain_text("the model")
    expect(reply.locator(".kv-worded")).to_contain_text("zonder taalmodel")


def test_only_a_model_that_the_owner_offers_can_be_asked(choosing: PageServer, page_server: PageServer) -> None:
    token = "c" * 32
    for wanted in ("openai:other", "gguf:/etc/passwd", "ollama:llama3.1", 3, ["openai:goed"]):
        for server in (choosing, page_server):
            assert "event: error" in _call(server, "page_ask", TROOPS, "", [], token, wanted), wanted
            assert "event: error" in _call(server, "ask", TROOPS, [], [], wanted), wanted
            assert "event: error" in _call(server, "export", [{"question": TROOPS}], "nl", "md", wanted), wanted
    for given in ((), ("",), (None,)):
        assert _last(_call(choosing, "ask", TROOPS, [], [], *given))["model"] == "openai:goed"
        assert _last(_call(page_server, "ask", TROOPS, [], [], *given))["model"] == QUOTE
        assert _last(_call(choosing, "page_ask", TROOPS, "", [], token, *given))["model"] == "openai:goed"
    assert _last(_call(choosing, "ask", TROOPS, [], [], QUOTE))["model"] == QUOTE


def test_without_a_choice_nothing_of_it_is_shown(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    expect(page.locator("#kv-model")).to_be_hidden()
    expect(ask(page, TROOPS).locator(".kv-worded")).to_have_count(0)


def _load(name: str) -> ChatModel | None:
    return None if name == QUOTE else scripted()[0]


def test_the_first_model_is_the_default_and_the_letter_itself_is_always_offered() -> None:
    models = load_models(["ollama:b", "ollama:a", "ollama:b"], _load)
    assert models.names == ("ollama:b", "ollama:a", QUOTE)
    assert models.read("") == models.read(None) == "ollama:b"
    assert load_models([QUOTE, "ollama:a"], _load).names == (QUOTE, "ollama:a")
    assert models.get(QUOTE) is None
    assert models.still("ollama:a") == "ollama:a"
    assert models.still("ollama:gone") == "ollama:b"


def test_where_none_is_offered_only_the_settings_choose() -> None:
    assert not Models()
    assert Models().read("") == ""
    with pytest.raises(UserError):
        Models().read(QUOTE)


def test_a_model_from_a_file_is_shown_without_its_folder() -> None:
    assert public_name("gguf:/home/anna/small.gguf") == "gguf:small.gguf"
    assert public_name("ollama:library/llama3.1:8b") == "ollama:library/llama3.1:8b"
    models = load_models(["gguf:/home/anna/small.gguf"], _load)
    model = models.get("gguf:small.gguf")
    assert model is not None
    assert model.name == "gguf:small.gguf"
    with pytest.raises(UserError, match=r"small\.gguf"):
        load_models(["gguf:/a/small.gguf", "gguf:/b/small.gguf"], _load)
