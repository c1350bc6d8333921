"""Ties: laws of the answers, and the direction of every declared effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic_city.history import Activity, Autonomy, History, Income, Network, Tenure
from synthetic_city.ties import FLAGS, adults, tie
from synthetic_city.ties_answers import LSNS, UCLA, labels
from synthetic_city.ties_causes import CAUSES, hold
from synthetic_city.ties_effects import EFFECTS
from synthetic_city.ties_state import Walk, walk
from tests.city.ties_town import town

ADULTS_ONLY = 15


def answers(history: History, seed: int = 7) -> pd.DataFrame:
    return pd.concat([history.panel, tie(history, seed).answers], axis=1)


def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    history = town()
    first, again, other = (tie(history, seed).answers for seed in (7, 7, 8))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_children_hold_no_answers_and_adults_hold_all() -> None:
    rows = answers(town())
    coded = ["networks", *LSNS, *UCLA]
    children, grown = rows[rows["age"] < ADULTS_ONLY], rows[rows["age"] >= ADULTS_ONLY]
    assert len(children) > 100
    assert (children[coded] == -1).all(axis=None)
    assert not children[list(FLAGS)].any(axis=None)
    assert grown[list(LSNS)].isin(range(6)).all(axis=None)
    assert grown[list(UCLA)].isin((1, 2, 3)).all(axis=None)
    assert grown["networks"].between(0, 31).all()


def test_answers_have_the_types_of_the_interface() -> None:
    found = tie(town(300), 1).answers
    assert [str(kind) for kind in found.dtypes] == ["int8"] * 10 + ["bool"] * 4
    assert list(found.columns) == ["networks", *LSNS, *UCLA, *FLAGS]


def slow_rule(age: int, bits: int, lsns: list[int], ucla: list[int]) -> tuple[bool, bool]:
    networks = [bits // value % 2 for value in (1, 2, 4, 8, 16)]
    total = 0
    for item in lsns:
        total = total + item
    isolated = True if sum(networks) == 0 else age >= 60 and total < 12
    return isolated, ucla[0] + ucla[1] + ucla[2] >= 6


def test_labels_equal_the_rule_recomputed_person_by_person() -> None:
    rows = answers(town())
    for row in rows[rows["age"] >= ADULTS_ONLY].to_dict("records"):
        items, felt = [row[name] for name in LSNS], [row[name] for name in UCLA]
        assert (row["isolated"], row["lonely"]) == slow_rule(row["age"], row["networks"], items, felt)


@given(
    age=st.sampled_from([15, 59, 60, 61, 90]),
    bits=st.sampled_from([0, 1, 16, 31]),
    lsns=st.lists(st.sampled_from([1, 2, 3]), min_size=6, max_size=6),
    ucla=st.lists(st.integers(1, 3), min_size=3, max_size=3),
)
def test_labels_equal_the_rule_at_its_edges(age: int, bits: int, lsns: list[int], ucla: list[int]) -> None:
    found = labels(
        np.array([age], np.int16),
        np.array([bits], np.int8),
        np.array([lsns], np.int8),
        np.array([ucla], np.int8),
    )
    assert (bool(found["isolated"][0]), bool(found["lonely"][0])) == slow_rule(age, bits, lsns, ucla)


def test_only_people_in_work_have_colleagues() -> None:
    rows = answers(town())
    with_colleagues = rows[(rows["networks"] >= 0) & (rows["networks"] & Network.COLLEAGUES > 0)]
    assert len(with_colleagues) > 100
    assert (with_colleagues["activity"] == Activity.EMPLOYED).all()


def test_a_persons_answers_do_not_depend_on_who_else_is_in_town() -> None:
    history = town(1000)
    half = history.panel[history.panel["person"] % 2 == 0]
    fewer = tie(replace(history, panel=half.reset_index(drop=True)), 3).answers
    pd.testing.assert_frame_equal(fewer, tie(history, 3).answers.iloc[half.index].reset_index(drop=True))


def agreement(rows: pd.DataFrame, column: str, months_apart: int) -> float:
    """Cohen's kappa between the first month and a later one."""
    first, later = (rows[rows["month"] == month][column].to_numpy() for month in (0, months_apart))
    same, by_chance = (
        (first == later).mean(),
        first.mean() * later.mean() + (1 - first.mean()) * (1 - later.mean()),
    )
    return float((same - by_chance) / (1 - by_chance))


@pytest.mark.parametrize("column", ["isolated", "lonely"])
def test_states_persist_from_month_to_month_and_yet_move(column: str) -> None:
    rows = answers(town(6000, months=13))
    rows = rows[rows["age"] >= ADULTS_ONLY]
    near, far = agreement(rows, column, 1), agreement(rows, column, 12)
    assert 0.6 < near < 0.99
    assert 0.3 < far < near


def test_networks_persist_from_month_to_month_and_yet_move() -> None:
    rows = answers(town(6000, months=2))
    first, later = (
        rows[(rows["month"] == month) & (rows["age"] >= ADULTS_ONLY)]["networks"] for month in (0, 1)
    )
    same = (first.to_numpy() == later.to_numpy()).mean()
    assert 0.5 < same < 0.98


