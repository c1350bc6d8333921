"""Groups beside the rest: pictures worked by hand, laws against fairlearn and against what grows with evidence, and how often intervals hold the truth."""

import math

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, mean_prediction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.fairness_cities import City, accused
from features.intervals import ratio as score_interval
from models import fairness_rows, fairness_visits
from models.fairness import BAND, COLUMNS, Judged, _upward, judged
from models.fairness_counts import Members, cells, paired, rates, resampled, shares, standardised, with_pairs

ROWS = st.lists(
    st.tuples(st.sampled_from("ab?"), st.sampled_from("xyz"), st.booleans(), st.floats(0.1, 9.0)),
    min_size=6,
    max_size=40,
)


def table(*groups: tuple[str, int, int], weight: float = 1.0) -> pd.DataFrame:
    """(group, yes, of)."""
    rows = [(g, float(i < yes), weight, "s") for g, yes, of in groups for i in range(of)]
    return pd.DataFrame(rows, columns=["sex", "y", "weight", "stratum"])


def compared(*sides: tuple[int, int, int, int], measure: str = "m") -> pd.DataFrame:
    """(yes, of, yes of the rest, of the rest): a dimension of two groups each."""
    rows = []
    for i, (a, n, b, m) in enumerate(sides):
        for group, (yes, of, rest, rest_of) in (("women", (a, n, b, m)), ("men", (b, m, a, n))):
            rows.append(
                (
                    f"{measure}{i}",
                    "sex",
                    group,
                    False,
                    yes / of,
                    rest / rest_of,
                    yes,
                    of,
                    rest,
                    rest_of,
                    of,
                    rest_of,
                )
            )
    return pd.DataFrame(rows, columns=[*COLUMNS])


def verdicts(*sides: tuple[int, int, int, int]) -> list[Judged]:
    """Of the women of each."""
    return list(judged(compared(*sides))[0][::2])


def plain(*groups: tuple[str, int, int]) -> tuple[dict[str, Judged], int]:
    found, tests = judged(shares("reached", table(*groups), ["sex"], None))
    return {one.group: one for one in found}, tests


def test_a_group_is_compared_with_the_rest_of_its_dimension() -> None:
    """30 of 50 women, 10 of 50 men, 20 of 40 of both: women 0.6 against 30 of 90."""
    women = plain(("women", 30, 50), ("men", 10, 50), ("both", 20, 40))[0]["women"]
    assert (women.value, women.rest_value) == (0.6, pytest.approx(1 / 3))
    assert women.ratio == pytest.approx(1.8) and women.cases == 50
    by_hand = score_interval(30, 50, 30, 90)
    assert (women.low, women.high) == (
        pytest.approx(by_hand.low, rel=1e-6),
        pytest.approx(by_hand.high, rel=1e-6),
    )


def test_the_unknown_are_nobodys_rest() -> None:
    found, _ = plain(("women", 30, 50), ("men", 10, 50), ("unknown", 0, 900))
    assert set(found) == {"women", "men"} and found["women"].rest_value == 0.2


def test_four_fifths_less_is_outside_and_the_same_is_within() -> None:
    found, tests = plain(("women", 100, 1000), ("men", 500, 1000))
    assert {one.verdict for one in found.values()} == {"outside"} and tests == 1
    found, _ = plain(("women", 500, 1000), ("men", 500, 1000))
    assert {one.verdict for one in found.values()} == {"within"}


def test_ten_cases_are_never_enough() -> None:
    found, tests = plain(("women", 0, 10), ("men", 900, 1000))
    assert found["women"].verdict == "insufficient evidence" and tests == 0


