"""Alerts and the bereavement register."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
TABLES = {
    "alerts": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("foreign_id", sa.String(64), nullable=True, unique=True),
        sa.Column("entered_mark", sa.String(64), nullable=True, index=True),
        sa.Column("reported_on", sa.Date(), nullable=False, index=True),
        sa.Column("since", sa.Date(), nullable=False, index=True),
        sa.Column("channel", sa.String(16), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=True),
        sa.Column("quartier", sa.String(12), nullable=False, index=True),
        sa.Column("signs", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sealed_identity", sa.Text(), nullable=True),
        sa.Column("sexe", sa.String(1), nullable=True),
        sa.Column("annee_naissance", sa.Integer(), nullable=True),
        sa.Column("cle_identite", sa.String(32), nullable=True, index=True),
        sa.Column("cle_usage", sa.String(32), nullable=True, index=True),
        sa.Column("cle_phonetique", sa.String(32), nullable=True, index=True),
        sa.Column("cle_nom_adresse", sa.String(32), nullable=True, index=True),
        sa.Column("id_adresse", sa.String(64), nullable=True),
        sa.Column("id_logement", sa.String(64), nullable=True, index=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("because", sa.String(24), nullable=True),
        sa.Column("first_step_on", sa.Date(), nullable=True),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=True, index=True),
        sa.Column("merged_into", sa.String(16), sa.ForeignKey("alerts.id"), nullable=True, index=True),
        sa.Column("version", sa.Integer(), nullable=False),
    ),
    "bereaved": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("origin", sa.String(8), nullable=True),
        sa.Column("mark", sa.String(64), nullable=True, unique=True),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=True, index=True),
        sa.Column("form_number", sa.String(16), nullable=True, unique=True),
        sa.Column("quartier", sa.String(12), nullable=True, index=True),
        sa.Column("died_on", sa.Date(), nullable=True, index=True),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("state_on", sa.Date(), nullable=False),
        sa.Column("because", sa.String(24), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("needs", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ),
    "alert_steps": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("alert_id", sa.String(16), sa.ForeignKey("alerts.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(24), nullable=False),
        sa.Column("because", sa.String(24), nullable=True),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
    ),
    "bereaved_steps": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("entry_id", sa.String(16), sa.ForeignKey("bereaved.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(24), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
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
