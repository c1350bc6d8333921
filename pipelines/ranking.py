"""From the matrix to the list: the ranking by the frozen text, the draw, and why each household is on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from features.catalogue import FACTORS
from models import calibration, draw, explain, stability
from models.candidate import Floats, Scorer, scored
from models.draw import Drawn
from pipelines import engines, judging, ranker, settings, who_ranks
from pipelines.factors import factors_of
from pipelines.manifest import timed, write_json

NEVER_LISTED_AGAIN = ("REFUS",)
CONTRIBUTIONS = "contributions.parquet"


def list_step(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    """Ranks, draws and explains; writes ``working/drawn.parquet``, ``working/contributions.parquet`` (every household of the frame), ``inclusion.parquet``, ``draw.json`` and ``explanations.parquet``."""
    city = settings.load(config)
    working = folder / "working"
    with timed(folder, "list") as rows:
        wide = pd.read_parquet(working / "matrix.parquet")
        scorer = ranker.scorer_of(city, folder)
        weighed = engines.contributions(city, scorer, working / "matrix.parquet")
        weighed.assign(household_id=wide["household_id"]).to_parquet(working / CONTRIBUTIONS, index=False)
        marks = scored(scorer, weighed)
        plan = plan_of(city, as_of, capacity)
        drawn = _drawn(city, working, wide, marks, plan, as_of)
        listed = _explained(city, folder, wide, scorer, drawn, plan)
        mapped = calibration.read((folder / "model" / "calibration.json").read_text(encoding="utf-8"))
        listed = listed.assign(
            equals=_equals(listed["score"], marks),
            probability=mapped.probability(listed["score"].to_numpy(dtype=float)),
        )
        listed.to_parquet(working / "drawn.parquet", index=False)
        # who lives where stays out of what is kept: a household's chance alone, by its pseudonym
        drawn.inclusion.drop(columns="stratum").to_parquet(folder / "inclusion.parquet", index=False)
        unmet = [{"group": u.floor.group, "wanted": u.floor.wanted, "listed": u.listed} for u in drawn.unmet]
        write_json(folder / "draw.json", {"seed": plan.seed, "floors_not_met": unmet})
        rows |= {str(arm).lower(): int(n) for arm, n in listed["arm"].value_counts().items()}


def _drawn(
    city: settings.City, working: Path, wide: pd.DataFrame, marks: Floats, plan: draw.Plan, as_of: date
) -> Drawn:
    households = pd.read_parquet(working / "frame.parquet").merge(
        wide[["household_id"]], on="household_id", validate="one_to_one"
    )
    table = households.assign(
        is_social_tenant=wide["social_tenant"].notna() if "social_tenant" in wide else False
    )
    return draw.draw(
        table,
        marks,
        plan,
        excluded=_resting(working, as_of, city.cool_off_days),
        alerts=frozenset(pd.read_parquet(working / "alerted.parquet")["household_id"]),
        bereaved=_bereaved(working),
    )


def _explained(
    city: settings.City, folder: Path, wide: pd.DataFrame, scorer: Scorer, drawn: Drawn, plan: draw.Plan
) -> pd.DataFrame:
    """Writes why each listed household is there, and how far that holds when the visits are drawn again; gives the list with ``times_listed`` of ``draws``
    (of the model arm: how often a household is among the first then)."""
    listed = drawn.listed
    # the frozen text ranks; what is fitted again are draws around it
    candidate = judging.named(who_ranks.read(folder).name, city)
    again = stability.refits(candidate, judging.past_of(folder), seed=city.seed, whole=scorer)
    chosen = listed[["household_id"]].merge(wide, on="household_id", how="left", validate="one_to_one")
    evidence = pd.read_parquet(folder / "working" / "evidence.parquet")
    long = explain.contributions(scorer, chosen, evidence, factors_of(city))
    told = ["same_sign_share", "low", "high"]
    shares = again.sign_shares(chosen, FACTORS)
    if not again.learns:
        shares[told] = float("nan")
    long.merge(shares, on=["household_id", "factor"], how="left", validate="one_to_one").assign(
        base=scorer.base
    ).to_parquet(folder / "explanations.parquet", index=False)
    if not again.learns:
        return listed.assign(times_listed=float("nan"), draws=float("nan"))
    competing = drawn.inclusion.loc[
        (drawn.inclusion["why_not"] == "")
        & (drawn.inclusion["p_alert"] == 0)
        & (drawn.inclusion["p_bereavement"] == 0),
        ["household_id"],
    ]
    seats = again.rank_stability(
        competing.merge(wide, on="household_id"), capacity=plan.capacity, lot_seed=plan.seed
    )
    ranked = listed["household_id"].where(listed["arm"] == "MODELE")
    seated = listed.assign(ranked=ranked).merge(
        seats[["household_id", "times_listed", "draws"]].rename(columns={"household_id": "ranked"}),
        on="ranked",
        how="left",
    )
    return seated.drop(columns="ranked")


def plan_of(city: settings.City, as_of: date, capacity: int) -> draw.Plan:
    """What the city decided of a list of that day."""
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
