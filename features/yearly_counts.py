"""The counts of a year, its two halves and the year before, as anybody may see them: added up and hidden together, so that no table gives another away,
nor what other pages tell over all time what is left beside the two years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd

from features.cells import Key, Sum, shown
from features.frame import HIDDEN, SMALLEST_CELL
from features.label import STATES
from features.yearly import Number, Share, share
from features.yearly_rows import NEEDS

Dated = tuple[date, str]
Span = Literal["year", "first", "second", "before"]
SPANS: tuple[Span, ...] = ("year", "first", "second", "before")
WHOLE_YEARS: tuple[Span, ...] = ("year", "before")
ALL, MET = "all", "answered"
ARMS = ("MODELE", "EXPLORATION", "SIGNALEMENT", "DEUIL", "TEMOIN_80PLUS", "OTHER")
CHANNELS = ("TELEPHONE", "APPLICATION", "VOISIN", "AGENT_IMMEUBLE", "ASSOCIATION", "PROFESSIONNEL", "MISSION_LOCALE", "OTHER")  # fmt: skip
ENTRIES = ("list", "SIGNALEMENT", "DEUIL", "added")
KINDS = ("APPEL", "VISITE", "COURRIER", "ENTRETIEN", "SERVICE", "ORIENTATION", "BILAN")
ENDED = ("SORTI_ISOLEMENT", "RELAIS_PRIS", "PAS_DE_BESOIN", "DEPART", "DECES", "NE_SOUHAITE_PAS")
"""Codes of the desk: how a case came, kinds of step, why a follow-up ended."""
ROLES = ("VOLONTAIRE", "AGENT", "PROFESSIONNEL")
ANSWERED = STATES[:2]
"""States of households whose answers decide."""
OUTCOMES = (*ANSWERED, "refused", "absent", "moved")
"""What became of a door. Whoever was met and gave no answer that decides is counted with those who refused: they are too few to be told apart."""
ANSWERS = (*ANSWERED, "no answer")
NEWS = ("out", "still", "gone", "none")
EVER, EARLIER = "ever", "earlier"
"""All time to the last day that is told, and what of it lies before the two years."""
ESTIMATED = ("EXPLORATION", "MODELE")
"""Arms of which the page of estimates tells, over all time, how many were found isolated (lonely) and how many not."""
TAKING_PART = ("CLUB_SENIORS", "CENTRE_SOCIAL", "BIBLIOTHEQUE", "SPORT", "ATELIER_NUMERIQUE")
"""Services in which one meets others: participation. The others are support."""


@dataclass(frozen=True, kw_only=True)
class Spans:
    """The year that is told, to the last day of which anything is known."""

    year: int
    until: date

    def holds(self, span: Span, day: date) -> bool:
        """Whether a day is in it. The year before is whole."""
        first, last = self.ends(span)
        return first <= day <= last

    def ends(self, span: Span) -> tuple[date, date]:
        """First and last day; a half that has not begun ends before it begins."""
        if span == "before":
            return date(self.year - 1, 1, 1), date(self.year - 1, 12, 31)
        begin = date(self.year, 7, 1) if span == "second" else date(self.year, 1, 1)
        return begin, min(self.until, date(self.year, 6, 30)) if span == "first" else self.until

    def part(self, day: date) -> str | None:
        """Which part of all time it is in; of what is not known yet none."""
        if day > self.until:
            return None
        return {self.year: "year", self.year - 1: "before"}.get(day.year, EARLIER)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """``numbers``: (span, table, category) → count or ``HIDDEN``; the category ``ALL`` is the table's total."""

    numbers: Mapping[Key, Number]

    def of(self, span: Span, table: str, category: str = ALL) -> Number:
        """``HIDDEN`` where it is told nowhere."""
        return self.numbers.get((span, table, category), HIDDEN)

    def share(self, span: Span, table: str, category: str, of: tuple[str, str] | None = None) -> Share:
        """Of the table's total, or of another count."""
        whole = of or (table, ALL)
        return share(self.of(span, table, category), self.of(span, *whole))


