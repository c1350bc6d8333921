"""What had moved away from the ranking's training when a list was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Lists that are there already were made before it was watched."""
    op.add_column("lists", sa.Column("drift", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Forgets it."""
    op.drop_column("lists", "drift")
