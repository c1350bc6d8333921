import numpy as np
import pandas as pd
import pytest

from models.boosting import Boosting
from models.candidate import NotFitted, Scorer, lots, ranking, score
from models.points import BASE, Points
from models.rules import EIGHTY_PLUS, RANDOM, SEVENTY_FIVE_ALONE
from tests.models.town import FACTORS, matrix

CANDIDATES = (
    RANDOM,
    EIGHTY_PLUS,
    SEVENTY_FIVE_ALONE,
    Points(factors=FACTORS),
    Boosting(factors=FACTORS, seed=3),
)


def fitted(candidate: object, n: int = 400) -> tuple[Scorer, pd.DataFrame]:
    table, outcome = matrix(n)
    scorer = candidate.fit(table, outcome, np.ones(n))  # type: ignore[attr-defined]
    assert not isinstance(scorer, NotFitted)
    return scorer, table


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda c: c.name)
def test_contributions_and_base_make_the_score_whatever_the_order_of_rows(candidate: object) -> None:
    scorer, table = fitted(candidate)
    shuffled = table.sample(frac=1, random_state=1)
    expected = pd.Series(score(scorer, table), index=table.index)
    np.testing.assert_allclose(score(scorer, shuffled), expected[shuffled.index], atol=1e-9)
    np.testing.assert_allclose(scorer.base + scorer.contributions(table).sum(axis=1), expected, atol=1e-9)


def test_shap_contributions_equal_lightgbms_own() -> None:
    import lightgbm as lgb

    scorer, table = fitted(Boosting(factors=FACTORS, seed=3))
    own = lgb.Booster(model_str=scorer.as_text()).predict(
        table[[f.name for f in FACTORS]].to_numpy(), pred_contrib=True
    )
    np.testing.assert_allclose(scorer.contributions(table).to_numpy(), np.asarray(own)[:, :-1], atol=1e-6)
    raw = lgb.Booster(model_str=scorer.as_text()).predict(
        table[[f.name for f in FACTORS]].to_numpy(), raw_score=True
    )
    np.testing.assert_allclose(score(scorer, table), raw, atol=1e-6)


def test_two_fits_give_the_same_text() -> None:
    first, _ = fitted(Boosting(factors=FACTORS, seed=3))
    second, _ = fitted(Boosting(factors=FACTORS, seed=3))
    assert first.as_text() == second.as_text()


def test_monotone_factors_are_monotone() -> None:
    scorer, table = fitted(Boosting(factors=FACTORS, seed=3))
    without, with_it = table.assign(low_income=0.0), table.assign(low_income=1.0)
    assert (score(scorer, with_it) >= score(scorer, without) - 1e-9).all()


def test_too_few_labels_are_said_and_not_fitted() -> None:
    table, outcome = matrix(40)
    said = Boosting(factors=FACTORS, seed=1).fit(table, outcome, np.ones(40))
    assert isinstance(said, NotFitted) and "40 labels" in said.reason


def test_points_are_the_sum_of_the_priors_that_hold() -> None:
    row = pd.DataFrame({f.name: [np.nan] for f in FACTORS}).assign(
        household_id="H", lives_alone_known=1.0, oldest_age=80.0, family_help=1.0
    )
    scorer = Points(factors=FACTORS).fit(row, np.array([], dtype=bool), np.array([]))
    assert score(scorer, row)[0] == pytest.approx(BASE + 0.8 + 0.6 - 0.3)


@pytest.mark.parametrize(
    ("age", "known", "likely", "expected"),
    [(75, 1, np.nan, 1), (75, np.nan, 1, 1), (74, 1, np.nan, 0), (90, 0, np.nan, 0), (np.nan, 1, 1, 0)],
)
def test_madrids_rule(age: float, known: float, likely: float, expected: float) -> None:
    row = pd.DataFrame(
        {"oldest_age": [age], "lives_alone_known": [known], "one_adult_known": [likely]}, dtype=float
    )
    assert score(SEVENTY_FIVE_ALONE.fit(row, np.array([]), np.array([])), row)[0] == expected


def test_equal_scores_are_called_by_a_lot_that_the_seed_moves() -> None:
    ids = pd.Series([f"H{i}" for i in range(50)])
    first, again, other = (ranking(np.zeros(50), lots(ids, seed)).tolist() for seed in (1, 1, 2))
    assert first == again != other
    by_id = dict(zip(ids, lots(ids, 1), strict=True))
    assert dict(zip(ids[::-1], lots(ids[::-1], 1), strict=True)) == by_id
