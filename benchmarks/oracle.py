"""How hard the town is for the real road: the matrix of a kept run against the truth of its town, all labels known.

    lanterne cycle --config TOWN/city.toml --as-of DATE --keep-working-tables
    python -m benchmarks.oracle TOWN RUN

Prints the AUC of ``points`` and of a cross-validated LightGBM over every household of the frame, and whether the households of the list are truly there.
This is evaluation: the only place beside the difficulty benchmark that reads the truth.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from features.catalogue import FACTORS
from models import metrics
from models.boosting import Boosting
from models.candidate import NotFitted, score
from models.points import Points


def truth_of_households(town: Path, run: Path) -> pd.DataFrame:
    """One row a household of the frame with a member known to the truth: ``household_id``, ``isolated``, ``is_there``, last month of the town."""
    people = pd.read_parquet(run / "working" / "people.parquet")
    members = pd.read_parquet(run / "working" / "households.parquet")
    records = pd.read_parquet(town / "truth" / "records.parquet")
    monthly = pd.read_parquet(town / "truth" / "monthly.parquet")
    last = monthly[monthly["month"] == monthly["month"].max()]
    persons = people.merge(records, on=["source", "record_id"]).drop_duplicates("person_id")[
        ["person_id", "person"]
    ]
    present = (
        members[members["presence"] == "present"].merge(persons, on="person_id").merge(last, on="person")
    )
    present["isolated"] = present["isolated"].astype(bool)
    grouped = present.assign(there=present["presence_y"] == "present").groupby("household_id")
    return grouped.agg(isolated=("isolated", "max"), is_there=("there", "max")).reset_index()


def measure(town: Path, run: Path, seed: int = 1) -> dict[str, float]:
    """The figures that are printed."""
    matrix = pd.read_parquet(run / "working" / "matrix.parquet")
    table = matrix.merge(truth_of_households(town, run), on="household_id")
    used = tuple(f for f in FACTORS if f.name in table.columns)
    outcome = table["isolated"].to_numpy(dtype=bool)
    ones = np.ones(len(table))
    points = score(Points(factors=used).fit(table, outcome, ones), table)
    boosted = np.zeros(len(table))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(table, outcome):
        scorer = Boosting(factors=used, seed=seed).fit(table.iloc[train], outcome[train], ones[train])
        if isinstance(scorer, NotFitted):
            raise SystemExit(scorer.reason)
        boosted[test] = score(scorer, table.iloc[test])
    listed = pd.read_csv(run / "list.csv").merge(
        table[["household_id", "isolated", "is_there"]], on="household_id", how="left"
    )
    top = metrics.top(np.argsort(-boosted, kind="stable"), 60)
    return {
        "households": len(table),
        "isolated_share": float(outcome.mean()),
        "auc_points": metrics.auc(outcome, points, ones),
        "auc_lightgbm_all_labels": metrics.auc(outcome, boosted, ones),
        "precision_60_points": metrics.precision(
            outcome, metrics.top(np.argsort(-points, kind="stable"), 60), ones
        ),
        "precision_60_lightgbm": metrics.precision(outcome, top, ones),
        "list_is_there_share": float(listed["is_there"].fillna(False).astype(bool).mean()),
        "list_isolated_share": float(listed["isolated"].fillna(False).astype(bool).mean()),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1]), Path(sys.argv[2])), indent=2) + "\n")
