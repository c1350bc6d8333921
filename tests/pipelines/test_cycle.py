"""The whole road on a hand-made city, through the command line and a real Prefect flow."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from features.factor import Language
from pipelines import screens
from tests.pipelines.calling import called, lanterne
from tests.pipelines.little_city import write

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cycle")]
OUTPUTS = {
    "manifest.json",
    "audit.jsonl",
    "configuration.json",
    "ingest.json",
    "frame.json",
    "frame_parity.html",
    "frame_parity.json",
    "attrition.html",
    "duel.json",
    "model",
    "list.csv",
    "list.xlsx",
    "list.html",
    "list.parquet",
    "explanations.parquet",
    "members.parquet",
    "estimates.json",
    "estimates.html",
    "map.html",
    "map.json",
    "fairness.html",
    "fairness.json",
    "drift.html",
    "drift.json",
    "reference.json",
    "public_notice.html",
    "contracts",
}


OFFLINE = Path(__file__).resolve().parents[1] / "offline"
LEFT_OVER = Path(".cycle-2026-10-01.partial", "working", "people.parquet")
ELSEWHERE = "bdc569b46d727f8875a88daaacc9dfec7620b5ccca1f7ead0e8f0beffdcb2b00"
"""SHA-256 of ``list.csv`` of this city, made on another machine than those that test it."""
STEPS = (
    "ingest",
    "frame",
    "labels",
    "duel",
    "keeping",
    "ranker",
    "list",
    "measure",
    "map",
    "fairness",
    "drift",
    "reports",
    "notice",
)
CYCLE = ("--as-of", "2026-11-02", "--json")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(config, run folder) after one cycle."""
    config = write(tmp_path_factory.mktemp("city"))
    done = lanterne("cycle", "--config", config, *CYCLE, "--keep-working-tables")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "with --json nothing but refusals is said"
    return config, Path(json.loads(done.stdout)["run"])


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[str]]:
    """(run folder, record of what was asked of the network, lines of the log) after a cycle of the same city elsewhere: offline, in another time zone and locale, where a killed
    run had left something, with everything logged that there is to log."""
    folder = tmp_path_factory.mktemp("again")
    left, record = folder / "runs" / LEFT_OVER, folder / "attempts.txt"
    left.parent.mkdir(parents=True)
    left.touch()
    offline = {"PYTHONPATH": f"{OFFLINE}:{OFFLINE.parents[1]}", "OFFLINE_RECORD": str(record)}
    elsewhere = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    config = write(folder)
    with config.open("a", encoding="utf-8") as settings:
        settings.write('[log]\nformat = "json"\nlevel = "DEBUG"\n')
    done = lanterne("cycle", "--config", config, *CYCLE, **offline, **elsewhere)
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)["run"]), record, done.stderr.splitlines()


@pytest.fixture(scope="module")
def again(logged: tuple[Path, Path, list[str]]) -> tuple[Path, Path]:
    """(run folder, record of what was asked of the network)."""
    return logged[:2]


def test_a_run_leaves_every_promised_file_and_adds_up(ran: tuple[Path, Path]) -> None:
    _, run = ran
    assert {p.name for p in run.iterdir()} >= OUTPUTS
    ingest = json.loads((run / "ingest.json").read_text())
    assert all(f["rows_read"] == f["rows_accepted"] + f["rows_quarantined"] for f in ingest["files"])
    manifest = json.loads((run / "manifest.json").read_text())
    assert [s["name"] for s in manifest["steps"]] == list(STEPS)
    assert manifest["steps"][1]["rows"]["households"] == 40
    said = pd.read_parquet(run / "working" / "statements.parquet")
    assert said[said["is_retained"] & (said["statement"] == "lives_alone")]["household_id"].nunique() == 40
    history = pd.read_parquet(run / "working" / "household_history.parquet")
    assert set(history["household_id"]) <= set(said["household_id"]) and set(history["event"]) == {"formed"}


@pytest.mark.parametrize(
    ("language", "said", "other"),
    [("fr", ["Le duel ·", "Champion : points", "Où regarder"], "Where to look"), ("en", ["The duel ·", "Champion: points", "Where to look"], "Où regarder")],
)  # fmt: skip
def test_the_terminal_speaks_the_language_of_the_city(
    ran: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    language: Language,
    said: list[str],
    other: str,
) -> None:
    screens.run(ran[1], language)
    shown = capsys.readouterr().out.replace("\u00a0", " ")
    assert all(text in shown for text in said) and other not in shown


def test_contributions_and_base_make_the_score_of_every_listed_household(ran: tuple[Path, Path]) -> None:
    _, run = ran
    listed = pd.read_parquet(run / "list.parquet").set_index("household_id")
    explained = pd.read_parquet(run / "explanations.parquet")
    summed = explained.groupby("household_id")["contribution"].sum()
    assert explained["base"].nunique() == 1
    assert ((summed + explained["base"].iloc[0] - listed["score"]).abs() < 1e-6).all()
    assert len(listed) == len(summed) == 12


def test_the_list_is_explained_drawn_and_says_what_it_does_not_know(ran: tuple[Path, Path]) -> None:
    _, run = ran
    listed = pd.read_csv(run / "list.csv", dtype={"quartier": str})
    assert listed["arm"].value_counts().to_dict() == {"MODELE": 10, "EXPLORATION": 2}
    assert listed.loc[listed["arm"] == "EXPLORATION", "drawing_probability"].tolist() == pytest.approx(
        [2 / 30, 2 / 30]
    )
    assert listed.loc[0, "reasons"].startswith("ressources inférieures à 20 % du plafond HLM ; ")
    assert listed["not_known"].str.len().gt(0).all()
    assert set(listed["quartier"]) <= {"01", "02", "03"}
    page = (run / "list.html").read_text(encoding="utf-8")
    assert run.name in page and "Centre" in page


