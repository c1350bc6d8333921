"""When to ring again: a calendar worked by hand, and what must hold whoever was absent when."""

from datetime import date, timedelta
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.visits.retries import RULES, TIMES, Absence, NextTry, TimeOfDay, next_try

MONDAY = date(2026, 11, 2)
SATURDAY = date(2026, 11, 7)


def absent(on: date, time_of_day: TimeOfDay | None = "MATIN") -> Absence:
    return Absence(on=on, time_of_day=time_of_day)


def test_nothing_follows_from_no_absence() -> None:
    assert next_try([]) is None


def test_after_the_first() -> None:
    assert next_try([absent(MONDAY)]) == NextTry(
        earliest=date(2026, 11, 4),
        latest=date(2026, 11, 12),
        time_of_day="SOIREE",
        is_weekend_untried=True,
        leave_card=False,
        is_for_the_unit=False,
    )


def test_after_the_second_with_a_card() -> None:
    assert next_try([absent(SATURDAY, "SOIREE"), absent(MONDAY)]) == NextTry(
        earliest=date(2026, 11, 12),
        latest=date(2026, 11, 22),
        time_of_day="APRES_MIDI",
        is_weekend_untried=False,
        leave_card=True,
        is_for_the_unit=False,
    )


def test_after_the_third_the_unit_decides() -> None:
    absences = [absent(MONDAY), absent(date(2026, 11, 5), "SOIREE"), absent(date(2026, 11, 12), "APRES_MIDI")]
    assert next_try(absences) == NextTry(
        earliest=None,
        latest=None,
        time_of_day=None,
        is_weekend_untried=True,
        leave_card=False,
        is_for_the_unit=True,
    )


def test_a_time_that_was_not_noted_rules_nothing_out() -> None:
    found = next_try([absent(MONDAY, None)])
    assert found is not None and found.time_of_day == "SOIREE"


def test_another_time_of_day_is_refused() -> None:
    with pytest.raises(ValueError, match="MATIN"):
        Absence(on=MONDAY, time_of_day="NUIT")


def test_the_table_holds_together() -> None:
    assert [rule.absences for rule in RULES] == list(range(1, len(RULES) + 1))
    assert all(0 < rule.earliest_days <= rule.latest_days for rule in RULES)
    assert set(TIMES) == set(get_args(TimeOfDay))
    # nobody is sent at a time that was tried: there are more times than rows
    assert len(RULES) < len(TIMES)


ABSENCES = st.lists(
    st.builds(
        Absence,
        on=st.dates(MONDAY, MONDAY + timedelta(days=60)),
        time_of_day=st.sampled_from([*TIMES, None]),
    ),
    min_size=1,
    max_size=6,
)


@given(absences=ABSENCES)
def test_the_next_try_is_later_and_at_another_time(absences: list[Absence]) -> None:
    found = next_try(absences)
    assert found is not None
    dated = (found.earliest is None, found.latest is None, found.time_of_day is None)
    assert dated == (found.is_for_the_unit,) * 3
    if found.earliest is not None and found.latest is not None:
        assert max(absence.on for absence in absences) < found.earliest <= found.latest
        assert found.time_of_day not in {absence.time_of_day for absence in absences}
        days = [found.earliest + timedelta(days=n) for n in range((found.latest - found.earliest).days + 1)]
        assert {"Saturday", "Sunday"} <= {f"{day:%A}" for day in days}
    assert found.is_weekend_untried == all(f"{a.on:%A}" not in ("Saturday", "Sunday") for a in absences)


@given(absences=ABSENCES, shuffled=st.randoms())
def test_the_order_in_which_they_are_told_does_not_matter(absences: list[Absence], shuffled: Random) -> None:
    other = list(absences)
    shuffled.shuffle(other)
    assert next_try(other) == next_try(absences)


@given(absences=ABSENCES, one_more=ABSENCES)
def test_one_more_absence_never_makes_it_sooner(absences: list[Absence], one_more: list[Absence]) -> None:
    before, after = next_try(absences), next_try([*absences, one_more[0]])
    assert before is not None and after is not None
    assert after.is_for_the_unit >= before.is_for_the_unit
    if before.earliest and before.latest and after.earliest and after.latest:
        assert after.earliest > before.earliest and after.latest > before.latest
        assert after.leave_card >= before.leave_card
