"""Each dialect as a small picture; whatever the writing, the same rows come out."""

import gzip
import io
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.errors import ConfigurationError, ContractError, IntegrityError, LanterneError
from pipelines.ingest import ingest
from pipelines.settings import Paths
from pipelines.store import create_tables, open_store, read_store

HEADER = ("ID_SIGNALEMENT", "DATE_SIGNALEMENT", "CANAL", "URGENCE")
ROWS = (("A1", "03/10/2026", "VOISIN", "1"), ("A2", "04/10/2026", "TELEPHONE", ""))
EXPECTED = [("A1", date(2026, 10, 3), "VOISIN", 1), ("A2", date(2026, 10, 4), "TELEPHONE", None)]


def lines(
    rows: tuple[tuple[str, ...], ...] = ROWS,
    header: tuple[str, ...] = HEADER,
    separator: str = ";",
    end: str = "\n",
) -> str:
    return "".join(separator.join(row) + end for row in (header, *rows))


def deliver(folder: Path, content: bytes, name: str = "signalements.csv", day: str = "2026-11-02") -> Path:
    path = folder / "deliveries" / day / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return folder / "deliveries"


def stored(
    folder: Path,
    sql: str = "select id_signalement, date_signalement, canal, urgence from raw.signalements order by 1",
) -> list[tuple[object, ...]]:
    with read_store(Paths(database=folder / "store.duckdb")) as connection:
        return connection.execute(sql).fetchall()


def ingested(folder: Path, content: bytes, name: str = "signalements.csv") -> list[tuple[object, ...]]:
    with open_store(Paths(database=folder / "store.duckdb")) as connection:
        ingest(connection, deliver(folder, content, name))
    return stored(folder)


def parquet() -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame([(a, d, c, 1 if u else None) for a, d, c, u in ROWS], columns=list(HEADER)).to_parquet(
        buffer
    )
    return buffer.getvalue()


def xlsx() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ("A1", 46298, "VOISIN", 1))
    sheet.write_row(2, 0, ("A2", 46299, "TELEPHONE"))
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("semicolon, LF", lines().encode()),
        ("tab", lines(separator="\t").encode()),
        ("comma", lines(separator=",").encode()),
        ("CRLF and BOM", lines(end="\r\n").encode("utf-8-sig")),
        ("trailing empty column", lines(end=";\n").encode()),
        (
            "header case and accents",
            lines(header=("Id signalement", "date_Signalement", "Canal", "urgencé")).encode("cp1252"),
        ),
        (
            "ISO dates",
            lines(
                (("A1", "2026-10-03", "VOISIN", "1"), ("A2", "2026-10-04T00:00:00", "TELEPHONE", "NC"))
            ).encode(),
        ),
        (
            "short years",
            lines((("A1", "03/10/26", "VOISIN", "1"), ("A2", "4/10/26", "TELEPHONE", "-"))).encode(),
        ),
        (
            "serials",
            lines((("A1", "46298", "VOISIN", "1,0"), ("A2", "46299", "TELEPHONE", "Néant"))).encode("cp1252"),
        ),
        (
            "spaces and nulls",
            lines(
                (("A1", " 03/10/2026 ", "VOISIN\u00a0", "1"), ("A2", "04/10/2026", "TELEPHONE", "NULL"))
            ).encode(),
        ),
        (
            "quotes",
            lines(
                (('"A1"', '"03/10/2026"', "VOISIN", "1"), ("A2", "04/10/2026", "TELEPHONE", '""'))
            ).encode(),
        ),
    ],
)
def test_dialect(tmp_path: Path, name: str, content: bytes) -> None:
    assert ingested(tmp_path, content) == EXPECTED, name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("signalements.csv.gz", gzip.compress(lines().encode(), mtime=0)),
        ("signalements.parquet", parquet()),
        ("signalements.xlsx", xlsx()),
    ],
    ids=(
        "gzip",
        "parquet",
        "xlsx",
    ),  # the bytes hold the clock: as names they would differ from worker to worker
)
def test_format(tmp_path: Path, name: str, content: bytes) -> None:
    assert ingested(tmp_path, content, name) == EXPECTED


