"""A run made again from its deliveries: the same bytes on another machine; and where something differs, it is said what."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from data_contracts.errors import ConfigurationError
from pipelines import audit, chain, laid_out, ledger, manifest, reproducing, settings, settings_kept
from tests.pipelines.calling import called, lanterne
from tests.pipelines.chained_runs import published, town
from tests.pipelines.little_city import CITY, key, write
from tests.pipelines.test_approvals import line

OF_LIST = {"list.csv", "list.xlsx", "list.html", "list.parquet", "explanations.parquet", "model/card.html", "estimates.html", "duel.json"}  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a city after one cycle."""
    config = write(tmp_path_factory.mktemp("first"))
    done = lanterne("cycle", "--config", config, "--as-of", "2026-11-02", "--json")
    assert done.returncode == 0, done.stderr
    return config


def elsewhere(config: Path, folder: Path) -> tuple[Path, str]:
    """What another machine gets: settings, key, deliveries, runs; no warehouse, and other names for its places. Gives configuration and run."""
    shutil.copytree(config.parent, folder, ignore=shutil.ignore_patterns("*.duckdb", ".prefect"))
    (folder / "deliveries").rename(folder / "arrived")
    text = (folder / "city.toml").read_text(encoding="utf-8")
    moved = text.replace(
        "[sources.liste", '[paths]\ndeliveries = "arrived"\ndatabase = "other.duckdb"\n\n[sources.liste', 1
    )
    (folder / "city.toml").write_text("# moved\n" + moved, encoding="utf-8")
    return folder / "city.toml", next(path.name for path in (folder / "runs").glob("2026*"))


def again(config: Path, run: str, home: Path) -> tuple[int, dict[str, object]]:
    """With what Prefect set up for the first run, which spares some seconds."""
    done = lanterne("audit", "reproduce", run, "--config", config, "--json", PREFECT_HOME=str(home))
    return done.returncode, json.loads(done.stdout) if done.stdout else {"stderr": done.stderr}


@pytest.mark.slow
@pytest.mark.xdist_group("cycle")
def test_another_machine_makes_the_same_bytes_and_leaves_no_trace(ran: Path, tmp_path: Path) -> None:
    config, run = elsewhere(ran, tmp_path / "other")
    before = audit.digests(config.parent)
    code, told = again(config, run, ran.parent / "runs" / ".prefect")
    assert code == 0, told
    assert set(told["equal"]) >= OF_LIST and told["is_same"] and told["changed"] == {}
    assert told["history"].keys() >= {"ingest.json", "contracts/index.html"}
    after = audit.digests(config.parent)
    log = {"runs/audit.jsonl", "runs/audit.state.json"}
    assert {name for name in after if after[name] != before.get(name)} <= log | {
        "runs/.lock",
        "runs/.audit.lock",
    }
    last = chain.read(config.parent / "runs" / "audit.jsonl")[-1]
    assert (last["act"], last["about"], last["facts"]) == ("reproduce", run, {"is_same": True})


@pytest.mark.slow
@pytest.mark.xdist_group("cycle")
def test_an_objection_since_is_why_a_list_comes_out_otherwise(ran: Path, tmp_path: Path) -> None:
    """Nobody's rows are read again who objected, not even to prove something."""
    config, run = elsewhere(ran, tmp_path / "other")
    assert called("oppose", "--config", config, "--key", key(7)).returncode == 0
    code, told = again(config, run, ran.parent / "runs" / ".prefect")
    assert code == 6, told
    assert "list.csv" in told["different"] and set(told["changed"]) == {"objections"}


def test_files_that_are_gone_are_refused_by_name(tmp_path: Path) -> None:
    config = town(tmp_path)
    run = published(config)
    (tmp_path / "deliveries").mkdir()
    done = called("audit", "reproduce", run.name, "--config", config)
    assert (
        done.returncode == 2 and "2026-10-01/liste_electorale.csv" in done.stderr and "Hint:" in done.stderr
    )
    assert not list((tmp_path / "runs").glob(".*.partial"))


def test_a_run_that_does_not_hold_is_not_made_again(tmp_path: Path) -> None:
    config = town(tmp_path)
    run = published(config)
    (run / "list.csv").write_text("other")
    assert called("audit", "reproduce", run.name, "--config", config).returncode == 6


def test_approvals_are_those_that_were_signed_by_then(tmp_path: Path) -> None:
    config = town(tmp_path)
    models, laid = settings.load(config).paths.models, tmp_path / "laid"
    models.mkdir()
    lines = [json.dumps({"model": name}) + "\n" for name in ("a", "b", "c")]
    (models / "approvals.jsonl").write_text("".join(lines))
    for name in ("a", "c"):
        (models / name).mkdir()
    laid_out.lay_approvals(settings.load(config), 2, laid)
    assert (laid / "approvals.jsonl").read_text() == "".join(lines[:2])
    assert sorted(p.name for p in laid.iterdir()) == ["a", "approvals.jsonl"]
    with pytest.raises(ConfigurationError, match="approvals that the run was made with are gone"):
        laid_out.lay_approvals(settings.load(config), 4, tmp_path / "more")


