"""What is shown of a name or an address comes from here, and is nowhere else: in the memory of this process, for as long as it must be, and gone with it.

The key holder's table is bound to the session in which it was opened. Of what is found in it, the lines of one request are bound to whoever asked, and taken out once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from review.names.correspondence import Correspondence


@dataclass(frozen=True, kw_only=True, repr=False)
class Door:
    """Where one household lives. ``names``: number of the member → name, of those who are known; the texts are empty where the table does not say them;
    ``longitude``, ``latitude``: degrees (WGS84), both or neither. ``told``: name (empty where nobody said it) and address as alerts told them, each once."""

    names: tuple[tuple[int, str], ...] = ()
    address: str = ""
    complement: str = ""
    postcode_town: str = ""
    longitude: float | None = None
    latitude: float | None = None
    told: tuple[tuple[str, str], ...] = ()


Doors = Mapping[str, Door]
"""Id of a case → its door."""


@dataclass(frozen=True, kw_only=True, repr=False)
class _Opened:
    table: Correspondence
    until: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class _Kept:
    doors: Doors
    login: str
    until: datetime


class Vault:
    """Every method may be called from any thread. Time is an argument: what is past its time is not given, whether it was swept or not."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tables: dict[str, _Opened] = {}
        self._kept: dict[str, _Kept] = {}

    def open(self, session_id: str, table: Correspondence, until: datetime) -> None:
        """In place of the one that this session had open."""
        with self._lock:
            self._close(session_id)
            self._tables[session_id] = _Opened(table=table, until=until)

    def table(self, session_id: str, now: datetime) -> Correspondence | None:
        """The one that this session has open."""
        with self._lock:
            opened = self._tables.get(session_id)
            return opened.table if opened is not None and now < opened.until else None

    def open_until(self, session_id: str, now: datetime) -> datetime | None:
        """When it will be forgotten; None where none is open."""
        with self._lock:
            opened = self._tables.get(session_id)
            return opened.until if opened is not None and now < opened.until else None

    def forget(self, session_id: str) -> None:
        """The table of a session."""
        with self._lock:
            self._close(session_id)

    def sessions(self) -> tuple[str, ...]:
        """Those that have a table open."""
        with self._lock:
            return tuple(self._tables)

    def put(self, request_id: str, doors: Doors, login: str, until: datetime) -> None:
        """For the account with this login alone."""
        with self._lock:
            self._kept[request_id] = _Kept(doors=doors, login=login, until=until)

    def take(self, request_id: str, login: str, now: datetime) -> Doors | None:
        """Gives them out and forgets them; None for anybody else, who changes nothing, and once they are gone."""
        with self._lock:
            kept = self._kept.get(request_id)
            if kept is None or kept.login != login:
                return None
            del self._kept[request_id]
            return kept.doors if now < kept.until else None

    def holds(self, request_id: str, now: datetime) -> bool:
        """Whether there is something to take."""
        with self._lock:
            kept = self._kept.get(request_id)
            return kept is not None and now < kept.until

    def drop(self, request_id: str) -> None:
        """Forgets what a request found."""
        with self._lock:
            self._kept.pop(request_id, None)

    def sweep(self, alive: Collection[str], now: datetime) -> None:
        """Forgets what is past its time, and the tables of all sessions but those that are alive."""
        with self._lock:
            for session_id, opened in list(self._tables.items()):
                if session_id not in alive or now >= opened.until:
                    self._close(session_id)
            self._kept = {name: kept for name, kept in self._kept.items() if now < kept.until}

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            for session_id in list(self._tables):
                self._close(session_id)
            self._kept.clear()

    def _close(self, session_id: str) -> None:
        opened = self._tables.pop(session_id, None)
        if opened is not None:
            opened.table.close()
