"""What somebody can do about an alert or an entry of the register, as a page offers it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from review.refusals import Incomplete


@dataclass(frozen=True, kw_only=True)
class Measure:
    """``name``: an action of the state machine; ``title`` and ``hint``: msgids; ``reasons``: codes among which one is chosen; ``has_needs``: needs may be
    ticked with it."""

    name: str
    title: str
    hint: str
    reasons: tuple[str, ...] = ()
    has_needs: bool = False


def chosen(measures: Collection[Measure], name: str, because: str) -> Measure:
    """Raises Incomplete where none was chosen, or none of its reasons."""
    measure = next((one for one in measures if one.name == name), None)
    if measure is None:
        raise Incomplete("Choose a step", "No step was chosen.", "Choose what was done.")
    if measure.reasons and because not in measure.reasons:
        raise Incomplete(
            "Choose a reason", "This step needs one of its reasons.", "Choose one from the list."
        )
    return measure
