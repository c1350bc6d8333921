"""Requests for names, teams, rounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
TABLES = {
    "teams": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("area", sa.String(80), nullable=False),
        sa.Column("weekly", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ),
    "rounds": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("team_id", sa.String(16), sa.ForeignKey("teams.id"), nullable=False, index=True),
        sa.Column("week", sa.Date(), nullable=False, index=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("team_id", "week"),
    ),
    "team_members": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("team_id", sa.String(16), sa.ForeignKey("teams.id"), nullable=False, index=True),
        sa.Column("user_id", sa.String(16), sa.ForeignKey("users.id"), nullable=False, index=True),
        sa.UniqueConstraint("team_id", "user_id"),
    ),
    "identity_requests": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=True, index=True),
        sa.Column("round_id", sa.String(16), sa.ForeignKey("rounds.id"), nullable=True, index=True),
        sa.Column("motive", sa.String(16), nullable=False),
        sa.Column("state", sa.String(12), nullable=False, index=True),
        sa.Column("asked_by", sa.String(32), nullable=False, index=True),
        sa.Column("asked_role", sa.String(16), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("answered_by", sa.String(32), nullable=True),
        sa.Column("answered_role", sa.String(16), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    ),
    "stops": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("round_id", sa.String(16), sa.ForeignKey("rounds.id"), nullable=False, index=True),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(), nullable=True),
        sa.UniqueConstraint("round_id", "case_id"),
    ),
}
"""As they were when this step was written, each after those that it refers to."""


def upgrade() -> None:
    """Makes the tables."""
    for name, parts in TABLES.items():
        op.create_table(name, *parts)


def downgrade() -> None:
    """Takes them away."""
    for name in reversed(TABLES):
        op.drop_table(name)
