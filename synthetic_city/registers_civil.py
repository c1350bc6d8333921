"""Acts of civil status, and the public file of deaths.

Acts name the subject and, where the law makes them, one related person; a death act names the spouse but seldom the spouse's birth
date. The hospital's acts of non-residents are among them; residents who die elsewhere arrive late, as transcriptions.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic_city.history import History
from synthetic_city.lives_state import stream
from synthetic_city.rates import rate, span
from synthetic_city.rates_tables import drawn
from synthetic_city.registers_ledger import (
    FOREVER,
    FRIDAY,
    NEVER,
    SATURDAY,
    THURSDAY,
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
from synthetic_city.registers_records import RAW, Scene, Style, person_columns, place_columns, raw_columns

TOWN = "47001"
ADULT = 18
BIRTH_DATE = f"{RAW}DATE_NAISSANCE"
FIELDS = ("kind", "subject", "related", "link", "on", "dwelling", "is_transcribed", "related_key")


def civil_status(history: History, scene: Scene, where: Whereabouts, seed: int) -> Ledger:
    """One row an act and subject; a marriage or PACS is two rows, one for each spouse."""
    chance = stream(seed, "registers: civil status")
    parts = [
        _births(history, scene, chance),
        _unions(history, where, chance),
        _deaths(history, scene, where, chance),
        _outsiders(scene),
    ]
    acts = pd.concat(parts, ignore_index=True)
    window = (days(acts["on"]) >= history.months[0]) & (days(acts["on"]) < history.months[-1])
    return _ledger(acts[window].reset_index(drop=True), scene, chance)


def death_file(scene: Scene, months: np.typing.NDArray[np.datetime64], seed: int) -> Ledger:
    """INSEE's monthly file, cut to the people whom the town may know; published in the month after the death or later."""
    chance = stream(seed, "registers: death file")
    died = days(scene.everyone.people["died_on"])
    person = np.flatnonzero((died >= months[0]) & (chance.random(len(died)) >= rate("death_file_never")))
    at_once = chance.random(len(person)) < rate("death_file_at_once")
    wait = np.where(at_once, 1, 1 + chance.geometric(1 / rate("death_file_late_months"), len(person)))
    month = died[person].astype("datetime64[M]") + wait.astype("timedelta64[M]")
    issued = after(month.astype("datetime64[D]"), np.full(len(person), rate("death_file_days")))
    nowhere = np.full(len(person), -1)
    who = person_columns(scene, person, nowhere, died[person], person, Style(), chance)
    rows = who[["CLE_IDENTITE", "ANNEE_NAISSANCE", *raw_columns(who)]].assign(
        DATE_DECES=seconds(died[person]), DATE_FICHIER=seconds(issued)
    )
    return shelved(
        Ledger(
            source="deces_publics",
            rows=rows,
            person=person,
            dwelling=nowhere,
            shown_from=issued,
            shown_until=np.full(len(person), FOREVER),
            record="CLE_IDENTITE",
        )
    )


def _acts(kind: str, subject: Index, on: Days, dwelling: Index, **given: object) -> pd.DataFrame:
    """``related_key``: whether the act gives the related person's birth date, so that their identity key exists."""
    base = {"related": np.full(len(subject), -1), "link": "", "is_transcribed": False, "related_key": False}
    columns = {"kind": kind, "subject": subject, "on": seconds(on), "dwelling": dwelling, **base, **given}
    return pd.DataFrame(columns)[list(FIELDS)]


def _births(history: History, scene: Scene, chance: np.random.Generator) -> pd.DataFrame:
    born = history.stays[history.stays["arrival"] == "BIRTH"]
    child = born["person"].to_numpy(np.int64)
    mother, father = (scene.everyone.people[name].to_numpy()[child] for name in ("mother", "father"))
    named = np.where((father >= 0) & (chance.random(len(child)) < rate("act_names_father")), father, mother)
    link = np.where(named >= 0, "PARENT", "")
    return _acts(
        "NAISSANCE",
        child,
        days(born["from_on"]),
        born["dwelling"].to_numpy(np.int64),
        related=named,
        link=link,
        related_key=True,
    )


