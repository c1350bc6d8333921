"""How many are isolated, group by group, on one axis: a solid line is measured, a dashed one not yet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from features.intervals import Interval
from reports.estimates_shown import Figure as Estimate
from reports.estimates_shown import Shown
from reports.estimates_words import DIMENSIONS, group_words, known_dimensions, place
from reports.interval_chart import Chart, Guide, Line, Mark, Point, svg
from reports.model_card_facts import Figure
from reports.model_card_said import Speech
from reports.words import percent

BY_PEOPLE = ("age_band", "sex", "tenure", "qpv")


@dataclass(frozen=True, kw_only=True)
class Spans(Chart):
    """A chart in which a point may be missing (NaN) where only its interval may be shown."""

    @property
    def top(self) -> float:
        """A little beyond the furthest interval."""
        return min(1.0, 1.04 * max(p.figure.high or 0.0 for one in self.lines for p in one.points))


def legend(shown: Sequence[Shown], everybody: Shown) -> frozenset[str]:
    """What is drawn, and so is explained: ``measured``, ``open``, ``everybody``."""
    verdicts = (o.figure("prevalence").verdict for d in BY_PEOPLE for o in _drawable(shown, d))
    found = {"measured" if verdict == "measured" else "open" for verdict in verdicts}
    return frozenset(found | ({"everybody"} if everybody.figure("prevalence").value is not None else set()))


def lines(shown: Sequence[Shown], speech: Speech) -> tuple[Line, ...]:
    """A heading a dimension, then its groups; of whom nothing is known is in the table alone, and so are neighbourhoods."""
    return tuple(_lines(shown, speech))


def _lines(shown: Sequence[Shown], speech: Speech) -> Iterator[Line]:
    for dimension in BY_PEOPLE:
        mine = sorted(_drawable(shown, dimension), key=place)
        if mine:
            yield Line(label=speech.say(DIMENSIONS[dimension]))
            yield from (_line(one, speech) for one in mine)


def _drawable(shown: Sequence[Shown], dimension: str) -> list[Shown]:
    """Nothing of a dimension of which nothing is known: its one group would be everybody."""
    nothing = Interval(low=0.0, high=1.0)
    mine = [o for o in shown if o.dimension == dimension] if dimension in known_dimensions(shown) else []
    return [o for o in mine if o.figure("prevalence").interval != nothing]


def _line(one: Shown, speech: Speech) -> Line:
    figure = one.figure("prevalence")
    mark: Mark = "other" if figure.verdict == "measured" else "other weighted"
    return Line(
        label=group_words(one.dimension, one.group, {}, speech),
        points=(Point(figure=_point(figure), mark=mark),),
        text="?" if figure.verdict != "measured" else _text(figure, speech),
    )


def _point(figure: Estimate) -> Figure:
    value = math.nan if figure.value is None else figure.value
    return Figure(value=value, low=figure.interval.low, high=figure.interval.high)


def _text(figure: Estimate, speech: Speech) -> str:
    return "" if figure.value is None else percent(figure.value, speech.language)


def drawn(shown: Sequence[Shown], everybody: Shown, speech: Speech) -> str:
    """The chart; empty where nothing can be drawn."""
    rows = lines(shown, speech)
    if not rows:
        return ""
    value = everybody.figure("prevalence").value
    said = speech.say("all: {share}")
    guides = (
        () if value is None else (Guide(at=value, text=said.format(share=percent(value, speech.language))),)
    )
    chart = Spans(
        key="groups",
        title=speech.say("Isolated among those that a list could name, by group"),
        description=speech.listed([_told(one, speech) for d in BY_PEOPLE for one in _drawable(shown, d)]),
        lines=rows,
        guides=guides,
    )
    return svg(chart, lambda at: percent(at, speech.language))


def _told(one: Shown, speech: Speech) -> str:
    figure = one.figure("prevalence")
    name = group_words(one.dimension, one.group, {}, speech)
    ends = speech.span((figure.interval.low, figure.interval.high))
    known = speech.say("measured") if figure.verdict == "measured" else speech.say("not known yet")
    return f"{name}{speech.say(':')} {ends}, {known}"
