"""What visitors found at the door: outcomes follow from the truth, answers from the ties of that month, needs and judgement around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.history import Autonomy, History, Network, Ties
from synthetic_city.rates import rate, span
from synthetic_city.rates_tables import NEEDS, SERVICES, drawn
from synthetic_city.registers_ledger import (
    Days,
    Flags,
    Floats,
    Index,
    Texts,
    after,
    birthday,
    days,
    seconds,
    years_between,
)
from synthetic_city.registers_months import Whereabouts
from synthetic_city.registers_records import Scene

LSNS = tuple(f"lsns6_{item}" for item in range(1, 7))
UCLA = tuple(f"ucla3_{item}" for item in range(1, 4))
NETWORKS = {
    "RESEAU_FAMILLE": Network.FAMILY,
    "RESEAU_AMIS": Network.FRIENDS,
    "RESEAU_VOISINS": Network.NEIGHBOURS,
    "RESEAU_COLLEGUES": Network.COLLEAGUES,
    "RESEAU_ASSOCIATIONS": Network.ASSOCIATIONS,
}
LSNS_AGE, HOME_AGE, OLD = 60, 60, 80
"""The older scale is asked, and homes for older people open, from 60 on."""
CLOSED = ("EHPAD", "HOPITAL")
"""Who lives there is no longer at home; a résidence autonomie or a foyer is an address like another."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Of each visited person on the day of the visit. ``row``: of the panel, -1 when the person is not in that month's."""

    at_home: Flags
    in_establishment: Flags
    is_dead: Flags
    row: Index
    isolated: Flags
    age: npt.NDArray[np.int64]
    is_limited: Flags


def outcomes(
    chosen: pd.DataFrame,
    history: History,
    ties: Ties,
    scene: Scene,
    where: Whereabouts,
    chance: np.random.Generator,
) -> pd.DataFrame:
    """The columns from ROLE_VISITEUR on; NaN and empty where nobody was met."""
    truth = _truth(chosen, history, ties, scene, where)
    no_flat = (
        scene.places.has_several[chosen["dwelling"].to_numpy()] & (chosen["ID_LOGEMENT"] == "").to_numpy()
    )
    found = _found(truth, no_flat, chance)
    met = found == "VU"
    table = pd.DataFrame(
        {"ROLE_VISITEUR": _visitors(chosen["arm"].to_numpy(dtype=object), chance), "ISSUE": found}
    )
    table = table.join(_answers(truth, ties, met, chance))
    table["JUGEMENT_UNITE"] = np.where(met, _judgement(truth.isolated, chance), np.nan)
    table = table.join(_needs(truth, met, chance))
    table["OPPOSITION"] = np.isin(found, ("VU", "REFUS")) & (
        chance.random(len(found)) < rate("visit_opposition")
    )
    return table


def services_begun(
    chosen: pd.DataFrame, found: pd.DataFrame, scene: Scene, chance: np.random.Generator
) -> pd.DataFrame:
    """Some needs of people who are old enough lead to a service some weeks after the visit: ``person``, ``offer``, ``from_on``, ``dwelling``."""
    names = [offer.name for offer in SERVICES]
    born, visit_on = (
        days(scene.everyone.people["born_on"])[chosen["person"].to_numpy()],
        days(chosen["visit_on"]),
    )
    parts = []
    for need in NEEDS:
        if not need.offer:
            continue
        offer = names.index(need.offer)
        old_enough = birthday(born, SERVICES[offer].from_age) <= visit_on
        led = (found[need.name] == 1).to_numpy() & old_enough
        led &= chance.random(len(found)) < rate("service_after_visit")
        begun = after(visit_on[led], chance.integers(*span("service_after_visit_days"), int(led.sum())))
        parts.append(chosen.loc[led, ["person", "dwelling"]].assign(offer=offer, from_on=seconds(begun)))
    return pd.concat(parts, ignore_index=True)[["person", "offer", "from_on", "dwelling"]]


def panel_rows(history: History, persons: Index, on: Days) -> Index:
    """The panel row of each person in the month of each day; -1 when there is none."""
    width = np.int64(max(len(history.people), int(persons.max()) + 1 if len(persons) else 1))
    month = (on.astype("datetime64[M]") - history.months[0].astype("datetime64[M]")).astype(np.int64)
    keys = history.panel["month"].to_numpy(np.int64) * width + history.panel["person"].to_numpy(np.int64)
    asked = month * width + persons
    row = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[row] == asked, row, -1)


def _truth(chosen: pd.DataFrame, history: History, ties: Ties, scene: Scene, where: Whereabouts) -> Truth:
    persons, on = chosen["person"].to_numpy(np.int64), days(chosen["visit_on"])
    at = where.at(persons, on)
    row = panel_rows(history, persons, on)
    return Truth(
        at_home=(at == chosen["dwelling"].to_numpy()) & (at >= 0),
        in_establishment=np.isin(scene.places.establishment[scene.places.building[at]], CLOSED),
        is_dead=where.is_dead(persons, on),
        row=row,
        isolated=ties.answers["isolated"].to_numpy()[row] & (row >= 0),
        age=years_between(days(scene.everyone.people["born_on"])[persons], on),
        is_limited=history.panel["autonomy"].to_numpy()[row] >= Autonomy.LIMITED,
    )


