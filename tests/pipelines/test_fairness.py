"""The fairness step on small towns: that it says what cannot be told, reads earlier runs, and that a bias is planted in deliveries as it is said to be."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import fairness_towns
from features.audit_groups import AUDITED
from features.parity import Measured, judged
from features.parity_counts import Cell
from pipelines import cycle, judging, kept_lists, maps, measuring, ranker, ranking, training
from pipelines.fairness import _listed_before, _parity, fairness_step
from tests.features.drawn import AS_OF, elector
from tests.pipelines.test_steps import town, visit

LISTED = date(2026, 8, 2)


def test_a_group_is_held_against_all_others_as_on_the_page_of_the_frame() -> None:
    """Of the 300 others, 200 are of bands that are not shown: they count all the same, on both pages."""
    cells = {"18-39": Cell(count=50, of=100), "40-59": Cell(count=40, of=100), "60-74": Cell(count=5, of=100)}
    cells["75-79"] = Cell(count=20, of=100)
    groups = judged("age", cells, {})
    assert [g.group for g in groups if g.share is None] == ["60-74", "75-79"]
    found = Measured(measure="double", unit="persons", city=None, groups=tuple(groups))
    by_group = {one["group"]: one for one in _parity([found])}
    assert by_group["18-39"]["rest_value"] == pytest.approx(65 / 300)
    told = {g.group: g.against.rest_share for g in groups if g.against}
    assert {group: one["rest_value"] for group, one in by_group.items()} == told


@pytest.mark.slow
def test_a_young_town_says_what_it_cannot_tell(tmp_path: Path) -> None:
    """Six households, three visits: nobody is accused, no count is told, and every measure has a reason or no evidence."""
    visits = [
        visit(1, "a", LISTED, date(2026, 8, 20), bras="MODELE", suite="CCAS"),
        visit(2, "b", LISTED, date(2026, 8, 20), bras="EXPLORATION", proba_tirage=0.5, suite="CLASSE"),
        visit(3, "c", LISTED, date(2026, 8, 20), bras="EXPLORATION", proba_tirage=0.5, issue="ABSENT"),
    ]
    days = (date(2025, 10, 1), date(2026, 8, 1), date(2026, 11, 1))
    rolls = [elector(name, date_liste=day) for day in days for name in "abcdef"]
    config, run = town(tmp_path, liste_electorale=rolls, visites=visits)
    cycle.frame_step(config, run, AS_OF)
    training.labels_step(config, run, AS_OF)
    judging.duel_step(config, run, AS_OF, 20)
    ranker.ranker_step(config, run, AS_OF)
    for step in (ranking.list_step, measuring.measure_step, maps.map_step, fairness_step):
        step(config, run, AS_OF, 20)
    told = json.loads((run / "fairness.json").read_text(encoding="utf-8"))
    assert told["not_identifiable"]["recall"] == "not tested"
    assert told["not_identifiable"]["visited_of_listed"] == "no earlier list"
    assert told["findings"] == [] and {line["verdict"] for line in told["lines"]} <= {
        "insufficient evidence",
        "within",
    }
    assert all(line["cases"] is None or line["cases"] == 0 or line["cases"] >= 11 for line in told["lines"])
    assert "pas encore" in (run / "fairness.html").read_text(encoding="utf-8")
    past = pd.concat(pd.read_parquet(path) for path in (run / "working" / "past").glob("*.parquet"))
    followed = past.loc[past["visits"].notna(), "is_followed"]
    assert sorted(map(str, followed)) == ["False", "False", "True"]


def test_of_an_earlier_list_the_visited_are_those_whose_visit_names_it(tmp_path: Path) -> None:
    """On the list of August are a and b of the ranking and an alert; only a's visit came back from that list, b's from another."""
    run = tmp_path / "runs" / "2026-08-02-x"
    run.mkdir(parents=True)
    (run / "manifest.json").write_text(json.dumps({"run_id": "x", "as_of": "2026-08-02"}))
    listed = pd.DataFrame({"household_id": ["a", "b", "c"], "arm": ["MODELE", "MODELE", "SIGNALEMENT"]})
    listed.to_parquet(run / "list.parquet")
    frame = pd.DataFrame(
        {"household_id": ["a", "b", "c"], "visits": [1.0, 1.0, 1.0], "id_visite": ["v1", "v2", "v3"]}
    )
    frame = frame.assign(**dict.fromkeys(AUDITED, "x"))
    told = pd.DataFrame(
        {
            "id_visite": ["v1", "v2", "v3"],
            "date_liste": pd.to_datetime(["2026-08-02", "2026-05-02", "2026-08-02"]),
        }
    )
    assert [one.run_id for one in kept_lists.published(tmp_path / "runs")] == ["x"]
    before = _listed_before(tmp_path / "runs", AS_OF, {"2026-08-02": frame}, told)
    assert dict(zip(before["household_id"], before["is_visited"], strict=True)) == {"a": True, "b": False}
    too_soon = date(2026, 9, 1)
    assert _listed_before(tmp_path / "runs", too_soon, {"2026-08-02": frame}, told).empty


def test_a_bias_is_planted_in_its_lines_alone(tmp_path: Path) -> None:
    head = "ID_VISITE;SEXE;QUARTIER\r\n"
    lines = [f"V{i};{'FM'[i % 2]};0{1 + i // 100}\r\n" for i in range(200)]
    path = tmp_path / "visites.csv"
    path.write_bytes((head + "".join(lines)).encode("cp1252"))
    changed = fairness_towns._planted(path, fairness_towns.fewer_visits_to_women("01"))
    left = path.read_bytes().decode("cp1252").splitlines(keepends=True)
    assert (
        left[0] == head and set(left[1:]) < set(lines) and len(left) == 201 - changed and 30 <= changed <= 45
    )
    assert all(";F;01" in line for line in set(lines) - set(left))


def test_broken_keys_join_with_nothing(tmp_path: Path) -> None:
    names = ["ID_BAIL", "SEXE", *fairness_towns.KEYS]
    path = tmp_path / "parc_social.csv"
    path.write_text(
        "\n".join(["\t".join(names), "\t".join(["B1", "F", *"abcd"]), "\t".join(["B2", "M", *"abcd"])]) + "\n"
    )
    assert fairness_towns._planted(path, fairness_towns.broken_links_of_women()) == 1
    _, woman, man = path.read_text().splitlines()
    assert man == "B2\tM\ta\tb\tc\td" and len({*woman.split("\t")[2:], *"abcd"}) == 8
