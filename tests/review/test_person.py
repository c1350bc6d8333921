"""What the desk tells somebody about themselves: all that is theirs, nobody who works there, nothing of another adult, nothing of who told what."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from features.label import LSNS_ITEMS, NETWORKS, UCLA_ITEMS
from review.desk import Desk
from review.law import person
from review.law.person import Asks
from review.tables.alerts import Alert
from review.tables.bereaved import Bereaved, BereavedStep
from review.tables.cases import Case, Decision, Member, Vote
from review.tables.following import Step
from review.tables.identities import IdentityRequest
from review.tables.rounds import Round, Stop, Team
from review.tables.visits import Visit, VisitRevision
from review.visits.outcome_words import NEEDS
from tests.review.desk_sample import START, a_desk, household, sqlite, take

DAY = date(2026, 11, 5)
COLLEAGUES = ("lecteur1", "lecteur2", "suiveuse", "saisie1", "demandeur", "planificatrice")


def key(number: int, member: int = 1) -> str:
    """CLE_IDENTITE of a member of the household with this number."""
    return f"{number:016x}{member:016x}"


@pytest.fixture(scope="module")
def module_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """With the usual list."""
    desk = a_desk(sqlite(tmp_path_factory.mktemp("person")))
    take(desk)
    yield desk
    desk.database.close()


@pytest.fixture
def session(module_desk: Desk) -> Iterator[Session]:
    """Of which nothing stays."""
    with Session(module_desk.database.engine.execution_options(writes=True)) as found:
        yield found


def told(session: Session, asked: str, **known: object) -> dict[str, object]:
    """As it is printed."""
    session.flush()
    session.expire_all()
    asks = Asks(**{"key": asked, "person_ids": (), "household_ids": (), "language": "fr"} | known)  # type: ignore[arg-type]
    return json.loads(json.dumps(person.kept(session, asks).told))  # type: ignore[no-any-return]


def case(session: Session, number: int) -> Case:
    """Of the household with this number."""
    return session.scalars(select(Case).where(Case.household_id == household(number))).one()


def a_visit(session: Session, of: Case, member: int | None, wordings: int = 1, **answers: object) -> Visit:
    """Somebody was met, or nobody known."""
    found = next((one for one in of.members if one.number == member), None)
    visit = Visit(
        case_id=of.id, member_id=found.id if found else None, visited_on=DAY, visitor_role="VOLONTAIRE", outcome="VU", entered_by="saisie1",
        entered_at=START, objected=False, **answers,
    )  # fmt: skip
    session.add(visit)
    session.flush()
    for n in range(1, wordings + 1):
        content = {"lsns6_1": n, "person": 2, "household_id": "Hzzz", "judgement": None}
        session.add(VisitRevision(visit_id=visit.id, revision=n, content=content, by="saisie1", at=START, because="ENTERED"))  # fmt: skip
    return visit


def everything(session: Session, of: Case) -> None:
    """That can hang on a case and is not of one of its members."""
    opinion = {"choice": "visit", "reason": "AUTRE", "visitor_role": "VOLONTAIRE", "case_id": of.id}
    entry = Bereaved(origin="list", mark="m", case_id=of.id, state="followed", state_on=DAY, died_on=date(2026, 7, 1), tries=1, needs=["besoin_visite"])  # fmt: skip
    team, week = (
        Team(name="équipe", role="VOLONTAIRE", area="", weekly=5, changed_at=START),
        date(2026, 11, 9),
    )
    session.add_all([entry, team])
    session.flush()
    plan = Round(team_id=team.id, week=week, confirmed_at=START, changed_at=START)
    session.add(plan)
    session.flush()
    session.add_all(
        [
            Vote(revision=1, reader="lecteur1", profession="COORDINATION", note="paraît seule", cast_at=START, **opinion),
            Decision(revision=1, settled_by="ACCORD", settled_by_whom="lecteur2", decided_at=START + timedelta(days=1), **opinion),
            Step(case_id=of.id, made_on=DAY, kind="APPEL", partner="CCAS", leads_to="follow", next_on=DAY, made_by="suiveuse", entered_at=START),
            BereavedStep(entry_id=entry.id, number=1, action="enter", by="saisie1", on=DAY),
            Stop(round_id=plan.id, case_id=of.id, place=1),
            IdentityRequest(case_id=of.id, motive="visit", state="seen", asked_by="demandeur", asked_role="expert", asked_at=START, ended_at=START),
            IdentityRequest(round_id=plan.id, motive="visit", state="asked", asked_by="planificatrice", asked_role="coordinator", asked_at=START),
        ]
    )  # fmt: skip


def test_whoever_lives_alone_is_told_everything(session: Session) -> None:
    mine = case(session, 1)
    everything(session, mine)
    mine.severity = 2
    a_visit(session, mine, 1, 2, lsns6_1=4, ucla3_1=2, reseau_amis=1, besoin_repas=True, judgement=1)
    a_visit(session, mine, None, lsns6_1=5)
    found = told(session, key(1))
    assert found["members"] == [
        {"case": mine.id, "number": 1, "person_id": f"P{1:08x}{1:08x}", "sexe": "F", "annee_naissance": 1940, "cle_identite": key(1),
         "cle_usage": None, "cle_phonetique": None, "cle_nom_adresse": key(4097)}
    ]  # fmt: skip
    (one,) = found["cases"]
    assert (one["state"], one["state_since"], one["severity"], one["age_band"]) == ("to_review", "2026-11-03", 2, "80_plus")  # fmt: skip
    assert one["listed"][0]["told"]["reasons"][0]["sentence"] == "seul titulaire du bail 1"
    assert one["decisions"] == [
        {"revision": 1, "choice": "visit", "reason": "AUTRE", "visitor_role": "VOLONTAIRE", "settled_by": "ACCORD", "decided_on": "2026-11-04",
         "postponed_to": None}
    ]  # fmt: skip
    assert one["opinions"] == [
        {"revision": 1, "choice": "visit", "reason": "AUTRE", "given_on": "2026-11-03", "note": "paraît seule", "note_may_speak_of_others": False}
    ]  # fmt: skip
    assert [(step["kind"], step["partner"], step["made_on"]) for step in one["steps"]] == [("APPEL", "CCAS", "2026-11-05")]  # fmt: skip
    assert one["names_asked_for"] == [
        {"motive": "visit", "asked_on": "2026-11-03", "state": "seen", "ended_on": "2026-11-03"},
        {"motive": "visit", "asked_on": "2026-11-03", "state": "asked", "ended_on": None},
    ]
    assert one["planned_in_weeks_of"] == ["2026-11-09"]
    assert one["visits_that_met_nobody_known"] == [{"visited_on": "2026-11-05", "visitor_role": "VOLONTAIRE"}]
    (entry,) = one["bereavement"]
    assert (entry["state"], entry["died_on"], entry["needs"], entry["steps"]) == ("followed", "2026-07-01", ["besoin_visite"], [{"action": "enter", "on": "2026-11-05"}])  # fmt: skip
    (visit,) = found["visits"]
    assert (visit["lsns6_1"], visit["ucla3_1"], visit["reseau_amis"], visit["besoin_repas"], visit["judgement"], visit["lsns6_2"]) == (4, 2, 1, True, 1, None)  # fmt: skip
    assert [wording["lsns6_1"] for wording in visit["wordings"]] == [1, 2]
    assert not [wording for wording in visit["wordings"] if {"person", "household_id"} & wording.keys()]
    assert (found["told_to_the_city"], found["has_objected"]) == (False, False)


def test_nobody_who_works_at_the_desk_is_named(session: Session) -> None:
    everything(session, case(session, 1))
    a_visit(session, case(session, 1), 1)
    said = json.dumps(told(session, key(1)))
    assert not [login for login in COLLEAGUES if login in said]


@pytest.mark.parametrize("kind", ["cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse", "person_id", "household_id"])  # fmt: skip
def test_they_are_found_by_whatever_names_them(session: Session, kind: str) -> None:
    mine = case(session, 1)
    known: dict[str, object] = {}
    if kind == "household_id":
        known["household_ids"] = [household(1)]
    elif kind == "person_id":
        known["person_ids"] = [f"P{1:08x}{1:08x}"]
    else:
        setattr(mine.members[0], kind, "e" * 32)
    found = told(session, "e" * 32, **known)
    assert [one["case"] for one in found["cases"]] == [mine.id]  # type: ignore[attr-defined]
    assert len(found["members"]) == (kind != "household_id")  # type: ignore[arg-type]
    assert told(session, "d" * 32) == {"members": [], "cases": [], "visits": [], "told_to_the_city": False, "has_objected": False}  # fmt: skip


ITEMS = st.fixed_dictionaries(
    {name: st.sampled_from([None, 0, 5]) for name in LSNS_ITEMS}
    | {name: st.sampled_from([None, 1, 3]) for name in UCLA_ITEMS}
    | {name: st.sampled_from([None, 0, 1]) for name in NETWORKS}
    | {name: st.sampled_from([None, True, False]) for name in NEEDS}
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(ITEMS, max_size=2),
    st.sampled_from([1920, 1999, None]),
    st.sampled_from([None, 0, 3]),
    st.lists(st.tuples(st.sampled_from(["VOISIN", "TELEPHONE"]), st.integers(0, 2), st.dates(date(2026, 1, 1), DAY)), max_size=2),
)  # fmt: skip
def test_nothing_that_is_told_depends_on_another_adult(
    module_desk: Desk,
    visits: list[dict[str, object]],
    born: int | None,
    severity: int | None,
    alerts: list[tuple[str, int, date]],
) -> None:
    """Of two adults the first asks: what was found with the second, when they were born, what was told about them, changes no sign of the answer."""
    with Session(module_desk.database.engine.execution_options(writes=True)) as session:
        mine = case(session, 7)
        everything(session, mine)
        a_visit(session, mine, 1, lsns6_1=3)
        before = told(session, key(7, 1))
        other = session.scalars(select(Member).where(Member.case_id == mine.id, Member.number == 2)).one()
        other.annee_naissance, other.sexe, mine.severity = born, "M", severity
        mine.age_band, mine.closed_because = "75_79", "DECEDE"
        for answers in visits:
            a_visit(session, mine, 2, **answers)
        for channel, urgency, day in alerts:
            session.add(an_alert(day, channel, urgency, cle_identite=key(7, 2), case_id=mine.id))
        session.scalars(select(Bereaved)).all()[-1].needs = ["besoin_menage"]
        assert told(session, key(7, 1)) == before
        assert key(7, 2) not in json.dumps(before)
        (one,) = before["cases"]  # type: ignore[misc]
        assert "told" not in one["listed"][0] and "severity" not in one  # type: ignore[index]
        assert one["bereavement"] == [{"is_of_somebody_in_the_household": True}]  # type: ignore[index]
        assert one["opinions"][0]["note_may_speak_of_others"]  # type: ignore[index]


def an_alert(day: date, channel: str, urgency: int, **about: object) -> Alert:
    """Somebody told the city."""
    return Alert(
        reported_on=day,
        since=day,
        channel=channel,
        urgency=urgency,
        quartier="01",
        signs=["VOLETS"],
        state="in_case",
        **about,
    )


@pytest.mark.parametrize(
    ("about", "is_told"),
    [
        ({"cle_identite": key(7, 1)}, True),
        ({"cle_nom_adresse": f"{7 + 4096:016x}{1:016x}"}, True),
        ({"cle_identite": key(7, 2)}, False),
        ({"cle_identite": key(7, 2), "id_logement": f"L{7:015x}"}, False),
        ({"id_logement": f"L{7:015x}"}, True),
        ({"id_logement": f"L{6:015x}"}, False),
    ],
)
def test_that_somebody_told_the_city_is_said_and_nothing_else_of_it(
    session: Session, about: dict[str, str], is_told: bool
) -> None:
    before = json.dumps(told(session, key(7, 1)))
    session.add(an_alert(date(2026, 10, 17), "VOISIN", 2, **about))
    found = told(session, key(7, 1))
    assert found["told_to_the_city"] is is_told
    assert json.dumps(found | {"told_to_the_city": False}) == before


def test_the_first_of_two_opinions_waits_for_the_second(session: Session) -> None:
    mine = case(session, 1)
    everything(session, mine)
    mine.state = "second_look"
    assert told(session, key(1))["cases"][0]["opinions"] == []  # type: ignore[index]
    mine.revision = 2  # what was said of an earlier decision is no secret any more
    assert len(told(session, key(1))["cases"][0]["opinions"]) == 1  # type: ignore[index]


@pytest.mark.parametrize("how", ["case", "visit"])
def test_whether_they_objected(session: Session, how: str) -> None:
    mine = case(session, 1)
    if how == "case":
        mine.state = "objected"
    else:
        a_visit(session, mine, 1).objected = True
    assert told(session, key(1))["has_objected"] is True


def test_on_a_server(postgres_url: str, tmp_path: Path) -> None:
    desk = a_desk(postgres_url)
    take(desk)
    with desk.database.writing() as session:
        everything(session, case(session, 1))
        a_visit(session, case(session, 1), 1)
        session.add(an_alert(DAY, "VOISIN", 2, id_logement=f"L{1:015x}"))
    with desk.database.reading() as session:
        found = told(session, key(1))
    assert len(found["cases"]) == len(found["visits"]) == 1 and found["told_to_the_city"]  # type: ignore[arg-type]
    desk.database.close()
