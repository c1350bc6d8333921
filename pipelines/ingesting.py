"""``lanterne ingest`` and the scheduled one: deliveries and what the desk hands over, without whoever objected."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from pipelines import law, ledger, register, settings
from pipelines.desk_deliveries import from_desk
from pipelines.desk_objections import reach_desk
from pipelines.filing import IngestReport
from pipelines.ingest import Progress, ingest
from pipelines.store import open_store

log = logging.getLogger("lanterne")


def take_in_deliveries(
    config: Path, deliveries: Sequence[Path] = (), progress: Progress = lambda message: None
) -> IngestReport:
    """Ingests what is new of ``deliveries``; of none: of all, what the desk hands over among it. Raises what ``ingest.ingest`` raises."""
    city = settings.load(config)
    ledger.check_clock(city.paths)
    registered = register.objected(city.paths.objections)
    reach_desk(config, city, registered)
    if not deliveries:
        from_desk(config, city)
    with open_store(city.paths) as connection:
        report = ingest(
            connection,
            city.paths.deliveries,
            deliveries,
            gates=settings.gates(city),
            objected=registered,
            contracts=settings.contracts(city),
            progress=progress,
        )
        objected = law.remembered(connection)
    reach_desk(config, city, objected)
    new = sum(file.status != "unchanged" for file in report.files)
    ledger.enter(city.paths, "ingest", "deliveries", facts={"files": len(report.files), "files_new": new})
    log.info("ingest ended", extra={"step": "ingest", "counts": {"files_new": new, **report.totals()}})
    return report