def test_the_number_of_further_cases_settles_it() -> None:
    """2 in 5 of both: once so many more women, and men alike, have been seen, it is within the band; with a tenth fewer it is not."""
    women = plain(("women", 20, 50), ("men", 40, 100))[0]["women"]
    assert women.verdict == "insufficient evidence" and women.further is not None
    enough = (50 + women.further) / 50
    for times, verdict in ((1.02 * enough, "within"), (0.9 * enough, "insufficient evidence")):
        of = round(50 * times / 5) * 5
        assert plain(("women", of * 2 // 5, of), ("men", of * 4 // 5, 2 * of))[0]["women"].verdict == verdict


def test_the_number_of_further_cases_has_two_digits() -> None:
    assert [_upward(n) for n in (7, 99, 101, 890, 15_929)] == [7, 99, 110, 890, 16_000]


def test_at_the_edge_of_the_band_no_number_settles_it() -> None:
    assert plain(("women", 40, 100), ("men", 50, 100))[0]["women"].further is None


def test_what_is_sure_of_one_line_is_not_of_many() -> None:
    """38 of 100 against 70 of 100 alone is outside; beside two hundred other comparisons it is not sure any more."""
    alone, many = verdicts((38, 100, 70, 100)), verdicts((38, 100, 70, 100), *[(50, 100, 50, 100)] * 200)
    assert (alone[0].verdict, many[0].verdict) == ("outside", "insufficient evidence")
    assert many[0].sure_low < alone[0].low and many[0].sure_high > alone[0].sure_high


def test_weights_stand_for_others() -> None:
    """One woman in two found, but the one found stands for three: 3 of 4."""
    rows = table(("women", 1, 2), ("men", 1, 2)).assign(weight=[3.0, 1.0, 1.0, 1.0])
    found = shares("recall", rows, ["sex"], 1).set_index("group")
    assert found.loc["women", "value"] == 0.75 and found.loc["men", "value"] == 0.5


def test_observed_over_expected_by_hand() -> None:
    """Four found among women of whom two were expected; two among men, of whom four were: 2 against 0.5."""
    rows = table(("women", 4, 10), ("men", 2, 10)).assign(expected=[0.2] * 10 + [0.4] * 10)
    women = rates("calibration", rows, ["sex"], 1).set_index("group").loc["women"]
    assert (women["value"], women["rest_value"]) == (pytest.approx(2.0), pytest.approx(0.5))


def test_visits_are_compared_within_each_stratum() -> None:
    """01: 2 of 10 women and 8 of 10 men were visited; 02: 1 of 40 women, 0 of 5 men. Mantel and Haenszel: (2·10/20 + 1·5/45) / (8·10/20 + 0·40/45) = 10/36."""
    rows = pd.DataFrame(
        [
            ("01", "women", 2.0, 10.0),
            ("01", "men", 8.0, 10.0),
            ("02", "women", 1.0, 40.0),
            ("02", "men", 0.0, 5.0),
        ],
        columns=["stratum", "sex", "y", "expected"],
    )
    rows = rows.assign(size=rows["expected"].astype(int))
    women = standardised("visited", rows, ["sex"]).set_index("group").loc["women"]
    assert (
        women["value"] == pytest.approx((2 * 10 / 20 + 1 * 5 / 45) / (8 * 10 / 20)) and women["cases"] == 50
    )
    assert women["count"] / women["of"] == pytest.approx(women["value"])


def past(*rows: tuple[str, str, str | None, float]) -> pd.DataFrame:
    """(household, day, arm, age)."""
    told = pd.DataFrame(rows, columns=["household_id", "as_of", "bras", "oldest_age"])
    return told.assign(
        sex="women", age_band="80 and over", tenure="other", qpv="other", neighbourhood="01", data_thin="thin"
    )


def test_a_household_counts_until_its_first_visit() -> None:
    seen = fairness_visits.first_visits(
        past(
            ("a", "1", None, 85),
            ("a", "2", "TEMOIN_80PLUS", 85),
            ("a", "3", None, 85),
            ("b", "1", "MODELE", 50),
        )
    )
    assert list(zip(seen["household_id"], seen["as_of"], strict=True)) == [("a", "1"), ("b", "1"), ("a", "2")]


def test_the_walk_is_laid_out_over_the_old_of_a_neighbourhood() -> None:
    rows = past(
        ("a", "1", "TEMOIN_80PLUS", 85), ("b", "1", None, 90), ("c", "1", None, 79), ("d", "2", None, 85)
    )
    walked = fairness_visits.walked(rows)
    assert (walked["y"].sum(), walked["expected"].sum(), walked["size"].sum()) == (1, 1, 2)


def test_what_the_doors_say() -> None:
    """Met: isolated and followed, isolated and not, not isolated, undecided; one refused, one absent."""
    states = ["isolated", "isolated", "not isolated", "undecided", "refused", "absent"]
    visited = pd.DataFrame(
        {
            "state": states,
            "is_followed": [True, False, None, None, None, None],
            "as_of": "1",
            "bras": "MODELE",
        }
    )
    found = {m: (r["y"].sum(), len(r)) for m, r in fairness_rows.of_the_doors(visited)}
    assert found == {"reached": (4, 6), "refused": (1, 5), "found": (2, 3), "helped": (1, 2)}


def test_the_drawn_stand_for_others_and_the_unmet_for_nobody() -> None:
    counted = pd.DataFrame(
        {
            "arm": ["MODELE", "EXPLORATION", "EXPLORATION"],
            "p": [None, 0.1, 0.2],
            "isolated": [True, True, None],
            "campaign": 1,
        }
    )
    drawn = fairness_rows.of_the_draw(counted)
    assert drawn["weight"].tolist() == [10.0] and drawn["y"].tolist() == [1.0]
    need = fairness_rows.of_the_need(counted)
    assert need["weight"].tolist() == [1.0, 20.0]  # one of two drawn was met, so that it stands for both


@settings(max_examples=10, deadline=None)
@given(ROWS)
def test_with_weights_of_one_draw_the_figures_are_those_of_metric_frame(
    rows: list[tuple[str, str, bool, float]],
) -> None:
    told = pd.DataFrame(rows, columns=["sex", "tenure", "y", "weight"]).replace({"sex": {"?": "unknown"}})
    told = with_pairs(told.assign(y=told["y"].astype(float)), ["sex", "tenure"], [("sex", "tenure")])
    dimensions = ["sex", "tenure", paired("sex", "tenure")]
    members = Members.of(told, dimensions)
    weight = told["weight"].to_numpy()
    own = ((weight * told["y"]).to_numpy() @ members.is_of) / (weight @ members.is_of)
    for d in dimensions:
        frame = MetricFrame(
            metrics=mean_prediction,
            y_true=told["y"],
            y_pred=told["y"],
            sensitive_features=told[d],
            sample_params={"sample_weight": told["weight"]},
        )
        mine = {g: v for (e, g), v in zip(members.lines, own, strict=True) if e == d}
        assert mine == pytest.approx({g: v for g, v in frame.by_group.items() if g != "unknown"})


@settings(max_examples=25, deadline=None)
@given(ROWS)
@example([("?", "owner", True, 1.0), ("?", "tenant", False, 2.0)])
def test_the_others_are_everybody_else_of_the_dimension_who_is_known(
    rows: list[tuple[str, str, bool, float]],
) -> None:
    told = pd.DataFrame(rows, columns=["sex", "tenure", "y", "weight"]).replace({"sex": {"?": "unknown"}})
    members = Members.of(told, ["sex", "tenure"])
    weight = told["weight"].to_numpy()
    found = members.others(np.vstack([weight, 0 * weight]) @ members.is_of)
    for place, (dimension, group) in enumerate(members.lines):
        is_other = ~told[dimension].isin([group, "unknown"])
        assert found[0, place] == pytest.approx(weight[is_other].sum(), abs=1e-12)
        assert (found[0, place] == 0) == (not is_other.any()), "of nobody nothing is left"
    assert (found[1] == 0).all()


@settings(max_examples=10, deadline=None)
@given(ROWS)
def test_the_groups_of_every_dimension_add_up_to_all(rows: list[tuple[str, str, bool, float]]) -> None:
    told = pd.DataFrame(rows, columns=["sex", "tenure", "y", "weight"]).replace({"sex": {"?": "unknown"}})
    told = with_pairs(told.assign(y=told["y"].astype(float)), ["sex", "tenure"], [("sex", "tenure")])
    counted = cells(told, ["sex", "tenure", paired("sex", "tenure")])
    sums = counted.groupby("dimension")[["yes", "no"]].sum()
    assert (sums == [told["y"].sum(), len(told) - told["y"].sum()]).all(axis=None)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(2, 5))
def test_more_evidence_never_unsettles_a_verdict(women: int, men: int, times: int) -> None:
    few, many = verdicts((women, 60, men, 60)), verdicts((women * times, 60 * times, men * times, 60 * times))
    assert few[0].verdict == "insufficient evidence" or many[0].verdict == few[0].verdict


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 80), st.integers(0, 80))
def test_a_group_and_its_mirror_have_one_verdict(women: int, men: int) -> None:
    found, _ = judged(compared((women, 80, men, 80)))
    assert found[0].verdict == found[1].verdict


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.just(200), st.integers(0, 200), st.just(200)),
        min_size=1,
        max_size=20,
    )
)
def test_an_outside_interval_lies_wholly_outside_for_the_whole_report(
    sides: list[tuple[int, int, int, int]],
) -> None:
    for one in judged(compared(*sides))[0]:
        assert (one.verdict == "outside") == (one.sure_high < BAND[0] or one.sure_low > BAND[1])
        assert one.sure_low <= one.low + 1e-9 and one.sure_high >= one.high - 1e-9


