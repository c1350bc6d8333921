"""Every flow of the desk in a real Chromium, on both databases: each person before a page of their own, from the team's round to the meeting's pack."""

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from python_calamine import CalamineWorkbook

from review.desk import Desk
from review.visits.outcome_sheet import COLUMNS
from tests.review.desk_sample import Clock, Register, a_desk, case_of, household, line, seat, take, taken
from tests.review.outcome_sample import LSNS_9, to_visit
from tests.review.served import browsing, served
from tests.review.table_sample import PASSPHRASE, cheap_table, table
from tests.review.test_outcome_import import filled

__all__ = ["cheap_table"]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
NEXT_WEEK = "2026-11-09"
TABLE = {"name": "correspondance.lanterne", "mimeType": "application/octet-stream"}


@dataclass(kw_only=True)
class Office:
    """A served desk; whoever sits down gets an account, a session and a page."""

    desk: Desk
    clock: Clock
    register: Register
    base: str
    chromium: Browser
    closing: ExitStack
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, login: str, role: str = "", size: str = "office") -> Page:
        """Theirs, the same each time."""
        if login not in self.pages:
            one = seat(self.desk, login, role or login)
            self.pages[login] = self.closing.enter_context(
                browsing(self.chromium, self.base, self.desk, one, size=size)
            )
        return self.pages[login]


@pytest.fixture
def office(any_url: str, clock: Clock, register: Register, chromium: Browser) -> Iterator[Office]:
    """With the usual list, on each kind of database."""
    desk = a_desk(any_url, clock=clock, register=register)
    take(desk)
    with ExitStack() as closing:
        base = closing.enter_context(served(desk))
        yield Office(desk=desk, clock=clock, register=register, base=base, chromium=chromium, closing=closing)
    desk.database.close()


def press(page: Page, name: str, within: str = "main") -> None:
    """A button by what it says."""
    page.locator(within).get_by_role("button", name=name, exact=True).first.click()


def said(page: Page, text: str) -> None:
    """Above the page, after something was done."""
    expect(page.get_by_role("status")).to_contain_text(text)


def open_case(office: Office, page: Page, number: int) -> None:
    page.goto(f"/cases/{case_of(office.desk, number).id}")


def decide(office: Office, page: Page, number: int, choice: str) -> None:
    """As one reader."""
    open_case(office, page, number)
    page.locator(f"#c-{choice}").check()
    press(page, "Décider")


def open_the_table(page: Page) -> None:
    """The second key's."""
    page.goto("/identities")
    page.set_input_files("#file", files=[{**TABLE, "buffer": table()}])  # type: ignore[list-item]
    page.get_by_label("Phrase de passe").fill(PASSPHRASE)
    press(page, "Ouvrir la table")
    said(page, "La table du détenteur")


def fill_visit(page: Page, outcome: str = "VU", answers: dict[str, str] | None = None) -> None:
    page.locator("#visited_on").fill("2026-11-03")
    page.locator("input[name=visitor_role][value=VOLONTAIRE]").check()
    page.locator("input[name=person][value='1']").check()
    page.locator(f"input[name=outcome][value={outcome}]").check()
    for name, value in (answers or {}).items():
        page.locator(f"#{name}").fill(value)
    press(page, "Enregistrer")


def names_on(page: Page) -> Locator:
    return page.get_by_text(re.compile("NOMDEFAMILLE"))


