"""What somebody who has every JSON of a run can find out of small counts by neighbourhood: all reports laid side by side, as linear programs."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from features import known
from features.cells import Key, Sum
from features.frame import HIDDEN, SMALLEST_CELL
from pipelines import fairness, map_counts, maps, settings
from pipelines.store import read_store
from reports.maps_shown import shown_counts, tables
from tests.features.attacker import ranges, told_apart

LINKS = {
    ("map", "visited"): (("reached", "yes"), ("reached", "no")),
    ("map", "found"): (("found", "yes"),),
    ("map", "others"): (("found", "no"),),
    ("reached", "yes"): (("found", "yes"), ("found", "no")),
    ("reached", "no"): (("refused", "yes"),),
    ("refused", "no"): (("found", "yes"), ("found", "no")),
    ("found", "yes"): (("helped", "yes"), ("helped", "no")),
}
"""A count → counts that are parts of it and have nobody in common: whoever reads the glossary knows."""
PARTS = ("precision", "false_omission", "list_for_need")
"""Measures whose yes are a part of the found, and whose no a part of the others."""


def of_the_map(run: Path, visits: pd.DataFrame) -> list[Key]:
    """Small counts that follow from all JSON of a run together, ``fairness.json`` apart: ``map.json``, ``estimates.json`` (visits of some arms and lists among all), ``frame.json``
    (all households) and ``frame_parity.json`` (households, rounded). Beside them other things are counted by neighbourhood, which hang together within
    their own report alone: entries of the roll (``attrition``), persons by presence (``frame.json``), persons by linkage and presence (``frame_parity.json``)."""
    counts = map_counts.counts(run, visits, {})
    numbers, sums, _ = tables(counts)
    published = _published(run) or {(c, *g): n for (c, g), n in shown_counts(counts).items()}
    elsewhere = {(column, *group): ends for (column, group), ends in counts.elsewhere.items()}
    apart = told_apart(numbers, published, sums, elsewhere)
    nothing = {key: n if n == 0 else HIDDEN for key, n in published.items()}
    given_away = told_apart(numbers, nothing, sums, elsewhere, apart)
    return [key for key in apart if key not in given_away]


def with_fairness(config: Path, run: Path, as_of: date, *, is_careless: bool = False) -> list[Key]:
    """Small counts of the map and of the fairness report of which both together tell that they are below eleven; ``is_careless``: were of each count but the smallest hidden."""
    counts = map_counts.counts(run, maps._visits(run), {})
    numbers, sums, _ = tables(counts)
    elsewhere = {(column, *group): ends for (column, group), ends in counts.elsewhere.items()}
    cells, told = _cells(config, run, as_of), {**_published(run)}
    lines = json.loads((run / "fairness.json").read_text(encoding="utf-8"))["lines"]
    shown = {
        (x["measure"], x["group"]) for x in lines if x["dimension"] == "neighbourhood" and not x["is_hidden"]
    }
    least = {
        kind: min(n for key, n in cells.items() if key[:2] == kind and n)
        for kind in {key[:2] for key in cells if cells[key]}
    }
    told |= {
        key: n
        for key, n in cells.items()
        if (n != least.get(key[:2]) if is_careless else (key[0], key[2]) in shown)
    }
    numbers |= cells
    places = sorted({place for _, _, place in cells})
    every = [*sums, *(one for place in places for one in _links(place, cells))]
    for measure, kind in {key[:2] for key in cells}:
        of_all = tuple((measure, kind, place) for place in places if (measure, kind, place) in cells)
        every.append(Sum(total=(measure, kind), parts=of_all))
        told[measure, kind] = numbers[measure, kind] = sum(numbers[key] for key in of_all)
    small = [key for key, n in numbers.items() if 0 < n < SMALLEST_CELL and told.get(key, HIDDEN) == HIDDEN]
    found = ranges(told, every, elsewhere, small)
    return [key for key in small if found[key][1] < SMALLEST_CELL - 1e-6]


def _published(run: Path) -> dict[Key, int | str]:
    if not (run / "map.json").exists():
        return {}
    groups = json.loads((run / "map.json").read_text(encoding="utf-8"))["groups"]
    return {
        (column, one["kind"], one["group"]): one[column]
        for one in groups
        for column in ("households", "listed", "visited", "answered", "found")
    }


def _cells(config: Path, run: Path, as_of: date) -> dict[Key, int]:
    """(measure, kind, neighbourhood as on the map) → the exact count."""
    city = settings.load(config)
    with read_store(city.paths) as connection:
        known.open_views(connection, as_of, settings.gates(city))
        visits = connection.execute("select id_visite, date_liste from known_visites").df()
    cells = fairness.measured(fairness._read(city, run, as_of, visits), city.seed).cells
    mine = cells[(cells["dimension"] == "neighbourhood") & cells["kind"].isin(["yes", "no"])]
    return {
        (str(m), str(k), "" if g == map_counts.UNKNOWN else str(g)): int(n)
        for m, k, g, n in mine[["measure", "kind", "group", "number"]].itertuples(index=False)
    }


def _links(place: str, cells: Mapping[Key, int]) -> Iterator[Sum]:
    for total, parts in LINKS.items():
        yield from _link(total, parts, place, cells)
    for measure in PARTS:
        yield from _link(("found", "yes"), ((measure, "yes"),), place, cells)
        yield from _link(("found", "no"), ((measure, "no"),), place, cells)
    yield from _link(("found", "yes"), (("recall", "yes"), ("recall", "no")), place, cells)


def _link(
    total: tuple[str, str], parts: tuple[tuple[str, str], ...], place: str, cells: Mapping[Key, int]
) -> Iterator[Sum]:
    keys = tuple((*part, place) for part in parts if (*part, place) in cells)
    whole: Key = (total[1], "in", place) if total[0] == "map" else (*total, place)
    if keys and (total[0] == "map" or whole in cells):
        yield Sum(total=whole, parts=(*keys, (*total, *parts[0], place, "others")))