def _unions(history: History, where: Whereabouts, chance: np.random.Generator) -> pd.DataFrame:
    unions = history.unions
    kind, end = unions["kind"].to_numpy(dtype=object), unions["end"].to_numpy(dtype=object)
    ended, grown = days(unions["to_on"]), _both_grown(history)
    begun = np.fmax(days(unions["from_on"]), grown)
    wedding, signed = _wedding_days(begun, grown, chance), open_day(begun, FRIDAY)
    here = chance.random(len(unions)) < rate("marriage_in_town")
    seen = chance.random(len(unions)) < rate("divorce_seen")
    late = after(ended, chance.integers(*span("divorce_days"), len(unions)))
    acts = (
        ("MARIAGE", "CONJOINT", (kind == "MARIAGE") & here, wedding),
        ("PACS", "PARTENAIRE_PACS", (kind == "PACS") & here, signed),
        ("DISSOLUTION_PACS", "PARTENAIRE_PACS", end == "DISSOLUTION_PACS", open_day(ended, FRIDAY)),
        ("DIVORCE", "CONJOINT", (end == "DIVORCE") & seen, open_day(late, FRIDAY)),
    )
    return pd.concat(
        [_both(act, link, unions[rows], on[rows], where) for act, link, rows, on in acts], ignore_index=True
    )


def _both(kind: str, link: str, unions: pd.DataFrame, on: Days, where: Whereabouts) -> pd.DataFrame:
    first, second = unions["a"].to_numpy(np.int64), unions["b"].to_numpy(np.int64)
    subject, related = np.concatenate([first, second]), np.concatenate([second, first])
    when = np.concatenate([on, on])
    return _acts(kind, subject, when, where.at(subject, when), related=related, link=link, related_key=True)


def _both_grown(history: History) -> Days:
    """The day from which both partners of each union are 18: the law makes no act before."""
    born = days(history.people["born_on"])
    return birthday(np.maximum(*(born[history.unions[name].to_numpy()] for name in ("a", "b"))), ADULT)


def _wedding_days(begun: Days, grown: Days, chance: np.random.Generator) -> Days:
    """Most weddings are on a Saturday, none on a Sunday: the Saturday before the union's day, or after it for who would be too young."""
    back = ((begun.astype(np.int64) + THURSDAY - SATURDAY) % 7).astype("timedelta64[D]")
    saturday = begun - back
    saturday = np.where(saturday < grown, saturday + np.timedelta64(7, "D"), saturday)
    return np.where(chance.random(len(begun)) < rate("wedding_on_saturday"), saturday, open_day(begun))


def _deaths(history: History, scene: Scene, where: Whereabouts, chance: np.random.Generator) -> pd.DataFrame:
    last = history.stays[history.stays["departure"] == "DEATH"]
    dead = last["person"].to_numpy(np.int64)
    on = days(last["to_on"])
    spouse, link = _spouses(history, dead)
    named = (spouse >= 0) & (chance.random(len(dead)) < rate("spouse_named_on_death"))
    return _acts(
        "DECES",
        dead,
        on,
        last["dwelling"].to_numpy(np.int64),
        related=np.where(named, spouse, -1),
        link=np.where(named, link, ""),
        is_transcribed=history.people["died_elsewhere"].to_numpy()[dead],
        related_key=chance.random(len(dead)) < rate("spouse_key_on_death"),
    )


def _spouses(history: History, dead: Index) -> tuple[Index, Texts]:
    """Whom a death leaves behind, married or in a PACS; -1 for nobody."""
    ended = history.unions[(history.unions["end"] == "DECES") & (history.unions["kind"] != "LIBRE")]
    other = np.full(len(history.people), -1, dtype=np.int64)
    link = np.full(len(history.people), "", dtype=object)
    for one, two in (("a", "b"), ("b", "a")):
        other[ended[one]] = ended[two]
        link[ended[one]] = np.where(ended["kind"] == "PACS", "PARTENAIRE_PACS", "CONJOINT")
    return other[dead], link[dead]


