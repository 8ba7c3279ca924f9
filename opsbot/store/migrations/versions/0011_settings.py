"""What else the configuration decided when policies were put in force, as digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add it; what was decided before nobody knows."""
    op.add_column("policies_in_force", sa.Column("settings", sa.Text))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("policies_in_force", "settings")
