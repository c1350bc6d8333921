"""Towns of some neighbourhoods for the map: drawn counts, estimates, and shapes as Voronoi cells of a seed, as a city would export them."""

import json
from datetime import date
from functools import cache

import numpy as np
from scipy.spatial import Voronoi

from features.factor import Language
from features.frame import HIDDEN
from reports.contracts import Masthead
from reports.map_shapes import Shape
from reports.maps import Basis, Estimate, Report, Row
from reports.maps_shown import COLUMNS, Counts, shown_counts

NAMES = (
    "Centre",
    "Jayan",
    "Tapie",
    "Montanou – Les Cèdres",
    "Pin",
    "Rodrigues-Barleté",
    "Donnefort",
    "Lacapelette – Bellevue-Palissy",
)


def codes(places: int) -> tuple[str, ...]:
    return tuple(f"{place:02d}" for place in range(1, places + 1))


def counts(places: int) -> Counts:
    """Households some hundreds each, few of them listed, some tens of visits of which two thirds answered; nothing told elsewhere."""
    chance = np.random.default_rng(places)
    numbers: dict[tuple[str, str], int] = {}
    for place, code in enumerate(codes(places)):
        households, visited = int(chance.integers(60, 900)), int(chance.poisson(60 / (1 + place % 7)))
        listed, answered = int(chance.poisson(4)), int(chance.binomial(visited, 0.62))
        found = int(chance.binomial(answered, 0.2))
        split = {"found": found, "others": answered - found, "unmet": visited - answered}
        mine = {"households": households, "listed": listed, "unlisted": households - listed, "visited": visited, "answered": answered, **split}  # fmt: skip
        mine |= {f"{part}_{kind}": split[kind] if part == "else" else 0 for kind in split for part in ("random", "listed", "else")}  # fmt: skip
        numbers |= {(column, code): n for column, n in mine.items()}
    priority = {code: "yes" if place % 5 == 0 else "no" for place, code in enumerate(codes(places))}
    return Counts(numbers=numbers, priority=priority, elsewhere={})


@cache
def report(
    places: int, language: Language = "fr", *, basis: Basis = "random", shaped: bool = False
) -> Report:
    of = counts(places)
    cells = shown_counts(of)
    rows = []
    for group, parts in of.groups.items():
        households = sum(of.numbers["households", q] for q in parts)
        need = Estimate(value=10.0 * round(0.012 * households), low=10.0 * (households // 170), high=10.0 * (households // 50 + 1))  # fmt: skip
        more = Estimate(value=0.5 * (households % 7), low=0.0, high=float(3 + households % 5))
        is_told = cells["households", group] != HIDDEN and basis != "none"
        rows.append(
            Row(
                group=group,
                counts={column: cells[column, group] for column in COLUMNS},
                need=need if is_told else None,
                more=more if is_told and group[0] == "in" else None,
            )
        )
    return Report(
        masthead=Masthead(city="Agen (ville synthétique)", language=language, is_fictitious=True),
        as_of=date(2026, 11, 2),
        names={code: NAMES[place % len(NAMES)] for place, code in enumerate(codes(places))},
        rows=tuple(rows),
        leaning=places // 2,
        basis=basis,
        more_visits=20,
        shapes=shapes(places) if shaped else (),
    )


def shapes(places: int) -> tuple[Shape, ...]:
    """Cells around points drawn over Agen, cut at a circle of 2.5 km."""
    chance = np.random.default_rng(places)
    points = chance.normal(0, 1, (places, 2)) * 0.8
    for _ in range(3):  # towards even cells (Lloyd)
        points = np.array([np.mean(cell, axis=0) for cell in _cells(points)])
    return tuple(
        Shape(code=code, rings=(tuple((0.62 + 0.014 * float(x), 44.2 + 0.01 * float(y)) for x, y in [*cell, cell[0]]),))
        for code, cell in zip(codes(places), _cells(points), strict=True)
    )  # fmt: skip


def _cells(points: np.ndarray) -> list[np.ndarray]:
    """Points mirrored at a square around them close every cell."""
    mirrored = [points]
    for axis in (0, 1):
        for edge in (-2.5, 2.5):
            other = points.copy()
            other[:, axis] = 2 * edge - other[:, axis]
            mirrored.append(other)
    found = Voronoi(np.concatenate(mirrored))
    return [found.vertices[found.regions[found.point_region[i]]] for i in range(len(points))]


def geojson(places: int, code_property: str = "QUARTIER") -> bytes:
    """As RFC 7946 has it."""
    features = [
        {"type": "Feature", "properties": {code_property: shape.code}, "geometry": {"type": "Polygon", "coordinates": [list(map(list, shape.rings[0]))]}}
        for shape in shapes(places)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()
