"""Municipal and CCAS services, and the register of vulnerable people, as their desks keep them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic_city.history import History, Ties
from synthetic_city.lives_state import stream
from synthetic_city.rates import rate
from synthetic_city.rates_tables import REGISTER, SERVICES, drawn
from synthetic_city.registers_ledger import (
    FOREVER,
    NEVER,
    Days,
    Floats,
    Index,
    Ledger,
    Texts,
    after,
    days,
    opaque,
    seconds,
    shelved,
    snapshot,
)
from synthetic_city.registers_months import Whereabouts
from synthetic_city.registers_records import Scene, Style, person_columns, place_columns
from synthetic_city.registers_uptake import uses

FORMS = {desk: number for number, desk in enumerate(dict.fromkeys(offer.desk for offer in SERVICES))}
ORIGINS = np.array(["PERSONNE", "FAMILLE", "SIGNALEMENT"], dtype=object)
RHYTHM, USES = "_rhythm_days", "_uses"


def services(
    history: History, ties: Ties, scene: Scene, where: Whereabouts, after_visits: pd.DataFrame, seed: int
) -> Ledger:
    """``after_visits``: spells that a visit began (columns of ``uses`` without ``to_on``), so that ORIGINE = VISITE exists."""
    chance = stream(seed, "registers: services")
    spells = uses(history, ties, SERVICES, where, chance)
    spells["origin"] = _origins(len(spells), chance)
    spells = _without_overlap(pd.concat([spells, _visited(after_visits, where, chance)], ignore_index=True))
    person = spells["person"].to_numpy(np.int64)
    desk = np.array([FORMS[offer.desk] for offer in SERVICES])[spells["offer"].to_numpy()]
    forms = person * len(FORMS) + desk
    style = Style(
        usage_only=rate("service_usage_name_only"),
        birth_date=rate("service_birth_date"),
        year=rate("service_year"),
    )
    rows = pd.DataFrame({"ID_USAGER": opaque("U", forms, chance)}).join(
        _described(scene, spells, forms, style, "service_flat", chance)
    )
    return _service_ledger(rows, spells, person, chance)


def service_snapshot(ledger: Ledger, day: np.datetime64) -> pd.DataFrame:
    """The extract of ``day``: DATE_DERNIER_USAGE and NB_USAGES_12M are those of that day."""
    rows = snapshot(ledger, day)
    begun, stopped = days(rows["DATE_DEBUT"]), days(ledger.rows["_stopped_on"].iloc[ledger.on(day)])
    still = np.where(stopped <= day, stopped, day)
    recent = np.fmax(begun, after(still, -rows[RHYTHM].to_numpy() * (still == day)))
    since = np.fmax(begun, day - np.timedelta64(365, "D"))
    used_months = np.maximum((still - since).astype(np.int64), 0) / 30.4
    rows["DATE_DERNIER_USAGE"] = seconds(recent)
    rows["NB_USAGES_12M"] = np.round(used_months * rows[USES].to_numpy())
    return rows.drop(columns=[RHYTHM, USES, "_stopped_on"])


def vulnerable_register(history: History, ties: Ties, scene: Scene, where: Whereabouts, seed: int) -> Ledger:
    """The register of art. L121-6-1 CASF."""
    chance = stream(seed, "registers: vulnerable")
    spells = uses(history, ties, REGISTER, where, chance)
    person = spells["person"].to_numpy(np.int64)
    number = np.arange(len(spells))
    style = Style(usage_only=rate("lease_usage_name_only"), birth_date=rate("register_birth_date"))
    rows = pd.DataFrame({"ID_INSCRIT": opaque("R", number, chance)})
    rows = rows.join(_described(scene, spells, number, style, "register_flat", chance))
    ended, recorded = _known_end(days(spells["to_on"]), rate("register_end_recorded"), chance)
    rows["DATE_INSCRIPTION"] = spells["from_on"].to_numpy()
    rows["DATE_FIN"] = seconds(recorded)
    rows["ORIGINE"] = drawn("register_origin", len(rows), chance)
    return shelved(
        Ledger(
            source="registre_vulnerables",
            rows=rows,
            person=person,
            dwelling=spells["dwelling"].to_numpy(np.int64),
            shown_from=days(spells["from_on"]),
            shown_until=after(
                ended,
                np.where(
                    np.isnat(recorded), rate("register_kept_unrecorded_days"), rate("register_kept_days")
                ),
            ),
            record="ID_INSCRIT",
            day="DATE_ARRETE",
        )
    )


def _described(
    scene: Scene, spells: pd.DataFrame, forms: Index, style: Style, flat: str, chance: np.random.Generator
) -> pd.DataFrame:
    person, dwelling = spells["person"].to_numpy(np.int64), spells["dwelling"].to_numpy(np.int64)
    who = person_columns(scene, person, dwelling, days(spells["from_on"]), forms, style, chance)
    return who.join(place_columns(scene.places, dwelling, chance.random(len(spells)) < rate(flat)))


def _service_ledger(
    rows: pd.DataFrame, spells: pd.DataFrame, person: Index, chance: np.random.Generator
) -> Ledger:
    offer, begun = spells["offer"].to_numpy(), days(spells["from_on"])
    stopped, recorded = _known_end(days(spells["to_on"]), rate("stop_is_recorded"), chance)
    rows["SERVICE"] = np.array([offer.name for offer in SERVICES], dtype=object)[offer]
    rows["DATE_DEBUT"], rows["DATE_FIN"] = seconds(begun), seconds(recorded)
    rows["DATE_DERNIER_USAGE"], rows["NB_USAGES_12M"] = seconds(begun), 0.0
    rows["ORIGINE"] = spells["origin"].to_numpy(dtype=object)
    rows[RHYTHM] = np.array([offer.rhythm_days for offer in SERVICES])[offer] * chance.exponential(
        1.0, len(rows)
    )
    rows[USES] = np.array([offer.uses for offer in SERVICES])[offer] * chance.gamma(4.0, 0.25, len(rows))
    rows["_stopped_on"] = seconds(stopped)
    kept = after(stopped, np.full(len(rows), 30.4 * rate("stopped_kept_months")))
    until = np.fmin(kept, _next_start(rows["ID_USAGER"].to_numpy(dtype=object), offer, begun))
    return shelved(
        Ledger(
            source="usages_services",
            rows=rows,
            person=person,
            dwelling=spells["dwelling"].to_numpy(np.int64),
            shown_from=begun,
            shown_until=until,
            record="ID_USAGER",
            day="DATE_ARRETE",
        )
    )


def _known_end(ended: Days, recorded_share: float, chance: np.random.Generator) -> tuple[Days, Days]:
    """When it ended (FOREVER: it did not) and when the file says it ended (NaT: it does not say)."""
    is_recorded = chance.random(len(ended)) < recorded_share
    return np.where(np.isnat(ended), FOREVER, ended), np.where(is_recorded, ended, NEVER)


def _origins(count: int, chance: np.random.Generator) -> Texts:
    family, alert = rate("origin_family"), rate("origin_alert")
    return np.asarray(chance.choice(ORIGINS, count, p=[1 - family - alert, family, alert]), dtype=object)


def _visited(after_visits: pd.DataFrame, where: Whereabouts, chance: np.random.Generator) -> pd.DataFrame:
    """Services that a visit began last as long as others do, and end when the person leaves town."""
    months = np.array([offer.months for offer in SERVICES])[after_visits["offer"].to_numpy()]
    begun = days(after_visits["from_on"])
    ended = np.fmin(
        after(begun, 30.4 * months * chance.exponential(1.0, len(begun))),
        where.left_town(after_visits["person"].to_numpy()),
    )
    here = ended > begun
    return after_visits.assign(to_on=seconds(np.fmax(ended, begun)), origin="VISITE")[here]


def _without_overlap(spells: pd.DataFrame) -> pd.DataFrame:
    """One use of a service at a time: what begins while an earlier spell of the same person runs is left out."""
    ordered = spells.sort_values(["person", "offer", "from_on"], kind="stable").reset_index(drop=True)
    ended = ordered["to_on"].fillna(pd.Timestamp(str(FOREVER)))
    before = (
        ended.groupby([ordered["person"], ordered["offer"]])
        .cummax()
        .groupby([ordered["person"], ordered["offer"]])
        .shift(1)
    )
    return ordered[~(ordered["from_on"] <= before)].reset_index(drop=True)


def _next_start(record: Texts, offer: Index, begun: Days) -> Days:
    """When the same user begins the same service anew, the old line is overwritten."""
    frame = pd.DataFrame({"record": record, "offer": offer, "begun": seconds(begun)})
    following = frame.sort_values("begun", kind="stable").groupby(["record", "offer"])["begun"].shift(-1)
    return np.fmin(days(following.reindex(frame.index)), FOREVER)


def in_use(ledger: Ledger, day: np.datetime64) -> Floats:
    """How many use each service on ``day``; for the calibration."""
    shown = ledger.on(day)
    running = days(ledger.rows["_stopped_on"])[shown] > day
    offer = pd.Categorical(
        ledger.rows["SERVICE"].to_numpy()[shown][running], [offer.name for offer in SERVICES]
    )
    return np.bincount(offer.codes, minlength=len(SERVICES)).astype(float)
