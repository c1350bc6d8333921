"""Which files have arrived, which of them are new, and how to open them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, cast

from data_contracts.contract import SOURCES
from data_contracts.dialects import SUFFIXES
from data_contracts.errors import ConfigurationError
from data_contracts.readers import Format


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One file of one delivery. ``file_id``: 16 hex of SHA-256 over source, delivery date and content."""

    path: Path
    source: str
    delivered_on: date
    form: Format
    sha256: str
    file_id: str
    size: int

    @property
    def unpacked(self) -> int:
        """About how many bytes there are to check: keys, which most columns are, pack to a third."""
        return self.size * (1 if self.form == "csv" and self.path.suffix != ".gz" else 3)

    @property
    def name(self) -> str:
        """As shown to people: delivery and file, never a machine's whole path."""
        return f"{self.path.parent.name}/{self.path.name}"

    def open(self) -> BinaryIO:
        """The file's bytes, decompressed."""
        if self.path.name.endswith(".gz"):
            return cast(BinaryIO, gzip.open(self.path, "rb"))
        return self.path.open("rb")


def arrivals(deliveries: Path, only: Sequence[Path] = ()) -> list[Arrival]:
    """Every file of every delivery (or of ``only``), oldest delivery first. Raises ConfigurationError for what is not a delivery."""
    folders = list(only) or _folders(deliveries)
    found = [arrival for folder in sorted(folders, key=lambda f: f.name) for arrival in _files(folder)]
    seen: dict[tuple[str, date], Arrival] = {}
    for arrival in found:
        other = seen.setdefault((arrival.source, arrival.delivered_on), arrival)
        if other is not arrival:
            raise ConfigurationError(
                f"two files for {arrival.source}: {other.path.name} and {arrival.path.name}",
                where=f"delivery {arrival.path.parent.name}",
                hint="leave the one that counts.",
            )
    return found


def _folders(deliveries: Path) -> list[Path]:
    if not deliveries.is_dir():
        raise ConfigurationError(
            "there is no such folder of deliveries",
            where=str(deliveries),
            hint="check paths.deliveries in city.toml.",
        )
    return [folder for folder in deliveries.iterdir() if not folder.name.startswith(".")]


def _files(folder: Path) -> Iterator[Arrival]:
    if not folder.is_dir():
        raise ConfigurationError(
            "this is not a delivery folder",
            where=str(folder),
            hint="a delivery is a folder named by its date, such as 2026-11-02.",
        )
    delivered_on = _date(folder)
    for path in sorted(
        p for p in folder.iterdir() if not p.name.startswith((".", "~$"))
    ):  # ~$: Office is open
        yield _arrival(path, delivered_on)


def _date(folder: Path) -> date:
    try:
        return date.fromisoformat(folder.name)
    except ValueError as error:
        raise ConfigurationError(
            "a delivery folder is named by its date",
            where=f"{folder.parent.name}/{folder.name}",
            hint="rename it to YYYY-MM-DD, such as 2026-11-02.",
        ) from error


def _arrival(path: Path, delivered_on: date) -> Arrival:
    stem, form = _form(path)
    if stem not in SOURCES:
        close = get_close_matches(stem, SOURCES, n=1)
        raise ConfigurationError(
            "no source has this name",
            where=f"{path.parent.name}/{path.name}",
            hint=f"did you mean {close[0]}?" if close else f"sources are: {', '.join(SOURCES)}.",
        )
    if not path.is_file():
        raise ConfigurationError(
            "this is no file that can be read",
            where=f"{path.parent.name}/{path.name}",
            hint="a delivery holds files, no folders and no links that lead nowhere: put the file there, or take this away.",
        )
    content = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            content.update(block)
    sha = content.hexdigest()
    file_id = hashlib.sha256(f"{stem}\0{delivered_on}\0{sha}".encode()).hexdigest()[:16]
    return Arrival(
        path=path,
        source=stem,
        delivered_on=delivered_on,
        form=form,
        sha256=sha,
        file_id=file_id,
        size=path.stat().st_size,
    )


def _form(path: Path) -> tuple[str, Format]:
    for suffix, form in SUFFIXES.items():
        if path.name.lower().endswith(suffix):
            return path.name[: -len(suffix)].lower(), form
    raise ConfigurationError(
        "this kind of file cannot be read",
        where=f"{path.parent.name}/{path.name}",
        hint=f"files end in {', '.join(SUFFIXES)}.",
    )


def lying(deliveries: Path) -> frozenset[tuple[str, int, int]]:
    """Every file of every delivery as a look from outside tells it: name, bytes, nanoseconds of the last change. What goes while it is looked at is not there."""
    found = set()
    for path in deliveries.glob("*/*"):
        with suppress(FileNotFoundError):
            state = path.stat()
            found.add((path.relative_to(deliveries).as_posix(), state.st_size, state.st_mtime_ns))
    return frozenset(found)
