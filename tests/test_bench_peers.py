"""What is timed beside triage is the same work: one value, entity or day that differs ends the comparison."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks import peers_experiment, peers_same
from benchmarks.peers_events import AGGREGATES, DAYS, name_of, write


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The experiment's six matrices, of few entities."""
    folder = tmp_path_factory.mktemp("ours")
    write(folder / "events.parquet", 30, 20)
    peers_experiment.matrices(folder / "events.parquet", folder)
    return folder


def as_triage_writes(ours: Path) -> dict[str, pd.DataFrame]:
    """By name: of each split a matrix that teaches and one that tests, in triage's words, zero where nothing happened."""
    days = []
    for day in DAYS:
        found = pd.read_parquet(ours / f"{day}.parquet")
        said = {"entity_id": found["household_id"].str[1:].astype(int), "as_of_date": f"{day} 00:00:00"}
        for kind, window, measure in AGGREGATES:
            quantity = f"kind_{kind}" if measure == "times" else f"sum_{kind}"
            column = found[name_of(kind, window, measure)]
            said[f"events_entity_id_{window} days_{quantity}_sum"] = column.fillna(0).astype(int)
        days.append(pd.DataFrame(said | {"large_d": found["outcome"].astype(int)}))
    teach = {f"teach-{place}": pd.concat(days[:place]) for place in range(1, len(DAYS))}
    return teach | {f"test-{place}": days[place].copy() for place in range(1, len(DAYS))}


def held(ours: Path, theirs: dict[str, pd.DataFrame], folder: Path) -> int:
    for name, matrix in theirs.items():
        matrix.to_csv(folder / f"{name}.csv.gz", index=False)
    return peers_same.experiment(ours, folder, list(theirs))


def test_every_value_of_every_matrix_is_held(ours: Path, tmp_path: Path) -> None:
    theirs = as_triage_writes(ours)
    assert held(ours, theirs, tmp_path) == sum(map(len, theirs.values())) * 25
    assert sum(m.filter(like="events").to_numpy().sum() for m in theirs.values()) > 0


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("events_entity_id_91 days_kind_b_sum", "b_91_times"),
        ("events_entity_id_365 days_sum_d_sum", "d_365_sum"),
    ],
)
def test_one_value_that_differs_is_named(ours: Path, tmp_path: Path, column: str, name: str) -> None:
    theirs = as_triage_writes(ours)
    theirs["test-3"][column] += theirs["test-3"]["entity_id"] == 4
    with pytest.raises(RuntimeError, match=f"by column: {{'{name}': 1}}"):
        held(ours, theirs, tmp_path)


def test_a_label_that_differs_is_named(ours: Path, tmp_path: Path) -> None:
    theirs = as_triage_writes(ours)
    theirs["test-1"]["large_d"] = 1 - theirs["test-1"]["large_d"]
    with pytest.raises(RuntimeError, match="label"):
        held(ours, theirs, tmp_path)


def test_an_entity_too_few_or_twice_is_told(ours: Path, tmp_path: Path) -> None:
    theirs = as_triage_writes(ours)
    whole = theirs["test-2"]
    for wrong in (whole.iloc[1:], pd.concat([whole, whole.iloc[:1]])):
        with pytest.raises(RuntimeError, match="differ"):
            held(ours, theirs | {"test-2": wrong}, tmp_path)


def test_another_day_is_told(ours: Path, tmp_path: Path) -> None:
    theirs = as_triage_writes(ours)
    theirs["test-5"]["as_of_date"] = "2025-10-01 00:00:00"
    with pytest.raises(RuntimeError, match="the days"):
        held(ours, theirs, tmp_path)
