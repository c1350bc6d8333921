"""Shapes of neighbourhoods on paper: longitude and latitude → a drawing some 640 wide, and where in each shape words have room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ring = tuple[tuple[float, float], ...]
Floats = npt.NDArray[np.float64]
WIDTH, MOST_HEIGHT, EDGE = 640.0, 700.0, 4.0
NEAR = 0.4
"""Points of a border that are nearer to each other than this are one."""
GRID, CENTRED = 26, 0.05


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A neighbourhood's area: closed rings of (longitude, latitude), those within others being holes, as where an area is not whole."""

    code: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """``path``: as SVG says it. ``x``, ``y``: the middle of the largest circle within, about; ``room``: its radius."""

    code: str
    path: str
    x: float
    y: float
    room: float


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All shapes on one drawing."""

    width: float
    height: float
    shapes: tuple[Drawn, ...]


def sheet(shapes: Sequence[Shape]) -> Sheet:
    """North is up; a degree of longitude is as long as it is in the middle of the city (equirectangular: within a city nothing is seen of the earth's curve)."""
    points = np.array([point for shape in shapes for ring in shape.rings for point in ring])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    narrow = math.cos(math.radians((south + north) / 2))
    wide, high = float((east - west) * narrow), float(north - south)
    scale = min((WIDTH - 2 * EDGE) / wide, (MOST_HEIGHT - 2 * EDGE) / high)

    def placed(ring: Ring) -> Floats:
        at = np.array(ring)
        return np.column_stack([(at[:, 0] - west) * narrow, north - at[:, 1]]) * scale + EDGE

    drawn = tuple(_drawn(shape.code, [placed(ring) for ring in shape.rings]) for shape in shapes)
    return Sheet(width=round(wide * scale + 2 * EDGE, 1), height=round(high * scale + 2 * EDGE, 1), shapes=drawn)  # fmt: skip


def _drawn(code: str, rings: Sequence[Floats]) -> Drawn:
    x, y, room = _middle(rings)
    return Drawn(code=code, path="".join(_path(ring) for ring in rings), x=x, y=y, room=room)


def _path(ring: Floats) -> str:
    kept = [ring[0]]
    for point in ring[1:-1]:
        if np.abs(point - kept[-1]).max() >= NEAR:
            kept.append(point)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + "Z"


def _middle(rings: Sequence[Floats]) -> tuple[float, float, float]:
    """Of the points of a grid over the area, the one within that is furthest from every border; of about equals the one nearest to the middle of all."""
    every = np.concatenate(rings)
    low, high = every.min(axis=0), every.max(axis=0)
    steps = (np.arange(GRID) + 0.5) / GRID
    grid = np.array([(x, y) for x in low[0] + steps * (high[0] - low[0]) for y in low[1] + steps * (high[1] - low[1])])  # fmt: skip
    start = np.concatenate([ring[:-1] for ring in rings])
    end = np.concatenate([ring[1:] for ring in rings])
    distance = np.where(_is_within(grid, start, end), _to_borders(grid, start, end), -1.0)
    best = int((distance - CENTRED * np.abs(grid - (low + high) / 2).sum(axis=1)).argmax())
    return round(float(grid[best, 0]), 1), round(float(grid[best, 1]), 1), round(float(distance[best]), 1)


def _is_within(points: Floats, start: Floats, end: Floats) -> npt.NDArray[np.bool_]:
    """Whether a line to the right crosses the borders an odd number of times."""
    x, y = points[:, :1], points[:, 1:]
    crosses = (start[:, 1] > y) != (end[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = start[:, 0] + (y - start[:, 1]) * (end[:, 0] - start[:, 0]) / (end[:, 1] - start[:, 1])
        is_odd: npt.NDArray[np.bool_] = (crosses & (x < at)).sum(axis=1) % 2 == 1
    return is_odd


def _to_borders(points: Floats, start: Floats, end: Floats) -> Floats:
    along = end - start
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = ((points[:, None, :] - start) * along).sum(axis=2) / length
    nearest = start + np.clip(share, 0.0, 1.0)[:, :, None] * along
    distance: Floats = np.sqrt(((points[:, None, :] - nearest) ** 2).sum(axis=2)).min(axis=1)
    return distance
