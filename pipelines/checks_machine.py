"""What ``lanterne check`` looks at of the machine: room, memory, rights, locale, clock, Java. Each look gives its sentence, or raises MachineFault or ConfigurationError."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data_contracts.errors import MachineFault
from pipelines import ledger, store
from pipelines.settings import City
from reports.words import said

GIB = 1024**3
MIN_FREE_BYTES = 2 * GIB
"""Beside a second copy of the warehouse, which a purge and an upgrade write before they put it in place."""
MIN_MEMORY_BYTES = 2 * GIB
"""Less, and a town of 30,000 does not get through its ingest."""
CGROUP = Path("/sys/fs/cgroup/memory.max")
"""What a container may take, where it is one (cgroup v2)."""

Look = Callable[[City], str]


def disk(city: City) -> str:
    """Free room at the warehouse and at the runs, against what is wanted there."""
    wanted = MIN_FREE_BYTES + _bytes(city.paths.database)
    free = {folder: shutil.disk_usage(folder).free for folder in map(_there, _written(city))}
    folder = min(free, key=lambda one: free[one])
    if free[folder] < wanted:
        raise MachineFault(
            f"{free[folder] / GIB:.1f} GiB are free, {wanted / GIB:.1f} are wanted",
            where=str(folder),
            hint="free some room: old runs go with `lanterne purge --config …`.",
        )
    text = "{free} GiB are free, {wanted} are wanted"
    return said(city.language, text, free=free[folder] / GIB, wanted=wanted / GIB)


def memory(city: City) -> str:
    """What this machine, or the container, has in all. Raises MachineFault below 2 GiB."""
    has = _memory()
    if has is None:
        return said(city.language, "this system does not tell how much memory there is")
    if has < MIN_MEMORY_BYTES:
        raise MachineFault(
            f"{has / GIB:.1f} GiB of memory, at least {MIN_MEMORY_BYTES / GIB:.0f} are wanted",
            where="/proc/meminfo",
            hint="give the machine, or the container, more memory.",
        )
    limit = os.environ.get(store.MEMORY, store.AT_MOST)
    return said(
        city.language, "{has} GiB in all, of which DuckDB takes {limit} at most ({name})", has=has / GIB, limit=limit, name=store.MEMORY
    )  # fmt: skip


def rights(city: City) -> str:
    """Whether this account may write where a run writes, and read the deliveries."""
    places = dict.fromkeys(map(_there, _written(city)), os.W_OK | os.X_OK)
    places |= {city.paths.deliveries: os.R_OK | os.X_OK} if city.paths.deliveries.is_dir() else {}
    refused = [folder for folder, right in places.items() if not os.access(folder, right)]
    if refused:
        raise MachineFault(
            "this account may not read or write there",
            where=", ".join(map(str, refused)),
            hint="give the folders to the account that runs Lanterne.",
        )
    return said(city.language, "this account may write where a run writes")


def language(city: City) -> str:
    """File names have accents: without UTF-8 they cannot be told apart."""
    encoding = sys.getfilesystemencoding()
    if encoding.lower().replace("-", "") != "utf8":
        raise MachineFault(
            f"file names are read as {encoding}",
            where="LANG, LC_ALL, PYTHONUTF8",
            hint="set LC_ALL=C.UTF-8 or PYTHONUTF8=1 for the account that runs Lanterne.",
        )
    return said(city.language, "file names are read as UTF-8")


def clock(city: City) -> str:
    """Now, there where the city is, and whether the installation's chain agrees. Raises MachineFault where the clock was set back."""
    last = ledger.check_clock(city.paths)
    now = datetime.now(ZoneInfo(city.schedule.time_zone))
    text = (
        "{day}, {time} ({zone})"
        if last is None
        else "{day}, {time} ({zone}), after the last entry of the chain"
    )
    return said(city.language, text, day=now.date(), time=f"{now:%H:%M}", zone=city.schedule.time_zone)


def last_run(city: City) -> str:
    """How old the newest list is."""
    lines = ledger.lines(city.paths.runs)
    at = next((str(one["at"]) for one in reversed(lines) if one.get("act") == "publish"), None)
    if at is None:
        return said(city.language, "no list is published yet")
    days = (datetime.now(UTC) - datetime.fromisoformat(at)).days
    return said(city.language, "the newest list was published {days} day(s) ago", days=days)


def engine(city: City) -> str:
    """Java, where Spark computes."""
    if city.engine == "spark":
        from pipelines.spark.session import check_java  # Spark is optional

        check_java()
        return said(city.language, "Apache Spark; Java is there")
    return "DuckDB"


LOOKS: tuple[tuple[str, Look], ...] = (
    ("disk", disk),
    ("memory", memory),
    ("rights", rights),
    ("locale", language),
    ("clock", clock),
    ("last run", last_run),
    ("engine", engine),
)


def _written(city: City) -> tuple[Path, ...]:
    return city.paths.database.parent, city.paths.runs, city.paths.models


def _there(folder: Path) -> Path:
    """The folder, or that in which it will be made."""
    return next(p for p in (folder, *folder.parents) if p.exists())


def _bytes(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _memory() -> int | None:
    """Bytes in all; of a container what it may take."""
    told = Path("/proc/meminfo")
    if not told.exists():
        return None
    (kilobytes,) = re.findall(r"MemTotal:\s+(\d+)", told.read_text(encoding="ascii"))
    limit = CGROUP.read_text(encoding="ascii").strip() if CGROUP.exists() else "max"
    return min(int(kilobytes) * 1024, int(limit)) if limit.isdigit() else int(kilobytes) * 1024
