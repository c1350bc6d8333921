"""What an auditor asks of an installation: who saw, exported, decided, granted what, and when, at the review desk and by the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines import ledger
from pipelines.desk_database import where_there_is_one
from pipelines.register import KEY_FORM
from pipelines.settings import City

OPERATOR = "operator"
"""Role of whoever calls commands on the machine."""
Fact = object


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line. ``where``: ``desk`` or ``installation``; ``who``: a login of the desk, ``system``, or an account of the machine, empty once its term is over;
    ``about``: an identifier, or the pseudonym of a match key."""

    at: datetime
    where: str
    number: int
    who: str
    role: str
    action: str
    kind: str
    about: str
    facts: Mapping[str, Fact]

    def as_json(self) -> dict[str, object]:
        """Codes, and the moment in UTC."""
        return {**self.__dict__, "at": self.at.astimezone(UTC).isoformat()}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which lines; None asks nothing. ``since`` and ``until`` are days in UTC, both included. ``about``: an identifier as it stands there, or a person's match key."""

    who: str | None = None
    role: str | None = None
    action: str | None = None
    kind: str | None = None
    about: str | None = None
    since: date | None = None
    until: date | None = None

    def holds(self, row: Row, about: frozenset[str]) -> bool:
        """``about``: every name under which what is asked for may stand there."""
        on = row.at.astimezone(UTC).date()
        same = ((self.who, row.who), (self.role, row.role), (self.action, row.action), (self.kind, row.kind))
        return (
            all(wanted is None or wanted == found for wanted, found in same)
            and (self.about is None or row.about in about)
            and (self.since is None or self.since <= on)
            and (self.until is None or on <= self.until)
        )

    @property
    def names(self) -> list[str]:
        """What was asked by, without the values, which may name somebody."""
        return [name for name, value in self.__dict__.items() if value is not None]


def rows(config: Path, city: City, asked: Asked) -> tuple[Row, ...]:
    """Oldest first. Both chains are verified first: raises IntegrityError where one does not hold. The look itself is entered, after what it shows."""
    about = frozenset(_names(city, asked.about))
    found = [row for row in (*_of_installation(city), *_of_desk(config, city)) if asked.holds(row, about)]
    ledger.enter(city.paths, "see log", "trail", facts={"by": asked.names, "lines": len(found)})
    return tuple(sorted(found, key=lambda row: (row.at, row.where, row.number)))


def _names(city: City, about: str | None) -> Iterator[str]:
    if about is not None:
        yield about
        if KEY_FORM.fullmatch(about):
            yield from ledger.pseudonyms(city.paths, about)


def _of_installation(city: City) -> Iterator[Row]:
    for entry in ledger.entries(city.paths):
        yield Row(
            at=entry.at,
            where="installation",
            number=entry.number,
            who=entry.who,
            role=OPERATOR,
            action=entry.act,
            kind=entry.kind,
            about=entry.about or entry.person,
            facts=entry.facts,
        )


def _of_desk(config: Path, city: City) -> Iterator[Row]:
    with where_there_is_one(config, city) as desk:
        if desk is None:
            return
        from review import trail

        with desk.database.reading() as session:
            for line in trail.lines(session, desk.seal):
                yield Row(
                    at=line.at,
                    where="desk",
                    number=line.number,
                    who=line.who,
                    role=line.role,
                    action=line.action,
                    kind=line.kind,
                    about=line.about,
                    facts=line.facts,
                )
