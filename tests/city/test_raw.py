"""The whole way: what departments hold, with names → pseudonymised under the town's key → the extract that the town delivers."""

from __future__ import annotations

import io
import stat
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_contracts.contract import SOURCES, Gate, load
from pipelines.city import write_city
from pipelines.ingest import ingest
from pipelines.keys import read_key
from pipelines.pseudonymise import Report, pseudonymise
from pipelines.settings import Paths
from pipelines.store import open_store
from synthetic_city.city import City, build, deliveries, raw_exports
from synthetic_city.raw import STYLES, render_raw
from synthetic_city.registers import extracts

OPEN: dict[str, Gate] = dict.fromkeys(SOURCES, "open")

PERSONS, MONTHS, SEED = 2_000, 6, 4
KEYS = ("CLE_", "ID_ADRESSE", "ID_LOGEMENT")


@cache
def town() -> City:
    return build(PERSONS, MONTHS, SEED, with_raw=True)


@cache
def exports() -> dict[str, bytes]:
    return dict(raw_exports(town()))


@cache
def delivered() -> dict[str, pd.DataFrame]:
    """All that each source ever handed over, delivery after delivery."""
    found: dict[str, list[pd.DataFrame]] = {}
    for month in range(MONTHS):
        for source, frame in extracts(town().registers, town().history, month):
            found.setdefault(source, []).append(frame)
    return {source: pd.concat(frames, ignore_index=True) for source, frames in found.items()}


def back(folder: Path, source: str) -> tuple[pd.DataFrame, Report]:
    """All exports of ``source`` in one, pseudonymised and read again as text."""
    raw = folder / "raw.csv"
    raw.write_bytes(render_raw(source, delivered()[source]))
    report = pseudonymise(source, raw, folder / f"{source}.csv", town().registers.places.secret)
    return pd.read_csv(folder / f"{source}.csv", sep=";", dtype=str, keep_default_na=False), report


def day() -> str:
    return next(iter(exports())).split("/")[0]


@pytest.mark.parametrize("source", [source for source in STYLES if source != "oppositions"])
def test_a_raw_export_gives_back_the_keys_that_the_town_delivers(tmp_path: Path, source: str) -> None:
    """Errors of the registers are in the raw names too, so that every key is the same. (Objections are a few a year: drawn elsewhere.)"""
    extract, report = back(tmp_path, source)
    expected = delivered()[source]
    assert report.rows_read == report.rows_written == len(extract) == len(expected) > 0
    for name in (c.header for c in load(source).columns if c.header.startswith(KEYS)):
        assert extract[name].tolist() == expected[name].tolist(), name
        assert report.empty[name] == (expected[name] == "").sum()
    for name in {"SEXE", "SEXE_LIEE"} & set(extract):
        assert extract[name].tolist() == expected[name].tolist()
    year = pd.to_numeric(extract["ANNEE_NAISSANCE"], errors="coerce").to_numpy(float)
    np.testing.assert_array_equal(year, expected["ANNEE_NAISSANCE"].to_numpy(float))


@pytest.mark.parametrize("source", ["liste_electorale", "parc_social", "etat_civil"])
def test_no_name_and_no_address_of_the_export_is_in_the_extract(tmp_path: Path, source: str) -> None:
    """The birth names and streets of the whole town, looked for in every byte that was written."""
    back(tmp_path, source)
    names, places = town().registers.everyone.names, town().registers.places
    ours = {str(name).upper() for name in names.surnames[names.birth] if len(name) > 5}
    streets = {text.partition(" ")[2].upper() for text in places.address}
    raw = (
        (tmp_path / "raw.csv")
        .read_bytes()
        .decode("cp1252" if source == "liste_electorale" else "utf-8")
        .upper()
    )
    written = "".join(
        path.read_text(encoding="utf-8").upper() for path in tmp_path.iterdir() if path.name != "raw.csv"
    )
    words = set(written.replace('"', " ").replace(";", " ").split())
    assert any(name in raw for name in ours) and any(street in raw for street in streets)
    assert not ours & words
    assert not any(street in written for street in streets)


