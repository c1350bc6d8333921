"""What may become of an entry of the bereavement register, when the first contact is made, and what may be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from review.machine import Machine, State, Transition
from review.measure import Measure

EARLIEST_DAYS, LATEST_DAYS = 30, 180
"""Days after the death between which the first contact is made, both included. Our own judgement, no published norm: in the first weeks those around are there
and a stranger intrudes; after half a year whoever withdrew has withdrawn. A run lists nobody later than its ``bereavement_days``, 180 unless the city says otherwise."""

UNTOUCHED = ("to_contact", "not_reached")
"""States in which the window counts."""
_UNDER_WAY = (*UNTOUCHED, "contacted", "followed")

BEREAVED = Machine(
    name="bereaved",
    initial="to_contact",
    states={
        "to_contact": State(title="to be contacted"),
        "not_reached": State(title="to be tried again"),
        "contacted": State(title="contacted"),
        "followed": State(title="followed"),
        "out_of_isolation": State(title="out of isolation", is_final=True),
        "declined": State(title="wants no contact", is_final=True),
        "ended": State(title="ended without contact", is_final=True),
        "withdrawn": State(title="consent withdrawn", is_final=True),
    },
    transitions=(
        *(
            Transition(source=source, action=action, target=target)
            for source in UNTOUCHED
            for action, target in (
                ("contact", "contacted"),
                ("reach_nobody", "not_reached"),
                ("end", "ended"),
            )
        ),
        *(
            Transition(source=source, action="follow", target="followed")
            for source in ("contacted", "followed", "out_of_isolation")
        ),
        *(
            Transition(source=source, action="come_out", target="out_of_isolation")
            for source in ("contacted", "followed")
        ),
        *(Transition(source=source, action="decline", target="declined") for source in _UNDER_WAY),
        *(
            Transition(source=source, action="withdraw_consent", target="withdrawn")
            for source in (*_UNDER_WAY, "out_of_isolation", "declined", "ended")
        ),
    ),
)

ENDS: Mapping[str, str] = {
    "INJOIGNABLE": "nobody could be reached",
    "DEMENAGE": "moved away",
    "DECEDE": "died",
    "ETABLISSEMENT": "lives in an establishment",
    "ERREUR": "entered by mistake",
}
"""Why an entry ends without contact."""
WHENS: Mapping[str, str] = {
    "overdue": "Overdue",
    "undated": "Day of death to be entered",
    "now": "To be contacted now",
    "later": "Not yet",
    "under_way": "Under way",
    "done": "Ended",
}
"""Groups of the page, in their order."""
MEASURES = (
    Measure(name="contact", title="Contacted", hint="Somebody spoke with the person.", has_needs=True),
    Measure(name="reach_nobody", title="Not reached", hint="Nobody answered; it is counted and tried again."),
    Measure(name="follow", title="Followed", hint="The unit or a service stays in touch.", has_needs=True),
    Measure(name="come_out", title="Out of isolation", hint="The person has people around them again."),
    Measure(name="decline", title="Wants no contact", hint="Nobody contacts them again."),
    Measure(name="end", title="End without contact", hint="Say why.", reasons=tuple(ENDS)),
)


def window(died_on: date) -> tuple[date, date]:
    """First and last day of the first contact."""
    return died_on + timedelta(days=EARLIEST_DAYS), died_on + timedelta(days=LATEST_DAYS)


def when(state: str, died_on: date | None, today: date) -> str:
    """Of ``WHENS``."""
    if state not in UNTOUCHED:
        return "done" if BEREAVED.states[state].is_final else "under_way"
    if died_on is None:
        return "undated"
    first, last = window(died_on)
    return "later" if today < first else "now" if today <= last else "overdue"
