"""What became of each delivery, and since when nothing was told any more of a story."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from opsbot.store.schema import Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add where and when; nobody knows how old a story is, so each is kept as if it had gone on today."""
    op.add_column("deliveries", sa.Column("said_in", sa.String(32)))
    op.add_column("deliveries", sa.Column("tried_at", Instant))
    op.add_column("deliveries", sa.Column("again_at", Instant))
    op.add_column("stories", sa.Column("told_at", Instant))
    stories = sa.table("stories", sa.column("told_at", Instant))
    op.execute(stories.update().values(told_at=datetime.now(UTC)))
    op.create_index("deliveries_by_time", "deliveries", ["created_at"])
    op.create_index("seen_events_by_time", "seen_events", ["seen_at"])
    op.create_index("events_by_time", "events", ["at"])
    op.create_index("stories_by_time", "stories", ["told_at"])


def downgrade() -> None:
    """Forget where and when, and what an older version can't say."""
    op.execute("DELETE FROM deliveries WHERE kind IN ('watch_test', 'test_arrived', 'test_failed', 'digest')")
    op.drop_index("stories_by_time", "stories")
    op.drop_index("events_by_time", "events")
    op.drop_index("seen_events_by_time", "seen_events")
    op.drop_index("deliveries_by_time", "deliveries")
    op.drop_column("stories", "told_at")
    op.drop_column("deliveries", "again_at")
    op.drop_column("deliveries", "tried_at")
    op.drop_column("deliveries", "said_in")
