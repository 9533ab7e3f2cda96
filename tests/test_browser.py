"""The chat page in a real browser: asking, reading, refusing, both languages, a phone, and no other host."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
LITHUANIA = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
CYBER = "Since when has cyber been an operational domain of NATO?"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
NOT_THERE = "there is no chromium: install it ('apt-get install chromium'); these tests are not skipped"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def address(indexed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the page in a process of its own."""
    home = shutil.copytree(indexed_home, tmp_path_factory.mktemp("page") / "home")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "ui", "ui", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "KAMERVRAAG_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    url = f"http://127.0.0.1:{port}/"
    for _ in range(600):
        assert process.poll() is None, process.stderr and process.stderr.read().decode()
        try:
            urllib.request.urlopen(url, timeout=5).close()
            break
        except OSError as not_yet:
            if isinstance(not_yet, urllib.error.HTTPError):
                not_yet.close()
            time.sleep(0.1)
    yield url
    process.terminate()
    process.communicate(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        pytest.fail(NOT_THERE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Open]:
    """Open the page; afterwards nothing may have been asked of another host, and nothing have failed."""
    contexts: list[BrowserContext] = []
    strange: list[str] = []

    def open_page(query: str = "", locale: str = "nl-NL", **options: Any) -> Page:
        contexts.append(browser.new_context(**{"viewport": DESKTOP, "locale": locale, **options}))
        page = contexts[-1].new_page()
        page.on("request", lambda request: strange.append(request.url) if _is_elsewhere(request.url, address) else None)
        page.on("pageerror", lambda error: strange.append(str(error)))
        page.goto(address + query)
        page.wait_for_selector("#conversation .opening")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert strange == []


def _is_elsewhere(url: str, address: str) -> bool:
    return not url.startswith((address, "data:", "blob:"))


def ask(page: Page, question: str) -> None:
    before = page.locator("#conversation .answer").count()
    page.fill("#question textarea, #question input", question)
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('#conversation .answer').length === {before + 1}")


def is_in_view(page: Page, selector: str) -> bool:
    page.wait_for_timeout(800)
    return bool(
        page.evaluate(
            "selector => { const box = document.querySelector(selector).getBoundingClientRect();"
            " return box.top >= 0 && box.bottom <= innerHeight && box.width > 0; }",
            selector,
        )
    )


def test_a_question_is_answered_and_its_sentence_marked_in_the_letter(visit: Open) -> None:
    page = visit()
    ask(page, LITHUANIA)
    assert "270" in page.inner_text(".answer .text")
    page.click(".answer .chip")
    marked = page.inner_text("#reader .cited")
    assert marked.startswith("Zoals bekend draagt Nederland")
    assert marked in page.inner_text(".answer .text")
    assert is_in_view(page, "#reader .cited")


def test_a_follow_up_and_an_older_answers_chip(visit: Open) -> None:
    page = visit()
    ask(page, LITHUANIA)
    ask(page, "Wat vindt het kabinet van de positie van Turkije?")
    assert page.locator(".answer").count() == 2
    page.locator(".answer").first.locator(".chip").first.click()
    assert "Litouwen" in page.inner_text("#reader .cited")


def test_an_english_browser_gets_an_english_page_and_answer(visit: Open) -> None:
    page = visit(locale="en-GB")
    assert page.inner_text("#send") == "Ask"
    ask(page, CYBER)
    assert "July 2016" in page.inner_text(".answer .text")
    page.click(".card summary")
    assert "juli 2016" in page.inner_text(".card blockquote")
    assert "unofficial translation" in page.inner_text(".card .translation")
    page.check("#language input[value='nl']", force=True)
    page.wait_for_function("document.querySelector('#send').innerText === 'Vraag'")


def test_a_no_is_shown_as_an_answer(visit: Open) -> None:
    page = visit()
    ask(page, "Hoe bak ik een appeltaart?")
    assert page.locator(".answer.off_topic .status").count() == 1
    assert page.locator(".answer .card").count() >= 1
    assert page.locator(".answer .chip").count() == 0


def test_an_example_asks_itself(visit: Open) -> None:
    page = visit()
    page.click(".example >> nth=5")
    page.wait_for_selector(".answer .chip")
    assert "Blok" in page.inner_text(".answer .text")


def test_a_permanent_link_opens_the_letter_there(visit: Open) -> None:
    page = visit("?letter=2018-04-26-navo&p=uitbreiding/1")
    page.wait_for_selector("#reader .cited")
    assert page.get_attribute("#reader .cited", "data-paragraph") == "2018-04-26-navo/uitbreiding/1"
    assert is_in_view(page, "#reader .cited .number")


def test_searching_the_letter_marks_what_is_found(visit: Open) -> None:
    page = visit()
    page.fill("#find-text", "litouwen")
    page.wait_for_selector("#reader mark.found")
    found = page.locator("#reader mark.found").all_inner_texts()
    assert {text.lower() for text in found} == {"litouwen"}
    assert page.inner_text(".find output").startswith(str(len(found)))
    page.fill("#find-text", "appeltaart")
    assert page.locator("#reader mark.found").count() == 0
    assert page.inner_text(".find output") == "niet gevonden"


def test_a_new_conversation_starts_empty(visit: Open) -> None:
    page = visit()
    ask(page, LITHUANIA)
    page.click("#new")
    page.wait_for_selector(".opening")
    assert page.locator(".answer").count() == 0


def test_on_a_phone_the_letter_slides_over_and_away(visit: Open) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    assert not page.is_visible("#reader .letter h1")
    ask(page, LITHUANIA)
    page.click(".answer .chip")
    assert is_in_view(page, "#reader .cited")
    page.click(".close-letter")
    page.wait_for_function("getComputedStyle(document.querySelector('#reading')).visibility === 'hidden'")
    assert page.is_visible(".answer .text")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def test_a_citation_is_copied_in_a_style(visit: Open) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, LITHUANIA)
    page.click(".card summary")
    page.click(".card .copy >> nth=0")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Kamerbrief van 26 april 2018, § Collectieve verdediging aan de Oostflank, al. 1: “")


