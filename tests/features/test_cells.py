"""Small cells of tables that hang together: worked by hand, and held to a slow reference that tries to solve them."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cells import Key, Sum, shown
from features.frame import HIDDEN

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


@settings(max_examples=60, deadline=None)
@given(st.lists(NUMBERS, min_size=12, max_size=12))
def test_no_small_number_follows_from_what_is_shown(drawn: list[int]) -> None:
    numbers, sums = table(dict(zip(product("abcd", "xyz"), drawn, strict=True)))
    found = shown(numbers, sums, ())
    assert all(found[key] in (n, HIDDEN) for key, n in numbers.items())
    hidden = [key for key in numbers if found[key] == HIDDEN]
    told = np.array([[_sign(s, key) for key in hidden] for s in sums])
    for place, key in enumerate(hidden):
        asked = np.eye(len(hidden))[place]
        follows = np.linalg.matrix_rank(np.vstack([told, asked])) == np.linalg.matrix_rank(told)
        assert not (follows and 0 < numbers[key] < 11), key
    for one in sums:
        rest = sum(numbers[key] for key in one.parts if found[key] == HIDDEN)
        assert found[one.total] == HIDDEN or rest == 0 or rest >= 11


def _sign(one: Sum, key: Key) -> int:
    return int(key == one.total) - one.parts.count(key)
