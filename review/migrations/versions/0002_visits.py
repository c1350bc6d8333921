"""What visits found, and what was handed over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
TABLES = {
    "handed_over": (
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("source", sa.String(32), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
    ),
    "handed_rows": (
        sa.Column("source", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False, index=True),
        sa.Column("digest", sa.String(64), nullable=False),
    ),
    "visits": (
        sa.Column("id", sa.String(17), primary_key=True),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("member_id", sa.String(16), sa.ForeignKey("members.id"), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=False, index=True),
        sa.Column("time_of_day", sa.String(12), nullable=True),
        sa.Column("visitor_role", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False, index=True),
        sa.Column("lsns6_1", sa.Integer(), nullable=True),
        sa.Column("lsns6_2", sa.Integer(), nullable=True),
        sa.Column("lsns6_3", sa.Integer(), nullable=True),
        sa.Column("lsns6_4", sa.Integer(), nullable=True),
        sa.Column("lsns6_5", sa.Integer(), nullable=True),
        sa.Column("lsns6_6", sa.Integer(), nullable=True),
        sa.Column("ucla3_1", sa.Integer(), nullable=True),
        sa.Column("ucla3_2", sa.Integer(), nullable=True),
        sa.Column("ucla3_3", sa.Integer(), nullable=True),
        sa.Column("reseau_famille", sa.Integer(), nullable=True),
        sa.Column("reseau_amis", sa.Integer(), nullable=True),
        sa.Column("reseau_voisins", sa.Integer(), nullable=True),
        sa.Column("reseau_collegues", sa.Integer(), nullable=True),
        sa.Column("reseau_associations", sa.Integer(), nullable=True),
        sa.Column("besoin_mobilite", sa.Boolean(), nullable=True),
        sa.Column("besoin_repas", sa.Boolean(), nullable=True),
        sa.Column("besoin_loisirs", sa.Boolean(), nullable=True),
        sa.Column("besoin_visite", sa.Boolean(), nullable=True),
        sa.Column("besoin_numerique", sa.Boolean(), nullable=True),
        sa.Column("besoin_menage", sa.Boolean(), nullable=True),
        sa.Column("none_because", sa.String(24), nullable=True),
        sa.Column("follow_up", sa.String(24), nullable=True),
        sa.Column("objected", sa.Boolean(), nullable=False),
        sa.Column("judgement", sa.Integer(), nullable=True),
        sa.Column("list_on", sa.Date(), nullable=True),
        sa.Column("arm", sa.String(16), nullable=True),
        sa.Column("drawing_probability", sa.Float(), nullable=True),
        sa.Column("entered_by", sa.String(32), nullable=False, index=True),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("state_before", sa.String(16), nullable=True),
        sa.Column("due_before", sa.Date(), nullable=True),
        sa.Column("moved_at", sa.DateTime(), nullable=True),
        sa.Column("is_to_look_at", sa.Boolean(), nullable=False, index=True),
        sa.Column("row_token", sa.String(64), nullable=True, unique=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ),
    "visit_revisions": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("visit_id", sa.String(17), sa.ForeignKey("visits.id"), nullable=False, index=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("because", sa.String(24), nullable=False),
        sa.UniqueConstraint("visit_id", "revision"),
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
