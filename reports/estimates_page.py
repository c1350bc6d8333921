"""``estimates.html`` and ``.json``: how many are isolated, how many of them the lists find, what is not known yet, and whom no list can find."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from features.intervals import Interval
from reports import estimates_chart
from reports.contracts import Masthead, common
from reports.estimates_shown import COARSE, COARSE_VISITS, LEAST_COARSE, Figure, Shown, rounded
from reports.estimates_words import DIMENSIONS, group_words, known_dimensions, place
from reports.html import environment
from reports.model_card_said import Speech
from reports.words import number, percent

BY_PLACE = "neighbourhood"


@dataclass(frozen=True, kw_only=True)
class Residents:
    """A band's share of all residents, with where it was published and the ages, both included, that it counts."""

    share: float
    source: str
    ages: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Reach:
    """``count`` of ``of``; None where either the group or the rest is below 11. ``interval``: only where chance had a part."""

    of: int | str
    count: int | None
    share: float | None
    interval: Interval | None


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A band of ages: its share of residents (None: not delivered), the floor of the list (None: none set), its part of today's frame and list, and of
    those met and found isolated in all visits."""

    group: str
    residents: Residents | None
    floor: float | None
    frame: Reach
    listed: Reach
    met: Reach
    found: Reach


@dataclass(frozen=True, kw_only=True)
class Rules:
    """When a figure is called measured: random visits met at least (``found``: for what the lists find), and the widest interval."""

    met: int
    found: int
    widest: float


@dataclass(frozen=True, kw_only=True)
class Report:
    """``shown``: all groups, as anybody may see them. ``lists``: days of the lists that count; ``lists_without_draw`` do not; ``random_a_list``: visits drawn at random for each list of today's size;
    ``channel``: alerts of the Mission Locale in twelve months, ``<11`` where few; ``names`` of neighbourhoods by code."""

    masthead: Masthead
    as_of: date
    lists: tuple[date, ...]
    lists_without_draw: int
    random_a_list: int
    shown: tuple[Shown, ...]
    reached: tuple[Reached, ...]
    channel: int | str
    names: Mapping[str, str]
    rules: Rules

    @property
    def all(self) -> Shown:
        """Of everybody, isolated."""
        return next(one for one in self.shown if one.outcome == "isolated" and not one.dimension)

    @property
    def lonely(self) -> Shown:
        """Of everybody, lonely."""
        return next(one for one in self.shown if one.outcome == "lonely")

    @property
    def is_ranked(self) -> bool:
        """Whether a list of the ranking has been visited."""
        return self.all.figure("found_share").interval != Interval(low=0.0, high=1.0)


def content(report: Report) -> dict[str, object]:
    """``estimates.json``; no count below 11, and none that could be worked out."""
    return {
        "city": report.masthead.city,
        "as_of": report.as_of.isoformat(),
        "lists": [day.isoformat() for day in report.lists],
        "lists_without_draw": report.lists_without_draw,
        "random_a_list": report.random_a_list,
        "measured_when": asdict(report.rules),
        "coarse": {"shares_to": 1 / COARSE, "visits_to": COARSE_VISITS, "least_met": LEAST_COARSE},
        "groups": [one.as_json() for one in report.shown],
        "young_adults": [rounded(asdict(one)) for one in report.reached],
        "mission_locale_alerts_in_12_months": report.channel,
    }


def page(report: Report) -> bytes:
    """The page: what is known of everybody, by group, young adults, doors that stayed shut, and how to read it. Same report, same bytes."""
    speech = Speech(language=report.masthead.language)
    return (
        environment()
        .get_template("estimates.html.j2")
        .render(
            **common(report.masthead),
            report=report,
            speech=speech,
            headline=headline(report, speech),
            details=tuple(details(report, speech)),
            chart=estimates_chart.drawn(report.shown, report.all, speech),
            ordered=sorted(report.shown, key=place),
            legend=estimates_chart.legend(report.shown, report.all),
            dimensions=known_dimensions(report.shown),
            unknown=unknown(report, speech),
            dimension_words=DIMENSIONS,
            by_place=BY_PLACE,
            label=lambda one: group_words(one.dimension, one.group, report.names, speech),
            band=lambda group: group_words("band", group, {}, speech),
            cell=lambda figure: cell(figure, speech),
            between=lambda ends: between(ends, speech),
            share=lambda value, of: share(value, of, speech),
            least_coarse=LEAST_COARSE,
        )
        .encode("utf-8")
    )


def unknown(report: Report, speech: Speech) -> str:
    """Which dimensions tell nobody apart, since it is known of nobody; empty where each tells some."""
    none = {one.dimension for one in report.shown} - {"", *known_dimensions(report.shown)}
    titles = [speech.say(DIMENSIONS[d]) for d in DIMENSIONS if d in none]
    said = speech.say("Not told apart, since it is known of nobody: {what}.")
    return said.format(what=speech.listed([t[0].lower() + t[1:] for t in titles])) if titles else ""


def headline(report: Report, speech: Speech) -> str:
    """How many are isolated, or that nobody knows."""
    figure = report.all.figure("prevalence")
    if figure.interval == Interval(low=0.0, high=1.0):
        return speech.say("At how many doors a visit would find somebody isolated is not known: hardly any visit drawn at random has come back.")  # fmt: skip
    low, high = _ends(figure, speech)
    if figure.verdict == "measured" and figure.value is not None:
        said = speech.say("At about {share} of the doors that a list could name, a visit would find somebody isolated: between {low} and {high}.")  # fmt: skip
        return said.format(share=share(figure.value, figure.interval, speech), low=low, high=high)
    return speech.say("At how many doors a visit would find somebody isolated is not known yet: between {low} and {high} of those that a list could name.").format(low=low, high=high)  # fmt: skip


def details(report: Report, speech: Speech) -> Iterator[str]:
    """What would settle it, what the lists find and what they leave."""
    if report.all.figure("prevalence").verdict != "measured":
        yield settled(report.all.figure("prevalence"), speech) + _lists(report, speech)
    if not report.is_ranked:
        yield speech.say("How many of them the ranking finds is not known: no list of the ranking has been visited yet, or too few of its visits have come back.")  # fmt: skip
        return
    found, left = report.all.figure("found_share"), report.all.figure("false_omission")
    yield _told(
        found,
        speech.say("A list holds about {share} of the isolated households of its day: between {low} and {high}."),
        speech.say("How many of the isolated households a list holds is not known yet: between {low} and {high}."),
        speech,
    )  # fmt: skip
    yield _told(
        left,
        speech.say("Of the households that a list leaves out, about {share} are isolated: between {low} and {high}. Not to be on a list proves nothing."),
        speech.say("How many of those that a list leaves out are isolated is not known yet: between {low} and {high}. Not to be on a list proves nothing."),
        speech,
    )  # fmt: skip


def _told(figure: Figure, known: str, unknown: str, speech: Speech) -> str:
    low, high = _ends(figure, speech)
    if figure.verdict == "measured" and figure.value is not None:
        return known.format(share=share(figure.value, figure.interval, speech), low=low, high=high)
    return f"{unknown.format(low=low, high=high)} {settled(figure, speech)}"


def settled(figure: Figure, speech: Speech) -> str:
    """How many more visits would settle a figure."""
    if figure.more_met is None:
        return speech.say("No number of visits drawn at random would settle it.")
    if not figure.more_met:
        return ""
    said = speech.say("About {n} more visits drawn at random that meet somebody would settle it.")
    return said.format(n=number(figure.more_met, speech.language))


def _lists(report: Report, speech: Speech) -> str:
    """How long that takes at today's pace."""
    more = report.all.figure("prevalence").more_met
    if not more:
        return ""
    if not report.random_a_list:
        return " " + speech.say("Today’s lists draw nobody at random, so it will stay unknown.")
    said = speech.say("With {n} visits drawn at random on each list, that is {lists} lists or more.")
    return " " + said.format(n=report.random_a_list, lists=math.ceil(more / report.random_a_list))


