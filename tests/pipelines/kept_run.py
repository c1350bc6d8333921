"""Published runs written by hand about the hand-made city, with a household of one (7) and one of two (11 and 61; 61 is on the register of vulnerable
people). Elector 12 moves between the two deliveries."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from features import frame, listed_members
from pipelines import settings
from pipelines.ingest import ingest
from pipelines.store import open_store, read_store
from tests.pipelines import little_city
from tests.pipelines.little_city import ROLL, elector, key

DAY = date(2026, 11, 3)
REGISTER = (
    "DATE_ARRETE;ID_INSCRIT;SEXE;ANNEE_NAISSANCE;CLE_IDENTITE;CLE_USAGE;CLE_PHONETIQUE;CLE_NOM_ADRESSE;ID_ADRESSE;ID_LOGEMENT;QUARTIER;"
    "DATE_INSCRIPTION;DATE_FIN;ORIGINE\n"
)
BASE = -2.0


@dataclass(frozen=True, kw_only=True)
class Town:
    """``homes``, ``persons``: of an elector's number. ``members``: of every household, see ``features.listed_members``."""

    config: Path
    homes: dict[int, str]
    persons: dict[int, str]
    members: pd.DataFrame

    @property
    def runs(self) -> Path:
        return self.config.parent / "runs"


def together() -> str:
    """Elector 61 in the flat of elector 11."""
    return elector(61).replace(key(3015), key(3002)).replace(key(5061), key(5011))


def moved() -> str:
    """Elector 12 at another address."""
    return elector(12).replace(key(5012), key(5999)).replace(key(3003), key(3999))


def town(folder: Path) -> Town:
    """Ingested."""
    config = little_city.write(folder)
    delivery, later = (folder / "deliveries" / day for day in ("2026-11-02", "2026-11-20"))
    later.mkdir()
    roll = ROLL + "".join(map(elector, range(40))) + together()
    (delivery / "liste_electorale.csv").write_text(roll, encoding="cp1252")
    roll = roll.replace(elector(12), moved()).replace("01/11/2026", "19/11/2026")
    (later / "liste_electorale.csv").write_text(roll, encoding="cp1252")
    (delivery / "registre_vulnerables.csv").write_text(
        REGISTER
        + f"2026-11-01;R1;F;1991;{key(61)};;;{key(961)};{key(3002)};{key(5011)};03;2026-01-05;;PERSONNE\n",
        encoding="utf-8",
    )
    city = settings.load(config)
    with open_store(city.paths) as connection:
        ingest(connection, city.paths.deliveries, gates=settings.gates(city))
    with read_store(city.paths) as connection:
        frame.build(connection, DAY, settings.gates(city), city.there_share)
        rows = connection.execute(
            "select record_id[2:]::int, household_id, person_id from people join members using (person_id) where source = 'liste_electorale'"
        ).fetchall()
        members = listed_members.collect(connection)
    homes, persons = {i: h for i, h, _ in rows}, {i: p for i, _, p in rows}
    return Town(config=config, homes=homes, persons=persons, members=members)


def row(
    household: str, factor: str, value: float | None, contribution: float | None, **more: Any
) -> dict[str, Any]:
    """One line of ``explanations.parquet``; without a contribution the factor is not used."""
    said = {
        "household_id": household,
        "factor": factor,
        "person_id": None,
        "value": value,
        "contribution": contribution or 0.0,
        "is_weighed": contribution is not None,
        "known_on": None if value is None else pd.Timestamp(2026, 11, 1),
        "source": None if value is None else "parc_social",
        "detail": None,
        "same_sign_share": 1.0,
        "low": (contribution or 0.0) - 0.1,
        "high": (contribution or 0.0) + 0.1,
        "base": BASE,
    }
    return said | more


