"""From rows with case weights to the two sides of every comparison: one pass over all groups and all resamples.

``fairlearn``'s ``MetricFrame`` gives the figures of the groups; what they are worth comes from a bootstrap of the rows within campaign and arm, computed for all draws at
once since ``MetricFrame`` takes a tenth of a second for each (a law of the tests holds both to the same figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, mean_prediction
from scipy.sparse import csr_array

from features.intervals import Floats
from models.fairness import COLUMNS
from models.metrics import BOOTSTRAPS

UNKNOWN = "unknown"
"""The group of whom it is not known: counted in the sums, never compared."""
JOINED = " + "


def paired(first: str, second: str) -> str:
    """The name of a pair of dimensions, and of a pair of their groups."""
    return f"{first}{JOINED}{second}"


def with_pairs(table: pd.DataFrame, single: Sequence[str], pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Its groups with ``unknown`` for what is not known, and a column a pair; unknown where one of both is."""
    groups = {d: table[d].fillna(UNKNOWN).astype(str) for d in single}
    for a, b in pairs:
        is_known = (groups[a] != UNKNOWN) & (groups[b] != UNKNOWN)
        groups[paired(a, b)] = (groups[a] + JOINED + groups[b]).where(is_known, UNKNOWN)
    return table.assign(**groups)


@dataclass(frozen=True, kw_only=True)
class Members:
    """Who belongs where: ``lines``: (dimension, group), those of a dimension together, which ``ends`` parts; ``is_of``: rows x lines, 1 or 0, of which few are 1."""

    lines: tuple[tuple[str, str], ...]
    is_of: csr_array
    ends: tuple[int, ...]

    @classmethod
    def of(cls, table: pd.DataFrame, dimensions: Sequence[str]) -> Members:
        """By dimension, groups in the order of their names; those of an unknown group belong nowhere."""
        lines: list[tuple[str, str]] = []
        ends, at = [0], []
        for d in dimensions:
            codes, names = pd.factorize(table[d], sort=True)
            is_known = np.asarray(names != UNKNOWN, dtype=bool)
            line = np.where(is_known, len(lines) + np.cumsum(is_known) - 1, -1)
            at.append(np.append(line, -1)[codes])
            lines += [(d, str(g)) for g in names[is_known]]
            ends.append(len(lines))
        row, place = _where(at)
        shape = (len(table), len(lines))
        is_of = csr_array((np.ones(len(row)), (row, place)), shape=shape)
        return cls(lines=tuple(lines), is_of=is_of, ends=tuple(ends))

    def others(self, of_lines: Floats) -> Floats:
        """Beside figures of the lines (the last axis) the sum of those of all other lines of the same dimension. Added up from both ends: nothing is taken away, so that of nobody nothing is left."""
        found = np.zeros_like(of_lines)
        for start, end in pairwise(self.ends):
            if end - start < 2:  # of no group, or of one, there are no others
                continue
            mine = of_lines[..., start:end]
            found[..., start + 1 : end] += np.cumsum(mine, axis=-1)[..., :-1]
            found[..., start : end - 1] += np.cumsum(mine[..., ::-1], axis=-1)[..., -2::-1]
        return found


