"""How one line of a published list came to be: from the line back to the delivered lines that it rests on, and on to what came of it.

The numbers told are the run's own. The day is rebuilt from what is stored today only to show the rows, and to say where the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import duckdb
import pandas as pd

from data_contracts.errors import ConfigurationError
from features import (
    frame,
    household_explained,
    known,
    label,
    listed_members,
    matrix,
    objections,
    traced,
)
from features.catalogue import FACTORS
from features.mentions import KEYS
from features.people import persons_of
from models.draw import age_bands
from pipelines import cycle, law, register, settings, trace_run
from pipelines.factors import factors_of
from pipelines.settings import City
from pipelines.store import read_store
from pipelines.trace_again import Rebuilt, again
from pipelines.trace_desk import at_the_desk
from pipelines.trace_files import files
from pipelines.trace_persons import persons
from pipelines.trace_run import Published
from reports.contracts import Masthead
from reports.trace_desk_facts import Case
from reports.trace_facts import Returned, Row, Stratum, Trace, Weighed

_BY_NAME = {f.name: f for f in FACTORS}


def trace(
    config: Path, run: str, household_id: str, *, written_on: date, progress: Callable[[str], None]
) -> Trace:
    """Of ``run`` (a folder or an id) the line of ``household_id``.

    Raises ConfigurationError for a run that is not there or past its term, a household that its list does not name, and, with the same words, one in which
    somebody objected; IntegrityError for a run, a model or a trail that was altered.
    """
    city = settings.load(config)
    one = trace_run.published(trace_run.opened(city, run, written_on), household_id)
    if one is None:
        raise _nothing(run)
    with read_store(city.paths) as connection:
        desk = at_the_desk(config, city, household_id, one.kept.run_id)
        if desk.has_objected or _is_left_in_peace(connection, city, one):
            raise _nothing(run)
        progress("who lives where")
        rebuilt = _rebuilt(connection, city, one, progress)
        return _told(connection, city, one, rebuilt, desk.cases, written_on, progress)


def _nothing(run: str) -> ConfigurationError:
    return ConfigurationError(
        "the list of this run has no such household, or nothing is told of it",
        where=f"HOUSEHOLD, of run {run}",
        hint="copy the whole household_id of the list; where somebody objected, nothing is told.",
    )


def _is_left_in_peace(connection: duckdb.DuckDBPyConnection, city: City, one: Published) -> bool:
    """By what the run kept of its members, whoever lives there by today's files."""
    file = one.kept.folder / listed_members.FILE
    members = pd.read_parquet(file) if file.is_file() else pd.DataFrame(columns=listed_members.COLUMNS)
    mine = members[members["household_id"] == one.household_id]
    theirs = {one.row["id_logement"], *mine[list(KEYS)].to_numpy().ravel()} - {None}
    objections.gather(connection)
    now = connection.execute(
        "select key from objected union select id_logement from objected_dwellings"
    ).fetchall()
    objected = {*register.objected(city.paths.objections), *law.remembered(connection), *(k for (k,) in now)}
    return not objected.isdisjoint(theirs)


def _rebuilt(
    connection: duckdb.DuckDBPyConnection, city: City, one: Published, progress: Callable[[str], None]
) -> Rebuilt:
    as_of, gates, factors = one.kept.as_of, settings.gates(city), factors_of(city)
    frame.build(connection, as_of, gates, city.there_share, at_least=cycle.listable(city))
    progress("the rows of every factor")
    matrix.compute(connection, factors, gates)
    wide = matrix.valued(connection, as_of, factors)
    row = connection.execute("from households where household_id = $1", [one.household_id]).df()
    found = traced.read(connection, one.household_id, factors) if len(row) else ()
    return Rebuilt(
        row=cast("Mapping[str, Any]", row.iloc[0].to_dict()) if len(row) else None,
        wide=wide[wide["household_id"] == one.household_id],
        read={read.factor: read for read in found},
        household=household_explained.explain(connection, one.household_id),
    )


