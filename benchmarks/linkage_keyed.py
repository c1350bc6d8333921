"""The linkage sets as ``lanterne pseudonymise`` hands them over: names stay behind, match keys and the truth come out.

The truth rides beside, never through: rows carry an opaque number, by which the extract is joined with the true clusters afterwards.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from benchmarks.australian import AUSTRALIAN
from benchmarks.linkage_data import FAKE
from data_contracts.locales import FRENCH, Locale
from pipelines.keys import make_key, read_key
from pipelines.pseudonymise import pseudonymise

SOURCE, RECORD, DAY = "registre_vulnerables", "ID_INSCRIT", date(2026, 11, 1)
FEBRL_FIELDS = {
    "NOM_NAISSANCE": "surname",
    "PRENOMS": "given_name",
    "DATE_NAISSANCE": "date_of_birth",
    "NUMERO_VOIE": "street_number",
    "LIBELLE_VOIE": "address_1",
    "COMPLEMENT_1": "address_2",
    "QUARTIER": "postcode",
}
"""Field of a raw export → column of the set; ``QUARTIER`` is handed over as it is, a city's code of a part of it."""
FAKE_FIELDS = {"NOM_NAISSANCE": "surname", "PRENOMS": "first_name", "DATE_NAISSANCE": "dob", "QUARTIER": "city"}  # fmt: skip


def raw_export(name: str, table: pd.DataFrame, *, part_of_town: bool = True) -> pd.DataFrame:
    """What a department would hand in. ``part_of_town``: with ``QUARTIER``, made of the postcode (Febrl) or the town (fake_1000)."""
    fields: Mapping[str, str] = FAKE_FIELDS if name == FAKE else FEBRL_FIELDS
    kept = {field: table[column] for field, column in fields.items() if part_of_town or field != "QUARTIER"}
    return pd.DataFrame({RECORD: table["record"].astype(str), **kept})


def keyed_extract(
    name: str, table: pd.DataFrame, *, locale: Locale | None = None, part_of_town: bool = True
) -> pd.DataFrame:
    """The extract of the set ``name``, row for row, text columns with '' = missing, and ``record`` and ``cluster`` as ``table`` has them.

    ``locale``: Australian for Febrl and French for fake_1000 where none is given. The key is thrown away.
    """
    way = locale or (FRENCH if name == FAKE else AUSTRALIAN)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make_key(home / "key")
        raw_export(name, table, part_of_town=part_of_town).to_csv(home / "raw.csv", sep=";", index=False)
        out = home / f"{SOURCE}.csv"
        report = pseudonymise(SOURCE, home / "raw.csv", out, read_key(home / "key"), day=DAY, locale=way)
        if report.rows_written != len(table):
            raise ValueError(f"{name}: {report.rows_set_aside} of {report.rows_read} rows were set aside")
        extract = pd.read_csv(out, sep=";", dtype=str, keep_default_na=False)
    extract["record"] = extract[RECORD].astype(int)
    return extract.merge(table[["record", "cluster"]], on="record", validate="one_to_one").sort_values(
        "record", ignore_index=True
    )