def _outsiders(scene: Scene) -> pd.DataFrame:
    people, outsiders = scene.everyone.people, scene.everyone.outsiders
    nowhere = [np.full(len(group), -1) for group in (outsiders.born, outsiders.died)]
    born, died = days(people["born_on"])[outsiders.born], days(people["died_on"])[outsiders.died]
    births = _acts(
        "NAISSANCE",
        outsiders.born,
        born,
        nowhere[0],
        related=outsiders.mother,
        link="PARENT",
        related_key=True,
    )
    return pd.concat([births, _acts("DECES", outsiders.died, died, nowhere[1])], ignore_index=True)


def _ledger(acts: pd.DataFrame, scene: Scene, chance: np.random.Generator) -> Ledger:
    subject, dwelling, on = (
        acts["subject"].to_numpy(np.int64),
        acts["dwelling"].to_numpy(np.int64),
        days(acts["on"]),
    )
    is_declared = acts["kind"].isin(["NAISSANCE", "DECES"]).to_numpy()
    wait = np.where(is_declared, chance.integers(*span("act_drawn_days"), len(acts)), 0)
    drawn_up = open_day(after(on, wait))
    transcribed = acts["is_transcribed"].to_numpy(bool)
    sent = after(drawn_up, chance.integers(*span("transcription_days"), len(acts)))
    entered = np.where(transcribed, open_day(sent, FRIDAY), NEVER)
    rows = pd.DataFrame(
        {
            "ID_EVENEMENT": opaque("A", np.arange(len(acts)), chance),
            "TYPE_EVENEMENT": acts["kind"].to_numpy(dtype=object),
            "DATE_EVENEMENT": seconds(on),
            "DATE_ACTE": seconds(drawn_up),
            "NATURE_ACTE": np.where(transcribed, "TRANSCRIPTION", "DRESSE"),
            "DATE_TRANSCRIPTION": seconds(entered),
        }
    )
    rows = rows.join(person_columns(scene, subject, dwelling, on, subject, Style(), chance))
    rows = rows.join(place_columns(scene.places, dwelling, chance.random(len(acts)) >= rate("flat_missing")))
    rows["COMMUNE_DOMICILE"] = np.where(dwelling >= 0, TOWN, drawn("outsider_home", len(acts), chance))
    known = np.fmax(drawn_up, entered)
    rows = rows.join(_related(acts, scene, on, chance)).join(_consent(known, chance))
    return shelved(
        Ledger(
            source="etat_civil",
            rows=rows,
            person=subject,
            dwelling=dwelling,
            shown_from=known,
            shown_until=np.full(len(acts), FOREVER),
            record="ID_EVENEMENT",
        )
    )


def _related(acts: pd.DataFrame, scene: Scene, on: Days, chance: np.random.Generator) -> pd.DataFrame:
    related, dwelling = acts["related"].to_numpy(np.int64), acts["dwelling"].to_numpy(np.int64)
    exists = related >= 0
    keys = person_columns(scene, np.maximum(related, 0), dwelling, on, np.arange(len(acts)), Style(), chance)
    has_date = exists & acts["related_key"].to_numpy(bool)
    raw = {
        f"{name}_LIEE": np.where(has_date if name == BIRTH_DATE else exists, keys[name], "")
        for name in raw_columns(keys)
    }
    return pd.DataFrame(
        {
            "LIEN": acts["link"].to_numpy(dtype=object),
            "SEXE_LIEE": np.where(exists, keys["SEXE"], ""),
            "CLE_IDENTITE_LIEE": np.where(has_date, keys["CLE_IDENTITE"], ""),
            "CLE_NOM_ADRESSE_LIEE": np.where(exists, keys["CLE_NOM_ADRESSE"], ""),
            **raw,
        }
    )


def _consent(known: Days, chance: np.random.Generator) -> pd.DataFrame:
    """Asked at the counter when the act is drawn up or transcribed: yes, no, or not asked (NR)."""
    lot = chance.random(len(known))
    yes: Flags = lot < rate("consent_yes")
    no: Flags = ~yes & (lot < rate("consent_yes") + rate("consent_no"))
    answered = np.where(yes | no, known, NEVER)
    return pd.DataFrame(
        {
            "ACCORD_CONTACT": np.select([yes, no], ["O", "N"], "NR").astype(object),
            "DATE_ACCORD": seconds(answered),
        }
    )