def _told(
    connection: duckdb.DuckDBPyConnection,
    city: City,
    one: Published,
    rebuilt: Rebuilt,
    desk: tuple[Case, ...] | None,
    written_on: date,
    progress: Callable[[str], None],
) -> Trace:
    progress("links")
    members = persons(connection, rebuilt.household)
    names = {person.person_id: person.name for person in members}
    because = _because(connection, city, one)
    held = again(connection, city, one, rebuilt)
    progress("visits")
    returned = _returned(connection, city, one, written_on)  # last: the views are opened again for today
    weighed = _weighed(one, rebuilt, names)
    cited = [row.file_id for w in weighed if w.read for row in w.read.rows]
    cited += [row.file_id for row in (*because, *(r.row for r in returned))]
    cited += [record.row.file_id for person in members for record in person.records if record.row]
    of_run = set(one.made["deliveries"].values())
    return Trace(
        masthead=Masthead(city=city.name, language=city.language, is_fictitious=one.made["fictitious"]),
        written_on=written_on,
        run=trace_run.run_facts(one),
        line=trace_run.line(one),
        drawn=trace_run.drawn(one, _stratum(rebuilt), because),
        model=trace_run.model(one, city),
        weighed=weighed,
        files=files(connection, set(cited), city.paths.deliveries, of_run, one.made["contracts"]),
        persons=members,
        household=rebuilt.household,
        desk=desk,
        returned=returned,
        again=held,
    )


def _weighed(one: Published, rebuilt: Rebuilt, names: Mapping[str, str]) -> tuple[Weighed, ...]:
    """The heaviest first; of what weighs nothing what is known before what is not."""
    rows = cast("list[dict[str, Any]]", one.explained.to_dict("records"))
    found = []
    for row in rows:
        factor = _BY_NAME.get(row["factor"])
        person = row["person_id"] if isinstance(row["person_id"], str) else None
        found.append(
            Weighed(
                factor=row["factor"],
                group=factor.group if factor else "",
                unit=factor.unit if factor else "",
                value=trace_run.number(row["value"]),
                detail=row["detail"] if isinstance(row["detail"], str) else None,
                contribution=float(row["contribution"]),
                is_weighed=bool(row["is_weighed"]),
                same_sign_share=trace_run.number(row["same_sign_share"]),
                known_on=None if pd.isna(row["known_on"]) else pd.Timestamp(row["known_on"]).date(),
                source=row["source"] if isinstance(row["source"], str) else None,
                person=names.get(person, person) if person else None,
                read=rebuilt.read.get(row["factor"]),
            )
        )
    return tuple(sorted(found, key=lambda w: (-abs(w.contribution), w.value is None, w.factor)))


def _stratum(rebuilt: Rebuilt) -> Stratum | None:
    if rebuilt.row is None:
        return None
    wide = rebuilt.wide.iloc[0]
    return Stratum(
        age_band=str(age_bands(pd.Series([rebuilt.row["oldest_age"]])).iloc[0]),
        is_social_tenant="social_tenant" in wide and not pd.isna(wide["social_tenant"]),
        quartier=str(rebuilt.row["quartier"] or ""),
    )


def _because(connection: duckdb.DuckDBPyConnection, city: City, one: Published) -> tuple[Row, ...]:
    """Rows that put the household on the list whatever its score."""
    days: dict[str, int] = {}
    match one.row["arm"]:
        case "SIGNALEMENT":
            source, sql = "signalements", cycle.ALERT_ROWS
        case "DEUIL":
            source, sql, days = "etat_civil", cycle.BEREAVED_ROWS, {"days": city.bereavement_days}
        case _:
            return ()
    rows = connection.execute(
        f"select distinct file_id, line, known_on from ({sql}) where household_id = $household order by known_on, file_id, line",
        {"household": one.household_id} | days,
    ).fetchall()
    return tuple(Row(source=source, file_id=f, line=n, known_on=d) for f, n, d in rows)


def _returned(
    connection: duckdb.DuckDBPyConnection, city: City, one: Published, written_on: date
) -> tuple[Returned, ...]:
    """Visits to members that are known today, found by the keys that were known on the day of the list."""
    known.open_views(connection, written_on + timedelta(days=1), settings.gates(city))
    told = label.outcomes(connection, label.visits(connection))
    connection.register("told", told)
    try:
        rows = connection.execute(_RETURNED, [one.household_id]).fetchall()
    finally:
        connection.unregister("told")
    return tuple(
        Returned(
            row=Row(source="visites", file_id=file_id, line=line, known_on=known_on),
            visited_on=visited_on,
            arm=arm,
            outcome=outcome,
            state=state,
            is_of_run=list_on == one.kept.as_of,
        )
        for file_id, line, known_on, visited_on, arm, outcome, state, list_on in rows
    )


_RETURNED = f"""
with named as ({persons_of("(select id_visite, person_key as keys from told)", "id_visite")})
select distinct v.file_id, v.line, v.known_on, v.date_visite, v.bras, v.issue, t.state::varchar, v.date_liste
from known_visites v join told t using (id_visite) join named n using (id_visite) join members m on m.person_id = n.person_id
where m.household_id = $1 order by v.date_visite, v.file_id, v.line
"""
