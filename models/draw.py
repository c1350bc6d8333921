"""Who is on the list: the first of the ranking, a random share on which Lanterne measures itself, and whom somebody asked for.

Everybody's probability of being listed, in every arm, is written down beside the list (``Drawn.inclusion``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_contracts.errors import ConfigurationError
from models.candidate import Bools, Floats, lots, ranking
from models.inclusion import NOTHING, Ints, place, seats, whole

BAND_STARTS = (25, 40, 60, 75, 80)
BANDS = ("under_25", "25_39", "40_59", "60_74", "75_79", "80_plus", "unknown")
"""Age bands of a household's oldest member; ``unknown``: no age is known."""
IN_PEACE = "cool-off or refusal"
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a city decides of its list.

    ``capacity``: households of the model arm. ``exploration_share``: random visits on top, as a share of it; when above 0, one at least.
    ``floors_by_age`` (a name of ``BANDS``) and ``floors_by_quartier``: the least share of the model arm, in [0, 1], rounded up to whole seats.
    ``seed``: of this list; see ``seed_of``. Raises ConfigurationError when the floors, of both sorts together, ask for more than there is.
    """

    capacity: int
    exploration_share: float
    seed: int
    floors_by_age: Mapping[str, float] = field(default_factory=dict)
    floors_by_quartier: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.floors_by_age:
            if name not in BANDS:
                raise ConfigurationError(
                    f"there is no age band {name}",
                    where="floors by age",
                    hint=f"choose of {', '.join(BANDS)}.",
                )
        shares = [*self.floors_by_age.values(), *self.floors_by_quartier.values()]
        if not all(0 <= share <= 1 for share in shares) or sum(shares) > 1 + NOTHING:
            raise ConfigurationError(
                f"the floors add up to {sum(shares):.2f} of the list",
                where="floors by age and by quartier",
                hint="each is a share between 0 and 1, and all of them, both sorts together, at most 1.",
            )
        if sum(floor.wanted for floor in self.floors) > self.capacity:
            raise ConfigurationError(
                f"the floors keep more than the {self.capacity} seats of the list",
                where="floors by age and by quartier",
                hint="each floor is rounded up to a whole household: take fewer floors, or raise the capacity.",
            )

    @property
    def floors(self) -> tuple[Floor, ...]:
        """By name, those of age first."""
        sorts = (("age_band", self.floors_by_age), ("quartier", self.floors_by_quartier))
        return tuple(
            Floor(dimension=dimension, group=group, wanted=math.ceil(share * self.capacity - NOTHING))
            for dimension, shares in sorts
            for group, share in sorted(shares.items())
            if share > 0
        )


@dataclass(frozen=True, kw_only=True)
class Floor:
    """Seats of the model arm that a group is to have at least; ``dimension``: ``age_band`` or ``quartier``."""

    dimension: str
    group: str
    wanted: int


@dataclass(frozen=True, kw_only=True)
class Unmet:
    """A floor that the frame is too small for: all ``listed`` who could be are on the list."""

    floor: Floor
    listed: int


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A list and how likely everybody was to be on it.

    ``listed``: one row a listed household in the order of the list: ``household_id``, ``arm`` (MODELE | EXPLORATION | SIGNALEMENT | DEUIL),
    ``score``, ``drawing_probability`` (inclusion probability of the random arm; NaN elsewhere).
    ``inclusion``: one row a household of the frame, by ``household_id``: ``stratum`` (age band/tenure/neighbourhood group), ``p_model`` (over
    the lots that part equal scores), ``p_exploration`` (given who is on the model arm, hence 0 for those; before the lots it is this figure
    times 1 - ``p_model``), ``p_alert``, ``p_bereavement`` (0 or 1), ``why_not`` (why a household is in no arm whatever the lot; else '').
    """

    listed: pd.DataFrame
    inclusion: pd.DataFrame
    unmet: tuple[Unmet, ...]


def seed_of(seed: int, listed_on: date) -> int:
    """The seed of one list. With the city's own seed for every list the lots would favour the same households month after month, and pooled
    lists would not be the independent draws that ``models.estimates`` takes them for."""
    return int(np.random.SeedSequence([seed, listed_on.toordinal()]).generate_state(1)[0])


