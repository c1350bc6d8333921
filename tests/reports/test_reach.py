"""What is wider than the screen can be scrolled without a mouse, on every page."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from reports import attrition, explanation_page, parity
from reports.html import region
from tests.reports import explanation_sample, parity_sample, visiting_sample
from tests.reports.test_page import opened
from tests.reports.whole_page import unreached

PAGES = {
    "attrition": lambda: attrition.page(visiting_sample.attrition(), visiting_sample.place()),
    "parity": lambda: parity.page(parity_sample.sample()),
    "explanation": lambda: explanation_page.page(explanation_sample.ranking()),
}


@pytest.mark.parametrize("width", [375, 768])
@pytest.mark.parametrize("name", PAGES)
def test_whatever_scrolls_is_reached_by_the_keyboard(
    chromium: Browser, tmp_path: Path, name: str, width: int
) -> None:
    path = tmp_path / f"{name}.html"
    path.write_bytes(PAGES[name]())
    page = opened(chromium, path.as_uri(), width)
    assert unreached(page) == []
    there = page.locator(".sheet").first
    there.focus()
    assert there.evaluate("e => document.activeElement === e")


def test_every_sheet_of_every_page_says_what_it_is() -> None:
    """The answer to a household (crpa) alone wraps instead."""
    folder = files("reports").joinpath("templates")
    pages = [f for f in folder.iterdir() if f.name.endswith(".html.j2") and f.name != "crpa.html.j2"]
    tags = {(f.name, tag) for f in pages for tag in re.findall(r'<div class="(?:sheet|scroll)\b[^>]*>', f.read_text(encoding="utf-8"))}  # fmt: skip
    assert len(tags) > 30 and [tag for tag in sorted(tags) if "region(" not in tag[1]] == []


def test_a_name_of_a_region_stays_text() -> None:
    assert str(region('"><b>')) == 'tabindex="0" role="region" aria-label="&#34;&gt;&lt;b&gt;"'
