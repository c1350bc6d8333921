"""How long the desk keeps what: one table of terms, each with the rule that it follows. What is past its term is deleted; counts and rules stay.

A case that is open is never touched: nothing of a household is taken from under the hands of whoever looks after it. Of a case that has ended each listing, visit,
opinion, decision and step goes at its own term, and the case once none of them is left and its own is over. Accounts and teams stay until they are closed by hand;
``lists``, ``handed_over`` and ``purges`` are about nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from data_contracts import contract
from data_contracts.contract_terms import Period
from review import trail
from review.law import purging
from review.law.purging import Past, Taken
from review.sealing import Seal
from review.tables.law import Purge
from review.trail import Act, Fact

SHORTEST_TRAIL = Period.parsed("P6M")
"""AI Act, art. 19 and 26(6): logs are kept for six months at least."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row. ``source``: the contract whose retention counts, or the city's shorter one; empty: ``own``, a term of ours. ``counted_from``: column of ``table``.
    ``are_emptied``: the rows stay without what is named."""

    what: str
    table: str
    counted_from: str
    take: Callable[[Past], Taken]
    source: str = ""
    own: str = ""
    at_least: Period | None = None
    why: str
    are_emptied: bool = False

    def period(self, shorter: Mapping[str, str]) -> Period:
        """``shorter``: the city's own periods, by source."""
        if not self.source:
            return Period.parsed(self.own)
        chosen = shorter.get(self.source)
        found = Period.parsed(chosen) if chosen else contract.load(self.source).retention.period
        return max(found, self.at_least or found, key=lambda period: period.rough_days)


RULES = (
    Rule(
        what="alerts",
        table="alerts",
        counted_from="reported_on",
        take=purging.alerts,
        source="signalements",
        why="as its contract says, answered or not; one that stands for others goes with the last of them",
    ),
    Rule(
        what="bereavement",
        table="bereaved",
        counted_from="state_on",
        take=purging.bereaved,
        own="P2Y",
        why="consent was given for a contact, which is made within half a year of the death: where nothing was done for two years it has served, and the yearly evaluation has counted it",
    ),
    Rule(
        what="identity_requests",
        table="identity_requests",
        counted_from="asked_at",
        take=purging.identity_requests,
        own="P1Y",
        why="open for a week at most; who asked, granted and saw stays in the trail",
    ),
    Rule(
        what="rounds",
        table="rounds",
        counted_from="week",
        take=purging.rounds,
        own="P1Y",
        why="what was found at the doors is in the visits; the year serves its evaluation. One with a visit still planned stays",
    ),
    Rule(
        what="sign_ins",
        table="sessions",
        counted_from="opened_at",
        take=purging.sign_ins,
        own="P1D",
        why="every session ends within a day; that somebody signed in stays in the trail",
    ),
    Rule(
        what="visits",
        table="visits",
        counted_from="visited_on",
        take=purging.visits,
        source="visites",
        why="as its contract says, with every earlier wording",
    ),
    Rule(
        what="listings",
        table="listings",
        counted_from="as_of",
        take=purging.listings,
        source="liste",
        why="as the contract of the list says",
    ),
    Rule(
        what="decisions",
        table="decisions",
        counted_from="decided_at",
        take=purging.decisions,
        source="decisions",
        why="as its contract says, with the opinions and their notes that led there, and the steps that followed",
    ),
    Rule(
        what="cases",
        table="cases",
        counted_from="state_since",
        take=purging.cases,
        source="decisions",
        why="nothing that is to be answered for is left",
    ),
    Rule(
        what="member_keys",
        table="cases",
        counted_from="state_since",
        take=purging.member_keys,
        own="P1Y",
        why="for a year what is still on paper is entered, or the case is opened again; then only a visit that names the person needs their keys, as long as it is kept",
        are_emptied=True,
    ),
    Rule(
        what="audit_trail",
        table="trail",
        counted_from="at",
        take=purging.trail_lines,
        source="decisions",
        at_least=SHORTEST_TRAIL,
        why="as long as the decisions of which it says who made them (AI Act, art. 12 and 19)",
    ),
)
"""In the order in which they are applied: what hangs on something goes before it."""


@dataclass(frozen=True, kw_only=True)
class Gone:
    """What one rule took: table → rows, those that lay ``before`` a day by ``counted_from``."""

    what: str
    period: str
    counted_from: str
    before: date
    rule: str
    why: str
    tables: Mapping[str, int]
    are_emptied: bool

    @property
    def rows(self) -> int:
        """Of all its tables."""
        return sum(self.tables.values())


def purge(
    session: Session, seal: Seal, shorter: Mapping[str, str], on: date, now: datetime
) -> tuple[Gone, ...]:
    """Takes what is past its term on ``on``, rule by rule; the book ``purges`` and a line of the trail say what. To only look, roll the session back.

    Raises IntegrityError where lines of the trail are to go and it does not hold: then nothing may be taken.
    """
    gone = tuple(_gone(session, seal, rule, rule.period(shorter), on) for rule in RULES)
    for one in gone:
        session.add_all(_entry(one, table, on) for table in one.tables)
    facts: dict[str, Fact] = {one.what: one.rows for one in gone if one.rows}
    trail.add(
        session,
        seal,
        now,
        Act(who="system", role="", action="purge", kind="retention", about=on.isoformat(), facts=facts),
    )
    return gone


def _gone(session: Session, seal: Seal, rule: Rule, period: Period, on: date) -> Gone:
    before, counted_from = period.before(on), f"{rule.table}.{rule.counted_from}"
    taken = rule.take(Past(session=session, seal=seal, before=before))
    return Gone(
        what=rule.what,
        period=period.as_iso(),
        counted_from=counted_from,
        before=before,
        rule=f"desk, {rule.what}: {period.as_iso()} from {counted_from}, before {before.isoformat()} ({rule.source or 'own term'})",
        why=rule.why,
        tables={table: rows for table, rows in taken.items() if rows},
        are_emptied=rule.are_emptied,
    )


def _entry(one: Gone, table: str, on: date) -> Purge:
    return Purge(
        purged_on=on,
        what=one.what,
        table_name=table,
        rows=one.tables[table],
        are_emptied=one.are_emptied,
        rule=one.rule,
    )
