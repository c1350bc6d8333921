"""What a linkage of the keyed extracts can reach at most: ``python -m benchmarks.linkage_oracle [FOLDER]``.

Three ceilings, all of which look at the truth. *Shares*: what true pairs have in common, by the strongest evidence. *Judge*: only true pairs are linked,
of those with that evidence or stronger. *Learnt*: boosting and a logistic
model on what two rows have in common, trained on the truth of other persons, at their best thresholds.
"""

from __future__ import annotations

import sys
from pathlib import Path

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression

from benchmarks.linkage_data import (
    FOLDER,
    Judged,
    Score,
    clusters,
    judged,
    load,
    pairs_sharing,
    present,
    scored,
)
from benchmarks.linkage_keyed import keyed_extract
from data_contracts.pseudonyms import KEYS

PLACES = ("ID_ADRESSE", "ID_LOGEMENT", "QUARTIER")
YEAR = "ANNEE_NAISSANCE"
FOLDS, SEED, TREES = 5, 1, 200
TRIED = tuple(np.round(1 / (1 + np.exp(-np.arange(-5, 7.25, 0.25))), 4).tolist())
FOREST = {
    "objective": "binary", "num_leaves": 15, "learning_rate": 0.05, "min_data_in_leaf": 5, "verbose": -1,
    "num_threads": 1, "deterministic": True, "force_row_wise": True, "seed": SEED,
}  # fmt: skip

Pairs = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


def evidence(extract: pd.DataFrame, pairs: Pairs) -> dict[str, npt.NDArray[np.bool_]]:
    """Row for row of ``pairs``, by the strongest that they have in common; each pair counts once."""
    same = {name: _agrees(extract, name, pairs) == 1 for name in (*KEYS, *PLACES, YEAR)}
    told = {
        "a match key": np.logical_or.reduce([same[name] for name in KEYS]),
        "the address": same["ID_ADRESSE"],
        "year and quarter": same[YEAR] & same["QUARTIER"],
        "year": same[YEAR],
        "quarter": same["QUARTIER"],
    }
    left, found = np.ones(len(pairs), dtype=bool), {}
    for name, holds in told.items():
        found[name] = holds & left
        left &= ~holds
    return {**found, "nothing": left}


def perfect_judge(extract: pd.DataFrame) -> dict[str, tuple[float, Score]]:
    """By evidence: its share of the true pairs, and the score when every true pair with that evidence or stronger is linked, and no other."""
    pairs, linked, found = pairs_sharing(extract.astype({"cluster": str}), [("cluster",)]), [], {}
    for name, holds in evidence(extract, pairs).items():
        linked.append(pairs[holds])
        a, b = np.concatenate(linked).T
        found[name] = (
            float(holds.mean()),
            scored(extract["cluster"], clusters(len(extract), a, b)),
        )
    return found


def comparison(extract: pd.DataFrame, pairs: Pairs) -> pd.DataFrame:
    """One row a pair: of every key and place whether it agrees (-1 where one side says nothing) and how many rows share it; how far the years are apart."""
    columns: dict[str, npt.ArrayLike] = {}
    for name in (*KEYS, *PLACES, YEAR):
        agrees = _agrees(extract, name, pairs)
        sizes = extract[name].map(extract[name].value_counts()).to_numpy()
        columns[name] = agrees
        columns[f"{name}_rows"] = np.where(agrees == 1, np.log(sizes[pairs[:, 0]]), 0.0)
    years = extract[YEAR].to_numpy(dtype=object)
    couples = list(zip(years[pairs[:, 0]], years[pairs[:, 1]], strict=True))
    columns["digits_apart"] = [sum(x != y for x, y in zip(a, b, strict=True)) if a and b else -1 for a, b in couples]  # fmt: skip
    columns["years_apart"] = [abs(int(a) - int(b)) if a and b else -1 for a, b in couples]
    return pd.DataFrame(columns)


def learnt(extract: pd.DataFrame) -> dict[str, Judged]:
    """By kind of model. Cross-validated by person: no row of a person that a pair is scored for was trained on."""
    truth = extract["cluster"].to_numpy()
    rules = [(name,) for name in (*KEYS, *PLACES, YEAR) if (extract[name] != "").any()]
    pairs = pairs_sharing(extract, rules)
    table, is_match = comparison(extract, pairs), truth[pairs[:, 0]] == truth[pairs[:, 1]]
    fold = np.random.default_rng(SEED).integers(0, FOLDS, truth.max() + 1)[truth][pairs]
    found = {}
    for name, fitted in (("boosting", _boosted), ("logistic", _logistic)):
        probability = np.zeros(len(pairs))
        for test in range(FOLDS):
            trained, of_left = (fold != test).all(axis=1), fold[:, 0] == test
            probability[of_left] = fitted(table[trained], is_match[trained], table[of_left])
        edges = pd.DataFrame(pairs, columns=["left", "right"]).assign(probability=probability)
        found[name] = judged(truth, edges, 0.5, TRIED)
    return found


def _boosted(table: pd.DataFrame, is_match: npt.NDArray[np.bool_], scored_for: pd.DataFrame) -> Values:
    model = lgb.train(FOREST, lgb.Dataset(table, is_match), num_boost_round=TREES)
    return np.asarray(model.predict(scored_for), dtype=np.float64)


def _logistic(table: pd.DataFrame, is_match: npt.NDArray[np.bool_], scored_for: pd.DataFrame) -> Values:
    model = LogisticRegression(C=1.0, max_iter=500).fit(_states(table), is_match)
    return np.asarray(model.predict_proba(_states(scored_for))[:, 1], dtype=np.float64)


def _states(table: pd.DataFrame) -> Values:
    """Each comparison as *agrees*, *differs*, and how many rows share what is agreed on; years a digit or two apart."""
    named = [name for name in table if name not in ("digits_apart", "years_apart")]
    exact = [name for name in named if not str(name).endswith("_rows")]
    parts = [
        *(table[name] == state for name in exact for state in (1, 0)),
        *(table[name] for name in named if name not in exact),
        *(table["digits_apart"] == digits for digits in (1, 2)),
    ]
    return np.column_stack(parts).astype(np.float64)


def _agrees(extract: pd.DataFrame, name: str, pairs: Pairs) -> npt.NDArray[np.int8]:
    """1 agrees, 0 differs, -1 missing."""
    values = extract[name].to_numpy(dtype=object)
    a, b = values[pairs[:, 0]], values[pairs[:, 1]]
    return np.where((a == "") | (b == ""), -1, a == b).astype(np.int8)


def main(folder: Path) -> None:
    """Prints the three ceilings of every set, without and with the part of town."""
    for name in present(folder):
        table = load(name, folder)
        for part_of_town in (False, True):
            extract = keyed_extract(name, table, part_of_town=part_of_town)
            print(f"{name}, {'with' if part_of_town else 'without'} QUARTIER")
            for told, (share, score) in perfect_judge(extract).items():
                print(
                    f"  {told:18} {share:6.1%} of true pairs; a perfect judge up to here: F1 {score.f1:.4f}"
                )
            for kind, found in learnt(extract).items():
                best = found.best
                print(
                    f"  learnt, {kind}: precision {best.precision:.4f}, recall {best.recall:.4f}, F1 {best.f1:.4f} at {found.best_threshold}"
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
