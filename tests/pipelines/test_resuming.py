"""A run that was killed at any step goes on where it was, and publishes what an undisturbed one does; whatever changed since makes it begin anew."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from data_contracts.errors import Busy, ContractError
from pipelines import audit, audit_verify, chain, manifest, run, settings, turns
from tests.pipelines import stopped
from tests.pipelines.little_city import ROLL, elector, write
from tests.pipelines.test_cycle import STEPS

CLEAN = multiprocessing.get_context("forkserver")
CLEAN.set_forkserver_preload(["tests.pipelines.stopped"])
"""Forks of a process that has imported everything and done nothing: this one has threads."""
DAY = date(2026, 11, 10)
ALTERED_BY = {"keeping": {"duel"}, "ranker": {"duel", "keeping"}}
"""A step that adds to a file of others (``duel.json``): killed between file and line, they are done again too."""
TRAINED = STEPS[: STEPS.index("keeping") + 1]
NOT_PROMISED = {audit.LOG, "manifest.json", "ingest.json"}
"""What tells the history of the installation; ``contracts/`` too."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("town")).parent


@pytest.fixture(scope="module")
def undisturbed(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing disturbed."""
    town = copied(city, tmp_path_factory.mktemp("undisturbed"))
    assert in_a_process(town) == 0
    return published(town)


def copied(city: Path, folder: Path) -> Path:
    return Path(shutil.copytree(city, folder / "town"))


def in_a_process(
    town: Path, moment: str = "never", what: Callable[[Path, date, str], None] = stopped.cycle
) -> int:
    """A cycle, or ``what``, in a process of its own: its exit code, -9 where it was killed at ``moment``."""
    work = CLEAN.Process(target=what, args=(town, DAY, moment))
    work.start()
    work.join()
    assert work.exitcode is not None
    return work.exitcode


def published(town: Path) -> Path:
    (folder,) = (town / "runs").glob("????-??-??-*")
    return folder


def half_made(town: Path, command: str = "cycle") -> Path:
    return manifest.partial_path(town / "runs", f"{command}-{DAY.isoformat()}")


def steps(folder: Path) -> dict[str, object]:
    """Step → the moment at which it ended."""
    return {str(line["step"]): line["at"] for line in chain.read(folder / audit.LOG) if "wrote" in line}


def resumed(folder: Path) -> list[object]:
    """What each line ``resume`` says was kept."""
    return [line["kept"] for line in chain.read(folder / audit.LOG) if line["step"] == "resume"]


def contents(folder: Path) -> dict[str, str]:
    found = audit.digests(folder)
    return {n: d for n, d in found.items() if n not in NOT_PROMISED and not n.startswith("contracts/")}


@pytest.mark.slow
def test_a_run_killed_at_every_step_ends_as_an_undisturbed_one(
    city: Path, undisturbed: Path, tmp_path: Path
) -> None:
    """Killed before and after the line of each step is written, 27 times: each time what had a line is kept, with its moment, and nothing of it is done again."""
    town = copied(city, tmp_path)
    before: dict[str, object] = {}
    for moment in [f"{when} {step}" for step in STEPS for when in ("before", "after")]:
        assert in_a_process(town, moment) == -signal.SIGKILL
        now = steps(half_made(town))
        whole, step = moment.startswith("after"), moment.split()[1]
        assert list(now) == list(STEPS[: STEPS.index(step) + whole])
        stand = {n: at for n, at in before.items() if n not in ALTERED_BY.get(step, ())}
        assert stand.items() <= now.items()
        before = now
    assert in_a_process(town, "before publish") == -signal.SIGKILL
    assert in_a_process(town) == 0
    after = published(town)
    assert resumed(after)[-1] == [
        "ingest"
    ]  # before it was to be published the joined tables were purged: what needs them is done again
    assert steps(after)["ingest"] == before["ingest"] and tuple(steps(after)) == STEPS
    assert after.name == undisturbed.name and contents(after) == contents(undisturbed)
    assert not half_made(town).exists()
    config = town / "city.toml"
    audit_verify.at_home(config, settings.load(config), after)


@pytest.mark.slow
def test_a_training_killed_at_every_step_freezes_the_model_of_an_undisturbed_one(
    city: Path, tmp_path: Path
) -> None:
    """No model stands in the folder before it is whole, and the joined tables go with the run."""
    peaceful, town = copied(city, tmp_path / "peaceful"), copied(city, tmp_path / "killed")
    assert in_a_process(peaceful, what=stopped.train) == 0
    (undisturbed,) = (peaceful / "models").iterdir()
    for moment in [f"{when} {step}" for step in TRAINED for when in ("before", "after")] + ["before publish"]:
        assert in_a_process(town, moment, stopped.train) == -signal.SIGKILL
        assert not [one for one in town.glob("models/*") if not one.name.startswith(".")]
    assert in_a_process(town, what=stopped.train) == 0
    (model,) = (town / "models").iterdir()
    assert model.name == undisturbed.name and contents(model) == contents(undisturbed)
    assert not half_made(town, "train").exists()


def begun_again(town: Path) -> list[object]:
    """What the next run keeps."""
    with run.partial(town / "city.toml", "cycle", DAY, None) as (folder, _):
        assert not (folder / "working" / "half.parquet").exists()
        return resumed(folder)


def a_file_was_altered(town: Path) -> None:
    (half_made(town) / "frame.json").write_text("{}")


def a_delivery_arrived(town: Path) -> None:
    folder = town / "deliveries" / "2026-11-05"
    folder.mkdir()
    more = ROLL + "".join(elector(i).replace("01/11/2026", "04/11/2026") for i in range(39))
    (folder / "liste_electorale.csv").write_text(more, encoding="cp1252")


def a_step_had_begun(town: Path) -> None:
    (half_made(town) / "working" / "past").mkdir()
    (half_made(town) / "working" / "half.parquet").write_bytes(b"PAR1")


def killed_within_a_line(town: Path) -> None:
    with (half_made(town) / audit.LOG).open("ab") as log:
        log.write(b'{"at":"2026-11-10T')


def a_setting_changed(town: Path) -> None:
    with (town / "city.toml").open("a") as file:
        file.write('[contacts]\nteam = "Maison des aînés"\n')


def an_approval_was_signed(town: Path) -> None:
    (town / "models").mkdir()
    (town / "models" / "approvals.jsonl").write_text("")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (a_step_had_begun, [["ingest", "frame"]]),
        (killed_within_a_line, []),
        (a_file_was_altered, [["ingest"]]),
        (a_delivery_arrived, []),
        (a_setting_changed, []),
        (an_approval_was_signed, []),
    ],
)
def test_what_has_changed_is_not_kept(
    city: Path, tmp_path: Path, change: Callable[[Path], None], kept: list[object]
) -> None:
    town = copied(city, tmp_path)
    assert in_a_process(town, "after frame") == -signal.SIGKILL
    change(town)
    assert begun_again(town) == kept


@pytest.mark.slow
def test_a_refused_delivery_leaves_nothing_half_made(city: Path, tmp_path: Path) -> None:
    town = copied(city, tmp_path)
    assert in_a_process(town, "after frame") == -signal.SIGKILL
    a_delivery_arrived(town)
    broken = town / "deliveries" / "2026-11-05" / "liste_electorale.csv"
    broken.write_text("SEXE\nM\n", encoding="utf-8")
    with pytest.raises(ContractError), run.partial(town / "city.toml", "cycle", DAY, None):
        pytest.fail("the run began on a broken delivery")
    assert not half_made(town).exists()


def test_another_run_in_the_folder_is_waited_for_and_then_refused(city: Path, tmp_path: Path) -> None:
    runs = copied(city, tmp_path) / "runs"
    with turns.one_at_a_time(runs), pytest.raises(Busy, match="another run"), turns.one_at_a_time(runs, 1.5):
        pytest.fail("two at once")
