"""Raw rows with names → rows of the extract: match keys and place keys in, every direct identifier out.

Whether a building has several dwellings is what ``NB_LOGEMENTS_ADRESSE`` says. Where an export lacks that column all its rows are looked at first:
a building then has several dwellings when one of them names a flat, a building, stairs or a floor, or when more than ``MANY_SURNAMES`` surnames
live there; so has every address without a street number (a hamlet, a whole street). That errs towards an empty ``ID_LOGEMENT``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from data_contracts.addresses import Address
from data_contracts.contract import load
from data_contracts.letters import plain
from data_contracts.locales import FRENCH, Locale
from data_contracts.names import birth_year, iso_date, sex_of
from data_contracts.pseudonyms import (
    Person,
    Place,
    Texts,
    building_ids,
    each,
    home_ids,
    keys_of,
    opaque_ids,
    read_people,
    read_places,
)
from data_contracts.raw_exports import SCOPE, raw_export
from data_contracts.raw_rows import Flags, RawRows, addresses, complements, people, together

MANY_SURNAMES = 4
"""Assumed: a house whose residents bear more surnames is taken for several dwellings."""
ALONE, NO_FLAT = "_ALONE", "SANS_COMPLEMENT"
NAME_FIELDS = ("NOM_NAISSANCE", "NOM_USAGE", "PRENOMS", "DATE_NAISSANCE")


@dataclass(frozen=True, kw_only=True)
class Pseudonymised:
    """``extract``: the contract's columns, as if every building had several dwellings; ``settled`` puts that right with ``alone``, ID_LOGEMENT
    in a building of one dwelling; ``address``: ID_ADRESSE, which not every extract holds. ``counted``: whether the row itself says that there are several; None where the export does not.

    The rest is for counting, row for row: ``has_more``, something that only buildings of several dwellings need is said; ``worn``, the surname in use;
    ``names``, what else the row says of the name; ``written``, the identity as written; ``year_only``, a birth date that is none.
    """

    extract: pd.DataFrame
    alone: Texts
    address: Texts
    counted: Flags | None
    has_more: Flags
    worn: Texts
    names: Texts
    written: Texts
    year_only: Flags


@dataclass(frozen=True, kw_only=True)
class Buildings:
    """What all rows tell of buildings, by ID_ADRESSE. It grows with the number of addresses, not of rows."""

    with_more: set[str] = field(default_factory=set)
    surnames: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def look(self, done: Pseudonymised) -> None:
        """Adds what these rows say."""
        self.with_more.update(done.address[done.has_more])
        for building, name in zip(done.address, done.worn, strict=True):
            if building and name and len(self.surnames[building]) <= MANY_SURNAMES:
                self.surnames[building].add(hash(name))

    def has_several(self, addresses: Texts) -> Flags:
        """Row for row, of ID_ADRESSE."""

        def several(building: str) -> bool:
            return building in self.with_more or len(self.surnames.get(building, ())) > MANY_SURNAMES

        return each(addresses, several).astype(bool)


def settled(extract: pd.DataFrame, alone: Texts, several: Flags) -> pd.DataFrame:
    """The extract with ID_LOGEMENT, and what the place's quality depends on it, as ``several`` says."""
    columns = {}
    if "ID_LOGEMENT" in extract:
        columns["ID_LOGEMENT"] = np.where(several, extract["ID_LOGEMENT"], alone)
    if "QUALITE_ADRESSE" in extract:
        quality = extract["QUALITE_ADRESSE"].to_numpy(dtype=object)
        columns["QUALITE_ADRESSE"] = np.where((quality == NO_FLAT) & ~several, "COMPLETE", quality)
    return extract.assign(**columns)


def pseudonymised(
    source: str,
    rows: RawRows,
    secret: bytes,
    lines: dict[str, Address],
    day: date | None,
    *,
    locale: Locale = FRENCH,
) -> Pseudonymised:
    """``lines``: addresses read before, kept by the caller. ``day``: of a snapshot whose rows do not say theirs."""
    texts, place = people(rows), read_places(addresses(rows), complements(rows), lines, locale=locale)
    read, counted = read_people(texts, locale=locale), "NB_LOGEMENTS_ADRESSE" in rows.there
    columns = _places(rows, place, secret)
    columns |= _persons(rows, texts["DATE_NAISSANCE"], read, columns["ID_ADRESSE"], secret)
    columns |= _linked(rows, columns["ID_ADRESSE"], secret, locale)
    _scoped(columns, rows)
    columns |= _record_names(source, rows, secret)
    if day is not None and raw_export(source).day not in rows.there:
        columns[raw_export(source).day] = np.full(rows.size, day.isoformat(), dtype=object)
    table = {
        c.header: columns[c.header] if c.header in columns else _passed(rows[c.header], c.kind)
        for c in load(source).columns
    }
    return Pseudonymised(
        extract=pd.DataFrame(table, dtype=object),
        alone=columns[ALONE],
        address=columns["ID_ADRESSE"],
        counted=_counted(rows["NB_LOGEMENTS_ADRESSE"]) if counted else None,
        has_more=place.has_more | ~_numbered(place),
        worn=np.where(read.usage == "", read.birth, read.usage),
        names=together(each(texts["PRENOMS"], plain), read.usage),
        written=together(*(texts[name].to_numpy(dtype=object) for name in NAME_FIELDS)),
        year_only=(texts["DATE_NAISSANCE"] != "").to_numpy() & (read.born == ""),
    )  # fmt: skip


