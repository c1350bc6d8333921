"""What is past its term leaves the desk, a day younger stays; counts, the trail and whatever is still needed hold before and after."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from data_contracts import contract
from data_contracts.contract_terms import Period
from data_contracts.errors import IntegrityError
from review import trail
from review.cases import handing_out
from review.cases.queue import ENDED
from review.desk import Desk
from review.law import retention
from review.law.retention import RULES, Gone
from review.law.scrubbing import scrub
from review.sealing import Seal
from review.states import CASE
from review.tables import Base
from review.tables.accounts import SignedIn
from review.tables.alerts import Alert
from review.tables.bereaved import Bereaved
from review.tables.cases import Case, Decision, Listing, Member
from review.tables.handed_over import HandedOver, HandedRow
from review.tables.identities import IdentityRequest
from review.tables.law import LeftInPeace, Purge
from review.tables.rounds import Round, Stop
from review.tables.trail import TrailLine
from review.tables.visits import Visit
from review.visits import outcome_handover
from tests.review.desk_sample import SYSTEM, a_desk, account, household, sqlite
from tests.review.old_rows import (
    LONG_AGO,
    a_case,
    a_decision,
    a_listing,
    a_request,
    a_round,
    a_sign_in,
    a_step,
    a_visit,
    an_alert,
    an_entry,
    at,
    colleagues,
    put,
)

ON = date(2032, 11, 2)
SEAL = Seal(secret=b"s" * 32)
NOW = datetime(2032, 11, 2, 9, 0, tzinfo=UTC)
AGES = {
    "P5Y": date(2027, 11, 2),
    "P2Y": date(2030, 11, 2),
    "P1Y": date(2031, 11, 2),
    "P1D": date(2032, 11, 1),
}
"""Period → the first day that stays on ``ON``, by hand."""
KEPT = {"users", "recovery_codes", "teams", "team_members", "lists", "handed_over", "purges", "trail_head", "trail_cut"}  # fmt: skip
"""Tables of colleagues, and of nobody."""
PURGE = Counter({"trail": 1})
"""What a purge adds."""


def counted(session: Session) -> Counter[str]:
    """Table → rows; none is missing."""
    session.flush()
    tables = Base.metadata.sorted_tables
    return Counter({t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables})


def purged(session: Session, on: date = ON) -> tuple[Gone, ...]:
    """As of a day."""
    return retention.purge(session, SEAL, {}, on, NOW)


def gone(found: Sequence[Gone]) -> Counter[str]:
    """Table → rows, without those that were only emptied."""
    return sum((Counter(one.tables) for one in found if not one.are_emptied), Counter[str]())


@pytest.fixture(scope="module")
def module_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """In a file, with one colleague."""
    desk = a_desk(sqlite(tmp_path_factory.mktemp("retention")))
    with desk.database.writing() as session:
        put(session, colleagues())
    yield desk
    desk.database.close()


@pytest.fixture
def session(module_desk: Desk) -> Iterator[Session]:
    """Of which nothing stays."""
    with Session(module_desk.database.engine.execution_options(writes=True)) as found:
        yield found


@pytest.fixture
def any_session(any_url: str) -> Iterator[Session]:
    """Of each database."""
    desk = a_desk(any_url)
    with Session(desk.database.engine.execution_options(writes=True)) as found:
        put(found, colleagues())
        yield found
    desk.database.close()


PICTURES: dict[str, tuple[str, Callable[[date], list[Base]], type[Base]]] = {
    "alerts": ("P2Y", lambda day: an_alert("a", day), Alert),
    "bereavement": ("P2Y", lambda day: an_entry(1, day), Bereaved),
    "identity_requests": ("P1Y", lambda day: a_request(1, at(day), "C1"), IdentityRequest),
    "rounds": ("P1Y", lambda day: a_round(day, "C1"), Round),
    "sign_ins": ("P1D", lambda day: a_sign_in(1, at(day)), SignedIn),
    "visits": ("P5Y", lambda day: a_visit(1, day), Visit),
    "listings": ("P5Y", lambda day: a_listing(1, day), Listing),
    "decisions": ("P5Y", lambda day: [*a_decision(1, at(day)), *a_step(1, day)], Decision),
    "cases": ("P5Y", lambda day: [a_case(2, since=day)], Case),
    "member_keys": ("P1Y", lambda day: [a_case(3, since=day)], Member),
}
"""Rule → its term, something of a day, and where it is. The case 1 ended on ``ON``."""


@pytest.mark.parametrize("days", [-1, 0, 1])
@pytest.mark.parametrize("what", PICTURES)
def test_the_day_on_which_a_term_ends(session: Session, what: str, days: int) -> None:
    """The day before it is gone; on the day itself, and the day after, it is there."""
    period, make, table = PICTURES[what]
    put(session, [a_case(1, since=ON)], make(AGES[period] + timedelta(days=days)))
    before = counted(session)
    found = {one.what: one for one in purged(session)}
    assert (found[what].period, found[what].before) == (period, AGES[period])
    after = counted(session)
    if what == "member_keys":
        keys = session.scalars(select(Member.cle_identite).where(Member.case_id == "C3")).one()
        assert (keys is None) == (days < 0) and found[what].tables == ({"members": 1} if days < 0 else {})
        return
    assert before[table.__tablename__] - after[table.__tablename__] == (days < 0)
    assert bool(found[what].tables) == (days < 0)


@pytest.mark.parametrize("moment", ["22:59:59", "23:00:00"])
def test_a_day_is_the_citys(session: Session, moment: str) -> None:
    """In November it begins at 23:00 of the day before in UTC."""
    put(session, a_sign_in(1, datetime.fromisoformat(f"2032-10-31T{moment}+00:00")))
    purged(session)
    assert counted(session)["sessions"] == (moment == "23:00:00")


def test_the_rules_say_what_they_are_counted_from_and_why() -> None:
    tables = Base.metadata.tables
    for rule in RULES:
        assert rule.counted_from in tables[rule.table].columns
        assert rule.why and bool(rule.source) != bool(rule.own)
        if rule.source:
            assert rule.period({}) == contract.load(rule.source).retention.period
    assert {rule.what: rule.period({}).as_iso() for rule in RULES} == {name: p for name, (p, *_) in PICTURES.items()} | {"audit_trail": "P5Y"}  # fmt: skip


def test_a_city_keeps_for_less_but_the_trail_for_six_months_at_least() -> None:
    shorter = {"signalements": "P90D", "decisions": "P30D"}
    told = {rule.what: rule.period(shorter).as_iso() for rule in RULES}
    assert (told["alerts"], told["decisions"], told["cases"], told["audit_trail"], told["visits"]) == ("P90D", "P30D", "P30D", "P6M", "P5Y")  # fmt: skip


def test_at_the_end_of_all_terms_only_counts_and_colleagues_are_left(any_session: Session) -> None:
    session, day = any_session, date(2021, 3, 1)
    trail.add(session, SEAL, at(day), SYSTEM)
    put(
        session,
        [a_case(1), a_case(2, "objected"), a_case(3, members=2)],
        a_visit(1, day),
        a_visit(3, day, None),
        a_listing(1, day),
    )
    put(
        session,
        a_decision(1, at(day)),
        a_step(2, day),
        an_alert("a", day, case_id="C1"),
        an_alert("b", day, merged_into="a"),
    )
    put(
        session,
        an_entry(1, day, "C1"),
        a_round(date(2021, 3, 1), "C1"),
        a_request(1, at(day), "C1"),
        a_request(2, at(day), None, "W2021-03-01"),
    )
    put(session, a_sign_in(1, at(day)), [LeftInPeace(case_id="C1", since=at(day))])
    put(session, [HandedOver(day=day, source="visites", sha256="0" * 64, rows=2, written_at=at(day))])
    before = counted(session)
    assert {name for name, rows in before.items() if not rows} == {"purges", "trail_cut"}
    found = purged(session)
    after = counted(session)
    assert {name for name, rows in after.items() if rows} == KEPT | {"trail"}  # the purge's own line
    assert before + PURGE - after == gone(found)
    assert trail.verified(session, SEAL) == 1
    book = Counter[str]()
    for entry in session.scalars(select(Purge)):
        book[entry.table_name] += entry.rows
    assert book == gone(found)
    (line,) = trail.lines(session, SEAL)
    assert (line.who, line.action, line.about) == ("system", "purge", "2032-11-02")
    assert line.facts == {one.what: one.rows for one in found if one.rows}


@pytest.mark.parametrize("state", [name for name in CASE.states if name not in ENDED])
def test_nothing_is_taken_from_an_open_case(session: Session, state: str) -> None:
    put(
        session,
        [a_case(1, state)],
        a_visit(1, LONG_AGO),
        a_listing(1, LONG_AGO),
        a_decision(1, at(LONG_AGO)),
        a_step(1, LONG_AGO),
    )
    before = counted(session)
    assert gone(purged(session)) == {}
    assert before - counted(session) == {}
    assert session.scalars(select(Member.cle_identite)).one() is not None


YOUNGEST: dict[str, Callable[[date], list[Base]]] = {
    "listing": lambda day: a_listing(1, day),
    "visit": lambda day: a_visit(1, day),
    "step": lambda day: a_step(1, day),
    "decision": lambda day: a_decision(1, at(day)),
}


@pytest.mark.parametrize("youngest", YOUNGEST)
def test_a_case_goes_with_the_last_of_what_hangs_on_it(session: Session, youngest: str) -> None:
    """Everything else is years past; the last of it ends its term a day later."""
    put(
        session,
        [a_case(1)],
        a_visit(1, LONG_AGO),
        a_listing(1, LONG_AGO),
        a_decision(1, at(LONG_AGO), revision=2),
        a_step(1, LONG_AGO),
    )
    put(session, YOUNGEST[youngest](AGES["P5Y"]), an_alert("a", ON, case_id="C1"), an_entry(1, ON, "C1"))
    purged(session)
    assert session.get(Case, "C1") is not None and counted(session)["members"] == 1
    purged(session, ON + timedelta(days=1))
    assert counted(session)["cases"] == counted(session)["members"] == 0
    assert (
        session.scalars(select(Alert.case_id)).all()
        == session.scalars(select(Bereaved.case_id)).all()
        == [None]
    )


def test_an_opinion_goes_with_its_decision(session: Session) -> None:
    """Two readers, of whom the first spoke a day before the term ends: the decision that they made is told with both."""
    put(
        session,
        [a_case(1, since=ON)],
        a_decision(1, at(AGES["P5Y"]), cast=at(AGES["P5Y"] - timedelta(days=1))),
    )
    purged(session)
    assert len(list(handing_out.decisions(session))) == counted(session)["votes"] == 1
    purged(session, ON + timedelta(days=1))
    assert list(handing_out.decisions(session)) == [] and counted(session)["votes"] == 0


def test_keys_stay_with_a_visit_so_that_its_row_is_handed_over_as_before(session: Session) -> None:
    put(session, [a_case(1, members=2)], a_visit(1, AGES["P5Y"], 2))
    (before,) = outcome_handover.rows_to_hand_over(session)
    purged(session)
    session.expire_all()
    assert outcome_handover.rows_to_hand_over(session) == [before]
    assert session.scalars(select(Member.cle_identite).order_by(Member.number)).all() == [None, f"{1:016x}{2:016x}"]  # fmt: skip


def test_an_alert_waits_for_the_last_of_those_that_stand_behind_it(session: Session) -> None:
    old, last = AGES["P2Y"] - timedelta(days=1), AGES["P2Y"]
    put(session, an_alert("a", old), an_alert("b", old, "a"), an_alert("c", last, "a"))
    purged(session)
    assert sorted(session.scalars(select(Alert.id))) == ["a", "c"]
    assert sorted(session.scalars(select(HandedRow.key))) == ["Sa", "Sc"]
    purged(session, ON + timedelta(days=1))
    assert (
        counted(session)["alerts"] == counted(session)["alert_steps"] == counted(session)["handed_rows"] == 0
    )


def test_a_round_with_a_visit_still_planned_stays_until_it_is_taken_off(session: Session) -> None:
    week = date(2026, 11, 2)
    put(session, [a_case(1, "planned", week), a_case(2)], a_round(week, "C1", "C2", planned_at=at(week)))
    purged(session)
    assert [stop.case_id for stop in session.scalars(select(Stop))] == ["C1"]  # the other's case is gone
    session.get_one(Case, "C1").state = "to_visit"
    session.flush()
    purged(session)
    assert counted(session)["rounds"] == counted(session)["stops"] == 0


# --- the trail ---------------------------------------------------------------------------------------------------------------------

MORNING = datetime(2027, 11, 1, 8, 0, tzinfo=UTC)


def lines(session: Session, *days: int) -> None:
    """One line so many days after the last day that goes; -1: that day."""
    for day in days:
        trail.add(session, SEAL, MORNING + timedelta(days=1 + day), SYSTEM)
    session.flush()


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        ([-2, -1, 0, 1], [3, 4]),
        ([-1, 0, -1, 1], [2, 3, 4]),  # of an alert the trail tells the day only: a line may be dated before the one that it follows
        ([0, 1], [1, 2]),
        ([-1, -1], []),
    ],
)  # fmt: skip
def test_the_trail_begins_at_the_first_line_of_its_term(
    session: Session, days: list[int], kept: list[int]
) -> None:
    lines(session, *days)
    (cut,) = [one for one in purged(session) if one.what == "audit_trail"]
    numbers = session.scalars(select(TrailLine.number).order_by(TrailLine.number)).all()
    assert numbers == [*kept, len(days) + 1]
    assert trail.verified(session, SEAL) == len(numbers)
    assert cut.rows == len(days) - len(kept)


@pytest.mark.parametrize(
    "damage",
    [
        "delete from trail where number = 3",  # one more than was cut
        "delete from trail_cut",
        "update trail_cut set number = 3",
        "update trail_cut set digest = (select digest from trail where number = 3), number = 3",
        "update trail_cut set signature = :forged",  # signed as lines are
        "delete from trail",
        "update trail_head set number = 2",
    ],
)
def test_any_other_gap_is_found(session: Session, damage: str) -> None:
    lines(session, -2, -1, 0, 1)
    purged(session)
    assert trail.verified(session, SEAL) == 3
    digest = session.scalars(select(TrailLine.previous).where(TrailLine.number == 3)).one()
    session.execute(
        text(damage), {"forged": SEAL.sign("trail", f"2 {digest}".encode())} if ":" in damage else {}
    )
    session.expire_all()
    with pytest.raises(IntegrityError, match="does not hold"):
        trail.verified(session, SEAL)


def test_a_trail_that_does_not_hold_is_not_cut(session: Session) -> None:
    lines(session, -2, -1, 0)
    session.execute(text("update trail set who = 'nobody' where number = 1"))
    session.expire_all()
    with pytest.raises(IntegrityError, match="does not hold"):
        purged(session)
    assert counted(session)["trail"] == 3 and counted(session)["trail_cut"] == 0


def test_a_line_of_the_first_moment_of_the_term_stays(session: Session) -> None:
    for moment in (at(AGES["P5Y"]) - timedelta(seconds=1), at(AGES["P5Y"])):
        trail.add(session, SEAL, moment, SYSTEM)
    session.flush()
    purged(session)
    assert session.scalars(select(TrailLine.number).order_by(TrailLine.number)).all() == [2, 3]


def test_a_line_holds_whatever_clock_it_was_dated_by(session: Session) -> None:
    """Of an alert the trail tells the city's day, from its first moment."""
    trail.add(session, SEAL, at(ON), SYSTEM)
    session.flush()
    session.expire_all()
    assert trail.verified(session, SEAL) == 1


