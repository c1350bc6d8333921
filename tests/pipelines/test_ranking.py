"""From the duel to the list: a leak stops the run, the frozen text ranks, everybody's chance is kept, and the bereaved have an arm of their own."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_contracts.errors import ConfigurationError, LeakSuspected
from models import calibration
from models.duel import Suspect
from models.points import PointsScorer
from pipelines import cycle, judging, ranker, ranking, reporting, settings, training
from pipelines.factors import factors_of
from tests.features.drawn import AS_OF, Row, elector, lease
from tests.pipelines.test_steps import town, visit

LOST = AS_OF - timedelta(days=30)


def test_a_ranking_that_is_too_good_stops_the_run_unless_the_city_says_why(tmp_path: Path) -> None:
    judged = type("Judged", (), {"suspicious": (Suspect(name="lightgbm", auc=0.91),)})()
    with pytest.raises(LeakSuspected, match=r"lightgbm \(0\.91\)") as stopped:
        judging._stop_at_a_leak(judged, "")
    assert stopped.value.exit_code == 6 and "suspicion_acknowledged" in stopped.value.hint
    judging._stop_at_a_leak(judged, "a test of the alarm")


def learnt(folder: Path) -> tuple[Path, Path]:
    """A run whose past holds some hundred visits that one column gives away."""
    config, run = town(folder, liste_electorale=[elector("a")])
    n = 240
    days = pd.date_range("2025-01-01", "2026-10-20", periods=n)
    isolated = np.arange(n) % 4 == 0
    table = pd.DataFrame({"household_id": [f"H{i}" for i in range(n)], "quartier": "01"})
    for factor in factors_of(settings.load(config)):
        table[factor.name] = np.nan
    table["low_income"] = isolated.astype(float)
    labels = table[["household_id"]].assign(
        as_of=days.to_period("Q").start_time,
        visited_on=days,
        isolated=isolated,
        lonely=pd.NA,
        weight=1.0,
        bras="TEMOIN_80PLUS",
    )
    table.to_parquet(run / "working" / "training.parquet")
    labels.to_parquet(run / "working" / "labels.parquet")
    (run / "working" / "labels.json").write_text("{}", encoding="utf-8")
    return config, run


@pytest.mark.slow
def test_a_planted_leak_is_found_in_the_factor_and_whoever_learnt_it_and_no_model_is_left(
    tmp_path: Path,
) -> None:
    config, run = learnt(tmp_path)
    with pytest.raises(LeakSuspected, match=r"low_income \(1\.00\)"):
        judging.duel_step(config, run, AS_OF, 60)
    assert not (run / "model").exists()
    assert "low_income" in json.loads((run / "duel.json").read_text())["suspicious"]


@pytest.mark.slow
def test_a_leak_that_the_city_explains_lets_the_run_go_on(tmp_path: Path) -> None:
    config, run = learnt(tmp_path)
    text = config.read_text(encoding="utf-8")
    config.write_text('suspicion_acknowledged = "planted by a test"\n' + text, encoding="utf-8")
    champion = judging.duel_step(config, run, AS_OF, 60)
    assert (run / "model" / f"{champion}.json").is_file()


def listed(
    folder: Path, *, capacity: int = 2, more: str = "", **sources: list[Row]
) -> tuple[settings.City, Path]:
    config, run = town(folder, liste_electorale=[elector(w) for w in "abcdef"], **sources)
    config.write_text(more + config.read_text(encoding="utf-8"), encoding="utf-8")
    cycle.frame_step(config, run, AS_OF)
    training.labels_step(config, run, AS_OF)
    judging.duel_step(config, run, AS_OF, capacity)
    ranker.ranker_step(config, run, AS_OF)
    ranking.list_step(config, run, AS_OF, capacity)
    return settings.load(config), run


def homes(run: Path) -> dict[str, str]:
    """Flat → arm of the listed."""
    named = pd.read_parquet(run / "working" / "frame.parquet").set_index("household_id")["id_logement"]
    drawn = pd.read_parquet(run / "working" / "drawn.parquet")
    return {
        named[h].removeprefix("flat-"): arm
        for h, arm in zip(drawn["household_id"], drawn["arm"], strict=True)
    }


def death(who: str, on: date, **more: object) -> Row:
    base: Row = {
        "id_evenement": f"death-{who}", "type_evenement": "DECES", "date_evenement": on, "date_acte": on, "lien": "CONJOINT",
        "cle_nom_adresse_liee": f"door-{who}", "accord_contact": "O", "date_accord": on,
    }  # fmt: skip
    return base | more


def test_whoever_lost_a_spouse_and_agreed_is_on_the_list_until_somebody_came(tmp_path: Path) -> None:
    acts = [
        death("a", LOST),
        death("b", LOST, accord_contact="N"),
        death("c", AS_OF - timedelta(days=181)),
        death("d", LOST),
    ]
    came = [visit(1, "d", None, LOST + timedelta(days=5))]
    _, run = listed(tmp_path, more="cool_off_days = 0\n", etat_civil=acts, visites=came)
    arms = homes(run)
    assert [who for who, arm in arms.items() if arm == "DEUIL"] == ["a"]


def test_everybodys_chance_is_kept_and_nothing_else_of_them(tmp_path: Path) -> None:
    _, run = listed(tmp_path, parc_social=[lease("l", "a")])
    chances = pd.read_parquet(run / "inclusion.parquet")
    assert list(chances.columns) == [
        "household_id",
        "p_model",
        "p_exploration",
        "p_alert",
        "p_bereavement",
        "why_not",
    ]
    assert len(chances) == 6
    assert chances["p_model"].sum() == pytest.approx(2) and chances["p_exploration"].sum() == pytest.approx(1)


def test_a_floor_of_the_city_is_kept_and_one_that_cannot_be_is_told(tmp_path: Path) -> None:
    more = "[floors.age]\nunder_25 = 0.5\n"
    rows = [elector("a"), elector("b"), elector("y", annee_naissance=2003)]
    config, run = town(tmp_path, liste_electorale=rows)
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    for step in (cycle.frame_step, training.labels_step):
        step(config, run, AS_OF)
    judging.duel_step(config, run, AS_OF, 2)
    ranker.ranker_step(config, run, AS_OF)
    ranking.list_step(config, run, AS_OF, 2)
    assert homes(run)["y"] == "MODELE"
    assert json.loads((run / "draw.json").read_text())["floors_not_met"] == []
    (run / "explanations.parquet").unlink()
    ranking.list_step(config, run, AS_OF, 4)
    assert json.loads((run / "draw.json").read_text())["floors_not_met"] == [
        {"group": "under_25", "wanted": 2, "listed": 1}
    ]


def test_the_list_is_ranked_by_the_frozen_text_and_an_edited_one_is_refused(tmp_path: Path) -> None:
    city, run = listed(tmp_path)
    assert isinstance(ranker.scorer_of(city, run), PointsScorer)
    text = run / "model" / "points.json"
    text.write_text(
        text.read_text(encoding="utf-8").replace('"base": -2.0', '"base": -1.0'), encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match="edited"):
        ranker.scorer_of(city, run)


def test_a_probability_is_on_the_list_only_where_it_holds(tmp_path: Path) -> None:
    city, run = listed(tmp_path)
    assert [line.probability for line in reporting._lines(city, run)] == [None] * 3
    holds = calibration.none_learnt().as_json() | {"holds": True, "points": [[-5.0, 0.25], [5.0, 0.25]]}
    (run / "model" / "calibration.json").write_text(json.dumps(holds), encoding="utf-8")
    ranking.list_step(Path(city.paths.runs).parent / "city.toml", run, AS_OF, 2)
    assert [line.probability for line in reporting._lines(city, run)] == [0.25] * 3
