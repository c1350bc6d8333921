"""What Lanterne is made of: a bill of materials for a city's tools (CycloneDX 1.5) and a table of licences for its people. The same lock files give the same bytes."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from pipelines.licences import Vendored, is_allowed, licence_of, vendored
from pipelines.locked import DEVELOPMENT, OURSELVES, RUN_TIME, Locked, locked

SPARK = ("py4j", "pyspark")
"""Of the optional extra; the development lock holds them too."""
GROUPS = {
    "run time": "What every installation holds",
    "spark": "With `lanterne[spark]` only",
    "development": "For those who change the code",
}
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "lanterne:bill-of-materials")
Json = dict[str, object]


def bill() -> str:
    """``docs/sbom.cdx.json``: every package of the run time's lock file, with what needs it, and the files of others in this repository."""
    pins, parts = locked(RUN_TIME), vendored()
    digest = hashlib.sha256(RUN_TIME.read_bytes()).hexdigest()
    root = f"pkg:generic/{OURSELVES}@{version(OURSELVES)}"
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{root} {digest}')}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": root, "name": OURSELVES, "version": version(OURSELVES), "licenses": [{"expression": "EUPL-1.2"}]},
            "properties": [{"name": "lanterne:requirements.lock:sha256", "value": digest}],
        },
        "components": [*map(_package, pins), *map(_file, parts)],
        "dependencies": [*_dependencies(root, pins, parts)],
    }  # fmt: skip
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _package(pin: Locked) -> Json:
    told: Json = {
        "type": "library",
        "bom-ref": _purl(pin),
        "name": pin.name,
        "version": pin.version,
        "licenses": [{"expression": licence_of(pin.name)}],
        "purl": _purl(pin),
    }
    where = [{"name": "lanterne:marker", "value": pin.marker}]
    return {**told, "properties": where} if pin.marker else told


def _file(part: Vendored) -> Json:
    content = (RUN_TIME.parent / part.file).read_bytes()
    return {
        "type": "file",
        "bom-ref": _npm(part),
        "name": part.name,
        "version": part.version,
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}],
        "licenses": [{"expression": part.licence}],
        "purl": _npm(part),
        "properties": [{"name": "lanterne:file", "value": part.file}],
    }


def _dependencies(root: str, pins: Sequence[Locked], parts: Sequence[Vendored]) -> Iterator[Json]:
    of_ours = [_purl(pin) for pin in pins if OURSELVES in pin.via] + [_npm(part) for part in parts]
    yield {"ref": root, "dependsOn": sorted(of_ours)}
    for one in pins:
        yield {"ref": _purl(one), "dependsOn": sorted({_purl(pin) for pin in pins if one.name in pin.via})}
    for part in parts:
        yield {"ref": _npm(part), "dependsOn": []}


def _purl(pin: Locked) -> str:
    return f"pkg:pypi/{pin.name}@{pin.version}"


def _npm(part: Vendored) -> str:
    return f"pkg:npm/{part.name}@{part.version}"


def grouped() -> dict[str, tuple[Locked, ...]]:
    """Group → its packages."""
    run_time = locked(RUN_TIME)
    names = {pin.name for pin in run_time}
    more = [pin for pin in locked(DEVELOPMENT) if pin.name not in names]
    return {
        "run time": run_time,
        "spark": tuple(pin for pin in more if pin.name in SPARK),
        "development": tuple(pin for pin in more if pin.name not in SPARK),
    }


def licences() -> str:
    """``docs/licences.md``."""
    body = "\n".join(line for group, pins in grouped().items() for line in _table(group, pins))
    others = "\n".join(
        f"| `{one.name}` | {one.version} | {one.licence} | `{one.file}` |" for one in vendored()
    )
    return f"{_HEAD}\n{body}\n\n## Files of others in this repository\n\n| name | version | licence | file |\n|---|---|---|---|\n{others}\n"


_HEAD = """# Licences

Generated from the lock files, the packages' metadata and `pipelines/licences.toml` by `make docs`. Lanterne itself is under the EUPL 1.2 ([LICENSE](../LICENSE)). Licences are
SPDX expressions; of alternatives a city may choose. A test fails for a licence that nobody knows or that is not in the list of `pipelines/licences.py`. Wheels bring
compiled libraries of others (OpenBLAS, OpenSSL, libpq …), whose licences lie in each wheel. [sbom.cdx.json](sbom.cdx.json) is the same for machines (CycloneDX 1.5)."""


def _table(group: str, pins: Sequence[Locked]) -> Iterator[str]:
    yield f"\n## {GROUPS[group]}\n"
    yield "| package | version | licence | only where |"
    yield "|---|---|---|---|"
    for pin in pins:
        where = f"`{pin.marker}`" if pin.marker else ""
        yield f"| `{pin.name}` | {pin.version} | {licence_of(pin.name)} | {where} |"


def refused() -> tuple[str, ...]:
    """Packages and files whose licence is not allowed."""
    packages = [
        pin.name for pins in grouped().values() for pin in pins if not is_allowed(licence_of(pin.name))
    ]
    return (*packages, *(part.name for part in vendored() if not is_allowed(part.licence)))
