"""What the visits say of the town: sentences, what may be shown, and the page in a real Chromium; whole in both languages."""

import json
import re
from collections import defaultdict
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from features.audit_groups import AGE_BANDS, OLDEST_BAND
from features.factor import Language
from features.intervals import Interval, wilson
from models.estimates import estimates
from pipelines.measuring import YOUNG
from reports import estimates_words, words
from reports.estimates_page import content, page
from reports.estimates_shown import (
    LEAST_COARSE,
    Figure,
    Group,
    Shown,
    coarse,
    shown_groups,
)
from tests.reports.estimates_sample import (
    CASES,
    LANGUAGES,
    LONELY,
    MEASURES,
    NOTHING,
    cells,
    figure,
    group,
    html,
    ranked,
    report,
    seen,
    unranked,
)
from tests.reports.test_page import opened
from tests.reports.whole_page import SIZES, faults, overflowing


def told(groups: list[Group], name: str) -> Shown:
    return next(one for one in shown_groups(groups) if one.group == name)


def test_nine_found_are_hidden_and_with_them_the_nineteen_that_would_give_them_away() -> None:
    """28 in all less 19 would be 9. The nine of 69 are 7 to 23 %, the nineteen of 138 are 9 to 21 %: both go outwards by a point and to the next tenth."""
    young, old = told(unranked(), "under 25"), told(unranked(), "80 and over")
    assert young.counts is old.counts is None and young.households is None
    for one in (young, old):
        shown = one.figure("prevalence")
        assert (shown.value, shown.interval) == (
            None,
            Interval(low=0.0, high=0.3),
        )
        assert shown.verdict == "measured"
    assert told(unranked(), "women").counts == cells(14, 90, 41)
    assert told(unranked(), "women").figure("prevalence").value == pytest.approx(14 / 104)


def test_with_fewer_answers_than_the_least_nothing_is_said_but_how_many_more() -> None:
    exact = figure("prevalence", 0.25, 0.1, 0.5, 37)
    known, unknown = coarse(exact, is_told=True), coarse(exact, is_told=False)
    assert (known.interval, known.more_met) == (Interval(low=0.0, high=0.6), 50)
    assert (unknown.interval, unknown.bounds, unknown.more_met) == (NOTHING, NOTHING, 50)
    assert coarse(replace(exact, more_met=None), is_told=True).more_met is None
    parts = [group("sex", "women", cells(5, 19, 11)), group("sex", "men", cells(23, 160, 71))]
    every = [group("", "", cells(28, 179, 82)), *parts, LONELY]
    assert told(every, "women").figure("prevalence").interval == NOTHING
    assert sum(p.cells.random_met for p in parts[:1]) == LEAST_COARSE - 1


counts = st.tuples(*[st.integers(0, 60)] * 6)


@settings(max_examples=150, deadline=None)
@given(st.lists(counts, min_size=1, max_size=4), st.integers(0, 40))
def test_no_count_below_eleven_is_in_the_json_nor_is_one_left_when_the_others_are_taken_off(
    drawn: list[tuple[int, ...]], felt: int
) -> None:
    """Slow reference: of each kind of each dimension, the whole less the parts that are shown leaves nobody, eleven or more of several groups, or nothing to know."""
    parts = [group("sex", f"g{i}", cells(a, b, c, (d, e, f)), *_any()) for i, (a, b, c, d, e, f) in enumerate(drawn)]  # fmt: skip
    whole = np.array(drawn).sum(axis=0)
    a, b, c, d, e, f = (int(n) for n in whole)
    met = min(felt, a + b)
    lonely = group("", "", cells(met, a + b - met, c, (d, e, f)), *_any(), outcome="lonely")
    groups = [group("", "", cells(a, b, c, (d, e, f)), *_any()), *parts, lonely]
    shown = shown_groups(groups)
    for one in shown:
        numbers = [] if one.counts is None else list(vars(one.counts).values())
        assert not any(0 < n < 11 for n in numbers)
        assert one.counts is not None or all(figure.value is None for figure in one.figures)
    every, rest = shown[0], [one for one in shown if one.dimension]
    if every.counts is not None:
        hidden = [place for place, one in enumerate(rest) if one.counts is None]
        assert len(hidden) != 1, "one alone is the whole less the others"
        left = [sum(drawn[place][kind] for place in hidden) for kind in range(6)]
        assert not any(0 < n < 11 for n in left), "all that are hidden together are a cell too"


def _any() -> tuple[Figure, ...]:
    return tuple(figure(m, 0.2, 0.1, 0.3, 0) for m in MEASURES)


