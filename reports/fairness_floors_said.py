"""What keeping visits for a group would cost and bring: what is shown of it, and its sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from reports.estimates_words import DIMENSIONS, group_words
from reports.model_card_facts import Figure
from reports.model_card_said import Speech
from reports.words import number, percent

Way = Literal["need", "households", "recall", "city"]
Verdict = Literal["more", "fewer", "as many", "cannot be told"]
WAYS: dict[Way, str] = {
    "need": "floor: share of the need",
    "households": "floor: share of the households",
    "recall": "thresholds for equal recall",
    "city": "the city’s floors",
}
VERDICTS: dict[Verdict, str] = {
    "more": "surely more",
    "fewer": "surely fewer",
    "as many": "about as many",
    "cannot be told": "cannot be told yet",
}
STEP = 50
"""Further answers are said in fifties, upwards."""
GAINS = 3
"""Most groups that are named in the sentences."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Against the ranking as it is; ``more_answers`` until it could be told: 0 when it is, None where no number within reach would tell."""

    by: Figure
    verdict: Verdict
    more_answers: int | None

    @property
    def more(self) -> int | None:
        """In whole ``STEP``."""
        return None if self.more_answers is None else -(-self.more_answers // STEP) * STEP


@dataclass(frozen=True, kw_only=True)
class GroupFound:
    """Of the isolated of a group, the share called ``now`` and by the other way."""

    dimension: str
    group: str
    now: float
    then: float
    change: Difference


@dataclass(frozen=True, kw_only=True)
class WayTried:
    """One way to fill the same seats; ``dimension`` is '' for the city's own. ``moved``: share of the seats that change hands (None: fewer than 11); ``unfilled``: share that floors asked for in vain."""

    way: Way
    dimension: str
    precision: float
    change: Difference
    moved: float | None
    unfilled: float
    groups: tuple[GroupFound, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """``ranker``: who ranks (a name of the duel); ``answers`` and ``seats`` of all test ``campaigns``; ``precision``: isolated among those called. ``few``, ``few_of_group``: differences
    that count as none. ``need_more``: visits drawn at random that must still meet somebody before floors by need can be set (0: they were tried).
    Groups with fewer than 11 isolated are not in it."""

    ranker: str
    answers: int
    campaigns: int
    seats: int
    precision: float
    few: float
    few_of_group: float
    need_more: int
    tried: tuple[WayTried, ...]


def content(report: Report) -> dict[str, object]:
    """Of ``fairness.json``, key ``floors``; shares of a group's isolated to whole hundredths, since their number may be small."""
    return {
        "ranker": report.ranker,
        "answers": report.answers,
        "campaigns": report.campaigns,
        "seats": report.seats,
        "precision": round(report.precision, 4),
        "counts_as_none": {"precision": report.few, "recall": report.few_of_group},
        "random_visits_before_floors_by_need": report.need_more,
        "ways": [
            {
                "way": one.way,
                "dimension": one.dimension,
                "precision": round(one.precision, 4),
                "precision_difference": _told(one.change, 4),
                "seats_moved": None if one.moved is None else round(one.moved, 2),
                "seats_unfilled": round(one.unfilled, 2),
                "recall": [_group(group) for group in one.groups],
            }
            for one in report.tried
        ],
    }


def _group(one: GroupFound) -> dict[str, object]:
    head = {"dimension": one.dimension, "group": one.group, "now": round(one.now, 2)}
    return head | {"then": round(one.then, 2), "difference": _told(one.change, 2)}


def _told(one: Difference, digits: int) -> dict[str, object]:
    ends = {"value": one.by.value, "low": one.by.low, "high": one.by.high}
    shown = {name: None if end is None else round(end, digits) for name, end in ends.items()}
    return shown | {"verdict": one.verdict, "more_answers": one.more}


def headline(report: Report, speech: Speech) -> str:
    """What is known of cost and gain, in one sentence."""
    count = {verdict: sum(one.change.verdict == verdict for one in report.tried) for verdict in VERDICTS}
    of = len(report.tried)
    if not of:
        return speech.say("What it would cost or bring to keep visits for a group cannot be tried yet: too few visits of past campaigns have an answer.")  # fmt: skip
    if count["fewer"]:
        said = speech.say("Keeping visits for a group can cost. Ways tried that surely find fewer isolated households: {n} of {of}.")  # fmt: skip
        return said.format(n=count["fewer"], of=of)
    if count["more"]:
        said = speech.say("Keeping visits for a group can bring something. Ways tried that surely find more isolated households: {n} of {of}.")  # fmt: skip
        return said.format(n=count["more"], of=of)
    if count["as many"]:
        said = speech.say("No way to keep visits for a group that was tried surely costs anything. Ways that surely find about as many isolated households: {n} of {of}.")  # fmt: skip
        return said.format(n=count["as many"], of=of)
    return speech.say("Whether keeping visits for a group would find more or fewer isolated households in all cannot be told yet: of none of the {of} ways that were tried is the difference sure.").format(of=of)  # fmt: skip


def details(report: Report, names: Mapping[str, str], speech: Speech) -> Iterator[str]:
    said = speech.say("As it ranks now, 100 visits of past campaigns find {n} isolated households. Every way below fills the same number of visits, otherwise.")  # fmt: skip
    yield said.format(n=of_100(report.precision, speech, 0))
    for verdict in ("fewer", "more"):
        mine = [way_words(one, speech) for one in report.tried if one.change.verdict == verdict]
        if mine:
            fewer = speech.say("Surely fewer isolated households found: {ways}.")
            more = speech.say("Surely more isolated households found: {ways}.")
            yield (fewer if verdict == "fewer" else more).format(ways=speech.listed(mine))
    open_ones = [one.change.more for one in report.tried if one.change.verdict == "cannot be told"]
    within = [more for more in open_ones if more is not None]
    if within:
        said = speech.say("For {n} of {of} it cannot be told yet. The one nearest to being told would take about {least} more answers of visits.")  # fmt: skip
        least = number(min(within), speech.language)
        yield said.format(n=len(open_ones), of=len(report.tried), least=least)
    elif open_ones:
        said = speech.say(
            "For {n} of {of} it cannot be told, and no number of visits within reach would tell."
        )
        yield said.format(n=len(open_ones), of=len(report.tried))
    yield from _groups_told(report, names, speech)
    if report.need_more:
        said = speech.say("Floors by need were not tried: about {n} more visits drawn at random must meet somebody before the need of a group can be estimated.")  # fmt: skip
        yield said.format(n=number(report.need_more, speech.language))


def _groups_told(report: Report, names: Mapping[str, str], speech: Speech) -> Iterator[str]:
    every = [(one, group) for one in report.tried for group in one.groups]
    every.sort(key=lambda pair: -abs(pair[1].change.by.value))
    told = {
        "more": speech.say("Groups whose isolated would surely be found more often: {groups}."),
        "fewer": speech.say("Groups whose isolated would surely be found less often: {groups}."),
    }
    for verdict, said in told.items():
        mine = {(g.dimension, g.group): (o, g) for o, g in reversed(every) if g.change.verdict == verdict}
        if mine:
            first = [_group_told(*pair, names, speech) for pair in [*mine.values()][::-1][:GAINS]]
            yield said.format(groups=speech.listed(first))
    if not any(group.change.verdict in told for _, group in every):
        yield speech.say("Of no group is it sure that its isolated would be found more often, or less.")


def _group_told(one: WayTried, group: GroupFound, names: Mapping[str, str], speech: Speech) -> str:
    said = speech.say("{group}, {now} instead of {then} ({way})")
    now, then = (percent(share, speech.language) for share in (group.then, group.now))
    who = group_words(group.dimension, group.group, names, speech)
    return said.format(group=who, now=now, then=then, way=way_words(one, speech))


def way_words(one: WayTried, speech: Speech) -> str:
    """A way as people call it, with its dimension."""
    if not one.dimension:
        return speech.say(WAYS["city"])
    return f"{speech.say(DIMENSIONS[one.dimension])}, {speech.say(WAYS[one.way])}"


def of_100(share: float, speech: Speech, digits: int = 1) -> str:
    return number(100 * share, speech.language, digits)


def reading(report: Report, speech: Speech) -> Iterator[str]:
    yield speech.say("Tried on {campaigns} past campaigns with {answers} answers, of which {seats} households are called first: the ranking as it had learnt by then, the seats filled in each way. Only whom somebody visited can be found here: where too few of a group were, a part of its seats could not be kept.").format(campaigns=report.campaigns, answers=speech.count(report.answers), seats=speech.count(report.seats))  # fmt: skip
    yield speech.say("Floor: a group has at least its share of the visits, its first ones, and the last of the others step back. Share of the need: what past visits say of how many isolated households there are in each group; share of the households: as many as it has in town.")  # fmt: skip
    yield speech.say("Thresholds for equal recall: each group is called down to the rank that finds the same share of its isolated, as the other campaigns teach it (Hardt, Price and Srebro 2016). A group of which they teach too little is called as everybody.")  # fmt: skip
    yield speech.say("Surely: the 95% intervals of all ways hold together, and so do those of all groups, so that a difference by chance is called sure in about one report of twenty. About as many: at most {few} more or fewer in 100 visits, {group} in 100 isolated of a group.").format(few=of_100(report.few, speech, 0), group=of_100(report.few_of_group, speech, 0))  # fmt: skip
    yield speech.say("Shares of a group are weighted for the whole town. Of groups with fewer than 11 isolated households among those tested nothing is shown.")  # fmt: skip
