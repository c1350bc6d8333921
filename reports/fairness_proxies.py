"""Whether what ranks stands for what may not rank, as a part of the fairness page: what is shown, its sentences, its drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.estimates_words import DIMENSIONS, GROUPS, group_words
from reports.explanation_plots import label
from reports.interval_chart import Between, Guide, Line, Point, svg
from reports.model_card_facts import Figure
from reports.model_card_said import Speech
from reports.model_card_words import CARDS
from reports.words import percent

Verdict = Literal["told", "told in part", "not told"]
VERDICTS: dict[Verdict, str] = {
    "told": "can be guessed",
    "told in part": "can be guessed in part",
    "not told": "perhaps no better than by chance",
}
BY_PLACE = "neighbourhood"
FIRST, SHIFTS, LEAST_SHIFT, NAMED = 8, 3, 0.01, 4
"""Removals that stand open, groups that are named beside one, the least change of a group's share of the list that is, and
groups that the headline names."""
CHANCE, BOTTOM = 0.5, 0.3
"""Where nothing is told, and where the drawing begins."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A group against all others: how often, of two households, the one of the group is named; ``by``: (factor, its part in that), the strongest first."""

    dimension: str
    group: str
    area: Figure
    verdict: Verdict
    by: tuple[tuple[str, float], ...]


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A group's share of the list, in [0, 1], less what it was."""

    dimension: str
    group: str
    by: float


