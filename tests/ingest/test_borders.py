"""The borders of what a file may hold: dates, numbers, yes and no, copies, and how many lines may be refused."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from data_contracts import conversions
from data_contracts.contract import Column, Kind
from data_contracts.errors import ContractError
from pipelines.ingest import IngestReport, ingest
from pipelines.store import create_tables
from tests.ingest.test_dialects import HEADER, deliver, lines


def column(kind: Kind, width: int | None = None) -> Column:
    return Column(
        header="X",
        kind=kind,
        description="",
        is_required=False,
        is_key=False,
        is_protected=False,
        may_be_absent=False,
        allowed=(),
        minimum=None,
        maximum=None,
        pattern=None,
        width=width,
        aliases=(),
    )


def read(kind: Kind, text: str, width: int | None = None) -> object:
    """What one cell becomes in a file that was delivered on 2 November 2026."""
    one = column(kind, width)
    with duckdb.connect() as connection:
        connection.execute('create table cells ("x" varchar, delivered_on date)')
        connection.execute("insert into cells values (?, date '2026-11-02')", [text])
        connection.execute(
            f"create view texts as select {conversions.present(one)} as x, delivered_on from cells"
        )
        row = connection.execute(f"select {conversions.converted(one)} from texts").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("date", "01/01/26", date(2026, 1, 1)),
        ("date", "31/12/27", date(2027, 12, 31)),
        ("date", "31/12/36", date(2036, 12, 31)),
        ("date", "01/01/37", date(1937, 1, 1)),
        ("date", "01/01/99", date(1999, 1, 1)),
        ("date", "01/01/00", date(2000, 1, 1)),
        ("date", "36526", date(2000, 1, 1)),
        ("date", "46298.0", date(2026, 10, 3)),
        ("date", "29/02/2024", date(2024, 2, 29)),
        ("date", "29/02/2026", None),
        ("date", "13/13/2026", None),
        ("date", "0", None),
        ("date", "01/01/0000", None),
        ("date", "0000-01-01", None),
        ("date", "01/01/0001", date(1, 1, 1)),
        ("date", "2026-10-03 12:30:00", date(2026, 10, 3)),
        ("date", "NEANT", None),
        ("year", "1950.0", 1950),
        ("year", "50", None),
        ("integer", "1\u202f200", 1200),
        ("integer", "1,0", 1),
        ("integer", "1,5", None),
        ("number", "41,5", 41.5),
        ("number", "-", None),
        *(("boolean", text, True) for text in ("O", "oui", "1", "x", "VRAI", "true", "T")),
        *(("boolean", text, False) for text in ("N", "non", "0", "FAUX", "false", "F")),
        *(("boolean", text, None) for text in ("", "NULL", "nc", "-", "Néant", "peut-être")),
        ("string", "néant", None),
        ("string", "007", "007"),
    ],
)
def test_a_cell(kind: Kind, text: str, value: object) -> None:
    assert read(kind, text) == value


@pytest.mark.parametrize(("text", "value"), [("1", "00001"), ("1004", "01004"), ("47001", "47001")])
def test_leading_zeros_come_back(text: str, value: str) -> None:
    assert read("string", text, width=5) == value


def taken(
    folder: Path, content: str, name: str = "signalements.csv"
) -> tuple[IngestReport, duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    create_tables(connection)
    return ingest(connection, deliver(folder, content.encode(), name)), connection


def rows(good: int, bad: int) -> str:
    cells = [(f"A{i}", "03/10/2026", "VOISIN", "1") for i in range(good)]
    return lines(tuple(cells + [(f"B{i}", "03/10/2026", "VOISIN", "pas un nombre") for i in range(bad)]))


def test_five_percent_of_refused_lines_pass_and_more_do_not(tmp_path: Path) -> None:
    report, connection = taken(tmp_path / "a", rows(95, 5))
    found = report.files[0]
    assert (found.rows_read, found.rows_accepted, found.rows_quarantined) == (100, 95, 5)
    assert connection.execute("select count(*) from raw.signalements").fetchone() == (95,)
    with pytest.raises(ContractError, match="6 of 100"):
        taken(tmp_path / "b", rows(94, 6))


def test_a_misshapen_line_counts_as_read_and_as_refused(tmp_path: Path) -> None:
    report, _ = taken(tmp_path, rows(99, 0) + "C1;03/10/2026\n")
    found = report.files[0]
    assert (found.rows_read, found.rows_accepted, found.rows_quarantined) == (100, 99, 1)
    assert found.rejects == {"nombre de champs": 1}


def test_a_refusal_says_rules_and_counts_and_never_what_a_cell_held(tmp_path: Path) -> None:
    content = lines(tuple((f"Mme Dupont {i}", "hier", "Mme Dupont", "0612345678") for i in range(3)))
    with pytest.raises(ContractError) as caught:
        taken(tmp_path, content)
    assert "Dupont" not in str(caught.value) and "0612345678" not in str(caught.value)


@pytest.mark.parametrize("word", ["DUPONT123", "A" * 41, "0612345678"])
def test_a_foreign_header_is_repeated_only_when_it_looks_like_one(tmp_path: Path, word: str) -> None:
    with pytest.raises(ContractError) as caught:
        taken(tmp_path, lines(header=(*HEADER[:3], word)))
    assert word not in str(caught.value)


def test_of_identical_lines_one_is_kept_and_of_contradicting_ones_none(tmp_path: Path) -> None:
    good = rows(98, 0)
    twice = "C1;03/10/2026;VOISIN;1\n" * 2
    report, connection = taken(tmp_path / "a", good + twice)
    assert (report.files[0].rows_accepted, report.files[0].rows_quarantined) == (99, 1)
    assert connection.execute(
        "select count(*) from raw.signalements where id_signalement = 'C1'"
    ).fetchone() == (1,)
    report, connection = taken(tmp_path / "b", good + "C1;03/10/2026;VOISIN;1\nC1;03/10/2026;MAIRIE;1\n")
    assert connection.execute(
        "select count(*) from raw.signalements where id_signalement = 'C1'"
    ).fetchone() == (0,)


def test_an_empty_snapshot_is_refused_and_an_empty_list_of_events_is_not(tmp_path: Path) -> None:
    roll = (
        "TYPE_LISTE;DATE_LISTE;ID_ELECTEUR;SEXE;ANNEE_NAISSANCE;CLE_IDENTITE;CLE_USAGE;CLE_PHONETIQUE;CLE_NOM_ADRESSE;ID_ADRESSE;"
        "ID_LOGEMENT;QUARTIER;QUALITE_ADRESSE;NB_LOGEMENTS_ADRESSE;NO_BUREAU_VOTE;DATE_INSCRIPTION;MOTIF_INSCRIPTION;"
        "DATE_RETOUR_NPAI;OPPOSITION\n"
    )
    with pytest.raises(ContractError, match="holds no row"):
        taken(tmp_path / "a", roll, "liste_electorale.csv")
    report, _ = taken(tmp_path / "b", lines(()))
    assert report.files[0].rows_read == 0


def test_1900_is_a_year_and_1899_is_an_empty_field(tmp_path: Path) -> None:
    old = "C1;01/01/1900;VOISIN;1\n"
    report, _ = taken(tmp_path / "a", rows(99, 0) + old)
    assert report.files[0].rows_quarantined == 0
    report, _ = taken(tmp_path / "b", rows(99, 0) + old.replace("01/01/1900", "31/12/1899"))
    assert report.files[0].rejects == {"date_signalement est dans les bornes": 1}


def test_an_event_is_known_when_the_last_of_its_days_has_come(tmp_path: Path) -> None:
    """A death abroad is known here when the act is transcribed, not when it was drawn up."""
    header = "ID_EVENEMENT;TYPE_EVENEMENT;DATE_EVENEMENT;DATE_ACTE;DATE_TRANSCRIPTION"
    from data_contracts import contract

    columns = [c.header for c in contract.load("etat_civil").columns]
    cells = dict(
        zip(header.split(";"), ("E1", "DECES", "01/03/2026", "02/03/2026", "09/06/2026"), strict=True)
    )
    content = ";".join(columns) + "\n" + ";".join(cells.get(c, "") for c in columns) + "\n"
    _, connection = taken(tmp_path, content, "etat_civil.csv")
    assert connection.execute("select known_on from raw.etat_civil").fetchall() == [(date(2026, 6, 9),)]


def test_a_correction_of_a_correction_supersedes_only_its_own_day(tmp_path: Path) -> None:
    connection = duckdb.connect()
    create_tables(connection)
    deliver(tmp_path, rows(4, 0).encode(), day="2026-10-05")
    for good in (3, 2, 1):
        ingest(connection, deliver(tmp_path, rows(good, 0).encode()))
    found = connection.execute(
        "select delivered_on, rows_read from meta.files where is_current order by 1"
    ).fetchall()
    assert found == [(date(2026, 10, 5), 4), (date(2026, 11, 2), 1)]


def test_a_bad_file_takes_the_good_one_that_came_with_it_back(tmp_path: Path) -> None:
    """Both are one transaction: a file that is recorded but whose rows are not kept would never be read again."""
    connection = duckdb.connect()
    create_tables(connection)
    deliver(tmp_path, rows(3, 0).encode(), day="2026-10-05")
    with pytest.raises(ContractError):
        ingest(connection, deliver(tmp_path, rows(0, 3).encode()))
    counts = "select (select count(*) from meta.files), (select count(*) from raw.signalements)"
    assert connection.execute(counts).fetchone() == (0, 0)
    (tmp_path / "deliveries" / "2026-11-02" / "signalements.csv").unlink()
    ingest(connection, tmp_path / "deliveries")
    assert connection.execute(counts).fetchone() == (1, 3)
