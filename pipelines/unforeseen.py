"""An error that no code of ours raised: what the machine refused as a sentence, and of one that nobody foresaw nothing of what it said. Messages of libraries quote the
values over which they stumbled."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import NoReturn, ParamSpec, TypeVar

from data_contracts.errors import LanterneError, Unforeseen
from pipelines import machine

SHOW = "LANTERNE_TRACEBACK"
"""Set in the environment by whoever looks for the cause, on a machine where it may be seen."""
Given = ParamSpec("Given")
Result = TypeVar("Result")
ROOT = Path(__file__).resolve().parent.parent


_interrupted: list[int] = []


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """For SIGINT: remembered, since a library may tell it as an error of its own (DuckDB says "Query interrupted")."""
    _interrupted.append(number)
    raise KeyboardInterrupt


def taken(error: Exception) -> LanterneError:
    """What the machine refused, else its kind and the last line of ours that it went through. Raises KeyboardInterrupt where that is what it came from."""
    if _interrupted:
        raise KeyboardInterrupt from None
    where = _place(error)
    return machine.fault(error, where) or Unforeseen(
        f"an error that nobody foresaw: {type(error).__name__}",
        where=where,
        hint=f"what was published before stands. Run the command by hand with {SHOW}=1 to see all of it, and report it; what it shows may hold personal data.",
    )


def _place(error: Exception) -> str:
    steps = traceback.extract_tb(error.__traceback__)
    ours = [s for s in steps if Path(s.filename).is_relative_to(ROOT) and ".venv" not in s.filename]
    last = ours[-1] if ours else None
    return f"{Path(last.filename).relative_to(ROOT).as_posix()}, line {last.lineno}" if last else ""


def foreseen(work: Callable[Given, Result]) -> Callable[Given, Result]:
    """``work`` as it is, but for what it raises: refusals and what is taken for one. So nothing else comes into Prefect's log or its database."""

    @wraps(work)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return work(*args, **kwargs)
        except LanterneError:
            raise
        except Exception as error:
            if is_to_be_shown():
                raise
            raise taken(error) from None

    return guarded


def is_to_be_shown() -> bool:
    """Whether somebody asked for the whole of it."""
    return bool(os.environ.get(SHOW))
