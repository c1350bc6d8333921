"""The sections of the desk, for each role those that it may see."""

from __future__ import annotations

from dataclasses import dataclass, replace

from review.me import Me
from review.roles import Action


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One section: where it is, what it is called, what one must be allowed to do to see it. ``unless``: whoever may do this finds it there."""

    path: str
    title: str
    action: Action
    unless: Action | None = None
    is_here: bool = False


SECTIONS = (
    Entry(path="/queue", title="Queue", action="see queue"),
    Entry(path="/rounds", title="Rounds", action="plan visits"),
    Entry(path="/rounds/mine", title="My rounds", action="see own rounds"),
    Entry(path="/visits", title="Visits", action="see visits"),
    Entry(path="/follow-up", title="Follow-up", action="see follow-up"),
    Entry(path="/alerts", title="Alerts", action="see alerts"),
    Entry(path="/alert-entry", title="Enter an alert", action="enter alert", unless="see alerts"),
    Entry(path="/objection", title="Objection", action="object by telephone"),
    Entry(path="/bereavement", title="Bereavement", action="see bereaved"),
    Entry(path="/second-look", title="Second look", action="see second look"),
    Entry(path="/identities", title="Names", action="grant identity"),
    Entry(path="/indicators", title="Indicators", action="see indicators"),
    Entry(path="/lists", title="Lists", action="take in list"),
    Entry(path="/trail", title="Audit trail", action="see trail"),
    Entry(path="/accounts", title="Accounts", action="manage accounts"),
)


def menu(me: Me, path: str) -> tuple[Entry, ...]:
    """In the order of the work."""
    return tuple(
        replace(one, is_here=path.startswith(one.path))
        for one in SECTIONS
        if me.may(one.action) and not (one.unless and me.may(one.unless))
    )


def first_page(me: Me) -> str:
    """Where somebody lands after signing in."""
    return next((one.path for one in SECTIONS if me.may(one.action)), "/account")
