"""Fifty people at once: no decision is lost, none is written twice, and who was slower is told so. On both databases."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from review import trail
from review.desk import Desk
from review.tables.cases import Case, Decision, Vote
from tests.review.desk_sample import Seat, a_desk, account, case_of, line, take, taken

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("at once")]
PEOPLE = 50


@pytest.fixture
def full(any_url: str) -> Desk:
    """Fifty households, fifty experts."""
    desk = a_desk(any_url)
    take(desk, taken(lines=[line(number) for number in range(1, PEOPLE + 1)]))
    for number in range(1, PEOPLE + 1):
        account(desk, f"e{number}", "expert")
    return desk


def all_at_once(desk: Desk, cases: list[Case]) -> Counter[int]:
    """Everybody decides one case in the same moment; statuses of the answers."""
    start = Barrier(PEOPLE)

    def decide(number: int) -> int:
        one, case = Seat(desk, f"e{number + 1}"), cases[number]
        start.wait()
        return int(
            one.post(
                f"/cases/{case.id}/decide", version=case.version, choice="none", reason_none="AUTRE"
            ).status_code
        )

    with ThreadPoolExecutor(PEOPLE) as people:
        return Counter(people.map(decide, range(PEOPLE)))


def counted(desk: Desk) -> tuple[int, int]:
    """Votes and decisions; the trail holds."""
    with desk.database.reading() as session:
        trail.verified(session, desk.services.seal)
        return tuple(
            session.scalar(select(func.count()).select_from(table)) or 0 for table in (Vote, Decision)
        )  # type: ignore[return-value]


def test_each_their_own_case(full: Desk) -> None:
    answers = all_at_once(full, [case_of(full, number) for number in range(1, PEOPLE + 1)])
    assert answers == {303: PEOPLE}
    assert counted(full) == (PEOPLE, PEOPLE)
    assert {case_of(full, number).state for number in range(1, PEOPLE + 1)} == {"closed"}
    full.database.close()


def test_all_the_same_case(full: Desk) -> None:
    answers = all_at_once(full, [case_of(full, 1)] * PEOPLE)
    assert answers == {303: 1, 409: PEOPLE - 1}
    assert counted(full) == (1, 1)
    full.database.close()


def test_who_was_slower_is_told_so(full: Desk) -> None:
    case, first, second = case_of(full, 1), Seat(full, "e1"), Seat(full, "e2")
    for one in (first, second):
        assert f'name="version" value="{case.version}"' in one.get(f"/cases/{case.id}").text
    first.post(f"/cases/{case.id}/decide", version=case.version, choice="followed")
    late = second.post(f"/cases/{case.id}/decide", version=case.version, choice="none", reason_none="AUTRE")
    assert late.status_code == 409
    assert "Un collègue a modifié ce dossier" in late.text
    assert case_of(full, 1).decisions[0].choice == "followed"
    full.database.close()
