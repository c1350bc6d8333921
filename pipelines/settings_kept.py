"""What a run keeps of ``city.toml``: everything that decides its result, in one spelling, so that the same decisions give the same digest whatever is remarked beside them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pipelines.settings import City, Paths

FILE = "configuration.json"
_OF_THE_MACHINE = {"paths", "desk", "audit", "schedule", "engine", "spark", "log"}
"""Where things are, who may sign in or sign, what runs when and on what: no result depends on it, and it may hold a password."""
_OF_THE_DESK = {"second_look_share"}
"""But for this, which the public notice tells."""


def deciding(city: City) -> bytes:
    """The content of ``configuration.json``."""
    told = city.model_dump(mode="json", exclude=_OF_THE_MACHINE)
    return _bytes({**told, "desk": city.desk.model_dump(mode="json", include=_OF_THE_DESK)})


def elsewhere(kept: bytes, paths: Paths, file: Path) -> None:
    """Writes a configuration that ``settings.load`` reads: what was kept, with other places."""
    file.write_bytes(_bytes({**json.loads(kept), "paths": paths.model_dump(mode="json", exclude_none=True)}))


def shapes(config: Path, city: City) -> str | None:
    """SHA-256 of the shapes of the map; None where there are none."""
    file = city.map.geojson
    return None if file is None else hashlib.sha256((config.resolve().parent / file).read_bytes()).hexdigest()


def _bytes(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode("utf-8")
