"""What an export says of a list's line does not depend on how much a told sign weighs, nor on which it is, nor on what is known of another adult."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import FACTORS
from pipelines import asking, kept_lists
from pipelines.withheld import ANOTHER, TOLD, Shown, shown
from reports.crpa import is_told, rough
from tests.pipelines.kept_run import DAY, row

SIGNS = [f.name for f in FACTORS if is_told(f)]
OPEN = [f.name for f in FACTORS if not is_told(f)]
WEIGHTS = st.floats(-1.5, 1.5).map(lambda v: round(v, 9))
FACTS = st.lists(
    st.tuples(st.sampled_from(OPEN), st.sampled_from([None, 0.0, 1.0]), WEIGHTS, st.booleans()),
    min_size=1,
    max_size=8,
    unique_by=lambda fact: fact[0],
)


def world(facts: Sequence[tuple[str, float | None, float, bool]], told: dict[str, float]) -> Shown:
    """One household whose line and explanations follow from the facts; the last of each says whether it is of another adult."""
    rows = pd.DataFrame(
        [
            *(row("H1", name, value, weight) for name, value, weight, _ in facts),
            *(row("H1", name, 1.0 if name in told else None, told.get(name, 0.0)) for name in SIGNS),
        ]
    ).astype({"value": "float64"})
    others = [of and value is not None for _, value, _, of in facts] + [False] * len(SIGNS)
    score = float(rows["base"].iloc[0] + rows["contribution"].sum())
    line = {"household_id": "H1", "members": "2", "score": f"{score:.6f}", "probability": f"{1 / (1 + 2.7183**-score):.6f}",
            "reasons": "", "counter_evidence": ""}  # fmt: skip
    return shown(line, rows, others, {"parc_social"})


def printed(one: Shown) -> str:
    return json.dumps([dict(one.line), list(one.contributions), one.is_rounded])


def about(weight: float) -> float:
    return max(0.5, rough(weight))


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(FACTS, st.sampled_from(SIGNS), st.sampled_from(SIGNS), WEIGHTS, WEIGHTS)
def test_two_signs_that_weigh_about_the_same_cannot_be_told_apart(
    facts: list[tuple[str, float | None, float, bool]], one: str, other: str, weight: float, nearby: float
) -> None:
    if about(weight) != about(nearby):
        nearby = weight / 2 + about(weight) / 2  # between the weight and its half point
    assert printed(world(facts, {one: weight})) == printed(world(facts, {other: nearby}))


@settings(max_examples=80, deadline=None)
@given(FACTS, st.lists(st.sampled_from(SIGNS), unique=True), WEIGHTS)
def test_the_printed_figures_add_up_to_the_printed_score_and_nothing_is_left_over(
    facts: list[tuple[str, float | None, float, bool]], told: list[str], weight: float
) -> None:
    found = world(facts, dict.fromkeys(told, weight))
    given = {str(c["factor"]): float(str(c["contribution"])) for c in found.contributions}
    hidden = [w for _, value, w, of in facts if of and value is not None]
    assert set(given) <= {n for n, v, _, of in facts if not of or v is None} | {TOLD, ANOTHER}
    assert (TOLD in given) == bool(told) and (ANOTHER in given) == bool(hidden)
    assert found.is_rounded == bool(told or hidden)
    left = float(found.line["score"]) + 2.0 - sum(given.values())
    unnamed = sum(1 for n, v, _, _ in facts if v is None and n not in given)
    assert abs(left) <= 0.005 * (1 + unnamed) + 1e-6, "what is left over would be what was withheld"
    assert not found.is_rounded or found.line["probability"] == ""
    if told:
        assert given[TOLD] == about(len(told) * weight) and given[TOLD] % 0.5 == 0


def test_what_may_be_told_is_given_as_it_is_kept() -> None:
    found = world([("low_income", 1.0, 0.27, False), ("remote_place", None, -0.001, False)], {})
    assert [(c["factor"], c["contribution"], c["low"]) for c in found.contributions] == [
        ("low_income", 0.27, pytest.approx(0.17)),
        ("remote_place", -0.001, pytest.approx(-0.101)),
    ]
    assert found.line["score"] == "-1.731000" and found.line["probability"] != ""


def test_how_far_a_fact_holds_is_not_given_when_a_withheld_one_was_counted_with_it() -> None:
    """``very_low_income`` refines ``low_income``: how far they hold is counted for both together."""
    facts = [("low_income", 1.0, 0.27, True), ("very_low_income", 1.0, 0.2, False)]
    fine: dict[str, Any] = {str(c["factor"]): c for c in world(facts, {}).contributions}
    assert {fine["very_low_income"][n] for n in ("same_sign_share", "low", "high")} == {None}
    assert fine["very_low_income"]["contribution"] == 0.2


def test_registers_of_others_are_not_named_as_a_source() -> None:
    rows = pd.DataFrame([row("H1", "oldest_age", 85.0, 0.5, source="liste_electorale+registre_vulnerables")])
    line = {"members": "2", "score": "-1.5", "probability": "", "reasons": "", "counter_evidence": ""}
    for members, own, named in (
        ("2", {"liste_electorale"}, "liste_electorale"),
        ("2", {"registre_vulnerables"}, "liste_electorale+registre_vulnerables"),
        ("1", {"liste_electorale"}, "liste_electorale+registre_vulnerables"),
    ):
        (given,) = shown(line | {"members": members}, rows, [False], own).contributions
        assert given["source"] == named


@pytest.mark.parametrize(
    ("change", "is_theirs"),
    [
        ({}, True),
        ({"members": 2}, False),
        ({"is_shared": True}, False),
        ({"is_there": False}, False),
        ({"since": date(2026, 11, 3)}, False),
        ({"since": None}, True),
        ({"household_id": "H2"}, False),
    ],
)
def test_who_was_alone_there(change: dict[str, object], is_theirs: bool) -> None:
    """Somebody who came on the day of the list, shares the home, is not called present, or lives elsewhere by now is not known to be the one that it was about."""
    drawn = {
        "household_id": "H1",
        "since": date(2026, 11, 2),
        "is_there": True,
        "is_shared": False,
        "members": 1,
    }
    members = (drawn | change)["members"]
    home = asking.Home(**{n: v for n, v in (drawn | change).items() if n != "members"})  # type: ignore[arg-type]
    who = asking.Asker(linked_on=DAY, person_ids=frozenset({"P1"}), homes=(home,))
    rows = pd.DataFrame(
        [row("H1", "low_income", 1.0, 0.2, person_id="P9"), row("H1", "oldest_age", 80.0, 0.5)]
    )
    found = kept_lists.are_of_another(rows, who, household_id="H1", members=int(str(members)), listed_on=DAY)
    assert found == [not is_theirs, False]


def test_a_list_is_about_the_homes_that_still_count_the_person() -> None:
    left, kept = (
        asking.Home(household_id=h, since=None, is_there=t, is_shared=False)
        for h, t in (("H1", False), ("H2", True))
    )
    who = asking.Asker(linked_on=DAY, person_ids=frozenset({"P1"}), homes=(left, kept))
    assert (who.household_ids, who.present_in) == (("H1", "H2"), ("H2",))
