import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from models.draw import draw


def frame(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "household_id": [f"H{i:04d}" for i in range(n)],
            "quartier": [f"{i % 5:02d}" for i in range(n)],
            "oldest_age": [40.0 + i % 50 for i in range(n)],
            "is_social_tenant": [i % 3 == 0 for i in range(n)],
        }
    )


def listed(n: int = 300, seed: int = 1, **more: object) -> pd.DataFrame:
    options: dict[str, object] = {
        "capacity": 30,
        "exploration_share": 0.1,
        "excluded": frozenset(),
        "alerts": frozenset(),
        "seed": seed,
    } | more
    return draw(frame(n), np.linspace(1, 0, n), **options)  # type: ignore[arg-type]


def test_the_first_of_the_ranking_and_a_tenth_at_random() -> None:
    table = listed()
    assert table["arm"].value_counts().to_dict() == {"MODELE": 30, "EXPLORATION": 3}
    assert table["household_id"].head(30).tolist() == [f"H{i:04d}" for i in range(30)]
    assert table["household_id"].is_unique
    assert table.loc[table["arm"] == "EXPLORATION", "drawing_probability"].tolist() == [3 / 270] * 3


def test_excluded_households_are_in_no_arm_and_alerts_in_one() -> None:
    table = listed(excluded=frozenset({"H0000", "H0100"}), alerts=frozenset({"H0001", "H0100"}))
    arms = dict(zip(table["household_id"], table["arm"], strict=True))
    assert "H0000" not in arms and "H0100" not in arms
    assert arms["H0001"] == "SIGNALEMENT" and list(arms.values()).count("MODELE") == 30


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 80), st.integers(1, 40), st.integers(0, 1000))
def test_sizes_hold_for_any_town(n: int, capacity: int, seed: int) -> None:
    table = listed(n, seed=seed, capacity=capacity, exploration_share=0.2)
    assert (table["arm"] == "MODELE").sum() == min(n, capacity)
    assert (table["arm"] == "EXPLORATION").sum() == min(round(capacity * 0.2), n - min(n, capacity))
    assert table["household_id"].is_unique


def test_households_are_drawn_as_often_as_their_recorded_probability_says() -> None:
    drawn = np.zeros(110)
    for seed in range(2000):
        table = listed(110, seed=seed, capacity=10, exploration_share=1.0)
        explored = table.loc[table["arm"] == "EXPLORATION", "household_id"]
        drawn[[int(h[1:]) for h in explored]] += 1
    share = drawn[10:] / 2000
    assert np.abs(share - 0.1).max() < 4.5 * np.sqrt(0.1 * 0.9 / 2000)
