"""What keeping visits for a group would cost and bring, as a part of the fairness page: the drawing and the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reports.estimates_words import DIMENSIONS, GROUPS, group_words
from reports.fairness_floors_said import (
    VERDICTS,
    WAYS,
    Difference,
    Report,
    WayTried,
    details,
    headline,
    of_100,
    reading,
    way_words,
)
from reports.interval_chart import Between, Guide, Line, Point, svg
from reports.model_card_facts import Figure
from reports.model_card_said import Speech
from reports.words import number, percent

AXIS = 0.05
"""The drawing reaches at least so far either way."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A figure, its interval and what is known of it, as written."""

    value: str
    between: str
    verdict: str
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table: its title, the titles of its first and its other columns, and rows of a name and cells (None: nothing to say)."""

    title: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What ``_fairness_floors.html.j2`` reads, as ``floors``."""

    headline: str
    details: tuple[str, ...]
    chart: str
    sheets: tuple[Sheet, ...]
    reading: tuple[str, ...]


def part(report: Report, names: Mapping[str, str], speech: Speech) -> Part:
    """``names`` of neighbourhoods by code."""
    return Part(
        headline=headline(report, speech),
        details=tuple(details(report, names, speech)) if report.tried else (),
        chart=_chart(report, speech) if report.tried else "",
        sheets=tuple(_sheets(report, names, speech)),
        reading=tuple(reading(report, speech)) if report.tried else (),
    )


def _chart(report: Report, speech: Speech) -> str:
    ends = [abs(e) for one in report.tried for e in (one.change.by.low, one.change.by.high) if e is not None]
    end = 1.06 * max([*ends, AXIS])
    chart = Between(
        key="floors",
        title=speech.say("Isolated households found in 100 visits, more or fewer than as it ranks now"),
        description=speech.listed([_in_words(one, speech) for one in report.tried]),
        lines=tuple(_lines(report, speech)),
        guides=(Guide(at=0.0, text=speech.say("as it ranks now")),),
        bottom=-end,
        end=end,
    )
    return svg(chart, lambda at: speech.signed(100 * at, 0))


def _lines(report: Report, speech: Speech) -> Iterator[Line]:
    for dimension in _dimensions(report):
        yield Line(label=_title(dimension, speech))
        for one in report.tried:
            if one.dimension == dimension:
                is_open = one.change.verdict == "cannot be told"
                point = Point(figure=one.change.by, mark="other weighted" if is_open else "other")
                text = "?" if is_open else speech.signed(100 * one.change.by.value)
                yield Line(label=speech.say(WAYS[one.way]), points=(point,), text=text)


def _in_words(one: WayTried, speech: Speech) -> str:
    cell = _cell(one.change, _signed(one.change.by.value, speech), speech)
    return f"{way_words(one, speech)}, {cell.value} ({cell.between}), {cell.verdict}"


def _dimensions(report: Report) -> Sequence[str]:
    return [d for d in (*DIMENSIONS, "") if any(one.dimension == d for one in report.tried)]


def _title(dimension: str, speech: Speech) -> str:
    return speech.say(DIMENSIONS[dimension]) if dimension else speech.say("The floors that the city set")


def _sheets(report: Report, names: Mapping[str, str], speech: Speech) -> Iterator[Sheet]:
    """All ways, then of each dimension the groups by each way."""
    if report.tried:
        yield Sheet(
            title=speech.say("Every way that was tried"),
            first=speech.say("Way"),
            columns=tuple(
                speech.say(title)
                for title in ("Found in 100 visits", "Difference", "Seats that change hands")
            ),
            rows=tuple(
                (way_words(one, speech), _way_cells(one, speech))
                for dimension in _dimensions(report)
                for one in report.tried
                if one.dimension == dimension
            ),
        )
    for dimension in _dimensions(report):
        mine = [one for one in report.tried if one.dimension == dimension]
        keys = sorted({(g.dimension, g.group) for one in mine for g in one.groups}, key=_place)
        if keys:
            yield Sheet(
                title=speech.say("Isolated who are found: {dimension}").format(
                    dimension=_title(dimension, speech)
                ),
                first=speech.say("Group"),
                columns=(speech.say("as it ranks now"), *(speech.say(WAYS[one.way]) for one in mine)),
                rows=tuple(
                    (group_words(*key, names, speech), tuple(_row(mine, key, speech))) for key in keys
                ),
            )


def _place(key: tuple[str, str]) -> tuple[int, int, str]:
    known = f"{key[0]}: {key[1]}"
    return [*DIMENSIONS].index(key[0]), [*GROUPS, known].index(known), key[1]


def _way_cells(one: WayTried, speech: Speech) -> tuple[Cell, ...]:
    unfilled = speech.say("{share} could not be kept")
    missing = unfilled.format(share=percent(one.unfilled, speech.language)) if one.unfilled >= 0.01 else ""
    moved = speech.say("fewer than 11 visits") if one.moved is None else percent(one.moved, speech.language)
    return (
        Cell(value=of_100(one.precision, speech), between="", verdict="", is_open=False),
        _cell(one.change, _signed(one.change.by.value, speech), speech),
        Cell(value=moved, between=missing, verdict="", is_open=False),
    )


def _row(ways: Sequence[WayTried], key: tuple[str, str], speech: Speech) -> Iterator[Cell | None]:
    found = [next((g for g in one.groups if (g.dimension, g.group) == key), None) for one in ways]
    now = next(g.now for g in found if g is not None)
    yield Cell(value=percent(now, speech.language), between="", verdict="", is_open=False)
    for group in found:
        yield None if group is None else _cell(group.change, percent(group.then, speech.language), speech)


def _cell(one: Difference, value: str, speech: Speech) -> Cell:
    is_open = one.verdict == "cannot be told"
    said = _more(one.more, speech) if is_open else speech.say(VERDICTS[one.verdict])
    return Cell(value=value, between=_between(one.by, speech), verdict=said, is_open=is_open)


def _more(more: int | None, speech: Speech) -> str:
    if more is None:
        return speech.say("no number of visits within reach would tell")
    return speech.say("about {n} more answers").format(n=number(more, speech.language))


def _between(by: Figure, speech: Speech) -> str:
    if by.low is None or by.high is None or round(by.high - by.low, 3) == 0:
        return ""
    low, high = (_signed(end, speech) for end in (by.low, by.high))
    return speech.say("{low} to {high}").format(low=low, high=high)


def _signed(share: float, speech: Speech) -> str:
    return speech.signed(100 * share)
