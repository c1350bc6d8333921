"""One synthetic town run as a city would run it, and every way of ranking it beside the truth. For evaluation only."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from features.factor import Factor
from models.average import together
from models.boosting import Boosting
from models.campaigns import Past, fitted
from models.candidate import Bools, Candidate, Floats, NotFitted, score, values
from models.champion import champion
from models.logistic import Logistic
from pipelines import cycle, judging, ranker, ranking, settings, training, who_ranks
from pipelines.factors import factors_of

FOLDS, FOLD_SEEDS = 5, (1, 2, 3)
ROUNDS, UNTIED = 200, {"num_leaves": 8, "max_depth": 3, "learning_rate": 0.05, "min_data_in_leaf": 50}
"""A LightGBM without priors, directions or caps, so that the oracle is not held back by what the project believes; set by hand beforehand, not searched."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Every household of one town's frame, row for row.

    ``isolated``: a member whom the frame holds for present is there and isolated, by the truth of the last month; ``visited``: somebody went there before.
    ``marks``: log-odds by candidate, fitted on the labels at hand; ``oracles``: log-odds of those that see the truth of all other households.
    ``lists``: who makes the list; ``learnt``: whom ``models.champion`` takes on the labels alone. ``labels``: answers at hand. ``listed``: isolated
    among the model's lines of the real list, which leaves out who was visited of late.
    """

    matrix: pd.DataFrame
    isolated: Bools
    visited: Bools
    marks: dict[str, Floats]
    oracles: dict[str, Floats]
    lists: str
    learnt: str
    labels: int
    listed: Bools


def run(config: Path, folder: Path, as_of: date, capacity: int) -> Path:
    """Frame, labels, duel, who ranks and list of a day, as a cycle makes them; an earlier ``folder`` is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "working").mkdir(parents=True)
    cycle.frame_step(config, folder, as_of)
    training.labels_step(config, folder, as_of)
    judging.duel_step(config, folder, as_of, capacity)
    ranker.ranker_step(config, folder, as_of)
    ranking.list_step(config, folder, as_of, capacity)
    return folder


def truth(town: Path, folder: Path) -> pd.DataFrame:
    """One row a household of the frame: ``household_id``, ``isolated`` (a present member is truly there and isolated; False where nobody is there)."""
    working = folder / "working"
    records = pd.read_parquet(town / "truth" / "records.parquet").drop_duplicates(["source", "record_id"])
    monthly = pd.read_parquet(
        town / "truth" / "monthly.parquet", columns=["month", "person", "presence", "isolated"]
    )
    last = monthly[monthly["month"] == monthly["month"].max()]
    known = pd.read_parquet(working / "people.parquet").merge(records, on=["source", "record_id"])
    who = (
        known.groupby("person_id")["person"].agg(lambda p: p.mode().iloc[0]).reset_index()
    )  # whose most records are
    members = pd.read_parquet(working / "households.parquet").query("presence == 'present'")
    told = members.merge(who, on="person_id", how="left").merge(
        last, on="person", how="left", suffixes=("", "_true")
    )
    is_found = (told["presence_true"] == "present") & told["isolated"].fillna(False).astype(bool)
    return told.assign(isolated=is_found).groupby("household_id")["isolated"].any().reset_index()


def scored(town: Path, folder: Path) -> Scored:
    """From a run's folder with its working tables."""
    city = settings.load(town / "city.toml")
    matrix = pd.read_parquet(folder / "working" / "matrix.parquet").merge(
        truth(town, folder), on="household_id", validate="one_to_one"
    )
    past, among = judging.past_of(folder), judging.candidates(city)
    outcome = matrix.pop("isolated").to_numpy(dtype=bool)
    visited = pd.read_parquet(folder / "working" / "visited.parquet")["household_id"]
    drawn = pd.read_parquet(folder / "working" / "drawn.parquet").query("arm == 'MODELE'")["household_id"]
    return Scored(
        matrix=matrix,
        isolated=outcome,
        visited=matrix["household_id"].isin(visited).to_numpy(),
        marks={**marks(among, past, matrix), "the list": score(ranker.scorer_of(city, folder), matrix)},
        oracles=oracles(matrix, outcome, factors_of(city), city.seed),
        lists=who_ranks.read(folder).name,
        learnt=learnt(among, past, city.seed),
        labels=int(past.is_told.sum()),
        listed=outcome[matrix["household_id"].isin(drawn).to_numpy()],
    )


def marks(among: Sequence[Candidate], past: Past, matrix: pd.DataFrame) -> dict[str, Floats]:
    """Scores of every candidate that can be fitted on all labels of the past."""
    every = np.ones(len(past.labels), dtype=bool)
    found = {c.name: fitted(c, past, every) for c in among}
    return {name: score(s, matrix) for name, s in found.items() if not isinstance(s, NotFitted)}


def learnt(among: Sequence[Candidate], past: Past, seed: int) -> str:
    """Whom the labels alone would choose."""
    told = past.is_told
    weight = past.labels["weight"].to_numpy(dtype=float)[told]
    return champion(among, past.matrix[told], past.isolated[told], weight, seed=seed)


def oracles(
    matrix: pd.DataFrame, outcome: Bools, factors: tuple[Factor, ...], seed: int
) -> dict[str, Floats]:
    """Candidates that learn from the true outcome of all households but a fifth, for which they speak; the mean over several ways to part the town."""
    parts = [_crossed(matrix, outcome, factors, seed, fold_seed) for fold_seed in FOLD_SEEDS]
    single = {f"lightgbm, parted by {s}": part["lightgbm"] for s, part in zip(FOLD_SEEDS, parts, strict=True)}
    return {name: np.mean([part[name] for part in parts], axis=0) for name in parts[0]} | single


def _crossed(
    matrix: pd.DataFrame, outcome: Bools, factors: tuple[Factor, ...], seed: int, fold_seed: int
) -> dict[str, Floats]:
    names = ("logistic", "lightgbm", "lightgbm untied")
    found = {name: np.zeros(len(outcome)) for name in names}
    drawn = StratifiedKFold(FOLDS, shuffle=True, random_state=fold_seed)
    for train, test in drawn.split(np.zeros(len(outcome)), outcome):
        ones, seen = np.ones(len(train)), matrix.iloc[train]
        both = (Logistic(factors=factors), Boosting(factors=factors, seed=seed))
        for name, scorer in together(both, seen, outcome[train], ones).items():
            if isinstance(scorer, NotFitted):
                raise SystemExit(f"the oracle cannot be fitted: {scorer.reason}")
            found[name][test] = score(scorer, matrix.iloc[test])
        found["lightgbm untied"][test] = _untied(seen, outcome[train], matrix.iloc[test], factors, seed)
    return found | {"mean of both": (found["logistic"] + found["lightgbm"]) / 2}


def _untied(
    seen: pd.DataFrame, outcome: Bools, unseen: pd.DataFrame, factors: tuple[Factor, ...], seed: int
) -> Floats:
    how = {"objective": "binary", "lambda_l2": 5.0, "feature_fraction": 0.5, "num_threads": 1, "verbosity": -1, "seed": seed, "deterministic": True, "force_row_wise": True}  # fmt: skip
    trees = lgb.train(how | UNTIED, lgb.Dataset(values(seen, factors), outcome.astype(float)), ROUNDS)
    return np.asarray(trees.predict(values(unseen, factors), raw_score=True), dtype=np.float64)
