"""What the factors give away, and whom each decides: planted proxies, seats worked by hand, and laws."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.audit_groups import is_said_by
from features.catalogue import FACTORS as CATALOGUE
from models import draw
from models.points import Points
from models.proxies import Contest, Proxies, Town, area, proxies
from tests.models.town import FACTORS, matrix

BY_NAME = {factor.name: factor for factor in CATALOGUE}
NO_FLOOR = np.zeros((0,))


def contest(n: int, capacity: int) -> Contest:
    return Contest(rows=np.arange(n), capacity=capacity, under=np.zeros((n, 0), dtype=bool), wanted=NO_FLOOR)


def town(n: int = 1500, seed: int = 0) -> Town:
    """Priority neighbourhoods are mostly where income is low; sex is a lot; tenure is what ``social_tenant`` says."""
    table, outcome = matrix(n, seed)
    rng = np.random.default_rng(seed + 1)
    groups = pd.DataFrame(
        {
            "sex": rng.choice(["men", "women", "both", None], n),
            "tenure": np.where(table["social_tenant"] == 1, "social housing", "other"),
            "qpv": np.where((table["low_income"] == 1) ^ (rng.random(n) < 0.1), "priority", "other"),
        }
    )
    scorer = Points(factors=FACTORS).fit(table, outcome, np.ones(n))
    return Town(matrix=table, contributions=scorer.contributions(table), groups=groups)


def found(here: Town, capacity: int = 60) -> Proxies:
    sets = {"poverty": ["low_income", "very_low_income", "social_tenant"], "nothing": ["male"]}
    return proxies(here, contest(len(here.matrix), capacity), lambda d, f: is_said_by(d, f, BY_NAME), sets, 1)


@pytest.fixture(scope="module")
def told() -> Proxies:
    return found(town())


def test_a_planted_proxy_is_named_and_what_is_unrelated_tells_nothing(told: Proxies) -> None:
    by = {(one.dimension, one.group): one for one in told.told}
    priority = by["qpv", "priority"]
    assert priority.verdict == "told" and priority.area.low > 0.8
    assert priority.by[0].factor == "low_income" and priority.by[0].part > 0.4
    for key in (("sex", "women"), ("tenure", "social housing")):
        assert by[key].verdict == "not told" and by[key].by == ()
        assert by[key].area.low <= 0.5 <= by[key].area.high
    assert set(by) == {("qpv", "priority"), ("sex", "women"), ("tenure", "social housing")}


def test_of_what_is_known_of_nobody_no_factor_says_anything() -> None:
    """No lease is read: that only one adult is known tells nobody's tenure."""
    here = town(300)
    unknown = replace(here, groups=here.groups.assign(tenure=None))
    assert set(found(unknown).declared) == {"sex", "qpv"}


def test_what_is_the_audit_variable_by_definition_is_declared_and_not_discovered(told: Proxies) -> None:
    assert {"social_tenant", "low_income", "one_adult_known"} <= set(told.declared["tenure"])
    assert told.declared["sex"] == () == told.declared["qpv"]
    assert is_said_by("age_band", "oldest_age", BY_NAME) and is_said_by("sex", "male", BY_NAME)
    assert not is_said_by("qpv", "low_income", BY_NAME) and not is_said_by("tenure", "oldest_age", BY_NAME)


def test_every_name_that_is_declared_stands_in_the_catalogue() -> None:
    said = {f for f in BY_NAME if any(is_said_by(d, f, BY_NAME) for d in ("sex", "age_band", "tenure"))}
    assert {"male", "oldest_age", "middle_aged", "under_25", "middle_aged_alone_low_income"} <= said
    assert {f.name for f in CATALOGUE if f.source == "parc_social"} <= said


def test_the_order_of_rows_changes_nothing(told: Proxies) -> None:
    here = town()
    order = np.random.default_rng(5).permutation(len(here.matrix))
    parts = (here.matrix, here.contributions, here.groups)
    again = found(Town(**dict(zip(("matrix", "contributions", "groups"), (p.iloc[order].reset_index(drop=True) for p in parts), strict=True))))  # fmt: skip
    assert again.told == told.told
    assert [r.changed for r in again.single] == pytest.approx([r.changed for r in told.single])


