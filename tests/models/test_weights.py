"""What a label stands for: chances worked by hand, and laws of the weights."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from models import weights
from models.candidate import Floats
from tests.models.town import FACTORS, matrix


def campaign(n: int = 4000, seed: int = 0) -> pd.DataFrame:
    """A town in which 300 of the people of 80 and over are visited, and 100 of everybody by draw; four of five open the door."""
    rng = np.random.default_rng(seed)
    table, _ = matrix(n, seed)
    old = np.flatnonzero(table["oldest_age"] >= 80)
    walked = rng.choice(old, 300, replace=False)
    drawn = rng.choice(np.setdiff1d(np.arange(n), walked), 100, replace=False)
    state = pd.Series([None] * n, dtype=object)
    for rows in (walked, drawn):
        state[rows] = np.where(rng.random(len(rows)) < 0.8, "not isolated", "refused")
    bras = pd.Series([None] * n, dtype=object)
    bras[walked], bras[drawn] = "TEMOIN_80PLUS", "EXPLORATION"
    chance = pd.Series(np.nan, index=range(n))
    chance[drawn] = 100 / n
    return table.assign(state=state, bras=bras, proba_tirage=chance, stands_for=1.0)


def test_a_drawn_visit_has_its_drawing_probability_and_any_other_the_share_visited_of_its_like() -> None:
    town = campaign()
    chance = weights.learnt(town, FACTORS).of(town)
    drawn = (town["bras"] == "EXPLORATION").to_numpy()
    assert chance[drawn].mean() == pytest.approx(0.025 * 0.8, rel=0.05)
    assert np.std(chance[drawn]) < 0.004
    old = (town["oldest_age"] >= 80).to_numpy() & ~drawn
    expected = 300 / old.sum() * 0.8
    assert chance[old].mean() == pytest.approx(expected, rel=0.15)
    assert chance[~old & ~drawn].mean() < 0.1 * expected


def test_a_sample_of_those_not_visited_stands_for_all_of_them() -> None:
    town = campaign()
    rest = town[town["state"].isna()]
    sample = pd.concat([town[town["state"].notna()], rest.iloc[::2].assign(stands_for=2.0)])
    whole, part = weights.learnt(town, FACTORS).of(town), weights.learnt(sample, FACTORS).of(town)
    old = (town["oldest_age"] >= 80).to_numpy()
    assert part[old].mean() == pytest.approx(whole[old].mean(), rel=0.1)


def test_with_few_visits_the_share_stands_in_for_a_model() -> None:
    town = campaign()
    kept = town["state"].isna() | (np.arange(len(town)) % 20 == 0)
    few = town[kept]
    chance = weights.learnt(few, FACTORS)
    others = few[few["bras"] != "EXPLORATION"]
    assert chance.visited == pytest.approx(others["state"].notna().mean())


def test_without_any_visit_nothing_is_weighed() -> None:
    town = campaign().assign(state=None, bras=None, proba_tirage=np.nan)
    assert weights.learnt(town, FACTORS).of(town.head(0)).tolist() == []
    nothing = weights.of_labels(np.array([]))
    assert (nothing.effective, nothing.clipped) == (0, 0)


def test_a_label_weighs_one_over_its_chance_until_that_leaves_too_few() -> None:
    """Chances of 1/2 and 1/4: weights of 2 : 4, worth 1.8 of 2 labels. A chance of 1/1000 among nine of 1/2 is cut."""
    pair = weights.of_labels(np.array([0.5, 0.25]))
    assert pair.weight.tolist() == pytest.approx([0.6, 1.2]) and pair.effective == pytest.approx(1.8)
    assert (pair.clipped, np.isnan(pair.clipped_at)) == (0, True)
    heavy = weights.of_labels(np.array([0.001, *[0.5] * 9]))
    assert heavy.clipped == 1 and heavy.effective == pytest.approx(8, abs=1e-6)
    assert heavy.weight[0] / heavy.weight[1] == pytest.approx(heavy.clipped_at) == pytest.approx(3.0)


@given(arrays.arrays(np.float64, st.integers(1, 60), elements=st.floats(1e-4, 1)))
def test_weights_add_up_to_what_they_are_worth_and_keep_their_order(chance: Floats) -> None:
    found = weights.of_labels(chance)
    assert found.weight.sum() == pytest.approx(found.effective)
    assert found.effective >= weights.EFFECTIVE_SHARE * len(chance) - 1e-6
    order = np.argsort(chance)
    assert (np.diff(found.weight[order]) <= 1e-12).all()
    untouched = found.weight < found.weight.max() - 1e-12
    if untouched.sum() > 1:
        product = found.weight[untouched] * chance[untouched]
        np.testing.assert_allclose(product, product[0], rtol=1e-9)
