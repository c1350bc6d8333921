"""What a run says of drift, as every command may read it without loading a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from data_contracts.errors import DriftAlarm
from features.factor import Language
from pipelines import kept_lists

FILE = "drift.json"


@dataclass(frozen=True, kw_only=True)
class Told:
    """``said``: language → the first sentence; ``part``: of the gravest figure (``models.drift.PARTS``), empty where nothing moved."""

    level: Literal["steady", "watch", "alarm"]
    part: str
    said: Mapping[Language, str]

    @property
    def is_alarm(self) -> bool:
        """Whether people must be told."""
        return self.level == "alarm"


_TOLD = TypeAdapter(Told)


def told(folder: Path) -> Told | None:
    """None of a run from before it was watched."""
    path = folder / FILE
    return _TOLD.validate_json(path.read_bytes()) if path.is_file() else None


def newest(runs: Path) -> tuple[str, Told] | None:
    """Id of the newest run whose list is kept, and what it says; None where there is none, or it is from before it was watched."""
    run = next(iter(kept_lists.published(runs)), None)
    found = told(run.folder) if run else None
    return (run.run_id, found) if run and found else None


def exit_code(folder: Path) -> int:
    """Of a cycle: 7 where it alarms, though the list stands; else 0."""
    found = told(folder)
    return DriftAlarm.exit_code if found and found.is_alarm else 0


def state_of(folder: Path) -> str | None:
    """The message of the state in which a flow ends where its run alarms; None where it does not."""
    found = told(folder)
    return found.said["en"] if found and found.is_alarm else None
