"""``lanterne pseudonymise``: a department's raw export → the extract that it hands over, and a report. Nothing else of the system is needed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from data_contracts import dialects
from data_contracts.addresses import Address
from data_contracts.collisions import Seen
from data_contracts.contract import Contract, load
from data_contracts.dialects import Dialect
from data_contracts.errors import ContractError
from data_contracts.locales import FRENCH, Locale
from data_contracts.pseudonymising import Buildings, Pseudonymised, pseudonymised, settled
from data_contracts.raw_exports import DROPPED, fields, passing, raw_export, reading
from data_contracts.raw_rows import raw_rows
from data_contracts.readers import Format, Opener
from pipelines import extract_files as files

Progress = Callable[[str], None]
NAMES = ("NOM_NAISSANCE", "NOM_USAGE", "NOM", "NOM_PRENOM")


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """``read``: column of the file → field; ``dropped``: columns that are written nowhere; ``absent``: columns of the extract that stay empty."""

    contract: Contract
    dialect: Dialect
    read: dict[str, str]
    dropped: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was done; ``rows_read = rows_written + rows_set_aside``. It names columns and counts, nobody.

    ``empty``: rows without each key. ``set_aside``: (line, length in characters) of misshapen rows. ``year_only``: birth dates of which only the
    year, or nothing, could be read. ``collisions``: see ``Seen.counted``.
    """

    source: str
    contract_version: str
    raw: str
    extract: str
    rows_read: int
    rows_written: int
    rows_set_aside: int
    empty: dict[str, int]
    year_only: int
    collisions: dict[str, int]
    recognised: dict[str, str]
    dropped: tuple[str, ...]
    absent: tuple[str, ...]
    dialect: dict[str, object]
    set_aside: tuple[tuple[int, int], ...]

    def as_json(self) -> dict[str, object]:
        """As written beside the extract."""
        return asdict(self)


@dataclass(kw_only=True)
class _Counts:
    """What grows while rows go by."""

    written: int = 0
    empty: Counter[str] = field(default_factory=Counter)
    year_only: int = 0
    seen: Seen = field(default_factory=Seen)
    set_aside: list[tuple[int, int]] = field(default_factory=list)


def pseudonymise(
    source: str,
    raw: Path,
    out: Path,
    key: bytes,
    *,
    day: date | None = None,
    town: str = "",
    locale: Locale = FRENCH,
    progress: Progress = lambda message: None,
) -> Report:
    """Writes ``out`` and its report, both whole or not at all. ``locale``: how names and addresses are read.

    Raises ConfigurationError for a source or a file name that cannot be, ContractError for an export that cannot be read.
    """
    raw_export(source)
    files.check_apart(raw, out)
    found, counts = recognise(source, raw, day), _Counts()
    done = _read(source, raw, key, found, counts, day=day, town=town, locale=locale, progress=progress)
    with files.whole(out) as partial, files.sink(source, partial, files.suffix_of(out)) as write:
        for extract in _settled(source, out, done):
            write(extract)
            counts.empty.update({name: int((extract[name] == "").sum()) for name in _keys(extract)})
    report = _report(source, raw, out, found, counts)
    with files.whole(report_path(out)) as partial:
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=2, default=str)
        partial.write_text(text + "\n", encoding="utf-8")
    return report


def report_path(out: Path) -> Path:
    """``liste_electorale.csv.gz`` → ``liste_electorale.report.json``."""
    return out.with_name(out.name[: -len(files.suffix_of(out))] + ".report.json")


def recognise(source: str, raw: Path, day: date | None) -> Recognised:
    """Which column of the file is which field. Raises ContractError for a column that nobody knows, and for one that must be there."""
    form, opener = files.form_of(raw), files.opener(raw)
    dialects.sniff(
        reading(source), raw.name, form, opener
    )  # refuses unknown and doubled columns by their fields' names
    apart = reading(source, one_column_a_name=True)
    dialect = dialects.sniff(apart, raw.name, form, opener)
    field_of = {name.lower(): f for f, others in fields(source).items() for name in (f, *others)}
    read = {name: field_of[name] for name in dialect.headers if field_of[name] not in DROPPED}
    _check_enough(source, raw, set(read.values()), day)
    passed = {c.header for c in passing(source)} & set(read.values())
    written = {c.header for c in load(source).columns}
    return Recognised(
        contract=replace(apart, columns=tuple(c for c in apart.columns if c.name in dialect.headers)),
        dialect=replace(dialect, absent=()),
        read=read,
        dropped=tuple(name for name in dialect.headers if field_of[name] not in passed | written),
        absent=tuple(c.header for c in passing(source) if c.header not in passed),
    )


