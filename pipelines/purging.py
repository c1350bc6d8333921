"""A purge from end to end: the review desk, the warehouse, the lists of old runs, the delivered files; then the certificate."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from data_contracts.errors import Busy
from pipelines import ledger, manifest, retention
from pipelines.copies import rewrite
from pipelines.desk_database import Kept
from pipelines.retention import Certificate
from pipelines.settings import City
from pipelines.store import made, open_store, read_store
from pipelines.turns import one_at_a_time

if TYPE_CHECKING:
    from review.law.retention import Gone


def purge(
    city: City, on: date, *, desk: Kept | None = None, is_rehearsal: bool, with_delivery_files: bool
) -> tuple[Certificate, Path | None]:
    """Gives the certificate and where it was written; a rehearsal only looks and writes nothing. ``desk``: None where there is none.

    The certificate is written last: one that lies there is true. A purge that was cut off is done again by the next. Raises what the store raises; of the desk,
    before anything of the warehouse is gone, ConfigurationError where somebody is at work there and IntegrityError where its trail does not hold.
    """
    if is_rehearsal:
        with read_store(city.paths) as connection:
            found = retention.terms(connection, city.retention, on)
            emptied = retention.emptied_files(connection)
        of_desk = purge_desk(desk, city, on, is_rehearsal=True)
        runs = retention.old_runs(city.paths.runs, city.retention, on)
        return _certificate(city, on, found, of_desk, runs, emptied, False), None
    with open_store(city.paths) as connection:
        of_desk = purge_desk(desk, city, on, is_rehearsal=False)
        found = retention.terms(connection, city.retention, on)
        retention.purge(connection, found, on)
        emptied = retention.emptied_files(connection)
    rewrite(city.paths)  # deleted rows leave the file's bytes only when it is written anew
    runs = retention.old_runs(city.paths.runs, city.retention, on)
    certificate = _certificate(city, on, found, of_desk, runs, emptied, with_delivery_files)
    path = _entered(city, certificate, runs)
    for folder in runs:
        retention.strip_run(folder)
    _clear_half_made(city)
    if with_delivery_files:
        for name in emptied:
            (city.paths.deliveries / name).unlink(missing_ok=True)
    _write(certificate, path)
    return certificate, path


def _clear_half_made(city: City) -> None:
    """The joined tables of a run that was killed wait until then to be taken up, and no longer; those of a run that is under way are its own affair."""
    with suppress(Busy), one_at_a_time(city.paths.runs):
        manifest.clear_half_made(city.paths.runs)


def purge_desk(desk: Kept | None, city: City, on: date, *, is_rehearsal: bool) -> tuple[Gone, ...] | None:
    """A rehearsal does the same and takes it back: it counts what the purge counts."""
    if desk is None:
        return None
    from review.law.retention import purge
    from review.law.scrubbing import scrub

    with desk.writing() as session:
        gone = purge(session, desk.seal, city.retention, on, datetime.now(UTC))
        if is_rehearsal:
            session.rollback()
    if not is_rehearsal:
        scrub(desk.database)
    return gone


def _certificate(
    city: City,
    on: date,
    found: tuple[retention.Term, ...],
    of_desk: tuple[Gone, ...] | None,
    runs: tuple[Path, ...],
    emptied: tuple[str, ...],
    are_deleted: bool,
) -> Certificate:
    return Certificate(
        city=city.name,
        purged_on=on,
        terms=found,
        desk=of_desk,
        runs=tuple(folder.name for folder in runs),
        delivery_files=tuple(
            name for name in emptied if are_deleted or (city.paths.deliveries / name).exists()
        ),
        are_deleted=are_deleted,
        code=manifest.code_version(),
    )


def _entered(city: City, certificate: Certificate, runs: tuple[Path, ...]) -> Path:
    """Says in the installation's chain which files of which run are about to go and by which certificate, so that a missing one is no tampering; who did what longer
    ago than may be kept leaves the chain. Gives where the certificate goes."""
    folder = made(city.paths.runs / "certificates", "paths.runs")
    number = len(list(folder.glob("purge-*.json"))) + 1
    path = folder / f"purge-{certificate.purged_on.isoformat()}-{number:03d}.json"
    facts = {
        "sha256": manifest.sha256(manifest.as_bytes(certificate.as_json())),
        "rows": certificate.rows,
        "desk_rows": certificate.desk_rows,
        "runs": {folder.name: retention.personal_files(folder) for folder in runs},
    }
    ledger.enter(city.paths, "purge", "retention", about=path.name, facts=facts)
    ledger.forget(city.paths, datetime.combine(ledger.PERSONS.before(certificate.purged_on), time(), UTC))
    return path


def _write(certificate: Certificate, path: Path) -> None:
    partial = path.with_suffix(".partial")
    manifest.write_json(partial, certificate.as_json())
    partial.rename(path)
