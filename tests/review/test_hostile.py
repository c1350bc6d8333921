"""What nobody should send: each corpus in every field of every form and address, random requests from the OpenAPI description, bodies too large."""

import logging

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from limits import RateLimitItemPerMinute
from sqlalchemy import func, inspect, select

from review import trail
from review.access.guard import Guard
from review.access.limits import Limits
from review.app import PAGES, application
from review.desk import Desk
from review.roles import MAY, ROLES
from review.tables.cases import Case
from tests.review.desk_sample import Seat, a_desk, case_of, everybody, take

CORPUS = (
    "<script>alert('planted')</script>",
    '"><img src=x onerror=alert(1)>',
    "' or 1=1; drop table cases; --",
    "{{ 7 * 7 }}{% raw %}",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "\x00nul",
    "%00%0d%0aSet-Cookie: a=b",
    "\u202egnp.exe",
    "a" * 100_000,
    "-1",
    "1e309",
    "2026-02-30",
    "🏮" * 50,
)
LIVE = ("<script>alert", "<img src=x")
"""What must never stand in a page as it was sent."""
FIELDS = sorted(
    {
        field.name
        for page in PAGES
        for route in page.router.routes
        if isinstance(route, APIRoute)
        for param in (*route.dependant.body_params, *route.dependant.query_params)
        for field in [param]
    }
    | {
        "version",
        "choice",
        "reason_none",
        "note",
        "name",
        "login",
        "role",
        "quartier",
        "key",
        "dwelling",
        "address",
        "age_band",
        "members",
        "old",
        "new",
        "again",
        "code",
        "language",
        "household",
        "state",
        "entry",
        "order",
        "page",
        "who",
        "about",
    }
)


class Unlimited(Limits):
    """For whoever asks a thousand times a minute."""

    def check(self, item: RateLimitItemPerMinute, who: str) -> None:
        """Never refuses."""


@pytest.fixture
def open_desk(any_url: str) -> Desk:
    """Without limits of how often."""
    desk = a_desk(any_url)
    desk = Desk(database=desk.database, services=desk.services, passwords=desk.passwords, limits=Unlimited())
    take(desk)
    return desk


def asked(route: APIRoute) -> str | None:
    """The role that may, and is not signed out by it."""
    guards = [d.call for d in route.dependant.dependencies if isinstance(d.call, Guard)]
    return MAY[guards[0].action][0] if guards and route.path != "/sign-out" else None


def check(desk: Desk, answer, what: tuple[object, ...]) -> None:  # type: ignore[no-untyped-def]
    """No fault of ours, nothing live in the page."""
    assert answer.status_code < 500, what
    assert not any(live in answer.text for live in LIVE), what


@pytest.mark.slow
def test_every_corpus_in_every_field(open_desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk = open_desk
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, logger="httpx2")  # the test's own browser writes down what it asks
    seats = everybody(desk)
    case = case_of(desk, 1)
    for route in [route for page in PAGES for route in page.router.routes if isinstance(route, APIRoute)]:
        role = asked(route)
        if role is None:
            continue
        path = route.path.replace("{case_id}", case.id).replace("{number}", "1")
        for text in CORPUS:
            filled = "/".join("x" if part.startswith("{") else part for part in path.split("/"))
            sent = dict.fromkeys(FIELDS, text)
            if "GET" in route.methods:
                check(
                    desk,
                    seats[role].get(filled, params={k: v[:250] for k, v in sent.items()}),
                    (filled, text[:20]),
                )
            else:
                check(desk, seats[role].post(filled, **sent), (filled, text[:20]))
                check(
                    desk,
                    seats[role].post(
                        filled, **{**sent, "version": case.version, "choice": "none", "reason_none": "AUTRE"}
                    ),
                    (filled, text[:20]),
                )
                case = case_of(desk, 1)
    assert "planted" not in caplog.text
    assert "drop table" not in caplog.text
    _is_whole(desk)


def _is_whole(desk: Desk) -> None:
    assert "cases" in inspect(desk.database.engine).get_table_names()
    with desk.database.reading() as session:
        assert (session.scalar(select(func.count(Case.id))) or 0) >= 8
        trail.verified(session, desk.services.seal)
    desk.database.close()


def test_a_note_is_shown_as_it_was_typed(open_desk: Desk) -> None:
    seats, case = everybody(open_desk), case_of(open_desk, 1)
    seats["expert"].post(
        f"/cases/{case.id}/decide", version=case.version, choice="followed", note="<b>x</b> & {{ 7*7 }}"
    )
    assert "&lt;b&gt;x&lt;/b&gt; &amp; {{ 7*7 }}" in seats["expert"].get(f"/cases/{case.id}").text
    open_desk.database.close()


def test_a_body_that_is_too_large_is_turned_away(desk: Desk) -> None:
    client = everybody(desk)["expert"].client
    assert client.post("/cases/new", content=b"x" * (8 * 1024**2 + 1)).status_code == 413
    assert client.post("/cases/new", content=iter([b"x" * 10])).status_code == 413


def test_every_answer_keeps_the_browser_to_the_desk(desk: Desk) -> None:
    client = everybody(desk)["expert"].client
    for path in ("/queue", "/sign-in", "/nowhere", "/static/desk.css"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert (headers.get("cache-control") == "no-store") == (not path.startswith("/static/"))


def test_no_page_has_a_script_or_a_style_of_its_own(desk: Desk) -> None:
    client, case = everybody(desk)["expert"].client, case_of(desk, 1)
    for path in ("/queue", f"/cases/{case.id}", "/cases/new", "/account"):
        html = client.get(path).text
        assert " style=" not in html
        assert "<style" not in html
        assert " onclick=" not in html
        assert html.count("<script") == html.count('<script src="/static/')


@pytest.mark.slow
@pytest.mark.parametrize("role", list(ROLES))
def test_random_requests_by_the_description(role: str, tmp_path: object) -> None:
    """Whatever the OpenAPI description lets through, and much that it does not, is answered without a fault."""
    desk = a_desk(f"sqlite:///{tmp_path}/desk.sqlite")
    desk = Desk(database=desk.database, services=desk.services, passwords=desk.passwords, limits=Unlimited())
    take(desk)
    one = everybody(desk)[role]
    app = application(desk)
    app.openapi_url = "/openapi.json"
    app.setup()
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in ("/sign-out", "/sign-in", "/sign-in/code"):
            continue

        _ask(operation, one)
    _is_whole(desk)


def _ask(operation, one: Seat) -> None:  # type: ignore[no-untyped-def]
    @given(case=operation.as_strategy())
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def ask(case: schemathesis.Case) -> None:
        answer = case.call(headers={"X-CSRF-Token": one.token}, cookies=dict(one.client.cookies))
        assert answer.status_code < 500, (operation.path, answer.status_code)

    ask()
