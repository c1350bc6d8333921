"""The hidden state of each person, month after month: standard normal lots that remember.

A lot is a lasting part plus a first-order autoregression, so that its variance stays 1 and two months ``n`` apart correlate
``lasting + (1 - lasting) * memory**n``. Draws are made for everyone, resident or not, so that one person's lots do not depend on
who else lives in town that month.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A named block of lots: how many columns, the lasting share of their variance, the monthly memory of the rest."""

    name: str
    columns: int
    lasting: float
    memory: float


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for each name, so that one part's draws never shift another's."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(name.encode())])))


def walk(block: Walk, people: int, months: int, seed: int) -> Iterator[Floats]:
    """The lots of each month, ``people`` x ``columns``."""
    chance = stream(seed, block.name)
    shape = (people, block.columns)
    lasting = chance.standard_normal(shape, dtype=np.float32) * np.float32(block.lasting**0.5)
    moving = chance.standard_normal(shape, dtype=np.float32)
    fresh = np.float32((1 - block.memory**2) ** 0.5)
    for month in range(months):
        if month:
            moving *= np.float32(block.memory)
            moving += chance.standard_normal(shape, dtype=np.float32) * fresh
        yield lasting + moving * np.float32((1 - block.lasting) ** 0.5)
