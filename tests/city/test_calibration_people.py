"""The figures of people and homes: a drawn town counted by hand, a whole town that holds, and tables that match their sources."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthetic_city.calibration_people import figures
from synthetic_city.calibration_people_seen import COUNT, SHARE
from synthetic_city.facts import read_facts
from synthetic_city.figure import Figure
from synthetic_city.history import Activity, History, Income, Tenure
from synthetic_city.lives import live

SOURCES = Path(__file__).parents[3] / "shared" / "data"
needs_sources = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the reference data are not beside this repository"
)


@pytest.fixture(scope="module")
def agen() -> History:
    return live(33_012, 24, seed=11)


def by_name(made: tuple[Figure, ...]) -> dict[str, Figure]:
    return {figure.name: figure for figure in made}


def drawn_town() -> History:
    """One month. Home 0 (owner, house): a couple of 30 and a child; home 1 (HLM flat): a woman of 82 alone;
    home 2 (private flat): a woman of 40 and her child; dwelling 3 (private flat) is empty."""
    people = pd.DataFrame(
        {
            "sex": ["M", "F", "F", "F", "F", "M"],
            "born_on": pd.to_datetime(
                ["1996-01-05", "1996-02-01", "2020-03-01", "1944-01-01", "1986-01-01", "2016-01-01"]
            ),
            "died_on": pd.to_datetime([None] * 6),
        }
    )
    panel = pd.DataFrame(
        {
            "month": np.int16(0),
            "person": np.arange(6, dtype=np.int32),
            "dwelling": [0, 0, 0, 1, 2, 2],
            "household": [0, 0, 0, 1, 2, 2],
            "age": np.array([30, 30, 6, 82, 40, 10], dtype=np.int16),
            "size": [3, 3, 3, 1, 2, 2],
            "lives_alone": [False, False, False, True, False, False],
            "in_couple": [True, True, False, False, False, False],
            "activity": [Activity.EMPLOYED, Activity.UNEMPLOYED, 0, Activity.RETIRED, Activity.EMPLOYED, 0],
            "income": [Income.HIGH] * 3 + [Income.LOW] * 3,
            "autonomy": [0, 0, 0, 2, 0, 0],
            "tenure": [Tenure.OWNER] * 3 + [Tenure.HLM] + [Tenure.PRIVATE] * 2,
            "in_establishment": False,
            "is_single_parent": [False, False, False, False, True, False],
        }
    )
    stays = pd.DataFrame(
        {
            "person": np.arange(6),
            "from_on": pd.to_datetime(["2020-01-01"] * 2 + ["2020-03-01"] + ["2020-01-01"] * 3),
            "to_on": pd.to_datetime([None] * 6),
            "arrival": ["INITIAL", "INITIAL", "BIRTH", "INITIAL", "INITIAL", "INITIAL"],
            "departure": "",
        }
    )
    unions = pd.DataFrame(
        {
            "a": [1],
            "b": [0],
            "kind": ["MARIAGE"],
            "from_on": pd.to_datetime(["2018-01-01"]),
            "to_on": pd.to_datetime([None]),
        }
    )
    return History(
        months=np.array(["2026-11-01"], dtype="datetime64[D]"),
        buildings=pd.DataFrame({"n_dwellings": [1, 3]}),
        dwellings=pd.DataFrame(
            {
                "building": [0, 1, 1, 1],
                "tenure": [Tenure.OWNER, Tenure.HLM, Tenure.PRIVATE, Tenure.PRIVATE],
                "is_lent": [False, False, True, True],
            }
        ),
        people=people,
        stays=stays,
        unions=unions,
        panel=panel,
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("population 0-14", 2),
        ("population 80+", 1),
        ("women", 4 / 6),
        ("households", 3),
        ("one person share", 1 / 3),
        ("one person men share", 0),
        ("one person women share", 1 / 3),
        ("people per household", 2),
        ("couple with child share", 1 / 3),
        ("couple without child share", 0),
        ("single parent share", 1 / 3),
        ("other households share", 0),
        ("living alone 80+", 1),
        ("in couple 25-39", 1),
        ("in couple 40-54", 0),
        ("married share of couples", 1),
        ("owner share", 1 / 3),
        ("hlm share", 1 / 3),
        ("tenant share", 1 / 3),
        ("flat share", 2 / 3),
        ("active 15 plus", 3),
        ("unemployed share of active", 1 / 3),
        ("out of school 15 plus", 4),
        ("poverty share", 1 / 2),
        ("births a year", 0),
    ],
)
@pytest.mark.filterwarnings(
    "ignore:Mean of empty slice", "ignore:invalid value encountered"
)  # ages nobody has
def test_a_drawn_town_is_counted_as_by_hand(name: str, expected: float) -> None:
    assert by_name(figures(drawn_town()))[name].simulated == pytest.approx(expected)


@pytest.mark.slow
def test_every_figure_holds_in_a_town_of_agens_size(agen: History) -> None:
    missed = [f"{f.name}: {f.simulated:.3f} for {f.target:.3f}" for f in figures(agen) if not f.holds]
    assert missed == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_every_figure_holds_with_other_seeds(seed: int) -> None:
    missed = [
        f"{f.name}: {f.simulated:.3f} for {f.target:.3f}"
        for f in figures(live(33_012, 36, seed))
        if not f.holds
    ]
    assert missed == []


@pytest.mark.slow
def test_there_are_enough_figures_each_with_its_origin(agen: History) -> None:
    made = figures(agen)
    assert len(made) >= 30
    assert len(by_name(made)) == len(made)
    assert all(figure.source and figure.year and figure.geography for figure in made)


@pytest.mark.slow
def test_only_a_derived_figure_has_a_wider_tolerance_and_it_says_why(agen: History) -> None:
    for figure in figures(agen):
        usual = COUNT if figure.unit == "count" else SHARE
        assert figure.tolerance <= usual or (figure.kind == "derived" and figure.wider_because), figure.name


@pytest.mark.slow
def test_raw_and_derived_profiles_are_both_shown(agen: History) -> None:
    """The zone's 45.4 % of people of 80 and over living alone stands beside the figure the town is held to."""
    figure = by_name(figures(agen))["living alone 80+"]
    assert (figure.kind, figure.published) == ("derived", 0.454)
    assert figure.target > 0.5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("activity", Activity.RETIRED, "active 15 plus"),
        ("income", Income.LOW, "poverty share"),
        ("tenure", Tenure.OWNER, "owner share"),
        ("autonomy", 0, "loss of autonomy 75-84"),
        ("in_couple", False, "in couple 40-54"),
    ],
)
def test_a_town_gone_wrong_is_seen(agen: History, column: str, value: object, name: str) -> None:
    panel = agen.panel.copy()
    old = panel["age"] > 20
    panel.loc[old & (panel["person"] % 3 > 0), column] = value
    assert by_name(figures(agen))[name].holds
    assert not by_name(figures(replace(agen, panel=panel)))[name].holds


