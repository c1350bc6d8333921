"""``lanterne``: the commands that schedules and other cities call by name."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import UserDict
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import Abort, TyperException

from data_contracts.errors import ConfigurationError, LanterneError
from pipelines import console, metrics, unforeseen

INTERRUPTED = 130
MODULES = {
    "init": "commands_init",
    "check": "commands_cycle",
    "ingest": "commands_cycle",
    "cycle": "commands_cycle",
    "train": "commands_models",
    "approve": "commands_models",
    "frame": "commands_frame",
    "explain-link": "commands_links",
    "explain-household": "commands_household",
    "demo": "commands_city",
    "city": "commands_city",
    "contract": "commands_contract",
    "oppose": "commands_law",
    "export-person": "commands_law",
    "explain-person": "commands_law",
    "purge": "commands_law",
    "review": "commands_review",
    "keygen": "commands_keys",
    "pseudonymise": "commands_keys",
    "correspondence": "commands_correspondence",
    "audit": "commands_audit",
    "report": "commands_report",
    "backup": "commands_store",
    "restore": "commands_store",
    "upgrade": "commands_store",
    "rekey": "commands_rekey",
    "schedule": "commands_schedule",
    "bench": "bench",
}
"""Where each command is: in the ``app`` of its module. Only the module of the command that was called is loaded: all of them, with what they use, take seconds."""


class Loading(UserDict[str, Any]):
    """The commands by name, each loaded when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        """A group of that name, or a command of its module's."""
        found = typer.main.get_command(import_module(f"pipelines.{self.data[name]}").app)
        return found.commands.get(name, found) if isinstance(found, TyperGroup) else found


class Commands(TyperGroup):
    """What ``lanterne`` offers."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = Loading(MODULES)


app = typer.Typer(
    name="lanterne",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def lanterne() -> None:
    """Finds the households that nobody sees."""


def main() -> None:
    """The entry point: every refusal is a sentence and an exit code, never a traceback. What it writes is its account's own: lists are of people."""
    os.umask(0o077)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, unforeseen.interrupt)
    try:
        sys.exit(_measured(next(iter(sys.argv[1:]), "")))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _measured(command: str) -> int:
    if command not in metrics.FLOWS:
        return _called()
    with metrics.of_run(command) as codes:
        codes.append(_called())
    return codes[-1]


def _called() -> int:
    """The exit code."""
    try:
        return app(standalone_mode=False) or 0
    except LanterneError as error:
        return console.refuse(error)
    except TyperException as error:
        # a command without a word after it has shown its help, and says no more
        return console.refuse(_wrong_use(error)) if error.format_message() else 2
    except Abort:
        return INTERRUPTED
    except Exception as error:
        if unforeseen.is_to_be_shown():
            raise
        return console.refuse(unforeseen.taken(error))


def _wrong_use(error: TyperException) -> ConfigurationError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "lanterne"
    return ConfigurationError(error.format_message(), where=command, hint=f"see `{command} --help`.")


if __name__ == "__main__":
    main()
