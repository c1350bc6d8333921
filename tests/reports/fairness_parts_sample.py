"""Both parts of the fairness page, drawn by hand, on a page of their own: one where much is sure, one where nothing is, and a lot that ranks."""

from __future__ import annotations

import re
from functools import cache
from html import unescape

from features.factor import Language
from reports import fairness_floors, fairness_floors_said, fairness_proxies
from reports.contracts import Masthead, common
from reports.fairness_floors_said import Difference, GroupFound, WayTried
from reports.fairness_proxies import Removal, Shift, Told
from reports.html import environment
from reports.model_card_facts import Figure
from reports.model_card_said import Speech

NAMES = {"01": "Centre", "02": "Gare"}
PAGE = """{% extends "base.html.j2" %}
{% block style %}{% include "contracts.css" %}{% include "model_card.css" %}{% include "estimates.css" %}{% include "fairness_parts.css" %}{% endblock %}
{% block title %}{{ masthead.city }}{% endblock %}
{% block body %}<header><h1>{{ masthead.city }}</h1></header><main>
<section id="floors"><h2>1</h2>{% include "_fairness_floors.html.j2" %}</section>
<section id="proxies"><h2>2</h2>{% include "_fairness_proxies.html.j2" %}</section></main>{% endblock %}"""


def figure(value: float, low: float, high: float) -> Figure:
    return Figure(value=value, low=low, high=high)


OPEN = Difference(by=figure(-0.02, -0.09, 0.05), verdict="cannot be told", more_answers=301)
NEVER = Difference(by=figure(0.001, -0.2, 0.2), verdict="cannot be told", more_answers=None)
FEWER = Difference(by=figure(-0.08, -0.12, -0.04), verdict="fewer", more_answers=0)
SAME = Difference(by=figure(0.0, -0.01, 0.02), verdict="as many", more_answers=0)
MORE = Difference(by=figure(0.31, 0.1, 0.52), verdict="more", more_answers=0)


def found(dimension: str, group: str, change: Difference) -> GroupFound:
    return GroupFound(dimension=dimension, group=group, now=0.2, then=0.2 + change.by.value, change=change)


def way(name: fairness_floors_said.Way, dimension: str, change: Difference, *groups: GroupFound) -> WayTried:
    return WayTried(
        way=name,
        dimension=dimension,
        precision=0.3 + change.by.value,
        change=change,
        moved=None if name == "recall" else 0.34,
        unfilled=0.12 if dimension == "neighbourhood" else 0.0,
        groups=groups,
    )


SURE = (
    way("need", "age_band", FEWER, found("age_band", "40-59", MORE), found("age_band", "80 and over", FEWER)),
    way("recall", "age_band", SAME, found("age_band", "40-59", OPEN), found("age_band", "80 and over", SAME)),
    way("households", "neighbourhood", NEVER, found("neighbourhood", "02", NEVER)),
    way("city", "", OPEN, found("age_band", "40-59", SAME), found("neighbourhood", "02", OPEN)),
)
UNSURE = tuple(way(name, "qpv", OPEN, found("qpv", "priority", NEVER)) for name in ("households", "recall"))  # type: ignore[arg-type]


def of_floors(*tried: WayTried, need_more: int = 0) -> fairness_floors_said.Report:
    return fairness_floors_said.Report(
        ranker="logistic",
        answers=619,
        campaigns=6,
        seats=127,
        precision=0.3,
        few=0.03,
        few_of_group=0.05,
        need_more=need_more,
        tried=tried,
    )


def told(dimension: str, group: str, area: Figure, *by: tuple[str, float]) -> Told:
    verdict: fairness_proxies.Verdict = "told" if (area.low or 0) >= 0.7 else "told in part" if (area.low or 0) > 0.5 else "not told"  # fmt: skip
    return Told(dimension=dimension, group=group, area=area, verdict=verdict, by=by)


TOLD = (
    told("sex", "women", figure(0.62, 0.57, 0.67), ("oldest_age", 0.4), ("lives_alone_known", 0.2)),
    told("qpv", "priority", figure(0.84, 0.81, 0.88), ("low_income", 0.71)),
    told("neighbourhood", "02", figure(0.8, 0.76, 0.85), ("social_tenant", 0.5)),
    told("tenure", "social housing", figure(0.52, 0.47, 0.57)),
)
REMOVED = (
    Removal(
        name="oldest_age",
        factors=("oldest_age",),
        changed=1.0,
        shifts=(Shift(dimension="age_band", group="80 and over", by=-0.8), Shift(dimension="qpv", group="priority", by=0.08)),
    ),
    *(Removal(name=f, factors=(f,), changed=None, shifts=()) for f in ("low_income", "lives_alone_known", "agent_noticed", "use_fell", "single_parent", "under_25", "remote_place")),
    Removal(name="social_tenant", factors=("social_tenant",), changed=0.0, shifts=()),
)  # fmt: skip


def of_proxies(*told: Told, removed: tuple[Removal, ...] = REMOVED) -> fairness_proxies.Report:
    used = tuple(one.name for one in removed)
    card = Removal(name="poverty", factors=("low_income", "social_tenant"), changed=0.53, shifts=())
    return fairness_proxies.Report(
        ranker="logistic",
        used=used,
        declared={"sex": (), "age_band": ("oldest_age",)} if removed else {},
        told=told,
        untold=(("age_band", "under 25"),) if removed else (),
        strong=0.7,
        single=removed,
        together=(card,) if removed else (),
    )


CASES = {
    "sure": (of_floors(*SURE), of_proxies(*TOLD)),
    "unsure": (of_floors(*UNSURE, need_more=38), of_proxies(*TOLD[3:], removed=REMOVED[1:])),
    "nothing": (of_floors(), of_proxies(removed=())),
}


def page(
    floors: fairness_floors_said.Report, proxies: fairness_proxies.Report, language: Language = "fr"
) -> str:
    masthead, speech = Masthead(city="Ville & <b>port", language=language, is_fictitious=True), Speech(language=language)  # fmt: skip
    parts = {
        "floors": fairness_floors.part(floors, NAMES, speech),
        "proxies": fairness_proxies.part(proxies, NAMES, speech),
    }
    return environment().from_string(PAGE).render(**common(masthead), **parts)


@cache
def html(case: str, language: Language = "fr") -> str:
    return page(*CASES[case], language)


def seen(case: str, language: Language = "en") -> str:
    """What a reader reads, in one line."""
    text = re.sub(r"<style.*?</style>|<svg.*?</svg>", "", html(case, language), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))