def test_a_round_from_the_team_to_the_door_and_back(office: Office) -> None:
    """Team, round, confirmation, names in two keys, the sheet on paper, the visitor's own page, absence, visit, judgement."""
    coordinator, dpo, visitor = (office.page(one) for one in ("coordinator", "dpo", "visitor"))
    for number in (1, 2, 4):
        decide(office, coordinator, number, "visit")
        said(coordinator, "C’est décidé.")
    coordinator.goto("/teams/new")
    coordinator.locator("#name").fill("Paire du lundi")
    coordinator.locator("#role").select_option("VOLONTAIRE")
    coordinator.locator("#weekly").fill("2")
    coordinator.locator("input[name=users]").check()
    press(coordinator, "Enregistrer")
    coordinator.goto(f"/rounds?day={NEXT_WEEK}")
    press(coordinator, "Proposer une tournée")
    stops = coordinator.locator("table.stops tbody tr")
    expect(stops).to_have_count(2)
    first, second = (stops.nth(n).locator("a").inner_text() for n in (0, 1))
    stops.nth(1).get_by_role("button", name="Avancer").click()
    expect(stops.nth(0).locator("a")).to_have_text(second)
    press(coordinator, "Confirmer la tournée")
    said(coordinator, "La tournée est confirmée")
    round_page = coordinator.url.partition("?")[0]
    press(coordinator, "Demander les noms de cette tournée")
    open_the_table(dpo)
    press(dpo, "Accorder")
    coordinator.goto(round_page)
    with coordinator.expect_download() as sheet:
        press(coordinator, "Produire la fiche avec les noms")
    assert sheet.value.path().read_bytes().startswith(b"%PDF")
    coordinator.goto(round_page)
    expect(coordinator.get_by_role("button", name="Produire la fiche avec les noms")).to_have_count(0)
    visitor.goto("/rounds/mine")
    visitor.locator("main h2 a").click()
    expect(visitor.locator("table.stops code")).to_have_text([second, first])
    expect(names_on(visitor)).to_have_count(0)
    the_visit(office, visitor, coordinator, second)


def the_visit(office: Office, visitor: Page, coordinator: Page, code: str) -> None:
    """Nobody opens, then somebody does; the unit judges."""
    visitor.goto(f"/visits/new?household={code}")
    fill_visit(visitor, "ABSENT")
    expect(visitor.locator("main .tag").first).to_have_text("personne n’a ouvert")
    visitor.goto(f"/visits/new?household={code}")
    visitor.locator("input[name=time_of_day]").last.check()
    fill_visit(visitor, "VU", {**LSNS_9, "besoin_repas": "1"})
    expect(visitor.get_by_text("9 sur 30")).to_be_visible()
    expect(visitor.get_by_text("repas", exact=False).first).to_be_visible()
    coordinator.goto("/visits?which=to_judge")
    coordinator.locator("a.open").first.click()
    coordinator.locator("input[name=judgement]").last.check()
    press(coordinator, "Apprécier")
    said(coordinator, "C’est enregistré")
    number = next(n for n in (1, 2, 4) if household(n)[:9] == code)
    visits = coordinator.locator("#visits article")
    expect(visits).to_have_count(2)
    assert case_of(office.desk, number).state == "met"


def test_a_name_is_seen_once(office: Office) -> None:
    """Asked with a motive, granted by another role, shown, gone; the trail says each step."""
    expert, dpo, auditor = (office.page(one) for one in ("expert", "dpo", "auditor"))
    open_case(office, expert, 1)
    case = expert.url
    expert.locator("#motive").select_option("call")
    press(expert, "Demander le nom")
    open_the_table(dpo)
    press(dpo, "Accorder")
    said(dpo, "Accordé")
    expert.goto(case)
    press(expert, "Afficher une fois")
    expect(expert.get_by_text("Mme Jeanne1 NOMDEFAMILLE1")).to_be_visible()
    expect(expert.get_by_text("1 rue Plantée")).to_be_visible()
    expert.goto(case)
    expect(names_on(expert)).to_have_count(0)
    expect(expert.get_by_role("button", name="Afficher une fois")).to_have_count(0)
    auditor.goto("/trail")
    for action in ("a demandé un nom", "a accordé un nom", "a vu un nom et une adresse"):
        expect(auditor.get_by_text(action, exact=True).first).to_be_visible()
    expect(names_on(auditor)).to_have_count(0)


def test_two_readers_who_differ(office: Office, any_url: str) -> None:
    """Blind to each other until both are in; then the unit decides."""
    desk = a_desk(any_url, clock=office.clock, second_look_share=1.0)
    take(desk, taken("2026-11-03-run", lines=[line(20)], as_of=date(2026, 11, 3)))
    desk.database.close()
    first, second = office.page("first", "expert"), office.page("second", "expert")
    decide(office, first, 20, "visit")
    expect(first.get_by_text("Un collègue donne aussi son avis")).to_be_visible()
    open_case(office, second, 20)
    expect(second.get_by_text("first")).to_have_count(0)
    decide(office, second, 20, "followed")
    for page in (first, second):
        page.goto("/second-look")
        expect(page.locator("tbody tr")).to_have_count(1)
    decide(office, first, 20, "visit")
    assert case_of(office.desk, 20).state == "to_visit"
    first.goto("/second-look")
    expect(first.locator("tbody tr")).to_have_count(0)


