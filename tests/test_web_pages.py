"""What is served besides Gradio's endpoints: the page and its files, made once and small, and the login."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ui.passwords import hash_password

if TYPE_CHECKING:
    from tests.conftest import OpenPage, PageServer


@pytest.fixture
def guarded(start_page: type[PageServer], home_copy: Path, tmp_path: Path) -> PageServer:
    users = tmp_path / "users"
    users.write_text(hash_password("anna", "geheim"), encoding="utf-8")
    return start_page(home_copy, "--auth", str(users))


def test_the_login_is_in_the_browsers_language_and_users_can_leave_again(
    open_page: OpenPage, guarded: PageServer
) -> None:
    for locale, wrong, leave in (("nl-NL", "Probeer het nog eens", "Uitloggen"), ("en-GB", "try again", "Log out")):
        page = open_page(server=guarded, locale=locale)
        assert page.locator(".kv-letter").count() == 0
        page.locator("[name=username]").fill("anna")
        page.locator("[name=password]").fill("fout")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(wrong)
        serious = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
        assert not serious
        page.locator("[name=password]").fill("geheim")
        page.keyboard.press("Enter")
        expect(page.locator("#kv-question")).to_be_visible()
        page.click("#kv-open-kept")
        page.get_by_role("button", name=leave).click()
        expect(page.locator("[name=password]")).to_be_visible()
        assert page.reload()
        expect(page.locator("[name=password]")).to_be_visible()


def test_a_login_is_no_use_after_leaving_and_on_other_servers(guarded: PageServer, page_server: PageServer) -> None:
    with httpx.Client(base_url=guarded.url) as client:
        client.post("/login", data={"username": "anna", "password": "geheim"}).raise_for_status()
        cookies = dict(client.cookies)
        assert "kv-question" in client.get("/").text
        client.post("/logout")
        client.cookies.update(cookies)
        assert client.get("/").status_code == 401
        assert client.get("/config").status_code == 401
    with httpx.Client(base_url=page_server.url, cookies=cookies) as other:
        assert "kv-question" in other.get("/").text
        assert other.post("/login", data={"username": "anna", "password": "geheim"}).status_code in (302, 404, 405)


def test_without_a_login_there_is_no_way_out_of_it(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#kv-open-kept")
    expect(page.locator("#kv-leave")).to_be_hidden()


def test_the_page_is_small_and_comes_at_once_and_its_files_are_kept_by_the_browser(page_server: PageServer) -> None:
    page = httpx.get(page_server.url, headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert int(page.headers["content-length"]) < 40_000
    assert "unsafe" not in page.headers["content-security-policy"]
    again = httpx.get(page_server.url, headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    address = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    style = httpx.get(f"{page_server.url}/{address}")
    assert "immutable" in style.headers["cache-control"]
    assert "immutable" not in httpx.get(f"{page_server.url}/page/other/page.css").headers["cache-control"]
    assert httpx.get(f"{page_server.url}/page/x/../../texts.py").status_code == 404
    assert httpx.get(f"{page_server.url}/page/x/shell.html").status_code == 404


def test_the_page_loads_a_fixed_few_files_and_none_of_gradios(open_page: OpenPage, page_server: PageServer) -> None:
    page = open_page()
    loaded = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    own = [name for name in loaded if "/page/" in name or "/gradio_api/call/page_begin" in name]
    assert sorted(own) == sorted(loaded)
    assert len(loaded) < 25