def test_no_published_count_is_below_eleven(ran: tuple[Path, Path]) -> None:
    _, run = ran
    frame = json.loads((run / "frame.json").read_text())
    cells = [row["persons"] for row in (*frame["presence"], *frame["by_neighbourhood"])]
    assert cells and all(cell in ("<11", "hidden", 0) or cell >= 11 for cell in cells)


def test_the_same_inputs_give_the_same_list_bytes(ran: tuple[Path, Path], again: tuple[Path, Path]) -> None:
    run, other = ran[1], again[0]
    for name in (
        "list.csv",
        "list.xlsx",
        "list.parquet",
        "list.html",
        "frame_parity.html",
        "frame_parity.json",
        "explanations.parquet",
        "members.parquet",
        "contracts/index.html",
        "contracts/quarantaine.html",
        "contracts/liste_electorale.html",
        "contracts/liste_electorale-contrat.html",
        "duel.json",
        "frame.json",
    ):
        assert (other / name).read_bytes() == (run / name).read_bytes(), name
    assert not (other / "working").exists()
    made = hashlib.sha256((run / "list.csv").read_bytes()).hexdigest()
    assert made == ELSEWHERE, (
        "the list is not the one that another machine made: change the digest only with what the list says"
    )


def test_ingest_again_reports_nothing_new(ran: tuple[Path, Path]) -> None:
    config, _ = ran
    done = called("ingest", "--config", config, "--json")
    assert done.returncode == 0
    assert {f["status"] for f in json.loads(done.stdout)["files"]} == {"unchanged"}


def test_check_looks_at_the_installation(ran: tuple[Path, Path]) -> None:
    config, _ = ran
    done = called("check", "--config", config, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"], {f["is_sound"] for f in told["findings"]}) == (0, 0, {True})


def test_what_a_killed_run_left_is_cleared_by_the_next(again: tuple[Path, Path]) -> None:
    """And the run leaves nothing half made of its own."""
    assert not list(again[0].parent.glob(".*.partial"))


def test_a_bad_delivery_stops_the_cycle_and_publishes_nothing(ran: tuple[Path, Path], tmp_path: Path) -> None:
    """With what Prefect set up for the first run, which spares some seconds."""
    config, home = write(tmp_path), ran[1].parent / ".prefect"
    (tmp_path / "deliveries" / "2026-11-02" / "parc_social.csv").write_text("NOM;PRENOM\n", encoding="utf-8")
    done = lanterne("cycle", "--config", config, "--as-of", "2026-11-02", PREFECT_HOME=str(home))
    assert done.returncode == 3
    assert (
        "column 1" in done.stderr
        and "would hand over name" in " ".join(done.stderr.split())
        and "Hint:" in done.stderr
        and "Traceback" not in done.stderr
    )
    assert not [p for p in (tmp_path / "runs").iterdir() if not p.name.startswith(".")]
    assert not list(tmp_path.glob("runs/.*.partial")), "a refused run leaves no joined table"


def test_a_cycle_runs_with_outbound_sockets_blocked(again: tuple[Path, Path]) -> None:
    run, record = again
    assert (run / "list.csv").exists()
    assert not record.exists(), record.read_text()


def test_the_block_does_block(tmp_path: Path) -> None:
    """Without this the test above could pass because nothing was blocked."""
    record = tmp_path / "attempts.txt"
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    more = {"PYTHONPATH": str(OFFLINE), "OFFLINE_RECORD": str(record)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ | more
    )
    assert "blocked by this test" in done.stderr and "192.0.2.1" in record.read_text()


def test_every_line_of_the_log_is_an_object_and_prefects_are_among_them(
    logged: tuple[Path, Path, list[str]],
) -> None:
    told = [json.loads(line) for line in logged[2]]
    assert {one["logger"].partition(".")[0] for one in told} == {"lanterne", "prefect"}
    assert all({"time", "level", "logger", "event", "city"} <= set(one) for one in told)
    ended = [one for one in told if one["event"].endswith(" ended")]
    assert [one["step"] for one in ended] == list(STEPS)
    assert {one["run"] for one in ended} == {"cycle-2026-11-02"} and ended[1]["counts"]["households"] == 40
    assert [one["run"] for one in told if one["event"] == "publish run"] == [logged[0].name]


def test_nobody_is_in_the_log(logged: tuple[Path, Path, list[str]], tmp_path: Path) -> None:
    """No key, dwelling, address, record or household of the deliveries and the list, though everything is logged."""
    config = write(tmp_path)
    words: set[str] = set()
    for file in (config.parent / "deliveries").rglob("*.csv"):
        for cell in re.split(r"[;\t\n]", file.read_bytes().decode("cp1252")):
            words |= {cell} if re.fullmatch(r"[0-9a-f]{32}|[EB]\d+", cell) else set()
    listed = pd.read_parquet(logged[0] / "list.parquet")
    members = pd.read_parquet(logged[0] / "members.parquet")
    words |= set(listed["household_id"]) | set(members["person_id"])
    assert len(words) > 150
    said = set(re.findall(r"\w+", "\n".join(logged[2])))
    assert not words & said, f"{len(words & said)} of {len(words)}"
