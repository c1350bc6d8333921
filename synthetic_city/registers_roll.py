"""The electoral roll: who registered, at which address the entry still stands, when it is removed at last."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthetic_city.history import History, Tenure
from synthetic_city.lives_state import stream
from synthetic_city.rates import rate, span
from synthetic_city.registers_ledger import (
    FOREVER,
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
    seconds,
    shelved,
)
from synthetic_city.registers_records import Scene, Style, person_columns, place_columns

VOLUNTARY, AUTOMATIC, MOVED = (
    "Demande de l'électeur",
    "Inscription d'office à 18 ans",
    "Changement d'adresse dans la commune",
)
ARRIVALS = {"INITIAL": "initial", "MOVE_IN": "move_in", "RETURN": "move_in", "WITHIN": "within", "INTO_ESTABLISHMENT": "establishment", "BIRTH": "move_in"}  # fmt: skip
HOMES = ("EHPAD", "RESIDENCE_AUTONOMIE", "HOPITAL")
ADULT, END_OF_YOUTH = 18, 26
DAYS_A_YEAR = 365.25


def roll(history: History, scene: Scene, seed: int) -> Ledger:
    """Entries of residents and of ghosts. One row is one address of one elector, shown until the next address or the removal."""
    chance = stream(seed, "registers: roll")
    entries = pd.concat(
        [_entries(history, chance), _ghost_entries(scene, history.months[0], chance)],
        ignore_index=True,
    )
    entries = entries[days(entries["from_on"]) < days(entries["until_on"])].reset_index(drop=True)
    return _ledger(entries, history, scene, chance)


def _entries(history: History, chance: np.random.Generator) -> pd.DataFrame:
    """``person``, ``dwelling``, ``from_on``, ``until_on``, ``gone_on`` (the day the person no longer lived there), ``reason``, ``elector`` (the person, or a negative number for another elector of the same person).

    A new demand whose old entry is not recognised makes another elector of the same person: both stand for a while.
    """
    stays = pd.concat([_candidates(history, chance), _before_the_home(history, chance)])
    stays = stays.sort_values(["person", "from_on"], kind="stable").reset_index(drop=True)
    stays = stays[days(stays["from_on"]) < days(stays["gone_on"])]
    removed = _removals(history, chance)
    following = stays.groupby("person")["from_on"].shift(-1)
    until = np.fmin(days(following), removed[stays["person"].to_numpy()])
    first = ~stays["person"].duplicated().to_numpy()
    reason = np.where(
        stays["is_automatic"], AUTOMATIC, np.where(first | (stays["arrival"] == "MOVE_IN"), VOLUNTARY, MOVED)
    )
    twice = (reason == MOVED) & (chance.random(len(stays)) < rate("registers_twice"))
    wait = after(
        days(stays["from_on"]),
        1 + 30.4 * rate("registers_twice_months") * chance.exponential(1.0, len(stays)),
    )
    late = np.append(np.where(twice, np.fmin(wait, removed[stays["person"].to_numpy()]), NEVER)[1:], NEVER)
    times = pd.Series(twice.astype(np.int64)).groupby(stays["person"].to_numpy()).cumsum().to_numpy()
    return stays[["person", "dwelling", "from_on", "gone_on"]].assign(
        until_on=seconds(np.fmax(until, late)),
        reason=reason,
        elector=np.where(
            times > 0, -(len(history.people) * times + stays["person"].to_numpy()), stays["person"]
        ),
    )


def _before_the_home(history: History, chance: np.random.Generator) -> pd.DataFrame:
    """Entries of people who lived in a home already in the first month and came from the town: at the address they had before.

    Lives do not say which; it is one that somebody left for a home later, or any other.
    """
    stays = history.stays[(history.stays["arrival"] == "INITIAL").to_numpy()]
    stays = stays[_manner(stays, history) == "establishment"]
    share = rate("home_resident_from_town") * rate("registers_initial")
    french = ~history.people["is_foreign"].to_numpy()[stays["person"].to_numpy()]
    stays = stays[french & (chance.random(len(stays)) < share)]
    left = history.stays.loc[history.stays["departure"] == "INTO_ESTABLISHMENT", "dwelling"].to_numpy()
    ordinary = np.flatnonzero(history.dwellings["tenure"].to_numpy() != Tenure.ESTABLISHMENT)
    earliest, latest = (round(DAYS_A_YEAR * years) for years in span("home_resident_years"))
    grown = birthday(days(history.people["born_on"])[stays["person"].to_numpy()], ADULT)
    since = np.fmax(after(days(stays["from_on"]), -chance.integers(earliest, latest, len(stays))), grown)
    return pd.DataFrame(
        {
            "person": stays["person"].to_numpy(),
            "dwelling": chance.choice(left if len(left) else ordinary, len(stays)),
            "arrival": "INITIAL",
            "from_on": seconds(since),
            "gone_on": stays["from_on"].to_numpy(),
            "is_automatic": False,
        }
    )


def _candidates(history: History, chance: np.random.Generator) -> pd.DataFrame:
    """Stays with the day on which the person registered there: by demand some time after moving in, by law at 18."""
    stays = history.stays[history.stays["arrival"] != "BIRTH"]
    stays = pd.concat([stays, history.stays[history.stays["arrival"] == "BIRTH"]]).sort_values(
        ["person", "from_on"], kind="stable"
    )
    people, who = history.people, stays["person"].to_numpy()
    born = days(people["born_on"])[who]
    grown = birthday(born, ADULT)
    moved, gone = days(stays["from_on"]), days(stays["to_on"].fillna(pd.Timestamp(str(FOREVER))))
    by_demand = np.maximum(
        _demanded(_manner(stays, history), moved, chance),
        after(grown, chance.integers(*span("first_demand_days"), len(who))),
    )
    in_time = (grown >= moved) & (grown < gone) & (chance.random(len(who)) < rate("automatic_at_18"))
    automatic = in_time & ~(people["student_elsewhere_roll"].to_numpy()[who])
    on = np.where(automatic, after(grown, chance.integers(*span("automatic_days"), len(who))), by_demand)
    elsewhere = people["student_elsewhere_roll"].to_numpy()[who]
    on = np.where(elsewhere, np.maximum(on, birthday(born, END_OF_YOUTH)), on)
    never = people["is_foreign"].to_numpy() | (chance.random(len(people)) < rate("never_registered"))
    on[never[who]] = NEVER
    return stays[["person", "dwelling", "arrival"]].assign(
        from_on=seconds(on), gone_on=seconds(gone), is_automatic=automatic
    )


def _manner(stays: pd.DataFrame, history: History) -> Texts:
    """Which of the registration rates holds; in homes for older people few register anew, wherever they come from."""
    kind = history.buildings["establishment"].to_numpy(dtype=object)[history.dwellings["building"].to_numpy()]
    is_home = np.isin(kind[stays["dwelling"].to_numpy()], HOMES)
    return np.where(is_home, "establishment", stays["arrival"].map(ARRIVALS).to_numpy(dtype=object)).astype(
        object
    )


def _demanded(chosen: Texts, moved: Days, chance: np.random.Generator) -> Days:
    """The day of a demand, NaT for who never makes one."""
    lot, wait = chance.random(len(chosen)), chance.exponential(1.0, len(chosen))
    on = np.full(len(chosen), NEVER)
    for kind in dict.fromkeys(ARRIVALS.values()):
        mine = (chosen == kind) & (lot < rate(f"registers_{kind}"))
        on[mine] = after(moved[mine], wait[mine] * 30.4 * rate(f"registers_{kind}_months"))
    return on


def _removals(history: History, chance: np.random.Generator) -> Days:
    """Per person of the history; FOREVER where nothing removes the entry."""
    last = history.stays.drop_duplicates("person", keep="last")
    who, ended = last["person"].to_numpy(), days(last["to_on"])
    removed = np.full(len(history.people), FOREVER)
    out = (last["departure"] == "MOVE_OUT").to_numpy()
    dead = (last["departure"] == "DEATH").to_numpy()
    removed[who[out]] = forgotten(ended[out], chance)
    removed[who[dead]] = _after_death(ended[dead], chance)
    return removed


def forgotten(left: Days, chance: np.random.Generator) -> Days:
    """When the entry of somebody who left town goes: on registering elsewhere, or years later by the commission."""
    elsewhere = chance.random(len(left)) < rate("mover_registers_elsewhere")
    months = np.where(elsewhere, rate("mover_removed_months"), 12 * rate("mover_forgotten_years"))
    return after(left, 30.4 * months * chance.exponential(1.0, len(left)))


def _after_death(died: Days, chance: np.random.Generator) -> Days:
    lot, wait = chance.random(len(died)), chance.exponential(30.4, len(died))
    late = rate("death_removed_at_once") + rate("death_removed_late")
    months = np.select(
        [lot < rate("death_removed_at_once"), lot < late],
        [rate("death_at_once_months"), rate("death_late_months")],
        rate("death_forgotten_months"),
    )
    return after(died, 1 + months * wait)


def _ghost_entries(scene: Scene, start: np.datetime64, chance: np.random.Generator) -> pd.DataFrame:
    ghosts = scene.everyone.ghosts
    had_registered = chance.random(len(ghosts.person)) < rate("registers_move_in") * (
        1 - rate("never_registered")
    )
    until = forgotten(ghosts.left_on, chance)
    grown = birthday(days(scene.everyone.people["born_on"])[ghosts.person], ADULT)
    demanded = after(ghosts.left_on, -chance.integers(*span("ghost_registered_days"), len(ghosts.person)))
    at_18 = after(grown, chance.integers(*span("automatic_days"), len(ghosts.person)))
    since = np.fmax(demanded, at_18)
    entries = pd.DataFrame(
        {
            "person": ghosts.person,
            "dwelling": ghosts.dwelling,
            "from_on": seconds(since),
            "gone_on": seconds(ghosts.left_on),
            "until_on": seconds(until),
            "reason": np.where(demanded < at_18, AUTOMATIC, VOLUNTARY),
            "elector": ghosts.person,
        }
    )
    return entries[had_registered & (until > start) & (since < ghosts.left_on)]


def _ledger(entries: pd.DataFrame, history: History, scene: Scene, chance: np.random.Generator) -> Ledger:
    person, dwelling = entries["person"].to_numpy(np.int64), entries["dwelling"].to_numpy(np.int64)
    since = days(entries["from_on"])
    flat_given = chance.random(len(entries)) >= rate("flat_missing")
    otherwise = chance.random(len(entries)) < rate("flat_written_otherwise")
    elector = entries["elector"].to_numpy(np.int64)
    who = person_columns(scene, person, dwelling, since, elector, Style(), chance)
    where = place_columns(scene.places, dwelling, flat_given, otherwise)
    rows = (
        pd.DataFrame({"TYPE_LISTE": np.full(len(entries), "LP"), "ID_ELECTEUR": opaque("E", elector, chance)})
        .join(who)
        .join(where)
    )
    rows["QUALITE_ADRESSE"] = _quality(scene, dwelling, flat_given, chance)
    rows["NB_LOGEMENTS_ADRESSE"] = scene.places.n_dwellings[scene.places.building[dwelling]].astype(float)
    rows["NO_BUREAU_VOTE"] = _polling_stations(scene, dwelling)
    rows["DATE_INSCRIPTION"] = seconds(since)
    rows["MOTIF_INSCRIPTION"] = entries["reason"].to_numpy()
    rows["DATE_RETOUR_NPAI"] = seconds(
        _returned_mail(days(entries["gone_on"]), since, history.months, chance)
    )
    opposed = chance.random(int(person.max()) + 1 if len(person) else 1) < rate("roll_opposition")
    rows["OPPOSITION"] = opposed[person]
    return shelved(
        Ledger(
            source="liste_electorale",
            rows=rows,
            person=person,
            dwelling=dwelling,
            shown_from=since,
            shown_until=days(entries["until_on"]),
            record="ID_ELECTEUR",
            day="DATE_LISTE",
        )
    )


def _quality(scene: Scene, dwelling: Index, flat_given: Flags, chance: np.random.Generator) -> Texts:
    lacks = scene.places.has_several[dwelling] & ~flat_given
    hamlet = ~scene.places.has_several[dwelling] & (chance.random(len(dwelling)) < rate("hamlet"))
    return np.select([lacks, hamlet], ["SANS_COMPLEMENT", "LIEU_DIT"], "COMPLETE").astype(object)


def _polling_stations(scene: Scene, dwelling: Index) -> Texts:
    """One or two to a neighbourhood, by building."""
    building = scene.places.building[dwelling]
    half = np.where(building % 2 == 0, "1", "2").astype(object)
    stations: Texts = scene.places.quartier[building] + half
    return stations


def _returned_mail(
    gone: Days, since: Days, months: npt.NDArray[np.datetime64], chance: np.random.Generator
) -> Days:
    """The first of the mailings, two a year, that comes back; a few come back from people who are there."""
    count = len(gone)
    every = round(rate("mailing_every_months"))
    sent = chance.integers(0, every, count) + every * (chance.geometric(rate("mail_returned"), count) - 1)
    away = gone < FOREVER
    wrongly = ~away & (chance.random(count) < rate("mail_returned_wrongly") * len(months) / every)
    start = np.where(away, gone, np.fmax(since, months[0]))
    came_back = after(
        start,
        rate("mail_back_days")
        + 30.4 * np.where(wrongly, chance.integers(0, max(len(months), 1), count), sent),
    )
    return np.where(away | wrongly, came_back, NEVER)