def test_counts_follow_the_size_of_the_town() -> None:
    small = by_name(figures(live(6_000, 6, seed=2)))
    assert small["households"].target == pytest.approx(17_553 * 6_000 / 33_012, rel=0.02)
    assert small["population 0-14"].holds


# The tables are those of their sources


@needs_sources
def test_mortality_is_the_published_table() -> None:
    source = pd.read_csv(SOURCES / "france" / "insee_mortality_rates_1976_2024.csv.gz")
    source = source[(source["year"] == 2024) & (source["geo"] == "france") & (source["age"] <= 103)]
    table = read_facts().mortality
    for row, sex in enumerate(("male", "female")):
        published = source[source["sex"] == sex].sort_values("age")["qx"].to_numpy()
        np.testing.assert_allclose(table[row, :104], published, atol=1e-6)


@needs_sources
def test_establishments_and_autonomy_are_the_published_tables() -> None:
    homes = pd.read_csv(SOURCES / "france" / "drees_nursing_home_residents.csv.gz")
    homes = homes[(homes["year"] == 2023) & (homes["sex"] == "female") & (homes["age"] <= 100)].sort_values(
        "age"
    )
    np.testing.assert_allclose(read_facts().nursing_home[1, 50:101], homes["prevalence"], rtol=1e-4)
    apa = pd.read_csv(SOURCES / "france" / "drees_apa_beneficiaries.csv.gz")
    apa = apa[
        (apa["year"] == 2024) & (apa["sex"] == "male") & (apa["typepresta"] == "apa_a_domicile")
    ].sort_values("age")
    np.testing.assert_allclose(
        read_facts().apa_home[0, apa["age"].astype(int)], apa["prevalence"] / 100, rtol=1e-4
    )


@needs_sources
def test_the_communes_numbers_are_the_published_ones() -> None:
    facts = read_facts()
    census = pd.read_csv(SOURCES / "agen" / "insee_rp2018_communes_2000hab_plus_47001.csv").iloc[0]
    base = pd.read_csv(SOURCES / "agen" / "insee_base_cc_comparateur_communes_2022_47001.csv", sep=";").iloc[
        0
    ]
    pairs = {
        "population": base["P18_POP"],
        "households": base["P18_MEN"],
        "births_a_year": base["NAIS1318"] / 5,
        "deaths_a_year": base["DECE1318"] / 5,
        "dwellings": base["P18_LOG"],
        "vacant_dwellings": base["P18_LOGVAC"],
        "poverty_share": base["TP6019"] / 100,
        "women": census["pop_femmes"],
        "owner_share": census["proprio"] / 100,
        "hlm_share": census["hlm"] / 100,
        "flat_share": census["appart"] / 100,
        "unemployed_share_of_active": census["chom"] / 100,
        "students_18_24_share": census["etud"] / 100,
        "population_18_24": census["pop_18_24"],
        "active_15_plus": census["pop_act_15p"],
    }
    for name, published in pairs.items():
        assert facts.value(name) == pytest.approx(published, rel=1e-4), name