@dataclass(frozen=True, kw_only=True)
class Removal:
    """The list without ``factors``. ``changed``: share of the seats that others get; None: fewer than 11 seats, but some. ``shifts`` of the groups that may be shown."""

    name: str
    factors: tuple[str, ...]
    changed: float | None
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """``used``: factors that part households; ``declared``: by dimension, those that are the audit variable by definition; ``untold``: groups (dimension, group) too
    small to learn; ``single`` and ``together``: one factor removed, and a whole card of them, what changes most first; ``strong``: from where a group counts as told."""

    ranker: str
    used: tuple[str, ...]
    declared: Mapping[str, tuple[str, ...]]
    told: tuple[Told, ...]
    untold: tuple[tuple[str, str], ...]
    strong: float
    single: tuple[Removal, ...]
    together: tuple[Removal, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A removal as written; ``width``: of its bar, in per cent."""

    name: str
    changed: str
    width: int
    shifts: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """What ``_fairness_proxies.html.j2`` reads, as ``proxies``. ``told``: by title of a dimension, (group, figure, interval, verdict, factors)."""

    headline: str
    details: tuple[str, ...]
    chart: str
    told: tuple[tuple[str, tuple[tuple[str, str, str, str, str], ...]], ...]
    places: tuple[tuple[str, str, str, str, str], ...]
    single: tuple[Row, ...]
    rest: tuple[Row, ...]
    together: tuple[Row, ...]
    reading: tuple[str, ...]


def content(report: Report) -> dict[str, object]:
    """Of ``fairness.json``, key ``proxies``. ``seats_changed`` is null where some, but fewer than 11, change."""
    return {
        "ranker": report.ranker,
        "used": list(report.used),
        "by_definition": {d: list(factors) for d, factors in report.declared.items() if factors},
        "told_from": report.strong,
        "told": [
            {
                "dimension": one.dimension,
                "group": one.group,
                "area_under_the_curve": {
                    name: None if end is None else round(end, 3)
                    for name, end in (
                        ("value", one.area.value),
                        ("low", one.area.low),
                        ("high", one.area.high),
                    )
                },
                "verdict": one.verdict,
                "by": {factor: round(part, 2) for factor, part in one.by},
            }
            for one in report.told
        ],
        "too_small": [f"{dimension}: {group}" for dimension, group in report.untold],
        "without_one_factor": [_removal(one) for one in report.single],
        "without_a_card": [_removal(one) for one in report.together],
    }


def _removal(one: Removal) -> dict[str, object]:
    shifts = [
        {"dimension": s.dimension, "group": s.group, "list_share_difference": round(s.by, 2)}
        for s in one.shifts
    ]
    changed = None if one.changed is None else round(one.changed, 2)
    return {
        "without": one.name,
        "factors": list(one.factors),
        "seats_changed": changed,
        "list_shares": shifts,
    }


def part(report: Report, names: Mapping[str, str], speech: Speech) -> Part:
    """``names`` of neighbourhoods by code."""
    people = [one for one in report.told if one.dimension != BY_PLACE]
    single = tuple(_row(one, label(one.name, speech.language), names, speech) for one in report.single)
    return Part(
        headline=headline(report, names, speech),
        details=tuple(_details(report, speech)),
        chart=_chart(people, speech) if people else "",
        told=tuple(
            (speech.say(DIMENSIONS[d]), tuple(_told(one, names, speech) for one in mine))
            for d, mine in _by_dimension(people)
        ),
        places=tuple(_told(one, names, speech) for one in report.told if one.dimension == BY_PLACE),
        single=single[:FIRST],
        rest=single[FIRST:],
        together=tuple(_row(one, speech.say(CARDS[one.name]), names, speech) for one in report.together),
        reading=tuple(_reading(report, speech)),
    )


def headline(report: Report, names: Mapping[str, str], speech: Speech) -> str:
    """Which groups the factors give away."""
    if not report.used:
        return speech.say("A lot ranks the list: no factor decides, so that none can stand for a group.")
    if not report.told:
        return speech.say("Whether a group could be guessed from the factors that rank is not known: besides those that say it outright there are none, or every group is too small.")  # fmt: skip
    told = [one for one in report.told if one.verdict == "told"]
    if told:
        told.sort(key=lambda one: -one.area.value)
        first = [one for one in told if one.dimension != BY_PLACE][:NAMED]
        who = [group_words(one.dimension, one.group, names, speech) for one in first]
        more = len(told) - len(first)
        if more:
            who.append(speech.say("and one more") if more == 1 else speech.say("and {n} more").format(n=more))
        said = speech.say("The ranking is not told who belongs to these groups, but its factors let it be guessed: {groups}.")  # fmt: skip
        return said.format(groups=speech.listed(who))
    if any(one.verdict == "told in part" for one in report.told):
        return speech.say("The factors that rank let no group be guessed well; of some they tell a part.")
    return speech.say("The factors that rank let no group be guessed.")


def _details(report: Report, speech: Speech) -> Iterator[str]:
    if not report.used:
        yield speech.say("Everybody has the same chance to be listed, but for the floors that the city set. Nothing can be removed, and nothing tells anybody apart.")  # fmt: skip
        return
    yield speech.say("That a group can be guessed is no fault by itself: it says where to look. The last table says what each factor decides.")  # fmt: skip
    first = report.single[0] if report.single else None
    if first is not None and first.changed:
        said = speech.say("The factor that decides most is “{factor}”: without it {share} of the visits would go to other households.")  # fmt: skip
        yield said.format(
            factor=label(first.name, speech.language), share=percent(first.changed, speech.language)
        )
    elif first is not None:
        yield speech.say("No single factor decides much: without any of them fewer than 11 visits would go to other households.")  # fmt: skip


def _by_dimension(told: Sequence[Told]) -> Iterator[tuple[str, list[Told]]]:
    for dimension in DIMENSIONS:
        mine = [one for one in told if one.dimension == dimension]
        if mine:
            yield dimension, sorted(mine, key=_place)


def _place(one: Told) -> int:
    key = f"{one.dimension}: {one.group}"
    return [*GROUPS, key].index(key)


def _told(one: Told, names: Mapping[str, str], speech: Speech) -> tuple[str, str, str, str, str]:
    factors = [f"{label(factor, speech.language)} ({percent(share, speech.language)})" for factor, share in one.by]  # fmt: skip
    return (
        group_words(one.dimension, one.group, names, speech),
        percent(one.area.value, speech.language),
        _between(one, speech),
        speech.say(VERDICTS[one.verdict]),
        speech.listed(factors),
    )


def _between(one: Told, speech: Speech) -> str:
    if one.area.low is None or one.area.high is None:
        return ""
    return speech.span((one.area.low, one.area.high))


def _row(one: Removal, name: str, names: Mapping[str, str], speech: Speech) -> Row:
    changed = speech.say("fewer than 11 visits") if one.changed is None else percent(one.changed, speech.language)  # fmt: skip
    most = sorted(
        (s for s in one.shifts if abs(s.by) >= LEAST_SHIFT and s.group != "other"), key=lambda s: -abs(s.by)
    )[:SHIFTS]
    shifts = [
        f"{group_words(s.dimension, s.group, names, speech)} {speech.signed(100 * s.by, 0)}" for s in most
    ]
    return Row(
        name=name, changed=changed, width=round(100 * (one.changed or 0)), shifts=speech.listed(shifts)
    )


def _chart(told: Sequence[Told], speech: Speech) -> str:
    chart = Between(
        key="proxies",
        title=speech.say("Of two households, how often the one of the group is guessed from the factors"),
        description=speech.listed(
            [_in_words(one, speech) for _, mine in _by_dimension(told) for one in mine]
        ),
        lines=tuple(_lines(told, speech)),
        guides=(Guide(at=CHANCE, text=speech.say("by chance")),),
        bottom=BOTTOM,
        end=1.0,
    )
    return svg(chart, lambda at: percent(at, speech.language))


def _in_words(one: Told, speech: Speech) -> str:
    name, value, between, verdict, _ = _told(one, {}, speech)
    return f"{name}, {value} ({between}), {verdict}"


def _lines(told: Sequence[Told], speech: Speech) -> Iterator[Line]:
    for dimension, mine in _by_dimension(told):
        yield Line(label=speech.say(DIMENSIONS[dimension]))
        for one in mine:
            point = Point(figure=one.area, mark="other weighted" if one.verdict == "not told" else "other")
            yield Line(
                label=group_words(one.dimension, one.group, {}, speech),
                points=(point,),
                text=percent(one.area.value, speech.language),
                is_strong=one.verdict == "told",
            )


def _reading(report: Report, speech: Speech) -> Iterator[str]:
    if not report.used:
        return
    yield speech.say("Small decision trees learn each group from the factors that rank, on one half of a sample of households, and are tried on the other. 50%: as good as a lot; 100%: never wrong. A group counts as guessed where it is surely {strong} or more.").format(strong=percent(report.strong, speech.language))  # fmt: skip
    yield speech.say("Beside a group: the factors that tell most of it, and their part. A factor also tells by being known or not: a couple on a lease is known of tenants only. Factors that are the group by definition are left out for it: age tells the age, and what only a lease says tells the tenure.")  # fmt: skip
    yield speech.say("Without a factor: today’s list if the factor said the same of everybody, the city’s floors kept. The model is not taught again: without the factor it might find the same in others.")  # fmt: skip
    yield speech.say("Beside it: the groups whose share of the list changes most, in points. Where fewer than 11 visits would change, or a group has fewer than 11 places, no figure is shown.")  # fmt: skip
    declared = [
        f"{speech.say(DIMENSIONS[d])} ({', '.join(label(f, speech.language) for f in factors)})"
        for d, factors in report.declared.items()
        if factors
    ]
    if declared:
        yield speech.say("Said outright, and so not looked for: {what}.").format(what=speech.listed(declared))
    if report.untold:
        yield speech.say("Groups too small to be learnt: {n}.").format(n=len(report.untold))
