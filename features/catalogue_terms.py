"""Conditions on the columns of an extract that several rows of the catalogue share."""

from __future__ import annotations

AUTONOMY = "service in ('PORTAGE_REPAS', 'TELEASSISTANCE', 'AIDE_DOMICILE')"
SOCIAL = "service in ('BIBLIOTHEQUE', 'CENTRE_SOCIAL', 'CLUB_SENIORS', 'SPORT', 'ATELIER_NUMERIQUE')"
RUNNING = "(date_fin is null or date_fin >= as_of())"
IN_FORCE = "(date_sortie is null or date_sortie >= as_of())"
LOW, VERY_LOW = "tranche_ressources in ('M20', '20_40')", "tranche_ressources = 'M20'"
WORK_KNOWN = "activite_titulaire in ('EMPLOI', 'CHOMAGE', 'RETRAITE', 'ETUDES', 'AUTRE')"
AGE = "year(as_of()) - annee_naissance"
LAST_USE = "coalesce(date_fin, date_dernier_usage)"
USED_OR_BEGUN = "coalesce(date_dernier_usage, date_debut)"


def months_since(day: str) -> str:
    """SQL: months from a day to ``as_of``; of several rows the newest."""
    return f"min(date_diff('day', {day}, as_of()) / 30.4375)"


def yes(condition: str) -> str:
    """SQL: 1 when a row says so, 0 when rows say no; null without a row that says either."""
    return f"max(({condition})::int)"


def within(day: str, days: int) -> str:
    """SQL: the day lies in [as_of - days, as_of). False where it is not known."""
    return f"coalesce({day} >= as_of() - {days} and {day} < as_of(), false)"


HELD = "max(1)"
"""1 when there is such a row; null otherwise: the extract never says no."""
