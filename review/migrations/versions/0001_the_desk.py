"""The desk as it began: accounts, lists, cases, opinions, decisions, follow-up, the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
TABLES = {
    "cases": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("household_id", sa.String(20), nullable=False, index=True),
        sa.Column("id_logement", sa.String(64), nullable=True),
        sa.Column("id_adresse", sa.String(64), nullable=False),
        sa.Column("quartier", sa.String(12), nullable=False, index=True),
        sa.Column("quartier_name", sa.String(80), nullable=False),
        sa.Column("origin", sa.String(8), nullable=False),
        sa.Column("added_by", sa.String(32), nullable=True),
        sa.Column("age_band", sa.String(12), nullable=False, index=True),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("state_since", sa.DateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True, index=True),
        sa.Column("severity", sa.Integer(), nullable=True),
        sa.Column("closed_because", sa.String(24), nullable=True),
        sa.Column("needs_two", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ),
    "departures": (
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=False, index=True),
    ),
    "lists": (
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False, index=True),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    ),
    "purges": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("purged_on", sa.Date(), nullable=False, index=True),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("table_name", sa.String(32), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("are_emptied", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.String(160), nullable=False),
    ),
    "trail": (
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(), nullable=False, index=True),
        sa.Column("who", sa.String(32), nullable=False, index=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("action", sa.String(40), nullable=False, index=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("about", sa.String(64), nullable=False, index=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    ),
    "trail_cut": (
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(64), nullable=False),
    ),
    "trail_head": (
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    ),
    "users": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("login", sa.String(32), nullable=False, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("profession", sa.String(24), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("groups", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sees_all", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(200), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("second_factor", sa.String(200), nullable=True),
        sa.Column("second_factor_since", sa.DateTime(), nullable=True),
        sa.Column("second_factor_step", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(255), nullable=True, unique=True),
        sa.Column("issuer", sa.String(255), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ),
    "decisions": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("run_id", sa.String(64), nullable=True, index=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(16), nullable=False, index=True),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("postponed_to", sa.Date(), nullable=True),
        sa.Column("visitor_role", sa.String(16), nullable=True),
        sa.Column("settled_by", sa.String(12), nullable=False),
        sa.Column("settled_by_whom", sa.String(32), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.UniqueConstraint("case_id", "revision"),
    ),
    "left_in_peace": (
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("since", sa.DateTime(), nullable=False),
    ),
    "listings": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("lists.run_id"), nullable=False, index=True),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("household_id", sa.String(20), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, index=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("arm", sa.String(16), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("base", sa.Float(), nullable=False),
        sa.Column("drawing_probability", sa.Float(), nullable=True),
        sa.Column("is_data_thin", sa.Boolean(), nullable=False),
        sa.Column("told", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("steps", sa.JSON(none_as_null=True), nullable=False),
        sa.UniqueConstraint("run_id", "household_id"),
        sa.Index("ix_listings_queue", "case_id", "run_id", "place", "arm", "id"),
    ),
    "members": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(20), nullable=True),
        sa.Column("sexe", sa.String(1), nullable=True),
        sa.Column("annee_naissance", sa.Integer(), nullable=True),
        sa.Column("cle_identite", sa.String(32), nullable=True),
        sa.Column("cle_usage", sa.String(32), nullable=True),
        sa.Column("cle_phonetique", sa.String(32), nullable=True),
        sa.Column("cle_nom_adresse", sa.String(32), nullable=True),
    ),
    "recovery_codes": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("user_id", sa.String(16), sa.ForeignKey("users.id"), nullable=False, index=True),
        sa.Column("digest", sa.String(64), nullable=False),
    ),
    "sessions": (
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(16), sa.ForeignKey("users.id"), nullable=False, index=True),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("through", sa.String(12), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
    ),
    "steps": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("made_on", sa.Date(), nullable=False, index=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("partner", sa.String(24), nullable=False),
        sa.Column("leads_to", sa.String(16), nullable=False),
        sa.Column("because", sa.String(24), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.String(32), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
    ),
    "votes": (
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(32), nullable=False, index=True),
        sa.Column("profession", sa.String(24), nullable=False),
        sa.Column("choice", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("postponed_to", sa.Date(), nullable=True),
        sa.Column("visitor_role", sa.String(16), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cast_at", sa.DateTime(), nullable=False),
        sa.UniqueConstraint("case_id", "revision", "reader"),
    ),
}
"""As they were when this step was written, each after those that it refers to."""


def upgrade() -> None:
    """Makes the tables, and the row at which the audit trail starts."""
    for name, parts in TABLES.items():
        op.create_table(name, *parts)
    op.execute("insert into trail_head (id, number, digest) values (1, 0, '" + "0" * 64 + "')")


def downgrade() -> None:
    """Takes them away."""
    for name in reversed(TABLES):
        op.drop_table(name)
