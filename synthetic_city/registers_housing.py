"""The social landlord's tenancies: one line a leaseholder and household, with what the yearly survey and the agents noted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.history import Activity, History, Income, Tenure, Ties
from synthetic_city.lives_state import stream
from synthetic_city.rates import rate
from synthetic_city.rates_tables import drawn
from synthetic_city.registers_ledger import (
    FOREVER,
    FRIDAY,
    NEVER,
    Days,
    Flags,
    Index,
    Ledger,
    Texts,
    after,
    birthday,
    days,
    opaque,
    open_day,
    seconds,
    shelved,
)
from synthetic_city.registers_months import Whereabouts
from synthetic_city.registers_records import Scene, Style, person_columns, place_columns

SURVEY_MONTH = 1
"""The landlord's yearly survey of occupation is filed in January."""
ADULT = 18
ACTIVITIES = {
    Activity.CHILD: "AUTRE",
    Activity.STUDENT: "ETUDES",
    Activity.EMPLOYED: "EMPLOI",
    Activity.UNEMPLOYED: "CHOMAGE",
    Activity.RETIRED: "RETRAITE",
    Activity.OTHER: "AUTRE",
}


def tenancies(history: History, ties: Ties, scene: Scene, where: Whereabouts, seed: int) -> Ledger:
    """One row is one lease as one yearly survey found it, shown until the next survey; the lease's identifier stays."""
    chance = stream(seed, "registers: tenancies")
    held = _holders(history, ties, where)
    leases = _leases(held, history, chance)
    surveyed = _surveyed(held, history, chance)
    lease = surveyed["lease"].to_numpy()
    rows = _rows(leases, surveyed, history, scene, chance)
    last = ~surveyed["lease"].duplicated(keep="last").to_numpy()
    ended = days(leases["to_on"])[lease]
    kept = after(np.where(np.isnat(ended), FOREVER, ended), np.full(len(lease), rate("lease_kept_days")))
    following = days(surveyed.groupby("lease")["day"].shift(-1))
    return shelved(
        Ledger(
            source="parc_social",
            rows=rows,
            person=leases["person"].to_numpy(np.int64)[lease],
            dwelling=leases["dwelling"].to_numpy(np.int64)[lease],
            shown_from=days(surveyed["day"]),
            shown_until=np.where(last, kept, following),
            record="ID_BAIL",
            day="DATE_ARRETE",
        )
    )


def _holders(history: History, ties: Ties, where: Whereabouts) -> pd.DataFrame:
    """The leaseholder's panel row of each social household and month: the adult who has lived there longest. Minors hold no lease."""
    panel = history.panel
    social = np.flatnonzero(
        (panel["tenure"].to_numpy() == Tenure.HLM) & ~panel["in_establishment"].to_numpy()
    )
    mine = panel.iloc[social].assign(isolated=ties.answers["isolated"].to_numpy()[social])
    who, minor = mine["person"].to_numpy(np.int64), (mine["age"] < ADULT).to_numpy()
    since = where.since(who, history.months[mine["month"].to_numpy()])
    born = days(history.people["born_on"])[who]
    order = np.lexsort((who, born, since, mine["month"], mine["household"]))
    order = order[~minor[order]]
    held: pd.DataFrame = mine.iloc[order].drop_duplicates(["household", "month"])
    found: pd.DataFrame = held.assign(lease=_spells(held)).reset_index(drop=True)
    return found


def _spells(held: pd.DataFrame) -> npt.NDArray[np.int64]:
    """A new lease with each new household or holder."""
    changed = (held["household"].diff() != 0) | (held["person"].diff() != 0)
    return np.asarray(changed.cumsum().to_numpy(np.int64) - 1)