def explanations(town: Town, *, told: float = 0.43, told_by: str = "agent_noticed") -> pd.DataFrame:
    """Of the two households. ``told``: what the sign that somebody told weighs."""
    one, two = town.homes[7], town.homes[11]
    first, second, third = (town.persons[i] for i in (7, 11, 61))
    silent = {"agent_noticed", "registered_by_third_party"} - {told_by}
    return pd.DataFrame(
        [
            row(one, "oldest_age", 89.0, 0.52, source="liste_electorale+parc_social"),
            row(one, "lives_alone_known", 1.0, 0.41),
            row(one, "low_income", 1.0, 0.27, person_id=first, same_sign_share=0.6),
            row(one, "unemployed", 1.0, None, person_id=first),
            row(one, "remote_place", None, -0.013),
            row(one, told_by, 1.0, told, person_id=first),
            *(row(one, name, None, 0.0) for name in silent),
            row(two, "oldest_age", 85.0, 0.52, source="liste_electorale+registre_vulnerables"),
            row(two, "recent_registration", 1.0, 0.1, person_id=second, source="liste_electorale"),
            row(two, "months_since_bereavement", 5.0, 0.19, person_id=third, source="etat_civil"),
            row(
                two,
                "on_vulnerable_register",
                1.0,
                0.15,
                person_id=third,
                source="registre_vulnerables",
            ),
            row(two, "remote_place", None, 0.0),
            *(row(two, name, None, 0.0) for name in silent | {told_by}),
        ]
    )  # fmt: skip


REASONS = {
    7: "seul titulaire du bail, 1 occupant déclaré ; ressources inférieures à 40 % du plafond HLM",
    11: "a perdu son conjoint il y a 5 mois ; inscrit sur la liste électorale à cette adresse depuis moins d’un an",
}


def listed(town: Town, long: pd.DataFrame) -> pd.DataFrame:
    """``list.parquet``: both households, by the model."""
    scores = BASE + long.groupby("household_id")["contribution"].sum()
    lines = [
        {
            "rank": rank,
            "household_id": town.homes[i],
            "id_logement": key(5000 + i),
            "id_adresse": key(3000 + i // 4),
            "quartier": "02",
            "arm": "MODELE",
            "score": round(float(scores[town.homes[i]]), 6),
            "probability": round(1 / (1 + 2.718281828 ** -float(scores[town.homes[i]])), 6),
            "drawing_probability": None,
            "reasons": REASONS[i],
            "counter_evidence": "",
            "not_known": "appartement inconnu ; âge inconnu",
            "members": members,
            "data_thin": "N",
            "times_listed": 13,
            "draws": 20,
        }
        for rank, (i, members) in enumerate(((7, 1), (11, 2)), start=1)
    ]
    return pd.DataFrame(lines).astype({"drawing_probability": "float64"})


def publish(
    town: Town,
    long: pd.DataFrame,
    *,
    day: date = DAY,
    name: str = "logistic",
    lines: pd.DataFrame | None = None,
    suffix: str = "0123456789",
) -> Path:
    """A run of a day, as ``lanterne cycle`` leaves it, as far as the page and the export read it."""
    run_id = f"{day.isoformat()}-{suffix}"
    folder = town.runs / run_id
    (folder / "model").mkdir(parents=True, exist_ok=True)
    table = listed(town, long) if lines is None else lines
    table.to_parquet(folder / "list.parquet", index=False)
    table.to_csv(folder / "list.csv", index=False)
    long.to_parquet(folder / "explanations.parquet", index=False)
    members = town.members[town.members["household_id"].isin(table["household_id"])]
    members.to_parquet(folder / listed_members.FILE, index=False)
    chances = pd.DataFrame({"household_id": [town.homes[7], town.homes[11], "H1", "H2", "H3"]})
    chances = chances.assign(
        p_model=[1.0, 0.4, 0.4, 0.0, 1.0], p_exploration=0.1, p_alert=0.0, p_bereavement=0.0, why_not=""
    )
    chances.to_parquet(folder / "inclusion.parquet", index=False)
    (folder / "model" / f"{name}.json").write_text("{}\n")
    is_rule = name.startswith("rule_")
    listed_by = {"name": name, "why": "champion", "model": None, "waits": None, "is_rule": is_rule}
    judged = {
        "champion": name,
        "listed_by": listed_by,
        "candidates": {name: {"precision": {"value": 0.33, "low": 0.25, "high": 0.41}}},
        "test_labels": 200,
        "test_positives": 48,
    }
    made = {
        "run_id": run_id,
        "as_of": day.isoformat(),
        "capacity": 10,
        "fictitious": True,
        "steps": [{"name": "frame", "rows": {"households": 40}}],
    }
    for file, content in (("duel.json", judged), ("manifest.json", made)):
        (folder / file).write_text(json.dumps(content), encoding="utf-8")
    return folder
