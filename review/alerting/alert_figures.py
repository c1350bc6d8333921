"""How soon alerts are answered: an indicator of the plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.frame import SMALLEST_CELL, protected
from review.alerting.alert_choices import NOT_SAID_AS, URGENCIES
from review.alerting.alert_states import OPEN
from review.alerting.alerts import row_of
from review.tables.alerts import Alert

YEAR_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class Response:
    """Alerts of one urgency since a year ago. ``judged``: those that were answered, and those whose limit has passed; ``<11`` where so few (their sum is
    told nowhere). ``median_days`` of those that were answered and ``share_in_time`` of the judged, in [0, 1]: None below 11."""

    urgency: int
    limit_days: int
    judged: int | str
    median_days: float | None
    share_in_time: float | None


def response(session: Session, today: date) -> tuple[Response, ...]:
    """The most urgent first, of the whole city. A merged alert is counted with the one that was kept. Days from the earliest report to the first step,
    whatever it was; on the day itself: 0."""
    rows: dict[int, list[tuple[int | None, bool]]] = defaultdict(list)
    query = select(Alert).where(Alert.since > today - timedelta(days=YEAR_DAYS), Alert.merged_into.is_(None))
    for alert in session.scalars(query):
        row = row_of(alert, today)
        if alert.first_step_on is not None:
            took = (alert.first_step_on - alert.since).days
            rows[_urgency(alert)].append((took, alert.first_step_on <= row.answer_by))
        elif alert.state in OPEN and row.days_over:
            rows[_urgency(alert)].append((None, False))
    return tuple(_response(urgency, rows[urgency]) for urgency in URGENCIES)


def _urgency(alert: Alert) -> int:
    return NOT_SAID_AS if alert.urgency is None else alert.urgency


def _response(urgency: int, rows: list[tuple[int | None, bool]]) -> Response:
    took = [days for days, _ in rows if days is not None]
    is_told = len(rows) >= SMALLEST_CELL
    return Response(
        urgency=urgency,
        limit_days=URGENCIES[urgency].days,
        judged=protected(len(rows)),
        median_days=median(took) if is_told and took else None,
        share_in_time=sum(in_time for _, in_time in rows) / len(rows) if is_told else None,
    )
