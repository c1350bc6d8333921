"""How much the registers lose: simulated figures beside published ones, or beside the declared assumption where nothing is published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic_city.city import City
from synthetic_city.facts import read_facts
from synthetic_city.figure import Figure, Kind
from synthetic_city.rates import rate
from synthetic_city.registers_ledger import Flags, Index, Ledger, days

PLACE = "Agen (47001)"
BY_COMMUNE = "the share registered in the right commune depends on how much people move; Agen's adults are young and move often"
ROLL = "assumed from two orders of size: 95 % of French adults registered somewhere, about one in six of them in another commune"


@dataclass(frozen=True, kw_only=True)
class _Last:
    """The last month: its residents and the roll of its first day."""

    panel: pd.DataFrame
    is_french_adult: Flags
    roll: Ledger
    entries: Index
    on_roll: Flags


def figures(city: City) -> tuple[Figure, ...]:
    """Figures at the last month; counts are scaled to Agen's 33,012 people."""
    last = _last(city)
    return (*_roll_figures(city, last), *_other_figures(city, last))


def _last(city: City) -> _Last:
    history, roll = city.history, city.registers.ledgers["liste_electorale"]
    month = len(history.months) - 1
    panel = history.panel[(history.panel["month"] == month).to_numpy()]
    who = panel["person"].to_numpy()
    entries = roll.on(history.months[month])
    french = ~history.people["is_foreign"].to_numpy()[who]
    return _Last(
        panel=panel,
        is_french_adult=french & (panel["age"].to_numpy() >= 18),
        roll=roll,
        entries=entries,
        on_roll=np.isin(who, roll.person[entries]),
    )


def _roll_figures(city: City, last: _Last) -> tuple[Figure, ...]:
    young = last.is_french_adult & (last.panel["age"].to_numpy() <= 25)
    elsewhere = city.history.people["student_elsewhere_roll"].to_numpy()[last.panel["person"].to_numpy()]
    several = city.registers.places.has_several[last.roll.dwelling[last.entries]]
    quality = last.roll.rows["QUALITE_ADRESSE"].to_numpy(dtype=object)[last.entries]
    resident = np.isin(last.roll.person[last.entries], last.panel["person"])
    return (
        _share("18-25 ans inscrits sur la liste d'une autre commune", 0.39, elsewhere[young], 0.015, "France", "2022", "INSEE, as given by the interface with the city", ""),
        _share("adultes français inscrits à Agen", 0.79, last.on_roll[last.is_french_adult], 0.08, "France", "2017-2022", ROLL, BY_COMMUNE, "assumed"),
        _share("inscrits qui n'habitent plus en ville", 0.17, ~resident, 0.05, "France", "2017-2022", ROLL, BY_COMMUNE, "assumed"),
        _share("inscrits sans numéro d'appartement, immeubles de plusieurs logements", rate("flat_missing"), quality[several] == "SANS_COMPLEMENT", _noise(rate("flat_missing"), int(several.sum())), PLACE, "–", "assumed (rates.py)", "at least two standard errors of a draw of as many entries", "assumed"),
    )  # fmt: skip


def _other_figures(city: City, last: _Last) -> tuple[Figure, ...]:
    facts, scale = read_facts(), 33_012 / len(last.panel)
    day, months = city.history.months[-1], len(city.history.months)
    leases = city.registers.ledgers["parc_social"]
    left = days(leases.rows["DATE_SORTIE"])[leases.on(day)]
    in_force = float((~(left <= day)).sum()) * scale
    acts = city.registers.ledgers["etat_civil"].rows
    deaths = acts[(acts["TYPE_EVENEMENT"] == "DECES") & (acts["COMMUNE_DOMICILE"] == "47001")]
    yearly = len(deaths) / (max(months - 1, 1) / 12) * scale  # from the first observed day to the last
    return (
        _count("baux en cours dans le parc social", facts.value("hlm_share") * facts.value("households"), in_force, 0.05, "2018", "INSEE RP2018, HLM share of main residences"),
        _count("actes de décès d'habitants, par an", facts.value("deaths_a_year"), yearly, 0.05, "2013-2018", "INSEE comparateur"),
        _share("habitants inscrits dans une bibliothèque", 0.13, _readers(city, last), 0.02, "France", "2010s", "ministry of Culture, 11 to 15 % of inhabitants", "the source is a range of 4 points"),
    )  # fmt: skip


def _noise(share: float, cases: int) -> float:
    """The usual 1.5 points, or two standard errors in a small town."""
    return float(max(0.015, 2 * (share * (1 - share) / max(cases, 1)) ** 0.5))


def _readers(city: City, last: _Last) -> Flags:
    ledger, day = city.registers.ledgers["usages_services"], city.history.months[-1]
    shown = ledger.on(day)
    readers = shown[
        (ledger.rows["SERVICE"].to_numpy(dtype=object)[shown] == "BIBLIOTHEQUE")
        & ~(days(ledger.rows["_stopped_on"])[shown] <= day)
    ]
    return np.asarray(np.isin(last.panel["person"], ledger.person[readers]))


def _share(
    name: str,
    target: float,
    holds: Flags,
    tolerance: float,
    place: str,
    year: str,
    source: str,
    wider: str = "",
    kind: Kind = "published",
) -> Figure:
    return Figure(
        name=name, target=target, kind=kind, simulated=float(holds.mean()) if len(holds) else 0.0, unit="share", tolerance=tolerance,
        geography=place, year=year, source=source, wider_because=wider,
    )  # fmt: skip


def _count(name: str, target: float, simulated: float, tolerance: float, year: str, source: str) -> Figure:
    return Figure(
        name=name, target=target, simulated=simulated, unit="count", tolerance=tolerance,
        geography=PLACE, year=year, source=source,
    )  # fmt: skip
