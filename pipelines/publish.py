"""The last step: the purge of the joined tables, the manifest that closes the chain, and the folder moved to its name."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

from data_contracts.errors import ConfigurationError
from features import linkage, listed_members
from features.catalogue import FACTORS
from pipelines import audit, audit_sign, ledger, manifest, settings, settings_kept
from pipelines.factors import factors_of
from pipelines.lost_signals import lost

log = logging.getLogger("lanterne")


def publish_step(config: Path, folder: Path, as_of: date, capacity: int, keep_working_tables: bool) -> Path:
    """Writes ``configuration.json`` and ``manifest.json``, signs where the city has a key for it, moves the finished run to ``runs/<run_id>`` and enters its head
    into the installation's chain."""
    city = settings.load(config)
    used = {f.name for f in factors_of(city)}
    inputs = run_inputs(config, folder, as_of, capacity)
    name = manifest.run_id(as_of, inputs)
    content = {
        "run_id": name,
        **inputs,
        "commit": manifest.code_version(),
        "gates": settings.gates(city),
        "fictitious": city.fictitious,
        "factors_used": sorted(used),
        "factors_left_out": sorted(f.name for f in FACTORS if f.name not in used),
        "signals_lost": [asdict(one) for one in lost(settings.gates(city), city.features.model_dump())],
        "versions": manifest.versions(),
    }
    (folder / "working" / listed_members.FILE).unlink()  # of everybody, with their keys: in no published run
    if not keep_working_tables:
        shutil.rmtree(folder / "working")
    (folder / settings_kept.FILE).write_bytes(settings_kept.deciding(city))
    return closed(config, city, folder, content, city.paths.runs / name, act="publish", kind="run")


def closed(
    config: Path,
    city: settings.City,
    folder: Path,
    content: Mapping[str, object],
    final: Path,
    *,
    act: str,
    kind: str,
) -> Path:
    """The end of every chain: manifest, signature, the folder in its place, its head in the installation's chain; see ``pipelines.audit``."""
    head = manifest.closed(folder, act, content)
    audit_sign.by_itself(config, city, folder, final.name)
    manifest.publish(folder, final)
    ledger.enter(city.paths, act, kind, about=final.name, facts={"head": head.as_json()})
    log.info("%s %s", act, kind, extra={"run": final.name, "step": act, "counts": {"files": _files(final)}})
    return final


def check_free(final: Path) -> None:
    """Before the work for a place that was named. Raises ConfigurationError where it is not free, or in no folder."""
    if not final.absolute().parent.is_dir():
        raise ConfigurationError(
            "there is no folder to put it into", where=str(final.parent), hint="make that folder first."
        )
    if final.exists() and (not final.is_dir() or any(final.iterdir())):
        raise ConfigurationError(
            "the folder is not empty", where=str(final), hint="give another folder with --out."
        )


def _files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def run_inputs(config: Path, folder: Path, as_of: date, capacity: int) -> dict[str, object]:
    """Everything that decides the result, known once it is known who ranks: what names the run."""
    approval = folder / "model" / "approval.json"
    city = settings.load(config)
    stored = json.loads((folder / "ingest.json").read_text(encoding="utf-8"))["store"]
    return {
        "as_of": as_of.isoformat(),
        "capacity": capacity,
        "seed": city.seed,
        "code": manifest.source_hash(),
        "configuration": manifest.sha256(settings_kept.deciding(city)),
        "shapes": settings_kept.shapes(config, city),
        "contracts": manifest.contract_hashes(),
        "linkage_model": linkage.model().cited,
        "approval": audit.digest_of(approval) if approval.is_file() else None,
        "deliveries": stored["files"],
    }
