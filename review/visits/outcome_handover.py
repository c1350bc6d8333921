"""Visits as rows of the source ``visites``, for the next run."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from data_contracts import contract
from review.tables.cases import Case
from review.tables.visits import Visit

RENAMED = {
    "ID_VISITE": "id",
    "DATE_LISTE": "list_on",
    "BRAS": "arm",
    "PROBA_TIRAGE": "drawing_probability",
    "DATE_VISITE": "visited_on",
    "ROLE_VISITEUR": "visitor_role",
    "ISSUE": "outcome",
    "JUGEMENT_UNITE": "judgement",
    "AUCUN_BESOIN_MOTIF": "none_because",
    "SUITE": "follow_up",
    "OPPOSITION": "objected",
}
"""Column of the contract → of ``Visit``, where it is another than in small letters."""
PERSON = ("SEXE", "ANNEE_NAISSANCE", "CLE_IDENTITE", "CLE_USAGE", "CLE_PHONETIQUE", "CLE_NOM_ADRESSE")
PLACE = ("ID_ADRESSE", "ID_LOGEMENT", "QUARTIER")
FLAGS = {True: "O", False: "N"}


def rows_to_hand_over(session: Session) -> list[Mapping[str, str]]:
    """One row a visit, by its identifier; the columns of the contract, '' where nothing is known. Of somebody who is not known only the place is said.

    Nothing of households that have objected since: the register of objections, in which they are, keeps what was handed over before out of every run.
    """
    found = (
        select(Visit)
        .join(Case, Visit.case_id == Case.id)
        .where(Case.state != "objected")
        .options(selectinload(Visit.case), selectinload(Visit.member))
        .order_by(Visit.id)
    )
    headers = [column.header for column in contract.load("visites").columns]
    return [{header: _text(_value(visit, header)) for header in headers} for visit in session.scalars(found)]


def _value(visit: Visit, header: str) -> object:
    if header in PERSON:
        return getattr(visit.member, header.lower()) if visit.member else None
    if header in PLACE:
        return getattr(visit.case, header.lower())
    return getattr(visit, RENAMED.get(header, header.lower()))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return FLAGS[value]
    return "" if value is None else str(value)
