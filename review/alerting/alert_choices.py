"""What may be said of an alert: everything is ticked or chosen from these lists, so that nothing of whoever reports it can be written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Urgency:
    """``title``, ``means`` (when it is this one) and ``then`` (what happens): msgids. ``days``: within so many days the unit answers, 0 the same day."""

    title: str
    means: str
    then: str
    days: int


URGENCIES: Mapping[int, Urgency] = {
    2: Urgency(
        title="Danger now",
        means="Somebody may be in danger at this moment: no sign of life, a call for help, a door that stays closed against all habit.",
        then="Call %(emergency)s first. The unit answers on the same day.",
        days=0,
    ),
    1: Urgency(
        title="Soon",
        means="Something has changed in the last days and worries those around.",
        then="The unit answers within three days.",
        days=3,
    ),
    0: Urgency(
        title="No hurry",
        means="Somebody seems to be alone; nothing has changed lately.",
        then="The unit answers within two weeks.",
        days=14,
    ),
}
"""URGENCE of the contract, the most urgent first. The days are our own judgement, no published norm: what a unit of a few people can keep, and what each
word promises to whoever reports."""
EMERGENCY: Mapping[str, str] = {"FR": "15 or 112", "": "112"}
"""Country → whom to call first; of every other country the number that answers all over the European Union."""
NOT_SAID_AS = 1
"""An alert from a file that does not say its urgency is answered like this one."""

CHANNELS: Mapping[str, str] = {
    "TELEPHONE": "telephone line",
    "APPLICATION": "application",
    "VOISIN": "neighbour",
    "AGENT_IMMEUBLE": "building agent",
    "ASSOCIATION": "association",
    "PROFESSIONNEL": "professional",
    "MISSION_LOCALE": "employment service for young people",
}
"""CANAL of the contract: by which way it came, never by whom."""

SIGNS: Mapping[str, str] = {
    "VOLETS": "shutters closed for days",
    "COURRIER": "mail piling up",
    "LUMIERE": "light on day and night, or never",
    "PAS_VU": "not seen for a while",
    "SANS_REPONSE": "does not answer the door",
    "NE_SORT_PLUS": "does not go out any more",
    "HABITUDE": "gave up a habit (shop, market, club)",
    "SANS_VISITE": "nobody comes any more",
    "DEUIL": "lost somebody close",
    "ARRIVEE": "moved in lately, knows nobody",
    "DEMANDE": "asks for help or company",
}
"""What a neighbour can see or hear. Nothing about health, on purpose."""

NOTHING: Mapping[str, str] = {
    "RASSURE": "somebody went or called: all is well",
    "INTROUVABLE": "nobody is found under this name and address",
    "DEMENAGE": "moved away",
    "DECEDE": "died",
    "ETABLISSEMENT": "lives in an establishment",
    "HORS_VILLE": "lives in another town",
    "ERREUR": "entered by mistake",
}
"""Why nothing is to be done."""


def emergency(country: str) -> str:
    """A msgid, which stands in for ``%(emergency)s``."""
    return EMERGENCY.get(country, EMERGENCY[""])


def days_to_answer(urgency: int | None) -> int:
    """The time limit of an alert."""
    return URGENCIES[NOT_SAID_AS if urgency is None else urgency].days
