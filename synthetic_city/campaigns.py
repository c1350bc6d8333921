"""Past visiting campaigns: whom the city chose to visit, and on which list.

Three arms, so that labels exist and are selective: everyone of 80 and over, street by street from the raw roll (TEMOIN_80PLUS);
alerts (SIGNALEMENT); a small drawn arm (EXPLORATION) with its probability n / N of the frame it was drawn from.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic_city.campaigns_outcomes import outcomes, services_begun
from synthetic_city.history import History, Ties
from synthetic_city.lives_state import stream
from synthetic_city.rates import rate, span
from synthetic_city.registers_ledger import (
    FOREVER,
    Flags,
    Index,
    Ledger,
    after,
    days,
    opaque,
    open_day,
    seconds,
    shelved,
)
from synthetic_city.registers_months import Whereabouts
from synthetic_city.registers_records import Scene, Style, person_columns, place_columns, raw_columns

FULL_SIZE = 33_000
OLD, ADULT = 80, 18
BLOCK = (
    "SEXE",
    "ANNEE_NAISSANCE",
    "CLE_IDENTITE",
    "CLE_USAGE",
    "CLE_PHONETIQUE",
    "CLE_NOM_ADRESSE",
    "ID_ADRESSE",
    "ID_LOGEMENT",
    "QUARTIER",
)


def visits(
    history: History, ties: Ties, scene: Scene, where: Whereabouts, roll: Ledger, alerts: Ledger, seed: int
) -> tuple[Ledger, pd.DataFrame]:
    """The ledger of visits, and the services that began because of one (``person``, ``offer``, ``from_on``, ``dwelling``)."""
    chance = stream(seed, "campaigns")
    from_roll = _from_roll(history, roll, chance)
    from_alerts = _from_alerts(scene, alerts, chance)
    chosen = pd.concat([from_roll, from_alerts], ignore_index=True)
    chosen = chosen[days(chosen["visit_on"]) < history.months[-1]].reset_index(drop=True)
    found = outcomes(chosen, history, ties, scene, where, chance)
    ledger = _ledger(chosen, found, chance)
    return ledger, services_begun(chosen, found, scene, chance)


def _from_roll(history: History, roll: Ledger, chance: np.random.Generator) -> pd.DataFrame:
    """Month by month: the next streets of the 80-and-over campaign; each quarter a draw among all adults not yet visited.

    The city knows electors, not people: who is twice on the roll may be visited twice."""
    scale = float((history.panel["month"] == 0).sum()) / FULL_SIZE
    walked = max(1, round(rate("visits_80_plus_a_month") * scale))
    drawn = max(1, round(rate("visits_explored_a_quarter") * scale))
    elector = pd.factorize(roll.rows["ID_ELECTEUR"])[0]
    visited = np.zeros(len(elector), dtype=bool)
    campaigns, every = round(rate("campaigns_months")), round(rate("explored_every_months"))
    parts = []
    for month in range(max(0, len(history.months) - campaigns), len(history.months)):
        day = history.months[month]
        frame = _open_rows(roll, day)
        if month % every == 0:
            parts.append(_explored(roll, frame[~visited[elector[frame]]], day, drawn, chance))
            visited[elector[parts[-1].index]] = True
        parts.append(_walked(roll, frame[~visited[elector[frame]]], day, walked, chance))
        visited[elector[parts[-1].index]] = True
    return pd.concat(parts, ignore_index=True)


def _open_rows(roll: Ledger, day: np.datetime64) -> Index:
    """Adults of the roll of that day who did not object."""
    rows = roll.on(day)
    adult = _age(roll, rows, day) >= ADULT
    found: Index = rows[adult & ~roll.rows["OPPOSITION"].to_numpy(bool)[rows]]
    return found


def _age(roll: Ledger, rows: Index, day: np.datetime64) -> np.typing.NDArray[np.float64]:
    """The age that the list shows: by year of birth."""
    return np.asarray(int(str(day)[:4]) - roll.rows["ANNEE_NAISSANCE"].to_numpy(float)[rows])


def _explored(
    roll: Ledger, frame: Index, day: np.datetime64, wanted: int, chance: np.random.Generator
) -> pd.DataFrame:
    """A simple random draw; returned mail takes an address out of the frame."""
    returned = days(roll.rows["DATE_RETOUR_NPAI"])[frame] <= day
    frame = frame[~returned]
    count = min(wanted, len(frame))
    rows = np.sort(chance.choice(frame, count, replace=False))
    return _chosen(
        roll, rows, day, "EXPLORATION", "explored_days", chance, probability=count / max(len(frame), 1)
    )


def _walked(
    roll: Ledger, frame: Index, day: np.datetime64, wanted: int, chance: np.random.Generator
) -> pd.DataFrame:
    old = frame[_age(roll, frame, day) >= OLD]
    street = np.lexsort(
        (
            roll.rows["ID_ADRESSE"].to_numpy(dtype=str)[old],
            roll.rows["NO_BUREAU_VOTE"].to_numpy(dtype=str)[old],
        )
    )
    return _chosen(roll, old[street][:wanted], day, "TEMOIN_80PLUS", "walked_days", chance)


def _chosen(
    roll: Ledger,
    rows: Index,
    day: np.datetime64,
    arm: str,
    wait: str,
    chance: np.random.Generator,
    probability: float = np.nan,
) -> pd.DataFrame:
    """Index = row of the roll."""
    list_on = np.full(len(rows), day)
    visit_on = open_day(after(list_on, chance.integers(*span(wait), len(rows))))
    table = {
        "person": roll.person[rows],
        "dwelling": roll.dwelling[rows],
        "list_on": seconds(list_on),
        "visit_on": seconds(visit_on),
    }
    block = roll.rows[[*BLOCK, *raw_columns(roll.rows)]].iloc[rows]
    return pd.DataFrame({**table, "arm": arm, "chance": probability}, index=rows).join(block)


def _from_alerts(scene: Scene, alerts: Ledger, chance: np.random.Generator) -> pd.DataFrame:
    """Whoever answers an alert learns who lives there."""
    rows = np.flatnonzero(chance.random(len(alerts.rows)) < rate("alert_followed"))
    person, dwelling, list_on = alerts.person[rows], alerts.dwelling[rows], alerts.shown_from[rows]
    visit_on = open_day(after(list_on, chance.integers(*span("alerted_days"), len(rows))))
    table = {
        "person": person,
        "dwelling": dwelling,
        "list_on": seconds(list_on),
        "visit_on": seconds(visit_on),
    }
    style = Style(usage_only=rate("service_usage_name_only"), birth_date=rate("service_birth_date"))
    block = person_columns(scene, person, dwelling, visit_on, np.arange(len(rows)), style, chance)
    everywhere: Flags = np.ones(len(rows), dtype=bool)
    return (
        pd.DataFrame({**table, "arm": "SIGNALEMENT", "chance": np.nan})
        .join(block)
        .join(place_columns(scene.places, dwelling, everywhere))
    )


def _ledger(chosen: pd.DataFrame, found: pd.DataFrame, chance: np.random.Generator) -> Ledger:
    visit_on = days(chosen["visit_on"])
    rows = pd.DataFrame({"ID_VISITE": opaque("V", np.arange(len(chosen)), chance)}).join(
        chosen[[*BLOCK, *raw_columns(chosen)]]
    )
    rows["DATE_LISTE"] = chosen["list_on"].to_numpy()
    rows["BRAS"] = chosen["arm"].to_numpy(dtype=object)
    rows["PROBA_TIRAGE"] = chosen["chance"].to_numpy(float)
    rows["DATE_VISITE"] = chosen["visit_on"].to_numpy()
    return shelved(
        Ledger(
            source="visites",
            rows=rows.join(found),
            person=chosen["person"].to_numpy(np.int64),
            dwelling=chosen["dwelling"].to_numpy(np.int64),
            shown_from=visit_on,
            shown_until=np.full(len(chosen), FOREVER),
            record="ID_VISITE",
        )
    )
