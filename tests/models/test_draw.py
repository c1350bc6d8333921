"""Who is listed, and with which probability: pictures of a small town, and laws over many draws."""

from collections.abc import Mapping
from datetime import date
from itertools import combinations
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.errors import ConfigurationError
from models.draw import BANDS, Drawn, Floor, Plan, Unmet, age_bands, draw, seed_of
from models.inclusion import expected, whole

NOBODY: frozenset[str] = frozenset()
AGES = {
    "under_25": 20.0,
    "25_39": 30.0,
    "40_59": 50.0,
    "60_74": 70.0,
    "75_79": 77.0,
    "80_plus": 85.0,
    "unknown": np.nan,
}


def frame(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "household_id": [f"H{i:04d}" for i in range(n)],
            "quartier": [f"{i % 5:02d}" for i in range(n)],
            "oldest_age": [40.0 + i % 50 for i in range(n)],
            "is_social_tenant": [i % 3 == 0 for i in range(n)],
        }
    )


def plan(capacity: int = 30, share: float = 0.1, seed: int = 1, **floors: Mapping[str, float]) -> Plan:
    return Plan(capacity=capacity, exploration_share=share, seed=seed, **floors)


def drawn(town: pd.DataFrame, scores: list[float] | np.ndarray, how: Plan, **more: frozenset[str]) -> Drawn:
    sets = {"excluded": NOBODY, "alerts": NOBODY, "bereaved": NOBODY} | more
    return draw(town, np.asarray(scores, dtype=float), how, **sets)


def listed(n: int = 300, how: Plan | None = None, **more: frozenset[str]) -> pd.DataFrame:
    return drawn(frame(n), np.linspace(1, 0, n), how or plan(), **more).listed


def arm(result: Drawn, name: str) -> list[str]:
    ids, arms = (result.listed[column].to_numpy(dtype=object) for column in ("household_id", "arm"))
    return list(ids[arms == name])


def stated(result: Drawn, column: str) -> dict[str, float]:
    return dict(zip(result.inclusion["household_id"], result.inclusion[column], strict=True))


def picture(*rows: tuple[str, float, str, str]) -> tuple[pd.DataFrame, list[float]]:
    """(household, score, age band, neighbourhood) a row."""
    names, scores, bands, quartiers = zip(*rows, strict=True)
    table = pd.DataFrame(
        {"household_id": names, "quartier": quartiers, "oldest_age": [AGES[b] for b in bands]}
    )
    return table.assign(is_social_tenant=False), list(scores)


def test_the_first_of_the_ranking_and_a_tenth_at_random() -> None:
    table = listed()
    assert table["arm"].value_counts().to_dict() == {"MODELE": 30, "EXPLORATION": 3}
    assert table["household_id"].head(30).tolist() == [f"H{i:04d}" for i in range(30)]
    assert table["household_id"].is_unique
    assert table.loc[table["arm"] == "EXPLORATION", "drawing_probability"].tolist() == [3 / 270] * 3
    assert table.loc[table["arm"] == "MODELE", "drawing_probability"].isna().all()


def test_each_household_is_in_the_first_arm_that_may_have_it() -> None:
    """Ten households, two seats. a is left in peace though somebody called; b is an alert though bereaved and ranked; j has mourned."""
    town = frame(10).assign(household_id=list("abcdefghij"))
    result = drawn(
        town,
        np.linspace(1, 0, 10),
        plan(2, share=0.5),
        excluded=frozenset("a"),
        alerts=frozenset("abi"),
        bereaved=frozenset("abj"),
    )
    (explored,) = arm(result, "EXPLORATION")
    assert result.listed["household_id"].tolist() == ["c", "d", explored, "b", "i", "j"]
    assert result.listed["arm"].tolist() == [*["MODELE"] * 2, "EXPLORATION", *["SIGNALEMENT"] * 2, "DEUIL"]
    assert stated(result, "p_model") == {h: float(h in "cd") for h in "abcdefghij"}
    assert stated(result, "p_exploration") == {h: (1 / 4 if h in "efgh" else 0.0) for h in "abcdefghij"}
    assert stated(result, "p_alert") == {h: float(h in "bi") for h in "abcdefghij"}
    assert stated(result, "p_bereavement") == {h: float(h == "j") for h in "abcdefghij"}
    assert result.inclusion["why_not"].tolist() == ["cool-off or refusal", *[""] * 9]


def test_a_lot_decides_among_equals_and_its_chance_is_written_down() -> None:
    """Three seats: one is sure of hers, four equals share two, the rest have none."""
    rows = [("a", 3.0), ("b", 2.0), ("c", 2.0), ("d", 2.0), ("e", 2.0), ("f", 1.0)]
    result = drawn(*picture(*((name, s, "60_74", "01") for name, s in rows)), plan(3))
    assert stated(result, "p_model") == {"a": 1, "b": 0.5, "c": 0.5, "d": 0.5, "e": 0.5, "f": 0}
    assert arm(result, "MODELE")[0] == "a" and set(arm(result, "MODELE")[1:]) < set("bcde")