@dataclass(kw_only=True)
class Tally:
    """Counts while they are made, and what adds up to what."""

    spans: Spans
    numbers: dict[Key, int] = field(default_factory=dict)
    never: set[Key] = field(default_factory=set)
    sums: list[Sum] = field(default_factory=list)
    elsewhere: dict[Key, tuple[float, float]] = field(default_factory=dict)
    """What another page tells, between its two ends."""

    def add(self, table: str, told: Iterable[Dated], categories: Sequence[str], whole: str = "") -> None:
        """A table of the year, its halves and the year before: its categories add up to ``ALL`` of itself, or of the table ``whole``, and the halves to the year."""
        rows = list(told)
        for span in SPANS:
            self._one(span, table, rows, categories, whole)
        for category in (*categories, *(() if whole else (ALL,))):
            parts = tuple((half, table, category) for half in ("first", "second"))
            self.sums.append(Sum(total=("year", table, category), parts=parts))

    def add_whole_years(
        self, table: str, told: Iterable[Dated], categories: Sequence[str], whole: str = ""
    ) -> None:
        """A table that no half shows."""
        rows = list(told)
        for span in WHOLE_YEARS:
            self._one(span, table, rows, categories, whole)

    def _one(
        self, span: Span, table: str, rows: Sequence[Dated], categories: Sequence[str], whole: str
    ) -> None:
        counts = Counter(category for day, category in rows if self.spans.holds(span, day))
        parts = tuple((span, table, category) for category in categories)
        self.numbers |= {(span, table, category): counts[category] for category in categories}
        if not whole:
            self.numbers[span, table, ALL] = sum(counts.values())
        self.sums.append(Sum(total=(span, whole or table, ALL), parts=parts))

    def tie(self, span: Span, total: tuple[str, str], parts: Iterable[tuple[str, str]]) -> None:
        """Readers know that these add up too."""
        self.sums.append(Sum(total=(span, *total), parts=tuple((span, *part) for part in parts)))

    def tell_ever(self, tables: Mapping[str, Sequence[Dated]], categories: Sequence[str]) -> None:
        """Tables of whole years, of which the page of estimates tells each category over all time, or none of all where one is small: whoever takes the years off has what came earlier."""
        keys = [(table, category) for table in tables for category in categories]
        known = {
            table: Counter((self.spans.part(day), what) for day, what in tables[table]) for table in tables
        }
        parts = {(t, c): [known[t][part, c] for part in ("year", "before", EARLIER)] for t, c in keys}
        if any(0 < sum(counts) < SMALLEST_CELL for counts in parts.values()):
            return
        for key, counts in parts.items():
            ever, rest = (EVER, *key), (EARLIER, *key)
            self.numbers |= {ever: sum(counts), rest: counts[-1]}
            self.elsewhere[ever] = (float(sum(counts)), float(sum(counts)))
            self.never |= {ever, rest}
            self.sums.append(Sum(total=ever, parts=(("year", *key), ("before", *key), rest)))

    def leave_out(self, span: Span, tables: Sequence[str], categories: Sequence[str]) -> None:
        """Of tables that add up, tell only the total of each that holds a small number; and of the next smallest, until what is left out together is large."""
        rows = {table: [self.numbers[span, table, category] for category in categories] for table in tables}
        out = {table for table, row in rows.items() if any(0 < n < SMALLEST_CELL for n in row)}
        for table in sorted(rows, key=lambda one: sum(rows[one])):
            together = [sum(rows[one][place] for one in out) for place in range(len(categories))]
            if len(out) != 1 and not any(0 < n < SMALLEST_CELL for n in together):
                break
            if any(rows[table]):
                out.add(table)
        self.never |= {(span, table, category) for table in out for category in categories}

    def counts(self) -> Counts:
        """As anybody may see them."""
        return Counts(numbers=shown(self.numbers, self.sums, self.never, self.elsewhere))


def count_doors(tally: Tally, doors: pd.DataFrame) -> None:
    """``doors`` (``OUTCOMES``), ``answered`` (the first two), of them ``lonely``, ``judged`` and a table a need; a table an arm."""
    began = [day.date() for day in doors["began_on"]]
    states = ["refused" if state == "undecided" else str(state) for state in doors["state"]]
    tally.add("doors", zip(began, states, strict=True), OUTCOMES)
    for span in SPANS:
        tally.numbers[span, MET, ALL] = sum(tally.numbers[span, "doors", state] for state in ANSWERED)
        tally.tie(span, (MET, ALL), [("doors", state) for state in ANSWERED])
    is_met = [state in ANSWERED for state in states]
    for table, categories, said in (
        ("lonely", ("yes", "no", "no answer"), [_yes_no(v) for v in doors["lonely"]]),
        ("judged", ("3", "2", "1", "0", "none"), [_judged(v) for v in doors["judgement"]]),
    ):
        tally.add(table, _of_met(began, said, is_met), categories, whole=MET)
    for need in NEEDS:
        said = [_yes_no(v) for v in doors[need]]
        tally.add_whole_years(need, _of_met(began, said, is_met), ("yes", "no", "no answer"), whole=MET)
    arms = list(doors["arm"])
    _count_arms(tally, began, states, arms)
    lonely = zip(began, [_yes_no(v) for v in doors["lonely"]], arms, strict=True)
    _count_lonely_by_arm(tally, [one for one, met in zip(lonely, is_met, strict=True) if met])


def _of_met(began: Sequence[date], said: Sequence[str], is_met: Sequence[bool]) -> list[Dated]:
    return [(day, word) for day, word, met in zip(began, said, is_met, strict=True) if met]


