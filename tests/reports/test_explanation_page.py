"""What moves the ranking: groups that are large enough, directions beside what is declared, pictures that stand in a page and name nobody."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from playwright.sync_api import Browser
from shap.plots import _style as style

from features.catalogue import FACTORS
from features.factor import Language
from features.frame import SMALLEST_CELL
from reports.explanation_page import cards, effect, page
from reports.explanation_plots import SAMPLE, Step, Weighed, beeswarm, dependence, grouped, label, waterfall
from reports.explanation_svg import plain
from tests.reports.explanation_sample import ranking, weighed
from tests.reports.test_page import opened

COLUMNS = st.dictionaries(
    st.one_of(st.just(float("nan")), st.sampled_from([0.0, 1.0]), st.integers(0, 9).map(float)),
    st.integers(1, 25),
    min_size=1,
    max_size=6,
).map(lambda counts: [value for value, n in counts.items() for _ in range(n)])
"""How many households have which value."""


@settings(max_examples=100, deadline=None)
@given(COLUMNS, st.integers(0, 99))
def test_no_dot_stands_for_fewer_than_eleven_and_none_is_lost_but_few(drawn: list[float], seed: int) -> None:
    values = pd.Series(drawn)
    moved = pd.Series(np.random.default_rng(seed).normal(size=len(drawn)))
    groups = grouped(values, moved)
    assert (groups["households"] >= SMALLEST_CELL).all()
    known, unknown = groups.dropna(), groups[groups["value"].isna()]
    assert known["value"].is_monotonic_increasing
    none = int(values.isna().sum())
    assert unknown["households"].tolist() == ([none] if none >= SMALLEST_CELL else [])
    has, is_answer = values.dropna(), values.dropna().isin([0, 1]).all()
    if is_answer:
        counts = has.value_counts().sort_index()
        assert known["value"].tolist() == counts[counts >= SMALLEST_CELL].index.tolist()
    else:
        assert known["households"].sum() == (len(has) if len(has) >= SMALLEST_CELL else 0)
    kept = moved[values.isin(known["value"])] if is_answer else moved[values.notna()]
    if len(known):
        assert np.average(known["contribution"], weights=known["households"]) == pytest.approx(kept.mean())


def test_a_value_that_enough_have_stands_for_itself_and_rare_ones_join_their_neighbours() -> None:
    values = pd.Series([1.0] * 11 + [2.0] * 11 + [3.0] * 4 + [4.0] * 7 + [9.0] * 2)
    groups = grouped(values, pd.Series(np.arange(35.0)))
    assert groups["households"].tolist() == [11, 11, 13]
    assert groups["value"].tolist() == pytest.approx([1, 2, (3 * 4 + 4 * 7 + 9 * 2) / 13])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_factor_has_a_short_name_of_its_own_without_a_value(language: Language) -> None:
    names = [label(f.name, language) for f in FACTORS]
    assert len(set(names)) == len(names)
    assert all(name and not re.search(r"[{}(]", name) and len(name) <= 75 for name in names)
    assert label("unheard_of", language) == "unheard of"


def test_short_names_as_they_read() -> None:
    assert label("months_since_bereavement", "fr") == "a perdu son conjoint"
    assert label("months_since_household_shrank", "en") == "the lease has declared fewer occupants"
    assert label("several_activities", "fr") == "fréquente plusieurs services municipaux"
    assert label("autonomy_service", "en") == "uses a home service"
    assert label("oldest_age", "fr") == "âge du membre le plus âgé"
    assert label("one_adult_known", "en") == "only one adult known at this dwelling"


def test_the_beeswarm_draws_at_most_a_thousand_by_seed() -> None:
    table = weighed(1200)
    drawn = table.sampled(7)
    assert len(drawn.values) == len(drawn.contributions) == SAMPLE
    assert drawn.values.index.equals(drawn.contributions.index)
    assert drawn.values.index.equals(table.sampled(7).values.index)
    assert not drawn.values.index.equals(table.sampled(8).values.index)
    assert len(weighed(300).sampled(7).values) == 300


def test_what_few_have_or_nobody_or_what_moves_nobody_is_in_no_picture() -> None:
    assert weighed().shown == ["oldest_age", "lives_alone_known", "several_adults_known"]
    values = pd.DataFrame({"unemployed": [0.0] * 5 + [1.0] * 40})
    assert Weighed(contributions=values * 0.3, values=values).shown == [], "five are said to lack it"
    ages = pd.DataFrame({"oldest_age": [np.nan] * 5 + [70.0] * 40})
    assert Weighed(contributions=ages.fillna(1) * 0.01, values=ages).shown == ["oldest_age"], (
        "an age is unknown"
    )


def dots(svg: str) -> list[str]:
    return [fill for fill in re.findall(r"<use [^>]*style=\"fill: ([^;\"]+)", svg) if fill.startswith("#")]


def test_one_dot_a_household_and_factor_coloured_by_its_value() -> None:
    table = weighed(200)
    shown = table.shown
    svg = beeswarm(table, name="s", language="fr", seed=1)
    filled = dots(svg)
    assert len(filled) == 200 * len(shown)
    none = int(table.values["lives_alone_known"].isna().sum())
    assert filled.count("#777777") == none
    assert filled.count("#2b8791") >= int((table.values["several_adults_known"] == 2).sum())


def test_ticks_a_fortieth_apart_are_told_as_they_are() -> None:
    axes = Figure().add_axes((0.1, 0.1, 0.8, 0.8))
    plain(axes, "en", "")
    told = [axes.xaxis.get_major_formatter()(step * 0.025) for step in range(-1, 4)]
    assert told == ["\u22120.025", "0", "0.025", "0.05", "0.075"]


def test_a_factor_that_the_extracts_only_ever_say_yes_to_is_drawn_as_yes() -> None:
    values = pd.DataFrame({"on_vulnerable_register": [1.0] * 30 + [np.nan] * 30})
    svg = beeswarm(
        Weighed(contributions=values.fillna(0) * 0.2, values=values), name="s", language="en", seed=1
    )
    assert dots(svg).count("#2b8791") == dots(svg).count("#777777") == 30


def test_what_is_no_factor_of_the_catalogue_is_drawn_too() -> None:
    moved = pd.DataFrame({"neighbourhood": np.repeat([0.2, -0.1], 20)})
    table = Weighed(contributions=moved, values=moved * np.nan)
    assert len(dots(beeswarm(table, name="s", language="fr", seed=1))) == 40
    assert dependence(table, "neighbourhood", name="d", language="fr") == ""


def test_pictures_borrow_chance_and_style_and_give_them_back() -> None:
    before = str((np.random.get_state(), style.load_default_style()))
    first = beeswarm(weighed(100), name="s", language="fr", seed=1)
    assert str((np.random.get_state(), style.get_style())) == before
    assert first == beeswarm(weighed(100), name="s", language="fr", seed=1)
    assert first != beeswarm(weighed(100), name="s", language="fr", seed=2)


def test_a_dependence_plot_tells_every_group_in_words_too() -> None:
    svg = dependence(weighed(), "lives_alone_known", name="d", language="fr")
    told = re.search(r"<desc[^>]*>([^<]*)</desc>", svg)
    assert told and told[1] == "Contribution moyenne par valeur\u00a0: 0: 0,00; 1: +0,40; aucune trace: 0,00."
    assert ">oui</text>" in svg and ">non</text>" in svg


def falls(*steps: float) -> str:
    given_ = [Step(label=f"step {i}", value=v) for i, v in enumerate(steps)]
    return waterfall(given_, -2.0, name="f", language="en", title="<t>", start="start", end="total")


def test_a_waterfall_shows_start_steps_and_their_sum() -> None:
    svg = falls(1.0, -0.4, 0.25)
    for text in ("start −2.00", "+1.00", "−0.40", "+0.25", "total −1.15"):
        assert f">{text}</text>" in svg, text
    assert "<title id=\"f-title\">&lt;t&gt;</title>" in svg and "E[f(X)]" not in svg  # fmt: skip
    assert falls() == falls(0.001, -0.004) == ""


def test_small_steps_go_together_in_the_last_row() -> None:
    svg = falls(*[0.5] * 9, 0.2, 0.1, 0.001)
    assert "; all the others together +0.30; total +2.80</desc>" in svg
    assert ">total +2.80</text>" in svg


def test_arrows_point_where_the_figures_say_however_small_they_are() -> None:
    """A tip is the only corner at its end; the other end has two at least."""
    svg = falls(1.0, 0.02, 0.005, -0.02, -0.6)
    for colour, is_right in (("var(--accent)", True), ("var(--against)", False)):
        drawn = re.findall(rf'<path d="([^"]+)"[^>]*style="fill: {re.escape(colour)}; stroke', svg)
        assert len(drawn) == (3 if is_right else 2)
        for path in drawn:
            xs = [float(x) for x in re.findall(r"[ML] (-?[\d.]+) ", path)]
            corners = {(float(x), float(y)) for x, y in re.findall(r"[ML] (-?[\d.]+) (-?[\d.]+)", path)}
            tip, back = (max(xs), min(xs)) if is_right else (min(xs), max(xs))
            assert sum(x == tip for x, _ in corners) == 1 and sum(x == back for x, _ in corners) == 2


def test_a_card_holds_its_factors_and_what_they_weigh_together() -> None:
    found = {card.name: card for card in cards(ranking())}
    assert list(found) == ["household", "loss of autonomy", "poverty", "what somebody told the city"]
    household = found["household"]
    assert [line.factor for line in household.lines] == [
        "lives_alone_known",
        "several_adults_known",
        "single_parent",
    ]
    table = weighed().contributions
    slow = np.mean(
        [abs(a + b) for a, b in zip(table["lives_alone_known"], table["several_adults_known"], strict=True)]
    )
    assert household.mean == pytest.approx(slow)
    assert max(card.width for card in found.values()) == 1.0
    few = found["what somebody told the city"]
    assert few.mean is None and few.lines[0].mean is few.lines[0].share is None


def test_no_share_tells_of_a_few_that_are_missing() -> None:
    table = weighed()
    table.values.loc[:4, "oldest_age"] = np.nan
    lines = {line.factor: line for card in cards(ranking(weighed=table)) for line in card.lines}
    assert lines["oldest_age"].share is None and lines["oldest_age"].mean is not None
    assert lines["low_income"].share == 0.25


def test_the_direction_learnt_stands_beside_the_one_declared() -> None:
    lines = {line.factor: line for card in cards(ranking()) for line in card.lines}
    assert (lines["oldest_age"].direction, lines["oldest_age"].agrees) == ("raises", True)
    assert (lines["several_adults_known"].direction, lines["several_adults_known"].agrees) == (
        "raises",
        False,
    )
    assert (lines["low_income"].direction, lines["low_income"].agrees) == ("neither", None)
    assert lines["low_income"].is_bound and not lines["several_adults_known"].is_bound
    assert lines["agent_noticed"].direction == "neither", "too few: no figure, not even its sign"
    assert effect(weighed(), "several_adults_known") == pytest.approx(0.2)


def test_priors_and_coefficients_only_where_the_scorer_is_linear() -> None:
    linear, trees = page(ranking()).decode(), page(ranking(learnt=None, stable=None)).decode()
    assert "A priori, log-odds" in linear and "+0,52" in linear and "93\u00a0%" in linear
    assert "A priori, log-odds" not in trees and "Raisons qui tiennent</th>" not in trees


def test_a_short_list_has_no_average_household() -> None:
    few = np.arange(1200) < SMALLEST_CELL - 1
    assert "Le ménage moyen de la liste" not in page(ranking(is_listed=few)).decode()
    assert "Le ménage moyen de la liste" in page(ranking()).decode()


def test_it_fetches_nothing_and_gives_the_same_bytes() -> None:
    html = page(ranking())
    assert html == page(ranking())
    text = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=\s]+", "", html.decode())
    assert not re.search(r"@import|url\((?!#)|https?://(?!www\.w3\.org)|<script|src=", text)
    assert "Ville &amp; &lt;b&gt;port" in text
    there = re.findall(r'\bid="([^"]+)"', text)
    assert len(there) == len(set(there))


def test_the_page_is_whole_in_both_languages() -> None:
    fr, en = page(ranking()).decode(), page(ranking("en")).decode()
    assert "Par carte de risque" in fr and "By risk card" in en
    assert "contraire au sens déclaré" in fr and "against what is declared" in en
    assert not re.search(r"\b(ménage|classement|facteur)\b", en)


@pytest.mark.parametrize("width", [1366, 375])
def test_nothing_scrolls_sideways(chromium: Browser, tmp_path: Path, width: int) -> None:
    path = tmp_path / "explanation.html"
    path.write_bytes(page(ranking()))
    shown = opened(chromium, path.as_uri(), width, script=False)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.get_by_role("img").count() == 1 + 3 + 1