@pytest.mark.parametrize(
    ("ends", "says"), [(b"\xc3", "midst of a character"), (b"\xe9", "1 of 2 rows break")]
)
def test_a_file_that_ends_in_the_midst_of_a_character_was_cut_off(
    tmp_path: Path, ends: bytes, says: str
) -> None:
    """With other accents in UTF-8 it is that; a last é in cp1252 is a letter (here in a number's place)."""
    before = "é" if ends == b"\xc3" else "e"
    content = lines(
        (("A1", "03/10/2026", "VOISIN", "1"), (f"A{before}", "03/10/2026", "VOISIN", ""))
    ).encode()
    with (
        open_store(Paths(database=tmp_path / "store.duckdb")) as connection,
        pytest.raises(ContractError, match=says),
    ):
        ingest(connection, deliver(tmp_path, content.rstrip(b"\n") + ends))


def test_a_ticked_box_column_reads_blank_as_no(tmp_path: Path) -> None:
    content = "QUARTIER;NOM;QPV;POPULATION\n1;Centre;X;1\u00a0200\n02;Gare;;800\n".encode()
    with open_store(Paths(database=tmp_path / "store.duckdb")) as connection:
        report = ingest(connection, deliver(tmp_path, content, "quartiers.csv"))
    assert stored(tmp_path, "select quartier, nom, qpv, population from raw.quartiers order by 1") == [
        ("01", "Centre", True, 1200),
        ("02", "Gare", False, 800),
    ]
    assert report.files[0].inexact == {"quartier : zéros de tête rétablis": 1}


def test_a_year_hidden_in_a_date_is_kept_as_a_year_and_counted(tmp_path: Path) -> None:
    content = "CLE_IDENTITE;ANNEE_NAISSANCE;DATE_DECES\n" + "".join(
        f"{i:032x};{y};01/09/2026\n" for i, y in enumerate(("1950", "00/00/1951", "1952-01-01"))
    )
    with open_store(Paths(database=tmp_path / "store.duckdb")) as connection:
        report = ingest(connection, deliver(tmp_path, content.encode(), "deces_publics.csv"))
    assert stored(tmp_path, "select annee_naissance from raw.deces_publics order by 1") == [
        (1950,),
        (1951,),
        (1952,),
    ]
    assert report.files[0].inexact == {"annee_naissance : seule l'année de la date est gardée": 2}


def test_refused_lines_keep_their_physical_line_through_quoted_newlines(tmp_path: Path) -> None:
    good = "".join(f"B{i};03/10/2026;VOISIN;1\n" for i in range(100))
    content = (
        lines(
            (
                ("A1", "03/10/2026", '"VOI\nSIN"', "1"),
                ("A2", "pas une date", "VOISIN", "1"),
                ("A3", "03/10/2026"),
            )
        )
        + good
    )
    with open_store(Paths(database=tmp_path / "store.duckdb")) as connection:
        report = ingest(connection, deliver(tmp_path, content.encode()))
    refused = stored(tmp_path, "select line, rule from quarantine.signalements order by 1, 2")
    assert refused == [
        (2, "canal est une valeur prévue"),
        (4, "date_signalement est renseigné"),
        (4, "date_signalement est une date"),
        (5, "nombre de champs"),
    ]
    assert (report.files[0].rows_read, report.files[0].rows_accepted, report.files[0].rows_quarantined) == (
        103,
        100,
        3,
    )


value = st.text(st.characters(blacklist_characters='";\r\n\x00', blacklist_categories=("Cs",)), max_size=12)


line = st.tuples(value, st.sampled_from(["03/10/2026", "", "x", "1899-12-31"]), value, value)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.lists(line, max_size=12), st.integers(0, 2))
def test_rows_read_are_rows_accepted_and_rows_quarantined(rows: list[tuple[str, ...]], missing: int) -> None:
    every_line_is_somewhere(rows, missing)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(line, max_size=6), st.integers(0, 2))
def test_so_it_is_in_many_small_files(rows: list[tuple[str, ...]], missing: int) -> None:
    every_line_is_somewhere(rows, missing)


def every_line_is_somewhere(rows: list[tuple[str, ...]], missing: int) -> None:
    """Whatever the cells hold, every line ends in one of the two tables, or the whole file is refused and nothing is stored."""
    import tempfile

    with tempfile.TemporaryDirectory() as name, duckdb.connect() as connection:
        create_tables(connection)
        text = lines(tuple(row[: 4 - missing] for row in rows))
        deliveries = deliver(Path(name), text.encode())
        counts = "select (select count(*) from raw.signalements), (select count(distinct line) from quarantine.signalements), (select count(*) from meta.files)"
        try:
            report = ingest(connection, deliveries)
        except LanterneError as error:
            assert error.exit_code in (2, 3) and error.hint
            assert connection.execute(counts).fetchone() == (0, 0, 0)
        else:
            accepted, quarantined, files = connection.execute(counts).fetchone() or (0, 0, 0)
            assert files == 1
            assert (
                report.files[0].rows_read
                == accepted + quarantined
                == len([line for line in text.split("\n")[1:] if line])
            )


