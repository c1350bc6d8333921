"""Follow-up: steps, what is overdue, the pack for the meeting."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from weasyprint import Document

from reports import paper
from review.desk import Desk
from review.follow_up.following import FOLLOWABLE
from review.states import CASE, WAITING
from review.tables.cases import Case
from tests.review.desk_sample import Clock, Seat, case_of, seat

STEP = {"made_on": "2026-11-03", "kind": "APPEL", "partner": "CCAS", "leads_to": "follow"}


def refer(desk: Desk, one: Seat, number: int) -> Case:
    """Into a state that is followed."""
    case = case_of(desk, number)
    one.post(f"/cases/{case.id}/decide", version=case.version, choice="refer", reason_refer="AUTRE")
    return case_of(desk, number)


def step(one: Seat, case: Case, **form: object) -> int:
    """The status of the answer; 401 for whoever was sent to sign in."""
    answer = one.post(f"/cases/{case.id}/steps", version=case.version, **{**STEP, **form})
    return 401 if answer.headers.get("location", "").startswith("/sign-in") else int(answer.status_code)


def test_a_follow_up_from_referral_to_its_end(desk: Desk, clock: Clock) -> None:
    expert = seat(desk, "expert")
    case = refer(desk, expert, 1)
    assert step(expert, case) == 303
    followed = case_of(desk, 1)
    assert (followed.state, followed.due_on) == ("followed", date(2026, 12, 3))
    clock.turn(days=10)
    expert = Seat(desk, "expert")
    assert step(expert, followed, made_on="2026-11-13", kind="SERVICE", next_on="2026-11-20") == 303
    assert case_of(desk, 1).due_on == date(2026, 11, 20)
    assert (
        step(
            expert,
            case_of(desk, 1),
            made_on="12/11/2026",
            kind="BILAN",
            leads_to="close",
            because="SORTI_ISOLEMENT",
        )
        == 303
    )
    ended = case_of(desk, 1)
    assert (ended.state, ended.due_on, ended.closed_because) == ("closed", None, "SORTI_ISOLEMENT")
    page = expert.get(f"/cases/{case.id}/steps").text
    for said in ("appel, CCAS", "un service se met en place", "bilan", "sorti de l’isolement"):
        assert said in page
    assert step(expert, ended) == 400


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": ""}, "Il manque quelque chose"),
        ({"partner": "X"}, "Il manque quelque chose"),
        ({"leads_to": "object"}, "Il manque quelque chose"),
        ({"made_on": "2026-11-04"}, "Ce jour n’est pas possible"),
        ({"made_on": "2026-11-02"}, "Ce jour n’est pas possible"),
        ({"made_on": "hier"}, "Ce jour n’est pas possible"),
        ({"next_on": "2026-11-03"}, "Ce jour n’est pas possible"),
        ({"next_on": "2027-11-04"}, "Ce jour n’est pas possible"),
        ({"leads_to": "close"}, "Dites pourquoi"),
    ],
)
def test_what_cannot_be_is_said_above_the_form(desk: Desk, form: dict[str, str], said: str) -> None:
    expert = seat(desk, "expert")
    case = refer(desk, expert, 1)
    answer = expert.post(f"/cases/{case.id}/steps", version=case.version, **{**STEP, **form})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert case_of(desk, 1).state == "referred"


def test_a_case_that_was_not_met_is_not_followed(desk: Desk) -> None:
    assert step(seat(desk, "expert"), case_of(desk, 1)) == 400


def test_the_case_and_the_overview_lead_to_the_steps_of_whoever_may_follow(desk: Desk) -> None:
    expert, auditor = seat(desk, "expert"), seat(desk, "auditor")
    case, waits = refer(desk, expert, 1), case_of(desk, 2)
    with desk.database.writing() as session:
        session.execute(update(Case).where(Case.id == waits.id).values(severity=3))
    link = f'href="/cases/{case.id}/steps"'
    for path in (f"/cases/{case.id}", "/follow-up"):
        assert link in expert.get(path).text
        assert link not in auditor.get(path).text
    assert f"/cases/{waits.id}" in expert.get("/follow-up").text
    for path in (f"/cases/{waits.id}", "/follow-up"):  # nobody was there yet
        assert f"/cases/{waits.id}/steps" not in expert.get(path).text


def test_of_two_at_once_the_second_is_told_and_keeps_what_they_typed(desk: Desk) -> None:
    expert, slower = seat(desk, "expert"), seat(desk, "slower", "expert")
    case = refer(desk, expert, 1)
    assert step(expert, case, kind="COURRIER") == 303
    typed = {**STEP, "kind": "BILAN", "next_on": "2026-11-27"}
    answer = slower.post(f"/cases/{case.id}/steps", version=case.version, **typed)
    assert (answer.status_code, "plus rapide" in answer.text) == (409, True)
    for kept in ('value="BILAN" selected', 'value="2026-11-27"', "courrier, CCAS"):
        assert kept in answer.text
    assert f'name="version" value="{case_of(desk, 1).version}"' in answer.text
    assert step(slower, case_of(desk, 1), **typed) == 303
    now = case_of(desk, 1)
    assert step(expert, now, leads_to="close", because="DECES") == 303
    late = slower.post(f"/cases/{case.id}/steps", version=now.version, **typed)
    assert late.status_code == 409 and "2026-11-03, bilan, CCAS" in late.text, (
        "nothing can be added, and it is not lost"
    )


@given(st.sampled_from(FOLLOWABLE), st.sampled_from(["follow", "refer", "close"]))
def test_every_step_is_in_the_table(state: str, action: str) -> None:
    assert action in CASE.allowed(state)
    assert state in WAITING


def test_due_today_is_not_overdue_and_tomorrow_it_is(desk: Desk, clock: Clock) -> None:
    expert = seat(desk, "expert")
    refer(desk, expert, 1)  # due in 30 days
    for days, count in ((30, 0), (1, 1)):
        clock.turn(days=days)
        assert f"En retard ({count})" in Seat(desk, "expert").get("/follow-up").text


def test_the_overview_shows_the_own_neighbourhoods_only(desk: Desk, clock: Clock) -> None:
    expert = seat(desk, "expert")
    mine, theirs = refer(desk, expert, 1), refer(desk, expert, 2)
    with desk.database.writing() as session:
        session.execute(update(Case).where(Case.id.in_([mine.id, theirs.id])).values(severity=3))
    html = seat(desk, "north", "expert", groups=["Nord"]).get("/follow-up").text
    assert mine.household_id[:9] in html
    assert theirs.id not in html


def text_of(document: Document) -> str:
    """Every word of every page."""
    found: list[str] = []

    def walk(box) -> None:  # type: ignore[no-untyped-def]
        if getattr(box, "text", None):
            found.append(box.text)
        for child in getattr(box, "children", ()):
            walk(child)

    for page in document.pages:
        walk(page._page_box)
    return " ".join(found)


def test_the_pack_holds_what_the_meeting_needs_and_no_more(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    expert = seat(desk, "expert")
    refer(desk, expert, 1)
    clock.turn(days=40)
    expert = Seat(desk, "expert")
    pages: list[str] = []
    whole = paper.pdf
    monkeypatch.setattr(paper, "pdf", lambda html: pages.append(html) or whole(html))
    answer = expert.get(f"/follow-up/pack?since={(clock.at.date() - timedelta(days=14)).isoformat()}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    text = text_of(paper.laid_out(pages[0]))
    assert "Réunion de l’unité, 13 décembre 2026" in text
    assert "seul titulaire du bail 1" in text
    assert text.count(case_of(desk, 1).household_id[:9]) == 1  # overdue; neither new nor to be reviewed
    for hidden in ("EXPLORATION", "tiré au sort", "score", "0,80"):
        assert hidden not in text
