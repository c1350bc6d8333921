"""The tables of a yearly evaluation, row by row: one span beside another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.yearly import Number, Share, share
from features.yearly_counts import Span
from reports.evaluation_facts import Evaluation, Indicator, added
from reports.evaluation_said import UNKNOWN, Said
from reports.evaluation_types import Cell, Table
from reports.words import percent


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Of one span, beside another."""

    evaluation: Evaluation
    span: Span
    other: Span
    said: Said

    @property
    def is_year(self) -> bool:
        """Whether the whole year is told."""
        return self.span == "year"

    def compared(self, indicators: Sequence[Indicator], first: tuple[tuple[Cell, ...], ...] = ()) -> Table:
        """The indicators with their definitions, beside the other span, after the rows ``first``."""
        told = [one for one in indicators if self.is_year or one.by_half]
        rows = tuple(
            (
                Cell(text=self.said.say(one.title), more=self.said.say(one.means)),
                *(self._indicator(one, at) for at in (self.span, self.other)),
                self._moved(one),
            )
            for one in told
        )
        head = (
            self.said.say("Indicator"),
            self.named(self.span),
            self.named(self.other),
            self.said.say("Difference, in points"),
        )
        return Table(caption="", head=head, rows=first + rows)

    def _indicator(self, one: Indicator, span: Span) -> Cell:
        if span == "before" and not self.evaluation.knows("before"):
            return Cell(text=self.said.say(UNKNOWN))
        found = one.share(self.evaluation.counts, span)
        if one.rest and found.value is not None:
            return self.cell(found)
        return Cell(text=self.said.counted(one, self.evaluation, span))

    def _moved(self, one: Indicator) -> Cell:
        moved = one.difference(self.evaluation.counts, self.span, self.other)
        points, between = ("–", "") if moved is None else self.said.points_of(moved)
        return Cell(text=points, more=between)

    def plain(self, table: str, names: Mapping[str, str], caption: str) -> Table:
        """The categories of a table, in both spans."""
        rows = [
            (names[one], self.count(table, self.span, one), self.count(table, self.other, one))
            for one in names
        ]
        return self.table(caption, ("", self.named(self.span), self.named(self.other)), rows)

    def table(
        self, caption: str, head: tuple[str, ...], rows: Sequence[tuple[str, *tuple[Cell, ...]]]
    ) -> Table:
        """``rows``: a msgid and the cells beside it."""
        return Table(
            caption=caption,
            head=head,
            rows=tuple((Cell(text=self.said.say(name)), *cells) for name, *cells in rows),
        )

    def count(self, table: str, span: Span, category: str = "all") -> Cell:
        """One number of the counts."""
        n: Number = self.evaluation.counts.of(span, table, category)
        return Cell(text=self.said.count(n))

    def cell(self, one: Share) -> Cell:
        """A share, with its interval and the counts behind it."""
        if one.value is None or one.interval is None:
            return Cell(text=self.said.missing(one))
        ends = self.said.span((one.interval.low, one.interval.high))
        counts = self.said.say("{n} of {of}").format(n=self.said.count(one.part), of=self.said.count(one.of))
        return Cell(text=percent(one.value, self.said.language), more=f"{ends} · {counts}")

    def need(self, need: str, span: Span) -> Share:
        """Of those who were asked, who has a need."""
        yes, no = (self.evaluation.counts.of(span, need, answer) for answer in ("yes", "no"))
        return share(yes, added([yes, no]))

    def named(self, span: Span) -> str:
        """A span as a column calls it."""
        year = self.evaluation.year
        words = {
            "year": "{year}",
            "before": "{before}",
            "first": self.said.say("1st half of {year}"),
            "second": self.said.say("2nd half of {year}"),
        }
        return words[span].format(year=year, before=year - 1)

    def key(self) -> str:
        """How a chart is read."""
        now, then = self.named(self.span), self.named(self.other)
        return self.said.say(
            "◆ {now}, ○ {then}; the line is the 95% interval, which holds the truth 19 times in 20."
        ).format(now=now, then=then)
