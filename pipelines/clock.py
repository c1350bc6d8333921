"""A machine's clock beside what it wrote before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data_contracts.errors import MachineFault
from pipelines.chain import Line

SLACK = timedelta(minutes=5)
"""By how much a clock may be set back: what time servers put right."""


def check(lines: Sequence[Line], chain: Path) -> datetime | None:
    """When the last of these lines of a chain was entered. Raises MachineFault where that is still to come."""
    if not lines:
        return None
    last, now = datetime.fromisoformat(str(lines[-1]["at"])), datetime.now(UTC)
    if last > now + SLACK:
        raise MachineFault(
            f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC, which is before the last entry of the installation's chain ({last:%Y-%m-%d %H:%M} UTC)",
            where=f"{chain}, line {len(lines)}",
            hint="set the clock (`timedatectl set-ntp true`), then run this again; where it was the entry that was ahead, wait until then.",
        )
    return last
