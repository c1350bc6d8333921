"""What visits say of everybody: pictures worked by hand, and laws against slow and obvious ways."""

import math
from datetime import date
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import coverage
from features.intervals import wilson
from models.draw import Plan, draw, frame_sizes, seed_of
from models.estimates import LEAST_MET, Estimated, Evidence, Share, _found_share, estimates, representation

DAY, NEXT = date(2026, 1, 5), date(2026, 2, 2)
ANSWERS = {"+": True, "-": False, "?": None}


def visits(*arms: tuple[str, float, str], day: date = DAY, group: str = "") -> pd.DataFrame:
    """(arm, p, one sign a visit: + isolated, - not, ? nobody met)."""
    rows = [
        (day, f"{day}{arm}{i}", arm, p, ANSWERS[sign], group)
        for arm, p, signs in arms
        for i, sign in enumerate(signs)
    ]
    return pd.DataFrame(rows, columns=["campaign", "household_id", "arm", "p", "outcome", "age_band"])


def sizes(*rows: tuple[str, int], day: date = DAY) -> pd.DataFrame:
    """(age band or '', households)."""
    return pd.DataFrame(
        [(day, "age_band" if g else "", g, n) for g, n in rows],
        columns=["campaign", "dimension", "group", "households"],
    )


def said(
    table: pd.DataFrame, frame: pd.DataFrame, dimension: str = "", group: str = ""
) -> dict[str, Estimated]:
    return {e.measure: e for e in estimates(table, frame, dimension) if e.group == group}


def ends(e: Estimated) -> tuple[float, float]:
    return (e.interval.low, e.interval.high)


PICTURE = visits(("MODELE", 1.0, "++--"), ("EXPLORATION", 0.05, "+----"))


def test_the_listed_stand_for_themselves_and_the_drawn_for_twenty_each() -> None:
    """104 could be listed. Four were, two isolated. Of the hundred others five were drawn, one isolated: 20 of 100. In all 22 of 104, 2 found."""
    found = said(PICTURE, sizes(("", 104)))
    assert found["prevalence"].value == pytest.approx(22 / 104)
    assert found["found_share"].value == pytest.approx(2 / 22)
    assert found["false_omission"].value == pytest.approx(20 / 100)


def test_the_interval_comes_from_the_drawn_alone_when_all_the_listed_were_met() -> None:
    """Five visits of a hundred households are worth 5 / 0.95 of endless many; both other figures follow from this interval."""
    found = said(PICTURE, sizes(("", 104)))
    drawn = wilson(1 / 0.95, 5 / 0.95)
    assert ends(found["false_omission"]) == pytest.approx((drawn.low, drawn.high))
    assert ends(found["prevalence"]) == pytest.approx(
        ((2 + 100 * drawn.low) / 104, (2 + 100 * drawn.high) / 104)
    )
    assert ends(found["found_share"]) == pytest.approx(
        (2 / (2 + 100 * drawn.high), 2 / (2 + 100 * drawn.low))
    )


@pytest.mark.parametrize(("first", "second"), [(0, 2), (2, 0), (1, 1)])
def test_lists_with_other_probabilities_weigh_by_them(first: int, second: int) -> None:
    """Of ten drawn of 100 each stands for 10, of ten of 300 for 30. Isolated among the latter make the figure less sure than visits that all
    weigh the same; among the former they would make it surer, which is not believed."""
    table = pd.concat(
        [
            visits(("EXPLORATION", 1 / 10, first * "+" + (10 - first) * "-")),
            visits(("EXPLORATION", 1 / 30, second * "+" + (10 - second) * "-"), day=NEXT),
        ]
    )
    found = said(table, pd.concat([sizes(("", 100)), sizes(("", 300), day=NEXT)]))["false_omission"]
    share = (10 * first + 30 * second) / 400
    assert found.value == pytest.approx(share)
    miss = [n * (1 - share) ** 2 + (10 - n) * share**2 for n in (first, second)]
    variance = (9 / 10 * 10**2 * miss[0] + 29 / 30 * 30**2 * miss[1]) / 400**2
    alike = 400**2 / (9 / 10 * 10**2 * 10 + 29 / 30 * 30**2 * 10)
    worth = min(share * (1 - share) / variance, alike)
    assert (worth < alike - 1) is (second == 2)
    held = wilson(worth * share, worth)
    assert ends(found) == pytest.approx((held.low, held.high))


