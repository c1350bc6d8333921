"""The record-linkage sets with known truth (Febrl 1–3, Splink's fake_1000), and how a linkage of them is scored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "linkage"
FEBRL = ("febrl_dataset1", "febrl_dataset2", "febrl_dataset3")
FAKE = "splink_fake_1000"
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Score:
    """Pairwise, of clusters against the truth."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, kw_only=True)
class Judged:
    """``score`` at the threshold chosen beforehand; ``best`` at the one that the truth would have chosen."""

    score: Score
    threshold: float
    best: Score
    best_threshold: float


def load(name: str, folder: Path = FOLDER) -> pd.DataFrame:
    """Text columns, '' = missing, with ``record`` (an opaque number: the row) and ``cluster`` (the truth) in front of the fields."""
    table = pd.read_csv(folder / f"{name}.csv.gz", dtype=str, skipinitialspace=True, keep_default_na=False)
    truth = table["cluster"] if "cluster" in table else table["rec_id"].str.extract(r"^rec-(\d+)-")[0]
    fields = table.drop(columns=["cluster", "rec_id", "unique_id"], errors="ignore")
    fields.insert(0, "record", np.arange(len(table)))
    fields.insert(1, "cluster", pd.factorize(truth)[0])
    return fields


def present(folder: Path = FOLDER) -> Iterable[str]:
    """Names of the sets that are there; a clear message where none is."""
    names = [name for name in (*FEBRL, FAKE) if (folder / f"{name}.csv.gz").is_file()]
    if not names:
        print(
            f"skipped: no linkage set in {folder} (the project's reference data; see its README.md). Another folder may be named."
        )
    return names


def clusters(size: int, left: npt.ArrayLike, right: npt.ArrayLike) -> Labels:
    """Connected components of ``size`` records."""
    a, b = np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def scored(truth: npt.ArrayLike, found: npt.ArrayLike) -> Score:
    """Of all pairs within found clusters how many are true, and of all true pairs how many were found."""
    table = pd.DataFrame({"truth": np.asarray(truth), "found": np.asarray(found)})
    both, true, claimed = (_pairs(table, by) for by in (["truth", "found"], ["truth"], ["found"]))
    precision, recall = both / claimed if claimed else 1.0, both / true if true else 1.0
    return Score(
        precision=precision, recall=recall, f1=2 * both / (true + claimed) if true + claimed else 1.0
    )


def judged(truth: Labels, edges: pd.DataFrame, threshold: float, tried: Iterable[float]) -> Judged:
    """``edges``: ``left``, ``right`` (rows), ``probability``. Clusters are the connected components of the edges at or above a threshold."""

    def at(bar: float) -> Score:
        kept = edges[edges["probability"] >= bar]
        return scored(truth, clusters(len(truth), kept["left"], kept["right"]))

    by_bar = {bar: at(bar) for bar in tried}
    best = max(by_bar, key=lambda bar: by_bar[bar].f1)
    return Judged(score=at(threshold), threshold=threshold, best=by_bar[best], best_threshold=best)


def pairs_sharing(table: pd.DataFrame, rules: Iterable[tuple[str, ...]]) -> npt.NDArray[np.int64]:
    """Rows (left < right) that agree, with something said, on all columns of at least one rule."""
    found = []
    for rule in map(list, rules):
        said = table.loc[(table[rule] != "").all(axis=1), rule].assign(row=lambda part: part.index)
        both = said.merge(said, on=rule, suffixes=("_l", "_r"))
        found.append(both.loc[both["row_l"] < both["row_r"], ["row_l", "row_r"]].to_numpy(dtype=np.int64))
    return np.unique(np.concatenate(found), axis=0)


def _pairs(table: pd.DataFrame, by: list[str]) -> int:
    sizes = table.groupby(by).size()
    return int((sizes * (sizes - 1) // 2).sum())
