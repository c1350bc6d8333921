"""Who may do what: the only place that says so. Pages, menus, tests and the documentation are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Role = Literal["analyst", "expert", "coordinator", "visitor", "agent", "auditor", "dpo", "administrator"]
ROLES: Mapping[str, str] = {
    "analyst": "Analyst",
    "expert": "Expert",
    "coordinator": "Coordinator",
    "visitor": "Visitor",
    "agent": "Telephone agent",
    "auditor": "Auditor",
    "dpo": "Data protection officer",
    "administrator": "Administrator",
}
"""Each role and its title. A telephone agent enters alerts and sees nothing else."""

Action = Literal[
    "see own account",
    "see queue",
    "see case",
    "decide",
    "add household",
    "settle",
    "see second look",
    "take in list",
    "follow",
    "see follow-up",
    "see indicators",
    "export decisions",
    "object",
    "object by telephone",
    "enter alert",
    "see alerts",
    "triage alerts",
    "import alerts",
    "see bereaved",
    "keep bereaved",
    "ask identity",
    "grant identity",
    "plan visits",
    "print route sheet",
    "see own rounds",
    "see visits",
    "record outcome",
    "correct outcome",
    "judge",
    "see trail",
    "manage accounts",
]
EVERYBODY: tuple[Role, ...] = get_args(Role)
MAY: Mapping[Action, tuple[Role, ...]] = {
    "see own account": EVERYBODY,
    "see queue": ("expert", "coordinator", "auditor", "dpo"),
    "see case": ("expert", "coordinator", "auditor", "dpo"),
    "decide": ("expert", "coordinator"),
    "add household": ("expert", "coordinator"),
    "settle": ("expert", "coordinator"),
    "see second look": ("analyst", "expert", "coordinator", "auditor"),
    "take in list": ("analyst", "coordinator"),
    "follow": ("expert", "coordinator"),
    "see follow-up": ("expert", "coordinator", "auditor"),
    "see indicators": ("analyst", "expert", "coordinator", "auditor", "dpo", "administrator"),
    "export decisions": ("analyst", "coordinator", "auditor"),
    "object": ("expert", "coordinator", "dpo"),
    "object by telephone": ("expert", "coordinator", "agent", "dpo"),
    "enter alert": ("agent", "expert", "coordinator"),
    "see alerts": ("expert", "coordinator", "auditor", "dpo"),
    "triage alerts": ("expert", "coordinator"),
    "import alerts": ("coordinator",),
    "see bereaved": ("expert", "coordinator", "auditor", "dpo"),
    "keep bereaved": ("expert", "coordinator"),
    "ask identity": ("expert", "coordinator"),
    "grant identity": ("expert", "coordinator", "dpo"),
    "plan visits": ("coordinator",),
    "print route sheet": ("coordinator",),
    "see own rounds": ("visitor",),
    "see visits": ("expert", "coordinator", "visitor", "auditor", "dpo"),
    "record outcome": ("expert", "coordinator", "visitor"),
    "correct outcome": ("expert", "coordinator"),
    "judge": ("expert", "coordinator"),
    "see trail": ("auditor", "dpo"),
    "manage accounts": ("administrator",),
}
"""Action → the roles that may. What somebody may do to one household also depends on the neighbourhoods that they see and on its state."""


def may(role: str, action: Action) -> bool:
    """Whether the role may."""
    return role in MAY[action]
