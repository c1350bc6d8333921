"""Errors that teach: what, where, which, then ``Hint:``. Never a person's data in a message."""

from __future__ import annotations


class LanterneError(Exception):
    """A refusal that a person can act on.

    ``exit_code`` is the process's exit code (see docs/commands.md): 1 an error that nobody foresaw, 2 wrong use, configuration or machine,
    3 a contract stopped a file, 4 a legal gate, 5 nothing beat the rules, 6 integrity, 7 drift.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(self.text())

    def text(self) -> str:
        """The message as printed, on up to three lines."""
        place = f"\n  in {self.where}" if self.where else ""
        advice = f"\nHint: {self.hint}" if self.hint else ""
        return f"{self.what}{place}{advice}"


class ConfigurationError(LanterneError):
    """The configuration or the command line is wrong."""


class Busy(ConfigurationError):
    """Somebody else is at work there: the same may succeed a little later."""


class MachineFault(LanterneError):
    """The machine has no room, no memory or no right to give, or its clock is wrong: nothing of the city's data is at fault."""


class ContractError(LanterneError):
    """A contract stopped a file; nothing of it is stored."""

    exit_code = 3


class GateClosed(LanterneError):
    """A legal gate stopped the run."""

    exit_code = 4


class IntegrityError(LanterneError):
    """A file, a store or a chain is not what it was."""

    exit_code = 6


class LeakSuspected(LanterneError):
    """A ranking is too good to be true: something may tell the answer before the visit."""

    exit_code = 6


class DriftAlarm(LanterneError):
    """The town, its deliveries or the unit have moved away from what the ranking was learnt on. The list stands."""

    exit_code = 7


class Unforeseen(LanterneError):
    """An error of the program itself. What it said is not repeated: it may hold a person's data."""

    exit_code = 1
