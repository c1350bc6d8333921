"""Another city by its configuration alone: the commands of ``docs/another_city.md``, as they stand there, on a smaller town."""

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from data_contracts.contract import SOURCES, load
from pipelines import filing, settings
from pipelines.desk_lists import PublishedLists
from pipelines.store import read_store
from synthetic_city.villasol import NAMES, SECTIONS, VILLASOL
from tests.pipelines.calling import Said, each

PAGE = Path(__file__).resolve().parents[2] / "docs" / "another_city.md"
SMALL = {"10000": "2000", "24": "8"}
FOLDERS = ("nueva", "villasol")


def commands(folder: Path) -> list[list[str]]:
    """Of the page, with its folders below ``folder``, and for a town that is built in seconds."""
    blocks = re.findall(
        r"^```\n(lanterne .*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    found = []
    for line in "".join(blocks).splitlines():
        words = shlex.split(line)[1:]
        found.append([_below(folder, words[at - 1], word) for at, word in enumerate(words)])
    return found


def _below(folder: Path, before: str, word: str) -> str:
    if before != "--place" and word.split("/")[0] in FOLDERS:
        return str(folder / word)
    return SMALL.get(word, word)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Said]]:
    folder = tmp_path_factory.mktemp("elsewhere")
    return folder / "villasol", each(*commands(folder))


@pytest.fixture(scope="module")
def run(town: tuple[Path, list[Said]]) -> Path:
    (found,) = (p for p in (town[0] / "runs").iterdir() if re.fullmatch(r"2026-11-02-[0-9a-f]{10}", p.name))
    return found


@pytest.mark.slow
def test_every_command_of_the_page_ends_well(town: tuple[Path, list[Said]]) -> None:
    said = town[1]
    assert [one.returncode for one in said[:-1]] == [0] * (len(said) - 1), [one.stderr for one in said]
    assert said[-1].returncode in (0, 5), said[-1].stderr
    assert "capacity" in said[1].stdout and "quarantined" in said[4].stdout


@pytest.mark.slow
def test_every_line_is_in_a_table_or_set_aside(town: tuple[Path, list[Said]], run: Path) -> None:
    told = json.loads((run / "ingest.json").read_text(encoding="utf-8"))
    assert all(f["rows_read"] == f["rows_accepted"] + f["rows_quarantined"] for f in told["files"])
    sources = {f["source"] for f in told["files"]}
    assert {"liste_electorale", "etat_civil", "registre_vulnerables", "visites", "quartiers"} <= sources
    assert not sources & VILLASOL.missing
    aside = {rule for f in told["files"] for rule in f["rejects"]}
    assert aside <= {"personne ou logement opposé"}, "no line is refused for its Spanish words"
    with read_store(settings.load(town[0] / "city.toml").paths) as connection:
        assert filing.miscounted(connection) == ()
        kept = connection.execute("select distinct sexe from raw.liste_electorale where sexe is not null order by 1")  # fmt: skip
        assert kept.fetchall() == [("F",), ("M",)]


@pytest.mark.slow
def test_the_list_has_its_neighbourhoods_and_its_language_and_says_what_is_missing(run: Path) -> None:
    listed = pd.read_csv(run / "list.csv", dtype={"quartier": str})
    assert len(listed) >= 10 and {*listed["quartier"].dropna()} <= {*SECTIONS}
    assert listed["reasons"].str.contains("oldest member").any()
    page = (run / "list.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in page and "Villasol" in page
    lost = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["signals_lost"]
    assert {"parc_social", "usages_services"} <= {one["source"] for one in lost}
    delivered = (run / "contracts" / "index.html").read_text(encoding="utf-8")
    absent = ", ".join(load(source).title for source in SOURCES if source in VILLASOL.missing)
    assert f"not delivered: {absent}" in delivered


@pytest.mark.slow
def test_the_desk_learns_of_every_neighbourhood_with_its_list(
    town: tuple[Path, list[Said]], run: Path
) -> None:
    lists = PublishedLists(city=settings.load(town[0] / "city.toml"))
    assert lists.taken(run.name).facts["neighbourhoods"] == dict(zip(SECTIONS, NAMES, strict=True))


@pytest.mark.slow
def test_the_map_and_the_fairness_page_speak_of_its_own_codes(run: Path) -> None:
    drawn = (run / "map.html").read_text(encoding="utf-8")
    assert SECTIONS[0] in drawn and "La Vega" in drawn and "Hypercentre" not in drawn
    told = json.loads((run / "fairness.json").read_text(encoding="utf-8"))
    assert SECTIONS[0] in json.dumps(told)
