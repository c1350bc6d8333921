"""What every candidate promises, and pictures of the simple ones."""

import json
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.age_uk import AgeUk
from models.average import Average, scores, together
from models.boosting import Boosting
from models.candidate import Bools, Candidate, Floats, NotFitted, Scorer, lots, ranking, score
from models.logistic import Logistic
from models.neighbourhood import Neighbourhood, NeighbourhoodScorer
from models.nested import Configuration, Nested, NestedScorer, inner_folds, nested_boosting, nested_logistic
from models.points import BASE, Points
from models.refined import Refined, lead
from models.rules import EIGHTY_PLUS, RANDOM, SEVENTY_FIVE_ALONE
from tests.models.town import FACTORS, matrix

LOGISTIC, TREES = Logistic(factors=FACTORS), Boosting(factors=FACTORS, seed=3)
CANDIDATES: tuple[Candidate, ...] = (
    RANDOM,
    EIGHTY_PLUS,
    SEVENTY_FIVE_ALONE,
    Neighbourhood(),
    AgeUk(),
    Refined(by=Points(factors=FACTORS)),
    Points(factors=FACTORS),
    LOGISTIC,
    TREES,
    Average(members=(LOGISTIC, TREES)),
    nested_logistic(FACTORS, seed=3, is_ordered=True),
    nested_boosting(FACTORS, seed=3, is_ordered=False),
)


def past(n: int) -> tuple[pd.DataFrame, Bools]:
    """People of 40 to 55 are isolated, which only trees see, and those alone."""
    table, _ = matrix(n)
    table["quartier"] = np.array(["01", "02", None, "03"], dtype=object)[np.arange(n) % 4]
    marks = -2.5 + 2.5 * table["oldest_age"].between(40, 55) + 1.6 * (table["lives_alone_known"] == 1)
    return table, np.asarray(np.random.default_rng(0).random(n) < 1 / (1 + np.exp(-marks)))


def fitted(candidate: Candidate, n: int = 600) -> tuple[Scorer, pd.DataFrame]:
    table, outcome = past(n)
    scorer = candidate.fit(table, outcome, np.ones(n))
    assert not isinstance(scorer, NotFitted)
    return scorer, table


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda c: f"{type(c).__name__} {c.name}")
def test_contributions_and_base_make_the_score_whatever_the_order_of_rows(candidate: Candidate) -> None:
    scorer, table = fitted(candidate)
    shuffled = table.sample(frac=1, random_state=1)
    expected = pd.Series(score(scorer, table), index=table.index)
    moved = scorer.contributions(shuffled)
    assert moved.index.equals(shuffled.index) and moved.notna().all(axis=None)
    np.testing.assert_allclose(scorer.base + moved.sum(axis=1), expected[shuffled.index], atol=1e-9)
    assert score(scorer, table.head(0)).shape == (0,)


@pytest.mark.slow
@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda c: f"{type(c).__name__} {c.name}")
def test_two_fits_give_the_same_text(candidate: Candidate) -> None:
    assert fitted(candidate, 240)[0].as_text() == fitted(candidate, 240)[0].as_text()


def test_points_are_the_sum_of_the_priors_that_hold() -> None:
    row = pd.DataFrame({f.name: [np.nan] for f in FACTORS}).assign(
        household_id="H", lives_alone_known=1.0, oldest_age=80.0, family_help=1.0
    )
    scorer = Points(factors=FACTORS).fit(row, np.array([], dtype=bool), np.array([]))
    prior = {f.name: f.prior.log_odds for f in FACTORS}
    expected = BASE + prior["lives_alone_known"] + prior["oldest_age"] + prior["family_help"]
    assert score(scorer, row)[0] == pytest.approx(expected)


