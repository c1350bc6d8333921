"""The chance of being there: worked by hand, and against slow obvious references."""

import itertools
import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from features import frame, presence
from features import presence_calibration as calibration
from features import presence_model as model
from features.presence_evidence import EVIDENCE
from features.presence_rates import BANDS, NOTICE, rates, unnoticed
from tests.features.drawn import AS_OF, OPEN, Row, elector, service, warehouse

K = len(model.NAMES)


def test_without_visits_the_declared_rates_stand_alone() -> None:
    """A woman of 76, on the roll for 16.8 years. Each year 3 % move, 0.4 % enter a home, 1.42 % die. Unnoticed are 1 / 0.9 years of leaving and a
    quarter year of dying: 0.0413. Log-odds 3.165 * 0.9 + 0.3 (mail) + 0.5 (settled) = 3.65, less sure by the weights' variance 0.956: 3.11, 95.7 %."""
    connection = warehouse(liste_electorale=[elector("a")])
    judged = frame.build(connection, AS_OF, OPEN).judged
    assert judged.visits == 0 and judged.reliability is None
    assert list(judged.weights.values()) == pytest.approx(model.CENTRE.tolist())
    left = 0.034 / 0.9 + 0.0142 / 4
    odds = -math.log(math.expm1(left))
    spread = 0.25 + (0.25 * odds) ** 2 + 2 * 0.2**2
    expected = 1 / (1 + math.exp(-(0.9 * odds + 0.8) / math.sqrt(1 + math.pi * spread / 8)))
    found = connection.execute("select there_probability from residents").fetchone()
    assert (
        found is not None
        and found[0] == pytest.approx(expected, abs=1e-6)
        and expected == pytest.approx(0.957, abs=0.001)
    )


def test_the_frame_tells_how_it_judged_and_nothing_of_few_visits() -> None:
    built = frame.build(warehouse(liste_electorale=[elector("a")]), AS_OF, OPEN, there_share=0.9)
    expected = {
        "threshold": 0.5,
        "expected_share": 0.9574,
        "brier": None,
        "brier_declared": None,
        "visits": 0,
    }
    assert built.as_json()["there"] == expected
    nobody = frame.build(warehouse(liste_electorale=[elector("a")]), AS_OF, OPEN)
    assert (nobody.households, nobody.judged.as_json()["expected_share"]) == (0, None)


@pytest.mark.slow
def test_visits_move_the_chance_towards_what_was_found() -> None:
    def chance(issue: str) -> float:
        roll = [
            elector(f"p{i}", date_liste=day)
            for i in range(30)
            for day in (date(2026, 1, 1), date(2026, 11, 1))
        ]
        found: list[Row] = [
            {
                "id_visite": f"v{i}",
                "cle_identite": f"key-p{i}",
                "id_adresse": "street",
                "date_visite": date(2026, 2, 1),
                "issue": issue,
            }
            for i in range(20)
        ]
        connection = warehouse(liste_electorale=roll, visites=found)
        frame.build(connection, AS_OF, OPEN)
        row = connection.execute(
            "select there_probability from residents join person_keys using (person_id) where key = 'key-p29'"
        ).fetchone()
        return float(row[0]) if row else math.nan

    assert chance("DEMENAGE") < 0.6 < 0.95 < chance("ABSENT") < chance("REFUS") == chance("VU")


def test_the_most_likely_weights_are_those_of_a_general_optimiser() -> None:
    chance = np.random.default_rng(1)
    x = chance.normal(size=(200, K))
    there = (chance.random(200) < 0.7).astype(float)

    def depth(weights: np.ndarray) -> float:
        score = x @ weights
        return float(
            np.logaddexp(0, score).sum()
            - there @ score
            + 0.5 * (model.PRECISION * (weights - model.CENTRE) ** 2).sum()
        )

    slow = minimize(depth, model.CENTRE, method="BFGS", options={"gtol": 1e-7}).x
    found = model.most_likely(x, there)
    assert found.weights == pytest.approx(slow, abs=1e-4)
    assert (np.diag(found.covariance) < 1 / model.PRECISION).all()


def test_who_is_not_found_without_a_flat_number_is_hardly_called_gone() -> None:
    x = np.zeros((40, K))
    x[:, 0], x[:, 1] = 1, -3
    sure = model.fit(x, pd.DataFrame({"issue": "INTROUVABLE", "id_logement": ["flat"] * 40}))
    unsure = model.fit(x, pd.DataFrame({"issue": "INTROUVABLE", "id_logement": [None] * 40}))
    assert sure.weights[0] < unsure.weights[0] < model.CENTRE[0]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([0.1, 0.5, 0.6, 0.8, 0.9, 0.95, 0.97, 1.0]), max_size=12),
    st.sampled_from([0.50313, 0.90313, 0.97313]),
)
def test_the_threshold_calls_as_many_households_as_it_can(chances: list[float], wanted: float) -> None:
    """Slow reference: every cut between distinct chances of at least one half. No mean of twelve hundredths is exactly what is wanted: that would be left to rounding."""
    kept = sorted(c for c in chances if c >= model.EVEN)
    cuts = [[c for c in kept if c >= low] for low in sorted(set(kept))]
    best = next((cut for cut in cuts if np.mean(cut) >= wanted), [])
    found = model.threshold(np.array(chances), wanted)
    assert found.households == len(best) == sum(c >= found.at for c in chances if best)
    if best:
        assert found.expected_share == pytest.approx(float(np.mean(best)))


