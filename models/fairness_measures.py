"""Every measure of the fairness report, from its cases to its comparisons; declared in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.audit_groups import AUDITED
from features.factor import Factor
from models import fairness_rows, fairness_visits
from models.fairness import COLUMNS
from models.fairness_counts import UNKNOWN, cells, paired, rates, shares, standardised, with_pairs

PAIRS = (
    ("sex", "age_band"),
    ("sex", "tenure"),
    ("sex", "qpv"),
    ("sex", "neighbourhood"),
    ("age_band", "tenure"),
    ("age_band", "qpv"),
)
"""Sex with everything, since the plan asks for women and men; age with poverty of means and of place. Neighbourhoods by age or tenure would be too many and too small."""
LEAST_PAIR = 100
"""Households of today's frame in both groups at once: where one in eight is isolated that is a dozen, and of fewer nothing could ever be shown."""
DIMENSIONS = (*AUDITED, *(paired(*pair) for pair in PAIRS))
PLACES = ("qpv", "neighbourhood")


@dataclass(frozen=True, kw_only=True)
class Table:
    """The cases of a measure for some dimensions; see ``models.fairness_counts``. ``basis``: tells two tables of one measure apart;
    ``is_drawn``: whether a bootstrap says what its cases are worth, or they are plain counts."""

    measure: str
    rows: pd.DataFrame
    dimensions: tuple[str, ...] = DIMENSIONS
    basis: str = ""
    is_drawn: bool = True


@dataclass(frozen=True, kw_only=True)
class Compared:
    """``lines``: ``fairness.COLUMNS``; ``cells``: ``measure``, ``kind``, ``dimension``, ``group``, ``number``: all counts that a figure is made of, of compared groups and of all others."""

    lines: pd.DataFrame
    cells: pd.DataFrame


def visits(past: pd.DataFrame, factors: Sequence[Factor], seed: int) -> Iterator[Table]:
    """Whom the walk and the ranking visited; between places the ranking alone. Nothing where nobody was visited so."""
    if past.empty:
        return
    rows = fairness_visits.first_visits(past)
    of_lists, of_walk = fairness_visits.listed(rows, factors, seed), fairness_visits.walked(rows)
    not_places = tuple(d for d in DIMENSIONS if d not in PLACES)
    yield Table(
        measure="visited", rows=pd.concat([of_walk, of_lists], ignore_index=True), dimensions=not_places
    )
    yield Table(measure="visited", rows=of_lists, dimensions=PLACES, basis=" by the ranking")