def test_the_keyboard_alone_is_enough(visit: Open) -> None:
    page = visit()
    page.focus("#question textarea, #question input")
    page.keyboard.type(LITHUANIA)
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer .chip")
    page.focus(".answer .chip")
    page.keyboard.press("Enter")
    assert "Litouwen" in page.inner_text("#reader .cited")
    assert page.evaluate("document.activeElement.dataset.paragraph").endswith("/1")


def test_hostile_text_in_a_question_stays_text(visit: Open) -> None:
    page = visit()
    ask(
        page,
        "<img src=x onerror=\"document.title='hit'\"> ![](http://192.0.2.1/x) <script>document.title='hit'</script>",
    )
    assert page.title() == "Kamervraag"
    assert page.locator("#conversation img").count() == 0
    assert "<img" in page.inner_text(".question")


def test_dark_follows_the_system(visit: Open) -> None:
    page = visit(color_scheme="dark")
    red, green, blue = page.evaluate(
        "getComputedStyle(document.querySelector('#reading')).backgroundColor.match(/\\d+/g).map(Number)"
    )[:3]
    assert max(red, green, blue) < 60


def test_two_readers_do_not_see_each_other(visit: Open) -> None:
    first, second = visit(), visit()
    ask(first, LITHUANIA)
    second.reload()
    second.wait_for_selector(".opening")
    assert second.locator(".answer").count() == 0


def test_the_server_sends_its_policy_and_hides_what_is_not_for_readers(address: str) -> None:
    with urllib.request.urlopen(address, timeout=10) as response:
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    for path in ("docs", "openapi.json", "gradio_api/file=/etc/passwd", "monitoring"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address + path, timeout=10)
        assert refused.value.code in (403, 404)
        refused.value.close()


@pytest.fixture(scope="module")
def report(indexed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evaluate twelve questions in a process of its own and return the page."""
    folder = tmp_path_factory.mktemp("report")
    cases = (ROOT / "eval" / "gold" / "navo.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "gold.jsonl").write_text("\n".join(cases[:12]) + "\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "ui", "eval", str(folder / "gold.jsonl"), "--out", str(folder)],
        cwd=ROOT,
        env={**os.environ, "KAMERVRAAG_HOME": str(indexed_home)},
        check=True,
        capture_output=True,
    )
    return folder / "report.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_evaluations_report_can_be_read_and_filtered(browser: Browser, report: Path, scheme: Any) -> None:
    page = browser.new_page(color_scheme=scheme)
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(report.as_uri())
    assert page.locator("svg").count() >= 3
    shown = "ol.list > li:visible"
    assert page.locator(shown).count() == 12
    page.select_option("select[name='lang']", "en")
    assert page.locator(shown).count() == 6
    assert asked == [report.as_uri()]
    assert failed == []
    page.close()
