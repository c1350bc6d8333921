"""``lanterne report``: whole or not at all, of a year that is known, with what the desk and the runs of the year know."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from data_contracts import contract
from data_contracts.errors import ConfigurationError, IntegrityError
from pipelines import evaluation, evaluation_runs, settings
from pipelines.commands_review import desk_of
from pipelines.ingest import ingest
from pipelines.kept_lists import KeptRun
from pipelines.store import open_store
from reports import evaluation as pages
from review.tables.following import Step
from review.tables.visits import Visit
from tests.pipelines import little_city
from tests.pipelines.calling import called
from tests.pipelines.little_city import key
from tests.review.desk_sample import START, case_of, take

COSTS = "\n[costs]\nvisit = 10.0\nhour = 40.0\nhours_a_visit = 1.5\nyear = 3650.0\n"
ALONE = dict.fromkeys(
    [f"RESEAU_{n}" for n in ("FAMILLE", "AMIS", "VOISINS", "COLLEGUES", "ASSOCIATIONS")], "0"
)


def visits(first: int, count: int, on: date, **more: str) -> list[dict[str, str]]:
    """One household each, by volunteers where nothing else is said."""
    return [
        {
            "ID_VISITE": f"V{n}", "CLE_IDENTITE": key(n), "ID_ADRESSE": key(3000 + n), "ID_LOGEMENT": key(5000 + n), "QUARTIER": "01", "DATE_LISTE": on.isoformat(),
            "BRAS": "TEMOIN_80PLUS", "DATE_VISITE": (on + timedelta(days=7)).isoformat(), "ROLE_VISITEUR": "VOLONTAIRE", "ISSUE": "VU", "OPPOSITION": "N", **more,
        }
        for n in range(first, first + count)
    ]  # fmt: skip


def file(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(
        text, [column.header for column in contract.load("visites").columns], restval="", delimiter=";"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty isolated, thirty not, in the first half of 2026; fifteen that refused an agent in the second; the roll of November."""
    folder = tmp_path_factory.mktemp("town")
    path = little_city.write(folder)
    path.write_text(path.read_text(encoding="utf-8") + COSTS, encoding="utf-8")
    spring, autumn = date(2026, 3, 2), date(2026, 9, 1)
    rows = visits(100, 20, spring, **ALONE) + visits(200, 30, spring, **ALONE | {"RESEAU_AMIS": "1"}) + visits(300, 15, autumn, ISSUE="REFUS", ROLE_VISITEUR="AGENT")  # fmt: skip
    (folder / "deliveries" / "2026-11-02" / "visites.csv").write_text(file(rows), encoding="utf-8")
    city = settings.load(path)
    with open_store(city.paths) as connection:
        ingest(connection, city.paths.deliveries, gates=settings.gates(city))
    return folder


@pytest.fixture
def config(town: Path, tmp_path: Path) -> Path:
    """Its own copy."""
    return Path(shutil.copytree(town, tmp_path / "town")) / "city.toml"


def runs(config: Path) -> list[str]:
    return sorted(path.name for path in (config.parent / "runs").glob("*") if path.is_dir())


@pytest.fixture
def without_paper() -> Iterator[None]:
    """What takes seconds to lay out has tests of its own."""
    with (
        patch.object(pages, "paper", lambda told: b"%PDF"),
        patch.object(pages, "committee", lambda told, which: b"%PDF"),
    ):
        yield


@pytest.mark.usefixtures("without_paper")
def test_a_year_is_published_whole_under_the_name_of_what_went_into_it(config: Path) -> None:
    answer = called("report", "--config", config, "--year", 2026, "--json")
    assert answer.returncode == 0
    told = json.loads(answer.stdout)
    folder = Path(told["folder"])
    assert runs(config) == [folder.name] and folder.name.startswith("report-2026-") and len(folder.name) == 22
    files = {
        "manifest.json",
        "evaluation.html",
        "evaluation.pdf",
        "evaluation.json",
        "audit.jsonl",
        *evaluation.COMMITTEES.values(),
    }
    assert {path.name for path in folder.iterdir()} == files
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (
        set(manifest["files"]) == files - {"manifest.json", "audit.jsonl"}
        and manifest["as_of"] == told["until"] == "2026-11-02"
    )
    found = {
        name: told["indicators"][name]["year"] for name in ("doors", "reached", "isolated", "volunteers")
    }
    assert {name: (one["part"], one["of"]) for name, one in found.items()} == {"doors": (65, 65), "reached": (50, 65), "isolated": (20, 50), "volunteers": (50, 65)}  # fmt: skip
    assert told["medians_days"]["year/list_to_visit"] == {
        "n": 65,
        "days": 7.0,
        "interval": {"low": 7.0, "high": 7.0},
    }
    assert told["costs"]["year"]["euros"] == 65 * 10 + 15 * 1.5 * 40 + 3060, "306 days of ten euros"
    assert told["costs"]["year"]["per_found"] == 230.5 and told["town"] is None and told["runs"] == []
    assert called("report", "--config", config, "--year", 2026).returncode == 0 and runs(config) == [
        folder.name
    ]