def test_an_alert_from_the_call_to_the_case(office: Office) -> None:
    """The agent sees no case; two calls of one household are one; the unit opens a case; the response is counted."""
    agent, expert = office.page("agent"), office.page("expert")
    for sign in ("VOLETS", "COURRIER"):
        agent.goto("/alert-entry")
        agent.locator("#u-2").check()
        agent.locator(f"input[name=signs][value={sign}]").check()
        agent.locator("#surname").fill("Personne")
        agent.locator("#given_names").fill("Inventée")
        agent.locator("#address").fill("3 rue Plantée")
        agent.locator("#quartier").select_option("02")
        agent.locator("#channel").select_option("TELEPHONE")
        press(agent, "Saisir")
        said(agent, "15 ou le 112")
    expect(agent.locator(".own-alerts li")).to_have_count(2)
    numbers = agent.locator(".own-alerts code").all_inner_texts()
    expert.goto("/alerts")
    expect(expert.locator("li.case")).to_have_count(2)
    expert.locator("a.open").first.click()
    expect(expert.get_by_text("Inventée")).to_have_count(0)
    other = next(one for one in numbers if one != expert.locator("h1 code").inner_text())
    expert.locator("#number").fill(other)
    press(expert, "Réunir")
    said(expert, "Les deux signalements")
    expert.goto("/alerts")
    expect(expert.locator("li.case")).to_have_count(1)
    expert.locator("a.open").first.click()
    expert.wait_for_url(
        re.compile(r"/alerts/\w")
    )  # with its script: a key that comes before the page says nothing
    expert.keyboard.press("2")
    expect(expert.locator("#m-open_case")).to_be_focused()
    press(expert, "Enregistrer")
    said(expert, "La suite donnée")
    expert.get_by_role("link", name="Vers le dossier").click()
    expect(expert.get_by_text("volets fermés depuis des jours", exact=True)).to_be_visible()


def test_a_bereaved_person_by_consent(office: Office) -> None:
    """Entered from the signed form, tried, contacted with a need, out of isolation; another withdraws."""
    coordinator = office.page("coordinator")
    for form in ("2026-17", "2026-18"):
        coordinator.goto("/bereavement/new")
        coordinator.locator("#form_number").fill(form)
        coordinator.locator("#died_on").fill("2026-09-01")
        coordinator.locator("#consented_on").fill("2026-10-20")
        coordinator.locator("#quartier").select_option("01")
        press(coordinator, "Saisir")
    entry = coordinator.url.partition("?")[0]
    for measure in ("reach_nobody", "contact", "come_out"):
        coordinator.goto(entry)
        coordinator.locator(f"#m-{measure}").check()
        if measure == "contact":
            coordinator.get_by_label("repas").check()
        press(coordinator, "Enregistrer")
    expect(coordinator.locator(".now .tag")).to_have_text("sorti de l’isolement")
    coordinator.goto("/bereavement")
    coordinator.get_by_role("link", name="2026-17").click()
    press(coordinator, "La personne retire son accord")
    coordinator.goto("/bereavement")
    expect(coordinator.get_by_role("link", name="2026-17")).to_have_count(0)
    expect(coordinator.get_by_role("link", name="2026-18")).to_be_visible()


def test_a_follow_up_to_its_end_and_the_pack_of_the_meeting(office: Office) -> None:
    expert = office.page("expert")
    decide(office, expert, 2, "refer")
    case = expert.url.partition("?")[0]
    for kind, leads in (("APPEL", "follow"), ("BILAN", "close")):
        expert.goto(case)
        expert.get_by_role("link", name="Saisir une étape du suivi").click()
        expert.locator("#made_on").fill("2026-11-03")
        expert.locator("#kind").select_option(kind)
        expert.locator("#partner").select_option("CCAS")
        expert.locator("#leads_to").select_option(leads)
        if leads == "close":
            expert.locator("#because").select_option("SORTI_ISOLEMENT")
        press(expert, "Enregistrer")
    expert.goto(case)
    expect(expert.locator(".now .tag").first).to_have_text("clos")
    office.clock.turn(days=45)
    later = office.page("later", "expert")
    decide(office, later, 1, "visit")
    office.clock.turn(days=60)
    coordinator = office.page("latest", "coordinator")
    coordinator.goto("/follow-up")
    expect(coordinator.locator("section", has_text="En retard").locator("tbody tr")).not_to_have_count(0)
    with coordinator.expect_download() as pack:
        press(coordinator, "Dossier de réunion (PDF)")
    assert pack.value.path().read_bytes().startswith(b"%PDF")


