"""The list page in a real Chromium: offline, without JavaScript, narrow, by keyboard, on paper."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from reports import html
from tests.reports.sample import sample


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "list.html"
    path.write_bytes(html.list_page(sample()))
    return path.as_uri()


def opened(browser: Browser, address: str, width: int = 1366, *, script: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 768}, java_script_enabled=script, offline=True
    )
    page = context.new_page()
    page.set_default_timeout(5000)
    page.goto(address)
    return page


def test_it_opens_offline_without_a_complaint(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.reload()
    assert complaints == [] and requests == [address]


def test_without_javascript_the_first_household_says_why(chromium: Browser, address: str) -> None:
    page = opened(chromium, address, script=False)
    first = page.locator(".household").first
    assert first.get_by_text("seul titulaire du bail").is_visible()
    assert first.get_by_text("âge inconnu").is_visible()
    assert not page.locator("#filters").is_visible()


@pytest.mark.parametrize("width", [1366, 390])
def test_nothing_scrolls_sideways(chromium: Browser, address: str, width: int) -> None:
    page = opened(chromium, address, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_filters_filter(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    page.get_by_label("Quartier").select_option("02")
    assert page.locator(".household:visible").count() == 1
    page.get_by_label("Quartier").select_option("")
    page.get_by_label("Motif").select_option("EXPLORATION")
    assert page.locator(".household:visible .rank").all_text_contents() == ["3"]


def test_the_keyboard_reaches_the_filters_with_a_visible_focus(chromium: Browser, address: str) -> None:
    page = opened(chromium, address)
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "by-quartier"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_it_prints(chromium: Browser, address: str, tmp_path: Path) -> None:
    page = opened(chromium, address)
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(chromium: Browser, address: str, scheme: str) -> None:
    page = opened(chromium, address)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    pairs = [
        ("ink", "paper"),
        ("ink", "card"),
        ("soft", "paper"),
        ("soft", "card"),
        ("accent", "accent-soft"),
        ("against", "card"),
    ]
    pairs += [("note", "card"), ("note", "note-soft"), ("against", "against-soft"), ("mark", "mark-soft")]
    read = "name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()"
    for ink, ground in pairs:
        assert contrast(page.evaluate(read, ink), page.evaluate(read, ground)) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two #rrggbb colours."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