def _persons(
    rows: RawRows, dates: pd.Series, read: Person, address: Texts, secret: bytes
) -> dict[str, Texts]:
    """Keys, year and sex."""
    keys = keys_of(read, address, secret)
    year, sex = each(dates, birth_year), each(rows["SEXE"], sex_of)
    return {
        **{str(name): keys[name].to_numpy(dtype=object) for name in keys},
        "ANNEE_NAISSANCE": np.where(year == "", each(rows["ANNEE_NAISSANCE"], birth_year), year),
        "SEXE": np.where(sex == "", each(rows["CIVILITE"], sex_of), sex),
    }


def _linked(rows: RawRows, address: Texts, secret: bytes, locale: Locale) -> dict[str, Texts]:
    """Two keys and the sex of the person to whom an act links the subject; at the subject's address."""
    if not any(name.endswith("_LIEE") for name in rows.there):
        return {}
    other = pd.DataFrame({name: rows[f"{name}_LIEE"] for name in NAME_FIELDS}, dtype=object)
    keys = keys_of(read_people(other, locale=locale), address, secret)
    return {
        **{f"{name}_LIEE": keys[name].to_numpy(dtype=object) for name in ("CLE_IDENTITE", "CLE_NOM_ADRESSE")},
        "SEXE_LIEE": each(rows["SEXE_LIEE"], sex_of),
    }


def _places(rows: RawRows, place: Place, secret: bytes) -> dict[str, Texts]:
    some, none = np.ones(rows.size, dtype=bool), np.zeros(rows.size, dtype=bool)
    found = {
        "ID_ADRESSE": building_ids(place, secret),
        "ID_LOGEMENT": home_ids(place, some, secret),
        ALONE: home_ids(place, none, secret),
    }
    if "QUALITE_ADRESSE" not in rows.there:
        cases = [place.street == "", ~_numbered(place), place.flat == ""]
        found["QUALITE_ADRESSE"] = np.select(cases, ["", "LIEU_DIT", NO_FLAT], "COMPLETE").astype(object)
    return found


def _numbered(place: Place) -> Flags:
    """Whether the address has a street number; without one it is a hamlet's or a whole street's."""
    return each(place.street, lambda street: street[:1].isdigit()).astype(bool)


def _counted(numbers: Texts) -> Flags:
    """More than one dwelling; a number that is missing or no number counts as several."""
    digits = each(numbers, lambda text: "".join(text.split()).removesuffix(".0"))
    return ~each(digits, lambda text: text.isdigit() and int(text) <= 1).astype(bool)


def _scoped(columns: dict[str, Texts], rows: RawRows) -> None:
    """An objection protects a person, a dwelling, or both."""
    scope = each(rows[SCOPE], plain)
    for name in columns:
        if name.startswith("CLE_") or name in ("ID_LOGEMENT", ALONE):
            other = "LOGEMENT" if name.startswith("CLE_") else "PERSONNE"
            columns[name] = np.where(scope == other, "", columns[name])


def _record_names(source: str, rows: RawRows, secret: bytes) -> dict[str, Texts]:
    """A keyed name in place of the department's number, where the export has no opaque one."""
    export = raw_export(source)
    if not export.record or export.record in rows.there or not set(export.numbers) & set(rows.there):
        return {}
    number, *others = (rows[name] for name in export.named_by if name in rows.there)
    return {
        export.record: opaque_ids(
            secret, number, *(each(other, lambda text: text or "-") for other in others)
        )
    }


def _passed(values: Texts, kind: str) -> Texts:
    """As it was read; but dates without separators, which no extract may hold, are spelt out."""
    return each(values, _spelt_out) if kind == "date" else values


def _spelt_out(text: str) -> str:
    return iso_date(text) if len(text) == 8 and text.isdigit() else text
