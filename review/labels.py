"""Words for codes that several pages show; msgids."""

from __future__ import annotations

AGE_WORDS = {
    "under_25": "under 25",
    "25_39": "25 to 39",
    "40_59": "40 to 59",
    "60_74": "60 to 74",
    "75_79": "75 to 79",
    "80_plus": "80 and over",
    "unknown": "age unknown",
}
"""Age band of the oldest member."""

ARMS = {
    "MODELE": "ranked",
    "EXPLORATION": "drawn at random",
    "SIGNALEMENT": "alert received",
    "DEUIL": "bereavement",
}
"""Why a household is on the list; of the first two only after the decision."""

SETTLED = {
    "UNE_LECTURE": "by one reader",
    "ACCORD": "by two readers of one opinion",
    "DEBAT": "by the unit, after debate",
}

CLOSED = {"NO_LONGER_LISTED": "no longer listed"}
"""Why a case was closed, beside the reasons of a decision."""

DRIFT = {
    "sources": "What this list says may be out of date there: check it before you decide.",
    "inputs": "Some facts may be missing, or counted otherwise than before: rely on what can be checked, and on what you know.",
    "scores": "The order may be less right than usual: read the reasons more than the place.",
    "reasons": "The order may be less right than usual: ask of each reason whether it holds for this household.",
    "people": "Look at it together at the next meeting; decide each case on its own.",
}
"""What an alarm means for whoever decides, by the part that has moved (``review.cases.taken.TakenDrift``)."""
