"""From the matrix to the list: the duel, the frozen champion, the ranking, the draw and the contributions."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from data_contracts.errors import LeakSuspected
from models import calibration, draw, explain, weights
from models.age_uk import AgeUk
from models.average import Average
from models.calibration import Calibration
from models.campaigns import Past, fitted
from models.candidate import Candidate, Floats, NotFitted, Scorer, score
from models.duel import Duel, duel
from models.frozen import thaw
from models.neighbourhood import Neighbourhood
from models.nested import nested_boosting, nested_logistic
from models.points import Points
from models.rules import EIGHTY_PLUS, RANDOM, SEVENTY_FIVE_ALONE
from models.splits import folds
from pipelines import settings
from pipelines.factors import factors_of
from pipelines.manifest import timed, write_json

NEVER_LISTED_AGAIN = ("REFUS",)


def duel_step(config: Path, folder: Path, as_of: date, capacity: int) -> str:
    """Writes ``duel.json`` and ``model/<champion>.json``, the champion fitted on every answer known before the run; gives its name.

    Raises LeakSuspected when something ranks better than anybody ever has and the city has not said why that may be."""
    city = settings.load(config)
    with timed(folder, "duel") as rows:
        past = past_of(folder)
        days = [pd.Timestamp(day).date() for day in sorted(past.labels["as_of"].unique())]
        among = candidates(city)
        judged = duel(
            among, past, list(folds(past.labels, days, as_of.day)), capacity=capacity, seed=city.seed
        )
        mapped = _calibrated(judged, past)
        labels = json.loads((folder / "working" / "labels.json").read_text())
        told = {"labels": labels, "calibration": mapped.as_json()}
        write_json(folder / "duel.json", judged.as_json() | told)
        _stop_at_a_leak(judged, city.suspicion_acknowledged)
        chosen = next(c for c in among if c.name == judged.champion)
        scorer = fitted(chosen, past, np.ones(len(past.labels), dtype=bool))
        if isinstance(scorer, NotFitted):
            raise AssertionError("a champion of the duel was fitted on fewer labels than there are now")
        (folder / "model").mkdir()
        (folder / "model" / f"{judged.champion}.json").write_text(scorer.as_text() + "\n", encoding="utf-8")
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


def candidates(city: settings.City) -> tuple[Candidate, ...]:
    """Everybody who takes part, in the order of simplicity."""
    factors = factors_of(city)
    logistic = nested_logistic(factors, seed=city.seed, is_ordered=True)
    boosted = nested_boosting(factors, seed=city.seed, is_ordered=True)
    simple = (RANDOM, EIGHTY_PLUS, SEVENTY_FIVE_ALONE, Neighbourhood(), AgeUk(), Points(factors=factors))
    return (*simple, logistic, boosted, Average(members=(logistic, boosted)))


def past_of(folder: Path) -> Past:
    """What the labels step left: every visited household with its matrix row."""
    working = folder / "working"
    return Past(
        matrix=pd.read_parquet(working / "training.parquet"),
        labels=pd.read_parquet(working / "labels.parquet"),
    )


def champion_of(city: settings.City, folder: Path) -> Scorer:
    """The scorer that the duel froze, read from its text."""
    name = json.loads((folder / "duel.json").read_text())["champion"]
    return thaw((folder / "model" / f"{name}.json").read_text(encoding="utf-8"), factors_of(city))


def _stop_at_a_leak(judged: Duel, acknowledged: str) -> None:
    if judged.suspicious and not acknowledged:
        names = ", ".join(f"{s.name} ({s.auc:.2f})" for s in judged.suspicious)
        raise LeakSuspected(
            f"too good to be true: the area under the curve of {names}",
            where="the duel",
            hint="something tells the answer before the visit: look for a column filled in because of a visit, and close it. If there is another reason,"
            " write it as `suspicion_acknowledged` in city.toml.",
        )


def list_step(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    """Ranks, draws and explains; writes ``working/drawn.parquet``, ``inclusion.parquet``, ``draw.json`` and ``explanations.parquet``."""
    city = settings.load(config)
    working = folder / "working"
    with timed(folder, "list") as rows:
        wide = pd.read_parquet(working / "matrix.parquet")
        scorer = champion_of(city, folder)
        households = pd.read_parquet(working / "frame.parquet").merge(
            wide[["household_id"]], on="household_id", validate="one_to_one"
        )
        table = households.assign(
            is_social_tenant=wide["social_tenant"].notna() if "social_tenant" in wide else False
        )
        marks = score(scorer, wide)
        drawn = draw.draw(
            table,
            marks,
            _plan(city, as_of, capacity),
            excluded=_resting(working, as_of, city.cool_off_days),
            alerts=frozenset(pd.read_parquet(working / "alerted.parquet")["household_id"]),
            bereaved=_bereaved(working),
        )
        mapped = calibration.read((folder / "model" / "calibration.json").read_text(encoding="utf-8"))
        listed = drawn.listed.assign(
            equals=_equals(drawn.listed["score"], marks),
            probability=mapped.probability(drawn.listed["score"].to_numpy(dtype=float)),
        )
        explained = listed[["household_id"]].merge(wide, on="household_id", how="left", validate="one_to_one")
        long = explain.contributions(scorer, explained, pd.read_parquet(working / "evidence.parquet"))
        long.assign(base=scorer.base).to_parquet(folder / "explanations.parquet", index=False)
        listed.to_parquet(working / "drawn.parquet", index=False)
        # who lives where stays out of what is kept: a household's chance alone, by its pseudonym
        drawn.inclusion.drop(columns="stratum").to_parquet(folder / "inclusion.parquet", index=False)
        unmet = [{"group": u.floor.group, "wanted": u.floor.wanted, "listed": u.listed} for u in drawn.unmet]
        write_json(folder / "draw.json", {"seed": draw.seed_of(city.seed, as_of), "floors_not_met": unmet})
        rows |= {str(arm).lower(): int(n) for arm, n in listed["arm"].value_counts().items()}


def _plan(city: settings.City, as_of: date, capacity: int) -> draw.Plan:
    return draw.Plan(
        capacity=capacity,
        exploration_share=city.exploration_share,
        floors_by_age=city.floors.age,
        floors_by_quartier=city.floors.neighbourhood,
        seed=draw.seed_of(city.seed, as_of),
    )


def _equals(listed: pd.Series, marks: Floats) -> pd.Series:
    """How many households of the frame have the same score as each listed one: among them the lot decided."""
    return listed.round(9).map(pd.Series(marks).round(9).value_counts()).astype("int64")


def _resting(working: Path, as_of: date, cool_off_days: int) -> frozenset[str]:
    """Households visited within the cool-off, and those that refused: they are left in peace."""
    visited = pd.read_parquet(working / "visited.parquet")
    recent = pd.to_datetime(visited["visited_on"]) >= pd.Timestamp(as_of) - pd.Timedelta(days=cool_off_days)
    return frozenset(visited.loc[recent | visited["issue"].isin(NEVER_LISTED_AGAIN), "household_id"])


def _bereaved(working: Path) -> frozenset[str]:
    """Who lost a spouse and was not visited since."""
    lost = pd.read_parquet(working / "bereaved.parquet")
    visited = pd.read_parquet(working / "visited.parquet")[["household_id", "visited_on"]]
    both = lost.merge(visited, on="household_id")
    is_since = pd.to_datetime(both["visited_on"]) >= pd.to_datetime(both["bereaved_on"])
    return frozenset(lost["household_id"]) - frozenset(both.loc[is_since, "household_id"])
