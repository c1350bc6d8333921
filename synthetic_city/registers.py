"""All registers of a town, kept ready to be looked at month by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic_city.campaigns import visits
from synthetic_city.history import History, Ties
from synthetic_city.registers_civil import civil_status, death_file
from synthetic_city.registers_housing import known_alerts, tenancies
from synthetic_city.registers_ledger import Ledger, events, snapshot
from synthetic_city.registers_months import whereabouts
from synthetic_city.registers_people import Everyone, everyone
from synthetic_city.registers_places import Places, places
from synthetic_city.registers_records import Scene
from synthetic_city.registers_roll import roll
from synthetic_city.registers_services import service_snapshot, services, vulnerable_register
from synthetic_city.registers_small import alerts, establishments, neighbourhoods, objections

SNAPSHOTS = ("liste_electorale", "parc_social", "usages_services", "registre_vulnerables")
EVENTS = ("etat_civil", "signalements", "visites", "deces_publics", "oppositions")
REFERENCES = ("etablissements", "quartiers")
JANUARY = 1


@dataclass(frozen=True, kw_only=True)
class Registers:
    """``ledgers``: one a source, but for the reference files, which are made when they are delivered."""

    scene: Scene
    ledgers: dict[str, Ledger]

    @property
    def everyone(self) -> Everyone:
        """Whom the registers may name."""
        return self.scene.everyone

    @property
    def places(self) -> Places:
        """Addresses and dwellings."""
        return self.scene.places


def keep(
    history: History, ties: Ties, seed: int, *, with_raw: bool = False, errors: float = 1.0
) -> Registers:
    """Every register over the whole time; same history, ties, seed and factor on identity mistakes, same registers."""
    scene = Scene(
        everyone=everyone(history, seed), places=places(history, seed, with_raw=with_raw), errors=errors
    )
    where = whereabouts(history, scene.everyone.people)
    electors = roll(history, scene, seed)
    told = alerts(history, ties, scene, seed)
    visited, begun = visits(history, ties, scene, where, electors, told, seed)
    found = (
        electors,
        civil_status(history, scene, where, seed),
        tenancies(history, ties, scene, where, seed),
        services(history, ties, scene, where, begun, seed),
        vulnerable_register(history, ties, scene, where, seed),
        told,
        visited,
        death_file(scene, history.months, seed),
        objections(scene, electors, history.months[0], history.months[-1], seed),
    )
    return Registers(scene=scene, ledgers={ledger.source: ledger for ledger in found})


def extracts(registers: Registers, history: History, month: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """What the departments hand over for the delivery of ``months[month]``: (source, frame in the extract's columns).

    Snapshots are as of the first of the month; events are those that became known in the month before. A source without a line is
    not handed over. Reference files come with the first delivery; neighbourhoods again each January, with new populations.
    """
    day = history.months[month]
    before = (day.astype("datetime64[M]") - np.timedelta64(1, "M")).astype("datetime64[D]")
    for source in SNAPSHOTS:
        yield from _some(source, _snapshot(registers.ledgers[source], day))
    for source in EVENTS:
        yield from _some(source, events(registers.ledgers[source], before, day))
    if month == 0:
        yield "etablissements", establishments(history, registers.scene)
    if month == 0 or _month_of_year(day) == JANUARY:
        yield "quartiers", neighbourhoods(history, month)


def _snapshot(ledger: Ledger, day: np.datetime64) -> pd.DataFrame:
    if ledger.source == "usages_services":
        return service_snapshot(ledger, day)
    rows = snapshot(ledger, day)
    return known_alerts(rows) if ledger.source == "parc_social" else rows


def _some(source: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if len(frame):
        yield source, frame


def _month_of_year(day: np.datetime64) -> int:
    return int(day.astype("datetime64[M]").astype(np.int64)) % 12 + 1
