"""What speaks for or against somebody still being there: one row a kind of evidence, with what is believed of it before any visit.

``holds`` is SQL over ``facts``. Log-odds are of still being there, beside the hazard of having left (``presence_rates``), whose own
weight is ``HAZARD``. Past visits correct all of them. A sign that the person was at the place after it outweighs an older sign of a move;
use of a service outside the home shows a living person, not the place: it softens such a sign and does not outweigh it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from features.prior import Prior

Presence = Literal["present", "deceased", "moved", "establishment", "unknown"]
RECENT_USE_DAYS, RECENT_CHANGE_DAYS, RECENT_LEASE_DAYS, SETTLED_YEARS = 90, 365, 730, 15


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """``text`` is what people read, translated by the reports. ``known`` is SQL of the day on which the city knew it. ``is_hard``: nobody is called present against it; the first that holds decides."""

    name: str
    says: Presence
    text: str
    holds: str
    known: str
    prior: Prior
    is_hard: bool = False


def _assumed(log_odds: float, standard_error: float, why: str) -> Prior:
    return Prior(log_odds=log_odds, standard_error=standard_error, source=f"assumed: {why}")


def _not_outweighed(day: str) -> str:
    return f"{day} is not null and coalesce({day} >= seen_on, true)"


def _softened(day: str) -> str:
    """No newer sign at the place itself, but use of a service since."""
    return f"coalesce({day} >= attested_on and {day} < seen_on, false)"


_MOVE_DAYS = ("told_moved_on", "returned_on", "lease_ended_on")
_RECENT_LEASE = f"asked_on - {RECENT_LEASE_DAYS}"
_RECENT = f"asked_on - {RECENT_CHANGE_DAYS}"

HARD = (
    Evidence(name="death_file", says="deceased", text="public death file", is_hard=True,
             holds="dead_known_on is not null", known="dead_known_on", prior=_assumed(-6, 1, "a namesake with the same birth date is rare")),
    Evidence(name="death_act", says="deceased", text="death act", is_hard=True,
             holds="act_known_on is not null", known="act_known_on", prior=_assumed(-6, 1, "as the death file")),
    Evidence(name="told_dead", says="deceased", text="visit: deceased", is_hard=True,
             holds="told_dead_on is not null and coalesce(told_dead_on >= door_on, true)", known="told_dead_on", prior=_assumed(-5, 1, "neighbours say it")),
    Evidence(name="establishment_here", says="establishment", text="address of an establishment", is_hard=True,
             holds="home_known_on is not null", known="home_known_on", prior=_assumed(-6, 1, "an EHPAD or a hospital is not a home that can be visited")),
    Evidence(name="told_home", says="establishment", text="visit: in an establishment", is_hard=True,
             holds="told_home_on is not null and coalesce(told_home_on >= attested_on, true)", known="told_home_on", prior=_assumed(-5, 1, "neighbours say it")),
    Evidence(name="establishment_elsewhere", says="establishment", text="newer record in an establishment", is_hard=True,
             holds="coalesce(away_home_on > attested_on, false)", known="away_home_known_on", prior=_assumed(-5, 1, "few come back")),
    Evidence(name="told_moved", says="moved", text="visit: has moved", is_hard=True,
             holds=_not_outweighed("told_moved_on"), known="told_moved_on", prior=_assumed(-5, 1, "neighbours say it")),
    Evidence(name="returned_mail", says="moved", text="mail returned", is_hard=True,
             holds=_not_outweighed("returned_on"), known="returned_known_on", prior=_assumed(-3.5, 0.7, "a few come back from people who are there")),
    Evidence(name="lease_ended", says="moved", text="end of lease", is_hard=True,
             holds=_not_outweighed("lease_ended_on"), known="lease_ended_known_on", prior=_assumed(-5, 1, "the landlord knows")),
    Evidence(name="entered_twice", says="moved", text="newer entry of the same person", is_hard=True,
             holds="twice_known_on is not null", known="twice_known_on", prior=_assumed(-5, 1, "who enters again does it because of a move")),
    Evidence(name="newer_elsewhere", says="moved", text="newer address elsewhere", is_hard=True,
             holds="coalesce(away_on > attested_on, false)", known="away_known_on", prior=_assumed(-4, 1, "who has two homes is rare")),
)  # fmt: skip
"""In the order of gravity: death outweighs an establishment, which outweighs a move."""

SOFT = (
    Evidence(name="seen_since_the_move", says="unknown", text="sign of leaving, but a service used since",
             holds=" or ".join(f"({_softened(day)})" for day in _MOVE_DAYS), known="snapshot_on", prior=_assumed(-2, 0.7, "most moves within the town leave the old address in the files")),
    Evidence(name="removed_from_roll", says="unknown", text="struck off the electoral roll",
             holds="is_removed and coalesce(removed_on >= attested_on, true)", known="removed_on", prior=_assumed(-5, 1, "who is removed has died or registered elsewhere (art. L18 code électoral)")),
    Evidence(name="new_tenant", says="unknown", text="new lease at the dwelling",
             holds=f"coalesce(new_lease_on >= {_RECENT_LEASE}, false)", known="new_lease_known_on", prior=_assumed(-3, 0.8, "a lease changes hands within a family less often than between strangers")),
    Evidence(name="tenant_since", says="unknown", text="more recent lease at the dwelling",
             holds=f"coalesce(new_lease_on < {_RECENT_LEASE}, false)", known="new_lease_known_on", prior=_assumed(-0.5, 0.2, "who had left would have been noticed since")),
    Evidence(name="not_found", says="unknown", text="visit: not found",
             holds="not_found_on is not null and coalesce(not_found_on >= attested_on, true)", known="not_found_on", prior=_assumed(-1.5, 0.7, "one in three of those who left is not known to anybody")),
    Evidence(name="beside_returned", says="unknown", text="mail returned for another occupant",
             holds="coalesce(beside_returned, false)", known="snapshot_on", prior=_assumed(-1.2, 0.5, "a family leaves together, a grown child alone")),
    Evidence(name="beside_gone", says="unknown", text="another occupant has left",
             holds=f"coalesce(beside_gone_on >= {_RECENT}, false)", known="snapshot_on", prior=_assumed(-0.8, 0.2, "a family leaves together; after a year the others would have been noticed")),
    Evidence(name="newcomer", says="unknown", text="recent entry of another occupant",
             holds=f"coalesce(newcomer_on >= {_RECENT}, false)", known="snapshot_on", prior=_assumed(-0.8, 0.2, "a partner, a grown child, or the next occupants")),
    Evidence(name="only_written", says="unknown", text="address told to a service only",
             holds="coalesce(is_only_written, false)", known="snapshot_on", prior=_assumed(-0.4, 0.2, "an address on a form is seldom brought up to date")),
    Evidence(name="use_stopped", says="unknown", text="a service has ended",
             holds="used_on is not null and not still_uses", known="snapshot_on", prior=_assumed(-0.6, 0.2, "some stop because they leave")),
    Evidence(name="use_silent", says="unknown", text="a service not used lately",
             holds=f"coalesce(still_uses and used_on < asked_on - {RECENT_USE_DAYS}, false)", known="snapshot_on", prior=_assumed(-0.5, 0.2, "the end of a use is often not recorded")),
)  # fmt: skip

FOR = (
    Evidence(name="in_force", says="present", text="lease in force",
             holds="coalesce(is_tenant, false)", known="snapshot_on", prior=_assumed(2, 1, "the landlord knows within weeks, the occupant pays")),
    Evidence(name="mail_arrives", says="present", text="electoral roll, mail not returned",
             holds="coalesce(is_on_roll and returned_on is null, false)", known="snapshot_on", prior=_assumed(0.3, 0.2, "beside the hazard, which already counts that mail would have come back")),
    Evidence(name="in_use", says="present", text="a service in use",
             holds=f"coalesce(still_uses and used_on >= asked_on - {RECENT_USE_DAYS}, false)", known="snapshot_on", prior=_assumed(0.2, 0.2, "who uses a service has not left the town; the hazard counts most of it")),
    Evidence(name="beside_tenant", says="present", text="lease in force of another occupant",
             holds="coalesce(beside_tenant, false)", known="snapshot_on", prior=_assumed(0.8, 0.2, "a household stays together")),
    Evidence(name="beside_seen", says="present", text="another occupant seen lately",
             holds=f"coalesce(beside_seen_on >= asked_on - {RECENT_USE_DAYS}, false)", known="snapshot_on", prior=_assumed(0.4, 0.2, "a household stays together")),
    Evidence(name="beside_mail", says="present", text="mail not returned for another occupant",
             holds="coalesce(beside_mail >= 1, false)", known="snapshot_on", prior=_assumed(0.6, 0.2, "a family leaves together, and its mail would have come back")),
    Evidence(name="beside_mails", says="present", text="mail not returned for several occupants",
             holds="coalesce(beside_mail >= 2, false)", known="snapshot_on", prior=_assumed(0.3, 0.2, "as for one, more surely")),
    Evidence(name="settled", says="present", text="settled for long",
             holds=f"coalesce(first_on <= asked_on - {SETTLED_YEARS * 365}, false)", known="snapshot_on", prior=_assumed(0.5, 0.2, "who has lived long at a place moves less than others of the same age")),
)  # fmt: skip

EVIDENCE = (*HARD, *SOFT, *FOR)
SILENCE = "no recent sign at this address"
HAZARD = _assumed(-0.9, 0.25, "minus one would be exact if the rates were; they are not those of this person")
INTERCEPT = _assumed(0, 0.5, "the rates are right on average")