def drawn_by_hand(*said: tuple[float, float]) -> Town:
    contributions = pd.DataFrame(list(said), columns=["a", "b"])
    ids = pd.DataFrame({"household_id": [f"H{i}" for i in range(len(said))]})
    groups = pd.DataFrame({"sex": ["men", "women"] * (len(said) // 2)})
    return Town(matrix=ids, contributions=contributions, groups=groups)


def test_who_is_listed_without_a_factor_by_hand() -> None:
    """Two seats: 3 + 0, 2 + 0 before; without a all are 0 but the last two, whom b lists."""
    here = drawn_by_hand((3, 0), (2, 0), (0, 1), (0, 1))
    by = {
        one.name: one
        for one in proxies(here, contest(4, 2), lambda *_: False, {"both": ["a", "b"]}, 1).single
    }
    assert by["a"].changed == 1.0 and by["b"].changed == 0.0
    assert [(m.group, m.before, m.after) for m in by["a"].groups] == [("men", 1.0, 1.0), ("women", 1.0, 1.0)]
    (card,) = proxies(here, contest(4, 2), lambda *_: False, {"both": ["a", "b"]}, 1).together
    assert card.changed == 0.5  # without either a lot: each of four has half a seat


def test_a_lot_uses_no_factor() -> None:
    here = drawn_by_hand((0, 0), (0, 0))
    nothing = proxies(here, contest(2, 1), lambda *_: False, {"both": ["a", "b"]}, 1)
    assert nothing.used == () and nothing.single == () == nothing.together and nothing.told == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.just(0)), min_size=2, max_size=20), st.integers(0, 25))
def test_a_factor_that_moves_nobody_changes_nobody(said: list[tuple[int, int]], capacity: int) -> None:
    here = drawn_by_hand(*[(float(a), float(b)) for a, b in said[: len(said) // 2 * 2]])
    n = len(here.matrix)
    who = contest(n, capacity)
    total = here.contributions["a"].to_numpy()
    assert (who.chances(total) == who.chances(total - here.contributions["b"].to_numpy())).all()
    assert "b" not in here.used
    for removal in proxies(here, who, lambda *_: False, {}, 1).single:
        for when in ("before", "after"):
            assert sum(getattr(g, when) for g in removal.groups) == pytest.approx(min(capacity, n))


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_the_list_before_is_the_list_that_is_drawn(share: float) -> None:
    """The chances of the draw itself, floors included."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "household_id": [f"H{i:04d}" for i in range(300)],
            "quartier": rng.choice(["01", "02"], 300),
            "oldest_age": rng.integers(20, 95, 300).astype(float),
            "is_social_tenant": False,
        }
    )
    scores = np.round(rng.normal(size=300), 1)
    plan = draw.Plan(capacity=30, exploration_share=0.1, seed=1, floors_by_age={"25_39": share}, floors_by_quartier={"02": share})  # fmt: skip
    nobody: frozenset[str] = frozenset()
    listed = draw.draw(frame, scores, plan, excluded=nobody, alerts=nobody, bereaved=nobody).inclusion
    band = draw.age_bands(frame["oldest_age"])
    under = [(band if f.dimension == "age_band" else frame["quartier"]) == f.group for f in plan.floors]
    who = Contest(
        rows=np.arange(300),
        capacity=30,
        under=np.array(under, dtype=bool).reshape(-1, 300).T,
        wanted=np.array([float(f.wanted) for f in plan.floors]),
    )
    assert who.chances(scores) == pytest.approx(listed["p_model"].to_numpy())


def test_the_area_within_parts_by_hand() -> None:
    """First part: of four pairs three are right; second: two of two, but one isolated is too few for an error."""
    outcome = np.array([1, 1, 0, 0, 1, 0, 0], dtype=bool)
    marks = np.array([4.0, 1.0, 3.0, 0.0, 9.0, 1.0, 2.0])
    part = np.array([0, 0, 0, 0, 1, 1, 1])
    assert area(outcome, marks, part, 1.96).value == 0.75


def test_an_area_that_says_nothing_is_said_to_say_something_in_few_towns() -> None:
    rng = np.random.default_rng(4)
    part = np.repeat([0, 1], 150)
    wrong = 0
    for _ in range(300):
        outcome, marks = rng.random(300) < 0.3, np.round(rng.normal(size=300), 1)
        one = area(outcome, marks, part, 1.96)
        wrong += not one.low <= 0.5 <= one.high
    assert wrong <= 27  # at 5 % more than 27 of 300: one case in five hundred


def test_the_area_is_the_share_of_pairs() -> None:
    rng = np.random.default_rng(7)
    outcome, marks = rng.random(90) < 0.4, np.round(rng.normal(size=90), 1)
    pairs = [(a > b) + (a == b) / 2 for a in marks[outcome] for b in marks[~outcome]]
    assert area(outcome, marks, np.zeros(90, dtype=int), 1.0).value == pytest.approx(np.mean(pairs))
