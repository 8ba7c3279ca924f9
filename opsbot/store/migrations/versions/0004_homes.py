"""Who has opened their Home, and what it shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from opsbot.store.schema import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "homes",
        sa.Column("user_id", sa.String(32), primary_key=True),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("sight", sa.Text, nullable=False),
        sa.Column("mark", sa.String(255), nullable=False),
    )
    op.create_index("homes_by_opening", "homes", ["opened_at"])


def downgrade() -> None:
    """Forget the Homes: whoever opens theirs is remembered again."""
    op.drop_table("homes")
