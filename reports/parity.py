"""``frame_parity.html`` and ``.json``: whom the frame sees less well, and what that does to the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from features.parity import BAND, ROUNDED_TO, Group, Measured, as_json
from features.parity_counts import UNKNOWN
from reports.contracts import Masthead, common
from reports.html import environment
from reports.parity_chart import Chart, Dot, svg
from reports.parity_words import DIMENSIONS, GROUPS, MEASURES, UNTOLD, VERDICTS, Direction
from reports.words import WIDE, number, percent, words

PAIRS = ("sex", "tenure", "qpv")
"""Dimensions of two groups: that one is above says that the other is below, so that one sentence is enough."""
BY_PLACE = ("quartier",)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What stands out in one measure and direction: ``lead``, then each group with its figures, then what it does to the list."""

    measure: str
    direction: Direction
    lead: str
    groups: tuple[str, ...]
    effect: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the page and the JSON say. ``names`` of neighbourhoods by code."""

    masthead: Masthead
    as_of: date
    measured: tuple[Measured, ...]
    names: Mapping[str, str]

    @property
    def comparisons(self) -> int:
        """How many groups were compared with the others."""
        return sum(
            g.against is not None and g.verdict != "foretold"
            for m in self.measured
            if m.city and m.city.count
            for g in m.groups
        )

    def label(self, dimension: str, group: str) -> str:
        """As people read it."""
        if (dimension, group) in GROUPS:
            return words(self.masthead.language)(GROUPS[dimension, group])
        return f"{group}{WIDE}{self.names.get(group, '')}".strip()


def page(report: Report) -> bytes:
    """The page: sentences first, then verdicts at a glance, then a chart and a table a measure."""
    said = sentences(report)
    known = {g.dimension for m in report.measured for g in m.groups}
    return (
        environment()
        .get_template("frame_parity.html.j2")
        .render(
            **common(report.masthead),
            report=report,
            findings=[
                (one.measure, [s for s in said if s.measure == one.measure])
                for one in report.measured
                if any(s.measure == one.measure for s in said)
            ],
            dimensions=[d for d in DIMENSIONS if d in known],
            untold=[text for d, text in UNTOLD.items() if d not in known],
            dimension_words=DIMENSIONS,
            said=MEASURES,
            verdict_words=VERDICTS,
            at_a_glance=at_a_glance,
            charts=lambda one: charts(report, one),
            band=BAND,
            rounded_to=ROUNDED_TO,
        )
        .encode("utf-8")
    )


def content(report: Report) -> dict[str, object]:
    """``frame_parity.json``: the figures and the sentences."""
    return {
        "city": report.masthead.city,
        "as_of": report.as_of.isoformat(),
        "band": list(BAND),
        "counts_rounded_to": ROUNDED_TO,
        "sentences": [s.__dict__ for s in sentences(report)],
        "measures": as_json(report.measured),
    }


def sentences(report: Report) -> tuple[Sentence, ...]:
    """One a measure and direction in which some group differs, in the order of the measures."""
    say = words(report.masthead.language)
    found = []
    directions: tuple[Direction, ...] = ("more", "less")
    for one in report.measured:
        for direction in directions:
            groups = [g for g in one.groups if _stands_out(g, direction)]
            if groups:
                found.append(
                    Sentence(
                        measure=one.measure,
                        direction=direction,
                        lead=say(MEASURES[one.measure].lead(direction)),
                        groups=_told(report, one, groups),
                        effect=say(MEASURES[one.measure].effect(direction)),
                    )
                )
    return tuple(found)


def _stands_out(group: Group, direction: Direction) -> bool:
    if group.verdict != "differs" or group.against is None:
        return False
    if direction == "less" and group.dimension in PAIRS:
        return False
    return (group.against.low > BAND[1]) == (direction == "more")


def _told(report: Report, one: Measured, groups: Sequence[Group]) -> tuple[str, ...]:
    """A line a group; neighbourhoods share one, since there may be many."""
    language = report.masthead.language
    lines = [_figures(report, g) for g in groups if g.dimension not in BY_PLACE]
    places = [(g.share.share, g) for g in groups if g.dimension in BY_PLACE and g.share]
    if places and one.city:
        places.sort(key=lambda pair: -pair[0])
        named = [
            f"{report.label(g.dimension, g.group)} ({percent(share, language, 1)})" for share, g in places
        ]
        lead = words(language)("Neighbourhoods, against {city} in the whole city: {places}")
        lines.append(lead.format(city=percent(one.city.share, language, 1), places=", ".join(named)))
    return tuple(lines)


def _figures(report: Report, group: Group) -> str:
    language = report.masthead.language
    say = words(language)
    share, against = group.share, group.against
    assert share is not None and against is not None
    told = {"who": report.label(group.dimension, group.group), "share": percent(share.share, language, 1)}
    if against.ratio is None or against.high is None:
        return say("{who}: {share}, against nobody of the others").format(**told)
    return say(
        "{who}: {share}, against {rest} of the others ({ratio} times as often; between {low} and {high})"
    ).format(
        **told,
        rest=percent(against.rest_share, language, 1),
        ratio=number(against.ratio, language, 1 if against.ratio >= 1 else 2),
        low=number(against.low, language, 1 if against.low >= 1 else 2),
        high=number(against.high, language, 1 if against.low >= 1 else 2),
    )


def at_a_glance(one: Measured, dimension: str) -> tuple[str, int, int]:
    """Verdict of a dimension, how many of its groups have it, of how many: what differs weighs most, and one doubt is enough not to call it alike."""
    verdicts = [g.verdict for g in one.groups if g.dimension == dimension and g.verdict]
    for candidate in ("differs", "insufficient evidence", "foretold", "hidden", "alike"):
        if candidate in verdicts:
            return candidate, verdicts.count(candidate), len(verdicts)
    return "hidden", 0, 0


def charts(report: Report, one: Measured) -> tuple[str, ...]:
    """By people and by neighbourhood, on one scale; nothing where there is nothing to draw."""
    if one.city is None or not one.city.count:
        return ()
    shown = [g.share.high for g in one.groups if g.share is not None and g.verdict]
    drawn = []
    for part, dimensions in (
        ("people", [d for d in DIMENSIONS if d not in BY_PLACE]),
        ("places", list(BY_PLACE)),
    ):
        dots = _dots(report, one, dimensions)
        if dots:
            drawn.append(_chart(report, one, part, dots, top=min(1.0, 1.04 * max(shown))))
    return tuple(drawn)


def _dots(report: Report, one: Measured, dimensions: Sequence[str]) -> list[Dot]:
    dots: list[Dot] = []
    for dimension in dimensions:
        lines = list(
            _lines(report, [g for g in one.groups if g.dimension == dimension and g.group != UNKNOWN])
        )
        if lines:
            say = words(report.masthead.language)
            dots += [Dot(label=say(DIMENSIONS[dimension])), *lines]
    return dots


def _lines(report: Report, groups: Sequence[Group]) -> Iterator[Dot]:
    """Neighbourhoods from the highest share down."""
    shown = [(g, g.share) for g in groups if g.share is not None and g.verdict]
    if groups and groups[0].dimension in BY_PLACE:
        shown.sort(key=lambda pair: -pair[1].share)
    for group, share in shown:
        yield Dot(
            label=report.label(group.dimension, group.group),
            share=share.share,
            low=share.low,
            high=share.high,
            verdict=str(group.verdict),
        )


def _chart(report: Report, one: Measured, part: str, dots: Sequence[Dot], top: float) -> str:
    language = report.masthead.language
    say = words(language)
    assert one.city is not None
    drawn = [(dot.share, dot.label) for dot in dots if dot.share is not None]
    (least, lowest), (most, highest) = min(drawn), max(drawn)
    city = say("city: {share}").format(share=percent(one.city.share, language, 1))
    told = say(
        "Share of each group with its 95% interval; {city}. Highest: {highest}, {most}. Lowest: {lowest}, {least}. Every figure is in the table."
    )
    description = told.format(
        city=city,
        highest=highest,
        most=percent(most, language, 1),
        lowest=lowest,
        least=percent(least, language, 1),
    )
    chart = Chart(
        key=f"{one.measure}-{part}",
        dots=dots,
        city=one.city.share,
        top=top,
        title=say(MEASURES[one.measure].title),
        description=description,
        of_city=city,
    )
    digits = 0 if top > 0.08 else 1
    return svg(chart, lambda share: percent(share, language, digits))
