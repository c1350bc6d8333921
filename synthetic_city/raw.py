"""Departments' own exports, with the fictitious names that their registers write: what ``lanterne pseudonymise`` is run on.

Each department writes names and places in a manner of its own; pseudonymised under the town's key, each export gives its extract back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from data_contracts.raw_exports import passing
from synthetic_city.registers_ledger import Texts
from synthetic_city.registers_records import RAW
from synthetic_city.render import DIALECTS, Dialect, csv_bytes, headers_of, written

Maker = Callable[[pd.DataFrame], Texts]


@dataclass(frozen=True, kw_only=True)
class Style:
    """``columns``: header → how its texts are made of a register's rows. ``is_upper``: typed in capitals without accents."""

    columns: tuple[tuple[str, Maker], ...]
    is_upper: bool = False


def render_raw(source: str, frame: pd.DataFrame) -> bytes:
    """The export of one source. ``frame``: an extract of a town whose registers keep what they write."""
    style, dialect = STYLES[source], _dialect(source)
    passed = tuple(column for column in passing(source) if column.header not in ("SEXE", "ANNEE_NAISSANCE"))
    texts = [written(frame[column.header], column, dialect) for column in passed]
    own = [_typed(make(frame), is_upper=style.is_upper) for _, make in style.columns]
    headers = [header for header, _ in style.columns]
    return csv_bytes([*headers, *headers_of(passed, dialect)], [*own, *texts], dialect)


def _dialect(source: str) -> Dialect:
    """As the extract's, in text."""
    dialect = DIALECTS[source]
    return replace(dialect, format="csv", dates="%d/%m/%Y" if dialect.dates == "serial" else dialect.dates)


def _typed(texts: Texts, *, is_upper: bool) -> pa.Array:
    return pa.array([text.upper() for text in texts] if is_upper else texts, pa.string())


def _raw(name: str) -> Maker:
    return lambda rows: rows[f"{RAW}{name}"].to_numpy(dtype=object)


def _column(name: str) -> Maker:
    return lambda rows: rows[name].to_numpy(dtype=object)


def _date(name: str, pattern: str = "{day}/{month}/{year}") -> Maker:
    """``00/00/1950`` where the register has the year alone."""

    def make(rows: pd.DataFrame) -> Texts:
        years = rows["ANNEE_NAISSANCE"] if name == "DATE_NAISSANCE" else pd.Series(np.nan, index=rows.index)
        spelt = [
            _spelt(text, year, pattern)
            for text, year in zip(_raw(name)(rows), years.to_numpy(float), strict=True)
        ]
        return np.array(spelt, dtype=object)

    return make


def _spelt(text: str, year: float, pattern: str) -> str:
    if not text:
        return "" if np.isnan(year) else pattern.format(day="00", month="00", year=int(year))
    stated, month, day = text.split("-")
    return pattern.format(day=day, month=month, year=stated)


def _one_field(between: str, *, first: str, second: str) -> Maker:
    """Both surnames in one field where there are two, else the first alone."""

    def make(rows: pd.DataFrame) -> Texts:
        one, two = _raw(first)(rows), _raw(second)(rows)
        return np.where((one != "") & (two != ""), one + between + two, one)

    return make


def _rest(name: str, *, unless: str) -> Maker:
    """A surname for which the other field has no room: only where that one is empty."""
    return lambda rows: np.where(_raw(unless)(rows) == "", _raw(name)(rows), "")


def _title(rows: pd.DataFrame) -> Texts:
    sex = _column("SEXE")(rows)
    return np.select([sex == "M", sex == "F"], ["M.", "MME"], "").astype(object)


def _number(rows: pd.DataFrame) -> Texts:
    return _cut(rows, 0)


def _street(rows: pd.DataFrame) -> Texts:
    return _cut(rows, 2)


def _cut(rows: pd.DataFrame, part: int) -> Texts:
    return np.array([text.partition(" ")[part] for text in _raw("ADRESSE")(rows)], dtype=object)


def _one_line(rows: pd.DataFrame) -> Texts:
    """The flat in front of the street, the town behind it."""
    parts = zip(_raw("COMPLEMENT")(rows), _raw("ADRESSE")(rows), strict=True)
    lines = [f"{flat} - {street} 47000 AGEN".removeprefix(" - ") if street else "" for flat, street in parts]
    return np.array(lines, dtype=object)


