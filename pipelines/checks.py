"""``lanterne check``: what a careful operator would look at before trusting an installation."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from data_contracts import contract
from data_contracts.errors import ConfigurationError, DriftAlarm, IntegrityError, LanterneError
from features.factor import Language
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
from pipelines.sources import GATE_WORDS, SOURCE_WORDS
from pipelines.store import read_store
from pipelines.warehouse_key import ENVIRONMENT, existing_key, key_file
from reports.words import said, words

if TYPE_CHECKING:
    from pipelines.advisories import Weakness

DRIFT = "drift"
"""What an alarm is called among the findings: no fault of the installation."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at. ``what`` is a name that stays, and the msgid of what people read; ``detail`` is in the language of the city."""

    what: str
    is_sound: bool
    detail: str
    is_at_stake: bool = False
    """Whether integrity is at stake: the command then exits with 6."""


def check(config: Path) -> tuple[Finding, ...]:
    """Configuration first: without it nothing else can be looked at, so its refusal is raised."""
    city = settings.load(config)
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("configuration", lambda: _configuration(city)),
        ("gates", lambda: _gates(city)),
        ("contracts", lambda: _contracts(city)),
        ("map", lambda: _map(city, config)),
        ("deliveries", lambda: _deliveries(city)),
        ("key", lambda: _key(city)),
        ("model", lambda: _model(city)),
        ("audit", lambda: _audit(city, config)),
        ("warehouse", lambda: _warehouse(city)),
        ("counts", lambda: _counts(city)),
        ("retention", lambda: _retention(city)),
        ("desk", lambda: desk_check.look(city, config, day_or_today(None, ""))),
        (DRIFT, lambda: _drift(city)),
        ("encryption", lambda: _encryption(city)),
        ("versions", lambda: _versions(city)),
    )
    of_the_machine = (_finding(what, partial(look, city)) for what, look in checks_machine.LOOKS)
    return (*(_finding(what, look) for what, look in looks), *of_the_machine)


def of_packages(advisories: Path, language: Language) -> Finding:
    """What is installed, held against published advisories. Raises ConfigurationError for a file that holds none."""
    from pipelines.advisories import look

    found, read = look(advisories)
    text = "advisories read: {read}, of which concern packages of this installation: {found}"
    first = said(language, text, read=read, found=len(found))
    told = (f"  {_weakness(one, language)}" for one in found)
    return Finding(what="advisories", is_sound=not found, detail="\n".join((first, *told)))


def _weakness(one: Weakness, language: Language) -> str:
    text = "{package} {version} ({where}): {names}; fixed in {fixed}; {summary}"
    if one.fixed is None:
        text = "{package} {version} ({where}): {names}; not fixed yet; {summary}"
    return said(
        language,
        text,
        package=one.package,
        version=one.version,
        where=said(language, one.where),
        names=", ".join((one.advisory, *one.aliases)),
        fixed=one.fixed,
        summary=one.summary,
    )


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


NOT_YET = "none yet; the first ingest makes it"
NOTHING_YET = "nothing to look at before the first ingest"


def _configuration(city: settings.City) -> str:
    return said(city.language, "{name}, capacity {capacity}", name=city.name, capacity=city.capacity)


def _gates(city: settings.City) -> str:
    """Every source under its gate, the widest gate first."""
    say, gates = words(city.language), settings.gates(city)
    under = {gate: [say(SOURCE_WORDS[s]) for s in gates if gates[s] == gate] for gate in GATE_WORDS}
    told = (f"{say(GATE_WORDS[gate])} ({', '.join(names)})" for gate, names in under.items() if names)
    return " · ".join(told)


def _contracts(city: settings.City) -> str:
    loaded = [contract.load(source) for source in contract.SOURCES]
    return said(city.language, "{contracts} contracts load", contracts=len(loaded))


def _deliveries(city: settings.City) -> str:
    return said(city.language, "{files} file(s)", files=len(arrivals(city.paths.deliveries)))


def _key(city: settings.City) -> str:
    paths = city.paths
    is_given = ENVIRONMENT in os.environ or key_file(paths).exists() or paths.key_file is not None
    if not is_given and not paths.database.exists():
        return said(city.language, NOT_YET)
    return said(city.language, "from {origin}", origin=existing_key(paths).origin)


def _model(city: settings.City) -> str:
    """Raises IntegrityError when the approvals or an approved file are not as they were signed."""
    approval = who_ranks.in_force(city, day_or_today(None, ""))
    if approval is None:
        return said(city.language, "none approved: outside fictitious towns the best rule ranks")
    approvals.checked(city.paths.models, approval)
    text = "{model}, approved on {day} ({role})"
    return said(city.language, text, model=approval.model, day=approval.on, role=approval.role)


