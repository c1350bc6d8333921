"""Strengths, gaps and blind spots of a year, and what is proposed: each follows from a declared rule, which says the figure that made it speak."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from features.yearly import Number, Share, difference
from features.yearly_counts import CHANNELS, Span
from reports.evaluation_facts import BY_NAME, CHANNEL_WORDS, MEDIANS, Evaluation
from reports.evaluation_said import Said, found_by

Kind = Literal["strength", "gap", "blind spot"]
Holds = Callable[[Evaluation, Span, Said], str | None]
"""The figure that makes a rule speak, in words; None where it does not hold, or nothing is known."""
REACHED_ELSEWHERE = 0.57
"""Madrid reached 57 % of those of 75 and over who live alone."""
TOO_MANY = 0.15
ONE_IN_FOUR = 0.25
"""One isolated household found in three or four visits is what Lanterne may promise."""
WITHIN_DAYS = 14
"""What the desk promises for an alert without hurry."""
LIST_WITHIN_DAYS = 60
MOST_WITHOUT_NEWS = 0.5


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``says``, ``proposes``: msgids; nothing is proposed for a strength. ``by_half``: whether half a year can tell it."""

    name: str
    kind: Kind
    holds: Holds
    says: str
    proposes: str = ""
    by_half: bool = True


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A rule that held, with the figure."""

    rule: Rule
    figure: str


def findings(evaluation: Evaluation, span: Span, said: Said) -> tuple[Finding, ...]:
    """In the order of the rules."""
    asked = (rule for rule in RULES if rule.by_half or span == "year")
    held = ((rule, rule.holds(evaluation, span, said)) for rule in asked)
    return tuple(Finding(rule=rule, figure=figure) for rule, figure in held if figure is not None)


def share_beyond(name: str, bar: float, *, above: bool) -> Holds:
    """The whole interval of an indicator's share lies above, or below, a bar."""

    def holds(evaluation: Evaluation, span: Span, said: Said) -> str | None:
        found = BY_NAME[name].share(evaluation.counts, span)
        if found.interval is None:
            return None
        is_beyond = found.interval.low > bar if above else found.interval.high < bar
        return said.named(name, said.share(found)) if is_beyond else None

    return holds


def sure_move(name: str, *, up: bool) -> Holds:
    """An indicator's share has surely risen, or fallen, since the year before."""

    def holds(evaluation: Evaluation, span: Span, said: Said) -> str | None:
        moved = BY_NAME[name].difference(evaluation.counts, span, "before")
        is_so = moved is not None and moved.is_sure and (moved.value > 0) == up
        return said.named(name, said.moved(moved)) if moved and is_so else None

    return holds


def median_beyond(name: str, days: float, *, above: bool) -> Holds:
    """The whole interval of a median lies above a number of days, or nowhere above it."""

    def holds(evaluation: Evaluation, span: Span, said: Said) -> str | None:
        wait = evaluation.medians.get((span, name))
        if wait is None:
            return None
        is_beyond = wait.interval.low > days if above else wait.interval.high <= days
        return f"{said.say(MEDIANS[name])}{said.say(':')} {said.median(wait)}" if is_beyond else None

    return holds


def unknown_share(name: str) -> Holds:
    """Nothing, or too little, was entered for an indicator of the desk."""

    def holds(evaluation: Evaluation, span: Span, said: Said) -> str | None:
        found = BY_NAME[name].share(evaluation.counts, span)
        return said.named(name, said.count(found.of)) if evaluation.has_desk and found.value is None else None

    return holds


def _arms(evaluation: Evaluation) -> tuple[Share, Share]:
    return found_by(evaluation, "year", "MODELE"), found_by(evaluation, "year", "EXPLORATION")


def _against_chance(*, surely: bool) -> Holds:
    def holds(evaluation: Evaluation, span: Span, said: Said) -> str | None:
        ranked, drawn = _arms(evaluation)
        gap = difference(ranked, drawn)
        if gap is None or (gap.is_sure and gap.value > 0) != surely:
            return None
        return said.say("ranked {one}, at random {other}").format(
            one=said.share(ranked), other=said.share(drawn)
        )

    return holds


