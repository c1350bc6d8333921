"""The map's step on a drawn town, with and without shapes; and what all reports of a run tell of neighbourhoods together."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from data_contracts.errors import ConfigurationError
from features.frame import HIDDEN
from pipelines import audit, checks, map_counts, maps, ranker, settings
from pipelines.map_estimates import believed
from pipelines.settings import Paths
from pipelines.sources import neighbourhoods
from pipelines.store import read_store
from reports.maps_shown import CITY, tables
from tests.features.drawn import AS_OF
from tests.pipelines import told_together
from tests.pipelines.test_measuring import measured
from tests.pipelines.test_steps import town


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five households in 01, and one that moved; one was on a list of the ranking, two were drawn, one was an alert; two are listed today."""
    folder = tmp_path_factory.mktemp("town")
    run = measured(folder, [])
    frame = pd.read_parquet(run / "working" / "frame.parquet", columns=["household_id"])
    frame.assign(why_not="").to_parquet(run / "inclusion.parquet")
    (run / "model").mkdir()
    mapped = {"kind": "none", "points": [], "holds": False, "why": "", "random_visits": 0, "predicted": None, "found": None, "slope_low": None, "slope_high": None}  # fmt: skip
    (run / "model" / "calibration.json").write_text(json.dumps(mapped), encoding="utf-8")
    return run


def test_the_step_writes_a_page_and_its_figures_and_tells_no_small_count(run: Path) -> None:
    config = next(run.parents[1].rglob("city.toml"))
    maps.map_step(config, run, AS_OF, 20)
    told = json.loads((run / "map.json").read_text(encoding="utf-8"))
    (place, city) = told["groups"]
    assert (place["kind"], city["kind"]) == ("in", "all") and told["more"] == {"visits": 20, "basis": "none"}
    assert place["households"] == place["listed"] == place["visited"] == HIDDEN and place["need"] is None
    page = (run / "map.html").read_text(encoding="utf-8")
    assert '<html lang="fr">' in page and "On ne sait pas encore combien de ménages" in page
    (step,) = (one for one in audit.steps(run) if one["name"] == "map")
    assert step["rows"]["visits"] == 4  # type: ignore[index]


def test_visits_of_every_arm_count_and_those_of_the_estimates_are_told_apart(run: Path) -> None:
    visits = maps._visits(run)
    assert sorted(visits["bras"]) == ["EXPLORATION", "EXPLORATION", "MODELE", "SIGNALEMENT"]
    assert visits.set_index("bras")["is_in_estimates"].groupby(level=0).sum().to_dict() == {"EXPLORATION": 1, "MODELE": 1, "SIGNALEMENT": 0}  # fmt: skip
    counts = map_counts.counts(run, visits, {})
    (code,) = counts.priority
    assert (counts.numbers["households", code], counts.numbers["listed", code]) == (5, 2)
    assert counts.numbers["visited", code] == 4
    assert counts.elsewhere["households", CITY] == (5, 5)
    numbers, sums, _ = tables(counts)
    assert all(numbers[one.total] == sum(numbers[key] for key in one.parts) for one in sums)
    assert told_together.of_the_map(run, visits) == []


@dataclass(frozen=True, kw_only=True)
class ByAge:
    """A score that is the age."""

    base: float = 0.0

    def contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        return matrix[["oldest_age"]].fillna(0.0)

    def as_text(self) -> str:
        return ""


def test_where_probabilities_hold_those_next_in_the_ranking_tell_what_more_visits_find(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three wait, each isolated with a probability of a half, and about half of the doors open; without anybody waiting nothing is said."""
    mapped = {"kind": "logistic", "points": [[0.0, 0.5], [120.0, 0.5]], "holds": True, "why": "", "random_visits": 4000, "predicted": 0.5, "found": 0.5, "slope_low": 0.9, "slope_high": 1.1}  # fmt: skip
    (run / "model" / "calibration.json").write_text(json.dumps(mapped), encoding="utf-8")
    monkeypatch.setattr(ranker, "scorer_of", lambda city, folder: ByAge())
    city, visits = settings.load(next(run.parents[1].rglob("city.toml"))), maps._visits(run)
    counts = map_counts.counts(run, visits, {"77": "no"})
    found = believed(city, run, counts, visits)
    assert (found.basis, found.need) == ("calibrated", {})
    ((group, more),) = found.more.items()
    assert group != ("in", "77") and 0.5 <= more.value <= 1.5 and (more.low, more.high) == (0, 3)


def test_a_missing_file_of_shapes_is_named_and_a_wrong_one_too(run: Path) -> None:
    config = next(run.parents[1].rglob("city.toml"))
    shaped = config.with_name("shaped.toml")
    shaped.write_text(config.read_text(encoding="utf-8") + '\n[map]\ngeojson = "quartiers.geojson"\n', encoding="utf-8")  # fmt: skip
    with pytest.raises(ConfigurationError, match="there is no such file of shapes"):
        maps.map_step(shaped, run, AS_OF, 20)
    (config.parent / "quartiers.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="not a GeoJSON file of areas"):
        maps.map_step(shaped, run, AS_OF, 20)


def test_names_come_in_the_order_of_the_codes_whichever_thread_was_first(tmp_path: Path) -> None:
    codes = [f"{n:02}" for n in range(1, 60)]
    town(tmp_path, quartiers=[{"quartier": code, "nom": f"Quartier {code}"} for code in reversed(codes)])
    with read_store(Paths(database=tmp_path / "lanterne.duckdb")) as connection:
        assert [*neighbourhoods(connection)] == codes


def test_the_check_looks_at_the_shapes_before_a_cycle_stops_at_them(tmp_path: Path) -> None:
    def found() -> tuple[bool, str]:
        (one,) = (one for one in checks.check(config) if one.what == "map")
        return one.is_sound, one.detail

    config, _ = town(tmp_path, quartiers=[{"quartier": "01", "nom": "Centre"}])
    assert found() == (True, "pas de fichier de contours\u00a0; chaque quartier est dessiné comme un carreau")
    config.write_text(config.read_text(encoding="utf-8") + '\n[map]\ngeojson = "quartiers.geojson"\n', encoding="utf-8")  # fmt: skip
    is_sound, detail = found()
    assert not is_sound and "no such file of shapes" in detail and "Hint:" in detail
    square = [[0.6, 44.2], [0.7, 44.2], [0.7, 44.3], [0.6, 44.2]]
    area = {"type": "Feature", "properties": {"QUARTIER": "1"}, "geometry": {"type": "Polygon", "coordinates": [square]}}  # fmt: skip
    told = {"type": "FeatureCollection", "features": [area]}
    (tmp_path / "quartiers.geojson").write_text(json.dumps(told), encoding="utf-8")
    assert found() == (True, "un contour par quartier (1)")
    area["properties"] = {"QUARTIER": "02"}
    (tmp_path / "quartiers.geojson").write_text(json.dumps(told), encoding="utf-8")
    is_sound, detail = found()
    assert not is_sound and "no neighbourhood has these codes: 02" in detail
