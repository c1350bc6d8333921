"""Signing in through the city's directory: a real provider and a real desk on ports of their own, well and ill behaved."""

import logging
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2  # noqa: TID251 - a test asks as a browser does
import pyotp
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.errors import JoseError
from playwright.sync_api import Browser
from pydantic import ValidationError
from sqlalchemy import func, select
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from pipelines import settings_desk
from review import trail
from review.access.directory import Answer, drawn, leave, proven, returned
from review.access.limits import SIGN_INS
from review.access.passwords import digest
from review.app import application
from review.desk import Desk
from review.services import Directory
from review.tables.accounts import Departure, SignedIn, User
from tests.review.a_directory import CLIENT, SECRET, ADirectory, keys, served, signed
from tests.review.desk_sample import START, Clock, Seat, a_desk, account, change_account, seat, sqlite

PERSON = "8f2c-77"
DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True, kw_only=True)
class Town:
    """A desk with a directory, both at work; ``base``: the desk's address."""

    desk: Desk
    provider: ADirectory
    base: str

    def browser(self) -> httpx2.Client:
        """Follows nothing by itself."""
        return httpx2.Client(base_url=self.base, follow_redirects=False)

    def there(self, browser: httpx2.Client) -> str:
        """From the sign-in page through the provider's; gives the address to which it sends back."""
        left = browser.get("/sign-in/directory")
        assert left.status_code == 303, left.text
        return browser.get(left.headers["location"]).headers["location"]

    def signed_in(self, browser: httpx2.Client) -> httpx2.Response:
        """There and back."""
        return browser.get(self.there(browser))

    def lines(self) -> list[tuple[str, str, dict[str, object]]]:
        """Who, action, facts of what the trail says of signing in."""
        with self.desk.database.reading() as session:
            lines = list(trail.lines(session, self.desk.services.seal))
        return [(line.who, line.action, line.facts) for line in lines if line.action.startswith("sign")]

    def sessions(self) -> int:
        """Of everybody."""
        with self.desk.database.reading() as session:
            return session.scalar(select(func.count(SignedIn.id))) or 0

    def user(self) -> User:
        """The expert's account as it is now."""
        with self.desk.database.reading() as session:
            return session.scalars(select(User).where(User.login == "expert")).one()

    def known(self, **changed: object) -> None:
        """Changes it."""
        with self.desk.database.writing() as session:
            user = session.scalars(select(User).where(User.login == "expert")).one()
            for name, value in changed.items():
                setattr(user, name, value)


@dataclass(frozen=True, kw_only=True)
class Served:
    """An application on its port, in which each test puts a desk of its own."""

    app: FastAPI
    port: int

    def town(self, desk: Desk, provider: ADirectory, *, has_second_factor: bool) -> Town:
        """The expert's account bears the identity that the provider signs in."""
        base = f"http://127.0.0.1:{self.port}"
        there = Directory(
            issuer=provider.issuer, client_id=CLIENT, secret=SECRET, title="Annuaire",
            has_second_factor=has_second_factor,
        )  # fmt: skip
        city = replace(desk.services.city, directory=there, public_url=base)
        self.app.state.desk = replace(desk, services=replace(desk.services, city=city))
        account(desk, "expert")
        town = Town(desk=self.app.state.desk, provider=provider, base=base)
        town.known(subject=PERSON, issuer=provider.issuer)
        return town

    def be_impatient(self, seconds: float) -> None:
        """The desk waits so long only."""
        desk: Desk = self.app.state.desk
        there = desk.services.city.directory
        assert there is not None
        city = replace(desk.services.city, directory=replace(there, seconds=seconds))
        self.app.state.desk = replace(desk, services=replace(desk.services, city=city))


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One a module: starting and stopping take longer than a test. No authority is trusted: nothing here is encrypted, and reading them all takes its time."""
    first = a_desk(sqlite(tmp_path_factory.mktemp("first")))
    app = application(first)
    with pytest.MonkeyPatch.context() as environment, served(lambda port: app) as port:
        environment.delenv("SSL_CERT_FILE", raising=False)
        environment.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("trusted")))
        yield Served(app=app, port=port)
    first.database.close()


@pytest.fixture(scope="module")
def serving() -> Iterator[ADirectory]:
    """Under another name than the desk's: to a browser the two are different sites."""
    one = ADirectory(now=lambda: START)

    def make(port: int) -> ASGIApp:
        one.issuer = f"http://localhost:{port}"
        return one.app()

    with served(make):
        yield one