def _leases(held: pd.DataFrame, history: History, chance: np.random.Generator) -> pd.DataFrame:
    """Index = lease: ``person``, ``dwelling``, ``from_on`` (the holder's entry into the dwelling, or the handover to a child of the
    house), ``to_on`` (NaT: still; handed on to another member at the latest when that member holds it)."""
    first = held.drop_duplicates("lease")[["household", "person", "dwelling", "month"]]
    first["seen_on"] = seconds(history.months[first["month"].to_numpy()])
    stays = history.stays[["person", "dwelling", "from_on", "to_on"]].sort_values("from_on", kind="stable")
    first = first.assign(lease=np.arange(len(first))).sort_values("seen_on", kind="stable")
    found = pd.merge_asof(first, stays, left_on="seen_on", right_on="from_on", by=["person", "dwelling"])
    found = found.sort_values("lease").reset_index(drop=True)
    handed_on = found.groupby("household")["seen_on"].shift(-1)
    entered = _entered(found, history, chance)
    return found.assign(
        from_on=seconds(entered), to_on=seconds(np.fmin(days(found["to_on"]), days(handed_on)))
    )


def _entered(leases: pd.DataFrame, history: History, chance: np.random.Generator) -> Days:
    """Who came as a child holds the lease from the handover on; one before the first month lies between the 18th birthday and it."""
    entered, seen = days(leases["from_on"]), days(leases["seen_on"])
    grown = birthday(days(history.people["born_on"])[leases["person"].to_numpy()], ADULT)
    since_grown = np.maximum((seen - grown).astype(np.int64), 0)
    earlier = after(seen, -np.floor(chance.random(len(leases)) * (since_grown + 1)))
    handed_over = np.where(leases["month"].to_numpy() == 0, earlier, seen)
    return np.where(entered < grown, handed_over, entered)


def _surveyed(held: pd.DataFrame, history: History, chance: np.random.Generator) -> pd.DataFrame:
    """The months whose state the landlord has on file: the first of each lease, and each January unless the answer never came."""
    month = held["month"].to_numpy()
    calendar = history.months.astype("datetime64[M]").astype(np.int64) % 12 + 1
    first = ~held["lease"].duplicated().to_numpy()
    answered = (calendar[month] == SURVEY_MONTH) & (chance.random(len(held)) >= rate("survey_missed"))
    kept: pd.DataFrame = held[first | answered].reset_index(drop=True)
    return kept.assign(day=seconds(history.months[kept["month"].to_numpy()]))


def _rows(
    leases: pd.DataFrame, surveyed: pd.DataFrame, history: History, scene: Scene, chance: np.random.Generator
) -> pd.DataFrame:
    lease = surveyed["lease"].to_numpy()
    person, dwelling = (leases[name].to_numpy(np.int64)[lease] for name in ("person", "dwelling"))
    entered, left = (days(leases[name])[lease] for name in ("from_on", "to_on"))
    style = Style(usage_only=rate("lease_usage_name_only"), birth_date=rate("lease_birth_date"))
    rows = pd.DataFrame({"ID_BAIL": opaque("B", lease, chance)})
    rows = rows.join(place_columns(scene.places, dwelling, np.ones(len(lease), dtype=bool)))
    rows = rows.join(_dwelling_columns(history, dwelling))
    rows["DATE_ENTREE"], rows["DATE_SORTIE"] = seconds(entered), seconds(left)
    rows = rows.join(person_columns(scene, person, dwelling, entered, lease, style, chance))
    rows = rows.join(_household_columns(surveyed, chance))
    alert = _alerts(surveyed, len(leases), history, chance)[lease]
    alert = np.where(alert >= np.where(np.isnat(left), FOREVER, left), NEVER, alert)
    visited = (chance.random(len(leases)) < rate("courtesy_visit"))[lease]
    called = open_day(after(entered, np.full(len(lease), rate("courtesy_visit_days"))), FRIDAY)
    still = visited & (called < np.where(np.isnat(left), FOREVER, left))
    rows["DATE_VISITE_COURTOISIE"] = seconds(np.where(still, called, NEVER))
    rows["ALERTE_AGENT"] = ~np.isnat(alert)
    rows["DATE_ALERTE_AGENT"] = seconds(alert)
    return rows


