"""How a case goes from the list to its end: one table. What the state allows is here; who may do it is in ``review.roles``."""

from __future__ import annotations

from review.machine import Machine, State, Transition

DECIDABLE = ("to_review", "second_look", "more_needed", "to_debate")
"""States in which the unit decides."""
WAITING = ("more_needed", "to_visit", "planned", "to_retry", "met", "followed", "referred", "to_debate")
"""States in which somebody is to do something by a day."""

_DECISIONS = (
    ("decide_visit", "to_visit"),
    ("decide_refer", "referred"),
    ("decide_more", "more_needed"),
    ("decide_none", "closed"),
)
_FOUND = (("absent", "to_retry"), ("met", "met"), ("not_there", "closed"), ("refused", "closed"))
_OPEN = (
    "to_review",
    "second_look",
    "to_debate",
    "more_needed",
    "to_visit",
    "planned",
    "to_retry",
    "met",
    "followed",
    "referred",
)

CASE = Machine(
    name="case",
    initial="to_review",
    states={
        "to_review": State(title="to be reviewed"),
        "second_look": State(title="awaits a second opinion"),
        "to_debate": State(title="to be debated by the unit"),
        "more_needed": State(title="more must be known"),
        "to_visit": State(title="to be visited"),
        "planned": State(title="visit planned"),
        "to_retry": State(title="absent, try again"),
        "met": State(title="met, to be judged"),
        "followed": State(title="followed"),
        "referred": State(title="referred"),
        "closed": State(title="closed", is_final=True),
        "objected": State(title="objected", is_final=True),
    },
    transitions=(
        Transition(source="to_review", action="first_opinion", target="second_look"),
        Transition(source="to_review", action="no_longer_listed", target="closed"),
        Transition(source="second_look", action="opinions_differ", target="to_debate"),
        *(
            Transition(source=source, action=action, target=target)
            for source in DECIDABLE
            for action, target in _DECISIONS
        ),
        *(Transition(source=source, action="plan", target="planned") for source in ("to_visit", "to_retry")),
        Transition(source="planned", action="take_off_plan", target="to_visit"),
        *(
            Transition(source=source, action=action, target=target)
            for source in ("to_visit", "planned", "to_retry")
            for action, target in _FOUND
        ),
        Transition(source="to_retry", action="given_up", target="to_debate"),
        *(
            Transition(source=source, action=action, target=target)
            for source in ("met", "followed", "referred")
            for action, target in (("follow", "followed"), ("refer", "referred"), ("close", "closed"))
        ),
        *(Transition(source=source, action="object", target="objected") for source in _OPEN),
        *(
            Transition(source=source, action="review_again", target="to_review")
            for source in ("more_needed", "to_visit", "to_retry", "closed")
        ),
    ),
)
