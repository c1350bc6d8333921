"""What the desk keeps about one person, for whoever answers their right of access (GDPR, art. 15).

They are told all that is theirs: how they are known, visits that met or looked for them, what was decided and done for their household, in whose case it is. They
are not told who reads, votes or visits; nor what somebody told the city, only that somebody did (``reports.crpa`` says why); nor anything of another adult. What the
desk does not tell apart by person, as the entry of the bereavement register or the severity of a case, is told to whoever is alone in the household, else only
that it is there. Notes are free text about a household: they are given, and marked where they may speak of somebody else, so that whoever answers reads them first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from features.factor import Language
from review.tables.alerts import Alert
from review.tables.bereaved import Bereaved
from review.tables.cases import Case, Decision, Listing, Member, Vote
from review.tables.following import Step
from review.tables.identities import IdentityRequest
from review.tables.rounds import Round, Stop
from review.tables.visits import Visit
from review.visits.outcome_values import content, found_of
from review.words import PARIS

KEYS = ("cle_identite", "cle_usage", "cle_phonetique", "cle_nom_adresse")
OF_OTHERS = ("person", "household_id")
"""Of a wording of a visit: whom it was taken for, and where, before it was corrected."""
Json = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Asks:
    """``key``: by which they ask; ``person_ids``, ``household_ids``: whom and which homes the linkage gives it. ``language``: of sentences."""

    key: str
    person_ids: Collection[str]
    household_ids: Collection[str]
    language: Language


@dataclass(frozen=True, kw_only=True)
class Kept:
    """``told``: what is said; ``case_ids``: whom a look at it is to be written down for."""

    told: Json
    case_ids: tuple[str, ...]


def kept(session: Session, asks: Asks) -> Kept:
    """Found by the key, the person or the household, open or ended or hidden."""
    members = _members(session, asks)
    by_case = {member.case_id: member for member in members}
    is_theirs = Case.id.in_(list(by_case)) | Case.household_id.in_(list(asks.household_ids))
    cases = session.scalars(select(Case).where(is_theirs).order_by(Case.opened_at, Case.id)).all()
    visits = session.scalars(
        select(Visit)
        .where(Visit.member_id.in_([member.id for member in members]))
        .order_by(Visit.visited_on, Visit.id)
    ).all()
    told: Json = {
        "members": [_member(member) for member in members],
        "cases": [_case(session, case, by_case.get(case.id), asks.language) for case in cases],
        "visits": [_visit(visit) for visit in visits],
        "told_to_the_city": _is_told(session, asks, members, cases),
        "has_objected": any(case.state == "objected" for case in cases) or any(v.objected for v in visits),
    }
    return Kept(told=told, case_ids=tuple(case.id for case in cases))


def _members(session: Session, asks: Asks) -> Sequence[Member]:
    is_theirs = or_(_bears(Member, [asks.key]), Member.person_id.in_(list(asks.person_ids)))
    return session.scalars(select(Member).where(is_theirs).order_by(Member.case_id, Member.number)).all()


def _bears(table: type[Member | Alert], keys: Collection[str]) -> ColumnElement[bool]:
    return or_(*(getattr(table, name).in_(list(keys)) for name in KEYS))


def _member(member: Member) -> Json:
    own = ("number", "person_id", "sexe", "annee_naissance", *KEYS)
    return {"case": member.case_id} | {name: getattr(member, name) for name in own}


def _visit(visit: Visit) -> Json:
    """Answers included; of earlier wordings, too, for a correction leaves the first in place."""
    own = content(found_of(visit), visit.judgement, visit.case.household_id)
    return {
        "visit": visit.id,
        "case": visit.case_id,
        **own,
        "list_on": _iso(visit.list_on),
        "arm": visit.arm,
        "drawing_probability": visit.drawing_probability,
        "entered_on": _iso(visit.entered_at),
        "wordings": [
            {"revision": one.revision, "written_on": _iso(one.at), "because": one.because}
            | {name: value for name, value in one.content.items() if name not in OF_OTHERS}
            for one in visit.revisions
        ],
    }


def _case(session: Session, case: Case, member: Member | None, language: Language) -> Json:
    is_alone = member is not None and len(case.members) == 1 and case.member_count == 1
    visits = select(Visit).where(Visit.case_id == case.id, Visit.member_id.is_(None))
    told: Json = {
        "case": case.id,
        "household_id": case.household_id,
        "id_logement": case.id_logement,
        "id_adresse": case.id_adresse,
        "quartier": case.quartier,
        "member_count": case.member_count,
        "origin": case.origin,
        "state": case.state,
        "state_since": _iso(case.state_since),
        "listed": [_listing(one, language, is_alone=is_alone) for one in case.listings],
        "decisions": [_decision(one) for one in case.decisions],
        "opinions": [_opinion(one, is_alone=is_alone) for one in case.votes if not _is_blind(case, one)],
        "steps": [_step(one) for one in case.steps],
        "visits_that_met_nobody_known": [
            {"visited_on": _iso(one.visited_on), "visitor_role": one.visitor_role}
            for one in session.scalars(visits.order_by(Visit.visited_on, Visit.id))
        ],
        "planned_in_weeks_of": _weeks(session, case),
        "names_asked_for": _names(session, case),
        "bereavement": _bereavement(session, case, is_alone=is_alone),
    }
    if is_alone:
        told |= {name: getattr(case, name) for name in ("age_band", "severity", "closed_because")}
    return told


def _listing(listing: Listing, language: Language, *, is_alone: bool) -> Json:
    """What a list said of several people together is told from the run's own files, which say of whom each fact is."""
    of = {"run": listing.run_id, "as_of": _iso(listing.as_of)}
    return of | ({"told": listing.told[language]} if is_alone else {})


