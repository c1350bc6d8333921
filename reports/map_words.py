"""The words of the maps: measures, and what each of them says."""

from __future__ import annotations

from dataclasses import dataclass

from features.frame import HIDDEN
from reports.maps import Measure, Report, Row
from reports.model_card_said import Speech
from reports.words import WIDE, number, percent


@dataclass(frozen=True, kw_only=True)
class Words:
    """``title``: of the choice, the map and the column; ``told``: what a number of it is."""

    title: str
    told: str


MEASURES: dict[Measure, Words] = {
    "need": Words(
        title="Estimated need",
        told="Households at which a visit would find somebody isolated, estimated from the visits drawn at random, with the interval.",
    ),
    "more": Words(
        title="More visits would find",
        told="Isolated households that the next visits beyond today’s list would find in the neighbourhood, were it given as many as any other; with the interval.",
    ),
    "listed": Words(title="Listed today", told="Households of today’s list, whatever their way onto it."),
    "visited": Words(
        title="Visited so far",
        told="Visits of all lists so far, each household once a list, whether or not somebody opened.",
    ),
    "reach": Words(
        title="Reach",
        told="Of the visits so far, the share that met somebody whose answers tell; with the 95% interval.",
    ),
    "found": Words(
        title="Found isolated",
        told="Households that the visits so far found isolated: where more was visited more is found, so that few found is not little need.",
    ),
}
QPV = {
    "yes": "Priority neighbourhoods (QPV)",
    "no": "Other neighbourhoods",
    "unknown": "Not known whether priority",
}


def place_words(row: Row, report: Report, speech: Speech) -> str:
    """As people call a neighbourhood, a group of them, or the city."""
    kind, name = row.group
    if kind == "in":
        return f"{name}{WIDE}{report.names.get(name, '')}".strip() if name else speech.say("neighbourhood unknown")  # fmt: skip
    return speech.say(QPV[name]) if kind == "qpv" else speech.say("City")


def value_words(row: Row, measure: Measure, speech: Speech) -> str:
    """The figure, or why there is none."""
    value = row.value(measure)
    if value == HIDDEN:
        return speech.say(HIDDEN)
    if value is None or isinstance(value, str):
        return speech.say("not known yet") if row.group[0] == "in" or measure != "more" else "–"
    return figure(value, measure, speech)


def figure(value: float, measure: Measure, speech: Speech) -> str:
    """A number of a measure."""
    if measure == "reach":
        return percent(value, speech.language)
    return number(value, speech.language, 0 if value == round(value) else 1)


def ends_words(row: Row, measure: Measure, speech: Speech) -> str:
    """The interval; empty where there is none, or nothing to say."""
    found = span(row, measure, speech)
    return speech.say("{low} to {high}").format(low=found[0], high=found[1]) if found else ""


def span(row: Row, measure: Measure, speech: Speech) -> tuple[str, str] | None:
    """Both ends of the interval of an estimate; None where there is none, or nothing to say."""
    found = {"need": row.need, "reach": row.reach, "more": row.more}.get(measure)
    if found is None or not isinstance(row.value(measure), float | int):
        return None
    low, high = (percent(end, speech.language) if measure == "reach" else number(end, speech.language) for end in (found.low, found.high))  # fmt: skip
    return low, high
