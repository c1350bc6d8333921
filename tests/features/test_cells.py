"""Small cells of tables that hang together: worked by hand, and held to somebody who tries to work them out with linear programming."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cells import MOVED, Key, Sum, _is_small, _Tables, shown
from features.frame import HIDDEN
from tests.features.attacker import ranges, told_apart

NUMBERS = st.sampled_from([0, 0, 1, 3, 10, 11, 12, 40])


def table(cells: dict[tuple[str, str], int]) -> tuple[dict[Key, int], list[Sum]]:
    """A table with both margins and its total."""
    rows, columns = (sorted({key[place] for key in cells}) for place in (0, 1))
    numbers: dict[Key, int] = dict(cells)
    numbers |= {("all", c): sum(cells[r, c] for r in rows) for c in columns}
    numbers |= {(r, "all"): sum(cells[r, c] for c in columns) for r in rows}
    numbers["all", "all"] = sum(cells.values())
    sums = [Sum(total=("all", c), parts=tuple((r, c) for r in rows)) for c in (*columns, "all")]
    sums += [Sum(total=(r, "all"), parts=tuple((r, c) for c in columns)) for r in (*rows, "all")]
    return numbers, sums


def test_a_small_cell_hides_three_others_so_that_neither_margin_tells_it() -> None:
    numbers, sums = table({("a", "x"): 3, ("a", "y"): 20, ("b", "x"): 30, ("b", "y"): 40})
    found = shown(numbers, sums, ())
    assert {key for key, n in found.items() if n == HIDDEN} == {
        ("a", "x"),
        ("a", "y"),
        ("b", "x"),
        ("b", "y"),
    }
    assert found["all", "all"] == 93


def test_what_is_never_shown_does_not_give_itself_away() -> None:
    """All = older + younger: the younger are 4, so one of the others may not be told."""
    one = Sum(total=("all",), parts=(("older",), ("younger",)))
    numbers = {("all",): 30, ("older",): 26, ("younger",): 4}
    assert shown(numbers, [one], {("younger",)}) == {("all",): 30, ("older",): HIDDEN}


def test_two_hidden_that_are_few_together_take_a_third_along() -> None:
    one = Sum(total=("all",), parts=(("a",), ("b",), ("c",), ("d",)))
    numbers = {("all",): 62, ("a",): 1, ("b",): 1, ("c",): 20, ("d",): 40}
    assert {k for k, n in shown(numbers, [one], ()).items() if n == HIDDEN} == {("a",), ("b",), ("c",)}


def test_eleven_zero_and_the_far_corner_are_shown() -> None:
    cells = dict.fromkeys(product("abc", "xyz"), 50) | {("a", "x"): 10, ("c", "z"): 11, ("b", "y"): 0}
    found = shown(*table(cells), ())
    assert found["b", "y"] == 0 and found["a", "x"] == HIDDEN
    assert shown(*table(cells | {("a", "x"): 11}), ()) == table(cells | {("a", "x"): 11})[0]


def test_of_what_is_hidden_each_small_number_might_be_ten_more() -> None:
    """Of 12 that are left 1 and 11 could be told apart by nobody who knows that both are there: 1 to 11. Of 20 two nines could not: 1 to 19."""
    for small, others, rest in ((1, 11, 40), (9, 11, 40), (10, 12, 40)):
        one = Sum(total=("all",), parts=(("a",), ("b",), ("c",)))
        numbers = {("all",): small + others + rest, ("a",): small, ("b",): others, ("c",): rest}
        told = shown(numbers, [one], ())
        assert told["a",] == told["b",] == HIDDEN and ranges(told, [one])["a",][1] >= small + 10
    assert told["c",] == rest, "ten might be twenty one as long as the other is one"


def test_what_another_report_tells_cannot_be_hidden_here() -> None:
    """30 of 33: the city's page already tells b exactly, or to the nearest ten, so that the total has to go."""
    one = Sum(total=("all",), parts=(("a",), ("b",)))
    numbers = {("all",): 33, ("a",): 3, ("b",): 30}
    assert shown(numbers, [one], ()) == {("all",): 33, ("a",): HIDDEN, ("b",): HIDDEN}
    for ends in ((30.0, 30.0), (25.0, 35.0)):
        assert shown(numbers, [one], (), {("b",): ends})["all",] == HIDDEN
    assert shown(numbers, [one], (), {("b",): (30.0, 30.0), ("all",): (33.0, 33.0)})["a",] == HIDDEN


