"""Rendering: each source in its own dialect, drawn by hand; then the same town, byte for byte, without a name in it."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from functools import cache

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from data_contracts import dialects
from data_contracts.contract import SOURCES, load
from synthetic_city.city import City, build, deliveries
from synthetic_city.render import DIALECTS, name_of, render

DAY = pd.Timestamp("2026-11-01")


@cache
def town() -> City:
    return build(2500, 4, 5)


@cache
def files() -> dict[str, bytes]:
    return dict(deliveries(town()))


def one_row(source: str, **given: object) -> pd.DataFrame:
    """A frame of one row where everything that is not given is missing."""
    empty: dict[str, object] = {"string": "", "date": np.datetime64("NaT", "s"), "boolean": False}
    return pd.DataFrame(
        {c.header: [given.get(c.header, empty.get(c.kind, np.nan))] for c in load(source).columns}
    )


def lines(source: str, encoding: str, **given: object) -> list[dict[str, str]]:
    content = render(source, one_row(source, **given)).decode(encoding)
    separator = DIALECTS[source].separator
    header, *rows = [line.split(separator) for line in content.splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_roll_is_a_windows_file() -> None:
    content = render(
        "liste_electorale",
        one_row(
            "liste_electorale", DATE_LISTE=DAY, MOTIF_INSCRIPTION="Demande de l'électeur", OPPOSITION=True
        ),
    )
    assert content.endswith(b"\r\n") and b"\n\n" not in content and "électeur".encode("cp1252") in content
    row = lines(
        "liste_electorale",
        "cp1252",
        DATE_LISTE=DAY,
        QUARTIER="01",
        OPPOSITION=True,
        NB_LOGEMENTS_ADRESSE=12.0,
    )[0]
    assert (
        row["DATE_LISTE"],
        row["QUARTIER"],
        row["OPPOSITION"],
        row["NB_LOGEMENTS_ADRESSE"],
        row["DATE_RETOUR_NPAI"],
    ) == ("01/11/2026", "01", "O", "12", "")


def test_civil_status_has_a_mark_in_front_and_a_separator_behind() -> None:
    content = render("etat_civil", one_row("etat_civil", DATE_ACTE=DAY, COMMUNE_DOMICILE="09122"))
    assert content.startswith(b"\xef\xbb\xbf")
    assert all(line.endswith(";") for line in content.decode("utf-8-sig").splitlines())
    assert ";9122;" in content.decode("utf-8-sig")


def test_the_landlord_writes_decimal_commas_and_says_null() -> None:
    row = lines("parc_social", "utf-8", SURFACE_HAB=61.5, QPV=True, DATE_ENTREE=DAY, NB_OCCUPANTS=1.0)[0]
    assert (row["SURFACE_HAB"], row["QPV"], row["ASCENSEUR"], row["DATE_SORTIE"], row["NB_OCCUPANTS"]) == (
        "61,5",
        "OUI",
        "NON",
        "NULL",
        "1",
    )


def test_services_are_compressed_and_have_lost_their_zeros() -> None:
    content = render(
        "usages_services", one_row("usages_services", DATE_ARRETE=DAY, QUARTIER="01", SERVICE="SPORT")
    )
    assert content[4:8] == b"\x00" * 4, "no time stamp in the archive"
    text = gzip.decompress(content).decode()
    assert "2026-11-01" in text and ",1,SPORT," in text


def test_the_register_is_a_typed_table() -> None:
    table = pq.read_table(
        io.BytesIO(
            render(
                "registre_vulnerables",
                one_row("registre_vulnerables", DATE_ARRETE=DAY, ANNEE_NAISSANCE=1941.0),
            )
        )
    )
    row = table.to_pylist()[0]
    assert (str(row["DATE_ARRETE"]), row["ANNEE_NAISSANCE"], row["DATE_FIN"], row["CLE_USAGE"]) == (
        "2026-11-01",
        1941,
        None,
        None,
    )


def test_alerts_have_small_headers_with_accents_and_short_years() -> None:
    row = lines("signalements", "utf-8", DATE_SIGNALEMENT=DAY, URGENCE=2.0)[0]
    assert (row["Date signalement"], row["Année de naissance"], row["urgence"]) == ("01/11/26", "-", "2")


def test_visits_cross_a_box_or_leave_it_empty() -> None:
    row = lines(
        "visites",
        "cp1252",
        DATE_VISITE=DAY,
        BESOIN_REPAS=1.0,
        BESOIN_MENAGE=0.0,
        LSNS6_1=0.0,
        PROBA_TIRAGE=0.0125,
        ID_VISITE="V1",
    )[0]
    assert (row["BESOIN_REPAS"], row["BESOIN_MENAGE"], row["BESOIN_LOISIRS"]) == ("X", "", "")
    assert (row["LSNS6_1"], row["LSNS6_2"], row["PROBA_TIRAGE"], row["SUITE"]) == (
        "0",
        "NC",
        "0.0125",
        "Néant",
    )


def test_spreadsheets_hold_serials_and_grouped_digits_and_fixed_times() -> None:
    content = render("oppositions", one_row("oppositions", DATE_OPPOSITION=DAY, ID_LOGEMENT="ab12"))
    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert cells[1][cells[0].index("DATE_OPPOSITION")] == 46327.0
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(content)).infolist()} == {
        (1980, 1, 1, 0, 0, 0)
    }
    places = render(
        "quartiers", one_row("quartiers", QUARTIER="01", NOM="Centre", QPV=False, POPULATION=2293.0)
    )
    header, row = CalamineWorkbook.from_filelike(io.BytesIO(places)).get_sheet_by_index(0).to_python()
    assert header == ["QUARTIER", "Libellé", "QPV", "POPULATION"] and row == [
        1.0,
        "Centre",
        "NON",
        "2\u202f293",
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_the_reader_understands_every_dialect_without_being_told(source: str) -> None:
    promise, name = load(source), name_of(source)
    paths = [path for path in files() if path.endswith(f"/{name}")]
    content = files()[paths[0]] if paths else render(source, one_row(source, DATE_OPPOSITION=DAY))
    opened = lambda: io.BytesIO(gzip.decompress(content) if name.endswith(".gz") else content)  # noqa: E731
    found = dialects.sniff(promise, name, dialects.SUFFIXES[name[len(source) :]], opened)
    assert not found.absent
    batches = list(dialects.batches(promise, found, name, opened))
    assert sum(batch.table.num_rows for batch in batches) > 0
    assert not any(batch.misshapen for batch in batches)


def test_deliveries_are_dated_the_second_and_hold_known_files() -> None:
    assert all(re.fullmatch(r"\d{4}-\d{2}-02/[a-z_]+\.(csv|csv\.gz|parquet|xlsx)", path) for path in files())
    assert {path.split("/")[0] for path in files()} == {
        "2026-08-02",
        "2026-09-02",
        "2026-10-02",
        "2026-11-02",
    }


def test_no_two_sources_speak_the_same_dialect_but_for_small_spreadsheets() -> None:
    spoken = [str(dialect) for source, dialect in DIALECTS.items() if source != "etablissements"]
    assert len(set(spoken)) == len(spoken) and set(DIALECTS) == set(SOURCES)


def test_no_name_and_no_birth_date_is_in_any_delivery() -> None:
    names = town().registers.everyone.names
    wanted = {name.upper() for name in (*names.surnames, *names.given_names) if len(name) >= 4}
    held = "\n".join(_plain(path, content) for path, content in files().items())
    words = set(re.findall(r"[^\W\d_]{4,}", held.upper()))
    headers = {
        part for source in SOURCES for column in load(source).columns for part in column.header.split("_")
    }
    allowed = {
        part
        for source in SOURCES
        for column in load(source).columns
        for value in column.allowed
        for part in value.split("_")
    }
    in_keys = {word for word in words if set(word) <= set("ABCDEF")}
    assert words & wanted <= headers | allowed | in_keys
    assert "DATE_NAISSANCE" not in held.upper()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes() -> None:
    again = dict(deliveries(build(2500, 4, 5)))
    assert again == files()
    assert dict(deliveries(build(2500, 4, 6))) != files()


def _plain(path: str, content: bytes) -> str:
    if path.endswith(".gz"):
        return gzip.decompress(content).decode()
    if path.endswith(".parquet"):
        return pq.read_table(io.BytesIO(content)).to_pandas().to_csv()
    if path.endswith(".xlsx"):
        return str(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python())
    return content.decode(
        "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "cp1252" if b"\r\n" in content else "utf-8"
    )
