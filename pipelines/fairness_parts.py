"""Two parts of the fairness report: what keeping visits for a group would cost and bring, and what the ranking's factors give away. From ``working/``, after the measure step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from features import audit_groups
from features.audit_groups import GROUPS
from features.catalogue import FACTORS
from features.cells import Key
from features.frame import SMALLEST_CELL, published
from models import draw, estimates, floors, proxies
from models.figures import Placed
from models.floors import Asked, Floors
from models.metrics import Estimate
from models.paired import Change
from models.proxies import Contest, Proxies, Town
from pipelines import ranking, settings, who_ranks
from pipelines.judging import TESTED
from pipelines.measuring import BAND_OF, NEED, UNKNOWN
from pipelines.ranking import CONTRIBUTIONS
from reports import fairness_floors_said, fairness_proxies
from reports.fairness_floors_said import Difference, GroupFound, WayTried
from reports.fairness_proxies import Removal, Shift
from reports.model_card_facts import Figure

BY_NAME = {factor.name: factor for factor in FACTORS}
CARDS = {
    card: [f.name for f in FACTORS if f.group == card] for card in dict.fromkeys(f.group for f in FACTORS)
}


def tested(folder: Path) -> pd.DataFrame:
    """The rows of ``working/tested.parquet`` of who ranks, none where it took no part in the duel; see ``judging.tested``."""
    every = pd.read_parquet(folder / "working" / TESTED)
    return every[every["candidate"] == who_ranks.read(folder).name].reset_index(drop=True)


def placed(rows: pd.DataFrame) -> Placed:
    """Rows of ``tested`` as the duel had them."""
    types = {"outcome": bool, "score": float}
    return Placed(
        **{f.name: rows[f.name].to_numpy(dtype=types.get(f.name, np.int64)) for f in fields(Placed)}
    )


def floors_tried(config: Path, folder: Path) -> Floors:
    """Every way to fill the visits of the test campaigns, by who ranks."""
    city = settings.load(config)
    rows = tested(folder)
    need = pd.read_parquet(folder / "working" / NEED)
    households = pd.read_parquet(folder / "working" / "groups.parquet")
    weight = rows["weight"].to_numpy(dtype=float)
    asked = tuple(_asked(city, need, households))
    return floors.floors(placed(rows), rows[list(GROUPS)], weight, asked, city.seed)


def _asked(city: settings.City, need: pd.DataFrame, households: pd.DataFrame) -> Iterator[Asked]:
    for dimension in GROUPS:
        mine = need[(need["dimension"] == dimension) & (need["group"] != UNKNOWN)].set_index("group")
        ways: dict[floors.Way, pd.Series] = {
            "need": mine["households"] * mine["isolated"] if not need_more(need) else pd.Series(dtype=float),
            "households": households[dimension].value_counts(),
        }
        for way, shares in ways.items():
            if (shares > 0).sum() > 1:
                yield floors.by_shares(way, dimension, shares)
        yield Asked(way="recall", dimension=dimension)
    own = tuple(_own(city))
    if own:
        yield Asked(way="city", dimension="", floors=own)


def _own(city: settings.City) -> Iterator[floors.Floor]:
    names = {band: name for name, band in BAND_OF.items()}
    for band, share in sorted(city.floors.age.items()):
        if share > 0 and band in names:
            yield floors.Floor(dimension="age_band", group=names[band], share=share)
    for code, share in sorted(city.floors.neighbourhood.items()):
        if share > 0:
            yield floors.Floor(dimension="neighbourhood", group=code, share=share)


def need_more(need: pd.DataFrame) -> int:
    """Visits drawn at random that must still meet somebody before the need of a group is worth a floor."""
    met = need.loc[need["dimension"] == "", "met"].sum()
    return max(0, estimates.LEAST_MET["prevalence"] - int(met))


def floors_report(folder: Path, tried: Floors) -> fairness_floors_said.Report:
    """As anybody may see it: no number of seats below 11, and of a group with fewer isolated nothing."""
    return fairness_floors_said.Report(
        ranker=who_ranks.read(folder).name,
        answers=tried.answers,
        campaigns=tried.campaigns,
        seats=tried.seats,
        precision=tried.precision,
        few=floors.FEW,
        few_of_group=floors.FEW_OF_GROUP,
        need_more=need_more(pd.read_parquet(folder / "working" / NEED)),
        tried=tuple(_way(one, tried.seats) for one in tried.tried),
    )


def _way(one: floors.Tried, seats: int) -> WayTried:
    return WayTried(
        way=one.asked.way,
        dimension=one.asked.dimension,
        precision=one.precision,
        change=_difference(one.change),
        moved=_changed(one.moved, seats),
        unfilled=one.unfilled,
        groups=tuple(
            GroupFound(
                dimension=r.dimension,
                group=r.group,
                now=r.now,
                then=r.then,
                change=_difference(r.change),
            )
            for r in one.recalls
        ),
    )


def _difference(one: Change) -> Difference:
    return Difference(by=_figure(one.by), verdict=one.verdict, more_answers=one.more_answers)


def _figure(one: Estimate) -> Figure:
    return Figure(value=one.value, low=one.low, high=one.high)


def proxies_found(config: Path, folder: Path, as_of: date, capacity: int) -> Proxies:
    """What the factors of who ranks give away, and today's list without each."""
    city = settings.load(config)
    working = folder / "working"
    matrix = pd.read_parquet(working / "matrix.parquet")
    ids = matrix[["household_id"]]
    said, groups, frame, chances = (
        ids.merge(pd.read_parquet(path), on="household_id", validate="one_to_one", how="left")
        for path in (
            working / CONTRIBUTIONS,
            working / "groups.parquet",
            working / "frame.parquet",
            folder / "inclusion.parquet",
        )
    )
    said = said.drop(columns="household_id")
    # what the visits found in a neighbourhood is no factor, and stands in no matrix
    beside = said[[name for name in said if name not in matrix]]
    town = Town(matrix=pd.concat([matrix, beside], axis=1), contributions=said, groups=groups[list(GROUPS)])
    contest = _contest(frame, chances, ranking.plan_of(city, as_of, capacity))
    return proxies.proxies(
        town, contest, lambda d, f: audit_groups.is_said_by(d, f, BY_NAME), CARDS, city.seed
    )


