"""Households explained in one of two ways, in a process of its own: ``python -m benchmarks.peers_explained {ours|shap} FOLDER``.

``FOLDER`` holds ``model.json`` (logistic and trees, ``prepared``) and ``matrix.parquet``. ``ours``: contributions in log-odds of logistic and trees, capped, beside the factors' names;
``shap``: ``shap.TreeExplainer`` over the same trees, and nothing else. Both write ``<way>.npy``.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd

from features.catalogue import FACTORS
from features.factor import Factor
from models.boosting import MAX_ROUNDS, PARAMETERS, BoostedScorer
from models.candidate import values
from models.frozen import thaw
from models.logistic import Logistic

HOUSEHOLDS = 3000
"""As many as the lists of a large city in a year."""


def _factors(columns: list[str]) -> list[Factor]:
    return [f for f in FACTORS if f.name in columns]


def prepared(working: Path, folder: Path) -> None:
    """Trained on the answers of a run that kept its working tables, with as many trees as a candidate may have (by itself it keeps none where none help); the households explained are the run's first."""
    matrix = pd.read_parquet(working / "matrix.parquet").head(HOUSEHOLDS)
    past, labels = (pd.read_parquet(working / f"{name}.parquet") for name in ("training", "labels"))
    told = labels["isolated"].notna().to_numpy()
    factors = _factors(list(past.columns))
    rows, isolated = past[told].reset_index(drop=True), labels["isolated"][told].to_numpy(bool)
    logistic = Logistic(factors=tuple(factors)).fit(rows, isolated, labels["weight"][told].to_numpy())
    data = lgb.Dataset(values(rows, factors), isolated.astype(float), params=PARAMETERS)
    trees = lgb.train(PARAMETERS, data, MAX_ROUNDS).model_to_string()
    scorer = BoostedScorer(factors=tuple(factors), logistic=logistic, trees=trees)
    matrix.to_parquet(folder / "matrix.parquet", index=False)
    (folder / "model.json").write_text(scorer.as_text(), encoding="utf-8")


def _read(folder: Path) -> tuple[BoostedScorer, pd.DataFrame]:
    matrix = pd.read_parquet(folder / "matrix.parquet")
    scorer = thaw((folder / "model.json").read_text(encoding="utf-8"), _factors(list(matrix.columns)))
    assert isinstance(scorer, BoostedScorer)
    return scorer, matrix


def ours(folder: Path) -> None:
    """As a list explains its lines."""
    scorer, matrix = _read(folder)
    np.save(folder / "ours.npy", scorer.contributions(matrix).to_numpy())


def alone(folder: Path) -> None:
    """The library alone."""
    import shap

    warnings.simplefilter("ignore")
    matrix = pd.read_parquet(folder / "matrix.parquet")
    text = "\n".join(json.loads((folder / "model.json").read_text(encoding="utf-8"))["trees"])
    names = [f.name for f in _factors(list(matrix.columns))]
    np.save(
        folder / "shap.npy",
        shap.TreeExplainer(lgb.Booster(model_str=text)).shap_values(matrix[names].to_numpy()),
    )


if __name__ == "__main__":
    {"ours": ours, "shap": alone}[sys.argv[1]](Path(sys.argv[2]))
