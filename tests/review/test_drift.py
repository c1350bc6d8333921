"""An alarm is seen by everybody who sees cases; how strictly the unit decides is counted from day to day."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from models.drift import PARTS
from review import labels
from review.cases.strictness import VISITED_WITHIN, Strictness, strictness
from review.cases.taken import TakenDrift
from review.database import migrations, opened
from review.desk import Desk
from review.tables.cases import Vote
from review.tables.visits import Visit
from tests.review.desk_sample import a_desk, case_of, line, seat, sqlite, take, taken
from tests.review.old_rows import a_case, a_decision, a_listing, at, put

SAID = {
    "fr": "Parc social : rien n’a été livré depuis 62 jours.",
    "en": "Social housing: nothing has been delivered for 62 days.",
}
MEANS = {"fr": "périmé sur ce point", "en": "out of date there"}
DAY = date(2026, 9, 1)


@pytest.fixture
def warned(tmp_path: Path) -> Desk:
    desk = a_desk(sqlite(tmp_path))
    lines = [line(n) for n in range(1, 9)]
    take(desk, replace(taken("2026-11-02-run", lines), drift=TakenDrift(part="sources", said=SAID)))  # type: ignore[arg-type]
    return desk


@pytest.mark.parametrize("role", ["expert", "coordinator", "auditor", "dpo"])
def test_everybody_who_sees_cases_reads_what_has_changed_and_what_it_means(warned: Desk, role: str) -> None:
    reader, case = seat(warned, role), case_of(warned, 1)
    for address in ("/queue", f"/cases/{case.id}"):
        shown = reader.get(address).text
        assert shown.count(SAID["fr"]) == 1 and MEANS["fr"] in shown and 'role="note"' in shown


def test_a_list_without_an_alarm_is_quiet_and_its_cases_are(warned: Desk) -> None:
    later = taken("2026-12-02-run", [line(n) for n in (1, 9)], as_of=date(2026, 12, 2))
    take(warned, later)
    expert = seat(warned, "expert")
    assert SAID["fr"] not in expert.get("/queue").text
    assert SAID["fr"] not in expert.get(f"/cases/{case_of(warned, 1).id}").text
    # a case that is only on the older list is told what that list was made on
    assert SAID["fr"] in expert.get(f"/cases/{case_of(warned, 2).id}").text
    assert SAID["fr"] in seat(warned, "coordinator").get("/lists").text


def test_every_part_that_can_alarm_has_a_meaning() -> None:
    assert tuple(labels.DRIFT) == PARTS


def test_lists_of_an_earlier_release_are_kept_without_an_alarm(any_url: str) -> None:
    database = opened(any_url)
    with database.engine.begin() as connection:
        command.downgrade(migrations(connection), "0004")
        connection.execute(
            text(
                "insert into lists (run_id, as_of, taken_at, capacity, facts, digest) values ('r', '2026-11-02', '2026-11-03', 8, '{}', '0')"
            )
        )
    database.close()
    database = opened(any_url)
    with database.engine.connect() as connection:
        assert connection.execute(text("select run_id, drift from lists")).one() == ("r", None)
    database.close()


def counted(desk: Desk, since: date, until: date) -> Strictness:
    with desk.database.reading() as session:
        return strictness(session, since, until)


def test_how_strictly_the_unit_decides_counted_by_hand(tmp_path: Path) -> None:
    """Both ends: the first day counts, the last does not; a line counts on the day on which its time is over."""
    desk = a_desk(sqlite(tmp_path))
    choices = {
        1: "visit",
        2: "visit",
        3: "none",
        4: "followed",
        5: "objection",
        6: "more",
        7: "visit",
        8: "none",
    }
    days = {7: DAY - timedelta(days=1), 8: DAY + timedelta(days=30)}
    with desk.database.writing() as session:
        for number, choice in choices.items():
            decision, vote = a_decision(number, at(days.get(number, DAY)))
            decision.choice = choice  # type: ignore[attr-defined]
            put(session, [a_case(number)], [decision, vote])
        second = Vote(
            case_id="C3",
            revision=1,
            reader="f",
            profession="X",
            choice="visit",
            reason="AUTRE",
            cast_at=at(DAY),
        )
        put(session, [second])
        over = DAY - VISITED_WITHIN
        for number, listed, visited in ((1, over, over), (2, over, DAY), (3, over, DAY + timedelta(days=1)), (4, over - timedelta(days=1), over), (5, over, None)):  # fmt: skip
            put(session, a_listing(number, listed))
            if visited:
                session.add(Visit(id=f"V{number}", case_id=f"C{number}", visited_on=visited, visitor_role="AGENT", outcome="ABSENT", entered_by="e", entered_at=at(visited), objected=False))  # fmt: skip
    found = counted(desk, DAY, DAY + timedelta(days=30))
    assert (found.decided, found.visit, found.aside, found.listed, found.visited) == (5, 2, 2, 4, 2)
    assert (found.agreement.pairs, found.agreement.agreed, found.agreement.kappa) == (1, 0, None)
    empty = counted(desk, date(2020, 1, 1), date(2020, 2, 1))
    assert (empty.decided, empty.listed, empty.agreement.pairs) == (0, 0, 0)
