"""What a published run was made from, laid out in a folder of its own: delivered files, approvals, earlier runs, configuration, what the law had taken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from data_contracts.errors import ConfigurationError
from pipelines import approvals, audit, chain, law, ledger, rebuilding, register, settings_kept, who_ranks
from pipelines.arrivals import arrivals
from pipelines.ledger import Entry
from pipelines.settings import City, Paths
from pipelines.store import read_store
from pipelines.warehouse_key import existing_key, key_file

LIST = "list.parquet"


def laid_out(
    config: Path, city: City, folder: Path, made: Mapping[str, object], elsewhere: Sequence[Path], root: Path
) -> Path:
    """Deliveries, earlier runs, approvals and configuration as they were; gives the path of the configuration."""
    paths = Paths(
        deliveries=root / "deliveries",
        database=root / "lanterne.duckdb",
        runs=root / "runs",
        models=root / "models",
        objections=root / "none.csv",
        key_file=key_file(city.paths),
    )
    (root / "run" / "working").mkdir(parents=True)
    _link_deliveries(city, made, elsewhere, paths.deliveries)
    check_model(city, folder)
    lay_approvals(city, reads(folder, "ranker").get("approvals", 0), paths.models)
    laid_for_the_ingest(city, folder).write(root / "run")
    _link_shapes(config, city, root)
    _link_runs(city, made, paths.runs)
    settings_kept.elsewhere((folder / settings_kept.FILE).read_bytes(), paths, root / "city.json")
    return root / "city.json"


def _link_deliveries(
    city: City, made: Mapping[str, object], elsewhere: Sequence[Path], deliveries: Path
) -> None:
    named = made["deliveries"]
    assert isinstance(named, dict)  # the manifest holds
    places = (city.paths.deliveries, *elsewhere)
    there = {one.file_id: one.path for place in places for one in arrivals(place)}
    gone = [name for name, file_id in named.items() if file_id not in there]
    if gone:
        told = ", ".join(f"{name} ({_whither(city, name)})" for name in gone[:3])
        raise ConfigurationError(
            f"{len(gone)} of the {len(named)} delivered files of this run are not there as they were: {told}",
            where=str(city.paths.deliveries),
            hint="name the folder where they are kept with --deliveries; what a purge has deleted cannot come back, and such a run can only be verified.",
        )
    for name, file_id in named.items():
        link = deliveries / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(there[file_id].resolve())


def _whither(city: City, name: str) -> str:
    """What became of a delivered file, as far as it can be told."""
    if (city.paths.deliveries / name).is_file():
        return "corrected since"
    for path in sorted((city.paths.runs / "certificates").glob("purge-*.json")):
        certificate = json.loads(path.read_text(encoding="utf-8"))
        if certificate["are_deleted"] and name in certificate["delivery_files"]:
            return f"deleted by {path.stem}"
    return "gone"


def _link_shapes(config: Path, city: City, root: Path) -> None:
    file = city.map.geojson
    if file is not None and not file.is_absolute():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).symlink_to(config.resolve().parent / file)


def _link_runs(city: City, made: Mapping[str, object], runs: Path) -> None:
    """Those that were published before: some pages tell how a figure has moved since."""
    runs.mkdir()
    for name in _before(city, made):
        (runs / name).symlink_to((city.paths.runs / name).resolve())


def _before(city: City, made: Mapping[str, object]) -> tuple[str, ...]:
    """Runs that lay there when this one was published, each once."""
    published = (one.about for one in _entries_before(city, made) if one.act == "publish")
    return tuple(dict.fromkeys(name for name in published if name != made["run_id"]))


def _entries_before(city: City, made: Mapping[str, object]) -> Sequence[Entry]:
    """Of the installation's chain, until this run was published: one of the same inputs may have been published in its place before."""
    entries = ledger.entries(city.paths)
    return entries[: [one.facts.get("head") for one in entries].index(made["audit"])]


def lay_approvals(city: City, count: object, models: Path) -> None:
    """The lines that were signed by then, and the models that they name, as far as they are still there: who ranks refuses one that it needs and lacks."""
    models.mkdir()
    log = city.paths.models / approvals.LOG
    lines = log.read_bytes().splitlines(keepends=True)[: int(str(count))] if log.is_file() else []
    if len(lines) < int(str(count)):
        raise ConfigurationError(
            "approvals that the run was made with are gone",
            where=str(log),
            hint="put the folder of models back.",
        )
    if lines:
        (models / approvals.LOG).write_bytes(b"".join(lines))
        if (city.paths.models / approvals.VOUCHED).is_file():
            who_ranks.signed_lines(city)  # they hold, all of them: these may be vouched for
            approvals.vouch(models, existing_key(city.paths))
    for name in {json.loads(line)["model"] for line in lines}:
        if (city.paths.models / name).is_dir():
            (models / name).symlink_to((city.paths.models / name).resolve())


def check_model(city: City, folder: Path) -> None:
    """Raises ConfigurationError where the model that somebody signed, and that ranked the run, is not there."""
    approval = who_ranks.approval_of(folder)
    if approval is not None and not (city.paths.models / approval.model).is_dir():
        raise ConfigurationError(
            "the approved model that ranked this run is gone",
            where=str(city.paths.models / approval.model),
            hint="put the folder of models back.",
        )


def reads(folder: Path, step: str) -> Mapping[str, object]:
    """What a step of the run took from outside its folder."""
    found = next((line["reads"] for line in chain.read(folder / audit.LOG) if line["step"] == step), {})
    return found if isinstance(found, dict) else {}


def laid_for_the_ingest(city: City, folder: Path) -> rebuilding.LaidOut:
    """What the law had taken by then, and who objected until today. Raises ConfigurationError for a run that does not say it."""
    stored, remembered = reads(folder, "ingest"), tuple[tuple[str, str], ...]()
    if "purged" not in stored:
        raise ConfigurationError(
            "this run is of an earlier release, which did not keep what it was made from",
            where=str(folder),
            hint="it cannot be made again; `lanterne audit verify` says whether it is what was published.",
        )
    if city.paths.database.is_file():
        with read_store(city.paths) as connection:
            remembered = law.remembered_as(connection)
    return rebuilding.LAID_OUT.validate_python(
        {
            "registered": register.objected(city.paths.objections),
            "remembered": remembered,
            "purged_before": stored["purged_before"],
            "purged": stored["purged"],
        }
    )


def earlier_lists(city: City, made: Mapping[str, object]) -> tuple[str, ...]:
    """Earlier runs whose list was still kept when this one was made: of them fairness tells who was visited."""
    purged = [one.facts["runs"] for one in _entries_before(city, made) if one.act == "purge"]
    gone = {run for runs in purged if isinstance(runs, dict) for run, files in runs.items() if LIST in files}
    return tuple(name for name in _before(city, made) if name not in gone)
