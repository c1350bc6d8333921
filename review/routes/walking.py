"""In which order the doors of a round are walked to. Pure: the same stops, in whatever order they come, give the same round."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from data_contracts.addresses import split_address
from data_contracts.letters import plain

EARTH_METRES = 6_371_009
"""Mean radius (IUGG)."""
FEW = 9
"""Places of which the very shortest way is looked for."""
LEAST_METRES = 1e-6
"""A way counts as shorter from here: below it are rounding errors."""
LETTERS = " ABCDEFGHIJKLMNOPRSTQUVWXYZ"
"""Ranks behind a number. ``addresses`` writes BIS as B, TER as T and QUATER as Q, which therefore comes after T."""
Distances = Sequence[Sequence[float]]
Ways = dict[tuple[int, int], tuple[float, tuple[int, ...]]]
"""(places seen, as bits; last of them) → (metres, the shortest path through them that ends there)."""
StreetOrder = tuple[bool, str, int, int, int, tuple[tuple[bool, int, str], ...], str]


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One door. ``address``: one line as a register writes it, empty when unknown. ``complement``: floor, flat, door; what the address
    itself says of them counts where it is empty. ``longitude``, ``latitude``: degrees (WGS84), None when unknown. ``id``: tells equal doors apart."""

    id: str
    address: str
    complement: str = ""
    longitude: float | None = None
    latitude: float | None = None


def order(stops: Sequence[Stop]) -> tuple[Stop, ...]:
    """All stops, once each: those with coordinates along a short way, those without street by street, those of which no street is known last.

    The way starts at whichever of its ends comes first by street, and is as the crow flies. Of up to ``FEW`` places it is the shortest of all that
    visit each once and end anywhere; of more it is that of the nearest neighbour, uncrossed by 2-opt. At one place stops follow by street.
    Street by street: odd numbers upwards, then even ones downwards, as one walks up one side and down the other.
    """
    by_street = sorted(stops, key=_street_order)
    named = [stop for stop in by_street if split_address(stop.address).street]
    places: dict[tuple[float, float], list[Stop]] = {}
    elsewhere: list[Stop] = []
    for stop in named:
        if stop.longitude is None or stop.latitude is None:
            elsewhere.append(stop)
        else:
            places.setdefault((stop.longitude, stop.latitude), []).append(stop)
    doors = list(places.values())
    walked = [stop for at in _way(list(places)) for stop in doors[at]]
    return (*walked, *elsewhere, *by_street[len(named) :])


def _street_order(stop: Stop) -> StreetOrder:
    """Whether there is no street, street, side (odd, even, unknown), number and letter in the side's direction, complement, id."""
    told = split_address(stop.address)
    found = re.fullmatch(r"(\d+)([A-Z]*) (.+)", told.street)
    within = (_counted(plain(stop.complement or told.flat)), stop.id)
    if not found:
        return (not told.street, told.street, 2, 0, 0, *within)
    number, letter = int(found[1]), LETTERS.index(found[2][:1] or " ")
    is_even = number % 2 == 0
    sign = -1 if is_even else 1
    return (False, found[3], int(is_even), sign * number, sign * letter, *within)


def _counted(text: str) -> tuple[tuple[bool, int, str], ...]:
    """So that flat 2 comes before flat 12."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((True, int(part), "") if part.isdigit() else (False, 0, part) for part in parts)


def _way(places: Sequence[tuple[float, float]]) -> list[int]:
    """Places by their position; the first one is the first by street."""
    far = [[_metres(here, there) for there in places] for here in places]
    way = _shortest(far) if len(places) <= FEW else _uncrossed(_nearest(far), far)
    return way if not way or way[0] < way[-1] else way[::-1]


def _metres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Great-circle distance of two (longitude, latitude), by the haversine formula."""
    (x, y), (u, v) = ((radians(a), radians(b)) for a, b in (here, there))
    half = sin((v - y) / 2) ** 2 + cos(y) * cos(v) * sin((u - x) / 2) ** 2
    return 2 * EARTH_METRES * asin(min(1, sqrt(half)))


def _shortest(far: Distances) -> list[int]:
    """The shortest open path, by dynamic programming over (places seen, last of them) (Held and Karp 1962)."""
    best: Ways = {(1 << at, at): (0.0, (at,)) for at in range(len(far))}
    for _ in far[1:]:
        longer: Ways = {}
        for (seen, last), (length, path) in best.items():
            for at in (at for at in range(len(far)) if not seen >> at & 1):
                state, found = (seen | 1 << at, at), (length + far[last][at], (*path, at))
                longer[state] = min(found, longer.get(state, found))
        best = longer
    return list(min(best.values(), default=(0.0, ()))[1])


def _nearest(far: Distances) -> list[int]:
    """From the first place always on to the nearest that is left."""
    way, left = [0], list(range(1, len(far)))
    while left:
        at = min(left, key=lambda there: (far[way[-1]][there], there))
        left.remove(at)
        way.append(at)
    return way


def _uncrossed(way: list[int], far: Distances) -> list[int]:
    """Stretches turned round, at the ends too, as long as one makes the path shorter (2-opt, Croes 1958)."""
    is_shorter = True
    while is_shorter:
        is_shorter = False
        for start in range(len(way) - 1):
            for end in range(start + 1, len(way)):
                if _gain(way, start, end, far) > LEAST_METRES:
                    way = [*way[:start], *way[start : end + 1][::-1], *way[end + 1 :]]
                    is_shorter = True
    return way


def _gain(way: Sequence[int], start: int, end: int, far: Distances) -> float:
    """Metres that are spared when the stretch from ``start`` to ``end`` is turned round."""
    before, after = way[start - 1 : start], way[end + 1 : end + 2]
    old = sum(far[a][way[start]] for a in before) + sum(far[way[end]][b] for b in after)
    new = sum(far[a][way[end]] for a in before) + sum(far[way[start]][b] for b in after)
    return old - new
