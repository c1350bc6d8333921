"""Alerts as rows of the source ``signalements``, for the next run."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from data_contracts import contract
from review.tables.alerts import Alert

HANDED_OVER = ("to_triage", "emergency", "in_case")
"""States of alerts about which something is still to be done. Of a household that is followed already, or where nothing was to be done, no list is to speak
again; a merged alert is in the row of the one that was kept."""


def rows_to_hand_over(session: Session) -> list[Mapping[str, str]]:
    """One row an alert, by its identifier; the columns of the contract, '' where nothing is known.

    Those that came in a file are among them, under the ID_SIGNALEMENT of that file: a run counts an alert once, however many deliveries tell it, and one that
    never came in a delivery is not lost.
    """
    found = session.scalars(select(Alert).where(Alert.state.in_(HANDED_OVER)))
    return sorted((_row(alert) for alert in found), key=lambda row: row["ID_SIGNALEMENT"])


def _row(alert: Alert) -> Mapping[str, str]:
    own = {
        "ID_SIGNALEMENT": alert.foreign_id or alert.id,
        "DATE_SIGNALEMENT": alert.since.isoformat(),
        "CANAL": alert.channel,
        "URGENCE": alert.urgency,
    }
    told = {
        column.header: _value(alert, own, column.header) for column in contract.load("signalements").columns
    }
    return {header: "" if value is None else str(value) for header, value in told.items()}


def _value(alert: Alert, own: Mapping[str, object], header: str) -> object:
    return own[header] if header in own else getattr(alert, header.lower())