@pytest.mark.slow
def test_names_change_nothing_in_what_is_delivered() -> None:
    assert dict(deliveries(build(PERSONS, 2, SEED))) == dict(
        deliveries(build(PERSONS, 2, SEED, with_raw=True))
    )


@pytest.mark.slow
def test_the_raw_folder_holds_exports_and_the_key_and_is_written_on_demand_only(tmp_path: Path) -> None:
    for name, with_raw in (("with", True), ("without", False)):
        write_city(
            tmp_path / name,
            persons=PERSONS,
            months=2,
            seed=SEED,
            replace=False,
            with_raw=with_raw,
            progress=str,
        )
    key = tmp_path / "with" / "raw" / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert read_key(key) == build(PERSONS, 1, SEED).registers.places.secret
    both = [{p.relative_to(tmp_path / n): p.read_bytes() for p in sorted((tmp_path / n).rglob("*")) if p.is_file() and p.name != "lanterne.key"} for n in ("with", "without")]  # fmt: skip
    more = {path for path in both[0] if path.parts[0] == "raw"}
    assert {path.name for path in more} >= {"key", "liste_electorale.csv", "parc_social.csv"}
    assert {path: content for path, content in both[0].items() if path not in more} == both[1]


@pytest.mark.slow
def test_what_is_pseudonymised_is_ingested(tmp_path: Path) -> None:
    """Raw → extract → warehouse, every source of the latest delivery; a handful of lines break rules in the town's own extracts too."""
    folder = tmp_path / "deliveries" / day()
    folder.mkdir(parents=True)
    for name, content in exports().items():
        source = Path(name).stem
        (tmp_path / "raw.csv").write_bytes(content)
        pseudonymise(source, tmp_path / "raw.csv", tmp_path / f"{source}.csv", town().registers.places.secret)
        (tmp_path / f"{source}.csv").rename(folder / f"{source}.csv")
    theirs = tmp_path / "theirs" / day()
    theirs.mkdir(parents=True)
    for name, content in deliveries(town()):
        if name.startswith(day()):
            (theirs.parent / name).write_bytes(content)
    with open_store(Paths(database=tmp_path / "a.duckdb")) as connection:
        ours = {file.source: file for file in ingest(connection, folder.parent, gates=OPEN).files}
    with open_store(Paths(database=tmp_path / "b.duckdb")) as connection:
        expected = {file.source: file for file in ingest(connection, theirs.parent, gates=OPEN).files}
    assert set(ours) == {Path(name).stem for name in exports()}
    for source, file in ours.items():
        assert (file.rows_read, file.rows_accepted) == (
            expected[source].rows_read,
            expected[source].rows_accepted,
        )
        assert file.rows_accepted > 0


def test_exports_are_read_as_departments_write_them() -> None:
    """A picture of three of them: the roll in capitals, the landlord's one field, the death file's one name."""
    heads = {
        name: exports()[f"{day()}/{name}.csv"].split(b"\n")[0].decode("cp1252")
        for name in ("liste_electorale", "parc_social", "deces_publics")
    }
    assert heads["liste_electorale"].startswith(
        "nom de naissance;nom d'usage;prénoms;sexe;date de naissance;numéro de voie"
    )
    assert heads["parc_social"].startswith("CIVILITE\tNOM_FAMILLE\tNOM_MARITAL\tPRENOM\tDDN\tNUMERO\tVOIE")
    assert heads["deces_publics"].startswith("nomprenom,datenaiss,")
    leases = pd.read_csv(
        io.BytesIO(exports()[f"{day()}/parc_social.csv"]), sep="\t", dtype=str, keep_default_na=False
    )
    assert leases["NOM_FAMILLE"].str.contains(" EP. ", regex=False).any()