P = 0.002


def test_from_a_coarse_figure_no_single_count_can_be_worked_out() -> None:
    """Every way to find up to 21 isolated among 25 to 120 met: whatever is published fits at least two counts, if one of them is small."""
    fits: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for met in range(LEAST_COARSE, 121):
        for found in range(min(met, 21) + 1):
            shown = coarse(_exact(met, found), is_told=True)
            fits[shown.interval.low, shown.interval.high, shown.verdict, shown.more_met].add(found)
    assert all(len(found) > 1 for found in fits.values() if min(found) < 11)


def _exact(met: int, found: int) -> Figure:
    """As ``models.estimates`` has it where all visits were drawn with the same chance."""
    worth = met / (1 - P)
    share, ends = found / met, wilson(found / (1 - P), worth)

    def width(more: int) -> float:
        grown = worth * (1 + more / met)
        interval = wilson(share * grown, grown)
        return interval.high - interval.low

    more = next(n for n in range(max(0, 60 - met), 200) if width(n) <= 0.2)
    return figure("prevalence", share, ends.low, ends.high, more)


@pytest.mark.parametrize(("met", "found"), [(25, 3), (41, 1), (60, 20), (75, 0)])
def test_the_figures_that_the_law_tries_are_those_of_the_estimator(met: int, found: int) -> None:
    columns = {"campaign": 1, "household_id": range(met), "arm": "EXPLORATION", "p": P}
    visits = pd.DataFrame({**columns, "outcome": np.arange(met) < found})
    sizes = pd.DataFrame(
        [(1, "", "", round(met / P))], columns=["campaign", "dimension", "group", "households"]
    )
    first, drawn = estimates(visits, sizes)[0], _exact(met, found)
    assert first.value == pytest.approx(drawn.value)
    assert (first.verdict, first.more_met) == (drawn.verdict, drawn.more_met)
    assert (first.interval.low, first.interval.high) == pytest.approx(
        (drawn.interval.low, drawn.interval.high)
    )


def test_a_measured_figure_is_said_with_its_interval_and_what_the_lists_find_is_not_known_yet() -> None:
    text = seen("unranked")
    assert "At about 14% of the doors that a list could name, a visit would find somebody isolated: between 10% and 19%." in text  # fmt: skip
    assert "no list of the ranking has been visited yet" in text and "Of them, on a list" not in text
    assert "207 answered, 28 of them isolated" in text and "a visit hears whom it meets" in text


def test_what_the_lists_find_and_leave_is_said_once_they_were_visited() -> None:
    text = seen("ranked")
    assert "A list holds about 3.1% of the isolated households of its day: between 2.0% and 4.8%." in text
    assert "Of the households that a list leaves out, about 14% are isolated: between 9% and 18%. Not to be on a list proves nothing." in text  # fmt: skip
    assert "women not known yet 10% to 50% about 40 more visits not known yet 0% to 40% about 70 more visits" in text  # fmt: skip


def test_what_is_not_known_is_said_with_how_many_visits_would_settle_it_and_how_long_that_takes() -> None:
    """Sixty more at six a list: ten lists."""
    text = seen("nothing")
    assert "At how many doors a visit would find somebody isolated is not known: hardly any visit drawn at random has come back." in text  # fmt: skip
    assert "About 60 more visits drawn at random that meet somebody would settle it. With 6 visits drawn at random on each list, that is 10 lists or more." in text  # fmt: skip
    wide = group("", "", cells(15, 25, 20), *(figure(m, 0.375, 0.24, 0.53, 50) for m in MEASURES))  # fmt: skip
    never = replace(report([wide, LONELY], "en"), random_a_list=0)
    text = page(never).decode()
    assert "is not known yet: between 24% and 53% of those that a list could name." in text
    assert "About 50 more visits" in text and "Today’s lists draw nobody at random" in text


def test_young_adults_have_their_floor_their_shares_and_the_way_through_the_mission_locale() -> None:
    text = seen("unranked")
    assert "Lanterne hardly sees young adults." in text and "this way is not open yet" in text
    assert "Of all residents 12.5% aged 18 to 24; INSEE, RP 2018 not delivered" in text
    assert "none set none set" in text and "3.2% 278 of 8,650" in text
    assert "too few to show too few to show" in text
    with_floor = page(report(unranked(), "en", channel="<11", floor=0.05)).decode()
    assert "in the last twelve months: &lt;\u00a011." in with_floor and "5.0%" in with_floor


