"""What the law takes out: gates, objections. Each a small picture; and nobody who objected is found in any table, file or byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest

from data_contracts import contract
from data_contracts.contract import Gate
from data_contracts.errors import ConfigurationError, ContractError
from features import known, objections
from pipelines import filing, kept, law, register, retention
from pipelines.filing import FileReport
from pipelines.ingest import ingest
from pipelines.store import create_tables
from tests.pipelines.little_city import LEASES, ROLL, elector, key, lease

OPEN: dict[str, Gate] = dict.fromkeys(contract.SOURCES, "open")
ACTS = (
    "ID_EVENEMENT;TYPE_EVENEMENT;DATE_EVENEMENT;DATE_ACTE;NATURE_ACTE;DATE_TRANSCRIPTION;SEXE;ANNEE_NAISSANCE;CLE_IDENTITE;CLE_USAGE;"
    "CLE_PHONETIQUE;CLE_NOM_ADRESSE;ID_ADRESSE;ID_LOGEMENT;QUARTIER;COMMUNE_DOMICILE;LIEN;SEXE_LIEE;CLE_IDENTITE_LIEE;CLE_NOM_ADRESSE_LIEE;"
    "ACCORD_CONTACT;DATE_ACCORD\n"
)


def act(i: int, accord: str, on: str = "", spouse: str = "") -> str:
    return f"A{i};DECES;01/03/2026;02/03/2026;DRESSE;;M;1940;{key(i)};;;;{key(3000)};;01;47001;CONJOINT;F;;{spouse};{accord};{on}\n"


def put(folder: Path, name: str, text: str, day: str = "2026-11-02") -> Path:
    path = folder / day / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


@contextmanager
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_tables(connection)
        yield connection


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int((connection.execute(f"select count(*) from {table}").fetchone() or (0,))[0])


def counts(file: FileReport) -> tuple[str, int, int, int]:
    return file.status, file.rows_read, file.rows_accepted, file.rows_quarantined


def leases(n: int) -> str:
    return LEASES + "".join(lease(i) for i in range(1, n + 1))


# --- gates -------------------------------------------------------------------------------------------------------------------------


def test_of_a_closed_source_lines_are_counted_and_no_value_is_kept(tmp_path: Path) -> None:
    put(tmp_path, "parc_social.csv", leases(3))
    with warehouse() as connection:
        (file,) = ingest(connection, tmp_path, gates=OPEN | {"parc_social": "closed"}).files
        assert counts(file) == ("closed", 3, 0, 3) and file.rejects == {"source fermée": 3}
        assert count(connection, "raw.parc_social") == 0
        assert connection.execute("select line, rule from quarantine.parc_social order by 1").fetchall() == [
            (n, "source fermée") for n in (2, 3, 4)
        ]


def test_a_gate_that_opens_has_the_delivery_read_again_and_one_that_closes_empties_the_table(
    tmp_path: Path,
) -> None:
    put(tmp_path, "parc_social.csv", leases(3))
    closed = OPEN | {"parc_social": "closed"}
    with warehouse() as connection:
        ingest(connection, tmp_path, gates=closed)
        assert counts(ingest(connection, tmp_path, gates=OPEN).files[0]) == ("read again", 3, 3, 0)
        assert (count(connection, "raw.parc_social"), count(connection, "quarantine.parc_social")) == (3, 0)
        assert counts(ingest(connection, tmp_path, gates=OPEN).files[0]) == ("unchanged", 3, 3, 0)
        assert counts(ingest(connection, tmp_path, gates=closed).files[0]) == ("closed", 3, 0, 3)
        assert count(connection, "raw.parc_social") == 0


@pytest.mark.parametrize("gate", ["closed", "frame"])
def test_a_narrower_gate_reaches_files_that_are_no_longer_delivered(tmp_path: Path, gate: Gate) -> None:
    put(tmp_path, "liste_electorale.csv", ROLL + elector(1) + elector(2))
    with warehouse() as connection:
        ingest(connection, tmp_path, gates=OPEN)
        (tmp_path / "2026-11-02" / "liste_electorale.csv").unlink()
        put(tmp_path, "quartiers.csv", "QUARTIER;NOM;QPV;POPULATION\n1;Centre;X;1200\n", "2026-12-01")
        ingest(connection, tmp_path, gates=OPEN | {"liste_electorale": gate})
        offices = connection.execute(
            "select no_bureau_vote, cle_identite from raw.liste_electorale order by line"
        )
        assert offices.fetchall() == ([] if gate == "closed" else [(None, key(1)), (None, key(2))])
        read = connection.execute(
            "select rows_read, rows_accepted + rows_quarantined, gate from meta.files order by source"
        )
        assert read.fetchall() == [(2, 2, gate), (1, 1, "open")]


def test_a_frame_source_is_stored_without_what_a_frame_does_not_need(tmp_path: Path) -> None:
    put(tmp_path, "liste_electorale.csv", ROLL + elector(1))
    with warehouse() as connection:
        ingest(connection, tmp_path, gates=OPEN | {"liste_electorale": "frame"})
        row = connection.execute(
            "select no_bureau_vote, annee_naissance, id_adresse from raw.liste_electorale"
        )
        assert row.fetchall() == [(None, 1931, key(3000))]


def test_without_consent_an_act_is_counted_and_nobody_is_kept(tmp_path: Path) -> None:
    put(
        tmp_path, "etat_civil.csv", ACTS + act(1, "O", "05/04/2026") + act(2, "N") + act(3, "NR") + act(4, "")
    )
    with warehouse() as connection:
        (file,) = ingest(connection, tmp_path, gates=OPEN | {"etat_civil": "consent"}).files
        assert counts(file) == ("new", 4, 4, 0)
        rows = connection.execute(
            "select id_evenement, accord_contact, cle_identite, id_adresse, type_evenement from raw.etat_civil order by 1"
        ).fetchall()
    assert rows == [
        ("A1", "O", key(1), key(3000), "DECES"),
        ("A2", "N", None, None, None),
        ("A3", "NR", None, None, None),
        ("A4", None, None, None, None),
    ]


@pytest.mark.parametrize(("as_of", "seen"), [(date(2026, 4, 5), 0), (date(2026, 4, 6), 1)])
def test_consent_counts_from_the_day_after_it_was_given(tmp_path: Path, as_of: date, seen: int) -> None:
    gates = OPEN | {"etat_civil": "consent"}
    put(tmp_path, "etat_civil.csv", ACTS + act(1, "O", "05/04/2026"))
    with warehouse() as connection:
        ingest(connection, tmp_path, gates=gates)
        known.open_views(connection, as_of, gates)
        assert count(connection, "known_etat_civil") == seen


# --- objections --------------------------------------------------------------------------------------------------------------------


def everywhere(connection: duckdb.DuckDBPyConnection, text: str) -> list[str]:
    """Tables that hold the text in any column, as any part of it."""
    tables = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where not internal order by 1"
    ).fetchall()
    return [
        table
        for (table,) in tables
        if connection.execute(
            f"select count(*) from (select unnest(string_split(cast(t as varchar), ',')) as cell from {table} t) where contains(cell, $1)",
            [text],
        ).fetchone()
        != (0,)
    ]


def delivered(folder: Path, objections: str) -> Path:
    """Three electors, two of them also tenants; the last two share a door."""
    put(folder, "liste_electorale.csv", ROLL + "".join(elector(i) for i in (1, 2, 3)))
    put(folder, "parc_social.csv", leases(2))
    put(folder, "etat_civil.csv", ACTS + act(50, "O", "05/04/2026", spouse=key(902)))
    if objections:
        put(
            folder,
            "oppositions.csv",
            "CLE_IDENTITE;CLE_USAGE;CLE_PHONETIQUE;CLE_NOM_ADRESSE;ID_LOGEMENT;DATE_OPPOSITION\n"
            + objections,
        )
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    "objection",
    [f"{key(2)};;;;;01/10/2026\n", f";;;{key(902)};;01/10/2026\n", f";;;;{key(5002)};01/10/2026\n"],
)
def test_whoever_objects_by_any_key_or_door_is_in_no_table_but_the_register(
    tmp_path: Path, objection: str
) -> None:
    with warehouse() as connection:
        files = {f.source: f for f in ingest(connection, delivered(tmp_path, objection), gates=OPEN).files}
        assert counts(files["liste_electorale"]) == ("new", 3, 2, 1)
        assert files["liste_electorale"].rejects == {objections.RULE: 1}
        assert counts(files["parc_social"]) == ("new", 2, 1, 1)
        for trace in (key(2), key(902), "E2", "B2"):
            assert set(everywhere(connection, trace)) <= {"raw.oppositions", "meta.objected"}, trace
        assert everywhere(connection, key(1)) != []
        # the act is the dead husband's; what it says of the widow who objected is gone
        assert connection.execute(
            "select cle_identite, lien, cle_nom_adresse_liee from raw.etat_civil"
        ).fetchall() == [(key(50), None, None)]


@pytest.mark.slow
def test_the_report_counts_objections_and_names_no_line_of_theirs(tmp_path: Path) -> None:
    with warehouse() as connection:
        ingest(connection, delivered(tmp_path, f"{key(2)};;;;;01/10/2026\n"), gates=OPEN)
        (roll,) = (f for f in kept.files(connection) if f.source == "liste_electorale")
    assert [(r.rule, r.lines, r.first) for r in roll.rules] == [(objections.RULE, 1, ())]


@pytest.mark.slow
def test_an_objection_outlives_the_rows_and_a_rebuilt_warehouse(tmp_path: Path) -> None:
    deliveries = delivered(tmp_path / "deliveries", "")
    book = tmp_path / "oppositions.csv"
    with warehouse() as connection:
        ingest(connection, deliveries, gates=OPEN)
        assert count(connection, "raw.liste_electorale") == 3
        assert register.add(book, "CLE_IDENTITE", key(2), date(2026, 11, 3))
        again = ingest(connection, deliveries, gates=OPEN, objected=register.objected(book))
        assert [counts(f) for f in again.files if f.source == "parc_social"] == [("unchanged", 2, 1, 1)]
        # later deliveries are refused by the keys that stood beside the objected one, though no row is left that says so
        later = ROLL + elector(2).replace(key(2), "").replace("01/11/2026", "01/12/2026")
        put(deliveries, "liste_electorale.csv", later, "2026-12-02")
        files = ingest(connection, deliveries, gates=OPEN).files
        assert [f.rows_accepted for f in files if f.delivered_on == date(2026, 12, 2)] == [0]
    with warehouse() as rebuilt:
        ingest(rebuilt, deliveries, gates=OPEN, objected=register.objected(book))
        assert everywhere(rebuilt, key(902)) == ["meta.objected"]


def test_an_objection_on_the_roll_or_at_the_door_is_remembered_though_its_row_is_gone(tmp_path: Path) -> None:
    told = elector(2).removesuffix("N\n") + "O\n"
    with warehouse() as connection:
        ingest(connection, put(tmp_path, "liste_electorale.csv", ROLL + elector(1) + told), gates=OPEN)
        put(tmp_path, "parc_social.csv", leases(2), "2026-12-02")
        ingest(connection, tmp_path, gates=OPEN)
        assert connection.execute("select id_bail from raw.parc_social").fetchall() == [("B1",)]
        assert set(everywhere(connection, key(2))) == {"meta.objected"}


def test_an_objection_counts_although_its_row_is_refused_for_another_reason(tmp_path: Path) -> None:
    """A year of birth that cannot be, and a key that is none: that key stays out of what is remembered, the others count."""
    told = elector(2).removesuffix("N\n") + "O\n"
    spoilt = told.replace(key(2), "JEANNE").replace(";1932;", ";1832;")
    with warehouse() as connection:
        put(tmp_path, "liste_electorale.csv", ROLL + spoilt + "".join(elector(i) for i in range(3, 43)))
        (file,) = ingest(connection, tmp_path, gates=OPEN).files
        assert (file.rows_accepted, file.rows_quarantined) == (40, 1)
        put(tmp_path, "parc_social.csv", leases(2), "2026-12-02")
        ingest(connection, tmp_path, gates=OPEN)
        assert connection.execute("select id_bail from raw.parc_social").fetchall() == [("B1",)]
        assert everywhere(connection, "JEANNE") == []


def test_a_line_of_the_register_counts_although_its_day_cannot_be_read(tmp_path: Path) -> None:
    others = "".join(f"{key(100 + i)};;;;;01/10/2026\n" for i in range(40))
    with warehouse() as connection:
        ingest(connection, delivered(tmp_path, f"{key(2)};;;;;99/99/2026\n{others}"), gates=OPEN)
        left = connection.execute("select id_electeur from raw.liste_electorale order by 1").fetchall()
    assert left == [("E1",), ("E3",)]


def test_where_somebody_who_objected_lives_no_household_is_made_of_the_others(tmp_path: Path) -> None:
    """The neighbour at the same door is not taken out, and nobody rings there either."""
    with warehouse() as connection:
        shared = elector(3).replace(key(5003), key(5002))
        put(tmp_path, "liste_electorale.csv", ROLL + elector(2) + shared)
        ingest(connection, tmp_path, gates=OPEN, objected=(key(2),))
        known.open_views(connection, date(2026, 11, 20), OPEN)
        assert connection.execute("select id_electeur from known_liste_electorale").fetchall() == [("E3",)]
        assert connection.execute("select id_logement from objected_dwellings").fetchall() == [(key(5002),)]


# --- an objection that is taken back -------------------------------------------------------------------------------------------------


def rows_kept(connection: duckdb.DuckDBPyConnection) -> list[list[tuple[object, ...]]]:
    tables = [
        f"{s}.{t}" for s in ("raw", "quarantine") for t in ("liste_electorale", "parc_social", "etat_civil")
    ]
    return [connection.execute(f"from {t} order by all").fetchall() for t in tables]


@pytest.mark.slow
def test_an_objection_that_is_taken_back_leaves_what_would_have_been_without_it(tmp_path: Path) -> None:
    """The rows, and what the act says of the widow: the objection had blanked it."""
    deliveries = delivered(tmp_path, "")
    with warehouse() as connection, warehouse() as other:
        ingest(other, deliveries, gates=OPEN)
        ingest(connection, deliveries, gates=OPEN, objected=(key(902),))
        assert rows_kept(connection) != rows_kept(other)
        assert law.withdraw(connection, key(902)) == (False, 3)
        files = ingest(connection, deliveries, gates=OPEN).files
        assert {f.status for f in files} == {"read again"}
        assert rows_kept(connection) == rows_kept(other)
        assert count(connection, "meta.objected") == 0
        assert filing.miscounted(connection) == ()
        assert {f.status for f in ingest(connection, deliveries, gates=OPEN).files} == {"unchanged"}


@pytest.mark.slow
@pytest.mark.parametrize("still", ["a delivered file", "the roll", "another entry of the register"])
def test_an_objection_stays_while_anything_else_says_it(tmp_path: Path, still: str) -> None:
    by_file = still == "a delivered file"
    deliveries = delivered(tmp_path, f"{key(2)};;;;;01/10/2026\n" if by_file else "")
    if still == "the roll":
        put(deliveries, "liste_electorale.csv", ROLL + elector(2).removesuffix("N\n") + "O\n")
    entries = (key(902), key(2)) if still == "another entry of the register" else (key(902),)
    with warehouse() as connection:
        ingest(connection, deliveries, gates=OPEN, objected=entries)
        assert law.withdraw(connection, key(902))[0]
        left = tuple(e for e in entries if e != key(902))
        ingest(connection, deliveries, gates=OPEN, objected=left)
        assert set(everywhere(connection, key(902))) <= {"raw.oppositions", "meta.objected"}
        assert connection.execute("select id_bail from raw.parc_social").fetchall() == [("B1",)]


@pytest.mark.slow
@pytest.mark.parametrize("why", ["an objection was withdrawn", "a gate has changed"])
def test_what_was_purged_stays_away_when_its_file_is_read_again(tmp_path: Path, why: str) -> None:
    roll = "".join(elector(i) for i in range(1, 5))
    put(tmp_path, "liste_electorale.csv", ROLL + roll.replace("01/11/2026", "01/11/2020"), "2020-11-02")
    put(tmp_path, "liste_electorale.csv", ROLL + roll)
    gates = OPEN | {"liste_electorale": "frame"} if why == "a gate has changed" else OPEN
    with warehouse() as connection:
        ingest(connection, tmp_path, gates=gates, objected=(key(2),))
        retention.purge(connection, retention.terms(connection, {}, date(2026, 11, 20)), date(2026, 11, 20))
        gone = "select delivered_on, rows_read, rows_accepted, rows_purged from meta.files order by 1"
        assert [row[1:] for row in connection.execute(gone).fetchall()] == [(4, 3, 3), (4, 3, 0)]
        law.withdraw(connection, key(2))
        files = ingest(connection, tmp_path, gates=OPEN).files
        # of the old file nothing is kept any more, not even which line objected: there is nothing to read again for
        old = ("unchanged", (4, 3, 3)) if gates == OPEN else ("read again", (4, 4, 4))
        assert [f.status for f in files] == [old[0], "read again"]
        assert [row[1:] for row in connection.execute(gone).fetchall()] == [old[1], (4, 4, 0)]
        assert filing.miscounted(connection) == () and count(connection, "raw.liste_electorale") == 4
        assert count(connection, "quarantine.liste_electorale") == 0


# --- the register ------------------------------------------------------------------------------------------------------------------


def test_the_register_is_read_back_and_for_its_owners_eyes(tmp_path: Path) -> None:
    book = tmp_path / "oppositions.csv"
    assert register.objected(book) == ()
    assert register.add(book, "CLE_USAGE", key(7), date(2026, 11, 3))
    assert register.add(book, "ID_LOGEMENT", "flat", date(2026, 11, 4))
    assert not register.add(book, "CLE_USAGE", key(7), date(2026, 11, 5))
    assert register.objected(book) == (key(7), "flat")
    assert book.stat().st_mode & 0o077 == 0


def test_an_objection_is_taken_out_of_the_register_and_others_stay(tmp_path: Path) -> None:
    book = tmp_path / "oppositions.csv"
    register.add(book, "CLE_USAGE", key(7), date(2026, 11, 3))
    register.add(book, "ID_LOGEMENT", "flat", date(2026, 11, 4))
    register.remove(book, "CLE_USAGE", key(7))
    assert register.objected(book) == ("flat",)
    with pytest.raises(ConfigurationError, match="no such objection"):
        register.check_holds(book, "CLE_IDENTITE", key(7))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("CLE_IDENTITE;DATE_OPPOSITION\nMartin;2026-11-03\n", "line 2 holds a key"),
        ("CLE_IDENTITE;DATE_OPPOSITION\n;2026-11-03\n", "line 2 names neither"),
        ("NOM;DATE_OPPOSITION\nMartin;2026-11-03\n", "columns are"),
    ],
)
def test_a_register_that_cannot_be_read_stops_everything_and_repeats_nothing(
    tmp_path: Path, text: str, says: str
) -> None:
    book = tmp_path / "oppositions.csv"
    book.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says) as caught:
        register.objected(book)
    assert "Martin" not in str(caught.value)


# --- one delivery, one state ---------------------------------------------------------------------------------------------------------


def test_one_bad_file_leaves_the_warehouse_as_it_was_before_the_whole_delivery(tmp_path: Path) -> None:
    put(tmp_path, "liste_electorale.csv", ROLL + elector(1))
    with warehouse() as connection:
        ingest(connection, tmp_path, gates=OPEN)
        before = json.dumps(connection.execute("select * from meta.files").fetchall(), default=str)
        put(tmp_path, "liste_electorale.csv", ROLL + elector(1) + elector(2), "2026-12-02")
        put(tmp_path, "parc_social.csv", leases(1) + lease(2).replace("2015-05-01", "hier"), "2026-12-02")
        with pytest.raises(ContractError):
            ingest(connection, tmp_path, gates=OPEN)
        assert count(connection, "raw.liste_electorale") == 1
        assert json.dumps(connection.execute("select * from meta.files").fetchall(), default=str) == before


@pytest.mark.parametrize("cell", ["jeanne@exemple.fr", "06 12 34 56 78", "Mme Dupont"])
@pytest.mark.parametrize("column", ["E1", "PRINCIPALE", "01/03/2010"])
def test_a_file_that_names_somebody_in_any_column_is_stopped(tmp_path: Path, cell: str, column: str) -> None:
    rows = "".join(elector(i) for i in range(2, 40))
    put(tmp_path, "liste_electorale.csv", ROLL + elector(1).replace(column, cell) + rows)
    with warehouse() as connection:
        with pytest.raises(ContractError, match="may name nobody") as caught:
            ingest(connection, tmp_path, gates=OPEN)
        assert cell not in str(caught.value)
        assert (
            count(connection, "raw.liste_electorale") == count(connection, "quarantine.liste_electorale") == 0
        )


def test_a_file_older_than_the_last_is_late_and_changes_nothing_that_is_younger(tmp_path: Path) -> None:
    put(tmp_path, "liste_electorale.csv", ROLL + elector(1) + elector(2))
    with warehouse() as connection:
        ingest(connection, tmp_path, gates=OPEN)
        older = ROLL + elector(3).replace("01/11/2026", "01/10/2026")
        put(tmp_path, "liste_electorale.csv", older, "2026-10-02")
        files = ingest(connection, tmp_path, gates=OPEN).files
        assert [(f.delivered_on.month, f.status, f.is_late) for f in files] == [
            (10, "new", True),
            (11, "unchanged", False),
        ]
        known.open_views(connection, date(2026, 11, 20), OPEN)
        assert connection.execute(
            "select id_electeur from latest_liste_electorale order by 1"
        ).fetchall() == [
            ("E1",),
            ("E2",),
        ]


# --- what a report may quote -----------------------------------------------------------------------------------------------------------


def test_cells_of_a_refused_line_are_kept_only_where_the_contract_allows(tmp_path: Path) -> None:
    places = "QUARTIER;NOM;QPV;POPULATION\n" + "".join(f"{i:02};Centre {i};;100\n" for i in range(1, 40))
    put(tmp_path, "quartiers.csv", places + "40;La Masse;;beaucoup\n")
    put(
        tmp_path,
        "liste_electorale.csv",
        ROLL + "".join(map(elector, range(30))) + elector(31).replace("F;1961", "F;juin"),
    )
    with warehouse() as connection:
        ingest(connection, tmp_path, gates=OPEN)
        of_places = connection.execute("select shown from quarantine.quartiers").fetchall()
        of_people = connection.execute("select rule, shown from quarantine.liste_electorale").fetchall()
        (first,) = next(f for f in kept.files(connection) if f.source == "quartiers").rules[0].first
    assert of_places == [("QUARTIER = 40 ; NOM = La Masse ; POPULATION = beaucoup",)]
    assert [shown for _, shown in of_people] == [None] and first.shown == of_places[0][0]
