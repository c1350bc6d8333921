"""A chart a dimension: how each group's figure compares with that of the others, with its 95 % interval and the band."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from reports.fairness_shown import Shown
from reports.fairness_words import DIMENSIONS, VERDICTS, group_words
from reports.model_card_said import Speech
from reports.parity_chart import Chart, Dot, svg
from reports.words import number

DRAWN = {"recall": "Found by the ranking", "visited": "Visited", "reached": "Reached", "helped": "Helped"}
"""Measure → its name in a chart, where there is little room."""
DRAWN_OF_PLACES = ("visited", "reached")
"""Of many neighbourhoods the first that has any to draw."""
TOP = 2.5
"""Where the axis ends; an interval that goes further is cut there."""
MARKS = {"outside": "differs", "within": "alike"}


def charts(
    lines: Sequence[Shown], names: Mapping[str, str], band: tuple[float, float], speech: Speech
) -> Iterator[tuple[str, str]]:
    """(dimension, drawing) in the order of ``DIMENSIONS``; nothing of a dimension without anything to draw."""
    for dimension in DIMENSIONS:
        dots = [
            dot
            for measure in _measures(lines, dimension)
            for dot in _dots(lines, measure, dimension, names, speech)
        ]
        if dots:
            title = speech.say(DIMENSIONS[dimension])
            chart = Chart(
                key=f"fairness-{dimension}",
                dots=dots,
                city=1.0,
                top=TOP,
                title=title,
                description=speech.listed([dot.told for dot in dots if dot.share is not None]),
                of_city=speech.say("as the others"),
                band=band,
            )
            yield title, svg(chart, lambda at: number(at, speech.language, 1))


def _measures(lines: Sequence[Shown], dimension: str) -> tuple[str, ...]:
    if dimension != "neighbourhood":
        return tuple(DRAWN)
    told = [m for m in DRAWN_OF_PLACES if any(_is_drawn(x, m, dimension) for x in lines)]
    return tuple(told[:1])


def _is_drawn(line: Shown, measure: str, dimension: str) -> bool:
    is_mine = line.measure == measure and line.dimension == dimension
    return (
        is_mine
        and line.ratio is not None
        and not math.isnan(line.ratio)
        and line.verdict != "not identifiable"
    )


def _dots(
    lines: Sequence[Shown], measure: str, dimension: str, names: Mapping[str, str], speech: Speech
) -> Iterator[Dot]:
    mine = [line for line in lines if _is_drawn(line, measure, dimension)]
    if mine:
        yield Dot(label=speech.say(DRAWN[measure]))
    for line in mine:
        label = group_words(dimension, line.group, names, speech)
        yield Dot(
            label=label,
            share=min(line.ratio or 0.0, TOP),
            low=min(line.low or 0.0, TOP),
            high=min(TOP if line.high is None else line.high, TOP),
            verdict=MARKS.get(line.verdict, "insufficient evidence"),
            told=f"{label}{speech.say(':')} {speech.say(VERDICTS[line.verdict])}",
        )