def _decision(decision: Decision) -> Json:
    own = ("revision", "choice", "reason", "visitor_role", "settled_by")
    days = {
        "decided_on": _iso(decision.decided_at),
        "postponed_to": _iso(decision.postponed_to),
    }
    return {name: getattr(decision, name) for name in own} | days


def _is_blind(case: Case, vote: Vote) -> bool:
    """As at the desk: the first of two opinions is shown when the second is in."""
    return case.state == "second_look" and vote.revision == case.revision


def _opinion(vote: Vote, *, is_alone: bool) -> Json:
    return {
        "revision": vote.revision,
        "choice": vote.choice,
        "reason": vote.reason,
        "given_on": _iso(vote.cast_at),
        "note": vote.note,
        "note_may_speak_of_others": bool(vote.note) and not is_alone,
    }


def _step(step: Step) -> Json:
    own = ("kind", "partner", "leads_to", "because", "takes_part", "satisfaction")
    return {"made_on": _iso(step.made_on), "next_on": _iso(step.next_on)} | {
        name: getattr(step, name) for name in own
    }


def _weeks(session: Session, case: Case) -> list[str | None]:
    found = select(Round.week).join(Stop, Stop.round_id == Round.id).where(Stop.case_id == case.id)
    return [_iso(week) for week in session.scalars(found.distinct().order_by(Round.week))]


def _names(session: Session, case: Case) -> list[Json]:
    """When and why somebody asked for the name, and what came of it: not who."""
    rounds = select(Stop.round_id).where(Stop.case_id == case.id)
    is_about = (IdentityRequest.case_id == case.id) | IdentityRequest.round_id.in_(rounds)
    found = session.scalars(select(IdentityRequest).where(is_about).order_by(IdentityRequest.asked_at))
    return [
        {
            "motive": one.motive,
            "asked_on": _iso(one.asked_at),
            "state": one.state,
            "ended_on": _iso(one.ended_at),
        }
        for one in found
    ]


def _bereavement(session: Session, case: Case, *, is_alone: bool) -> list[Json]:
    entries = session.scalars(select(Bereaved).where(Bereaved.case_id == case.id)).all()
    if not is_alone:
        return [{"is_of_somebody_in_the_household": True} for _ in entries]
    return [_entry(entry) for entry in entries]


def _entry(entry: Bereaved) -> Json:
    own = ("state", "because", "tries", "needs")
    days = {name: _iso(getattr(entry, name)) for name in ("died_on", "consented_on", "state_on")}
    steps = [{"action": step.action, "on": _iso(step.on)} for step in entry.steps]
    return {name: getattr(entry, name) for name in own} | days | {"steps": steps}


def _is_told(session: Session, asks: Asks, members: Sequence[Member], cases: Sequence[Case]) -> bool:
    """About them, or about the household and nobody in particular."""
    keys = {asks.key, *(key for one in members for name in KEYS if (key := getattr(one, name)))}
    homes = [case.id_logement for case in cases if case.id_logement]
    is_here = Alert.case_id.in_([case.id for case in cases]) | Alert.id_logement.in_(homes)
    is_of_nobody = ~or_(*(getattr(Alert, name).is_not(None) for name in KEYS))
    found = select(Alert.id).where(_bears(Alert, keys) | (is_here & is_of_nobody))
    return session.scalar(found.limit(1)) is not None


def _iso(when: date | datetime | None) -> str | None:
    """The day in the city."""
    day = when.astimezone(PARIS).date() if isinstance(when, datetime) else when
    return day.isoformat() if day else None