@pytest.fixture
def provider(serving: ADirectory, clock: Clock) -> ADirectory:
    """Well behaved."""
    vars(serving).update(vars(ADirectory(now=clock, person=PERSON, issuer=serving.issuer)))
    return serving


@pytest.fixture
def town(desk: Desk, provider: ADirectory, at_work: Served) -> Town:
    """The directory asks for the second factor itself."""
    return at_work.town(desk, provider, has_second_factor=True)


def test_who_is_known_is_in_at_once_where_the_directory_asks_for_the_second_factor(town: Town) -> None:
    with town.browser() as browser:
        answer = town.signed_in(browser)
        assert answer.status_code == 200
        assert '<meta http-equiv="refresh" content="0; url=/welcome">' in answer.text
        assert browser.get("/welcome").headers["location"] == "/queue"
        assert browser.get("/queue").status_code == 200
    sent = town.provider.sent
    assert (sent["response_type"], sent["scope"], sent["client_id"]) == ("code", "openid", CLIENT)
    assert sent["code_challenge_method"] == "S256"
    assert len({sent["state"], sent["nonce"], sent["code_challenge"]}) == 3
    assert town.lines() == [("expert", "sign in", {"through": "directory"})]


def test_else_the_desk_asks_for_its_own_and_the_trail_still_says_how(
    desk: Desk, provider: ADirectory, at_work: Served, clock: Clock
) -> None:
    town = at_work.town(desk, provider, has_second_factor=False)
    with town.browser() as browser:
        assert "url=/sign-in/code" in town.signed_in(browser).text
        assert browser.get("/queue").headers["location"].startswith("/sign-in")
        secret = re.findall(r"<code>([A-Z2-7]{32})</code>", browser.get("/sign-in/code").text)[0]
        browser.post("/sign-in/code", data={"code": pyotp.TOTP(secret).at(clock.at)})
        assert browser.get("/queue").status_code == 200
        clock.turn(seconds=30)
        assert "url=/sign-in/code" in town.signed_in(browser).text
        assert "<code>" not in browser.get("/sign-in/code").text
        browser.post("/sign-in/code", data={"code": pyotp.TOTP(secret).at(clock.at)})
        assert browser.get("/queue").status_code == 200
        assert town.lines() == [("expert", "sign in", {"through": "directory"})] * 2


def test_the_language_of_the_sign_in_page_comes_back(town: Town) -> None:
    with town.browser() as browser:
        link = re.findall('href="(/sign-in/directory[^"]+)"', browser.get("/sign-in?lang=en").text)[0]
        for town.provider.wrong, town.provider.person, said in (
            ("denied", "x", "The directory did not let you in"),
            ("", "x", "The desk does not know you yet"),
            ("", PERSON, "Your identity is confirmed"),
        ):
            there = browser.get(link).headers["location"]
            assert said in browser.get(browser.get(there).headers["location"]).text


def test_a_password_still_opens_the_account_and_the_trail_says_so(town: Town, clock: Clock) -> None:
    town.known(second_factor=town.desk.services.seal.seal("A" * 32), second_factor_since=START)
    with town.browser() as browser:
        browser.post("/sign-in", data={"login": "expert", "password": "lune-verte-7-ponts"})
        browser.post("/sign-in/code", data={"code": pyotp.TOTP("A" * 32).at(clock.at)})
        assert browser.get("/queue").status_code == 200
    assert town.lines() == [("expert", "sign in", {"through": "password"})]


