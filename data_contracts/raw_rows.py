"""A department's rows as they were read, put together: one person's texts, one line of address, one text for the flat."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from data_contracts.conversions import NULLS
from data_contracts.letters import plain
from data_contracts.pseudonyms import Texts, each

BLANKS = " \t\r\n\u00a0\u202f"
LONGEST_NULL = max(map(len, NULLS))
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class RawRows:
    """Text columns of some rows by field, trimmed, '' for all that stands for nothing; a field that the file lacks is empty throughout. ``there``: fields that the file has."""

    columns: Mapping[str, Texts]
    size: int
    there: Collection[str]
    town: str = ""
    """INSEE code; the address of a row whose COMMUNE_DOMICILE is another is not read, for streets of the same name are everywhere."""

    def __getitem__(self, name: str) -> Texts:
        found = self.columns.get(name)
        return np.full(self.size, "", dtype=object) if found is None else found


def raw_rows(table: pa.Table, headers: Mapping[str, str], town: str = "") -> RawRows:
    """``headers``: field of each column of ``table`` that is read."""
    columns = {
        name: each(table.column(column).to_numpy(zero_copy_only=False).astype(object), _said)
        for column, name in headers.items()
    }
    return RawRows(columns=columns, size=table.num_rows, there=frozenset(headers.values()), town=town)


def _said(text: str) -> str:
    told = text.strip(BLANKS)
    return "" if len(told) <= LONGEST_NULL and plain(told) in NULLS else told


def people(rows: RawRows) -> pd.DataFrame:
    """``NOM`` is the birth surname where the export has another column for the one in use only, else the one in use.

    ``NOM_PRENOM`` is the public death file's ``NOM*PRENOMS/``.
    """
    birth, usage, given = rows["NOM_NAISSANCE"], rows["NOM_USAGE"], rows["PRENOMS"]
    if "NOM" in rows.there:
        is_birth = "NOM_NAISSANCE" not in rows.there and "NOM_USAGE" in rows.there
        birth = np.where(birth == "", rows["NOM"], birth) if is_birth else birth
        usage = usage if is_birth else np.where(usage == "", rows["NOM"], usage)
    if "NOM_PRENOM" in rows.there:
        both = rows["NOM_PRENOM"]
        birth = np.where(birth == "", each(both, lambda text: text.partition("*")[0]), birth)
        given = np.where(given == "", each(both, lambda text: text.partition("*")[2].rstrip("/")), given)
    return pd.DataFrame(
        {
            "NOM_NAISSANCE": birth,
            "NOM_USAGE": usage,
            "PRENOMS": given,
            "DATE_NAISSANCE": rows["DATE_NAISSANCE"],
        },
        dtype=object,
    )


def addresses(rows: RawRows) -> Texts:
    """The line of the street, whichever way the export cuts it; a hamlet where there is no street."""
    pieces = [rows[name] for name in ("NUMERO_VOIE", "REPETITION", "TYPE_VOIE", "LIBELLE_VOIE")]
    street = np.where(pieces[3] == "", "", together(*pieces))
    line = np.where(street == "", rows["ADRESSE"], street)
    hamlet = each(rows["LIEU_DIT"], lambda text: f"LIEU DIT {text}" if text else "")
    numbered = np.where((line == "") & (hamlet != ""), together(pieces[0], hamlet), line)
    return np.where(_lives_elsewhere(rows), "", np.where(numbered == "", hamlet, numbered))


def _lives_elsewhere(rows: RawRows) -> Flags:
    home = each(rows["COMMUNE_DOMICILE"], lambda text: text.lstrip("0"))
    elsewhere: Flags = (home != "") & (home != rows.town.lstrip("0")) & bool(rows.town)
    return elsewhere


def complements(rows: RawRows) -> Texts:
    """What is said of the dwelling, building first; the floor where no flat has a number of its own."""
    own = rows["APPARTEMENT"]
    parts = [
        _named("BAT", rows["BATIMENT"]),
        _named("ESC", rows["ESCALIER"]),
        rows["COMPLEMENT_2"],
        rows["COMPLEMENT_1"],
    ]
    floor = np.where(own == "", _named("ETAGE", each(rows["ETAGE"], _floor_number)), "")
    return each(together(*parts, floor, _named("APPT", own)), str.strip)


def _floor_number(text: str) -> str:
    told = plain(text)
    return "0" if told.startswith("R") else "".join(c for c in told if c.isdigit())


def _named(marker: str, values: Texts) -> Texts:
    return each(values, lambda text: f"{marker} {text}" if text else "")


def together(*texts: Texts) -> Texts:
    joined = np.empty(len(texts[0]), dtype=object)
    joined[:] = [" ".join(filter(None, parts)) for parts in zip(*texts, strict=True)]
    return joined
