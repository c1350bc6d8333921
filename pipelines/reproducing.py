"""``lanterne audit reproduce``: a published run made again from the delivered files, in a warehouse and a folder of its own, and compared byte for byte.

What the run names is used and nothing else: its files by ``file_id``, its ``configuration.json``, its day and capacity, the approvals that were signed until then,
what purges had taken out by then. Objections are those of today: nobody's rows are read again who objected since. Nothing of the real warehouse, the desk or the
published runs is written; the scratch is encrypted with the city's key and gone at the end, also after a kill (the next run clears it).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from data_contracts.errors import ConfigurationError
from features import linkage
from pipelines import (
    approvals,
    audit,
    audit_verify,
    chain,
    law,
    ledger,
    manifest,
    rebuilding,
    register,
    settings,
    settings_kept,
    who_ranks,
)
from pipelines.arrivals import arrivals
from pipelines.commands_review import DATABASE
from pipelines.run import one_at_a_time, quiet
from pipelines.settings import City, Paths
from pipelines.store import read_store
from pipelines.warehouse_key import key_file

OF_HISTORY = ("ingest.json", "contracts/", "drift.json", "drift.html")
"""Not promised: what was new on that day, in which order deliveries came in and were checked, and drift, which looks at the desk too. Manifest and chain tell moments and seconds."""


KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Paths of files that are promised byte for byte: ``equal``, ``different``, ``missing`` (not made again), ``added`` (made now only); ``history``: of the others,
    path → whether it is equal all the same."""

    equal: tuple[str, ...]
    different: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    history: Mapping[str, bool]

    @property
    def is_same(self) -> bool:
        """Whether every promised byte came out again."""
        return not (self.different or self.missing or self.added)


@dataclass(frozen=True, kw_only=True)
class Reproduced:
    """``changed``: what decides a result and is another now (code, library, contract, objections, an earlier list …) → (then, now): where there is any, equal bytes are not promised."""

    run: str
    files: Compared
    changed: Mapping[str, tuple[str, str]]

    def as_json(self) -> dict[str, object]:
        """As printed."""
        return {"run": self.run, "is_same": self.files.is_same, **asdict(self.files), "changed": self.changed}


def reproduce(config: Path, folder: Path, elsewhere: Sequence[Path] = ()) -> Reproduced:
    """Makes a run again and compares. ``elsewhere``: folders of deliveries where files are kept that are no longer in the city's as they were. Raises ConfigurationError when it cannot be made (files that are gone, a run of an earlier release), IntegrityError when
    the run does not hold (``audit_verify``)."""
    city = settings.load(config)
    audit_verify.at_home(config, city, folder)
    made = json.loads((folder / audit_verify.MANIFEST).read_text(encoding="utf-8"))
    if "deliveries" not in made or "run_id" not in made:
        raise ConfigurationError(
            "this is a frozen model or the report of a year, no run",
            where=str(folder),
            hint="name a run of paths.runs.",
        )
    with _scratch(city) as root:
        again = _laid_out(config, city, folder, made, elsewhere, root)
        from pipelines.flows import rebuild  # Prefect reads its settings when it is imported

        rebuild(again, root / "run", date.fromisoformat(made["as_of"]), made["capacity"])
        return Reproduced(
            run=str(made["run_id"]),
            files=compared(made["files"], root / "run"),
            changed=dict(_differences("", _then(city, folder, made), _now(city, again, made, root / "run"))),
        )


@contextmanager
def _scratch(city: City) -> Iterator[Path]:
    """Among the half-made runs, for which only their owner's processes look."""
    with one_at_a_time(city.paths.runs):
        root = manifest.partial_folder(city.paths.runs, "reproduce")
        root.chmod(0o700)
        quiet(city.paths.runs)
        os.environ.pop(DATABASE, None)  # a rebuild looks at no desk, the real one least of all
        try:
            yield root
        finally:
            shutil.rmtree(root, ignore_errors=True)


