"""Name and address that an alert told: sealed, granted by another role at the case, seen once, with or without the key holder's table."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from review import trail
from review.alerting.alert_states import ALERT
from review.desk import Desk
from review.names.vault import Door
from review.routes import route_sheet
from review.tables.alerts import Alert
from review.tables.trail import TrailLine
from tests.review.desk_sample import Clock, Seat, a_desk, case_of, seat, take
from tests.review.table_sample import asked, cheap_table, grant, open_table, person, show, state_of, table
from tests.review.test_alerts import enter, kept
from tests.review.test_rounds import act, begun, team, to_visit
from tests.review.test_route_sheet import page, read

__all__ = ["cheap_table"]
TOLD = "Léontine VANDENBROUCK"
WHERE = "12 bis rue Verte, 3e étage gauche"


def told(desk: Desk, one: Seat, number: int, **about: object) -> Alert:
    """An alert, put into the case of the household with this number."""
    before = {alert.id for alert in kept(desk)}
    enter(one, **about)
    (alert,) = (alert for alert in kept(desk) if alert.id not in before)
    case = case_of(desk, number)
    with desk.database.writing() as session:
        found = session.get_one(Alert, alert.id)
        found.state, found.case_id = ALERT.after(found.state, "open_case"), case.id
    return alert


def test_what_an_alert_told_is_granted_without_the_table_and_seen_once(any_url: str) -> None:
    desk = a_desk(any_url)
    take(desk)
    asker, granter, auditor = seat(desk, "claire", "expert"), seat(desk, "dpo"), seat(desk, "auditor")
    told(desk, asker, 1)
    told(desk, asker, 1, surname="", given_names="")
    request, other = asked(desk, asker, 1, "call"), asked(desk, asker, 2)
    listed = granter.get("/identities").text
    assert listed.count("nom et adresse venus avec un signalement") == 1 == listed.count(" disabled>")
    assert grant(granter, other).status_code == 422, "no alert tells of this one"
    assert grant(asker, request).status_code == 403, "one's own request"
    assert grant(granter, request).headers["location"] == "/identities?said=granted"
    assert show(granter, request).status_code in (403, 404)
    shown, again = show(asker, request), show(asker, request)
    assert TOLD in shown.text and shown.text.count(WHERE) == 2
    assert "absent de la table" not in shown.text, "nobody looked there"
    assert (again.status_code, state_of(desk, request)) == (410, "seen")
    pages = [asker.get(f"/cases/{request.case_id}"), *(one.get("/identities") for one in (asker, granter))]
    pages += [auditor.get("/trail"), again]
    with desk.database.reading() as session:
        lines = [trail.as_json(line) for line in trail.lines(session, desk.services.seal)]
        (granted,) = session.scalars(select(TrailLine).where(TrailLine.action == "grant identity"))
    assert (granted.who, granted.facts["asked"], granted.facts["found"]) == ("dpo", 1, 1)
    for text in ("VANDENBROUCK", "rue Verte"):
        assert not any(text in one.text for one in pages)
        assert text not in json.dumps(lines, ensure_ascii=False)
    desk.database.close()


def test_beside_what_the_table_says_and_in_place_of_what_it_does_not(desk: Desk) -> None:
    asker, granter = seat(desk, "claire", "expert"), seat(desk, "nadia", "coordinator")
    told(desk, asker, 1), told(desk, asker, 2)
    open_table(granter, table([person(1)]))
    both, alone = asked(desk, asker, 1), asked(desk, asker, 2)
    assert {grant(granter, one).headers["location"] for one in (both, alone)} == {"/identities?said=granted"}
    first, second = show(asker, both).text, show(asker, alone).text
    assert "Mme Jeanne1 NOMDEFAMILLE1" in first and TOLD in first
    assert TOLD in second and "NOMDEFAMILLE" not in second


def test_an_alert_that_was_merged_into_another_tells_too(desk: Desk) -> None:
    asker, granter = seat(desk, "claire", "expert"), seat(desk, "dpo")
    first, second = told(desk, asker, 1), told(desk, asker, 1, surname="Vandenbroucke")
    with desk.database.writing() as session:
        session.get_one(Alert, second.id).merged_into = first.id
    request = asked(desk, asker, 1)
    grant(granter, request)
    page = show(asker, request).text
    assert TOLD + "<" in page and TOLD + "E<" in page


def test_of_a_household_that_objected_it_is_not_opened(desk: Desk) -> None:
    asker, granter = seat(desk, "claire", "expert"), seat(desk, "dpo")
    told(desk, asker, 1)
    request, case = asked(desk, asker, 1), case_of(desk, 1)
    assert asker.post(f"/cases/{case.id}/object", version=case.version).status_code == 303
    assert grant(granter, request).status_code == 400


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 410)])
def test_it_is_used_within_eight_hours(desk: Desk, clock: Clock, seconds: int, status: int) -> None:
    asker, granter = seat(desk, "claire", "expert"), seat(desk, "dpo")
    told(desk, asker, 1)
    request = asked(desk, asker, 1)
    grant(granter, request)
    clock.turn(hours=8, seconds=seconds)
    assert show(Seat(desk, "claire"), request).status_code == status


def test_of_a_round_every_household_must_be_told_else_the_table_is_needed(desk: Desk) -> None:
    to_visit(desk, 1, 3)
    coordinator, granter = seat(desk, "coordinator"), seat(desk, "dpo")
    path = begun(coordinator, team(desk, coordinator, weekly=2))
    assert act(desk, coordinator, path, "confirm") == 303
    told(desk, coordinator, 1)
    coordinator.post(f"{path}/identity")
    assert " disabled>" in granter.get("/identities").text
    told(desk, coordinator, 3)
    assert " disabled>" not in granter.get("/identities").text


def test_the_sheet_of_a_round_has_it_and_does_not_say_whence() -> None:
    cover, sheet = read((page(1, 1, Door(told=((TOLD, WHERE),))),))
    assert f"Tel qu’indiqué : {TOLD}, {WHERE}" in sheet and "signalement" not in sheet
    assert WHERE in cover and TOLD not in cover


def test_the_walk_goes_by_what_was_told_where_the_table_says_nothing(desk: Desk) -> None:
    cases = [case_of(desk, n) for n in (1, 2)]
    doors = {cases[0].id: Door(told=(("", "9 rue Verte"),)), cases[1].id: Door(address="1 rue Verte")}
    assert [one.code[-1] for one in route_sheet.laid_out(cases, doors)] == ["2", "1"]
