"""Small runs with a whole chain, made by the steps' own tools in milliseconds: three files each, and an installation's chain beside them."""

from datetime import date
from pathlib import Path

from pipelines import audit, manifest, minisign, publish, run, settings, settings_kept
from pipelines.keys import make_key
from tests.pipelines.little_city import CITY

FIRST, SECOND = date(2026, 10, 1), date(2026, 11, 2)


def town(folder: Path, more: str = "") -> Path:
    """Gives the path of ``city.toml``."""
    folder.mkdir(exist_ok=True, parents=True)
    make_key(folder / "lanterne.key")
    (folder / "city.toml").write_text(CITY + more, encoding="utf-8")
    return folder / "city.toml"


def signing(folder: Path) -> str:
    """A pair of keys, and the part of ``city.toml`` that demands and gives signatures."""
    folder.mkdir(exist_ok=True, parents=True)
    minisign.make(folder / "audit.key", folder / "audit.key.pub")
    return '\n[audit]\npublic_key = "audit.key.pub"\nsigning_key = "audit.key"\n'


def published(config: Path, as_of: date = FIRST, *, said: str = "one") -> Path:
    """A run of two steps; ``said``: what its list holds."""
    city = settings.load(config)
    folder = manifest.partial_folder(city.paths.runs, "test")
    audit.begin(folder, run.begin_line(config, city, "cycle", as_of, 10))
    with manifest.timed(folder, "frame") as rows:
        (folder / "working" / "people.parquet").write_text("everybody")
        (folder / "frame.json").write_text("{}\n")
        rows["persons"] = 40
    with manifest.timed(folder, "list"):
        (folder / "list.csv").write_text(f"rank,household\n1,{said}\n")
        (folder / "model").mkdir()
        (folder / "model" / "points.json").write_text("{}\n")
        (folder / "working" / "people.parquet").unlink()
    (folder / "working").rmdir()
    (folder / settings_kept.FILE).write_bytes(settings_kept.deciding(city))
    name = f"{as_of.isoformat()}-0123456789"
    content = {
        "run_id": name,
        "as_of": as_of.isoformat(),
        "capacity": 10,
        "code": manifest.source_hash(),
        "configuration": manifest.sha256(settings_kept.deciding(city)),
        "contracts": manifest.contract_hashes(),
        "deliveries": {f"{as_of.isoformat()}/liste_electorale.csv": "0123456789abcdef"},
    }
    return publish.closed(config, city, folder, content, city.paths.runs / name, act="publish", kind="run")