def test_a_first_password_that_nobody_used_ends_with_the_first_sign_in_there(town: Town) -> None:
    town.known(must_change_password=True)
    with town.browser() as browser:
        town.signed_in(browser)
        assert browser.get("/queue").status_code == 200
        assert (town.user().password, town.user().must_change_password) == (None, False)
        form = {"login": "expert", "password": "lune-verte-7-ponts"}
        assert browser.post("/sign-in", data=form).status_code == 422
    facts: dict[str, object] = {"through": "directory", "first_password_ended": True}
    assert town.lines()[0] == ("expert", "sign in", facts)


def test_a_directory_that_wants_its_secret_in_the_form_gets_it_there(town: Town) -> None:
    town.provider.wrong = "post only"
    with town.browser() as browser:
        assert town.signed_in(browser).status_code == 200


FORMS: tuple[object, ...] = (
    [],
    {"id_token": 5, "keys": "none"},
    {"id_token": "a.b.c", "expires_in": [1], "keys": [{"kty": "RSA", "n": 5, "e": "AQAB"}]},
    {"id_token": "a.b.c", "keys": [{"kty": "RSA"}, {"kty": 1}]},
)
"""Instead of a token or of keys."""


def turned_away(town: Town, browser: httpx2.Client, answer: httpx2.Response, because: str, said: str) -> None:
    """A page in words, a line of the trail, nobody signed in."""
    assert 400 <= answer.status_code < 600 and answer.status_code != 500
    assert said in answer.text
    assert town.lines()[-1] == ("", "sign-in refused", {"through": "directory", "because": because})
    assert town.sessions() == 0
    assert browser.get("/queue").headers["location"].startswith("/sign-in")


WRONG: tuple[tuple[str, dict[str, object]], ...] = (
    ("none", {}),
    ("other key", {}),
    ("RS256", {"nonce": "planted"}),
    ("RS256", {"aud": "planted"}),
    ("RS256", {"exp": int((START - timedelta(minutes=2)).timestamp())}),
    ("RS256", {"at_hash": "planted"}),
)
"""How the token is signed and what it says otherwise; every combination is below, without the way there and back."""


def test_a_token_that_does_not_hold_signs_nobody_in(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with town.browser() as browser:
        for town.provider.how, town.provider.claims in WRONG:
            answer = town.signed_in(browser)
            turned_away(town, browser, answer, "wrong answer", "La réponse de l’annuaire est inutilisable")
        town.provider.how, town.provider.claims = "ES256", {}
        assert town.signed_in(browser).status_code == 200
    assert len(town.provider.tokens) == len(WRONG) + 1
    ours = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("lanterne"))
    assert ours.count("cannot be used") == len(town.provider.tokens) - 1
    assert "InvalidClaimError nonce" in ours
    for token in town.provider.tokens:
        assert token not in caplog.text and token.split(".")[1] not in caplog.text
    assert not any(planted in caplog.text for planted in (SECRET, "an-access-token", "Traceback"))
    assert not any(planted in ours for planted in ("planted", PERSON, *town.provider.sent.values()))


def test_a_directory_that_is_down(town: Town) -> None:
    with town.browser() as browser:
        for fault in ("/token 500", "/keys 500", f"{DISCOVERY} 500"):
            town.provider.wrong = ""
            back = "/sign-in/directory" if DISCOVERY in fault else town.there(browser)
            town.provider.wrong = fault
            turned_away(town, browser, browser.get(back), "no answer", "L’annuaire ne répond pas")


def test_a_directory_that_is_slow(town: Town, at_work: Served) -> None:
    with town.browser() as browser:
        back = town.there(browser)
        at_work.be_impatient(0.2)
        for town.provider.wrong, path in (("/token slow", back), (f"{DISCOVERY} slow", "/sign-in/directory")):
            turned_away(town, browser, browser.get(path), "no answer", "L’annuaire ne répond pas")


