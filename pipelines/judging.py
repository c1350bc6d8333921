"""The duel of a run: every candidate on past visits, the champion and its frozen text."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from data_contracts.errors import LeakSuspected
from features.audit_groups import AUDITED
from models import calibration, weights
from models.age_uk import AgeUk
from models.average import Average
from models.calibration import Calibration
from models.campaigns import Past, fitted
from models.candidate import Candidate, NotFitted, Scorer
from models.duel import Duel, duel
from models.figures import Placed
from models.neighbourhood import Neighbourhood
from models.nested import nested_boosting, nested_logistic
from models.points import Points
from models.refined import Refined
from models.reported import on_lonely
from models.rules import EIGHTY_PLUS, RANDOM, SEVENTY_FIVE_ALONE
from models.splits import folds
from pipelines import settings
from pipelines.factors import factors_of
from pipelines.manifest import timed, write_json

TESTED = "tested.parquet"


def duel_step(config: Path, folder: Path, as_of: date, capacity: int) -> str:
    """Writes ``duel.json``, ``model/<champion>.json``, the champion fitted on every answer known before the run, ``model/calibration.json`` and
    ``working/tested.parquet``; gives its name.

    Raises LeakSuspected when something ranks better than anybody ever has and the city has not said why that may be."""
    city = settings.load(config)
    with timed(folder, "duel") as rows:
        past = past_of(folder)
        days = [pd.Timestamp(day).date() for day in sorted(past.labels["as_of"].unique())]
        among = candidates(city)
        judged = duel(among, past, list(folds(past.labels, days)), capacity=capacity, seed=city.seed)
        mapped = _calibrated(judged, past)
        labels = json.loads((folder / "working" / "labels.json").read_text(encoding="utf-8"))
        lonely = on_lonely(judged.ranked, past.labels["lonely"].iloc[judged.rows], city.seed)
        told = {"labels": labels, "calibration": mapped.as_json(), "lonely": lonely.as_json()}
        write_json(folder / "duel.json", judged.as_json() | told)
        tested(judged, past, mapped).to_parquet(folder / "working" / TESTED, index=False)
        _stop_at_a_leak(judged, city.suspicion_acknowledged)
        (folder / "model").mkdir()
        write_text(folder / "model", judged.champion, fitted_on_all(named(judged.champion, city), past))
        write_json(folder / "model" / "calibration.json", mapped.as_json())
        rows |= {"test_labels": judged.labels, "test_positives": judged.positives}
    return judged.champion


def _calibrated(judged: Duel, past: Past) -> Calibration:
    """What the champion's scores are worth as probabilities."""
    champion = next((r for r in judged.ranked if r.name == judged.champion), None)
    if champion is None:
        return calibration.none_learnt()
    tested = past.labels.iloc[judged.rows]
    is_random = (tested["bras"] == weights.DRAWN).to_numpy(dtype=bool)
    return calibration.calibrated(champion.tested, is_random, tested["weight"].to_numpy(dtype=float))


def tested(judged: Duel, past: Past, mapped: Calibration) -> pd.DataFrame:
    """One row a candidate and household of a test campaign that answered: ``candidate``, ``household_id``, ``as_of`` (origin of its matrix), ``bras``, ``weight``, the audit
    groups, the columns of ``models.figures.Placed`` (``outcome``: isolated) and ``probability``, as the other campaigns teach it (null: of whom has none)."""
    told = past.labels.iloc[judged.rows].reset_index(drop=True)
    told = told.reindex(columns=["household_id", "as_of", "bras", "weight", *AUDITED])
    weight = told["weight"].to_numpy(dtype=float)
    parts = []
    for one in judged.ranked:
        holds = mapped.holds and one.name == judged.champion
        chance = calibration.of_other_campaigns(mapped.kind, one.tested, weight) if holds else np.nan
        parts.append(told.assign(candidate=one.name, probability=chance, **asdict(one.tested)))
    nobody = told.head(0).reindex(
        columns=[*told, "candidate", "probability", *(f.name for f in fields(Placed))]
    )
    return pd.concat(parts, ignore_index=True) if parts else nobody


def candidates(city: settings.City) -> tuple[Candidate, ...]:
    """Everybody who takes part, in the order of simplicity."""
    factors = factors_of(city)
    logistic = nested_logistic(factors, seed=city.seed, is_ordered=True)
    boosted = nested_boosting(factors, seed=city.seed, is_ordered=True)
    rules = (RANDOM, EIGHTY_PLUS, SEVENTY_FIVE_ALONE, Neighbourhood(), AgeUk())
    points = Points(factors=factors)
    return (*rules, Refined(by=points), points, logistic, boosted, Average(members=(logistic, boosted)))


def named(name: str, city: settings.City) -> Candidate:
    """The candidate of that name."""
    return next(c for c in candidates(city) if c.name == name)


def past_of(folder: Path) -> Past:
    """What the labels step left: every visited household with its matrix row."""
    working = folder / "working"
    return Past(
        matrix=pd.read_parquet(working / "training.parquet"),
        labels=pd.read_parquet(working / "labels.parquet"),
    )


def fitted_on_all(candidate: Candidate, past: Past) -> Scorer:
    """What a candidate learns from every answer."""
    scorer = fitted(candidate, past, np.ones(len(past.labels), dtype=bool))
    if isinstance(scorer, NotFitted):
        raise AssertionError(f"{scorer.name} was judged on fewer labels than there are now")
    return scorer


def write_text(model: Path, name: str, scorer: Scorer) -> None:
    """The frozen text, ``model/<name>.json``."""
    (model / f"{name}.json").write_text(scorer.as_text() + "\n", encoding="utf-8")


def _stop_at_a_leak(judged: Duel, acknowledged: str) -> None:
    if judged.suspicious and not acknowledged:
        names = ", ".join(f"{s.name} ({s.auc:.2f})" for s in judged.suspicious)
        raise LeakSuspected(
            f"too good to be true: the area under the curve of {names}",
            where="the duel",
            hint="something tells the answer before the visit: look for a column filled in because of a visit, and close it. If there is another reason,"
            " write it as `suspicion_acknowledged` in city.toml.",
        )
