"""What Slack told of people and groups, for all replicas to read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from opsbot.store.schema import Instant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table; what it is to hold, Slack tells again."""
    op.create_table(
        "slack_notes",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("asked_at", Instant),
        sa.Column("claimed_until", Instant),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("slack_notes")
