"""What a household lives on, and the band it falls into."""

from __future__ import annotations

import numpy as np

from synthetic_city.facts import Facts
from synthetic_city.history import Income
from synthetic_city.lives_state import Floats, Index, Small, Town

RESOURCES = np.array([1800.0, 5500.0, 20500.0, 12500.0, 19500.0, 9500.0])
"""Euros a year by activity before the person's lasting position: child, student, employed, unemployed, retired, other;
assumed. Only the ranks matter: the scale is set once so that the published share is poor."""

SPREAD = np.array([0.0, 0.35, 0.42, 0.25, 0.40, 0.30])
"""How far the lasting position moves them, in logarithm; assumed."""

BENEFITS_PER_UNIT = 8200.0
"""Floor for one consumption unit (minimum income and housing benefit); assumed."""

SEVENTH_DECILE = 1.26
"""France's 7th decile of living standards relative to its median; assumed."""


def standard_of_living(town: Town, living: Index) -> Floats:
    """Euros a year for one consumption unit (1 + 0.5 a further person of 14 and over + 0.3 a child), before scaling."""
    people, count = town.people, len(town.stock.building)
    home, activity = people.dwelling[living], people.activity[living]
    own = RESOURCES[activity] * np.exp(SPREAD[activity] * people.skill[living])
    inside = town.stock.is_establishment[home]
    units = np.bincount(home, np.where(people.age[living] >= 14, 0.5, 0.3), minlength=count) + 0.5
    total = np.bincount(home, own, minlength=count)
    shared = np.maximum(total / units, BENEFITS_PER_UNIT)[home]
    return np.where(inside, np.maximum(own, BENEFITS_PER_UNIT), shared)


def scale_to_poverty(town: Town, living: Index, facts: Facts) -> float:
    """The factor by which the published share of people in ordinary homes falls below the poverty line."""
    at_home = living[~town.stock.is_establishment[town.people.dwelling[living]]]
    limit = np.quantile(standard_of_living(town, at_home), facts.value("poverty_share"))
    return float(facts.value("poverty_line") / limit)


def income_bands(town: Town, living: Index, factor: float, facts: Facts) -> Small:
    """``Income`` of each person, the household's."""
    euros = standard_of_living(town, living) * factor
    median = facts.value("national_median")
    limits = [facts.value("poverty_line"), median, SEVENTH_DECILE * median]
    return np.minimum(np.searchsorted(limits, euros, side="right"), Income.HIGH).astype(np.int8)