def test_a_model_that_is_gone_is_missed_before_anything_is_made(tmp_path: Path) -> None:
    city = settings.load(town(tmp_path))
    (tmp_path / "model").mkdir()
    laid_out.check_model(city, tmp_path)
    signed = line("2026-10-02-points-01234567").as_json()
    (tmp_path / "model" / "approval.json").write_text(json.dumps(signed), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="the approved model that ranked this run is gone"):
        laid_out.check_model(city, tmp_path)
    (city.paths.models / "2026-10-02-points-01234567").mkdir(parents=True)
    laid_out.check_model(city, tmp_path)


def test_a_run_that_does_not_say_what_it_was_made_from_is_refused(tmp_path: Path) -> None:
    config = town(tmp_path)
    with pytest.raises(ConfigurationError, match="of an earlier release"):
        laid_out.laid_for_the_ingest(settings.load(config), published(config))


def test_a_list_that_a_purge_has_taken_since_is_named_and_one_that_it_had_taken_before_is_not(
    tmp_path: Path,
) -> None:
    """Fairness tells of earlier lists who was visited: without them it cannot come out the same."""
    config = town(tmp_path)
    city = settings.load(config)
    first, second = (published(config, day) for day in (date(2026, 8, 1), date(2026, 9, 1)))
    taken = {"runs": {first.name: ["list.csv", laid_out.LIST]}}
    ledger.enter(city.paths, "purge", "retention", about="purge-2026-09-02-001.json", facts=taken)
    third = published(config, date(2026, 10, 1))
    made = json.loads((third / "manifest.json").read_text())
    assert laid_out.earlier_lists(city, made) == (second.name,)
    made = json.loads((second / "manifest.json").read_text())
    assert laid_out.earlier_lists(city, made) == (first.name,)
    (second / laid_out.LIST).touch()
    assert reproducing.lists_now(city, (first.name, second.name)) == {first.name: "gone", second.name: "kept"}


def test_of_a_run_that_was_made_twice_the_second_time_counts(tmp_path: Path) -> None:
    config = town(tmp_path)
    published(config, said="one")
    between = published(config, date(2026, 9, 1))
    again = published(config, said="two")
    made = json.loads((again / "manifest.json").read_text())
    assert laid_out.earlier_lists(settings.load(config), made) == (between.name,)


@pytest.mark.parametrize(
    ("now", "different", "missing", "added"),
    [
        ({}, (), (), ()),
        ({"list.csv": "other"}, ("list.csv",), (), ()),
        ({"list.csv": None}, (), ("list.csv",), ()),
        ({"more.json": "new"}, (), (), ("more.json",)),
        ({"ingest.json": "other", "contracts/a.html": "more"}, (), (), ()),
        ({"working/people.parquet": "of no run that kept none"}, (), (), ()),
    ],
)
def test_what_is_promised_is_compared(
    tmp_path: Path,
    now: dict[str, str | None],
    different: tuple[str, ...],
    missing: tuple[str, ...],
    added: tuple[str, ...],
) -> None:
    """Byte for byte but for what tells the history of deliveries."""
    then = {"list.csv": "one", "duel.json": "two", "ingest.json": "three", settings_kept.FILE: "four"}
    digests = {name: manifest.sha256(text.encode()) for name, text in then.items()}
    for name, text in (
        {name: text for name, text in then.items() if name != settings_kept.FILE} | now
    ).items():
        if text is not None:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
    found = reproducing.compared(digests, tmp_path)
    assert (found.different, found.missing, found.added) == (different, missing, added)
    assert found.is_same == (not (different or missing or added))


def test_a_change_is_named_down_to_the_library() -> None:
    then = {"code": "a", "versions": {"numpy": "1", "pandas": "3"}, "contracts": {"x": "1"}}
    now = {"code": "a", "versions": {"numpy": "2", "pandas": "3"}, "contracts": {}}
    assert dict(reproducing._differences("", then, now)) == {
        "versions numpy": ("1", "2"),
        "contracts x": ("1", "None"),
    }


def test_what_decides_is_kept_in_one_spelling_and_reads_back(tmp_path: Path) -> None:
    """Remarks, order and places change nothing; a decision does."""
    one, other = (
        town(tmp_path / "a"),
        town(tmp_path / "b", '\n[desk]\ndatabase = "postgresql://user:secret@db/x"\n'),
    )
    kept = settings_kept.deciding(settings.load(one))
    assert kept == settings_kept.deciding(settings.load(other)) and b"secret" not in kept
    again = tmp_path / "again.json"
    settings_kept.elsewhere(kept, settings.Paths(deliveries=tmp_path / "d"), again)
    assert settings_kept.deciding(settings.load(again)) == kept
    assert settings.load(again).paths.deliveries == tmp_path / "d"
    for decided in (
        CITY.replace("capacity = 10", "capacity = 11"),
        CITY + "\n[desk]\nsecond_look_share = 0.2\n",
    ):
        one.write_text(decided, encoding="utf-8")
        assert settings_kept.deciding(settings.load(one)) != kept
