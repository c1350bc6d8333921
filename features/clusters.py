"""Linked pairs of records → persons: connected components, guards, and doubts that stay doubts.

Three steps. Sure pairs make components. A component that holds two records which cannot be one person (``conflicts``) is taken apart: its pairs
are laid again, the strongest first, and one that would join such records is refused (``laying``). Last, a doubtful pair links its two persons
only where nobody else is in question for either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from features.conflicts import GUARDS, conflicts
from features.engine import Engine
from features.laying import AMBIGUOUS, Against, Edge, laid
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
    inside = sure[np.isin(component, clash["group_id"].unique())]
    pairs = dict(tuple(inside.groupby(found[inside["record_l"].to_numpy()])))
    solved, refused = found.copy(), []
    for group, guards in clash.groupby("group_id"):
        persons, left = _laid(pairs[group], guards, since)
        for members in persons:
            solved[list(members)] = len(found) + min(members)
        refused += left
    return solved, pd.DataFrame(refused, columns=COLUMNS)


def _laid(
    pairs: pd.DataFrame, guards: pd.DataFrame, since: pd.Series
) -> tuple[list[frozenset[int]], list[tuple[int, int, float, str]]]:
    ends = list(zip(pairs["record_l"].tolist(), pairs["record_r"].tolist(), strict=True))
    kept_apart = zip(guards["record_l"].tolist(), guards["record_r"].tolist(), strict=True)
    against = Against(
        guards=dict(zip(kept_apart, guards["guard"].tolist(), strict=True)),
        twice=_twice(pairs, guards),
        since={record: since[record] for pair in ends for record in pair},
    )
    edges = [
        Edge(pair=pair, weight=weight) for pair, weight in zip(ends, pairs["weight"].tolist(), strict=True)
    ]
    persons, refused = laid(edges, against)
    return persons, [(*r.edge.pair, r.edge.weight, r.doubt) for r in refused]


def _twice(pairs: pd.DataFrame, guards: pd.DataFrame) -> frozenset[tuple[int, int]]:
    """Pairs with one name and birth date that a guard of entries keeps apart."""
    entered = guards[
        guards["guard"].isin([place for place, guard in enumerate(GUARDS) if guard.is_of_entries])
    ]
    both = pairs[pairs["is_same_identity"]].merge(entered, on=["record_l", "record_r"])
    return frozenset(zip(both["record_l"].tolist(), both["record_r"].tolist(), strict=True))


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
