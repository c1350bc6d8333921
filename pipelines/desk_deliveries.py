"""What people found and noted at the desk becomes deliveries like a department's: a file a source, in the folder of the day on which it is handed over.

What is new or has changed since it was last handed over goes into ``deliveries/<day>/<source>.csv``, and with it whatever was handed over that day before: the
file is written anew. A run counts the latest delivery of each row, so nothing is ever taken back: ``day`` is today, but never before the desk's last one, nor one
whose folder holds a file of that source that the desk did not write.

Killed at any moment it loses nothing and hands nothing over twice under two days: the digest of the file is written down first (``HandedOver``), then the file is
put into place whole, then its rows are marked (``HandedRow``). Whatever is missing the next time is written again, as the same file.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from data_contracts import contract
from data_contracts.dialects import SUFFIXES
from data_contracts.errors import ConfigurationError
from pipelines import settings
from pipelines.desk_database import Kept, where_there_is_one
from pipelines.extract_files import whole

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from review.sealing import Seal

Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source of the contracts that the desk delivers. ``rows``: all that may be handed over now, one row a key, with every column of the contract."""

    name: str
    rows: Callable[[Session], Sequence[Row]]

    @property
    def key(self) -> str:
        """The column that names a row."""
        promise = contract.load(self.name)
        return next(column.header for column in promise.columns if column.name == promise.key[0])


def _visits(session: Session) -> Sequence[Row]:
    from review.visits.outcome_handover import rows_to_hand_over

    return rows_to_hand_over(session)


def _alerts(session: Session) -> Sequence[Row]:
    from review.alerting.alert_handover import rows_to_hand_over

    return rows_to_hand_over(session)