def test_a_file_without_its_header_line_tells_nobody(tmp_path: Path) -> None:
    """Its first row stands where the names of columns should: words as well as figures."""
    rows = (("DUPONT", "JEANNE", "F", "RUE DU PORT"), ("MARTIN", "PAUL", "M", "RUE DU PORT"))
    delivered = deliver(tmp_path, lines(rows[1:], header=rows[0]).encode())
    with (
        open_store(Paths(database=tmp_path / "store.duckdb")) as connection,
        pytest.raises(ContractError) as caught,
    ):
        ingest(connection, delivered)
    assert "header line" in caught.value.text()
    assert not [word for word in rows[0] if len(word) > 1 and word.lower() in caught.value.text().lower()]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("signalements.csv", b"", "empty"),
        ("signalements.csv", lines(header=(*HEADER[:3], "NOM_DE_FAMILLE")).encode(), "NOM_DE_FAMILLE"),
        ("signalements.csv", lines(header=HEADER[:2], rows=()).encode(), "CANAL"),
        ("signalements.csv", lines(separator="|").encode(), "cannot be told apart"),
        ("liste_electorale.csv", b"NOM|DATE DE NAISSANCE|RUE\nX|01/01/1940|Y\n", "cannot be told apart"),
        ("signalements.csv", b"\x00\x01\x02PK", "no text"),
        ("signalements.csv", (lines() + '"never closed;;;\n').encode(), "cannot be told apart"),
        ("signalements.csv.gz", gzip.compress(lines().encode(), mtime=0)[:-9], "cut off"),
        ("signalements.csv.gz", b"not gzip", "cut off"),
        ("signalements.xlsx", b"not a workbook", "XLSX"),
        ("signalements.parquet", b"not parquet", "Parquet"),
        ("signalements.csv", lines((("A1", "1899-05-01", "VOISIN", "1"),)).encode(), "dans les bornes"),
        (
            "signalements.csv",
            lines((("A1", "03/10/2026", "VOISIN", "1"), ("A1", "04/10/2026", "VOISIN", "1"))).encode(),
            "une seule ligne",
        ),
        ("signalements.csv", lines((("A1", "03/12/2026", "VOISIN", "1"),)).encode(), "connu au plus tard"),
    ],
)
def test_bad_file_is_refused_whole_with_a_hint(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    with open_store(Paths(database=tmp_path / "store.duckdb")) as connection:
        with pytest.raises(ContractError, match=says) as caught:
            ingest(connection, deliver(tmp_path, content, name))
        assert (caught.value.exit_code, bool(caught.value.hint)) == (3, True)
        assert f"2026-11-02/{name}" in str(caught.value)
    assert stored(
        tmp_path, "select count(*) from raw.signalements union all select count(*) from meta.files"
    ) == [(0,), (0,)]


def test_a_file_without_header_line_does_not_spill_a_persons_data(tmp_path: Path) -> None:
    with (
        pytest.raises(ContractError) as caught,
        open_store(Paths(database=tmp_path / "store.duckdb")) as connection,
    ):
        ingest(connection, deliver(tmp_path, b"A1;03/10/2026;0612345678;1\n"))
    assert "0612345678" not in str(caught.value)


@pytest.mark.parametrize(
    ("day", "name", "says"),
    [
        ("2 novembre", "signalements.csv", "named by its date"),
        ("2026-11-02", "signalement.csv", "signalements"),
        ("2026-11-02", "signalements.doc", "cannot be read"),
    ],
)
def test_bad_delivery_folder_or_file_name(tmp_path: Path, day: str, name: str, says: str) -> None:
    with (
        pytest.raises(ConfigurationError, match=says) as caught,
        open_store(Paths(database=tmp_path / "store.duckdb")) as connection,
    ):
        ingest(connection, deliver(tmp_path, lines().encode(), name, day))
    assert caught.value.exit_code == 2 and caught.value.hint


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_is_no_file_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    day = tmp_path / "deliveries" / "2026-11-02"
    day.mkdir(parents=True)
    place = day / "visites.csv"
    place.mkdir() if kind == "folder" else place.symlink_to(tmp_path / "nowhere")
    with (
        pytest.raises(ConfigurationError, match="no file that can be read") as caught,
        open_store(Paths(database=tmp_path / "store.duckdb")) as connection,
    ):
        ingest(connection, tmp_path / "deliveries")
    assert caught.value.where == "2026-11-02/visites.csv"


def test_missing_folder_of_deliveries(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match="no such folder"),
        open_store(Paths(database=tmp_path / "store.duckdb")) as connection,
    ):
        ingest(connection, tmp_path / "nowhere")


