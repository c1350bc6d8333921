"""A town elsewhere: the same people under other headers, words and codes. What is stored of them is the same."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data_contracts.city_words import as_written
from data_contracts.contract import SOURCES, Contract, Gate, load
from data_contracts.conversions import present
from data_contracts.dialects import sniff
from data_contracts.errors import ContractError
from pipelines import settings
from pipelines.city import city_toml
from pipelines.ingest import ingest
from pipelines.store import create_tables
from synthetic_city.place import AGEN, Place, as_known_there, settled
from synthetic_city.registers import extracts
from synthetic_city.render import name_of, render
from synthetic_city.villasol import CODE, SECTIONS, VILLASOL
from tests.city.test_render import one_row, town

OPEN: dict[str, Gate] = dict.fromkeys(SOURCES, "open")
PLAIN = {source: load(source) for source in SOURCES}


@cache
def frames() -> dict[str, pd.DataFrame]:
    """The newest extract of every source of a town of 2,500; at the first delivery come the reference files."""
    return {s: f for month in (0, 3) for s, f in extracts(town().registers, town().history, month)}


@cache
def villasol() -> settings.City:
    return settings.validated(tomllib.loads(city_toml(1, 2500, VILLASOL)), Path("city.toml"))


def stored(folder: Path, place: Place, contracts: Mapping[str, Contract]) -> dict[str, pd.DataFrame]:
    """What the warehouse holds of all sources that the place hands over, but for the file's own name and digest."""
    delivery = folder / "deliveries" / "2026-11-02"
    delivery.mkdir(parents=True)
    for source, frame in frames().items():
        if source not in VILLASOL.missing:
            (delivery / name_of(source)).write_bytes(render(source, frame, place))
    with duckdb.connect() as connection:
        create_tables(connection)
        report = ingest(connection, folder / "deliveries", gates=OPEN, contracts=contracts)
        assert all(f.rows_read == f.rows_accepted + f.rows_quarantined for f in report.files)
        assert sum(f.rows_accepted for f in report.files) > 1000
        return {
            f.source: connection.execute(f"select * exclude (file_id) from raw.{f.source} order by all").df()
            for f in report.files
        }


def test_other_headers_and_words_are_stored_as_the_same_rows(tmp_path: Path) -> None:
    french = stored(tmp_path / "fr", AGEN, PLAIN)
    spanish = stored(tmp_path / "es", VILLASOL, settings.contracts(villasol()))
    assert french.keys() == spanish.keys() == frames().keys() - VILLASOL.missing
    for source, table in french.items():
        pd.testing.assert_frame_equal(table, spanish[source], obj=source)
    assert {*french["liste_electorale"]["sexe"].dropna()} == {"M", "F"}


def test_what_is_written_as_the_contract_says_stays_what_it_is_in_a_city_with_words_of_its_own(
    tmp_path: Path,
) -> None:
    """The review desk writes such files: a man is M there, where in the city's own an M is a woman."""
    plain = stored(tmp_path / "plain", AGEN, PLAIN)
    for source, table in stored(tmp_path / "own", AGEN, settings.contracts(villasol())).items():
        pd.testing.assert_frame_equal(table, plain[source], obj=source)


@pytest.mark.parametrize("source", sorted(frames().keys() - VILLASOL.missing))
def test_without_its_city_toml_the_town_is_refused_by_name(source: str, tmp_path: Path) -> None:
    path = tmp_path / name_of(source)
    path.write_bytes(render(source, one_row(source), VILLASOL))
    form = {".csv": "csv", ".parquet": "parquet", ".xlsx": "xlsx"}[path.suffix]
    with pytest.raises(ContractError, match="does not know") as caught:
        sniff(load(source), path.name, form, lambda: path.open("rb"))  # type: ignore[arg-type]
    assert "[headers] of city.toml" in caught.value.hint


@pytest.mark.parametrize("source", SOURCES)
def test_a_city_that_says_nothing_reads_the_contract_as_it_is(source: str) -> None:
    assert as_written(load(source), {}, {}) == load(source)


def test_the_neighbourhoods_are_the_place_s_own_and_cover_the_town() -> None:
    history = settled(town().history, VILLASOL)
    assert set(history.buildings["quartier"]) == set(SECTIONS)
    counts = settled(town().history, AGEN).buildings["quartier"].value_counts()
    assert history.buildings["quartier"].value_counts().sum() == counts.sum()
    told = as_known_there("quartiers", one_row("quartiers", QUARTIER=SECTIONS[4]), VILLASOL)
    assert told["NOM"].tolist() == ["La Vega"] and told["QPV"].isna().all()
    acts = as_known_there("etat_civil", one_row("etat_civil", COMMUNE_DOMICILE="47001"), VILLASOL)
    assert acts["COMMUNE_DOMICILE"].tolist() == [CODE]


def test_its_configuration_is_a_place_in_spain_with_its_gates_signed() -> None:
    city = villasol()
    assert (city.country, city.insee_code, city.language, city.fictitious) == ("ES", CODE, "en", True)
    assert city.schedule.time_zone == "Europe/Madrid"
    assert settings.gates(city)["liste_electorale"] == "open" and "parc_social" not in city.sources


SIGNS = st.text("aBéñ'\"\\;-%_Ω7", min_size=5, max_size=8)


@given(theirs=SIGNS, ours=SIGNS, other=SIGNS)
def test_a_word_becomes_the_contract_s_and_any_other_stays(theirs: str, ours: str, other: str) -> None:
    """Whatever signs it is made of, quotes among them, since it stands in a statement; whatever its case."""
    column = load("liste_electorale").columns[0]
    assume(theirs.upper() != other.upper())
    said = present(column, [(theirs.upper(), ours)])
    read = f"select {said} from (select unnest($1::varchar[]) as {column.name})"
    with duckdb.connect() as connection:
        told = connection.execute(read, [[theirs, theirs.lower(), other]]).fetchall()
    assert [word for (word,) in told] == [ours, ours, other]
