"""The steps of a cycle as plain functions of paths, dates and numbers. ``flows.py`` puts them in order under Prefect."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from data_contracts.errors import ConfigurationError
from features import attrition, frame, known, label, matrix
from features.catalogue import usable
from features.factor import Factor
from features.presence_model import EVEN
from models import draw, explain
from models.boosting import Boosting
from models.candidate import Candidate, Floats, NotFitted, Scorer, score
from models.duel import duel
from models.points import Points
from models.rules import RANDOM, RULES
from models.splits import TEST_MONTHS, folds, month_shifted, origins
from pipelines import attrition_page, parity, register, settings
from pipelines.ingest import ingest
from pipelines.manifest import timed, write_json
from pipelines.store import open_store, read_store

ALERT_DAYS = 60
NEVER_LISTED_AGAIN = ("REFUS",)


def ingest_step(config: Path, folder: Path) -> None:
    """Ingests what is new; writes ``ingest.json``."""
    city = settings.load(config)
    with timed(folder, "ingest") as rows, open_store(city.paths) as connection:
        report = ingest(
            connection,
            city.paths.deliveries,
            gates=settings.gates(city),
            objected=register.objected(city.paths.objections),
        )
        write_json(folder / "ingest.json", report.as_json())
        rows["files_new"] = sum(f.status != "unchanged" for f in report.files)
        rows["rows_read"] = sum(f.rows_read for f in report.files)
        rows["rows_quarantined"] = sum(f.rows_quarantined for f in report.files)


def frame_step(config: Path, folder: Path, as_of: date) -> None:
    """Writes ``frame.json``, ``attrition.html`` and, in ``working/``, people, households (members), the frame's households, matrix, evidence and parity."""
    city = settings.load(config)
    working = folder / "working"
    with timed(folder, "frame") as rows, read_store(city.paths) as connection:
        gates = settings.gates(city)
        linked_on = frame.link(connection, month_shifted(as_of, -1), gates)
        built = frame.build(connection, as_of, gates, city.there_share, linked_on=linked_on)
        if not built.households:
            raise ConfigurationError(
                "no household is known before this day",
                where=f"--as-of {as_of.isoformat()}",
                hint="choose a day after the first delivery, or check which sources the gates let through.",
            )
        write_json(folder / "frame.json", built.as_json())
        attrition_page.write_page(connection, city, as_of, folder)
        _copy(
            connection,
            "select source, record_id, person_id from people order by all",
            working / "people.parquet",
        )
        _copy(
            connection,
            "select person_id, household_id, presence, presence_reason from members order by all",
            working / "households.parquet",
        )
        _copy(connection, "select * from households order by household_id", working / "frame.parquet")
        for table in ("statements", "household_history"):
            _copy(connection, f"from {table} order by all", working / f"{table}.parquet")
        parity.keep(connection, working)
        _copy(connection, attrition.VISITED, working / "visited.parquet")
        _copy(connection, _ALERTED, working / "alerted.parquet")
        wide, long = matrix.matrix(connection, as_of, factors_of(city), settings.gates(city))
        wide.to_parquet(working / "matrix.parquet", index=False)
        long.to_parquet(working / "evidence.parquet", index=False)
        rows |= {"persons": built.persons, "households": built.households, "factors": len(factors_of(city))}


_ALERTED = f"""
with named as (select record_id as id_signalement, m.person_id from people p join members m using (person_id) where p.source = 'signalements')
select distinct m.household_id, s.date_signalement as alerted_on
from known_signalements s left join named n using (id_signalement)
  join members m on m.person_id = n.person_id or (n.person_id is null and m.id_logement = s.id_logement)
  join households h on h.household_id = m.household_id
where s.date_signalement >= as_of() - {ALERT_DAYS}
order by all
"""


def labels_step(config: Path, folder: Path, as_of: date) -> None:
    """Factors of every visited household as of the last origin before its list; writes ``working/labels.parquet`` and ``training.parquet``."""
    city = settings.load(config)
    with timed(folder, "labels") as rows, read_store(city.paths) as connection:
        met = _met(connection, as_of, city)
        rows["visits_met"] = len(met)
        days = _origins(met, as_of)
        parts = [
            _as_of_origin(connection, city, met, origin, as_of.day, linked_on)
            for linked_on, origin in zip((None, *days), days, strict=False)
        ]
        labels = (
            pd.concat([p[0] for p in parts], ignore_index=True)
            if parts
            else pd.DataFrame(columns=_LABEL_COLUMNS)
        )
        factors = factors_of(city)
        training = (
            pd.concat([p[1] for p in parts], ignore_index=True)
            if parts
            else pd.DataFrame(columns=[f.name for f in factors])
        )
        labels.to_parquet(folder / "working" / "labels.parquet", index=False)
        training.to_parquet(folder / "working" / "training.parquet", index=False)
        rows |= {"labels": len(labels), "visits_not_in_frame": len(met) - len(labels)}


_LABEL_COLUMNS = [
    "household_id",
    "as_of",
    "visited_on",
    "isolated",
    "lonely",
    "bras",
    "proba_tirage",
    "id_visite",
]


def _met(connection: duckdb.DuckDBPyConnection, as_of: date, city: settings.City) -> pd.DataFrame:
    known.open_views(connection, as_of, settings.gates(city))
    met = label.outcomes(connection, label.visits(connection))
    return met[met["isolated"].notna()]


def _origins(met: pd.DataFrame, as_of: date) -> list[date]:
    """Days every three months; a visit uses the last one that is not after its list."""
    if met.empty:
        return []
    first = pd.Timestamp(_listed_on(met).min()).date()
    return origins(as_of, month_shifted(first, -TEST_MONTHS))


