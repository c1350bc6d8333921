"""What the desk keeps, table by table. Importing this package knows them all, which the migrations need."""

from review.tables import (
    accounts,
    alerts,
    bereaved,
    cases,
    following,
    handed_over,
    identities,
    law,
    rounds,
    trail,
    visits,
)
from review.tables.base import Base

__all__ = [
    "Base",
    "accounts",
    "alerts",
    "bereaved",
    "cases",
    "following",
    "handed_over",
    "identities",
    "law",
    "rounds",
    "trail",
    "visits",
]