def cell(figure: Figure, speech: Speech) -> tuple[str, str, str]:
    """(figure, interval, what is missing), empty where there is nothing to say."""
    is_unknown = figure.interval == Interval(low=0.0, high=1.0)
    ends = (
        "" if is_unknown or figure.interval.low == figure.interval.high else between(figure.interval, speech)
    )
    if figure.verdict == "measured":
        value = share(figure.value, figure.interval, speech) if figure.value is not None else ends
        return value, ends if figure.value is not None else "", ""
    more = figure.more_met
    return speech.say("not known yet"), ends, _missing(more, speech)


def _missing(more: int | None, speech: Speech) -> str:
    if more is None:
        return ""
    return speech.say("about {n} more visits").format(n=number(more, speech.language))


def share(value: float, of: Interval, speech: Speech) -> str:
    """With a digit where the whole interval is below one in ten."""
    return percent(value, speech.language, 1 if of.high < 0.1 else 0)


def between(ends: Interval, speech: Speech) -> str:
    """Both ends of an interval."""
    low, high = (share(end, ends, speech) for end in (ends.low, ends.high))
    return speech.say("{low} to {high}").format(low=low, high=high)


def _ends(figure: Figure, speech: Speech) -> tuple[str, str]:
    ends = figure.interval
    return share(ends.low, ends, speech), share(ends.high, ends, speech)
