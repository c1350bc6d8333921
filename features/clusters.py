"""Linked pairs of records → persons: connected components, guards, and doubts that stay doubts.

Three steps. Sure pairs make components. A component that holds two records which cannot be one person (``conflicts``) is taken apart: its pairs
are laid again, the strongest first, and one that would join such records is refused (``laying``). Last, a doubtful pair links its two persons
only where nobody else is in question for either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from features.conflicts import GUARDS, conflicts
from features.engine import Engine
from features.laying import AMBIGUOUS, Against, Edge, Pair, laid
from features.linkage import LIKELY, SURE

Ids = npt.NDArray[np.int64]
DOUBTFUL = "too little speaks for it"
DOUBTS = (*(guard.name for guard in GUARDS), AMBIGUOUS, DOUBTFUL)
"""Why two records that have something in common were left apart: refused by a guard, or a doubt."""
COLUMNS = ["record_l", "record_r", "weight", "doubt"]


@dataclass(frozen=True, kw_only=True)
class Clustered:
    """``cluster`` of each record, and one row a pair left apart: ``record_l``, ``record_r``, ``weight`` (bits), ``doubt`` (of ``DOUBTS``)."""

    cluster: Ids
    doubts: pd.DataFrame


def cluster(connection: Engine, pairs: pd.DataFrame, since: pd.Series) -> Clustered:
    """``pairs``: ``record_l`` < ``record_r``, ``weight``, ``probability``, ``is_same_identity``, one row a pair, in a fixed order; ``since``: by
    record (numbered from 0), the day it was entered. Reads ``records`` and the ``known_`` views (see ``conflicts``)."""
    is_sure = (pairs["probability"] >= SURE).to_numpy()
    sure, doubtful = pairs[is_sure], pairs[~is_sure]
    found, refused = _taken_apart(connection, sure, components_of(len(since), sure), since)
    found, left = _where_nobody_else(connection, doubtful, found)
    doubts = pd.concat([refused, left], ignore_index=True)
    return Clustered(cluster=found, doubts=doubts.astype({"weight": "float64", "doubt": "str"}))


def components_of(records: int, pairs: pd.DataFrame) -> Ids:
    a, b = pairs["record_l"].to_numpy(), pairs["record_r"].to_numpy()
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(records, records))
    return connected_components(graph, directed=False)[1].astype(np.int64)  # type: ignore[no-any-return]


def _taken_apart(
    connection: Engine, sure: pd.DataFrame, found: Ids, since: pd.Series
) -> tuple[Ids, pd.DataFrame]:
    """Components without a conflict stay as they are."""
    several = np.flatnonzero(np.bincount(found)[found] > 1) if len(found) else np.zeros(0, dtype=np.int64)
    clash = conflicts(connection, pd.DataFrame({"group_id": found[several], "record": several}))
    component = found[sure["record_l"].to_numpy()]
    inside = np.isin(component, clash["group_id"].unique())
    solved, refused = found.copy(), []
    for edges, against in _to_lay(sure[inside], component[inside], clash, since):
        persons, left = laid(edges, against)
        for members in persons:
            solved[list(members)] = len(found) + min(members)
        refused += [(*r.edge.pair, r.edge.weight, r.doubt) for r in left]
    return solved, pd.DataFrame(refused, columns=COLUMNS)


def _to_lay(
    pairs: pd.DataFrame, component: Ids, clash: pd.DataFrame, since: pd.Series
) -> Iterator[tuple[list[Edge], Against]]:
    """Of every component with a conflict, in order, its pairs and what keeps records of it apart."""
    ends = list(zip(pairs["record_l"].tolist(), pairs["record_r"].tolist(), strict=True))
    records = sorted({record for pair in ends for record in pair})
    entered = dict(zip(records, since.loc[records].tolist(), strict=True))
    edges = defaultdict[int, list[Edge]](list)
    for group, pair, weight in zip(component.tolist(), ends, pairs["weight"].tolist(), strict=True):
        edges[group].append(Edge(pair=pair, weight=weight))
    same = frozenset(pair for pair, is_same in zip(ends, pairs["is_same_identity"], strict=True) if is_same)
    guards = defaultdict[int, dict[Pair, int]](dict)
    for group, one, other, guard in clash[["group_id", "record_l", "record_r", "guard"]].itertuples(
        index=False
    ):
        guards[group][one, other] = guard
    for group, kept_apart in guards.items():
        twice = frozenset(p for p, guard in kept_apart.items() if GUARDS[guard].is_of_entries and p in same)
        yield edges[group], Against(guards=kept_apart, twice=twice, since=entered)


def _where_nobody_else(connection: Engine, doubtful: pd.DataFrame, found: Ids) -> tuple[Ids, pd.DataFrame]:
    """Two persons who are more likely one than not are linked where nobody else is in question for either."""
    ends = np.sort(found[doubtful[["record_l", "record_r"]].to_numpy()].reshape(-1, 2), axis=1)
    asked = doubtful.assign(one=ends[:, 0], other=ends[:, 1])
    asked = asked[asked["one"] != asked["other"]].sort_values(["one", "other", "weight"], kind="stable")
    asked = asked.drop_duplicates(["one", "other"], keep="last").reset_index(drop=True)
    asked = asked[~asked.index.isin(_impossible(connection, asked, found))]
    often = pd.concat([asked["one"], asked["other"]]).value_counts()
    alone: npt.NDArray[np.bool_] = np.asarray(
        (asked["one"].map(often) == 1) & (asked["other"].map(often) == 1) & (asked["probability"] >= LIKELY)
    )
    becomes = dict(zip(asked.loc[alone, "other"], asked.loc[alone, "one"], strict=True))
    joined = np.array([becomes.get(cluster, cluster) for cluster in found], dtype=np.int64)
    return joined, asked.loc[~alone].assign(doubt=DOUBTFUL)[COLUMNS]


def _impossible(connection: Engine, asked: pd.DataFrame, found: Ids) -> pd.Series:
    """Rows of ``asked`` whose two persons hold records that cannot be one person."""
    members = pd.DataFrame({"cluster": found, "record": np.arange(len(found))})
    sides = pd.concat(
        [
            pd.DataFrame({"group_id": asked.index, "cluster": asked[side].to_numpy()})
            for side in ("one", "other")
        ]
    )
    groups = sides.merge(members, on="cluster")[["group_id", "record"]]
    return conflicts(connection, groups)["group_id"]
