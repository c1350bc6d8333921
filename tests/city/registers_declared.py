"""What is declared, written a second time so that a slip of a digit in the tables is seen too; and how deliveries are measured against it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.registers_ledger import Ledger
from synthetic_city.registers_months import Whereabouts, whereabouts
from tests.city.registers_town import town, town_with

Flags = npt.NDArray[np.bool_]
ERRORS = 4.0
Case = tuple[str, float, Flags]
"""What is measured, what is declared, and of each case whether it happened."""


DECLARED = {
    "named_after_father": 0.03,
    "named_after_mother": 0.01,
    "usage_name_double": 0.15,
    "typo_surname": 0.012,
    "typo_given": 0.012,
    "wrong_birth_date": 0.006,
    "day_month_swapped": 0.012,
    "half_compound": 0.1,
    "half_double": 0.25,
    "surnames_swapped": 0.005,
    "sex_missing": 0.005,
    "registers_twice": 0.03,
    "death_removed_at_once": 0.85,
    "death_removed_late": 0.12,
    "flat_missing": 0.42,
    "flat_written_otherwise": 0.02,
    "hamlet": 0.015,
    "roll_opposition": 0.003,
    "hospital_births_ratio": 2.0,
    "hospital_deaths_ratio": 1.2,
    "wedding_on_saturday": 0.8,
    "act_names_father": 0.5,
    "marriage_in_town": 0.8,
    "spouse_key_on_death": 0.15,
    "consent_yes": 0.25,
    "consent_no": 0.15,
    "death_file_at_once": 0.88,
    "activity_unknown": 0.22,
    "courtesy_visit": 0.7,
    "lease_usage_name_only": 0.2,
    "lease_birth_date": 0.97,
    "service_usage_name_only": 0.45,
    "service_birth_date": 0.65,
    "service_year": 0.85,
    "service_flat": 0.4,
    "stop_is_recorded": 0.4,
    "origin_family": 0.28,
    "alert_named": 0.6,
    "alert_flat": 0.5,
    "alert_followed": 0.85,
    "visit_flat_not_found": 0.06,
    "visit_absent": 0.15,
    "visit_refused": 0.11,
    "refusal_isolated_odds": 1.4,
    "death_told": 0.8,
    "move_told": 0.62,
    "establishment_told": 0.85,
    "leaver_80_plus_in_home": 0.5,
    "networks_refused": 0.04,
    "judged_unknown": 0.08,
    "judged_isolated_when_isolated": 0.62,
    "judged_isolated_when_not": 0.07,
}
"""Written a second time, by hand: a rate is changed in both places, or not at all."""


def declared(name: str) -> float:
    return DECLARED[name]


def ledger(source: str, errors: float = 1.0) -> Ledger:
    return town_with(errors).registers.ledgers[source]


@cache
def where() -> Whereabouts:
    return whereabouts(town().history, town().registers.everyone.people)


@cache
def once(source: str, errors: float = 1.0) -> pd.DataFrame:
    """One row a record (the first), with its true ``person`` and ``dwelling``."""
    found = ledger(source, errors)
    table = found.rows.assign(person=found.person, dwelling=found.dwelling, shown_from=found.shown_from)
    return table.drop_duplicates(found.record).reset_index(drop=True)


def off(cases: Iterable[Case]) -> dict[str, tuple[float, float, float, int]]:
    """What lies further than four standard errors from its declared rate, or never happens where seven times are expected (p < 0.001).

    Found, declared, error, number of cases.
    """
    wrong = {}
    for name, expected, happened in cases:
        error = ERRORS * sqrt(expected * (1 - expected) / len(happened))
        never = not happened.any() and expected * len(happened) >= 7
        if never or not abs(happened.mean() - expected) <= error:
            wrong[name] = (round(float(happened.mean()), 4), expected, round(error, 4), len(happened))
    return wrong