def changed(**columns: object) -> pd.DataFrame:
    """Everyone of 30 and over in couple and in work, but for what ``columns`` says; answers of the same people and lots."""
    calm = {
        "lives_alone": False, "in_couple": True, "activity": Activity.EMPLOYED, "income": Income.UPPER_MIDDLE,
        "autonomy": Autonomy.FULL, "tenure": Tenure.OWNER, "is_single_parent": False, "months_bereaved": -1, "months_in_town": 200,
    }  # fmt: skip
    history = town(20_000, months=1)
    here = history.panel[history.panel["age"] >= 30].reset_index(drop=True)
    kinds = history.panel.dtypes
    set_to = {name: np.full(len(here), value).astype(kinds[name]) for name, value in (calm | columns).items()}
    return answers(replace(history, panel=here.assign(**set_to)))


ALONE = {"lives_alone": True, "in_couple": False}


@pytest.mark.parametrize(
    ("change", "on_isolation", "on_loneliness"),
    [
        (ALONE, "more", "more"),
        ({"in_couple": False}, "more", "more"),
        ({"autonomy": Autonomy.LIMITED}, "more", "more"),
        ({"autonomy": Autonomy.SEVERE}, "more", "more"),
        ({"activity": Activity.UNEMPLOYED}, "more", "more"),
        ({"activity": Activity.OTHER}, "more", "more"),
        ({"income": Income.LOW}, "more", "more"),
        ({"income": Income.HIGH}, "less", "less"),
        ({"tenure": Tenure.HLM}, "more", "more"),
        ({"is_single_parent": True, "in_couple": False}, "more", "more"),
        ({"months_in_town": 3}, "more", "more"),
        ({"activity": Activity.RETIRED}, "same", "same"),
        (ALONE | {"months_bereaved": 3}, "same", "more"),
        (ALONE | {"months_bereaved": 60}, "more", "more"),
    ],
    ids=str,
)
def test_events_move_ties_in_the_published_direction(
    change: dict[str, object], on_isolation: str, on_loneliness: str
) -> None:
    before, after = changed(), changed(**change)
    for column, direction in (("isolated", on_isolation), ("lonely", on_loneliness)):
        gap = after[column].mean() - before[column].mean()
        assert {"more": gap > 0.003, "less": gap < -0.003, "same": abs(gap) < 0.003}[direction], (column, gap)


def test_a_loss_is_felt_most_at_first() -> None:
    fresh, later = changed(**ALONE, months_bereaved=1), changed(**ALONE, months_bereaved=30)
    assert fresh["lonely"].mean() > later["lonely"].mean() + 0.05
    assert fresh["isolated"].mean() < later["isolated"].mean()


def logit_fit(columns: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Plain maximum likelihood by Newton's method: coefficients and standard errors."""
    beta = np.zeros(columns.shape[1])
    for _ in range(25):
        fitted = 1 / (1 + np.exp(-columns @ beta))
        information = columns.T @ (columns * (fitted * (1 - fitted))[:, None])
        beta += np.linalg.solve(information, columns.T @ (outcome - fitted))
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


def test_a_large_draw_shows_the_declared_log_odds_on_having_no_network() -> None:
    history = town(100_000, months=1)
    (month,) = adults(history, 5)
    names = [effect.name for effect in EFFECTS if np.ptp(month.signals[effect.name]) > 0]
    assert {"lives_alone", "low_mood", "takes_part_in_nothing", "is_male"} < set(names)
    columns = np.stack([month.signals[name] for name in names], axis=1).astype(float)
    no_network = (tie(history, 5).answers["networks"].to_numpy()[month.rows] == 0).astype(float)
    found, error = logit_fit(columns, no_network)
    declared = np.array([effect.isolation for effect in EFFECTS if effect.name in names])
    assert np.abs((found - declared) / error).max() < 4


def test_every_effect_has_a_signal_and_every_signal_an_effect() -> None:
    (month,) = adults(town(200, months=1), 1)
    assert sorted(month.signals) == sorted(effect.name for effect in EFFECTS)
    assert len(EFFECTS) == len({effect.name for effect in EFFECTS})
    assert all(effect.source for effect in EFFECTS)


def test_causes_come_with_age_at_their_declared_rates() -> None:
    lots = np.random.default_rng(2).standard_normal((40_000, len(CAUSES)), dtype=np.float32)
    for age, band in ((15, 0), (20, 0), (32, 1), (50, 2), (67, 3), (80, 4), (90, 5), (99, 5)):
        touched = hold(lots, np.full(40_000, age, np.int16)).mean(axis=0)
        assert np.abs(touched - [cause.rates[band] for cause in CAUSES]).max() < 0.015
    between = hold(lots, np.full(40_000, 85, np.int16)).mean(axis=0)
    assert np.abs(between - [(cause.rates[4] + cause.rates[5]) / 2 for cause in CAUSES]).max() < 0.015


@settings(max_examples=15, deadline=None)
@given(lasting=st.floats(0, 0.95), memory=st.floats(0, 0.98), seed=st.integers(0, 2**32 - 1))
def test_lots_keep_variance_one_and_remember_as_declared(lasting: float, memory: float, seed: int) -> None:
    block = Walk(name="trial", columns=1, lasting=lasting, memory=memory)
    first, _, third = (lot[:, 0] for lot in walk(block, 20_000, 3, seed))
    assert abs(third.std() - 1) < 0.04
    assert abs(np.corrcoef(first, third)[0, 1] - (lasting + (1 - lasting) * memory**2)) < 0.04
