"""Two keys at once, while the installation's key is changed: which is the old one, which the new one, and how far it is.

A key file: the new key lies beside it as ``<name>.next`` until everything is sealed with it, then takes its place; the old one is kept as ``<name>.until-<day>``, for the
backups that were made with it. A key of the environment: the new one is there as ``LANTERNE_NEXT_KEY``, and who manages the environment puts it in the other's place.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data_contracts.errors import ConfigurationError
from pipelines import copies
from pipelines.encrypted import Key
from pipelines.keys import make_key
from pipelines.settings import Paths
from pipelines.warehouse_key import ENVIRONMENT, given_by, key_file, key_in, key_now, mark

NEXT = "LANTERNE_NEXT_KEY"


@dataclass(frozen=True, kw_only=True)
class Change:
    """``kept``: where the old key's file stays, None where the environment gives the keys. ``is_taken_up``: an earlier call was cut off."""

    old: Key
    new: Key
    kept: Path | None
    is_taken_up: bool


def begun(paths: Paths) -> Change | None:
    """The change that was cut off; None where there is none."""
    if not mark(paths).exists():
        return None
    old = key_now(paths)
    if ENVIRONMENT in os.environ:
        return Change(old=old, new=given_by(NEXT) or old, kept=None, is_taken_up=True)
    new = key_in(_next(paths)) if _next(paths).exists() else old  # then it took its place already
    kept = key_file(paths).with_name(json.loads(mark(paths).read_text(encoding="utf-8"))["kept"])
    return Change(old=old, new=new, kept=kept, is_taken_up=True)


def made(paths: Paths, on: date) -> Change:
    """A new key beside the old one, which still counts. Raises ConfigurationError where the environment gives no other, or no file can be written beside the old one."""
    old = key_now(paths)
    if ENVIRONMENT not in os.environ:
        new = _made_beside(paths)
        return Change(old=old, new=new, kept=_free(key_file(paths), on), is_taken_up=False)
    given = given_by(NEXT)
    if given is None or given.secret == old.secret:
        what = "the new key is not there" if given is None else "the new key is the old one"
        hint = f"{ENVIRONMENT} is in the environment: set {NEXT} beside it, 64 hexadecimal digits such as `lanterne keygen` writes."
        raise ConfigurationError(what, where=NEXT, hint=hint)
    return Change(old=old, new=given, kept=None, is_taken_up=False)


def begin(paths: Paths, change: Change) -> None:
    """From now on every other command waits, or is refused."""
    partial = mark(paths).with_name(f"{mark(paths).name}.partial")
    told = {"kept": change.kept.name} if change.kept else {}
    with partial.open("w", encoding="utf-8") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(mark(paths))
    copies.sync_folder(mark(paths).parent)


def end(paths: Paths, change: Change) -> None:
    """The new key takes the place of the old one, of which the file is kept; then every other command may go on."""
    file = key_file(paths)
    if change.kept is not None and _next(paths).exists():
        if not change.kept.exists():
            os.link(file, change.kept)
        _next(paths).replace(file)
        copies.sync_folder(file.parent)
    mark(paths).unlink()
    copies.sync_folder(mark(paths).parent)


def _made_beside(paths: Paths) -> Key:
    """Whole or not at all: one that an earlier call left there is taken."""
    beside = _next(paths)
    if not beside.exists():
        partial = beside.with_name(f"{beside.name}.partial")
        partial.unlink(missing_ok=True)
        make_key(partial)
        partial.replace(beside)
        copies.sync_folder(beside.parent)
    return key_in(beside)


def _next(paths: Paths) -> Path:
    return key_file(paths).with_name(key_file(paths).name + ".next")


def _free(file: Path, on: date) -> Path:
    """A name that nobody has: a key may be changed twice in a day."""
    first = file.with_name(f"{file.name}.until-{on.isoformat()}")
    later = (first.with_name(f"{first.name}-{number}") for number in range(2, 1000))
    return next(name for name in (first, *later) if not name.exists())
