"""Drawn tables: a warehouse in memory with the rows of one test; every column that is not named is null."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from data_contracts import contract
from data_contracts.contract import Gate
from features import frame, matrix
from features.catalogue import usable
from features.presence_model import EVEN
from pipelines.store import create_tables

AS_OF = date(2026, 11, 2)
SNAPSHOT = date(2026, 11, 1)
OPEN: dict[str, Gate] = dict.fromkeys(contract.SOURCES, "open")
DAY_COLUMN = {
    "liste_electorale": "date_liste",
    "parc_social": "date_arrete",
    "usages_services": "date_arrete",
    "registre_vulnerables": "date_arrete",
    "signalements": "date_signalement",
    "visites": "date_visite",
    "etat_civil": "date_acte",
    "deces_publics": "date_fichier",
    "oppositions": "date_opposition",
}
Row = dict[str, object]


def warehouse(**sources: list[Row]) -> duckdb.DuckDBPyConnection:
    """``known_on`` is the source's own day unless the row says otherwise; snapshots default to 1 November 2026."""
    connection = duckdb.connect(config={"threads": 1})  # a table of six rows is slower in two
    create_tables(connection)
    fill(connection, **sources)
    return connection


def fill(connection: duckdb.DuckDBPyConnection, **sources: list[Row]) -> None:
    """One current file a source with these rows."""
    for source, rows in sources.items():
        connection.execute(
            "insert into meta.files (file_id, source, delivered_on, name, sha256, bytes, dialect, rows_read, rows_accepted, rows_quarantined,"
            " rejects, inexact, is_current) values (?, ?, date '2026-11-02', ?, '', 0, '{}', 0, 0, 0, '{}', '{}', true)",
            [source, source, source],
        )
        for line, row in enumerate(rows, start=2):
            insert(connection, source, line, row)


def insert(connection: duckdb.DuckDBPyConnection, source: str, line: int, row: Row) -> None:
    """One raw row."""
    day = DAY_COLUMN.get(source)
    full: Row = {day: SNAPSHOT} | row if day else dict(row)
    full |= {"file_id": source, "line": line, "delivered_on": date(2026, 11, 2)}
    full.setdefault("known_on", full[day] if day else SNAPSHOT)
    names = ", ".join(full)
    connection.execute(
        f"insert into raw.{source} ({names}) values ({', '.join('?' * len(full))})", list(full.values())
    )


def elector(record: str, **more: object) -> Row:
    """Somebody on the roll, alone at a known flat, born in 1950."""
    base: Row = {
        "id_electeur": record,
        "sexe": "F",
        "annee_naissance": 1950,
        "cle_identite": f"key-{record}",
        "cle_nom_adresse": f"door-{record}",
        "id_adresse": "street",
        "id_logement": f"flat-{record}",
        "quartier": "01",
        "date_inscription": date(2010, 1, 1),
    }
    return base | more


def lease(record: str, of: str, **more: object) -> Row:
    """A social-housing lease in force of the elector ``of``."""
    base: Row = {
        "id_bail": record,
        "sexe": "F",
        "annee_naissance": 1950,
        "cle_identite": f"key-{of}",
        "id_adresse": "street",
        "id_logement": f"flat-{of}",
        "quartier": "01",
        "date_entree": date(2015, 1, 1),
        "nb_occupants": 1,
    }
    return base | more


def service(of: str, name: str, **more: object) -> Row:
    """Use of a service by the elector ``of``, begun in 2020 and still running."""
    base: Row = {
        "id_usager": f"user-{of}",
        "cle_nom_adresse": f"door-{of}",
        "id_adresse": "street",
        "id_logement": f"flat-{of}",
        "service": name,
        "date_debut": date(2020, 1, 1),
        "origine": "PERSONNE",
    }
    return base | more


def apart(row: Row, number: int) -> Row:
    """The same row of another household: every identifier and key is its own."""
    return {
        name: f"{value} of {number}" if name.startswith(("id_", "cle_")) else value
        for name, value in row.items()
    }


def build(
    connection: duckdb.DuckDBPyConnection, as_of: date = AS_OF, gates: dict[str, Gate] = OPEN
) -> frame.Frame:
    """The frame of whoever is more likely there than not: these towns are too small for a share of households."""
    return frame.build(connection, as_of, gates, there_share=EVEN)


def values(
    connection: duckdb.DuckDBPyConnection, gates: dict[str, Gate] = OPEN, as_of: date = AS_OF
) -> dict[str, float]:
    """Factor → value of the only household, without the absent ones."""
    build(connection, as_of, gates)
    wide, _ = matrix.matrix(connection, as_of, usable(gates, {"sex_as_feature": True}), gates)
    assert len(wide) == 1
    return _rounded(wide.iloc[0])


def _rounded(row: pd.Series[object]) -> dict[str, float]:
    there = row.drop(["household_id", "as_of", "quartier"]).dropna()
    return {str(name): round(float(value), 2) for name, value in there.items()}


def all_values(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, float]]:
    """The same of every household, by the key of one who lives there."""
    build(connection)
    wide, long = matrix.matrix(connection, AS_OF, usable(OPEN, {"sex_as_feature": True}), OPEN)
    laid_out = wide.melt(["household_id", "as_of", "quartier"], var_name="factor").dropna(subset="value")
    said = {
        (h, f): v for h, f, v in long.to_pandas()[["household_id", "factor", "value"]].itertuples(index=False)
    }
    assert said == {
        (h, f): v for h, f, v in laid_out[["household_id", "factor", "value"]].itertuples(index=False)
    }
    lives = connection.execute(
        "select k.key, m.household_id from members m join person_keys k using (person_id) where k.key like 'key-%'"
    ).fetchall()
    return {key: _rounded(wide[wide["household_id"] == household].iloc[0]) for key, household in lives}


def households(
    connection: duckdb.DuckDBPyConnection, gates: dict[str, Gate] = OPEN, as_of: date = AS_OF
) -> list[set[str]]:
    """Members by the key of the elector they are, household by household."""
    build(connection, as_of, gates)
    rows = connection.execute(
        "select household_id, list(distinct k.key) from members m join person_keys k using (person_id) where m.presence = 'present' and k.key like 'key-%' group by 1"
    ).fetchall()
    return sorted(({k.removeprefix("key-") for k in keys} for _, keys in rows), key=sorted)


def presence(
    connection: duckdb.DuckDBPyConnection, gates: dict[str, Gate] = OPEN, as_of: date = AS_OF
) -> tuple[str, str]:
    """(presence, reason) of the only person."""
    build(connection, as_of, gates)
    rows = connection.execute("select presence, presence_reason from residents").fetchall()
    assert len(rows) == 1
    return rows[0][0], rows[0][1]
