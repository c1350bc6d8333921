"""The order of a round: the shortest way where places are known, one side of the street up and the other down where they are not."""

from __future__ import annotations

from functools import cache
from itertools import combinations, pairwise, permutations
from math import acos, cos, radians, sin

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from review.routes.walking import Stop, order


def at(address: str, *, complement: str = "", x: float | None = None, y: float | None = None) -> Stop:
    return Stop(id=f"{address}/{complement}", address=address, complement=complement, longitude=x, latitude=y)


ROUND = [
    "2 impasse des Lilas",
    "1 rue Verte", "3-5 rue Verte", "7 rue Verte", "7 bis r. Verte", "7 ter rue verte", "7 quater rue Verte", "011 RUE VERTE",
    "14 rue Verte", "12 ter rue Verte", "12 bis rue Verte", "12 rue Verte", "2, rue Verte 47000 Agen", "rue Verte",
    "Bordeneuve",
    "", "47000 Agen",
]  # fmt: skip
"""A picture, in the order in which it is walked, but for its streets, which are sorted by their names: B, I, R."""
WALKED = ["Bordeneuve", *ROUND[:14], "", "47000 Agen"]


@given(st.permutations(ROUND))
def test_one_side_of_the_street_up_and_the_other_down(addresses: list[str]) -> None:
    assert [stop.address for stop in order([at(address) for address in addresses])] == WALKED


def test_doors_of_one_house_follow_their_flats_as_numbers() -> None:
    """The line itself tells the flat where nothing else does."""
    doors = [at("12 rue Verte", complement=f"Appt {flat}") for flat in (12, 2, 101)]
    assert [stop.complement for stop in order(doors)] == ["Appt 2", "Appt 12", "Appt 101"]
    lines = ["12 rue Verte appt 12", "Appt 2, 12 rue Verte", "12 rue Verte"]
    assert [stop.address for stop in order([at(line) for line in lines])] == lines[::-1]


COORDINATES = st.tuples(st.integers(0, 6), st.integers(0, 6))
"""On a grid, so that equal lengths, equal places and straight lines are frequent."""


def located(points: list[tuple[int, int]]) -> list[Stop]:
    return [
        Stop(id=str(i), address=f"{i + 1} rue Verte", longitude=0.60 + x / 500, latitude=44.20 + y / 700)
        for i, (x, y) in enumerate(points)
    ]


def metres(here: Stop, there: Stop) -> float:
    """By the spherical law of cosines, where the code uses another formula."""
    x, y, u, v = (radians(d or 0) for d in (here.longitude, here.latitude, there.longitude, there.latitude))
    return 6_371_009 * acos(min(1.0, sin(y) * sin(v) + cos(y) * cos(v) * cos(u - x)))


def length(stops: list[Stop] | tuple[Stop, ...]) -> float:
    return sum(metres(*leg) for leg in pairwise(stops))


@cache
def every_order(size: int) -> npt.NDArray[np.int8]:
    return np.array(list(permutations(range(size))), dtype=np.int8)


def shortest(stops: list[Stop]) -> float:
    """Every order of them tried."""
    far = np.array([[metres(a, b) for b in stops] for a in stops])
    ways = every_order(len(stops))
    total = np.zeros(len(ways))
    for step in range(len(stops) - 1):
        total += far[ways[:, step], ways[:, step + 1]]
    return float(total.min())


@given(st.lists(COORDINATES, min_size=1, max_size=8))
@example([(0, 0), (6, 0), (1, 1), (5, 1), (2, 2), (4, 2), (3, 3), (0, 6), (6, 6)])
@example([(i * i % 7, i * 3 % 7) for i in range(9)])
@settings(deadline=None, max_examples=60)
def test_of_up_to_nine_stops_no_way_is_shorter(points: list[tuple[int, int]]) -> None:
    stops = located(points)
    walked = order(stops)
    assert sorted(stop.id for stop in walked) == sorted(stop.id for stop in stops)
    assert length(walked) == pytest.approx(shortest(stops), abs=1.0)


@given(st.lists(COORDINATES, min_size=10, max_size=24, unique=True))
@settings(deadline=None, max_examples=40)
def test_of_more_stops_no_stretch_turned_round_is_shorter(points: list[tuple[int, int]]) -> None:
    walked = order(located(points))
    assert sorted(stop.id for stop in walked) == sorted(map(str, range(len(points))))
    for start, end in combinations(range(len(walked) + 1), 2):
        turned = (*walked[:start], *walked[start:end][::-1], *walked[end:])
        assert length(walked) <= length(turned) + 1


@given(st.lists(COORDINATES, max_size=14), st.data())
@settings(deadline=None, max_examples=40)
def test_the_round_does_not_hang_on_the_order_of_the_list(
    points: list[tuple[int, int]], data: st.DataObject
) -> None:
    stops = [*located(points), at("9 rue Noire"), at(""), at("3 rue Noire", x=0.6)]
    assert order(data.draw(st.permutations(stops))) == order(stops)


def test_the_way_starts_at_the_end_that_comes_first_by_street() -> None:
    line = [at(f"{n} rue Verte", x=0.6 + place / 100, y=44.2) for n, place in ((5, 0), (3, 1), (1, 2))]
    assert [stop.address[0] for stop in order(line)] == ["1", "3", "5"]


def test_the_neighbours_of_one_house_are_seen_in_one_go() -> None:
    """Ten doors of two houses: the houses are walked to, the doors are not mixed."""
    doors = [
        at(f"{n} rue Verte", complement=f"Appt {flat}", x=n / 100, y=44.0)
        for n in (1, 2)
        for flat in range(5)
    ]
    assert list(order(doors[::-2] + doors[::2])) == sorted(
        doors, key=lambda stop: (stop.address, stop.complement)
    )


def test_who_has_no_place_comes_after_who_has_and_who_has_no_street_is_last() -> None:
    stops = [
        at("", x=0.6, y=44.2),
        at("1 rue Verte"),
        at("9 rue Verte", x=0.6, y=44.2),
        at("3 rue Verte", x=0.6),
    ]
    assert [stop.address for stop in order(stops)] == ["9 rue Verte", "1 rue Verte", "3 rue Verte", ""]
    assert order([]) == ()
