"""Generated pages about the review desk: who may do what, and how a case, an alert and an entry of the bereavement register go from beginning to end."""

from __future__ import annotations

from collections.abc import Callable

from review.alerting.alert_states import ALERT
from review.follow_up.bereavement_choices import BEREAVED
from review.machine import Machine
from review.names.identities import IDENTITY
from review.roles import MAY, ROLES
from review.states import CASE
from review.words import catalogue

MACHINES = (
    ("A case (dossier)", CASE, "review/states.py"),
    ("An alert (signalement)", ALERT, "review/alerting/alert_states.py"),
    ("An entry of the bereavement register (deuil)", BEREAVED, "review/follow_up/bereavement_choices.py"),
    ("A request for a name (deux clés)", IDENTITY, "review/names/identities.py"),
)


def roles() -> str:
    """Role × action."""
    say = catalogue("fr").gettext
    head = "| action | " + " | ".join(f"{title}<br>{say(title)}" for title in ROLES.values()) + " |"
    rows = (
        f"| {action} | " + " | ".join("×" if role in may else "" for role in ROLES) + " |"
        for action, may in MAY.items()
    )
    lines = (head, "|---|" + ":-:|" * len(ROLES), *rows)
    return (
        "# Who may do what at the desk\n\nGenerated from `review/roles.py` by `make docs`. What somebody may do to one household also depends on the neighbourhoods that\n"
        "they see and on the [state](desk_states.md) of its case.\n\n" + "\n".join(lines) + "\n"
    )


def states() -> str:
    """Each machine as a diagram and as a table, in both languages."""
    parts = "\n".join(_machine(title, machine, where) for title, machine, where in MACHINES)
    return f"# States at the desk\n\nGenerated from the tables of transitions by `make docs`.\n{parts}"


def _machine(title: str, machine: Machine, where: str) -> str:
    say: Callable[[str], str] = catalogue("fr").gettext
    rows = "\n".join(
        f"| {machine.states[row.source].title} | {row.action.replace('_', ' ')} | {machine.states[row.target].title} |"
        for row in machine.transitions
    )
    table = f"| from | by | to |\n|---|---|---|\n{rows}"
    return f"\n## {title}\n\nFrom `{where}`.\n\n```mermaid\n{machine.mermaid(say).rstrip()}\n```\n\n<details><summary>The table in English</summary>\n\n{table}\n\n</details>\n"
