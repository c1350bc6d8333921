"""Who ranks a list, as a run says it and as the city signed it: what every command may read without loading a model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from data_contracts.errors import IntegrityError
from models.candidate import RULES
from pipelines import approvals, ledger, settings
from pipelines.approvals import Approval
from pipelines.warehouse_key import existing_key

ACTS: Mapping[approvals.Action, str] = {"approve": "approve", "withdraw": "withdraw approval"}
"""As the installation's chain calls them."""
Why = Literal["champion", "approved", "not approved", "approved no longer fits"]
"""``champion``: who won ranks (a rule needs no approval, and fictitious data no signature); ``approved``: the signed model ranks;
``not approved``: a model won, nobody signed one, so that a rule ranks; ``approved no longer fits``: the signed one was made with other factors."""


@dataclass(frozen=True, kw_only=True)
class Ranker:
    """``name`` of who ranks; ``model``: folder of the approved one; ``waits``: the model that would rank if the city approved it; ``is_proven``: False where
    past visits did not show the champion to be better than the rules, so that it ranks as the rule that it puts in order."""

    name: str
    why: Why
    model: str | None = None
    waits: str | None = None
    is_proven: bool = True

    @property
    def is_rule(self) -> bool:
        """Whether the list is by a rule, its equals by lot or in order."""
        return self.name in RULES or not self.is_proven

    @property
    def is_unapproved(self) -> bool:
        """Whether a rule ranks only because nobody has approved who won."""
        return self.name in RULES and self.why != "champion"

    def as_json(self) -> dict[str, object]:
        """As written to ``duel.json`` under ``listed_by``."""
        return {**self.__dict__, "is_rule": self.is_rule}


def in_force(city: settings.City, as_of: date) -> Approval | None:
    """The approval that counts for a list of that day. Raises IntegrityError when the log is not as it was signed."""
    return approvals.in_force(signed_lines(city), as_of)


def signed_lines(city: settings.City) -> tuple[Approval, ...]:
    """Every approval and withdrawal, in order; none where nobody has signed any. Raises as ``in_force``, and where the last one that the installation's chain tells of is not
    among them: whoever cuts a withdrawal off lets a model rank that the city has withdrawn."""
    log = city.paths.models / approvals.LOG
    if not log.exists():
        return ()
    lines = approvals.lines(city.paths.models, existing_key(city.paths))
    told = [entry.facts["signature"] for entry in ledger.entries(city.paths) if "signature" in entry.facts]
    if told and told[-1] not in {line.signature for line in lines}:
        raise IntegrityError(
            "the last approval or withdrawal that was signed is not in the log any more",
            where=str(log),
            hint=approvals.APPROVE_AGAIN,
        )
    return lines


def read(folder: Path) -> Ranker:
    """Who ranks in a run; of one from before models were approved, the champion."""
    judged = json.loads((folder / "duel.json").read_text(encoding="utf-8"))
    told = judged.get("listed_by")
    if told is None:
        return Ranker(name=judged["champion"], why="champion")
    return Ranker(**{name: value for name, value in told.items() if name != "is_rule"})


def approval_of(folder: Path) -> Approval | None:
    """The approval that a run was made with."""
    path = folder / "model" / "approval.json"
    if not path.is_file():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return Approval(**{**told, "on": date.fromisoformat(told["on"])})