def test_draws_keep_the_size_of_each_stratum() -> None:
    draws = resampled(np.array(["a"] * 5 + ["b"] * 3 + ["c"]), 1)
    assert (
        np.allclose(draws[:, :5].sum(axis=1), 5)
        and np.allclose(draws[:, 5:8].sum(axis=1), 3)
        and (draws[:, 8] == 1).all()
    )


def covered(n: int, trials: int) -> float:
    """How often the 95 % interval of a ratio of two shares (0.3 and 0.5) holds 0.6."""
    held = 0
    for seed in range(trials):
        rng = np.random.default_rng([seed, n])
        sex = np.where(np.arange(2 * n) < n, "women", "men")
        y = (rng.random(2 * n) < np.where(sex == "women", 0.3, 0.5)).astype(float)
        weight = rng.lognormal(0, 0.7, 2 * n)
        rows = pd.DataFrame({"sex": sex, "y": y, "weight": weight, "stratum": sex})
        women = next(one for one in judged(shares("m", rows, ["sex"], seed))[0] if one.group == "women")
        held += women.low <= 0.6 <= women.high
    return held / trials


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    assert covered(40, 25) >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize("n", [30, 150])
def test_intervals_hold_the_truth_in_many_draws(n: int) -> None:
    assert 0.92 <= covered(n, 500) <= 0.98


@pytest.mark.slow
def test_few_fair_cities_are_accused() -> None:
    """Of twelve at most three: a report that accused every tenth would pass as well, which the benchmark would not let."""
    assert sum(bool(accused(City(is_alike=seed % 2 == 0, seed=seed))) for seed in range(12)) <= 3


def test_nothing_measured_is_nothing_judged() -> None:
    assert judged(pd.DataFrame(columns=[*COLUMNS])) == ((), 0)
    assert math.isnan(shares("m", table(("women", 1, 2)), ["sex"], None)["rest_value"].iloc[0])
