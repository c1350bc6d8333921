"""``fairness.html`` and ``fairness.json``: who is missed more than others, what is not known of it, and what to do."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from reports import fairness_chart, fairness_floors, fairness_floors_said, fairness_proxies
from reports.contracts import Masthead, common
from reports.fairness_beside import JOINED
from reports.fairness_shown import Shown, Why
from reports.fairness_words import DIMENSIONS, FIRST, MEASURES, REASONS, VERDICTS, group_words
from reports.html import environment
from reports.model_card_said import Speech
from reports.words import number, percent

LEVEL = 0.05
WITHOUT: dict[str, Why] = {
    "recall": "not tested",
    "precision": "not tested",
    "calibration": "no probability",
    "false_omission": "no draw",
    "list_for_need": "no draw",
    "visited": "no chosen visits",
    "visited_of_listed": "no earlier list",
    "reached": "no visits",
    "refused": "no visits",
    "found": "no visits",
    "helped": "nobody found",
}
"""Why a measure without any line could not be had."""


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier run's report: its verdicts counted, and the ratio of each line that it showed, by (measure, dimension, group)."""

    as_of: date
    verdicts: Mapping[str, int]
    ratios: Mapping[tuple[str, str, str], float]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What stands out by one measure: the sentence, the groups with their figures, what to do."""

    measure: str
    sentence: str
    groups: tuple[str, ...]
    todo: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """``households``: of today's frame; ``tests``: comparisons that were judged together; ``unmeasured``: measures and dimensions of which nothing can be said, with the reason; ``earlier``: oldest first."""

    masthead: Masthead
    as_of: date
    capacity: int
    households: int
    lines: tuple[Shown, ...]
    tests: int
    unmeasured: Mapping[str, Why]
    earlier: tuple[Earlier, ...]
    names: Mapping[str, str]
    band: tuple[float, float]
    least_pair: int
    floors: fairness_floors_said.Report
    proxies: fairness_proxies.Report

    def verdicts(self) -> Counter[str]:
        """How many lines have which."""
        return Counter(line.verdict for line in self.lines)

    def of(self, measure: str) -> tuple[Shown, ...]:
        """The lines of one measure."""
        return tuple(line for line in self.lines if line.measure == measure)


def content(report: Report) -> dict[str, object]:
    """``fairness.json``; no count below 11 and none that could be worked out."""
    speech = Speech(language=report.masthead.language)
    return {
        "city": report.masthead.city,
        "as_of": report.as_of.isoformat(),
        "capacity": report.capacity,
        "band": list(report.band),
        "together": {"method": "Holm", "level": LEVEL, "comparisons": report.tests},
        "least_households_of_a_pair": report.least_pair,
        "summary": list(summary(report, speech)),
        "findings": [asdict(one) for one in findings(report, speech)],
        "verdicts": dict(report.verdicts()),
        "not_identifiable": dict(report.unmeasured),
        "lines": [_line(line) for line in report.lines],
        "earlier": [
            {"as_of": one.as_of.isoformat(), "verdicts": dict(one.verdicts)} for one in report.earlier
        ],
        "floors": fairness_floors_said.content(report.floors),
        "proxies": fairness_proxies.content(report.proxies),
    }


def _line(line: Shown) -> dict[str, object]:
    missed = {"false_negative_rate": None if line.value is None else round(1 - line.value, 3)}
    return line.as_json() | {"is_worse": is_worse(line)} | (missed if line.measure == "recall" else {})


def earlier(as_of: date, text: str) -> Earlier:
    """From the ``fairness.json`` of a run."""
    told = json.loads(text)
    ratios = {
        (x["measure"], x["dimension"], x["group"]): x["ratio"]
        for x in told["lines"]
        if x["ratio"] is not None
    }
    return Earlier(as_of=as_of, verdicts=told["verdicts"], ratios=ratios)


def page(report: Report) -> bytes:
    """The page: the result in sentences, a chart a dimension, tables, how it was computed. Same report, same bytes."""
    speech = Speech(language=report.masthead.language)
    found = tuple(findings(report, speech))
    return (
        environment()
        .get_template("fairness.html.j2")
        .render(
            **common(report.masthead),
            report=report,
            speech=speech,
            summary=tuple(summary(report, speech)),
            findings=[f for f in found if f.measure in FIRST],
            others=[f for f in found if f.measure not in FIRST],
            charts=tuple(fairness_chart.charts(report.lines, report.names, report.band, speech)),
            measures=MEASURES,
            dimension_words=DIMENSIONS,
            verdict_words=VERDICTS,
            reasons=REASONS,
            verdicts=report.verdicts(),
            single=lambda lines: [x for x in lines if JOINED not in x.dimension],
            pairs=lambda lines: [x for x in lines if JOINED in x.dimension and x.verdict == "outside"],
            label=lambda x: group_words(x.dimension, x.group, report.names, speech),
            ratio=lambda value: ratio(value, speech),
            missing=lambda line: missing(line, report.households, speech),
            trend=tuple(trend(report, speech)),
            share=lambda line, value: share(line, value, speech),
            floors=fairness_floors.part(report.floors, report.names, speech),
            proxies=fairness_proxies.part(report.proxies, report.names, speech),
        )
        .encode("utf-8")
    )