def test_a_directory_that_is_not_the_one_of_the_settings(town: Town) -> None:
    with town.browser() as browser:
        for town.provider.wrong in ("names itself otherwise", "odd address", f"{DISCOVERY} no json"):
            turned_away(town, browser, browser.get("/sign-in/directory"), "wrong answer", "inutilisable")
        town.provider.wrong = f"{DISCOVERY} redirect"
        turned_away(town, browser, browser.get("/sign-in/directory"), "no answer", "ne répond pas")
    assert town.provider.asked == [DISCOVERY] * 4


def test_a_directory_whose_answer_has_another_form(town: Town) -> None:
    with town.browser() as browser:
        for path in ("/token", "/keys"):
            for said in FORMS:
                town.provider.instead = {}
                back = town.there(browser)
                town.provider.instead = {path: said}
                turned_away(town, browser, browser.get(back), "wrong answer", "inutilisable")


def test_a_directory_that_is_not_there_at_all(town: Town) -> None:
    city = town.desk.services.city
    assert city.directory
    gone = replace(city.directory, issuer="http://127.0.0.1:9")
    away = replace(town.desk, services=replace(town.desk.services, city=replace(city, directory=gone)))
    client = TestClient(application(away), follow_redirects=False)
    assert client.get("/sign-in/directory").status_code == 403
    assert town.lines()[-1][2]["because"] == "no answer"


def test_the_way_back_is_open_once_for_ten_minutes_for_the_same_browser(town: Town, clock: Clock) -> None:
    def refused(browser: httpx2.Client, back: str) -> None:
        again = browser.get(back)
        turned_away(town, browser, again, "way back", "Ce chemin de retour n’est pas ouvert")
        assert 'href="/sign-in?lang=en"' in again.text, "another language opens no used address"
        assert "/token" not in town.provider.asked

    with town.browser() as browser, town.browser() as other:
        back = town.there(browser)
        refused(other, back)
        refused(other, "/sign-in/directory/back")
        refused(browser, re.sub("state=[^&]+", "state=planted", back))
        refused(browser, back)  # used up by the wrong state
        late = town.there(browser)
        clock.turn(minutes=10)
        refused(browser, late)
        late = town.there(browser)
        clock.turn(minutes=9, seconds=59)
        assert browser.get(late).status_code == 200


def test_of_many_at_once_one_comes_back(any_url: str) -> None:
    desk, errand = a_desk(any_url), drawn("fr")
    with desk.database.writing() as session:
        cookie = leave(session, errand, START)

    def come_back() -> object:
        with desk.database.writing() as session:
            return returned(session, cookie, errand.state, START)

    with ThreadPoolExecutor(8) as pool:
        found = [one.result() for one in [pool.submit(come_back) for _ in range(16)]]
    assert [one for one in found if one] == [errand]
    desk.database.close()


def test_a_way_back_that_somebody_listened_to_serves_nobody_again(town: Town) -> None:
    with town.browser() as browser, town.browser() as thief:
        back = town.there(browser)
        thief.cookies.update(browser.cookies)
        assert browser.get(back).status_code == 200
        assert "lanterne-directory" not in browser.cookies
        before = town.sessions()
        assert thief.get(back).status_code == 403
        assert town.sessions() == before
        assert thief.get("/queue").status_code == 303


def test_a_code_that_somebody_else_got_is_worth_nothing(town: Town) -> None:
    """Another's code in one's own way back: the directory refuses it, for it was asked for with another verifier."""
    with town.browser() as mine, town.browser() as theirs:
        stolen = re.findall("code=([^&]+)", town.there(theirs))[0]
        back = re.sub("code=[^&]+", f"code={stolen}", town.there(mine))
        turned_away(town, mine, mine.get(back), "wrong answer", "inutilisable")


def test_whoever_the_directory_does_not_let_in_is_told_so(town: Town) -> None:
    town.provider.wrong = "denied"
    with town.browser() as browser:
        answer = town.signed_in(browser)
        turned_away(town, browser, answer, "denied", "L’annuaire ne vous a pas laissé entrer")