@given(st.integers(0, 2**16))
def test_points_break_the_ties_of_the_rule_and_nothing_else(seed: int) -> None:
    """Whoever the rule calls stands before everybody else, whatever the others' points; on either side the order is that of the points."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({f.name: rng.choice([np.nan, 0, 1, 90], 40) for f in FACTORS})
    table["oldest_age"] = rng.choice([np.nan, 30, 79, 80, 97], 40)
    none = (table.head(0), np.array([], dtype=bool), np.array([]))
    points = Points(factors=FACTORS)
    marks, alone = (score(c.fit(*none), table) for c in (Refined(by=points), points))
    called = table["oldest_age"].to_numpy() >= 80
    assert not called.any() or called.all() or marks[called].min() > marks[~called].max()
    for side in (called, ~called):
        ahead = lead(FACTORS) if side is called else 0
        np.testing.assert_allclose(marks[side], alone[side] + ahead, atol=1e-9)


@pytest.mark.parametrize(
    ("age", "known", "likely", "expected"),
    [(75, 1, np.nan, 1), (75, np.nan, 1, 1), (74, 1, np.nan, 0), (90, 0, np.nan, 0), (np.nan, 1, 1, 0)],
)
def test_madrids_rule(age: float, known: float, likely: float, expected: float) -> None:
    row = pd.DataFrame(
        {"oldest_age": [age], "lives_alone_known": [known], "one_adult_known": [likely]}, dtype=float
    )
    assert score(SEVENTY_FIVE_ALONE.fit(row, np.array([]), np.array([])), row)[0] == expected


@pytest.mark.parametrize(
    ("known", "likely", "bereaved", "age", "expected"),
    [
        (1, np.nan, np.nan, 70, 1.0402),
        (np.nan, 1, np.nan, 70, 1.0402),
        (1, 1, np.nan, 70, 1.0402),  # one household of one, said by two registers
        (0, 0, 30, 70, 1.0317),
        (np.nan, np.nan, np.nan, 75, -0.3542),
        (np.nan, np.nan, np.nan, 79.9, -0.3542),
        (np.nan, np.nan, np.nan, 80, 0),
        (1, np.nan, 0, 77, 1.0402 + 1.0317 - 0.3542),
        (np.nan, np.nan, np.nan, np.nan, 0),
    ],
)
def test_age_uks_published_coefficients(
    known: float, likely: float, bereaved: float, age: float, expected: float
) -> None:
    names = ("lives_alone_known", "one_adult_known", "months_since_bereavement", "oldest_age")
    row = pd.DataFrame([(known, likely, bereaved, age)], columns=list(names), dtype=float)
    scorer = AgeUk().fit(row, np.array([], dtype=bool), np.array([]))
    assert score(scorer, row)[0] == pytest.approx(BASE + expected)
    assert score(scorer, row[["oldest_age"]].assign(oldest_age=77.0))[0] == pytest.approx(BASE - 0.3542)


def places(**found: tuple[int, int]) -> tuple[pd.DataFrame, Bools]:
    """Neighbourhood → (isolated, visited)."""
    rows = [(place, i < isolated) for place, (isolated, visited) in found.items() for i in range(visited)]
    table = pd.DataFrame(rows, columns=["quartier", "isolated"])
    return table, table["isolated"].to_numpy()


def shares(scorer: Scorer, *names: str | None) -> list[float]:
    marks = score(scorer, pd.DataFrame({"quartier": list(names)}))
    return [float(1 / (1 + np.exp(-m))) for m in marks]


def test_a_neighbourhood_ranks_by_its_past_and_few_visits_count_for_little() -> None:
    """100 visits in each of two, 30 % and 10 %; three in a third, all isolated.

    By hand: town (43 + ½) / 204 = 0.2132; chance 0.1678; spread (100·0.0868² + 100·0.1132² + 3·0.7868²) / 203 - 0.1678 / 67.67 = 0.01669;
    kept of 100 visits 0.01669 / (0.01669 + 0.001678) = 0.909, of three 0.01669 / (0.01669 + 0.05592) = 0.230.
    """
    table, outcome = places(a=(30, 100), b=(10, 100), c=(3, 3))
    scorer = Neighbourhood().fit(table, outcome, np.ones(len(table)))
    assert isinstance(scorer, NeighbourhoodScorer)
    found = shares(scorer, "a", "b", "c", "d", None)
    town = 43.5 / 204
    expected = [
        town + 0.909 * (0.3 - town),
        town + 0.909 * (0.1 - town),
        town + 0.230 * (1 - town),
        town,
        town,
    ]
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert scorer.contributions(table.head(1)).columns.tolist() == ["neighbourhood"]


def test_neighbourhoods_that_differ_no_more_than_by_chance_tie() -> None:
    table, outcome = places(a=(10, 50), b=(11, 50), c=(9, 50))
    scorer = Neighbourhood().fit(table, outcome, np.ones(150))
    assert not isinstance(scorer, NotFitted)
    assert len({round(s, 12) for s in shares(scorer, "a", "b", "c")}) == 1


def test_without_neighbourhoods_or_labels_it_says_so() -> None:
    table, outcome = places(a=(3, 10))
    for rows, reason in ((table.drop(columns="quartier"), "no column"), (table.head(0), "no label")):
        said = Neighbourhood().fit(rows, outcome[: len(rows)], np.ones(len(rows)))
        assert isinstance(said, NotFitted) and reason in said.reason
    unknown = Neighbourhood().fit(table.assign(quartier=None), outcome, np.ones(10))
    assert isinstance(unknown, NotFitted)


def test_an_average_is_half_of_each_and_fits_nobody_twice() -> None:
    table, outcome = past(900)
    average = Average(members=(LOGISTIC, TREES))
    found = together((LOGISTIC, TREES, average), table, outcome, np.ones(900))
    one, two, mean = (found[n] for n in ("logistic", "lightgbm", "average"))
    assert not any(isinstance(s, NotFitted) for s in (one, two, mean))
    marks = [score(s, table) for s in (one, two, mean)]  # type: ignore[arg-type]
    np.testing.assert_allclose(marks[2], (marks[0] + marks[1]) / 2, atol=1e-9)
    said = scores(found, table)
    assert all(isinstance(one, NotFitted) or (said[n] == score(one, table)).all() for n, one in found.items())
    first = scores({"average": mean, "none": NotFitted(name="none", reason="")}, table)
    assert list(first) == ["average"] and (first["average"] == said["average"]).all()
    alone = average.fit(table, outcome, np.ones(900))
    assert not isinstance(alone, NotFitted)
    assert alone.as_text() == mean.as_text()  # type: ignore[union-attr]
    few = average.fit(table.head(30), outcome[:30], np.ones(30))
    assert isinstance(few, NotFitted) and few.name == "average" and "lightgbm" in few.reason


@dataclass(frozen=True)
class Watching:
    """Gives everybody the same mark, and remembers whom it was fitted on."""

    mark: float
    shown: list[list[str]] = field(default_factory=list)
    name: str = "watching"

    def fit(self, matrix: pd.DataFrame, outcome: Bools, weight: Floats) -> Scorer:
        self.shown.append(matrix["household_id"].tolist())
        return Same(mark=self.mark)


@dataclass(frozen=True, kw_only=True)
class Same:
    mark: float

    @property
    def base(self) -> float:
        return self.mark

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(index=matrix.index)

    def as_text(self) -> str:
        return json.dumps({"mark": self.mark, "sha256": ""})


def nested(*marks: float, default: int, is_ordered: bool = True) -> tuple[Nested, list[Watching]]:
    """Configurations that mark everybody alike, by number."""
    candidates = [Watching(m) for m in marks]
    listed = tuple(Configuration(label=str(i), candidate=c) for i, c in enumerate(candidates))
    search = Nested(name="n", configurations=listed, default=str(default), seed=1, is_ordered=is_ordered)
    return search, candidates


FIFTH = np.arange(400) % 5 == 0
"""One in five: log-odds -1.386."""


def chosen(search: Nested, outcome: Bools) -> NestedScorer:
    table = pd.DataFrame({"household_id": [f"H{i:03d}" for i in range(len(outcome))]})
    scorer = search.fit(table, outcome, np.ones(len(outcome)))
    assert isinstance(scorer, NestedScorer)
    return scorer


def test_a_search_takes_what_is_clearly_better_and_else_the_usual_one() -> None:
    assert chosen(nested(2.0, 1.0, -1.386, default=1)[0], FIFTH).chosen == "2"
    assert chosen(nested(-1.386, 1.0, -1.386, default=1)[0], FIFTH).chosen == "0", "of equals the simplest"
    near = chosen(nested(-1.386, -1.40, default=1)[0], FIFTH)
    assert near.chosen == "1" and near.tried[0][1] < near.tried[1][1], "better, but not by a standard error"
    assert chosen(nested(-1.386, 2.0, default=1)[0], FIFTH[:140]) == NestedScorer(
        chosen="1", tried=(), scorer=Same(mark=2.0)
    ), "too few labels to search"


def test_a_search_in_order_learns_from_what_came_before_alone() -> None:
    search, (watched, _) = nested(0.0, 1.0, default=0)
    chosen(search, FIFTH)
    names = [f"H{i:03d}" for i in range(400)]
    assert watched.shown == [names[:200], names[:250], names[:300], names[:350], names]


def test_a_search_without_order_judges_each_row_once_by_others() -> None:
    folds = list(inner_folds(FIFTH, 1, is_ordered=False))
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(400))
    for train, test in folds:
        assert sorted([*train, *test]) == list(range(400)) and FIFTH[test].sum() == 20
    again, other = (list(inner_folds(FIFTH, seed, is_ordered=False)) for seed in (1, 2))
    assert again[0][1].tolist() == folds[0][1].tolist() != other[0][1].tolist()


def test_a_search_that_cannot_be_judged_takes_the_usual_one_and_says_why_it_cannot_fit() -> None:
    table, outcome = past(200)
    late = np.sort(outcome)
    search = nested_boosting(FACTORS, seed=1, is_ordered=True)
    scorer = search.fit(table, late, np.ones(200))  # nobody isolated in the first half
    assert isinstance(scorer, NestedScorer) and scorer.chosen == "small"
    assert all(np.isnan(loss) for _, loss in scorer.tried)
    said = search.fit(table.head(20), outcome[:20], np.ones(20))
    assert isinstance(said, NotFitted) and said.name == "lightgbm"


def test_equal_scores_are_called_by_a_lot_that_the_seed_moves() -> None:
    ids = pd.Series([f"H{i}" for i in range(50)])
    first, again, other = (ranking(np.zeros(50), lots(ids, seed)).tolist() for seed in (1, 1, 2))
    assert first == again != other
    by_id = dict(zip(ids, lots(ids, 1), strict=True))
    assert dict(zip(ids[::-1], lots(ids[::-1], 1), strict=True)) == by_id
