"""How Prefect's page tells the end of a run: a refusal is a failure with a name of its own, not a crash; a list with something to look at says so."""

from __future__ import annotations

from prefect import State
from prefect.states import Completed, Failed

from data_contracts.errors import (
    Busy,
    ContractError,
    DriftAlarm,
    GateClosed,
    IntegrityError,
    LanterneError,
    LeakSuspected,
    MachineFault,
    Unforeseen,
)

FAILED: tuple[tuple[type[LanterneError], str], ...] = (
    (Busy, "busy"),
    (ContractError, "contract"),
    (GateClosed, "legal gate"),
    (LeakSuspected, "suspected leak"),
    (IntegrityError, "integrity"),
    (MachineFault, "machine"),
    (Unforeseen, "unforeseen"),
    (LanterneError, "configuration"),
)
"""The first that fits; the name of the state is ``Failed: …``."""
DRIFT, BY_RULE, LATE, NOTHING = "Drift alarm", "List by a rule", "Skipped: late", "Nothing to evaluate yet"
CODES = {DRIFT: DriftAlarm.exit_code, BY_RULE: 5}
"""The exit codes that the command line has for lists with something to look at."""


def of(error: LanterneError) -> State[object]:
    """The state of a run that refused: what, where and the hint, with the exit code that the command line has for it."""
    name = next(name for kind, name in FAILED if isinstance(error, kind))
    return Failed(name=f"Failed: {name}", message=f"{error.text()}\n(exit code {error.exit_code})")


def listed(*, by_rule: bool, alarm: str | None, run: str) -> State[object]:
    """A list was published: an alarm of drift comes before the word that it is by a rule."""
    if alarm:
        return Completed(name=DRIFT, message=f"{run}: {alarm}\n(exit code {DriftAlarm.exit_code})")
    return Completed(name=BY_RULE, message=f"{run}\n(exit code 5)") if by_rule else Completed(message=run)
