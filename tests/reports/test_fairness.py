"""The fairness page: what it says first, what it hides, and that nothing hidden can be solved back."""

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from features.cells import Key, Sum, shown
from features.factor import Language
from features.frame import HIDDEN
from reports.contracts import Masthead
from reports.fairness import Earlier, Report, content, earlier, findings, missing, page
from reports.fairness_beside import Beside
from reports.fairness_shown import Line, Verdict, shown_lines
from reports.model_card_said import Speech
from tests.features.attacker import ranges, told_apart
from tests.reports.fairness_parts_sample import CASES
from tests.reports.whole_page import SIZES, faults, overflowing

DAY = date(2026, 11, 3)


def line(measure: str, dimension: str, group: str, ratio: float, verdict: Verdict, **more: object) -> Line:
    base = Line(
        measure=measure, dimension=dimension, group=group, value=0.3 * ratio, rest_value=0.3, ratio=ratio, low=ratio * 0.9, high=ratio * 1.1,
        sure_low=ratio * 0.8, sure_high=ratio * 1.2, verdict=verdict, why=None, further=0 if verdict != "insufficient evidence" else 130, cases=400,
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


LINES = (
    line("visited", "sex + neighbourhood", "women + 07", 0.3, "outside"),
    line("reached", "sex", "women", 1.0, "within"),
    line("reached", "sex", "men", 1.0, "insufficient evidence"),
    line("found", "sex", "men", 1.9, "outside"),
    line("false_omission", "tenure", "other", 1.0, "not identifiable", why="doors stayed shut", further=None),
)
FLOORS, PROXIES = CASES["sure"]
NOTHING = pd.DataFrame(columns=["measure", "kind", "dimension", "group", "number"])


def cells(measure: str, *rows: tuple[str, str, int, int]) -> pd.DataFrame:
    """(dimension, group, yes, no)."""
    told = [(measure, kind, d, g, n) for d, g, yes, no in rows for kind, n in (("yes", yes), ("no", no))]
    return pd.DataFrame(told, columns=NOTHING.columns)


def report(language: Language = "fr", **more: object) -> Report:
    base = Report(
        masthead=Masthead(city="Agen", language=language, is_fictitious=True), as_of=DAY, capacity=60, households=5000, lines=shown_lines(LINES, NOTHING),
        tests=3, unmeasured={"calibration": "no probability"}, earlier=(), names={"07": "Gare"}, band=(0.8, 1.25), least_pair=100, floors=FLOORS, proxies=PROXIES,
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


def test_the_page_says_first_who_is_worse_off() -> None:
    text = page(report("en")).decode()
    first = text[text.index('class="first"') :][:200]
    assert "women (07\u00a0Gare) – visited, like for like" in first and "men" not in first.replace(
        "women", ""
    )
    assert "0.30 times as often as the others (between 0.27 and 0.33)" in text
    assert "about 130 more would settle it" in text and "fewer than half of the doors opened" in text


def test_groups_without_figures_are_told_once_and_what_nothing_bounds_by_its_least() -> None:
    endless = {"low": 2.7, "high": float("inf"), "sure_high": float("inf")}
    men, other, women = shown_lines(
        (
            line("false_omission", "sex", "men", 2.0, "outside"),
            line("false_omission", "tenure", "other", 2.0, "outside"),
            line("false_omission", "sex", "women", 3.0, "outside", **endless),
        ),
        NOTHING,
    )
    lines = (replace(men, is_hidden=True), replace(other, is_hidden=True), women)
    (found,) = findings(report(lines=lines), Speech(language="en"))
    assert sorted(found.groups) == [
        "men; not in social housing: too few to show by how much",
        "women: at least 2.70 times as often as the others",
    ]


def test_of_nobody_on_either_side_there_is_nothing_to_compare() -> None:
    """Unless the figures are hidden: then it would tell that they are nought."""
    nothing = {"value": 0.0, "rest_value": 0.0, "low": 0.0, "high": float("inf"), "further": None}
    none = line("double", "sex", "women", float("nan"), "insufficient evidence", **nothing)
    (seen,) = shown_lines((none,), NOTHING)
    assert (seen.verdict, seen.why, seen.ratio, seen.high) == (
        "not identifiable",
        "nothing to compare",
        None,
        None,
    )
    text = page(report("en", lines=(seen,))).decode()
    assert "there is nothing to compare" in text and ">nan<" not in text and "∞" not in text
    few = cells("double", ("", "", 0, 60), ("sex", "women", 0, 3), ("sex", "men", 0, 57))
    (hidden,) = shown_lines((none,), few)
    assert hidden.is_hidden and (hidden.verdict, hidden.why) == ("insufficient evidence", None)


def test_more_visits_than_the_town_has_households_are_no_advice() -> None:
    (open_line,) = shown_lines((line("reached", "sex", "men", 1.0, "insufficient evidence"),), NOTHING)
    speech = Speech(language="en")
    assert missing(open_line, 130, speech) == "about 130 more would settle it"
    assert missing(open_line, 129, speech).startswith("visits alone will not settle it")
    assert missing(replace(open_line, further=None), 129, speech) == "no number would settle it"


def test_what_a_visit_finds_accuses_nobody() -> None:
    told = content(report())
    worse = [x["group"] for x in told["lines"] if x["is_worse"]]  # type: ignore[attr-defined]
    assert worse == ["women + 07"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_is_whole(language: Language, chromium: Browser) -> None:
    text = page(report(language)).decode()
    assert faults(text) == []
    view = chromium.new_page()
    view.set_content(text.replace("<details", "<details open"))
    assert {size: overflowing(view, *size) for size in SIZES} == {size: [] for size in SIZES}


def test_a_long_name_of_a_group_is_whole_in_its_chart(chromium: Browser) -> None:
    lines = [
        line("reached", "data_thin", group, 1.0, "insufficient evidence") for group in ("thin", "not thin")
    ]
    text = page(report("en", lines=shown_lines(lines, NOTHING))).decode()
    view = chromium.new_page()
    view.set_content(text)
    cut = view.evaluate("""() => [...document.querySelectorAll('#charts svg text')].filter(t =>
        t.getBoundingClientRect().left < t.closest('svg').getBoundingClientRect().left).map(t => t.textContent)""")
    assert "known from more than one" in text and cut == []


def test_the_same_report_gives_the_same_bytes() -> None:
    assert page(report()) == page(report())


def test_an_earlier_report_is_read_back() -> None:
    before = earlier(date(2026, 8, 3), json.dumps(content(report())))
    assert before == Earlier(
        as_of=date(2026, 8, 3),
        verdicts={"outside": 2, "within": 1, "insufficient evidence": 1, "not identifiable": 1},
        ratios={x.key: x.ratio for x in report().lines if x.ratio is not None},
    )
    assert "3 août 2026" in page(report(earlier=(before,))).decode()


def test_a_line_of_few_keeps_its_verdict_alone() -> None:
    """Ten women were found: of men and women nothing is said, since all are told; the settled number goes up to the next fifty."""
    lines = (
        line("reached", "sex", "women", 0.3, "outside"),
        line("reached", "sex", "men", 1.2, "insufficient evidence"),
    )
    told = cells("reached", ("", "", 60, 90), ("sex", "women", 10, 40), ("sex", "men", 50, 50))
    women, men = shown_lines(lines, told)
    assert women.is_hidden and men.is_hidden and women.ratio is None and women.cases is None
    assert (women.verdict, women.side, men.further) == ("outside", "less", 150)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=12, max_size=12))
@example([0] * 10 + [1, 0])
@example([12, 0, 0, 13, 9, 0, 0, 5, 0, 1, 20, 0])
def test_no_hidden_count_follows_from_those_shown(numbers: list[int]) -> None:
    """Two groups by three and those of whom one is not known: whatever is shown, every hidden small count could be another."""
    counts = dict(
        zip(
            [(a, b) for a in ("men", "women", "unknown") for b in ("x", "y", "z", "unknown")],
            numbers,
            strict=True,
        )
    )
    rows = [("", "", sum(numbers), 0)]
    rows += [
        ("sex", a, sum(n for (s, _), n in counts.items() if s == a), 0) for a in ("men", "women", "unknown")
    ]
    rows += [
        ("tenure", b, sum(n for (_, t), n in counts.items() if t == b), 0) for b in ("x", "y", "z", "unknown")
    ]
    known = [(f"{a} + {b}", n) for (a, b), n in counts.items() if "unknown" not in (a, b)]
    rows += [("sex + tenure", g, n, 0) for g, n in known] + [
        ("sex + tenure", "unknown", sum(numbers) - sum(n for _, n in known), 0)
    ]
    lines = tuple(line("reached", d, g, 1.0, "within") for d, g, _, _ in rows if d and g != "unknown")
    shown = {x.key[1:]: not x.is_hidden for x in shown_lines(lines, cells("reached", *rows))}
    every: dict[Key, int] = {(d, g): n for d, g, n, _ in rows if g != "unknown"}
    told: dict[Key, int | str] = {
        key: n if shown[key] else HIDDEN for key, n in every.items() if key in shown
    }
    if any(shown.values()):  # the others of a line tell what all are together
        told["", ""] = every["", ""]
    sums = [Sum(total=key, parts=tuple(("of", *one) for one in counts if _is_in(key, one))) for key in every]
    assert told_apart(every, told, sums, keys=shown) == []


def _is_in(total: Key, one: tuple[str, str]) -> bool:
    """Whether one of the twelve is counted in a published number."""
    return not total[0] or total[1] in (f"{one[0]} + {one[1]}", one[0 if total[0] == "sex" else 1])


def test_what_the_map_tells_or_hides_is_told_or_hidden_here() -> None:
    """The map tells that 15 were found in 01: beside that, 12 women there would tell of 3 men. In 02 it hides the found, so that no part of them is shown, those helped neither."""
    pairs = [("sex + neighbourhood", f"{sex} + {place}", 30 if place == "02" else n, 40) for sex, n in (("women", 12), ("men", 3)) for place in ("01", "02")]  # fmt: skip
    rows = [("", "", 75, 160), ("sex", "women", 42, 80), ("sex", "men", 33, 80), ("neighbourhood", "01", 15, 80), ("neighbourhood", "02", 60, 80), *pairs]  # fmt: skip
    told = pd.concat(
        [cells("found", *rows), cells("helped", *((d, g, n // 2, n - n // 2) for d, g, n, _ in rows))]
    )
    lines = tuple(line(m, d, g, 1.0, "within") for m in ("found", "helped") for d, g, _, _ in rows[1:])
    beside = Beside(
        on_the_map={("found", "neighbourhood", "01"): 15, ("found", "neighbourhood", "02"): HIDDEN}
    )
    seen = {x.key for x in shown_lines(lines, told, beside) if not x.is_hidden}
    assert ("found", "sex + neighbourhood", "women + 01") not in seen
    assert not {key for key in seen if "02" in key[2]}
    assert {key[1:] for key in seen if key[0] == "helped"} <= {key[1:] for key in seen if key[0] == "found"}
    alone = {x.key for x in shown_lines(lines, told) if not x.is_hidden}
    assert ("found", "neighbourhood", "02") in alone


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=6, max_size=6))
def test_nor_from_those_shown_and_the_map(numbers: list[int]) -> None:
    """Men and women of three neighbourhoods, and what the map tells of the latter by its own rule: no small count is told to be below eleven."""
    counts = dict(zip([(a, b) for a in ("men", "women") for b in ("01", "02", "03")], numbers, strict=True))
    places = {(b,): sum(n for (_, at), n in counts.items() if at == b) for b in ("01", "02", "03")}
    on_the_map = shown(places | {("",): sum(numbers)}, [Sum(total=("",), parts=tuple(places))], ())
    rows = [("", "", sum(numbers), 0)]
    rows += [("sex", a, sum(n for (s, _), n in counts.items() if s == a), 0) for a in ("men", "women")]
    rows += [("neighbourhood", b, n, 0) for (b,), n in places.items()]
    rows += [("sex + neighbourhood", f"{a} + {b}", n, 0) for (a, b), n in counts.items()]
    lines = tuple(line("found", d, g, 1.0, "within") for d, g, _, _ in rows[1:])
    beside = Beside(
        on_the_map={("found", "neighbourhood" if b else "", b): n for (b,), n in on_the_map.items()}
    )
    seen = {x.key[1:]: not x.is_hidden for x in shown_lines(lines, cells("found", *rows), beside)}
    every: dict[Key, int] = {(d, g): n for d, g, n, _ in rows}
    told: dict[Key, int | str] = {key: n for key, n in every.items() if seen.get(key)}
    told |= {("neighbourhood" if b else "", b): n for (b,), n in on_the_map.items() if n != HIDDEN}
    sums = [Sum(total=key, parts=tuple(("of", *one) for one in counts if _is_in(key, one))) for key in every]
    small = {key for key, n in every.items() if 0 < n < 11}
    found = ranges(told, sums, asked=small)
    assert [key for key in small if found[key][1] < 11 - 1e-6] == []


def test_cases_that_count_as_a_chance_may_be_rounded_to_one_more_than_their_sum() -> None:
    rows = [("", "", 40, 0), ("sex", "men", 11, 0), ("sex", "women", 29, 0), ("tenure", "x", 40, 0)]
    pairs = [("sex + tenure", "men + x", 12, 0), ("sex + tenure", "women + x", 29, 0)]
    lines = tuple(line("reached", d, g, 1.0, "within") for d, g, _, _ in [*rows[1:], *pairs])
    assert not any(x.is_hidden for x in shown_lines(lines, cells("reached", *rows, *pairs)))
