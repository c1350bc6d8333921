"""What a household says of the help, and whether it takes part: two answers of a follow-up's step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds them, empty: nobody was asked."""
    op.add_column("steps", sa.Column("takes_part", sa.Boolean(), nullable=True))
    op.add_column("steps", sa.Column("satisfaction", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Takes them away."""
    op.drop_column("steps", "satisfaction")
    op.drop_column("steps", "takes_part")
