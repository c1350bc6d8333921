"""The neighbourhoods that people may choose: of the whole city, not only those in which a case lies; an alert may come from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.me import Me
from review.tables.cases import Case, TakenList

FACT = "neighbourhoods"
"""Under which a list brings its city's, code → name (``TakenList.facts``)."""


def town(session: Session, groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Code → name of every neighbourhood that the desk knows: by the newest list, by its cases, by the groups of the settings."""
    named = select(Case.quartier, func.max(Case.quartier_name)).group_by(Case.quartier)
    codes = {code: "" for codes in groups.values() for code in codes}
    of_cases = {code: name for code, name in session.execute(named) if code}
    return dict(sorted((codes | of_cases | _of_list(session)).items()))


def town_of(session: Session, me: Me, groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Those of the town whose cases somebody may see."""
    found = town(session, groups)
    return {code: name for code, name in found.items() if me.quartiers is None or code in me.quartiers}


def _of_list(session: Session) -> dict[str, str]:
    """None before the first list, or where the list was taken in before lists brought them."""
    newest = select(TakenList.facts).order_by(TakenList.as_of.desc(), TakenList.taken_at.desc()).limit(1)
    facts = session.scalars(newest).first() or {}
    return dict(cast("Mapping[str, str]", facts.get(FACT, {})))
