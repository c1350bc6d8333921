"""Addresses of buildings and dwellings, and the pseudonyms that departments share for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_contracts.pseudonyms import address_ids, dwelling_ids
from synthetic_city.history import History
from synthetic_city.registers_ledger import Flags, Index, Texts

KINDS = ("rue", "avenue", "place", "impasse", "chemin", "allée", "boulevard", "cours")
WORDS = [
    "Acacias",
    "Albret",
    "Alsace",
    "Augustins",
    "Bardane",
    "Barleté",
    "Bastille",
    "Bézis",
    "Bordeneuve",
    "Bruyères",
    "Canal",
    "Cèdres",
    "Cerisiers",
    "Chênes",
    "Colmar",
    "Cornières",
    "Coteau",
    "Dourdogne",
    "Églantines",
    "Embarcadère",
    "Ermitage",
    "Fontaine",
    "Forge",
    "Garenne",
    "Garonne",
    "Genêts",
    "Glacière",
    "Gravier",
    "Halle",
    "Horizon",
    "Jacobins",
    "Jardins",
    "Lavoir",
    "Lilas",
    "Liberté",
    "Marronniers",
    "Mirabelles",
    "Moulin",
    "Noyers",
    "Octroi",
    "Ormeaux",
    "Palissy",
    "Passerelle",
    "Peupliers",
    "Pins",
    "Platanes",
    "Port",
    "Prairie",
    "Pruniers",
    "Remparts",
    "République",
    "Roses",
    "Séminaire",
    "Source",
    "Tanneries",
    "Tilleuls",
    "Tuilerie",
    "Verger",
    "Vignes",
    "Voltaire",
]
NUMBERS = 60
"""Buildings to a street. All names are made up from common words (assumed)."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """``address``: text of each building. ``id_adresse``, ``quartier``, ``n_dwellings``, ``establishment``: of each building.

    ``building``, ``id_logement`` (as when the flat is given) and ``has_several``: of each dwelling. A last element stands for
    "no place": index -1 gives empty texts (``address`` has none). ``flat``: of each dwelling, as it is written where it is given.
    """

    address: Texts
    id_adresse: Texts
    quartier: Texts
    n_dwellings: Index
    establishment: Texts
    building: Index
    id_logement: Texts
    has_several: Flags
    secret: bytes
    flat: Texts
    with_raw: bool = False
    """Whether registers keep, beside the pseudonyms, what they write (``raw:`` columns), from which departments' own exports are made."""


def secret_of(seed: int) -> bytes:
    """The key under which the synthetic town's departments work; a real city's is never derived from anything."""
    return hashlib.sha256(f"lanterne synthetic city {seed}".encode()).digest()


def places(history: History, seed: int, *, with_raw: bool = False) -> Places:
    """Addresses of the whole town."""
    secret, buildings = secret_of(seed), history.buildings
    address = _addresses(len(buildings))
    building = history.dwellings["building"].to_numpy(np.int64)
    several = (buildings["n_dwellings"].to_numpy() > 1)[building]
    flats = pd.Series([f"appt {number}" for number in _number_in_building(building)], dtype=object)
    return Places(
        address=address,
        id_adresse=np.append(address_ids(pd.Series(address, dtype=object), secret), ""),
        quartier=np.append(buildings["quartier"].to_numpy(dtype=object), ""),
        n_dwellings=np.append(buildings["n_dwellings"].to_numpy(np.int64), 0),
        establishment=np.append(buildings["establishment"].to_numpy(dtype=object), ""),
        building=np.append(building, -1),
        id_logement=np.append(
            dwelling_ids(pd.Series(address[building], dtype=object), flats, several, secret), ""
        ),
        has_several=np.append(several, False),
        secret=secret,
        flat=np.append(flats.to_numpy(dtype=object), ""),
        with_raw=with_raw,
    )


def _addresses(count: int) -> Texts:
    """Every building another address; a street's kind, name and rank make it unique."""
    texts = np.empty(count, dtype=object)
    for building in range(count):
        street, number = divmod(building, NUMBERS)
        rank, word = divmod(street, len(WORDS))
        kind = KINDS[rank % len(KINDS)]
        series = "" if rank < len(KINDS) else f" {rank // len(KINDS)}E RANG"
        texts[building] = f"{number + 1} {kind} des {WORDS[word]}{series}"
    return texts


def _number_in_building(building: Index) -> Index:
    order = np.argsort(building, kind="stable")
    ordered = building[order]
    first = np.searchsorted(ordered, ordered, side="left")
    number = np.empty(len(building), dtype=np.int64)
    number[order] = np.arange(len(building)) - first + 1
    return number