def test_an_identity_without_an_account_opens_none(town: Town) -> None:
    """It is shown to whoever bears it, so that the administrator can enter it; in the trail it is not."""
    town.provider.person = "<b>ab-7719</b>"
    town.provider.claims = {"preferred_username": "expert", "email": "expert@petiteville.example"}
    with town.browser() as browser:
        answer = town.signed_in(browser)
        turned_away(town, browser, answer, "unknown", "Le pupitre ne vous connaît pas encore")
        assert '<code class="large">&lt;b&gt;ab-7719&lt;/b&gt;</code>' in answer.text
    with town.desk.database.reading() as session:
        assert session.scalars(select(User.login)).all() == ["expert"]
        lines = [str(trail.as_json(one)) for one in trail.lines(session, town.desk.services.seal)]
    assert not any("ab-7719" in one for one in lines)


def test_the_same_identity_of_another_directory_is_somebody_else(town: Town) -> None:
    town.known(issuer="https://former.example")
    with town.browser() as browser:
        turned_away(town, browser, town.signed_in(browser), "unknown", "ne vous connaît pas encore")


def test_a_closed_and_a_locked_account_stay_so(town: Town, clock: Clock) -> None:
    with town.browser() as browser:
        town.known(is_active=False)
        turned_away(town, browser, town.signed_in(browser), "closed", "Ce compte est fermé")
        town.known(is_active=True, locked_until=START + timedelta(minutes=15))
        turned_away(town, browser, town.signed_in(browser), "locked", "Ce compte est bloqué")
        clock.turn(minutes=15)
        assert town.signed_in(browser).status_code == 200


def test_the_cookie_of_the_way_back_is_narrow_and_the_database_does_not_hold_it(town: Town) -> None:
    with town.browser() as browser:
        said = browser.get("/sign-in/directory").headers["set-cookie"].lower()
        cookie = browser.cookies["lanterne-directory"]
    for part in ("httponly", "samesite=lax", "path=/sign-in/directory", "max-age=600"):
        assert part in said
    with town.desk.database.reading() as session:
        kept = session.scalars(select(Departure)).one()
    assert kept.id == digest(cookie)
    assert cookie not in (kept.state, kept.nonce, kept.verifier)


def test_errands_that_nobody_came_back_from_are_forgotten(town: Town, clock: Clock) -> None:
    with town.browser() as browser:
        for _ in range(3):
            browser.get("/sign-in/directory")
            clock.turn(minutes=10, seconds=1)
        with town.desk.database.reading() as session:
            assert len(session.scalars(select(Departure)).all()) == 1


def test_too_many_tries_from_one_address_wait(town: Town) -> None:
    for _ in range(29):
        town.desk.limits.check(SIGN_INS, "127.0.0.1")
    with town.browser() as browser:
        paths = ("/sign-in/directory/back", "/sign-in/directory/back", "/sign-in/directory")
        assert [browser.get(path).status_code for path in paths] == [403, 429, 429]
    assert (len(town.lines()), town.provider.asked) == (1, [])


