"""What was known before a day, through the legal gates: the only place where ``as_of`` meets ``known_on``.

``open_views`` makes, for every source, two temporary views on a warehouse connection:

``known_<source>``: rows of current files with ``known_on < as_of``, through the gate, without the objected. Events that were delivered twice count once (the latest delivery).
``latest_<source>``: for snapshots, the rows of the last snapshot in ``known_<source>``, without protected columns: what factors bind to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from data_contracts import contract
from data_contracts.contract import Column, Contract, Gate
from features import gates as gate
from features import objections
from features.engine import Engine


def open_views(connection: Engine, as_of: date, gates: Mapping[str, Gate]) -> None:
    """Makes the views for one day. ``gates`` holds every source of the contracts; nothing else may read ``raw``."""
    turn_to(connection, as_of)
    connection.execute("create or replace temp macro as_of() as cast(getvariable('as_of') as date)")
    connection.execute("create or replace temp macro was_known(known_on, on_day) as known_on < on_day")
    objections.gather(connection)
    for source in contract.SOURCES:
        promise = contract.load(source)
        who = objections.of_nobody_who_objected(promise) if objections.is_told(connection, promise) else ()
        connection.execute(
            f"create or replace temp view known_{source} as {_known(promise, gates[source], who)}"
        )
        connection.execute(f"create or replace temp view latest_{source} as {_latest(promise)}")


def turn_to(connection: Engine, as_of: date) -> None:
    """The views of another day, where the same warehouse was opened before: the day is all that changes."""
    connection.execute("set variable as_of = cast($1 as date)", [as_of])


_KNOWN = "is_current and known_on < as_of()"


def _known(promise: Contract, opened: Gate, who: tuple[str, ...]) -> str:
    columns = ", ".join(f"{_shown(promise, c, opened)} as {c.name}" for c in promise.columns)
    keep = " and ".join((_KNOWN, *gate.admitted(opened), *who))
    once = ""
    if is_told_once(promise.source):
        once = f" qualify row_number() over (partition by {', '.join(promise.key)} order by r.delivered_on desc, file_id, line) = 1"
    return (
        f"select {columns}, file_id, line, r.delivered_on, known_on"
        f" from raw.{promise.source} r join (select file_id, is_current from meta.files) using (file_id) where {keep}{once}"
    )


def is_told_once(source: str) -> bool:
    """Whether of rows with one key only those of the latest delivery count: what is known then is not all that was known before, and more."""
    promise = contract.load(source)
    return promise.delivery == "events" and bool(promise.key)


def _shown(promise: Contract, column: Column, opened: Gate) -> str:
    return objections.shown_of_the_linked(promise, column.name, gate.through(promise, column, opened, "r"))


def _latest(promise: Contract) -> str:
    hidden = ", ".join(c.name for c in promise.columns if c.is_protected)
    exclude = f" exclude ({hidden})" if hidden else ""
    last = ""
    if promise.delivery == "snapshot":
        day = promise.known_on[0]
        last = f" where {day} = ({_of_raw(promise.source, day)})"
    if promise.delivery == "reference":
        last = f" where delivered_on = ({_of_raw(promise.source, 'r.delivered_on')})"
    return f"select *{exclude} from known_{promise.source}{last}"


def _of_raw(source: str, day: str) -> str:
    """The day of the last snapshot, whoever of it may be shown: were all of it to object, an older one must not come back. (And one column is read, not all.)"""
    return f"select max({day}) from raw.{source} r join (select file_id, is_current from meta.files) using (file_id) where {_KNOWN}"