# --- laws --------------------------------------------------------------------------------------------------------------------------

_DAY = st.sampled_from(
    [period.before(ON) + timedelta(days=d) for period in map(Period.parsed, AGES) for d in (-2, -1, 0, 1)]
)
_ROW = st.tuples(
    st.sampled_from(("visit", "listing", "decision", "step", "request")), st.integers(1, 3), _DAY
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(("closed", "objected", "to_visit", "followed")), _DAY),
        min_size=3,
        max_size=3,
    ),
    st.lists(_ROW, max_size=8, unique_by=lambda row: (row[0], row[1], row[2])),
    st.lists(st.integers(-3, 3), max_size=5),
)
def test_what_goes_is_what_a_look_at_every_row_says(
    module_desk: Desk, cases: list[tuple[str, date]], rows: list[tuple[str, int, date]], days: list[int]
) -> None:
    """And the certificate counts it, a rehearsal the same; a second purge finds nothing; the trail holds all the while."""
    with Session(module_desk.database.engine.execution_options(writes=True)) as session:
        put(session, [a_case(n, *case) for n, case in enumerate(cases, start=1)])
        lines(session, *days)
        for n, (kind, number, day) in enumerate(rows):
            put(session, _made(kind, number, day, n))
        before = counted(session)
        with session.begin_nested() as rehearsal:
            looked = purged(session)
            rehearsal.rollback()
        assert counted(session) == before
        found = purged(session)
        after = counted(session)
        assert found == looked and before + PURGE - after == gone(found)
        assert {name: after[name] for name in ("cases", "visits", "listings", "decisions", "steps", "identity_requests")} == _left(cases, rows)  # fmt: skip
        assert trail.verified(session, SEAL) == after["trail"]
        assert all(not one.tables for one in purged(session))
        assert trail.verified(session, SEAL) == after["trail"] + 1


