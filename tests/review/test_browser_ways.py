"""The desk by keyboard alone, without JavaScript and on paper, beyond the first decision: what an office with an old machine and paper beside it does all day."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from review.desk import Desk
from tests.review.desk_sample import case_of, household, seat
from tests.review.outcome_sample import to_visit
from tests.review.served import SIZES, browsing, served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
SECONDS_A_KEY = 0.5
SECONDS_A_LOOK = 1.35
"""Card, Moran, Newell (1980), The keystroke-level model: a key of somebody who types figures without a pattern, and a moment of thought."""
PAPER = (
    ("2", "the afternoon"),
    ("1", "a volunteer came"),
    ("1", "person 1"),
    ("1", "was met"),
    ("012345", "LSNS-6"),
    ("123", "UCLA-3"),
    ("10010", "the networks"),
    ("100010", "the needs"),
)
"""What is typed, line by line of the paper."""


@pytest.fixture
def base(desk: Desk) -> Iterator[str]:
    """The usual desk, served, with two households to be visited."""
    to_visit(desk, 1, 2)
    with served(desk) as address:
        yield address


def type_keys(page: Page, keys: str) -> int:
    """One by one; gives how many."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def tab_to(page: Page, selector: str) -> int:
    """Gives how many keys it took."""
    for keys in range(12):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return keys
        page.keyboard.press("Tab")
    raise AssertionError(selector)


def test_a_visit_goes_from_paper_to_the_desk_in_less_than_a_minute(
    desk: Desk, base: str, chromium: Browser
) -> None:
    """From the pseudonym on the paper to the page that says what it adds up to: keys only, counted."""
    with browsing(chromium, base, desk, seat(desk, "coordinator")) as page:
        page.goto("/visits/new")
        page.locator("#household").focus()
        keys = type_keys(page, household(1)[:9])
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("household="))  # with its script
        page.locator("#visited_on").fill(
            "2026-11-03"
        )  # in which order its figures are typed is the browser's affair
        page.locator("#visited_on").focus()
        keys += len("03112026") + tab_to(page, "[name=time_of_day]")
        for typed, _line in PAPER:
            keys += type_keys(page, typed)
        keys += tab_to(page, "button.main")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("C’est enregistré")
        for said in ("15 sur 30", "6 sur 9", "famille, collègues", "mobilité, aide numérique"):
            expect(page.locator("main")).to_contain_text(said)
        assert (keys + 2) * SECONDS_A_KEY + (len(PAPER) + 4) * SECONDS_A_LOOK < 60


def test_a_visit_is_entered_and_corrected_without_javascript(
    desk: Desk, base: str, chromium: Browser
) -> None:
    with browsing(chromium, base, desk, seat(desk, "coordinator"), java_script_enabled=False) as page:
        page.goto("/visits/new")
        page.locator("a.open").first.click()
        page.locator("#visited_on").fill("2026-11-03")
        page.locator("input[name=visitor_role][value=VOLONTAIRE]").check()
        page.locator("input[name=person][value='1']").check()
        page.locator("input[name=outcome][value=VU]").check()
        page.locator("#ucla3_1").fill("3")
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.locator("main")).to_contain_text("UCLA-3")
        page.get_by_role("link", name="Corriger").click()
        page.locator("#ucla3_2").fill("3")
        page.locator("#ucla3_3").fill("2")
        page.locator("#because").select_option("TYPING")
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.locator("main")).to_contain_text("8 sur 9")


def test_a_whole_round_is_planned_without_javascript(desk: Desk, base: str, chromium: Browser) -> None:
    with browsing(chromium, base, desk, seat(desk, "coordinator"), java_script_enabled=False) as page:
        page.goto("/teams/new")
        page.locator("#name").fill("Paire 1")
        page.locator("#role").select_option("VOLONTAIRE")
        page.locator("#weekly").fill("5")
        page.get_by_role("button", name="Enregistrer").click()
        page.goto("/rounds?day=2026-11-09")
        page.get_by_role("button", name="Proposer une tournée").click()
        page.get_by_role("button", name="Confirmer la tournée").click()
        expect(page.get_by_role("status")).to_contain_text("confirmée")
    assert [case_of(desk, n).state for n in (1, 2)] == ["planned", "planned"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_prints_in_black_on_white_without_what_only_a_screen_needs(
    desk: Desk, base: str, chromium: Browser, scheme: str
) -> None:
    """Also from a dark screen; a page of paper is wide enough for all that it says."""
    case = case_of(desk, 1).id
    paths = ("/queue", f"/cases/{case}", f"/cases/{case}/steps", "/visits", "/follow-up", "/alerts", "/bereavement", "/second-look", "/indicators", "/rounds")  # fmt: skip
    with browsing(chromium, base, desk, seat(desk, "coordinator"), color_scheme=scheme) as page:
        for path in paths:
            page.goto(path)
            page.emulate_media(media="print")
            page.set_viewport_size({"width": 718, "height": 1000})  # A4 between margins of 10 mm
            paper, ink = (page.evaluate(f"getComputedStyle(document.body).{what}") for what in ("backgroundColor", "color"))  # fmt: skip
            assert brightness(paper) > 250 and brightness(ink) < 80, (path, paper, ink)
            for hidden in (".top nav", "form.filters", "button"):
                for one in page.locator(hidden).all():
                    assert not one.is_visible(), (path, hidden)
            assert page.evaluate("document.documentElement.scrollWidth") <= 718, path
            page.emulate_media(media="screen")
            page.set_viewport_size({"width": SIZES["office"][0], "height": SIZES["office"][1]})


def brightness(colour: str) -> float:
    """Of ``rgb(…)``, 0 black to 255 white; what is transparent shows the paper."""
    found = [float(one) for one in colour.partition("(")[2].rstrip(")").split(",")]
    return 255.0 if len(found) == 4 and found[3] == 0 else sum(found[:3]) / 3