SOURCES = (Source(name="visites", rows=_visits), Source(name="signalements", rows=_alerts))


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One file to be put into place. ``digests``: of each of its rows, by key; ``new``: how many of them were not handed over before as they are."""

    source: str
    day: date
    content: bytes
    digests: Mapping[str, str]
    new: int

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.content).hexdigest()

    def path(self, deliveries: Path) -> Path:
        """Where it goes."""
        return deliveries / self.day.isoformat() / f"{self.source}.csv"


def from_desk(config: Path, city: settings.City) -> dict[str, int]:
    """Hands over what the city's desk has, where it has one; see ``hand_over``. Raises ConfigurationError where its database does not answer: a run without what
    people found would look like one with it."""
    with where_there_is_one(config, city) as desk:
        return {} if desk is None else hand_over(desk, city.paths.deliveries, datetime.now(UTC))


def hand_over(desk: Kept, deliveries: Path, now: datetime) -> dict[str, int]:
    """Gives, for each source, the rows that are new or changed. Nothing without a folder of deliveries: the ingest says so. Raises ConfigurationError where it
    cannot be written."""
    from review.words import PARIS

    if not deliveries.is_dir():
        return {}
    counts: dict[str, int] = {}
    with _alone(deliveries):
        for source in SOURCES:
            with desk.writing() as session:
                delivery = announced(session, source, deliveries, now.astimezone(PARIS).date(), now)
            if delivery is not None:
                put(delivery, deliveries)
                with desk.writing() as session:
                    mark(session, desk.seal, delivery, now)
            counts[source.name] = delivery.new if delivery else 0
    return counts


@contextmanager
def _alone(deliveries: Path) -> Iterator[None]:
    """One hand-over at a time."""
    with _writable(deliveries), (deliveries / ".desk.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _writable(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            f"what the desk has to hand over cannot be written: {error.strerror}",
            where=str(where),
            hint="whoever runs the ingest must be able to write into paths.deliveries.",
        ) from error


def announced(
    session: Session, source: Source, deliveries: Path, today: date, now: datetime
) -> Delivery | None:
    """The next file, written down before it is there; None where nothing is new."""
    from sqlalchemy import select

    from review.tables.handed_over import HandedOver, HandedRow

    files = _Files(session, source, deliveries)
    handed = {
        one.key: one for one in session.scalars(select(HandedRow).where(HandedRow.source == source.name))
    }
    rows = {row[source.key]: row for row in source.rows(session)}
    digests = {key: _digest(row) for key, row in rows.items()}
    day, lost = files.next_day(today), files.lost({one.day for one in handed.values()})
    fresh = {
        key
        for key, digest in digests.items()
        if key not in handed or handed[key].digest != digest or handed[key].day in lost
    }
    if not fresh:
        return None
    told = sorted(fresh | {key for key in digests if key in handed and handed[key].day == day})
    delivery = Delivery(
        source=source.name,
        day=day,
        content=_file(source, [rows[key] for key in told]),
        digests={key: digests[key] for key in told},
        new=len(fresh),
    )
    session.merge(
        HandedOver(day=day, source=source.name, sha256=delivery.sha256, rows=len(told), written_at=now)
    )
    return delivery


def _digest(row: Row) -> str:
    return hashlib.sha256("\x1f".join(f"{name}={row[name]}" for name in sorted(row)).encode()).hexdigest()


def _file(source: Source, rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    headers = [column.header for column in contract.load(source.name).columns]
    writer = csv.DictWriter(text, headers, delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


class _Files:
    """The deliveries of one source, the desk's own told apart from all others by what the desk wrote down."""

    def __init__(self, session: Session, source: Source, deliveries: Path) -> None:
        from sqlalchemy import select

        from review.tables.handed_over import HandedOver

        found = session.execute(
            select(HandedOver.day, HandedOver.sha256).where(HandedOver.source == source.name)
        )
        self._own = {(day, sha256) for day, sha256 in found}
        self._last = max((day for day, _ in self._own), default=None)
        self._source, self._deliveries = source.name, deliveries

    def next_day(self, today: date) -> date:
        """Today or later, never before the desk's last day, and without a file of somebody else."""
        day = max(today, self._last or today)
        while self._others(day):
            day += timedelta(days=1)
        return day

    def lost(self, days: Iterable[date]) -> set[date]:
        """Those on which somebody put another file in the place of the desk's. Where there is none any more it has been read and put away."""
        return {day for day in days if self._others(day) and not any(self._are_mine(day))}

    def _others(self, day: date) -> bool:
        return not all(self._are_mine(day))

    def _are_mine(self, day: date) -> list[bool]:
        folder = self._deliveries / day.isoformat()
        names = {self._source + suffix for suffix in SUFFIXES}
        return [self._is_mine(day, path) for path in folder.glob("*") if path.name.lower() in names]

    def _is_mine(self, day: date, path: Path) -> bool:
        return (
            path.name == f"{self._source}.csv"
            and (day, hashlib.sha256(path.read_bytes()).hexdigest()) in self._own
        )


def put(delivery: Delivery, deliveries: Path) -> None:
    """The file, whole or not at all, and still there after the power fails."""
    path = delivery.path(deliveries)
    with _writable(path.parent):
        path.parent.mkdir(exist_ok=True)
        _sync(deliveries)
    with whole(path) as partial:
        partial.touch(mode=0o600)
        partial.write_bytes(delivery.content)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def mark(session: Session, seal: Seal, delivery: Delivery, now: datetime) -> None:
    """Its rows are handed over as they are in the file, whatever became of them since."""
    from review import trail
    from review.tables.handed_over import HandedRow

    for key, digest in delivery.digests.items():
        session.merge(HandedRow(source=delivery.source, key=key, day=delivery.day, digest=digest))
    about = f"{delivery.source} {delivery.day.isoformat()}"
    facts: dict[str, trail.Fact] = {
        "rows": len(delivery.digests),
        "new": delivery.new,
        "sha256": delivery.sha256,
    }
    done = trail.Act(who="system", role="", action="hand over", kind="delivery", about=about, facts=facts)
    trail.add(session, seal, now, done)