def test_an_interval_of_both_arms_adds_what_each_may_be_off_as_squares() -> None:
    """Listed: 2 of 3 met, of 6, worth 6 visits of endless many; drawn: 1 of 4 met, of a hundred, worth 4 / 0.96."""
    table = visits(("MODELE", 1.0, "++-???"), ("EXPLORATION", 0.1, "+---??????"))
    found, model, drawn = (
        said(table, sizes(("", 106)))["prevalence"],
        wilson(4, 6),
        wilson(1 / 0.96, 4 / 0.96),
    )
    low = 29 - np.hypot(6 * (2 / 3 - model.low), 100 * (1 / 4 - drawn.low))
    high = 29 + np.hypot(6 * (model.high - 2 / 3), 100 * (drawn.high - 1 / 4))
    assert ends(found) == pytest.approx((low / 106, high / 106))


def test_the_unmet_are_taken_for_the_met_of_their_arm_and_the_bounds_do_not() -> None:
    """Listed: 2 of 3 met isolated, so 4 of 6. Drawn: 1 of 4 met isolated, so 25 of 100. Bounds: listed 2 to 5 of 6, drawn 1 to 7 of 10."""
    table = visits(("MODELE", 1.0, "++-???"), ("EXPLORATION", 0.1, "+---??????"))
    found = said(table, sizes(("", 106)))
    assert found["prevalence"].value == pytest.approx((4 + 25) / 106)
    assert found["found_share"].value == pytest.approx(4 / 29)
    low, high = wilson(1 / 0.9, 10 / 0.9).low, wilson(7 / 0.9, 10 / 0.9).high
    assert found["false_omission"].bounds.low == pytest.approx(low)
    assert found["false_omission"].bounds.high == pytest.approx(high)
    assert found["prevalence"].bounds.low == pytest.approx((2 + 100 * low) / 106)
    assert found["prevalence"].bounds.high == pytest.approx((5 + 100 * high) / 106)
    assert found["found_share"].bounds.low == pytest.approx(2 / (2 + 100 * high))
    assert found["found_share"].bounds.high == pytest.approx(5 / (5 + 100 * low))


def test_other_arms_speak_for_nobody() -> None:
    other = visits(("SIGNALEMENT", 1.0, "+++?"), ("DEUIL", 1.0, "++"), ("TEMOIN_80PLUS", 1.0, "+-+-"))
    both = pd.concat([PICTURE, other])
    assert estimates(both, sizes(("", 104))) == estimates(PICTURE, sizes(("", 104)))


def test_each_group_speaks_for_itself() -> None:
    """Of 50 young, none listed; of 5 drawn 2 isolated: recall is nought. The old: 1 of 2 listed isolated, nobody drawn: nothing is known."""
    young = visits(("EXPLORATION", 0.1, "++---"), group="under_25")
    old = visits(("MODELE", 1.0, "+-"), group="80_plus")
    table, frame = pd.concat([young, old]), sizes(("", 80), ("under_25", 50), ("80_plus", 30), ("unknown", 0))
    one = said(table, frame, "age_band", "under_25")
    assert one["prevalence"].value == one["false_omission"].value == pytest.approx(0.4)
    assert (one["found_share"].value, ends(one["found_share"])) == (0, (0, 0))
    other = said(table, frame, "age_band", "80_plus")
    assert math.isnan(other["prevalence"].value) and ends(other["prevalence"]) == pytest.approx(
        (1 / 30, 29 / 30)
    )
    assert ends(other["false_omission"]) == (0, 1) and ends(other["found_share"]) == pytest.approx(
        (1 / 29, 1)
    )
    assert (other["prevalence"].random_drawn, other["prevalence"].verdict) == (0, "insufficient evidence")
    assert said(table, frame, "age_band", "unknown") == {}


