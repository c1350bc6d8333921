"""Signing in: two proofs, few tries, sessions that end, forms that only the desk sends."""

import re

import pyotp
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from review.access.passwords import digest, is_weak, step_of
from review.app import application
from review.desk import Desk
from review.tables.accounts import SignedIn, User
from tests.review.desk_sample import (
    START,
    Clock,
    Seat,
    a_desk,
    account,
    account_page,
    case_of,
    change_account,
    seat,
)

WORD = "lune-verte-7-ponts"


@pytest.fixture
def browser(desk: Desk) -> TestClient:
    """Nobody yet."""
    account(desk, "expert")
    return TestClient(application(desk), follow_redirects=False, raise_server_exceptions=False)


def secret_on(html: str) -> str:
    """What the page of the second factor shows to be typed."""
    found = re.search(r"<code>([A-Z2-7]{32})</code>", html)
    assert found
    return found[1]


def sign_in(browser: TestClient, clock: Clock) -> str:
    """For the first time; gives the secret of the codes."""
    assert (
        browser.post("/sign-in", data={"login": "expert", "password": WORD}).headers["location"]
        == "/sign-in/code"
    )
    secret = secret_on(browser.get("/sign-in/code").text)
    answer = browser.post("/sign-in/code", data={"code": pyotp.TOTP(secret).at(clock.at)})
    assert answer.status_code == 200
    assert len(set(re.findall(r"<li><code>([^<]+)</code>", answer.text))) == 8
    return secret


def test_the_first_time_the_second_factor_is_set_up(browser: TestClient, clock: Clock) -> None:
    assert browser.get("/queue").headers["location"].startswith("/sign-in")
    sign_in(browser, clock)
    assert browser.get("/welcome").headers["location"] == "/queue"
    assert browser.get("/queue").status_code == 200


def test_a_password_alone_opens_nothing(browser: TestClient) -> None:
    browser.post("/sign-in", data={"login": "expert", "password": WORD})
    for path in ("/queue", "/account", "/cases/new"):
        assert browser.get(path).headers["location"].startswith("/sign-in")


def test_later_a_code_is_asked_and_serves_once(browser: TestClient, clock: Clock) -> None:
    secret = sign_in(browser, clock)
    used = pyotp.TOTP(secret).at(clock.at)
    browser.post("/sign-in", data={"login": "expert", "password": WORD})
    assert "<code>" not in browser.get("/sign-in/code").text
    assert browser.post("/sign-in/code", data={"code": used}).status_code == 422
    clock.turn(seconds=30)
    answer = browser.post("/sign-in/code", data={"code": pyotp.TOTP(secret).at(clock.at)})
    assert answer.headers["location"] == "/welcome"


def test_a_recovery_code_serves_once(browser: TestClient, clock: Clock) -> None:
    browser.post("/sign-in", data={"login": "expert", "password": WORD})
    secret = secret_on(browser.get("/sign-in/code").text)
    page = browser.post("/sign-in/code", data={"code": pyotp.TOTP(secret).at(clock.at)}).text
    code = re.findall(r"<li><code>([^<]+)</code>", page)[3]
    for status in (303, 422):
        browser.post("/sign-in", data={"login": "expert", "password": WORD})
        assert browser.post("/sign-in/code", data={"code": f" {code.upper()} "}).status_code == status


def test_the_cookie_changes_when_the_rights_grow(browser: TestClient, clock: Clock) -> None:
    browser.post("/sign-in", data={"login": "expert", "password": WORD})
    half = browser.cookies["lanterne"]
    secret = secret_on(browser.get("/sign-in/code").text)
    browser.post("/sign-in/code", data={"code": pyotp.TOTP(secret).at(clock.at)})
    assert browser.cookies["lanterne"] != half
    browser.cookies.clear()
    browser.cookies.set("lanterne", half)
    assert browser.get("/queue").status_code == 303


def test_the_cookie_is_for_the_browser_and_the_desk_alone(browser: TestClient) -> None:
    answer = browser.post("/sign-in", data={"login": "expert", "password": WORD})
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "max-age" not in said


