"""From a run's working tables to both fairness parts: which ways are tried, what is kept of the duel, and that no number below 11 leaves."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.audit_groups import GROUPS
from models import calibration, draw, proxies
from models.calibration import Calibration
from models.campaigns import Past
from models.candidate import score
from models.points import Points
from models.proxies import Moved
from pipelines import fairness_parts, judging
from reports import fairness_floors_said, fairness_proxies
from tests.models.test_duel import judged
from tests.models.town import FACTORS, labels
from tests.pipelines import little_city

DAY, CAPACITY = date(2026, 11, 2), 60
FLOORS = '\n[floors]\nage = { "40_59" = 0.2 }\nneighbourhood = { "02" = 0.1 }\n'


def mapped(*, holds: bool) -> Calibration:
    """A straight map, learnt of nobody."""
    told = calibration.none_learnt()
    return Calibration(**(asdict(told) | {"kind": "logistic", "holds": holds}))


def kept(folder: Path, *, answers: int = 900, met: int = 80, floors: str = "") -> tuple[Path, Path]:
    """(config, run) of a town where points rank: its duel, its need by group, today's frame and list."""
    config = little_city.write(folder)
    config.write_text(config.read_text() + floors)
    run, rng = folder / "run", np.random.default_rng(3)
    (run / "working").mkdir(parents=True)
    (run / "duel.json").write_text(json.dumps({"champion": "points"}))
    table, visits = labels(answers)
    visits = visits.assign(bras="TEMOIN_80PLUS", **groups(table, rng))
    found = judged(table, visits, simple=True)
    past = Past(matrix=table, labels=visits)
    judging.tested(found, past, mapped(holds=False)).to_parquet(run / "working" / "tested.parquet")
    need(met).to_parquet(run / "working" / "need.parquet")
    today(run, rng)
    return config, run


