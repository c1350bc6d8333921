"""What past visits say, drawn by hand: no list of the ranking visited yet, lists visited, and no visit at all."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape

from features.factor import Language
from features.intervals import Interval, wilson
from pipelines.measuring import YOUNG
from reports.contracts import Masthead
from reports.estimates_page import Reach, Reached, Report, Residents, Rules, page
from reports.estimates_shown import Cells, Figure, Group, Measure, Outcome, shown_groups

LANGUAGES: tuple[Language, ...] = ("fr", "en")
NOTHING = Interval(low=0.0, high=1.0)
RESIDENTS = {"under_25": Residents(share=4128.5 / 33012, source="INSEE, RP 2018", ages=(18, 24))}
MEASURES: tuple[Measure, ...] = ("prevalence", "found_share", "false_omission")


def figure(measure: Measure, value: float | None, low: float, high: float, more: int | None) -> Figure:
    ends = Interval(low=low, high=high)
    verdict = "measured" if more == 0 else "insufficient evidence"
    return Figure(measure=measure, value=value, interval=ends, bounds=ends, verdict=verdict, more_met=more)  # type: ignore[arg-type]


UNKNOWN = figure("found_share", None, 0.0, 1.0, None)


def cells(found: int, others: int, unmet: int, listed: tuple[int, int, int] = (0, 0, 0)) -> Cells:
    a, b, c = listed
    return Cells(
        random_found=found,
        random_others=others,
        random_unmet=unmet,
        listed_found=a,
        listed_others=b,
        listed_unmet=c,
    )


def group(
    dimension: str,
    name: str,
    counts: Cells,
    *figures: Figure,
    outcome: Outcome = "isolated",
    households: int = 9000,
) -> Group:
    if not figures:
        share = wilson(counts.random_found, counts.random_met)
        value = counts.random_found / counts.random_met
        figures = (
            figure("prevalence", value, share.low, share.high, 0 if counts.random_met >= 60 else 20),
            UNKNOWN,
            figure("false_omission", value, share.low, share.high, 0 if counts.random_met >= 60 else 20),
        )
    return Group(
        outcome=outcome, dimension=dimension, group=name, households=households, cells=counts, figures=figures
    )


def report(
    groups: list[Group], language: Language = "fr", channel: int | str = 0, floor: float | None = None
) -> Report:
    small, none = (
        Reach(of=75, count=None, share=None, interval=None),
        Reach(of=75, count=0, share=0.0, interval=None),
    )
    frame = Reach(of=8650, count=278, share=278 / 8650, interval=None)
    met = Reach(of=773, count=11, share=11 / 773, interval=wilson(11, 773))
    reached = [
        Reached(
            group=band,
            residents=RESIDENTS.get(band),
            floor=floor,
            frame=frame,
            listed=none,
            met=met,
            found=small,
        )
        for band in YOUNG
    ]
    return Report(
        masthead=Masthead(city="Ville & <b>port", language=language, is_fictitious=True),
        as_of=date(2026, 11, 3),
        lists=tuple(date(2026, 1, day) for day in range(1, 13)) if groups[0].cells.random_met else (),
        lists_without_draw=0,
        random_a_list=6,
        shown=shown_groups(groups),
        reached=tuple(reached),
        channel=channel,
        names={"01": "Centre", "02": "Gare"},
        rules=Rules(met=60, found=100, widest=0.2),
    )


LONELY = group("", "", cells(47, 135, 107), outcome="lonely")


def unranked() -> list[Group]:
    """289 drawn, 207 met, 28 isolated; of both ages the count is hidden, since one found nine; sex is clean."""
    return [
        group("", "", cells(28, 179, 82)),
        group("age_band", "under 25", cells(9, 60, 41)),
        group("age_band", "80 and over", cells(19, 119, 41)),
        group("sex", "women", cells(14, 90, 41)),
        group("sex", "men", cells(14, 89, 41)),
        group("sex", "unknown", cells(0, 0, 0), *(replace(UNKNOWN, measure=m, more_met=60) for m in MEASURES)),
        group("neighbourhood", "01", cells(14, 90, 41)),
        group("neighbourhood", "02", cells(14, 89, 41)),
        LONELY,
    ]  # fmt: skip


def ranked() -> list[Group]:
    """Lists of the ranking were visited too."""
    figures = (
        figure("prevalence", 0.14, 0.1, 0.19, 0),
        figure("found_share", 0.031, 0.02, 0.048, 0),
        figure("false_omission", 0.135, 0.09, 0.18, 0),
    )
    unsure = (
        figure("prevalence", 0.3, 0.1, 0.5, 40),
        figure("found_share", 0.03, 0.0, 0.4, 70),
        figure("false_omission", 0.3, 0.1, 0.5, 40),
    )
    listed = (60, 200, 40)
    half = cells(14, 89, 41, (30, 100, 20))
    parts = [group("sex", "women", half, *unsure), group("sex", "men", half, *figures)]
    return [group("", "", cells(28, 178, 82, listed), *figures), *parts, replace(LONELY, cells=cells(47, 135, 106, listed))]  # fmt: skip


def nothing() -> list[Group]:
    """No visit yet."""
    every = [replace(UNKNOWN, measure=m, more_met=60) for m in MEASURES]
    return [group("", "", cells(0, 0, 0), *every), group("", "", cells(0, 0, 0), *every, outcome="lonely")]


CASES = {"unranked": unranked, "ranked": ranked, "nothing": nothing}


@cache
def html(case: str, language: Language = "fr") -> str:
    return page(report(CASES[case](), language)).decode()


def seen(case: str, language: Language = "en") -> str:
    """What a reader reads, in one line."""
    text = re.sub(r"<style.*?</style>|<svg.*?</svg>", "", html(case, language), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))
