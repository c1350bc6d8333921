"""Every msgid of the desk: of its templates and of its code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

from review import choices, indicators, labels, roles, trail_words
from review import desk as desk_module
from review.alerting import alert_choices, alert_import, alert_triage
from review.alerting.alert_states import ALERT
from review.cases import queue
from review.follow_up import bereavement_choices, following, timeline
from review.follow_up.bereavement_choices import BEREAVED
from review.names import identities
from review.states import CASE
from review.visits import outcome_list, outcome_sheet, outcome_words, retries

REVIEW = Path(desk_module.__file__).parent
CALLS: dict[str, tuple[int | str, ...]] = {
    "say": (1,),
    "told": (0,),
    "State": ("title",),
    "Choice": ("title", "hint"),
    "Entry": ("title",),
    "Refused": (0, 1, 2),
    "Incomplete": (0, 1, 2),
    "NotThrough": (1, 2, 3),
    "__init__": (0, 1, 2),
    "Happened": ("text",),
    "Measure": ("title", "hint"),
    "Urgency": ("title", "means", "then"),
}
"""Call → which of its arguments, by place or name, are msgids."""
MAPS = (
    choices.REASONS,
    choices.PROFESSIONS,
    choices.VISITORS,
    labels.AGE_WORDS,
    labels.ARMS,
    labels.SETTLED,
    labels.CLOSED,
    labels.DRIFT,
    queue.ORDERS,
    queue.ENTRIES,
    roles.ROLES,
    desk_module.SAID,
    retries.TIMES,
    identities.MOTIVES,
    following.KINDS,
    alert_choices.CHANNELS,
    alert_choices.EMERGENCY,
    alert_choices.SIGNS,
    alert_choices.NOTHING,
    alert_triage.HOWS,
    alert_import.PROBLEMS,
    bereavement_choices.ENDS,
    bereavement_choices.WHENS,
    indicators.WAYS,
    following.PARTNERS,
    following.LEADS_TO,
    following.BECAUSE,
    following.TAKES_PART,
    following.SATISFACTION,
    outcome_words.OUTCOMES,
    outcome_words.NETWORKS,
    outcome_words.NEEDS,
    outcome_words.RANGES,
    outcome_words.NONE_BECAUSE,
    outcome_words.FOLLOW_UPS,
    outcome_words.JUDGEMENTS,
    outcome_words.REVISED,
    outcome_list.WHICH,
    outcome_sheet.TITLES,
    outcome_sheet.LAST_TITLES,
    outcome_sheet.CODES_TITLES,
    timeline.BEFORES,
    trail_words.ACTIONS,
    trail_words.KINDS,
)
"""Code → msgid."""
MACHINES = (CASE, ALERT, BEREAVED, identities.IDENTITY)


def msgids() -> set[str | tuple[str, str]]:
    """A text, or singular and plural."""
    found: set[str | tuple[str, str]] = set()
    for message in _extracted():
        found |= {message} if isinstance(message, str) else {tuple(message)}  # type: ignore[arg-type]
    for table in MAPS:
        found |= set(table.values())
    for machine in MACHINES:
        found |= {row.action.replace("_", " ") for row in machine.transitions}
    return {one for one in found if one}


def _extracted() -> Iterator[str | tuple[str, ...]]:
    for path in sorted(REVIEW.rglob("*.py")):
        yield from _of_code(ast.parse(path.read_text(encoding="utf-8")))
    methods, options = [("**.j2", "jinja2.ext:babel_extract")], {"**.j2": {"newstyle_gettext": "true"}}
    for _, _, message, _, _ in extract_from_dir(REVIEW / "templates", methods, options):
        yield message


def _of_code(tree: ast.Module) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for place in CALLS.get(name, ()):
            given = {word.arg: word.value for word in call.keywords} | dict(enumerate(call.args))
            value = given.get(place)
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value