def test_scores_that_differ_by_rounding_are_equal() -> None:
    rows = [("a", 1.0 + 1e-12), ("b", 1.0), ("c", 1.0 - 1e-12), ("d", 0.9)]
    result = drawn(*picture(*((name, s, "60_74", "01") for name, s in rows)), plan(1))
    assert stated(result, "p_model") == {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3, "d": 0}


TOWN = picture(
    ("a", 9.0, "80_plus", "01"),
    ("b", 8.0, "80_plus", "01"),
    ("c", 7.0, "80_plus", "02"),
    ("d", 6.0, "80_plus", "01"),
    ("e", 5.0, "under_25", "01"),
    ("f", 4.0, "under_25", "01"),
    ("g", 3.0, "60_74", "02"),
    ("h", 2.0, "60_74", "03"),
)


@pytest.mark.parametrize(
    ("by_age", "by_quartier", "chosen"),
    [
        ({}, {}, "abcd"),
        ({"under_25": 0.25}, {}, "abce"),  # the best of the young for the last
        ({"under_25": 0.26}, {}, "abef"),  # rounded up to two
        ({"under_25": 0.25}, {"02": 0.25}, "abce"),  # c holds 02's seat already
        ({"under_25": 0.25}, {"02": 0.5}, "aceg"),  # b goes, not c, whom 02 needs
        ({}, {"03": 0.25, "02": 0.25}, "abch"),
        ({"80_plus": 0.5}, {"03": 0.5}, "abch"),  # 03 has one household only
        ({"40_59": 0.25}, {}, "abcd"),  # and that band none
    ],
)
def test_a_floor_takes_the_best_of_its_group_for_the_last_whom_no_floor_needs(
    by_age: dict[str, float], by_quartier: dict[str, float], chosen: str
) -> None:
    result = drawn(*TOWN, plan(4, floors_by_age=by_age, floors_by_quartier=by_quartier))
    assert "".join(arm(result, "MODELE")) == chosen
    assert stated(result, "p_model") == {name: float(name in chosen) for name in "abcdefgh"}


def test_a_floor_that_the_town_is_too_small_for_is_reported() -> None:
    result = drawn(*TOWN, plan(4, floors_by_age={"40_59": 0.25}, floors_by_quartier={"03": 0.5, "02": 0.25}))
    young, third = (
        Floor(dimension="age_band", group="40_59", wanted=1),
        Floor(dimension="quartier", group="03", wanted=2),
    )
    assert result.unmet == (Unmet(floor=young, listed=0), Unmet(floor=third, listed=1))


def test_a_floor_among_equals_shares_its_seats_and_takes_them_from_all_the_others() -> None:
    """Eight equals, four seats; by lot the two young would have 2 x 4/8 = 1 seat, the floor gives 2; the six others have 2 left for 3."""
    rows = [(name, 1.0, "under_25" if name in "ab" else "40_59", "01") for name in "abcdefgh"]
    result = drawn(*picture(*rows), plan(4, floors_by_age={"under_25": 0.5}))
    assert stated(result, "p_model") == {name: (1.0 if name in "ab" else 2 / 6) for name in "abcdefgh"}
    assert {"a", "b"} < set(arm(result, "MODELE"))


@pytest.mark.parametrize(
    ("by_age", "by_quartier", "says"),
    [
        ({"under_25": 0.6}, {"01": 0.5}, "add up to 1.10"),
        ({"under_25": -0.1}, {}, "add up to"),
        ({"young": 0.1}, {}, "no age band young"),
        ({}, {f"{i:02d}": 0.05 for i in range(11)}, "more than the 10 seats"),
    ],
)
def test_floors_that_cannot_all_be_kept_are_refused(
    by_age: dict[str, float], by_quartier: dict[str, float], says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        plan(10, floors_by_age=by_age, floors_by_quartier=by_quartier)


def test_seven_hundredths_of_a_hundred_are_seven_seats_whatever_the_rounding_of_computers() -> None:
    assert 0.07 * 100 > 7 and plan(100, floors_by_age={"under_25": 0.07}).floors[0].wanted == 7


@pytest.mark.parametrize(
    ("capacity", "share", "drawn_at_random"), [(3, 0.1, 1), (0, 0.1, 0), (3, 0.0, 0), (25, 0.2, 5)]
)
def test_one_household_at_least_is_drawn_at_random(capacity: int, share: float, drawn_at_random: int) -> None:
    result = drawn(frame(100), np.linspace(1, 0, 100), plan(capacity, share))
    assert len(arm(result, "EXPLORATION")) == drawn_at_random
    left = result.inclusion["p_exploration"][result.inclusion["p_model"] == 0]
    assert (left > 0).all() if drawn_at_random else (left == 0).all()


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (24, "under_25"),
        (25, "25_39"),
        (39, "25_39"),
        (40, "40_59"),
        (59, "40_59"),
        (60, "60_74"),
        (74, "60_74"),
        (75, "75_79"),
        (79, "75_79"),
        (80, "80_plus"),
        (np.nan, "unknown"),
    ],
)
def test_the_bands_of_age(age: float, band: str) -> None:
    assert age_bands(pd.Series([float(age)])).tolist() == [band]