def _audit(city: settings.City, config: Path) -> str:
    """The newest run file by file, of all others that they are there with the head that was entered, and the installation's chain."""
    lines = len(ledger.entries(city.paths))
    folder = audit_verify.newest(city.paths.runs)
    if folder is None:
        text = "no run is published yet; the installation’s chain holds, lines: {lines}"
        return said(city.language, text, lines=lines)
    found = audit_verify.at_home(config, city, folder)
    text = "{run} is what was published, signed with {key}; the installation’s chain holds, lines: {lines}"
    if not found.signed_by:
        text = "{run} is what was published, no signature is demanded; the installation’s chain holds, lines: {lines}"
    return said(city.language, text, run=found.name, key=found.signed_by, lines=lines)


def _map(city: settings.City, config: Path) -> str:
    """The file of shapes, held against the neighbourhoods that were delivered: a cycle would stop at it. Without any the neighbourhoods of the frame count, which only a cycle knows."""
    if city.map.geojson is None:
        return said(city.language, "no file of shapes: the neighbourhoods are drawn as tiles")
    codes: frozenset[str] = frozenset()
    if city.paths.database.exists():
        with read_store(city.paths) as connection:
            codes = frozenset(sources.priority_of(connection))
    if not codes:
        text = "{file} is looked at when `quartiers` is delivered"
        return said(city.language, text, file=str(city.map.geojson))
    shapes = map_file.of_city(config, city.map, codes)
    return said(city.language, "{shapes} shapes, one a neighbourhood", shapes=len(shapes))


def _drift(city: settings.City) -> str:
    """Raises DriftAlarm where the newest list alarms."""
    found = drift_told.newest(city.paths.runs)
    if found is None:
        return said(city.language, "no list yet that was held against what its ranking was learnt on")
    run, told = found
    if told.is_alarm:
        page = city.paths.runs / run / "drift.html"
        raise DriftAlarm(
            told.said[city.language],
            where=str(page),
            hint=words(city.language)("open that page: it says what to look at. The list stands."),
        )
    return f"{run}{words(city.language)(':')} {told.said[city.language]}"


def _encryption(city: settings.City) -> str:
    """Reads the files' bytes as a thief would, and raises IntegrityError for any known text among them."""
    if not city.paths.database.exists():
        return said(city.language, NOTHING_YET)
    found = plaintext.scan(city.paths.database, plaintext.known_text(city.paths))
    if found.seen:
        text = "{texts} or more known texts can be read in the file’s bytes, such as {some}"
        hint = "take the file off any place where others can read it, then run `lanterne upgrade --config …`."
        raise IntegrityError(
            said(city.language, text, texts=len(found.seen), some=", ".join(found.seen[:3])),
            where=", ".join(found.files),
            hint=words(city.language)(hint),
        )
    text = "{texts} known texts looked for in {bytes} bytes of {files} file(s), none found"
    return said(city.language, text, texts=found.looked_for, bytes=found.bytes, files=len(found.files))


def _versions(city: settings.City) -> str:
    text = "code {code}, Python {python}"
    return said(city.language, text, code=manifest.code_version(), python=sys.version.split()[0])


def _warehouse(city: settings.City) -> str:
    if not city.paths.database.exists():
        return said(city.language, NOT_YET)
    with read_store(city.paths) as connection:
        row = connection.execute(
            "select count(*), coalesce(sum(rows_accepted), 0) from meta.files where is_current"
        ).fetchone()
    assert row is not None  # an aggregate always gives a row
    text = "schema {schema}, files: {files}, rows: {rows}"
    return said(city.language, text, schema=VERSION, files=row[0], rows=row[1])


def _counts(city: settings.City) -> str:
    """Every line read is in a table, in quarantine or purged. Raises IntegrityError for a file whose counts do not add up."""
    if not city.paths.database.exists():
        return said(city.language, NOTHING_YET)
    with read_store(city.paths) as connection:
        wrong = filing.miscounted(connection)
    if wrong:
        text = "files of which the lines do not add up: {files}, such as {some}"
        hint = "lines are lost or doubled: restore the last backup, then run `lanterne ingest`."
        raise IntegrityError(
            said(city.language, text, files=len(wrong), some=", ".join(wrong[:3])),
            where=str(city.paths.database),
            hint=words(city.language)(hint),
        )
    return said(city.language, "every line read is in a table, in quarantine or purged")


def _retention(city: settings.City) -> str:
    if not city.paths.database.exists():
        return said(city.language, NOTHING_YET)
    with read_store(city.paths) as connection:
        past = sum(t.rows for t in retention.terms(connection, city.retention, day_or_today(None, "")))
    if past:
        raise ConfigurationError(
            said(city.language, "rows past their retention: {rows}", rows=past),
            where=str(city.paths.database),
            hint=words(city.language)(desk_check.PURGE),
        )
    return said(city.language, "nothing is kept past its term")
