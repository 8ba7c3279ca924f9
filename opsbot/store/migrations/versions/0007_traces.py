"""Under which trace something is to be said, and when a node was last looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from opsbot.store.schema import Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add both; of what is there already nobody knows either."""
    op.add_column("deliveries", sa.Column("trace", sa.String(32)))
    op.add_column("node_sights", sa.Column("looked_at", Instant))


def downgrade() -> None:
    """Forget both."""
    op.drop_column("node_sights", "looked_at")
    op.drop_column("deliveries", "trace")