def test_a_number_that_nothing_ties_is_hidden_alone() -> None:
    assert shown({("a",): 10, ("b",): 11, ("c",): 0}, [], ()) == {("a",): HIDDEN, ("b",): 11, ("c",): 0}


@settings(max_examples=30, deadline=None)
@given(st.lists(NUMBERS, min_size=12, max_size=12), st.sets(st.sampled_from("xyz"), max_size=1))
def test_no_small_number_is_told_apart_from_eleven(drawn: list[int], unseen: set[str]) -> None:
    """A column may be one that no report holds."""
    numbers, sums = table(dict(zip(product("abcd", "xyz"), drawn, strict=True)))
    never = {key for key in numbers if key[1] in unseen}
    found = shown(numbers, sums, never)
    assert all(found[key] in (n, HIDDEN) for key, n in numbers.items() if key not in never)
    assert not any(0 < n < 11 for n in found.values() if n != HIDDEN)
    assert all(found[key] == 0 for key, n in numbers.items() if n == 0 and key not in never)
    assert told_apart(numbers, found, sums) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(NUMBERS, min_size=20, max_size=20),
    st.sets(st.sampled_from("vwxyz"), max_size=2),
    st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from("vwxyz")), st.sampled_from([0, 4, 9])),
)
def test_what_hidden_numbers_can_do_alone_is_what_costs_nothing_and_hides_nothing_more(
    drawn: list[int], unseen: set[str], wide: dict[tuple[str, str], int]
) -> None:
    """Two columns may be of no report; of some numbers another report tells how large they are, as they are or rounded."""
    numbers, sums = table(dict(zip(product("abcd", "vwxyz"), drawn, strict=True)))
    never = {key for key in numbers if key[1] in unseen}
    elsewhere = {key: (max(0.0, numbers[key] - w), float(numbers[key] + w)) for key, w in wide.items()}
    tables, small = (
        _Tables(numbers, sums, never, elsewhere),
        [key for key, n in numbers.items() if _is_small(n)],
    )
    is_hidden = tables.mask({*never, *small})
    is_open = tables.mask(small) & (tables.wanted > MOVED)
    changes = {at: tables.change(at, is_hidden) for at in np.flatnonzero(is_open)}
    alone = {at for at, c in changes.items() if c[at] > tables.wanted[at] - MOVED and not (abs(c[~is_hidden]) > MOVED).any()}  # fmt: skip
    within = np.flatnonzero(is_open & (tables.reach(is_hidden) >= tables.wanted - MOVED))
    assert alone <= set(within)
    for at in changes:
        raised = set(np.flatnonzero(tables.raised(at, is_open, is_hidden)))
        assert raised <= alone and (at in raised) == (at in alone)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(*[st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("op")]), max_size=80),
    st.sampled_from([0, 3]),
)
def test_nor_from_three_ways_to_count_the_same_people_and_what_another_report_rounds(
    people: list[tuple[str, str, str]], wide: int
) -> None:
    """Three letters of everybody: two tables, by the first and second and by the first and third, with all margins; the second letter of all is told elsewhere, rounded."""
    numbers: dict[Key, int] = {}
    sums: list[Sum] = []
    for name, at, letters in (("second", 1, "xy"), ("third", 2, "op")):
        cells = {(a, b): sum(p[0] == a and p[at] == b for p in people) for a in "abc" for b in letters}
        own, added = table(cells)
        numbers |= {_named(name, key): n for key, n in own.items()}
        sums += [Sum(total=_named(name, s.total), parts=tuple(_named(name, k) for k in s.parts)) for s in added]  # fmt: skip
    rounded = {("second", "all", b): (n - wide, n + wide) for b in "xy" if (n := numbers["second", "all", b]) > 10}  # fmt: skip
    told = shown(numbers, sums, (), rounded)
    assert not any(0 < n < 11 for n in told.values() if n != HIDDEN)
    apart = told_apart(numbers, told, sums, rounded)
    assert told_apart(numbers, _hide_all(told), sums, rounded, apart) == apart, (
        "unless all that can be is hidden"
    )


def _named(name: str, key: Key) -> Key:
    """The margin by the first letter, and all, stand in both tables."""
    return (key[0],) if key[1] == "all" else (name, *key)


def _hide_all(told: dict[Key, int | str]) -> dict[Key, int | str]:
    return {key: n if n == 0 else HIDDEN for key, n in told.items()}