def frame_sizes(inclusion: pd.DataFrame, campaign: date, dimensions: Sequence[str]) -> pd.DataFrame:
    """Households that a list could name, from ``Drawn.inclusion`` with a column for each dimension: neither in peace, nor an alert, nor
    bereaved. One row a group: ``campaign``, ``dimension``, ``group``, ``households``; dimension and group '' for all."""
    could = (inclusion["why_not"] == "") & (inclusion["p_alert"] == 0) & (inclusion["p_bereavement"] == 0)
    counted = [(campaign, "", "", int(could.sum()))]
    for dimension in dimensions:
        counts = inclusion.loc[could, dimension].value_counts().sort_index()
        counted += [(campaign, dimension, str(group), int(n)) for group, n in counts.items()]
    return pd.DataFrame(counted, columns=["campaign", "dimension", "group", "households"])


def age_bands(ages: pd.Series) -> pd.Series:
    """Names of ``BANDS``, row for row; ages in years, missing ones are ``unknown``."""
    return pd.Series(np.array(BANDS, dtype=object)[_band(ages)], index=ages.index)


def _band(ages: pd.Series) -> Ints:
    years = ages.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isnan(years), len(BANDS) - 1, np.digitize(years, BAND_STARTS))


def draw(
    frame: pd.DataFrame,
    scores: Floats,
    plan: Plan,
    *,
    excluded: frozenset[str],
    alerts: frozenset[str],
    bereaved: frozenset[str],
) -> Drawn:
    """``frame``: one row a household: ``household_id``, ``quartier``, ``oldest_age``, ``is_social_tenant`` and, where neighbourhoods are too
    many to be strata, ``group``; ``scores`` row for row, none missing. The sets hold household ids; ids outside the frame do nothing.

    Excluded households are in no arm. Of the others each is in one arm at most: alert before bereavement before model before exploration.
    The random arm is drawn from everybody whom the other arms left, with equal probabilities. The order of rows does not matter.
    """
    town = _Town.of(frame, scores, plan.seed)
    ids = pd.Index(town.ids)
    out = ids.isin(excluded)
    alert = ids.isin(alerts) & ~out
    bereavement = ids.isin(bereaved) & ~out & ~alert
    p_model, model = _model(town, np.flatnonzero(~(out | alert | bereavement)), plan)
    pool = ~(out | alert | bereavement | model)
    explored, p_explored = _explored(town, np.flatnonzero(pool), plan)
    arms = {"MODELE": model, "EXPLORATION": explored, "SIGNALEMENT": alert, "DEUIL": bereavement}
    inclusion = {
        "household_id": town.ids,
        "stratum": town.strata,
        "p_model": p_model,
        "p_exploration": p_explored * pool,
        "p_alert": alert.astype(np.float64),
        "p_bereavement": bereavement.astype(np.float64),
        "why_not": np.where(out, IN_PEACE, "").astype(object),
    }
    return Drawn(
        listed=_listed(town, arms, p_explored),
        inclusion=pd.DataFrame(inclusion),
        unmet=_unmet(town, model, plan),
    )


@dataclass(frozen=True, kw_only=True)
class _Town:
    """The frame by household id, in columns; ``band``: position in ``BANDS``."""

    ids: Objects
    score: Floats
    lot: Floats
    band: Ints
    is_social: Bools
    group: Objects
    quartier: Objects

    @classmethod
    def of(cls, frame: pd.DataFrame, scores: Floats, seed: int) -> _Town:
        if np.isnan(scores).any() or frame["household_id"].duplicated().any():
            raise ValueError("each household needs one row and a score")
        ids = frame["household_id"].to_numpy(dtype=object)
        order = np.argsort(ids)
        table, ids = frame.iloc[order], ids[order]
        quartier, group = (
            table[column].astype(object).fillna("").to_numpy(dtype=object)
            for column in ("quartier", "group" if "group" in table else "quartier")
        )
        return cls(
            ids=ids,
            score=np.asarray(scores, dtype=np.float64)[order],
            lot=lots(pd.Series(ids), seed),
            band=_band(table["oldest_age"]),
            is_social=table["is_social_tenant"].eq(True).fillna(False).to_numpy(dtype=bool),
            group=group,
            quartier=quartier,
        )

    @property
    def strata(self) -> Objects:
        """Age band/tenure/neighbourhood group."""
        tenure = np.where(self.is_social, "/social/", "/other/").astype(object)
        names: Objects = np.array(BANDS, dtype=object)[self.band] + tenure + self.group
        return names

    def is_under(self, floor: Floor) -> Bools:
        """Who counts for a floor."""
        by_age = floor.dimension == "age_band"
        mine: Bools = self.band == BANDS.index(floor.group) if by_age else self.quartier == floor.group
        return mine


