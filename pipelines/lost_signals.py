"""What the closed gates cost a run: which factors could not weigh, and how much of the list that changes, as measured on the synthetic city."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from data_contracts import contract
from data_contracts.contract import Gate
from features.catalogue import FACTORS, usable

OPEN: Mapping[str, Gate] = dict.fromkeys(contract.SOURCES, "open")


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Measured by ``benchmarks/gate_costs.py`` on whole synthetic towns: the list by points with one gate shut beside the one with all open, same day, same capacity.

    ``overlap``: share of the households of the open list that are on the other too, in [0, 1]. ``found`` and ``found_open``: truly isolated households
    among ``listed``, with the gate shut and open. All are means over ``towns``.
    """

    overlap: float
    found: float
    found_open: float
    listed: float
    towns: int


@dataclass(frozen=True, kw_only=True)
class Lost:
    """One source that is not wholly open: its gate, the factors that are left out for it, and the cost where it was measured."""

    source: str
    gate: Gate
    factors: tuple[str, ...]
    cost: Cost | None


def lost(gates: Mapping[str, Gate], features: Mapping[str, bool]) -> tuple[Lost, ...]:
    """One per source whose gate leaves factors out, in the order of the contracts."""
    every = {f.name for f in usable(OPEN, features)}
    found = []
    for source in contract.SOURCES:
        alone: Mapping[str, Gate] = {**OPEN, source: gates[source]}
        kept = {f.name for f in usable(alone, features)}
        missing = tuple(f.name for f in FACTORS if f.name in every - kept)
        if missing:
            found.append(
                Lost(
                    source=source,
                    gate=gates[source],
                    factors=missing,
                    cost=costs().get((source, gates[source])),
                )
            )
    return tuple(found)


def costs() -> dict[tuple[str, str], Cost]:
    """By (source, gate)."""
    text = files("pipelines").joinpath("gate_costs.json").read_text(encoding="utf-8")
    return {(c.pop("source"), c.pop("gate")): Cost(**c) for c in json.loads(text)}