def test_strata_are_of_groups_where_there_are_groups() -> None:
    town = frame(2).assign(quartier=pd.Series(["01", None], dtype=object))
    strata = [
        drawn(t, [1, 0], plan(1)).inclusion["stratum"].tolist() for t in (town, town.assign(group="north"))
    ]
    assert strata[0] == ["40_59/social/01", "40_59/other/"]
    assert strata[1] == ["40_59/social/north", "40_59/other/north"]


def test_a_household_twice_or_without_a_score_is_an_error() -> None:
    for town, scores in ((frame(2).assign(household_id="a"), [1.0, 0.0]), (frame(2), [1.0, np.nan])):
        with pytest.raises(ValueError, match="one row and a score"):
            drawn(town, scores, plan())


def test_each_list_of_a_city_has_a_seed_of_its_own() -> None:
    days = [date(2026, 1, 5), date(2026, 2, 2)]
    assert len({seed_of(seed, day) for seed in (1, 2) for day in days}) == 4
    assert seed_of(1, days[0]) == seed_of(1, days[0])


@st.composite
def towns(given_by: st.DrawFn) -> tuple[pd.DataFrame, np.ndarray, Plan, dict[str, frozenset[str]]]:
    n = given_by(st.integers(1, 60))
    bands = given_by(st.lists(st.sampled_from(BANDS), min_size=n, max_size=n))
    quartiers = given_by(st.lists(st.sampled_from(["01", "02", "03"]), min_size=n, max_size=n))
    town = frame(n).assign(oldest_age=[AGES[b] for b in bands], quartier=quartiers)
    scores = np.array(given_by(st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0]), min_size=n, max_size=n)))
    sets = {
        name: frozenset(given_by(st.lists(st.sampled_from(town["household_id"].tolist()), max_size=n // 3)))
        for name in ("excluded", "alerts", "bereaved")
    }
    capacity = given_by(st.sampled_from([8, 16, 24, 40]))  # six floors always fit
    shares = st.sampled_from([0.0, 0.05, 0.1, 0.125])
    how = Plan(
        capacity=capacity,
        exploration_share=given_by(st.sampled_from([0.0, 0.05, 0.1, 0.5])),
        seed=given_by(st.integers(0, 999)),
        floors_by_age={b: given_by(shares) for b in BANDS[:3]},
        floors_by_quartier={q: given_by(shares) for q in ("01", "02", "03")},
    )
    return town, scores, how, sets


@settings(max_examples=100, deadline=None)
@given(towns())
def test_the_laws_of_a_draw(case: tuple[pd.DataFrame, np.ndarray, Plan, dict[str, frozenset[str]]]) -> None:
    town, scores, how, sets = case
    result = draw(town, scores, how, **sets)
    table, inclusion = result.listed, result.inclusion.set_index("household_id")
    ranked = set(town["household_id"]) - sets["excluded"] - sets["alerts"] - sets["bereaved"]
    model, explored = set(arm(result, "MODELE")), set(arm(result, "EXPLORATION"))
    assert table["household_id"].is_unique and not set(table["household_id"]) & sets["excluded"]
    assert len(model) == min(how.capacity, len(ranked)) and model | explored <= ranked
    assert inclusion["p_model"].sum() == pytest.approx(len(model))
    assert inclusion["p_exploration"].sum() == pytest.approx(len(explored))
    assert inclusion["p_model"].between(0, 1).all() and inclusion["p_exploration"].between(0, 1).all()
    assert (inclusion.loc[list(model), "p_model"] > 0).all()
    if how.exploration_share:
        assert (inclusion.loc[list(ranked - model), "p_exploration"] > 0).all()
    by = {"age_band": age_bands(town["oldest_age"]), "quartier": town["quartier"]}
    for floor in how.floors:
        group = set(town["household_id"][by[floor.dimension] == floor.group])
        assert len(model & group) >= min(floor.wanted, len(ranked & group))
        is_short = any(u.floor == floor and u.listed == len(model & group) for u in result.unmet)
        assert is_short is (len(model & group) < floor.wanted)


@settings(max_examples=40, deadline=None)
@given(towns(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    case: tuple[pd.DataFrame, np.ndarray, Plan, dict[str, frozenset[str]]], chance: Random
) -> None:
    town, scores, how, sets = case
    order = list(range(len(town)))
    chance.shuffle(order)
    one = draw(town, scores, how, **sets)
    other = draw(town.iloc[order].reset_index(drop=True), scores[order], how, **sets)
    pd.testing.assert_frame_equal(one.listed, other.listed)
    pd.testing.assert_frame_equal(one.inclusion, other.inclusion)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_without_equals_the_floors_of_one_sort_give_the_best_list_that_keeps_them(
    data: st.DataObject,
) -> None:
    """Of all lists of four that keep the floors, the one with the highest scores: every one of them is tried."""
    bands = data.draw(st.lists(st.sampled_from(["under_25", "25_39", "80_plus"]), min_size=4, max_size=9))
    shares = {b: data.draw(st.sampled_from([0.0, 0.25, 0.5])) for b in ("under_25", "25_39")}
    town = frame(len(bands)).assign(oldest_age=[AGES[b] for b in bands])
    how = plan(4, floors_by_age=shares)
    needed = {f.group: min(f.wanted, bands.count(f.group)) for f in how.floors}
    keeping = (
        chosen
        for chosen in combinations(range(len(bands)), 4)
        if all(sum(bands[i] == b for i in chosen) >= n for b, n in needed.items())
    )
    result = drawn(town, np.linspace(1, 0, len(bands)), how)
    assert arm(result, "MODELE") == [f"H{i:04d}" for i in min(keeping)]


def often(
    town: pd.DataFrame, scores: np.ndarray, draws: int, **options: object
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How often each household was on each random arm, and what was stated before the lots (columns: model, exploration)."""
    ids = town["household_id"].tolist()
    seen = {name: np.zeros(len(town)) for name in ("MODELE", "EXPLORATION")}
    for seed in range(draws):
        result = drawn(town, scores, plan(seed=seed, **options))  # type: ignore[arg-type]
        for name, times in seen.items():
            times += np.isin(ids, arm(result, name))
    p = result.inclusion["p_model"]
    given_left = result.inclusion["p_exploration"].max()
    return pd.DataFrame(seen) / draws, pd.DataFrame({"MODELE": p, "EXPLORATION": (1 - p) * given_left})


def is_within_chance(share: pd.DataFrame, p: pd.DataFrame, draws: int) -> bool:
    """No household of a hundred lies 4.5 standard errors off: one in 1,500 such tests would fail by chance; the seeds are fixed."""
    return bool((np.abs(share - p) <= 4.5 * np.sqrt(p * (1 - p) / draws) + 1e-12).all(axis=None))


@pytest.mark.slow
def test_households_are_drawn_as_often_as_is_written_down() -> None:
    share, p = often(frame(110), np.linspace(1, 0, 110), 600, capacity=10, share=1.0)
    assert is_within_chance(share, p, 600)
    assert p["EXPLORATION"].tolist() == pytest.approx([0.0] * 10 + [0.1] * 100)


@pytest.mark.slow
def test_so_they_are_among_equals_and_under_floors_of_both_sorts() -> None:
    """Eleven equals at the border, floors whose expected seats are no whole numbers in any cell."""
    rows = [
        (f"H{i:02d}", 2.0 if i < 3 else 1.0 if i < 14 else 0.0, BANDS[i % 3], f"0{i % 4}") for i in range(24)
    ]
    floors = {"floors_by_age": {"under_25": 0.4}, "floors_by_quartier": {"00": 0.1, "01": 0.35}}
    town, scores = picture(*rows)
    share, p = often(town, np.array(scores), 800, capacity=9, share=0.3, **floors)
    assert is_within_chance(share, p, 800)
    assert ((p["MODELE"] > 0.01) & (p["MODELE"] < 0.99)).sum() >= 8


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 12), st.integers(0, 10_000))
def test_whole_seats_keep_the_sums_of_what_was_expected(kinds: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 6, kinds).astype(float)
    under = rng.integers(0, 3, kinds), rng.integers(0, 4, kinds)
    member = np.column_stack([under[0] == 1, under[0] == 2, under[1] == 1, under[1] == 2, under[1] == 3])
    level = np.sort(rng.integers(0, 3, kinds))
    seats = int(rng.integers(0, int(size.sum()) + 1))
    needed = np.minimum(seats // 5, size @ member)
    x = expected(size, level, member, needed, seats)
    y = whole(x, member, rng)
    assert x.sum() == pytest.approx(seats) and y.sum() == seats
    assert (x >= -1e-9).all() and (x <= size + 1e-9).all() and (np.abs(y - x) < 1).all()
    assert (x @ member >= needed - 1e-6).all() and (y @ member >= needed).all()
