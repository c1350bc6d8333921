"""What the figures of people and homes look at, and how a figure is made; see ``calibration_people``."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from synthetic_city.facts import Facts, read_facts
from synthetic_city.figure import Figure, Kind
from synthetic_city.history import History
from synthetic_city.lives_targets import Targets, targets

COUNT, SHARE = 0.05, 0.015
"""Tolerances: relative for counts, points for shares."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A history in the shape that figures need.

    ``people``: one row a resident and month. ``homes``: one row an ordinary household and month. ``scale``: residents
    relative to the published 33,012. ``years``: length of the time between the first and the last observed day.
    """

    history: History
    facts: Facts
    aims: Targets
    months: int
    years: float
    scale: float
    people: pd.DataFrame
    homes: pd.DataFrame


def look(history: History) -> Seen:
    """Prepares the panel once for all figures."""
    aims = targets(read_facts())
    panel = history.panel
    is_woman = history.people["sex"].to_numpy() == "F"
    people = panel.assign(is_woman=is_woman[panel["person"].to_numpy()])
    months = len(history.months)
    return Seen(
        history=history,
        facts=read_facts(),
        aims=aims,
        months=months,
        years=max(months - 1, 1) / 12,
        scale=len(panel) / months / aims.population,
        people=people,
        homes=_homes(people, history),
    )


def _homes(people: pd.DataFrame, history: History) -> pd.DataFrame:
    """Grain: one ordinary household and month."""
    ordinary = people[~people["in_establishment"]]
    homes = (
        ordinary.assign(is_man_alone=ordinary["lives_alone"] & ~ordinary["is_woman"])
        .groupby(["month", "household"], sort=False)
        .agg(
            dwelling=("dwelling", "first"),
            size=("size", "first"),
            coupled=("in_couple", "sum"),
            is_single_parent=("is_single_parent", "any"),
            is_man_alone=("is_man_alone", "any"),
            tenure=("tenure", "first"),
        )
    )
    building = history.dwellings["building"].to_numpy()[homes["dwelling"]]
    lent = history.dwellings["is_lent"].to_numpy()[homes["dwelling"]]
    return homes.assign(is_flat=history.buildings["n_dwellings"].to_numpy()[building] > 1, is_lent=lent)


def from_fact(
    seen: Seen, fact: str, simulated: float, *, tolerance: float | None = None, because: str = ""
) -> Figure:
    """A figure whose published side is a row of ``facts/published.csv``; counts are brought to the town's size."""
    row = seen.facts.published[fact]
    is_share = row.unit == "share"
    usual = SHARE if is_share else COUNT
    return Figure(
        name=fact.replace("_", " "),
        target=row.value if is_share else row.value * seen.scale,
        simulated=simulated,
        unit="share" if is_share else "count",
        tolerance=usual if tolerance is None else tolerance,
        geography=row.geography,
        year=row.year,
        source=row.source,
        wider_because=because,
    )


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a figure's published side is from."""

    geography: str
    year: str
    source: str
    kind: Kind = "published"
    printed: float | None = None


def share(
    name: str,
    target: float,
    simulated: float,
    origin: Origin,
    *,
    tolerance: float = SHARE,
    because: str = "",
) -> Figure:
    """A share whose target is computed from the facts."""
    return Figure(
        name=name,
        target=target,
        simulated=simulated,
        unit="share",
        tolerance=tolerance,
        geography=origin.geography,
        year=origin.year,
        source=origin.source,
        wider_because=because,
        kind=origin.kind,
        printed=origin.printed,
    )


def count(
    name: str,
    target: float,
    simulated: float,
    origin: Origin,
    *,
    tolerance: float = COUNT,
    because: str = "",
) -> Figure:
    """A count (or a mean) whose target is computed from the facts, already at the town's size."""
    return Figure(
        name=name,
        target=target,
        simulated=simulated,
        unit="count",
        tolerance=tolerance,
        geography=origin.geography,
        year=origin.year,
        source=origin.source,
        wider_because=because,
        kind=origin.kind,
        printed=origin.printed,
    )
