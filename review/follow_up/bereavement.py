"""The bereavement register (action 8 of the plan): a list of its own, by consent, with a window for the first contact. Nothing of it enters a ranking."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from features.frame import published
from review import trail, visible
from review.cases.queue import ENDED
from review.follow_up.bereavement_choices import BEREAVED, MEASURES, WHENS, when, window
from review.me import Me
from review.measure import chosen
from review.refusals import Incomplete, Refused
from review.sealing import Seal
from review.tables.bereaved import Bereaved, BereavedStep
from review.tables.cases import Case, Listing
from review.trail import Act
from review.visits.outcome_words import NEEDS

LONGEST_AGO_DAYS = 3 * 365
FORM_NUMBER = re.compile(r"(?=.*\d)[0-9A-Z/-]{1,16}")
ARM = "DEUIL"
MOST_ENDED = 50


@dataclass(frozen=True, kw_only=True)
class Entered:
    """By hand. ``form_number``: of the signed form of consent, which stays on paper."""

    form_number: str
    died_on: date | None
    consented_on: date | None
    quartier: str


@dataclass(frozen=True, kw_only=True)
class Given:
    """One step: a measure, its reason, the codes of the needs."""

    measure: str
    because: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """``when``: of ``WHENS``. ``first`` and ``last``: the window, None while the day of death is not known; ``days_over``: since it closed, else 0."""

    entry: Bereaved
    when: str
    first: date | None
    last: date | None
    days_over: int


def gather(
    session: Session, seal: Seal, now: datetime, by: Act, died_on: Mapping[str, date] | None = None
) -> int:
    """An entry for each open case whose newest listing is in the arm of bereavement and whose household has none, and never withdrew. How many.
    ``died_on``: household → day of death, as far as the list says it."""
    newer = aliased(Listing)
    is_newest = ~exists().where(newer.case_id == Case.id, newer.as_of > Listing.as_of)
    listed = select(Case).join(Listing).where(Listing.arm == ARM, is_newest, Case.state.not_in(ENDED))
    cases = {mark(seal, case.household_id): case for case in session.scalars(listed.order_by(Case.id))}
    there = set(session.scalars(select(Bereaved.mark).where(Bereaved.mark.is_not(None))))
    fresh = {own: case for own, case in cases.items() if own not in there}
    for own, case in fresh.items():
        place = {"case_id": case.id, "quartier": case.quartier}
        died = (died_on or {}).get(case.household_id)
        _enter(session, Bereaved(origin="list", mark=own, died_on=died, **place), by.who, now.date())
    if fresh:
        facts = {"entries": len(fresh)}
        act = Act(who=by.who, role=by.role, action="gather bereaved", kind="bereaved", facts=facts)
        trail.add(session, seal, now, act)
    return len(fresh)


def mark(seal: Seal, household_id: str) -> str:
    """See ``Bereaved.mark``."""
    return seal.sign("bereaved", household_id.encode())


def _enter(session: Session, entry: Bereaved, by: str, today: date) -> None:
    entry.state, entry.state_on, entry.needs = BEREAVED.initial, today, []
    entry.steps = [BereavedStep(number=1, action="enter", by=by, on=today)]
    session.add(entry)


def enter(
    session: Session, seal: Seal, me: Me, entered: Entered, town: Collection[str], now: datetime, today: date
) -> Bereaved:
    """Raises Incomplete: without a day of consent there is no entry."""
    number = entered.form_number.strip().upper()
    if not FORM_NUMBER.fullmatch(number):
        raise Incomplete(
            "Give the number of the form",
            "It has digits, capital letters, - and / only, and no name.",
            "It is on the form of consent that the person signed and that stays on paper.",
        )
    if session.scalar(select(Bereaved.id).where(Bereaved.form_number == number)):
        raise Incomplete("This form is entered already", "Another entry has this number.", "Look for it.")
    if not entered.quartier or entered.quartier not in town or not _sees(me, entered.quartier):
        raise Incomplete(
            "Choose the neighbourhood", "An entry has one of your neighbourhoods.", "Choose among them."
        )
    _check_death(entered.died_on, today)
    _check_consent(entered, today)
    entry = Bereaved(
        origin="hand",
        form_number=number,
        quartier=entered.quartier,
        died_on=entered.died_on,
        consented_on=entered.consented_on,
    )
    _enter(session, entry, me.login, today)
    session.flush()
    trail.add(session, seal, now, me.did("enter bereaved", "bereaved", entry.id))
    return entry


def _sees(me: Me, quartier: str) -> bool:
    return me.quartiers is None or quartier in me.quartiers


def _check_death(day: date | None, today: date) -> None:
    if day is None or not today - timedelta(days=LONGEST_AGO_DAYS) <= day <= today:
        raise Incomplete(
            "Give the day of death",
            "It lies within the last three years.",
            "Give the day; the window of contact is counted from it.",
        )


def _check_consent(entered: Entered, today: date) -> None:
    day, died_on = entered.consented_on, entered.died_on
    if day is None or died_on is None or not died_on <= day <= today:
        raise Incomplete(
            "Without consent there is no entry",
            "The person has agreed to be contacted, on a day between the death and today.",
            "Give the day on which they signed. If they have not, ask them first.",
        )


def of_mine(query: Select[tuple[Bereaved]], me: Me) -> Select[tuple[Bereaved]]:
    """Of the neighbourhoods that somebody may see, without the withdrawn and without households that objected meanwhile."""
    objected = exists().where(Case.id == Bereaved.case_id, Case.state == "objected")
    query = query.where(Bereaved.state != "withdrawn", ~objected)
    return query if me.quartiers is None else query.where(Bereaved.quartier.in_(sorted(me.quartiers)))


def entry_of(session: Session, me: Me, entry_id: str) -> Bereaved:
    """Raises what ``visible.the_one`` raises."""
    return visible.the_one(session, of_mine(select(Bereaved).where(Bereaved.id == entry_id), me))


def entry_at(session: Session, me: Me, entry_id: str, version: int) -> Bereaved:
    """To be changed. Raises what ``visible.as_seen`` raises."""
    return visible.as_seen(session, of_mine(select(Bereaved).where(Bereaved.id == entry_id), me), version)


def date_of_death(
    session: Session, seal: Seal, me: Me, entry: Bereaved, died_on: date | None, now: datetime, today: date
) -> None:
    """Which a list does not say, and from which the window counts. Raises Incomplete."""
    _check_death(died_on, today)
    entry.died_on = died_on
    trail.add(session, seal, now, me.did("date bereaved", "bereaved", entry.id))


def step(
    session: Session, seal: Seal, me: Me, entry: Bereaved, given: Given, now: datetime, today: date
) -> None:
    """Raises Incomplete for what is missing, Refused where the state does not allow it."""
    measure = chosen(MEASURES, given.measure, given.because)
    _move(entry, measure.name, me.login, today)
    entry.because = given.because if measure.reasons else None
    entry.tries += measure.name == "reach_nobody"
    if measure.has_needs:
        entry.needs = [code for code in NEEDS if code in given.needs]
    trail.add(session, seal, now, me.did("keep bereaved", "bereaved", entry.id, measure=measure.name))


def withdraw(session: Session, seal: Seal, me: Me, entry: Bereaved, now: datetime, today: date) -> None:
    """The person takes the consent back: nothing is left but the day, and the mark by which a later list makes no entry again."""
    _move(entry, "withdraw_consent", me.login, today)
    for name in ("origin", "case_id", "form_number", "quartier", "died_on", "consented_on", "because"):
        setattr(entry, name, None)
    entry.tries, entry.needs, entry.steps = 0, [], []
    trail.add(session, seal, now, me.did("withdraw consent", "bereaved", entry.id))


def household_objects(session: Session, seal: Seal, me: Me, case: Case, now: datetime) -> None:
    """Whoever objects to the lists is no longer contacted from here either."""
    for entry in session.scalars(
        select(Bereaved).where(Bereaved.case_id == case.id, Bereaved.state != "withdrawn")
    ):
        withdraw(session, seal, me, entry, now, now.date())


def _move(entry: Bereaved, action: str, by: str, today: date) -> None:
    if action not in BEREAVED.allowed(entry.state):
        raise Refused(
            "This step is not possible", "The entry does not allow it any more.", "Look at it as it is now."
        )
    entry.state, entry.state_on = BEREAVED.after(entry.state, action), today
    entry.steps.append(BereavedStep(number=len(entry.steps) + 1, action=action, by=by, on=today))


def found(session: Session, me: Me, today: date) -> Mapping[str, Sequence[Row]]:
    """Group of ``WHENS`` → its entries, the most pressing first; of those that have ended the last ``MOST_ENDED``."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for entry in session.scalars(of_mine(select(Bereaved), me).order_by(Bereaved.state_on, Bereaved.id)):
        row = row_of(entry, today)
        rows[row.when].append(row)
    for name in ("overdue", "now", "later"):
        rows[name].sort(key=lambda row: (row.entry.died_on or today, row.entry.id))
    return {name: rows[name] if name != "done" else rows[name][::-1][:MOST_ENDED] for name in WHENS}


def row_of(entry: Bereaved, today: date) -> Row:
    """With its window."""
    first, last = window(entry.died_on) if entry.died_on else (None, None)
    name = when(entry.state, entry.died_on, today)
    over = (today - last).days if last and name == "overdue" else 0
    return Row(entry=entry, when=name, first=first, last=last, days_over=over)


def counted(session: Session) -> dict[str, int | str]:
    """State → entries in it, of the whole city, for the indicators of the plan; small cells and what would give them away hidden."""
    query = select(Bereaved.state, func.count()).group_by(Bereaved.state)
    counts = dict(session.execute(query).tuples().all())
    return published({state: counts.get(state, 0) for state in BEREAVED.states})
