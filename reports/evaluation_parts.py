"""A yearly evaluation part by part: sentences, tables and charts, the same on the page, on paper and in the packs of the committees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from features.yearly_counts import ARMS, CHANNELS, Span
from reports import evaluation_charts
from reports.evaluation_cells import Tables
from reports.evaluation_facts import (
    ALERTED,
    ARM_WORDS,
    CHANNEL_WORDS,
    DONE,
    ENDED_WORDS,
    ENTRY_WORDS,
    FOLLOWED,
    FOUND,
    KIND_WORDS,
    MEDIANS,
    NEED_WORDS,
    OF_THE_DESK,
    PROFESSION_WORDS,
)
from reports.evaluation_said import UNKNOWN, found_after, found_by
from reports.evaluation_types import Cell, Chart, Part
from reports.words import number


@dataclass(frozen=True, kw_only=True)
class Parts(Tables):
    """Makes the parts of one span, beside another."""

    def done(self) -> Part:
        """Whom the city went to see."""
        counts = self.evaluation.counts
        tables = [self.compared(DONE, self._identified())]
        if self.evaluation.has_desk:
            tables.append(
                self.plain("entries", ENTRY_WORDS, self.said.say("Cases at the desk, by how they came"))
            )
        if self.is_year:
            arms = [arm for arm in ARMS if counts.of("year", arm) != 0]
            rows = [
                (
                    ARM_WORDS[arm],
                    Cell(text=self.said.count(counts.of("year", arm))),
                    self.cell(found_by(self.evaluation, "year", arm)),
                )
                for arm in arms
            ]
            head = (
                self.said.say("How they were chosen"),
                self.said.say("Households visited"),
                self.said.say("Truly isolated"),
            )
            tables.append(
                self.table(
                    self.said.say("Visits and what they found, by how the households were chosen"), head, rows
                )
            )
        chart = Chart(
            title=self.said.say("What became of the visits"),
            svg=evaluation_charts.doors(self.evaluation, self.span, self.other, self.said),
            caption=self.key(),
        )
        return Part(
            key="done",
            title=self.said.say("Whom the city went to see"),
            tables=tuple(tables),
            charts=_there(chart),
        )

    def _identified(self) -> tuple[tuple[Cell, ...], ...]:
        if not self.is_year:
            return ()
        title = Cell(
            text=self.said.say("Households named on the lists of the year"),
            more=self.said.say("Identified: each once, on the lists of the runs that are kept."),
        )
        now, then = (Cell(text=self._named(span)) for span in (self.span, self.other))
        return ((title, now, then, Cell(text="–")),)

    def _named(self, span: Span) -> str:
        """Where no run is kept nobody knows whom its list named."""
        identified = self.evaluation.identified[span]
        return self.said.count(identified) if identified else self.said.say(UNKNOWN)

    def found(self) -> Part:
        """What visits found."""
        tables = [self.compared(FOUND)]
        charts: list[Chart] = []
        if self.is_year:
            rows = [
                (
                    NEED_WORDS[need],
                    self.cell(self.need(need, "year")),
                    self.cell(self.need(need, "before")),
                )
                for need in NEED_WORDS
            ]
            head = (self.said.say("Need"), self.named(self.span), self.named(self.other))
            tables.append(
                self.table(self.said.say("Needs, of the households that answered and were asked"), head, rows)
            )
            charts.append(
                Chart(
                    title=self.said.say("Isolated among those who answered, by how they were chosen"),
                    svg=evaluation_charts.found(self.evaluation, self.said),
                    caption=self.key(),
                )
            )
        note = self.said.say(
            "A visit hears whom it meets: in a couple or a family somebody else may be isolated."
        )
        return Part(
            key="found",
            title=self.said.say("What visits found"),
            tables=tuple(tables),
            charts=_there(*charts),
            notes=(note,),
        )

    def followed(self) -> Part:
        """What came of it."""
        tables = [self.compared(FOLLOWED)]
        if self.evaluation.has_desk:
            tables.append(self.plain("ended", ENDED_WORDS, self.said.say("Follow-ups that ended, and why")))
        if self.evaluation.has_desk and self.is_year:
            rows = [
                (KIND_WORDS[one], self.count(f"kind {one}", "year"), self.count(f"kind {one}", "before"))
                for one in KIND_WORDS
            ]
            head = (self.said.say("Kind of support"), self.named("year"), self.named("before"))
            tables.append(
                self.table(
                    self.said.say("Households supported, by kind; one household may have several"), head, rows
                )
            )
        sentences = tuple(self._lonely()) if self.is_year else ()
        return Part(
            key="followed", title=self.said.say("What came of it"), sentences=sentences, tables=tuple(tables)
        )

    def _lonely(self) -> Iterator[str]:
        change = self.evaluation.changes["year"]
        if change.change is None:
            yield self.said.say(
                "Whether people feel less lonely is not known: {again}. At least 11 would be needed."
            ).format(again=self.said.again(change))
            return
        before, after = (number(v or 0.0, self.said.language, 1) for v in (change.before, change.after))
        yield self.said.say("Feeling of isolation (UCLA-3, 3 to 9, less is better), of the same people asked twice: from {before} to {after}, a change of {change}; {again}.").format(
            before=before, after=after, change=self.said.scale(change.change), again=self.said.again(change)
        )  # fmt: skip
        if change.before_of_the_others is not None:
            yield self.said.say("Whoever is asked again is chosen, not drawn: the first time the others stood at {others}. The change tells of those who were asked again alone, and some of it would have come without help.").format(
                others=number(change.before_of_the_others, self.said.language, 1)
            )  # fmt: skip

    def alerts(self) -> Part:
        """Who alerted, and what it brought."""
        tables = [self.compared([one for one in ALERTED if self.is_year or one.by_half])]
        charts: list[Chart] = []
        if self.is_year:
            rows = [
                (CHANNEL_WORDS[one], self.count(f"alerts {one}", "year"), self.count(f"alerts {one}", "before"), self.cell(found_after(self.evaluation, "year", one)))
                for one in CHANNELS
                if self.evaluation.counts.of("year", f"alerts {one}") != 0 or self.evaluation.counts.of("before", f"alerts {one}") != 0
            ]  # fmt: skip
            head = (
                self.said.say("Channel"),
                self.named("year"),
                self.named("before"),
                self.said.say("Truly isolated"),
            )
            tables.append(
                self.table(self.said.say("Alerts by channel, and isolated among those visited"), head, rows)
            )
            charts.append(
                Chart(
                    title=self.said.say("Isolated among those visited after an alert"),
                    svg=evaluation_charts.alerts(self.evaluation, self.said),
                    caption=self.key(),
                )
            )
        return Part(
            key="alerts",
            title=self.said.say("Alerts, and what they brought"),
            tables=tuple(tables),
            charts=_there(*charts),
        )

    def means(self) -> Part:
        """Who did it, how soon, at what cost."""
        said, evaluation = self.said, self.evaluation
        names = [name for name in MEDIANS if evaluation.has_desk or name not in OF_THE_DESK]
        rows = [(MEDIANS[name], self._wait(name, self.span), self._wait(name, self.other)) for name in names]
        head = (said.say("Median, with its interval"), self.named(self.span), self.named(self.other))
        tables = [self.table(said.say("How long it took"), head, rows)]
        return Part(
            key="means",
            title=said.say("Who did it, how soon, at what cost"),
            sentences=tuple(self._who()),
            tables=tuple(tables),
        )

    def _wait(self, name: str, span: Span) -> Cell:
        return Cell(text=self.said.median(self.evaluation.medians[span, name]))

    def _who(self) -> Iterator[str]:
        said, evaluation = self.said, self.evaluation
        if self.is_year and evaluation.professionals is not None and evaluation.teams is not None:
            named = [
                f"{number(n, said.language)} ({said.say(PROFESSION_WORDS[one])})"
                for one, n in evaluation.professionals.items()
            ]
            yield said.say("Professionals who gave an opinion: {list}.").format(
                list=said.listed(named) or "0"
            )
            yield said.say("Pairs of volunteers that went out on a round of the desk: {n}.").format(
                n=number(evaluation.teams, said.language)
            )
        elif not evaluation.has_desk:
            yield said.say(
                "Without a review desk nothing is known of professionals, decisions and the unit’s response times."
            )
        cost = evaluation.costs.get(self.span) if evaluation.costs is not None else None
        if cost is None:
            yield said.say(
                "What a found household costs is not known: no costs are given in city.toml, [costs]."
            )
        else:
            yield said.say("With the costs that the city gave ({euros} euros), one household found isolated costs {each}. The interval takes these costs as given.").format(
                euros=number(cost.euros, said.language), each=said.euros(cost)
            )  # fmt: skip


def _there(*charts: Chart) -> tuple[Chart, ...]:
    return tuple(one for one in charts if one.svg)
