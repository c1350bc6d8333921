"""``lanterne correspondence``: departments' raw exports → the rows of the key holder's table, under the keys that ``pseudonymise`` gives them.

Names stay in memory: nothing is written here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from data_contracts import dialects
from data_contracts.addresses import Address
from data_contracts.contract import load
from data_contracts.conversions import YES
from data_contracts.errors import ConfigurationError
from data_contracts.names import iso_date, sex_of
from data_contracts.pseudonymising import Buildings, Pseudonymised, pseudonymised, settled
from data_contracts.pseudonyms import Texts, each
from data_contracts.raw_exports import BESIDE
from data_contracts.raw_rows import Flags, RawRows, addresses, people, raw_rows, together
from features.gates import CONSENT
from features.objections import FLAG, PERSON_SOURCES
from pipelines import extract_files as files
from pipelines.pseudonymise import Progress, Recognised, recognise
from review.names.correspondence import Person

Shown = dict[str, Texts]
Newest = dict[tuple[str, str], tuple[str, Person]]
"""(person key, place) → (day on which it was known, row)."""
SUBJECT, LINKED = "", "_LIEE"
"""Whom a row names: its subject, and the person to whom an act links them; the end of their columns' names."""
TITLES = {"M": "M.", "F": "Mme"}
LABELS = (("BATIMENT", "Bât."), ("ESCALIER", "Esc."), ("COMPLEMENT_2", ""), ("COMPLEMENT_1", ""), ("ETAGE", "Étage"), ("APPARTEMENT", "Appt"))  # fmt: skip
"""What leads to a door, in the order of the way, and the word for a bare number or letter."""
GROUND = {"Étage 0": "Rez-de-chaussée"}
WORD = re.compile(r"[^\W\d_]{2}")
NUMBER = re.compile(r"-?\d{1,3}(?:[.,]\d+)?")
SHORT_YEAR = re.compile(r"(\d\d?/\d\d?/)(\d\d)")


