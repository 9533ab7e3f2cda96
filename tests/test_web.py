"""The chat page in a real browser: what a reader sees, and what must never happen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from ingest.embed import Embedder
from ingest.home import Home
from ingest.pipeline import ingest
from ingest.settings import Settings
from ui.library import MOST_BYTES
from ui.passwords import hash_password

ROOT = Path(__file__).parents[1]
WAIT_S = 60
TROOPS = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
LETTER = "2018-04-26-navo"

if TYPE_CHECKING:
    from tests.conftest import AskPage, OpenPage, PageServer


def _marked(page: Page) -> str:
    return "".join(page.locator(".kv-sheet .kv-mark:not(.kv-decisive)").all_text_contents())


def test_a_dutch_question_is_answered_and_its_chip_marks_the_words_in_the_letter(
    open_page: OpenPage, ask: AskPage
) -> None:
    page = open_page()
    reply = ask(page, TROOPS)
    expect(reply.locator(".kv-answer")).to_contain_text("ongeveer 270 militairen in Litouwen")
    reply.locator(".kv-chip").click()
    expect(page.locator(".kv-sheet .kv-decisive")).to_have_text("270")
    expect(page.locator(".kv-sheet .kv-decisive")).to_be_in_viewport()
    quote = reply.locator("blockquote").text_content() or ""
    assert quote.startswith("Zoals bekend")
    assert _marked(page) == quote


def test_hovering_over_a_chip_shows_the_quotation(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    chip = ask(page, TROOPS).locator(".kv-chip")
    chip.hover()
    expect(page.locator("#kv-tip")).to_contain_text("ongeveer 270 militairen")
    page.mouse.move(5, 5)
    expect(page.locator("#kv-tip")).to_be_hidden()


def test_a_follow_up_is_understood_and_the_older_chip_keeps_its_own_evidence(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    first = ask(page, "Wat vindt het kabinet van de relatie met Rusland?")
    second = ask(page, "En met Turkije?")
    expect(second.locator(".kv-understood")).to_contain_text("Turkije")
    for reply in (second, first):
        reply.locator(".kv-chip").first.click()
        quote = reply.locator(".kv-card[open] blockquote").text_content()
        assert quote
        assert "".join(page.locator(".kv-sheet .kv-mark").all_text_contents()).startswith(quote[:40])
    assert page.locator(".kv-cited").count() >= 2


def test_an_english_question_gets_english_and_shows_the_dutch_beside_it(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page(locale="en-GB")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    reply = ask(page, "How many Dutch troops are there in Lithuania?")
    expect(reply.locator(".kv-answer")).to_contain_text("270 military personnel")
    expect(reply.locator(".kv-warning")).to_contain_text("unofficial translation")
    reply.locator(".kv-chip").click()
    expect(reply.locator("blockquote")).to_have_attribute("lang", "nl")
    expect(reply.locator(".kv-translation")).to_contain_text("Unofficial translation")


def test_a_no_is_an_answer_with_the_nearest_paragraphs(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    reply = ask(page, "Hoe laat vertrekt de trein naar Groningen?")
    expect(reply.locator(".kv-verdict")).to_have_text("Gaat niet over de brief")
    assert reply.locator(".kv-card").count() == 3
    assert page.locator(".kv-failure").count() == 0
    reply.locator(".kv-card summary").first.click()
    reply.locator(".kv-read").first.click()
    expect(page.locator(".kv-current")).to_be_in_viewport()


def test_a_question_about_now_is_warned_about(open_page: OpenPage, ask: AskPage) -> None:
    reply = ask(open_page(), "Hoeveel militairen zijn er nu in Litouwen?")
    expect(reply.locator(".kv-warning")).to_contain_text("De brief is van 26 april 2018")


def test_why_this_shows_ranked_paragraphs_in_plain_words(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    reply = ask(page, TROOPS)
    reply.locator(".kv-why summary").click()
    expect(reply.locator(".kv-ranked li").first).to_contain_text("Oostflank")
    expect(reply.locator(".kv-fit").first).to_contain_text("past")


def test_the_language_switch_changes_every_string_and_is_remembered(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    ask(page, TROOPS)
    page.click("#kv-language")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".kv-why summary")).to_have_text("Why this?")
    expect(page.locator("#kv-form [type=submit]")).to_have_text("Ask")
    page.reload()
    page.wait_for_selector(".kv-ready")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_opening_tells_what_this_is_and_an_example_asks_itself(open_page: OpenPage) -> None:
    page = open_page()
    assert page.locator(".kv-example").count() == 6
    expect(page.locator(".kv-opening")).to_contain_text("Wat dit niet kan")
    page.locator(".kv-example").first.click()
    expect(page.locator(".kv-reply .kv-chip").first).to_be_visible()
    expect(page.locator(".kv-opening")).to_be_hidden()


def test_the_conversation_survives_a_reload_and_a_new_one_starts_empty(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    ask(page, TROOPS)
    page.reload()
    page.wait_for_selector(".kv-ready")
    expect(page.locator(".kv-reply")).to_contain_text("270")
    page.click("#kv-new")
    expect(page.locator(".kv-opening")).to_be_visible()
    assert page.locator(".kv-reply").count() == 0


def test_the_permanent_link_opens_the_letter_at_the_paragraph(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    reply = ask(page, TROOPS)
    reply.locator(".kv-chip").click()
    link = reply.locator(".kv-link").get_attribute("href") or ""
    assert f"letter={LETTER}" in link
    fresh = open_page(link[link.index("/?") :])
    expect(fresh.locator(".kv-current")).to_be_in_viewport()
    expect(fresh.locator(".kv-current")).to_contain_text("ongeveer 270 militairen")


def test_a_quotation_is_copied_with_its_source(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    reply = ask(page, TROOPS)
    reply.locator(".kv-chip").click()
    reply.locator("[data-copy=journalist]").click()
    expect(reply.locator("[data-copy=journalist]")).to_have_text("Gekopieerd")
    assert "Dat staat in de Kamerbrief van 26 april 2018" in page.evaluate("navigator.clipboard.readText()")


def test_the_conversation_is_saved_as_a_file_with_its_evidence(
    open_page: OpenPage, tmp_path: Path, ask: AskPage
) -> None:
    page = open_page()
    expect(page.locator("#kv-export")).to_be_hidden()
    ask(page, TROOPS)
    for kind, sign in (("md", b"ongeveer 270 militairen"), ("json", b'"citations"'), ("docx", b"PK")):
        page.click("#kv-export summary")
        with page.expect_download() as download:
            page.click(f"[data-export={kind}]")
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        assert path.suffix == f".{kind}"
        assert sign in path.read_bytes()


def test_on_a_phone_the_letter_slides_over_and_back(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page(width=390, height=844, has_touch=True)
    expect(page.locator("#kv-reader")).to_be_hidden()
    reply = ask(page, TROOPS)
    reply.locator(".kv-chip").click()
    expect(page.locator(".kv-sheet .kv-decisive")).to_be_in_viewport()
    page.click("#kv-close-letter")
    expect(page.locator("#kv-reader")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_letter_can_be_searched_without_accents_or_capitals(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#kv-find", "geintegreerde")
    expect(page.locator(".kv-found.kv-here")).to_have_text("Geïntegreerde")
    expect(page.locator(".kv-found.kv-here")).to_be_in_viewport()
    page.fill("#kv-find", "xyzzy")
    expect(page.locator("#kv-found")).to_have_text("niet gevonden")
    assert page.locator(".kv-sheet mark").count() == 0


def test_the_table_of_contents_leads_to_a_section(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#kv-contents summary")
    page.click("#kv-contents-list >> text=Nucleaire strategie")
    expect(page.locator(".kv-sheet h2", has_text="Nucleaire strategie")).to_be_in_viewport()


def test_a_paragraph_can_be_asked_about(open_page: OpenPage) -> None:
    page = open_page()
    paragraph = page.locator("[data-paragraph$='/cyber/1']")
    paragraph.hover()
    paragraph.locator(".kv-about").click()
    expect(page.locator("#kv-question")).to_have_value("Over «Cyber»: ")
    expect(page.locator("#kv-question")).to_be_focused()


def test_the_keyboard_alone_reaches_an_answer_and_its_evidence(open_page: OpenPage) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.locator(".kv-skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#kv-question")).to_be_focused()
    page.keyboard.type(TROOPS)
    page.keyboard.press("Enter")
    expect(page.locator(".kv-chip")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    for _ in range(12):
        if page.evaluate("document.activeElement.className") == "kv-chip":
            break
        page.keyboard.press("Shift+Tab")
    expect(page.locator(".kv-chip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".kv-sheet .kv-decisive")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(open_page: OpenPage, scheme: str, width: int, ask: AskPage) -> None:
    page = open_page(width=width, color_scheme=scheme, reduced_motion="reduce")
    assert page.locator("html").get_attribute("data-theme") == scheme
    found = [*_serious(page)]
    ask(page, TROOPS).locator(".kv-chip").click()
    found += _serious(page)
    page.keyboard.press("Escape")
    reply = ask(page, "Hoe laat vertrekt de trein naar Groningen?")
    reply.locator(".kv-card summary").first.click()
    reply.locator(".kv-thumb-wrong").click()
    found += _serious(page)
    page.click("#kv-open-kept")
    page.locator(".kv-delete").first.click()
    found += _serious(page)
    page.keyboard.press("Escape")
    page.click("#kv-scope")
    page.set_input_files("#kv-file", {"name": "x.exe", "mimeType": "a/b", "buffer": b"MZ"})
    expect(page.locator("#kv-upload-status.kv-wrong")).to_be_visible()
    found += _serious(page)
    page.set_input_files("#kv-file", ROOT / "tests" / "letters" / "b-ienw.txt")
    expect(page.locator("#kv-check")).to_be_visible()
    found += _serious(page)
    assert not found


def test_the_keyboard_alone_opens_renames_and_adds(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    ask(page, TROOPS)
    page.focus("#kv-open-kept")
    page.keyboard.press("Enter")
    row = page.locator("#kv-kept-list li")
    row.locator(".kv-rename").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Troepen")
    page.keyboard.press("Enter")
    expect(row.locator("strong")).to_have_text("Troepen")
    page.keyboard.press("Escape")
    expect(page.locator("#kv-open-kept")).to_be_focused()
    page.focus("#kv-scope")
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "kv-file":
            break
    expect(page.locator("#kv-file")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#kv-scope")).to_be_focused()


def test_the_page_can_be_used_without_waiting_for_the_server_a_second_time(open_page: OpenPage) -> None:
    page = open_page()
    page.route("**/gradio_api/call/page_begin", lambda route: route.abort())
    page.reload()
    page.wait_for_selector(".kv-ready")
    expect(page.locator(".kv-example").first).to_be_visible()
    expect(page.locator(".kv-sheet .kv-paragraph").first).to_be_visible()


def _serious(page: Page) -> list[str]:
    results = Axe().run(page, context="#kv").response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:160]}"
        for one in results
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_a_busy_server_is_said_kindly_and_can_be_tried_again(open_page: OpenPage) -> None:
    page = open_page()
    page.route("**/gradio_api/call/page_ask", lambda route: route.fulfill(status=503, body="{}"))
    page.fill("#kv-question", TROOPS)
    page.press("#kv-question", "Enter")
    expect(page.locator(".kv-failure")).to_contain_text("veel vragen tegelijk")
    page.unroute("**/gradio_api/call/page_ask")
    page.click(".kv-failure button")
    expect(page.locator(".kv-reply")).to_contain_text("270")


def test_markup_in_a_question_stays_text(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    nasty = "<img src=x onerror=document.title='hit'> ![x](http://evil.example/a.png) militairen in Litouwen?"
    ask(page, nasty)
    expect(page.locator(".kv-asked")).to_have_text(nasty)
    assert page.locator(".kv-turn img").count() == 0
    assert page.title() == "Kamervraag"


def test_of_several_letters_one_can_be_chosen_and_is_shown_and_asked(
    open_page: OpenPage, start_page: type[PageServer], home_copy: Path, embedder: Embedder, ask: AskPage
) -> None:
    (added,) = ingest([ROOT / "tests" / "letters" / "a-vws.txt"], Home(home_copy), embedder)
    server = start_page(home_copy)
    page = open_page(server=server)
    page.click("#kv-scope")
    page.check(f'#kv-letters input[value="{added.letter_id}"]')
    page.click("#kv-letters [data-close]")
    heading = next(section.heading for section in Home(home_copy).load(added.letter_id).sections if section.heading)
    expect(page.locator(".kv-sheet h2").first).to_have_text(heading)
    expect(page.locator(".kv-example").first).to_contain_text(heading)
    expect(ask(page, TROOPS)).to_have_attribute("data-status", re.compile("off_topic|silent"))
    page.click("#kv-scope")
    page.check('#kv-letters input[value=""]')
    page.click("#kv-letters [data-close]")
    ask(page, TROOPS).locator(".kv-chip").first.click()
    expect(page.locator(".kv-sheet article")).to_have_attribute("data-letter", LETTER)
    expect(page.locator(".kv-sheet .kv-decisive")).to_be_in_viewport()
    assert server.stop() == 0


def test_one_session_never_shows_another(open_page: OpenPage, ask: AskPage) -> None:
    first, second = open_page(), open_page()
    ask(first, TROOPS)
    second.reload()
    second.wait_for_selector(".kv-ready")
    assert second.locator(".kv-turn").count() == 0


def test_the_page_takes_no_file_by_other_doors_and_tells_nothing_about_itself(page_server: PageServer) -> None:
    page = httpx.get(page_server.url)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    upload = httpx.post(f"{page_server.url}/gradio_api/upload", files={"files": ("a.txt", b"x")})
    assert upload.status_code == 404
    for content in (b"x" * 2 * MOST_BYTES, iter([b"x"])):
        assert httpx.post(f"{page_server.url}/gradio_api/call/page_read", content=content).status_code == 413
    for path in ("/docs", "/openapi.json", "/monitoring", "/gradio_api/file=/etc/passwd"):
        assert httpx.get(page_server.url + path).status_code in (403, 404), path


@pytest.mark.parametrize(
    "data",
    [["x" * 5000, [], []], ["Wat?", "geen lijst", []], ["Wat?", [], ["../../etc"]], ["", [], []], [None, [], []]],
)
def test_an_endpoint_refuses_what_the_page_would_not_send(page_server: PageServer, data: list[object]) -> None:
    joined = httpx.post(f"{page_server.url}/gradio_api/call/ask", json={"data": data}).json()
    with httpx.stream("GET", f"{page_server.url}/gradio_api/call/ask/{joined['event_id']}", timeout=WAIT_S) as response:
        assert "event: error" in "".join(response.iter_text())


def test_ctrl_c_stops_it_and_a_login_is_asked_for(
    start_page: type[PageServer], home_copy: Path, tmp_path: Path
) -> None:
    users = tmp_path / "users"
    users.write_text(hash_password("anna", "geheim"), encoding="utf-8")
    server = start_page(home_copy, "--auth", str(users))
    call = f"{server.url}/gradio_api/call/ask"
    assert httpx.post(call, json={"data": [TROOPS, [], []]}).status_code == 401
    assert "270 militairen" not in httpx.get(server.url).text
    with httpx.Client() as client:
        assert client.post(f"{server.url}/login", data={"username": "anna", "password": "fout"}).status_code == 400
        assert client.post(f"{server.url}/login", data={"username": "anna", "password": "geheim"}).status_code == 200
        assert client.post(call, json={"data": [TROOPS, [], []]}).status_code == 200
    assert server.stop() == 0


def test_a_taken_port_is_one_clear_line(page_server: PageServer, indexed_home: Path) -> None:
    port = page_server.url.rsplit(":", 1)[1]
    environment = {**os.environ, "KAMERVRAAG_HOME": str(indexed_home), "KAMERVRAAG_MODELS": str(Settings().models)}
    command = [sys.executable, "-m", "ui", "ui", "--port", port]
    run = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=WAIT_S, check=False
    )
    assert run.returncode == 1
    assert "--port" in run.stderr
    assert "Traceback" not in run.stderr
