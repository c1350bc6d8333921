"""An objection, wherever it was said, reaches every case of the household, and what was shown is shown no more."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from reports import paper
from review import trail
from review.cases.queue import ENDED
from review.desk import Desk
from review.follow_up import bereavement
from review.law.objected import REGISTER, sweep
from review.states import CASE
from review.tables.bereaved import Bereaved
from review.tables.cases import Case
from review.tables.law import LeftInPeace
from tests.review.desk_sample import Lists, Register, a_desk, case_of, everybody, line, seat, take, taken
from tests.review.outcome_sample import enter, to_visit
from tests.review.test_browser import paths_of

SAID = ("object", "leave in peace")
STATES = tuple(CASE.states)
OPEN = tuple(state for state in STATES if state not in ENDED)


def identity(number: int, member: int = 1) -> str:
    """CLE_IDENTITE of a member of the household with this number."""
    return f"{number:016x}{member:016x}"


def by_door(number: int, member: int = 1) -> str:
    """CLE_NOM_ADRESSE."""
    return f"{number + 4096:016x}{member:016x}"


def dwelling(number: int) -> str:
    """ID_LOGEMENT."""
    return f"L{number:015x}"


def swept(desk: Desk, *objected: str) -> int:
    """Now."""
    with desk.database.writing() as session:
        return sweep(session, desk.services.seal, objected, desk.now())


def put(desk: Desk, number: int, state: str) -> Case:
    """The case in another state."""
    with desk.database.writing() as session:
        session.get_one(Case, case_of(desk, number).id).state = state
    return case_of(desk, number)


@pytest.mark.parametrize(
    ("entry", "ended"),
    [
        (identity(1), [1]),
        (by_door(1), [1]),
        (dwelling(1), [1]),
        (identity(7, 2), [7]),  # the second of two
        (identity(9), []),
        ("", []),
    ],
)
def test_any_key_of_any_member_and_the_dwelling_end_the_case(
    desk: Desk, entry: str, ended: list[int]
) -> None:
    assert swept(desk, entry) == len(ended)
    assert [n for n in range(1, 9) if case_of(desk, n).state == "objected"] == ended


@pytest.mark.parametrize("state", OPEN)
def test_every_open_case_ends_and_says_since_when(desk: Desk, state: str) -> None:
    put(desk, 1, state)
    assert swept(desk, identity(1)) == 1
    after = case_of(desk, 1)
    assert (after.state, after.state_since, after.closed_because, after.due_on) == ("objected", desk.now(), "OPPOSITION", None)  # fmt: skip
    with desk.database.reading() as session:
        *_, last = trail.lines(session, desk.services.seal)
    assert (last.who, last.action, last.about, last.facts) == ("system", "object", after.id, {"by": "register"})  # fmt: skip
    assert swept(desk, identity(1)) == 0  # and once only


def test_a_case_that_had_ended_loses_nothing_and_is_shown_no_more(desk: Desk) -> None:
    expert, before = seat(desk, "expert"), put(desk, 1, "closed")
    assert (
        "leaseholder 1<" in expert.get("/queue?lang=en").text
        or "titulaire du bail 1<" in expert.get("/queue").text
    )
    assert swept(desk, identity(1)) == 0
    after = case_of(desk, 1)
    assert (after.state, after.version, len(after.listings), len(after.members)) == ("closed", before.version, 1, 1)  # fmt: skip
    assert all(before.id not in expert.get(f"/queue?scope={scope}").text for scope in ("list", "open", "all"))
    assert expert.get(f"/cases/{before.id}").status_code == 404
    assert expert.post(f"/cases/{before.id}/again", version=after.version).status_code == 404
    assert swept(desk, identity(1)) == 0 and swept(desk) == 0
    with desk.database.reading() as session:
        assert session.scalars(select(LeftInPeace.case_id)).all() == [before.id]


def test_an_objection_that_was_taken_back_opens_nothing(desk: Desk) -> None:
    put(desk, 2, "closed")
    swept(desk, identity(1), identity(2))
    assert swept(desk) == 0
    assert case_of(desk, 1).state == "objected"
    assert seat(desk, "expert").get(f"/cases/{case_of(desk, 2).id}").status_code == 404


def test_the_queue_tells_nothing_of_whoever_objected(desk: Desk) -> None:
    expert, case = seat(desk, "expert"), case_of(desk, 1)
    swept(desk, identity(1))
    assert all(case.id not in expert.get(f"/queue?scope={scope}").text for scope in ("list", "open", "all"))
    asked = expert.get("/queue?state=objected").text  # whoever prints the letters finds them
    assert case.id in asked and "titulaire du bail" not in asked


def test_the_page_of_a_case_gives_its_state_and_day_only(desk: Desk) -> None:
    dpo, case = seat(desk, "dpo"), case_of(desk, 1)
    shown = dpo.get(f"/cases/{case.id}").text
    assert "titulaire du bail" in shown and "ressources et emploi inconnus" in shown
    swept(desk, identity(1))
    page = dpo.get(f"/cases/{case.id}").text
    assert "Le ménage n’est plus sollicité" in page and "3 novembre 2026" in page
    assert f"/cases/{case.id}/letter" in page
    for told in (
        "titulaire du bail",
        "bibliothèque",
        "ressources",
        "Centre",
        "Gare",
        "80 ans",
        "/account/",
        "<svg",
    ):
        assert told not in page


def test_a_new_list_is_taken_in_without_whoever_has_objected_since(
    desk: Desk, lists: Lists, register: Register
) -> None:
    register.entries.append({"CLE_IDENTITE": identity(9)})
    register.entries.append({"ID_LOGEMENT": dwelling(2)})
    lists.lists["2026-12-02-run"] = taken("2026-12-02-run", [line(2), line(9), line(10)])
    assert seat(desk, "coordinator").post("/lists").headers["location"] == "/lists?said=taken"
    assert {n: case_of(desk, n).state for n in (2, 9, 10)} == {2: "objected", 9: "objected", 10: "to_review"}


@pytest.mark.parametrize("state", ["to_review", "closed"])
def test_nobody_is_contacted_from_the_register_of_bereavement_either(desk: Desk, state: str) -> None:
    put(desk, 8, state)
    with desk.database.writing() as session:
        bereavement.gather(session, desk.services.seal, desk.now(), REGISTER.did("gather", "bereaved"))
        assert [entry.state for entry in session.scalars(select(Bereaved))] == ["to_contact"]
    swept(desk, identity(8))
    with desk.database.reading() as session:
        (entry,) = session.scalars(select(Bereaved))
        assert (entry.state, entry.case_id, list(entry.steps)) == ("withdrawn", None, [])


def test_on_both_databases(any_url: str) -> None:
    desk = a_desk(any_url)
    take(desk)
    put(desk, 2, "closed")
    assert swept(desk, identity(1), identity(2), by_door(3)) == 2
    assert [case_of(desk, n).state for n in range(1, 5)] == ["objected", "closed", "objected", "to_review"]
    desk.database.close()


ENTRIES = [make(n) for n in range(1, 10) for make in (identity, by_door, dwelling)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(STATES), min_size=8, max_size=8),
    st.lists(st.sampled_from([*ENTRIES, identity(7, 2), by_door(7, 2)]), max_size=6),
    st.lists(st.sampled_from(ENTRIES), max_size=3),
)
def test_exactly_the_open_cases_of_whoever_objected_end(
    states: list[str], first: list[str], later: list[str]
) -> None:
    """Twice, against a look at every case: what ended, what is hidden, and what the trail holds."""
    desk, at = _DESK[0], _DESK[0].now()
    with Session(desk.database.engine.execution_options(writes=True)) as session:
        cases = session.scalars(select(Case).order_by(Case.household_id)).all()
        for case, state in zip(cases, states, strict=True):
            case.state = state
        session.flush()
        expected, hidden, touched = list(states), set[str](), set[str]()
        for objected in (first, later):
            ended = sweep(session, desk.services.seal, objected, at + timedelta(days=1))
            here = [bool(_entries(case) & set(objected)) for case in cases]
            assert ended == sum(h and s in OPEN for h, s in zip(here, expected, strict=True))
            hidden |= {c.id for c, h, s in zip(cases, here, expected, strict=True) if h and s == "closed"}
            touched |= {c.id for c, h, s in zip(cases, here, expected, strict=True) if h and s != "objected"}
            expected = ["objected" if h and s in OPEN else s for h, s in zip(here, expected, strict=True)]
        assert [case.state for case in cases] == expected
        assert set(session.scalars(select(LeftInPeace.case_id))) == hidden
        session.flush()
        said = [line for line in trail.lines(session, desk.services.seal) if line.action in SAID]
        assert sorted(line.about for line in said) == sorted(touched)
        session.rollback()


def _entries(case: Case) -> set[str]:
    keys = {key for m in case.members for key in (m.cle_identite, m.cle_nom_adresse) if key}
    return keys | {case.id_logement or ""}


_DESK: list[Desk] = []


@pytest.fixture(autouse=True, scope="module")
def _one_desk(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    desk = a_desk(f"sqlite:///{tmp_path_factory.mktemp('objected') / 'desk.sqlite'}")
    take(desk)
    _DESK[:] = [desk]
    yield
    desk.database.close()


def test_no_page_of_anybody_tells_anything_of_whoever_objected(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A household that was decided on, planned and visited, and its neighbour; only who asks for the objected by name finds the first."""
    packs: list[str] = []
    monkeypatch.setattr(paper, "pdf", lambda html: packs.append(html) or b"%PDF")
    to_visit(desk, 1, 4)
    people = everybody(desk)
    for number in (1, 4):
        enter(people["expert"], case_of(desk, number), "ABSENT")
    told = ("H00000001", "seul titulaire du bail 1<", case_of(desk, 1).id)
    for is_objected in (False, True):
        texts = {
            (role, path): one.get(path).text
            for role, one in people.items()
            for path in ["/follow-up/pack?since=2026-10-01", *paths_of(role, desk, 2)]
            if path != "/trail"
        } | {("pack", str(n)): html for n, html in enumerate(packs)}
        assert any("H00000004" in text for text in texts.values())
        found = {where for where, text in texts.items() if any(one in text for one in told)}
        assert found if not is_objected else not found
        packs.clear()
        swept(desk, identity(1))