def test_the_same_delivery_again_changes_nothing_and_a_correction_supersedes(tmp_path: Path) -> None:
    with open_store(Paths(database=tmp_path / "store.duckdb")) as connection:
        deliveries = deliver(tmp_path, lines().encode())
        assert [f.status for f in ingest(connection, deliveries).files] == ["new"]
        assert [f.status for f in ingest(connection, deliveries).files] == ["unchanged"]
        deliver(tmp_path, lines(ROWS[:1]).encode())
        assert [f.status for f in ingest(connection, deliveries).files] == ["correction"]
    current = "select count(*) from raw.signalements join meta.files using (file_id) where is_current"
    assert stored(tmp_path, current) == [(1,)]
    assert stored(tmp_path, "select count(*) from raw.signalements") == [(3,)]


def test_a_correction_says_what_changed_and_may_be_taken_back(tmp_path: Path) -> None:
    with open_store(Paths(database=tmp_path / "store.duckdb")) as connection:
        deliveries = deliver(tmp_path, lines().encode())
        ingest(connection, deliveries)
        deliver(tmp_path, lines(ROWS[:1]).encode())
        assert ingest(connection, deliveries).files[0].changes == {"added": 0, "removed": 1}
        deliver(tmp_path, lines().encode())
        back = ingest(connection, deliveries).files[0]
        assert (back.status, back.changes, back.rows_read) == ("correction", {"added": 1, "removed": 0}, 2)
        assert [f.status for f in ingest(connection, deliveries).files] == ["unchanged"]
    current = "select count(*) from raw.signalements join meta.files using (file_id) where is_current"
    assert stored(tmp_path, current) == [(2,)]
    assert stored(tmp_path, "select count(*) from raw.signalements") == [(3,)]


def test_an_office_lock_file_is_no_delivery(tmp_path: Path) -> None:
    with open_store(Paths(database=tmp_path / "store.duckdb")) as connection:
        deliveries = deliver(tmp_path, lines().encode())
        (deliveries / "2026-11-02" / "~$signalements.xlsx").write_bytes(b"x")
        assert len(ingest(connection, deliveries).files) == 1


def test_a_damaged_warehouse_is_not_taken_for_a_busy_one(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    with open_store(Paths(database=path)) as connection:
        ingest(connection, deliver(tmp_path, lines().encode()))
    content = path.read_bytes()
    for start in (12_288, len(content) // 3, len(content) // 2):  # the catalogue, then rows
        path.write_bytes(content[:start] + bytes(byte ^ 0xFF for byte in content[start:]))
        with pytest.raises(IntegrityError, match="damaged"), open_store(Paths(database=path)) as connection:
            connection.execute(
                "select sum(length(id_signalement)), max(date_signalement) from raw.signalements"
            )


def test_a_refused_file_leaves_the_last_good_state(tmp_path: Path) -> None:
    with open_store(Paths(database=tmp_path / "store.duckdb")) as connection:
        deliveries = deliver(tmp_path, lines().encode())
        ingest(connection, deliveries)
        deliver(tmp_path, lines((("A9", "x", "VOISIN", "1"),)).encode())
        with pytest.raises(ContractError):
            ingest(connection, deliveries)
    assert stored(tmp_path) == EXPECTED


def test_a_second_writer_gets_a_sentence(tmp_path: Path) -> None:
    import subprocess
    import sys

    script = "import sys, pathlib\nfrom pipelines.settings import Paths\nfrom pipelines.store import open_store\nwith open_store(Paths(database=pathlib.Path(sys.argv[1]))): pass"
    with open_store(Paths(database=tmp_path / "store.duckdb")):
        other = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "store.duckdb")],
            capture_output=True,
            text=True,
            check=False,
        )
    assert "another run is using the warehouse" in other.stderr
