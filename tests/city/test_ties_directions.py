"""The published directions, looked for in the truth of a town with a life course, not in the declared constants."""

from __future__ import annotations

import pandas as pd
import pytest

from synthetic_city.history import Activity, Autonomy, Income
from synthetic_city.lives import live
from synthetic_city.ties import adults, tie
from synthetic_city.ties_answers import LSNS, LSNS_LINE
from synthetic_city.ties_causes import CAUSES
from tests.city.test_ties import logit_fit

pytestmark = pytest.mark.slow

LOTS = (1, 2, 3, 4)
"""The same town asked under several lots, so that chance does not hide a direction."""

FRESH_MONTHS = 18
OLDEST = {"no_network": (0.0, 0.6), "isolated": (-0.15, 0.6)}
"""80 and over against 60-79; the label mixes in LSNS-6, which has no age of its own, so its part is smaller than its sampling error."""


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    history = live(persons=16_000, months=1, seed=4)
    is_male = (history.people["sex"] == "M").to_numpy()
    parts = []
    for seed in LOTS:
        (month,) = adults(history, seed)
        causes = pd.DataFrame({cause.name: month.signals[cause.name] for cause in CAUSES})
        told = tie(history, seed).answers.iloc[month.rows].reset_index(drop=True)
        male = pd.DataFrame({"is_male": is_male[month.panel["person"]]})
        parts.append(pd.concat([month.panel.reset_index(drop=True), male, causes, told], axis=1))
    found = pd.concat(parts, ignore_index=True)
    return found[~found["in_establishment"]].assign(no_network=lambda seen: seen["networks"] == 0)


def factors(rows: pd.DataFrame) -> pd.DataFrame:
    """Read off the panel, not from ``ties_signals``. A fresh loss stands for the household that it makes, so it is compared with couples."""
    bereaved = (rows["months_bereaved"] >= 0) & (rows["months_bereaved"] < FRESH_MONTHS)
    age = rows["age"]
    bands = {
        f"from_{low}": (age >= low) & (age < high) for low, high in ((25, 40), (40, 60), (60, 80), (80, 200))
    }
    seen = {
        "level": age > 0, **bands, "is_male": rows["is_male"], "lives_alone": rows["lives_alone"] & ~bereaved,
        "no_partner": ~rows["in_couple"] & (age >= 25) & ~bereaved, "lost_autonomy": rows["autonomy"] != Autonomy.FULL,
        "low_income": rows["income"] == Income.LOW, "high_income": rows["income"] == Income.HIGH,
        "unemployed": rows["activity"] == Activity.UNEMPLOYED, "inactive": rows["activity"] == Activity.OTHER,
        "retired": rows["activity"] == Activity.RETIRED,
        "bereaved": bereaved,
        **{cause.name: rows[cause.name] for cause in CAUSES},
    }  # fmt: skip
    return pd.DataFrame(seen).astype(float)


def adjusted(rows: pd.DataFrame, outcome: str) -> dict[str, float]:
    columns = factors(rows)
    found, _ = logit_fit(columns.to_numpy(), rows[outcome].to_numpy(float))
    told = dict(zip(columns.columns, map(float, found), strict=True))
    return told | {"oldest": told["from_80"] - told["from_60"]}


def odds_ratio(rows: pd.DataFrame, group: pd.Series, outcome: str) -> float:
    inside, outside = rows[outcome][group].mean(), rows[outcome][~group].mean()
    return float(inside / (1 - inside) / (outside / (1 - outside)))


@pytest.mark.parametrize("outcome", ["no_network", "isolated"])
def test_published_directions_hold_in_the_truth(rows: pd.DataFrame, outcome: str) -> None:
    found = adjusted(rows, outcome)
    intervals = {
        "lives_alone": (0.3, 1.1), "no_partner": (0.1, 0.9), "lost_autonomy": (0.2, 1.0), "unemployed": (0.3, 0.9),
        "low_income": (0.05, 0.5), "oldest": OLDEST[outcome], "is_male": (0.34, 0.69), "bereaved": (-0.3, 0.3), "retired": (-0.2, 0.2),
    }  # fmt: skip
    assert {
        name: found[name] for name, (low, high) in intervals.items() if not low < found[name] < high
    } == {}


def test_a_loss_is_felt_and_retirement_is_not(rows: pd.DataFrame) -> None:
    found = adjusted(rows, "lonely")
    assert found["bereaved"] > 0.4
    assert abs(found["retired"]) < 0.2


@pytest.mark.parametrize("outcome", ["no_network", "isolated"])
def test_the_oldest_and_older_men_are_more_often_isolated_as_published(
    rows: pd.DataFrame, outcome: str
) -> None:
    older = rows[rows["age"] >= 60]
    assert 1.5 < odds_ratio(older, older["age"] >= 80, outcome) < 2.41
    assert odds_ratio(older, older["is_male"], outcome) > 1.2


def test_who_has_no_network_names_few_people(rows: pd.DataFrame) -> None:
    older = rows[rows["age"] >= 60]
    low = older[list(LSNS)].sum(axis=1) < LSNS_LINE
    assert (~low)[older["no_network"]].mean() < 0.22