def known_alerts(rows: pd.DataFrame) -> pd.DataFrame:
    """A snapshot's ALERTE_AGENT says only what was noted by its day."""
    return rows.assign(ALERTE_AGENT=rows["DATE_ALERTE_AGENT"].notna().to_numpy())


def _dwelling_columns(history: History, dwelling: Index) -> pd.DataFrame:
    homes = history.dwellings.iloc[dwelling]
    return pd.DataFrame(
        {
            "QPV": history.buildings["is_qpv"].to_numpy()[homes["building"].to_numpy()],
            "NB_PIECES": homes["rooms"].to_numpy(float),
            "SURFACE_HAB": homes["area_m2"].to_numpy(float) + (dwelling % 10) / 10,
            "ETAGE": homes["floor"].to_numpy(float),
            "ASCENSEUR": homes["has_lift"].to_numpy(bool),
        }
    )


def _household_columns(surveyed: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """What the tenants declared: somebody is now and then left out, and the kind of household follows the declared number."""
    size, minors = surveyed["size"].to_numpy(np.int64), surveyed["minors"].to_numpy(np.int64)
    hides = (size - minors > 1) & (chance.random(len(size)) < rate("occupant_undeclared"))
    declared = size - hides
    couple = surveyed["in_couple"].to_numpy() & ~(hides & (size - minors == 2))
    parent = surveyed["is_single_parent"].to_numpy() | (~couple & (minors > 0))
    kind = np.select(
        [declared == 1, couple & (declared == 2), couple, parent],
        ["SEUL", "COUPLE", "COUPLE_ENF", "MONOPARENTAL"],
        "AUTRE",
    )
    activity = np.array([ACTIVITIES[Activity(code)] for code in range(len(Activity))], dtype=object)[
        surveyed["activity"]
    ]
    unknown = chance.random(len(size)) < rate("activity_unknown")
    return pd.DataFrame(
        {
            "NB_OCCUPANTS": declared.astype(float),
            "NB_MINEURS": minors.astype(float),
            "TYPE_MENAGE": kind.astype(object),
            "TRANCHE_RESSOURCES": _bands(surveyed["income"].to_numpy(), chance),
            "ACTIVITE_TITULAIRE": np.where(unknown, "NR", activity),
        }
    )


def _bands(income: npt.NDArray[np.int8], chance: np.random.Generator) -> Texts:
    by_income = [drawn(f"band_{band.name}", len(income), chance) for band in Income]
    return np.choose(income, by_income).astype(object)


def _alerts(surveyed: pd.DataFrame, leases: int, history: History, chance: np.random.Generator) -> Days:
    """Per lease: the day on which the building agent noted a worrying sign (NaT: never); a little sooner for the isolated."""
    isolated = np.zeros(leases, dtype=bool)
    np.logical_or.at(isolated, surveyed["lease"].to_numpy(), surveyed["isolated"].to_numpy())
    yearly = (
        rate("agent_alert_per_thousand_years")
        / 1000
        * np.where(isolated, rate("agent_alert_isolated_odds"), 1.0)
    )
    seen_on = np.full(leases, FOREVER)
    np.fmin.at(seen_on, surveyed["lease"].to_numpy(), days(surveyed["day"]))
    noted = open_day(after(seen_on, 365.25 * chance.exponential(1.0, leases) / yearly), FRIDAY)
    return np.where(noted < history.months[-1], noted, NEVER)


def single_occupants(ledger: Ledger, day: np.datetime64) -> Flags:
    """Leases in force on ``day`` that declare one occupant; for the calibration."""
    shown = ledger.rows.iloc[ledger.on(day)]
    left = days(shown["DATE_SORTIE"])
    return np.asarray((shown["NB_OCCUPANTS"] == 1).to_numpy()[~(left <= day)])
