"""The lock files as data: which packages, in which versions, where they are needed, and through what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
RUN_TIME, DEVELOPMENT = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
OURSELVES = "lanterne"
_PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^]]*])?==(?P<version>[^\s;\\]+)\s*(?:;(?P<marker>[^\\\n]*))?"
)
_VIA = re.compile(r"^    #(?: via)?\s+(?P<name>(?!via$)[A-Za-z0-9][\w.-]*)")


@dataclass(frozen=True, kw_only=True)
class Locked:
    """One pinned package. ``marker``: on which machines it is needed, empty: on all; ``via``: the packages that need it, ``lanterne`` among them where we do."""

    name: str
    version: str
    marker: str
    via: tuple[str, ...]

    @property
    def is_for_here(self) -> bool:
        """Whether this machine and this Python need it."""
        return not self.marker or Marker(self.marker).evaluate()


def locked(file: Path) -> tuple[Locked, ...]:
    """Every pin of a lock file, in its order; a package may have one for each kind of machine."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return tuple(_pin(block) for block in blocks if _PINNED.match(block))


def _pin(block: str) -> Locked:
    found = _PINNED.match(block)
    assert found is not None  # only such blocks are handed in
    via = [line["name"] for line in map(_VIA.match, block.splitlines()) if line]
    return Locked(
        name=canonicalize_name(found["name"]),
        version=found["version"],
        marker=(found["marker"] or "").strip(),
        via=tuple(via),
    )


def here() -> Iterator[tuple[str, str, str]]:
    """Name, version and ``installed`` of every package of this Python; ``locked`` for a pin of the run time that this machine needs in another version than it has."""
    installed = {(canonicalize_name(one.name), one.version) for one in metadata.distributions() if one.name}
    pins = locked(RUN_TIME) if RUN_TIME.is_file() else ()
    wanted = {(pin.name, pin.version) for pin in pins if pin.is_for_here}
    yield from ((*one, "installed") for one in sorted(installed))
    yield from ((*one, "locked") for one in sorted(wanted - installed))
