"""The town as one thing: built once, then handed over month by month, its truth apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic_city.history import History, Ties
from synthetic_city.lives import live
from synthetic_city.raw import STYLES, render_raw
from synthetic_city.registers import Registers, extracts, keep
from synthetic_city.render import name_of, render
from synthetic_city.ties import tie
from synthetic_city.truth import truth_frames


@dataclass(frozen=True, kw_only=True)
class City:
    """Lives, ties, and the registers that look at them."""

    history: History
    ties: Ties
    registers: Registers


def build(persons: int, months: int, seed: int, *, with_raw: bool = False) -> City:
    """A town of about ``persons`` people over ``months`` months; the same arguments give the same town.

    ``with_raw``: its registers keep the names that they write; nothing else changes.
    """
    history = live(persons, months, seed)
    ties = tie(history, seed)
    return City(history=history, ties=ties, registers=keep(history, ties, seed, with_raw=with_raw))


def deliveries(city: City) -> Iterator[tuple[str, bytes]]:
    """(relative path, content), month by month; a delivery's folder is dated the second of its month."""
    for month, first in enumerate(city.history.months):
        folder = str(first + np.timedelta64(1, "D"))
        for source, frame in extracts(city.registers, city.history, month):
            yield f"{folder}/{name_of(source)}", render(source, frame)


def raw_exports(city: City) -> Iterator[tuple[str, bytes]]:
    """(relative path, content) of what departments hold for the latest delivery, with names, before it is pseudonymised; of a town built ``with_raw``."""
    last = len(city.history.months) - 1
    folder = str(city.history.months[last] + np.timedelta64(1, "D"))
    for source, frame in extracts(city.registers, city.history, last):
        if source in STYLES:
            yield f"{folder}/{source}.csv", render_raw(source, frame)


def truth(city: City) -> Iterator[tuple[str, pd.DataFrame]]:
    """(name, frame) of what is true; never part of a delivery. See ``truth.truth_frames``."""
    yield from truth_frames(city.history, city.ties, city.registers)