def summary(report: Report, speech: Speech) -> Iterator[str]:
    """Who is missed more, what is not known, what to do: three sentences."""
    say = speech.say
    worse = [f for f in findings(report, speech) if f.measure in FIRST]
    if worse:
        yield say("Some people are treated less well than others: {what}.").format(
            what=_named(report, speech)
        )
    elif report.tests:
        yield say(
            "Nothing shows that a group is missed, or visited less, beyond what the band allows. That is not to say that all are treated alike."
        )
    else:
        yield say(
            "Nothing can be said yet of whether everybody is reached alike: hardly any visit has come back."
        )
    counts = report.verdicts()
    open_lines, every = counts["insufficient evidence"] + counts["not identifiable"], sum(counts.values())
    yield say(
        "Of {every} comparisons {within} lie within the band, {outside} outside, and of {open} nobody can tell yet: too few visits have come back."
    ).format(
        every=number(every, speech.language),
        within=number(counts["within"], speech.language),
        outside=number(counts["outside"], speech.language),
        open=number(open_lines, speech.language),
    )
    if report.unmeasured:
        titles = [say(MEASURES[m].title if m in MEASURES else DIMENSIONS[m]) for m in report.unmeasured]
        yield say("What cannot be told at all today: {what}.").format(
            what=speech.listed([title[:1].lower() + title[1:] for title in titles])
        )


def _named(report: Report, speech: Speech) -> str:
    """The worst off by each measure that comes first, once each."""
    parts = []
    for measure in FIRST:
        mine = [line for line in report.of(measure) if is_harm(line)]
        if mine:
            labels = list(
                dict.fromkeys(
                    group_words(x.dimension, x.group, report.names, speech) for x in sorted(mine, key=surest)
                )
            )
            title = speech.say(MEASURES[measure].title)
            parts.append(f"{', '.join(labels[:3])} – {title[0].lower()}{title[1:]}")
    return speech.listed(parts)


def is_harm(line: Shown) -> bool:
    """Whether the group is worse off; of a measure without a worse side, whether it differs."""
    harm = MEASURES[line.measure].harm
    return line.verdict == "outside" and (harm is None or line.side == harm)


def is_worse(line: Shown) -> bool:
    """Whether the group is worse off for sure; a measure without a worse side accuses nobody."""
    return is_harm(line) and MEASURES[line.measure].harm is not None


def surest(line: Shown) -> tuple[bool, float, str]:
    """Groups before pairs, the furthest from one first."""
    away = 0.0 if line.ratio is None else -abs(line.ratio - 1)
    return JOINED in line.dimension, away, line.group


def findings(report: Report, speech: Speech) -> Iterator[Finding]:
    """One a measure in which some group is worse off, in the order of the measures."""
    for measure, said in MEASURES.items():
        mine = sorted((line for line in report.of(measure) if is_harm(line)), key=surest)
        if mine:
            told = tuple(_told(mine, report.names, speech))
            yield Finding(
                measure=measure,
                sentence=speech.say(said.finding),
                groups=told,
                todo=said.todo and speech.say(said.todo),
            )


def _told(lines: Sequence[Shown], names: Mapping[str, str], speech: Speech) -> Iterator[str]:
    """The groups with their figures, then those of which none may be shown, in one."""
    hidden = []
    for line in lines:
        who = group_words(line.dimension, line.group, names, speech)
        if line.is_hidden or line.ratio is None or line.low is None or line.high is None:
            hidden.append(who)
        else:
            yield _figures(line, who, speech)
    if hidden:
        yield speech.say("{who}: too few to show by how much").format(who=speech.listed(hidden))


def _figures(line: Shown, who: str, speech: Speech) -> str:
    if line.high == float("inf"):
        return speech.say("{who}: at least {low} times as often as the others").format(
            who=who, low=ratio(line.low, speech)
        )
    return speech.say("{who}: {ratio} times as often as the others (between {low} and {high})").format(
        who=who, ratio=ratio(line.ratio, speech), low=ratio(line.low, speech), high=ratio(line.high, speech)
    )


def ratio(value: float | None, speech: Speech) -> str:
    """With two digits below ten; a dash for none, and a sign for what nothing bounds."""
    if value is None:
        return "–"
    if value == float("inf"):
        return "∞"
    return number(value, speech.language, 2 if value < 9.995 else 0)


def missing(line: Shown, households: int, speech: Speech) -> str:
    """How many more cases would settle what is not settled; or that the town has not so many."""
    if line.verdict != "insufficient evidence":
        return ""
    if not line.further:
        return speech.say("no number would settle it")
    if line.further > households:
        return speech.say("visits alone will not settle it: it would take more than the town has households")
    return speech.say("about {n} more would settle it").format(n=number(line.further, speech.language))


def trend(report: Report, speech: Speech) -> Iterator[tuple[str, Sequence[str]]]:
    """Of the lines that are outside today the ratio in every earlier report, oldest first, and today's."""
    for line in sorted((x for x in report.lines if is_harm(x) and not x.is_hidden), key=surest):
        before = [ratio(one.ratios.get(line.key), speech) for one in report.earlier]
        title = f"{speech.say(MEASURES[line.measure].title)}{speech.say(':')} {group_words(line.dimension, line.group, report.names, speech)}"
        yield title, [*before, ratio(line.ratio, speech)]


def share(line: Shown, value: float | None, speech: Speech) -> str:
    """Of a rate a number, of a share a percentage."""
    if value is None:
        return "–"
    return (
        number(value, speech.language, 2)
        if line.measure in ("visited", "calibration")
        else percent(value, speech.language, 1)
    )
