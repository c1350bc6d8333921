"""The steps of a cycle as plain functions of paths, dates and numbers. ``flows.py`` puts them in order under Prefect."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from data_contracts.errors import ConfigurationError
from features import attrition, audit_groups, frame, listed_members, matrix
from features.engine import Engine
from models.splits import month_shifted
from pipelines import attrition_page, engines, law, parity, register, settings, store_state
from pipelines.desk_deliveries import from_desk
from pipelines.desk_objections import reach_desk
from pipelines.factors import factors_of
from pipelines.ingest import ingest
from pipelines.manifest import timed, write_json
from pipelines.store import open_store
from pipelines.warehouse_key import existing_key

ALERT_DAYS = 60


def ingest_step(config: Path, folder: Path) -> None:
    """Ingests what is new, what the desk hands over among it, without whoever objected; writes ``ingest.json``. Objections reach the desk before and after: those of
    the register, and those that deliveries tell."""
    city = settings.load(config)
    registered = register.objected(city.paths.objections)
    reach_desk(config, city, registered)
    from_desk(config, city)
    reach_desk(config, city, take_in(city, folder, registered))


def take_in(city: settings.City, folder: Path, objected: Collection[str]) -> frozenset[str]:
    """The part of ``ingest_step`` that is the warehouse's alone; gives every key and dwelling that is left in peace."""
    with timed(folder, "ingest") as rows, open_store(city.paths) as connection:
        report = ingest(
            connection,
            city.paths.deliveries,
            gates=settings.gates(city),
            objected=objected,
            contracts=settings.contracts(city),
        )
        stored = store_state.of(connection, existing_key(city.paths))
        write_json(folder / "ingest.json", report.as_json() | {"store": stored})
        rows["files_new"] = sum(f.status != "unchanged" for f in report.files)
        rows["rows_read"] = sum(f.rows_read for f in report.files)
        rows["rows_quarantined"] = sum(f.rows_quarantined for f in report.files)
        rows.reads |= stored
        return law.remembered(connection)


def frame_step(config: Path, folder: Path, as_of: date) -> None:
    """Writes ``frame.json``, ``attrition.html`` and, in ``working/``, people, households (members), the frame's households and their audit groups, members with their keys, matrix, evidence and parity."""
    city = settings.load(config)
    working = folder / "working"
    with timed(folder, "frame") as rows, engines.reading(city) as connection:
        gates = settings.gates(city)
        linked_on = _month_before(connection, city, as_of, working)
        built = frame.build(
            connection, as_of, gates, city.there_share, at_least=listable(city), linked_on=linked_on
        )
        if not built.households:
            raise _nobody(built.persons, as_of)
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
        listed_members.collect(connection).to_parquet(working / listed_members.FILE, index=False)
        for table in ("statements", "household_history"):
            _copy(connection, f"from {table} order by all", working / f"{table}.parquet")
        parity.keep(connection, working)
        _copy(connection, audit_groups.OF_HOUSEHOLDS, working / "groups.parquet")
        _copy(connection, attrition.VISITED, working / "visited.parquet")
        _copy(connection, _ALERTED, working / "alerted.parquet")
        wide, long = matrix.matrix(connection, as_of, factors_of(city), gates)
        wide.to_parquet(working / "matrix.parquet", index=False)
        pq.write_table(long, working / "evidence.parquet")
        bereaved = connection.execute(_BEREAVED, {"days": city.bereavement_days}).df()
        bereaved.to_parquet(working / "bereaved.parquet", index=False)
        rows |= {"persons": built.persons, "households": built.households, "factors": len(factors_of(city))}


def listable(city: settings.City) -> int:
    """Households that one list names: the frame holds at least these, where they are more likely there than not."""
    return city.capacity + round(city.capacity * city.exploration_share)


def _nobody(persons: int, as_of: date) -> ConfigurationError:
    where = f"--as-of {as_of.isoformat()}"
    if not persons:
        return ConfigurationError(
            "no household is known before this day",
            where=where,
            hint="choose a day after the first delivery, or check which sources the gates let through.",
        )
    return ConfigurationError(
        f"of {persons} persons known before this day nobody is more likely there than not",
        where=where,
        hint="what the registers say of them is too old or too little: deliver a newer extract, or open another source.",
    )


def _month_before(connection: Engine, city: settings.City, as_of: date, working: Path) -> date:
    """Writes ``month_before.parquet``: the matrix as of a month ago. Its persons are what today's linkage starts from."""
    day, gates, factors = month_shifted(as_of, -1), settings.gates(city), factors_of(city)
    frame.lay(connection, day, gates, city.there_share, at_least=listable(city))
    matrix.wide(connection, day, factors, gates).to_parquet(working / "month_before.parquet", index=False)
    return day


ALERT_ROWS = f"""
with named as (select record_id as id_signalement, m.person_id from people p join members m using (person_id) where p.source = 'signalements'),
told as (select s.*, n.person_id from known_signalements s left join named n using (id_signalement) where s.date_signalement >= as_of() - {ALERT_DAYS}),
of_members as (
  select m.household_id, s.date_signalement as alerted_on, s.file_id, s.line, s.known_on from told s join members m using (person_id)
  union all select m.household_id, s.date_signalement, s.file_id, s.line, s.known_on from told s join members m on m.id_logement = s.id_logement where s.person_id is null
)
select o.* from of_members o join households h using (household_id)
"""
"""Alerts of late about a household of the frame, one row a member and alert."""
_ALERTED = f"select distinct household_id, alerted_on from ({ALERT_ROWS}) order by all"


BEREAVED_ROWS = """
select household_id, date_evenement, file_id, line, known_on from rows_etat_civil
where is_related and type_evenement = 'DECES' and lien in ('CONJOINT', 'PARTENAIRE_PACS') and accord_contact = 'O'
  and date_evenement >= as_of() - $days::int and date_evenement < as_of()
"""
"""Acts of death that name somebody of a household as the spouse."""
_BEREAVED = (
    f"select household_id, max(date_evenement) as bereaved_on from ({BEREAVED_ROWS}) group by 1 order by 1"
)
"""Households that lost a spouse and agreed to be contacted: whatever the gate of the source, without the agreement nobody is here."""


def _copy(connection: Engine, sql: str, path: Path) -> None:
    connection.execute(sql).df().to_parquet(path, index=False)