def _made(kind: str, number: int, day: date, n: int) -> list[Base]:
    return {
        "visit": lambda: a_visit(number, day),
        "listing": lambda: a_listing(number, day),
        "decision": lambda: a_decision(number, at(day), revision=n + 1),
        "step": lambda: a_step(number, day),
        "request": lambda: a_request(n, at(day), f"C{number}"),
    }[kind]()


def _left(cases: list[tuple[str, date]], rows: list[tuple[str, int, date]]) -> dict[str, int]:
    """Row by row."""
    counts = dict.fromkeys(("cases", "visits", "listings", "decisions", "steps", "identity_requests"), 0)
    stays = {n: state not in ENDED or since >= AGES["P5Y"] for n, (state, since) in enumerate(cases, start=1)}
    kept = []
    for kind, number, day in rows:
        is_open = cases[number - 1][0] not in ENDED
        if kind == "request":
            kept.append((kind, number, day >= AGES["P1Y"]))
        else:
            kept.append((kind, number, is_open or day >= AGES["P5Y"]))
            stays[number] |= kept[-1][2]
    for kind, number, is_kept in kept:
        name = "identity_requests" if kind == "request" else f"{kind}s"
        counts[name] += is_kept and stays[number]
    return counts | {"cases": sum(stays.values())}