def test_every_group_has_its_words() -> None:
    bands = {f"age_band: {band}" for band in (*(b for _, b in AGE_BANDS), OLDEST_BAND, "unknown")}
    assert bands == {g for g in estimates_words.GROUPS if g.startswith("age_band")}
    assert {f"band: {band}" for band in YOUNG} == {g for g in estimates_words.GROUPS if g.startswith("band")}
    assert "age not known" not in seen("unranked") and "sex not known" in seen("unranked")
    assert "01\u00a0Centre" in html("unranked")


@pytest.mark.parametrize("case", CASES)
def test_no_count_below_eleven_stands_in_the_json_or_on_the_page(case: str) -> None:
    told = content(report(CASES[case]()))
    assert not [n for n in _counts(told["groups"]) + _counts(told["young_adults"]) if 0 < n < 11]
    assert not re.search(r">\s*(?:[1-9]|10)\s*<", html(case)) and not re.search(
        r"\b(?:[1-9]|10) (?:sur|ont)\b", html(case)
    )
    json.dumps(told, allow_nan=False)


def _counts(of: object, name: str = "") -> list[int]:
    """Every whole number that counts households."""
    if isinstance(of, dict):
        return [n for key, value in of.items() for n in _counts(value, key)]
    if isinstance(of, (list, tuple)):
        return [n for value in of for n in _counts(value, name)]
    return [of] if isinstance(of, int) and name not in ("more_met", "ages") else []


@pytest.mark.parametrize("case", CASES)
def test_each_language_is_whole_and_the_same_each_time(case: str) -> None:
    french = {m: f for m, f in words._french().items() if m != f and len(m) > 12 and "{" not in m}
    for language in LANGUAGES:
        assert page(report(CASES[case](), language)).decode() == html(case, language)
        assert f'<html lang="{language}">' in html(case, language)
    there = {m for m in french if m in unescape(html(case, "en"))}
    assert len(there) > 30
    whole = unescape(html(case, "fr")).replace("\u00a0", " ")
    assert not [m for m in there if m in whole]
    assert not [f for m, f in french.items() if m in there and f.replace("\u00a0", " ") in unescape(html(case, "en"))]  # fmt: skip
    assert not re.search(r"\d\.\d+[\u00a0 ]?%", seen(case, "fr")), "a comma in French"


@pytest.mark.parametrize("case", CASES)
def test_it_fetches_nothing_and_no_identifier_stands_twice(case: str) -> None:
    shown = html(case)
    assert faults(shown) == []
    assert "<b>port" not in shown and "Ville &amp; &lt;b&gt;port" in shown


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_overflows_on_a_phone_on_a_laptop_and_on_paper(
    chromium: Browser, language: Language, tmp_path: Path
) -> None:
    for case in CASES:
        path = tmp_path / f"{case}.html"
        path.write_text(html(case, language), encoding="utf-8")
        view = opened(chromium, path.as_uri())
        for width, media in SIZES:
            assert overflowing(view, width, media) == [], (case, width)
        view.context.close()


def test_of_a_dimension_of_which_nothing_is_known_nothing_is_drawn_and_it_is_said_once() -> None:
    """No lease and no list of priority neighbourhoods: one group of each would be the whole town."""
    all_met = cells(28, 179, 82)
    whole = [group(d, "unknown", all_met) for d in ("tenure", "qpv")]
    text = page(
        report([group("", "", all_met), *whole, group("", "", all_met, outcome="lonely")], "en")
    ).decode()
    assert text.count("since it is known of nobody: tenure; priority neighbourhoods.") == 1
    assert "<figure>" not in text and "dashed line" not in text and ">not known<" not in text


def test_the_legend_explains_what_is_drawn_alone() -> None:
    open_alone = [one for one in ranked() if one.group != "men"]
    text = page(report(open_alone, "en")).decode()
    assert "somewhere on the dashed line" in text and "measured: the line is" not in text


def test_the_chart_draws_a_dot_where_the_figure_may_be_shown_and_only_a_line_where_not() -> None:
    drawn = html("unranked", "en")
    chart = drawn[drawn.index("<svg") : drawn.index("</svg>")]
    described = re.search(r"<desc[^>]*>(.*?)</desc>", chart)
    assert described and "under 25: 0% to 30%, measured" in described[1] and "women: 8% to 21%, measured" in described[1]  # fmt: skip
    markers = [u for u in re.findall(r"<use [^>]*>", chart) if 'y="' in u]
    assert "NaN" not in chart.upper().replace("NAN", "NaN") and len(markers) >= 2
