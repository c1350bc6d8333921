"""Nobody opened: when to ring again, and when not to any more. The days, the card and the third absence are our own judgement; no study of visits like
these was found.

Published for surveys by telephone: evenings and weekends find more people at home than the daytime of working days (Weeks, Kulka and Pierson, *Optimal call
scheduling for a telephone survey*, Public Opinion Quarterly 51 (1987), 540–549), and the same time again may yield less (Kulka and Weeks, *Toward the
development of optimal calling protocols for telephone surveys*, Journal of Official Statistics 4 (1988), 319–332). Hence another time each time, the evening
first. A door that stayed closed three times may belong to somebody who does not want to open: from then on the unit decides (call, write, ask a
professional, stop).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

TimeOfDay = Literal["MATIN", "APRES_MIDI", "SOIREE"]
TIMES: Mapping[TimeOfDay, str] = {"SOIREE": "evening", "APRES_MIDI": "afternoon", "MATIN": "morning"}
"""Times of day and their msgids, the first to be advised first."""
SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Rule:
    """After so many absences: ring again from ``earliest_days`` to ``latest_days`` after the last one."""

    absences: int
    earliest_days: int
    latest_days: int
    leave_card: bool


RULES = (
    Rule(absences=1, earliest_days=2, latest_days=10, leave_card=False),
    Rule(absences=2, earliest_days=5, latest_days=15, leave_card=True),
)
"""One row an absence, in order. After more of them nobody rings again by themselves."""


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Nobody opened. ``time_of_day`` None = not noted. ValueError for any other time."""

    on: date
    time_of_day: TimeOfDay | None

    def __post_init__(self) -> None:
        if self.time_of_day is not None and self.time_of_day not in TIMES:
            raise ValueError(f"a time of day is one of {', '.join(TIMES)}, or none")


@dataclass(frozen=True, kw_only=True)
class NextTry:
    """Ring again between ``earliest`` and ``latest`` (both included), at ``time_of_day``, which was not tried yet; ``is_weekend_untried``: nobody rang on a
    Saturday or Sunday yet, which is another time too. ``leave_card``: leave one if nobody opens again.
    ``is_for_the_unit``: nobody rings again by themselves, the unit decides; the dates and the time are then None."""

    earliest: date | None
    latest: date | None
    time_of_day: TimeOfDay | None
    is_weekend_untried: bool
    leave_card: bool
    is_for_the_unit: bool


def next_try(absences: Sequence[Absence]) -> NextTry | None:
    """What follows from every absence at one door since somebody was last met there, in any order; None without any."""
    if not absences:
        return None
    is_weekend_untried = all(absence.on.weekday() < SATURDAY for absence in absences)
    rule = next((rule for rule in RULES if rule.absences == len(absences)), None)
    if rule is None:
        return NextTry(
            earliest=None,
            latest=None,
            time_of_day=None,
            is_weekend_untried=is_weekend_untried,
            leave_card=False,
            is_for_the_unit=True,
        )
    last = max(absence.on for absence in absences)
    tried = {absence.time_of_day for absence in absences}
    return NextTry(
        earliest=last + timedelta(days=rule.earliest_days),
        latest=last + timedelta(days=rule.latest_days),
        time_of_day=next(time for time in TIMES if time not in tried),
        is_weekend_untried=is_weekend_untried,
        leave_card=rule.leave_card,
        is_for_the_unit=False,
    )
