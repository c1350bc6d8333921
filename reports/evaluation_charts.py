"""The charts of a yearly evaluation: points with their intervals, this span beside the one that it is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from features.yearly import Share
from features.yearly_counts import ARMS, CHANNELS, Span
from reports.evaluation_facts import ARM_WORDS, BY_NAME, CHANNEL_WORDS, Evaluation
from reports.evaluation_said import Said, found_after, found_by
from reports.interval_chart import Chart, Guide, Line, Mark, Point, svg
from reports.model_card_facts import Figure
from reports.words import percent

DOORS = ("reached", "refused", "absent", "moved")


def doors(evaluation: Evaluation, span: Span, other: Span, said: Said) -> str:
    """What became of the visits."""
    named = [BY_NAME[name] for name in DOORS]
    rows = [
        (said.say(one.title), [one.share(evaluation.counts, at) for at in (span, other)]) for one in named
    ]
    return _drawn(f"doors-{span}", said.say("What became of the visits"), rows, None, said)


def found(evaluation: Evaluation, said: Said) -> str:
    """Isolated among those who answered, by the way in which they were chosen; the year before beside it."""
    rows = [
        (said.say(ARM_WORDS[arm]), [found_by(evaluation, span, arm) for span in ("year", "before")])
        for arm in ARMS
    ]
    everybody = BY_NAME["isolated"].share(evaluation.counts, "year")
    return _drawn(
        "found",
        said.say("Isolated among those who answered, by how they were chosen"),
        rows,
        everybody.value,
        said,
    )


def alerts(evaluation: Evaluation, said: Said) -> str:
    """The same by channel of the alert."""
    rows = [
        (said.say(CHANNEL_WORDS[one]), [found_after(evaluation, span, one) for span in ("year", "before")])
        for one in CHANNELS
    ]
    everybody = BY_NAME["alert_isolated"].share(evaluation.counts, "year")
    return _drawn(
        "alerts", said.say("Isolated among those visited after an alert"), rows, everybody.value, said
    )


def _drawn(
    key: str, title: str, rows: Sequence[tuple[str, Sequence[Share]]], guide: float | None, said: Said
) -> str:
    """Empty where no row has a figure."""
    lines = [line for label, shares in rows if (line := _line(label, shares, said)) is not None]
    if not lines:
        return ""
    at = said.say("all: {share}").format(share=percent(guide, said.language)) if guide is not None else ""
    told = [f"{line.label}{said.say(':')} {line.text}" for line in lines]
    chart = Chart(
        key=key,
        title=title,
        description=said.listed(told),
        lines=lines,
        guides=() if guide is None else (Guide(at=guide, text=at),),
        row=0.4,
    )
    return svg(chart, lambda share: percent(share, said.language))


def _line(label: str, shares: Sequence[Share], said: Said) -> Line | None:
    """This span as a diamond, the other as a circle; a row of which this span knows nothing is left out."""
    marks: tuple[Mark, Mark] = ("first", "other weighted")
    points = tuple(
        Point(figure=Figure(value=one.value, low=one.interval.low, high=one.interval.high), mark=mark)
        for one, mark in zip(shares, marks, strict=True)
        if one.value is not None and one.interval is not None
    )
    if shares[0].value is None:
        return None
    return Line(label=label, points=points, text=percent(shares[0].value, said.language))