def _read(
    source: str,
    raw: Path,
    key: bytes,
    found: Recognised,
    counts: _Counts,
    *,
    day: date | None,
    town: str,
    locale: Locale,
    progress: Progress,
) -> Iterator[Pseudonymised]:
    """Batch by batch, counted. Addresses are read once for the whole file."""
    lines: dict[str, Address] = {}
    for batch in dialects.batches(found.contract, found.dialect, raw.name, files.opener(raw)):
        rows = raw_rows(batch.table, found.read, town)
        done = pseudonymised(source, rows, key, lines, day, locale=locale)
        counts.written += len(done.extract)
        counts.year_only += int(done.year_only.sum())
        counts.set_aside += batch.misshapen
        counts.seen.add(done)
        progress(f"{counts.written:,} rows")
        yield done


def _settled(source: str, out: Path, batches: Iterator[Pseudonymised]) -> Iterator[pd.DataFrame]:
    """Where rows do not say how many dwellings their address has, all are kept aside, with keys for names, until every row was seen."""
    buildings = Buildings()
    with files.spool(source, out) as (keep, kept):
        for done in batches:
            if done.counted is not None:
                yield settled(done.extract, done.alone, done.counted)
            else:
                buildings.look(done)
                keep(done.extract, done.alone, done.address)
        for extract, alone, address in kept():
            yield settled(extract, alone, buildings.has_several(address))


def _keys(extract: pd.DataFrame) -> list[str]:
    return [str(name) for name in extract if str(name).startswith(("CLE_", "ID_ADRESSE", "ID_LOGEMENT"))]


def _check_known(source: str, raw: Path, form: Format, opener: Opener) -> None:
    """Refuses unknown and doubled columns, with the names of the fields that may be there."""
    try:
        dialects.sniff(reading(source), raw.name, form, opener)
    except ContractError as error:
        if "does not know" not in error.what:
            raise
        known = ", ".join(name for name in fields(source) if name not in DROPPED)
        advice = f"take them out of the export, or name them as one of: {known}. Columns of identifiers (telephone, NIR, birthplace …) are known and left behind."
        raise ContractError(error.what, where=error.where, hint=advice) from error


def _check_enough(source: str, raw: Path, there: set[str], day: date | None) -> None:
    export = raw_export(source)
    if export.has_person and not (there & set(NAMES) and there & {"PRENOMS", "NOM_PRENOM"}):
        raise ContractError(
            "the export holds no surname or no first name",
            where=raw.name,
            hint=f"export it with names; columns are {', '.join(NAMES[:3])} and PRENOMS, or one of their other names.",
        )
    given = ({export.day} if day else set()) | ({export.record} if there & set(export.numbers) else set())
    missing = [
        c.header for c in passing(source) if (c.is_required or c.is_key) and c.header not in there | given
    ]
    if missing:
        numbers = f" or {', '.join(export.numbers)}" if export.record in missing else ""
        advice = " or give the snapshot's day with --date" if export.day in missing else ""
        raise ContractError(
            f"{len(missing)} column(s) missing that the extract must hold: {', '.join(missing)}",
            where=raw.name,
            hint=f"add them to the export{numbers}{advice}.",
        )


def _report(source: str, raw: Path, out: Path, found: Recognised, counts: _Counts) -> Report:
    return Report(
        source=source,
        contract_version=load(source).version,
        raw=raw.name,
        extract=out.name,
        rows_read=counts.written + len(counts.set_aside),
        rows_written=counts.written,
        rows_set_aside=len(counts.set_aside),
        empty=dict(counts.empty),
        year_only=counts.year_only,
        collisions=counts.seen.counted(),
        recognised={name.upper(): f for name, f in found.read.items()},
        dropped=tuple(name.upper() for name in found.dropped),
        absent=found.absent,
        dialect={k: v for k, v in found.dialect.described().items() if k != "absent"},
        set_aside=tuple(counts.set_aside),
    )
