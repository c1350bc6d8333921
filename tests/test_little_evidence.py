"""Cities with little to go by, by the real command: each gets a list with reasons, a duel that says what it could not judge, and nothing unmeasured."""

import json
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.little_evidence import CASES, Case, Ran, cycled, made
from models.candidate import RULES
from models.duel import MIN_TEST_LABELS, ORDER
from pipelines import settings

BY_NAME = {case.name: case for case in CASES}
UNJUDGED = (
    "no visits file",
    "visits file empty",
    "about 150 answers",
    "the roll alone",
    "the register alone",
)
ANSWERS = {"about 150 answers": (100, 200)}
"""(fewest, most) that may be counted; a city that delivers no visits at all has none."""
JUDGED = "about 1500 answers"
BLIND = "si ces personnes voient quelqu’un : aucun fichier ne le dit"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("little")


def run(work: Path, case: Case) -> tuple[Ran, Path, pd.DataFrame]:
    """What the command gave, the run's folder and its list."""
    ran = cycled(made(work, case))
    assert ran.run is not None, ran.said
    return ran, ran.run, pd.read_csv(ran.run / "list.csv", keep_default_na=False)


def is_a_full_list(work: Path, case: Case, listed: pd.DataFrame) -> None:
    """As many as the city asked for, each with reasons or its lot, and with what the extracts cannot say."""
    city = settings.load(work / case.name.replace(" ", "-").replace(",", "") / "city.toml")
    arms = listed["arm"].value_counts()
    assert arms["MODELE"] == city.capacity
    assert arms["EXPLORATION"] == max(1, round(city.capacity * city.exploration_share))
    assert (listed.loc[listed["arm"] == "MODELE", "reasons"] != "").all()
    assert listed["reasons"].str.contains("membre le plus âgé|bail|registre").sum() >= city.capacity / 2, (
        "in French"
    )
    assert listed["not_known"].str.endswith(BLIND).all()


@pytest.mark.parametrize("name", UNJUDGED)
def test_a_city_without_enough_answers_has_a_list_and_claims_nothing(work: Path, name: str) -> None:
    ran, folder, listed = run(work, BY_NAME[name])
    assert (ran.exit_code, ran.said) == (0, "")
    is_a_full_list(work, BY_NAME[name], listed)
    is_unsure = "Les registres sont peu nombreux" in (folder / "list.html").read_text(encoding="utf-8")
    assert is_unsure == (name == "the register alone")
    duel = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
    least, most = ANSWERS.get(name, (0, 0))
    assert least <= duel["labels"]["labels"] <= most
    assert (duel["champion"], duel["beats_rules"]) == ("points", None)
    assert "too few to judge" in duel["why"]
    assert duel["candidates"] == {} and duel["contests"] == []
    assert set(duel["not_judged"]) == {"random", *ORDER} and all(duel["not_judged"].values())
    assert duel["calibration"]["holds"] is False and duel["calibration"]["points"] == []
    assert (listed["probability"].astype(str) == "").all()
    page = (folder / "list.html").read_text(encoding="utf-8")
    assert "Pas encore mesuré" in page and "trop peu de visites sont revenues" in page
    assert "Aucun chiffre d’aucun candidat n’est montré" in (folder / "model" / "card.html").read_text(
        encoding="utf-8"
    )


def test_a_city_with_many_answers_judges_everybody_on_them(work: Path) -> None:
    ran, folder, listed = run(work, BY_NAME[JUDGED])
    is_a_full_list(work, BY_NAME[JUDGED], listed)
    duel = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
    assert ran.exit_code == (5 if duel["beats_rules"] is False else 0)
    won = {contest["challenger"] for contest in duel["contests"] if contest["won"]}
    assert duel["beats_rules"] is (duel["champion"] in won.difference(RULES)), (
        "the rule in order may reign without a win"
    )
    assert 1_200 <= duel["labels"]["labels"] <= 1_800
    assert MIN_TEST_LABELS <= duel["test_labels"] <= duel["labels"]["labels"]
    assert set(duel["candidates"]) | set(duel["not_judged"]) == {"random", *ORDER}
    for figures in duel["candidates"].values():
        assert figures["precision"]["low"] <= figures["precision"]["value"] <= figures["precision"]["high"]
    has_probability = listed["probability"].astype(str) != ""
    assert not has_probability.any() or duel["calibration"]["holds"]
    assert "trop peu de visites sont revenues" not in (folder / "list.html").read_text(encoding="utf-8")
