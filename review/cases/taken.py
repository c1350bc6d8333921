"""A run's list as it is handed to the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from features.factor import Language


@dataclass(frozen=True, kw_only=True)
class TakenMember:
    """One member, see the run's ``members.parquet``."""

    person_id: str
    sexe: str | None
    annee_naissance: int | None
    cle_identite: str | None
    cle_usage: str | None
    cle_phonetique: str | None
    cle_nom_adresse: str | None


@dataclass(frozen=True, kw_only=True)
class TakenLine:
    """One line. ``told``: language → what ``Listing.told`` holds; ``steps``: what ``Listing.steps`` holds; ``member_count`` as the list says it; ``bereaved_on``: of the arm of the bereaved, the day of the
    death, None where the run did not keep it."""

    household_id: str
    id_logement: str | None
    id_adresse: str
    quartier: str
    quartier_name: str
    arm: str
    rank: int
    score: float
    base: float
    drawing_probability: float | None
    is_data_thin: bool
    member_count: int
    told: Mapping[str, object]
    steps: Sequence[Mapping[str, object]]
    members: Sequence[TakenMember]
    bereaved_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class TakenDrift:
    """An alarm: ``said``: language → what has moved, in one sentence; ``part``: what that is, of ``review.labels.DRIFT``."""

    part: str
    said: Mapping[Language, str]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One run's list. ``facts``: what ``TakenList.facts`` holds; ``drift``: None without an alarm."""

    run_id: str
    as_of: date
    capacity: int
    digest: str
    facts: Mapping[str, object]
    lines: tuple[TakenLine, ...]
    drift: TakenDrift | None = None
