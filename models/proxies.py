"""Whether what the ranking uses stands for what it may not see: can the audit groups be told from its factors, and does a factor decide who is listed.

*Told*: small trees learn a group from the factors that move somebody, but those that are the audit variable by definition, and are tried on households that
they have not seen. The area under the curve is 0.5 where nothing is told, 1 where everything is; its error is DeLong's (E. R. DeLong and others, *Comparing the areas
under two or more correlated receiver operating characteristic curves*, Biometrics 44 (1988)), within the parts that were set aside, and all intervals hold
together (Bonferroni). *Removed*: the seats of the model arm, floors included, when a factor says the same of everybody (the mean of its contributions). The frozen text is
not fitted again: without the factor a new one could find the same in others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from models.boosting import ONE_THREAD, PARAMETERS
from models.candidate import Bools, Floats, lots
from models.inclusion import Ints, seats
from models.metrics import Estimate

SAMPLE, PARTS, ROUNDS = 3000, 2, 20
LEAST = 50
"""Households of a group, and of all others, in the sample, below which nothing is learnt of it."""
STRONG = 0.7
"""A group with this area, surely, counts as told: of two households the one of the group is named in seven cases of ten (our own judgement)."""
NAMED, LEAST_PART = 3, 0.1
"""Most factors that are named as telling a group, and the least part of it that each tells."""
SHAPE: dict[str, object] = {
    "objective": "multiclass",
    "num_leaves": 6,
    "max_depth": 3,
    "learning_rate": 0.2,
    "max_bin": 63,
}
BOTH = "both"
"""Women and men are told by how many people there are; so of the sexes only households of one are asked."""
EXPLAINED = 500
"""Households whose contributions say which factors tell a group."""
Verdict = Literal["told", "told in part", "not told"]


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A factor's part of what the trees say of a group, in [0, 1]."""

    factor: str
    part: float


