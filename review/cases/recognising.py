"""Which open case a line of a new list belongs to: that of the household, or one that people opened before any list named it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from features.objections import KEYS
from review.cases.queue import ENDED
from review.cases.taken import TakenLine
from review.tables.cases import Case


class OpenCases:
    """All of them, with their members and lines."""

    def __init__(self, session: Session) -> None:
        found = select(Case).where(Case.state.not_in(ENDED))
        self.cases = tuple(
            session.scalars(found.options(selectinload(Case.members), selectinload(Case.listings)))
        )
        self._by_household = {case.household_id: case for case in self.cases}
        added = [case for case in self.cases if case.origin == "added"]
        self._by_dwelling = {case.id_logement: case for case in added if case.id_logement}
        self._by_key = {
            key: case
            for case in added
            for member in case.members
            for name in KEYS
            if (key := getattr(member, name))
        }

    def of(self, line: TakenLine) -> Case | None:
        """A case that people opened bears a pseudonym of its own until a list names the household: it is known again by a key of a member, else by the
        dwelling."""
        known = self._by_household.get(line.household_id)
        if known is not None:
            return known
        keys = [key for member in line.members for name in KEYS if (key := getattr(member, name))]
        by_key = next((self._by_key[key] for key in keys if key in self._by_key), None)
        return by_key or self._by_dwelling.get(line.id_logement or "")
