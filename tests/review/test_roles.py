"""Role × action: every cell, asked of every route of the application."""

import pytest
from fastapi.routing import APIRoute

from review.access.guard import Guard
from review.app import PAGES
from review.desk import Desk
from review.menu import SECTIONS
from review.roles import MAY, ROLES
from tests.review.desk_sample import Seat, case_of, everybody, seat

PUBLIC = {"/", "/sign-in", "/sign-in/code", "/sign-in/directory", "/sign-in/directory/back"}
ROUTES = [route for page in PAGES for route in page.router.routes if isinstance(route, APIRoute)]


def guard_of(route: APIRoute) -> Guard | None:
    """What stands before a route."""
    calls = [dependant.call for dependant in route.dependant.dependencies]
    found = [call for call in calls if isinstance(call, Guard)]
    assert len(found) <= 1
    return found[0] if found else None


def test_every_route_but_sign_in_stands_behind_a_guard() -> None:
    assert {route.path for route in ROUTES if guard_of(route) is None} <= PUBLIC


def test_every_action_has_a_route_and_every_section_a_page() -> None:
    asked = {guard.action for route in ROUTES if (guard := guard_of(route))}
    beside = {"settle"}  # asked of whoever decides, by the state of the case
    assert asked | beside == set(MAY)
    assert {one.path for one in SECTIONS} <= {route.path for route in ROUTES}
    assert all(roles and set(roles) <= set(ROLES) for roles in MAY.values())


@pytest.fixture
def seats(desk: Desk) -> dict[str, Seat]:
    """One a role."""
    return everybody(desk)


@pytest.mark.slow
def test_every_role_gets_in_where_it_may_and_nowhere_else(desk: Desk, seats: dict[str, Seat]) -> None:
    """Identifiers that are not there: whoever may is told so (404, or that the form is not complete), whoever may not is turned away before."""
    for route in ROUTES:
        guard = guard_of(route)
        if guard is None:
            continue
        path = _filled(route.path)
        for role, one in seats.items():
            for method in route.methods:
                answer = one.get(path) if method == "GET" else one.post(path)
                is_turned_away = answer.status_code == 403
                assert is_turned_away == (role not in MAY[guard.action]), (
                    method,
                    path,
                    role,
                    answer.status_code,
                )
                assert answer.status_code < 500, (method, path, role)
                if route.path == "/sign-out" and method == "POST":
                    seats[role] = Seat(desk, role)


def _filled(path: str) -> str:
    parts = [
        "1" if part in ("{number}",) else "0" * 16 if part.startswith("{") else part
        for part in path.split("/")
    ]
    return "/".join(parts)


def test_a_case_of_another_neighbourhood_is_not_there(desk: Desk) -> None:
    north, mine, theirs = seat(desk, "north", "expert", groups=["Nord"]), case_of(desk, 1), case_of(desk, 2)
    assert (mine.quartier, theirs.quartier) == ("02", "03")
    assert north.get(f"/cases/{mine.id}").status_code == 200
    missing = north.get("/cases/" + "0" * 16)
    for answer in (north.get(f"/cases/{theirs.id}"), north.get(f"/cases/{theirs.id}/account/1")):
        assert answer.status_code == missing.status_code == 404
        assert _said(answer.text) == _said(missing.text)
    for step in ("decide", "again", "object"):
        answer = north.post(f"/cases/{theirs.id}/{step}", version=theirs.version, choice="followed")
        assert answer.status_code == 404
    assert case_of(desk, 2).state == "to_review"
    shown = north.get("/queue?scope=all").text
    assert mine.household_id[:9] in shown
    assert theirs.quartier_name not in shown


def _said(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def test_an_account_without_a_group_sees_no_case(desk: Desk) -> None:
    nobody = seat(desk, "nobody", "expert", groups=[])
    assert "Aucun dossier ne correspond" in nobody.get("/queue").text


def test_the_menu_shows_what_the_role_may_see(seats: dict[str, Seat]) -> None:
    """Of two sections of which one leads to the other, that one."""
    for role, one in seats.items():
        html = one.get("/account").text
        menu = html[html.index("<nav") : html.index("</nav>")]
        for section in SECTIONS:
            is_there = role in MAY[section.action] and role not in (
                MAY[section.unless] if section.unless else ()
            )
            assert (f'href="{section.path}"' in menu) == is_there, (role, section.path)