def _model(town: _Town, ranked: Ints, plan: Plan) -> tuple[Floats, Bools]:
    """(probability of a seat, who has one), row for row of the town."""
    p, chosen = np.zeros(len(town.ids)), np.zeros(len(town.ids), dtype=bool)
    capacity = min(plan.capacity, len(ranked))
    if not capacity:
        return p, chosen
    under = np.array([town.is_under(floor)[ranked] for floor in plan.floors]).reshape(-1, len(ranked)).T
    width = len(plan.floors) + 1
    digit = [(i + 1) * (width if f.dimension == "age_band" else 1) for i, f in enumerate(plan.floors)]
    wanted = np.array([float(floor.wanted) for floor in plan.floors])
    given = seats(town.score[ranked], under, under @ np.array(digit, dtype=np.int64), wanted, capacity)
    drawn = whole(given.expected, given.member, _chance(plan.seed, "floors"))
    p[ranked] = given.chance
    chosen[ranked] = place(given.kind, town.lot[ranked]) < drawn[given.kind]
    return p, chosen


def _explored(town: _Town, pool: Ints, plan: Plan) -> tuple[Bools, float]:
    """(who is drawn, with which probability): systematic sampling with a random start along strata in the order age band, tenure, neighbourhood
    group, by lot within each, so that every stratum has its share within one household (Särndal, Swensson and Wretman, *Model Assisted Survey
    Sampling*, 1992, chapter 3)."""
    drawn, n = np.zeros(len(town.ids), dtype=bool), len(pool)
    wanted = max(1, round(plan.capacity * plan.exploration_share)) if plan.exploration_share else 0
    size = min(wanted if plan.capacity else 0, n)
    if not size:
        return drawn, 0.0
    lot = lots(pd.Series(town.ids[pool]), int(_chance(plan.seed, "order").integers(2**32)))
    group = pd.factorize(town.group[pool], sort=True)[0]
    order = np.lexsort((lot, group, ~town.is_social[pool], town.band[pool]))
    drawn[pool[order[systematic(n, size, _chance(plan.seed, "start"))]]] = True
    return drawn, size / n


def systematic(n: int, size: int, rng: np.random.Generator) -> Ints:
    """``size`` positions of ``n``, evenly apart from a random start: each position has the probability size / n."""
    step = n / size
    positions: Ints = (rng.uniform(0, step) + step * np.arange(size)).astype(np.int64)
    return np.minimum(positions, n - 1)


def _chance(seed: int, purpose: str) -> np.random.Generator:
    """One source of chance per purpose, so that none depends on how often another was asked."""
    return np.random.default_rng([seed, ("floors", "order", "start").index(purpose)])


def _listed(town: _Town, arms: Mapping[str, Bools], p_explored: float) -> pd.DataFrame:
    """The arms one after the other, each in the order of the ranking."""
    rows = [np.flatnonzero(mine) for mine in arms.values()]
    rows = [r[ranking(town.score[r], town.lot[r])] for r in rows]
    names = np.repeat(np.array(list(arms), dtype=object), [len(r) for r in rows])
    at = np.concatenate(rows)
    columns = {
        "household_id": town.ids[at],
        "arm": names,
        "score": town.score[at],
        "drawing_probability": np.where(names == "EXPLORATION", p_explored, np.nan),
    }
    return pd.DataFrame(columns)


def _unmet(town: _Town, model: Bools, plan: Plan) -> tuple[Unmet, ...]:
    found = ((floor, int((town.is_under(floor) & model).sum())) for floor in plan.floors)
    return tuple(Unmet(floor=floor, listed=n) for floor, n in found if n < floor.wanted)
