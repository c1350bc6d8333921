"""The loop, with real commands and a real browser: a town's list → decided at the desk → a visit entered → the next run's label, without a hand touching a file."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from features import known, label
from pipelines import settings
from pipelines.store import read_store
from review.words import PARIS
from tests.pipelines.calling import lanterne

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("loop")]
LIST_ON = "2026-11-02"
WORD = "quatre mots sans lien"


def today() -> date:
    """By the clock, as the desk and the commands have it."""
    return datetime.now(PARIS).date()  # noqa: TID251


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def desk(config: Path) -> Iterator[str]:
    """``lanterne review``, as a city runs it."""
    port = free_port()
    command = [sys.executable, "-m", "pipelines.cli", "review", "--config", str(config), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:
        try:
            for _ in range(300):
                assert server.poll() is None, server.stderr and server.stderr.read()
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(15)


def first_time(page: Page, login: str, password: str) -> None:
    """Signs in for the first time: second factor, recovery codes, a password of one's own."""
    page.goto("/sign-in")
    page.get_by_label("Identifiant").fill(login)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Code").fill(pyotp.TOTP(page.locator("code").inner_text()).now())
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("link", name="Je les ai conservés").click()
    page.get_by_label("Mot de passe actuel").fill(password)
    page.get_by_label("Nouveau mot de passe", exact=True).fill(WORD)
    page.get_by_label("Nouveau mot de passe, encore une fois").fill(WORD)
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url(re.compile("/(queue|accounts|indicators)"))


def open_account(page: Page, login: str) -> str:
    """A coordinator who sees every neighbourhood; gives the first password."""
    page.goto("/accounts/new")
    page.locator("#login").fill(login)
    page.locator("#name").fill("Nadia B.")
    page.locator("#role").select_option("coordinator")
    page.locator("#profession").select_option("COORDINATION")
    page.locator("input[name=sees_all]").check()
    page.get_by_role("button", name="Enregistrer").click()
    return page.locator("code.large").inner_text()


def decide_and_enter(page: Page) -> str:
    """The first case gets a visit, which finds none of five networks alive; gives the household."""
    page.goto("/queue")
    page.locator("a.open").first.click()
    page.locator("#c-visit").check()
    page.get_by_role("button", name="Décider", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("C’est décidé.")
    case = page.url.split("/cases/")[1].split("?")[0]
    page.goto(f"/visits/new?case={case}")
    household = page.locator(".lede code").inner_text()
    page.locator("#visited_on").fill(today().isoformat())
    page.locator("input[name=visitor_role][value=VOLONTAIRE]").check()
    page.locator("input[name=person][value='1']").check()
    page.locator("input[name=outcome][value=VU]").check()
    for name in ("famille", "amis", "voisins", "collegues", "associations"):
        page.locator(f"#reseau_{name}").fill("0")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("aucun des cinq réseaux").first).to_be_visible()
    return household


def test_what_a_visit_finds_is_the_next_runs_label(tmp_path: Path, chromium: Browser) -> None:
    town = tmp_path / "town"
    assert lanterne("city", town, "--persons", "2500").returncode == 0
    config = town / "city.toml"
    assert lanterne("cycle", "--config", config, "--as-of", LIST_ON, "--capacity", "20").returncode in (0, 5)
    told = lanterne("review", "--config", config, "--first-administrator", "chef")
    first = re.search(r": (\S{4}-\S{4}-\S{4}-\S{4})", told.stdout)
    assert first, told.stderr
    with desk(config) as base:
        page = chromium.new_page(base_url=base, locale="fr-FR")
        first_time(page, "chef", first[1])
        password = open_account(page, "nadia")
        page.get_by_role("button", name="Se déconnecter").click()
        first_time(page, "nadia", password)
        household = decide_and_enter(page)
        page.close()
    after = today() + timedelta(days=1)
    ran = lanterne("cycle", "--config", config, "--as-of", after.isoformat(), "--capacity", "20")
    assert ran.returncode in (0, 5), ran.stderr
    visit = learnt(config, after)
    assert bool(visit["isolated"])
    assert str(visit["date_liste"])[:10] == LIST_ON
    assert household.startswith("H")


def learnt(config: Path, as_of: date) -> dict[str, object]:
    """The one visit of the desk, as the run of that day knows it."""
    city = settings.load(config)
    with read_store(city.paths) as connection:
        known.open_views(connection, as_of, settings.gates(city))
        found = label.outcomes(connection, label.visits(connection))
    mine = found[found["id_visite"].str.startswith("D")]
    assert len(mine) == 1
    return mine.iloc[0].to_dict()
