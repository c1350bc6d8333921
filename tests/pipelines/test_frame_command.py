"""``lanterne frame`` on a hand-made city: what it prints, what it writes, what it refuses."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.pipelines.calling import called, lanterne
from tests.pipelines.little_city import write

DAY = ("--as-of", "2026-11-02")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write(tmp_path_factory.mktemp("city"))
    assert called("ingest", "--config", made, "--json").returncode == 0
    return made


@pytest.mark.slow
def test_it_writes_the_frame_and_the_page_into_a_folder_of_the_runs(config: Path) -> None:
    done = lanterne("frame", "--config", config, *DAY, "--json")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    told = json.loads(done.stdout)
    folder = config.parent / "runs" / "frame-2026-11-02"
    assert Path(told["out"]) == folder and told["visiting_list"] is None
    assert {p.name for p in folder.iterdir()} == {"frame.json", "attrition.html"}
    assert told["attrition"]["by_age"]["all"]["entries"] == 40
    assert json.loads((folder / "frame.json").read_text())["attrition"] == told["attrition"]
    assert not [p for p in folder.parent.iterdir() if p.name.endswith(".partial")]


@pytest.mark.slow
def test_the_list_holds_everybody_of_the_age_and_replaces_its_own_earlier_result(config: Path) -> None:
    """Electors are born from 1930 on: in 2026, 17 are 80 or over and 22 are 75 or over; some of them are not sure enough to be there."""
    out = config.parent / "out"
    sizes = {}
    for age, per_week in (("80+", 5), ("75+", 20)):
        done = called("frame", "--config", config, *DAY, "--out", out, "--visiting-list", age, "--visits-per-week", per_week, "--json")  # fmt: skip
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)["visiting_list"]
        assert told["visits_per_week"] == per_week
        listed = pd.read_csv(out / "visiting-list.csv", dtype=str)
        sizes[age] = len(listed)
        assert told["doors"] in ("hidden", sizes[age]) and listed.groupby("week").size().max() <= per_week
        assert listed["household_id"].is_unique
    assert 5 <= sizes["80+"] <= 17 and sizes["80+"] < sizes["75+"] <= 22
    assert (out / "visiting-list.pdf").read_bytes().startswith(b"%PDF")
    assert (out / "visiting-list.xlsx").exists() and (out / "visiting-list-removed.csv").exists()


def test_the_terminal_tells_the_way_and_where_to_look(config: Path) -> None:
    done = called(
        "frame", "--config", config, *DAY, "--out", config.parent / "shown", "--visiting-list", "80+"
    )
    assert done.returncode == 0, done.stderr
    for said in (
        "De la liste électorale aux portes",
        "Inscriptions sur la liste",
        "Liste de visite, 80 ans et plus",
        "visiting-list.pdf",
    ):
        assert said in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("age", ["80", "+80", "eighty+", "8+", "80 +", "111+", "-80+", ""])
def test_an_age_that_is_none_is_refused(config: Path, age: str) -> None:
    done = called("frame", "--config", config, *DAY, f"--visiting-list={age}")
    assert done.returncode == 2 and "--visiting-list" in done.stderr and "Hint:" in done.stderr


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--as-of", "yesterday"), "is not a day"),
        (("--as-of", "2020-01-01"), "no electoral roll is known before this day"),
        ((*DAY, "--visits-per-week", "0"), "visits-per-week"),
    ],
)
def test_other_refusals_teach(config: Path, more: tuple[str, ...], said: str) -> None:
    done = called("frame", "--config", config, *more)
    assert done.returncode == 2 and said in done.stderr and "Hint:" in done.stderr


def test_a_folder_of_somebody_else_is_never_replaced(config: Path, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    done = called("frame", "--config", config, *DAY, "--out", tmp_path)
    assert done.returncode == 2 and "Hint:" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["letters.txt"]


@pytest.mark.slow
def test_without_the_roll_there_is_no_list(config: Path, tmp_path: Path) -> None:
    closed = config.with_name("closed.toml")
    text = config.read_text(encoding="utf-8")
    gate, rest = text.index("[sources.liste_electorale]"), text.index("[sources.parc_social]")
    closed.write_text(text[:gate] + '[sources.liste_electorale]\ngate = "closed"\n\n' + text[rest:], encoding="utf-8")  # fmt: skip
    done = lanterne("frame", "--config", closed, *DAY, "--out", tmp_path / "out", "--visiting-list", "80+")
    assert done.returncode == 4 and "liste_electorale is closed" in done.stderr and "Hint:" in done.stderr
    assert not (tmp_path / "out").exists()