def groups(table: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
    n = len(table)
    return {
        "sex": rng.choice(["men", "women", "both"], n),
        "age_band": np.where(table["oldest_age"] >= 80, "80 and over", "40-59"),
        "tenure": np.where(table["social_tenant"] == 1, "social housing", "other"),
        "qpv": np.where(table["low_income"] == 1, "priority", "other"),
        "neighbourhood": table["quartier"],
    }


def need(met: int) -> pd.DataFrame:
    """Of the age bands the younger needs three times as much as the older; of sex nobody was met but one group."""
    rows = [("", "", 4000, 0.1, met), ("age_band", "40-59", 3000, 0.1, 40), ("age_band", "80 and over", 1000, 0.1, 40),
            ("age_band", "unknown", 10, 0.5, 1), ("sex", "men", 2000, 0.1, 40), ("sex", "women", 2000, None, 0)]  # fmt: skip
    return pd.DataFrame(rows, columns=["dimension", "group", "households", "isolated", "met"]).astype({"isolated": float})  # fmt: skip


def today(run: Path, rng: np.random.Generator) -> None:
    """1,200 households, listed by points."""
    table, _ = labels(1200, seed=9)
    scorer = Points(factors=FACTORS).fit(table, np.array([]), np.array([]))
    frame = table[["household_id", "quartier", "oldest_age"]]
    plan = draw.Plan(capacity=CAPACITY, exploration_share=0.2, seed=1)
    nobody: frozenset[str] = frozenset()
    alerts = frozenset(["H00003"])
    drawn = draw.draw(frame.assign(is_social_tenant=False), score(scorer, table), plan, excluded=nobody, alerts=alerts, bereaved=nobody)  # fmt: skip
    working = run / "working"
    table.to_parquet(working / "matrix.parquet")
    frame.iloc[::-1].to_parquet(working / "frame.parquet")
    scorer.contributions(table).assign(household_id=table["household_id"]).to_parquet(working / "contributions.parquet")  # fmt: skip
    table[["household_id"]].assign(**groups(table, rng)).to_parquet(working / "groups.parquet")
    drawn.inclusion.to_parquet(run / "inclusion.parquet")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return kept(tmp_path_factory.mktemp("run"), floors=FLOORS)


def test_every_tested_answer_of_every_candidate_is_kept() -> None:
    table, visits = labels(900)
    visits = visits.assign(bras="EXPLORATION")
    found, past = judged(table, visits, simple=True), Past(matrix=table, labels=visits)
    rows = judging.tested(found, past, mapped(holds=True))
    points = next(r for r in found.ranked if r.name == "points")
    mine = rows[rows["candidate"] == "points"]
    assert len(rows) == len(found.ranked) * found.labels and set(GROUPS) <= set(rows)
    assert list(mine["household_id"]) == list(visits["household_id"].iloc[found.rows])
    for name, values in asdict(points.tested).items():
        assert list(mine[name]) == list(values)
    has = rows.groupby("candidate")["probability"].agg(lambda p: p.notna().all())
    assert list(has[has].index) == [found.champion]
    assert judging.tested(judged(table.head(5), visits.head(5)), past, mapped(holds=True)).empty


def test_ways_are_tried_where_they_can_be(run: tuple[Path, Path]) -> None:
    """Need only where two groups' is known; the city's own floors; three quarters of the need of ages is of the younger."""
    tried = fairness_parts.floors_tried(*run).tried
    ways = [(one.asked.way, one.asked.dimension) for one in tried]
    assert ways == [
        ("households", "sex"), ("recall", "sex"), ("need", "age_band"), ("households", "age_band"), ("recall", "age_band"),
        ("households", "tenure"), ("recall", "tenure"), ("households", "qpv"), ("recall", "qpv"),
        ("households", "neighbourhood"), ("recall", "neighbourhood"), ("city", ""),
    ]  # fmt: skip
    assert [(f.group, f.share) for f in tried[2].asked.floors] == [("40-59", 0.75), ("80 and over", 0.25)]
    assert [(f.dimension, f.group, f.share) for f in tried[-1].asked.floors] == [("age_band", "40-59", 0.2), ("neighbourhood", "02", 0.1)]  # fmt: skip
    assert {r.dimension for r in tried[-1].recalls} == {"age_band", "neighbourhood"}


def test_too_few_random_visits_set_no_floor_by_need(tmp_path: Path) -> None:
    config, run = kept(tmp_path, met=49)
    tried = fairness_parts.floors_tried(config, run)
    assert "need" not in {one.asked.way for one in tried.tried}
    assert fairness_parts.floors_report(run, tried).need_more == 11


def test_too_few_answers_for_a_duel_try_nothing(tmp_path: Path) -> None:
    config, run = kept(tmp_path, answers=40)
    assert fairness_parts.floors_tried(config, run).tried == ()


def test_the_lists_before_are_the_run_s_own(run: tuple[Path, Path]) -> None:
    """Whoever has an alert does not compete; seats by group as the run drew them."""
    config, folder = run
    config.write_text(config.read_text().replace(FLOORS, ""))
    found = fairness_parts.proxies_found(config, folder, DAY, CAPACITY)
    config.write_text(config.read_text() + FLOORS)
    listed = pd.read_parquet(folder / "inclusion.parquet").merge(
        pd.read_parquet(folder / "working" / "groups.parquet")
    )
    before = {(m.dimension, m.group): m.before for m in found.single[0].groups}
    for dimension in GROUPS:
        for group, chance in listed.groupby(dimension)["p_model"].sum().items():
            assert before[dimension, str(group)] == pytest.approx(chance)
    assert found.seats == CAPACITY and found.together
    assert {r.name for r in found.together} <= set(fairness_parts.CARDS)


def test_what_is_told_is_json_without_a_word_for_sureness_it_has_not(run: tuple[Path, Path]) -> None:
    config, folder = run
    floors = fairness_parts.floors_report(folder, fairness_parts.floors_tried(config, folder))
    found = fairness_parts.proxies_found(config, folder, DAY, CAPACITY)
    proxies = fairness_proxies.content(fairness_parts.proxies_report(folder, found))
    assert "fair" not in json.dumps([fairness_floors_said.content(floors), proxies], allow_nan=False)
    told = {one["group"]: one["verdict"] for one in proxies["told"]}  # type: ignore[attr-defined]
    assert told["priority"] == "told" and told["women"] == "not told"


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=5), st.integers(0, 60)
)
def test_no_number_of_seats_below_11_can_be_read(counts: list[tuple[int, int]], changed: int) -> None:
    """Of a dimension whose groups have these seats before and after: what is shown is of groups with none or at least 11, on both lists; and never all but one small one. Where fewer than 11 change, nothing is."""
    seats = max(60, *(sum(c[i] for c in counts) for i in (0, 1)))
    moved = [Moved(dimension="sex", group=f"g{i}", before=b, after=a) for i, (b, a) in enumerate(counts)]
    one = proxies.Removal(name="x", factors=("x",), changed=changed / seats, groups=tuple(moved))
    told = fairness_parts._removal(one, seats)
    shown = {s.group for s in told.shifts}
    for when in (0, 1):
        hidden = [c[when] for i, c in enumerate(counts) if f"g{i}" not in shown]
        rest = seats - sum(c[when] for c in counts)
        assert all(c[when] == 0 or c[when] >= 11 for i, c in enumerate(counts) if f"g{i}" in shown)
        assert not any(0 < h < 11 for h in hidden) or sum(hidden) + rest >= 11
    assert (told.changed is None) == (0 < changed < 11) and not (told.changed is None and told.shifts)
