"""What the terminal tells of small numbers: no more than the pages do."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from features.factor import Language
from pipelines import screens, screens_frame, screens_models
from pipelines.framing import Framed
from reports import visiting_list
from reports.visiting_list import VisitingList
from tests.reports.visiting_sample import attrition, door


@pytest.mark.parametrize(
    ("isolated", "shown"), [(10, "<11 isolated"), (11, "11 isolated"), (0, "0 isolated")]
)
def test_the_duel_tells_no_small_number(
    capsys: pytest.CaptureFixture[str], isolated: int, shown: str
) -> None:
    screens._duel(
        {"test_labels": 52, "test_positives": isolated, "candidates": {}, "champion": "points"}, "en"
    )
    assert f"52 visits, {shown}" in capsys.readouterr().out


def framed(otherwise: int) -> Framed:
    """A hundred doors from the roll, and those that other registers know."""
    doors = [door(n) for n in range(100 + otherwise)]
    visits = SimpleNamespace(
        minimum_age=80,
        visits_per_week=20,
        weeks=visiting_list.weeks(doors, 20),
        doors=len(doors),
        to_check=(),
    )
    return Framed(
        folder=Path("runs"), frame=cast(Any, SimpleNamespace(as_of=date(2026, 11, 2), as_json=dict)),
        attrition=attrition(otherwise=otherwise), visits=cast(VisitingList, visits),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("otherwise", "told", "language"),
    [
        (6, " · 6 weeks of one team", "en"),
        (20, " · 120 doors in 6 weeks", "en"),
        (6, " · 6 semaines d", "fr"),
    ],
)
def test_the_doors_of_the_list_beside_those_from_the_roll_do_not_tell_the_few_others(
    capsys: pytest.CaptureFixture[str], otherwise: int, told: str, language: Language
) -> None:
    screens_frame.show(framed(otherwise), language)
    said = capsys.readouterr().out
    assert told in said.replace("\n", " ") and ("106" in said) is False
    listed = cast(dict[str, object], screens_frame.as_json(framed(otherwise))["visiting_list"])
    assert listed["doors"] == ("hidden" if otherwise == 6 else 120)


def test_nor_does_a_trained_model(capsys: pytest.CaptureFixture[str]) -> None:
    counts: dict[str, object] = {"labels": 70, "test_labels": 52, "test_positives": 10}
    told: dict[str, object] = {
        "champion": "points",
        "at_capacity": {},
        "weighted": {},
        "gain_over_best_rule": None,
    }
    screens_models._figures(counts | told, "en")
    said = capsys.readouterr().out
    assert "52" in said and "<\u00a011" in said and "10" not in said