def test_nothing_of_whoever_was_purged_is_left_in_the_bytes(tmp_path: Path) -> None:
    """Of sixty households every other one is past its term; while the desk goes on being read."""
    desk = a_desk(sqlite(tmp_path))
    event.listen(desk.database.engine, "connect", _leave_what_is_deleted)
    desk.database.engine.dispose()
    account(desk, "expert")
    with desk.database.writing() as session:
        for number in range(1, 61):
            day = date(2021, 1, 1) if number % 2 else ON
            put(
                session,
                [a_case(number, since=day)],
                a_visit(number, day),
                a_listing(number, day),
                a_decision(number, at(day)),
            )
    keys = {number: f"{number:016x}{1:016x}".encode() for number in range(1, 61)}
    assert all(key in _bytes(tmp_path) for key in keys.values())
    with desk.database.writing() as session:
        retention.purge(session, desk.services.seal, {}, ON, NOW)
    scrub(desk.database)
    left = _bytes(tmp_path)
    assert [number for number, key in keys.items() if key in left] == [n for n in keys if n % 2 == 0]
    assert [number for number in keys if household(number).encode() in left] == [
        n for n in keys if n % 2 == 0
    ]
    with desk.database.reading() as session:
        assert counted(session)["cases"] == 30
    desk.database.close()


def _leave_what_is_deleted(connection: Connection, _: object) -> None:
    """As most SQLites are built; Debian's wipes by itself."""
    connection.execute("pragma secure_delete = off")


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("desk.sqlite*")))


def test_on_a_server_the_tables_are_written_anew(postgres_url: str) -> None:
    desk = a_desk(postgres_url)
    size = text("select pg_relation_filepath('cases'), pg_relation_size('cases')")
    with desk.database.writing() as session:
        put(session, [a_case(number) for number in range(1, 200)])
    with desk.database.writing() as session:
        purged(session)
        path, full = session.execute(size).one()
    scrub(desk.database)
    with desk.database.reading() as session:
        anew, left = session.execute(size).one()
    assert anew != path and full > left == 0
    desk.database.close()