def test_a_year_of_which_nothing_is_known_is_refused_and_leaves_nothing(config: Path) -> None:
    for year in (2027, 2024):
        answer = called("report", "--config", config, "--year", year)
        assert answer.returncode == 2 and f"nothing is known of {year}" in answer.stderr
    assert runs(config) == []


def test_a_place_that_is_not_there_is_refused_before_the_work(config: Path, tmp_path: Path) -> None:
    answer = called("report", "--config", config, "--year", 2026, "--out", tmp_path / "none" / "there")
    assert answer.returncode == 2 and "make that folder first" in answer.stderr
    assert runs(config) == [] and not (tmp_path / "none").exists()


@pytest.mark.usefixtures("without_paper")
def test_a_folder_that_is_not_empty_is_left_alone(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "elsewhere"
    assert evaluation.report(config, 2026, out) == out and (out / "manifest.json").is_file()
    with pytest.raises(ConfigurationError, match="not empty"):
        evaluation.report(config, 2026, out)
    assert runs(config) == []


def test_what_breaks_on_the_way_publishes_nothing(config: Path) -> None:
    with (
        patch.object(evaluation, "write", side_effect=OSError("disk full")),
        pytest.raises(OSError, match="disk full"),
    ):
        evaluation.report(config, 2026, None)
    assert runs(config) == []


def test_the_desk_is_read_where_there_is_one(config: Path) -> None:
    city = settings.load(config)
    without = evaluation.evaluated(config, city, 2026)
    assert not without.has_desk and without.counts.of("year", "supported") == "hidden"
    desk = desk_of(config)
    take(desk)
    with desk.database.writing() as session:
        case = case_of(desk, 1).id
        session.add(
            Step(
                case_id=case,
                made_on=date(2026, 11, 2),
                kind="APPEL",
                partner="UNITE",
                leads_to="follow",
                made_by="e",
                entered_at=START,
            )
        )
        session.add(
            Visit(
                id="D1",
                case_id=case,
                visited_on=START.date(),
                visitor_role="AGENT",
                outcome="VU",
                entered_by="e",
                entered_at=START,
                objected=False,
            )
        )
    desk.database.close()
    found = evaluation.evaluated(config, city, 2026)
    assert found.has_desk and found.professionals == {} and found.teams == 0
    assert found.counts.of("year", "supported") == "hidden" and found.counts.of("before", "supported") == 0


def test_the_runs_of_a_year_the_last_of_each_day(tmp_path: Path) -> None:
    def run(name: str, on: date) -> KeptRun:
        return KeptRun(folder=tmp_path / name, run_id=name, as_of=on)

    published = [run("d", date(2027, 1, 1)), run("c2", date(2026, 11, 2)), run("c1", date(2026, 11, 2)), run("b", date(2026, 3, 1)), run("a", date(2025, 12, 31))]  # fmt: skip
    assert [one.run_id for one in evaluation_runs.of_year(published, 2026, date(2026, 12, 31))] == ["b", "c2"]
    assert evaluation_runs.of_year(published, 2026, date(2026, 2, 1)) == ()


def test_an_edited_file_of_a_run_is_told(tmp_path: Path) -> None:
    (tmp_path / "estimates.json").write_text(
        '{"lists": [], "groups": [{"figures": [{"measure": "luck", "verdict": "measured"}]}]}'
    )
    with pytest.raises(IntegrityError, match="not what the run wrote"):
        evaluation_runs.town([KeptRun(folder=tmp_path, run_id="x", as_of=date(2026, 1, 1))], {})