def _listed_on(met: pd.DataFrame) -> pd.Series:
    return met["date_liste"].fillna(met["date_visite"])


def _as_of_origin(
    connection: duckdb.DuckDBPyConnection,
    city: settings.City,
    met: pd.DataFrame,
    origin: date,
    anchor: int,
    linked_on: date | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of whoever was more likely there than not: a visit that met somebody teaches, whether or not the household was sure enough to be listed."""
    listed = _listed_on(met)
    end = month_shifted(origin, TEST_MONTHS, anchor)
    mine = met[(listed >= pd.Timestamp(origin)) & (listed < pd.Timestamp(end))]
    frame.build(connection, origin, settings.gates(city), EVEN, linked_on=linked_on)
    wide, _ = matrix.matrix(connection, origin, factors_of(city), settings.gates(city))
    labels = label.of_households(connection, mine, origin)
    rows = labels[["household_id"]].merge(wide, on="household_id", how="left", validate="many_to_one")
    return labels, rows


def duel_step(config: Path, folder: Path, as_of: date, capacity: int) -> str:
    """Writes ``duel.json`` and ``model/``; gives the champion's name."""
    city = settings.load(config)
    with timed(folder, "duel") as rows:
        labels = pd.read_parquet(folder / "working" / "labels.parquet")
        training = pd.read_parquet(folder / "working" / "training.parquet")
        days = [pd.Timestamp(day).date() for day in sorted(labels["as_of"].unique())]
        judged = duel(
            candidates(city),
            training,
            labels,
            list(folds(labels, days, as_of.day)),
            capacity=capacity,
            seed=city.seed,
        )
        champion = champion_scorer(city, folder, judged.champion)
        (folder / "model").mkdir()
        (folder / "model" / f"{judged.champion}.txt").write_text(champion.as_text() + "\n", encoding="utf-8")
        write_json(folder / "duel.json", judged.as_json())
        rows |= {"test_labels": judged.labels, "test_positives": judged.positives}
    return judged.champion


def candidates(city: settings.City) -> tuple[Candidate, ...]:
    """Everybody who takes part, in the order of simplicity."""
    factors = factors_of(city)
    every: tuple[Candidate, ...] = (
        RANDOM,
        *RULES,
        Points(factors=factors),
        Boosting(factors=factors, seed=city.seed),
    )
    return every


def factors_of(city: settings.City) -> tuple[Factor, ...]:
    """The factors that the law and the city let weigh."""
    return usable(settings.gates(city), city.features.model_dump())


def champion_scorer(city: settings.City, folder: Path, name: str) -> Scorer:
    """The champion fitted on every label known before the run, in the order of the visits. Same labels, same scorer."""
    labels = pd.read_parquet(folder / "working" / "labels.parquet")
    training = pd.read_parquet(folder / "working" / "training.parquet")
    order = labels.sort_values(["visited_on", "id_visite"], kind="stable").index
    outcome = labels.loc[order, "isolated"].to_numpy(dtype=bool)
    chosen = next(c for c in candidates(city) if c.name == name)
    scorer = chosen.fit(training.loc[order], outcome, np.ones(len(order)))
    if isinstance(scorer, NotFitted):
        raise AssertionError("a champion of the duel was fitted on fewer labels than there are now")
    return scorer


def list_step(config: Path, folder: Path, as_of: date, capacity: int) -> None:
    """Ranks, draws and explains; writes ``working/drawn.parquet`` and ``explanations.parquet``."""
    city = settings.load(config)
    working = folder / "working"
    with timed(folder, "list") as rows:
        duel_json = json.loads((folder / "duel.json").read_text())
        wide = pd.read_parquet(working / "matrix.parquet")
        scorer = champion_scorer(city, folder, str(duel_json["champion"]))
        households = pd.read_parquet(working / "frame.parquet").merge(
            wide[["household_id"]], on="household_id", validate="one_to_one"
        )
        table = households.assign(
            is_social_tenant=wide["social_tenant"].notna() if "social_tenant" in wide else False
        )
        marks = score(scorer, wide)
        drawn = draw.draw(
            table,
            marks,
            capacity=capacity,
            exploration_share=city.exploration_share,
            excluded=_resting(working, as_of, city.cool_off_days),
            alerts=frozenset(pd.read_parquet(working / "alerted.parquet")["household_id"]),
            seed=city.seed,
        )
        listed = drawn[["household_id"]].merge(wide, on="household_id", how="left", validate="one_to_one")
        long = explain.contributions(scorer, listed, pd.read_parquet(working / "evidence.parquet"))
        long.assign(base=scorer.base).to_parquet(folder / "explanations.parquet", index=False)
        drawn = drawn.assign(equals=_equals(drawn["score"], marks))
        drawn.to_parquet(working / "drawn.parquet", index=False)
        rows |= {str(arm).lower(): int(n) for arm, n in drawn["arm"].value_counts().items()}


def _equals(listed: pd.Series, marks: Floats) -> pd.Series:
    """How many households of the frame have the same score as each listed one: among them the lot decided."""
    return listed.round(9).map(pd.Series(marks).round(9).value_counts()).astype("int64")


def _resting(working: Path, as_of: date, cool_off_days: int) -> frozenset[str]:
    """Households visited within the cool-off, and those that refused: they are left in peace."""
    visited = pd.read_parquet(working / "visited.parquet")
    recent = pd.to_datetime(visited["visited_on"]) >= pd.Timestamp(as_of) - pd.Timedelta(days=cool_off_days)
    return frozenset(visited.loc[recent | visited["issue"].isin(NEVER_LISTED_AGAIN), "household_id"])


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> None:
    connection.execute(sql).df().to_parquet(path, index=False)