def _contest(frame: pd.DataFrame, chances: pd.DataFrame, plan: draw.Plan) -> Contest:
    """Of whoever was in no other arm, and might be visited."""
    competes = (chances["why_not"] == "") & (chances["p_alert"] == 0) & (chances["p_bereavement"] == 0)
    rows = np.flatnonzero(competes)
    band, place = draw.age_bands(frame["oldest_age"]).iloc[rows], frame["quartier"].iloc[rows]
    under = [(band if floor.dimension == "age_band" else place) == floor.group for floor in plan.floors]
    return Contest(
        rows=rows,
        capacity=plan.capacity,
        under=np.array(under, dtype=bool).reshape(-1, len(rows)).T,
        wanted=np.array([float(floor.wanted) for floor in plan.floors]),
    )


def proxies_report(folder: Path, found: Proxies) -> fairness_proxies.Report:
    """As anybody may see it: no number of seats below 11, nor one that could be worked out."""
    return fairness_proxies.Report(
        ranker=who_ranks.read(folder).name,
        used=found.used,
        declared=found.declared,
        told=tuple(
            fairness_proxies.Told(
                dimension=one.dimension,
                group=one.group,
                area=_figure(one.area),
                verdict=one.verdict,
                by=tuple((telling.factor, telling.part) for telling in one.by),
            )
            for one in found.told
        ),
        untold=found.untold,
        strong=proxies.STRONG,
        single=tuple(_removal(one, found.seats) for one in found.single),
        together=tuple(_removal(one, found.seats) for one in found.together),
    )


def _removal(one: proxies.Removal, seats: float) -> Removal:
    seen: dict[Key, int | str] = {}
    for dimension in GROUPS:
        mine = [g for g in one.groups if g.dimension == dimension]
        for when in ("before", "after"):
            parts: dict[Key, int] = {
                (when, dimension, g.group): round(g.before if when == "before" else g.after) for g in mine
            }
            rest: dict[Key, int] = {(when, dimension, ""): max(0, round(seats) - sum(parts.values()))}
            seen |= published(parts | rest)
    shifts = (
        Shift(dimension=g.dimension, group=g.group, by=(g.after - g.before) / max(1.0, seats))
        for g in one.groups
        if all(isinstance(seen[when, g.dimension, g.group], int) for when in ("before", "after"))
    )
    changed = _changed(one.changed, seats)
    told = () if changed is None else tuple(shifts)
    return Removal(name=one.name, factors=one.factors, changed=changed, shifts=told)


def _changed(share: float, seats: float) -> float | None:
    """A share of the seats, None where it is some, but fewer than 11."""
    return None if 0 < round(share * seats) < SMALLEST_CELL else share