def _dwellings(rows: pd.DataFrame) -> Texts:
    counts = rows[f"{RAW}NB_LOGEMENTS"].to_numpy()
    return np.array([str(count) if count else "" for count in counts], dtype=object)


def _death_name(rows: pd.DataFrame) -> Texts:
    """As INSEE's file of deaths writes it."""
    found: Texts = _raw("NOM_NAISSANCE")(rows) + "*" + _raw("PRENOMS")(rows) + "/"
    return found


PLAIN_NAME = (
    ("NOM_NAISSANCE", _raw("NOM_NAISSANCE")),
    ("NOM_USAGE", _raw("NOM_USAGE")),
    ("PRENOMS", _raw("PRENOMS")),
    ("DATE_NAISSANCE", _date("DATE_NAISSANCE")),
    ("SEXE", _column("SEXE")),
)
PLAIN_PLACE = (
    ("ADRESSE", _raw("ADRESSE")),
    ("COMPLEMENT", _raw("COMPLEMENT")),
    ("NB_LOGEMENTS", _dwellings),
)
LINKED = (
    ("NOM_NAISSANCE_LIEE", _raw("NOM_NAISSANCE_LIEE")),
    ("NOM_USAGE_LIEE", _raw("NOM_USAGE_LIEE")),
    ("PRENOMS_LIEE", _raw("PRENOMS_LIEE")),
    ("DATE_NAISSANCE_LIEE", _date("DATE_NAISSANCE_LIEE")),
)
STYLES = {
    "liste_electorale": Style(
        columns=(
            ("nom de naissance", _raw("NOM_NAISSANCE")), ("nom d'usage", _raw("NOM_USAGE")), ("prénoms", _raw("PRENOMS")),
            ("sexe", _column("SEXE")), ("date de naissance", _date("DATE_NAISSANCE")),
            ("numéro de voie", _number), ("libellé de voie", _street), ("complément 1", _raw("COMPLEMENT")),
        ),
        is_upper=True,
    ),
    "etat_civil": Style(columns=(*PLAIN_NAME, ("ADRESSE", _one_line), ("NB_LOGEMENTS", _dwellings), *LINKED)),
    "parc_social": Style(
        columns=(
            ("CIVILITE", _title), ("NOM_FAMILLE", _one_field(" EP. ", first="NOM_NAISSANCE", second="NOM_USAGE")),
            ("NOM_MARITAL", _rest("NOM_USAGE", unless="NOM_NAISSANCE")), ("PRENOM", _raw("PRENOMS")), ("DDN", _date("DATE_NAISSANCE", "{day}.{month}.{year}")),
            ("NUMERO", _number), ("VOIE", _street), ("APPARTEMENT", _raw("COMPLEMENT")), ("NB_LOGEMENTS", _dwellings),
        ),
        is_upper=True,
    ),
    "usages_services": Style(
        columns=(
            ("Nom de naissance", _raw("NOM_NAISSANCE")), ("Nom usuel", _raw("NOM_USAGE")), ("Prénom", _raw("PRENOMS")),
            ("Né(e) le", _date("DATE_NAISSANCE")), ("Civilité", _title), *PLAIN_PLACE,
        )
    ),
    "registre_vulnerables": Style(
        columns=(
            ("Nom", _raw("NOM_USAGE")), ("Nom de jeune fille", _raw("NOM_NAISSANCE")), ("Prénom(s)", _raw("PRENOMS")),
            ("Date de naissance", _date("DATE_NAISSANCE")), ("Sexe", _column("SEXE")), *PLAIN_PLACE,
        )
    ),
    "signalements": Style(
        columns=(
            ("nom", _one_field(" née ", first="NOM_USAGE", second="NOM_NAISSANCE")), ("nom de naissance", _rest("NOM_NAISSANCE", unless="NOM_USAGE")),
            ("prenom", _raw("PRENOMS")), ("date de naissance", _date("DATE_NAISSANCE")), ("sexe", _column("SEXE")),
            ("adresse", _one_line), ("nb logements", _dwellings),
        )
    ),
    "visites": Style(columns=(*PLAIN_NAME, *PLAIN_PLACE)),
    "deces_publics": Style(columns=(("nomprenom", _death_name), ("datenaiss", _date("DATE_NAISSANCE", "{year}{month}{day}"))), is_upper=True),
    "oppositions": Style(columns=(*PLAIN_NAME, *PLAIN_PLACE, ("PORTEE", _raw("PORTEE")))),
}  # fmt: skip
"""One row a source that names people, fixed."""