@dataclass(frozen=True, kw_only=True)
class Export:
    """One raw export of one source."""

    source: str
    raw: Path


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Counts of one export. ``rows_set_aside``: misshapen lines. ``rows_withheld``: rows that say an objection, or lack the consent that their
    source asks for. Of the persons whom the other rows name: ``without_key``, of whom no key can be made; ``persons``, all others."""

    source: str
    rows_read: int
    rows_set_aside: int
    rows_withheld: int
    without_key: int
    persons: int


@dataclass(frozen=True, kw_only=True)
class Table:
    """``rows``: one a person key and dwelling, or address where the flat is not known, ordered by them."""

    rows: tuple[Person, ...]
    taken: tuple[Taken, ...]


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """Rows as ``pseudonymise`` makes them and, row for row, what is shown of the persons whom they name."""

    done: Pseudonymised
    shown: dict[str, Shown]
    misshapen: int


def gathered(
    exports: Sequence[Export],
    key: bytes,
    *,
    day: date | None = None,
    town: str = "",
    progress: Progress = lambda message: None,
) -> Table:
    """Of several rows about one person at one place the one known last counts; of one day, the one read last. A day that cannot be read is the first of all.

    ``day``: of snapshots whose rows do not say theirs. ``town``: INSEE code, as for ``pseudonymise``: whoever lives elsewhere has no address here.
    Raises ConfigurationError as ``check_named`` does, and what ``pseudonymise`` raises for an export that cannot be read.
    """
    newest: Newest = {}
    taken = []
    for export in exports:
        check_named(export)
        taken.append(_take(export, list(_batches(export, key, day, town, progress)), newest))
    return Table(rows=tuple(newest[place][1] for place in sorted(newest)), taken=tuple(taken))


def check_named(export: Export) -> None:
    """Raises ConfigurationError for a missing file, and for a source that does not say where somebody lives who may be visited."""
    if export.source not in PERSON_SOURCES:
        raise ConfigurationError(
            f"`{export.source}` does not say where somebody lives who may be visited",
            where="--from",
            hint=f"sources are: {', '.join(PERSON_SOURCES)}.",
        )
    files.form_of(export.raw)


def _take(export: Export, batches: Sequence[_Batch], newest: Newest) -> Taken:
    counts = Counter(set_aside=sum(batch.misshapen for batch in batches))
    for extract, shown in _settled(batches):
        may = _may_be_used(extract)
        counts.update(rows=len(extract), withheld=int((~may).sum()))
        for told_on, person in _entries(export.source, extract, shown, may):
            counts.update(["persons" if person.key else "without_key"])
            place = (person.key, person.dwelling or person.address_id)
            if person.key and (place not in newest or told_on >= newest[place][0]):
                newest[place] = (told_on, person)
    return Taken(
        source=export.source,
        rows_read=counts["rows"] + counts["set_aside"],
        rows_set_aside=counts["set_aside"],
        rows_withheld=counts["withheld"],
        without_key=counts["without_key"],
        persons=counts["persons"],
    )


def _batches(export: Export, key: bytes, day: date | None, town: str, progress: Progress) -> Iterator[_Batch]:
    found = recognise(export.source, export.raw, day)
    lines: dict[str, Address] = {}
    for batch in dialects.batches(found.contract, found.dialect, export.raw.name, files.opener(export.raw)):
        rows = raw_rows(batch.table, _headers(found), town)
        done = pseudonymised(export.source, rows, key, lines, day)
        ends = [end for end in (SUBJECT, LINKED) if f"CLE_IDENTITE{end}" in done.extract]
        place = _place(rows)
        yield _Batch(
            done=done,
            shown={end: _name(rows, end) | place for end in ends},
            misshapen=len(batch.misshapen),
        )
        progress(f"{export.source} · {rows.size:,} rows")


def _headers(found: Recognised) -> dict[str, str]:
    """Column of the file → field: those of which the extract is made, and those that are shown besides."""
    beside = {name.lower(): field for field, others in BESIDE.items() for name in (field, *others.split())}
    return found.read | {name: beside[name] for name in found.dialect.headers if name in beside}


def _settled(batches: Sequence[_Batch]) -> Iterator[tuple[pd.DataFrame, dict[str, Shown]]]:
    """The extract with ID_LOGEMENT, as ``pseudonymise`` writes it."""
    buildings = Buildings()
    for batch in batches:
        buildings.look(batch.done)
    for batch in batches:
        done = batch.done
        several = buildings.has_several(done.address) if done.counted is None else done.counted
        yield settled(done.extract, done.alone, several), batch.shown


def _may_be_used(extract: pd.DataFrame) -> Flags:
    """Not whoever objected in this row, nor whoever was not asked, or did not agree, where the source asks for consent (``features.gates``)."""
    may = np.ones(len(extract), dtype=bool)
    if (flag := FLAG.upper()) in extract:
        may &= ~each(extract[flag], lambda text: text.upper() in YES).astype(bool)
    if (consent := CONSENT.upper()) in extract:
        may &= (extract[consent] == "O").to_numpy(dtype=bool)
    return may


def _entries(
    source: str, extract: pd.DataFrame, shown: dict[str, Shown], may: Flags
) -> Iterator[tuple[str, Person]]:
    """(day on which it was known, person) of everybody whom a row that may be used names; the key is empty where none can be made."""
    days = [each(extract[name.upper()], _iso) for name in load(source).known_on]
    homes = [extract[name].to_numpy(dtype=object) for name in ("ID_LOGEMENT", "ID_ADRESSE")]
    for end, texts in shown.items():
        identity, at_home = (
            extract[f"{name}{end}"].to_numpy(dtype=object) for name in ("CLE_IDENTITE", "CLE_NOM_ADRESSE")
        )
        is_named = (texts["surname"] != "") | (texts["given_name"] != "")
        for at in np.flatnonzero(may & is_named):
            person = Person(
                key=identity[at] or at_home[at],
                dwelling=homes[0][at] or None,
                address_id=homes[1][at],
                **{name: values[at] for name, values in texts.items()},
            )
            yield max(day[at] for day in days), person


def _iso(text: str) -> str:
    """A register came to know it in this century."""
    return iso_date(SHORT_YEAR.sub(r"\g<1>20\2", text) if SHORT_YEAR.fullmatch(text) else text)


def _name(rows: RawRows, end: str) -> Shown:
    """As the register writes it, spaces apart; the surname in use before the one of birth."""
    texts = people(rows) if end == SUBJECT else {name: rows[f"{name}{end}"] for name in ("NOM_NAISSANCE", "NOM_USAGE", "PRENOMS")}  # fmt: skip
    birth, usage, given = (each(texts[name], _spaced) for name in ("NOM_NAISSANCE", "NOM_USAGE", "PRENOMS"))
    civil, sex = (each(rows[f"{name}{end}"], _title) for name in ("CIVILITE", "SEXE"))
    return {
        "title": np.where(civil == "", sex, civil),
        "given_name": given,
        "surname": np.where(usage == "", birth, usage),
    }


def _title(text: str) -> str:
    return TITLES.get(sex_of(text), "")


def _place(rows: RawRows) -> Shown:
    """As the register writes it, spaces apart; nothing of an address that ``pseudonymise`` leaves out for another town's."""
    pieces = [rows[name] for name in ("NUMERO_VOIE", "REPETITION", "TYPE_VOIE", "LIBELLE_VOIE")]
    line = np.where(pieces[3] == "", rows["ADRESSE"], together(*pieces))
    hamlet = rows["LIEU_DIT"]
    is_hamlet = (line == "") & (hamlet != "")
    parts = [each(rows[name], _labelled(label)) for name, label in LABELS]
    is_here = addresses(rows) != ""
    longitude, latitude = _coordinates(rows, is_here)
    shown = {
        "address": np.where(is_hamlet, together(pieces[0], hamlet), line),
        "complement": _joined(np.where(is_hamlet, "", hamlet), *parts),
        "postcode_town": together(rows["CODE_POSTAL"], rows["COMMUNE"]),
    }
    told = {name: np.where(is_here, each(texts, _spaced), "") for name, texts in shown.items()}
    return told | {"longitude": longitude, "latitude": latitude}


def _labelled(label: str) -> Callable[[str], str]:
    """``3`` → Étage 3, ``0`` → Rez-de-chaussée; but ``RDC`` and ``Bât. B`` say themselves what they are."""

    def told(text: str) -> str:
        if not text or not label or WORD.search(text):
            return text
        return GROUND.get(f"{label} {text}", f"{label} {text}")

    return told


def _joined(*texts: Texts) -> Texts:
    joined = np.empty(len(texts[0]), dtype=object)
    joined[:] = [", ".join(filter(None, parts)) for parts in zip(*texts, strict=True)]
    return joined


def _coordinates(rows: RawRows, is_here: Flags) -> tuple[Texts, Texts]:
    """Degrees; None for both where one is missing, no number, or nowhere on earth."""
    east = each(rows["LONGITUDE"], lambda text: _degrees(text, 180))
    north = each(rows["LATITUDE"], lambda text: _degrees(text, 90))
    is_known = is_here & np.array([None not in point for point in zip(east, north, strict=True)], dtype=bool)
    east[~is_known] = north[~is_known] = None
    return east, north


def _degrees(text: str, most: float) -> float | None:
    if not NUMBER.fullmatch(text):
        return None
    degrees = float(text.replace(",", "."))
    return degrees if abs(degrees) <= most else None


def _spaced(text: str) -> str:
    return " ".join(text.split())
