"""The value of prediction: what a better ranking finds, and what more visits find (after Perdomo and others, 2025: show both)."""

from __future__ import annotations

from collections.abc import Iterator

from reports.interval_chart import Chart, Guide, Line, Mark, Point, svg
from reports.model_card_facts import RANDOM, Figure, ModelCard, Row
from reports.model_card_said import Speech
from reports.words import number

PLACE = "neighbourhood"


def compared(card: ModelCard) -> tuple[tuple[Row, Mark], ...]:
    """Who ranks, the rule to beat, the neighbourhood rule and the lot: each once."""
    wanted: dict[str, Mark] = {RANDOM: "random", PLACE: "place", card.best_rule: "rule", card.champion: "first"}  # fmt: skip
    found = [(card.row(name), mark) for name, mark in reversed(wanted.items())]
    return tuple((row, mark) for row, mark in found if row is not None and row.found)


def lines(card: ModelCard) -> tuple[Line, ...]:
    """By length of the list: a heading, then a row a candidate."""
    speech = Speech(language=card.about.language)
    rows = compared(card)
    drawn: list[Line] = []
    for more in sorted(rows[0][0].found) if rows else ():
        drawn.append(Line(label=_heading(card, more, speech)))
        drawn += [_line(row, mark, more, speech) for row, mark in rows if more in row.found]
    return tuple(drawn)


def _heading(card: ModelCard, more: int, speech: Speech) -> str:
    n = number(card.about.capacity + more, speech.language)
    if not more:
        return speech.say("{n} visits, the capacity").format(n=n)
    return speech.say("{n} visits, {more} more").format(n=n, more=number(more, speech.language))


def _line(row: Row, mark: Mark, more: int, speech: Speech) -> Line:
    figure = row.found[more]
    return Line(
        label=speech.name(row.name),
        points=(Point(figure=figure, mark=mark),),
        text=number(figure.value, speech.language),
        is_strong=mark == "first",
    )


def drawn(card: ModelCard) -> str:
    """The chart; empty where nothing was judged, or an older run did not look further down."""
    rows = lines(card)
    first = card.row(card.champion)
    if not rows or first is None or 0 not in first.found:
        return ""
    speech = Speech(language=card.about.language)
    chart = Chart(
        key="value",
        title=speech.say("Isolated households found, by ranking and by number of visits"),
        description=speech.listed(list(_told(card, speech))),
        lines=rows,
        guides=(Guide(at=first.found[0].value, text=speech.say("ranking of today, at capacity")),),
        row=0.3,
    )
    return svg(chart, lambda n: number(n, speech.language))


def _told(card: ModelCard, speech: Speech) -> Iterator[str]:
    rows = compared(card)
    for more in sorted(rows[0][0].found):
        each = [_figure(row, row.found[more], speech) for row, _ in rows if more in row.found]
        yield f"{_heading(card, more, speech)}{speech.say(':')} {', '.join(each)}"


def _figure(row: Row, figure: Figure, speech: Speech) -> str:
    value = f"{speech.name(row.name)} {number(figure.value, speech.language, 1)}"
    return f"{value} ({_between(figure, speech)})" if figure.low is not None else value


def _between(figure: Figure, speech: Speech) -> str:
    ends = ["–" if end is None else speech.signed(end) if end < 0 else number(end, speech.language, 1) for end in (figure.low, figure.high)]  # fmt: skip
    return speech.say("{low} to {high}").format(low=ends[0], high=ends[1])


def sentences(card: ModelCard) -> tuple[str, ...]:
    """First what a better ranking is worth in visits, then the figures it rests on; nothing where they do not exist."""
    first, other = card.row(card.champion), card.row(_other(card))
    if first is None or other is None or 0 not in first.found or 0 not in other.found:
        return ()
    speech = Speech(language=card.about.language)
    lead = _lead(card, first, other)
    sure = () if lead.is_sure else (speech.say("The interval of this lead holds zero: it may be chance."),)
    return (
        _worth(first, other, lead, speech),
        _found(card, first, other, lead, speech),
        *sure,
        *_by_visits(first, speech),
    )


def _other(card: ModelCard) -> str:
    """Against whom the ranking is held: the rule to beat, or the lot where that rule ranks."""
    return card.best_rule if card.champion != card.best_rule else RANDOM


def _lead(card: ModelCard, first: Row, other: Row) -> Figure:
    """Households more per list; its interval is that of the paired difference of precision, times the capacity."""
    against = first.difference if other.name == card.best_rule else other.difference
    value = first.found[0].value - other.found[0].value
    if against is None:
        return Figure(value=value, low=None, high=None)
    capacity = card.about.capacity if other.name == card.best_rule else -card.about.capacity
    paired = against.times(capacity)
    return Figure(value=value, low=paired.low, high=paired.high)


def bracket(first: Row, other: Row) -> tuple[int | None, int | None]:
    """Between how many more visits the other ranking finds as many as the first does at capacity; (last, None): not even with that many more."""
    below: int | None = None
    for more in sorted(other.found):
        if other.found[more].value >= first.found[0].value:
            return below, more
        below = more
    return below, None


def _worth(first: Row, other: Row, lead: Figure, speech: Speech) -> str:
    name = speech.name(other.name)
    if lead.value <= 0:
        return speech.say("At capacity this ranking finds no more than “{other}”: only more visits would find more.").format(other=name)  # fmt: skip
    below, enough = bracket(first, other)
    if enough is None:
        said = speech.say("This ranking is worth more than {n} more visits a list: even with so many more, “{other}” finds fewer.")  # fmt: skip
        return said.format(n=below, other=name)
    if not below:
        said = speech.say("This ranking is worth {n} more visits a list at most: with so many more, “{other}” finds as many.")  # fmt: skip
        return said.format(n=enough, other=name)
    said = speech.say("This ranking is worth {below} to {n} more visits a list: “{other}” would need that many more to find as many.")  # fmt: skip
    return said.format(below=below, n=enough, other=name)


def _found(card: ModelCard, first: Row, other: Row, lead: Figure, speech: Speech) -> str:
    said = speech.say("Of {visits} visits, “{first}” would find {a} isolated households and “{other}” {b}: a difference of {lead}.")  # fmt: skip
    span = f" ({_between(lead, speech)})" if lead.low is not None else ""
    return said.format(
        visits=number(card.about.capacity, speech.language), first=speech.name(first.name), other=speech.name(other.name),
        a=number(first.found[0].value, speech.language, 1), b=number(other.found[0].value, speech.language, 1),
        lead=speech.signed(lead.value) + span,
    )  # fmt: skip


def _by_visits(first: Row, speech: Speech) -> tuple[str, ...]:
    more = [m for m in sorted(first.found) if m]
    if not more:
        return ()
    gains = [f"{speech.signed(first.found[m].value - first.found[0].value)} ({m})" for m in more]
    said = speech.say("More visits in the same order would find, by number of visits more: {gains}.")
    return (said.format(gains=speech.listed(gains)),)
