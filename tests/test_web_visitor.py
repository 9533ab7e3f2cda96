"""What a visitor of the page keeps: conversations, judgements and letters of their own, seen by nobody else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from assistant.conversations import Conversations
from assistant.pipeline import Assistant
from eval.cases import load_cases
from eval.check import check_cases, count_errors
from ingest.home import Home
from ui.feedback import FILE
from ui.library import MOST_BYTES
from ui.passwords import hash_password

if TYPE_CHECKING:
    from tests.conftest import AskPage, OpenPage, PageServer

LETTERS = Path(__file__).with_name("letters")
TROOPS = "Hoeveel Nederlandse militairen zijn er in Litouwen?"
FAR_AWAY = {"X-Forwarded-For": "203.0.113.7"}


def _reload(page: Page) -> None:
    page.reload()
    page.wait_for_selector(".kv-ready")


def _call(server: PageServer, name: str, *data: object, **headers: str) -> str:
    """Call an endpoint as anybody could, and return the whole stream of events."""
    joined = httpx.post(f"{server.url}/gradio_api/call/{name}", json={"data": data}, headers=headers)
    url = f"{server.url}/gradio_api/call/{name}/{joined.raise_for_status().json()['event_id']}"
    return httpx.get(url, headers=headers, timeout=60).text


def _add(page: Page, path: Path) -> None:
    page.click("#kv-scope")
    page.set_input_files("#kv-file", path)
    page.click("#kv-check-use")
    expect(page.locator("#kv-check")).to_be_hidden()


def test_a_conversation_is_there_again_after_a_reload_and_goes_on_from_there(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    ask(page, "Wat vindt het kabinet van de relatie met Rusland?")
    _reload(page)
    expect(page.locator(".kv-reply")).to_have_count(1)
    expect(ask(page, "En met Turkije?").locator(".kv-understood")).to_contain_text("Turkije")
    _reload(page)
    expect(page.locator(".kv-reply")).to_have_count(2)
    for reply in page.locator(".kv-reply").all():
        reply.locator(".kv-chip").first.click()
        quote = reply.locator(".kv-card[open] blockquote").first.text_content()
        expect(page.locator(".kv-sheet .kv-mark").first).to_be_in_viewport()
        assert "".join(page.locator(".kv-sheet .kv-mark:not(.kv-decisive)").all_text_contents()) == quote


def test_conversations_are_listed_renamed_opened_and_deleted(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    ask(page, TROOPS)
    page.click("#kv-new")
    ask(page, "Wie heeft de brief ondertekend?")
    page.click("#kv-open-kept")
    expect(page.locator("#kv-kept-list li")).to_have_count(2)
    expect(page.locator("#kv-kept-list li").first).to_contain_text("ondertekend")
    page.locator("#kv-kept-list li", has_text="Litouwen").locator(".kv-rename").click()
    page.locator("#kv-kept-list input").fill("Troepen in <b>Litouwen</b>")
    page.keyboard.press("Enter")
    page.locator(".kv-kept-open", has_text="Troepen in <b>Litouwen</b>").click()
    expect(page.locator(".kv-reply")).to_have_count(1)
    expect(page.locator(".kv-reply")).to_contain_text("270 militairen")
    page.click("#kv-open-kept")
    row = page.locator("#kv-kept-list li", has_text="Troepen")
    expect(row).to_have_attribute("aria-current", "true")
    row.locator(".kv-delete").click()
    expect(row).to_be_visible()
    row.locator(".kv-delete").click()
    expect(page.locator("#kv-kept-list li")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".kv-opening")).to_be_visible()


def test_nobody_sees_the_conversations_or_letters_of_another(
    open_page: OpenPage, page_server: PageServer, ask: AskPage
) -> None:
    first, second = open_page(), open_page()
    ask(first, TROOPS)
    _add(first, LETTERS / "c-ocw.txt")
    second.click("#kv-open-kept")
    expect(second.locator("#kv-kept-list")).to_contain_text("nog geen gesprekken")
    second.keyboard.press("Escape")
    second.click("#kv-scope")
    expect(second.locator("#kv-letters-list li")).to_have_count(1)
    stranger, known = "0" * 32, first.evaluate("sessionStorage.getItem('kv-conversation')")
    own = first.locator(".kv-sheet article").get_attribute("data-letter")
    for name, data in (
        ("page_export", (known, "nl", "md", stranger)),
        ("page_rename", (known, "van mij", stranger)),
        ("page_delete", (known, stranger)),
        ("page_feedback", (known, 0, True, "", stranger)),
        ("page_letter", (own, stranger)),
        ("page_remove", (own, stranger)),
        ("page_ask", (TROOPS, known, [own], stranger)),
        ("page_conversations", ("../../" + "0" * 26,)),
    ):
        assert "event: error" in _call(page_server, name, *data), name
    assert '"answers": []' in _call(page_server, "page_begin", known, stranger)


def test_with_a_login_the_conversations_follow_the_user_and_not_the_browser(
    start_page: type[PageServer], home_copy: Path, tmp_path: Path
) -> None:
    users = tmp_path / "users"
    users.write_text(hash_password("anna", "een") + "\n" + hash_password("bert", "twee"), encoding="utf-8")
    server = start_page(home_copy, "--auth", str(users))
    token = "a" * 32
    seen = {}
    for name, password in (("anna", "een"), ("bert", "twee"), ("anna", "een")):
        with httpx.Client(base_url=server.url, timeout=60) as client:
            client.post("/login", data={"username": name, "password": password}).raise_for_status()
            if name not in seen:
                joined = client.post("/gradio_api/call/page_ask", json={"data": [f"Wie is {name}?", "", [], token]})
                assert "event: complete" in client.get(f"/gradio_api/call/page_ask/{joined.json()['event_id']}").text
            joined = client.post("/gradio_api/call/page_conversations", json={"data": [token]})
            seen[name] = client.get(f"/gradio_api/call/page_conversations/{joined.json()['event_id']}").text
    assert "Wie is anna?" in seen["anna"]
    assert "bert" not in seen["anna"]
    assert "anna" not in seen["bert"]


def test_a_judgement_with_its_reason_becomes_a_case_that_eval_reads(
    open_page: OpenPage, start_page: type[PageServer], home_copy: Path, ask: AskPage, assistant: Assistant
) -> None:
    page = open_page(server=start_page(home_copy))
    for question, thumb, reason in (
        (TROOPS, "right", "precies dit"),
        ("Hoe laat vertrekt de trein naar Groningen?", "wrong", "«NS» staat er wel"),
    ):
        reply = ask(page, question)
        reply.locator(f".kv-thumb-{thumb}").click()
        reply.locator(".kv-judge input").fill(reason)
        page.keyboard.press("Enter")
        expect(reply.locator(".kv-judge p")).to_contain_text("bewaard")
    cases = load_cases(home_copy / FILE)
    assert [case.question for case in cases] == [TROOPS, "Hoe laat vertrekt de trein naar Groningen?"]
    assert cases[1].history == (TROOPS,)
    assert ["called-right" in case.tags for case in cases] == [True, False]
    assert count_errors(check_cases(cases, assistant.letters)) == 0
    assert "«NS» staat er wel" in (home_copy / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["b-ienw.txt", "luchtvaart.pdf"])
def test_a_letter_of_ones_own_is_shown_as_it_was_read_and_asked_only_after_consent(
    open_page: OpenPage, ask: AskPage, name: str, tmp_path: Path
) -> None:
    path = LETTERS / name if name.endswith(".txt") else _write_pdf(tmp_path / name)
    page = open_page()
    page.click("#kv-scope")
    page.set_input_files("#kv-file", path)
    expect(page.locator("#kv-check")).to_be_visible()
    expect(page.locator("#kv-check-facts")).to_contain_text(re.compile(r"alinea’s: \d"))
    expect(page.locator(".kv-sheet .kv-paragraph").first).to_be_visible()
    page.click("#kv-check-leave")
    expect(page.locator(".kv-sheet article")).to_have_attribute("data-letter", "2018-04-26-navo")
    page.click("#kv-scope")
    expect(page.locator("#kv-letters-list li")).to_have_count(1)
    page.click("#kv-letters [data-close]")
    _add(page, path)
    heading = page.locator(".kv-sheet h2").first.text_content()
    reply = ask(page, f"Wat staat er in de brief over «{heading}»?")
    reply.locator(".kv-card summary").first.click()
    reply.locator(".kv-read").first.click()
    expect(page.locator(".kv-current")).to_be_in_viewport()
    # what is said of a letter that only the visitor may see is not kept for others
    expect(reply.locator(".kv-thumb")).to_have_count(0)
    _reload(page)
    page.click("#kv-scope")
    expect(page.locator("#kv-letters-list li")).to_have_count(3)
    page.locator("#kv-letters-list .kv-delete").click()
    page.locator("#kv-letters-list .kv-delete").click()
    expect(page.locator("#kv-letters-list li")).to_have_count(1)
    page.click("#kv-letters [data-close]")
    expect(page.locator(".kv-reply")).to_have_count(1)


def _write_pdf(path: Path) -> Path:
    """Write a letter as the smallest PDF that has text in it."""
    lines = (LETTERS / "d-fin.txt").read_text(encoding="utf-8").splitlines()[:45]
    shown = "".join(f"({line.translate(_ESCAPED)}) Tj T*\n" for line in lines)
    content = f"BT /F1 9 Tf 12 TL 60 800 Td\n{shown}ET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(data)
    path.write_bytes(data + b"xref\n0 7\n0000000000 65535 f \n" + table + trailer)
    return path


_ESCAPED = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("brief.exe", b"MZ", "soort bestand"),
        ("leeg.txt", b"", "niet als brief"),
        ("scan.pdf", b"%PDF-1.4 stuk", "niet als brief"),
        ("groot.txt", b"x" * (MOST_BYTES + 1), "te groot"),
    ],
)
def test_a_file_that_is_no_letter_is_refused_in_plain_words(
    open_page: OpenPage, name: str, content: bytes, said: str
) -> None:
    page = open_page()
    page.click("#kv-scope")
    page.set_input_files("#kv-file", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    expect(page.locator("#kv-upload-status.kv-wrong")).to_contain_text(said)
    assert "/tmp" not in (page.locator("#kv-upload-status").text_content() or "")
    expect(page.locator("#kv-check")).to_be_hidden()


def test_the_server_says_whether_letters_are_taken_and_who_may_ask_them(
    open_page: OpenPage, start_page: type[PageServer], home_copy: Path
) -> None:
    closed = start_page(home_copy, "--uploads", "off")
    expect(open_page(server=closed).locator("#kv-scope")).to_be_hidden()
    assert '"no_uploads"' in _call(closed, "page_add", "a.txt", "YQ==", "0" * 32)
    closed.stop()
    shared = start_page(home_copy, "--uploads", "shared")
    _add(open_page(server=shared), LETTERS / "a-vws.txt")
    other = open_page(server=shared)
    other.click("#kv-scope")
    expect(other.locator("#kv-letters-list li")).to_have_count(3)
    expect(other.locator("#kv-letters-list .kv-delete")).to_have_count(0)


def test_who_asks_too_much_is_told_so_kindly_in_either_language(
    open_page: OpenPage, start_page: type[PageServer], home_copy: Path
) -> None:
    server = start_page(home_copy, KAMERVRAAG_QUESTIONS_A_MINUTE="1")
    for locale, said in (("nl-NL", "veel vragen"), ("en-GB", "many questions")):
        page = open_page(server=server, locale=locale, extra_http_headers=FAR_AWAY)
        for _ in range(2):
            page.fill("#kv-question", TROOPS)
            page.press("#kv-question", "Enter")
            expect(page.locator(".kv-turn[aria-busy]")).to_have_count(0)
        expect(page.locator(".kv-failure").last).to_contain_text(said)


def test_a_letter_that_has_gone_leaves_the_conversation_readable(
    open_page: OpenPage, page_server: PageServer, ask: AskPage
) -> None:
    page = open_page()
    _add(page, LETTERS / "c-ocw.txt")
    heading = page.locator(".kv-sheet h2").first.text_content()
    quote = ask(page, f"Wat staat er in de brief over «{heading}»?").locator("blockquote").first.text_content()
    token = page.evaluate("localStorage.getItem('kv-visitor')")
    own = page.locator(".kv-sheet article").get_attribute("data-letter")
    assert "event: complete" in _call(page_server, "page_remove", own, token)
    _reload(page)
    page.locator(".kv-card summary").first.click()
    expect(page.locator("blockquote").first).to_have_text(quote or "")
    expect(page.locator(".kv-card[open] .kv-actions")).to_contain_text("is er niet meer")
    for kind in ("md", "docx", "json"):
        exported = _call(
            page_server, "page_export", page.evaluate("sessionStorage.getItem('kv-conversation')"), "nl", kind, token
        )
        assert "event: complete" in exported


def test_withheld_sentences_fold_open_with_the_reason(open_page: OpenPage, ask: AskPage) -> None:
    page = open_page()
    page.route(
        "**/gradio_api/call/page_begin/*", lambda route: route.fulfill(body=_with_withheld(route.fetch().text()))
    )
    ask(page, TROOPS)
    _reload(page)
    fold = page.locator(".kv-withheld")
    expect(fold.locator("q")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("q")).to_have_text("Er zijn 900 militairen.")
    expect(fold).to_contain_text("900 staat niet in de alinea")


def _with_withheld(stream: str) -> str:
    event, data = stream.rstrip("\n").split("\n")[-2:]
    (value,) = json.loads(data.removeprefix("data: "))
    for answer in value["answers"]:
        answer["withheld"] = [{"sentence": "Er zijn 900 militairen.", "reason": "900 staat niet in de alinea."}]
    return f"{event}\ndata: {json.dumps([value])}\n\n"


def test_what_is_kept_tells_no_token(page_server: PageServer) -> None:
    token = "b" * 32
    assert "event: complete" in _call(page_server, "page_ask", TROOPS, "", [], token)
    kept = (page_server.home / "conversations.sqlite").read_bytes()
    kept += b"".join(path.read_bytes() for path in page_server.home.glob("conversations.sqlite-*"))
    assert token.encode() not in kept
    assert TROOPS.encode() in kept
    assert Conversations(Home(page_server.home), "browser " + token).summaries() == ()
