"""What past campaigns taught, kept from one run to the next: the table of every origin, as long as nothing that it was made from has changed.

An origin's table is a pure function of code, libraries, contracts, settings, objections, the rows that were known before its day and what visits of its campaign told. ``Known.digest`` is the
SHA-256 of all of them; the run's chain names it for each origin, and how many of them were kept (``reads`` and ``rows`` of the step ``labels``). One difference, and the table is worked out anew.

The tables are of households. They lie in one encrypted file beside the warehouse, under its key, that holds what the last run needed. It is named after the objections and the gates under which
they were made: whatever takes rows out by law takes out a file of another name too (``forget``), and a purge or another key every one. The next run makes it anew; it is in no backup.
"""

from __future__ import annotations

import glob
import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from data_contracts import contract
from data_contracts.errors import IntegrityError
from pipelines import copies, encrypted, law, manifest, settings, settings_kept, store_state
from pipelines.settings import City, Paths
from pipelines.store import read_store
from pipelines.warehouse_key import existing_key

log = logging.getLogger("lanterne")
Rows = tuple[int, int]
"""How many, and the exclusive or of their hashes: which rows, whatever their order."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """``lawful``: see ``lawful``; ``about``: what every origin is made from alike; ``rows``: source → (day, rows that became known on it), oldest first."""

    lawful: str
    about: Mapping[str, object]
    rows: Mapping[str, Sequence[tuple[date, Rows]]]

    @property
    def largest(self) -> int:
        """Most rows that became known on one day from one source."""
        return max((rows for days in self.rows.values() for _, (rows, _) in days), default=0)

    def digest(self, origin: date, campaign: pd.DataFrame) -> str:
        """Of all that the table of ``origin`` is made from; ``campaign``: what visits told, one row a visit."""
        known = {source: _before(days, origin) for source, days in self.rows.items()}
        told = manifest.sha256(campaign.to_csv(index=False).encode())
        content = {**self.about, "origin": origin.isoformat(), "known": known, "campaign": told}
        return manifest.sha256(json.dumps(content, sort_keys=True).encode())


def _before(days: Sequence[tuple[date, Rows]], origin: date) -> Rows:
    count, mixed = 0, 0
    for day, (rows, hashed) in days:
        if day < origin:
            count, mixed = count + rows, mixed ^ hashed
    return count, mixed


def known(city: City) -> Known:
    """Read from the warehouse. Raises what ``read_store`` raises."""
    with read_store(city.paths) as connection:
        law_of = lawful(city, connection)
        about = {
            "code": manifest.source_hash(),
            "versions": manifest.versions(),
            "contracts": manifest.contract_hashes(),
            "settings": manifest.sha256(settings_kept.deciding(city)),
            "engine": city.engine,
            "lawful": law_of,
        }
        rows = {source: _by_day(connection, source) for source in contract.SOURCES}
        return Known(lawful=law_of, about=about, rows=rows)


def lawful(city: City, connection: duckdb.DuckDBPyConnection) -> str:
    """A keyed digest of all that is left in peace and of every gate: it tells nothing but whether both are the same."""
    peace = store_state.objections(law.remembered(connection), existing_key(city.paths))
    return manifest.sha256(json.dumps([peace, settings.gates(city)], sort_keys=True).encode())


def _by_day(connection: duckdb.DuckDBPyConnection, source: str) -> list[tuple[date, Rows]]:
    found = connection.execute(
        "select known_on, count(*), bit_xor(hash(file_id, line, r.delivered_on))"
        f" from raw.{source} r join (select file_id from meta.files where is_current) using (file_id) group by 1 order by 1"
    ).fetchall()
    return [(day, (rows, hashed)) for day, rows, hashed in found]


def fetch(city: City, lawful: str, wanted: Mapping[str, Path]) -> set[str]:
    """Writes those that are kept where ``wanted`` (digest → file) says; gives their digests."""
    path = _named(city.paths, lawful)
    if not path.is_file():
        return set()
    try:
        with closing(encrypted.opened(path, existing_key(city.paths), read_only=True)) as connection:
            return {digest for digest, file in wanted.items() if _written(connection, digest, file)}
    except (IntegrityError, duckdb.Error) as error:
        # nothing is lost: the warehouse holds all that it was made from
        why = type(error).__name__
        log.warning("what past campaigns taught cannot be read and is worked out anew", extra={"error": why})
        return set()


def _written(connection: duckdb.DuckDBPyConnection, digest: str, file: Path) -> bool:
    row = connection.execute("select content from past where digest = $1", [digest]).fetchone()
    if row:
        file.write_bytes(row[0])
    return row is not None


def keep(city: City, lawful: str, made: Mapping[str, Path]) -> None:
    """Keeps these (digest → file) and no other, whole or not at all."""
    path = _named(city.paths, lawful)
    fresh = copies.fresh_of(path)
    copies.discard(fresh)
    opened = encrypted.opened(fresh, existing_key(city.paths), read_only=False)
    with encrypted.guarded(opened, fresh) as connection:
        connection.execute("create table past (digest varchar primary key, content blob not null)")
        for digest, file in made.items():
            connection.execute("insert into past values ($1, $2)", [digest, file.read_bytes()])
        connection.execute("checkpoint")
    copies.put_in_place(fresh, path)
    forget(city.paths, lawful=lawful)


def forget(paths: Paths, *, lawful: str | None = None) -> None:
    """Takes away what is kept, but what is kept of ``lawful``."""
    stays = None if lawful is None else _named(paths, lawful)
    for path in files(paths.database):
        if path != stays:
            path.unlink(missing_ok=True)


def files(database: Path) -> list[Path]:
    """What is kept beside a warehouse, and what a run that was killed left of it."""
    name = glob.escape(database.name)
    return [*database.parent.glob(f"{name}.past-*"), *database.parent.glob(f".{name}.past-*")]


def _named(paths: Paths, lawful: str) -> Path:
    return paths.database.with_name(f"{paths.database.name}.past-{lawful[:16]}")
