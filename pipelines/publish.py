"""The last step: the manifest, the purge of the joined tables, and the folder moved to its name."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

from features import linkage
from features.catalogue import FACTORS
from pipelines import manifest, settings
from pipelines.factors import factors_of
from pipelines.lost_signals import lost


def publish_step(config: Path, folder: Path, as_of: date, capacity: int, keep_working_tables: bool) -> Path:
    """Writes ``manifest.json`` and moves the finished run to ``runs/<run_id>``."""
    city = settings.load(config)
    used = {f.name for f in factors_of(city)}
    inputs = run_inputs(config, folder, as_of, capacity)
    name = manifest.run_id(as_of, inputs)
    content = {
        "run_id": name,
        **inputs,
        "gates": settings.gates(city),
        "fictitious": city.fictitious,
        "factors_used": sorted(used),
        "factors_left_out": sorted(f.name for f in FACTORS if f.name not in used),
        "signals_lost": [asdict(one) for one in lost(settings.gates(city), city.features.model_dump())],
        "versions": manifest.versions(),
        "steps": manifest.steps(folder),
        "files": {
            str(p.relative_to(folder)): manifest.sha256(p.read_bytes())
            for p in sorted((*folder.glob("*.*"), *folder.glob("contracts/*"), *folder.glob("model/*")))
            if p.is_file()
        },
    }
    manifest.write_json(folder / "manifest.json", content)
    final = city.paths.runs / name
    manifest.publish(folder, final, keep_working_tables=keep_working_tables)
    return final


def run_inputs(config: Path, folder: Path, as_of: date, capacity: int) -> dict[str, object]:
    """Everything that decides the result, known once it is known who ranks: what names the run."""
    approval = folder / "model" / "approval.json"
    ingested = json.loads((folder / "ingest.json").read_text())
    return {
        "as_of": as_of.isoformat(),
        "capacity": capacity,
        "seed": settings.load(config).seed,
        "code": manifest.code_version(),
        "configuration": manifest.sha256(config.read_bytes()),
        "contracts": manifest.contract_hashes(),
        "linkage_model": linkage.model().cited,
        "approval": manifest.sha256(approval.read_bytes()) if approval.is_file() else None,
        "deliveries": {f["name"]: f["file_id"] for f in ingested["files"]},
    }