def test_whoever_lives_with_somebody_sure_is_not_left_out() -> None:
    """In one flat an adult of 0.95, a child of 0.8, a lodger of 0.4; beside them somebody of 0.8 whose flat is not known, and a child without adults."""
    rows = pd.DataFrame(
        {
            "person_id": list("abcde"),
            "id_logement": ["flat", "flat", "flat", None, "other"],
            "age": [50.0, 10.0, 30.0, 50.0, 10.0],
        }
    ).assign(**{e.name: False for e in EVIDENCE})
    chances = np.array([0.95, 0.8, 0.4, 0.8, 0.8])
    home = presence.home_of(rows)
    sure_of = presence.homes(home, rows, chances)
    assert sure_of.to_dict() == {"d": 0.8, "flat": 0.95}
    assert presence.likely(home, chances, sure_of, 0.9).tolist() == [True, True, False, False, False]
    dead = rows.assign(death_file=[True, False, False, False, False])
    assert presence.homes(home, dead, chances).to_dict() == {"d": 0.8, "flat": 0.4}


@pytest.mark.parametrize(
    ("chances", "home"),
    [
        ([0.95], 0.95),
        ([0.8, 0.95], 1 - 0.05 * (1 - 0.4)),
        ([0.95, 0.49], 0.95),
        ([0.95, 0.5], 1 - 0.05 * (1 - 0.25)),
        ([0.6, 0.95, 0.8], 1 - 0.05 * (1 - 0.4)),
        ([1.0, 1.0], 1.0),
        ([0.3, 0.2], 0.3),
    ],
)
def test_two_adults_are_more_surely_at_home_than_one(chances: list[float], home: float) -> None:
    """Half of the second stays when the first has left; whoever is not likely there adds nothing, nor does a third."""
    found = presence.somebody(pd.Series(["flat"] * len(chances)), np.array(chances))
    assert found.to_dict() == {"flat": pytest.approx(home)}


def test_rates_go_by_age_and_sex_and_an_unknown_age_is_middling() -> None:
    moves, homes, dies = rates(
        np.array([17.0, 18.0, 89.0, 90.0, np.nan]), np.array([True, True, False, False, True])
    )
    assert moves.tolist() == [0.10, 0.28, 0.03, 0.03, 0.09]
    assert homes.tolist() == [0, 0, 0.05, 0.09, 0] and dies.tolist() == [
        0.0004,
        0.0006,
        0.0675,
        0.1349,
        0.0022,
    ]
    assert [b.from_age for b in BANDS] == sorted({b.from_age for b in BANDS})
    assert unnoticed(np.array([1e-9, 1000.0]), NOTICE.roll) == pytest.approx([0, 1 / NOTICE.roll], abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_bins_and_brier_against_a_loop(visits: list[tuple[float, bool]]) -> None:
    chance, there = np.array([c for c, _ in visits]), np.array([float(t) for _, t in visits])
    edges = calibration.EDGES
    slow = {}
    for low, high in itertools.pairwise(edges):
        inside = [(c, t) for c, t in visits if low <= c < high or (high == 1.0 and c == 1.0)]
        if inside:
            slow[low] = (
                len(inside),
                sum(c for c, _ in inside) / len(inside),
                sum(t for _, t in inside) / len(inside),
            )
    found = {b.low: (b.visits, b.foretold, b.there) for b in calibration.bins(chance, there)}
    assert found.keys() == slow.keys()
    assert all(found[low] == pytest.approx(slow[low]) for low in slow)
    assert calibration.brier(chance, there) == pytest.approx(
        sum((c - t) ** 2 for c, t in visits) / len(visits)
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=30))
def test_a_fold_is_foretold_from_earlier_days_only(numbers: list[int]) -> None:
    days = pd.Series([pd.Timestamp(2026, 1, 1) + pd.Timedelta(days=n) for n in numbers])
    parts = calibration.folds(days)
    assert (sum(now.astype(int) for _, now in parts) == 1).all()
    for past, now in parts:
        assert now.any() and (not past.any() or days[past].max() < days[now].min())
        assert (past == (days < days[now].min())).all()


def test_the_order_of_visits_changes_nothing() -> None:
    roll = [elector(r, date_liste=day) for r in "abcd" for day in (date(2026, 1, 1), date(2026, 11, 1))]
    found: list[Row] = [
        {
            "id_visite": f"v{r}",
            "cle_identite": f"key-{r}",
            "id_adresse": "street",
            "date_visite": date(2026, 2, i + 1),
            "issue": issue,
        }
        for i, (r, issue) in enumerate(zip("abc", ("VU", "DEMENAGE", "INTROUVABLE"), strict=True))
    ]
    use = [service("d", "SPORT", date_dernier_usage=date(2026, 10, 1))]
    tables = []
    for turned in (False, True):
        connection = warehouse(
            liste_electorale=roll[::-1] if turned else roll,
            visites=found[::-1] if turned else found,
            usages_services=use,
        )
        frame.build(connection, AS_OF, OPEN)
        tables.append(connection.execute("from residents order by person_id").df())
    pd.testing.assert_frame_equal(*tables)


@pytest.mark.parametrize(
    ("chances", "at_least", "households"),
    [
        ([0.99, 0.9, 0.8, 0.4], 0, 1),  # nobody asks for more: only who is sure enough
        ([0.99, 0.9, 0.8, 0.4], 2, 2),
        ([0.99, 0.9, 0.8, 0.4], 9, 3),  # never whoever is less likely there than not
        ([0.99, 0.9, 0.9, 0.8], 2, 3),  # equals are treated alike
        ([0.8, 0.7], 1, 1),
        ([0.4], 5, 0),
        ([0.99, 0.99, 0.99], 1, 3),  # those who are sure enough are all called, however few are asked for
    ],
)
def test_where_registers_are_few_the_surest_are_called_all_the_same(
    chances: list[float], at_least: int, households: int
) -> None:
    found = model.threshold(np.array(chances), 0.97, at_least)
    assert found.households == households
    assert sum(c >= found.at for c in chances) == households
