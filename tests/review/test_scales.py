"""Totals and cut-offs worked by hand, and one law: the desk says of a visit what the label will say of it."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import label
from review.visits.scales import Answers, Scored, scored

OLD, VISITED_ON = 70, date(2026, 9, 1)
TWOS = (2, 2, 2, 2, 2, 2)
NONE_ALIVE = (0, 0, 0, 0, 0)


def lsns(*items: int | None, age: int | None = OLD) -> Scored:
    return scored(Answers(lsns6=items, age=age))


@pytest.mark.parametrize(
    ("items", "total", "is_at_risk"),
    [
        ((2, 2, 2, 2, 2, 1), 11.0, True),
        (TWOS, 12.0, False),
        ((0,) * 6, 0.0, True),
        ((5,) * 6, 30.0, False),
        ((2, 2, 2, 2, 1, None), 10.8, True),  # 9 × 6/5
        ((None, 2, 2, 2, 2, 2), 12.0, False),  # 10 × 6/5
        ((5, 5, 5, 5, None, None), None, None),
    ],
)
def test_below_twelve_is_at_risk(
    items: tuple[int | None, ...], total: float | None, is_at_risk: bool
) -> None:
    found = lsns(*items)
    assert found.lsns6 == (None if total is None else pytest.approx(total))
    assert (found.is_at_risk, found.isolated) == (is_at_risk, is_at_risk)


def test_family_and_friends_are_marginal_below_six() -> None:
    found = lsns(2, 2, 1, 2, 2, 2)
    assert (found.family, found.has_marginal_family) == (5, True)
    assert (found.friends, found.has_marginal_friends) == (6, False)
    found = lsns(2, 2, 2, 2, 1, 2)
    assert (found.family, found.has_marginal_family) == (6, False)
    assert (found.friends, found.has_marginal_friends) == (5, True)


def test_a_part_with_a_missing_item_is_not_prorated() -> None:
    found = lsns(5, None, 5, 0, 0, 0)
    assert (found.family, found.has_marginal_family) == (None, None)
    assert (found.friends, found.has_marginal_friends) == (0, True)
    assert (found.lsns6, found.lsns6_answered) == (12.0, 5)


@pytest.mark.parametrize("age", [59, None])
def test_lsns_says_nothing_below_sixty(age: int | None) -> None:
    found = lsns(0, 0, 0, 0, 0, 0, age=age)
    assert (found.lsns6, found.is_at_risk, found.family, found.friends) == (None, None, None, None)
    assert (found.lsns6_answered, found.isolated) == (6, None)
    assert lsns(0, 0, 0, 0, 0, 0, age=60).isolated is True


@pytest.mark.parametrize(
    ("items", "total", "lonely"),
    [((1, 2, 2), 5, False), ((2, 2, 2), 6, True), ((3, 3, None), None, None), ((1, 1, 1), 3, False)],
)
def test_six_is_lonely(items: tuple[int | None, ...], total: int | None, lonely: bool | None) -> None:
    found = scored(Answers(ucla3=items))
    assert (found.ucla3, found.lonely, found.isolated) == (total, lonely, None)


@pytest.mark.parametrize(
    ("networks", "has_no_network"),
    [
        (NONE_ALIVE, True),
        ((0, 0, 0, 0, 1), False),
        ((None, None, 1, None, None), False),
        ((0, 0, 0, 0, None), None),
        ((None,) * 5, None),
    ],
)
def test_networks_count_at_any_age(networks: tuple[int | None, ...], has_no_network: bool | None) -> None:
    found = scored(Answers(networks=networks, age=30))
    assert (found.has_no_network, found.isolated) == (has_no_network, has_no_network)


def test_either_instrument_is_enough() -> None:
    assert scored(Answers(lsns6=TWOS, networks=NONE_ALIVE, age=OLD)).isolated is True
    assert scored(Answers(lsns6=(0,) * 6, networks=(1,) * 5, age=OLD)).isolated is True
    assert scored(Answers(lsns6=TWOS, networks=(0, 0, 0, 0, None), age=OLD)).isolated is False


def test_no_answer_says_nothing() -> None:
    found = scored(Answers())
    said = {field.name: getattr(found, field.name) for field in fields(found)}
    assert {name for name, value in said.items() if value is not None} == {
        "lsns6_answered",
        "ucla3_answered",
        "networks_answered",
    }
    assert found.lsns6_answered == found.ucla3_answered == found.networks_answered == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lsns6": (0, 0, 0, 6, 0, 0)}, "LSNS-6, item 4: not a whole number from 0 to 5"),
        ({"lsns6": (-1, 0, 0, 0, 0, 0)}, "LSNS-6, item 1: not a whole number from 0 to 5"),
        ({"ucla3": (1, 0, 3)}, "UCLA-3, item 2: not a whole number from 1 to 3"),
        ({"ucla3": (1, 2, 4)}, "UCLA-3, item 3: not a whole number from 1 to 3"),
        ({"networks": (0, 0, 0, 0, 2)}, "networks, item 5: not a whole number from 0 to 1"),
        ({"networks": (0, 0)}, "networks has 5 items, not 2"),
    ],
)
def test_what_is_out_of_range_is_refused_by_its_number(
    given: dict[str, tuple[int, ...]], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Answers(**given)
    assert str(refused.value) == message


def items(count: int, values: Sequence[int | None]) -> st.SearchStrategy[tuple[int | None, ...]]:
    return st.lists(st.sampled_from(values), min_size=count, max_size=count).map(tuple)


@st.composite
def near_the_cuts(draw: st.DrawFn) -> Answers:
    """Totals around 12 and 6, one missing item as often as none, ages around 60."""
    lsns6 = draw(items(6, [1, 2, 2, 2, 3, None]) | items(6, [0, 1, 2, 3, 4, 5]))
    if draw(st.booleans()):
        lsns6 = (None, *lsns6[1:])
    return Answers(
        lsns6=lsns6,
        ucla3=draw(items(3, [1, 2, 2, 3]) | items(3, [1, 2, 3, None])),
        networks=draw(items(5, [0]) | items(5, [0, 0, 0, None]) | items(5, [0, 1, None])),
        age=draw(st.sampled_from([59, 60, 61, 90, 18, None])),
    )


def labelled(answered: Sequence[Answers]) -> pd.DataFrame:
    """The same answers as rows of ``visites``, through the label's own SQL."""
    rows = [
        {
            "id_visite": f"{number:04}",
            "person_key": "k",
            "date_liste": VISITED_ON,
            "date_visite": VISITED_ON,
            "bras": "MODELE",
            "proba_tirage": None,
            "issue": "VU",
            "annee_naissance": None if one.age is None else VISITED_ON.year - one.age,
            "jugement_unite": None,
            "suite": None,
            **dict(zip(label.LSNS_ITEMS, one.lsns6, strict=True)),
            **dict(zip(label.UCLA_ITEMS, one.ucla3, strict=True)),
            **dict(zip(label.NETWORKS, one.networks, strict=True)),
        }
        for number, one in enumerate(answered)
    ]
    whole = ("annee_naissance", "jugement_unite", *label.LSNS_ITEMS, *label.UCLA_ITEMS, *label.NETWORKS)
    frame = pd.DataFrame(rows).astype(
        dict.fromkeys(whole, "Int64") | {"proba_tirage": "float64", "suite": "str"}
    )
    with duckdb.connect() as connection:
        return label.outcomes(connection, frame)


def told(value: object) -> object:
    return None if pd.isna(value) else value


@settings(max_examples=15, deadline=None)
@given(answered=st.lists(near_the_cuts(), min_size=1, max_size=40))
def test_the_desk_says_what_the_label_says(answered: list[Answers]) -> None:
    for one, row in zip(answered, labelled(answered).itertuples(), strict=True):
        found = scored(one)
        assert (found.isolated, found.lonely) == (told(row.isolated), told(row.lonely)), one
        assert found.lsns6 == told(row.lsns6), one
