"""Rows of the desk's tables as of a day, with all that hangs on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from review.tables import Base
from review.tables.accounts import Departure, RecoveryCode, SignedIn, User
from review.tables.alerts import Alert, AlertStep
from review.tables.bereaved import Bereaved, BereavedStep
from review.tables.cases import Case, Decision, Listing, Member, TakenList, Vote
from review.tables.following import Step
from review.tables.handed_over import HandedRow
from review.tables.identities import IdentityRequest
from review.tables.rounds import Round, Stop, Team, TeamMember
from review.tables.visits import Visit, VisitRevision
from review.words import PARIS
from tests.review.desk_sample import household

LONG_AGO = date(2020, 1, 1)


def at(day: date) -> datetime:
    """Its first moment in the city, where the day before ends."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS)


def a_case(number: int, state: str = "closed", since: date = LONG_AGO, *, members: int = 1) -> Case:
    """Without anything that hangs on it."""
    return Case(
        id=f"C{number}", household_id=household(number), id_logement=f"L{number}", id_adresse="A", quartier="01", quartier_name="", origin="list",
        age_band="80_plus", member_count=members, state=state, state_since=at(since), opened_at=at(LONG_AGO), needs_two=False,
        members=[Member(id=f"M{number}.{n}", number=n, cle_identite=f"{number:016x}{n:016x}") for n in range(1, members + 1)],
    )  # fmt: skip


def a_visit(number: int, on: date, member: int | None = 1) -> list[Base]:
    """With two wordings, handed over."""
    visit = Visit(
        id=f"V{number}.{on}", case_id=f"C{number}", member_id=f"M{number}.{member}" if member else None, visited_on=on, visitor_role="AGENT",
        outcome="VU", entered_by="e", entered_at=at(on), objected=False,
    )  # fmt: skip
    wordings = [VisitRevision(visit_id=visit.id, revision=n, content={"lsns6_1": n}, by="e", at=at(on), because="ENTERED") for n in (1, 2)]  # fmt: skip
    return [visit, *wordings, HandedRow(source="visites", key=visit.id, day=on, digest="0" * 64)]


def a_listing(number: int, on: date) -> list[Base]:
    """On a list of its own."""
    return [
        TakenList(run_id=f"R{number}.{on}", as_of=on, taken_at=at(on), capacity=1, facts={}, digest="0" * 64),
        Listing(
            run_id=f"R{number}.{on}", case_id=f"C{number}", household_id=household(number), as_of=on, place=1, rank=1, arm="MODELE", score=0.0, base=0.0,
            is_data_thin=False, told={}, steps=[],
        ),
    ]  # fmt: skip


def a_decision(number: int, on: datetime, cast: datetime | None = None, revision: int = 1) -> list[Base]:
    """With the opinion that led to it."""
    return [
        Decision(case_id=f"C{number}", revision=revision, choice="none", reason="AUTRE", settled_by="UNE_LECTURE", settled_by_whom="e", decided_at=on, run_id="R"),
        Vote(case_id=f"C{number}", revision=revision, reader="e", profession="X", choice="none", reason="AUTRE", note="a note", cast_at=cast or on),
    ]  # fmt: skip


def a_step(number: int, on: date) -> list[Base]:
    """Of a follow-up."""
    return [Step(case_id=f"C{number}", made_on=on, kind="APPEL", partner="UNITE", leads_to="close", made_by="e", entered_at=at(on))]  # fmt: skip


def an_alert(number: str, on: date, merged_into: str | None = None, case_id: str | None = None) -> list[Base]:
    """Answered, and handed over."""
    alert = Alert(
        id=number, foreign_id=f"S{number}", reported_on=on, since=on, quartier="01", signs=[], state="merged" if merged_into else "nothing",
        merged_into=merged_into, case_id=case_id, cle_identite="f" * 32,
    )  # fmt: skip
    step = AlertStep(alert_id=number, number=1, action="nothing_to_do", by="e", on=on)
    return [alert, step, HandedRow(source="signalements", key=f"S{number}", day=on, digest="0" * 64)]


def an_entry(number: int, on: date, case_id: str | None = None) -> list[Base]:
    """Of the register of bereavement."""
    entry = Bereaved(
        id=f"B{number}",
        origin="list",
        mark=f"{number}",
        case_id=case_id,
        state="followed",
        state_on=on,
        needs=[],
    )
    return [entry, BereavedStep(entry_id=f"B{number}", number=1, action="enter", by="e", on=on)]


def a_request(
    number: int, on: datetime, case_id: str | None = None, round_id: str | None = None
) -> list[Base]:
    """For a name."""
    return [IdentityRequest(id=f"I{number}", case_id=case_id, round_id=round_id, motive="visit", state="seen", asked_by="e", asked_role="expert", asked_at=on)]  # fmt: skip


def a_round(week: date, *case_ids: str, planned_at: datetime | None = None) -> list[Base]:
    """Confirmed."""
    stops = [
        Stop(round_id=f"W{week}", case_id=one, place=n, planned_at=planned_at)
        for n, one in enumerate(case_ids)
    ]
    return [Round(id=f"W{week}", team_id="T", week=week, confirmed_at=at(week), changed_at=at(week)), *stops]


def a_sign_in(number: int, on: datetime) -> list[Base]:
    """And a departure for the directory."""
    return [
        SignedIn(id=f"{number}", user_id="u", stage="full", csrf="", opened_at=on, seen_at=on),
        Departure(id=f"{number}", state="", nonce="", verifier="", language="fr", left_at=on),
    ]


def put(session: Session, *rows: Sequence[Base]) -> None:
    """In the order in which they point at each other."""
    for group in rows:
        for row in group:
            session.add(row)
            session.flush()


def colleagues() -> list[Base]:
    """One, in one team."""
    user = User(id="u", login="u", name="U", role="expert", language="fr", made_at=at(LONG_AGO))
    team = Team(id="T", name="T", role="AGENT", area="", weekly=5, changed_at=at(LONG_AGO))
    return [user, RecoveryCode(user_id="u", digest="0"), team, TeamMember(team_id="T", user_id="u")]
