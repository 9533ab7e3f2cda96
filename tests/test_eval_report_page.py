"""The evaluation's report in a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]


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