def _where(at: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(row, line) of whoever belongs to a line, row by row; ``at``: by dimension the line of every row, or -1."""
    every = np.column_stack(at) if at else np.zeros((0, 0), dtype=np.int64)
    row, dimension = np.nonzero(every >= 0)
    return row, every[row, dimension]


def shares(measure: str, rows: pd.DataFrame, dimensions: Sequence[str], seed: int | None) -> pd.DataFrame:
    """Each group's share beside that of the rest: one row a line, ``COLUMNS``.

    ``rows``: one a case: ``y`` in [0, 1] (a chance where the lot decides), ``weight``, ``stratum`` (within which cases are drawn again), a column a dimension. Without a
    ``seed`` nothing is drawn again: plain cases are worth what they are."""
    members = Members.of(rows, dimensions)
    y, weight = rows["y"].to_numpy(dtype=np.float64), rows["weight"].to_numpy(dtype=np.float64)
    draws = (
        np.ones((1, len(rows))) if seed is None else resampled(rows["stratum"].to_numpy(), seed)
    ) * weight
    above, below = (draws * y) @ members.is_of, draws @ members.is_of
    total, squares = weight @ members.is_of, (weight**2) @ members.is_of
    found = _counted(measure, members, weight)
    for side, of in (("", _own), ("rest_", members.others)):
        share = _share(of(above), of(below))
        worth = _worth(share, of(total), of(squares))
        found[f"{side}of"] = worth
        found[f"{side}count"] = share[0] * worth
        found[f"{side}value"] = share[0]
    found["value"] = _by_metric_frame(rows, members, found["value"].to_numpy())
    return found[[*COLUMNS]]


def rates(measure: str, rows: pd.DataFrame, dimensions: Sequence[str], seed: int) -> pd.DataFrame:
    """Observed over expected of each group beside that of the rest: ``rows`` also has ``expected``, in the measure of ``y``."""
    members = Members.of(rows, dimensions)
    y, weight, expected = (rows[c].to_numpy(dtype=np.float64) for c in ("y", "weight", "expected"))
    draws = resampled(rows["stratum"].to_numpy(), seed)
    seen, foreseen = (draws * (weight * x) @ members.is_of for x in (y, expected))
    found = _counted(measure, members, weight).assign(is_rate=True)
    for side, of in (("", _own), ("rest_", members.others)):
        above, below = of(seen), of(foreseen)
        events, value = _events(above, below, of(y @ members.is_of)), _share(above, below)[0]
        found[f"{side}count"] = events
        found[f"{side}of"] = np.divide(events, value, out=below[0].copy(), where=value > 0)
        found[f"{side}value"] = value
    return found[[*COLUMNS]]


def standardised(measure: str, rows: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Visits of each group over those to be expected were it visited as the rest of its stratum: the rate ratio of N. Mantel and W. Haenszel (1959) with ``expected`` as exposure,
    its worth from the binomials that are left in each stratum once its visits are given (S. Greenland and J. M. Robins, Biometrics 41 (1985)).

    ``rows``: one a stratum and kind of household: ``stratum``, ``y`` (visits), ``expected``, ``size`` (households), a column a dimension. A stratum without anybody of the rest says nothing.
    """
    members = Members.of(rows, dimensions)
    stratum = pd.factorize(rows["stratum"])[0]
    at_row = (np.ones(len(rows)), (stratum, np.arange(len(rows))))
    in_stratum = csr_array(at_row, shape=(stratum.max() + 1, len(rows)))
    own, exposed, size = (
        ((in_stratum * rows[c].to_numpy(dtype=np.float64)) @ members.is_of).toarray()
        for c in ("y", "expected", "size")
    )
    others, others_exposed = members.others(own), members.others(exposed)
    both = np.where(exposed + others_exposed > 0, exposed + others_exposed, 1.0)
    above, below = (own * others_exposed / both).sum(axis=0), (others * exposed / both).sum(axis=0)
    ratio = _share(above, below)
    visits = np.where(others_exposed * exposed > 0, own, 0.0).sum(axis=0)
    at = np.where(visits > 0, ratio, 1.0)
    part = exposed * at / np.where(exposed * at + others_exposed > 0, exposed * at + others_exposed, 1.0)
    worth = ((own + others) * part * (1 - part)).sum(axis=0)
    first = np.where(visits > 0, visits, ((own + others) * part).sum(axis=0))
    second = 1 / np.maximum(_share(np.ones(len(at)), worth) - _share(np.ones(len(at)), first), 1e-9)
    found = _counted(measure, members, np.ones(len(rows))).assign(is_rate=True, value=ratio, rest_value=1.0)
    cases = size.sum(axis=0).astype(int)
    counts = {
        "count": visits,
        "of": first / at,
        "rest_count": second,
        "rest_of": second,
        "cases": cases,
        "rest_cases": members.others(cases),
    }
    is_told = (above + below > 0) & np.isfinite(ratio) & np.isfinite(second)
    told: pd.DataFrame = found.assign(**counts).loc[is_told, [*COLUMNS]]
    return told


def cells(rows: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Cases by group, the unknown too: ``dimension``, ``group``, ``yes`` (a chance counts as its part, rounded at the end), ``no``; dimension and group '' for all.
    A row with a ``size`` stands for so many cases, ``y`` of them yes."""
    told = rows[rows["weight"] > 0].assign(**{"": ""})
    told = told if "size" in told else told.assign(size=1)
    parts = []
    for dimension in ("", *dimensions):
        sums = told.groupby(dimension)[["y", "size"]].sum()
        yes = sums["y"].round().astype(int)
        counted = {
            "dimension": dimension,
            "group": sums.index.astype(str),
            "yes": yes.to_numpy(),
            "no": (sums["size"] - yes).to_numpy(),
        }
        parts.append(pd.DataFrame(counted))
    return pd.concat(parts, ignore_index=True)


def resampled(stratum: np.ndarray, seed: int) -> Floats:
    """Row 0: once each; rows 1 …: how often each case counts when, of the n of its stratum, n - 1 are drawn with replacement and scaled up (J. N. K. Rao and C. F. J. Wu,
    *Resampling inference with complex survey data*, JASA 83 (1988)): with n draws small strata look surer than they are. One alone stays."""
    rng = np.random.default_rng(seed)
    draws = np.ones((BOOTSTRAPS + 1, len(stratum)))
    for one in pd.unique(stratum):
        mine = np.flatnonzero(stratum == one)
        n = len(mine)
        if n > 1:
            draws[1:, mine] = rng.multinomial(n - 1, np.full(n, 1 / n), size=BOOTSTRAPS) * (n / (n - 1))
    return draws


def _counted(measure: str, members: Members, weight: Floats) -> pd.DataFrame:
    """``cases``: rows that weigh anything."""
    is_case = (weight > 0).astype(np.float64)
    dimension, group = zip(*members.lines, strict=True) if members.lines else ((), ())
    head = {"measure": measure, "dimension": list(dimension), "group": list(group), "is_rate": False}
    cases = np.rint(is_case @ members.is_of).astype(int)
    return pd.DataFrame(head).assign(cases=cases, rest_cases=members.others(cases))


def _own(of_lines: Floats) -> Floats:
    return of_lines


def _by_metric_frame(rows: pd.DataFrame, members: Members, found: Floats) -> Floats:
    """The shares of the single groups, as fairlearn says them: one frame over all dimensions, since it takes its time for each; those of pairs are ``found`` by the same sums.
    It takes its time for each row, too: rows of a group with the same ``y`` are one, of the weight that they have together."""
    kept = rows[rows["weight"] > 0]
    single = [d for d in dict.fromkeys(d for d, _ in members.lines) if JOINED not in d]
    if kept.empty or not single:
        return found
    weights = [kept.groupby([kept[d].rename("group"), "y"])["weight"].sum().reset_index() for d in single]
    long = pd.concat(weights, keys=single, names=["dimension", None]).reset_index("dimension")
    frame = MetricFrame(
        metrics=mean_prediction,
        y_true=long["y"],
        y_pred=long["y"],
        sensitive_features=long["dimension"] + "|" + long["group"],
        sample_params={"sample_weight": long["weight"]},
    )
    told = {str(line): float(value) for line, value in frame.by_group.items()}
    return np.array([told.get(f"{d}|{g}", own) for (d, g), own in zip(members.lines, found, strict=True)])


def _share(above: Floats, below: Floats) -> Floats:
    share: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return share


def _worth(share: Floats, weight: Floats, squared: Floats) -> Floats:
    """Plain visits that would know the share as well: p (1 - p) over its variance, at most Kish's (sum w)² / sum w²; that where nobody or everybody counts."""
    most = np.divide(weight**2, squared, out=np.zeros_like(weight), where=squared > 0)
    variance = _variance(share[1:])
    spread = share[0] * (1 - share[0])
    known = (variance > 0) & (spread > 1e-12)
    return np.where(known, np.minimum(most, np.divide(spread, variance, out=most.copy(), where=known)), most)


def _events(above: Floats, below: Floats, counted: Floats) -> Floats:
    """Plain events that would know a rate as well: one over the variance of its logarithm, at most those counted."""
    logs = np.log(
        _share(above[1:], below[1:]),
        where=(above[1:] > 0) & (below[1:] > 0),
        out=np.full(above[1:].shape, np.nan),
    )
    variance = _variance(logs)
    return np.where(
        variance > 0,
        np.minimum(counted, np.divide(1.0, variance, out=counted.copy(), where=variance > 0)),
        counted,
    )


def _variance(draws: Floats) -> Floats:
    """Over the draws in which the figure exists; 0 where there are none."""
    is_known = ~np.isnan(draws)
    n = is_known.sum(axis=0)
    mean = np.where(is_known, draws, 0.0).sum(axis=0) / np.maximum(n, 1)
    variance: Floats = (np.where(is_known, draws - mean, 0.0) ** 2).sum(axis=0) / np.maximum(n - 1, 1)
    return variance
