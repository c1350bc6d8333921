"""The whole town, the whole road: minutes, so `make slow`."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.oracle import measure
from models.duel import ORDER
from synthetic_city import calibration, calibration_registers
from synthetic_city.city import build
from synthetic_city.figure import judged
from tests.offline import alone
from tests.pipelines import told_together

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_the_demo_runs_offline_from_nothing_to_the_list(tmp_path: Path) -> None:
    """On a network of its own where there is one, and under a hook that records what Python asks."""
    record = tmp_path / "attempts.txt"
    offline = {"PYTHONPATH": f"{ROOT / 'tests' / 'offline'}:{ROOT}", "OFFLINE_RECORD": str(record)}
    command = [sys.executable, "-m", "pipelines.cli", "demo", "--out", str(tmp_path / "demo"), "--json"]
    done = subprocess.run(
        [*alone.prefix(record), *command],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | offline,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    assert not record.exists(), record.read_text()
    run = Path(json.loads(done.stdout)["run"])
    ingest = json.loads((run / "ingest.json").read_text())
    assert all(f["rows_read"] == f["rows_accepted"] + f["rows_quarantined"] for f in ingest["files"])
    duel = json.loads((run / "duel.json").read_text())
    assert set(duel["candidates"]) == {"random", *ORDER}
    assert duel["suspicious"] == {}
    listed = pd.read_csv(run / "list.csv")
    assert listed["arm"].value_counts()[["MODELE", "EXPLORATION"]].to_dict() == {
        "MODELE": 60,
        "EXPLORATION": 6,
    }
    assert 0.62 <= _auc_with_all_labels(tmp_path / "demo") <= 0.72
    figures = json.loads((tmp_path / "demo" / "calibration.json").read_text())
    assert len(figures if isinstance(figures, list) else figures["figures"]) >= 35


def _auc_with_all_labels(town: Path) -> float:
    """Honest difficulty on the real road: what the extracts' own matrix can say when every label is known, of everybody who is more likely there than not.

    The demo's own frame holds only households that are surely there, which are more alike.
    """
    config = town / "city.toml"
    config.write_text(config.read_text().replace("capacity = ", "there_share = 0.5\ncapacity = ", 1))
    arguments = (
        "cycle",
        "--config",
        str(town / "city.toml"),
        "--as-of",
        "2026-11-02",
        "--keep-working-tables",
        "--json",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode in (0, 5), done.stderr
    run = Path(json.loads(done.stdout)["run"])
    of_all_reports = (config, run, date(2026, 11, 2))
    assert told_together.with_fairness(*of_all_reports) == []
    assert told_together.with_fairness(*of_all_reports, is_careless=True), "the attacker finds what is there"
    return measure(town, run)["auc_lightgbm_all_labels"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_every_published_figure_holds(seed: int) -> None:
    town = build(33_012, 36, seed)
    figures = calibration.collect(town.history, town.ties, extra=calibration_registers.figures(town))
    assert [f.name for f in judged(figures) if not f.holds] == []