def _beats_rules(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    last = evaluation.runs[-1] if evaluation.runs else None
    if last is None or last.gap is None or last.is_rule or not (last.gap.is_sure and last.gap.value > 0):
        return None
    return said.gap(last.gap)


def _rule_ranks(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    last = evaluation.runs[-1] if evaluation.runs else None
    return said.name(last.who) if last is not None and last.is_rule else None


def _less_lonely(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    change = evaluation.changes[span].change
    return said.scale(change) if change and change.interval.high < 0 else None


def _not_asked_again(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    change = evaluation.changes[span]
    return said.again(change) if change.change is None else None


def _without_news(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    none, rest = (_total(evaluation, span, names) for names in (("none",), ("out", "still")))
    if isinstance(none, str) or isinstance(rest, str) or none <= MOST_WITHOUT_NEWS * (none + rest):
        return None
    return said.say("{n} of {of}").format(n=said.count(none), of=said.count(none + rest))


def _total(evaluation: Evaluation, span: Span, names: Sequence[str]) -> Number:
    known = [evaluation.counts.of(span, "six months", name) for name in names]
    numbers = [n for n in known if isinstance(n, int)]
    return sum(numbers) if len(numbers) == len(known) else known[0]


def _no_volunteers(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    counts = evaluation.counts
    nobody = counts.of(span, "visits", "VOLONTAIRE") == 0 and counts.of(span, "visits") != 0
    return said.named("volunteers", said.count(0)) if nobody else None


def _no_desk(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    return None if evaluation.has_desk else said.say("no desk")


def _no_costs(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    return None if evaluation.costs is not None else said.say("no costs in the settings")


def _not_measured(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    if evaluation.town is None:
        return said.say("no run of the year is kept")
    figure = evaluation.town.all.figures["prevalence"]
    return said.more(figure.more_met) if figure.verdict != "measured" else None


def _groups_not_measured(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    unknown, every = (0, 0) if evaluation.town is None else evaluation.town.not_measured
    return said.say("{n} of {of}").format(n=unknown, of=every) if unknown else None


def _silent(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    silent = [one for one in CHANNELS[:-1] if evaluation.counts.of(span, f"alerts {one}") == 0]
    return said.listed([said.say(CHANNEL_WORDS[one]) for one in silent]) if silent else None


def _closed(evaluation: Evaluation, span: Span, said: Said) -> str | None:
    return said.listed([said.say(one) for one in evaluation.closed]) if evaluation.closed else None


RULES = (
    Rule(name="reached_well", kind="strength", holds=share_beyond("reached", REACHED_ELSEWHERE, above=True), says="Doors open: surely more than the 57% that Madrid reached among people of 75 and over living alone."),
    Rule(name="reached_more", kind="strength", holds=sure_move("reached", up=True), says="Surely more households were reached than the year before."),
    Rule(name="one_in_four", kind="strength", holds=share_beyond("isolated", ONE_IN_FOUR, above=True), says="Of four households that answer, surely more than one is isolated: the visits go where they are needed."),
    Rule(name="beats_chance", kind="strength", holds=_against_chance(surely=True), says="The ranking surely finds more isolated households than chance does.", by_half=False),
    Rule(name="beats_rules", kind="strength", holds=_beats_rules, says="On past visits the ranking surely found more than the rule to beat.", by_half=False),
    Rule(name="alerts_fast", kind="strength", holds=median_beyond("alert_to_visit", WITHIN_DAYS, above=False), says="An alert is surely followed by a visit within two weeks, half of the time or more."),
    Rule(name="less_lonely", kind="strength", holds=_less_lonely, says="Those who were asked again feel surely less lonely than the first time.", by_half=False),
    Rule(name="satisfied", kind="strength", holds=share_beyond("satisfied", 0.8, above=True), says="Of ten households that were asked, surely more than eight are satisfied with the help.", by_half=False),
    Rule(name="reached_badly", kind="gap", holds=share_beyond("reached", REACHED_ELSEWHERE, above=False), says="Fewer doors open than in Madrid, where 57% of people of 75 and over living alone were reached.", proposes="Announce visits by letter or telephone, and ring again at another time of day before giving up."),
    Rule(name="refused_much", kind="gap", holds=share_beyond("refused", TOO_MANY, above=True), says="Many refuse the visit: surely more than 15 in 100.", proposes="Have the visit announced by somebody they know: caretaker, home help, association; look again at the letter with the volunteers."),
    Rule(name="refused_more", kind="gap", holds=sure_move("refused", up=True), says="Surely more households refuse than the year before.", proposes="Ask the teams why more households refuse, and look again at the letter that announces the visit."),
    Rule(name="moved_much", kind="gap", holds=share_beyond("moved", TOO_MANY, above=True), says="Many visits go to people who are no longer there: surely more than 15 in 100.", proposes="Deliver newer extracts before each list, have returned mail noted, and raise the setting there_share."),
    Rule(name="chance", kind="gap", holds=_against_chance(surely=False), says="It is not sure that the ranking finds more isolated households than chance does.", proposes="Keep the share of visits drawn at random, or raise it, until the difference is settled; promise nothing before.", by_half=False),
    Rule(name="rule_ranks", kind="gap", holds=_rule_ranks, says="A simple rule ranks the list: no model has surely found more on past visits.", proposes="Keep the rule. More visits with an answer will show whether a model does better; nothing is to be bought meanwhile.", by_half=False),
    Rule(name="alerts_slow", kind="gap", holds=median_beyond("alert_to_visit", WITHIN_DAYS, above=True), says="Half of the alerts that are visited wait surely longer than two weeks.", proposes="Keep places for alerts in each week’s rounds."),
    Rule(name="alerts_left", kind="gap", holds=share_beyond("visited", 0.9, above=False), says="Alerts stay without a visit: surely more than one in ten.", proposes="Go through the alerts without a visit at every meeting of the unit, and say why each needs none.", by_half=False),
    Rule(name="list_slow", kind="gap", holds=median_beyond("list_to_visit", LIST_WITHIN_DAYS, above=True), says="Half of the households on a list wait surely longer than two months for their visit.", proposes="Shorten the lists to what the teams can do, or find more teams."),
    Rule(name="no_volunteers", kind="gap", holds=_no_volunteers, says="No visit was made by volunteers.", proposes="Train and accompany pairs of volunteers; follow-up stays with professionals."),
    Rule(name="not_asked_again", kind="gap", holds=_not_asked_again, says="Whether people feel less lonely is not known: too few were asked the three questions a second time.", proposes="Ask the three questions again at every review of a followed household, six months after the first visit.", by_half=False),
    Rule(name="without_news", kind="gap", holds=_without_news, says="Of most households found isolated nobody knows six months later how they are.", proposes="Call every household found isolated again after six months, and enter what is found.", by_half=False),
    Rule(name="satisfaction_unknown", kind="gap", holds=unknown_share("satisfied"), says="Too few households were asked whether the help suits them.", proposes="Ask at every review whether the help suits the household, and enter the answer with the step.", by_half=False),
    Rule(name="no_desk", kind="blind spot", holds=_no_desk, says="Decisions, support, satisfaction and the unit’s response times are entered nowhere.", proposes="Start the review desk (lanterne review) and enter decisions and steps there.", by_half=False),
    Rule(name="no_costs", kind="blind spot", holds=_no_costs, says="What a found household costs is not known.", proposes="Give the costs in city.toml, [costs], at least those of a visit.", by_half=False),
    Rule(name="not_measured", kind="blind spot", holds=_not_measured, says="How many of the town’s households are isolated is not known.", proposes="Keep visiting households drawn at random: nothing else tells how many are isolated.", by_half=False),
    Rule(name="groups", kind="blind spot", holds=_groups_not_measured, says="Of many groups nobody knows how many are isolated: too few visits drawn at random.", proposes="Do not read a small number of listed households in a group as a small need; draw more visits at random where the question matters.", by_half=False),
    Rule(name="silent", kind="blind spot", holds=_silent, says="Ways by which no alert arrived.", proposes="Meet those who could alert by the ways that bring no alert, and say to them what becomes of one.", by_half=False),
    Rule(name="closed", kind="blind spot", holds=_closed, says="Sources that say nothing, since their gate is closed.", proposes="Open no source without a legal basis; what is not seen is to be found by alerts and by visits drawn at random.", by_half=False),
)  # fmt: skip
"""Bars are our own judgement but where a source is named."""
