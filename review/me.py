"""Who is asking, as far as every page needs it."""

from __future__ import annotations

from dataclasses import dataclass

from features.factor import Language
from review.roles import Action, may
from review.trail import Act, Fact


@dataclass(frozen=True, kw_only=True)
class Me:
    """``quartiers``: codes of the neighbourhoods whose cases they may see; None: all of them."""

    user_id: str
    login: str
    name: str
    role: str
    profession: str | None
    language: Language
    quartiers: frozenset[str] | None
    session_id: str
    csrf: str

    def may(self, action: Action) -> bool:
        """Whether the role may."""
        return may(self.role, action)

    def did(self, action: str, kind: str, about: str = "", **facts: Fact) -> Act:
        """For the audit trail."""
        return Act(who=self.login, role=self.role, action=action, kind=kind, about=about, facts=facts)