def _count_arms(tally: Tally, began: Sequence[date], states: Sequence[str], arms: Sequence[str]) -> None:
    rows = list(zip(began, states, arms, strict=True))
    for arm in ARMS:
        tally.add_whole_years(arm, [(day, _answer(state)) for day, state, of in rows if of == arm], ANSWERS)
    for span in WHOLE_YEARS:
        for answer in ANSWERED:
            tally.tie(span, ("doors", answer), [(arm, answer) for arm in ARMS])
        tally.tie(span, ("doors", ALL), [(arm, ALL) for arm in ARMS])
        tally.leave_out(span, ARMS, ANSWERS)
    tally.tell_ever(
        {arm: [(day, state) for day, state, of in rows if of == arm] for arm in ESTIMATED}, ANSWERED
    )


def _count_lonely_by_arm(tally: Tally, met: Sequence[tuple[date, str, str]]) -> None:
    """The years tell them of all arms together alone, the estimates of some arms over all time."""
    answers = ("yes", "no", "no answer")
    of = {arm: [(day, answer) for day, answer, mine in met if mine == arm] for arm in ARMS}
    for arm in ARMS:
        tally.add_whole_years(f"lonely {arm}", of[arm], answers)
        for span in WHOLE_YEARS:
            tally.tie(span, (f"lonely {arm}", ALL), [(arm, state) for state in ANSWERED])
            tally.never |= {(span, f"lonely {arm}", answer) for answer in (*answers, ALL)}
    for span in WHOLE_YEARS:
        for answer in answers:
            tally.tie(span, ("lonely", answer), [(f"lonely {arm}", answer) for arm in ARMS])
    tally.tell_ever({f"lonely {arm}": of[arm] for arm in ESTIMATED}, answers[:2])


def count_visits(tally: Tally, visits: pd.DataFrame) -> None:
    """``visits`` by the role of whoever came."""
    tally.add("visits", _dated(visits, "visited_on", "role"), ROLES)


def count_alerts(tally: Tally, alerts: pd.DataFrame) -> None:
    """``received`` (by half); ``alerts`` by what a visit found (``ANSWERS``, and ``not visited``); a table a channel with the same, of which nothing but the total is told where a number is small."""
    days = [day.date() for day in alerts["alerted_on"]]
    found = ["not visited" if pd.isna(state) else _answer(str(state)) for state in alerts["state"]]
    categories = (*ANSWERS, "not visited")
    tally.add("received", [(day, "alert") for day in days], ("alert",))
    tally.add_whole_years("alerts", zip(days, found, strict=True), categories)
    rows = list(zip(days, found, alerts["channel"], strict=True))
    for channel in CHANNELS:
        tally.add_whole_years(
            f"alerts {channel}", [(day, answer) for day, answer, of in rows if of == channel], categories
        )
    for span in WHOLE_YEARS:
        for category in (*categories, ALL):
            tally.tie(span, ("alerts", category), [(f"alerts {channel}", category) for channel in CHANNELS])
        tally.leave_out(span, [f"alerts {channel}" for channel in CHANNELS], categories)


def count_services(tally: Tally, begun: pd.DataFrame) -> None:
    """``services`` begun because of a visit: ``taking part`` or ``support``."""
    kinds = ["taking part" if one in TAKING_PART else "support" for one in begun["service"]]
    days = [day.date() for day in begun["begun_on"]]
    tally.add_whole_years("services", zip(days, kinds, strict=True), ("taking part", "support"))


def count_news(tally: Tally, span: Span, news: Sequence[str]) -> None:
    """``six months``: what became of households found isolated half a year before; of one span."""
    first, _ = tally.spans.ends(span)
    tally._one(span, "six months", [(first, one) for one in news], NEWS, "")


def count_desk(
    tally: Tally,
    *,
    entries: Iterable[Dated],
    supported: Iterable[Dated],
    kinds: Iterable[Dated],
    ended: Iterable[Dated],
    answers: Mapping[str, Iterable[Dated]],
) -> None:
    """What the desk knows, each row with its day and a code of the desk: ``entries``, ``supported``, ``ended``, of the whole years a table a kind of step and one an answer."""
    tally.add("entries", entries, ENTRIES)
    tally.add("supported", supported, ("household",))
    tally.add("ended", ended, ENDED)
    several = list(kinds)
    for kind in KINDS:
        tally.add_whole_years(f"kind {kind}", [(day, one) for day, one in several if one == kind], (kind,))
    for table, told in answers.items():
        tally.add_whole_years(table, told, ("yes", "no"))


def _dated(rows: pd.DataFrame, day: str, category: str) -> list[Dated]:
    return [(when.date(), str(what)) for when, what in zip(rows[day], rows[category], strict=True)]


def _answer(state: str) -> str:
    return state if state in ANSWERS[:2] else "no answer"


def _yes_no(value: bool | None) -> str:
    return "no answer" if pd.isna(value) else "yes" if value else "no"


def _judged(value: float) -> str:
    return "none" if pd.isna(value) else str(int(value))
