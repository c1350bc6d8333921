"""``lanterne audit reproduce``: a published run made again from the delivered files, in a warehouse and a folder of its own, and compared byte for byte.

What the run names is used and nothing else: its files by ``file_id``, its ``configuration.json``, its day and capacity, the approvals that were signed until then,
what purges had taken out by then. Objections are those of today: nobody's rows are read again who objected since. Nothing of the real warehouse, the desk or the
published runs is written; the scratch is encrypted with the city's key and gone at the end, also after a kill (the next run clears it).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
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
)
from pipelines.arrivals import arrivals
from pipelines.commands_review import DATABASE
from pipelines.run import one_at_a_time, quiet
from pipelines.settings import City, Paths
from pipelines.store import read_store
from pipelines.warehouse_key import key_file

OF_HISTORY = ("ingest.json", "contracts/", "drift.json", "drift.html")
"""Not promised: what was new on that day, in which order deliveries came in and were checked, and drift, which looks at the desk too. Manifest and chain tell moments and seconds."""


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
    """``changed``: what decides a result and is another now (code, library, contract, objections …) → (then, now): where there is any, equal bytes are not promised."""

    run: str
    files: Compared
    changed: Mapping[str, tuple[str, str]]

    def as_json(self) -> dict[str, object]:
        """As printed."""
        return {"run": self.run, "is_same": self.files.is_same, **asdict(self.files), "changed": self.changed}


def reproduce(config: Path, folder: Path) -> Reproduced:
    """Makes a run again and compares. Raises ConfigurationError when it cannot be made (files that are gone, a run of an earlier release), IntegrityError when
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
        again = _laid_out(config, city, folder, made, root)
        from pipelines.flows import rebuild  # Prefect reads its settings when it is imported

        rebuild(again, root / "run", date.fromisoformat(made["as_of"]), made["capacity"])
        return Reproduced(
            run=str(made["run_id"]),
            files=compared(made["files"], root / "run"),
            changed=dict(_differences("", _deciding_then(folder, made), _deciding_now(again, root / "run"))),
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


def _laid_out(config: Path, city: City, folder: Path, made: Mapping[str, object], root: Path) -> Path:
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
    _link_deliveries(city, made, paths.deliveries)
    _lay_approvals(city, _reads(folder, "ranker").get("approvals", 0), paths.models)
    stored = _reads(folder, "ingest")
    told = {"objected": sorted(_objected(city)), "purged_before": stored["purged_before"]}
    manifest.write_json(root / "run" / "working" / rebuilding.LAID, told)
    _link_shapes(config, city, root)
    _link_runs(city, str(made["run_id"]), paths.runs)
    settings_kept.elsewhere((folder / settings_kept.FILE).read_bytes(), paths, root / "city.json")
    return root / "city.json"


def _link_deliveries(city: City, made: Mapping[str, object], deliveries: Path) -> None:
    named = made["deliveries"]
    assert isinstance(named, dict)  # the manifest holds
    there = {one.file_id: one.path for one in arrivals(city.paths.deliveries)}
    gone = [name for name, file_id in named.items() if file_id not in there]
    if gone:
        raise ConfigurationError(
            f"{len(gone)} of the {len(named)} delivered files of this run are gone or are not what they were: {', '.join(gone[:3])}",
            where=str(city.paths.deliveries),
            hint="put them back from where they are kept; files whose retention is over cannot come back, and such a run can only be verified.",
        )
    for name, file_id in named.items():
        link = deliveries / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(there[file_id].resolve())


def _link_shapes(config: Path, city: City, root: Path) -> None:
    file = city.map.geojson
    if file is not None and not file.is_absolute():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).symlink_to(config.resolve().parent / file)


def _link_runs(city: City, name: str, runs: Path) -> None:
    """Those that were published before: some pages tell how a figure has moved since."""
    runs.mkdir()
    for entry in ledger.entries(city.paths):
        if entry.act == "publish" and entry.about == name:
            break
        if entry.act == "publish" and not (runs / entry.about).exists():
            (runs / entry.about).symlink_to((city.paths.runs / entry.about).resolve())


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


def _reads(folder: Path, step: str) -> Mapping[str, object]:
    """What a step of the run took from outside its folder."""
    found = next((line["reads"] for line in chain.read(folder / audit.LOG) if line["step"] == step), {})
    return found if isinstance(found, dict) else {}


def _objected(city: City) -> frozenset[str]:
    """Everything that is left in peace today."""
    registered = frozenset(register.objected(city.paths.objections))
    if not city.paths.database.is_file():
        return registered
    with read_store(city.paths) as connection:
        return registered | law.remembered(connection)


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


def _deciding_then(folder: Path, made: Mapping[str, object]) -> dict[str, object]:
    told = {name: made[name] for name in ("code", "contracts", "versions", "linkage_model", "shapes")}
    return {**told, "objections": _reads(folder, "ingest")["objections"]}


def _deciding_now(config: Path, rebuilt: Path) -> dict[str, object]:
    return {
        "shapes": settings_kept.shapes(config, settings.load(config)),
        "code": manifest.source_hash(),
        "contracts": manifest.contract_hashes(),
        "versions": manifest.versions(),
        "linkage_model": linkage.model().cited,
        "objections": _reads(rebuilt, "ingest")["objections"],
    }


def _differences(name: str, then: object, now: object) -> Iterator[tuple[str, tuple[str, str]]]:
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted(then.keys() | now.keys()):
            yield from _differences(f"{name} {key}".strip(), then.get(key), now.get(key))
    elif then != now:
        yield name, (str(then), str(now))
