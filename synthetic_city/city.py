"""The town as one thing: built once, then handed over month by month, its truth apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_contracts.errors import ConfigurationError
from synthetic_city.history import History, Ties
from synthetic_city.lives import live
from synthetic_city.place import AGEN, Place, as_known_there, settled
from synthetic_city.rates import MOST_ERRORS
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
    place: Place = AGEN


def build(
    persons: int,
    months: int,
    seed: int,
    *,
    with_raw: bool = False,
    errors: float = 1.0,
    place: Place = AGEN,
) -> City:
    """A town of about ``persons`` people over ``months`` months; the same arguments give the same town.

    ``with_raw``: its registers keep the names that they write; nothing else changes. ``errors``: they write ``errors`` times as many
    identity mistakes as declared (``rates.IDENTITY``), up to ``rates.MOST_ERRORS``; nothing else changes. ``place``: what they call things, and which are handed over; nothing else changes.
    """
    check_errors(errors)
    history = settled(live(persons, months, seed), place)
    ties = tie(history, seed)
    registers = keep(history, ties, seed, with_raw=with_raw, errors=errors)
    return City(history=history, ties=ties, registers=registers, place=place)


def check_errors(errors: float) -> None:
    """Refuses a factor that no share can follow; one above the most would be cut off at 1 and not be what it says."""
    if not 0 < errors <= MOST_ERRORS:  # what is not a number is within no limits either
        raise ConfigurationError(
            f"registers cannot make {errors} times their identity mistakes",
            where="--errors",
            hint=f"give a number above 0, up to {MOST_ERRORS:g}: there the most frequent mistake is made every time.",
        )


def deliveries(city: City) -> Iterator[tuple[str, bytes]]:
    """(relative path, content), month by month; a delivery's folder is dated the second of its month."""
    for month, first in enumerate(city.history.months):
        folder = str(first + np.timedelta64(1, "D"))
        for source, frame in extracts(city.registers, city.history, month):
            if source not in city.place.missing:
                told = as_known_there(source, frame, city.place)
                yield f"{folder}/{name_of(source)}", render(source, told, city.place)


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
