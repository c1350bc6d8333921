"""``lanterne rekey``: everything that the installation's key encrypts, seals or signs goes over to a new key.

What that is: the warehouse (copied into a fresh file), the approvals (vouched for), the review desk (signed and sealed again in one transaction), the installation's chain
(handed over by a line of its own, which says who and when). No run, no manifest and no line of the chain is written again: whoever holds a hash of them still holds it.

Each step is done whole or not at all, and is known by the key under which it holds; while some are done and some not, a mark lies beside the warehouse, at which every other
command is refused. Killed at any moment, the next call goes on where this one was.

Not ours and never touched: the departments' pseudonym key (``[desk] match_key_file``), the key holder's table, the pair with which runs are signed (``[audit]``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from data_contracts.errors import IntegrityError
from pipelines import approvals, copies, encrypted, kept_lists, law, ledger, next_key, store_state
from pipelines.desk_database import with_key
from pipelines.encrypted import Damaged, Key
from pipelines.next_key import Change
from pipelines.settings import City
from pipelines.turns import one_at_a_time
from pipelines.warehouse_key import key_now

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Rekeyed:
    """``rows``: of the warehouse, ``approvals``: lines, ``desk``: counts (``review.resealing``), each None where there is none or it had been done before a kill.
    ``kept``: the old key's file, None where the environment gives the keys."""

    rows: int | None
    approvals: int | None
    desk: dict[str, int] | None
    kept: Path | None
    is_taken_up: bool

    def as_json(self) -> dict[str, object]:
        """As printed."""
        return {**self.__dict__, "kept": str(self.kept) if self.kept else None}


def rekey(config: Path, city: City, on: date, progress: Progress = lambda said: None) -> Rekeyed:
    """Changes the key. Raises Busy and ConfigurationError where somebody is at work, IntegrityError where something does not hold under the old key: then nothing was changed."""
    with one_at_a_time(city.paths.runs):
        change = next_key.begun(city.paths)
        if change is None:
            progress("check")
            _check(config, city)
            change = next_key.made(city.paths, on)
            next_key.begin(city.paths, change)
        done = _gone_over(config, city, change, progress)
        next_key.end(city.paths, change)
        return done


def _check(config: Path, city: City) -> None:
    """All that would stop a step is found before the first one."""
    key = key_now(city.paths)
    if city.paths.database.exists():
        encrypted.opened(city.paths.database, key, read_only=False).close()
    approvals.lines(city.paths.models, key)
    ledger.check(city.paths.runs, key)
    with with_key(config, city, key) as desk:
        if desk is not None:
            from review import trail

            with desk.database.reading() as session:
                trail.verified(session, desk.seal)


def _gone_over(config: Path, city: City, change: Change, progress: Progress) -> Rekeyed:
    progress("warehouse")
    rows = _warehouse(city.paths.database, change)
    progress("approvals")
    lines = _approvals(city.paths.models, change)
    progress("review desk")
    desk = _desk(config, city, change)
    progress("audit")
    facts = {"rows": rows, "approvals": lines, "desk": desk, "objections": _objections(city, change)}
    ledger.hand_over(city.paths, change.old, change.new, facts)
    return Rekeyed(rows=rows, approvals=lines, desk=desk, kept=change.kept, is_taken_up=change.is_taken_up)


def _warehouse(database: Path, change: Change) -> int | None:
    if not database.exists() or _opens(database, change.new):
        return None
    opened = encrypted.opened(database, change.old, read_only=False)
    with encrypted.guarded(opened, database) as connection:
        rows = copies.replaced(
            connection, database, change.new, lambda: _check_copy(connection, database, change.new)
        )
        return sum(rows.values())


def _check_copy(connection: duckdb.DuckDBPyConnection, database: Path, key: Key) -> None:
    if copies.contents(connection, "fresh", key) != copies.contents(connection, "warehouse", key):
        raise IntegrityError(
            "the copy does not hold what the warehouse holds; the warehouse stays as it was",
            where=str(database),
            hint="check the disk, then run this again.",
        )


def _opens(database: Path, key: Key) -> bool:
    try:
        encrypted.opened(database, key, read_only=True).close()
    except Damaged:
        raise
    except IntegrityError:
        return False
    return True


def _approvals(models: Path, change: Change) -> int | None:
    if not (models / approvals.LOG).exists():
        return None
    try:
        approvals.lines(models, change.new)
    except IntegrityError:
        there = approvals.lines(models, change.old)
        approvals.vouch(models, change.new)
        return len(there)
    return None


def _desk(config: Path, city: City, change: Change) -> dict[str, int] | None:
    with with_key(config, city, change.old) as desk:
        if desk is None:
            return None
        from review.law.scrubbing import scrub
        from review.resealing import reseal
        from review.sealing import Seal

        seal = Seal(secret=bytes.fromhex(change.new.secret))
        listed = {
            name for run in kept_lists.published(city.paths.runs) for name in run.lines()["household_id"]
        }
        with desk.writing() as session:
            done = reseal(session, desk.seal, seal, datetime.now(UTC), listed)
        scrub(desk.database)  # what was sealed with the old key leaves the file's bytes
        return None if done is None else asdict(done)


def _objections(city: City, change: Change) -> dict[str, str]:
    """What runs say of who objected, under both keys: so that a later look can tell that nobody did since."""
    if not city.paths.database.exists():
        return {}
    opened = encrypted.opened(city.paths.database, change.new, read_only=True)
    with encrypted.guarded(opened, city.paths.database) as connection:
        keys = law.remembered(connection)
    old, new = (store_state.objections(keys, key) for key in (change.old, change.new))
    return {"before": old, "now": new}


def renamed(city: City, digest: object) -> object:
    """What a run of before says of who objected (``store_state``), as a run of now would say it of the same; ``digest`` where no key was changed since."""
    for entry in ledger.entries(city.paths):
        told = entry.facts.get("objections")
        if entry.act == ledger.HANDED_OVER and isinstance(told, dict) and told.get("before") == digest:
            digest = told["now"]
    return digest
