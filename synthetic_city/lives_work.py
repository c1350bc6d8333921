"""What people do: school, work, retirement, and what households live on.

Shares by age of students, retired and inactive people are held to the census totals; jobs are lost and found with
chances of their own, and as many are lost as keep the published share of unemployed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic_city.facts import AGES, OLDEST, Facts, Floats
from synthetic_city.history import Activity
from synthetic_city.lives_state import NEVER, Bools, Index, Ints, Month, Town
from synthetic_city.lives_targets import Targets, shifted

STUDENTS = (
    *(
        (15, 0.97),
        (16, 0.96),
        (17, 0.94),
        (18, 0.72),
        (19, 0.62),
        (20, 0.53),
        (21, 0.42),
        (22, 0.33),
        (23, 0.24),
    ),
    *((24, 0.17), (25, 0.14), (27, 0.08), (30, 0.045), (40, 0.025), (55, 0.01), (60, 0.0)),
)
RETIRED = (
    (50, 0.0),
    (55, 0.02),
    (58, 0.06),
    (60, 0.20),
    (62, 0.60),
    (65, 0.86),
    (67, 0.95),
    (70, 0.97),
    (75, 0.985),
)
INACTIVE_MEN = ((15, 0.03), (25, 0.06), (45, 0.08), (58, 0.20), (64, 0.5), (70, 0.9))
INACTIVE_WOMEN = ((15, 0.04), (25, 0.14), (45, 0.13), (58, 0.25), (64, 0.6), (70, 0.95))
"""Shares by age, linear between; assumed shapes (inactive: of those neither studying nor retired). Students of 18-24 and
the active of 15 and over are shifted to the census totals."""

FINDS_WORK = (0.15, 0.09, 0.05)
"""Monthly chance by time out of work: under 6 months, 6 to 12, longer; assumed."""

UNEMPLOYED_BY_AGE = ((15, 2.4), (24, 2.0), (30, 1.1), (45, 0.85), (60, 0.8), (75, 0.8))
"""Relative risk of losing a job by age; assumed shape, the whole is the census'."""

SKILL_PROTECTS = 0.5
"""Fall in log-odds of losing a job for one standard deviation of the person's lasting position; assumed."""


@dataclass(frozen=True, kw_only=True)
class Occupations:
    """Shares by age, of residents: ``student``, ``retired``; ``inactive`` by sex and age. ``unemployed``: of the active."""

    student: Floats
    retired: Floats
    inactive: Floats
    unemployed: float


def occupations(facts: Facts, aims: Targets) -> Occupations:
    """The shapes above, shifted so that the census totals hold."""
    people = aims.pyramid.sum(axis=0)
    student = _line(STUDENTS) * (AGES >= 15)
    young = (AGES >= 18) & (AGES <= 24)
    wanted = facts.value("students_18_24_share") * float(people[young].sum())
    student = np.where(young, shifted(student, people * young, wanted), student)
    retired = _line(RETIRED)
    inactive = np.array([_line(INACTIVE_MEN), _line(INACTIVE_WOMEN)])
    rest = aims.pyramid * (1 - student - retired) * (AGES >= 15)
    idle = float(rest.sum()) - facts.value("active_15_plus")
    inactive = shifted(inactive, rest, idle) * (1 - student - retired)
    return Occupations(
        student=student,
        retired=retired,
        inactive=inactive,
        unemployed=facts.value("unemployed_share_of_active"),
    )


def _line(points: tuple[tuple[int, float], ...]) -> Floats:
    return np.asarray(np.interp(AGES, *np.array(points).T))


def first_activity(
    town: Town, persons: Index, shares: Occupations, day: int, rng: np.random.Generator
) -> None:
    """What people do when they are first seen, by age and sex."""
    people = town.people
    age, draw = people.age[persons], rng.random(len(persons))
    student, retired = shares.student[age], shares.retired[age]
    idle = shares.inactive[people.sex[persons], age]
    limits = np.cumsum([student, retired, idle], axis=0)
    codes = np.array([Activity.STUDENT, Activity.RETIRED, Activity.OTHER, Activity.EMPLOYED])
    people.activity[persons] = np.where(age < 15, Activity.CHILD, codes[(draw >= limits).sum(axis=0)])
    active = persons[people.activity[persons] == Activity.EMPLOYED]
    risk = shares.unemployed * _risk(town, active)
    out = active[rng.random(len(active)) < np.minimum(risk, 0.9)]
    _lose(town, out, (day - 30 * rng.exponential(11.0, len(out))).astype(np.int32))


def _risk(town: Town, persons: Index) -> Floats:
    """Relative risk of being without work, with mean one over ``persons``."""
    people = town.people
    risk = np.interp(people.age[persons], *np.array(UNEMPLOYED_BY_AGE).T) * np.exp(
        -SKILL_PROTECTS * people.skill[persons]
    )
    return np.asarray(risk / max(float(risk.mean()), 1e-9)) if len(risk) else risk


