"""The calibration: weights and post-stratification worked by hand, tolerances, the page and its data."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.difficulty import SEEDS
from benchmarks.difficulty import town as difficulty_of
from data_contracts.errors import ConfigurationError
from pipelines import screens_city
from synthetic_city import calibration, calibration_ties
from synthetic_city.calibration_english_words import NAMES_EN
from synthetic_city.calibration_ties import PUBLISHED, half_width, view
from synthetic_city.calibration_words import french
from synthetic_city.figure import Figure
from synthetic_city.lives import live
from synthetic_city.ties import tie
from synthetic_city.ties_france import FRANCE, Margin, Rate, expected, make_up, rake
from synthetic_city.villasol import VILLASOL
from tests.city.ties_town import town


def figure(**other: object) -> Figure:
    told = {
        "name": "Isolés", "target": 0.12, "simulated": 0.13, "unit": "share", "tolerance": 0.015,
        "geography": "France", "year": "2024", "source": "une source",
    }  # fmt: skip
    return Figure(**(told | other))


def test_raking_gives_each_row_its_groups_share_over_its_count() -> None:
    #            town   France   weight
    # young      3      1/2      4/3 x 1/2 = 2/3
    # old        1      1/2      4 x 1/2 = 2
    groups = pd.DataFrame({"age": [0, 0, 0, 1]})
    weights = rake(groups, [Margin(column="age", shares=(0.5, 0.5), source="drawn")])
    np.testing.assert_allclose(weights, [2 / 3, 2 / 3, 2 / 3, 2])


def test_raking_makes_every_margin_of_france_hold_at_once() -> None:
    history = town(20_000, months=1)
    here = history.panel[history.panel["age"] >= 15]
    groups = make_up(here, (history.people["sex"] == "M").to_numpy()[here["person"]])
    weights = rake(groups)
    assert weights.mean() == pytest.approx(1)
    for margin in FRANCE:
        found = np.bincount(groups[margin.column], weights) / weights.sum()
        np.testing.assert_allclose(found, margin.shares, atol=1e-6)
        assert sum(margin.shares) == pytest.approx(1)


def test_raking_refuses_a_town_without_a_group_and_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"nobody in a group of 'age'(.|\n)*Hint: calibrate a town"):
        rake(pd.DataFrame({"age": [0, 0]}), [Margin(column="age", shares=(0.5, 0.5), source="drawn")])


def test_expected_share_is_the_published_rates_at_the_towns_make_up() -> None:
    # poor 20 % isolated, others 5 %; the town has three poor in four: 0.75 x 20 % + 0.25 x 5 % = 16.25 %
    groups = pd.DataFrame({"income": [0, 0, 0, 1]})
    rates = [Rate(column="income", group=0, share=0.20), Rate(column="income", group=1, share=0.05)]
    assert expected(groups, np.array([2 / 3, 2 / 3, 2 / 3, 2]), rates) == pytest.approx(0.1625)


def test_expected_share_does_not_count_overlapping_groups_twice() -> None:
    # being poor and being unemployed are the same people here, at one rate: the town's share is 0.5 x 0.2 + 0.5 x 0.1
    groups = pd.DataFrame({"income": [0, 1], "unemployed": [1, 0]})
    rates = [
        Rate(column="income", group=0, share=0.2),
        Rate(column="income", group=1, share=0.1),
        Rate(column="unemployed", group=1, share=0.2),
    ]
    assert expected(groups, np.ones(2), rates) == pytest.approx(0.15)


@given(st.lists(st.integers(0, 1), min_size=4, max_size=40), st.floats(0.02, 0.6), st.floats(0.02, 0.6))
def test_expected_share_of_a_partition_is_the_weighted_mean_of_its_rates(
    group: list[int], low: float, high: float
) -> None:
    groups = pd.DataFrame({"age": [0, 1, *group]})
    rates = [Rate(column="age", group=0, share=low), Rate(column="age", group=1, share=high)]
    share = groups["age"].mean()
    assert expected(groups, np.ones(len(groups)), rates) == pytest.approx(
        (1 - share) * low + share * high, abs=1e-5
    )


def test_half_width_of_a_survey() -> None:
    assert half_width(0.12, 3000) == pytest.approx(0.0116, abs=5e-5)  # 1.96 x sqrt(0.12 x 0.88 / 3000)
    assert half_width(0.5, 100) == pytest.approx(0.098)


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row.name)
def test_a_tolerance_above_a_point_and_a_half_says_why(row: calibration_ties.Published) -> None:
    tolerance, why = calibration_ties._tolerance(row)
    assert tolerance >= 0.015
    assert (tolerance > 0.015) == bool(why)
    assert tolerance <= max(0.015, row.spread, 1.961 * (row.share * (1 - row.share) / row.asked) ** 0.5)


def test_view_reads_networks_and_contacts_as_drawn() -> None:
    #  networks             none   neighbours   family + friends
    #  family, friends      no no  yes no       yes yes
    lsns = {f"lsns6_{item}": [1, 2, 2] for item in range(1, 7)}
    answers = pd.DataFrame(
        {"networks": np.array([0, 4, 3], np.int8), "lonely": [True, False, False], "family_contact": [False, True, True],
         "friend_contact": [False, False, True], **lsns}
    )  # fmt: skip
    panel = pd.DataFrame(
        {"age": [24, 25, 60], "income": [0, 3, 1], "activity": [3, 2, 4], "tenure": [2, 0, 1]}
    )
    seen = view(panel, answers)
    drawn = {
        "isolated_5": [1, 0, 0], "has_one": [0, 1, 0], "at_most_one": [1, 1, 0], "only_neighbours": [0, 1, 0], "only_family": [0, 0, 0],
        "no_contact": [1, 0, 0], "no_friend_contact": [0, 1, 0], "no_family_contact": [0, 0, 0], "full_contact": [0, 0, 1],
        "lsns_low": [1, 0, 0], "is_15_24": [1, 0, 0], "is_25_39": [0, 1, 0], "is_60_69": [0, 0, 1], "is_low_income": [1, 0, 0],
        "is_unemployed": [1, 0, 0], "is_social_tenant": [1, 0, 0], "is_private": [0, 1, 1],
    }  # fmt: skip
    for name, column in drawn.items():
        assert seen[name].astype(int).tolist() == column, name


@pytest.fixture(scope="module")
def figures() -> tuple[Figure, ...]:
    history = live(persons=33_000, months=3, seed=1)
    return calibration.collect(history, tie(history, 1), extra=[figure(name="Un chiffre des registres")])


@pytest.mark.slow
def test_every_figure_on_ties_holds_in_a_town_of_agens_size(figures: tuple[Figure, ...]) -> None:
    ours = [
        row
        for row in figures
        if row.kind != "other" and any(name in row.source for name in ("CRÉDOC", "Lubben", "SRCV", "Sénat"))
    ]
    assert len(ours) == len(PUBLISHED) + 2
    assert [(row.name, row.target, row.simulated) for row in ours if not row.holds] == []


@pytest.mark.slow
def test_collect_joins_people_ties_and_registers_under_distinct_names(figures: tuple[Figure, ...]) -> None:
    names = [row.name for row in figures]
    assert len(names) == len(set(names))
    assert names[-1] == "Un chiffre des registres"
    assert len(names) > 50


def test_json_holds_every_figure_and_the_verdicts() -> None:
    told = json.loads(calibration.as_json([figure(), figure(name="Autre", simulated=0.2)]))
    assert (told["held"], told["total"]) == (1, 2)
    assert told["figures"][0]["published"] == told["figures"][0]["target"] == 0.12
    assert [(row["name"], row["holds"], row["distance"]) for row in told["figures"]] == [
        ("Isolés", True, 0.01),
        ("Autre", False, 0.08),
    ]


def test_a_target_of_the_town_is_never_counted_as_a_published_figure() -> None:
    rows = [
        figure(),
        figure(name="Seuls", target=0.22, simulated=0.22, kind="derived", printed=0.15),
        figure(name="Sans étage", target=0.42, simulated=0.5, kind="assumed"),
        figure(name="Mort sociale", target=0.04, printed=0.04, simulated=0.14, kind="other"),
    ]
    told = json.loads(calibration.as_json(rows))
    assert [told[n] for n in ("held", "total", "held_derived", "total_derived", "held_assumed")] == [
        1,
        1,
        1,
        1,
        0,
    ]
    assert (told["derived"][0]["published"], told["assumed"][0]["published"]) == (0.15, None)
    page = calibration.as_html(rows).decode()
    assert "1 chiffres publiés sur 1, 1 chiffres déduits sur 1, 0 hypothèses sur 1" in page
    assert "15,0\u00a0%" in page and "22,0\u00a0%" in page
    assert page.count("ne tient pas</td>") == 1, "other definitions are not judged"


def test_page_shows_published_beside_simulated_in_french() -> None:
    rows = [
        figure(simulated=0.131),
        figure(
            name="Habitants",
            target=33012,
            simulated=30000,
            unit="count",
            tolerance=0.05,
            wider_because="n = 12",
        ),
    ]
    page = calibration.as_html(rows).decode()
    for text in (
        "tolérance : 1 chiffres publiés sur 2",
        "12,0\u00a0%",
        "13,1\u00a0%",
        "+1,1\u00a0pt",
        "±\u00a01,5\u00a0pt",
        "33\u202f012",
        "−9,1\u00a0%",
        "ne tient pas",
        "n = 12",
    ):
        assert text in page, text
    assert page.count('class="dot"') == 1
    assert page.count('class="miss"') == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("population 0-14", "Habitants, 0-14 ans"),
        ("women among 75+", "Femmes parmi les 75 ans et plus"),
        ("living alone 80+", "Vivent seuls, 80 ans et plus"),
        ("households", "Ménages"),
        ("population 18 24", "Habitants, 18-24 ans"),
        ("Isolés, 25-39 ans", "Isolés, 25-39 ans"),
        ("something new 15-24", "something new 15-24"),
    ],
)
def test_names_are_said_in_french(name: str, said: str) -> None:
    assert french(name) == said


FRENCH_NAMES = [*NAMES_EN, "population 75+", "living alone 80+"]
"""Of real figures, those of ties and registers as they stand in the code."""


def test_a_town_elsewhere_has_its_own_language_and_says_whose_figures_these_are() -> None:
    rows = [
        figure(name=name, wider_because="trois villes : Soleure 11 %, Londres 15 %, Hambourg 20 %")
        for name in FRENCH_NAMES
    ]
    page = calibration.as_html(rows, VILLASOL).decode()
    assert '<html lang="en">' in page and "12.0%" in page
    assert (
        "Villasol (synthetic town)" in page
        and "The figures of this page are those of Agen and of France" in page
    )
    assert "three cities: Solothurn" in page and "Living alone 80+" in page
    assert not [name for name in NAMES_EN if f">{name}<" in unescape(page)]
    home = calibration.as_html([figure()]).decode()
    assert "Agen (ville synthétique)" in home and "ceux d'Agen et de la France" not in unescape(home)


def test_no_name_beside_the_chart_is_cut() -> None:
    """At 7.2 units a letter, as a wide face has them."""
    longest = max(FRENCH_NAMES, key=len)
    assert len(longest) == 68 and 7.2 * len(longest) <= calibration.NAME_WIDTH - calibration.NAME_GAP
    chart = unescape(calibration.as_html([figure(name=longest)]).decode()).partition("</svg>")[0]
    assert f">{longest}</text>" in chart and "…" not in chart


def test_the_terminal_speaks_the_language_of_the_town(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    screens_city.city(tmp_path, [figure()], VILLASOL.language)
    screens_city.city(tmp_path, [figure()], "fr")
    there, here = (line for line in capsys.readouterr().out.splitlines() if "·" in line)
    assert there == "Synthetic town · Within their tolerance: 1 published figures of 1."
    assert here.startswith("Ville synthétique · Dans leur tolérance")


def test_page_asks_nothing_of_the_network_and_escapes_what_it_is_told() -> None:
    page = calibration.as_html([figure(name="<script>alert(1)</script>")]).decode()
    assert "<script" not in page
    assert not [mark for mark in ("src=", "href=", "url(", "@import", "http:", "https:") if mark in page]


def test_page_without_figures_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no figure"):
        calibration.as_html([])


def test_a_dot_lies_at_its_distance_in_tolerances() -> None:
    chart = calibration._chart(3)
    rows = [figure(simulated=0.12), figure(simulated=0.135), figure(simulated=0.9)]
    at = [calibration._line(row, 0, calibration.WORDS["fr"], chart) for row in rows]
    assert [line.x for line in at[:2]] == [chart.middle, round(chart.high, 1)]
    assert at[2].is_beyond
    assert at[2].x <= chart.right


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_isolation_is_as_hard_to_see_as_published_models_find_it(seed: int) -> None:
    found = difficulty_of(seed)
    assert found.holds, found
