"""Alerts, objections, and the two reference files."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.history import Autonomy, History, Ties
from synthetic_city.lives_state import stream
from synthetic_city.rates import rate
from synthetic_city.rates_tables import drawn
from synthetic_city.registers_ledger import FOREVER, Floats, Ledger, days, opaque, seconds, shelved
from synthetic_city.registers_months import Residents, months
from synthetic_city.registers_records import RAW, Scene, Style, person_columns, place_columns, raw_columns

ADULT, YOUNG = 18, 26
"""Young people have channels of their own."""
QUARTER_NAMES = ("Hypercentre", "Cathédrale", "Esplanade", "Cloîtres", "Gare-Sud", "Hippodrome", "Grand-Ensemble", "Faubourg-Ouest", "Plateau", "Faïenceries", "Terrasses", "Cité-Haute", "Maraîchers", "Lotissements", "Faubourg-Nord", "Pont-Canal", "Cité-Basse", "Tanneries", "Vergers", "Écluses", "Coteaux-Est", "Zone-Verte", "Rivage")  # fmt: skip
"""One to a neighbourhood code; made up from common place words (assumed)."""


def alerts(history: History, ties: Ties, scene: Scene, seed: int) -> Ledger:
    """Who tells the city that somebody may be alone; a little more often when it is true."""
    chance = stream(seed, "registers: alerts")
    found = pd.concat([_month_alerts(at, chance) for at in months(history, ties)], ignore_index=True)
    found = found[days(found["on"]) < history.months[-1]].reset_index(drop=True)
    person, dwelling, on = (
        found["person"].to_numpy(np.int64),
        found["dwelling"].to_numpy(np.int64),
        days(found["on"]),
    )
    number = np.arange(len(found))
    style = Style(
        usage_only=rate("alert_usage_name_only"),
        named=rate("alert_named"),
        birth_date=rate("alert_birth_date"),
        year=rate("alert_year"),
    )
    rows = pd.DataFrame({"ID_SIGNALEMENT": opaque("S", number, chance), "DATE_SIGNALEMENT": seconds(on)})
    rows["CANAL"] = _channels(found["age"].to_numpy(), chance)
    rows = rows.join(person_columns(scene, person, dwelling, on, number, style, chance))
    rows = rows.join(place_columns(scene.places, dwelling, chance.random(len(found)) < rate("alert_flat")))
    rows["URGENCE"] = drawn("alert_urgency", len(found), chance).astype(float)
    return shelved(
        Ledger(
            source="signalements",
            rows=rows,
            person=person,
            dwelling=dwelling,
            shown_from=on,
            shown_until=np.full(len(found), FOREVER),
            record="ID_SIGNALEMENT",
        )
    )


def _month_alerts(at: Residents, chance: np.random.Generator) -> pd.DataFrame:
    hit = chance.random(len(at.panel)) < _alert_chance(at)
    rows = at.panel[["person", "dwelling", "age"]].iloc[np.flatnonzero(hit)]
    return rows.assign(on=seconds(at.days(chance, int(hit.sum()))))


def _alert_chance(at: Residents) -> Floats:
    """A month's chance; the town's mean rate is kept whatever the odds."""
    age = at.panel["age"].to_numpy()
    adult = (age >= ADULT) & ~at.panel["in_establishment"].to_numpy()
    weight = np.where(at.isolated, rate("alert_isolated_odds"), 1.0) * np.where(
        age >= 75, rate("alert_75_plus_odds"), 1.0
    )
    weight = (
        weight
        * np.where(at.panel["autonomy"].to_numpy() >= Autonomy.LIMITED, rate("alert_autonomy_odds"), 1.0)
        * adult
    )
    mean = weight.sum() / max(adult.sum(), 1)
    return np.asarray(weight / mean * rate("alerts_per_thousand_years") / 1000 / 12)


def _channels(age: npt.NDArray[np.int16], chance: np.random.Generator) -> npt.NDArray[np.object_]:
    older, younger = (drawn(name, len(age), chance) for name in ("alert_channel", "alert_channel_young"))
    return np.where(age < YOUNG, younger, older).astype(object)


def objections(scene: Scene, roll: Ledger, first: np.datetime64, last: np.datetime64, seed: int) -> Ledger:
    """Electors who wrote that they do not want to be looked for: by their keys, some by their dwelling."""
    chance = stream(seed, "registers: objections")
    share = rate("objections_per_thousand_years") / 1000 * float((last - first).astype(np.int64)) / 365.25
    chosen = np.flatnonzero(
        (chance.random(len(roll.rows)) < share) & (roll.shown_from <= first) & (roll.shown_until > last)
    )
    on = first + chance.integers(0, int((last - first).astype(np.int64)), len(chosen)).astype(
        "timedelta64[D]"
    )
    rows = roll.rows.iloc[chosen][
        [
            "CLE_IDENTITE",
            "CLE_USAGE",
            "CLE_PHONETIQUE",
            "CLE_NOM_ADRESSE",
            "ID_LOGEMENT",
            *raw_columns(roll.rows),
        ]
    ].reset_index(drop=True)
    by_dwelling = (chance.random(len(chosen)) < rate("objection_by_dwelling")) & (
        rows["ID_LOGEMENT"] != ""
    ).to_numpy()
    rows.loc[by_dwelling, ["CLE_IDENTITE", "CLE_USAGE", "CLE_PHONETIQUE", "CLE_NOM_ADRESSE"]] = ""
    rows.loc[~by_dwelling, "ID_LOGEMENT"] = ""
    if raw_columns(rows):
        rows[f"{RAW}PORTEE"] = np.where(by_dwelling, "LOGEMENT", "PERSONNE")
    rows["DATE_OPPOSITION"] = seconds(on)
    return Ledger(
        source="oppositions",
        rows=rows,
        person=roll.person[chosen],
        dwelling=roll.dwelling[chosen],
        shown_from=on,
        shown_until=np.full(len(chosen), FOREVER),
        record="DATE_OPPOSITION",
    )


def establishments(history: History, scene: Scene) -> pd.DataFrame:
    """One row an establishment."""
    inside = np.flatnonzero((history.buildings["establishment"] != "").to_numpy())
    return pd.DataFrame(
        {
            "ID_ADRESSE": scene.places.id_adresse[inside],
            "TYPE": history.buildings["establishment"].to_numpy(dtype=object)[inside],
            "NB_PLACES": history.buildings["places"].to_numpy(float)[inside],
        }
    ).drop_duplicates("ID_ADRESSE")


def neighbourhoods(history: History, month: int) -> pd.DataFrame:
    """One row a neighbourhood, with its residents on the first day of ``month``."""
    start, stop = np.searchsorted(history.panel["month"].to_numpy(), [month, month + 1])
    home = history.panel["dwelling"].to_numpy()[start:stop]
    codes = history.buildings["quartier"].to_numpy(dtype=object)
    of_residents = codes[history.dwellings["building"].to_numpy()[home]]
    by_code = history.buildings.groupby("quartier")["is_qpv"].mean()
    counts = pd.Series(of_residents).value_counts().reindex(by_code.index, fill_value=0)
    return pd.DataFrame(
        {
            "QUARTIER": by_code.index.to_numpy(dtype=object),
            "NOM": np.array(QUARTER_NAMES, dtype=object)[np.arange(len(by_code)) % len(QUARTER_NAMES)],
            "QPV": by_code.to_numpy() > 0.5,
            "POPULATION": counts.to_numpy(float),
        }
    )