def _lose(town: Town, persons: Index, days: Ints) -> None:
    town.people.activity[persons] = Activity.UNEMPLOYED
    town.people.unemployed_since[persons] = days


def begin_upper_school(town: Town) -> None:
    """Children who have turned 15 are students from the first day of the next month on."""
    people, living = town.people, town.residents()
    grown = living[(people.age[living] >= 15) & (people.activity[living] == Activity.CHILD)]
    people.activity[grown] = Activity.STUDENT


def work(town: Town, month: Month, shares: Occupations, rng: np.random.Generator) -> None:
    """One month of schooling, retirement, inactivity, jobs found and lost."""
    people, living = town.people, town.residents()
    living = living[people.age[living] >= 15]
    _finish_school(town, living, shares, month, rng)
    _fill(town, living, Activity.RETIRED, shares.retired[people.age[living]], rng)
    _fill(town, living, Activity.OTHER, shares.inactive[people.sex[living], people.age[living]], rng)
    _find_and_lose(town, living, shares, month, rng)
    people.unemployed_since[living[people.activity[living] != Activity.UNEMPLOYED]] = NEVER


def _finish_school(
    town: Town, living: Index, shares: Occupations, month: Month, rng: np.random.Generator
) -> None:
    """As many leave school as their age has too many students; some start again where it has too few."""
    people = town.people
    young = living[people.age[living] < 65]
    leaving = _beyond(
        people.age[young], people.activity[young] == Activity.STUDENT, shares.student[people.age[young]], rng
    )
    out = young[leaving]
    people.activity[out] = Activity.EMPLOYED
    jobless = out[rng.random(len(out)) < 0.35]
    _lose(town, jobless, month.days(rng, len(jobless)))
    _fill(town, young, Activity.STUDENT, shares.student[people.age[young]], rng)


def _fill(town: Town, living: Index, activity: Activity, share: Floats, rng: np.random.Generator) -> None:
    """The active (and, for retirement, the inactive) take up ``activity`` where an age has too few of it."""
    people = town.people
    age, state = people.age[living], people.activity[living]
    may = (state == Activity.EMPLOYED) | (state == Activity.UNEMPLOYED)
    if activity == Activity.RETIRED:
        may |= state == Activity.OTHER
    lack = np.bincount(age, share - (state == activity), minlength=OLDEST + 10)
    hazard = np.clip(lack / np.maximum(np.bincount(age, may, minlength=OLDEST + 10), 1), 0.0, 1.0)
    taking = may & (rng.random(len(living)) < hazard[age])
    people.activity[living[taking]] = activity


def _beyond(age: Ints, has: Bools, share: Floats, rng: np.random.Generator) -> Bools:
    """Who of those that have something is too many for their age."""
    excess = np.bincount(age, has - share, minlength=OLDEST + 10)
    hazard = np.clip(excess / np.maximum(np.bincount(age, has, minlength=OLDEST + 10), 1), 0.0, 1.0)
    return np.asarray(has & (rng.random(len(age)) < hazard[age]))


def _find_and_lose(
    town: Town, living: Index, shares: Occupations, month: Month, rng: np.random.Generator
) -> None:
    people = town.people
    idle = living[people.activity[living] == Activity.OTHER]
    back = _beyond(people.age[idle], np.ones(len(idle), dtype=bool), np.full(len(idle), 0.985), rng)
    _lose(
        town,
        idle[back & (people.age[idle] < 60)],
        np.full(int((back & (people.age[idle] < 60)).sum()), month.following, np.int32),
    )
    jobless = living[people.activity[living] == Activity.UNEMPLOYED]
    months = (month.first - people.unemployed_since[jobless]) / 30.44
    chance = np.array(FINDS_WORK)[np.searchsorted([6, 12], months, side="right")] * np.exp(
        0.3 * people.skill[jobless]
    )
    people.activity[jobless[rng.random(len(jobless)) < chance]] = Activity.EMPLOYED
    _lose_jobs(town, living, shares, month, rng)


def _lose_jobs(
    town: Town, living: Index, shares: Occupations, month: Month, rng: np.random.Generator
) -> None:
    people = town.people
    employed = living[people.activity[living] == Activity.EMPLOYED]
    jobless = int((people.activity[living] == Activity.UNEMPLOYED).sum())
    missing = shares.unemployed * (len(employed) + jobless) - jobless
    hazard = max(missing, 0.0) / max(len(employed), 1) * _risk(town, employed)
    out = employed[rng.random(len(employed)) < hazard]
    _lose(town, out, month.days(rng, len(out)))
