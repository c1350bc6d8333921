"""What moved is told, what stands still is not: indices worked by hand, laws, false alarms of towns in which nothing changes, and planted shifts."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalogue import FACTORS
from features.frame import SMALLEST_CELL
from models import drift, drift_measures, profile
from models.drift import BOUNDS, FALSE_ALARMS, PARTS, Figure
from models.profile import OTHER, SMALLEST_BIN, Delivered, Profile, Spread

DAY = date(2026, 11, 2)
MONTHLY = Delivered(
    deliveries=12, rows=200, longest_days=31, first_on=date(2023, 1, 2), last_on=date(2026, 10, 2)
)
ONE = st.one_of(st.just(math.nan), st.sampled_from([0.0, 1.0, 2.0, 7.5]), st.floats(0, 100, width=32))
VALUES = st.lists(st.tuples(ONE, st.integers(1, 99)), min_size=1, max_size=14).map(
    lambda runs: [value for value, times in runs for _ in range(times)]
)
"""As towns have them: many households of one value."""


def of(*counts: int, none: int = 0) -> Spread:
    """Bins at 1, 2, …"""
    return Spread(edges=tuple(float(n) for n in range(1, len(counts))), counts=counts, none=none)


def there(figure: Figure | None) -> Figure:
    assert figure is not None
    return figure


def level(*figures: Figure | None) -> str:
    return drift.judged([there(one) for one in figures]).level


# profiles


def test_a_yes_and_no_has_two_bins_and_those_without_a_trace_stand_apart() -> None:
    values = np.array([0.0] * 600 + [1.0] * 300 + [math.nan] * 100)
    assert profile.spread(values) == Spread(edges=(1.0,), counts=(600, 300), none=100)


def test_tenths_of_a_number_and_the_very_first_of_the_scores() -> None:
    values = np.arange(10_000, dtype=float)
    assert profile.spread(values).counts == (1000,) * 10
    assert profile.of_scores(values).counts[-3:] == (500, 400, 100)


@pytest.mark.parametrize(
    ("given", "none", "known"), [(10, 1000, 0), (11, 989, 11), (990, 0, 1000), (989, 11, 989)]
)
def test_a_part_of_fewer_than_eleven_is_counted_with_the_rest(given: int, none: int, known: int) -> None:
    found = profile.spread(np.array([1.0] * given + [math.nan] * (1000 - given)))
    assert (found.none, found.known) == (none, known)


@given(VALUES)
def test_no_profile_counts_fewer_than_eleven_and_all_are_counted(values: list[float]) -> None:
    found = profile.spread(np.array(values))
    assert found.households == len(values)
    assert not any(0 < n < SMALLEST_CELL for n in (*found.counts, found.none)) or found.none == len(values)
    assert len(found.counts) <= 1 or min(found.counts) >= SMALLEST_BIN


@given(VALUES, st.randoms())
def test_the_order_of_the_rows_changes_nothing(values: list[float], chance: object) -> None:
    mixed = list(values)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    found = profile.spread(np.array(values))
    assert profile.spread(np.array(mixed)) == found
    assert profile.again(np.array(mixed), found) == profile.again(np.array(values), found)


@given(VALUES)
def test_the_bins_hold_what_lies_between_their_edges(values: list[float]) -> None:
    found = profile.spread(np.array(values))
    counted = profile.again(np.array(values), found).counts
    ends = [-math.inf, *found.edges, math.inf]
    slow = [sum(low <= v < high for v in values) for low, high in itertools.pairwise(ends)]
    assert list(counted) == slow


def test_reasons_of_few_households_stand_together() -> None:
    assert profile.leading(["a"] * 40 + ["b"] * 15 + ["c"] * 3) == {"a": 40, OTHER: 18}
    assert profile.leading(["a"] * 40 + ["b"] * 11 + ["c"] * 3) == {"a": 40, OTHER: 14}
    assert profile.leading(["a"] * 5) == {}
    assert profile.gathered(["a", "b", "c", "c"], {"a": 40, OTHER: 12}) == {"a": 1, OTHER: 3}


# figures by hand


def test_the_index_worked_by_hand() -> None:
    """(0.6 − 0.5) ln(0.6 / 0.5) + (0.4 − 0.5) ln(0.4 / 0.5) = 0.0405."""
    assert drift_measures.stability_index((500, 500), (600, 400)) == pytest.approx(
        0.1 * math.log(1.2) - 0.1 * math.log(0.8)
    )
    figure = there(drift_measures.values("x", of(500, 500), of(600, 400)))
    assert figure.size == pytest.approx(0.0405, abs=1e-4)
    # 0.0405 / (1/1000 + 1/1000) = 20.27, chi-square with one degree of freedom
    assert figure.p == pytest.approx(6.7e-6, rel=0.02)


@given(st.lists(st.integers(SMALLEST_BIN, 9999), min_size=2, max_size=12))
def test_alike_is_nought_and_no_alarm(counts: list[int]) -> None:
    figure = there(drift_measures.values("x", of(*counts), of(*counts)))
    assert figure.size == 0 and figure.p == 1
    gone = there(drift_measures.missing("x", of(*counts, none=50), of(*counts, none=50)))
    assert (gone.size, level(figure, gone)) == (0, "steady")


@given(st.lists(st.tuples(st.integers(1, 999), st.integers(1, 999)), min_size=2, max_size=12))
def test_the_index_is_never_below_nought_and_the_same_both_ways(pairs: list[tuple[int, int]]) -> None:
    before, now = ([pair[side] for pair in pairs] for side in (0, 1))
    assert drift_measures.stability_index(before, now) >= -1e-12
    assert drift_measures.stability_index(before, now) == pytest.approx(
        drift_measures.stability_index(now, before)
    )


@pytest.mark.parametrize(
    ("before", "now", "kind", "size", "said"),
    [
        ((9000, 1000), (8000, 2000), "missing", -0.10, "alarm"),
        ((9000, 1000), (8600, 1400), "missing", -0.04, "steady"),
        ((9000, 1000), (8400, 1600), "missing", -0.06, "watch"),
        ((200, 9800), (90, 9910), "known", -0.55, "alarm"),
        ((200, 9800), (420, 9580), "known", 0.5238, "alarm"),
        ((200, 9800), (0, 10000), "known", -1.0, "alarm"),
        ((0, 10000), (11, 9989), "known", 1 / 11, "steady"),
    ],
)
def test_of_how_many_it_is_known(
    before: tuple[int, int], now: tuple[int, int], kind: str, size: float, said: str
) -> None:
    figure = there(drift_measures.missing("x", of(before[0], none=before[1]), of(now[0], none=now[1])))
    assert (figure.kind, level(figure)) == (kind, said)
    assert figure.size == pytest.approx(size, abs=1e-4)


def test_more_is_expected_while_a_history_fills_up_and_less_is_not() -> None:
    few, many = of(200, none=9800), of(900, none=9100)
    assert level(drift_measures.missing("x", few, many, only_less=True)) == "steady"
    assert level(drift_measures.missing("x", many, few, only_less=True)) == "alarm"


@pytest.mark.parametrize(
    ("first", "window", "is_filling"),
    [(364, None, True), (365, None, False), (729, 730, True), (730, 730, False)],
)
def test_a_history_fills_up_until_it_is_as_long_as_its_factor_looks_back(
    first: int, window: int | None, is_filling: bool
) -> None:
    factor = replace(FACTORS[0], source="etat_civil", needs=(), window_days=window)
    source = replace(MONTHLY, first_on=DAY - timedelta(days=first))
    held = Profile(
        as_of=DAY, scorer="", text="", capacity=60, factors={}, scores=of(), reasons={}, sources={"etat_civil": source}
    )  # fmt: skip
    assert held.is_filling(factor) is is_filling
    assert not held.is_filling(replace(factor, source="parc_social"))


@pytest.mark.parametrize(
    ("days", "said"),
    [(31, "steady"), (37, "steady"), (38, "watch"), (46, "watch"), (47, "alarm"), (92, "alarm")],
)
def test_a_source_that_stops_alarms_half_a_period_after_it_should_have_come(days: int, said: str) -> None:
    assert level(drift_measures.late("parc_social", MONTHLY, days)) == said
    assert drift_measures.late("parc_social", replace(MONTHLY, longest_days=None), days) is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [(200, "steady"), (400, "steady"), (151, "steady"), (149, "watch"), (100, "alarm"), (0, "alarm")],
)
def test_a_source_that_halves_alarms(rows: int, said: str) -> None:
    assert (
        level(drift_measures.rows("etat_civil", MONTHLY, replace(MONTHLY, deliveries=3, rows=rows))) == said
    )


def test_a_few_alerts_less_are_chance() -> None:
    few = replace(MONTHLY, rows=7)
    assert level(drift_measures.rows("signalements", few, replace(few, deliveries=3, rows=3))) == "steady"


def test_leading_reasons_by_hand() -> None:
    """A half of the list changes from one reason to another: half of |0.8 − 0.3| + |0.2 − 0.7|."""
    figure = there(drift_measures.reasons({"a": 80, OTHER: 20}, {"a": 30, OTHER: 70}, seed=1))
    assert figure.size == pytest.approx(0.5) and figure.p == pytest.approx(1e-4)
    assert [(bar.label, bar.before, bar.now) for bar in figure.bars] == [("a", 0.8, 0.3), (OTHER, 0.2, 0.7)]
    assert level(figure) == "alarm"
    assert drift_measures.reasons({"a": 10}, {"a": 100, OTHER: 0}, seed=1) is None


@pytest.mark.parametrize(
    ("others", "size", "said"),
    [(0, 0.0, "steady"), (10, 0.0, "steady"), (20, 10 / 60, "steady"), (40, 30 / 60, "alarm")],
)
def test_a_reason_that_led_all_but_a_few_hides_up_to_ten(others: int, size: float, said: str) -> None:
    assert profile.leading(["a"] * 57 + ["b"] * 3) == {"a": 60}
    figure = drift_measures.reasons({"a": 60}, {"a": 60 - others, OTHER: others}, seed=1)
    assert there(figure).size == pytest.approx(size) and level(figure) == said


def test_people_by_hand() -> None:
    refuse = drift_measures.share("visit", (180, 240), (0, 60))
    assert level(refuse) == "alarm" and there(refuse).size == pytest.approx(-0.75)
    assert level(drift_measures.share("visit", (180, 240), (45, 60))) == "steady"
    assert level(drift_measures.share("isolated MODELE", (60, 240), (30, 60), only_less=True)) == "steady"
    assert level(drift_measures.share("isolated MODELE", (120, 240), (6, 60), only_less=True)) == "alarm"
    assert drift_measures.share("visit", (5, 10), (30, 60)) is None
    assert level(drift_measures.kappa((0.8, 0.7, 0.9), (0.1, -0.1, 0.3))) == "alarm"
    assert level(drift_measures.kappa((0.1, -0.1, 0.3), (0.8, 0.7, 0.9))) == "steady"
    assert drift_measures.kappa(None, (0.8, 0.7, 0.9)) is None


def test_holm_within_a_part_by_hand() -> None:
    """Three figures of one part: 0.001, 0.004, 0.02 → times 3, 2, 1 and the five parts."""
    figures = [
        Figure(part="inputs", kind="values", what=name, size=1.0, p=p)
        for name, p in (("a", 0.004), ("b", 0.001), ("c", 0.02))
    ]
    alone = Figure(part="scores", kind="scores", what="scores", size=1.0, p=0.004)
    held = {f.what: f.p_held for f in drift.judged([*figures, alone]).figures}
    assert held == pytest.approx({"b": 0.015, "a": 0.04, "c": 0.1, "scores": 0.02})
    assert {f.what: f.level for f in drift.judged([*figures, alone]).figures}["c"] == "steady"


@given(st.lists(st.tuples(st.sampled_from(PARTS), st.floats(0, 1)), max_size=30))
def test_no_figure_is_surer_after_the_others_are_heard(drawn: list[tuple[drift.Part, float]]) -> None:
    figures = [
        Figure(part=part, kind="values", what=str(n), size=1.0, p=p) for n, (part, p) in enumerate(drawn)
    ]
    before = {one.what: one.p for one in figures}
    for one in drift.judged(figures).figures:
        told = before[one.what]
        assert told is not None and one.p_held is not None and min(1.0, told * len(PARTS)) <= one.p_held <= 1


def test_what_would_name_fewer_than_eleven_keeps_its_verdict_and_loses_its_numbers() -> None:
    found = drift.judged([there(drift_measures.missing("x", of(500, none=500), of(5, none=995)))])
    assert (found.level, found.figures[0].size, found.figures[0].now, found.figures[0].p) == (
        "alarm",
        None,
        None,
        None,
    )
    spread = drift.judged([there(drift_measures.values("x", of(500, 500), of(995, 5)))])
    assert (spread.level, spread.figures[0].size, spread.figures[0].bars) == ("alarm", None, ())


@given(st.lists(st.integers(SMALLEST_BIN, 900), min_size=2, max_size=8), st.data())
def test_no_shown_bar_is_of_one_to_ten_households(counts: list[int], data: st.DataObject) -> None:
    now = [data.draw(st.integers(0, 900)) for _ in counts]
    figure = drift_measures.values("x", of(*counts), of(*now))
    if figure is not None:
        for bar in drift.judged([figure]).figures[0].bars:
            assert not 0 < round(bar.now * sum(now)) < SMALLEST_CELL


# towns


def town(rng: np.random.Generator, households: int = 1000) -> dict[str, np.ndarray]:
    """Thirty factors, common and rare, of which some hang together."""
    risk = rng.normal(size=households)
    found = {}
    for number in range(30):
        values = np.where(
            rng.random(households) < 0.1 + 0.8 * (number % 3) / 2,
            np.round(risk + rng.normal(size=households)),
            np.nan,
        )
        found[f"f{number}"] = (
            values if number % 2 else np.where(np.isnan(values), values, (values > 1).astype(float))
        )
    return found


def compared(
    before: dict[str, np.ndarray], now: dict[str, np.ndarray], rng: np.random.Generator
) -> list[Figure]:
    figures: list[Figure | None] = []
    for name, values in before.items():
        was = profile.spread(values)
        is_ = profile.again(now[name], was)
        figures += [drift_measures.missing(name, was, is_), drift_measures.values(name, was, is_)]
    lists = [[f"r{n}" for n in rng.choice(5, 60, p=(0.4, 0.3, 0.15, 0.1, 0.05))] for _ in range(2)]
    led = profile.leading(lists[0])
    figures.append(drift_measures.reasons(led, profile.gathered(lists[1], led), seed=1))
    for what, share in (("visit", 0.7), ("aside", 0.2), ("visited", 0.6)):
        figures.append(
            drift_measures.share(what, (rng.binomial(240, share), 240), (rng.binomial(60, share), 60))
        )
    usual, lately = (
        replace(MONTHLY, deliveries=n, rows=int(np.median(rng.poisson(200, n)))) for n in (12, 3)
    )
    figures.append(drift_measures.rows("etat_civil", usual, lately))
    return [one for one in figures if one is not None]


@pytest.mark.slow
def test_a_town_in_which_nothing_changes_is_accused_in_one_run_of_twenty_at_most() -> None:
    """Sure figures, with or without size: by chance alone Holm and Bonferroni hold; with size there is nothing left in a town of thousands."""
    rng = np.random.default_rng(7)
    runs = 200
    sure = alarms = 0
    for _ in range(runs):
        judged = drift.judged(compared(town(rng), town(rng), rng))
        sure += any(f.p_held is not None and f.p_held < FALSE_ALARMS for f in judged.figures)
        alarms += judged.level == "alarm"
    assert sure <= 0.05 * runs + 2 * math.sqrt(0.05 * 0.95 * runs)
    assert alarms <= 0.05 * runs


@pytest.mark.parametrize("households", [300, 1000])
def test_planted_shifts_alarm(households: int) -> None:
    rng = np.random.default_rng(3)
    before, now = town(rng, households), town(rng, households)
    assert drift.judged(compared(before, now, rng)).level != "alarm"
    for change in (lambda v: 2 * v + 1, lambda v: np.where(rng.random(len(v)) < 0.6, np.nan, v)):
        shifted = now | {"f5": change(now["f5"])}
        found = drift.judged(compared(before, shifted, rng))
        assert found.level == "alarm" and found.figures[0].what == "f5"


def test_bounds_rise() -> None:
    assert all(0 < one.watch < one.alarm for one in BOUNDS.values())


def test_the_gravest_comes_first() -> None:
    figures: Sequence[Figure | None] = [
        drift_measures.share("visit", (180, 240), (180, 240)),
        drift_measures.late("parc_social", MONTHLY, 92),
    ]
    found = drift.judged([there(one) for one in figures])
    assert [f.level for f in found.figures] == ["alarm", "steady"]
