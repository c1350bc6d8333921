"""Where a town lies: what its registers call things, and which of them exist there. Its people and their lives are built the same way everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from synthetic_city.history import History
from synthetic_city.registers_civil import TOWN


@dataclass(frozen=True, kw_only=True)
class Place:
    """``code``: of the municipality, in its country's statistics. ``language``: of the pages that the town's people read.

    ``neighbourhoods``: a code of ``facts/quartiers.csv`` → the code and name that the place has there; several may be one. Empty: those of the facts.
    ``missing``: sources that nobody hands over. ``headers``: a contract's column → as the files call it.
    ``words``: a contract's column → the contract's word → as the files write it. ``has_priority``: whether a neighbourhood can be a QPV.
    """

    name: str
    country: str
    code: str
    time_zone: str
    language: Literal["fr", "en"]
    has_priority: bool = True
    neighbourhoods: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


AGEN = Place(
    name="Agen (ville synthétique)", country="FR", code=TOWN, time_zone="Europe/Paris", language="fr"
)


def settled(history: History, place: Place) -> History:
    """The same town with the place's neighbourhoods."""
    if not place.neighbourhoods:
        return history
    codes = {here: code for here, (code, _) in place.neighbourhoods.items()}
    moved = history.buildings["quartier"].map(codes)
    return replace(history, buildings=history.buildings.assign(quartier=moved))


def as_known_there(source: str, frame: pd.DataFrame, place: Place) -> pd.DataFrame:
    """An extract with the place's own municipality and names of neighbourhoods; its columns are the contract's as before."""
    if place is AGEN:
        return frame
    if "COMMUNE_DOMICILE" in frame:
        frame = frame.assign(COMMUNE_DOMICILE=frame["COMMUNE_DOMICILE"].replace(TOWN, place.code))
    if source == "quartiers":
        frame = frame.assign(NOM=frame["QUARTIER"].map(dict(place.neighbourhoods.values())))
        frame = frame if place.has_priority else frame.assign(QPV=np.nan)
    return frame