def large_pairs(today: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Pairs of groups with ``LEAST_PAIR`` households or more in today's frame, which has its pairs."""
    counts = {d: today[d].value_counts() for d in (paired(*pair) for pair in PAIRS)}
    return frozenset((d, str(g)) for d, mine in counts.items() for g, n in mine.items() if n >= LEAST_PAIR)


def compared(tables: Iterable[Table], large: frozenset[tuple[str, str]], seed: int) -> Compared:
    """All tables; of pairs the large ones alone."""
    lines, counted = [], []
    for table in tables:
        if table.rows.empty:
            continue
        rows = with_pairs(table.rows, AUDITED, PAIRS)
        lines.append(_lines(table, rows, seed))
        numbers = {kind: f"{kind}{table.basis}" for kind in ("yes", "no")}
        counted.append(
            of_kinds(
                table.measure, cells(rows, table.dimensions).rename(columns=numbers), [*numbers.values()]
            )
        )
    every = pd.concat(lines, ignore_index=True) if lines else pd.DataFrame(columns=[*COLUMNS])
    return Compared(
        lines=every[_is_read(every, large)].reset_index(drop=True),
        cells=pd.concat(counted, ignore_index=True)
        if counted
        else of_kinds("", pd.DataFrame(columns=["dimension", "group"]), ()),
    )


def _lines(table: Table, rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    if table.measure == "visited":
        return standardised(table.measure, rows, table.dimensions)
    if table.measure == "calibration":
        return rates(table.measure, rows, table.dimensions, seed)
    return shares(table.measure, rows, table.dimensions, seed if table.is_drawn else None)


def _is_read(lines: pd.DataFrame, large: frozenset[tuple[str, str]]) -> np.ndarray:
    keys = zip(lines["dimension"], lines["group"], strict=True)
    is_read = np.array([d in AUDITED or (d, g) in large for d, g in keys], dtype=bool)
    return is_read & (lines["rest_cases"] > 0).to_numpy(dtype=bool)


def of_kinds(measure: str, counted: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
    """Long form of counts in columns ``kinds``."""
    told = counted.melt(
        id_vars=["dimension", "group"], value_vars=[*kinds], var_name="kind", value_name="number"
    )
    return told.assign(measure=measure)


def list_for_need(
    counted: pd.DataFrame, today: pd.DataFrame, large: frozenset[tuple[str, str]], seed: int
) -> Compared:
    """Seats of today's list for each isolated household that the group is estimated to have, beside the rest's. A list is short, and near-equals are parted by little, so that its
    seats are taken for counts that chance moves; to that comes what is not known of the need. ``value``: share of the list; ``rest_value``: share of the isolated households.

    ``counted``: as of ``measuring.counted``, with the audit groups; ``today``: every household of the frame with its groups and pairs, and ``listed`` by the ranking."""
    need = compared([Table(measure="list_for_need", rows=fairness_rows.of_the_need(counted))], large, seed)
    seats = cells(today.assign(y=today["listed"].astype(float), weight=1.0), DIMENSIONS)
    behind = of_kinds(
        "list_for_need", seats.rename(columns={"yes": "seats", "no": "without"}), ("seats", "without")
    )
    is_known = need.lines[["value", "rest_value"]].min(axis=1) > 0
    lines = need.lines[is_known].merge(_of_the_frame(seats), on=["dimension", "group"])
    lines = lines[lines["every_seat"] > 0]
    own, others = lines["value"] * lines["size"], lines["rest_value"] * (lines["every"] - lines["size"])
    share, rest_seats = own / (own + others), lines["every_seat"] - lines["seats"]
    count, of = _seated(lines["seats"], lines["every_seat"] * share, lines["value"], lines["count"])
    rest_count, rest_of = _seated(
        rest_seats, lines["every_seat"] * (1 - share), lines["rest_value"], lines["rest_count"]
    )
    sides = {"count": count, "of": of, "rest_count": rest_count, "rest_of": rest_of}
    told = {"is_rate": True, "value": lines["seats"] / lines["every_seat"], "rest_value": share}
    sizes = {"cases": lines["size"], "rest_cases": lines["every"] - lines["size"]}
    read = pd.DataFrame({**lines, **sides, **told, **sizes})[[*COLUMNS]]
    return Compared(
        lines=read.reset_index(drop=True), cells=pd.concat([need.cells, behind], ignore_index=True)
    )


def _of_the_frame(seats: pd.DataFrame) -> pd.DataFrame:
    """Of each known group its ``seats`` and ``size``, and those of its whole dimension: ``every_seat`` and ``every``."""
    told = seats[(seats["group"] != UNKNOWN) & (seats["dimension"] != "")]
    told = told.assign(seats=told["yes"], size=told["yes"] + told["no"])
    sums = told.groupby("dimension")[["seats", "size"]].transform("sum")
    return told.assign(every_seat=sums["seats"], every=sums["size"])[
        ["dimension", "group", "seats", "size", "every_seat", "every"]
    ]


def _seated(
    seats: pd.Series, expected: pd.Series, prevalence: pd.Series, found: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Seats and expected seats, in the worth of evidence: the variances of the logarithms of both, 1 / seats and (1 - p) / found, add up."""
    worth = seats / (1 + seats * (1 - prevalence) / found)
    return worth, expected.where(seats == 0, worth * expected / seats.where(seats > 0, 1))
