"""What the rim hands to the desk: the clock, the city, the lists that runs have published, and the few things that the desk may set off outside itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from features.factor import Language
from review.alerting.alert_identity import Pseudonyms
from review.cases.taken import Taken
from review.sealing import Seal


@dataclass(frozen=True, kw_only=True)
class Directory:
    """The city's own directory, by which people may sign in (OpenID Connect). ``secret`` comes from the environment; ``has_second_factor``: the directory
    asks for one, so that the desk need not; ``seconds``: how long each of its answers may take."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    title: str
    has_second_factor: bool = False
    seconds: float = 5.0


@dataclass(frozen=True, kw_only=True)
class DeskCity:
    """What the desk needs of ``city.toml``. ``groups``: name of a neighbourhood group → its codes; ``public_url``: how browsers reach the desk;
    ``correspondence``: the key holder's sealed table on the server, None: whoever grants brings it; ``table_minutes``: after so long an open one is forgotten;
    ``country``: two letters of ISO 3166."""

    name: str
    language: Language
    is_fictitious: bool
    groups: Mapping[str, tuple[str, ...]]
    public_url: str
    second_look_share: float
    idle_minutes: int
    session_hours: int
    team: str
    data_protection_officer: str
    directory: Directory | None = None
    correspondence: Path | None = None
    table_minutes: int = 60
    country: str = "FR"

    @property
    def is_https(self) -> bool:
        """Whether cookies may be kept to encrypted connections."""
        return self.public_url.startswith("https://")


class Published(Protocol):
    """The runs whose lists are kept."""

    def newest(self) -> str | None:
        """Id of the newest one."""
        ...

    def taken(self, run_id: str) -> Taken:
        """Its list, in both languages. Raises LanterneError when the run, or the warehouse that knows the neighbourhoods' names, cannot be read."""
        ...


Object = Callable[[Mapping[str, str], date], Sequence[str]]
"""Enters keys and dwellings (column of the register → value) into the register of objections as of a day; gives the columns that were new."""
Objected = Callable[[], Collection[str]]
"""Every key and dwelling of the register of objections. Raises LanterneError where it cannot be read: nobody's objection may be lost."""
Account = Callable[[str, str], bytes]
"""Match key of an adult, id of a run → the page that the person may ask for, in HTML. Raises LanterneError."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """See above. ``now``: the clock, in UTC; ``pseudonyms``: None where the city keeps the match key away from the desk."""

    city: DeskCity
    now: Callable[[], datetime]
    seal: Seal
    published: Published
    objects: Object
    objected: Objected
    account: Account
    pseudonyms: Pseudonyms | None = None
