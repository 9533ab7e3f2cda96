"""The page's server as programs use it: Gradio's own client, and a client of MCP."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

if TYPE_CHECKING:
    from tests.conftest import PageServer

TROOPS = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
LETTER = "2018-04-26-navo"
NAMES = {"ask", "why", "mentions", "letters", "letter", "export"}


@pytest.fixture(scope="module")
def client(page_server: PageServer) -> Client:
    return Client(page_server.url, verbose=False, analytics_enabled=False)


def test_programs_call_the_same_functions_by_name(client: Client) -> None:
    record = client.predict(TROOPS, api_name="/ask")
    assert record["status"] == "answered"
    assert record["citations"][0]["paragraph_id"].startswith(LETTER)
    follow_up = client.predict("En in welk kader?", history=[{"question": TROOPS}], api_name="/ask")
    assert follow_up["standalone_question"] != follow_up["question"]
    ranked = client.predict(TROOPS, letters=[LETTER], api_name="/why")
    assert ranked[0]["paragraph_id"] == record["citations"][0]["paragraph_id"]
    assert client.predict(TROOPS, date_from="2018", ministry="BZ", api_name="/why") == ranked
    assert client.predict("Litouwen", api_name="/mentions")["mentions"][0]["letter"] == LETTER
    (letter,) = client.predict(api_name="/letters")
    assert client.predict(letter["id"], api_name="/letter")["sections"]
    pack = client.predict([{"question": TROOPS}], kind="md", api_name="/export")
    assert "270 militairen" in base64.b64decode(pack["content"]).decode()


def test_the_endpoints_are_described_with_their_types(client: Client) -> None:
    described = client.view_api(return_format="dict")["named_endpoints"]
    assert set(described) == {f"/{name}" for name in NAMES}
    for endpoint in described.values():
        for parameter in endpoint["parameters"]:
            assert parameter["python_type"]["type"] not in ("Any", "")
    parameters = {one["parameter_name"]: one for one in described["/export"]["parameters"]}
    assert "docx" in str(parameters["kind"])
    assert parameters["language"]["parameter_has_default"]


@pytest.mark.parametrize("question", ["", "x" * 5000])
def test_a_question_that_cannot_be_asked_is_an_error_that_says_why(client: Client, question: str) -> None:
    with pytest.raises(AppError, match="question"):
        client.predict(question, api_name="/ask")


@pytest.mark.parametrize("name", ["/ask", "/why", "/mentions"])
def test_a_filter_that_fits_no_letter_is_an_error_that_says_what_is_here(client: Client, name: str) -> None:
    with pytest.raises(AppError, match="2018-04-26"):
        client.predict(TROOPS, date_from="2019", api_name=name)


def test_a_client_of_mcp_finds_the_tools_and_gets_an_answer(start_page: type[PageServer], home_copy: Path) -> None:
    server = start_page(home_copy, "--mcp")
    tools, answer = asyncio.run(_ask_by_mcp(f"{server.url}/gradio_api/mcp/"))
    assert {name for name in NAMES if any(tool.endswith(name) for tool in tools)} == NAMES
    assert len(tools) == len(NAMES)
    assert "270 militairen" in answer
    assert LETTER in answer


async def _ask_by_mcp(url: str) -> tuple[list[str], str]:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async with streamable_http_client(url) as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        tools = [tool.name for tool in (await session.list_tools()).tools]
        name = next(tool for tool in tools if tool.endswith("ask"))
        result: Any = await session.call_tool(name, {"question": TROOPS})
        return tools, "".join(content.text for content in result.content)


def test_without_the_package_mcp_says_what_to_install(home_copy: Path) -> None:
    code = "import sys; sys.modules['mcp'] = None; from ui.__main__ import run; run()"
    run = subprocess.run(
        [sys.executable, "-c", code, "ui", "--mcp"], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 1
    assert "pip install" in run.stderr
