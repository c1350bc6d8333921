"""The figures of a yearly evaluation in words: counts, shares, differences, medians, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

from features.frame import HIDDEN
from features.intervals import Interval
from features.yearly import Change, Cost, Difference, Median, Share, share
from features.yearly_counts import Span
from reports.evaluation_facts import BY_NAME, Evaluation, Indicator
from reports.model_card_facts import Figure as Precision
from reports.model_card_said import Speech
from reports.words import number, percent

UNKNOWN = "not known"


def found_by(evaluation: Evaluation, span: Span, arm: str) -> Share:
    """Isolated among the households that one way of choosing brought and whose answers decide."""
    return _isolated(evaluation, span, arm)


def found_after(evaluation: Evaluation, span: Span, channel: str) -> Share:
    """The same of the alerts of one channel."""
    return _isolated(evaluation, span, f"alerts {channel}")


def _isolated(evaluation: Evaluation, span: Span, table: str) -> Share:
    yes, no = (evaluation.counts.of(span, table, answer) for answer in ("isolated", "not isolated"))
    return share(
        yes, yes + no if isinstance(yes, int) and isinstance(no, int) else yes if isinstance(yes, str) else no
    )


@dataclass(frozen=True, kw_only=True)
class Said(Speech):
    """Figures of a year in one language."""

    def span_of(self, ends: Interval, digits: int = 0) -> str:
        """Both ends, in days or euros."""
        low, high = (number(end, self.language, digits) for end in (ends.low, ends.high))
        return self.say("{low} to {high}").format(low=low, high=high)

    def share(self, one: Share) -> str:
        """With its interval; where it is not known, a word."""
        if one.value is None or one.interval is None:
            return self.missing(one)
        ends = self.span((one.interval.low, one.interval.high))
        return f"{percent(one.value, self.language)} ({ends})"

    def missing(self, one: Share) -> str:
        """Why a share is not there: hidden, or known to nobody."""
        return self.say(HIDDEN if isinstance(one.part, str) or isinstance(one.of, str) else UNKNOWN)

    def counted(self, one: Indicator, evaluation: Evaluation, span: Span) -> str:
        """The count, and its share of what it is a part of."""
        if one.needs_desk and not evaluation.has_desk:
            return self.say(UNKNOWN)
        found = one.share(evaluation.counts, span)
        if not one.rest:
            return self.count(found.part)
        if found.value is None:
            return self.count(found.part) if found.part != 0 or found.of != 0 else self.say(UNKNOWN)
        return self.say("{n} of {of}").format(n=self.count(found.part), of=self.count(found.of))

    def moved(self, moved: Difference) -> str:
        """A difference of shares, in points of a hundred."""
        points, between = self.points_of(moved)
        return self.say("{n} points ({between})").format(n=points, between=between)

    def points_of(self, moved: Difference) -> tuple[str, str]:
        """The same and its interval apart."""
        low, high = (self.signed(100 * end, 0) for end in (moved.interval.low, moved.interval.high))
        return self.signed(100 * moved.value, 0), self.say("{low} to {high}").format(low=low, high=high)

    def scale(self, moved: Difference) -> str:
        """A difference on the scale of 3 to 9."""
        ends = [self.signed(end) for end in (moved.interval.low, moved.interval.high)]
        between = self.say("{low} to {high}").format(low=ends[0], high=ends[1])
        return self.say("{n} on the scale of 3 to 9 ({between})").format(
            n=self.signed(moved.value), between=between
        )

    def again(self, change: Change) -> str:
        """How many were asked a second time."""
        if change.again == HIDDEN:
            return self.say("too few of {of} asked again").format(of=self.count(change.asked))
        return self.say("{n} of {of} asked again").format(
            n=self.count(change.again), of=self.count(change.asked)
        )

    def median(self, wait: Median | None) -> str:
        """In days."""
        if wait is None:
            return self.say(UNKNOWN)
        days = number(wait.days, self.language, 0 if wait.days == int(wait.days) else 1)
        return self.say("{n} days ({between})").format(n=days, between=self.span_of(wait.interval))

    def gap(self, of: Precision) -> str:
        """A difference of two precisions, in households per 100 visits."""
        return self.say("{n} households per 100 visits").format(n=self.points(of))

    def euros(self, cost: Cost) -> str:
        """For one household found isolated."""
        if cost.per_found is None or cost.interval is None:
            return self.say(UNKNOWN)
        value = number(cost.per_found, self.language)
        return self.say("{n} euros ({between})").format(n=value, between=self.span_of(cost.interval))

    def named(self, name: str, figure: str) -> str:
        """An indicator's title and its figure."""
        return f"{self.say(BY_NAME[name].title)}{self.say(':')} {figure}"

    def more(self, visits: int | None) -> str:
        """What would settle it."""
        if visits is None:
            return self.say("No number of visits drawn at random would settle it.")
        return self.say("about {n} more visits").format(n=number(visits, self.language))