def test_without_the_setting_nothing_is_there_and_nothing_is_asked(
    desk: Desk, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    make = httpx2.HTTPTransport.__init__
    with town.browser() as browser:
        client = TestClient(application(desk), follow_redirects=False)
        monkeypatch.setattr(
            httpx2.HTTPTransport, "__init__", lambda *one, **how: made.append("one") or make(*one, **how)
        )
        for path in ("/sign-in/directory", "/sign-in/directory/back?code=a&state=b"):
            assert client.get(path).status_code == 404
        assert "directory" not in client.get("/sign-in").text
        assert made == []
        assert browser.get("/sign-in/directory").status_code == 303
        assert made


def form_of(seated: Seat, user_id: str, **changed: object) -> httpx2.Response:
    """The administrator's form of the expert's account."""
    form = {"name": "E", "role": "expert", "profession": "RESPONSABLE", "language": "fr", "is_active": "true"}
    answer: httpx2.Response = change_account(seated, user_id, **{**form, **changed})
    return answer


def test_the_administrator_enters_an_identity_sign_by_sign(town: Town) -> None:
    admin, expert = seat(town.desk, "administrator"), Seat(town.desk, "expert")
    here, user = f"/accounts/{town.user().id}", town.user()
    assert f'value="{PERSON}"' in admin.get(here).text
    assert form_of(admin, user.id, subject=PERSON).status_code == 303
    assert (town.user().subject, town.user().issuer) == (PERSON, town.provider.issuer)
    assert form_of(admin, user.id, subject="z" * 255).status_code == 303
    assert form_of(admin, user.id, subject=" other ").status_code == 303
    assert town.user().subject == "other"
    assert expert.get("/queue").status_code == 303  # signed out at once
    assert form_of(admin, user.id, subject="").status_code == 303
    assert (town.user().subject, town.user().issuer) == (None, None)
    with town.desk.database.reading() as session:
        lines = [
            one for one in trail.lines(session, town.desk.services.seal) if one.action == "change account"
        ]
    assert [one.facts.get("identity") for one in lines][-3:] == ["set", "set", "removed"]
    assert "identity" not in lines[0].facts
    assert all("other" not in str(one.facts) and PERSON not in str(one.facts) for one in lines)


def test_an_identity_opens_one_account_only(town: Town) -> None:
    admin, second = seat(town.desk, "administrator"), account(town.desk, "second", "expert")
    form = {"login": "thief", "name": "T", "role": "expert", "profession": "RESPONSABLE", "language": "fr"}
    for typed in (PERSON, f" {PERSON} "):
        answer = admin.post("/accounts/new", **form, subject=typed)
        assert answer.status_code == 422
        assert "Cette identité est déjà prise" in answer.text
        assert form_of(admin, second, subject=typed).status_code == 422
    with town.browser() as browser:
        town.signed_in(browser)
    assert town.lines()[-1][0] == "expert"


def test_what_is_no_identity_is_refused(town: Town) -> None:
    admin = seat(town.desk, "administrator")
    for typed in ("é", "a\tb", "z" * 256, "a\u00a0b"):
        assert form_of(admin, town.user().id, subject=typed).status_code == 422
    assert town.user().subject == PERSON


def test_an_identity_of_a_former_directory_is_not_carried_over(town: Town) -> None:
    """The form does not show it, so that saving something else cannot bind it to whoever has it in the new one."""
    town.known(issuer="https://former.example")
    admin = seat(town.desk, "administrator")
    assert PERSON not in admin.get(f"/accounts/{town.user().id}").text
    form_of(admin, town.user().id, subject="")
    with town.browser() as browser:
        turned = town.signed_in(browser)
    assert turned.status_code == 403


def test_while_the_desk_has_no_directory_identities_stay_as_they_are(desk: Desk, town: Town) -> None:
    admin = seat(desk, "administrator")
    assert 'name="subject"' not in admin.get(f"/accounts/{town.user().id}").text
    form_of(admin, town.user().id, subject="planted")
    assert (town.user().subject, town.user().issuer) == (PERSON, town.provider.issuer)


GIVEN = Directory(issuer="https://d.example", client_id=CLIENT, secret=SECRET, title="")
AT = int(START.timestamp())
SOUND: dict[str, object] = {
    "iss": GIVEN.issuer,
    "aud": CLIENT,
    "sub": PERSON,
    "nonce": "n",
    "exp": AT + 300,
    "iat": AT,
}
EDGES = [AT + seconds for seconds in (-3600, -61, -60, -59, 0, 59, 60, 61, 3600)]
OTHERWISE: dict[str, list[object]] = {
    "how": ["ES256", "RS384", "PS256", "HS256", "none", "other key"],
    "iss": [GIVEN.issuer + "/", "https://D.example", 5, None],
    "aud": [[CLIENT], ["x", CLIENT], ["x"], "", [], None],
    "azp": [CLIENT, "x"],
    "sub": ["somebody", "", 5, None],
    "nonce": ["N", "", 5, None],
    "exp": [*EDGES, "later", None],
    "iat": [*EDGES, None],
}


def holds(how: object, said: Mapping[str, object]) -> bool:
    """As OpenID Connect Core 3.1.3.7 says it, with a minute for clocks that differ."""
    exp, iat, sub, aud, azp = (said.get(name) for name in ("exp", "iat", "sub", "aud", "azp"))
    is_for_the_desk = aud in (CLIENT, [CLIENT]) and azp in (CLIENT, None)
    return (
        how in ("RS256", "ES256")
        and said.get("iss") == GIVEN.issuer
        and (is_for_the_desk or (aud == ["x", CLIENT] and azp == CLIENT))
        and isinstance(sub, str)
        and sub != ""
        and said.get("nonce") == "n"
        and isinstance(exp, int)
        and exp > AT - 60
        and isinstance(iat, int)
        and iat <= AT + 60
    )


@settings(max_examples=300, deadline=None)  # the first one draws the keys
@given(
    st.lists(
        st.sampled_from([(name, value) for name, all_ in OTHERWISE.items() for value in all_]), max_size=2
    )
)
def test_a_token_holds_when_everything_about_it_does(changes: list[tuple[str, object]]) -> None:
    """Of a sound one, at most two things are otherwise: the one may make up for the other."""
    said = {"how": "RS256", **SOUND, **dict(changes)}
    how = str(said.pop("how"))
    claims = {name: value for name, value in said.items() if value is not None}
    answer = Answer(id_token=signed(claims, how))
    if holds(how, claims):
        assert proven(GIVEN, keys(), answer, "n", START) == claims["sub"]
        return
    with pytest.raises((JoseError, ValueError, TypeError)):
        proven(GIVEN, keys(), answer, "n", START)


@given(data=st.data())
def test_a_token_of_which_one_sign_was_changed_holds_no_more(data: st.DataObject) -> None:
    token = signed(SOUND, "ES256")
    place = data.draw(st.integers(0, token.rindex(".")))
    sign = data.draw(st.sampled_from([".", "A", "z", "_", "é", "\x00", ""]).filter(lambda one: one != token[place]))  # fmt: skip
    changed = token[:place] + sign + token[place + 1 :]
    with pytest.raises((JoseError, ValueError, TypeError)):
        proven(GIVEN, keys(), Answer(id_token=changed), "n", START)


@pytest.mark.parametrize(
    ("issuer", "is_taken"),
    [
        ("https://directory.example/realms/city", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost/realms/city", True),
        ("http://directory.example", False),
        ("http://localhost.evil.example", False),
        ("directory.example", False),
    ],
)
def test_over_a_network_the_directory_is_asked_encrypted(issuer: str, is_taken: bool) -> None:
    def made() -> settings_desk.Directory:
        return settings_desk.Directory.model_validate({"issuer": issuer, "client_id": "lanterne"})

    if is_taken:
        assert made().second_factor is False
        return
    with pytest.raises(ValidationError):
        made()


@pytest.mark.slow
def test_a_browser_lands_in_the_queue(town: Town, chromium: Browser) -> None:
    """With scripts and without. Whoever clicks at the directory comes from another site: a browser then sends the cookie that is kept to the desk only from a
    page of the desk on, and the cookie of the way back at once."""
    town.provider.has_page = True
    assert urlsplit(town.provider.issuer).hostname != urlsplit(town.base).hostname
    for has_scripts in (True, False):
        context = chromium.new_context(java_script_enabled=has_scripts, locale="fr-FR")
        page = context.new_page()
        page.goto(f"{town.base}/sign-in")
        page.get_by_role("link", name="Annuaire").click()
        page.get_by_role("link", name="It is me").click()
        page.wait_for_url("**/queue")
        assert page.get_by_role("heading", level=1).inner_text() == "Dossiers"
        cookies = {one["name"]: one for one in context.cookies()}
        assert cookies["lanterne"]["sameSite"] == "Strict"
        assert "lanterne-directory" not in cookies
        context.close()
