"""How an alert goes from its entry to its answer: one table."""

from __future__ import annotations

from review.machine import Machine, State, Transition

OPEN = ("to_triage", "emergency")
"""States in which somebody is still to answer."""
_ANSWERS = (
    ("open_case", "in_case"),
    ("already_followed", "followed"),
    ("nothing_to_do", "nothing"),
    ("merge", "merged"),
)

ALERT = Machine(
    name="alert",
    initial="to_triage",
    states={
        "to_triage": State(title="to be triaged"),
        "emergency": State(title="emergency called"),
        "in_case": State(title="in a case", is_final=True),
        "followed": State(title="already followed", is_final=True),
        "nothing": State(title="nothing to do", is_final=True),
        "merged": State(title="same as another", is_final=True),
    },
    transitions=(
        Transition(source="to_triage", action="call_emergency", target="emergency"),
        *(
            Transition(source=source, action=action, target=target)
            for source in OPEN
            for action, target in _ANSWERS
        ),
        *(
            Transition(source=source, action="look_again", target="to_triage")
            for source in ("followed", "nothing")
        ),
    ),
)
