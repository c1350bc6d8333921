"""What the unit may decide of a household, in its words, in those of the contract of decisions, and where the case goes then."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Choice:
    """``code``: in the contract of decisions; ``action``: of ``review.states``; ``reasons``: codes among which the reader chooses, the usual one first;
    ``due_days``: within how many days the next step is to be done (our own judgement; None: nobody waits); ``needs_day``: the reader says until when it waits."""

    name: str
    title: str
    hint: str
    code: str
    action: str
    reasons: tuple[str, ...]
    due_days: int | None = None
    needs_day: bool = False
    needs_visitor: bool = False


CHOICES = (
    Choice(
        name="visit",
        title="Offer a visit",
        hint="A pair knocks on the door within two weeks.",
        code="VISITE",
        action="decide_visit",
        reasons=("RAISONS_CONFIRMEES", "SIGNALEMENT", "DEUIL", "AUTRE"),
        due_days=14,
        needs_visitor=True,
    ),
    Choice(
        name="contact",
        title="Call or write first",
        hint="Before anybody rings, the unit makes contact.",
        code="CONTACT",
        action="decide_more",
        reasons=("ADRESSE_INCERTAINE", "RAISONS_CONFIRMEES", "AUTRE"),
        due_days=7,
    ),
    Choice(
        name="refer",
        title="Refer to a professional",
        hint="A colleague or a partner takes over; the unit hears back.",
        code="ORIENTATION",
        action="decide_refer",
        reasons=("RAISONS_CONFIRMEES", "SIGNALEMENT", "DEUIL", "AUTRE"),
        due_days=30,
    ),
    Choice(
        name="more",
        title="More must be known",
        hint="The case comes back on the day that you give.",
        code="REPORT",
        action="decide_more",
        reasons=("ADRESSE_INCERTAINE", "CAPACITE", "AUTRE"),
        needs_day=True,
    ),
    Choice(
        name="followed",
        title="Already followed",
        hint="A service already looks after this household.",
        code="SANS_SUITE",
        action="decide_none",
        reasons=("DEJA_SUIVI",),
    ),
    Choice(
        name="none",
        title="No action",
        hint="Nobody rings. Say why.",
        code="SANS_SUITE",
        action="decide_none",
        reasons=("ENTOURAGE_PRESENT", "DEMENAGE", "DECEDE", "ETABLISSEMENT", "DOUBLON", "CAPACITE", "AUTRE"),
    ),
    Choice(
        name="objection",
        title="Objection",
        hint="The household asked to be left out. It holds at once and for all later lists.",
        code="SANS_SUITE",
        action="object",
        reasons=("OPPOSITION",),
    ),
)
"""In the order of the page, where the keys 1 to 7 choose them."""
BY_NAME = {choice.name: choice for choice in CHOICES}

REASONS = {
    "RAISONS_CONFIRMEES": "the reasons hold",
    "SIGNALEMENT": "an alert was received",
    "DEUIL": "bereavement",
    "DEJA_SUIVI": "already followed",
    "ENTOURAGE_PRESENT": "family or friends are there",
    "DEMENAGE": "moved away",
    "DECEDE": "died",
    "ETABLISSEMENT": "lives in an establishment",
    "ADRESSE_INCERTAINE": "the address is uncertain",
    "OPPOSITION": "the household objected",
    "DOUBLON": "listed twice",
    "CAPACITE": "no team is free",
    "AUTRE": "another reason",
}
"""Code of the contract → words."""

PROFESSIONS = {
    "TRAVAILLEUR_SOCIAL": "social worker",
    "COORDINATION": "coordination",
    "PROFESSIONNEL_SANTE": "health professional",
    "RESPONSABLE": "head of service",
}
"""Of whoever decides, as the contract names them."""

VISITORS = {
    "VOLONTAIRE": "a pair of volunteers",
    "AGENT": "an agent of the city",
    "PROFESSIONNEL": "a professional",
}
"""Who may come, as ``ROLE_VISITEUR`` of the visits names them."""
