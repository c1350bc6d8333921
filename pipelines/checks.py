"""``lanterne check``: what a careful operator would look at before trusting an installation."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from data_contracts import contract
from data_contracts.errors import ConfigurationError, DriftAlarm, IntegrityError, LanterneError
from pipelines import (
    approvals,
    audit_verify,
    checks_machine,
    desk_check,
    drift_told,
    filing,
    ledger,
    machine,
    manifest,
    map_file,
    plaintext,
    retention,
    settings,
    sources,
    who_ranks,
)
from pipelines.arrivals import arrivals
from pipelines.days import day_or_today
from pipelines.migrations import VERSION
from pipelines.store import read_store
from pipelines.warehouse_key import ENVIRONMENT, existing_key, key_file

DRIFT = "drift"
"""What an alarm is called among the findings: no fault of the installation."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at."""

    what: str
    is_sound: bool
    detail: str
    is_at_stake: bool = False
    """Whether integrity is at stake: the command then exits with 6."""


def check(config: Path) -> tuple[Finding, ...]:
    """Configuration first: without it nothing else can be looked at, so its refusal is raised."""
    city = settings.load(config)
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("configuration", lambda: f"{city.name}, capacity {city.capacity}"),
        ("gates", lambda: ", ".join(f"{s} {g}" for s, g in settings.gates(city).items())),
        ("contracts", lambda: f"{len([contract.load(s) for s in contract.SOURCES])} contracts load"),
        ("map", lambda: _map(city, config)),
        ("deliveries", lambda: f"{len(arrivals(city.paths.deliveries))} files"),
        ("key", lambda: _key(city.paths)),
        ("model", lambda: _model(city)),
        ("audit", lambda: _audit(city, config)),
        ("warehouse", lambda: _warehouse(city)),
        ("counts", lambda: _counts(city)),
        ("retention", lambda: _retention(city)),
        ("desk", lambda: desk_check.look(city, config, day_or_today(None, ""))),
        (DRIFT, lambda: _drift(city.paths)),
        ("encryption", lambda: _encryption(city.paths)),
        ("versions", lambda: f"code {manifest.code_version()}, Python {sys.version.split()[0]}"),
    )
    of_the_machine = (_finding(what, partial(look, city)) for what, look in checks_machine.LOOKS)
    return (*(_finding(what, look) for what, look in looks), *of_the_machine)


def of_packages(advisories: Path) -> Finding:
    """What is installed, held against published advisories. Raises ConfigurationError for a file that holds none."""
    from pipelines.advisories import look

    found, read = look(advisories)
    told = "".join(
        f"\n  {one.package} {one.version} ({one.where}): {', '.join((one.advisory, *one.aliases))}; "
        f"{f'fixed in {one.fixed}' if one.fixed else 'not fixed yet'}; {one.summary}"
        for one in found
    )
    detail = f"{read} read, {len(found)} concern packages of this installation{told}"
    return Finding(what="advisories", is_sound=not found, detail=detail)


def exit_code(findings: Sequence[Finding]) -> int:
    """6 where integrity is at stake, 2 where something else is not sound, 7 where the newest list alarms and nothing else is wrong, else 0."""
    broken = [f for f in findings if not f.is_sound]
    if any(f.is_at_stake for f in broken):
        return IntegrityError.exit_code
    if any(f.what != DRIFT for f in broken):
        return ConfigurationError.exit_code
    return DriftAlarm.exit_code if broken else 0


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, is_sound=True, detail=look())
    except (LanterneError, OSError) as error:
        told = error if isinstance(error, LanterneError) else machine.fault(error)
        if told is None:
            raise
        return Finding(
            what=what, is_sound=False, detail=told.text(), is_at_stake=isinstance(told, IntegrityError)
        )


NOT_YET = "not there yet; the first ingest creates it"


def _key(paths: settings.Paths) -> str:
    is_given = ENVIRONMENT in os.environ or key_file(paths).exists() or paths.key_file is not None
    if not is_given and not paths.database.exists():
        return NOT_YET
    return f"from {existing_key(paths).origin}"


