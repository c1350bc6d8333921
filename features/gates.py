"""The legal gate of a source, as SQL: which rows and columns come through. Written once; the store and the factors' view both use it."""

from __future__ import annotations

from data_contracts.contract import SQL_TYPES, Column, Contract, Gate

CLOSED = "source fermée"
CLOSED_REASON = "aucune base légale n'est inscrite dans city.toml"
"""Under which lines of a closed source are counted in quarantine."""
CONSENT = "accord_contact"
CONSENTED_ON = "date_accord"


def through(promise: Contract, column: Column, gate: Gate, row: str) -> str:
    """What a gate lets be **stored** of one column of the rows ``row``: a SQL expression, null where nothing may be kept.

    ``frame``: identity, age, address and presence, as the contract lists them. ``consent``: of whoever did not agree only that the
    event was counted (key, days and the answer itself). ``closed``: nothing.
    """
    nothing = f"cast(null as {SQL_TYPES[column.kind]})"
    value = f'{row}."{column.name}"'
    if gate == "closed" or (gate == "frame" and column.name not in promise.frame_columns):
        return nothing
    if gate == "consent" and column.name not in _always_kept(promise):
        return f"case when {row}.{CONSENT} = 'O' then {value} end"
    return value


def admitted(gate: Gate) -> tuple[str, ...]:
    """Conditions on rows ``r`` (with ``known_on``) that a view shows: consent counts from the day on which it was given."""
    match gate:
        case "closed":
            return ("false",)
        case "consent":
            return (f"r.{CONSENT} = 'O'", f"coalesce(r.{CONSENTED_ON}, known_on) < as_of()")
        case _:
            return ()


def supports(promise: Contract, gate: Gate) -> bool:
    """Whether the contract says what this gate would let through."""
    if gate == "consent":
        return {CONSENT, CONSENTED_ON} <= {c.name for c in promise.columns}
    return gate != "frame" or bool(promise.frame_columns)


def _always_kept(promise: Contract) -> frozenset[str]:
    return frozenset((*promise.key, *promise.known_on, CONSENT, CONSENTED_ON))