def test_a_town_that_is_listed_and_met_as_a_whole_is_counted() -> None:
    found = said(visits(("MODELE", 1.0, "+---")), sizes(("", 4)))
    assert (found["prevalence"].value, ends(found["prevalence"])) == (0.25, (0.25, 0.25))
    assert (found["found_share"].value, ends(found["found_share"])) == (1, (1, 1))
    assert found["prevalence"].verdict == found["found_share"].verdict == "measured"
    assert math.isnan(found["false_omission"].value) and found["false_omission"].more_met is None


@pytest.mark.parametrize(
    ("table", "frame", "says"),
    [
        (visits(("MODELE", 1.0, "+"), day=NEXT), sizes(("", 9)), "size of its frame"),
        (visits(("EXPLORATION", math.nan, "+")), sizes(("", 9)), "needs its probability"),
        (visits(("EXPLORATION", 0.0, "+")), sizes(("", 9)), "needs its probability"),
        (visits(("MODELE", 1.0, "+++")), sizes(("", 2)), "more visits than households"),
    ],
)
def test_what_does_not_add_up_is_an_error(table: pd.DataFrame, frame: pd.DataFrame, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        estimates(table, frame)


def many(met: int, isolated: int, listed: str = 60 * "+" + 60 * "-") -> dict[str, Estimated]:
    """Of 100,000 left out."""
    drawn = isolated * "+" + (met - isolated) * "-"
    return said(
        visits(("MODELE", 1.0, listed), ("EXPLORATION", 0.001, drawn)), sizes(("", 100_000 + len(listed)))
    )


def test_with_too_few_visits_nothing_is_measured_however_narrow() -> None:
    assert many(59, 2)["false_omission"].interval.high < 0.2
    verdicts = [
        (many(n, 3)[m].verdict, many(n, 3)[m].more_met) for n, m in ((59, "prevalence"), (60, "prevalence"))
    ]
    assert verdicts == [("insufficient evidence", 1), ("measured", 0)]
    assert many(99, 20)["found_share"].verdict == "insufficient evidence"
    assert many(100, 20)["found_share"].verdict == "measured"


def test_a_wide_interval_is_not_measured_however_many_the_visits() -> None:
    """Half of 80 leave 40 to 60 points and more; a recall of 1 to 9 in a thousand says nothing, though it is narrow."""
    found = many(80, 40)["prevalence"]
    assert found.interval.high - found.interval.low > 0.2 and found.verdict == "insufficient evidence"
    recall = many(120, 4)["found_share"]
    assert recall.interval.high - recall.interval.low < 0.2 and recall.verdict == "insufficient evidence"


def test_where_nothing_is_found_on_the_list_no_number_of_random_visits_tells_recall() -> None:
    assert many(200, 20, listed=30 * "-" + 10 * "?")["found_share"].more_met is None


@pytest.mark.parametrize(("met", "isolated"), [(0, 0), (10, 1), (30, 15), (70, 35), (110, 11)])
def test_the_further_visits_that_are_named_settle_it_and_one_less_does_not(met: int, isolated: int) -> None:
    """With 12 % isolated, where nobody was met yet."""
    for measure, e in many(met, isolated).items():
        assert e.more_met is not None
        share = isolated / met if met else 0.12
        at = {n: _settled(measure, share, met + e.more_met - n, met) for n in (0, 1)}
        assert at[0] and (e.more_met == 0 or not at[1])


def _settled(measure: str, share: float, visits_met: int, met: int) -> bool:
    """The rules in plain words, for 120 listed of whom 60 are isolated and 100,000 left out."""
    worth = visits_met / 0.999 if met else visits_met
    drawn = wilson(share * worth, worth)
    low, high = {
        "false_omission": (drawn.low, drawn.high),
        "prevalence": ((60 + 1e5 * drawn.low) / 100_120, (60 + 1e5 * drawn.high) / 100_120),
        "found_share": (60 / (60 + 1e5 * drawn.high), 60 / (60 + 1e5 * drawn.low)),
    }[measure]
    is_near = measure != "found_share" or high <= 4 * low
    return visits_met >= LEAST_MET[measure] and high - low <= 0.2 and is_near  # type: ignore[index]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 30), st.integers(1, 30), st.integers(41, 5000))
def test_recall_lies_where_a_search_along_all_shares_finds_it(
    k: int, n: int, x: int, m: int, left_out: int
) -> None:
    """A share s is kept when the interval of (1 - s) found - s missed holds 0: tried for ten thousand shares."""
    k, x = min(k, n), min(x, m)
    e = Evidence(
        listed=40, left_out=left_out, model=Share(value=k / n, visits=n), random=Share(value=x / m, visits=m)
    )
    value, interval = _found_share(e)
    s = np.linspace(0, 1, 10_001)
    model, random = e.model.interval, e.random.interval
    gap = (1 - s) * 40 * k / n - s * left_out * x / m
    down = np.hypot((1 - s) * 40 * (k / n - model.low), s * left_out * (random.high - x / m))
    up = np.hypot((1 - s) * 40 * (model.high - k / n), s * left_out * (x / m - random.low))
    kept = s[(gap - down <= 1e-9) & (gap + up >= -1e-9)]
    assert interval.low == pytest.approx(kept[0], abs=2e-4) and interval.high == pytest.approx(
        kept[-1], abs=2e-4
    )
    assert math.isnan(value) or interval.low - 1e-9 <= value <= interval.high + 1e-9


signs = st.text(alphabet="+-?", min_size=1, max_size=30)


@settings(max_examples=80, deadline=None)
@given(signs, signs, st.randoms(use_true_random=False))
def test_bounds_and_interval_hold_the_figure_and_the_order_of_rows_changes_nothing(
    listed: str, drawn: str, chance: Random
) -> None:
    table, frame = (
        visits(("MODELE", 1.0, listed), ("EXPLORATION", 0.01, drawn)),
        sizes(("", 100 * len(drawn) + len(listed))),
    )
    order = list(range(len(table)))
    chance.shuffle(order)
    other = said(table.iloc[order], frame)
    for measure, e in said(table, frame).items():
        for held in (e.bounds, e.interval):
            assert math.isnan(e.value) or held.low - 1e-9 <= e.value <= held.high + 1e-9
        if measure == "false_omission":
            assert e.bounds.low <= e.interval.low + 1e-9 and e.interval.high <= e.bounds.high + 1e-9
        assert ends(other[measure]) == pytest.approx(ends(e)) and other[measure].verdict == e.verdict


def test_answers_may_be_numpy_or_nullable_booleans() -> None:
    expected = estimates(PICTURE, sizes(("", 104)))
    for kind in ("boolean", "bool"):
        assert estimates(PICTURE.astype({"outcome": kind}), sizes(("", 104))) == expected


def test_the_json_has_four_digits_and_null_for_what_is_unknown() -> None:
    told = said(visits(("EXPLORATION", 0.5, "???")), sizes(("", 6)))["prevalence"].as_json()
    assert (told["value"], told["interval"], told["random_drawn"]) == (None, {"low": 0.0, "high": 1.0}, 3)
    assert said(PICTURE, sizes(("", 104)))["prevalence"].as_json()["value"] == 0.2115


@pytest.mark.slow
def test_over_many_draws_the_figures_are_right_on_average() -> None:
    """The real draw of a small town with equal scores, alerts and households in peace; a third of the old and a tenth of the others isolated."""
    n = 120
    ids, ages = [f"H{i:03d}" for i in range(n)], np.where(np.arange(n) % 3 == 0, 85.0, 50.0)
    town = pd.DataFrame(
        {"household_id": ids, "quartier": "01", "oldest_age": ages, "is_social_tenant": False}
    )
    isolated = dict(
        zip(ids, np.random.default_rng(5).random(n) < np.where(ages > 80, 1 / 3, 0.1), strict=True)
    )
    peace, alerts = frozenset(ids[:5]), frozenset(ids[5:12])
    values = []
    for number in range(250):
        how = Plan(capacity=12, exploration_share=1.0, seed=seed_of(number, DAY))
        one = draw(town, (ages > 80).astype(float), how, excluded=peace, alerts=alerts, bereaved=frozenset())
        table = one.listed.assign(
            campaign=DAY,
            p=one.listed["drawing_probability"],
            outcome=one.listed["household_id"].map(isolated),
        )
        values.append(said(table, frame_sizes(one.inclusion, DAY, []))["prevalence"].value)
    could = [h for h in ids if h not in peace | alerts]
    spread = float(np.std(values))
    assert abs(np.mean(values) - np.mean([isolated[h] for h in could])) < 4 * spread / np.sqrt(250)
    assert spread > 0.01 and len(could) == 108


def test_frame_sizes_count_those_whom_a_list_could_name() -> None:
    inclusion = pd.DataFrame(
        {
            "why_not": ["", "", "cool-off or refusal", "", ""],
            "p_alert": [0.0, 0, 0, 1, 0],
            "p_bereavement": [0.0, 0, 0, 0, 1],
            "age_band": ["under_25", "80_plus", "80_plus", "80_plus", "80_plus"],
        }
    )
    assert frame_sizes(inclusion, DAY, ["age_band"]).to_numpy().tolist() == [
        [DAY, "", "", 2],
        [DAY, "age_band", "80_plus", 1],
        [DAY, "age_band", "under_25", 1],
    ]


def test_how_far_the_young_are_reached_beside_their_share_of_residents() -> None:
    """Of 200 households 30 young; of 60 listed 12; of 40 met 11; of 20 found 5, which is too few to tell."""
    frame = pd.Series(["under_25"] * 30 + ["other"] * 170)
    rows = [("under_25", True)] * 5 + [("under_25", False)] * 6 + [("under_25", None)]
    rows += [("other", True)] * 15 + [("other", False)] * 14 + [("other", None)] * 19
    told = representation(
        "under_25", frame, pd.DataFrame(rows, columns=["group", "outcome"]), of_residents=0.11, floor=0.2
    ).as_json()
    met = wilson(11, 40)
    assert told == {
        "group": "under_25",
        "of_residents": 0.11,
        "floor": 0.2,
        "frame": {"of": 200, "count": 30, "share": 0.15, "interval": None},
        "listed": {"of": 60, "count": 12, "share": 0.2, "interval": None},
        "met": {
            "of": 40,
            "count": 11,
            "share": 0.275,
            "interval": {"low": round(met.low, 4), "high": round(met.high, 4)},
        },
        "found": {"of": 20, "count": None, "share": None, "interval": None},
    }


@pytest.mark.parametrize(
    ("mine", "others", "is_told"),
    [(0, 50, True), (10, 50, False), (11, 11, True), (50, 10, False), (0, 0, False)],
)
def test_small_cells_and_small_rests_are_not_told(mine: int, others: int, is_told: bool) -> None:
    groups = pd.Series(["a"] * mine + ["b"] * others, dtype=object)
    part = representation(
        "a", groups, pd.DataFrame({"group": groups, "outcome": None}), of_residents=None, floor=None
    )
    assert (part.frame.count is not None) is is_told


def test_intervals_of_simulated_years_hold_the_truth() -> None:
    """A glimpse of ``python -m benchmarks.coverage``: of 25 years 20 at least, which 95 % intervals miss once in 800 times."""
    found = coverage.covered(coverage.SCENARIOS[2], 25)
    assert min(one.held for one in found if one.met >= coverage.LEAST_MET) >= 20 / 25
    assert 0.6 < coverage.aucs(3).mean() < 0.7