def _laid_out(
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
    _check_model(city, folder)
    _lay_approvals(city, _reads(folder, "ranker").get("approvals", 0), paths.models)
    _laid_for_the_ingest(city, folder).write(root / "run")
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
    entries = ledger.entries(city.paths)[: _published(city, made)]
    return tuple(
        dict.fromkeys(one.about for one in entries if one.act == "publish" and one.about != made["run_id"])
    )


def _published(city: City, made: Mapping[str, object]) -> int:
    """Position in the installation's chain of the entry of this run; one that was made twice has two."""
    heads = [one.facts.get("head") for one in ledger.entries(city.paths)]
    return heads.index(made["audit"])


def _lay_approvals(city: City, count: object, models: Path) -> None:
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
    for name in {json.loads(line)["model"] for line in lines}:
        if (city.paths.models / name).is_dir():
            (models / name).symlink_to((city.paths.models / name).resolve())


def _check_model(city: City, folder: Path) -> None:
    approval = who_ranks.approval_of(folder)
    if approval is not None and not (city.paths.models / approval.model).is_dir():
        raise ConfigurationError(
            "the approved model that ranked this run is gone",
            where=str(city.paths.models / approval.model),
            hint="put the folder of models back.",
        )


def _reads(folder: Path, step: str) -> Mapping[str, object]:
    """What a step of the run took from outside its folder."""
    found = next((line["reads"] for line in chain.read(folder / audit.LOG) if line["step"] == step), {})
    return found if isinstance(found, dict) else {}


def _laid_for_the_ingest(city: City, folder: Path) -> rebuilding.LaidOut:
    stored, remembered = _reads(folder, "ingest"), ()
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


def compared(files: Mapping[str, str], rebuilt: Path) -> Compared:
    """``files``: path → SHA-256 of the run's, of those too that a purge has taken since; against a folder that was made again."""
    is_whole = any(path.startswith("working/") for path in files)
    now = {
        path: digest
        for path, digest in audit.digests(rebuilt).items()
        if is_whole or not path.startswith("working/")
    }
    now[settings_kept.FILE] = files[settings_kept.FILE]  # it was laid out, not made
    promised = {path: digest for path, digest in files.items() if not path.startswith(OF_HISTORY)}
    return Compared(
        equal=tuple(path for path, digest in promised.items() if now.get(path) == digest),
        different=tuple(path for path, digest in promised.items() if path in now and now[path] != digest),
        missing=tuple(path for path in promised if path not in now),
        added=tuple(path for path in now if path not in files and not path.startswith(OF_HISTORY)),
        history={path: now.get(path) == digest for path, digest in files.items() if path not in promised},
    )


def _then(city: City, folder: Path, made: Mapping[str, object]) -> dict[str, object]:
    told = {name: made[name] for name in ("code", "contracts", "versions", "linkage_model", "shapes")}
    lists = dict.fromkeys(_lists(city, made), KEPT)
    return {**told, "objections": _reads(folder, "ingest")["objections"], "list of": lists}


def _now(city: City, config: Path, made: Mapping[str, object], rebuilt: Path) -> dict[str, object]:
    there = {name: (city.paths.runs / name / "list.parquet").is_file() for name in _lists(city, made)}
    return {
        "shapes": settings_kept.shapes(config, settings.load(config)),
        "code": manifest.source_hash(),
        "contracts": manifest.contract_hashes(),
        "versions": manifest.versions(),
        "linkage_model": linkage.model().cited,
        "objections": _reads(rebuilt, "ingest")["objections"],
        "list of": {name: KEPT if is_kept else "gone" for name, is_kept in there.items()},
    }


def _lists(city: City, made: Mapping[str, object]) -> tuple[str, ...]:
    """Earlier runs whose list was still kept when this one was made: of them fairness tells who was visited."""
    entries = ledger.entries(city.paths)[: _published(city, made)]
    purged = [one.facts["runs"] for one in entries if one.act == "purge"]
    gone = {
        run
        for runs in purged
        if isinstance(runs, dict)
        for run, files in runs.items()
        if "list.parquet" in files
    }
    return tuple(name for name in _before(city, made) if name not in gone)


def _differences(name: str, then: object, now: object) -> Iterator[tuple[str, tuple[str, str]]]:
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted(then.keys() | now.keys()):
            yield from _differences(f"{name} {key}".strip(), then.get(key), now.get(key))
    elif then != now:
        yield name, (str(then), str(now))