def _model(city: settings.City) -> str:
    """Raises IntegrityError when the approvals or an approved file are not as they were signed."""
    approval = who_ranks.in_force(city, day_or_today(None, ""))
    if approval is None:
        return "none approved: outside fictitious towns the best rule ranks"
    approvals.checked(city.paths.models, approval)
    return f"{approval.model}, approved on {approval.on.isoformat()} ({approval.role})"


def _audit(city: settings.City, config: Path) -> str:
    """The newest run file by file, of all others that they are there with the head that was entered, and the installation's chain."""
    entered = ledger.entries(city.paths)
    folder = audit_verify.newest(city.paths.runs)
    if folder is None:
        return f"no run is published yet; {len(entered)} lines of the installation's chain hold"
    found = audit_verify.at_home(config, city, folder)
    signed = f"signed with {found.signed_by}" if found.signed_by else "no signature is demanded"
    return (
        f"{found.name} is what was published, {signed}; {len(entered)} lines of the installation's chain hold"
    )


def _map(city: settings.City, config: Path) -> str:
    """The file of shapes, held against the neighbourhoods that were delivered: a cycle would stop at it. Without any the neighbourhoods of the frame count, which only a cycle knows."""
    if city.map.geojson is None:
        return "no file of shapes: the neighbourhoods are drawn as tiles"
    codes: frozenset[str] = frozenset()
    if city.paths.database.exists():
        with read_store(city.paths) as connection:
            codes = frozenset(sources.priority_of(connection))
    if not codes:
        return f"{city.map.geojson} is looked at when `quartiers` is delivered"
    return f"{len(map_file.of_city(config, city.map, codes))} shapes, one a neighbourhood"


def _drift(paths: settings.Paths) -> str:
    """Raises DriftAlarm where the newest list alarms."""
    found = drift_told.newest(paths.runs)
    if found is None:
        return "no list yet that was held against what its ranking was learnt on"
    run, told = found
    if told.is_alarm:
        page = paths.runs / run / "drift.html"
        raise DriftAlarm(
            told.said["en"], where=str(page), hint="open that page: it says what to look at. The list stands."
        )
    return f"{run}: {told.level}"


def _encryption(paths: settings.Paths) -> str:
    """Reads the files' bytes as a thief would, and raises IntegrityError for any known text among them."""
    if not paths.database.exists():
        return NOT_YET
    found = plaintext.scan(paths.database, plaintext.known_text(paths))
    if found.seen:
        raise IntegrityError(
            f"{len(found.seen)} or more known texts can be read in the file's bytes, such as {', '.join(found.seen[:3])}",
            where=", ".join(found.files),
            hint="take the file off any place where others can read it, then run `lanterne upgrade --config …`.",
        )
    return f"{found.looked_for} known texts looked for in {found.bytes} bytes of {len(found.files)} file(s), none found"


def _warehouse(city: settings.City) -> str:
    if not city.paths.database.exists():
        return NOT_YET
    with read_store(city.paths) as connection:
        row = connection.execute(
            "select count(*), coalesce(sum(rows_accepted), 0) from meta.files where is_current"
        ).fetchone()
    assert row is not None  # an aggregate always gives a row
    return f"schema {VERSION}, {row[0]} files, {row[1]} rows"


def _counts(city: settings.City) -> str:
    """Every line read is in a table, in quarantine or purged. Raises IntegrityError for a file whose counts do not add up."""
    if not city.paths.database.exists():
        return NOT_YET
    with read_store(city.paths) as connection:
        wrong = filing.miscounted(connection)
    if wrong:
        raise IntegrityError(
            f"the lines of {len(wrong)} file(s) do not add up: {', '.join(wrong[:3])}",
            where=str(city.paths.database),
            hint="lines are lost or doubled: restore the last backup, then run `lanterne ingest`.",
        )
    return "every line read is in a table, in quarantine or purged"


def _retention(city: settings.City) -> str:
    if not city.paths.database.exists():
        return NOT_YET
    with read_store(city.paths) as connection:
        past = sum(t.rows for t in retention.terms(connection, city.retention, day_or_today(None, "")))
    if past:
        raise ConfigurationError(
            f"{past} rows are past their retention",
            where=str(city.paths.database),
            hint="run `lanterne purge --config …`.",
        )
    return "nothing is kept past its term"
