"""The desk in a real Chromium: the flows of people, by mouse, by keyboard, without JavaScript, on paper; on both databases."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page, expect

from review.access.guard import Guard
from review.app import PAGES
from review.desk import Desk
from review.roles import MAY, ROLES
from tests.review.desk_sample import Clock, a_desk, account, case_of, everybody, seat, take
from tests.review.served import SIZES, browsing, served

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def base(desk: Desk) -> Iterator[str]:
    """The usual desk, served."""
    with served(desk) as address:
        yield address


def test_from_the_first_sign_in_to_a_decision(any_url: str, chromium: Browser) -> None:
    desk = a_desk(any_url, clock=(clock := Clock()))
    take(desk)
    account(desk, "expert")
    with served(desk) as base, browsing(chromium, base, desk) as page:
        page.goto("/")
        page.get_by_label("Identifiant").fill("expert")
        page.get_by_label("Mot de passe").fill("lune-verte-7-ponts")
        page.get_by_role("button", name="Continuer").click()
        expect(page.locator(".qr svg")).to_be_visible()
        secret = page.locator("code").inner_text()
        page.get_by_label("Code").fill(pyotp.TOTP(secret).at(clock.at))
        page.get_by_role("button", name="Continuer").click()
        expect(page.locator(".codes li")).to_have_count(8)
        page.get_by_role("link", name="Je les ai conservés").click()
        expect(page).to_have_url(re.compile("/queue$"))
        page.locator("a.open").first.click()
        page.get_by_text("Confier à un professionnel").click()
        page.get_by_label("Note pour les collègues").fill("à voir avec le CCAS")
        page.get_by_role("button", name="Décider", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("C’est décidé.")
        expect(page.locator(".now .tag").first).to_have_text("orienté")
    desk.database.close()


def test_by_keyboard_alone(desk: Desk, base: str, chromium: Browser) -> None:
    """Every step with keys: down the queue, into a case, the third decision, its reason, the button."""
    with browsing(chromium, base, desk, seat(desk, "expert")) as page:
        page.goto("/queue")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("j")
        second = page.locator("a.open").nth(1)
        expect(second).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/cases/"))
        page.keyboard.press("6")
        expect(page.locator("#c-none")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#r-none")).to_be_focused()
        page.keyboard.press("End")
        _tab_to(page, "button.main")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("C’est décidé.")
        expect(page.locator(".now .tag").first).to_have_text("clos")


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.locator(selector).first.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{selector} cannot be reached with Tab")


def test_the_first_tab_leads_past_the_menu(desk: Desk, base: str, chromium: Browser) -> None:
    with browsing(chromium, base, desk, seat(desk, "expert")) as page:
        page.goto("/queue")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


def test_without_javascript(desk: Desk, base: str, chromium: Browser) -> None:
    with browsing(chromium, base, desk, seat(desk, "expert"), java_script_enabled=False) as page:
        page.goto("/queue")
        page.get_by_label("Quartier").select_option("03")
        page.get_by_role("button", name="Filtrer").click()
        expect(page.locator("li.case")).to_have_count(2)
        page.locator("a.open").first.click()
        page.locator("#c-followed").check()
        page.get_by_role("button", name="Décider", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("C’est décidé.")


@pytest.mark.slow
def test_filters_change_the_queue_in_place(desk: Desk, base: str, chromium: Browser) -> None:
    with browsing(chromium, base, desk, seat(desk, "expert")) as page:
        page.goto("/queue")
        expect(page.locator("li.case")).to_have_count(8)
        page.evaluate("document.body.dataset.same = 'yes'")
        page.get_by_label("Origine").select_option("DEUIL")
        expect(page.locator("li.case")).to_have_count(1)
        expect(page).to_have_url(re.compile("entry=DEUIL"))
        assert page.evaluate("document.body.dataset.same") == "yes"


@pytest.mark.slow
def test_who_was_slower_reads_why_and_goes_on(desk: Desk, base: str, chromium: Browser) -> None:
    case = case_of(desk, 1)
    with (
        browsing(chromium, base, desk, seat(desk, "first", "expert")) as first,
        browsing(chromium, base, desk, seat(desk, "second", "expert")) as second,
    ):
        for page in (first, second):
            page.goto(f"/cases/{case.id}")
            page.get_by_text("Déjà suivi").click()
        first.get_by_role("button", name="Décider", exact=True).click()
        expect(first.get_by_role("status")).to_have_text("C’est décidé.")
        second.get_by_role("button", name="Décider", exact=True).click()
        expect(second.get_by_role("alert")).to_contain_text("Quelqu’un a été plus rapide")


@pytest.mark.slow
def test_on_paper_a_letter_is_a_letter(desk: Desk, base: str, chromium: Browser) -> None:
    expert, case = seat(desk, "expert"), case_of(desk, 1)
    expert.post(f"/cases/{case.id}/object", version=case.version)
    with browsing(chromium, base, desk, expert) as page:
        page.goto(f"/cases/{case.id}/letter")
        page.emulate_media(media="print")
        for hidden in (".top", "footer", ".no-print"):
            expect(page.locator(hidden).first).to_be_hidden()
        expect(page.locator("article.letter")).to_be_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")


def paths_of(role: str, desk: Desk, number: int = 1) -> list[str]:
    """Every page that the role may open, with the identifiers of what is there: the case of the household with this number."""
    case, found = case_of(desk, number), []
    for route in (route for page in PAGES for route in page.router.routes if isinstance(route, APIRoute)):
        guard = next((d.call for d in route.dependant.dependencies if isinstance(d.call, Guard)), None)
        if guard is None or "GET" not in route.methods or role not in MAY[guard.action]:
            continue
        path = route.path.replace("{case_id}", case.id)
        if "{" not in path and not path.endswith((".csv", ".xlsx", ".pdf", "/pack", "/welcome")):
            found.append(path)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("role", list(ROLES))
def test_no_page_shuts_anybody_out(desk: Desk, base: str, chromium: Browser, role: str) -> None:
    """axe-core on every page of every role, at both sizes, light and dark: nothing serious; and no page is wider than its screen."""
    one = everybody(desk)[role]
    for size, scheme in (("office", "light"), ("phone", "dark")):
        with browsing(chromium, base, desk, one, size=size, color_scheme=scheme, bypass_csp=True) as page:
            for path in ["/sign-in", "/nowhere", *paths_of(role, desk)]:
                page.goto(path)
                found = Axe().run(page).response["violations"]
                serious = [
                    (v["id"], [n["target"] for n in v["nodes"]][:3])
                    for v in found
                    if v["impact"] in ("serious", "critical")
                ]
                assert not serious, (path, size, serious)
                assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0], (path, size)


@pytest.mark.slow
def test_every_page_of_every_role_is_in_one_language(desk: Desk, base: str, chromium: Browser) -> None:
    """English words of the catalogue on a French page, or French ones on an English page, are left over from a translation."""
    for role, one in everybody(desk).items():
        with browsing(chromium, base, desk, one) as page:
            for path in paths_of(role, desk):
                page.goto(path)
                assert page.locator("html").get_attribute("lang") == "fr"
                text = page.locator("body").inner_text()
                for word in ("Household", "Neighbourhood", "Queue", " the ", "Save", "Day", "State"):
                    assert word not in text, (path, word)