@dataclass(frozen=True, kw_only=True)
class Told:
    """A group against all others of which the dimension is known. ``by``: the factors that tell it most, first the strongest."""

    dimension: str
    group: str
    households: int
    area: Estimate
    verdict: Verdict
    by: tuple[Telling, ...]


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A group's expected seats ``before`` and ``after``."""

    dimension: str
    group: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What happens to the list without ``factors`` (one, or a declared group, whose ``name`` it has): the share of the seats that somebody else gets, and the seats of each group."""

    name: str
    factors: tuple[str, ...]
    changed: float
    groups: tuple[Moved, ...]


@dataclass(frozen=True, kw_only=True)
class Proxies:
    """``used``: factors that move somebody; ``declared``: by dimension of which anything is known, those of them that are the audit variable by definition; ``seats``: of the model arm;
    ``untold``: groups (dimension, group) that are too small to learn."""

    used: tuple[str, ...]
    declared: Mapping[str, tuple[str, ...]]
    told: tuple[Told, ...]
    untold: tuple[tuple[str, str], ...]
    seats: float
    single: tuple[Removal, ...]
    together: tuple[Removal, ...]


@dataclass(frozen=True, kw_only=True)
class Town:
    """Today's frame, row for row: ``matrix`` (``household_id`` and factors), ``contributions`` of who ranks, audit ``groups`` (a column a dimension)."""

    matrix: pd.DataFrame
    contributions: pd.DataFrame
    groups: pd.DataFrame

    @property
    def used(self) -> tuple[str, ...]:
        """What parts at least two households."""
        moves = np.ptp(self.contributions.to_numpy(dtype=np.float64), axis=0) > 0 if len(self.matrix) else []
        return tuple(str(name) for name in self.contributions.columns[np.asarray(moves, dtype=bool)])


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Who competes for the seats of the model arm: ``rows`` of the town, ``capacity``, and its floors: ``under`` (households x floors) and the seats ``wanted``."""

    rows: Ints
    capacity: int
    under: Bools
    wanted: Floats

    def chances(self, scores: Floats) -> Floats:
        """Of a seat; ``scores`` of the rows."""
        sort = np.unique(self.under, axis=0, return_inverse=True)[1].ravel() if len(self.wanted) else np.zeros(len(self.rows), dtype=np.int64)  # fmt: skip
        return seats(scores, self.under, sort, self.wanted, min(self.capacity, len(self.rows))).chance


def proxies(
    town: Town,
    contest: Contest,
    is_said_by: Callable[[str, str], bool],
    sets: Mapping[str, Sequence[str]],
    seed: int,
) -> Proxies:
    """``is_said_by``: (dimension, factor) → whether it is the audit variable by definition; ``sets``: declared groups of factors."""
    used = town.used
    known = [str(d) for d in town.groups if town.groups[d].notna().any()]
    declared = {d: tuple(f for f in used if is_said_by(d, f)) for d in known}
    sampled = _sampled(town, seed)
    asked = [one for dimension in declared for one in _asked(sampled.groups, dimension)]
    enough = [one for one in asked if LEAST <= one.is_mine.sum() <= len(one.is_mine) - LEAST]
    z = float(norm.ppf(1 - 0.025 / max(1, len(enough))))
    told: list[Told] = []
    for dimension, by_definition in declared.items():
        mine = [one for one in enough if one.dimension == dimension]
        factors = [f for f in used if f not in by_definition and f in town.matrix]
        if mine and factors:
            told += _told(sampled, factors, mine, z, seed)
    sets = {name: [f for f in factors if f in used] for name, factors in sets.items()}
    return Proxies(
        used=used,
        declared=declared,
        told=tuple(told),
        untold=tuple((one.dimension, one.group) for one in asked if one not in enough),
        seats=min(contest.capacity, len(contest.rows)),
        single=_removals(town, contest, {f: [f] for f in used}),
        together=_removals(town, contest, {name: mine for name, mine in sets.items() if len(mine) > 1}),
    )


def _sampled(town: Town, seed: int) -> Town:
    """At most ``SAMPLE`` households by lot, in the order of their ids, so that the order of rows does not matter."""
    ids = town.matrix["household_id"]
    drawn = np.argsort(lots(ids, seed), kind="stable")[:SAMPLE]
    rows = drawn[np.argsort(ids.to_numpy(dtype=object)[drawn])]
    asked = town.groups.mask(town.groups == BOTH)
    parts = (town.matrix, town.contributions, asked)
    matrix, contributions, groups = (part.iloc[rows].reset_index(drop=True) for part in parts)
    return Town(matrix=matrix, contributions=contributions, groups=groups)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked:
    """Which of the households of a dimension are of a group."""

    dimension: str
    group: str
    is_mine: Bools


def _asked(groups: pd.DataFrame, dimension: str) -> Iterator[_Asked]:
    """Each group against the others; of two, one says it all."""
    known = groups[dimension].dropna()
    names = sorted(known.unique())
    for name in names if len(names) > 2 else names[1:]:
        yield _Asked(dimension=dimension, group=str(name), is_mine=(known == name).to_numpy(dtype=bool))


def _told(town: Town, factors: Sequence[str], asked: Sequence[_Asked], z: float, seed: int) -> Iterator[Told]:
    """Groups of one dimension."""
    groups = town.groups[asked[0].dimension]
    known = town.matrix[groups.notna().to_numpy()]
    code, names = pd.factorize(groups.dropna(), sort=True)
    raw = known[list(factors)].to_numpy(dtype=np.float64)
    part = (PARTS * lots(known["household_id"], seed + 1)).astype(np.int64)
    chance = np.zeros((len(raw), len(names)))
    for p in range(PARTS):
        trees = _learnt(raw[part != p], code[part != p], len(names))
        chance[part == p] = np.asarray(trees.predict(raw[part == p], num_threads=ONE_THREAD))
    weight = np.abs(
        np.asarray(
            trees.predict(raw[part == PARTS - 1][:EXPLAINED], pred_contrib=True, num_threads=ONE_THREAD)
        )
    )
    weight = weight.mean(axis=0).reshape(len(names), -1)[:, :-1]
    for one in asked:
        at = list(names).index(one.group)
        found = area(one.is_mine, chance[:, at], part, z)
        verdict = _verdict(found)
        yield Told(
            dimension=one.dimension,
            group=one.group,
            households=int(one.is_mine.sum()),
            area=found,
            verdict=verdict,
            by=() if verdict == "not told" else _named(weight[at], factors),
        )


def _learnt(raw: Floats, code: Ints, groups: int) -> lgb.Booster:
    parameters = PARAMETERS | SHAPE | {"num_class": groups}
    data = lgb.Dataset(raw, code.astype(np.float64), params=parameters)
    return lgb.train(parameters, data, ROUNDS, keep_training_booster=True)


def _verdict(area: Estimate) -> Verdict:
    return "told" if area.low >= STRONG else "told in part" if area.low > 0.5 else "not told"


def _named(weight: Floats, factors: Sequence[str]) -> tuple[Telling, ...]:
    """By their mean absolute contribution among households set aside."""
    part = weight / weight.sum()
    first = np.argsort(-part, kind="stable")[:NAMED]
    return tuple(Telling(factor=factors[i], part=float(part[i])) for i in first if part[i] >= LEAST_PART)


def area(outcome: Bools, marks: Floats, part: Ints, z: float) -> Estimate:
    """Area under the curve within each part, each weighed by its pairs, and ``z`` of DeLong's errors either way."""
    value = variance = pairs = 0.0
    for p in np.unique(part):
        y, mark = outcome[part == p], marks[part == p]
        ranks, n, m = rankdata(mark), int(y.sum()), int((~y).sum())
        if min(n, m) < 2:
            continue
        won = (ranks[y] - rankdata(mark[y])) / m
        lost = (ranks[~y] - rankdata(mark[~y])) / n
        value, pairs = value + n * m * float(won.mean()), pairs + n * m
        variance += (n * m) ** 2 * float(won.var(ddof=1) / n + lost.var(ddof=1) / m)
    reach = z * variance**0.5 / pairs
    return Estimate(
        value=value / pairs, low=max(0.0, value / pairs - reach), high=min(1.0, value / pairs + reach)
    )


def _removals(town: Town, contest: Contest, sets: Mapping[str, Sequence[str]]) -> tuple[Removal, ...]:
    """The one that changes most first."""
    said = town.contributions.iloc[contest.rows]
    codes = {str(d): pd.factorize(town.groups[d].iloc[contest.rows], sort=True) for d in town.groups}
    scores = said.to_numpy(dtype=np.float64).sum(axis=1)
    before = contest.chances(scores)
    found = []
    for name, factors in sets.items():
        after = contest.chances(scores - said[list(factors)].to_numpy(dtype=np.float64).sum(axis=1))
        changed = float(np.clip(before - after, 0, None).sum() / max(1.0, before.sum()))
        moved = tuple(_moved(codes, before, after))
        found.append(Removal(name=name, factors=tuple(factors), changed=changed, groups=moved))
    return tuple(sorted(found, key=lambda removal: -removal.changed))


def _moved(codes: Mapping[str, tuple[Ints, pd.Index]], before: Floats, after: Floats) -> Iterator[Moved]:
    for dimension, (code, names) in codes.items():
        known = code >= 0
        then, now = (np.bincount(code[known], chance[known], len(names)) for chance in (before, after))
        for name, was, becomes in zip(names, then, now, strict=True):
            yield Moved(dimension=dimension, group=str(name), before=float(was), after=float(becomes))