def test_five_wrong_tries_lock_for_a_quarter_of_an_hour(browser: TestClient, clock: Clock) -> None:
    for _ in range(5):
        assert browser.post("/sign-in", data={"login": "expert", "password": "wrong"}).status_code == 422
    assert browser.post("/sign-in", data={"login": "expert", "password": WORD}).status_code == 422
    clock.turn(minutes=14, seconds=59)
    assert browser.post("/sign-in", data={"login": "expert", "password": WORD}).status_code == 422
    clock.turn(seconds=1)
    assert browser.post("/sign-in", data={"login": "expert", "password": WORD}).status_code == 303


def test_nobody_learns_which_accounts_there_are(browser: TestClient) -> None:
    known = browser.post("/sign-in", data={"login": "expert", "password": "wrong"})
    unknown = browser.post("/sign-in", data={"login": "nobody", "password": "wrong"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)


def test_too_many_tries_from_one_address_wait(browser: TestClient) -> None:
    statuses = [
        browser.post("/sign-in", data={"login": f"n{n}", "password": "x"}).status_code for n in range(31)
    ]
    assert statuses == [422] * 30 + [429]


def test_a_form_of_another_site_is_refused(browser: TestClient, desk: Desk) -> None:
    answer = browser.post(
        "/sign-in", data={"login": "expert", "password": WORD}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 400
    assert "lanterne" not in browser.cookies


@pytest.mark.parametrize("sent", [{}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "é"}])
def test_a_change_without_this_sessions_token_is_refused(desk: Desk, sent: dict[str, str]) -> None:
    expert, case = seat(desk, "expert"), case_of(desk, 1)
    form = {"version": case.version, "choice": "followed", **sent}
    assert expert.client.post(f"/cases/{case.id}/decide", data=form).status_code == 403
    other = seat(desk, "other", "expert").token
    assert expert.client.post(f"/cases/{case.id}/decide", data={**form, "csrf": other}).status_code == 403
    assert case_of(desk, 1).state == "to_review"


def test_a_session_ends_when_nothing_happens_and_after_a_day_of_work(desk: Desk, clock: Clock) -> None:
    expert = seat(desk, "expert")
    for _ in range(20):
        clock.turn(minutes=29)
        assert expert.get("/queue").status_code == 200
    clock.turn(minutes=21)
    assert expert.get("/queue").headers["location"] == "/sign-in?said=expired"
    idle = Seat(desk, "expert")
    clock.turn(minutes=30)
    assert idle.get("/queue").status_code == 303


def test_whoever_signs_out_is_out(desk: Desk) -> None:
    expert = seat(desk, "expert")
    cookie = expert.client.cookies["lanterne"]
    assert expert.post("/sign-out").status_code == 303
    expert.client.cookies.set("lanterne", cookie)
    assert expert.get("/queue").status_code == 303


def test_the_database_holds_neither_cookie_nor_secret(desk: Desk, browser: TestClient, clock: Clock) -> None:
    secret = sign_in(browser, clock)
    cookie = browser.cookies["lanterne"]
    with desk.database.reading() as session:
        assert session.get(SignedIn, digest(cookie)) is not None
        user = session.scalars(select(User).where(User.login == "expert")).one()
        assert secret not in (user.second_factor or "")
        assert desk.services.seal.opened(user.second_factor or "") == secret
        assert user.password and user.password.startswith("$argon2id$")


def test_a_first_password_is_changed_before_anything_else(desk: Desk) -> None:
    admin = seat(desk, "administrator")
    page = admin.post(
        "/accounts/new",
        login="newcomer",
        name="N. Comer",
        role="expert",
        profession="RESPONSABLE",
        language="fr",
        sees_all="true",
    )
    first = re.search(r'<code class="large">([^<]+)</code>', page.text)
    assert first
    newcomer = Seat(desk, "newcomer")
    assert newcomer.get("/queue").headers["location"] == "/account/password"
    assert (
        newcomer.post(
            "/account/password", old="not it", new="quatre mots sans lien", again="quatre mots sans lien"
        ).status_code
        == 422
    )
    assert (
        newcomer.post(
            "/account/password", old=first[1], new="newcomer-2026", again="newcomer-2026"
        ).status_code
        == 422
    )
    done = newcomer.post(
        "/account/password", old=first[1], new="quatre mots sans lien", again="quatre mots sans lien"
    )
    assert done.headers["location"] == "/welcome"
    assert newcomer.get("/queue").status_code == 200


def test_a_closed_account_is_out_at_once_and_one_administrator_stays(desk: Desk) -> None:
    admin, expert = seat(desk, "administrator"), seat(desk, "expert")
    with desk.database.reading() as session:
        ids = {user.login: user.id for user in session.scalars(select(User))}
    form = {"name": "E", "role": "expert", "profession": "RESPONSABLE", "language": "fr"}
    assert change_account(admin, ids["expert"], **form).status_code == 303
    assert expert.get("/queue").status_code == 303
    alone = change_account(admin, ids["administrator"], name="A", role="administrator", language="fr")
    assert alone.status_code == 422
    assert admin.get("/accounts").status_code == 200


def test_a_page_that_is_no_longer_true_undoes_no_change_of_a_colleague(any_url: str) -> None:
    desk = a_desk(any_url)
    admin, other, expert = (
        seat(desk, "administrator"),
        seat(desk, "other", "administrator"),
        account(desk, "expert"),
    )
    form = {"name": "E", "role": "expert", "profession": "RESPONSABLE", "language": "fr", "sees_all": "true"}
    stale = account_page(admin, expert)
    assert change_account(other, expert, **form).status_code == 303  # closes it
    for late in ({"version": stale}, {}):
        answer = admin.post(f"/accounts/{expert}", **form, **late, is_active="true")
        assert (answer.status_code, "plus rapide" in answer.text) == (409, True)
    with desk.database.reading() as session:
        assert not session.get_one(User, expert).is_active
    wrong = admin.post(
        f"/accounts/{expert}", **{**form, "name": ""}, version=(now := account_page(admin, expert))
    )
    assert wrong.status_code == 422 and f'value="{now}"' in wrong.text
    assert change_account(admin, expert, **form, is_active="true").status_code == 303
    desk.database.close()


def test_an_account_has_no_profession_in_french(desk: Desk) -> None:
    page = seat(desk, "administrator").get("/accounts/new").text
    assert '<option value="">aucune</option>' in page


def test_somebody_who_signs_in_meanwhile_is_no_change_of_a_colleague(desk: Desk) -> None:
    admin, expert = seat(desk, "administrator"), account(desk, "expert")
    seen = account_page(admin, expert)
    with desk.database.writing() as session:
        session.get_one(User, expert).failures += 1
    form = {"name": "E", "role": "expert", "profession": "RESPONSABLE", "language": "fr"}
    assert admin.post(f"/accounts/{expert}", version=seen, **form).status_code == 303


@pytest.mark.parametrize(
    ("word", "weak"),
    [
        ("court", True),
        ("aaaaaaaaaaaaaaaa", True),
        ("lanterne-lanterne", True),
        ("Petiteville 2026!", True),
        (WORD, False),
    ],
)
def test_weak_passwords(word: str, weak: bool) -> None:
    assert is_weak(word, "expert", "Petiteville", "lanterne") is weak


def test_a_code_of_now_and_of_one_step_beside_is_taken_and_none_farther() -> None:
    secret, step = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", int(START.timestamp()) // 30
    made = {n: pyotp.TOTP(secret).at((step + n) * 30) for n in range(-2, 3)}
    taken = {n: step_of(secret, code, START, 0) for n, code in made.items()}
    assert taken == {-2: None, -1: step - 1, 0: step, 1: step + 1, 2: None}
    assert step_of(secret, made[0], START, step) is None