def test_whoever_objects_is_left_in_peace(office: Office) -> None:
    """One click at the case, and by telephone; the letter; the register of the city has both."""
    expert, agent = office.page("expert"), office.page("agent")
    open_case(office, expert, 1)
    press(expert, "Le ménage s’oppose")
    said(expert, "L’opposition est enregistrée")
    expect(expert.locator("article.letter")).to_contain_text("oppos")
    agent.goto("/objection")
    agent.get_by_label("Code du ménage").fill(household(2)[:9])
    press(agent, "Enregistrer l’opposition")
    said(agent, "L’opposition est enregistrée")
    assert [case_of(office.desk, n).state for n in (1, 2)] == ["objected", "objected"]
    assert {line(1).id_logement, line(2).id_logement} <= set(office.register.objected())
    expert.goto("/queue")
    expect(expert.locator("li.case")).to_have_count(6)
    open_case(office, expert, 2)
    expect(expert.get_by_role("heading", name="Le ménage n’est plus sollicité")).to_be_visible()


def test_visits_from_a_filled_template_and_a_correction(office: Office) -> None:
    """The template goes out, comes back filled, is looked at first; a wrong figure is corrected and the old one stays to be read."""
    to_visit(office.desk, 1, 2)
    coordinator = office.page("coordinator")
    coordinator.goto("/visits/import")
    with coordinator.expect_download() as given:
        coordinator.get_by_role("link", name="Modèle").click()
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(given.value.path().read_bytes())).get_sheet_by_index(0)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in sheet.to_python()[1:]]
    assert len(rows) == 2
    answered = {"visited_on": date(2026, 11, 3), "visitor_role": "VOLONTAIRE", "outcome": "VU"}
    back = filled([rows[0] | answered | {n: int(v) for n, v in LSNS_9.items()}, rows[1]])
    coordinator.set_input_files(
        "#file", files=[{"name": "visites.xlsx", "mimeType": "application/octet-stream", "buffer": back}]
    )
    press(coordinator, "Voir d’abord")
    coordinator.get_by_role("button", name="Saisir 1 visite").click()
    coordinator.goto("/visits")
    coordinator.locator("a.open").first.click()
    coordinator.get_by_role("link", name="Corriger").click()
    coordinator.locator("#lsns6_1").fill("5")
    coordinator.locator("#because").select_option("TYPING")
    press(coordinator, "Enregistrer")
    expect(coordinator.get_by_text("12 sur 30")).to_be_visible()
    coordinator.locator("details summary", has_text="ce qui figurait alors").last.click()
    expect(coordinator.locator(".timeline details[open]").last).to_contain_text("LSNS-6 2 1 2 0 1 3")


def test_what_the_plan_counts(office: Office) -> None:
    """The indicators are live, small cells hidden, and go out as a table; an account is opened."""
    auditor, administrator = office.page("auditor"), office.page("administrator")
    auditor.goto("/indicators?since=2026-11-01&until=2026-11-03")
    expect(auditor.get_by_text("non affiché").first).to_be_visible()
    with auditor.expect_download() as csv:
        auditor.get_by_role("link", name="Tableau (CSV)").click()
    assert csv.value.path().read_text(encoding="utf-8-sig").count("\n") > 5
    administrator.goto("/accounts/new")
    administrator.locator("#login").fill("nouvelle")
    administrator.locator("#name").fill("Une Nouvelle")
    administrator.locator("#role").select_option("expert")
    administrator.locator("#profession").select_option("TRAVAILLEUR_SOCIAL")
    administrator.locator("input[name=sees_all]").check()
    press(administrator, "Enregistrer")
    assert re.fullmatch(r"\S{4}(-\S{4}){3}", administrator.locator("code.large").inner_text())