def _found(truth: Truth, no_flat: Flags, chance: np.random.Generator) -> Texts:
    """Somebody who died, moved or lives in an establishment is never met at the old door, and neighbours do not always know.

    Who left town late in life may live in a home elsewhere, and that is what neighbours say.
    """
    count = len(truth.row)
    refusal = rate("visit_refused") * np.where(truth.isolated, rate("refusal_isolated_odds"), 1.0)
    lot, told = chance.random(count), chance.random(count)
    refused, absent = lot < refusal, (lot >= refusal) & (lot < refusal + rate("visit_absent"))
    lost = no_flat & (chance.random(count) < rate("visit_flat_not_found"))
    at_door = np.select([lost, refused, absent | (truth.row < 0)], ["INTROUVABLE", "REFUS", "ABSENT"], "VU")
    away = np.where(told < rate("move_told"), "DEMENAGE", "INTROUVABLE")
    in_town = truth.row >= 0
    elsewhere = ~in_town & (truth.age >= OLD) & (chance.random(count) < rate("leaver_80_plus_in_home"))
    inside = np.where(told < rate("establishment_told"), "ETABLISSEMENT", "INTROUVABLE")
    dead = np.where(told < rate("death_told"), "DECEDE", "INTROUVABLE")
    return np.select(
        [truth.is_dead, truth.in_establishment | elsewhere, truth.at_home], [dead, inside, at_door], away
    ).astype(object)


def _visitors(arms: Texts, chance: np.random.Generator) -> Texts:
    visitors = np.full(len(arms), "", dtype=object)
    for arm in dict.fromkeys(arms):
        visitors[arms == arm] = drawn(f"visitor_{arm}", int((arms == arm).sum()), chance)
    return visitors


def _answers(truth: Truth, ties: Ties, met: Flags, chance: np.random.Generator) -> pd.DataFrame:
    """LSNS-6 is asked from 60 on, the rest of everybody; single items and whole scales stay without answer."""
    answers = ties.answers.iloc[truth.row]
    columns = _scale(
        answers[list(LSNS)].to_numpy(float), met & (truth.age >= LSNS_AGE), "scale_refused", chance
    )
    table = pd.DataFrame(columns, columns=[name.upper() for name in LSNS])
    felt = _scale(answers[list(UCLA)].to_numpy(float), met, "scale_refused", chance)
    table = table.join(pd.DataFrame(felt, columns=[name.upper() for name in UCLA]))
    bits = answers["networks"].to_numpy()[:, None] & np.array(list(NETWORKS.values()))
    alive = _scale((bits > 0).astype(float), met, "networks_refused", chance)
    return table.join(pd.DataFrame(alive, columns=list(NETWORKS)))


def _scale(items: Floats, asked: Flags, refusal: str, chance: np.random.Generator) -> Floats:
    answered = asked & (chance.random(len(items)) >= rate(refusal))
    missing = chance.random(items.shape) < rate("item_missing")
    return np.where(answered[:, None] & ~missing, items, np.nan)


def _judgement(isolated: Flags, chance: np.random.Generator) -> Floats:
    """0 no, 1 fragile, 2 isolated, 3 severely isolated; noisy, and sometimes not given."""
    sees = chance.random(len(isolated)) < np.where(
        isolated, rate("judged_isolated_when_isolated"), rate("judged_isolated_when_not")
    )
    more = chance.random(len(isolated)) < np.where(
        isolated, rate("judged_more_when_isolated"), rate("judged_more_when_not")
    )
    unknown = chance.random(len(isolated)) < rate("judged_unknown")
    return np.where(unknown, np.nan, np.where(sees, 2.0, 0.0) + more)


def _needs(truth: Truth, met: Flags, chance: np.random.Generator) -> pd.DataFrame:
    """1 yes, 0 no, NaN not asked; who needs nothing says why, who needs something is followed up."""
    table = {}
    for need in NEEDS:
        likely = (
            need.base
            + need.if_limited * truth.is_limited
            + need.if_old * (truth.age >= OLD)
            + need.if_isolated * truth.isolated
        )
        table[need.name] = np.where(met, (chance.random(len(met)) < likely).astype(float), np.nan)
    frame = pd.DataFrame(table)
    has_need = (frame == 1).any(axis=1).to_numpy()
    older, younger = (drawn(name, len(met), chance) for name in ("no_need_reason", "no_need_reason_under_60"))
    reason = np.where(truth.age >= HOME_AGE, older, younger)
    frame["AUCUN_BESOIN_MOTIF"] = np.where(met & ~has_need, reason, "")
    frame["SUITE"] = np.where(met & has_need, drawn("follow_up", len(met), chance), "")
    return frame
